// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a NIR file leaves open about a neuron, and how it is declared: profiles
// (the laws of other tools) and single settings, for all nodes or for one.

#ifndef VOLLEY_FRONTEND_NIR_SETTINGS_H
#define VOLLEY_FRONTEND_NIR_SETTINGS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace volley::snn {
enum class Reset : uint32_t;
enum class Compare : uint32_t;
enum class Spikes : uint32_t;
enum class Scheme : uint32_t;
} // namespace volley::snn

namespace volley::nir {

/// Where a feedback path is delayed by its one step.
enum class Feedback {
  /// On its first edge: the recurrent synapse sees the spikes of the last step.
  Spikes,
  /// On its last edge: the synapse's result, bias included, comes a step late.
  Synapse
};

/// Everything about the update of a neuron that a NIR file does not say.
struct NeuronSettings {
  snn::Reset reset;
  bool resetDelay = false;
  /// With subtraction: a potential still above the threshold has it taken off
  /// before the next comparison.
  bool residualReset = false;
  snn::Spikes spikes;
  snn::Compare compare;
  std::optional<double> vMin;
  /// For kinds with a leak, and for I and IF.
  snn::Scheme leakyScheme;
  snn::Scheme leaklessScheme;
  Feedback feedback = Feedback::Spikes;
  /// Consumers see the spikes one step late.
  bool late = false;
  /// Time constants in the file are multiplied by this.
  std::optional<double> tauScale;
};

/// The settings that reproduce one tool.
struct Profile {
  llvm::StringRef name;
  llvm::StringRef description;
  NeuronSettings settings;
};

llvm::ArrayRef<Profile> getProfiles();
const Profile *lookupProfile(llvm::StringRef name);

/// Values of single settings by name, as text, for all nodes or for one.
class SettingOverrides {
public:
  /// Declares `name` (a key of getSettingInfos()) to be `value`, for the node
  /// `node` or, if that is empty, for all. Fails if there is no such setting or
  /// it has no such value.
  llvm::Error set(llvm::StringRef name, llvm::StringRef node,
                  llvm::StringRef value);

  /// The profile's settings with the overrides for `node` applied.
  NeuronSettings apply(const NeuronSettings &base, llvm::StringRef node) const;

  /// True if `name` is declared for `node`.
  bool isDeclared(llvm::StringRef name, llvm::StringRef node) const;

  bool isEmpty() const { return all.empty() && perNode.empty(); }

  /// The nodes that have overrides of their own.
  std::vector<std::string> getNodes() const;

private:
  using Values = std::map<std::string, std::string, std::less<>>;
  Values all;
  std::map<std::string, Values, std::less<>> perNode;
};

/// A single setting, for help texts and for the front ends that offer it.
struct SettingInfo {
  llvm::StringRef name;
  /// "zero|subtract|none", or "number".
  llvm::StringRef values;
  llvm::StringRef help;
};

llvm::ArrayRef<SettingInfo> getSettingInfos();

} // namespace volley::nir

#endif // VOLLEY_FRONTEND_NIR_SETTINGS_H
