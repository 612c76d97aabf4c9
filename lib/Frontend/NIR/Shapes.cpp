// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference. Files contain batch dimensions, terminals of the wrong rank
// and transposed weights; what has one sensible meaning is accepted and noted.

#include "Graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace volley::nir;
using namespace volley;
using llvm::ArrayRef;
using llvm::Expected;
using llvm::StringRef;

namespace {
class ShapeInference {
public:
  explicit ShapeInference(Graph &graph) : graph(graph) {}
  void run();

private:
  /// The shape of input that the node's own fields ask for, if they do.
  std::optional<Shape> getExpectedInput(const Node &node) const;
  /// The rank of input that the node's type asks for, if it does.
  std::optional<size_t> getExpectedRank(const Node &node) const;

  void inferInput(Node &node);
  /// Gives `node` its shapes from what it receives; notes or refuses.
  void infer(Node &node, const Shape &input);
  void inferAffine(Node &node, const Shape &input);
  void inferConv(Node &node, const Shape &input);
  void inferPool(Node &node, const Shape &input);
  void inferFlatten(Node &node, const Shape &input);
  void inferOutput(Node &node, const Shape &input);
  void inferElementwise(Node &node, const Shape &input);

  /// Reads an integer field of one entry, or of one per dimension.
  std::optional<Shape> readGeometry(Node &node, StringRef field, size_t rank,
                                    int64_t least);
  bool readPadding(Node &node, size_t rank);
  std::optional<Shape> getWindowOutput(Node &node, ArrayRef<int64_t> input);

  /// Consumers of an Input may sit behind Identity nodes.
  void collectConsumers(const Node &node, std::vector<const Node *> &out,
                        unsigned depth = 0) const;

  Graph &graph;
};
} // namespace

static Shape dropLeadingOnes(ArrayRef<int64_t> shape) {
  return Shape(shape.drop_while([](int64_t dim) { return dim == 1; }));
}

static Shape readShapeField(Node &node, StringRef field) {
  Expected<std::vector<int64_t>> values =
      node.fields.find(field)->second.readIntegers();
  if (!values) {
    node.refuse(toString(values.takeError()));
    return {};
  }
  for (int64_t dim : *values)
    if (dim < 1) {
      node.refuse("expects '" + field + "' to hold positive sizes, but got " +
                  formatShape(*values));
      return {};
    }
  return Shape(values->begin(), values->end());
}

/// True if a signal of `shape` is what a node that asks for `expected` takes:
/// its parameters may have batch dimensions of size 1 in front.
static bool isTakenBy(ArrayRef<int64_t> shape, ArrayRef<int64_t> expected) {
  while (expected.size() > shape.size() && expected.front() == 1)
    expected = expected.drop_front();
  return shape == expected;
}

//===----------------------------------------------------------------------===//
// What a node's own fields say
//===----------------------------------------------------------------------===//

/// The parameters that have one entry per element of the node.
static bool isElementwise(const Node &node) {
  return node.isNeuron() || node.type == NodeType::Scale ||
         node.type == NodeType::Threshold || node.type == NodeType::Delay;
}

std::optional<Shape> ShapeInference::getExpectedInput(const Node &node) const {
  if (isElementwise(node)) {
    const Parameter *largest = nullptr;
    for (const auto &entry : node.params)
      if (!largest || entry.second.values.size() > largest->values.size())
        largest = &entry.second;
    if (!largest || largest->values.size() == 1)
      return std::nullopt;
    // [C, 1, 1] broadcasts; only the consumer's input tells over what.
    if (largest->shape.size() > 1 &&
        llvm::is_contained(ArrayRef(largest->shape).drop_front(), int64_t(1)))
      return std::nullopt;
    return largest->shape;
  }
  auto weight = node.fields.find("weight");
  if (weight == node.fields.end())
    return std::nullopt;
  ArrayRef<int64_t> shape = weight->second.getShape();
  if ((node.type == NodeType::Affine || node.type == NodeType::Linear) &&
      shape.size() >= 2) {
    Shape input(shape.drop_back(2));
    input.push_back(shape.back());
    return input;
  }
  return std::nullopt;
}

