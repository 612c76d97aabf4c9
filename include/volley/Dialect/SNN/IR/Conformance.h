// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The attributes by which a network states its own test.

#ifndef VOLLEY_DIALECT_SNN_IR_CONFORMANCE_H
#define VOLLEY_DIALECT_SNN_IR_CONFORMANCE_H

#include "mlir/IR/Operation.h"

namespace volley::snn {

/// Dictionaries from the name of an input, and of an output or probe
/// ("node:what"), to a constant of shape (steps, batch, shape).
inline constexpr llvm::StringLiteral kInputsAttrName = "snn.inputs";
inline constexpr llvm::StringLiteral kExpectedAttrName = "snn.expected";
/// The largest allowed difference of a float; without it results are
/// bit-identical.
inline constexpr llvm::StringLiteral kToleranceAttrName = "snn.tolerance";
/// The error that the run ends with.
inline constexpr llvm::StringLiteral kErrorAttrName = "snn.error";

/// Checks one of them on the op that carries it; other attributes pass.
llvm::LogicalResult verifyConformanceAttr(mlir::Operation *op,
                                          mlir::NamedAttribute attribute);

} // namespace volley::snn

#endif // VOLLEY_DIALECT_SNN_IR_CONFORMANCE_H
