/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Uses an artefact as a C program does: nothing but volley.h and dlopen. The
 * network is that of c-abi.mlir.
 */
#include "check.h"
#include "volley-c/volley.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 37, BATCH = 5, IN = 3, N = 2 };

typedef struct {
  uint8_t spikes[STEPS * BATCH * IN];
  float current[STEPS * BATCH * N];
} inputs_t;

typedef struct {
  uint8_t out[STEPS * BATCH * N];
  double total[STEPS * BATCH];
  float v[STEPS * BATCH * N];
} results_t;

static void fill(inputs_t *inputs) {
  uint32_t seed = 12345;
  for (size_t i = 0; i < sizeof inputs->spikes; ++i) {
    seed = seed * 1664525u + 1013904223u;
    inputs->spikes[i] = (uint8_t)(seed >> 31);
  }
  for (size_t i = 0; i < STEPS * BATCH * N; ++i) {
    seed = seed * 1664525u + 1013904223u;
    inputs->current[i] = (float)(seed >> 8) / (float)(1 << 24);
  }
}

/* What the network means, written out. */
static void expect(const inputs_t *inputs, results_t *results) {
  static const float w[N][IN] = {{0.3f, 0.7f, -0.2f}, {0.9f, -0.4f, 0.6f}};
  static const float wr[N][N] = {{0.0f, 0.8f}, {-0.5f, 0.0f}};
  for (int b = 0; b < BATCH; ++b) {
    float v[N] = {0, 0};
    int late[N] = {0, 0};
    for (int t = 0; t < STEPS; ++t) {
      size_t row = (size_t)t * BATCH + (size_t)b;
      int now[N];
      results->total[row] = 0;
      for (int n = 0; n < N; ++n) {
        float a = 0.0f, r = 0.0f;
        for (int k = 0; k < IN; ++k)
          if (inputs->spikes[row * IN + (size_t)k])
            a += w[n][k];
        for (int k = 0; k < N; ++k)
          if (late[k])
            r += wr[n][k];
        volatile float drive = a + r;
        drive = drive + inputs->current[row * N + (size_t)n];
        /* v / 2 is exact, so this is the fused product and sum. */
        volatile float next = 0.5f * v[n] + drive;
        now[n] = next > 1.0f;
        v[n] = now[n] ? next - 1.0f : next;
        results->out[row * N + (size_t)n] = (uint8_t)now[n];
        results->v[row * N + (size_t)n] = v[n];
        results->total[row] += now[n];
      }
      memcpy(late, now, sizeof late);
    }
  }
}

static int same(const results_t *a, const results_t *b) {
  return !memcmp(a->out, b->out, sizeof a->out) &&
         !memcmp(a->total, b->total, sizeof a->total) &&
         !memcmp(a->v, b->v, sizeof a->v);
}

static volley_state *create(const volley_program *net, int64_t batch,
                            const volley_executor *executor) {
  volley_state_options options = {sizeof options, batch, executor};
  volley_state *state = NULL;
  CHECK(net->create(net, &options, &state) == VOLLEY_OK);
  CHECK(state != NULL);
  return state;
}

/* Runs the steps [begin, end), with spikes as an array or as a list. */
static volley_status run_with(const volley_program *net, volley_state *state,
                              const inputs_t *inputs,
                              const volley_events *spikes, results_t *results,
                              int begin, int end) {
  const volley_events *lists[] = {spikes, NULL};
  const void *in[] = {spikes ? NULL : inputs->spikes + begin * BATCH * IN,
                      inputs->current + begin * BATCH * N};
  void *out[] = {results->out + begin * BATCH * N,
                 results->total + begin * BATCH};
  void *probes[] = {results->v + begin * BATCH * N};
  volley_run_args args = {sizeof args, end - begin,          BATCH, in, out,
                          probes,      spikes ? lists : NULL};
  return net->run(state, &args);
}

