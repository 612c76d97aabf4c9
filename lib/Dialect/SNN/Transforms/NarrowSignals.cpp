// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ModelTable.h"
#include "volley/Analysis/Ranges.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNNARROWSIGNALS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley;
using namespace volley::snn;

namespace {
struct NarrowSignals : volley::snn::impl::SNNNarrowSignalsBase<NarrowSignals> {
  void runOnOperation() override;
};

/// The work on one network.
class Narrowing {
public:
  Narrowing(NetworkOp network, ModelTable &models)
      : network(network), models(models), ranges(network),
        i1(IntegerType::get(network.getContext(), 1)),
        i32(IntegerType::get(network.getContext(), 32)) {}

  void run();

private:
  Type getNarrowType(Value value) const;
  bool isBinary(Value value) const;
  bool takesIntegers(OpOperand &operand) const;
  void rewrite(Operation *op);
  void reportCounts(PopulationOp op) const;
  void convertOperands(Operation *op);
  FlatSymbolRefAttr narrowModel(PopulationOp op);
  Value convert(OpBuilder &builder, Value value, Type element);
  Value makeInteger(OpBuilder &builder, Value value, Type element);

  NetworkOp network;
  ModelTable &models;
  Ranges ranges;
  IntegerType i1, i32;
  /// Signals that get an integer type, and it.
  llvm::MapVector<Value, Type> narrowed;
};
} // namespace

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

static bool isMove(Operation *op) {
  return isa<ReshapeOp, TransposeOp, BroadcastOp, SliceOp, ConcatOp, DelayOp>(
      op);
}

static bool isMax(Operation *op) {
  if (auto pool = dyn_cast<PoolOp>(op))
    return pool.getKind() == PoolKind::Max;
  auto reduce = dyn_cast<ReduceOp>(op);
  return reduce && reduce.getKind() == ReduceKind::Max;
}

static bool isSum(Operation *op) {
  if (auto pool = dyn_cast<PoolOp>(op))
    return pool.getKind() == PoolKind::Sum;
  auto reduce = dyn_cast<ReduceOp>(op);
  return reduce && reduce.getKind() == ReduceKind::Sum;
}

//===----------------------------------------------------------------------===//
// What is narrowed
//===----------------------------------------------------------------------===//

bool Narrowing::isBinary(Value value) const {
  std::optional<Range> range = ranges.find(value);
  return range && range->low >= 0 && range->high <= 1;
}

/// The integer type that the op of a float signal could give it; null if it
/// cannot, or if there are fractions.
Type Narrowing::getNarrowType(Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op || !isFloat(value) || !ranges.find(value))
    return nullptr;
  // f64 holds integers that i32 does not.
  if (ranges.find(value)->getMagnitude() >= int64_t(1) << 31)
    return nullptr;
  if (isMove(op) || isMax(op) || isa<PopulationOp>(op))
    return isBinary(value) ? i1 : i32;
  if (isa<MulOp>(op))
    return llvm::all_of(op->getOperands(),
                        [&](Value operand) { return isBinary(operand); })
               ? i1
               : i32;
  return isa<AddOp, MatmulOp>(op) || isSum(op) ? i32 : nullptr;
}

