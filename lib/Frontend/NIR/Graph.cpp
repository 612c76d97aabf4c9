// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading the structure of a NIR file: types and fields of nodes, nested
// graphs, edges.

#include "Graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <set>

using namespace volley::nir;
using namespace volley;
using llvm::ArrayRef;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

//===----------------------------------------------------------------------===//
// Notes
//===----------------------------------------------------------------------===//

static bool hasError(const std::vector<Note> &notes) {
  return llvm::any_of(notes,
                      [](const Note &n) { return n.kind == Note::Error; });
}

void Node::assume(const Twine &text) {
  notes.push_back({Note::Assumption, text.str()});
}
void Node::remark(const Twine &text) {
  notes.push_back({Note::Remark, text.str()});
}
void Node::refuse(const Twine &text) {
  notes.push_back({Note::Error, text.str()});
}
bool Node::isRefused() const { return hasError(notes); }

void Graph::refuse(const Twine &text) {
  notes.push_back({Note::Error, text.str()});
}
void Graph::assume(const Twine &text) {
  notes.push_back({Note::Assumption, text.str()});
}
bool Graph::isRefused() const {
  return hasError(notes) ||
         llvm::any_of(nodes, [](const Node &node) { return node.isRefused(); });
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

bool Parameter::isUniform() const {
  return llvm::all_of(values, [&](double v) { return v == values.front(); });
}

double Parameter::getElement(llvm::ArrayRef<int64_t> position) const {
  int64_t index = 0;
  for (auto [dim, size] : llvm::enumerate(shape))
    index = index * size + (size == 1 ? 0 : position[dim]);
  return values[index];
}

bool Node::isNeuron() const {
  return type >= NodeType::I && type <= NodeType::CubaLIF;
}

bool Node::isLongDelay() const {
  return type == NodeType::Delay && !delaySteps.empty() &&
         *llvm::min_element(delaySteps) >= 1;
}

std::string volley::nir::formatShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << '[';
  llvm::interleaveComma(shape, stream);
  stream << ']';
  return text;
}

std::string volley::nir::formatNumber(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.9g", value);
  return text;
}

int64_t volley::nir::countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

namespace {
/// The fields of a type of node.
struct TypeInfo {
  StringRef name;
  NodeType type;
  std::vector<StringRef> required;
  std::vector<StringRef> optional;
};
} // namespace

static const std::vector<TypeInfo> &getTypeInfos() {
  static const std::vector<TypeInfo> infos = {
      {"Input", NodeType::Input, {"shape"}, {}},
      {"Output", NodeType::Output, {"shape"}, {}},
      {"Identity", NodeType::Identity, {}, {"shape", "input_type"}},
      {"Affine", NodeType::Affine, {"weight", "bias"}, {}},
      {"Linear", NodeType::Linear, {"weight"}, {}},
      {"Scale", NodeType::Scale, {"scale"}, {}},
      {"Conv1d",
       NodeType::Conv1d,
       {"weight", "stride", "padding", "dilation", "groups", "bias"},
       {"input_shape"}},
      {"Conv2d",
       NodeType::Conv2d,
       {"weight", "stride", "padding", "dilation", "groups", "bias"},
       {"input_shape"}},
      {"SumPool2d",
       NodeType::SumPool2d,
       {"kernel_size", "stride", "padding"},
       {}},
      {"AvgPool2d",
       NodeType::AvgPool2d,
       {"kernel_size", "stride", "padding"},
       {}},
      {"Flatten", NodeType::Flatten, {"start_dim", "end_dim"}, {"input_type"}},
      {"Delay", NodeType::Delay, {"delay"}, {}},
      {"Threshold", NodeType::Threshold, {"threshold"}, {}},
      {"I", NodeType::I, {"r"}, {}},
      {"IF", NodeType::IF, {"r", "v_threshold"}, {"v_reset"}},
      {"LI", NodeType::LI, {"tau", "r", "v_leak"}, {}},
      {"LIF",
       NodeType::LIF,
       {"tau", "r", "v_leak", "v_threshold"},
       {"v_reset"}},
      {"CubaLI",
       NodeType::CubaLI,
       {"tau_syn", "tau_mem", "r", "v_leak"},
       {"w_in"}},
      {"CubaLIF",
       NodeType::CubaLIF,
       {"tau_syn", "tau_mem", "r", "v_leak", "v_threshold"},
       {"v_reset", "w_in"}},
  };
  return infos;
}

