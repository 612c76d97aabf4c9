// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What generated code calls around each kernel of a program that is profiled.
// Other artefacts have none of this. Counting is not part of any layer's time.

#include "State.h"

using namespace volley::kernels;

namespace {

LayerCounts &getCounts(Tile *tile, int64_t layer) {
  return tile->counts[kFirstLayer + layer];
}

/// Adds the time of a scope to that of counting.
struct CountingTime {
  explicit CountingTime(Tile *tile) : tile(tile), begun(getTicks()) {}
  ~CountingTime() { tile->counts[kCountingCounts].ticks += getTicks() - begun; }
  Tile *tile;
  uint64_t begun;
};

/// Elements that are not zero; -0.0 is.
template <typename T> uint64_t countActive(const T *x, int64_t size, T mask) {
  uint64_t count = 0;
  for (int64_t i = 0; i < size; ++i)
    count += (x[i] & mask) != 0;
  return count;
}

/// Bytes are 0 or 1.
uint64_t countActive(const uint8_t *x, int64_t size) {
  uint64_t count = 0;
  for (int64_t i = 0; i < size; ++i)
    count += x[i];
  return count;
}

/// What a population behind a product is called through: its step function, and
/// whom to count its time for. Generated code knows the offsets.
struct ProfiledStep {
  StepFunction function;
  const void *arguments;
  Tile *tile;
  int64_t layer;
};

} // namespace

extern "C" {
/// A call of a layer's kernel on some steps and samples. Of the threads of a
/// team, one counts it.
void volley_profile_call(Tile *tile, int64_t layer, int64_t nt, int64_t nb) {
  CountingTime time(tile);
  share(tile, 1, 1, [&](int64_t, int64_t) {
    LayerCounts &counts = getCounts(tile, layer);
    ++counts.calls;
    counts.samples += nb;
    counts.rows += nt * nb;
  });
}

/// Counts what is not zero of a layer's input, or of its output: rows of `size`
/// elements of a byte, or an integer or float of `bits` (-32: a float of 32).
void volley_profile_signal(Tile *tile, int64_t layer, int32_t isOutput,
                           const char *x, int64_t stepBytes, int64_t size,
                           int64_t bits, int64_t nt, int64_t nb) {
  CountingTime time(tile);
  int64_t bytes = bits == 1 ? 1 : (bits < 0 ? -bits : bits) / 8;
  uint64_t active = 0, elements = 0;
  share(tile, nt * nb, getGrain(tile, size), [&](int64_t first, int64_t last) {
    elements += (last - first) * size;
    forRows(first, last, nb, [&](int64_t t, int64_t b) {
      const char *row = x + t * stepBytes + b * size * bytes;
      switch (bits) {
      case 1:
        active += countActive(reinterpret_cast<const uint8_t *>(row), size);
        break;
      case 32:
        active +=
            countActive(reinterpret_cast<const uint32_t *>(row), size, ~0u);
        break;
      case -32:
        active +=
            countActive(reinterpret_cast<const uint32_t *>(row), size, ~0u / 2);
        break;
      default:
        active += countActive(reinterpret_cast<const uint64_t *>(row), size,
                              ~uint64_t(0) / 2);
        break;
      }
    });
  });
  LayerCounts &counts = getCounts(tile, layer);
  (isOutput ? counts.outputs : counts.inputs) += elements;
  (isOutput ? counts.activeOutputs : counts.activeInputs) += active;
}

void volley_profile_begin(Tile *tile) {
  tile->nested = 0;
  tile->begun = getTicks();
}

void volley_profile_end(Tile *tile, int64_t layer) {
  uint64_t time = getTicks() - tile->begun;
  getCounts(tile, layer).ticks += time > tile->nested ? time - tile->nested : 0;
}

/// A StepFunction: a step that a kernel calls, whose time is not the kernel's.
void volley_profile_step(const void *arguments, const NeuronRange *range) {
  auto *step = static_cast<const ProfiledStep *>(arguments);
  uint64_t begun = getTicks();
  step->function(step->arguments, range);
  uint64_t time = getTicks() - begun;
  getCounts(step->tile, step->layer).ticks += time;
  step->tile->nested += time;
}

/// The program's `profile` (volley.h).
volley_status volley_profile_get(const volley_state *state,
                                 volley_profile *profile) {
  if (!profile || profile->size < sizeof(volley_profile) || !profile->layers)
    return VOLLEY_INVALID_ARGUMENT;
  size_t count = getNumCounts(state->descriptor);
  uint64_t workers = state->executor ? state->executor->workers : 1;
  double scale =
      state->runTicks ? double(state->runNanoseconds) / state->runTicks : 0;
  auto sum = [&](size_t index, uint64_t LayerCounts::*member) {
    uint64_t total = 0;
    for (uint64_t worker = 0; worker < workers; ++worker)
      total += state->counts[worker * count + index].*member;
    return total;
  };
  auto getTime = [&](size_t index) {
    return static_cast<uint64_t>(sum(index, &LayerCounts::ticks) * scale);
  };
  profile->runs = state->runs;
  profile->rows = state->runRows;
  profile->wall_nanoseconds = state->runNanoseconds;
  profile->thread_nanoseconds = getTime(kThreadCounts);
  profile->counting_nanoseconds = getTime(kCountingCounts);
  for (uint32_t i = 0; i < state->descriptor->program.num_layers; ++i) {
    size_t index = kFirstLayer + i;
    profile->layers[i] = {getTime(index),
                          sum(index, &LayerCounts::calls),
                          sum(index, &LayerCounts::samples),
                          sum(index, &LayerCounts::rows),
                          sum(index, &LayerCounts::inputs),
                          sum(index, &LayerCounts::activeInputs),
                          sum(index, &LayerCounts::outputs),
                          sum(index, &LayerCounts::activeOutputs)};
  }
  return VOLLEY_OK;
}
}