/// True if the user of a signal does as well or better with integers.
bool Narrowing::takesIntegers(OpOperand &operand) const {
  Operation *user = operand.getOwner();
  if (isa<DenseOp, ConvOp, ScaleOp, NormOp>(user))
    return operand.getOperandNumber() == 0;
  if (isa<AddOp>(user))
    return true;
  // The product of two binary signals would have to be one itself.
  if (isa<MulOp>(user))
    return narrowed.contains(user->getResult(0)) ||
           !isBinary(user->getOperand(1 - operand.getOperandNumber()));
  if (isa<PopulationOp, ReduceTimeOp, OutputOp, ProbeOp>(user))
    return false;
  if (narrowed.contains(user->getResult(0)))
    return true;
  // A mean: the sum of integers is exact, that of floats must be as well.
  auto getTerms = [&]() -> int64_t {
    if (auto pool = dyn_cast<PoolOp>(user))
      return pool.getKind() == PoolKind::Avg ? pool.getFanIn() : 0;
    auto reduce = dyn_cast<ReduceOp>(user);
    if (!reduce || reduce.getKind() != ReduceKind::Mean)
      return 0;
    return reduce.getInput().getType().getNumElements() /
           cast<RankedTensorType>(reduce.getType()).getNumElements();
  };
  int64_t terms = getTerms();
  return terms > 0 &&
         double(terms) * double(ranges.find(operand.get())->getMagnitude()) <=
             0x1p24;
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// The same numbers with another element type.
static TypedAttr convertAttr(TypedAttr attr, Type element) {
  ConstantView view = *ConstantView::get(Attribute(attr));
  Builder builder(attr.getContext());
  auto getElement = [&](int64_t index) {
    int64_t number = view.getElementType().isInteger()
                         ? view.getInteger(index)
                         : static_cast<int64_t>(view.getDouble(index));
    return APInt(element.getIntOrFloatBitWidth(), number, /*isSigned=*/true,
                 /*implicitTrunc=*/true);
  };
  auto type = dyn_cast<ShapedType>(attr.getType());
  if (!type)
    return IntegerAttr::get(element, getElement(0));
  SmallVector<APInt> elements;
  for (int64_t i = 0, e = view.isUniform() ? 1 : view.getNumElements(); i < e;
       ++i)
    elements.push_back(getElement(i));
  return DenseElementsAttr::get(type.clone(element), elements);
}

/// A population without states that turns integers of one type into those of
/// another.
Value Narrowing::makeInteger(OpBuilder &builder, Value value, Type element) {
  Location loc = value.getLoc();
  Type from = getElementTypeOrSelf(value.getType());
  ModelParts parts;
  parts.inputNames = {builder.getStringAttr("x")};
  parts.outputNames = {builder.getStringAttr("output")};
  parts.outputTypes = {element};
  OwningOpRef<NeuronModelOp> model =
      createModel(loc, element == i1 ? "to_spike" : "to_count", parts);
  Value x = model->getBodyBlock().addArgument(from, loc);
  OpBuilder inner = OpBuilder::atBlockEnd(&model->getBodyBlock());
  Value result;
  if (element == i32) {
    result = ToIntOp::create(inner, loc, x);
  } else {
    Value zero = arith::ConstantOp::create(inner, loc, inner.getZeroAttr(from));
    result = isa<FloatType>(from)
                 ? arith::CmpFOp::create(inner, loc, arith::CmpFPredicate::UNE,
                                         x, zero)
                       .getResult()
                 : arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::ne,
                                         x, zero);
  }
  NextOp::create(inner, loc, ValueRange(), result);
  Type type = cast<RankedTensorType>(value.getType()).clone(element);
  return PopulationOp::create(builder, loc, type,
                              models.insert(std::move(model)),
                              builder.getStringAttr(""), value, ValueRange(),
                              builder.getArrayAttr({}))
      .getResult(0);
}

/// A signal with another element type.
Value Narrowing::convert(OpBuilder &builder, Value value, Type element) {
  Type from = getElementTypeOrSelf(value.getType());
  if (from == element)
    return value;
  auto type = cast<RankedTensorType>(value.getType()).clone(element);
  if (isa<FloatType>(element) || (from == i1 && element == i32))
    return AddOp::create(builder, value.getLoc(), type, value);
  if (Operation *op = value.getDefiningOp(); op && isConstant(value))
    return arith::ConstantOp::create(
        builder, value.getLoc(),
        convertAttr(op->getAttrOfType<TypedAttr>("value"), element));
  return makeInteger(builder, value, element);
}

/// A population's law with the new types of its outputs.
FlatSymbolRefAttr Narrowing::narrowModel(PopulationOp op) {
  auto model = SymbolTable::lookupNearestSymbolFrom<NeuronModelOp>(
      op, op.getModelAttr());
  OwningOpRef<NeuronModelOp> clone(model.clone());
  clone->setSymVisibilityAttr(StringAttr::get(op.getContext(), "private"));
  NextOp next = clone->getNextOp();
  OpBuilder builder(next);
  SmallVector<Attribute> types;
  for (unsigned i = 0; i < model.getNumOutputs(); ++i) {
    Value value = next.getOutputs()[i];
    auto it = narrowed.find(op->getResult(i));
    Type type = it == narrowed.end() ? value.getType() : it->second;
    types.push_back(TypeAttr::get(type));
    if (value.getType() == type)
      continue;
    Value narrow;
    if (auto from = value.getDefiningOp<arith::UIToFPOp>();
        from && from.getIn().getType() == type) {
      narrow = from.getIn();
    } else if (auto select = value.getDefiningOp<arith::SelectOp>();
               select && type == i1 &&
               matchPattern(select.getTrueValue(), m_OneFloat()) &&
               matchPattern(select.getFalseValue(), m_AnyZeroFloat())) {
      narrow = select.getCondition();
    } else if (type == i1) {
      Value zero = arith::ConstantOp::create(
          builder, op.getLoc(), builder.getZeroAttr(value.getType()));
      narrow = arith::CmpFOp::create(builder, op.getLoc(),
                                     arith::CmpFPredicate::UNE, value, zero);
    } else {
      narrow = ToIntOp::create(builder, op.getLoc(), value);
    }
    next.getOutputsMutable().slice(i, 1).assign(narrow);
  }
  clone->setOutputTypesAttr(builder.getArrayAttr(types));
  return models.insert(std::move(clone));
}

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

