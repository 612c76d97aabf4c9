// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "volley/Dialect/SNN/IR/NeuronKinds.h"

using namespace mlir;
using namespace volley;
using namespace volley::fuzz;

namespace {
/// Builds one network value by value.
class NetworkGenerator {
public:
  NetworkGenerator(MLIRContext *context, Random &random)
      : random(random), builder(context), loc(builder.getUnknownLoc()),
        type(random.chance(25) ? cast<FloatType>(builder.getF64Type())
                               : builder.getF32Type()) {}

  OwningOpRef<ModuleOp> run();

private:
  using Shape = SmallVector<int64_t>;

  RankedTensorType typeOf(Value value) {
    return cast<RankedTensorType>(value.getType());
  }
  Type randomElement() {
    return random.pick<Type>({type, type, builder.getI1Type(),
                              builder.getI1Type(), builder.getI32Type()});
  }
  Shape randomShape();
  Value pickSignal() { return random.pick(ArrayRef<Value>(signals)); }
  /// A signal of this rank or rank range, made by a reshape if there is none.
  Value pickWithRank(int64_t low, int64_t high);
  void add(Value value) {
    // Large signals make everything slow without finding more.
    if (typeOf(value).getNumElements() <= 4096)
      signals.push_back(value);
  }

  double randomWeight();
  snn::SumLaw randomSumLaw() {
    return type.isF32() && random.chance(30) ? snn::SumLaw::Exact
                                             : snn::SumLaw::Ascending;
  }
  Value floatConstant(Shape shape, double scale);
  Value parameter(Type element, ArrayRef<int64_t> shape, double low,
                  double high);
  Value toReal(Value value);
  Value toShape(Value value, ArrayRef<int64_t> shape);
  Value toSpikes(Value value);
  Value emitSpikes(Value value, Type element);
  /// Some signal turned into one of a given type.
  Value convertTo(RankedTensorType target);

  void addOp();
  void addDense();
  void addConv();
  void addPool();
  void addElementwise();
  void addMatmul();
  void addAttention();
  void addTwin();
  void addShapeOp();
  void addMove();
  void addConstant();
  Value reduce(Value input);
  Value norm(Value input);
  Value factor(ArrayRef<int64_t> shape);
  Value addWindow();
  void addDelay();
  void addNeuron();
  void addPopulation();
  void addFeedback();

  SmallVector<int64_t> randomSteps(int64_t elements, bool allowZero);

  Random &random;
  OpBuilder builder;
  Location loc;
  FloatType type;
  ModuleOp module;
  std::vector<Value> signals;
  /// Delays whose operand is not yet what it will be.
  std::vector<snn::DelayOp> open;
  std::vector<snn::NeuronModelOp> models;
  unsigned numNames = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

NetworkGenerator::Shape NetworkGenerator::randomShape() {
  auto size = [&]() -> int64_t {
    return random.chance(15) ? 1 : random.between(2, 9);
  };
  switch (random.below(7)) {
  case 0:
  case 1:
    // Around the widths of vectors and panels.
    return {random.pick<int64_t>(
        {1, 3, 7, 8, 15, 16, 17, 31, 33, 48, 64, 65, 70, 130})};
  case 2:
    return {size(), size()};
  case 3:
  case 4:
    return {random.pick<int64_t>({1, 2, 3, 8, 16, 17}), size(), size()};
  case 5:
    return {random.pick<int64_t>({16, 32}), random.between(1, 4),
            random.between(1, 4)};
  default:
    return {size(), size(), size(), random.between(1, 3)};
  }
}

double NetworkGenerator::randomWeight() {
  switch (random.below(12)) {
  case 0:
    return 0.0;
  case 1:
    return -0.0;
  case 2:
    return 1e-40; // Subnormal in f32.
  case 3:
    return random.pick({0.5, 1.0, -1.0, 0.25});
  default:
    return random.real(-1, 1);
  }
}

Value NetworkGenerator::floatConstant(Shape shape, double scale) {
  auto tensor = RankedTensorType::get(shape, type);
  int64_t count = tensor.getNumElements();
  TypedAttr attr;
  if (random.chance(8)) {
    // All zero every other time: what reads them is silent then.
    double value = random.chance(50) ? 0.0 : randomWeight() * scale;
    attr =
        DenseElementsAttr::get(tensor, Attribute(FloatAttr::get(type, value)));
  } else {
    auto make = [&](auto zero) -> TypedAttr {
      using T = decltype(zero);
      std::vector<T> values;
      for (int64_t i = 0; i < count; ++i)
        values.push_back(static_cast<T>(randomWeight() * scale));
      // Multiples of a power of two for each output, as integers are.
      if (random.chance(25) && !shape.empty() && shape[0] > 0) {
        int64_t size = count / shape[0];
        for (int64_t first = 0; size > 0 && first < count; first += size) {
          int unit = random.pick<int>({-20, -8, -5, -3, 0});
          for (int64_t i = first; i < first + size; ++i)
            values[i] =
                std::ldexp(std::rint(std::ldexp(values[i], -unit)), unit);
        }
      }
      if (random.chance(50))
        return DenseElementsAttr::get(tensor, ArrayRef<T>(values));
      return DenseResourceElementsAttr::get(
          tensor, "w",
          HeapAsmResourceBlob::allocateAndCopyInferAlign(ArrayRef<T>(values)));
    };
    attr = type.isF32() ? make(float()) : make(double());
  }
  return arith::ConstantOp::create(builder, loc, attr);
}

/// A scalar, or a tensor that broadcasts over `shape`.
Value NetworkGenerator::parameter(Type element, ArrayRef<int64_t> shape,
                                  double low, double high) {
  auto scalar = [&]() -> Attribute {
    if (isa<FloatType>(element))
      return FloatAttr::get(element, random.real(low, high));
    return IntegerAttr::get(element, random.between(-3, 3));
  };
  if (random.chance(50))
    return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(scalar()));
  Shape dims(shape);
  if (random.chance(40) && !dims.empty())
    dims.resize(random.between(1, dims.size()));
  for (int64_t &dim : dims)
    if (random.chance(25))
      dim = 1;
  auto tensor = RankedTensorType::get(dims, element);
  SmallVector<Attribute> values;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    values.push_back(scalar());
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(tensor, values));
}