static volley_status run(const volley_program *net, volley_state *state,
                         const inputs_t *inputs, results_t *results, int begin,
                         int end) {
  return run_with(net, state, inputs, NULL, results, begin, end);
}

/*===-- Tests ------------------------------------------------------------===*/

static void test_query(const volley_program *net) {
  CHECK(net->size >= sizeof *net);
  CHECK(net->abi_version == VOLLEY_ABI_VERSION);
  CHECK(!strcmp(net->name, "net"));
  CHECK(!strncmp(net->compiler, "volley ", 7));
  CHECK(net->time_step == 1e-3);
  CHECK(net->num_inputs == 2 && net->num_outputs == 2 && net->num_probes == 1);
  CHECK(!strcmp(net->inputs[0].name, "spikes"));
  CHECK(net->inputs[0].type == VOLLEY_BOOL && net->inputs[0].rank == 1);
  CHECK(net->inputs[0].shape[0] == 3 && net->inputs[0].elements == 3);
  CHECK(!strcmp(net->inputs[1].name, "the current"));
  CHECK(net->inputs[1].type == VOLLEY_F32);
  CHECK(!strcmp(net->inputs[1].what, ""));
  CHECK(!strcmp(net->outputs[1].name, "total"));
  CHECK(net->outputs[1].type == VOLLEY_F64 && net->outputs[1].rank == 0);
  CHECK(net->outputs[1].elements == 1);
  CHECK(!strcmp(net->probes[0].name, "lif"));
  CHECK(!strcmp(net->probes[0].what, "v"));
  CHECK(net->state_sample_bytes >= 2 * sizeof(float));
  const volley_program *const *level = net->levels;
  while (*level && *level != net)
    ++level;
  CHECK(*level == net);
}

static void test_runs(const volley_program *net, const inputs_t *inputs,
                      const results_t *expected) {
  static const int chunks[] = {1, 2, 7, STEPS};
  volley_state *state = create(net, BATCH, NULL);
  results_t results;
  for (size_t c = 0; c < sizeof chunks / sizeof *chunks; ++c) {
    memset(&results, 0xff, sizeof results);
    for (int t = 0; t < STEPS; t += chunks[c]) {
      int end = t + chunks[c] < STEPS ? t + chunks[c] : STEPS;
      CHECK(run(net, state, inputs, &results, t, end) == VOLLEY_OK);
    }
    CHECK(same(&results, expected));
    CHECK(net->reset(state) == VOLLEY_OK);
  }

  /* Nothing happens in no steps. */
  CHECK(run(net, state, inputs, &results, 0, 0) == VOLLEY_OK);

  /* Probes are a choice. */
  const void *in[] = {inputs->spikes, inputs->current};
  void *out[] = {results.out, results.total};
  void *probes[] = {NULL};
  volley_run_args args = {sizeof args, STEPS, BATCH, in, out, probes, NULL};
  memset(&results, 0, sizeof results);
  CHECK(net->run(state, &args) == VOLLEY_OK);
  CHECK(!memcmp(results.out, expected->out, sizeof results.out));
  CHECK(results.v[0] == 0.0f);
  net->reset(state);
  args.probes = NULL;
  memset(&results, 0, sizeof results);
  CHECK(net->run(state, &args) == VOLLEY_OK);
  CHECK(!memcmp(results.out, expected->out, sizeof results.out));
  net->destroy(state);
  net->destroy(NULL);
}

static void test_states_are_independent(const volley_program *net,
                                        const inputs_t *inputs,
                                        const results_t *expected) {
  volley_state *a = create(net, BATCH, NULL), *b = create(net, BATCH, NULL);
  results_t of_a, of_b;
  for (int t = 0; t < STEPS; ++t) {
    CHECK(run(net, a, inputs, &of_a, t, t + 1) == VOLLEY_OK);
    CHECK(run(net, b, inputs, &of_b, t, t + 1) == VOLLEY_OK);
  }
  CHECK(same(&of_a, expected));
  CHECK(same(&of_b, expected));
  net->destroy(a);
  net->destroy(b);
}

