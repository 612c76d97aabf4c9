// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/EquivalenceClasses.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNASSIGNLAYOUT
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct AssignLayout : volley::snn::impl::SNNAssignLayoutBase<AssignLayout> {
  void runOnOperation() override;

private:
  void collectClasses(Block &body);
  bool isChannelsLast(Value value) const {
    return marked.contains(classes.getLeaderValue(value));
  }
  void rewrite(Operation *op);
  Value permuteConstant(Value constant, RankedTensorType signal);

  /// Values that share a layout.
  llvm::EquivalenceClasses<Value> classes;
  /// Leaders of the classes that are channels last.
  llvm::DenseSet<Value> marked;
  /// By constant and rank of the signal.
  DenseMap<std::pair<Value, int64_t>, Value> permuted;
};
} // namespace

static bool hasChannels(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() >= 2;
}

/// Ops that act on elements wherever they are.
static bool isLayoutAgnostic(Operation *op) {
  return isa<AddOp, MulOp, ScaleOp, NormOp, PopulationOp, DelayOp,
             ReduceTimeOp>(op);
}

/// Ops that want their channels last and do not have them there.
static bool isWindowed(Operation *op) {
  return isa<ConvOp, PoolOp>(op) && !op->hasAttr("channels_last");
}

/// [1, 2, .., 0] moves the channels to the end, [n, 0, 1, ..] moves them back.
static SmallVector<int64_t> getPermutation(int64_t rank, bool toLast) {
  SmallVector<int64_t> permutation;
  for (int64_t dim = 0; dim < rank; ++dim)
    permutation.push_back(toLast ? (dim + 1) % rank : (dim + rank - 1) % rank);
  return permutation;
}

static RankedTensorType permute(RankedTensorType type, bool toLast) {
  SmallVector<int64_t> shape;
  for (int64_t dim : getPermutation(type.getRank(), toLast))
    shape.push_back(type.getDimSize(dim));
  return RankedTensorType::get(shape, type.getElementType());
}

static Value createTranspose(OpBuilder &builder, Value value, bool toLast) {
  auto type = cast<RankedTensorType>(value.getType());
  return TransposeOp::create(builder, value.getLoc(), permute(type, toLast),
                             value, getPermutation(type.getRank(), toLast));
}

/// Signals that an op reads or writes; constants are permuted where they are
/// used.
static SmallVector<Value> getSignals(Operation *op) {
  SmallVector<Value> signals(op->getResults());
  for (Value operand : op->getOperands())
    if (!isConstant(operand))
      signals.push_back(operand);
  return signals;
}

void AssignLayout::collectClasses(Block &body) {
  for (Operation &op : body) {
    for (Value result : op.getResults())
      classes.insert(result);
    if (!isLayoutAgnostic(&op))
      continue;
    SmallVector<Value> signals = getSignals(&op);
    for (Value signal : signals)
      classes.unionSets(signals.front(), signal);
  }
  for (BlockArgument arg : body.getArguments())
    classes.insert(arg);
  for (Operation &op : body)
    if (isWindowed(&op))
      for (Value signal : getSignals(&op))
        marked.insert(classes.getLeaderValue(signal));
}

/// The elements of a broadcast array, permuted with the signal it goes with.
static std::vector<int64_t> getPermutedOrder(ArrayRef<int64_t> shape) {
  // Channels first to channels last: [c][rest] to [rest][c].
  int64_t channels = shape.front(), rest = 1;
  for (int64_t dim : shape.drop_front())
    rest *= dim;
  std::vector<int64_t> order;
  for (int64_t i = 0; i < rest; ++i)
    for (int64_t c = 0; c < channels; ++c)
      order.push_back(c * rest + i);
  return order;
}

template <typename T>
static TypedAttr permuteElements(const ConstantView &view,
                                 RankedTensorType type,
                                 ArrayRef<int64_t> order) {
  std::vector<T> values;
  for (int64_t index : order)
    values.push_back(static_cast<T>(view.getDouble(index)));
  return makeFloatArray(type, "permuted", ArrayRef(values));
}

/// The elements of a constant in another order, as a constant of type `target`.
static TypedAttr permuteAttr(const ConstantView &view, RankedTensorType target,
                             ArrayRef<int64_t> order) {
  Type element = view.getElementType();
  if (view.isUniform()) {
    Attribute value =
        isa<FloatType>(element)
            ? Attribute(FloatAttr::get(element, view.getDouble(0)))
            : IntegerAttr::get(element, view.getInteger(0));
    return DenseElementsAttr::get(target, value);
  }
  if (element.isF32())
    return permuteElements<float>(view, target, order);
  if (element.isF64())
    return permuteElements<double>(view, target, order);
  SmallVector<APInt> values;
  for (int64_t index : order)
    values.push_back(APInt(element.getIntOrFloatBitWidth(),
                           view.getInteger(index), /*isSigned=*/true,
                           /*implicitTrunc=*/true));
  return DenseElementsAttr::get(target, values);
}

/// A parameter or factor for a signal whose channels move to the end.
Value AssignLayout::permuteConstant(Value constant, RankedTensorType signal) {
  auto type = dyn_cast<RankedTensorType>(constant.getType());
  if (!type)
    return constant;
  Value &result = permuted[{constant, signal.getRank()}];
  if (result)
    return result;
  SmallVector<int64_t> shape(type.getShape());
  shape.resize(signal.getRank(), 1);
  auto full = RankedTensorType::get(shape, type.getElementType());
  RankedTensorType target = permute(full, /*toLast=*/true);

  TypedAttr attr = permuteAttr(*ConstantView::get(constant), target,
                               getPermutedOrder(shape));
  OpBuilder builder(constant.getDefiningOp());
  return result = arith::ConstantOp::create(builder, constant.getLoc(), attr);
}