Value NetworkGenerator::toReal(Value value) {
  if (typeOf(value).getElementType() == type)
    return value;
  return snn::AddOp::create(builder, loc, typeOf(value).clone(type), value);
}

/// The same elements in another shape, by a product if the number differs.
Value NetworkGenerator::toShape(Value value, ArrayRef<int64_t> shape) {
  RankedTensorType from = typeOf(value);
  auto to = RankedTensorType::get(shape, from.getElementType());
  if (from.getShape() == shape)
    return value;
  if (from.getNumElements() != to.getNumElements()) {
    int64_t in = from.getNumElements(), out = to.getNumElements();
    auto flat = RankedTensorType::get({in}, from.getElementType());
    Value flatValue =
        snn::ReshapeOp::create(builder, loc, flat, value).getResult();
    // Large weights make everything slow without finding more.
    if (int64_t most = std::max<int64_t>(65536 / out, 1); in > most) {
      in = most;
      flatValue = snn::SliceOp::create(
          builder, loc, RankedTensorType::get({in}, from.getElementType()),
          flatValue, ArrayRef<int64_t>(0));
    }
    value = snn::DenseOp::create(
        builder, loc, RankedTensorType::get({out}, type), flatValue,
        floatConstant({out, in}, 1.0 / std::sqrt(double(in))), Value(),
        randomSumLaw(), StringAttr());
    to = RankedTensorType::get(shape, type);
  }
  if (typeOf(value) == to)
    return value;
  return snn::ReshapeOp::create(builder, loc, to, value);
}

Value NetworkGenerator::convertTo(RankedTensorType target) {
  Value value = toShape(pickSignal(), target.getShape());
  Type element = target.getElementType();
  if (typeOf(value).getElementType() == element)
    return value;
  return element == type ? toReal(value) : emitSpikes(toReal(value), element);
}

/// Spikes of neurons that a real signal drives: i1, or their number as i32.
Value NetworkGenerator::emitSpikes(Value value, Type element) {
  bool isBinary = element.isInteger(1);
  auto constant = [&](double number) -> Value {
    return arith::ConstantOp::create(
        builder, loc,
        cast<TypedAttr>(FloatAttr::get(builder.getF64Type(), number)));
  };
  auto neuron = snn::NeuronOp::create(
      builder, loc, TypeRange{typeOf(value).clone(element)},
      snn::NeuronKind::IF, ("n" + Twine(numNames++)).str(), value,
      ValueRange{constant(1.0), constant(random.real(0.1, 0.6)), constant(0.0)},
      builder.getStrArrayAttr({"r", "v_threshold", "v_reset"}),
      snn::Scheme::PerStep, snn::Reset::Subtract, snn::Compare::GT,
      isBinary ? snn::Spikes::Single : snn::Spikes::Multi, false, false,
      FloatAttr(), false, builder.getArrayAttr({}));
  return neuron.getResult(0);
}