/// A scalar string, or an error.
static Expected<std::string> readString(const hdf5::Group &group,
                                        StringRef name) {
  Expected<hdf5::Dataset> dataset = group.openDataset(name);
  if (!dataset)
    return dataset.takeError();
  Expected<std::vector<std::string>> strings = dataset->readStrings();
  if (!strings)
    return strings.takeError();
  if (strings->size() != 1)
    return llvm::createStringError("'" + dataset->getPath().str() +
                                   "' is not one string");
  return strings->front();
}

/// Opens the fields of a node and checks which there are.
static void readFields(const hdf5::Group &group, Node &node) {
  const TypeInfo *info = nullptr;
  for (const TypeInfo &candidate : getTypeInfos())
    if (candidate.name == node.typeName)
      info = &candidate;
  if (!info) {
    node.refuse("is of unknown type '" + node.typeName + "'");
    return;
  }
  node.type = info->type;

  Expected<std::vector<std::string>> members = group.getMembers();
  if (!members) {
    node.refuse(toString(members.takeError()));
    return;
  }
  for (const std::string &member : *members) {
    if (member == "type" || member == "metadata")
      continue;
    bool isKnown = llvm::is_contained(info->required, member) ||
                   llvm::is_contained(info->optional, member);
    if (!isKnown) {
      node.assume("field '" + member + "' is not one of " + node.typeName +
                  " and is ignored");
      continue;
    }
    // How h5py writes None: the field is absent.
    if (group.isNull(member))
      continue;
    Expected<hdf5::Dataset> dataset = group.openDataset(member);
    if (!dataset) {
      node.refuse(toString(dataset.takeError()));
      return;
    }
    bool isText = member == "padding" || member == "input_type" ||
                  member == "input_shape" || member == "shape";
    if (!isText && dataset->getKind() != hdf5::ElementKind::Integer &&
        dataset->getKind() != hdf5::ElementKind::Float)
      node.refuse("expects field '" + member + "' to hold numbers");
    if (dataset->getNumElements() == 0 && !isText)
      node.refuse("expects field '" + member + "' not to be empty");
    node.fields.emplace(member, std::move(*dataset));
  }
  for (StringRef field : info->required)
    if (!node.hasField(field))
      node.refuse("expects field '" + field + "' for type " + node.typeName);
}

//===----------------------------------------------------------------------===//
// Nested graphs
//===----------------------------------------------------------------------===//

namespace {
/// A graph of the file and the names in it.
struct Scope {
  /// Names of the graphs around, each followed by a dot.
  std::string prefix;
  /// Own names of nodes and nested graphs.
  std::map<std::string, unsigned, std::less<>> nodes;
  std::map<std::string, std::unique_ptr<Scope>, std::less<>> graphs;
  std::vector<std::pair<std::string, std::string>> edges;
};

class GraphReader {
public:
  explicit GraphReader(Graph &graph) : graph(graph) {}

  /// Reads a group of type NIRGraph.
  void readScope(const hdf5::Group &group, Scope &scope, unsigned depth);

  /// Connects the nodes as the edges of a scope and those inside it say.
  void connect(const Scope &scope);

  /// Puts an Input in front of every root and an Output behind every leaf that
  /// is none, and drops what is connected to nothing.
  void addTerminals();

  /// Sorts nodes by name and their sources and targets with them.
  void sort();

private:
  /// The node that an edge of `scope` names, an error if there is none. A
  /// nested graph stands for its Output (as a source) or Input (as a target).
  Expected<unsigned> resolve(const Scope &scope, StringRef name, bool isSource);
  std::optional<unsigned> resolveExactly(const Scope &scope, StringRef name,
                                         bool isSource, std::string &problem);

  std::string makeFullName(const Scope &scope, StringRef name);

  Graph &graph;
  std::set<std::string> fullNames;
};
} // namespace

/// HDF5 groups can hold themselves by hard links.
static constexpr unsigned kMaxNesting = 64;