void AssignLayout::rewrite(Operation *op) {
  auto signal = cast<RankedTensorType>(op->getResult(0).getType());
  for (OpOperand &operand : op->getOpOperands()) {
    bool isWeight = isWindowed(op) && operand.getOperandNumber() > 0;
    if (isConstant(operand.get()) && !isWeight)
      operand.set(permuteConstant(
          operand.get(), isWindowed(op)
                             ? cast<RankedTensorType>(operand.get().getType())
                             : signal));
  }
  if (auto delay = dyn_cast<DelayOp>(op)) {
    std::vector<int64_t> order = getPermutedOrder(signal.getShape());
    if (delay.getSteps().size() > 1) {
      SmallVector<int64_t> steps;
      for (int64_t index : order)
        steps.push_back(delay.getSteps()[index]);
      delay.setSteps(steps);
    }
    auto initial = delay.getInitialAttr();
    if (initial && isa<RankedTensorType>(initial.getType()))
      delay.setInitialAttr(permuteAttr(*ConstantView::get(initial),
                                       permute(signal, /*toLast=*/true),
                                       order));
  } else if (isWindowed(op)) {
    op->setAttr("channels_last", UnitAttr::get(op->getContext()));
  }
  for (Value result : op->getResults())
    result.setType(
        permute(cast<RankedTensorType>(result.getType()), /*toLast=*/true));
}

/// The same elements in another shape; null if `attr` cannot be viewed so.
static TypedAttr reshapeAttr(Attribute attr, RankedTensorType type) {
  if (auto dense = dyn_cast<DenseElementsAttr>(attr))
    return dense.reshape(type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return {};
}

/// A convolution of single positions is a product with one weight for all of
/// them, of the same terms in the same order; and products have more kernels.
static void makeProduct(ConvOp conv) {
  ConvShape s = conv.getShape();
  if (s.groups != 1 || s.kernelHeight * s.kernelWidth != 1 ||
      s.strideHeight * s.strideWidth != 1 || s.outHeight != s.inHeight ||
      s.outWidth != s.inWidth)
    return;
  auto type = conv.getWeight().getType();
  auto constant = conv.getWeight().getDefiningOp<arith::ConstantOp>();
  TypedAttr attr = reshapeAttr(
      constant.getValue(), RankedTensorType::get({s.outChannels, s.inChannels},
                                                 type.getElementType()));
  if (!attr)
    return;
  OpBuilder builder(conv);
  Value weight = arith::ConstantOp::create(builder, constant.getLoc(), attr);
  auto dense = DenseOp::create(builder, conv.getLoc(), conv.getType(),
                               conv.getInput(), weight, conv.getBias(),
                               conv.getSum(), conv.getKernelAttr());
  dense->setDiscardableAttrs(conv->getDiscardableAttrDictionary());
  conv.replaceAllUsesWith(dense.getResult());
  conv.erase();
}

void AssignLayout::runOnOperation() {
  classes = {};
  marked.clear();
  permuted.clear();
  Block &body = getOperation().getBodyBlock();
  collectClasses(body);
  if (marked.empty())
    return;

  llvm::DenseSet<Operation *> windowed;
  for (Operation &op : body)
    if (isWindowed(&op))
      windowed.insert(&op);
  auto isInside = [&](Operation *op) {
    return isLayoutAgnostic(op) || windowed.contains(op);
  };
  // Every edge between an op of a channels-last class and any other.
  SmallVector<Operation *> ops;
  SmallVector<Value> values(body.getArguments());
  for (Operation &op : body) {
    ops.push_back(&op);
    llvm::append_range(values, op.getResults());
  }
  llvm::DenseSet<Operation *> toRewrite;
  struct Crossing {
    Value value;
    bool toLast;
  };
  SmallVector<Crossing> crossings;
  for (Value value : values) {
    if (!hasChannels(value) || !isChannelsLast(value))
      continue;
    Operation *def = value.getDefiningOp();
    bool definedInside = def && isInside(def);
    if (definedInside)
      toRewrite.insert(def);
    crossings.push_back({value, !definedInside});
  }
  for (Operation *op : ops)
    if (toRewrite.contains(op))
      rewrite(op);
  for (Crossing crossing : crossings) {
    Value transposed;
    for (OpOperand &use :
         llvm::make_early_inc_range(crossing.value.getUses())) {
      Operation *user = use.getOwner();
      bool usedInside = isInside(user) && (!windowed.contains(user) ||
                                           use.getOperandNumber() == 0);
      if (usedInside == !crossing.toLast)
        continue;
      if (isa<TransposeOp>(user) && transposed &&
          user == transposed.getDefiningOp())
        continue;
      if (!transposed) {
        OpBuilder builder(&getContext());
        builder.setInsertionPointAfterValue(crossing.value);
        transposed = createTranspose(builder, crossing.value, crossing.toLast);
      }
      use.set(transposed);
    }
  }
  for (auto conv : llvm::make_early_inc_range(body.getOps<ConvOp>()))
    makeProduct(conv);
}
