// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Frontend/NIR/Settings.h"

#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace volley::nir;
using namespace volley::snn;
using llvm::Error;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Profiles
//===----------------------------------------------------------------------===//

static NeuronSettings makeSettings(Scheme leaky, Scheme leakless, Reset reset) {
  NeuronSettings settings;
  settings.reset = reset;
  settings.spikes = Spikes::Single;
  settings.compare = Compare::GT;
  settings.leakyScheme = leaky;
  settings.leaklessScheme = leakless;
  return settings;
}

llvm::ArrayRef<Profile> volley::nir::getProfiles() {
  static const std::vector<Profile> profiles = [] {
    const Scheme euler = Scheme::ForwardEuler;
    NeuronSettings forwardEuler = makeSettings(euler, euler, Reset::Zero);
    NeuronSettings snntorch = forwardEuler;
    snntorch.residualReset = true;
    NeuronSettings norse = forwardEuler;
    norse.feedback = Feedback::Synapse;
    NeuronSettings exponential =
        makeSettings(Scheme::Exponential, Scheme::PerStep, Reset::Subtract);
    NeuronSettings nengo =
        makeSettings(Scheme::ZeroOrderHold, euler, Reset::Zero);
    NeuronSettings lava = forwardEuler;
    lava.late = true;
    NeuronSettings spyx = makeSettings(euler, euler, Reset::Subtract);
    spyx.late = true;
    NeuronSettings spikingjelly = forwardEuler;
    spikingjelly.compare = Compare::GE;
    NeuronSettings exact =
        makeSettings(Scheme::Exact, Scheme::Exact, Reset::Subtract);
    return std::vector<Profile>{
        {"default", "the snntorch profile, and a remark that it was assumed",
         snntorch},
        {"snntorch", "forward Euler, v = v_reset at a spike, cut at the spikes",
         snntorch},
        {"norse", "as snntorch, cut after the recurrent synapse", norse},
        {"rockpool", "exponential decay, the threshold is subtracted",
         exponential},
        {"sinabs", "exponential decay, the threshold is subtracted",
         exponential},
        {"nengo", "zero-order hold, v = v_reset at a spike", nengo},
        {"lava", "as snntorch, spikes are seen one step late", lava},
        {"spyx",
         "forward Euler, the threshold is subtracted, spikes are seen "
         "one step late",
         spyx},
        {"spikingjelly", "as snntorch, but v = v_threshold is a spike",
         spikingjelly},
        {"exact", "analytic between spikes, which are found inside the step",
         exact},
    };
  }();
  return profiles;
}

const Profile *volley::nir::lookupProfile(StringRef name) {
  auto *it = llvm::find_if(getProfiles(),
                           [&](const Profile &p) { return p.name == name; });
  return it == getProfiles().end() ? nullptr : it;
}

//===----------------------------------------------------------------------===//
// Single settings
//===----------------------------------------------------------------------===//

namespace {
/// A setting together with what its text means. `parse` gives false for a text
/// that is no value of it.
struct Setting {
  SettingInfo info;
  bool (*parse)(StringRef text, NeuronSettings &settings);
};
} // namespace

template <typename T> static bool assign(std::optional<T> parsed, T &field) {
  if (parsed)
    field = *parsed;
  return parsed.has_value();
}

static std::optional<bool> parseOnOff(StringRef text) {
  if (text == "on")
    return true;
  if (text == "off")
    return false;
  return std::nullopt;
}

static std::optional<double> parseNumber(StringRef text) {
  double value;
  if (text.getAsDouble(value) || !std::isfinite(value))
    return std::nullopt;
  return value;
}

static bool parseScheme(StringRef text, NeuronSettings &settings) {
  std::optional<Scheme> scheme = symbolizeScheme(text);
  if (!scheme)
    return false;
  // I and IF have no decay that exponential and zero_order_hold could treat
  // otherwise; they keep what they have.
  if (*scheme != Scheme::PerStep)
    settings.leakyScheme = *scheme;
  if (*scheme != Scheme::Exponential && *scheme != Scheme::ZeroOrderHold)
    settings.leaklessScheme = *scheme;
  return true;
}