void GraphReader::readScope(const hdf5::Group &group, Scope &scope,
                            unsigned depth) {
  if (depth > kMaxNesting)
    return graph.refuse("graphs are nested more than " + Twine(kMaxNesting) +
                        " deep");
  Expected<hdf5::Group> nodes = group.openGroup("nodes");
  if (!nodes)
    return graph.refuse(toString(nodes.takeError()));
  Expected<std::vector<std::string>> names = nodes->getMembers();
  if (!names)
    return graph.refuse(toString(names.takeError()));
  for (const std::string &name : *names) {
    Node node;
    node.name = makeFullName(scope, name);
    node.isNested = depth > 0;
    Expected<hdf5::Group> member = nodes->openGroup(name);
    Expected<std::string> type =
        member ? readString(*member, "type") : Expected<std::string>("");
    if (!member)
      node.refuse(toString(member.takeError()));
    else if (!type)
      node.refuse(toString(type.takeError()));
    if (node.isRefused()) {
      if (!type)
        llvm::consumeError(type.takeError());
      scope.nodes.emplace(name, graph.nodes.size());
      graph.nodes.push_back(std::move(node));
      continue;
    }
    if (*type == "NIRGraph") {
      auto inner = std::make_unique<Scope>();
      inner->prefix = node.name + ".";
      readScope(*member, *inner, depth + 1);
      scope.graphs.emplace(name, std::move(inner));
      continue;
    }
    if (!fullNames.insert(node.name).second)
      node.refuse("is the full name of two nodes");
    node.typeName = *type;
    readFields(*member, node);
    scope.nodes.emplace(name, graph.nodes.size());
    graph.nodes.push_back(std::move(node));
  }

  Expected<hdf5::Dataset> edges = group.openDataset("edges");
  if (!edges)
    return graph.refuse(toString(edges.takeError()));
  if (edges->getNumElements() == 0)
    return;
  if (edges->getShape().size() != 2 || edges->getShape()[1] != 2)
    return graph.refuse("'" + edges->getPath() +
                        "' expects pairs of names, but has shape " +
                        formatShape(edges->getShape()));
  Expected<std::vector<std::string>> strings = edges->readStrings();
  if (!strings)
    return graph.refuse(toString(strings.takeError()));
  for (size_t i = 0; i < strings->size(); i += 2)
    scope.edges.emplace_back((*strings)[i], (*strings)[i + 1]);
}

std::string GraphReader::makeFullName(const Scope &scope, StringRef name) {
  // Some exporters write the prefix into the inner names already.
  if (!scope.prefix.empty() && name.starts_with(scope.prefix) &&
      !fullNames.count(name.str()))
    return name.str();
  return scope.prefix + name.str();
}

std::optional<unsigned> GraphReader::resolveExactly(const Scope &scope,
                                                    StringRef name,
                                                    bool isSource,
                                                    std::string &problem) {
  if (auto it = scope.nodes.find(name); it != scope.nodes.end())
    return it->second;
  auto it = scope.graphs.find(name);
  if (it == scope.graphs.end())
    return std::nullopt;
  // The terminals of the nested graph.
  NodeType terminal = isSource ? NodeType::Output : NodeType::Input;
  std::vector<unsigned> terminals;
  for (const auto &entry : it->second->nodes)
    if (graph.nodes[entry.second].type == terminal &&
        !graph.nodes[entry.second].isRefused())
      terminals.push_back(entry.second);
  if (terminals.size() == 1)
    return terminals.front();
  problem =
      llvm::formatv("names the graph '{0}', which has {1} {2} nodes, "
                    "where one is expected",
                    name, terminals.size(), isSource ? "Output" : "Input");
  return std::nullopt;
}

Expected<unsigned> GraphReader::resolve(const Scope &scope, StringRef name,
                                        bool isSource) {
  std::string problem;
  if (auto node = resolveExactly(scope, name, isSource, problem))
    return *node;
  if (!problem.empty())
    return llvm::createStringError(problem);

  // With the prefix of the scope, or part of it, taken off or put on.
  auto accept = [&](const Scope &where,
                    StringRef candidate) -> std::optional<unsigned> {
    auto node = resolveExactly(where, candidate, isSource, problem);
    if (node)
      graph.nodes[*node].assume("is what an edge calls '" + name + "'");
    return node;
  };
  StringRef prefix = scope.prefix;
  while (!prefix.empty()) {
    if (name.starts_with(prefix))
      if (auto node = accept(scope, name.drop_front(prefix.size())))
        return *node;
    if (auto node = accept(scope, (prefix + name).str()))
      return *node;
    prefix = prefix.drop_front(prefix.find('.') + 1);
  }
  // A path into a nested graph.
  for (const auto &entry : scope.graphs) {
    std::string inside = entry.first + ".";
    if (name.starts_with(inside))
      if (auto node = accept(*entry.second, name.drop_front(inside.size())))
        return *node;
  }
  if (!problem.empty())
    return llvm::createStringError(problem);
  return llvm::createStringError("names '" + name +
                                 "', which is no node of the graph");
}

