// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C++ header over the C interface. The network is that of c-abi.mlir.

#include "volley-c/volley.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

static int failures = 0;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::fprintf(stderr, "%s:%d: expects %s\n", __FILE__, __LINE__,          \
                   #condition);                                                \
      ++failures;                                                              \
    }                                                                          \
  } while (0)

/// The message of the exception that `call` throws.
template <typename E, typename Call> static std::string getError(Call &&call) {
  try {
    call();
  } catch (const E &error) {
    return error.what();
  }
  return "no exception";
}

static bool contains(const std::string &text, const char *part) {
  return text.find(part) != std::string::npos;
}

static void testProgram(const volley::Program &program) {
  CHECK(std::string(program->name) == "net");
  CHECK(program.getInputIndex("the current") == 1);
  CHECK(program.getInput("spikes").elements == 3);
  CHECK(program.getOutput("out").type == VOLLEY_BOOL);
  CHECK(program.getProbe("lif", "v").type == VOLLEY_F32);
  CHECK(contains(
      getError<std::out_of_range>([&] { program.getProbe("lif", "w"); }),
      "no probe 'lif:w'"));
  CHECK(contains(getError<std::runtime_error>(
                     [] { volley::Program::open("there-is-none.so"); }),
                 "there-is-none.so"));
  // A shared object, but no artefact.
  CHECK(contains(getError<std::runtime_error>([] {
                   volley::Program::open("/usr/lib/x86_64-linux-gnu/"
                                         "libm.so.6");
                 }),
                 "is no artefact"));
}

static void testState(const volley::Program &program) {
  constexpr int64_t steps = 8;
  const std::vector<uint8_t> spikes(steps * 3, 1);
  const std::vector<float> current(steps * 2, 0.25f);
  std::vector<uint8_t> out(steps * 2), again(steps * 2);
  std::vector<double> total(steps);
  std::vector<float> v(steps * 2);

  volley::State state(program);
  state.run(steps, {spikes.data(), current.data()}, {out.data(), total.data()},
            {v.data()});
  CHECK(std::memchr(out.data(), 1, out.size()) != nullptr);
  for (int64_t t = 0; t < steps; ++t)
    CHECK(total[t] == out[2 * t] + out[2 * t + 1]);

  // From the start again; then half of it, saved and taken over.
  state.reset();
  state.run(steps / 2, {spikes.data(), current.data()},
            {again.data(), total.data()});
  volley::State other(program);
  other.load(state.save());
  volley::State moved = std::move(other);
  moved.run(steps / 2,
            {spikes.data() + steps / 2 * 3, current.data() + steps / 2 * 2},
            {again.data() + steps / 2 * 2, total.data()});
  CHECK(out == again);

  // The spikes as events.
  std::vector<int64_t> step, index;
  for (int64_t i = 0; i < steps * 3; ++i) {
    step.push_back(i / 3);
    index.push_back(i % 3);
  }
  volley_events events = {step.size(), step.data(), nullptr, index.data(), 0};
  std::fill(again.begin(), again.end(), 0);
  state.reset();
  state.run(steps, {nullptr, current.data()}, {again.data(), total.data()}, {},
            {&events, nullptr});
  CHECK(out == again);

  CHECK(contains(getError<volley::Error>([&] {
                   state.run(1, {spikes.data()}, {out.data(), total.data()});
                 }),
                 "a buffer for each signal"));
  CHECK(contains(getError<volley::Error>([&] {
                   state.run(-1, {spikes.data(), current.data()},
                             {out.data(), total.data()});
                 }),
                 "not negative"));
  CHECK(contains(
      getError<volley::Error>([&] { volley::State(program, /*batch=*/0); }),
      "batch"));
  CHECK(contains(getError<volley::Error>([&] {
                   state.load({1, 2, 3});
                 }),
                 "another size"));
}

static void testProfile(const volley::Program &program) {
  constexpr int steps = 4;
  volley::State state(program);
  std::vector<uint8_t> spikes(steps * 3, 1), out(steps * 2);
  std::vector<float> current(steps * 2, 0.25f);
  std::vector<double> total(steps);
  state.run(steps, {spikes.data(), current.data()}, {out.data(), total.data()});
  volley::Profile profile = state.getProfile();
  CHECK(profile.total.runs == 1 && profile.total.rows == steps);
  CHECK(profile.layers.size() == program->num_layers);
  uint64_t rows = 0;
  for (const volley_layer_counts &layer : profile.layers)
    rows = std::max(rows, layer.rows);
  CHECK(rows == steps);
}

/// Of an artefact for x86-64-v4 and -v3.
static void testLevels(const char *path) {
  auto v3 = volley::Program::open(path, "x86-64-v3");
  CHECK(std::string(v3->cpu) == "x86-64-v3");
  testState(v3);
  CHECK(std::string(volley::Program::open(path, "x86-64-v4")->cpu) ==
        "x86-64-v4");
  CHECK(contains(getError<std::runtime_error>(
                     [&] { volley::Program::open(path, "x86-64-v2"); }),
                 "has no code for 'x86-64-v2'"));
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s artefact.so profiled.so levels.so\n",
                 argv[0]);
    return 2;
  }
  auto program = volley::Program::open(argv[1]);
  testProgram(program);
  testState(program);
  CHECK(contains(
      getError<std::logic_error>([&] { volley::State(program).getProfile(); }),
      "not compiled for profiling"));
  testProfile(volley::Program::open(argv[2]));
  testLevels(argv[3]);
  return failures ? 1 : 0;
}
