// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Analysis/Ranges.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace volley;
using volley::snn::ConstantView;

static Range getFull(Type type) {
  if (snn::getElementTypeOrSelf(type).isInteger(1))
    return {0, 1};
  return {-(int64_t(1) << 31), (int64_t(1) << 31) - 1};
}

static Range join(Range a, Range b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

/// What arithmetic in i32 makes of a range: it wraps if the range is too large.
static Range wrap(Range range, Type type) {
  Range full = getFull(type);
  return range.low < full.low || range.high > full.high ? full : range;
}

static Range product(Range a, Range b) {
  int64_t corners[] = {a.low * b.low, a.low * b.high, a.high * b.low,
                       a.high * b.high};
  return {*llvm::min_element(corners), *llvm::max_element(corners)};
}

/// The sum of `count` terms. Ranges of i32 and counts below 2^31 do not
/// overflow.
static Range repeat(Range term, int64_t count) {
  if (count > (int64_t(1) << 31))
    return {INT64_MIN, INT64_MAX};
  return {term.low * count, term.high * count};
}

static Range getConstantRange(const ConstantView &view) {
  int64_t count = view.isUniform() ? 1 : view.getNumElements();
  Range range{view.getInteger(0), view.getInteger(0)};
  for (int64_t i = 1; i < count; ++i)
    range = join(range, {view.getInteger(i), view.getInteger(i)});
  return range;
}

//===----------------------------------------------------------------------===//
// Laws
//===----------------------------------------------------------------------===//

namespace {
/// Numbers from `low` to `high`, perhaps NaN.
struct Interval {
  double low = -INFINITY, high = INFINITY;
};

/// The least and largest values of the results of a neuron's law, whatever its
/// states, inputs and parameters are: what clamps and comparisons say.
class LawRanges {
public:
  explicit LawRanges(snn::NeuronModelOp model) {
    for (Operation &op : model.getBodyBlock().without_terminator())
      for (Value result : op.getResults())
        intervals[result] = evaluate(&op, result.getType());
  }

  Range get(Value value) const {
    Interval interval = lookup(value);
    Range full = getFull(value.getType());
    Range range = full;
    if (interval.low > full.low)
      range.low = static_cast<int64_t>(interval.low);
    if (interval.high < full.high)
      range.high = static_cast<int64_t>(interval.high);
    return range;
  }

private:
  Interval lookup(Value value) const {
    if (auto it = intervals.find(value); it != intervals.end())
      return it->second;
    return getTypeInterval(value.getType());
  }
  static Interval getTypeInterval(Type type) {
    if (!type.isInteger())
      return {};
    Range full = getFull(type);
    return {double(full.low), double(full.high)};
  }
  Interval evaluate(Operation *op, Type type) const;

  llvm::DenseMap<Value, Interval> intervals;
};
} // namespace

namespace {
/// Which of two values a select takes.
enum class Choice { Any, Larger, Smaller };
} // namespace

static Choice getChoice(arith::SelectOp select) {
  Operation *compare = select.getCondition().getDefiningOp();
  bool isGreater, isLess;
  if (auto op = dyn_cast_or_null<arith::CmpFOp>(compare)) {
    using P = arith::CmpFPredicate;
    isGreater = op.getPredicate() == P::OGT || op.getPredicate() == P::OGE;
    isLess = op.getPredicate() == P::OLT || op.getPredicate() == P::OLE;
  } else if (auto op = dyn_cast_or_null<arith::CmpIOp>(compare)) {
    using P = arith::CmpIPredicate;
    isGreater = op.getPredicate() == P::sgt || op.getPredicate() == P::sge;
    isLess = op.getPredicate() == P::slt || op.getPredicate() == P::sle;
  } else {
    return Choice::Any;
  }
  Value a = compare->getOperand(0), b = compare->getOperand(1);
  bool isStraight = select.getTrueValue() == a && select.getFalseValue() == b;
  bool isCrossed = select.getTrueValue() == b && select.getFalseValue() == a;
  if ((isGreater && isStraight) || (isLess && isCrossed))
    return Choice::Larger;
  if ((isGreater && isCrossed) || (isLess && isStraight))
    return Choice::Smaller;
  return Choice::Any;
}

Interval LawRanges::evaluate(Operation *op, Type type) const {
  auto operand = [&](unsigned index) { return lookup(op->getOperand(index)); };
  return llvm::TypeSwitch<Operation *, Interval>(op)
      .Case<arith::ConstantOp>([&](auto constant) -> Interval {
        std::optional<ConstantView> view =
            ConstantView::get(Attribute(constant.getValue()));
        if (!view)
          return getTypeInterval(type);
        double number =
            type.isInteger() ? view->getInteger(0) : view->getDouble(0);
        // i1 true is 1 here, -1 as a number of one bit.
        number = type.isInteger(1) ? std::fabs(number) : number;
        return std::isnan(number) ? Interval() : Interval{number, number};
      })
      .Case<arith::ExtUIOp, arith::UIToFPOp, arith::SIToFPOp>(
          [&](auto) { return operand(0); })
      .Case<arith::SelectOp>([&](auto select) {
        Interval a = operand(1), b = operand(2);
        switch (getChoice(select)) {
        case Choice::Larger:
          return Interval{std::max(a.low, b.low), std::max(a.high, b.high)};
        case Choice::Smaller:
          return Interval{std::min(a.low, b.low), std::min(a.high, b.high)};
        case Choice::Any:
          break;
        }
        return Interval{std::min(a.low, b.low), std::max(a.high, b.high)};
      })
      .Case<arith::MinSIOp>([&](auto) {
        Interval a = operand(0), b = operand(1);
        return Interval{std::min(a.low, b.low), std::min(a.high, b.high)};
      })
      .Case<arith::MaxSIOp>([&](auto) {
        Interval a = operand(0), b = operand(1);
        return Interval{std::max(a.low, b.low), std::max(a.high, b.high)};
      })
      .Case<math::FloorOp>([&](auto) {
        Interval a = operand(0);
        return Interval{std::floor(a.low), std::floor(a.high)};
      })
      .Case<math::RoundEvenOp, math::TruncOp, math::CeilOp>([&](auto) {
        Interval a = operand(0);
        return Interval{std::floor(a.low), std::ceil(a.high)};
      })
      .Case<snn::ToIntOp>([&](auto) {
        // A NaN becomes 0.
        Interval a = operand(0), full = getTypeInterval(type);
        return Interval{std::max(full.low, std::min(0.0, std::trunc(a.low))),
                        std::min(full.high, std::max(0.0, std::trunc(a.high)))};
      })
      .Default([&](Operation *) { return getTypeInterval(type); });
}

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

/// True if every window of a pool has an element that is not padding.
static bool hasFullWindows(snn::PoolOp op) {
  auto padding = op.getPadding();
  for (auto [dim, size] : llvm::enumerate(op.getKernel()))
    if (!padding.empty() &&
        (padding[2 * dim] >= size || padding[2 * dim + 1] >= size))
      return false;
  return true;
}

/// The range of result `index`, from those of the operands.
static Range infer(Operation *op, unsigned index,
                   llvm::function_ref<Range(Value)> get) {
  Type type = op->getResult(index).getType();
  return llvm::TypeSwitch<Operation *, Range>(op)
      .Case<snn::ReshapeOp, snn::TransposeOp, snn::BroadcastOp, snn::SliceOp>(
          [&](auto) { return get(op->getOperand(0)); })
      .Case<snn::ConcatOp>([&](auto) {
        Range range = get(op->getOperand(0));
        for (Value operand : op->getOperands())
          range = join(range, get(operand));
        return range;
      })
      .Case<snn::AddOp>([&](auto) {
        Range sum{0, 0};
        for (Value operand : op->getOperands()) {
          Range term = get(operand);
          sum = {sum.low + term.low, sum.high + term.high};
        }
        return sum;
      })
      .Case<snn::MulOp>([&](auto mul) {
        return product(get(mul.getLhs()), get(mul.getRhs()));
      })
      .Case<snn::MatmulOp>([&](auto matmul) {
        Range term =
            wrap(product(get(matmul.getLhs()), get(matmul.getRhs())), type);
        return repeat(term, matmul.getFanIn());
      })
      .Case<snn::ReduceOp>([&](auto reduce) {
        Range term = get(reduce.getInput());
        if (reduce.getKind() == snn::ReduceKind::Max)
          return term;
        auto result = cast<RankedTensorType>(type);
        return repeat(term, reduce.getInput().getType().getNumElements() /
                                result.getNumElements());
      })
      .Case<snn::PoolOp>([&](auto pool) {
        Range term = get(pool.getInput());
        if (pool.getKind() == snn::PoolKind::Max)
          return hasFullWindows(pool) ? term : join(term, getFull(type));
        // Positions in the padding add nothing.
        return join({0, 0}, repeat(term, pool.getFanIn()));
      })
      .Case<snn::DelayOp>([&](auto delay) {
        Range initial{0, 0};
        if (delay.getInitialAttr())
          initial =
              getConstantRange(*ConstantView::get(delay.getInitialAttr()));
        return join(initial, get(delay.getInput()));
      })
      .Case<snn::ReduceTimeOp>([&](auto reduce) {
        Range term = get(reduce.getInput());
        if (reduce.getKind() == snn::TimeReduceKind::FirstSpike)
          return Range{0, getFull(type).high};
        // How long a run is, is not known.
        return reduce.getKind() == snn::TimeReduceKind::Sum ? getFull(type)
                                                            : term;
      })
      .Case<snn::NeuronOp>([&](auto) {
        Range full = getFull(type);
        return Range{0, full.high};
      })
      .Case<snn::PopulationOp>([&](auto population) {
        auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
            op, population.getModelAttr());
        if (!model || index >= model.getNumOutputs())
          return getFull(type);
        return LawRanges(model).get(model.getNextOp().getOutputs()[index]);
      })
      .Default([&](Operation *) { return getFull(type); });
}

