// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How often a signal has a value: docs/Spec/README.md.

#ifndef VOLLEY_DIALECT_SNN_IR_RATES_H
#define VOLLEY_DIALECT_SNN_IR_RATES_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"

namespace volley::snn {
class NetworkOp;

enum class Rate {
  /// One value per sample, from one reset to the next.
  Static,
  /// One value per step.
  Stream,
  /// What a reduction over time has become so far: one value per run.
  Window
};

/// True if an op keeps something from one step to the next, so that it gives a
/// stream whatever its operands are.
bool hasState(mlir::Operation *op);

/// On a static op of a network: it is done once after a reset, not at each
/// step.
constexpr llvm::StringLiteral kOnceAttrName = "snn.once";

/// The rates of all signals of a network.
class Rates {
public:
  explicit Rates(NetworkOp network);
  Rate get(mlir::Value value) const { return rates.lookup(value); }
  /// For values that a pass makes.
  void set(mlir::Value value, Rate rate) { rates[value] = rate; }

private:
  llvm::DenseMap<mlir::Value, Rate> rates;
};

} // namespace volley::snn

#endif // VOLLEY_DIALECT_SNN_IR_RATES_H
