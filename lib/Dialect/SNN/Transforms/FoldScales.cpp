// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ModelTable.h"
#include "volley/Analysis/Ranges.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include <cmath>

namespace volley::snn {
#define GEN_PASS_DEF_SNNFOLDSCALES
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley;
using namespace volley::snn;

namespace {
struct FoldScales : volley::snn::impl::SNNFoldScalesBase<FoldScales> {
  void runOnOperation() override;
};
} // namespace

static bool isFloat(Type type) { return isa<FloatType>(type); }

//===----------------------------------------------------------------------===//
// Which values of a law are measured in the unit of an input
//===----------------------------------------------------------------------===//

namespace {
/// Divides the values of a law into those that are c times as large if an input
/// is, and those that are not.
class Units {
public:
  Units(NeuronModelOp model, unsigned input) : model(model) {
    add(nullptr); // kPlain
    add(nullptr); // kScaled
    collect();
    unify(getNode(model.getInputs()[input]), kScaled);
    for (auto [index, arg] : llvm::enumerate(model.getInputs()))
      if (index != input && isFloat(arg.getType()))
        unify(getNode(arg), kPlain);
  }

  /// What speaks against scaling; empty if nothing does.
  StringRef check();
  bool isScaled(Value value) {
    return isFloat(value.getType()) && find(getNode(value)) == find(kScaled);
  }
  /// Constants are of either unit at every use.
  bool isScaled(OpOperand &use) {
    return isFloat(use.get().getType()) && find(getNode(use)) == find(kScaled);
  }

private:
  static constexpr unsigned kPlain = 0, kScaled = 1;

  void collect();
  void collect(Operation *op);
  unsigned add(void *key) {
    parents.push_back(parents.size());
    if (key)
      nodes[key] = parents.back();
    return parents.back();
  }
  unsigned getNode(Value value) {
    auto it = nodes.find(value.getAsOpaquePointer());
    return it == nodes.end() ? add(value.getAsOpaquePointer()) : it->second;
  }
  unsigned getNode(OpOperand &use) {
    if (!matchPattern(use.get(), m_Constant()))
      return getNode(use.get());
    auto it = nodes.find(&use);
    return it == nodes.end() ? add(&use) : it->second;
  }
  unsigned find(unsigned node) {
    while (parents[node] != node)
      node = parents[node] = parents[parents[node]];
    return node;
  }
  void unify(unsigned a, unsigned b) { parents[find(a)] = find(b); }