void GraphReader::connect(const Scope &scope) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto &edge : scope.edges) {
    auto refuseEdge = [&](const Twine &why) {
      std::string prefix =
          scope.prefix.empty()
              ? ""
              : "graph '" + StringRef(scope.prefix).drop_back().str() + "': ";
      graph.refuse(prefix + "edge '" + edge.first + "' -> '" + edge.second +
                   "' " + why);
    };
    if (!seen.insert(edge).second) {
      refuseEdge("is there twice");
      continue;
    }
    Expected<unsigned> source = resolve(scope, edge.first, true);
    if (!source) {
      refuseEdge(toString(source.takeError()));
      continue;
    }
    Expected<unsigned> target = resolve(scope, edge.second, false);
    if (!target) {
      refuseEdge(toString(target.takeError()));
      continue;
    }
    if (llvm::is_contained(graph.nodes[*source].targets, *target)) {
      refuseEdge("is there twice, under another name");
      continue;
    }
    graph.nodes[*source].targets.push_back(*target);
    graph.nodes[*target].sources.push_back(*source);
  }
  for (const auto &entry : scope.graphs)
    connect(*entry.second);
}

void GraphReader::addTerminals() {
  auto isUnconnected = [](const Node &node) {
    return node.sources.empty() && node.targets.empty();
  };
  if (!llvm::all_of(graph.nodes, isUnconnected))
    for (Node &node : graph.nodes)
      if (isUnconnected(node) && !node.isRefused()) {
        node.assume("is connected to nothing and is ignored");
        node.isIgnored = true;
      }

  // Terminals of nested graphs that the edges around them go past.
  for (Node &node : graph.nodes) {
    bool isDead =
        node.isNested && !node.isRefused() && !node.isIgnored &&
        ((node.type == NodeType::Input && node.sources.empty() &&
          llvm::all_of(node.targets,
                       [&](unsigned target) {
                         return graph.nodes[target].sources.size() > 1;
                       })) ||
         (node.type == NodeType::Output && node.targets.empty() &&
          llvm::all_of(node.sources, [&](unsigned source) {
            return graph.nodes[source].targets.size() > 1;
          })));
    if (!isDead)
      continue;
    unsigned index = &node - graph.nodes.data();
    for (unsigned target : node.targets)
      llvm::erase(graph.nodes[target].sources, index);
    for (unsigned source : node.sources)
      llvm::erase(graph.nodes[source].targets, index);
    node.sources.clear();
    node.targets.clear();
    node.assume("has no edge from outside of its graph and is ignored");
    node.isIgnored = true;
  }

  size_t count = graph.nodes.size();
  for (size_t index = 0; index < count; ++index) {
    auto addTerminal = [&](StringRef prefix, NodeType type,
                           StringRef typeName) {
      Node terminal;
      terminal.name = prefix.str() + graph.nodes[index].name;
      while (!fullNames.insert(terminal.name).second)
        terminal.name += "_";
      terminal.type = type;
      terminal.typeName = typeName.str();
      terminal.assume("is not in the file; it is put " +
                      Twine(type == NodeType::Input ? "before" : "behind") +
                      " '" + graph.nodes[index].name + "'");
      graph.nodes.push_back(std::move(terminal));
      return graph.nodes.size() - 1;
    };
    if (graph.nodes[index].isRefused() || graph.nodes[index].isIgnored)
      continue;
    NodeType type = graph.nodes[index].type;
    Node &node = graph.nodes[index];
    if (!node.isNested && ((type == NodeType::Input && !node.sources.empty()) ||
                           (type == NodeType::Output && !node.targets.empty())))
      node.refuse(type == NodeType::Input ? "expects no edge into an Input"
                                          : "expects no edge out of an Output");
    if (type == NodeType::Output && node.sources.empty())
      node.refuse("gets no signal");
    else if (type != NodeType::Input && graph.nodes[index].sources.empty()) {
      size_t input = addTerminal("input_", NodeType::Input, "Input");
      graph.nodes[input].targets.push_back(index);
      graph.nodes[index].sources.push_back(input);
    }
    if (type != NodeType::Output && graph.nodes[index].targets.empty()) {
      size_t output = addTerminal("output_", NodeType::Output, "Output");
      graph.nodes[output].sources.push_back(index);
      graph.nodes[index].targets.push_back(output);
    }
  }
}

void GraphReader::sort() {
  std::vector<unsigned> order(graph.nodes.size()), rank(graph.nodes.size());
  for (auto [index, entry] : llvm::enumerate(order))
    entry = index;
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return graph.nodes[a].name < graph.nodes[b].name;
  });
  std::vector<Node> sorted;
  for (auto [index, entry] : llvm::enumerate(order)) {
    rank[entry] = index;
    sorted.push_back(std::move(graph.nodes[entry]));
  }
  graph.nodes = std::move(sorted);
  for (Node &node : graph.nodes)
    for (std::vector<unsigned> *list : {&node.sources, &node.targets}) {
      for (unsigned &index : *list)
        index = rank[index];
      llvm::sort(*list);
    }
}

