// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Profiles, single settings and the time step, applied to a graph.

#include "Graph.h"

#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace volley::nir;
using namespace volley;
using llvm::ArrayRef;
using llvm::formatv;
using llvm::StringRef;

/// The step that most tools use and that files do not write.
static constexpr double kDefaultTimeStep = 1e-4;
/// How far values that should be equal may be apart.
static constexpr double kTolerance = 1e-4;

static bool isLeaky(const Node &node) {
  return node.isNeuron() && node.type != NodeType::I &&
         node.type != NodeType::IF;
}

static bool hasCurrent(const Node &node) {
  return node.type == NodeType::CubaLI || node.type == NodeType::CubaLIF;
}

static bool isSpiking(const Node &node) {
  return node.type == NodeType::IF || node.type == NodeType::LIF ||
         node.type == NodeType::CubaLIF;
}

static snn::Scheme getScheme(const Node &node) {
  return isLeaky(node) ? node.settings->leakyScheme
                       : node.settings->leaklessScheme;
}

//===----------------------------------------------------------------------===//
// Settings of neurons
//===----------------------------------------------------------------------===//

/// "scheme forward_euler, reset zero, a spike if v > threshold, v starts at 0".
static std::string describeSettings(const Node &node) {
  const NeuronSettings &settings = *node.settings;
  std::string text = ("scheme " + stringifyScheme(getScheme(node))).str();
  if (isSpiking(node)) {
    text += (", reset " + stringifyReset(settings.reset)).str();
    if (settings.resetDelay)
      text += " one step later";
    else if (settings.residualReset)
      text += " with residual";
    if (settings.spikes == snn::Spikes::Multi)
      text += ", floor(v / threshold) spikes a step";
    else if (settings.compare == snn::Compare::GT)
      text += ", a spike if v > threshold";
    else
      text += ", a spike if v >= threshold";
    if (settings.late)
      text += ", spikes seen one step late";
  }
  if (settings.vMin)
    text += formatv(", v clamped at {0}", formatNumber(*settings.vMin)).str();
  return text + ", v starts at 0";
}

/// Settings that the neuron's kind cannot have.
static void checkSettings(Node &node) {
  const NeuronSettings &settings = *node.settings;
  if (getScheme(node) == snn::Scheme::Exact) {
    if (hasCurrent(node))
      return node.refuse("has no exact law: the time at which type " +
                         node.typeName +
                         " crosses its threshold has no closed form; the "
                         "schemes forward_euler, exponential and "
                         "zero_order_hold are there");
    if (isSpiking(node) &&
        (settings.resetDelay || settings.reset == snn::Reset::None ||
         settings.compare == snn::Compare::GE))
      return node.refuse("has no exact law with reset-delay, reset none or "
                         "compare ge");
    if (settings.vMin)
      return node.refuse("has no exact law with v-min");
  }
  if (!isSpiking(node))
    return;
  if (settings.spikes == snn::Spikes::Multi &&
      (settings.reset != snn::Reset::Subtract || settings.resetDelay))
    return node.refuse("expects reset subtract without reset-delay for spikes "
                       "multi");
}

/// A neuron that fires at rest for ever is a mistake in the file.
static void checkThreshold(Node &node) {
  const Parameter &threshold = node.getParam("v_threshold");
  const Parameter &reset = node.getParam("v_reset");
  switch (node.settings->reset) {
  case snn::Reset::None:
    return;
  case snn::Reset::Subtract:
    for (double value : threshold.values)
      if (!(value > 0))
        return node.refuse(formatv("expects a positive v_threshold for reset "
                                   "subtract, but got {0}",
                                   formatNumber(value))
                               .str());
    return;
  case snn::Reset::Zero:
    break;
  }
  Shape shape;
  for (const Parameter *parameter : {&threshold, &reset})
    for (auto [dim, size] : llvm::enumerate(parameter->shape)) {
      if (dim == shape.size())
        shape.push_back(1);
      shape[dim] = std::max(shape[dim], size);
    }
  Shape position(shape.size(), 0);
  for (int64_t i = 0; i < countElements(shape); ++i) {
    double thr = threshold.getElement(position),
           rst = reset.getElement(position);
    if (!(thr > rst))
      return node.refuse(
          formatv("expects v_threshold above v_reset, but got {0} and {1}",
                  formatNumber(thr), formatNumber(rst))
              .str());
    for (size_t dim = shape.size(); dim-- > 0;) {
      if (++position[dim] < shape[dim])
        break;
      position[dim] = 0;
    }
  }
}