std::optional<size_t> ShapeInference::getExpectedRank(const Node &node) const {
  switch (node.type) {
  case NodeType::Conv1d:
    return 2;
  case NodeType::Conv2d:
  case NodeType::SumPool2d:
  case NodeType::AvgPool2d:
    return 3;
  default:
    if (std::optional<Shape> input = getExpectedInput(node))
      return input->size();
    return std::nullopt;
  }
}

void ShapeInference::collectConsumers(const Node &node,
                                      std::vector<const Node *> &out,
                                      unsigned depth) const {
  if (depth > graph.nodes.size())
    return;
  for (unsigned target : node.targets) {
    const Node &consumer = graph.nodes[target];
    if (consumer.type == NodeType::Identity ||
        consumer.type == NodeType::Output ||
        (consumer.type == NodeType::Input && !consumer.sources.empty()))
      collectConsumers(consumer, out, depth + 1);
    else
      out.push_back(&consumer);
  }
}

void ShapeInference::inferInput(Node &node) {
  std::vector<const Node *> consumers;
  collectConsumers(node, consumers);
  if (!node.hasField("shape")) {
    // An Input that the file does not have.
    for (const Node *consumer : consumers)
      if (std::optional<Shape> expected = getExpectedInput(*consumer)) {
        node.inShape = node.outShape = expected;
        return;
      }
    return node.refuse("has a shape that its consumer does not tell; the file "
                       "needs an Input node");
  }
  Shape shape = readShapeField(node, "shape");
  if (node.isRefused())
    return;
  // Leading dimensions are a batch if no consumer takes them. Parameters of
  // neurons may have batch dimensions of size 1 themselves.
  size_t largest = 0;
  for (const Node *consumer : consumers) {
    std::optional<Shape> expected = getExpectedInput(*consumer);
    if (isElementwise(*consumer) && expected)
      largest = std::max(largest, dropLeadingOnes(*expected).size());
    else if (std::optional<size_t> rank = getExpectedRank(*consumer))
      largest = std::max(largest, *rank);
  }
  for (const Node *consumer : consumers) {
    std::optional<size_t> rank = getExpectedRank(*consumer);
    if (!rank || *rank < largest || shape.size() <= *rank)
      continue;
    ArrayRef<int64_t> kept = ArrayRef(shape).take_back(*rank);
    std::optional<Shape> expected = getExpectedInput(*consumer);
    if (expected && ArrayRef<int64_t>(*expected) != kept)
      continue;
    node.assume(llvm::formatv("its shape {0} starts with dimensions that '{1}' "
                              "does not have; {2} is taken",
                              formatShape(shape), consumer->name,
                              formatShape(kept))
                    .str());
    shape = Shape(kept);
    break;
  }
  node.inShape = node.outShape = shape;
}

//===----------------------------------------------------------------------===//
// Affine, Linear
//===----------------------------------------------------------------------===//

void ShapeInference::inferAffine(Node &node, const Shape &input) {
  ArrayRef<int64_t> weight = node.fields["weight"].getShape();
  if (weight.size() < 2)
    return node.refuse("expects a weight of shape [.., out, in], but got " +
                       formatShape(weight));
  // Batch dimensions of size 1 in the weight.
  while (weight.size() > 2 && weight.size() > input.size() + 1 &&
         weight.front() == 1)
    weight = weight.drop_front();
  Shape expected(weight.drop_back(2));
  Shape output(weight.drop_back(2));
  int64_t out = weight[weight.size() - 2], in = weight.back();
  expected.push_back(in);
  output.push_back(out);

  if (input != expected) {
    Shape transposed(weight.drop_back(1));
    if (input == transposed && out != in) {
      node.isTransposed = true;
      output.back() = in;
      node.assume(llvm::formatv("its weight {0} fits its input {1} only as "
                                "[in, out]; it is transposed",
                                formatShape(weight), formatShape(input))
                      .str());
    } else if (weight.size() == 2 && input.size() > 1 &&
               countElements(input) == in) {
      node.assume("its input " + formatShape(input) + " is flattened");
    } else {
      return node.refuse(
          llvm::formatv("expects an input of shape {0} for its weight {1}, "
                        "but gets {2}",
                        formatShape(expected), formatShape(weight),
                        formatShape(input))
              .str());
    }
  }
  if (node.hasField("bias")) {
    ArrayRef<int64_t> bias = node.fields["bias"].getShape();
    // One bias for all leading dimensions, as arrays broadcast.
    node.isBiasShared = output.size() > 1 && bias == ArrayRef(output.back());
    if (node.isBiasShared)
      node.assume("its bias " + formatShape(bias) + " is broadcast over " +
                  formatShape(output));
    else if (dropLeadingOnes(bias) != dropLeadingOnes(output) ||
             countElements(bias) != countElements(output))
      return node.refuse("expects a bias of shape " + formatShape(output) +
                         ", but got " + formatShape(bias));
  }
  node.inShape = input;
  node.outShape = output;
}