static void test_saving(const volley_program *net, const inputs_t *inputs,
                        const results_t *expected) {
  volley_state *a = create(net, BATCH, NULL), *b = create(net, BATCH, NULL);
  results_t results;
  size_t size = net->saved_size(a);
  char *saved = malloc(size);
  CHECK(run(net, a, inputs, &results, 0, 20) == VOLLEY_OK);
  CHECK(net->save(a, saved, size) == VOLLEY_OK);
  CHECK(net->save(a, saved, size - 1) == VOLLEY_INVALID_ARGUMENT);
  CHECK(net->load(b, saved, size) == VOLLEY_OK);
  CHECK(run(net, b, inputs, &results, 20, STEPS) == VOLLEY_OK);
  CHECK(same(&results, expected));

  CHECK(net->load(b, saved, size - 1) == VOLLEY_BAD_STATE);
  CHECK(strstr(net->error(b, VOLLEY_BAD_STATE), "another size"));
  saved[0] = (char)~saved[0];
  CHECK(net->load(b, saved, size) == VOLLEY_BAD_STATE);
  CHECK(strstr(net->error(b, VOLLEY_BAD_STATE), "another program"));
  free(saved);
  net->destroy(a);
  net->destroy(b);
}

typedef struct {
  uint32_t count, worker, workers;
  volley_task task;
  void *argument;
} share_t;

/* Every `workers`-th task. */
static void *work(void *argument) {
  share_t *share = argument;
  for (uint32_t i = share->worker; i < share->count; i += share->workers)
    share->task(share->argument, i, share->worker);
  return NULL;
}

static void parallel_for(void *context, uint32_t count, volley_task task,
                         void *argument) {
  uint32_t workers = *(uint32_t *)context;
  pthread_t threads[4];
  share_t shares[4];
  for (uint32_t w = 0; w < workers; ++w) {
    share_t share = {count, w, workers, task, argument};
    shares[w] = share;
    pthread_create(&threads[w], NULL, work, &shares[w]);
  }
  for (uint32_t w = 0; w < workers; ++w)
    pthread_join(threads[w], NULL);
}

/* One thread, and the last task first. */
static void serial_for(void *context, uint32_t count, volley_task task,
                       void *argument) {
  (void)context;
  while (count-- > 0)
    task(argument, count, 0);
}

static void test_executor(const volley_program *net, const inputs_t *inputs,
                          const results_t *expected) {
  for (uint32_t workers = 1; workers <= 4; ++workers)
    for (int serial = 0; serial < 2; ++serial) {
      volley_executor executor = {&workers, workers,
                                  serial ? serial_for : parallel_for};
      volley_state *state = create(net, BATCH, &executor);
      results_t results;
      memset(&results, 0xff, sizeof results);
      CHECK(run(net, state, inputs, &results, 0, STEPS) == VOLLEY_OK);
      CHECK(same(&results, expected));
      net->destroy(state);
    }
}

/* All spikes as events, in descending order of sample and element in a step. */
typedef struct {
  int64_t step[STEPS * BATCH * IN], sample[STEPS * BATCH * IN],
      index[STEPS * BATCH * IN];
  size_t first[STEPS + 1];
  /* What the first step is called. */
  int64_t start;
} events_t;

static void list(const inputs_t *inputs, events_t *events) {
  size_t count = 0;
  events->start = 0;
  for (int t = 0; t < STEPS; ++t) {
    events->first[t] = count;
    for (int at = BATCH * IN - 1; at >= 0; --at) {
      if (!inputs->spikes[t * BATCH * IN + at])
        continue;
      events->step[count] = t;
      events->sample[count] = at / IN;
      events->index[count++] = at % IN;
    }
  }
  events->first[STEPS] = count;
}