static llvm::ArrayRef<Setting> getSettings() {
  static const Setting settings[] = {
      {{"reset", "zero|subtract|none",
        "what a spike does to the membrane potential: set it to v_reset, take "
        "the threshold off, nothing"},
       [](StringRef text, NeuronSettings &s) {
         return assign(symbolizeReset(text), s.reset);
       }},
      {{"reset-delay", "on|off", "a spike resets the potential one step later"},
       [](StringRef text, NeuronSettings &s) {
         return assign(parseOnOff(text), s.resetDelay);
       }},
      {{"residual-reset", "on|off",
        "with reset subtract: a potential still above the threshold has it "
        "taken off before the next comparison, as in snnTorch"},
       [](StringRef text, NeuronSettings &s) {
         return assign(parseOnOff(text), s.residualReset);
       }},
      {{"spikes", "single|multi",
        "at most one spike in a step, or floor(v / threshold) of them"},
       [](StringRef text, NeuronSettings &s) {
         return assign(symbolizeSpikes(text), s.spikes);
       }},
      {{"compare", "gt|ge",
        "a spike if the potential is above the threshold, or at it too"},
       [](StringRef text, NeuronSettings &s) {
         return assign(symbolizeCompare(text), s.compare);
       }},
      {{"v-min", "number", "the potential is clamped from below at this value"},
       [](StringRef text, NeuronSettings &s) {
         s.vMin = parseNumber(text);
         return s.vMin.has_value();
       }},
      {{"scheme", "forward_euler|exponential|zero_order_hold|per_step|exact",
        "how the neuron's differential equation becomes a step"},
       parseScheme},
      {{"feedback", "spikes|synapse",
        "where a cycle gets its step of delay: before the recurrent synapse or "
        "after it"},
       [](StringRef text, NeuronSettings &s) {
         if (text != "spikes" && text != "synapse")
           return false;
         s.feedback = text == "spikes" ? Feedback::Spikes : Feedback::Synapse;
         return true;
       }},
      {{"late", "on|off", "consumers and records see spikes one step late"},
       [](StringRef text, NeuronSettings &s) {
         return assign(parseOnOff(text), s.late);
       }},
      {{"tau-scale", "positive number",
        "time constants in the file are multiplied by this"},
       [](StringRef text, NeuronSettings &s) {
         s.tauScale = parseNumber(text);
         return s.tauScale && *s.tauScale > 0;
       }},
  };
  return settings;
}

llvm::ArrayRef<SettingInfo> volley::nir::getSettingInfos() {
  static const std::vector<SettingInfo> infos = [] {
    std::vector<SettingInfo> infos;
    for (const Setting &setting : getSettings())
      infos.push_back(setting.info);
    return infos;
  }();
  return infos;
}

Error SettingOverrides::set(StringRef name, StringRef node, StringRef value) {
  const Setting *setting = llvm::find_if(
      getSettings(), [&](const Setting &s) { return s.info.name == name; });
  if (setting == getSettings().end())
    return llvm::createStringError("there is no setting '" + name + "'");
  NeuronSettings scratch = getProfiles().front().settings;
  if (!setting->parse(value, scratch))
    return llvm::createStringError(
        llvm::formatv("{0} expects {1}{2}, but got '{3}'", name,
                      setting->info.values.contains("number") ? "a " : "",
                      setting->info.values, value)
            .str());
  Values &values = node.empty() ? all : perNode[node.str()];
  values[name.str()] = value.str();
  return Error::success();
}

NeuronSettings SettingOverrides::apply(const NeuronSettings &base,
                                       StringRef node) const {
  NeuronSettings settings = base;
  auto it = perNode.find(node);
  for (const Setting &setting : getSettings()) {
    auto applyFrom = [&](const Values &values) {
      auto value = values.find(setting.info.name);
      if (value != values.end())
        setting.parse(value->second, settings);
    };
    applyFrom(all);
    if (it != perNode.end())
      applyFrom(it->second);
  }
  return settings;
}

bool SettingOverrides::isDeclared(StringRef name, StringRef node) const {
  auto it = perNode.find(node);
  return all.count(name) || (it != perNode.end() && it->second.count(name));
}

std::vector<std::string> SettingOverrides::getNodes() const {
  std::vector<std::string> nodes;
  for (const auto &entry : perNode)
    nodes.push_back(entry.first);
  return nodes;
}
