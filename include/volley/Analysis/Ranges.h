// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which integers the signals of a network can be.

#ifndef VOLLEY_ANALYSIS_RANGES_H
#define VOLLEY_ANALYSIS_RANGES_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

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

/// Ranges of all signals, through cycles as well. A float signal has one if it
/// is always an integer that its type holds exactly, and never -0.0.
class Ranges {
public:
  explicit Ranges(snn::NetworkOp network);

  /// The range of an integer signal; if nothing is known, all that its type
  /// holds.
  Range get(mlir::Value value) const { return *find(value); }
  /// The range of any signal; nothing if it may be no integer.
  std::optional<Range> find(mlir::Value value) const;

private:
  llvm::DenseMap<mlir::Value, std::optional<Range>> ranges;
};

} // namespace volley

#endif // VOLLEY_ANALYSIS_RANGES_H
