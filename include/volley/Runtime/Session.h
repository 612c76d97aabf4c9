// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the interpreter and a compiled artefact have in common for a host: an
// interface of named signals, and state that runs go on from. No LLVM here.

#ifndef VOLLEY_RUNTIME_SESSION_H
#define VOLLEY_RUNTIME_SESSION_H

#include <cstdint>
#include <string>
#include <vector>

struct volley_events;

namespace volley::runtime {

/// The element types at the ABI. A binary signal is one byte per element.
enum class DType { Bool, I32, F32, F64 };

size_t getSize(DType type);
const char *getName(DType type);

/// How often a signal has a value.
enum class Rate {
  /// Per step and sample.
  Stream,
  /// Per sample; it changes at a reset only.
  Static,
  /// Per sample: what a run leaves at its end.
  Window
};

/// One input, output or probe: arrays of `shape`, as many as its rate says.
struct SignalInfo {
  /// The name of the input or output; of a probe, its node.
  std::string name;
  /// What a probe records ("spikes", "v"); empty otherwise.
  std::string what;
  DType type;
  std::vector<int64_t> shape;
  Rate rate = Rate::Stream;

  /// Arrays of `shape` in the buffer of a run.
  int64_t getRows(int64_t steps, int64_t batch) const {
    return rate == Rate::Stream ? steps * batch : batch;
  }
  int64_t getNumElements() const;
  size_t getBytes() const { return getNumElements() * getSize(type); }
};

struct ProgramInfo {
  std::string name;
  /// Seconds per step.
  double timeStep;
  std::vector<SignalInfo> inputs, outputs, probes;
};

/// Buffers of a run, in the order of ProgramInfo. Those of a stream hold
/// (steps, batch, shape) elements in row-major order, others (batch, shape). A
/// null probe is not recorded. A static input is read by the first run of a
/// step or more after a reset, and may be null later.
struct RunBuffers {
  std::vector<const void *> inputs;
  std::vector<void *> outputs, probes;
  /// Inputs that are given as lists of events, and null for the others; or
  /// none at all. A list is for an input of spikes, whose buffer is null.
  std::vector<const volley_events *> events;
};

/// The inputs of a run as buffers, for what reads no lists of events.
class InputBuffers {
public:
  /// `error` says what is wrong with a list, if anything is.
  InputBuffers(const ProgramInfo &info, const RunBuffers &buffers,
               int64_t steps, int64_t batch, std::string &error);
  InputBuffers(const InputBuffers &) = delete;
  InputBuffers &operator=(const InputBuffers &) = delete;

  const std::vector<const void *> &get() const { return inputs; }

private:
  std::vector<const void *> inputs;
  std::vector<std::vector<uint8_t>> spikes;
};

/// How a run ended.
enum class RunStatus {
  Ok,
  /// Nothing was run: a binary input holds something else than 0 and 1, say.
  InvalidInput,
  /// A neuron left its law. The state needs a reset.
  LawViolated
};

/// Where the buffer of a binary input holds something else than 0 and 1, for a
/// message; empty if it does not.
std::string describeNonBinary(const SignalInfo &signal, const void *data,
                              int64_t steps, int64_t batch);

/// A network together with the state of a batch of samples.
class Session {
public:
  virtual ~Session() = default;

  virtual const ProgramInfo &getInfo() const = 0;
  virtual int64_t getBatch() const = 0;

  /// Sets the state to that before the first step.
  virtual void reset() = 0;

  /// Runs `steps` steps. Unless all is well, `error` says what went wrong.
  virtual RunStatus run(const RunBuffers &buffers, int64_t steps,
                        std::string &error) = 0;

  /// The state as bytes, for load() of a session of the same program and batch,
  /// which returns an empty string, or why they are not that.
  virtual std::vector<char> save() const = 0;
  virtual std::string load(const std::vector<char> &bytes) = 0;
};

} // namespace volley::runtime

#endif // VOLLEY_RUNTIME_SESSION_H
