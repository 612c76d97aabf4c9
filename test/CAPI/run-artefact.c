/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Runs an artefact for snn-run --conformance --host, which may be one for
 * another machine, by an emulator:
 *
 *     run-artefact artefact.so STEPS BATCH CHUNK < inputs > outputs
 *
 * runs all steps, CHUNK in each call. Inputs are the artefact's, one after
 * another; results are outputs, then probes. What the artefact says of an error
 * goes to the standard error output, and the exit code is 3.
 */
#include "volley-c/volley.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t get_bytes(const volley_signal *signal) {
  static const size_t sizes[] = {1, 4, 4, 8};
  return sizes[signal->type] * signal->elements;
}

/* Of the buffer for a run. */
static size_t get_size(const volley_signal *signal, int64_t steps,
                       int64_t batch) {
  size_t rows = signal->rate == VOLLEY_STREAM ? steps * batch : batch;
  return rows * get_bytes(signal);
}

static char *allocate(size_t size) {
  char *buffer = calloc(size ? size : 1, 1);
  if (!buffer)
    exit(1);
  return buffer;
}

/* Buffers of all signals; of inputs, with what is read. */
static char **make_buffers(const volley_signal *signals, uint32_t count,
                           int64_t steps, int64_t batch, int is_input) {
  char **buffers = (char **)allocate(count * sizeof *buffers);
  for (uint32_t i = 0; i < count; ++i) {
    size_t size = get_size(&signals[i], steps, batch);
    buffers[i] = allocate(size);
    if (is_input && fread(buffers[i], 1, size, stdin) != size) {
      fprintf(stderr, "expects more input\n");
      exit(1);
    }
  }
  return buffers;
}

/* The same buffers from a step on. */
static void advance(const volley_signal *signals, uint32_t count,
                    char *const *buffers, int64_t rows, void **at) {
  for (uint32_t i = 0; i < count; ++i)
    at[i] =
        buffers[i] +
        (signals[i].rate == VOLLEY_STREAM ? rows * get_bytes(&signals[i]) : 0);
}

static void write_buffers(const volley_signal *signals, uint32_t count,
                          char *const *buffers, int64_t steps, int64_t batch) {
  for (uint32_t i = 0; i < count; ++i)
    fwrite(buffers[i], 1, get_size(&signals[i], steps, batch), stdout);
}

static void check(const volley_program *net, volley_state *state,
                  volley_status status) {
  if (status == VOLLEY_OK)
    return;
  fprintf(stderr, "%s", net->error(state, status));
  exit(3);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: %s artefact.so STEPS BATCH CHUNK\n", argv[0]);
    return 1;
  }
  void *object = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!object) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  volley_query_fn query;
  *(void **)&query = dlsym(object, "volley_query");
  const volley_program *net = query ? query(VOLLEY_ABI_VERSION) : NULL;
  if (!net) {
    fprintf(stderr, "%s: is no artefact of this version\n", argv[1]);
    return 1;
  }
  int64_t steps = atoll(argv[2]), batch = atoll(argv[3]);
  int64_t chunk = atoll(argv[4]);
  char **inputs = make_buffers(net->inputs, net->num_inputs, steps, batch, 1);
  char **outputs =
      make_buffers(net->outputs, net->num_outputs, steps, batch, 0);
  char **probes = make_buffers(net->probes, net->num_probes, steps, batch, 0);
  void **in = (void **)allocate(net->num_inputs * sizeof *in);
  void **out = (void **)allocate(net->num_outputs * sizeof *out);
  void **record = (void **)allocate(net->num_probes * sizeof *record);

  volley_state_options options = {sizeof options, batch, NULL};
  volley_state *state;
  check(net, NULL, net->create(net, &options, &state));
  for (int64_t t = 0; t < steps; t += chunk) {
    advance(net->inputs, net->num_inputs, inputs, t * batch, in);
    advance(net->outputs, net->num_outputs, outputs, t * batch, out);
    advance(net->probes, net->num_probes, probes, t * batch, record);
    volley_run_args args = {sizeof args, steps - t < chunk ? steps - t : chunk,
                            batch,       (const void *const *)in,
                            out,         record,
                            NULL};
    check(net, state, net->run(state, &args));
  }
  net->destroy(state);
  write_buffers(net->outputs, net->num_outputs, outputs, steps, batch);
  write_buffers(net->probes, net->num_probes, probes, steps, batch);
  return fflush(stdout) == 0 ? 0 : 1;
}