void volley::nir::checkThresholds(Graph &graph) {
  for (Node &node : graph.nodes)
    if (isSpiking(node) && node.settings && node.outShape && !node.isRefused())
      checkThreshold(node);
}

/// A profile's setting that another one makes void is dropped; what is declared
/// must have an effect.
static void dropVoidSettings(Node &node, const ImportOptions &options) {
  NeuronSettings &settings = *node.settings;
  // There is no spike to see late.
  settings.late &= isSpiking(node);
  if (!settings.residualReset)
    return;
  settings.residualReset =
      isSpiking(node) && settings.reset == snn::Reset::Subtract &&
      settings.spikes == snn::Spikes::Single && !settings.resetDelay &&
      getScheme(node) != snn::Scheme::Exact;
  if (!settings.residualReset && isSpiking(node) &&
      options.settings.isDeclared("residual-reset", node.name))
    node.refuse("expects reset subtract and spikes single, without reset-delay "
                "and not under the scheme exact, for residual-reset on");
}

static void resolveNeuron(Node &node, const Profile &profile,
                          const ImportOptions &options) {
  node.settings = options.settings.apply(profile.settings, node.name);
  dropVoidSettings(node, options);
  if (node.settings->tauScale)
    for (StringRef field : {"tau", "tau_syn", "tau_mem"})
      if (auto it = node.params.find(field); it != node.params.end()) {
        for (double &value : it->second.values)
          value *= *node.settings->tauScale;
        node.remark(formatv("'{0}' is multiplied by {1}", field,
                            formatNumber(*node.settings->tauScale))
                        .str());
      }
  // The settings that a file does not say and a user can.
  bool isDeclared =
      !options.profile.empty() ||
      (options.settings.isDeclared("scheme", node.name) &&
       (!isSpiking(node) || options.settings.isDeclared("reset", node.name)));
  std::string text = describeSettings(node);
  if (isDeclared)
    node.remark(text);
  else
    node.assume(text + " (profile " + profile.name + ")");
  checkSettings(node);
}

//===----------------------------------------------------------------------===//
// The time step
//===----------------------------------------------------------------------===//

/// True if the step is part of the node's law.
static bool needsTimeStep(const Node &node) {
  if (node.type == NodeType::Delay)
    return llvm::any_of(node.getParam("delay").values,
                        [](double d) { return d != 0; });
  return node.isNeuron() && getScheme(node) != snn::Scheme::PerStep;
}

/// The step that exporters hide in r and w_in: tau / r of LIF and LI, tau_mem /
/// r and tau_syn / w_in of the current-based kinds, if all nodes agree and it
/// is below tau.
static std::optional<double> inferTimeStep(const Graph &graph) {
  double least = INFINITY, largest = 0;
  bool isBelow = true;
  auto collect = [&](const Node &node, StringRef tau, StringRef gain) {
    const Parameter &taus = node.getParam(tau), &gains = node.getParam(gain);
    auto add = [&](double t, double g) {
      double step = t / g;
      least = std::min(least, step);
      largest = std::max(largest, step);
      isBelow &= step > 0 && step < t;
    };
    if (taus.values.size() == 1 || gains.values.size() == 1 ||
        taus.shape == gains.shape) {
      size_t count = std::max(taus.values.size(), gains.values.size());
      for (size_t i = 0; i < count; ++i)
        add(taus.values[taus.values.size() == 1 ? 0 : i],
            gains.values[gains.values.size() == 1 ? 0 : i]);
      return;
    }
    // How they broadcast is settled later; all pairs have to agree.
    add(*llvm::min_element(taus.values), *llvm::max_element(gains.values));
    add(*llvm::max_element(taus.values), *llvm::min_element(gains.values));
  };
  for (const Node &node : graph.nodes) {
    if (!isLeaky(node) || node.isIgnored)
      continue;
    if (hasCurrent(node)) {
      collect(node, "tau_mem", "r");
      collect(node, "tau_syn", "w_in");
    } else {
      collect(node, "tau", "r");
    }
  }
  if (!isBelow || largest == 0 || largest - least > kTolerance * largest)
    return std::nullopt;
  // Parameters in f32 blur the seventh digit.
  double scale = std::pow(10.0, std::floor(std::log10(least)) - 5);
  double rounded = std::round(least / scale) * scale;
  return std::strtod(formatv("{0:e6}", rounded).str().c_str(), nullptr);
}

