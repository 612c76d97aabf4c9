// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a graph with shapes, settings and cut cycles to the `imported` form.

#include "Emitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "volley/Dialect/SNN/IR/NeuronKinds.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace mlir;
using namespace volley::nir;
using namespace volley;

namespace {
/// Constants of more elements than this are resources: they are never hashed
/// and print as references.
constexpr int64_t kLargestInlineConstant = 16;

class Emitter {
public:
  Emitter(Graph &graph, ArrayRef<Instance> instances, double dt, StringRef path,
          const ImportOptions &options, MLIRContext *context)
      : graph(graph), instances(instances), dt(dt), path(path),
        options(options), builder(context),
        floatType(options.doublePrecision
                      ? cast<FloatType>(builder.getF64Type())
                      : builder.getF32Type()) {}

  OwningOpRef<ModuleOp> run();

private:
  void inferElementTypes();
  Type getOwnElementType(const Node &node, Type sum);
  RankedTensorType getOutputType(const Node &node) {
    return RankedTensorType::get(*node.outShape, elementTypes[&node]);
  }

  void emit(unsigned index);
  Value emitNode(Node &node, StringRef name, Value input);
  Value emitNeuron(Node &node, StringRef name, Value input);
  Value emitAffine(Node &node, Value input);
  Value emitConv(Node &node, Value input);
  Value emitPool(Node &node, Value input);

  /// The sum of an instance's sources; `type` is the element type it needs, or
  /// null for that of the sum.
  Value emitSum(const Instance &instance, Type type);
  /// The signal of an instance one step late.
  Value getDelayed(unsigned instance);
  /// True if the node's value does not need its sources of the same step.
  bool isRegister(const Node &node) const {
    return node.isLongDelay() || (node.isNeuron() && node.settings->late);
  }

  Value readWeight(Node &node, StringRef field, ArrayRef<int64_t> shape,
                   bool isTransposed = false);
  Value makeParameter(const Node &node, StringRef field, Type elementType);
  Value makePlaceholder(RankedTensorType type);
  Value toReal(Value value);
  Value reshape(Value value, ArrayRef<int64_t> shape);

  Graph &graph;
  ArrayRef<Instance> instances;
  double dt;
  StringRef path;
  const ImportOptions &options;
  OpBuilder builder;
  FloatType floatType;
  Location loc = builder.getUnknownLoc();

  DenseMap<const Node *, Type> elementTypes;
  DenseMap<unsigned, Value> values, delayed;
  /// Operands of registers and delays that were not there yet.
  std::vector<std::pair<Operation *, unsigned>> openRegisters, openDelays;
};
} // namespace

