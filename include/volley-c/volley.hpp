// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// volley.h for C++17: objects that clean up after themselves, and exceptions
// instead of codes. Header only; link with the dynamic loader (-ldl where the C
// library does not hold it).
//
//     auto program = volley::Program::open("net.so");
//     volley::State state(program, /*batch=*/1);
//     std::vector<float> x(steps * program.getInput("input").elements);
//     std::vector<uint8_t> y(steps * program.getOutput("output").elements);
//     state.run(steps, {x.data()}, {y.data()});

#ifndef VOLLEY_C_VOLLEY_HPP
#define VOLLEY_C_VOLLEY_HPP

#include "volley-c/volley.h"

#include <dlfcn.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace volley {

/// What a function of the interface answered other than VOLLEY_OK.
class Error : public std::runtime_error {
public:
  Error(volley_status status, const std::string &message)
      : std::runtime_error(message), status(status) {}

  volley_status getStatus() const { return status; }

private:
  volley_status status;
};

/// A loaded artefact. Copies share it; it is unloaded with the last of them and
/// of their states.
class Program {
public:
  /// Loads a shared object that snn-compile wrote. A path without a slash is
  /// one in the working directory.
  ///
  /// Of an artefact with code for several sets of instructions, `cpu` names the
  /// one to take ("x86-64-v3"); "" is the best that the processor has.
  ///
  /// Throws std::runtime_error if there is no such file or no such code in it,
  /// or it is no artefact of this version of the interface.
  static Program open(const std::string &path, std::string_view cpu = "") {
    std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    std::shared_ptr<void> object(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL),
                                 [](void *handle) {
                                   if (handle)
                                     dlclose(handle);
                                 });
    if (!object)
      throw std::runtime_error(dlerror());
    auto query =
        reinterpret_cast<volley_query_fn>(dlsym(object.get(), "volley_query"));
    const volley_program *program = query ? query(VOLLEY_ABI_VERSION) : nullptr;
    if (!program)
      throw std::runtime_error(path + ": is no artefact of interface version " +
                               std::to_string(VOLLEY_ABI_VERSION));
    if (!cpu.empty() && cpu != program->cpu)
      program = findLevel(program, cpu);
    if (!program)
      throw std::runtime_error(path + ": has no code for '" + std::string(cpu) +
                               "'");
    return Program(std::move(object), program);
  }

  /// Everything that the artefact says about itself.
  const volley_program &operator*() const { return *program; }
  const volley_program *operator->() const { return program; }

  /// The index of a signal by its name. Throws std::out_of_range if there is
  /// none.
  uint32_t getInputIndex(std::string_view name) const {
    return find(program->inputs, program->num_inputs, name, "", "input");
  }
  uint32_t getOutputIndex(std::string_view name) const {
    return find(program->outputs, program->num_outputs, name, "", "output");
  }
  uint32_t getProbeIndex(std::string_view node, std::string_view what) const {
    return find(program->probes, program->num_probes, node, what, "probe");
  }
  const volley_signal &getInput(std::string_view name) const {
    return program->inputs[getInputIndex(name)];
  }
  const volley_signal &getOutput(std::string_view name) const {
    return program->outputs[getOutputIndex(name)];
  }
  const volley_signal &getProbe(std::string_view node,
                                std::string_view what) const {
    return program->probes[getProbeIndex(node, what)];
  }

private:
  Program(std::shared_ptr<void> object, const volley_program *program)
      : object(std::move(object)), program(program) {}

  /// Null if there is none.
  static const volley_program *findLevel(const volley_program *program,
                                         std::string_view cpu) {
    if (program->size < offsetof(volley_program, run_args_size))
      return nullptr; // of an earlier compiler
    for (auto level = program->levels; *level; ++level)
      if ((*level)->cpu == cpu)
        return *level;
    return nullptr;
  }

  static uint32_t find(const volley_signal *signals, uint32_t count,
                       std::string_view name, std::string_view what,
                       const char *kind) {
    for (uint32_t i = 0; i < count; ++i)
      if (signals[i].name == name && signals[i].what == what)
        return i;
    throw std::out_of_range(
        "there is no " + std::string(kind) + " '" + std::string(name) +
        (what.empty() ? "" : ":" + std::string(what)) + "'");
  }

  std::shared_ptr<void> object;
  const volley_program *program;
};