static bool isInteger(Value value) {
  return snn::getElementTypeOrSelf(value.getType()).isInteger();
}

Range Ranges::get(Value value) const {
  auto it = ranges.find(value);
  return it == ranges.end() ? getFull(value.getType()) : it->second;
}

/// Changes of one signal after which it is taken to grow without end.
static constexpr unsigned kMostChanges = 4;

// From below: a signal on a cycle starts with nothing and grows; what still
// grows after some rounds gets all of its type. i1 signals need no inference
// but are cheap.
Ranges::Ranges(snn::NetworkOp network) {
  Block &body = network.getBodyBlock();
  llvm::DenseMap<Value, unsigned> changes;
  SmallVector<Operation *> worklist;
  for (Operation &op : llvm::reverse(body))
    worklist.push_back(&op);
  auto lookup = [&](Value value) -> Range {
    if (auto view = ConstantView::get(value))
      return getConstantRange(*view);
    if (isa<BlockArgument>(value))
      return getFull(value.getType());
    auto it = ranges.find(value);
    return it == ranges.end() ? Range{0, 0} : it->second;
  };
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (op->hasTrait<OpTrait::ConstantLike>())
      continue;
    for (OpResult result : op->getResults()) {
      if (!isInteger(result))
        continue;
      Range range =
          wrap(infer(op, result.getResultNumber(), lookup), result.getType());
      auto [it, isNew] = ranges.try_emplace(result, range);
      if (!isNew) {
        range = join(range, it->second);
        if (range == it->second)
          continue;
        if (++changes[result] > kMostChanges)
          range = getFull(result.getType());
        it->second = range;
      }
      llvm::append_range(worklist, result.getUsers());
    }
  }
}