Graph volley::nir::readGraph(StringRef path) {
  Graph graph;
  Expected<hdf5::Group> root = hdf5::Group::openFile(path);
  if (!root) {
    graph.refuse(toString(root.takeError()));
    return graph;
  }
  Expected<hdf5::Group> top = root->openGroup("node");
  if (!top) {
    graph.refuse("is no NIR file: " + toString(top.takeError()));
    return graph;
  }
  if (Expected<std::string> version = readString(*root, "version"); !version) {
    llvm::consumeError(version.takeError());
    graph.assume("has no version; the fields of nir 1.0 are expected");
  }
  Scope scope;
  GraphReader reader(graph);
  Expected<std::string> type = readString(*top, "type");
  if (!type) {
    graph.refuse(toString(type.takeError()));
    return graph;
  }
  if (*type != "NIRGraph") {
    graph.refuse("expects a node of type NIRGraph at '/node', but got '" +
                 *type + "'");
    return graph;
  }
  reader.readScope(*top, scope, /*depth=*/0);
  reader.connect(scope);
  reader.addTerminals();
  reader.sort();
  if (graph.nodes.empty() && !graph.isRefused())
    graph.refuse("has no nodes");
  return graph;
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

namespace {
enum class Sign { Any, Positive };

/// A numeric field that is read as a whole, and what its values must be.
struct ParameterInfo {
  StringRef field;
  Sign sign;
};
} // namespace

static ArrayRef<ParameterInfo> getParameterInfos() {
  static const ParameterInfo infos[] = {
      {"tau", Sign::Positive},     {"tau_syn", Sign::Positive},
      {"tau_mem", Sign::Positive}, {"r", Sign::Positive},
      {"v_leak", Sign::Any},       {"v_threshold", Sign::Any},
      {"v_reset", Sign::Any},      {"w_in", Sign::Any},
      {"scale", Sign::Any},        {"threshold", Sign::Any},
      {"delay", Sign::Any},
  };
  return infos;
}

/// " at [1, 2]" for an element of an array, "" for a scalar.
static std::string formatPosition(ArrayRef<int64_t> shape, int64_t index) {
  if (shape.empty())
    return "";
  Shape position(shape.size());
  for (size_t dim = shape.size(); dim-- > 0;) {
    position[dim] = index % shape[dim];
    index /= shape[dim];
  }
  return " at " + formatShape(position);
}

void volley::nir::readParameters(Graph &graph, bool doublePrecision) {
  const double largest = doublePrecision ? std::numeric_limits<double>::max()
                                         : std::numeric_limits<float>::max();
  for (Node &node : graph.nodes) {
    if (node.isRefused())
      continue;
    for (const ParameterInfo &info : getParameterInfos()) {
      auto field = node.fields.find(info.field);
      if (field == node.fields.end())
        continue;
      const hdf5::Dataset &dataset = field->second;
      Expected<std::vector<double>> values = dataset.readDoubles();
      if (!values) {
        node.refuse(toString(values.takeError()));
        break;
      }
      if (values->empty()) {
        node.refuse("expects '" + info.field + "' to hold a value");
        break;
      }
      for (auto [index, value] : llvm::enumerate(*values)) {
        bool isValid =
            std::abs(value) <= largest && (info.sign == Sign::Any || value > 0);
        if (isValid)
          continue;
        node.refuse(
            llvm::formatv(
                "expects '{0}' to be {1}, but got {2}{3}", info.field,
                info.sign == Sign::Positive ? "positive and finite" : "finite",
                formatNumber(value), formatPosition(dataset.getShape(), index))
                .str());
        break;
      }
      if (node.isRefused())
        break;
      Parameter parameter;
      parameter.shape.assign(dataset.getShape().begin(),
                             dataset.getShape().end());
      parameter.values = std::move(*values);
      node.params.emplace(info.field.str(), std::move(parameter));
    }
    if (node.isRefused())
      continue;
    // What a file may leave out.
    auto addDefault = [&](StringRef field, double value) {
      if (!node.params.count(field))
        node.params.emplace(field.str(), Parameter{{}, {value}});
    };
    switch (node.type) {
    case NodeType::CubaLIF:
      addDefault("w_in", 1.0);
      [[fallthrough]];
    case NodeType::IF:
    case NodeType::LIF:
      addDefault("v_reset", 0.0);
      break;
    case NodeType::CubaLI:
      addDefault("w_in", 1.0);
      break;
    default:
      break;
    }
  }
}
