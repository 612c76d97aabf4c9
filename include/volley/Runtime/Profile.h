// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a program that was compiled for profiling says of its runs. No LLVM
// here.

#ifndef VOLLEY_RUNTIME_PROFILE_H
#define VOLLEY_RUNTIME_PROFILE_H

#include <cstdint>
#include <string>
#include <vector>

namespace volley::runtime {

/// An op of the network as it is compiled, and what it has done.
struct LayerProfile {
  /// The node of the source.
  std::string node;
  /// "dense", "population", ..., and its kernel or law.
  std::string what, detail;
  /// Among layers of the same node that are the same.
  uint32_t ordinal = 0;
  bool isSynaptic = false;

  /// Of all threads together, with what they wait for each other.
  double seconds = 0;
  uint64_t calls = 0, samples = 0, rows = 0;
  /// Elements of its input and output, and those that are not zero; 0 where
  /// they are not counted.
  uint64_t inputs = 0, activeInputs = 0, outputs = 0, activeOutputs = 0;
  /// Synapses, neurons or elements, whatever is zero; and bytes at least.
  uint64_t operations = 0, bytes = 0;

  /// The fraction of the input that is not zero; 1 if that was not counted.
  double getInputActivity() const {
    return inputs ? double(activeInputs) / double(inputs) : 1;
  }
  double getOutputActivity() const {
    return outputs ? double(activeOutputs) / double(outputs) : 1;
  }
  /// Operations whose input is not zero.
  double getUpdates() const {
    return isSynaptic ? double(operations) * getInputActivity()
                      : double(operations);
  }
  /// "event dense", or "lif population".
  std::string getTitle() const;
};

/// All runs of an artefact.
struct Profile {
  std::string network, compiler, cpu;
  /// Calls of run, and steps of samples in them.
  uint64_t runs = 0, rows = 0;
  /// In run by the clock; of all threads together; what of that went into
  /// counting.
  double seconds = 0, threadSeconds = 0, countingSeconds = 0;
  /// That sessions had at most.
  int threads = 1;
  /// In the order of the program.
  std::vector<LayerProfile> layers;

  /// Of all layers.
  double getLayerSeconds() const;
};

} // namespace volley::runtime

#endif // VOLLEY_RUNTIME_PROFILE_H
