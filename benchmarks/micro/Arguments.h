// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options of the micro-benchmarks.

#ifndef VOLLEY_BENCHMARKS_MICRO_ARGUMENTS_H
#define VOLLEY_BENCHMARKS_MICRO_ARGUMENTS_H

#include "llvm/ADT/ArrayRef.h"
#include <benchmark/benchmark.h>
#include <string>
#include <vector>

/// Reads what is left of the arguments; `defaults` are options that what is
/// given replaces. False if there is one that nobody knows.
inline bool initialize(std::vector<char *> arguments,
                       llvm::MutableArrayRef<std::string> defaults) {
  for (std::string &option : defaults)
    arguments.insert(arguments.begin() + 1, option.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  return !benchmark::ReportUnrecognizedArguments(count, arguments.data());
}

#endif // VOLLEY_BENCHMARKS_MICRO_ARGUMENTS_H