/// What a state has done in all of its runs; `layers` are in the order of the
/// program's.
struct Profile {
  volley_profile total;
  std::vector<volley_layer_counts> layers;
};

/// The state of a batch of samples of a program. One thread may use it at a
/// time.
class State {
public:
  /// The state before the first step. `executor` lends threads; without one
  /// the thread that calls run() does all work. It must outlive the state.
  explicit State(Program program, int64_t batch = 1,
                 const volley_executor *executor = nullptr)
      : program(std::move(program)), batch(batch),
        state(nullptr, this->program->destroy) {
    volley_state_options options = {sizeof options, batch, executor};
    volley_state *created = nullptr;
    volley_status status =
        this->program->create(&*this->program, &options, &created);
    state.reset(created);
    check(status);
  }

  int64_t getBatch() const { return batch; }

  /// Back to the state before the first step.
  void reset() { check(program->reset(state.get())); }

  /// Runs `steps` steps, from where the last run ended. One buffer of (steps,
  /// batch, shape) elements per input and output, in the program's order; no
  /// probes, or one buffer for each, null for one that is not wanted.
  ///
  /// `events` are inputs that are lists of events, with null in `inputs`: one
  /// for each input, null for one with a buffer; or none.
  void run(int64_t steps, const std::vector<const void *> &inputs,
           const std::vector<void *> &outputs,
           const std::vector<void *> &probes = {},
           const std::vector<const volley_events *> &events = {}) {
    if (inputs.size() != program->num_inputs ||
        outputs.size() != program->num_outputs ||
        (!probes.empty() && probes.size() != program->num_probes) ||
        (!events.empty() && events.size() != program->num_inputs))
      throw Error(VOLLEY_INVALID_ARGUMENT,
                  "expects a buffer for each signal of the program");
    if (!events.empty() &&
        (program->size < sizeof(volley_program) ||
         program->run_args_size <
             offsetof(volley_run_args, events) + sizeof(void *)))
      throw Error(VOLLEY_INVALID_ARGUMENT,
                  "the artefact is older than lists of events");
    volley_run_args args = {sizeof args,
                            steps,
                            batch,
                            inputs.data(),
                            outputs.data(),
                            probes.empty() ? nullptr : probes.data(),
                            events.empty() ? nullptr : events.data()};
    check(program->run(state.get(), &args));
  }

  /// The state as bytes.
  std::vector<char> save() const {
    std::vector<char> bytes(program->saved_size(state.get()));
    check(program->save(state.get(), bytes.data(), bytes.size()));
    return bytes;
  }

  /// Takes over what save() of the same program and batch gave.
  void load(const std::vector<char> &bytes) {
    check(program->load(state.get(), bytes.data(), bytes.size()));
  }

  /// Of a program that was compiled for profiling. Throws std::logic_error for
  /// any other.
  Profile getProfile() const {
    if (program->size < offsetof(volley_program, levels) || !program->profile)
      throw std::logic_error("the program was not compiled for profiling");
    Profile profile = {{}, {}};
    profile.layers.resize(program->num_layers);
    profile.total.size = sizeof profile.total;
    profile.total.layers = profile.layers.data();
    check(program->profile(state.get(), &profile.total));
    return profile;
  }

private:
  void check(volley_status status) const {
    if (status != VOLLEY_OK)
      throw Error(status, program->error(state.get(), status));
  }

  Program program;
  int64_t batch;
  std::unique_ptr<volley_state, void (*)(volley_state *)> state;
};

} // namespace volley

#endif // VOLLEY_C_VOLLEY_HPP