//===----------------------------------------------------------------------===//
// Convolutions and pools
//===----------------------------------------------------------------------===//

std::optional<Shape> ShapeInference::readGeometry(Node &node, StringRef field,
                                                  size_t rank, int64_t least) {
  Expected<std::vector<int64_t>> values =
      node.fields[field.str()].readIntegers();
  if (!values) {
    node.refuse(toString(values.takeError()));
    return std::nullopt;
  }
  Shape sizes(values->begin(), values->end());
  if (sizes.size() == 1)
    sizes.assign(rank, sizes.front());
  bool isValid = sizes.size() == rank && llvm::all_of(sizes, [&](int64_t v) {
                   return v >= least && v <= (int64_t(1) << 30);
                 });
  if (isValid)
    return sizes;
  node.refuse(llvm::formatv("expects '{0}' to hold {1} numbers of at least "
                            "{2}, but got {3}",
                            field, rank, least, formatShape(*values))
                  .str());
  return std::nullopt;
}

bool ShapeInference::readPadding(Node &node, size_t rank) {
  Window &window = node.window;
  const hdf5::Dataset &field = node.fields["padding"];
  if (field.getKind() != hdf5::ElementKind::String) {
    std::optional<Shape> padding = readGeometry(node, "padding", rank, 0);
    if (!padding)
      return false;
    window.padBefore = window.padAfter = *padding;
    return true;
  }
  Expected<std::vector<std::string>> text = field.readStrings();
  std::string mode;
  if (text && text->size() == 1)
    mode = text->front();
  if (!text)
    llvm::consumeError(text.takeError());
  if (mode == "valid") {
    window.padBefore.assign(rank, 0);
    window.padAfter.assign(rank, 0);
    return true;
  }
  if (mode != "same") {
    node.refuse("expects padding to be numbers, 'same' or 'valid', but got '" +
                mode + "'");
    return false;
  }
  for (size_t dim = 0; dim < rank; ++dim) {
    if (window.stride[dim] != 1) {
      node.refuse("expects a stride of 1 for padding 'same', but got " +
                  formatShape(window.stride));
      return false;
    }
    // As in PyTorch: of an odd total, the larger part is behind.
    int64_t total = window.dilation[dim] * (window.kernel[dim] - 1);
    window.padBefore.push_back(total / 2);
    window.padAfter.push_back(total - total / 2);
  }
  return true;
}

std::optional<Shape> ShapeInference::getWindowOutput(Node &node,
                                                     ArrayRef<int64_t> input) {
  const Window &window = node.window;
  Shape output;
  for (auto [dim, size] : llvm::enumerate(input)) {
    int64_t reach = window.dilation[dim] * (window.kernel[dim] - 1) + 1;
    int64_t padded = size + window.padBefore[dim] + window.padAfter[dim];
    if (padded < reach) {
      node.refuse(
          llvm::formatv("expects an input that its kernel fits, but {0} "
                        "is smaller than the kernel's span {1} in "
                        "dimension {2}",
                        formatShape(input), reach, dim)
              .str());
      return std::nullopt;
    }
    output.push_back((padded - reach) / window.stride[dim] + 1);
  }
  return output;
}