/* Runs the steps [begin, end) with spikes as events. */
static volley_status run_events(const volley_program *net, volley_state *state,
                                const inputs_t *inputs, const events_t *events,
                                results_t *results, int begin, int end) {
  size_t first = events->first[begin];
  volley_events spikes = {events->first[end] - first, events->step + first,
                          events->sample + first, events->index + first,
                          events->start + begin};
  return run_with(net, state, inputs, &spikes, results, begin, end);
}

static void test_events(const volley_program *net, const inputs_t *inputs,
                        const results_t *expected) {
  static events_t events;
  list(inputs, &events);
  CHECK(net->run_args_size == sizeof(volley_run_args));
  results_t results;
  for (uint32_t workers = 1; workers <= 4; ++workers)
    for (int serial = 0; serial < 2; ++serial) {
      volley_executor executor = {&workers, workers,
                                  serial ? serial_for : parallel_for};
      volley_state *state = create(net, BATCH, &executor);
      memset(&results, 0xff, sizeof results);
      CHECK(run_events(net, state, inputs, &events, &results, 0, STEPS) ==
            VOLLEY_OK);
      CHECK(same(&results, expected));
      /* Parts, of which one is an array. */
      net->reset(state);
      memset(&results, 0xff, sizeof results);
      CHECK(run_events(net, state, inputs, &events, &results, 0, 7) ==
            VOLLEY_OK);
      CHECK(run(net, state, inputs, &results, 7, 20) == VOLLEY_OK);
      CHECK(run_events(net, state, inputs, &events, &results, 20, 20) ==
            VOLLEY_OK);
      CHECK(run_events(net, state, inputs, &events, &results, 20, STEPS) ==
            VOLLEY_OK);
      CHECK(same(&results, expected));
      net->destroy(state);
    }

  /* The last steps that there are numbers for. */
  events.start = INT64_MAX - STEPS + 1;
  for (size_t i = 0; i < events.first[STEPS]; ++i)
    events.step[i] += events.start;
  volley_state *late = create(net, BATCH, NULL);
  memset(&results, 0xff, sizeof results);
  CHECK(run_events(net, late, inputs, &events, &results, 0, STEPS) ==
        VOLLEY_OK);
  CHECK(same(&results, expected));
  net->destroy(late);

  /* A caller that knows nothing of events. */
  volley_state *state = create(net, BATCH, NULL);
  const void *in[] = {inputs->spikes, inputs->current};
  void *out[] = {results.out, results.total};
  void *probes[] = {results.v};
  volley_run_args args = {
      offsetof(volley_run_args, events),         STEPS, BATCH, in, out, probes,
      (const volley_events *const *)(uintptr_t)1};
  CHECK(net->run(state, &args) == VOLLEY_OK);
  CHECK(same(&results, expected));
  net->destroy(state);
}

