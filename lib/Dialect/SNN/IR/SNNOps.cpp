// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The generated op definitions, alone in their translation unit: they are the
// slowest part of the dialect to compile.

#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "AssemblyDirectives.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace volley::snn;

#define GET_OP_CLASSES
#include "volley/Dialect/SNN/IR/SNNOps.cpp.inc"