void ShapeInference::inferConv(Node &node, const Shape &input) {
  size_t rank = node.type == NodeType::Conv1d ? 1 : 2;
  ArrayRef<int64_t> weight = node.fields["weight"].getShape();
  if (weight.size() != rank + 2)
    return node.refuse(
        llvm::formatv("expects a weight of rank {0}, but got {1}", rank + 2,
                      formatShape(weight))
            .str());
  if (input.size() != rank + 1)
    return node.refuse(
        llvm::formatv("expects an input of rank {0} (channels first), but gets "
                      "{1}",
                      rank + 1, formatShape(input))
            .str());
  Window &window = node.window;
  window = Window();
  window.kernel = Shape(weight.drop_front(2));
  std::optional<Shape> stride = readGeometry(node, "stride", rank, 1);
  std::optional<Shape> dilation =
      stride ? readGeometry(node, "dilation", rank, 1) : std::nullopt;
  std::optional<Shape> groups =
      dilation ? readGeometry(node, "groups", 1, 1) : std::nullopt;
  if (!groups)
    return;
  window.stride = *stride;
  window.dilation = *dilation;
  window.groups = groups->front();
  if (!readPadding(node, rank))
    return;
  if (weight[0] % window.groups != 0 ||
      weight[1] * window.groups != input.front())
    return node.refuse(
        llvm::formatv("expects {0} input channels for its weight {1} and {2} "
                      "groups, but gets {3}",
                      weight[1] * window.groups, formatShape(weight),
                      window.groups, formatShape(input))
            .str());
  if (ArrayRef<int64_t> bias = node.fields["bias"].getShape();
      bias != ArrayRef(weight[0]))
    return node.refuse("expects a bias of shape " + formatShape({weight[0]}) +
                       ", but got " + formatShape(bias));
  ArrayRef<int64_t> spatial = ArrayRef(input).drop_front();
  // The field is absent, or h5py's Empty, if the exporter did not know.
  if (auto field = node.fields.find("input_shape");
      field != node.fields.end() &&
      field->second.getKind() == hdf5::ElementKind::Integer) {
    std::optional<Shape> declared = readGeometry(node, "input_shape", rank, 1);
    if (!declared)
      return;
    if (ArrayRef<int64_t>(*declared) != spatial)
      return node.refuse(
          "expects an input of spatial shape " + formatShape(*declared) +
          ", as its input_shape says, but gets " + formatShape(input));
  }
  std::optional<Shape> output = getWindowOutput(node, spatial);
  if (!output)
    return;
  output->insert(output->begin(), weight[0]);
  node.inShape = input;
  node.outShape = output;
}

void ShapeInference::inferPool(Node &node, const Shape &input) {
  if (input.size() != 3)
    return node.refuse("expects an input of shape [C, H, W], but gets " +
                       formatShape(input));
  Window &window = node.window;
  window = Window();
  std::optional<Shape> kernel = readGeometry(node, "kernel_size", 2, 1);
  std::optional<Shape> stride =
      kernel ? readGeometry(node, "stride", 2, 1) : std::nullopt;
  if (!stride)
    return;
  window.kernel = *kernel;
  window.stride = *stride;
  window.dilation.assign(2, 1);
  if (!readPadding(node, 2))
    return;
  std::optional<Shape> output =
      getWindowOutput(node, ArrayRef(input).drop_front());
  if (!output)
    return;
  output->insert(output->begin(), input.front());
  node.inShape = input;
  node.outShape = output;
}

//===----------------------------------------------------------------------===//
// Flatten, terminals
//===----------------------------------------------------------------------===//

/// `shape` with the dimensions from `start` to `end` (inclusive, negative ones
/// count from behind) made one; nothing if they are out of range.
static std::optional<Shape> flatten(ArrayRef<int64_t> shape, int64_t start,
                                    int64_t end) {
  int64_t rank = shape.size();
  if (start < 0)
    start += rank;
  if (end < 0)
    end += rank;
  if (start < 0 || start > end || end >= rank)
    return std::nullopt;
  Shape result(shape.take_front(start));
  result.push_back(countElements(shape.slice(start, end - start + 1)));
  result.append(shape.drop_front(end + 1).begin(), shape.end());
  return result;
}

