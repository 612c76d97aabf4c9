/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The interface of a compiled network, version 2.
 *
 * An artefact (the shared object that snn-compile writes) exports one function,
 * volley_query, through which a host reaches everything else. It needs nothing
 * but a C library. Its functions are re-entrant: there are no globals, and
 * different states may be used from different threads at once. One state may be
 * used by one thread at a time. No exception crosses the interface.
 *
 *     void *object = dlopen("net.so", RTLD_NOW | RTLD_LOCAL);
 *     volley_query_fn query = (volley_query_fn)dlsym(object, "volley_query");
 *     const volley_program *net = query(VOLLEY_ABI_VERSION);
 *     volley_state *state;
 *     volley_state_options options = {sizeof options, 1, NULL};
 *     net->create(net, &options, &state);
 *     volley_run_args args = {sizeof args, 100,  1,   inputs,
 *                             outputs,     NULL, NULL};
 *     net->run(state, &args);
 *     net->destroy(state);
 */
#ifndef VOLLEY_C_VOLLEY_H
#define VOLLEY_C_VOLLEY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. Fields are only added at the ends of structs
 * whose first member is their size; anything else is a new version. */
#define VOLLEY_ABI_VERSION 2u

typedef enum volley_status {
  VOLLEY_OK = 0,
  /* A size, a null buffer or a value of an input that cannot be. */
  VOLLEY_INVALID_ARGUMENT = 1,
  /* The processor lacks instructions that the artefact uses. */
  VOLLEY_UNSUPPORTED_CPU = 2,
  VOLLEY_OUT_OF_MEMORY = 3,
  /* A neuron left its law (say, more crossings of the threshold in one step
   * than it provides for). The state is not usable before a reset. */
  VOLLEY_LAW_VIOLATED = 4,
  /* A saved state is not one of this program and batch. */
  VOLLEY_BAD_STATE = 5
} volley_status;

typedef enum volley_type {
  VOLLEY_BOOL = 0, /* one byte per element, 0 or 1 */
  VOLLEY_I32 = 1,
  VOLLEY_F32 = 2,
  VOLLEY_F64 = 3
} volley_type;

/* How often a signal has a value, and so what its buffer holds. */
typedef enum volley_rate {
  VOLLEY_STREAM = 0, /* one per step: (steps, batch, shape) */
  /* One per sample from one reset to the next: (batch, shape). Only inputs. The
   * first run of a step or more after a reset reads it; later ones do not, and
   * take NULL as well. */
  VOLLEY_STATIC = 1,
  /* One per run, that at its end: (batch, shape). Only outputs. */
  VOLLEY_WINDOW = 2
} volley_rate;

/* An input, output or probe. Its buffer holds elements in row-major order. */
typedef struct volley_signal {
  const char *name; /* of the input or output; of a probe: its node */
  const char *what; /* what a probe records, else "" */
  volley_type type;
  uint32_t rank;
  const int64_t *shape; /* `rank` sizes */
  uint64_t elements;    /* their product */
  volley_rate rate;
} volley_signal;

typedef struct volley_program volley_program;
typedef struct volley_state volley_state;

/* A task of parallel work: `index` counts the tasks, `worker` the threads that
 * may run at once. */
typedef void (*volley_task)(void *argument, uint32_t index, uint32_t worker);

/* The host's threads. parallel_for calls task(argument, i, w) once for every i
 * < count, each with a w < workers that no other call has at that time, and
 * returns when all have ended. How many run at a time, and in which order, is
 * the host's affair: a task waits only for what others are at. */
typedef struct volley_executor {
  void *context;
  uint32_t workers;
  void (*parallel_for)(void *context, uint32_t count, volley_task task,
                       void *argument);
} volley_executor;

typedef struct volley_state_options {
  size_t size; /* of this struct */
  /* Samples that run side by side. */
  int64_t batch;
  /* NULL: the thread that calls run does all work. Must outlive the state. */
  const volley_executor *executor;
} volley_state_options;

/* The spikes of an input as a list, as event cameras record them: event i is a
 * one at element index[i], counted in row-major order of the input's shape, of
 * sample[i] in step[i]. All else is zero. Steps ascend; the events of one step
 * may come in any order, but each of them once. */
typedef struct volley_events {
  uint64_t count;
  const int64_t *step;
  const int64_t *sample; /* NULL: all are of sample 0 */
  const int64_t *index;
  /* The number that `step` has for the first step of the run: the events of a
   * part of a recording need not be copied. */
  int64_t first_step;
} volley_events;