Value NetworkGenerator::pickWithRank(int64_t low, int64_t high) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    Value value = pickSignal();
    int64_t rank = typeOf(value).getRank();
    if (rank >= low && rank <= high)
      return value;
  }
  Value value = pickSignal();
  int64_t count = typeOf(value).getNumElements();
  Shape shape{count};
  // Split off factors until the rank fits.
  while (static_cast<int64_t>(shape.size()) < low) {
    int64_t factor = 1;
    for (int64_t f : {2, 3, 5, 4})
      if (shape.back() % f == 0)
        factor = f;
    shape.back() /= factor;
    shape.push_back(factor);
  }
  return toShape(value, shape);
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

void NetworkGenerator::addDense() {
  Value input = toSpikes(pickWithRank(1, 3));
  RankedTensorType from = typeOf(input);
  int64_t in = from.getShape().back();
  int64_t out = random.pick<int64_t>({1, 2, 5, 8, 16, 17, 30, 64, 66, 100});
  Shape result(from.getShape().drop_back()), weight;
  // A weight for each leading index, or one for all.
  if (random.chance(50))
    weight = result;
  weight.push_back(out);
  Shape biasShape = weight;
  weight.push_back(in);
  result.push_back(out);
  Value bias = random.chance(60) ? floatConstant(biasShape, 0.3) : Value();
  add(snn::DenseOp::create(builder, loc, RankedTensorType::get(result, type),
                           input,
                           floatConstant(weight, 2.0 / std::sqrt(double(in))),
                           bias, randomSumLaw(), StringAttr()));
}

/// The signal itself, or its spikes, which most layers get.
Value NetworkGenerator::toSpikes(Value value) {
  if (typeOf(value).getElementType() != type || random.chance(40))
    return value;
  Type element = random.chance(70) ? builder.getI1Type() : builder.getI32Type();
  return emitSpikes(value, element);
}

/// A random window over `size` that fits; gives the size of the result.
static int64_t randomWindow(Random &random, int64_t size, int64_t &kernel,
                            int64_t &stride, int64_t &before, int64_t &after,
                            int64_t &dilation) {
  stride = random.between(1, 3);
  before = random.chance(50) ? random.between(0, 2) : 0;
  after = random.chance(50) ? before : random.between(0, 2);
  dilation = random.chance(20) ? 2 : 1;
  int64_t padded = size + before + after;
  kernel = random.between(1, std::min<int64_t>(5, (padded - 1) / dilation + 1));
  return (padded - dilation * (kernel - 1) - 1) / stride + 1;
}

void NetworkGenerator::addConv() {
  Value input = toSpikes(pickWithRank(2, 3));
  RankedTensorType from = typeOf(input);
  int64_t channels = from.getShape().front();
  SmallVector<int64_t> divisors;
  for (int64_t g = 1; g <= channels; ++g)
    if (channels % g == 0)
      divisors.push_back(g);
  int64_t groups =
      random.chance(60) ? 1 : random.pick(ArrayRef<int64_t>(divisors));
  int64_t outputs = groups * random.pick<int64_t>({1, 1, 2, 3, 8, 16, 17});
  if (outputs > 64)
    outputs = groups;
  Shape weight{outputs, channels / groups}, result{outputs}, stride, padding,
      dilation;
  for (int64_t size : from.getShape().drop_front()) {
    int64_t k, s, before, after, d;
    result.push_back(randomWindow(random, size, k, s, before, after, d));
    weight.push_back(k);
    stride.push_back(s);
    padding.append({before, after});
    dilation.push_back(d);
  }
  double fanIn = 1;
  for (int64_t dim : ArrayRef(weight).drop_front())
    fanIn *= dim;
  Value bias = random.chance(50) ? floatConstant({outputs}, 0.3) : Value();
  add(snn::ConvOp::create(builder, loc, RankedTensorType::get(result, type),
                          input, floatConstant(weight, 2 / std::sqrt(fanIn)),
                          bias, stride, padding, dilation, groups,
                          /*channels_last=*/false, randomSumLaw(),
                          StringAttr()));
}