/* Lists that cannot be; each message says where and what. */
static void test_bad_events(const volley_program *net, const inputs_t *inputs,
                            const results_t *expected) {
  static events_t right;
  list(inputs, &right);
  static const struct {
    int64_t step[2], sample[2], index[2];
    const char *message;
  } cases[] = {
      {{3, 2}, {0, 0}, {0, 0}, "event 1 is at step 2, behind one at step 3"},
      {{0, STEPS}, {0, 0}, {0, 0}, "event 1 is at step 37, sample 0"},
      {{-1, 0}, {0, 0}, {0, 0}, "outside of steps 0 to 36"},
      {{0, 0}, {0, BATCH}, {0, 0}, "sample 5, element 0, outside"},
      {{0, 0}, {-1, 0}, {0, 0}, "event 0 is at step 0, sample -1"},
      {{0, 0}, {0, 0}, {0, IN}, "element 3, outside"},
      {{0, 0}, {0, 0}, {0, -1}, "element -1, outside"},
      {{INT64_MIN, INT64_MAX}, {0, 0}, {0, 0}, "event 0 is at step -92233"},
      {{4, 4}, {2, 2}, {1, 1}, "element 1 of step 4, sample 2 is listed twice"},
  };
  volley_state *state = create(net, BATCH, NULL);
  results_t results;
  volley_events spikes = {2, NULL, NULL, NULL, 0};
  const volley_events *lists[] = {&spikes, NULL};
  const void *in[] = {NULL, inputs->current};
  void *out[] = {results.out, results.total};
  volley_run_args args = {sizeof args, STEPS, BATCH, in, out, NULL, lists};
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT),
               "input 'spikes': expects steps and indices"));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    spikes.step = cases[i].step;
    spikes.sample = cases[i].sample;
    spikes.index = cases[i].index;
    CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
    CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT), "'spikes'"));
    CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT), cases[i].message));
  }
  /* Without samples all are of the first. */
  spikes.step = cases[3].step;
  spikes.sample = NULL;
  spikes.index = cases[3].index;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT), "listed twice"));
  /* An input of floats. */
  lists[1] = lists[0];
  lists[0] = NULL;
  in[0] = inputs->spikes;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT),
               "input 'the current' cannot be a list of events"));
  /* None of this has touched the state. */
  CHECK(run_events(net, state, inputs, &right, &results, 0, STEPS) ==
        VOLLEY_OK);
  CHECK(same(&results, expected));
  net->destroy(state);
}

/* What a profiled artefact counts of a state's runs. */
static void check_profile(const volley_program *net, const inputs_t *inputs,
                          const results_t *expected,
                          const volley_executor *executor) {
  volley_layer_counts counts[16];
  volley_profile profile = {sizeof profile, 0, 0, 0, 0, 0, counts};
  CHECK(net->num_layers > 0 && net->num_layers <= 16 && net->layers);
  volley_state *state = create(net, BATCH, executor);
  volley_state *other = create(net, BATCH, NULL);
  results_t results;
  CHECK(run(net, state, inputs, &results, 0, 20) == VOLLEY_OK);
  CHECK(run(net, state, inputs, &results, 20, STEPS) == VOLLEY_OK);
  CHECK(same(&results, expected));
  CHECK(net->profile(state, &profile) == VOLLEY_OK);
  CHECK(profile.runs == 2 && profile.rows == STEPS * BATCH);
  CHECK(profile.thread_nanoseconds > 0 && profile.wall_nanoseconds > 0);

  uint64_t spikes = 0, inputs_set = 0;
  for (int i = 0; i < STEPS * BATCH * N; ++i)
    spikes += expected->out[i];
  for (int i = 0; i < STEPS * BATCH * IN; ++i)
    inputs_set += inputs->spikes[i];
  int found = 0;
  for (uint32_t i = 0; i < net->num_layers; ++i) {
    const volley_layer *layer = &net->layers[i];
    CHECK(counts[i].nanoseconds <= profile.thread_nanoseconds);
    if (!strcmp(layer->what, "population") && !strcmp(layer->node, "lif")) {
      ++found;
      CHECK(!layer->is_synaptic && layer->operations == N);
      CHECK(counts[i].rows == STEPS * BATCH);
      CHECK(counts[i].outputs == STEPS * BATCH * N);
      CHECK(counts[i].active_outputs == spikes);
    }
    if (!strcmp(layer->what, "dense") && layer->operations == IN * N) {
      ++found;
      CHECK(layer->is_synaptic && layer->detail[0]);
      CHECK(counts[i].rows == STEPS * BATCH);
      CHECK(counts[i].inputs == STEPS * BATCH * IN);
      CHECK(counts[i].active_inputs == inputs_set);
    }
  }
  CHECK(found == 2);

  /* A reset does not forget it; another state knows nothing of it. */
  CHECK(net->reset(state) == VOLLEY_OK);
  CHECK(net->profile(state, &profile) == VOLLEY_OK && profile.runs == 2);
  CHECK(net->profile(other, &profile) == VOLLEY_OK && profile.runs == 0);
  profile.size = 8;
  CHECK(net->profile(other, &profile) == VOLLEY_INVALID_ARGUMENT);
  CHECK(net->profile(other, NULL) == VOLLEY_INVALID_ARGUMENT);
  net->destroy(state);
  net->destroy(other);
}

