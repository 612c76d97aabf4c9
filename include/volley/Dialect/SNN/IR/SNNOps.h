// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_IR_SNNOPS_H
#define VOLLEY_DIALECT_SNN_IR_SNNOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "llvm/ADT/DenseSet.h"

#include "volley/Dialect/SNN/IR/ConvShape.h"
#include "volley/Dialect/SNN/IR/SNNDialect.h"
#include "volley/Dialect/SNN/IR/SNNEnums.h.inc"
#include "volley/Dialect/SNN/IR/SNNInterfaces.h.inc"

namespace volley::snn {
class NextOp;
class OutputOp;
class YieldOp;

/// The most steps that a delay may have.
inline constexpr int64_t kLargestDelay = int64_t(1) << 30;

/// The interface of a neuron model, without its arguments' types.
struct ModelParts {
  llvm::SmallVector<mlir::Attribute> stateNames, stateInitials, inputNames,
      paramNames, outputNames;
  llvm::SmallVector<mlir::Type> outputTypes;
};

/// True for i1, i32, f32 and f64.
bool isElementType(mlir::Type type);

/// True for what a signal is: a tensor of such elements, of static shape and
/// with at least one element.
bool isSignalType(mlir::Type type);

/// What a signal takes in memory, of one step of one sample: a spike is a byte.
int64_t getSignalBytes(mlir::Type type);

/// True if `param` (a scalar type or a ranked tensor type) broadcasts over
/// `shape`: aligned at the left, each dimension equal or 1.
bool broadcastsOver(mlir::Type param, llvm::ArrayRef<int64_t> shape);

/// True if `value` at a step depends on earlier steps only of the operands of
/// the op that gives it.
bool hasLatency(mlir::Value value);

/// Some ops of a network in an order in which each comes after those among them
/// of which it needs this step's result.
std::vector<mlir::Operation *>
sortBySignals(llvm::ArrayRef<mlir::Operation *> ops);

/// True if an operand is a weight, a bias, a factor or a parameter, and no
/// signal.
bool isConstantOperand(mlir::OpOperand &operand);

/// True if `value` is a constant of i1, i32, f32 or f64 elements.
bool isConstant(mlir::Value value);

/// Of an op whose sums are of integers: digits of 8 bits of the weights, bits of
/// a sum, and the largest input.
struct IntegerSums {
  int64_t digits = 1, bits = 16, mostInput = 1;
};
inline constexpr llvm::StringLiteral kIntegerSumsAttrName = "snn.integer_sums";

/// What snn-find-integer-sums has noted; nothing if it has not.
std::optional<IntegerSums> getIntegerSums(mlir::Operation *op);

/// Whether an op is a product or convolution with the law of exact sums.
bool hasExactSum(mlir::Operation *op);

/// Whether a product or convolution has one group of weights, for all rows.
bool hasOneGroup(mlir::Operation *op);

/// An error of `op` unless `dims` ascend and are dimensions of a `rank`.
llvm::LogicalResult verifyDims(mlir::Operation *op,
                               llvm::ArrayRef<int64_t> dims, int64_t rank);

/// A type without some of its dimensions.
mlir::RankedTensorType dropDims(mlir::RankedTensorType type,
                                llvm::ArrayRef<int64_t> dims);

/// The element type of a signal, or the type itself if it is a scalar.
mlir::Type getElementTypeOrSelf(mlir::Type type);
} // namespace volley::snn

#define GET_OP_CLASSES
#include "volley/Dialect/SNN/IR/SNNOps.h.inc"

#endif // VOLLEY_DIALECT_SNN_IR_SNNOPS_H