void NetworkGenerator::addPool() {
  Value input = pickWithRank(2, 3);
  RankedTensorType from = typeOf(input);
  auto kind =
      random.pick({snn::PoolKind::Sum, snn::PoolKind::Avg, snn::PoolKind::Max});
  Shape kernel, stride, padding, result{from.getShape().front()};
  for (int64_t size : from.getShape().drop_front()) {
    int64_t k, s, before, after, d;
    do
      result.push_back(randomWindow(random, size, k, s, before, after, d));
    while (d != 1 && (result.pop_back(), true));
    kernel.push_back(k);
    stride.push_back(s);
    padding.append({before, after});
  }
  Type element = from.getElementType();
  if (kind == snn::PoolKind::Avg)
    element = type;
  else if (kind == snn::PoolKind::Sum && element.isInteger(1))
    element = builder.getI32Type();
  add(snn::PoolOp::create(builder, loc, RankedTensorType::get(result, element),
                          kind, input, kernel, stride, padding,
                          /*channels_last=*/false));
}

/// A product of a signal and of another that is brought to the shape it needs.
void NetworkGenerator::addMatmul() {
  Value lhs = pickWithRank(2, 3);
  ArrayRef<int64_t> left = typeOf(lhs).getShape();
  Shape right(left), result(left);
  int64_t columns = random.pick<int64_t>({1, 3, 8, 17, 40});
  right[right.size() - 2] = left.back();
  right.back() = result.back() = columns;
  Value rhs = random.chance(15)
                  ? floatConstant(right, 1)
                  : convertTo(RankedTensorType::get(right, randomElement()));
  if (random.chance(40))
    lhs = toSpikes(lhs);
  bool hasFloat = typeOf(lhs).getElementType() == type ||
                  typeOf(rhs).getElementType() == type;
  Type element = hasFloat ? Type(type) : builder.getI32Type();
  add(snn::MatmulOp::create(builder, loc,
                            RankedTensorType::get(result, element), lhs, rhs));
}

Value NetworkGenerator::reduce(Value input) {
  RankedTensorType from = typeOf(input);
  auto kind = random.pick(
      {snn::ReduceKind::Sum, snn::ReduceKind::Mean, snn::ReduceKind::Max});
  SmallVector<int64_t> dims;
  for (int64_t dim = 0; dim < from.getRank(); ++dim)
    if (random.chance(50))
      dims.push_back(dim);
  Type element = from.getElementType();
  if (kind == snn::ReduceKind::Mean)
    element = type;
  else if (kind == snn::ReduceKind::Sum && element.isInteger(1))
    element = builder.getI32Type();
  return snn::ReduceOp::create(builder, loc,
                               snn::dropDims(from, dims).clone(element), kind,
                               input, dims);
}

/// A factor, or often an integer: of spikes that gives integers, or -0.0.
Value NetworkGenerator::factor(ArrayRef<int64_t> shape) {
  if (random.chance(50))
    return parameter(type, shape, -1, 1);
  double number = random.pick<double>({-1, -1, -0.0, 1, 1, 2, 3});
  return arith::ConstantOp::create(builder, loc, FloatAttr::get(type, number));
}

Value NetworkGenerator::norm(Value input) {
  RankedTensorType from = typeOf(input);
  return snn::NormOp::create(builder, loc, from.clone(type), input,
                             factor(from.getShape()), factor(from.getShape()));
}

