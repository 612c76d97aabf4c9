// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which numbers the scalar values of a neuron's law can have.

#ifndef VOLLEY_LIB_ANALYSIS_LAWRANGES_H
#define VOLLEY_LIB_ANALYSIS_LAWRANGES_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include <cmath>

namespace volley {
namespace snn {
class ConstantView;
class NeuronModelOp;
} // namespace snn

/// What the values of a type may be.
enum class Numbers {
  /// Numbers and NaN.
  Any,
  /// No NaN.
  Real,
  /// No NaN, no fraction and no -0.0.
  Integers
};

/// Numbers from `low` to `high`, and what of `numbers` is none.
struct Interval {
  double low = -INFINITY, high = INFINITY;
  Numbers numbers = Numbers::Any;

  bool isIntegral() const { return numbers == Numbers::Integers; }
  bool operator==(const Interval &other) const {
    return low == other.low && high == other.high && numbers == other.numbers;
  }
};

/// All numbers of a type.
Interval getTypeInterval(mlir::Type type);

/// All elements of a constant.
Interval getConstantInterval(const snn::ConstantView &view);

/// What clamps, comparisons and arithmetic say about a law's results in every
/// step: its states start as they do and become what the law makes of them.
class LawRanges {
public:
  /// `inputs` and `params` are those of a population.
  LawRanges(snn::NeuronModelOp model, llvm::ArrayRef<Interval> inputs,
            llvm::ArrayRef<Interval> params);

  Interval get(mlir::Value value) const;

private:
  void evaluateBody(snn::NeuronModelOp model);
  Interval evaluate(mlir::Operation *op, mlir::Type type) const;

  llvm::DenseMap<mlir::Value, Interval> intervals;
};

/// The largest magnitude up to which a type holds every integer.
double getLargestExact(mlir::Type type);

} // namespace volley

#endif // VOLLEY_LIB_ANALYSIS_LAWRANGES_H
