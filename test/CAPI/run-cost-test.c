/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What runs of an artefact cost their host beside the work: threads that are
 * woken, and memory that is allocated. Which runs are to be shared is an
 * argument. The networks are those of run-cost.mlir.
 */
#include "check.h"
#include "volley-c/volley.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 100, STEPS = 3, MOST = 16 };

/* All allocations of the process, those of the artefact among them. */
static long allocations = 0;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}

/* One thread does all, and counts how often it is asked. */
static long calls = 0;

static void parallel_for(void *context, uint32_t count, volley_task task,
                         void *argument) {
  uint32_t workers = *(uint32_t *)context;
  ++calls;
  for (uint32_t i = 0; i < count; ++i)
    task(argument, i, i % workers);
}

/* Which runs are to be shared. FEW: half of them at most, since other programs
 * make any run look long. */
typedef enum { NONE, FIRST, FEW, ALL } shared_t;

static void check_runs(const volley_program *net, volley_run_args *args,
                       int64_t batch, uint32_t workers, shared_t shared) {
  volley_executor executor = {&workers, workers, parallel_for};
  volley_state_options options = {sizeof options, batch, &executor};
  volley_state *state;
  CHECK(net->create(net, &options, &state) == VOLLEY_OK);
  for (int turn = 0; turn < 2; ++turn) {
    calls = 0;
    CHECK(net->run(state, args) == VOLLEY_OK);
    long first = calls, before = allocations;
    for (int i = 0; i < RUNS; ++i)
      CHECK(net->run(state, args) == VOLLEY_OK);
    CHECK(allocations == before);
    long later = calls - first;
    int is_right = shared == FEW ? first + later <= RUNS / 2
                                 : first == (shared != NONE) &&
                                       later == (shared == ALL ? RUNS : 0);
    if (!is_right)
      fprintf(stderr, "batch %d, %u workers: %ld, then %ld in %d runs\n",
              (int)batch, workers, first, later, RUNS);
    CHECK(is_right);
    CHECK(net->reset(state) == VOLLEY_OK);
  }
  net->destroy(state);
}

/* Spikes that are not there, and numbers that are not zero. */
static void *make_buffer(const volley_signal *signal, int64_t batch) {
  static const size_t bytes[] = {1, 4, 4, 8};
  size_t rows = (size_t)batch * (signal->rate == VOLLEY_STREAM ? STEPS : 1);
  size_t size = rows * (size_t)signal->elements * bytes[signal->type];
  return memset(malloc(size), signal->type == VOLLEY_BOOL ? 0 : 0x3f, size);
}

static void test_batch(const volley_program *net, int64_t batch,
                       shared_t shared) {
  static const int64_t steps[] = {0, 0}, elements[] = {0, 1};
  static const volley_events spikes = {2, steps, NULL, elements, 0};
  void *in[MOST], *out[MOST];
  const volley_events *lists[MOST] = {NULL};
  int has_lists = 0;
  for (uint32_t i = 0; i < net->num_inputs; ++i) {
    in[i] = make_buffer(&net->inputs[i], batch);
    if (net->inputs[i].type == VOLLEY_BOOL) {
      lists[i] = &spikes;
      has_lists = 1;
    }
  }
  for (uint32_t i = 0; i < net->num_outputs; ++i)
    out[i] = make_buffer(&net->outputs[i], batch);
  for (uint32_t workers = 2; workers <= 4; workers += 2) {
    volley_run_args args = {sizeof args, STEPS, batch, (const void *const *)in,
                            out,         NULL,  NULL};
    check_runs(net, &args, batch, workers, shared);
    args.events = lists;
    if (has_lists)
      check_runs(net, &args, batch, workers, shared);
  }
  for (uint32_t i = 0; i < net->num_inputs; ++i)
    free(in[i]);
  for (uint32_t i = 0; i < net->num_outputs; ++i)
    free(out[i]);
}

int main(int argc, char **argv) {
  static const char *const names[] = {"none", "first", "few", "all"};
  shared_t shared = NONE;
  while (argc == 3 && shared < ALL && strcmp(argv[1], names[shared]))
    ++shared;
  if (argc != 3 || strcmp(argv[1], names[shared])) {
    fprintf(stderr, "usage: %s none|first|few|all artefact.so\n", argv[0]);
    return 2;
  }
  void *object = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
  if (!object) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  volley_query_fn query;
  *(void **)&query = dlsym(object, "volley_query");
  const volley_program *net = query(VOLLEY_ABI_VERSION);
  CHECK(net->num_inputs <= MOST && net->num_outputs <= MOST);
  static const int64_t batches[] = {1, 2, 3, 8};
  for (size_t i = 0; i < sizeof batches / sizeof *batches && !failures; ++i)
    test_batch(net, batches[i], shared);
  dlclose(object);
  return failures ? 1 : 0;
}
