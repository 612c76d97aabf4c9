// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_KERNELS_STATE_H
#define VOLLEY_LIB_KERNELS_STATE_H

#include "EventInput.h"
#include "Processor.h"
#include "Team.h"

#include <time.h>

namespace volley::kernels {

/// Runs that are estimated to be worth waking threads for, but have so few
/// events that they are not: those of `steps` steps at most.
struct ShortRuns {
  int64_t steps;
  /// Runs until the next try to do one alone, and how many that were the last
  /// time.
  uint32_t wait, patience;
};

} // namespace volley::kernels

struct volley_state {
  const volley::kernels::Descriptor *descriptor;
  int64_t batch;
  const volley_executor *executor;
  /// Whether the processor adds products of four bytes (VNNI).
  bool hasDotProducts;
  /// Whether it counts the bits of words in vectors (VPOPCNTDQ).
  bool hasVectorPopcount;
  /// Whether it adds two vectors of 64 bytes at a time.
  bool hasWideAdders;
  /// Steps since the last reset.
  uint64_t step;
  volley::kernels::ShortRuns shortRuns;
  /// A law was violated; only a reset helps.
  bool isBroken;
  /// Samples one after another; a workspace and scratch memory per worker.
  char *samples;
  char *workspaces;
  char *scratch;
  /// Of a team; none if there is one worker.
  char *shared;
  /// The inputs of each worker's tile.
  volley::kernels::TileInput *inputs;
  /// What a run without probes has: none of any.
  void **noProbes;
  /// Those that some run had as lists of events, of all inputs.
  volley::kernels::EventInput *eventInputs;
  /// If the program is profiled: getNumCounts() of each worker, and of all runs
  /// their number, their time in ticks and nanoseconds, and steps of samples.
  volley::kernels::LayerCounts *counts;
  uint64_t runs, runTicks, runNanoseconds, runRows;
  char message[256];
};

namespace volley::kernels {

/// Of one worker.
inline size_t getNumCounts(const Descriptor *descriptor) {
  uint32_t layers = descriptor->program.num_layers;
  return layers ? kFirstLayer + layers : 0;
}

inline uint64_t getNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * uint64_t(1000000000) + now.tv_nsec;
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_STATE_H