Location volley::nir::getNodeLocation(MLIRContext *context, StringRef path,
                                      StringRef node) {
  Location file = FileLineColLoc::get(context, path, 0, 0);
  if (node.empty())
    return file;
  return NameLoc::get(StringAttr::get(context, node), file);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// The element type of a sum: a binary signal stays binary alone.
static Type joinElementTypes(Type a, Type b) {
  if (!a || !b)
    return a ? a : b;
  if (isa<FloatType>(a) || isa<FloatType>(b))
    return isa<FloatType>(a) ? a : b;
  return IntegerType::get(a.getContext(), 32);
}

/// The element type of a node's result; null if it is that of `sum`, the sum of
/// its sources, and that is not known yet.
Type Emitter::getOwnElementType(const Node &node, Type sum) {
  Type i1 = builder.getI1Type(), i32 = builder.getI32Type();
  switch (node.type) {
  case NodeType::Input: {
    if (!node.sources.empty())
      return sum;
    auto it = options.inputs.find(node.name);
    InputKind kind = it == options.inputs.end() ? InputKind::Real : it->second;
    return kind == InputKind::Real ? Type(floatType)
                                   : (kind == InputKind::Count ? i32 : i1);
  }
  case NodeType::Output:
  case NodeType::Identity:
  case NodeType::Flatten:
  case NodeType::Delay:
    return sum;
  case NodeType::SumPool2d:
    return !sum || isa<FloatType>(sum) ? sum : i32;
  case NodeType::Threshold:
    return i1;
  case NodeType::IF:
  case NodeType::LIF:
  case NodeType::CubaLIF:
    return node.settings->spikes == snn::Spikes::Multi ? i32 : i1;
  default:
    return floatType;
  }
}

void Emitter::inferElementTypes() {
  // Types only grow (binary, integer, float), so this ends.
  bool changed = true;
  while (changed) {
    changed = false;
    for (const Node &node : graph.nodes) {
      if (node.isIgnored)
        continue;
      Type sum;
      for (unsigned source : node.sources)
        sum = joinElementTypes(sum, elementTypes.lookup(&graph.nodes[source]));
      if (node.sources.size() > 1 && sum && sum.isInteger(1))
        sum = builder.getI32Type();
      Type type = getOwnElementType(node, sum);
      if (type && elementTypes.lookup(&node) != type) {
        elementTypes[&node] = type;
        changed = true;
      }
    }
  }
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// An array of floats as a constant: uniform ones as a splat, small ones
/// inline, others as a resource that takes over `blob`.
static TypedAttr makeElements(RankedTensorType type, AsmResourceBlob blob,
                              StringRef name) {
  ArrayRef<char> data = blob.getData();
  size_t size = type.getElementTypeBitWidth() / 8;
  bool isSplat =
      llvm::all_of(llvm::seq<size_t>(1, data.size() / size), [&](size_t i) {
        return std::memcmp(data.data(), data.data() + i * size, size) == 0;
      });
  if (isSplat)
    return DenseElementsAttr::getFromRawBuffer(type, data.take_front(size));
  if (type.getNumElements() <= kLargestInlineConstant)
    return DenseElementsAttr::getFromRawBuffer(type, data);
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

/// Swaps the last two dimensions, of `rows` and `columns`, of `data`.
template <typename T>
static AsmResourceBlob transpose(ArrayRef<T> data, int64_t rows,
                                 int64_t columns) {
  AsmResourceBlob blob =
      HeapAsmResourceBlob::allocate(data.size() * sizeof(T), /*align=*/64);
  T *out = reinterpret_cast<T *>(blob.getMutableData().data());
  for (size_t base = 0; base < data.size(); base += rows * columns)
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < columns; ++column)
        out[base + column * rows + row] = data[base + row * columns + column];
  return blob;
}

/// Fills `values` with a field's numbers; they must be finite.
template <typename T>
static llvm::Error readFinite(const hdf5::Dataset &dataset, StringRef field,
                              MutableArrayRef<T> values) {
  if (llvm::Error error = dataset.read(values.data()))
    return error;
  for (auto [index, value] : llvm::enumerate(values))
    if (!std::isfinite(value))
      return llvm::createStringError(
          llvm::formatv("expects '{0}' to be finite in f{1}, but got {2} at "
                        "element {3}",
                        field, 8 * sizeof(T), formatNumber(value), index)
              .str());
  return llvm::Error::success();
}

template <typename T>
static llvm::Error checkFinite(const hdf5::Dataset &dataset, StringRef field) {
  std::vector<T> values(dataset.getNumElements());
  return readFinite(dataset, field, MutableArrayRef(values));
}

void volley::nir::checkWeights(Graph &graph, bool doublePrecision) {
  for (Node &node : graph.nodes)
    for (StringRef field : {"weight", "bias"}) {
      if (node.isRefused() || !node.hasField(field))
        continue;
      const hdf5::Dataset &dataset = node.fields.find(field)->second;
      if (llvm::Error error = doublePrecision
                                  ? checkFinite<double>(dataset, field)
                                  : checkFinite<float>(dataset, field))
        node.refuse(toString(std::move(error)));
    }
}

/// Reads a field of floats in the network's precision; a shorter field than
/// `shape` is repeated. With `isTransposed`, the result has the last two
/// dimensions of `shape` swapped.
Value Emitter::readWeight(Node &node, StringRef field, ArrayRef<int64_t> shape,
                          bool isTransposed) {
  const hdf5::Dataset &dataset = node.fields.find(field)->second;
  auto type = RankedTensorType::get(shape, floatType);
  size_t bytes = type.getNumElements() * (floatType.getWidth() / 8);
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(bytes, /*align=*/64);
  auto read = [&](auto *values) {
    size_t stored = dataset.getNumElements(), count = type.getNumElements();
    if (llvm::Error error =
            readFinite(dataset, field, MutableArrayRef(values, stored)))
      node.refuse(toString(std::move(error)));
    for (size_t i = stored; i < count; ++i)
      values[i] = values[i - stored];
    if (!isTransposed)
      return;
    int64_t rows = shape[shape.size() - 2], columns = shape.back();
    blob = transpose(ArrayRef(values, count), rows, columns);
    SmallVector<int64_t> swapped(shape.drop_back(2));
    swapped.append({columns, rows});
    type = RankedTensorType::get(swapped, floatType);
  };
  char *data = blob.getMutableData().data();
  if (floatType.isF32())
    read(reinterpret_cast<float *>(data));
  else
    read(reinterpret_cast<double *>(data));
  std::string name = node.name + "." + field.str();
  return arith::ConstantOp::create(
      builder, getNodeLocation(builder.getContext(), path, name),
      makeElements(type, std::move(blob), name));
}

/// A parameter of a neuron, or a factor: a scalar if it is uniform.
Value Emitter::makeParameter(const Node &node, StringRef field,
                             Type elementType) {
  const Parameter &parameter = node.getParam(field);
  std::string name = node.name + "." + field.str();
  Location loc = getNodeLocation(builder.getContext(), path, name);
  if (parameter.isUniform())
    return arith::ConstantOp::create(
        builder, loc,
        cast<TypedAttr>(FloatAttr::get(elementType, parameter.values.front())));
  auto type = RankedTensorType::get(parameter.shape, elementType);
  if (elementType.isF64()) {
    AsmResourceBlob blob = HeapAsmResourceBlob::allocateAndCopyInferAlign(
        ArrayRef(parameter.values));
    return arith::ConstantOp::create(builder, loc,
                                     makeElements(type, std::move(blob), name));
  }
  std::vector<float> rounded(parameter.values.begin(), parameter.values.end());
  AsmResourceBlob blob =
      HeapAsmResourceBlob::allocateAndCopyInferAlign(ArrayRef(rounded));
  return arith::ConstantOp::create(builder, loc,
                                   makeElements(type, std::move(blob), name));
}

Value Emitter::makePlaceholder(RankedTensorType type) {
  return arith::ConstantOp::create(builder, loc,
                                   cast<TypedAttr>(builder.getZeroAttr(type)));
}

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

Value Emitter::toReal(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getElementType() == floatType)
    return value;
  return snn::AddOp::create(builder, loc, type.clone(floatType), value);
}

Value Emitter::reshape(Value value, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return snn::ReshapeOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), value);
}

