// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ModelTable.h"
#include "volley/Analysis/Ranges.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"
#include "volley/Support/ExactSum.h"
#include "volley/Support/IntegerRow.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNEXPANDEXACTSUMS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley;
using namespace volley::snn;

namespace {
struct ExpandExactSums
    : volley::snn::impl::SNNExpandExactSumsBase<ExpandExactSums> {
  using SNNExpandExactSumsBase::SNNExpandExactSumsBase;
  void runOnOperation() override;
};

/// The weights of an op as integers, and what their sums are multiplied by.
struct Quantized {
  std::vector<double> weights;
  std::vector<float> scales;
};
} // namespace

static Quantized quantize(Operation *op) {
  ConstantView view = *ConstantView::get(op->getOperand(1));
  int64_t count = view.getNumElements();
  int64_t terms = cast<SynapticOpInterface>(op).getFanIn();
  Quantized result;
  result.weights.resize(count);
  ArrayRef<float> raw = view.getRaw<float>();
  auto get = [&](int64_t i) {
    return raw.empty() ? static_cast<float>(view.getDouble(i)) : raw[i];
  };
  for (int64_t row = 0; row < count; row += terms) {
    int exponent = getExactExponent(get, row, terms);
    for (int64_t i = row; i < row + terms; ++i)
      result.weights[i] = static_cast<double>(quantizeExact(get(i), exponent));
    result.scales.push_back(std::ldexp(1.0f, -exponent));
  }
  return result;
}

/// The shape in which one number per output broadcasts over the result.
static SmallVector<int64_t> getOutputShape(Operation *op) {
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<int64_t> shape(result.getRank(), 1);
  if (auto conv = dyn_cast<ConvOp>(op)) {
    size_t channel = conv.getChannelsLast() ? shape.size() - 1 : 0;
    shape[channel] = result.getDimSize(channel);
  } else if (cast<DenseOp>(op).isShared()) {
    shape.back() = result.getShape().back();
  } else {
    shape.assign(result.getShape().begin(), result.getShape().end());
  }
  return shape;
}

/// y = scale f32(sum) + bias: what is left of the law behind the sum.
static OwningOpRef<NeuronModelOp> makeLaw(OpBuilder &builder, Location loc) {
  Type f32 = builder.getF32Type(), f64 = builder.getF64Type();
  ModelParts parts;
  parts.inputNames = {builder.getStringAttr("sum")};
  parts.paramNames = {builder.getStringAttr("scale"),
                      builder.getStringAttr("bias")};
  parts.outputNames = {builder.getStringAttr("output")};
  parts.outputTypes = {f32};
  OwningOpRef<NeuronModelOp> model = createModel(loc, "exact", parts);
  Block &body = model->getBodyBlock();
  Value sum = body.addArgument(f64, loc), scale = body.addArgument(f32, loc),
        bias = body.addArgument(f32, loc);
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  Value y = arith::TruncFOp::create(inner, loc, f32, sum);
  y = arith::MulFOp::create(inner, loc, y, scale);
  y = arith::AddFOp::create(inner, loc, y, bias);
  NextOp::create(inner, loc, ValueRange(), y);
  return model;
}

/// A bias of -0.0 counts as +0.0, as does one that is absent.
static Value makeBias(OpBuilder &builder, Location loc, Value bias,
                      ArrayRef<int64_t> shape) {
  auto f32 = builder.getF32Type();
  std::optional<ConstantView> view;
  if (bias)
    view = ConstantView::get(bias);
  if (!view || view->isUniform()) {
    double number = view ? view->getDouble(0) : 0;
    return arith::ConstantOp::create(
        builder, loc, builder.getFloatAttr(f32, number == 0 ? 0.0 : number));
  }
  std::vector<float> values(view->getNumElements());
  for (auto [index, value] : llvm::enumerate(values)) {
    float number = static_cast<float>(view->getDouble(index));
    value = number == 0 ? 0.0f : number;
  }
  return arith::ConstantOp::create(
      builder, loc,
      makeFloatArray(RankedTensorType::get(shape, f32), "exact_bias",
                     ArrayRef(values)));
}

