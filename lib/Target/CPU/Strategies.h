// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernel strategies of products and convolutions, those of two signals among
// them. One class per strategy: which ops it can run, what it would cost, how it
// wants its weights. A chosen strategy is an attribute of the op; what comes
// later looks it up by name.

#ifndef VOLLEY_LIB_TARGET_CPU_STRATEGIES_H
#define VOLLEY_LIB_TARGET_CPU_STRATEGIES_H

#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>

namespace volley::cpu {

/// Bytes of the weight image: their number, and who writes them in order.
struct PackedWeights {
  uint64_t bytes = 0;
  std::function<void(llvm::raw_ostream &)> write;
};

/// What a kernel multiplies bytes with, from what all processors have on.
enum class ByteUnit { None, Vectors, Tiles };

class Strategy {
public:
  virtual ~Strategy() = default;

  virtual llvm::StringRef getName() const = 0;
  virtual bool isCompatible(mlir::Operation *op) const = 0;
  /// An estimate in cycles for one row, for comparison with other strategies.
  /// `activity` is the fraction of input elements that are not zero.
  virtual double getCost(mlir::Operation *op, double activity) const = 0;
  /// The activity above which the kernel leaves events and works on all
  /// elements, step by step, if cost alone decides; none if it always does the
  /// same.
  virtual std::optional<double> getMostActivity(mlir::Operation *op) const {
    return std::nullopt;
  }
  /// Whether the kernel can hand its results to the population behind it.
  virtual bool takesNeurons() const { return false; }
  /// What the kernel needs.
  virtual ByteUnit getByteUnit() const { return ByteUnit::None; }
  /// Whether the kernel is told digits of weights and the largest input.
  virtual bool takesDigits() const { return false; }
  /// Whether what belongs to the bias depends on the weights.
  virtual bool scalesSums() const { return false; }
  /// Weights, then the bias, each from a multiple of 64 bytes; empty without.
  virtual PackedWeights packWeights(mlir::Operation *op) const = 0;
  virtual PackedWeights packBias(mlir::Operation *op) const = 0;
};

/// The fraction of a signal's elements that are not zero, without a
/// measurement: spikes are sparse, counts less so, and nothing is known of
/// reals.
std::optional<double> assumeActivity(mlir::Type type);

/// What a strategy would cost. Where nothing is known of the activity, all
/// elements may be there: kernels that see it are as often spared that.
double estimateCost(const Strategy &strategy, mlir::Operation *op,
                    std::optional<double> activity);

/// That of an op's first operand: measured if it was (cpu-assign-activity), or
/// assumed, if anything is.
std::optional<double> getActivity(mlir::Operation *op);

/// The activity above which a strategy leaves events in an op: as chosen
/// (`snn.dense_above`), or by cost. None if it always does the same.
std::optional<double> getDenseAbove(const Strategy &strategy,
                                    mlir::Operation *op);

/// Strategies in order of preference where costs are equal.
llvm::ArrayRef<const Strategy *> getStrategies();

/// The strategy that an op's `kernel` names; null if it has none.
const Strategy *getStrategy(mlir::Operation *op);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_STRATEGIES_H
