// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions of the artefact's interface (include/volley-c/volley.h), linked
// into each artefact. They cut a run into tiles and call generated code.

#include "Processor.h"
#include "State.h"
#include "volley/Support/EventCheck.h"
#include "volley/Support/FloatingPointEnvironment.h"

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

using volley::kernels::Descriptor;
using volley::kernels::EventInput;
using volley::kernels::getNanoseconds;
using volley::kernels::getNumCounts;
using volley::kernels::getTicks;
using volley::kernels::hasDotProducts;
using volley::kernels::hasLevel;
using volley::kernels::hasVectorPopcount;
using volley::kernels::hasWideAdders;
using volley::kernels::kScratchBytes;
using volley::kernels::kTeamBytes;
using volley::kernels::kThreadCounts;
using volley::kernels::LayerCounts;
using volley::kernels::least;
using volley::kernels::relax;
using volley::kernels::share;
using volley::kernels::Sharing;
using volley::kernels::ShortRuns;
using volley::kernels::Team;
using volley::kernels::Tile;
using volley::kernels::TileInput;
using volley::kernels::Work;

/// The program at each level that the artefact has, the best first, and null.
/// They are the first members of descriptors.
extern "C" __attribute__((visibility("hidden")))
const volley_program *const volley_levels[];

namespace {

constexpr size_t kAlignment = 64;

size_t roundUp(size_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

const Descriptor *getDescriptor(const volley_program *program) {
  return reinterpret_cast<const Descriptor *>(program);
}

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

/// The program at the best level that the processor has, or at the last one if
/// it has none.
const volley_program *chooseProgram() {
  const volley_program *const *program = volley_levels;
  while (program[1] && !hasLevel(getDescriptor(*program)->level))
    ++program;
  return *program;
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

volley_status fail(volley_state *state, volley_status status,
                   const char *message) {
  snprintf(state->message, sizeof state->message, "%s", message);
  return status;
}

size_t getSampleBytes(const volley_state *state) {
  return state->descriptor->program.state_sample_bytes;
}

void clear(volley_state *state) {
  size_t bytes = getSampleBytes(state);
  const char *initial = state->descriptor->initial;
  if (!initial)
    memset(state->samples, 0, bytes * state->batch);
  else
    for (int64_t b = 0; b < state->batch; ++b)
      memcpy(state->samples + b * bytes, initial, bytes);
  state->step = 0;
  state->isBroken = false;
  state->message[0] = '\0';
}

volley_status create(const volley_program *program,
                     const volley_state_options *options,
                     volley_state **result) {
  *result = nullptr;
  const Descriptor *descriptor = getDescriptor(program);
  if (!options || options->size < sizeof(volley_state_options) ||
      options->batch < 1 ||
      (options->executor &&
       (options->executor->workers < 1 || !options->executor->parallel_for)))
    return VOLLEY_INVALID_ARGUMENT;
  if (!hasLevel(descriptor->level))
    return VOLLEY_UNSUPPORTED_CPU;
  size_t workers = options->executor ? options->executor->workers : 1;
  size_t header = roundUp(sizeof(volley_state)), samples, workspaces, scratch,
         inputs, counts, total;
  size_t shared = workers > 1 ? kTeamBytes : 0;
  size_t probes = program->num_probes * sizeof(void *);
  if (__builtin_mul_overflow(program->state_sample_bytes,
                             static_cast<uint64_t>(options->batch), &samples) ||
      __builtin_mul_overflow(program->workspace_bytes, workers, &workspaces) ||
      __builtin_mul_overflow(kScratchBytes, workers, &scratch) ||
      __builtin_mul_overflow(program->num_inputs * sizeof(TileInput), workers,
                             &inputs) ||
      __builtin_mul_overflow(getNumCounts(descriptor) * sizeof(LayerCounts),
                             workers, &counts) ||
      __builtin_add_overflow(samples, header + shared + 6 * kAlignment,
                             &total) ||
      __builtin_add_overflow(probes, total, &total) ||
      __builtin_add_overflow(inputs, total, &total) ||
      __builtin_add_overflow(counts, total, &total) ||
      __builtin_add_overflow(workspaces, total, &total) ||
      __builtin_add_overflow(scratch, total, &total))
    return VOLLEY_OUT_OF_MEMORY;
  char *memory = static_cast<char *>(aligned_alloc(kAlignment, roundUp(total)));
  if (!memory)
    return VOLLEY_OUT_OF_MEMORY;
  auto *state = reinterpret_cast<volley_state *>(memory);
  state->descriptor = descriptor;
  state->batch = options->batch;
  state->executor = options->executor;
  state->shortRuns = {};
  state->hasDotProducts = hasDotProducts();
  state->hasVectorPopcount = hasVectorPopcount();
  state->hasWideAdders = hasWideAdders();
  state->samples = memory + header;
  state->workspaces = state->samples + roundUp(samples);
  state->scratch = state->workspaces + roundUp(workspaces);
  state->shared = state->scratch + roundUp(scratch);
  state->inputs = reinterpret_cast<TileInput *>(state->shared + shared);
  state->noProbes = reinterpret_cast<void **>(
      reinterpret_cast<char *>(state->inputs) + roundUp(inputs));
  memset(state->noProbes, 0, probes);
  state->eventInputs = nullptr;
  state->counts = reinterpret_cast<LayerCounts *>(
      reinterpret_cast<char *>(state->noProbes) + roundUp(probes));
  memset(state->counts, 0, counts);
  state->runs = state->runTicks = state->runNanoseconds = state->runRows = 0;
  clear(state);
  *result = state;
  return VOLLEY_OK;
}

void destroy(volley_state *state) {
  if (state && state->eventInputs) {
    for (uint32_t i = 0; i < state->descriptor->program.num_inputs; ++i)
      state->eventInputs[i].release();
    free(state->eventInputs);
  }
  free(state);
}

volley_status reset(volley_state *state) {
  clear(state);
  return VOLLEY_OK;
}

/// What to say of a level that the processor lacks: where there is another in
/// the artefact that it has, and where there is none.
const char *describeLack(uint32_t level) {
  bool hasOther = hasLevel(getDescriptor(chooseProgram())->level);
  switch (level) {
  case 3:
    return "the artefact needs x86-64-v3 (AVX2 and FMA), which this processor "
           "does not have";
  case 4:
    return hasOther ? "this code needs x86-64-v4 (AVX-512), which this "
                      "processor does not have"
                    : "the artefact needs x86-64-v4 (AVX-512), which this "
                      "processor does not have; compile it with "
                      "--cpu=x86-64-v3";
  default:
    return hasOther ? "this code needs AMX, which this processor or system "
                      "does not have"
                    : "the artefact needs AMX, which this processor or system "
                      "does not have; compile it with --cpu=x86-64-v4";
  }
}

const char *error(const volley_state *state, volley_status status,
                  uint32_t level) {
  if (state)
    return state->message;
  switch (status) {
  case VOLLEY_OK:
    return "";
  case VOLLEY_INVALID_ARGUMENT:
    return "expects state options with a batch of at least 1";
  case VOLLEY_UNSUPPORTED_CPU:
    return describeLack(level);
  case VOLLEY_OUT_OF_MEMORY:
    return "there is not enough memory for the state";
  default:
    return "failed";
  }
}

//===----------------------------------------------------------------------===//
// Saving
//===----------------------------------------------------------------------===//

/// What precedes the samples of a saved state.
struct SavedHeader {
  uint64_t fingerprint;
  int64_t batch;
  uint64_t step;
};

size_t savedSize(const volley_state *state) {
  return sizeof(SavedHeader) + getSampleBytes(state) * state->batch;
}

volley_status save(const volley_state *state, void *buffer, size_t size) {
  if (!buffer || size < savedSize(state))
    return VOLLEY_INVALID_ARGUMENT;
  SavedHeader header{state->descriptor->fingerprint, state->batch, state->step};
  memcpy(buffer, &header, sizeof header);
  memcpy(static_cast<char *>(buffer) + sizeof header, state->samples,
         getSampleBytes(state) * state->batch);
  return VOLLEY_OK;
}

volley_status load(volley_state *state, const void *buffer, size_t size) {
  SavedHeader header;
  if (!buffer || size != savedSize(state))
    return fail(state, VOLLEY_BAD_STATE,
                "the saved state has another size than this program's");
  memcpy(&header, buffer, sizeof header);
  if (header.fingerprint != state->descriptor->fingerprint ||
      header.batch != state->batch)
    return fail(state, VOLLEY_BAD_STATE,
                "the saved state is one of another program or batch");
  memcpy(state->samples, static_cast<const char *>(buffer) + sizeof header,
         getSampleBytes(state) * state->batch);
  state->step = header.step;
  state->isBroken = false;
  state->message[0] = '\0';
  return VOLLEY_OK;
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

/// The first byte of `data` that is neither 0 nor 1, or -1.
int64_t findNonBinary(const uint8_t *data, int64_t count) {
  constexpr int64_t block = 4096;
  for (int64_t begin = 0; begin < count; begin += block) {
    int64_t end = begin + block < count ? begin + block : count;
    uint8_t all = 0;
    for (int64_t i = begin; i < end; ++i)
      all |= data[i];
    if (all <= 1)
      continue;
    for (int64_t i = begin; i < end; ++i)
      if (data[i] > 1)
        return i;
  }
  return -1;
}

/// The list of an input that is given as one, or null.
const volley_events *getEvents(const volley_run_args *args, uint32_t input) {
  bool hasEvents = args->size >= volley::kEventsEnd && args->events;
  return hasEvents ? args->events[input] : nullptr;
}

/// Checks the list of an input, and makes room for what a tile has of it.
volley_status prepareEvents(volley_state *state, const volley_run_args *args,
                            uint32_t input) {
  const Descriptor *descriptor = state->descriptor;
  const volley_signal &signal = descriptor->program.inputs[input];
  auto runOut = [&] {
    return fail(state, VOLLEY_OUT_OF_MEMORY, "there is not enough memory");
  };
  bool isSpikeStream =
      signal.type == VOLLEY_BOOL && signal.rate == VOLLEY_STREAM;
  if (!state->eventInputs)
    state->eventInputs = static_cast<EventInput *>(
        calloc(descriptor->program.num_inputs, sizeof(EventInput)));
  if (!state->eventInputs)
    return runOut();
  EventInput &buffers = state->eventInputs[input];
  int64_t workers = state->executor ? state->executor->workers : 1;
  if (isSpikeStream && !buffers.isAllocated() &&
      !buffers.allocate(signal.elements, args->batch, descriptor->rows, workers,
                        descriptor->layouts[input]))
    return runOut();
  if (volley::checkEvents(*args->events[input], isSpikeStream, signal.name,
                          args->steps, args->batch, signal.elements,
                          buffers.getSeen(), state->message,
                          sizeof state->message))
    return VOLLEY_OK;
  buffers.clearSeen();
  return VOLLEY_INVALID_ARGUMENT;
}

volley_status checkArguments(volley_state *state, const volley_run_args *args) {
  const volley_program &program = state->descriptor->program;
  auto invalid = [&](const char *message) {
    return fail(state, VOLLEY_INVALID_ARGUMENT, message);
  };
  if (!args || args->size < offsetof(volley_run_args, events))
    return invalid("expects run arguments of this version");
  if (args->steps < 0)
    return invalid("expects a number of steps that is not negative");
  if (args->batch != state->batch)
    return invalid("expects the batch that the state was made for");
  if (state->isBroken)
    return fail(state, VOLLEY_LAW_VIOLATED,
                "the state is that after an error; reset it first");
  if ((program.num_inputs && !args->inputs) ||
      (program.num_outputs && !args->outputs))
    return invalid("expects buffers of inputs and outputs");
  if (args->steps == 0)
    return VOLLEY_OK;
  for (uint32_t i = 0; i < program.num_inputs; ++i) {
    const volley_signal &signal = program.inputs[i];
    bool isStatic = signal.rate == VOLLEY_STATIC;
    if (getEvents(args, i)) {
      volley_status status = prepareEvents(state, args, i);
      if (status != VOLLEY_OK)
        return status;
      continue;
    }
    if (isStatic && state->step > 0)
      continue; // What the first run gave counts.
    if (!args->inputs[i]) {
      snprintf(state->message, sizeof state->message,
               "expects a buffer for input '%s'", signal.name);
      return VOLLEY_INVALID_ARGUMENT;
    }
    if (signal.type != VOLLEY_BOOL)
      continue;
    auto *data = static_cast<const uint8_t *>(args->inputs[i]);
    int64_t rows = isStatic ? args->batch : args->steps * args->batch;
    int64_t count = rows * signal.elements;
    int64_t bad = findNonBinary(data, count);
    if (bad < 0)
      continue;
    int64_t row = bad / signal.elements;
    char step[32] = "";
    if (!isStatic)
      snprintf(step, sizeof step, "step %lld, ",
               static_cast<long long>(row / args->batch));
    snprintf(state->message, sizeof state->message,
             "input '%s' is binary, but element %lld of %ssample %lld is %d",
             signal.name, static_cast<long long>(bad % signal.elements), step,
             static_cast<long long>(row % args->batch), data[bad]);
    return VOLLEY_INVALID_ARGUMENT;
  }
  for (uint32_t i = 0; i < program.num_outputs; ++i)
    if (!args->outputs[i]) {
      snprintf(state->message, sizeof state->message,
               "expects a buffer for output '%s'", program.outputs[i].name);
      return VOLLEY_INVALID_ARGUMENT;
    }
  return VOLLEY_OK;
}

/// A run, cut into blocks of neighbouring samples: the work of threads, or of a
/// team of them.
struct Run {
  volley_state *state;
  const volley_run_args *args;
  void *const *probes;
  int64_t blockSamples;
  uint32_t blocks;
  uint32_t error;
  uint32_t isDone;
  Team team;
};

/// Bytes of a row of a signal.
size_t getRowBytes(const volley_signal &signal) {
  constexpr size_t bytes[] = {1, 4, 4, 8};
  return signal.elements * bytes[signal.type];
}

/// Gives a tile its inputs: `inputs` are those of this thread, of which lists
/// of events are put into the buffers of a workspace.
void setInputs(const Run &run, uint32_t workspace, Tile &tile,
               TileInput *inputs) {
  const volley_program &program = run.state->descriptor->program;
  for (uint32_t i = 0; i < program.num_inputs; ++i) {
    const volley_signal &signal = program.inputs[i];
    if (const volley_events *events = getEvents(run.args, i)) {
      EventInput &buffers = run.state->eventInputs[i];
      share(&tile, 1, 1,
            [&](int64_t, int64_t) { buffers.put(*events, workspace, tile); });
      inputs[i] = buffers.get(workspace, tile.samples);
      continue;
    }
    bool isStream = signal.rate == VOLLEY_STREAM;
    int64_t row =
        (isStream ? tile.firstStep * tile.batch : 0) + tile.firstSample;
    auto *buffer = static_cast<const char *>(run.args->inputs[i]);
    inputs[i] = {buffer + row * getRowBytes(signal), isStream ? tile.batch : 0,
                 nullptr, 0};
  }
}

/// Clears the buffers of lists of events.
void clearInputs(const Run &run, uint32_t workspace, Tile &tile) {
  for (uint32_t i = 0; i < run.state->descriptor->program.num_inputs; ++i)
    if (getEvents(run.args, i))
      share(&tile, 1, 1, [&](int64_t, int64_t) {
        run.state->eventInputs[i].clear(workspace, tile.steps * tile.samples);
      });
}

/// All steps of one block of samples, tile by tile, in a workspace.
void runBlock(Run *run, uint32_t index, uint32_t worker, uint32_t workspace,
              Tile &tile) {
  volley_state *state = run->state;
  const Descriptor *descriptor = state->descriptor;
  tile.numInputs = descriptor->program.num_inputs;
  TileInput *inputs = state->inputs + worker * tile.numInputs;
  tile.inputs = inputs;
  tile.outputs = run->args->outputs;
  tile.probes = run->probes;
  tile.weights = descriptor->weights;
  tile.workspace =
      state->workspaces + workspace * descriptor->program.workspace_bytes;
  tile.batch = state->batch;
  tile.firstSample = index * run->blockSamples;
  tile.samples = state->batch - tile.firstSample;
  if (tile.samples > run->blockSamples)
    tile.samples = run->blockSamples;
  tile.state = state->samples + tile.firstSample * getSampleBytes(state);
  uint32_t error = 0;
  tile.error = &error;

  int64_t tileSteps = descriptor->rows / tile.samples;
  if (tileSteps < 1)
    tileSteps = 1;
  // Threads of a team go through the same loops, whoever found an error.
  for (int64_t t = 0; t < run->args->steps && (tile.team || error == 0);
       t += tileSteps) {
    tile.firstStep = t;
    tile.steps = run->args->steps - t;
    if (tile.steps > tileSteps)
      tile.steps = tileSteps;
    tile.step = state->step + t;
    tile.isLast = t + tile.steps == run->args->steps;
    setInputs(*run, workspace, tile, inputs);
    descriptor->run(&tile);
    clearInputs(*run, workspace, tile);
  }
  if (error)
    __atomic_store_n(&run->error, error, __ATOMIC_RELAXED);
}

/// Gives a thread the counts of its worker, if the program is profiled.
void startCounting(const volley_state *state, uint32_t worker, Tile &tile) {
  if (size_t count = getNumCounts(state->descriptor)) {
    tile.counts = state->counts + worker * count;
    tile.counts[kThreadCounts].ticks -= getTicks();
  }
}

void stopCounting(Tile &tile) {
  if (tile.counts)
    tile.counts[kThreadCounts].ticks += getTicks();
}

/// A thread that does a block alone.
void runAlone(void *argument, uint32_t index, uint32_t worker) {
  volley::FloatingPointEnvironment environment;
  Tile tile{};
  tile.workers = 1;
  auto *run = static_cast<Run *>(argument);
  tile.scratch = run->state->scratch + worker * kScratchBytes;
  tile.hasDotProducts = run->state->hasDotProducts;
  tile.hasVectorPopcount = run->state->hasVectorPopcount;
  tile.hasWideAdders = run->state->hasWideAdders;
  startCounting(run->state, worker, tile);
  runBlock(run, index, worker, worker, tile);
  stopCounting(tile);
}

/// A thread of a team that does all blocks, in one workspace.
void runTogether(void *argument, uint32_t, uint32_t worker) {
  auto *run = static_cast<Run *>(argument);
  if (__atomic_load_n(&run->isDone, __ATOMIC_ACQUIRE))
    return;
  volley::FloatingPointEnvironment environment;
  Tile tile{};
  tile.team = &run->team;
  tile.shared = run->state->shared;
  tile.scratch = run->state->scratch + worker * kScratchBytes;
  tile.hasDotProducts = run->state->hasDotProducts;
  tile.hasVectorPopcount = run->state->hasVectorPopcount;
  tile.hasWideAdders = run->state->hasWideAdders;
  tile.workers = run->state->executor->workers;
  tile.sharesAll = run->state->descriptor->work.sharing == Sharing::AllLoops;
  startCounting(run->state, worker, tile);
  for (uint32_t i = 0; i < run->blocks; ++i)
    runBlock(run, i, worker, /*workspace=*/0, tile);
  stopCounting(tile);
  __atomic_store_n(&run->isDone, 1, __ATOMIC_RELEASE);
}

/// Cycles that it costs a team to share a loop, and a run to wake threads; that
/// in nanoseconds.
constexpr int64_t kShareCycles = 1000, kWakeCycles = 60000,
                  kWakeNanoseconds = 20000;

/// What threads do of a run: one all of it, each some samples, or all of them
/// parts of each sample.
enum class Plan { Alone, Samples, Team };

Plan choosePlan(const Run &run) {
  const Descriptor *descriptor = run.state->descriptor;
  const volley_executor *executor = run.state->executor;
  const Work &work = descriptor->work;
  int64_t batch = run.state->batch, steps = run.args->steps;
  int64_t workers = executor ? executor->workers : 1;
  if (workers == 1)
    return Plan::Alone;
  if (work.sharing == Sharing::AllLoops)
    return Plan::Team;
  Plan withoutTeam = batch > 1 ? Plan::Samples : Plan::Alone;
  if (work.sharing == Sharing::AllBatches)
    return withoutTeam;
  bool isStart = run.state->step == 0;
  double cycles =
      double(steps) * batch * work.rowCycles +
      double(batch) * (work.endCycles + (isStart ? work.startCycles : 0));
  if (cycles <= kWakeCycles)
    return Plan::Alone;
  bool isEven = batch % workers == 0 || batch >= 4 * workers;
  if (isEven || work.sharing == Sharing::NoLoops)
    return withoutTeam;
  int64_t blockSamples = least(descriptor->samples, batch);
  int64_t blocks = (batch + blockSamples - 1) / blockSamples;
  int64_t tileSteps = descriptor->rows / blockSamples;
  int64_t tilesOfBlock = (steps + tileSteps - 1) / tileSteps;
  double loops =
      double(blocks) *
      (double(tilesOfBlock) * work.tileLoops + double(steps) * work.stepLoops +
       work.endLoops + (isStart ? work.startLoops : 0));
  return cycles > 4 * loops * kShareCycles ? Plan::Team : withoutTeam;
}

/// Estimates assume how many events there are, and clocks know. After a run by
/// threads that takes no longer than to wake them the next one is tried alone,
/// and so are all others until one takes longer; then it is tried again later
/// and later.
class Trial {
  static constexpr uint32_t kMostPatience = 1024;

public:
  /// Changes the plan of a run.
  Trial(const Run &run, Plan &plan)
      : runs(run.state->shortRuns), steps(run.args->steps) {
    const Work &work = run.state->descriptor->work;
    // What is done once says nothing of later runs.
    bool isUsual = run.state->step > 0 || work.startCycles == 0;
    isTimed = plan != Plan::Alone && isUsual &&
              work.sharing != Sharing::AllBatches &&
              work.sharing != Sharing::AllLoops;
    if (!isTimed)
      return;
    isAlone = steps <= runs.steps;
    if (isAlone)
      plan = Plan::Alone;
    begun = getNanoseconds();
  }

  /// Learns from the run, when it has ended.
  void end() {
    if (!isTimed)
      return;
    bool isShort = getNanoseconds() - begun < kWakeNanoseconds;
    if (isAlone && isShort) {
      runs.patience = 0;
    } else if (isAlone) {
      runs.steps = 0;
      runs.patience = runs.patience < kMostPatience / 2 ? 2 * runs.patience + 1
                                                        : kMostPatience;
      runs.wait = runs.patience;
    } else if (runs.wait > 0) {
      --runs.wait;
    } else if (isShort) {
      runs.steps = steps;
    }
  }

private:
  ShortRuns &runs;
  int64_t steps;
  uint64_t begun = 0;
  bool isTimed, isAlone = false;
};

volley_status run(volley_state *state, const volley_run_args *args) {
  state->message[0] = '\0';
  volley_status status = checkArguments(state, args);
  if (status != VOLLEY_OK || args->steps == 0)
    return status;
  const volley_executor *executor = state->executor;
  // Generated code tests each probe's buffer, not the array.
  void *const *probes = args->probes ? args->probes : state->noProbes;
  Run run{state, args, probes, 0, 0, 0, 0, {}};
  bool isProfiled = getNumCounts(state->descriptor) > 0;
  uint64_t nanoseconds = isProfiled ? getNanoseconds() : 0;
  uint64_t ticks = isProfiled ? getTicks() : 0;
  Plan plan = choosePlan(run);
  Trial trial(run, plan);
  run.blockSamples =
      plan == Plan::Samples
          ? (state->batch + executor->workers - 1) / executor->workers
          : state->batch;
  run.blockSamples = least(run.blockSamples, state->descriptor->samples);
  run.blocks = static_cast<uint32_t>((state->batch + run.blockSamples - 1) /
                                     run.blockSamples);
  if (plan == Plan::Team)
    executor->parallel_for(executor->context, executor->workers, runTogether,
                           &run);
  else if (plan == Plan::Samples)
    executor->parallel_for(executor->context, run.blocks, runAlone, &run);
  else
    for (uint32_t i = 0; i < run.blocks; ++i)
      runAlone(&run, i, 0);
  trial.end();
  if (isProfiled) {
    ++state->runs;
    state->runTicks += getTicks() - ticks;
    state->runNanoseconds += getNanoseconds() - nanoseconds;
    state->runRows += args->steps * state->batch;
  }
  state->step += args->steps;
  if (run.error) {
    state->isBroken = true;
    return fail(state, VOLLEY_LAW_VIOLATED,
                state->descriptor->messages[run.error - 1]);
  }
  return VOLLEY_OK;
}

//===----------------------------------------------------------------------===//
// Teams
//===----------------------------------------------------------------------===//

/// The parts of a loop. The threads of a team take half of it in a first round,
/// half of what is left in the next, and so on: long parts, since each begins
/// anew with weights, and short ones at the end, since some are slower.
struct Parts {
  static constexpr int64_t kMostRounds = 5;

  Parts(const Tile *tile, int64_t count, int64_t grain)
      : count(count), workers(tile->workers) {
    if (tile->sharesAll) {
      parts = count;
      return;
    }
    while (rounds < kMostRounds && count >= (grain * workers << rounds))
      ++rounds;
    parts = rounds > 1 ? rounds * workers
                       : least(workers, (count + grain - 1) / grain);
  }

  /// The first item of a part; `count` of the part after the last one.
  int64_t getFirst(int64_t part) const {
    if (part == parts)
      return count;
    if (rounds == 1)
      return count * part / parts;
    // The last round takes all.
    int64_t round = part / workers, place = part % workers;
    int64_t shares = round + 1 < rounds ? 2 * workers : workers;
    return count - count * (shares - place) / (shares << round);
  }

  int64_t count, workers, rounds = 1, parts;
};

} // namespace

extern "C" {
int32_t volley_take(Tile *tile, int64_t count, int64_t grain) {
  Team *team = tile->team;
  if (!team) {
    tile->isWorking = !tile->isWorking && count > 0;
    tile->first = 0;
    tile->last = count;
    return tile->isWorking;
  }
  Parts loop(tile, count, grain);
  int64_t end = tile->parts + loop.parts;
  if (tile->isWorking)
    __atomic_fetch_add(&team->done, 1, __ATOMIC_RELEASE);
  int64_t taken = __atomic_load_n(&team->taken, __ATOMIC_RELAXED);
  while (taken < end)
    if (__atomic_compare_exchange_n(&team->taken, &taken, taken + 1,
                                    /*weak=*/true, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED)) {
      int64_t part = taken - tile->parts;
      tile->first = loop.getFirst(part);
      tile->last = loop.getFirst(part + 1);
      tile->isWorking = 1;
      return 1;
    }
  // Whoever has a part usually runs; if not, it needs this processor. To sleep
  // takes longer than most waits.
  for (int spins = 0; __atomic_load_n(&team->done, __ATOMIC_ACQUIRE) < end;
       ++spins)
    if (spins < 256)
      relax();
    else if (spins < 4096)
      sched_yield();
    else
      usleep(50);
  tile->parts = end;
  tile->isWorking = 0;
  return 0;
}

// The compiler's descriptor refers to these by name.
volley_status volley_create(const volley_program *program,
                            const volley_state_options *options,
                            volley_state **state) {
  return create(program, options, state);
}
void volley_destroy(volley_state *state) { destroy(state); }
volley_status volley_reset(volley_state *state) { return reset(state); }
volley_status volley_run(volley_state *state, const volley_run_args *args) {
  return run(state, args);
}
size_t volley_saved_size(const volley_state *state) { return savedSize(state); }
volley_status volley_save(const volley_state *state, void *buffer,
                          size_t size) {
  return save(state, buffer, size);
}
volley_status volley_load(volley_state *state, const void *buffer,
                          size_t size) {
  return load(state, buffer, size);
}
// One per level, of which an artefact has those that it needs.
const char *volley_error_v3(const volley_state *state, volley_status status) {
  return error(state, status, 3);
}
const char *volley_error_v4(const volley_state *state, volley_status status) {
  return error(state, status, 4);
}
const char *volley_error_amx(const volley_state *state, volley_status status) {
  return error(state, status, 5);
}
const char *volley_error_aarch64(const volley_state *state,
                                 volley_status status) {
  return error(state, status, 8);
}

// The only symbol that the artefact exports.
__attribute__((visibility("default"))) const volley_program *
volley_query(uint32_t version) {
  return version == VOLLEY_ABI_VERSION ? chooseProgram() : nullptr;
}
}
