// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which values the integer signals of a network can have.

#ifndef VOLLEY_ANALYSIS_RANGES_H
#define VOLLEY_ANALYSIS_RANGES_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

namespace volley {
namespace snn {
class NetworkOp;
}

/// All integers from `low` to `high`.
struct Range {
  int64_t low, high;

  bool operator==(const Range &other) const {
    return low == other.low && high == other.high;
  }
  bool operator!=(const Range &other) const { return !(*this == other); }
  /// The largest magnitude.
  int64_t getMagnitude() const {
    return std::max(std::abs(low), std::abs(high));
  }
};

/// Ranges of all i1 and i32 signals, through cycles as well. What is not known
/// is all that the type holds.
class Ranges {
public:
  explicit Ranges(snn::NetworkOp network);
  /// The range of an integer signal.
  Range get(mlir::Value value) const;

private:
  llvm::DenseMap<mlir::Value, Range> ranges;
};

} // namespace volley

#endif // VOLLEY_ANALYSIS_RANGES_H
