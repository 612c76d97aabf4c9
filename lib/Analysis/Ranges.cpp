// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Analysis/Ranges.h"
#include "LawRanges.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <set>

using namespace mlir;
using namespace volley;
using volley::snn::ConstantView;

/// All that a type holds; nothing of a float.
static std::optional<Range> getFull(Type type) {
  Interval interval = getTypeInterval(snn::getElementTypeOrSelf(type));
  if (!interval.isIntegral())
    return std::nullopt;
  return Range{int64_t(interval.low), int64_t(interval.high)};
}

static Range join(Range a, Range b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

static std::optional<Range> join(std::optional<Range> a,
                                 std::optional<Range> b) {
  if (!a || !b)
    return std::nullopt;
  return join(*a, *b);
}

/// What arithmetic in a type makes of a range: too large an i32 wraps, too
/// large a float is rounded.
static std::optional<Range> limit(std::optional<Range> range, Type type) {
  if (!range)
    return getFull(type);
  double bound = getLargestExact(snn::getElementTypeOrSelf(type));
  if (std::optional<Range> full = getFull(type))
    return range->low < full->low || range->high > full->high ? full : range;
  if (double(range->getMagnitude()) > bound)
    return std::nullopt;
  return range;
}

/// A number that is far from the limits of 64 bits: larger ones do not matter,
/// no type of a signal holds them exactly.
static int64_t saturate(double number) {
  return static_cast<int64_t>(std::clamp(number, -0x1p60, 0x1p60));
}

static Range product(Range a, Range b) {
  double corners[] = {double(a.low) * b.low, double(a.low) * b.high,
                      double(a.high) * b.low, double(a.high) * b.high};
  return {saturate(*llvm::min_element(corners)),
          saturate(*llvm::max_element(corners))};
}

/// The sum of `count` terms.
static Range repeat(Range term, int64_t count) {
  return {saturate(double(term.low) * count),
          saturate(double(term.high) * count)};
}

/// True if 0 times something negative gives the -0.0 that no integer is.
static bool mayBeNegativeZero(Range a, Range b) {
  auto hasZero = [](Range x) { return x.low <= 0 && x.high >= 0; };
  return (hasZero(a) && b.low < 0) || (hasZero(b) && a.low < 0);
}

static std::optional<Range> getConstantRange(const ConstantView &view) {
  int64_t count = view.isUniform() ? 1 : view.getNumElements();
  Type type = view.getElementType();
  std::optional<Range> range;
  for (int64_t i = 0; i < count; ++i) {
    int64_t value;
    if (type.isInteger()) {
      value = view.getInteger(i);
    } else {
      double number = view.getDouble(i);
      if (!(std::fabs(number) <= getLargestExact(type)) ||
          number != std::trunc(number) || (number == 0 && std::signbit(number)))
        return std::nullopt;
      value = static_cast<int64_t>(number);
    }
    range = range ? join(*range, {value, value}) : Range{value, value};
  }
  return range;
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

/// True for a constant of zeros.
static bool isZero(Value value) {
  auto view = ConstantView::get(value);
  if (!view)
    return false;
  int64_t count = view->isUniform() ? 1 : view->getNumElements();
  return llvm::all_of(llvm::seq<int64_t>(0, count),
                      [&](int64_t i) { return view->getDouble(i) == 0; });
}

using Lookup = llvm::function_ref<std::optional<Range>(Value)>;

/// The range of an output of a population.
static std::optional<Range> inferOutput(snn::PopulationOp op, unsigned index,
                                        Lookup get) {
  Type type = op->getResult(index).getType();
  auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
      op, op.getModelAttr());
  if (!model || index >= model.getNumOutputs())
    return getFull(type);
  SmallVector<Interval> inputs;
  for (Value input : op.getInputs()) {
    std::optional<Range> range = get(input);
    inputs.push_back(range ? Interval{double(range->low), double(range->high),
                                      Numbers::Integers}
                           : Interval());
  }
  SmallVector<Interval> params;
  for (Value param : op.getParams()) {
    auto view = ConstantView::get(param);
    params.push_back(
        view ? getConstantInterval(*view)
             : getTypeInterval(snn::getElementTypeOrSelf(param.getType())));
  }
  Interval interval = LawRanges(model, inputs, params)
                          .get(model.getNextOp().getOutputs()[index]);
  if (!interval.isIntegral())
    return getFull(type);
  return Range{saturate(interval.low), saturate(interval.high)};
}

/// The range of result `index`, from those of the operands, as if the result's
/// type held every integer. Nothing if it may be no integer.
static std::optional<Range> infer(Operation *op, unsigned index, Lookup get) {
  using Result = std::optional<Range>;
  Type type = op->getResult(index).getType();
  bool isFloat = !snn::getElementTypeOrSelf(type).isInteger();
  auto multiply = [&](Result a, Result b) -> Result {
    if (!a || !b || (isFloat && mayBeNegativeZero(*a, *b)))
      return std::nullopt;
    return product(*a, *b);
  };
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<snn::ReshapeOp, snn::TransposeOp, snn::BroadcastOp, snn::SliceOp>(
          [&](auto) { return get(op->getOperand(0)); })
      .Case<snn::ConcatOp>([&](auto) {
        Result range = get(op->getOperand(0));
        for (Value operand : op->getOperands())
          range = join(range, get(operand));
        return range;
      })
      .Case<snn::AddOp>([&](auto) -> Result {
        Range sum{0, 0};
        for (Value operand : op->getOperands()) {
          Result term = get(operand);
          if (!term)
            return std::nullopt;
          // Partial sums of floats must be exact, too.
          sum = {sum.low + term->low, sum.high + term->high};
          if (isFloat && !limit(sum, type))
            return std::nullopt;
        }
        return sum;
      })
      .Case<snn::MulOp>([&](auto mul) {
        return multiply(get(mul.getLhs()), get(mul.getRhs()));
      })
      .Case<snn::ScaleOp>([&](auto scale) {
        return multiply(get(scale.getInput()), get(scale.getFactor()));
      })
      .Case<snn::NormOp>([&](auto norm) -> Result {
        // One rounding, of an integer, and a sum of +0.0 is none of -0.0.
        Result x = get(norm.getInput()), scale = get(norm.getScale()),
               shift = get(norm.getShift());
        if (!x || !scale || !shift)
          return std::nullopt;
        Range range = product(*x, *scale);
        return Range{range.low + shift->low, range.high + shift->high};
      })
      .Case<snn::DenseOp, snn::ConvOp>([&](auto product) -> Result {
        // A sum without terms: a bias is left.
        Result x = get(product.getInput());
        if (!x || !(*x == Range{0, 0} || isZero(product.getWeight())))
          return std::nullopt;
        return product.getBias() ? get(product.getBias()) : Range{0, 0};
      })
      .Case<snn::MatmulOp>([&](auto matmul) -> Result {
        Result a = get(matmul.getLhs()), b = get(matmul.getRhs());
        if (!a || !b)
          return std::nullopt;
        Range term = product(*a, *b);
        if (!isFloat)
          term = *limit(term, type);
        // Every partial sum lies between 0 and a multiple of a term.
        return join({0, 0}, repeat(term, matmul.getFanIn()));
      })
      .Case<snn::ReduceOp>([&](auto reduce) -> Result {
        Result term = get(reduce.getInput());
        if (!term || reduce.getKind() == snn::ReduceKind::Mean)
          return std::nullopt;
        if (reduce.getKind() == snn::ReduceKind::Max)
          return term;
        auto result = cast<RankedTensorType>(type);
        Range sum = repeat(*term, reduce.getInput().getType().getNumElements() /
                                      result.getNumElements());
        return isFloat ? join({0, 0}, sum) : sum;
      })
      .Case<snn::PoolOp>([&](auto pool) -> Result {
        Result term = get(pool.getInput());
        if (!term || pool.getKind() == snn::PoolKind::Avg)
          return std::nullopt;
        if (pool.getKind() == snn::PoolKind::Max)
          return hasFullWindows(pool) ? term : join(term, getFull(type));
        // Positions in the padding add nothing.
        return join({0, 0}, repeat(*term, pool.getFanIn()));
      })
      .Case<snn::DelayOp>([&](auto delay) -> Result {
        Result initial = Range{0, 0};
        if (delay.getInitialAttr())
          initial =
              getConstantRange(*ConstantView::get(delay.getInitialAttr()));
        return join(initial, get(delay.getInput()));
      })
      .Case<snn::ReduceTimeOp>([&](auto reduce) -> Result {
        if (isFloat)
          return std::nullopt;
        if (reduce.getKind() == snn::TimeReduceKind::FirstSpike)
          return Range{0, getFull(type)->high};
        // How long a run is, is not known.
        return reduce.getKind() == snn::TimeReduceKind::Sum
                   ? getFull(type)
                   : get(reduce.getInput());
      })
      .Case<snn::NeuronOp>([&](auto) -> Result {
        if (isFloat)
          return std::nullopt;
        return Range{0, getFull(type)->high};
      })
      .Case<snn::PopulationOp>(
          [&](auto population) { return inferOutput(population, index, get); })
      .Default([&](Operation *) { return getFull(type); });
}

std::optional<Range> Ranges::find(Value value) const {
  if (auto it = ranges.find(value); it != ranges.end())
    return it->second;
  if (auto view = ConstantView::get(value))
    return getConstantRange(*view);
  return getFull(value.getType());
}

/// Changes of one signal after which it is taken to grow without end.
static constexpr unsigned kMostChanges = 4;

// From below: a signal on a cycle starts with nothing and grows; what still
// grows after some rounds gets all of its type. Ops wait for their operands, as
// signals that join again and again, like those of residual blocks, would
// change as often.
Ranges::Ranges(snn::NetworkOp network) {
  Block &body = network.getBodyBlock();
  SmallVector<Operation *> ops(llvm::make_pointer_range(body));
  computeTopologicalSorting(ops, [](Value operand, Operation *) {
    return operand.getDefiningOp<snn::DelayOp>() != nullptr;
  });
  llvm::DenseMap<Operation *, size_t> places;
  std::set<size_t> worklist;
  for (auto [place, op] : llvm::enumerate(ops))
    worklist.insert(places[op] = place);
  llvm::DenseMap<Value, unsigned> changes;
  // Constants may be large, and have many uses.
  llvm::DenseMap<Attribute, std::optional<Range>> constants;
  auto lookup = [&](Value value) -> std::optional<Range> {
    if (auto view = ConstantView::get(value)) {
      Attribute attr = value.getDefiningOp()->getAttr("value");
      auto it = constants.find(attr);
      if (it == constants.end())
        it = constants.try_emplace(attr, getConstantRange(*view)).first;
      return it->second;
    }
    if (isa<BlockArgument>(value))
      return getFull(value.getType());
    auto it = ranges.find(value);
    return it == ranges.end() ? Range{0, 0} : it->second;
  };
  while (!worklist.empty()) {
    Operation *op = ops[*worklist.begin()];
    worklist.erase(worklist.begin());
    if (op->hasTrait<OpTrait::ConstantLike>())
      continue;
    for (OpResult result : op->getResults()) {
      std::optional<Range> range =
          limit(infer(op, result.getResultNumber(), lookup), result.getType());
      auto [it, isNew] = ranges.try_emplace(result, range);
      if (!isNew) {
        range = join(range, it->second);
        if (range == it->second)
          continue;
        if (++changes[result] > kMostChanges)
          range = getFull(result.getType());
        it->second = range;
      }
      for (Operation *user : result.getUsers())
        worklist.insert(places[user]);
    }
  }
}