/// A broadcast, a slice or a concatenation.
void NetworkGenerator::addMove() {
  Value input = pickSignal();
  RankedTensorType from = typeOf(input);
  Shape shape(from.getShape());
  switch (random.below(3)) {
  case 0: {
    SmallVector<int64_t> dims;
    for (unsigned i = 0, count = random.between(1, 2); i < count; ++i) {
      int64_t dim = random.below(shape.size() + 1);
      // Dimensions after it move on.
      for (int64_t &other : dims)
        other += other >= dim;
      shape.insert(shape.begin() + dim, random.between(1, 4));
      dims.push_back(dim);
    }
    llvm::sort(dims);
    add(snn::BroadcastOp::create(
        builder, loc, RankedTensorType::get(shape, from.getElementType()),
        input, dims));
    return;
  }
  case 1: {
    SmallVector<int64_t> offsets;
    for (int64_t &size : shape) {
      offsets.push_back(random.below(size));
      size = random.between(1, size - offsets.back());
    }
    add(snn::SliceOp::create(
        builder, loc, RankedTensorType::get(shape, from.getElementType()),
        input, offsets));
    return;
  }
  default: {
    if (shape.empty())
      return;
    int64_t dim = random.below(shape.size());
    SmallVector<Value> inputs{input};
    for (unsigned i = 0, count = random.between(0, 2); i < count; ++i) {
      Shape other(from.getShape());
      other[dim] = random.between(1, 5);
      inputs.push_back(
          convertTo(RankedTensorType::get(other, from.getElementType())));
      shape[dim] += other[dim];
    }
    add(snn::ConcatOp::create(
        builder, loc, RankedTensorType::get(shape, from.getElementType()),
        inputs, dim));
  }
  }
}

/// A constant as a signal.
void NetworkGenerator::addConstant() { add(floatConstant(randomShape(), 1)); }

/// A reduction over time, and perhaps some work on what it gives.
Value NetworkGenerator::addWindow() {
  Value input = pickSignal();
  RankedTensorType from = typeOf(input);
  auto kind = static_cast<snn::TimeReduceKind>(random.below(5));
  Type element = from.getElementType();
  if (kind == snn::TimeReduceKind::Mean)
    element = type;
  else if (kind == snn::TimeReduceKind::FirstSpike ||
           (kind == snn::TimeReduceKind::Sum && element.isInteger(1)))
    element = builder.getI32Type();
  Value value =
      snn::ReduceTimeOp::create(builder, loc, from.clone(element), kind, input);
  if (random.chance(30))
    value = norm(value);
  if (random.chance(30))
    value = reduce(value);
  if (random.chance(30))
    value = toShape(value, randomShape());
  if (random.chance(20))
    value = snn::AddOp::create(builder, loc, typeOf(value).clone(type),
                               ValueRange{value, value});
  return value;
}

void NetworkGenerator::addElementwise() {
  Value first = pickSignal();
  ArrayRef<int64_t> shape = typeOf(first).getShape();
  if (random.chance(20))
    return add(norm(first));
  if (random.chance(25)) {
    add(snn::ScaleOp::create(builder, loc, typeOf(first).clone(type), first,
                             factor(shape)));
    return;
  }
  // Signals of one shape, or some signal brought to it.
  SmallVector<Value> operands{first};
  for (unsigned i = 0, count = random.between(1, 3); i < count; ++i)
    operands.push_back(
        convertTo(RankedTensorType::get(shape, randomElement())));
  auto isBinary = [&](Value v) {
    return typeOf(v).getElementType().isInteger(1);
  };
  bool hasFloat = llvm::any_of(
      operands, [&](Value v) { return typeOf(v).getElementType() == type; });
  if (random.chance(30)) {
    operands.resize(2);
    hasFloat = typeOf(operands[0]).getElementType() == type ||
               typeOf(operands[1]).getElementType() == type;
    Type element = hasFloat ? Type(type) : builder.getI32Type();
    if (isBinary(operands[0]) && isBinary(operands[1]))
      element = builder.getI1Type();
    add(snn::MulOp::create(builder, loc, RankedTensorType::get(shape, element),
                           operands[0], operands[1]));
    return;
  }
  Type element =
      hasFloat || random.chance(30) ? Type(type) : builder.getI32Type();
  add(snn::AddOp::create(builder, loc, RankedTensorType::get(shape, element),
                         operands));
}

/// (Q K^T) V of spikes, perhaps scaled in between.
void NetworkGenerator::addAttention() {
  int64_t tokens = random.between(2, 20), channels = random.between(1, 6);
  Shape lead;
  if (random.chance(30))
    lead.push_back(random.between(1, 3));
  auto makeType = [&](int64_t rows, int64_t columns, Type element) {
    Shape shape(lead);
    shape.append({rows, columns});
    return RankedTensorType::get(shape, element);
  };
  auto spikes = makeType(tokens, channels, builder.getI1Type());
  Value q = convertTo(spikes), k = convertTo(spikes), v = convertTo(spikes);
  Shape permutation(llvm::to_vector(llvm::seq<int64_t>(0, lead.size() + 2)));
  std::swap(permutation[lead.size()], permutation[lead.size() + 1]);
  Value transposed = snn::TransposeOp::create(
      builder, loc, makeType(channels, tokens, builder.getI1Type()), k,
      permutation);
  Type i32 = builder.getI32Type(), element = i32;
  Value scores = snn::MatmulOp::create(
      builder, loc, makeType(tokens, tokens, i32), q, transposed);
  if (random.chance(50)) {
    element = type;
    Value unit = arith::ConstantOp::create(
        builder, loc,
        FloatAttr::get(type, random.pick({0.125, 0.5, 4.0, 0.3})));
    scores = snn::ScaleOp::create(builder, loc, makeType(tokens, tokens, type),
                                  scores, unit);
  }
  add(snn::MatmulOp::create(builder, loc, makeType(tokens, channels, element),
                            scores, v));
}