Value Emitter::getDelayed(unsigned instance) {
  Value &result = delayed[instance];
  if (result)
    return result;
  const Node &node = graph.nodes[instances[instance].node];
  OpBuilder::InsertionGuard guard(builder);
  Location nodeLoc = getNodeLocation(builder.getContext(), path, node.name);
  Value source = values.lookup(instance);
  bool isOpen = !source;
  if (isOpen)
    source = makePlaceholder(getOutputType(node));
  auto delay = snn::DelayOp::create(builder, nodeLoc, source.getType(), source,
                                    ArrayRef<int64_t>{1}, TypedAttr(),
                                    /*implicit=*/true);
  if (isOpen)
    openDelays.push_back({delay, instance});
  return result = delay;
}

Value Emitter::emitSum(const Instance &instance, Type type) {
  SmallVector<Value> sources;
  for (const Instance::Source &source : instance.sources)
    sources.push_back(source.isDelayed ? getDelayed(source.instance)
                                       : values.lookup(source.instance));
  auto first = cast<RankedTensorType>(sources.front().getType());
  if (sources.size() == 1)
    return type && isa<FloatType>(type) ? toReal(sources.front())
                                        : sources.front();
  Type element = type;
  if (!element) {
    for (Value source : sources)
      element = joinElementTypes(element,
                                 snn::getElementTypeOrSelf(source.getType()));
    if (element.isInteger(1))
      element = builder.getI32Type();
  }
  return snn::AddOp::create(builder, loc, first.clone(element), sources);
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

Value Emitter::emitAffine(Node &node, Value input) {
  ArrayRef<int64_t> stored = node.fields["weight"].getShape();
  // Batch dimensions of size 1.
  while (stored.size() > node.outShape->size() + 1)
    stored = stored.drop_front();
  Value weight = readWeight(node, "weight", stored, node.isTransposed);
  auto weightType = cast<RankedTensorType>(weight.getType());
  SmallVector<int64_t> inShape(weightType.getShape().drop_back(2));
  inShape.push_back(weightType.getShape().back());
  Value bias;
  if (node.hasField("bias"))
    bias = readWeight(node, "bias", *node.outShape);
  return snn::DenseOp::create(builder, loc, getOutputType(node),
                              reshape(input, inShape), weight, bias,
                              snn::SumLaw::Ascending, /*kernel=*/StringAttr());
}

/// Before and after, per dimension; nothing if there is no padding.
static SmallVector<int64_t> interleavePadding(const Window &window) {
  SmallVector<int64_t> padding;
  for (auto [before, after] : llvm::zip(window.padBefore, window.padAfter)) {
    padding.push_back(before);
    padding.push_back(after);
  }
  if (llvm::all_of(padding, [](int64_t p) { return p == 0; }))
    padding.clear();
  return padding;
}

static SmallVector<int64_t> dropOnes(ArrayRef<int64_t> numbers) {
  if (llvm::all_of(numbers, [](int64_t n) { return n == 1; }))
    return {};
  return SmallVector<int64_t>(numbers);
}

Value Emitter::emitConv(Node &node, Value input) {
  const Window &window = node.window;
  Value weight = readWeight(node, "weight", node.fields["weight"].getShape());
  Value bias = readWeight(node, "bias", node.fields["bias"].getShape());
  return snn::ConvOp::create(builder, loc, getOutputType(node), input, weight,
                             bias, dropOnes(window.stride),
                             interleavePadding(window),
                             dropOnes(window.dilation), window.groups,
                             /*channels_last=*/false, snn::SumLaw::Ascending,
                             /*kernel=*/StringAttr());
}

Value Emitter::emitPool(Node &node, Value input) {
  const Window &window = node.window;
  auto kind = node.type == NodeType::SumPool2d ? snn::PoolKind::Sum
                                               : snn::PoolKind::Avg;
  return snn::PoolOp::create(builder, loc, getOutputType(node), kind, input,
                             window.kernel, window.stride,
                             interleavePadding(window),
                             /*channels_last=*/false);
}

static snn::NeuronKind getKind(NodeType type) {
  switch (type) {
  case NodeType::I:
    return snn::NeuronKind::Integrator;
  case NodeType::IF:
    return snn::NeuronKind::IF;
  case NodeType::LI:
    return snn::NeuronKind::LI;
  case NodeType::LIF:
    return snn::NeuronKind::LIF;
  case NodeType::CubaLI:
    return snn::NeuronKind::CubaLI;
  case NodeType::CubaLIF:
    return snn::NeuronKind::CubaLIF;
  default:
    return snn::NeuronKind::Threshold;
  }
}

Value Emitter::emitNeuron(Node &node, StringRef name, Value input) {
  snn::NeuronKind kind = getKind(node.type);
  const snn::NeuronKindInfo &info = snn::getNeuronKindInfo(kind);
  SmallVector<Value> params;
  SmallVector<StringRef> names;
  for (StringRef param : info.params) {
    params.push_back(makeParameter(node, param, builder.getF64Type()));
    names.push_back(param);
  }
  // A Threshold node has no settings; its comparison is part of its type.
  NeuronSettings settings =
      node.settings ? *node.settings : lookupProfile("default")->settings;
  bool resets = info.resets;
  bool isLeakless = kind == snn::NeuronKind::Integrator ||
                    kind == snn::NeuronKind::IF ||
                    kind == snn::NeuronKind::Threshold;
  auto neuron = snn::NeuronOp::create(
      builder, loc, TypeRange{getOutputType(node)}, kind, name, input, params,
      builder.getStrArrayAttr(names),
      isLeakless ? settings.leaklessScheme : settings.leakyScheme,
      resets ? settings.reset : snn::Reset::None,
      info.spikes ? settings.compare : snn::Compare::GT,
      resets ? settings.spikes : snn::Spikes::Single,
      resets && settings.resetDelay, resets && settings.residualReset,
      settings.vMin ? builder.getF64FloatAttr(*settings.vMin) : FloatAttr(),
      settings.late && node.isNeuron(), builder.getArrayAttr({}));
  return neuron.getResult(0);
}

Value Emitter::emitNode(Node &node, StringRef name, Value input) {
  switch (node.type) {
  case NodeType::Input:
  case NodeType::Output:
  case NodeType::Identity:
    return input;
  case NodeType::Affine:
  case NodeType::Linear:
    return emitAffine(node, input);
  case NodeType::Scale:
    return snn::ScaleOp::create(builder, loc, getOutputType(node), input,
                                makeParameter(node, "scale", floatType));
  case NodeType::Conv1d:
  case NodeType::Conv2d:
    return emitConv(node, input);
  case NodeType::SumPool2d:
  case NodeType::AvgPool2d:
    return emitPool(node, input);
  case NodeType::Flatten:
    return reshape(input, *node.outShape);
  case NodeType::Delay: {
    SmallVector<int64_t> steps(ArrayRef<int64_t>(node.delaySteps));
    if (llvm::all_equal(steps))
      steps.resize(1);
    const Parameter &delay = node.getParam("delay");
    if (steps.size() > 1 && delay.shape != *node.outShape) {
      // One entry per element, row-major; parameters align at the left.
      SmallVector<int64_t> all;
      ArrayRef<int64_t> shape = *node.outShape;
      for (int64_t i = 0; i < countElements(shape); ++i) {
        int64_t rest = i, index = 0;
        SmallVector<int64_t> position(shape.size());
        for (size_t dim = shape.size(); dim-- > 0;) {
          position[dim] = rest % shape[dim];
          rest /= shape[dim];
        }
        for (auto [dim, size] : llvm::enumerate(delay.shape))
          index = index * size + (size == 1 ? 0 : position[dim]);
        all.push_back(steps[index]);
      }
      steps = all;
    }
    return snn::DelayOp::create(builder, loc, input.getType(), input, steps,
                                TypedAttr(), /*implicit=*/false);
  }
  default:
    return emitNeuron(node, name, input);
  }
}

/// The element type that a node needs its input in; null for any.
static Type getRequiredInput(const Node &node, FloatType floatType) {
  if (node.isNeuron() || node.type == NodeType::Threshold)
    return floatType;
  return nullptr;
}

void Emitter::emit(unsigned index) {
  const Instance &instance = instances[index];
  Node &node = graph.nodes[instance.node];
  loc = getNodeLocation(builder.getContext(), path, node.name);
  if (instance.sources.empty())
    return; // An input: the region's argument.
  Type required = getRequiredInput(node, floatType);
  bool isReady = llvm::all_of(instance.sources, [&](Instance::Source source) {
    return source.isDelayed || values.count(source.instance);
  });
  Value input;
  if (isReady)
    input = emitSum(instance, required);
  else
    input = makePlaceholder(RankedTensorType::get(
        *node.inShape, required ? required : elementTypes[&node]));
  Value value = emitNode(node, instance.hasName ? node.name : "", input);
  values[index] = value;
  if (!isReady)
    openRegisters.push_back({value.getDefiningOp(), index});
}

/// A symbol for the network: the file's name without its extension.
static std::string makeSymbolName(StringRef path) {
  std::string name;
  for (char c : llvm::sys::path::stem(path))
    name += llvm::isAlnum(c) || c == '_' ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name = "net_" + name;
  return name;
}

OwningOpRef<ModuleOp> Emitter::run() {
  inferElementTypes();
  for (Node &node : graph.nodes)
    if (!node.isIgnored && !elementTypes.lookup(&node))
      node.refuse("expects a signal from an input or a neuron, but gets none");
  if (graph.isRefused())
    return nullptr;
  MLIRContext *context = builder.getContext();
  context->loadDialect<snn::SNNDialect, arith::ArithDialect>();
  Location fileLoc = getNodeLocation(context, path, "");
  OwningOpRef<ModuleOp> module(ModuleOp::create(fileLoc));
  builder.setInsertionPointToStart(module->getBody());

  SmallVector<StringRef> inputNames, outputNames;
  SmallVector<unsigned> inputs, outputs;
  for (auto [index, instance] : llvm::enumerate(instances)) {
    const Node &node = graph.nodes[instance.node];
    if (node.type == NodeType::Input && node.sources.empty())
      inputs.push_back(index);
    else if (node.type == NodeType::Output && node.targets.empty())
      outputs.push_back(index);
  }
  auto byName = [&](unsigned a, unsigned b) {
    return instances[a].node < instances[b].node;
  };
  llvm::sort(inputs, byName);
  llvm::sort(outputs, byName);
  for (unsigned index : inputs)
    inputNames.push_back(graph.nodes[instances[index].node].name);
  for (unsigned index : outputs)
    outputNames.push_back(graph.nodes[instances[index].node].name);

  auto network = snn::NetworkOp::create(
      builder, fileLoc, builder.getStringAttr(makeSymbolName(path)),
      builder.getStrArrayAttr(inputNames), builder.getStrArrayAttr(outputNames),
      builder.getF64FloatAttr(dt));
  Block &body = network.getBody().emplaceBlock();
  for (unsigned index : inputs) {
    const Node &node = graph.nodes[instances[index].node];
    values[index] = body.addArgument(getOutputType(node),
                                     getNodeLocation(context, path, node.name));
  }
  builder.setInsertionPointToStart(&body);
  for (unsigned index = 0; index < instances.size(); ++index)
    emit(index);

  for (auto [op, index] : openRegisters) {
    const Node &node = graph.nodes[instances[index].node];
    loc = op->getLoc();
    Operation *placeholder = op->getOperand(0).getDefiningOp();
    op->setOperand(
        0, emitSum(instances[index], getRequiredInput(node, floatType)));
    placeholder->erase();
  }
  for (size_t i = 0; i < openDelays.size(); ++i) {
    auto [op, index] = openDelays[i];
    Operation *placeholder = op->getOperand(0).getDefiningOp();
    op->setOperand(0, values.lookup(index));
    placeholder->erase();
  }
  SmallVector<Value> results;
  for (unsigned index : outputs)
    results.push_back(values.lookup(index));
  snn::OutputOp::create(builder, fileLoc, results);
  if (graph.isRefused())
    return nullptr;
  return module;
}

OwningOpRef<ModuleOp> volley::nir::emitNetwork(Graph &graph,
                                               ArrayRef<Instance> instances,
                                               double dt, StringRef path,
                                               const ImportOptions &options,
                                               MLIRContext *context) {
  return Emitter(graph, instances, dt, path, options, context).run();
}
