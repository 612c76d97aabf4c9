// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler tells the runtime inside an artefact, and how the runtime
// calls generated code.

#ifndef VOLLEY_LIB_KERNELS_DESCRIPTOR_H
#define VOLLEY_LIB_KERNELS_DESCRIPTOR_H

#include "MoveGeometry.h"
#include "volley-c/volley.h"

namespace volley::kernels {

struct Team;

/// What one thread has done in a layer of a program that is profiled; times in
/// ticks of the processor's clock.
struct LayerCounts {
  uint64_t ticks, calls, samples, rows;
  uint64_t inputs, activeInputs, outputs, activeOutputs;
};

/// The first counts of a thread: all of its time, and what of that goes into
/// counting. Layers follow.
constexpr uint32_t kThreadCounts = 0, kCountingCounts = 1, kFirstLayer = 2;

/// Of memory that each thread has for a kernel.
constexpr uint64_t kScratchBytes = 6 << 20;
/// Memory that the threads of a team have together for a kernel.
constexpr uint64_t kTeamBytes = 4 << 20;

/// Parts of the elements of a signal are told in units of one of so many.
constexpr int64_t kAll = 1 << 16;

/// What threads share of a run.
enum class Sharing : int64_t {
  /// Samples of the batch, loops of each sample, or nothing: what is estimated
  /// to be best.
  Auto,
  /// As Auto, but no loops.
  NoLoops,
  /// Every batch or every loop, however short, which is for tests.
  AllBatches,
  AllLoops,
};

/// Neighbouring bytes of which as many are looked at together.
constexpr int64_t kLineBytes = 64;

/// An input in a tile. Generated code knows the offsets of the first members.
struct TileInput {
  /// The row of the tile's first step and sample, and rows from one step to the
  /// next.
  const char *rows;
  int64_t rowsPerStep;
  /// If it is given as a list of events: a bit for each line of so many bytes
  /// from `rows` on, which is set where there is a spike. Else null.
  const uint64_t *lines;
  int64_t bytes;
};

/// One call of generated code: some successive steps of a block of neighbouring
/// samples. Generated code knows the offsets of these members.
struct Tile {
  const TileInput *inputs;
  int64_t numInputs;
  /// Whole arrays of (steps, batch, shape), or of (batch, shape) for signals
  /// that are no streams.
  void *const *outputs;
  void *const *probes;
  /// The state of the block's first sample.
  char *state;
  char *workspace;
  /// Of this thread alone: kScratchBytes, not initialised.
  char *scratch;
  const char *weights;
  /// Samples of the whole batch.
  int64_t batch;
  /// First step and sample of the tile in the arrays; number of both.
  int64_t firstStep, firstSample, steps, samples;
  /// Steps since the last reset.
  uint64_t step;
  /// 1 if the run ends with this tile, else 0.
  int64_t isLast;
  /// Set to 1 + the index of a message if a neuron leaves its law.
  uint32_t *error;
  /// The threads that work on this tile (Team.h); null if there is one.
  Team *team;
  int64_t workers;
  /// Of the team: kTeamBytes, not initialised.
  char *shared;
  /// 1 if even the shortest loops are shared.
  int64_t sharesAll;
  /// 1 if the processor adds products of four bytes (VNNI), else 0.
  int64_t hasDotProducts;
  /// 1 if it counts the bits of words in vectors (VPOPCNTDQ), else 0.
  int64_t hasVectorPopcount;
  /// 1 if it adds two vectors of 64 bytes at a time, else 0.
  int64_t hasWideAdders;
  /// What this thread knows of the loops that they share: parts of earlier
  /// ones, whether it works on a part, and on which.
  int64_t parts;
  int64_t isWorking;
  int64_t first, last;
  /// Of this thread, at kThreadCounts, kCountingCounts, and kFirstLayer and
  /// after; null in a program that is not profiled. When the layer at hand was
  /// begun, and what of the time since then is of layers within.
  LayerCounts *counts;
  uint64_t begun, nested;
};

/// Neurons of some neighbouring samples whose steps generated code does:
/// `neurons` of each of some rows of `rowNeurons` (positions with their
/// channels, say), from number `first` of the row on.
struct NeuronRange {
  int64_t sample, samples;
  int64_t firstStep, steps;
  int64_t firstRow, rows;
  int64_t first, neurons;
  /// What a product has computed for them: the first element, and the bytes
  /// from one step, one row and one sample to the next. Null if they have it
  /// from memory.
  const char *input;
  int64_t inputStep, inputRow, inputSample;
};

/// The steps of a population: `arguments` are what it was called with.
using StepFunction = void (*)(const void *arguments, const NeuronRange *range);

/// An estimate of what a run does (cpu-estimate-work).
struct Work {
  Sharing sharing;
  /// Cycles of a row, which is a step of a sample; of what is done of a sample
  /// in the first step after a reset, and at the end of a run.
  int64_t rowCycles, startCycles, endCycles;
  /// Loops that a team shares: of a tile, of a step of a tile, and as above of
  /// a block of samples.
  int64_t tileLoops, stepLoops, startLoops, endLoops;
};

/// There is a constant of this type for each level of an artefact.
struct Descriptor {
  volley_program program;
  void (*run)(Tile *tile);
  /// (step, sample) pairs of a tile at most, and samples.
  int64_t rows, samples;
  Work work;
  const char *weights;
  /// The state of one sample before the first step, or null if it is all zero.
  const char *initial;
  /// What the code needs: of x86-64 3 or 4, as in x86-64-v3, or 5 for AMX; 8 is
  /// AArch64.
  uint32_t level;
  const char *const *messages;
  /// Identifies saved states of the same program.
  uint64_t fingerprint;
  /// For each input, where generated code expects its elements if it is given
  /// as a list of events, with dimensions in descending order of their strides
  /// in the input; null: where they are in an array.
  const MoveGeometry *const *layouts;
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_DESCRIPTOR_H
