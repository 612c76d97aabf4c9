// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Cycles.h"

#include "volley/Support/Components.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include <limits>
#include <map>
#include <queue>

using namespace volley::nir;

namespace {
class CycleCutter {
public:
  CycleCutter(Graph &graph, bool isDeclared)
      : graph(graph), isDeclared(isDeclared) {}

  std::vector<Instance> run();

private:
  using Source = Instance::Source;

  /// What a value at an edge comes from, seen from a neuron it leads to.
  enum class Origin { NoFeedback, Feedback, Mixed };

  void computeDepths();
  bool refuseAlgebraicLoops();

  bool isStateless(unsigned node) const {
    return !graph.nodes[node].isNeuron() && !graph.nodes[node].isLongDelay() &&
           !isRoot(node);
  }
  bool isRoot(unsigned node) const { return graph.nodes[node].sources.empty(); }
  /// The order of nodes in which a path that does not go forward is feedback.
  bool isNotLater(unsigned a, unsigned b) const {
    return std::make_pair(depth[a], a) <= std::make_pair(depth[b], b);
  }
  /// True if a path from neuron `from` to neuron `to` through stateless nodes
  /// gets a step of delay.
  bool isFeedback(unsigned from, unsigned to) const {
    return graph.nodes[from].isNeuron() && component[from] == component[to] &&
           isNotLater(to, from) && !graph.nodes[from].settings->late;
  }

  Origin getOrigin(unsigned node, unsigned target);
  Source makeSource(unsigned node, unsigned target);
  unsigned getPlain(unsigned node);
  unsigned addInstance(unsigned node, std::vector<Source> sources);
  void noteCuts(unsigned target);
  std::vector<Instance> sortInstances();

  Graph &graph;
  bool isDeclared;
  std::vector<unsigned> depth, component;
  std::vector<Instance> instances;
  /// Of nodes with state: one each. Of others: the one without delays.
  std::map<unsigned, unsigned> plain;
  /// All instances of a node without state.
  std::map<unsigned, std::vector<unsigned>> stateless;
  std::map<std::pair<unsigned, unsigned>, Origin> origins;
  std::map<std::pair<unsigned, unsigned>, Source> delayedSources;
};
} // namespace

void CycleCutter::computeDepths() {
  depth.assign(graph.nodes.size(), std::numeric_limits<unsigned>::max());
  std::queue<unsigned> queue;
  for (unsigned node = 0; node < graph.nodes.size(); ++node)
    if (graph.nodes[node].type == NodeType::Input && isRoot(node)) {
      depth[node] = 0;
      queue.push(node);
    }
  while (!queue.empty()) {
    unsigned node = queue.front();
    queue.pop();
    for (unsigned target : graph.nodes[node].targets)
      if (depth[target] == std::numeric_limits<unsigned>::max()) {
        depth[target] = depth[node] + 1;
        queue.push(target);
      }
  }
}

/// A cycle of stateless nodes has no meaning: a depth-first search along
/// stateless nodes only finds one, and its path.
bool CycleCutter::refuseAlgebraicLoops() {
  enum State : char { New, Active, Done };
  std::vector<State> state(graph.nodes.size(), New);
  for (unsigned root = 0; root < graph.nodes.size(); ++root) {
    if (state[root] != New || !isStateless(root))
      continue;
    std::vector<std::pair<unsigned, unsigned>> frames{{root, 0}};
    state[root] = Active;
    while (!frames.empty()) {
      auto &[node, next] = frames.back();
      const auto &targets = graph.nodes[node].targets;
      if (next == targets.size()) {
        state[node] = Done;
        frames.pop_back();
        continue;
      }
      unsigned target = targets[next++];
      if (!isStateless(target) || state[target] == Done)
        continue;
      if (state[target] == New) {
        state[target] = Active;
        frames.push_back({target, 0});
        continue;
      }
      std::string path;
      bool inLoop = false;
      for (const auto &frame : frames) {
        inLoop |= frame.first == target;
        if (inLoop)
          path += "'" + graph.nodes[frame.first].name + "' -> ";
      }
      graph.nodes[target].refuse("lies on a cycle without a neuron or a delay "
                                 "of a step: " +
                                 path + "'" + graph.nodes[target].name + "'");
      return true;
    }
  }
  return false;
}