/// An op that does the same as another one.
void NetworkGenerator::addTwin() {
  Operation *op = pickSignal().getDefiningOp();
  if (!op || op->hasTrait<OpTrait::ConstantLike>())
    return;
  Operation *twin = builder.clone(*op);
  if (op->hasAttr("name"))
    twin->setAttr("name", builder.getStringAttr("p" + Twine(numNames++)));
  for (Value result : twin->getResults())
    add(result);
}

void NetworkGenerator::addShapeOp() {
  Value input = pickSignal();
  RankedTensorType from = typeOf(input);
  if (random.chance(50)) {
    SmallVector<int64_t> permutation;
    for (int64_t dim = 0; dim < from.getRank(); ++dim)
      permutation.insert(permutation.begin() + random.below(dim + 1), dim);
    Shape shape;
    for (int64_t dim : permutation)
      shape.push_back(from.getDimSize(dim));
    add(snn::TransposeOp::create(
        builder, loc, RankedTensorType::get(shape, from.getElementType()),
        input, permutation));
    return;
  }
  Shape shape{from.getNumElements()};
  while (random.chance(50) && shape.size() < 4)
    for (int64_t f : {2, 3, 5, 7})
      if (shape.back() % f == 0 && random.chance(50)) {
        shape.back() /= f;
        shape.insert(shape.begin(), f);
        break;
      }
  add(snn::ReshapeOp::create(
      builder, loc, RankedTensorType::get(shape, from.getElementType()),
      input));
}

SmallVector<int64_t> NetworkGenerator::randomSteps(int64_t elements,
                                                   bool allowZero) {
  int64_t least = allowZero ? 0 : 1;
  SmallVector<int64_t> steps;
  int64_t count = random.chance(60) ? 1 : elements;
  for (int64_t i = 0; i < count; ++i)
    steps.push_back(random.between(least, random.chance(80) ? 3 : 9));
  return steps;
}

static TypedAttr randomInitial(Random &random, RankedTensorType type) {
  if (random.chance(60))
    return nullptr;
  auto scalar = [&]() -> Attribute {
    if (isa<FloatType>(type.getElementType()))
      return FloatAttr::get(type.getElementType(), random.real(-1, 1));
    return IntegerAttr::get(type.getElementType(), random.below(2));
  };
  if (random.chance(50))
    return cast<TypedAttr>(scalar());
  SmallVector<Attribute> values;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    values.push_back(scalar());
  return DenseElementsAttr::get(type, values);
}

void NetworkGenerator::addDelay() {
  Value input = pickSignal();
  RankedTensorType signal = typeOf(input);
  add(snn::DelayOp::create(builder, loc, signal, input,
                           randomSteps(signal.getNumElements(), true),
                           randomInitial(random, signal),
                           /*implicit=*/false));
}

/// A delay that will close a cycle.
void NetworkGenerator::addFeedback() {
  auto signal = RankedTensorType::get(randomShape(), randomElement());
  Value placeholder = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(builder.getZeroAttr(signal)));
  auto delay = snn::DelayOp::create(builder, loc, signal, placeholder,
                                    randomSteps(signal.getNumElements(), false),
                                    randomInitial(random, signal),
                                    /*implicit=*/random.chance(30));
  open.push_back(delay);
  add(delay);
}

