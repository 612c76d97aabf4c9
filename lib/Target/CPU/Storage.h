// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attributes that cpu-allocate-storage leaves for the passes after it.

#ifndef VOLLEY_LIB_TARGET_CPU_STORAGE_H
#define VOLLEY_LIB_TARGET_CPU_STORAGE_H

#include "../../Kernels/MoveGeometry.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"

namespace volley::cpu {

inline constexpr llvm::StringLiteral kBuffers = "snn.buffers";
inline constexpr llvm::StringLiteral kWeights = "snn.weights";
inline constexpr llvm::StringLiteral kStateOffsets = "snn.state_offsets";
inline constexpr llvm::StringLiteral kSampleBytes = "snn.sample_bytes";
inline constexpr llvm::StringLiteral kWorkspaceBytes = "snn.workspace_bytes";
inline constexpr llvm::StringLiteral kWeightBytes = "snn.weight_bytes";
/// Of cpu-estimate-work: the members of kernels::Work.
inline constexpr llvm::StringLiteral kWork = "snn.work";

/// Of cpu-fuse-neurons: the op's results go straight to the step that uses
/// them.
inline constexpr llvm::StringLiteral kFused = "snn.fused";

/// Of cpu-allocate-storage: what a state is to keep is computed in its memory.
inline constexpr llvm::StringLiteral kInPlace = "snn.in_place";

/// Of cpu-assign-activity: the measured fraction of an op's input that is not
/// zero.
inline constexpr llvm::StringLiteral kActivity = "snn.activity";

/// Of cpu-select-kernels: the part of elements that are not zero (f64) above
/// which the chosen kernel works on all of them.
inline constexpr llvm::StringLiteral kDenseAbove = "snn.dense_above";

/// The fused product that an input of a step comes from; null if none.
mlir::Operation *getFusedProduct(mlir::Value input);
/// Which input of a step comes from a fused product.
std::optional<unsigned> getFusedInput(snn::StepOp step);

/// Everything is aligned to a vector of 64 bytes.
inline constexpr uint64_t kAlignment = 64;

inline uint64_t align(uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// Bytes of an element in memory: a binary one has a byte.
inline int64_t getElementBytes(mlir::Type type) {
  int64_t bits = snn::getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  return bits == 1 ? 1 : bits / 8;
}

/// Bytes of one row of a signal, or of a state of one sample.
inline int64_t getRowBytes(mlir::Type type) {
  return snn::getSignalBytes(type);
}

/// How a parameter of a step reaches the generated code.
enum class ParamKind {
  /// An immediate.
  Scalar,
  /// One element per neuron.
  Full,
  /// One element per channel, channels last.
  Channel
};

/// The kind of a parameter for a population of `shape`.
ParamKind getParamKind(mlir::Value param, llvm::ArrayRef<int64_t> shape);

/// Which elements of operand `index` of a move or concat
/// go where. Nothing if that takes more dimensions than the kernel has.
std::optional<kernels::MoveGeometry> getMoveGeometry(mlir::Operation *op,
                                                     unsigned index);

/// If an input may be given as a list of events and nothing but a move that
/// keeps each element once reads it: that move, which then is not needed.
snn::MoveOp getEventMove(mlir::BlockArgument input);
/// Which elements of the input go where in that move, dimensions in descending
/// order of their strides.
std::optional<kernels::MoveGeometry> getEventLayout(mlir::BlockArgument input);

/// A reduction over neighbouring dimensions: [outer][terms][inner].
struct ReduceShape {
  int64_t outer = 1, terms = 1, inner = 1;
};
/// Nothing if the dimensions are not neighbours.
std::optional<ReduceShape> getReduceShape(snn::ReduceOp op);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_STORAGE_H
