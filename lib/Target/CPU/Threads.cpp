// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Threads.h"

#include "llvm/Support/Parallel.h"
#include "llvm/Support/ThreadPool.h"

#include <mutex>

using namespace llvm;

Error volley::cpu::forEachByThreads(size_t count,
                                    function_ref<Error(size_t)> function) {
  if (count == 1)
    return function(0);
  std::mutex mutex;
  Error first = Error::success();
  DefaultThreadPool threads(parallel::strategy);
  for (size_t i = 0; i < count; ++i)
    threads.async([&, i] {
      Error error = function(i);
      std::lock_guard<std::mutex> lock(mutex);
      if (first)
        consumeError(std::move(error));
      else
        first = std::move(error);
    });
  threads.wait();
  return first;
}
