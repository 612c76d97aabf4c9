// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_IR_SNNDIALECT_H
#define VOLLEY_DIALECT_SNN_IR_SNNDIALECT_H

#include "mlir/IR/Dialect.h"

#include "volley/Dialect/SNN/IR/SNNDialect.h.inc"

#endif // VOLLEY_DIALECT_SNN_IR_SNNDIALECT_H