  NeuronModelOp model;
  SmallVector<unsigned> parents;
  llvm::DenseMap<void *, unsigned> nodes;
  bool hasRegions = false;
};
} // namespace

/// True for a spike as a float: 0 or 1.
static bool isSpike(Value value) {
  if (auto from = value.getDefiningOp<arith::UIToFPOp>())
    return from.getIn().getType().isInteger(1);
  auto select = value.getDefiningOp<arith::SelectOp>();
  return select && matchPattern(select.getTrueValue(), m_OneFloat()) &&
         matchPattern(select.getFalseValue(), m_AnyZeroFloat());
}

void Units::collect() {
  for (Operation &op : model.getBodyBlock())
    collect(&op);
}

void Units::collect(Operation *op) {
  hasRegions |= op->getNumRegions() > 0;
  // Sums, choices and comparisons have one unit.
  auto unifyAll = [&](ArrayRef<unsigned> operands) {
    unsigned first = getNode(op->getOpOperand(operands.front()));
    for (unsigned index : operands)
      unify(first, getNode(op->getOpOperand(index)));
    if (isFloat(op->getResult(0).getType()))
      unify(first, getNode(op->getResult(0)));
  };
  if (op->hasTrait<OpTrait::ConstantLike>())
    return;
  if (isa<arith::AddFOp, arith::SubFOp, arith::CmpFOp>(op))
    return unifyAll({0, 1});
  if (isa<arith::NegFOp, math::AbsFOp>(op))
    return unifyAll({0});
  if (isa<arith::SelectOp>(op) && isFloat(op->getResult(0).getType()))
    return unifyAll({1, 2});
  // A product with a spike is something or nothing.
  if (isa<arith::MulFOp, math::FmaOp>(op))
    for (unsigned spike : {0, 1})
      if (isSpike(op->getOperand(spike))) {
        unify(getNode(op->getOpOperand(spike)), kPlain);
        if (isa<math::FmaOp>(op))
          return unifyAll({1 - spike, 2});
        return unifyAll({1 - spike});
      }
  if (auto next = dyn_cast<NextOp>(op)) {
    for (auto [state, operand] :
         llvm::zip(model.getStates(), next.getStatesMutable()))
      if (isFloat(state.getType()))
        unify(getNode(state), getNode(operand));
    for (OpOperand &output : next.getOutputsMutable())
      if (isFloat(output.get().getType()))
        unify(getNode(output), kPlain);
    return;
  }
  // Anything else is of no unit.
  for (OpOperand &operand : op->getOpOperands())
    if (isFloat(operand.get().getType()))
      unify(getNode(operand), kPlain);
  for (Value result : op->getResults())
    if (isFloat(result.getType()))
      unify(getNode(result), kPlain);
}

StringRef Units::check() {
  if (hasRegions)
    return "the law has branches";
  if (find(kPlain) == find(kScaled))
    return "the law rounds: it does more than add, compare and choose";
  // No state may grow faster than by sums of inputs: |next| <= |state| + ...
  llvm::DenseMap<Value, unsigned> weights;
  for (Value state : model.getStates())
    weights[state] = 1;
  for (Operation &op : model.getBodyBlock()) {
    if (op.getNumResults() != 1 || !isScaled(op.getResult(0)))
      continue;
    unsigned weight = 0;
    for (Value operand : op.getOperands()) {
      unsigned next = weights.lookup(operand);
      weight =
          isa<arith::SelectOp>(op) ? std::max(weight, next) : weight + next;
    }
    weights[op.getResult(0)] = weight;
  }
  for (Value next : model.getNextOp().getStates())
    if (weights.lookup(next) > 1)
      return "a state may grow without bound";
  return "";
}

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

/// True if a number in the unit of the input can be given in the new one, far
/// from the limits of f32 both times.
static bool isDivisible(double number) {
  double magnitude = std::fabs(number);
  return number == 0 || (magnitude > 0x1p-64 && magnitude < 0x1p64);
}

static bool isDivisible(const ConstantView &view) {
  for (int64_t i = 0, e = view.isUniform() ? 1 : view.getNumElements(); i < e;
       ++i)
    if (!isDivisible(view.getDouble(i)))
      return false;
  return true;
}

/// A constant divided by c.
static TypedAttr divide(const ConstantView &view, Type type, double c) {
  if (!isa<RankedTensorType>(type))
    return FloatAttr::get(type, view.getDouble(0) / c);
  auto tensor = cast<RankedTensorType>(type);
  if (view.isUniform())
    return DenseElementsAttr::get(
        tensor, Attribute(FloatAttr::get(tensor.getElementType(),
                                         view.getDouble(0) / c)));
  auto make = [&](auto zero) -> TypedAttr {
    std::vector<decltype(zero)> values(view.getNumElements());
    for (auto [index, value] : llvm::enumerate(values))
      value = static_cast<decltype(zero)>(view.getDouble(index) / c);
    return makeFloatArray(tensor, "scaled", ArrayRef(values));
  };
  return tensor.getElementType().isF64() ? make(double()) : make(float());
}

/// The law that takes the input without its scale, and as it comes.
static OwningOpRef<NeuronModelOp> rescale(NeuronModelOp model, Units &units,
                                          unsigned input, Type from, double c) {
  OwningOpRef<NeuronModelOp> result(model.clone());
  result->setSymVisibilityAttr(StringAttr::get(model.getContext(), "private"));
  Location loc = model.getLoc();
  SmallVector<Attribute> initials(model.getStateInitials().begin(),
                                  model.getStateInitials().end());
  for (auto [state, initial] : llvm::zip(model.getStates(), initials))
    if (units.isScaled(state))
      initial = divide(*ConstantView::get(initial), state.getType(), c);
  result->setStateInitialsAttr(ArrayAttr::get(model.getContext(), initials));
  // Both bodies have the same ops in the same order.
  for (auto [old, op] : llvm::zip(model.getBodyBlock(), result->getBodyBlock()))
    for (OpOperand &operand : old.getOpOperands()) {
      Attribute number;
      if (!matchPattern(operand.get(), m_Constant(&number)) ||
          !units.isScaled(operand))
        continue;
      OpBuilder builder(&op);
      op.setOperand(
          operand.getOperandNumber(),
          arith::ConstantOp::create(
              builder, loc,
              divide(*ConstantView::get(number), operand.get().getType(), c)));
    }
  BlockArgument arg = result->getInputs()[input];
  Type to = arg.getType();
  if (from != to) {
    OpBuilder builder = OpBuilder::atBlockBegin(&result->getBodyBlock());
    arg.setType(from);
    Operation *convert =
        from.isInteger(1)
            ? arith::UIToFPOp::create(builder, loc, to, arg).getOperation()
            : arith::SIToFPOp::create(builder, loc, to, arg);
    arg.replaceAllUsesExcept(convert->getResult(0), convert);
  }
  return result;
}

/// The scale that an input comes from, by way of ops that move elements, which
/// nothing else reads; `moves` gets these, the last one first.
static ScaleOp findScale(Value input, SmallVectorImpl<Operation *> &moves) {
  while (Operation *def = input.getDefiningOp()) {
    if (auto scale = dyn_cast<ScaleOp>(def))
      return scale;
    if (!isa<ReshapeOp, TransposeOp, BroadcastOp, SliceOp>(def) ||
        !def->hasOneUse())
      return {};
    moves.push_back(def);
    input = def->getOperand(0);
  }
  return {};
}

static bool fold(PopulationOp op, unsigned input, const Ranges &ranges,
                 ModelTable &models) {
  SmallVector<Operation *> moves;
  ScaleOp scale = findScale(op.getInputs()[input], moves);
  if (!scale)
    return false;
  double c = ConstantView::get(scale.getFactor())->getPowerOfTwo();
  std::optional<Range> range = ranges.find(scale.getInput());
  if (c == 0 || !range || range->getMagnitude() > int64_t(1) << 24)
    return false;
  auto options = remark::RemarkOpts::name("scale").category("snn-fold-scales");
  auto miss = [&](StringRef reason) {
    remark::missed(op.getLoc(), options) << remark::add("{0}", reason);
    return false;
  };
  auto model = SymbolTable::lookupNearestSymbolFrom<NeuronModelOp>(
      op, op.getModelAttr());
  // An input that is read twice over has two units.
  if (llvm::count(op.getInputs(), op.getInputs()[input]) > 1)
    return false;
  Units units(model, input);
  if (StringRef reason = units.check(); !reason.empty())
    return miss(reason);

  // Everything that is measured in the unit.
  StringRef tooSmall = "a number is too large or too small";
  for (auto [arg, value] : llvm::zip(model.getParams(), op.getParams()))
    if (units.isScaled(arg) && !isDivisible(*ConstantView::get(value)))
      return miss(tooSmall);
  for (auto [index, state] : llvm::enumerate(model.getStates()))
    if (units.isScaled(state) && !isDivisible(*ConstantView::get(
                                     Attribute(model.getStateInitial(index)))))
      return miss(tooSmall);
  for (Operation &inner : model.getBodyBlock())
    for (OpOperand &operand : inner.getOpOperands()) {
      Attribute number;
      if (matchPattern(operand.get(), m_Constant(&number)) &&
          units.isScaled(operand) && !isDivisible(*ConstantView::get(number)))
        return miss(tooSmall);
    }

  OpBuilder builder(op);
  SmallVector<Value> inputs(op.getInputs()), params(op.getParams());
  Value count = scale.getInput();
  for (Operation *move : llvm::reverse(moves)) {
    IRMapping mapping;
    mapping.map(move->getOperand(0), count);
    Operation *moved = builder.clone(*move, mapping);
    auto type = cast<RankedTensorType>(move->getResult(0).getType());
    moved->getResult(0).setType(
        type.clone(getElementTypeOrSelf(count.getType())));
    count = moved->getResult(0);
  }
  inputs[input] = count;
  for (auto [arg, value] : llvm::zip(model.getParams(), params))
    if (units.isScaled(arg))
      value = arith::ConstantOp::create(
          builder, op.getLoc(),
          divide(*ConstantView::get(value), value.getType(), c));
  FlatSymbolRefAttr symbol = models.insert(
      rescale(model, units, input,
              getElementTypeOrSelf(scale.getInput().getType()), c));
  auto folded = PopulationOp::create(builder, op.getLoc(), op.getResultTypes(),
                                     symbol, op.getNameAttr(), inputs, params,
                                     op.getExposedAttr());
  // States are seen in their old unit.
  for (auto [from, to] : llvm::zip(op.getResults(), folded.getResults())) {
    Value result = to;
    if (to.getResultNumber() >= model.getNumOutputs()) {
      auto name = cast<StringAttr>(
          op.getExposed()[to.getResultNumber() - model.getNumOutputs()]);
      Value state = model.getStates()[model.getStateIndex(name)];
      if (units.isScaled(state) && !from.use_empty())
        result = ScaleOp::create(builder, op.getLoc(), to.getType(), to,
                                 scale.getFactor());
    }
    from.replaceAllUsesWith(result);
  }
  op.erase();
  remark::passed(folded.getLoc(), options)
      << remark::add("thresholds are divided by the factor instead")
      << remark::metric("factor", c);
  return true;
}

void FoldScales::runOnOperation() {
  ModelTable models(getOperation());
  for (auto network : getOperation().getOps<NetworkOp>()) {
    Ranges ranges(network);
    SmallVector<PopulationOp> ops(
        network.getBodyBlock().getOps<PopulationOp>());
    for (PopulationOp op : ops)
      for (unsigned i = 0, e = op.getInputs().size(); i < e; ++i)
        if (fold(op, i, ranges, models))
          break;
  }
  models.eraseUnused();
}
