// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A NIR file in memory: nested graphs flattened, every node with its fields
// opened but large ones not yet read.

#ifndef VOLLEY_LIB_FRONTEND_NIR_GRAPH_H
#define VOLLEY_LIB_FRONTEND_NIR_GRAPH_H

#include "volley/Frontend/NIR/NIR.h"
#include "volley/Support/HDF5.h"
#include "llvm/ADT/Twine.h"

namespace volley::nir {

using Shape = llvm::SmallVector<int64_t, 4>;

enum class NodeType {
  Input,
  Output,
  Identity,
  Affine,
  Linear,
  Scale,
  Conv1d,
  Conv2d,
  SumPool2d,
  AvgPool2d,
  Flatten,
  Delay,
  Threshold,
  I,
  IF,
  LI,
  LIF,
  CubaLI,
  CubaLIF
};

/// A small numeric field: a parameter of neurons, a delay, a scale.
struct Parameter {
  /// As in the file; after shape inference, one that broadcasts over the
  /// node's shape aligned at the left (empty: a scalar).
  Shape shape;
  std::vector<double> values;

  bool isUniform() const;
  /// The value for the element at `position` of a shape that it broadcasts
  /// over.
  double getElement(llvm::ArrayRef<int64_t> position) const;
};

/// The geometry fields of convolutions and pools, one entry per dimension.
struct Window {
  Shape kernel, stride, padBefore, padAfter, dilation;
  int64_t groups = 1;
};

struct Node {
  Node() = default;
  // std::vector moves what it can move without exceptions.
  Node(Node &&) noexcept = default;
  Node &operator=(Node &&) noexcept = default;

  /// The full flattened name: names of the graphs around it and its own,
  /// joined by dots.
  std::string name;
  std::string typeName;
  NodeType type = NodeType::Identity;
  std::map<std::string, hdf5::Dataset, std::less<>> fields;
  std::vector<Note> notes;
  /// Connected to nothing, in a graph that has connections.
  bool isIgnored = false;
  /// Inside a nested graph.
  bool isNested = false;
  /// Indices into Graph::nodes, in byte order of the names.
  std::vector<unsigned> sources, targets;

  /// Read by readParameters().
  std::map<std::string, Parameter, std::less<>> params;
  /// Set by resolveSettings(): neurons have settings; delays are in steps, one
  /// entry or one per element.
  std::optional<NeuronSettings> settings;
  std::vector<int64_t> delaySteps;

  // Set by inferShapes().
  std::optional<Shape> inShape, outShape;
  Window window;
  /// The weight is stored as [in, out].
  bool isTransposed = false;
  /// The bias lacks the leading dimensions of the result.
  bool isBiasShared = false;

  void assume(const llvm::Twine &text);
  void remark(const llvm::Twine &text);
  void refuse(const llvm::Twine &text);
  bool isRefused() const;

  /// True for what holds a membrane potential.
  bool isNeuron() const;
  /// True for a Delay of at least one step.
  bool isLongDelay() const;
  const Parameter &getParam(llvm::StringRef field) const {
    return params.find(field)->second;
  }
  bool hasField(llvm::StringRef field) const { return fields.count(field); }
};

struct Graph {
  /// In byte order of the names.
  std::vector<Node> nodes;
  /// About the file as a whole.
  std::vector<Note> notes;

  bool isRefused() const;
  void refuse(const llvm::Twine &text);
  void assume(const llvm::Twine &text);
};

/// Reads the structure of a file: nodes, their fields, edges. What is wrong is
/// noted at the node or the graph.
Graph readGraph(llvm::StringRef path);

/// Reads the small fields and checks their values: finite, in f32 too unless
/// `doublePrecision`.
void readParameters(Graph &graph, bool doublePrecision);

/// Gives every neuron its settings, finds the time step (which it returns, in
/// seconds) and turns delays into steps.
double resolveSettings(Graph &graph, const ImportOptions &options);

/// Finds the shapes of all signals, and what has to be assumed for them to fit.
void inferShapes(Graph &graph);

/// Refuses neurons whose threshold is not above what they reset to.
void checkThresholds(Graph &graph);

/// Refuses nodes whose weights are not finite. The emitter does so as it reads
/// them; this is for files that are refused before.
void checkWeights(Graph &graph, bool doublePrecision);

/// "[2, 34, 34]".
std::string formatShape(llvm::ArrayRef<int64_t> shape);

/// A number in as few digits as tell it from its neighbours in f32.
std::string formatNumber(double value);

int64_t countElements(llvm::ArrayRef<int64_t> shape);

} // namespace volley::nir

#endif // VOLLEY_LIB_FRONTEND_NIR_GRAPH_H
