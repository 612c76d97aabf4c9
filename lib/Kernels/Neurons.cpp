// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop over the neurons of a population, whose law is generated code.

#include "Team.h"

using namespace volley::kernels;

/// Neurons that one thread does at least; a multiple of every vector's.
static constexpr int64_t kBlock = 1024;

/// All steps of all neurons of nb samples; a vector of 16 takes some cycles.
extern "C" void VOLLEY_KERNEL(volley_neurons)(Tile *tile, StepFunction function,
                                              const void *arguments, int64_t nt,
                                              int64_t nb, int64_t neurons) {
  int64_t blocks = (neurons + kBlock - 1) / kBlock;
  int64_t grain = getGrain(tile, nt * least(neurons, kBlock) / 2);
  share(tile, nb * blocks, grain, [&](int64_t next, int64_t last) {
    while (next < last) {
      NeuronRange range{};
      auto [sample, begin] = divide(next, blocks);
      range.sample = sample;
      range.steps = nt;
      range.rows = 1;
      int64_t end = least(blocks, begin + last - next);
      // Whole samples together.
      bool areMore = end - begin == blocks && blocks < last - next;
      range.samples = areMore ? (last - next) / blocks : 1;
      range.first = begin * kBlock;
      range.neurons = least(neurons, end * kBlock) - range.first;
      function(arguments, &range);
      next += range.samples * (end - begin);
    }
  });
}