void ShapeInference::inferFlatten(Node &node, const Shape &input) {
  std::optional<Shape> start = readGeometry(node, "start_dim", 1, INT32_MIN);
  std::optional<Shape> end =
      start ? readGeometry(node, "end_dim", 1, INT32_MIN) : std::nullopt;
  if (!end)
    return;
  std::optional<Shape> literal = flatten(input, start->front(), end->front());
  // The same dimensions, counted with a batch dimension in front.
  auto shift = [](int64_t dim) { return dim > 0 ? dim - 1 : dim; };
  std::optional<Shape> shifted =
      start->front() > 0
          ? flatten(input, shift(start->front()), shift(end->front()))
          : std::nullopt;

  bool hasBatch = false;
  if (auto field = node.fields.find("input_type");
      field != node.fields.end() &&
      field->second.getKind() == hdf5::ElementKind::Integer) {
    Shape declared = readShapeField(node, "input_type");
    if (node.isRefused())
      return;
    hasBatch = declared.size() == input.size() + 1 &&
               ArrayRef(declared).drop_front() == ArrayRef<int64_t>(input);
    if (!hasBatch && declared != input)
      return node.refuse("expects an input of shape " + formatShape(declared) +
                         ", as its input_type says, but gets " +
                         formatShape(input));
  }
  // What the consumers ask for decides between the two.
  bool literalFits = literal.has_value(), shiftedFits = shifted.has_value();
  for (unsigned target : node.targets)
    if (std::optional<Shape> expected = getExpectedInput(graph.nodes[target])) {
      literalFits &= literal && isTakenBy(*literal, *expected);
      shiftedFits &= shifted && isTakenBy(*shifted, *expected);
    }
  bool takeShifted =
      shifted && (hasBatch || !literal || (!literalFits && shiftedFits));
  if (!literal && !takeShifted)
    return node.refuse(llvm::formatv("expects dimensions {0} to {1} in its "
                                     "input {2}",
                                     start->front(), end->front(),
                                     formatShape(input))
                           .str());
  if (takeShifted)
    node.assume(llvm::formatv("its start_dim {0} counts a batch dimension",
                              start->front())
                    .str());
  node.inShape = input;
  node.outShape = takeShifted ? shifted : literal;
}

void ShapeInference::inferOutput(Node &node, const Shape &input) {
  node.inShape = node.outShape = input;
  if (!node.hasField("shape"))
    return;
  Shape declared = readShapeField(node, "shape");
  if (node.isRefused() || declared == input)
    return;
  ArrayRef<int64_t> tail = declared;
  if (tail.size() > input.size())
    tail = tail.take_back(input.size());
  if (tail != ArrayRef<int64_t>(input) &&
      dropLeadingOnes(declared) != dropLeadingOnes(input))
    return node.refuse("expects an input of shape " + formatShape(declared) +
                       ", but gets " + formatShape(input));
  node.assume("its shape " + formatShape(declared) +
              " is not that of what it receives; " + formatShape(input) +
              " is taken");
}

//===----------------------------------------------------------------------===//
// Elementwise nodes
//===----------------------------------------------------------------------===//

/// Shapes, aligned at the left, with which a parameter can broadcast over
/// `shape`; several if its meaning is open.
static std::vector<Shape> getBroadcasts(ArrayRef<int64_t> param,
                                        ArrayRef<int64_t> shape) {
  auto fits = [&](ArrayRef<int64_t> candidate) {
    return candidate.size() == shape.size() &&
           llvm::all_of(llvm::zip(candidate, shape), [](auto pair) {
             return std::get<0>(pair) == std::get<1>(pair) ||
                    std::get<0>(pair) == 1;
           });
  };
  std::vector<Shape> results;
  if (countElements(param) == 1)
    return {Shape()};
  while (param.size() > shape.size() && param.front() == 1)
    param = param.drop_front();
  if (fits(param))
    return {Shape(param)};
  if (param.size() >= shape.size())
    return {};
  // Aligned at the right, as arrays are, or one entry per channel.
  Shape right(shape.size() - param.size(), 1);
  right.append(param.begin(), param.end());
  Shape left(param);
  left.append(shape.size() - param.size(), 1);
  for (const Shape &candidate : {right, left})
    if (fits(candidate))
      results.push_back(candidate);
  return results;
}

void ShapeInference::inferElementwise(Node &node, const Shape &input) {
  for (auto &entry : node.params) {
    Parameter &param = entry.second;
    std::vector<Shape> candidates = getBroadcasts(param.shape, input);
    if (candidates.size() != 1)
      return node.refuse(
          llvm::formatv(
              "expects '{0}' of the shape of its input, {1}, but got "
              "{2}{3}",
              entry.first, formatShape(input), formatShape(param.shape),
              candidates.empty() ? "" : ", which fits in several ways")
              .str());
    bool isPlain = param.shape.empty() || param.shape == input;
    if (!isPlain)
      node.assume(llvm::formatv("'{0}' of shape {1} is broadcast over {2}",
                                entry.first, formatShape(param.shape),
                                formatShape(input))
                      .str());
    param.shape = candidates.front();
  }
  node.inShape = node.outShape = input;
}

