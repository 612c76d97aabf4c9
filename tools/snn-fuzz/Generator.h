// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random valid networks.

#ifndef VOLLEY_TOOLS_SNN_FUZZ_GENERATOR_H
#define VOLLEY_TOOLS_SNN_FUZZ_GENERATOR_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include <random>

namespace volley::fuzz {

/// A source of randomness that gives the same sequence everywhere: the standard
/// fixes the engine but not the distributions.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  /// From 0 to `bound` - 1.
  uint64_t below(uint64_t bound) { return engine() % bound; }
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(high - low + 1));
  }
  bool chance(unsigned percent) { return below(100) < percent; }
  /// In [low, high).
  double real(double low, double high) {
    return low + (high - low) * (static_cast<double>(engine() >> 11) * 0x1p-53);
  }
  template <typename T> T pick(std::initializer_list<T> choices) {
    return *(choices.begin() + below(choices.size()));
  }
  template <typename T> const T &pick(llvm::ArrayRef<T> choices) {
    return choices[below(choices.size())];
  }

private:
  std::mt19937_64 engine;
};

/// A random network in the `imported` form: branches, cycles, delays, all kinds
/// of ops, named neurons under all schemes, resets and comparisons, and neurons
/// with laws of their own.
mlir::OwningOpRef<mlir::ModuleOp> generateNetwork(mlir::MLIRContext *context,
                                                  Random &random);

/// A random law over f32 or f64, as a model in `module`.
snn::NeuronModelOp generateLaw(mlir::ModuleOp module, Random &random,
                               mlir::FloatType type, llvm::StringRef name);

/// An integrator that adds, compares and resets, perhaps with a leak.
snn::NeuronModelOp generateAccumulator(mlir::ModuleOp module, Random &random,
                                       mlir::FloatType type,
                                       llvm::StringRef name);

} // namespace volley::fuzz

#endif // VOLLEY_TOOLS_SNN_FUZZ_GENERATOR_H