static StringRef describe(Operation *op, Type element) {
  if (isa<MatmulOp>(op))
    return "a product became a count of coincidences";
  if (isa<AddOp>(op) || isSum(op))
    return "a sum of floats became one of integers";
  if (element.isInteger(32))
    return "floats that are integers became integers";
  if (isa<MulOp>(op))
    return "a product of spikes became their conjunction";
  if (isMax(op))
    return "a maximum of spikes became their disjunction";
  return "floats that are 0 or 1 became spikes";
}

/// Gives the results of an op their integer types. Users that want floats get a
/// conversion.
void Narrowing::rewrite(Operation *op) {
  if (auto population = dyn_cast<PopulationOp>(op))
    population.setModelAttr(narrowModel(population));
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  for (Value result : op->getResults()) {
    auto it = narrowed.find(result);
    if (it == narrowed.end())
      continue;
    remark::passed(op->getLoc(),
                   remark::RemarkOpts::name(op->getName().stripDialect())
                       .category("snn-narrow-signals"))
        << remark::add("{0}", describe(op, it->second));
    auto type = cast<RankedTensorType>(result.getType());
    if (auto delay = dyn_cast<DelayOp>(op); delay && delay.getInitialAttr())
      delay.setInitialAttr(convertAttr(delay.getInitialAttr(), it->second));
    SmallVector<OpOperand *> others;
    for (OpOperand &use : result.getUses())
      if (!takesIntegers(use))
        others.push_back(&use);
    result.setType(type.clone(it->second));
    if (others.empty())
      continue;
    Value wide = convert(builder, result, type.getElementType());
    for (OpOperand *use : others)
      use->set(wide);
  }
}

/// Gives the operands of an op with a new type the types that go with it.
void Narrowing::convertOperands(Operation *op) {
  Type element = narrowed.lookup(op->getResult(0));
  bool isExact = isMove(op) || isMax(op) || element == i1;
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    if (!isExact && !isFloat(value))
      continue;
    Type wanted = isExact ? element : isBinary(value) ? i1 : i32;
    OpBuilder builder(op);
    operand.set(convert(builder, value, wanted));
  }
}

/// Says of neurons of several levels that their counts are not expanded into
/// binary steps.
void Narrowing::reportCounts(PopulationOp op) const {
  for (Value result : op->getResults()) {
    if (getElementTypeOrSelf(result.getType()) != i32)
      continue;
    // By the law; laws that could count on have no largest count.
    int64_t levels = ranges.get(result).high;
    if (levels <= 1)
      continue;
    auto note = remark::passed(
        op.getLoc(),
        remark::RemarkOpts::name("counts").category("snn-narrow-signals"));
    note << remark::add(
        "spikes of '{0}' stay counts: a product visits an event "
        "once, whatever its count",
        op.getName());
    if (levels < std::numeric_limits<int32_t>::max())
      note << remark::metric("levels", levels);
  }
}

void Narrowing::run() {
  for (Operation &op : network.getBodyBlock())
    for (Value result : op.getResults())
      if (Type type = getNarrowType(result))
        narrowed[result] = type;
  // What nothing wants as an integer stays; then its operands may be wanted no
  // more.
  bool changed = true;
  while (changed) {
    changed = false;
    narrowed.remove_if([&](const auto &entry) {
      bool isWanted = llvm::any_of(entry.first.getUses(), [&](OpOperand &use) {
        return takesIntegers(use);
      });
      changed |= !isWanted;
      return !isWanted;
    });
  }
  SmallVector<Operation *> ops;
  for (Operation &op : network.getBodyBlock())
    if (llvm::any_of(op.getResults(),
                     [&](Value result) { return narrowed.contains(result); }))
      ops.push_back(&op);
  for (Operation *op : ops)
    rewrite(op);
  for (Operation *op : ops)
    if (!isa<PopulationOp>(op))
      convertOperands(op);
  for (auto op : network.getOps<PopulationOp>())
    if (!op.getName().empty())
      reportCounts(op);
}

void NarrowSignals::runOnOperation() {
  ModelTable models(getOperation());
  for (auto network : getOperation().getOps<NetworkOp>())
    Narrowing(network, models).run();
  models.eraseUnused();
}