static void test_profile(const volley_program *net, const inputs_t *inputs,
                         const results_t *expected) {
  check_profile(net, inputs, expected, NULL);
  for (uint32_t workers = 2; workers <= 4; ++workers)
    for (int serial = 0; serial < 2; ++serial) {
      volley_executor executor = {&workers, workers,
                                  serial ? serial_for : parallel_for};
      check_profile(net, inputs, expected, &executor);
    }
}

static void test_errors(const volley_program *net, const inputs_t *inputs) {
  volley_state *state = (volley_state *)1;
  volley_state_options options = {sizeof options, 0, NULL};
  CHECK(net->create(net, &options, &state) == VOLLEY_INVALID_ARGUMENT);
  CHECK(state == NULL);
  CHECK(strstr(net->error(NULL, VOLLEY_INVALID_ARGUMENT), "batch"));
  options.batch = INT64_MAX / 2;
  CHECK(net->create(net, &options, &state) == VOLLEY_OUT_OF_MEMORY);
  CHECK(state == NULL);
  options.batch = 1;
  options.size = 1;
  CHECK(net->create(net, &options, &state) == VOLLEY_INVALID_ARGUMENT);

  state = create(net, BATCH, NULL);
  results_t results;
  const void *in[] = {inputs->spikes, inputs->current};
  void *out[] = {results.out, results.total};
  volley_run_args args = {sizeof args, 1, BATCH, in, out, NULL, NULL};

  args.batch = BATCH + 1;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT), "batch"));
  args.batch = BATCH;
  args.steps = -1;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  args.steps = 1;
  args.size = 8;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  args.size = sizeof args;
  in[1] = NULL;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT), "'the current'"));
  in[1] = inputs->current;
  out[1] = NULL;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT), "'total'"));
  out[1] = results.total;
  args.inputs = NULL;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  args.inputs = in;

  /* A binary input that is not. */
  static uint8_t counts[BATCH * IN];
  counts[2 * IN + 1] = 2;
  in[0] = counts;
  CHECK(net->run(state, &args) == VOLLEY_INVALID_ARGUMENT);
  CHECK(strstr(net->error(state, VOLLEY_INVALID_ARGUMENT),
               "element 1 of step 0, sample 2 is 2"));
  in[0] = inputs->spikes;

  /* None of this has touched the state. */
  CHECK(net->run(state, &args) == VOLLEY_OK);
  CHECK(!strcmp(net->error(state, VOLLEY_OK), ""));

  /* A law that is violated; the state is of no use until a reset. */
  static float huge[BATCH * N];
  huge[0] = 1e9f;
  in[1] = huge;
  CHECK(net->run(state, &args) == VOLLEY_LAW_VIOLATED);
  CHECK(strstr(net->error(state, VOLLEY_LAW_VIOLATED), "ran away"));
  in[1] = inputs->current;
  CHECK(net->run(state, &args) == VOLLEY_LAW_VIOLATED);
  CHECK(net->reset(state) == VOLLEY_OK);
  CHECK(net->run(state, &args) == VOLLEY_OK);
  net->destroy(state);
}

/* An artefact for AVX-512 runs, or says politely that it cannot. */
static void test_cpu(const volley_program *net) {
  volley_state_options options = {sizeof options, 1, NULL};
  volley_state *state;
  CHECK(!strcmp(net->cpu, "x86-64-v4"));
  CHECK(net->levels[0] == net && !net->levels[1]);
  volley_status status = net->create(net, &options, &state);
  if (status == VOLLEY_OK)
    net->destroy(state);
  else
    CHECK(status == VOLLEY_UNSUPPORTED_CPU &&
          strstr(net->error(NULL, status), "x86-64-v4"));
}