unsigned CycleCutter::addInstance(unsigned node, std::vector<Source> sources) {
  std::vector<unsigned> &known = stateless[node];
  for (unsigned index : known)
    if (instances[index].sources == sources)
      return index;
  known.push_back(instances.size());
  instances.push_back({node, std::move(sources), /*hasName=*/false});
  return known.back();
}

/// The instance of a node whose sources are all of the same step.
unsigned CycleCutter::getPlain(unsigned node) {
  // Without recursion: networks are deep. Cycles end at nodes with state,
  // whose instances exist.
  std::vector<unsigned> stack{node};
  while (!stack.empty()) {
    unsigned current = stack.back();
    if (plain.count(current)) {
      stack.pop_back();
      continue;
    }
    bool isReady = true;
    for (unsigned source : graph.nodes[current].sources)
      if (!plain.count(source)) {
        stack.push_back(source);
        isReady = false;
      }
    if (!isReady)
      continue;
    std::vector<Source> sources;
    for (unsigned source : graph.nodes[current].sources)
      sources.push_back({plain[source], false});
    plain[current] = addInstance(current, std::move(sources));
    stack.pop_back();
  }
  return plain[node];
}

CycleCutter::Origin CycleCutter::getOrigin(unsigned node, unsigned target) {
  if (!isStateless(node))
    return isFeedback(node, target) ? Origin::Feedback : Origin::NoFeedback;
  if (component[node] != component[target])
    return Origin::NoFeedback;
  auto key = std::make_pair(node, target);
  if (auto it = origins.find(key); it != origins.end())
    return it->second;
  // Depth is bounded by the stateless path inside one component.
  bool some = false, all = true;
  for (unsigned source : graph.nodes[node].sources) {
    Origin origin = getOrigin(source, target);
    some |= origin != Origin::NoFeedback;
    all &= origin == Origin::Feedback;
  }
  Origin origin =
      !some ? Origin::NoFeedback : (all ? Origin::Feedback : Origin::Mixed);
  origins[key] = origin;
  return origin;
}

/// The value of `node` as `target`, a neuron, sees it.
CycleCutter::Source CycleCutter::makeSource(unsigned node, unsigned target) {
  Origin origin = getOrigin(node, target);
  bool atSpikes = graph.nodes[target].settings->feedback == Feedback::Spikes;
  if (origin == Origin::NoFeedback)
    return {getPlain(node), false};
  // The delay sits on the last edge of which all paths are feedback, or on the
  // first edge of the path.
  if (!isStateless(node) || (origin == Origin::Feedback && !atSpikes))
    return {getPlain(node), true};
  auto key = std::make_pair(node, target);
  if (auto it = delayedSources.find(key); it != delayedSources.end())
    return it->second;
  std::vector<Source> sources;
  for (unsigned source : graph.nodes[node].sources)
    sources.push_back(makeSource(source, target));
  Source result{addInstance(node, std::move(sources)), false};
  delayedSources.emplace(key, result);
  return result;
}

/// One note per feedback path's end, with a path for each neuron it comes
/// from.
void CycleCutter::noteCuts(unsigned target) {
  // Backwards from the target through stateless nodes; `next` leads forward.
  std::map<unsigned, unsigned> next;
  std::vector<unsigned> queue{target};
  Node &node = graph.nodes[target];
  for (size_t i = 0; i < queue.size(); ++i) {
    unsigned current = queue[i];
    if (i > 0 && !isStateless(current))
      continue;
    for (unsigned source : graph.nodes[current].sources) {
      if (component[source] != component[target] || next.count(source))
        continue;
      next[source] = current;
      queue.push_back(source);
      if (!isFeedback(source, target))
        continue;
      std::string path;
      unsigned step = source;
      do {
        path += "'" + graph.nodes[step].name + "' -> ";
        step = next[step];
      } while (step != target);
      std::string text = "the feedback path " + path + "'" + node.name +
                         "' is delayed by one step " +
                         (node.settings->feedback == Feedback::Spikes
                              ? "at the spikes"
                              : "after the recurrent synapse");
      if (isDeclared)
        node.remark(text);
      else
        node.assume(text);
    }
  }
}

