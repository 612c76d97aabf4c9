// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A progress bar on the terminal for work that takes long.

#ifndef VOLLEY_TOOLS_COMMON_PROGRESS_H
#define VOLLEY_TOOLS_COMMON_PROGRESS_H

#include "llvm/ADT/StringRef.h"
#include <chrono>
#include <cstdint>

namespace volley::tools {

/// Shown after a second, if the standard error is a terminal; removed at the
/// end.
class Progress {
public:
  /// Of `total` units ("steps").
  Progress(int64_t total, llvm::StringRef units, bool isQuiet = false);
  ~Progress();

  void update(int64_t done);
  /// Makes room for a line of text.
  void clear();

private:
  using Clock = std::chrono::steady_clock;
  int64_t total;
  llvm::StringRef units;
  bool isShown, wasShown = false;
  Clock::time_point start = Clock::now(), last;
};

} // namespace volley::tools

#endif // VOLLEY_TOOLS_COMMON_PROGRESS_H