static void expand(Operation *op, ModelTable &models) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  Type f64 = builder.getF64Type();
  Value input = op->getOperand(0);
  // A float that holds integers: without this, the input's type is the sum's.
  if (auto type = cast<RankedTensorType>(input.getType());
      type.getElementType().isF32()) {
    ModelParts parts;
    parts.inputNames = {builder.getStringAttr("x")};
    parts.outputNames = {builder.getStringAttr("output")};
    parts.outputTypes = {f64};
    OwningOpRef<NeuronModelOp> model = createModel(loc, "to_f64", parts);
    Value x = model->getBodyBlock().addArgument(builder.getF32Type(), loc);
    OpBuilder inner = OpBuilder::atBlockEnd(&model->getBodyBlock());
    Value wide = arith::ExtFOp::create(inner, loc, f64, x);
    NextOp::create(inner, loc, ValueRange(), wide);
    input = PopulationOp::create(builder, loc, TypeRange{type.clone(f64)},
                                 models.insert(std::move(model)),
                                 builder.getStringAttr(""), input, ValueRange(),
                                 builder.getArrayAttr({}))
                .getResult(0);
  }
  Quantized quantized = quantize(op);
  auto type = cast<RankedTensorType>(op->getOperand(1).getType()).clone(f64);
  Value weight = arith::ConstantOp::create(
      builder, loc, makeFloatArray(type, "exact", ArrayRef(quantized.weights)));
  Value bias = op->getNumOperands() > 2 ? op->getOperand(2) : Value();
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  Value sum;
  if (auto dense = dyn_cast<DenseOp>(op)) {
    sum = DenseOp::create(builder, loc, result.clone(f64), input, weight,
                          Value(), SumLaw::Ascending, StringAttr());
  } else {
    auto conv = cast<ConvOp>(op);
    sum =
        ConvOp::create(builder, loc, result.clone(f64), input, weight, Value(),
                       conv.getStride(), conv.getPadding(), conv.getDilation(),
                       conv.getGroups(), conv.getChannelsLast(),
                       SumLaw::Ascending, StringAttr());
  }
  SmallVector<int64_t> shape = getOutputShape(op);
  Value scale = arith::ConstantOp::create(
      builder, loc,
      makeFloatArray(RankedTensorType::get(shape, builder.getF32Type()),
                     "exact_scale", ArrayRef(quantized.scales)));
  auto population = PopulationOp::create(
      builder, loc, TypeRange{result}, models.insert(makeLaw(builder, loc)),
      builder.getStringAttr(""), sum,
      ValueRange{scale, makeBias(builder, loc, bias, shape)},
      builder.getArrayAttr({}));
  op->replaceAllUsesWith(population);
  op->erase();
}

/// Whether the target has kernels for a sum. Without a matrix unit, events in
/// f64 are faster than three digits of all inputs, unless most are there.
static bool hasKernel(Operation *op, StringRef bytes) {
  std::optional<IntegerSums> sums = getIntegerSums(op);
  return sums && (sums->bits <= 32 || (bytes == "tiles" && hasOneGroup(op)));
}

/// The bits, with its sign, of the largest sum that there may be.
static int countBits(Operation *op, Range input) {
  ConstantView view = *ConstantView::get(op->getOperand(1));
  int64_t terms = cast<SynapticOpInterface>(op).getFanIn();
  auto read = [&](int64_t i) { return static_cast<float>(view.getDouble(i)); };
  double low = std::min<int64_t>(input.low, 0),
         high = std::max<int64_t>(input.high, 0), largest = 1;
  for (int64_t first = 0; first < view.getNumElements(); first += terms) {
    IntegerRow row(read, first, terms);
    double positive = row.positive, negative = row.negative;
    largest = std::max({largest, positive * high + negative * low,
                        -(positive * low + negative * high)});
  }
  return std::ilogb(largest) + 2;
}

/// Doubles take longer: says so, and why.
static void report(Operation *op, const Ranges &ranges) {
  auto report = remark::missed(
      op->getLoc(),
      remark::RemarkOpts::name("sum").category("snn-expand-exact-sums"));
  if (!report)
    return;
  const char *reason =
      getIntegerSums(op)
          ? "those of more than 32 bits need a matrix unit, and one group"
          : "its input may be no count up to 255, or it has too many terms";
  report << remark::add("the sum is of f64: {0}", reason);
  if (std::optional<Range> input = ranges.find(op->getOperand(0)))
    report << remark::metric("bits of a sum", countBits(op, *input));
}

void ExpandExactSums::runOnOperation() {
  SmallVector<Operation *> ops;
  for (auto network : getOperation().getOps<NetworkOp>()) {
    size_t first = ops.size();
    for (Operation &op : network.getBodyBlock())
      if (hasExactSum(&op) && !hasKernel(&op, bytes))
        ops.push_back(&op);
    if (ops.size() == first)
      continue;
    Ranges ranges(network);
    for (Operation *op : ArrayRef(ops).drop_front(first))
      report(op, ranges);
  }
  ModelTable models(getOperation());
  for (Operation *op : ops)
    expand(op, models);
}