static double resolveTimeStep(Graph &graph, const ImportOptions &options) {
  if (options.dt)
    return *options.dt;
  bool isNeeded = llvm::any_of(graph.nodes, [](const Node &node) {
    return !node.isIgnored && needsTimeStep(node);
  });
  if (std::optional<double> dt = inferTimeStep(graph)) {
    if (isNeeded)
      graph.assume(
          formatv("dt is {0} s, which tau / r and tau_syn / w_in of all nodes "
                  "agree on",
                  formatNumber(*dt))
              .str());
    return *dt;
  }
  if (isNeeded)
    graph.assume(formatv("dt is {0} s, as nothing in the file implies one",
                         formatNumber(kDefaultTimeStep))
                     .str());
  return kDefaultTimeStep;
}

/// A step longer than a time constant means that the file's unit is another.
static void checkTimeConstants(Node &node, double dt) {
  for (StringRef field : {"tau", "tau_syn", "tau_mem"}) {
    auto it = node.params.find(field);
    if (it == node.params.end())
      continue;
    double least = *llvm::min_element(it->second.values);
    if (least >= dt * (1 - kTolerance))
      continue;
    // Norse multiplies by its dt of 1 ms.
    double factor = 1000;
    while (least * factor < dt)
      factor *= 10;
    return node.refuse(
        formatv(
            "expects '{0}' of at least dt = {1} s, but got {2} s: dt is too "
            "large, or the file's time constants seem to be off by a "
            "factor of {3} (if so, use tau-scale={3})",
            field, formatNumber(dt), formatNumber(least), formatNumber(factor))
            .str());
  }
}

static void resolveDelay(Node &node, double dt) {
  for (double delay : node.getParam("delay").values) {
    double steps = delay / dt;
    double rounded = std::round(steps);
    if (!(delay >= 0) || rounded > double(snn::kLargestDelay))
      return node.refuse(
          formatv("expects a delay of 0 to {0} steps of dt = {1} s, but got "
                  "{2} s",
                  snn::kLargestDelay, formatNumber(dt), formatNumber(delay))
              .str());
    if (std::abs(steps - rounded) > 1e-3)
      return node.refuse(formatv("expects a delay that is a multiple of dt = "
                                 "{0} s, but got {1} s, {2} steps",
                                 formatNumber(dt), formatNumber(delay),
                                 formatNumber(steps))
                             .str());
    node.delaySteps.push_back(static_cast<int64_t>(rounded));
  }
}

/// A file of a tool that leaves dt out of r, read by a law that has it.
static void remarkOnWeakInput(Node &node, double dt) {
  if (node.type != NodeType::IF || getScheme(node) != snn::Scheme::ForwardEuler)
    return;
  double gain = dt * *llvm::max_element(node.getParam("r").values);
  double threshold = *llvm::min_element(node.getParam("v_threshold").values);
  if (gain < 1e-2 * threshold)
    node.remark(
        formatv("an input of 1 moves v by dt r = {0}, but the threshold "
                "is {1}; in files of sinabs and rockpool the step is "
                "left out of r (scheme per_step)",
                formatNumber(gain), formatNumber(threshold))
            .str());
}

double volley::nir::resolveSettings(Graph &graph,
                                    const ImportOptions &options) {
  StringRef name = options.profile.empty() ? StringRef("default")
                                           : StringRef(options.profile);
  const Profile *profile = lookupProfile(name);
  if (!profile) {
    std::string names;
    for (const Profile &candidate : getProfiles())
      names += (names.empty() ? "" : ", ") + candidate.name.str();
    graph.refuse("there is no profile '" + name + "'; there are " + names);
    return kDefaultTimeStep;
  }
  if (options.dt && !(*options.dt > 0 && std::isfinite(*options.dt))) {
    graph.refuse(
        formatv("expects a positive dt, but got {0}", formatNumber(*options.dt))
            .str());
    return kDefaultTimeStep;
  }
  for (const std::string &declared : options.settings.getNodes())
    if (llvm::none_of(graph.nodes, [&](const Node &node) {
          return node.name == declared && node.isNeuron();
        }))
      graph.refuse("a setting names '" + declared +
                   "', which is no neuron of the file");

  for (Node &node : graph.nodes)
    if (node.isNeuron() && !node.isIgnored && !node.isRefused())
      resolveNeuron(node, *profile, options);
  if (graph.isRefused())
    return kDefaultTimeStep;
  double dt = resolveTimeStep(graph, options);
  for (Node &node : graph.nodes) {
    if (node.isIgnored)
      continue;
    if (node.isNeuron()) {
      checkTimeConstants(node, dt);
      remarkOnWeakInput(node, dt);
    } else if (node.type == NodeType::Delay) {
      resolveDelay(node, dt);
    }
  }
  return dt;
}
