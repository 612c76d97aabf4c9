// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work of the compiler that several threads share.

#ifndef VOLLEY_LIB_TARGET_CPU_THREADS_H
#define VOLLEY_LIB_TARGET_CPU_THREADS_H

#include "llvm/Support/Error.h"

namespace volley::cpu {

/// Calls function(i) for i of [0, count) by as many threads as there are cores,
/// or llvm::parallel::strategy says, and gives one of the errors. The threads
/// end with it: LLVM keeps those of parallelFor, and a process that was forked
/// later would wait for them.
llvm::Error forEachByThreads(size_t count,
                             llvm::function_ref<llvm::Error(size_t)> function);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_THREADS_H
