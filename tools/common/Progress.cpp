// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace volley::tools;

Progress::Progress(int64_t total, StringRef units, bool isQuiet)
    : total(total), units(units),
      isShown(!isQuiet && sys::Process::StandardErrIsDisplayed()) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (wasShown)
    errs() << '\r' << std::string(78, ' ') << '\r';
  wasShown = false;
}

void Progress::update(int64_t done) {
  if (!isShown)
    return;
  Clock::time_point now = Clock::now();
  std::chrono::duration<double> elapsed = now - start, since = now - last;
  if (elapsed.count() < 1.0 || since.count() < 0.1)
    return;
  last = now;
  wasShown = true;
  const int width = 40;
  int filled = static_cast<int>(done * width / total);
  double rest = elapsed.count() / done * (total - done);
  errs() << "\r[" << std::string(filled, '#')
         << std::string(width - filled, '.') << "] " << done << " of " << total
         << ' ' << units << ", " << format("%.0f", rest) << " s left ";
}