/// Sorts instances so that each comes after its sources of the same step;
/// among those that are ready, the one nearest to the inputs first.
std::vector<Instance> CycleCutter::sortInstances() {
  std::vector<unsigned> missing(instances.size(), 0),
      position(instances.size());
  std::vector<std::vector<unsigned>> users(instances.size());
  for (auto [index, instance] : llvm::enumerate(instances))
    for (const Source &source : instance.sources)
      // State breaks the order: a long delay gives an earlier step's value.
      if (!source.isDelayed && !graph.nodes[instance.node].isLongDelay() &&
          !(graph.nodes[instance.node].isNeuron() &&
            graph.nodes[instance.node].settings->late)) {
        ++missing[index];
        users[source.instance].push_back(index);
      }
  using Entry = std::tuple<unsigned, unsigned, unsigned>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> ready;
  auto push = [&](unsigned index) {
    unsigned node = instances[index].node;
    ready.push({depth[node], node, index});
  };
  for (unsigned index = 0; index < instances.size(); ++index)
    if (missing[index] == 0)
      push(index);
  std::vector<Instance> sorted;
  while (!ready.empty()) {
    unsigned index = std::get<2>(ready.top());
    ready.pop();
    position[index] = sorted.size();
    sorted.push_back(instances[index]);
    for (unsigned user : users[index])
      if (--missing[user] == 0)
        push(user);
  }
  for (Instance &instance : sorted)
    for (Source &source : instance.sources)
      source.instance = position[source.instance];
  return sorted;
}

std::vector<Instance> CycleCutter::run() {
  if (refuseAlgebraicLoops())
    return {};
  computeDepths();
  std::vector<std::vector<unsigned>> targets;
  for (const Node &node : graph.nodes)
    // A late neuron's spikes come a step late already: what closes a cycle
    // through them needs no further delay.
    targets.push_back(node.isNeuron() && !node.isIgnored && node.settings->late
                          ? std::vector<unsigned>()
                          : node.targets);
  component = volley::computeComponents(targets).component;
  // Nodes with state come first, so that cycles have something to end at.
  for (unsigned node = 0; node < graph.nodes.size(); ++node)
    if (!graph.nodes[node].isIgnored && !isStateless(node)) {
      plain[node] = instances.size();
      instances.push_back({node, {}, /*hasName=*/true});
    }
  size_t stateful = instances.size();
  for (size_t index = 0; index < stateful; ++index) {
    unsigned node = instances[index].node;
    std::vector<Source> sources;
    for (unsigned source : graph.nodes[node].sources)
      sources.push_back(graph.nodes[node].isNeuron()
                            ? makeSource(source, node)
                            : Source{getPlain(source), false});
    instances[index].sources = std::move(sources);
    if (graph.nodes[node].isNeuron())
      noteCuts(node);
  }
  for (unsigned node = 0; node < graph.nodes.size(); ++node)
    if (graph.nodes[node].type == NodeType::Output &&
        !graph.nodes[node].isIgnored)
      getPlain(node);
  for (const auto &[node, known] : stateless)
    if (!known.empty()) {
      auto it = plain.find(node);
      instances[it == plain.end() ? known.front() : it->second].hasName = true;
    }
  return sortInstances();
}

std::vector<Instance> volley::nir::cutCycles(Graph &graph, bool isDeclared) {
  return CycleCutter(graph, isDeclared).run();
}