typedef struct volley_run_args {
  size_t size; /* of this struct */
  int64_t steps;
  /* Must be the state's. */
  int64_t batch;
  /* One buffer per input and output. A run of 0 steps reads and writes none. */
  const void *const *inputs;
  void *const *outputs;
  /* One buffer per probe, NULL for one that is not wanted; or NULL for none. */
  void *const *probes;
  /* One list of events per input, NULL for one that is given as a buffer; or
   * NULL for none. An input with a list is a stream of VOLLEY_BOOL, and has no
   * buffer in `inputs`. The bits of the result are those that the same spikes
   * in a buffer give; the time that the input takes goes with the events, and
   * not with steps times elements. Callers that were built before there was
   * this have a smaller struct; `run_args_size` of volley_program says whether
   * an artefact knows it. */
  const volley_events *const *events;
} volley_run_args;

/* A part of a program that was compiled for profiling: an op of the network as
 * it is compiled. */
typedef struct volley_layer {
  const char *node;   /* of the source, "" if there is none */
  const char *what;   /* "dense", "conv", "population", ... */
  const char *detail; /* its kernel or law, or "" */
  uint32_t ordinal;   /* among layers of the same node that are the same */
  uint32_t is_synaptic;
  /* Pairs of a source and a target, or neurons, or elements; of one step of one
   * sample. */
  uint64_t operations;
  /* Bytes that it reads and writes at least: for a step of a sample, for a
   * sample in a call, and for a call. */
  uint64_t row_bytes, sample_bytes, call_bytes;
} volley_layer;

/* What a layer has done in all runs of a state. */
typedef struct volley_layer_counts {
  /* Of all threads together; where they share a loop, with the time that they
   * wait for each other at its end. */
  uint64_t nanoseconds;
  /* Calls of its kernel, samples in them, and steps of samples. */
  uint64_t calls, samples, rows;
  /* Elements of its input and output, and those that are not zero. 0 where they
   * are not counted: inputs of populations, outputs of what is no population.
   */
  uint64_t inputs, active_inputs, outputs, active_outputs;
} volley_layer_counts;

typedef struct volley_profile {
  size_t size; /* of this struct */
  /* Calls of run, and steps of samples in them. */
  uint64_t runs, rows;
  /* In run, by the clock; of all threads in run together; and what of that has
   * gone into counting. */
  uint64_t wall_nanoseconds, thread_nanoseconds, counting_nanoseconds;
  /* The caller's, for num_layers layers. */
  volley_layer_counts *layers;
} volley_profile;

struct volley_program {
  size_t size;          /* of this struct */
  uint32_t abi_version; /* VOLLEY_ABI_VERSION */
  const char *name;
  const char *compiler; /* "volley 0.1.0" */
  const char *cpu;      /* what this code needs: "x86-64-v3", ... */
  double time_step;     /* seconds per step */
  uint32_t num_inputs, num_outputs, num_probes;
  const volley_signal *inputs, *outputs, *probes;
  uint64_t weight_bytes;       /* mapped from the artefact */
  uint64_t state_sample_bytes; /* of a state, per sample */
  uint64_t workspace_bytes;    /* of a state, per worker */

  /* Makes a state in the form it has before the first step. On failure *state
   * is NULL. */
  volley_status (*create)(const volley_program *program,
                          const volley_state_options *options,
                          volley_state **state);
  void (*destroy)(volley_state *state);
  /* Back to the form before the first step. */
  volley_status (*reset)(volley_state *state);
  /* Runs steps and goes on from where the last run ended: any division of a
   * sequence of steps into runs gives the same bits. */
  volley_status (*run)(volley_state *state, const volley_run_args *args);
  /* Bytes that save writes. */
  size_t (*saved_size)(const volley_state *state);
  volley_status (*save)(const volley_state *state, void *buffer, size_t size);
  volley_status (*load)(volley_state *state, const void *buffer, size_t size);
  /* What went wrong in the last call on `state`, "" if nothing did; with NULL,
   * what create can fail from. Valid until the next call. */
  const char *(*error)(const volley_state *state, volley_status status);

  /* Of a program that was compiled for profiling; otherwise 0 and NULL. Older
   * artefacts have a smaller struct, without these and what follows. */
  uint32_t num_layers;
  const volley_layer *layers;
  /* What all runs of a state have done since it was made; a reset is none of
   * its affairs. */
  volley_status (*profile)(const volley_state *state, volley_profile *profile);

  /* This program for each set of instructions that the artefact has code for,
   * `cpu`, the best first, and NULL. All give the same bits. A host that wants
   * another than volley_query gives takes it from here; create refuses it if
   * the processor lacks what it needs. Older artefacts end before this. */
  const volley_program *const *levels;

  /* sizeof(volley_run_args) as `run` knows it; what is behind that it does not
   * read. Older artefacts end before this, and know it without `events`. */
  size_t run_args_size;
};

/* The entry point: the program for the best set of instructions that this
 * processor has. NULL if the artefact does not have this version. */
typedef const volley_program *(*volley_query_fn)(uint32_t abi_version);
const volley_program *volley_query(uint32_t abi_version);

#ifdef __cplusplus
}
#endif

#endif /* VOLLEY_C_VOLLEY_H */