void NetworkGenerator::addNeuron() {
  auto kind = static_cast<snn::NeuronKind>(random.below(7));
  const snn::NeuronKindInfo &info = snn::getNeuronKindInfo(kind);
  Value input = toReal(pickSignal());
  RankedTensorType signal = typeOf(input);
  auto scheme = random.pick(info.schemes);
  bool isExact = scheme == snn::Scheme::Exact;
  auto reset = static_cast<snn::Reset>(random.below(3));
  bool resetDelay = random.chance(25);
  bool isMulti =
      random.chance(25) && info.resets && kind != snn::NeuronKind::Threshold;
  if (isExact && reset == snn::Reset::None)
    reset = snn::Reset::Zero;
  if (isExact || isMulti)
    resetDelay = false;
  if (isMulti)
    reset = snn::Reset::Subtract;
  if (!info.resets)
    reset = snn::Reset::None;

  // dt is 1e-4.
  SmallVector<Value> params;
  SmallVector<StringRef> names;
  for (StringRef name : info.params) {
    names.push_back(name);
    double low = 0.2, high = 1.5;
    if (name.starts_with("tau")) {
      low = 1e-4;
      high = 2e-3;
    } else if (name == "v_leak" || name == "v_reset") {
      low = -0.3;
      high = 0.1;
    } else if (name == "r" &&
               (kind == snn::NeuronKind::IF ||
                kind == snn::NeuronKind::Integrator) &&
               scheme != snn::Scheme::PerStep) {
      low = 1e3;
      high = 1.5e4;
    } else if (name == "v_threshold") {
      low = 0.3;
    }
    // Often 0 or 1, which the laws leave out.
    if (random.chance(30) && !name.starts_with("tau") && high < 2) {
      bool isOne = name == "r" || name == "w_in" || name == "v_threshold";
      params.push_back(arith::ConstantOp::create(
          builder, loc,
          cast<TypedAttr>(
              FloatAttr::get(builder.getF64Type(), isOne ? 1.0 : 0.0))));
      continue;
    }
    params.push_back(
        parameter(builder.getF64Type(), signal.getShape(), low, high));
  }
  SmallVector<StringRef> exposed;
  for (StringRef stateName : info.states)
    if (random.chance(30))
      exposed.push_back(stateName);
  Type element =
      info.spikes ? (isMulti ? Type(builder.getI32Type()) : builder.getI1Type())
                  : Type(type);
  SmallVector<Type> types{signal.clone(element)};
  types.append(exposed.size(), signal);
  bool hasResidualReset = random.chance(30) && reset == snn::Reset::Subtract &&
                          !isMulti && !resetDelay && !isExact;
  bool hasVMin = random.chance(20) && !isExact;
  auto neuron = snn::NeuronOp::create(
      builder, loc, types, kind, ("n" + Twine(numNames++)).str(), input, params,
      builder.getStrArrayAttr(names), scheme, reset,
      isExact && info.resets
          ? snn::Compare::GT
          : random.pick({snn::Compare::GT, snn::Compare::GE}),
      isMulti ? snn::Spikes::Multi : snn::Spikes::Single, resetDelay,
      hasResidualReset, hasVMin ? builder.getF64FloatAttr(-0.5) : FloatAttr(),
      random.chance(15), builder.getStrArrayAttr(exposed));
  for (Value result : neuron.getResults())
    add(result);
}

void NetworkGenerator::addPopulation() {
  if (models.size() < 2 || random.chance(40))
    models.push_back((random.chance(30) ? generateAccumulator : generateLaw)(
        module, random, type, ("law" + Twine(models.size())).str()));
  snn::NeuronModelOp model = random.pick(ArrayRef<snn::NeuronModelOp>(models));
  Shape shape = random.chance(70) ? Shape(typeOf(pickSignal()).getShape())
                                  : randomShape();
  SmallVector<Value> inputs, params;
  for (BlockArgument input : model.getInputs()) {
    // Counts of a unit, or anything.
    if (input.getType() == type && random.chance(30)) {
      Type element = random.pick<Type>(
          {builder.getI1Type(), builder.getI1Type(), builder.getI32Type()});
      Value unit = arith::ConstantOp::create(
          builder, loc,
          FloatAttr::get(type, random.pick({0.125, 0.5, 2.0, 0.3})));
      auto to = RankedTensorType::get(shape, type);
      inputs.push_back(snn::ScaleOp::create(
          builder, loc, to, convertTo(to.clone(element)), unit));
      continue;
    }
    inputs.push_back(convertTo(RankedTensorType::get(shape, input.getType())));
  }
  for (BlockArgument param : model.getParams())
    params.push_back(parameter(param.getType(), shape, -1, 1));
  SmallVector<Attribute> exposed;
  SmallVector<Type> types;
  for (unsigned i = 0; i < model.getNumOutputs(); ++i)
    types.push_back(RankedTensorType::get(shape, model.getOutputType(i)));
  for (auto [name, state] : llvm::zip(model.getStateNames(), model.getStates()))
    if (random.chance(30)) {
      exposed.push_back(name);
      types.push_back(RankedTensorType::get(shape, state.getType()));
    }
  auto population = snn::PopulationOp::create(
      builder, loc, types, FlatSymbolRefAttr::get(model.getSymNameAttr()),
      builder.getStringAttr("p" + Twine(numNames++)), inputs, params,
      builder.getArrayAttr(exposed));
  for (Value result : population.getResults())
    add(result);
}