static void test_all(const volley_program *net, const inputs_t *inputs,
                     const results_t *expected) {
  test_query(net);
  test_runs(net, inputs, expected);
  test_states_are_independent(net, inputs, expected);
  test_saving(net, inputs, expected);
  test_executor(net, inputs, expected);
  test_events(net, inputs, expected);
  test_bad_events(net, inputs, expected);
  test_errors(net, inputs);
}

/* A state that one level has saved goes on at another. */
static void test_moving(const volley_program *from, const volley_program *to,
                        const inputs_t *inputs, const results_t *expected) {
  volley_state *a = create(from, BATCH, NULL), *b = create(to, BATCH, NULL);
  results_t results;
  size_t size = from->saved_size(a);
  char *saved = malloc(size);
  CHECK(run(from, a, inputs, &results, 0, 20) == VOLLEY_OK);
  CHECK(from->save(a, saved, size) == VOLLEY_OK);
  CHECK(to->load(b, saved, size) == VOLLEY_OK);
  CHECK(run(to, b, inputs, &results, 20, STEPS) == VOLLEY_OK);
  CHECK(same(&results, expected));
  free(saved);
  from->destroy(a);
  to->destroy(b);
}

static int has_avx512(void) {
#ifdef __x86_64__
  return __builtin_cpu_supports("x86-64-v4");
#else
  return 0;
#endif
}

/* Each level of an artefact for x86-64-v4 and -v3 gives the same, and one that
 * the processor lacks is refused. The query gives the best that it has. */
static void test_levels(const volley_program *net, const inputs_t *inputs,
                        const results_t *expected) {
  const volley_program *v4 = net->levels[0], *v3 = net->levels[1];
  CHECK(v4 && v3 && !net->levels[2]);
  CHECK(v4->levels == net->levels && v3->levels == net->levels);
  CHECK(!strcmp(v4->cpu, "x86-64-v4") && !strcmp(v3->cpu, "x86-64-v3"));
  test_all(v3, inputs, expected);
  if (has_avx512()) {
    CHECK(net == v4);
    test_all(v4, inputs, expected);
    test_moving(v3, v4, inputs, expected);
    test_moving(v4, v3, inputs, expected);
    return;
  }
  CHECK(net == v3);
  volley_state_options options = {sizeof options, 1, NULL};
  volley_state *state;
  CHECK(v4->create(v4, &options, &state) == VOLLEY_UNSUPPORTED_CPU);
  CHECK(!strcmp(v4->error(NULL, VOLLEY_UNSUPPORTED_CPU),
                "this code needs x86-64-v4 (AVX-512), which this processor "
                "does not have"));
}

int main(int argc, char **argv) {
  int needs_v4 = argc == 3 && !strcmp(argv[1], "--needs-v4");
  int is_profiled = argc == 3 && !strcmp(argv[1], "--profiled");
  int has_levels = argc == 3 && !strcmp(argv[1], "--levels");
  if (argc != 2 && !needs_v4 && !is_profiled && !has_levels) {
    fprintf(stderr, "usage: %s [--needs-v4|--profiled|--levels] artefact.so\n",
            argv[0]);
    return 2;
  }
  void *object = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL);
  if (!object) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  volley_query_fn query;
  *(void **)&query = dlsym(object, "volley_query");
  CHECK(query(VOLLEY_ABI_VERSION + 1) == NULL);
  const volley_program *net = query(VOLLEY_ABI_VERSION);
  if (needs_v4) {
    test_cpu(net);
  } else {
    static inputs_t inputs;
    static results_t expected;
    fill(&inputs);
    expect(&inputs, &expected);
    test_all(net, &inputs, &expected);
    if (has_levels)
      test_levels(net, &inputs, &expected);
    if (is_profiled)
      test_profile(net, &inputs, &expected);
    else
      CHECK(!net->profile && !net->layers && net->num_layers == 0);
  }
  dlclose(object);
  return failures ? 1 : 0;
}
