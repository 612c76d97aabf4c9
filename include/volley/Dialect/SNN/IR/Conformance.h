// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The attributes by which a network states its own test.

#ifndef VOLLEY_DIALECT_SNN_IR_CONFORMANCE_H
#define VOLLEY_DIALECT_SNN_IR_CONFORMANCE_H

#include "mlir/IR/Operation.h"

namespace volley::snn {
class NetworkOp;

/// Dictionaries from the name of an input, and of an output or probe
/// ("node:what"), to a constant of shape (steps, batch, shape); of shape
/// (batch, shape) for what is no stream.
inline constexpr llvm::StringLiteral kInputsAttrName = "snn.inputs";
inline constexpr llvm::StringLiteral kExpectedAttrName = "snn.expected";
/// The number of steps of a network without streams at its interface.
inline constexpr llvm::StringLiteral kStepsAttrName = "snn.steps";
/// The largest allowed difference of a float; without it results are
/// bit-identical.
inline constexpr llvm::StringLiteral kToleranceAttrName = "snn.tolerance";
/// The error that the run ends with.
inline constexpr llvm::StringLiteral kErrorAttrName = "snn.error";

/// How long a network says it is run, on how many samples; 0 where it does not.
struct RunShape {
  int64_t steps = 0, batch = 0;
};
RunShape getRunShape(NetworkOp network);

/// Checks one of them on the op that carries it; other attributes pass.
llvm::LogicalResult verifyConformanceAttr(mlir::Operation *op,
                                          mlir::NamedAttribute attribute);

} // namespace volley::snn

#endif // VOLLEY_DIALECT_SNN_IR_CONFORMANCE_H