void NetworkGenerator::addOp() {
  uint64_t kind = random.below(100);
  if (kind < 15)
    addDense();
  else if (kind < 26)
    addConv();
  else if (kind < 32)
    addPool();
  else if (kind < 36)
    addMatmul();
  else if (kind < 38)
    addAttention();
  else if (kind < 41)
    add(reduce(pickSignal()));
  else if (kind < 53)
    addElementwise();
  else if (kind < 58)
    addShapeOp();
  else if (kind < 62)
    addMove();
  else if (kind < 63)
    addConstant();
  else if (kind < 71)
    addDelay();
  else if (kind < 87)
    addNeuron();
  else if (kind < 97)
    addPopulation();
  else
    addTwin();
}

OwningOpRef<ModuleOp> NetworkGenerator::run() {
  builder.getContext()
      ->loadDialect<snn::SNNDialect, arith::ArithDialect, math::MathDialect,
                    scf::SCFDialect>();
  OwningOpRef<ModuleOp> owner(ModuleOp::create(loc));
  module = *owner;
  builder.setInsertionPointToEnd(module.getBody());

  SmallVector<Type> inputTypes;
  SmallVector<StringRef> inputNames, outputNames;
  SmallVector<bool> staticInputs;
  static const StringRef names[] = {"a", "b c", "c.d", "d", "e"};
  for (unsigned i = 0, count = random.between(1, 3); i < count; ++i) {
    inputTypes.push_back(RankedTensorType::get(randomShape(), randomElement()));
    inputNames.push_back(names[i]);
    staticInputs.push_back(random.chance(20));
  }
  if (!llvm::is_contained(staticInputs, true))
    staticInputs.clear();
  auto network = snn::NetworkOp::create(
      builder, loc, builder.getStringAttr("fuzz"),
      builder.getStrArrayAttr(inputNames), builder.getStrArrayAttr({}),
      builder.getF64FloatAttr(1e-4),
      builder.getDenseBoolArrayAttr(staticInputs));
  Block &body = network.getBody().emplaceBlock();
  for (Type inputType : inputTypes)
    signals.push_back(body.addArgument(inputType, loc));
  builder.setInsertionPointToStart(&body);

  for (unsigned i = 0, count = random.below(4); i < count; ++i)
    addFeedback();
  for (unsigned i = 0, count = random.between(2, 14); i < count; ++i)
    addOp();
  for (snn::DelayOp delay : open) {
    Operation *placeholder = delay.getInput().getDefiningOp();
    Value value = convertTo(delay.getType());
    delay.getInputMutable().assign(value);
    if (placeholder->use_empty())
      placeholder->erase();
  }
  SmallVector<Value> outputs;
  for (unsigned i = 0, count = random.between(1, 3); i < count; ++i) {
    // The last values depend on most of the others.
    size_t recent = std::min<size_t>(signals.size(), 6);
    outputs.push_back(random.chance(70)
                          ? signals[signals.size() - 1 - random.below(recent)]
                          : pickSignal());
    outputNames.push_back(names[i]);
  }
  for (unsigned i = 0, count = random.chance(40) ? random.between(1, 2) : 0;
       i < count; ++i) {
    outputNames.push_back(names[outputs.size()]);
    outputs.push_back(addWindow());
  }
  network.setOutputNamesAttr(builder.getStrArrayAttr(outputNames));
  snn::OutputOp::create(builder, loc, outputs);
  return owner;
}

OwningOpRef<ModuleOp> volley::fuzz::generateNetwork(MLIRContext *context,
                                                    Random &random) {
  return NetworkGenerator(context, random).run();
}