//===----------------------------------------------------------------------===//
// The driver
//===----------------------------------------------------------------------===//

void ShapeInference::infer(Node &node, const Shape &input) {
  switch (node.type) {
  case NodeType::Input:
  case NodeType::Identity: {
    node.inShape = node.outShape = input;
    return;
  }
  case NodeType::Output:
    return inferOutput(node, input);
  case NodeType::Affine:
  case NodeType::Linear:
    return inferAffine(node, input);
  case NodeType::Conv1d:
  case NodeType::Conv2d:
    return inferConv(node, input);
  case NodeType::SumPool2d:
  case NodeType::AvgPool2d:
    return inferPool(node, input);
  case NodeType::Flatten:
    return inferFlatten(node, input);
  default:
    return inferElementwise(node, input);
  }
}

/// More elements than this are a mistake, and would overflow sizes in bytes.
static constexpr int64_t kLargestSignal = int64_t(1) << 31;

static void checkSize(Node &node) {
  if (!node.outShape)
    return;
  int64_t count = 1;
  for (int64_t dim : *node.outShape) {
    if (dim <= kLargestSignal / count) {
      count *= dim;
      continue;
    }
    node.refuse("has a signal of shape " + formatShape(*node.outShape) +
                ", of more than 2^31 elements");
    node.outShape.reset();
    return;
  }
}

void ShapeInference::run() {
  // Terminals first, then along the edges; what no input reaches starts from
  // what its own fields ask for.
  std::vector<unsigned> worklist;
  auto push = [&](const Node &node) {
    worklist.insert(worklist.end(), node.targets.begin(), node.targets.end());
  };
  auto inferAndPush = [&](Node &node, const Shape &input) {
    // A node that is refused still tells its consumers their shape, so that
    // what is wrong with them is found too.
    if (!node.isRefused()) {
      infer(node, input);
      checkSize(node);
    } else if (isElementwise(node)) {
      node.inShape = node.outShape = input;
    }
    if (node.outShape)
      push(node);
  };
  auto drain = [&]() {
    while (!worklist.empty()) {
      Node &node = graph.nodes[worklist.back()];
      worklist.pop_back();
      if (node.outShape)
        continue;
      for (unsigned source : node.sources)
        if (const Node &from = graph.nodes[source]; from.outShape) {
          inferAndPush(node, *from.outShape);
          break;
        }
    }
  };
  for (Node &node : graph.nodes)
    if (node.type == NodeType::Input && node.sources.empty() &&
        !node.isIgnored && !node.isRefused()) {
      inferInput(node);
      checkSize(node);
      if (node.outShape)
        push(node);
    }
  drain();
  for (Node &node : graph.nodes) {
    if (node.outShape || node.isIgnored || node.isRefused())
      continue;
    if (std::optional<Shape> expected = getExpectedInput(node)) {
      inferAndPush(node, *expected);
      drain();
    }
  }
  // Every edge must carry what its target takes.
  for (Node &node : graph.nodes) {
    if (node.isIgnored || node.isRefused())
      continue;
    if (!node.outShape) {
      bool blocked = llvm::any_of(node.sources, [&](unsigned source) {
        const Node &from = graph.nodes[source];
        return from.isRefused() || !from.outShape;
      });
      if (!blocked || node.sources.empty())
        node.refuse("has a shape that neither its fields nor its sources tell");
      continue;
    }
    for (unsigned source : node.sources) {
      const Node &from = graph.nodes[source];
      if (from.outShape && *from.outShape != *node.inShape) {
        node.refuse(llvm::formatv("expects inputs of one shape, {0}, but gets "
                                  "{1} from '{2}'",
                                  formatShape(*node.inShape),
                                  formatShape(*from.outShape), from.name)
                        .str());
        break;
      }
    }
  }
  if (graph.isRefused())
    return;
  for (Node &node : graph.nodes)
    if (!node.outShape && !node.isIgnored)
      node.refuse("has a shape that neither its fields nor its sources tell");
}

void volley::nir::inferShapes(Graph &graph) { ShapeInference(graph).run(); }
