// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LawRanges.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace volley;
using volley::snn::ConstantView;

Interval volley::getTypeInterval(Type type) {
  if (type.isInteger(1))
    return {0, 1, Numbers::Integers};
  if (type.isInteger(32))
    return {-0x1p31, 0x1p31 - 1, Numbers::Integers};
  return {};
}

double volley::getLargestExact(Type type) {
  if (type.isF64())
    return 0x1p53;
  return type.isF32() ? 0x1p24 : 0x1p31 - 1;
}

Interval volley::getConstantInterval(const ConstantView &view) {
  int64_t count = view.isUniform() ? 1 : view.getNumElements();
  Type type = view.getElementType();
  Interval result{INFINITY, -INFINITY, Numbers::Integers};
  for (int64_t i = 0; i < count; ++i) {
    double number = type.isInteger() ? view.getInteger(i) : view.getDouble(i);
    // i1 true is 1 here, -1 as a number of one bit.
    number = type.isInteger(1) ? std::fabs(number) : number;
    if (std::isnan(number))
      return {};
    bool isNegativeZero = number == 0 && std::signbit(number);
    result.low = std::min(result.low, number);
    result.high = std::max(result.high, number);
    if (number != std::trunc(number) || isNegativeZero)
      result.numbers = Numbers::Real;
  }
  return count > 0 ? result : getTypeInterval(type);
}

/// Bounds where a state may stop to grow: what the law compares with, most
/// likely.
static SmallVector<double> getBounds(snn::NeuronModelOp model,
                                     ArrayRef<Interval> inputs,
                                     ArrayRef<Interval> params) {
  SmallVector<double> bounds;
  auto add = [&](Interval interval) {
    for (double bound : {interval.low, interval.high})
      if (std::isfinite(bound))
        bounds.append({bound, -bound});
  };
  model.walk([&](arith::ConstantOp constant) {
    if (auto view = ConstantView::get(Attribute(constant.getValue())))
      add(getConstantInterval(*view));
  });
  llvm::for_each(inputs, add);
  llvm::for_each(params, add);
  llvm::sort(bounds);
  bounds.erase(llvm::unique(bounds), bounds.end());
  return bounds;
}

/// Rounds of growth before a state is given the next bound.
static constexpr unsigned kSmallSteps = 3;
/// Rounds before all states are given up.
static constexpr unsigned kMostRounds = 40;

// From below: states start with their initial values and are joined with what
// the law makes of them until nothing is new. What holds then holds in every
// step.
LawRanges::LawRanges(snn::NeuronModelOp model, ArrayRef<Interval> inputs,
                     ArrayRef<Interval> params) {
  for (auto [arg, interval] : llvm::zip_equal(model.getInputs(), inputs))
    intervals[arg] = interval;
  for (auto [arg, interval] : llvm::zip_equal(model.getParams(), params))
    intervals[arg] = interval;
  for (auto [index, state] : llvm::enumerate(model.getStates())) {
    auto view = ConstantView::get(Attribute(model.getStateInitial(index)));
    intervals[state] =
        view ? getConstantInterval(*view) : getTypeInterval(state.getType());
  }
  SmallVector<double> bounds = getBounds(model, inputs, params);
  for (unsigned round = 0;; ++round) {
    evaluateBody(model);
    bool isStable = true;
    for (auto [state, next] :
         llvm::zip(model.getStates(), model.getNextOp().getStates())) {
      Interval before = intervals[state], after = get(next);
      Interval joined{std::min(before.low, after.low),
                      std::max(before.high, after.high),
                      std::min(before.numbers, after.numbers)};
      if (joined == before)
        continue;
      isStable = false;
      if (round >= kSmallSteps && joined.high > before.high) {
        auto *bound = llvm::lower_bound(bounds, joined.high);
        joined.high = bound == bounds.end() ? INFINITY : *bound;
      }
      if (round >= kSmallSteps && joined.low < before.low) {
        auto *bound = llvm::upper_bound(bounds, joined.low);
        joined.low = bound == bounds.begin() ? -INFINITY : *std::prev(bound);
      }
      intervals[state] =
          round < kMostRounds ? joined : getTypeInterval(state.getType());
    }
    if (isStable)
      return;
  }
}

void LawRanges::evaluateBody(snn::NeuronModelOp model) {
  for (Operation &op : model.getBodyBlock().without_terminator())
    for (Value result : op.getResults())
      intervals[result] = evaluate(&op, result.getType());
}

Interval LawRanges::get(Value value) const {
  if (auto it = intervals.find(value); it != intervals.end())
    return it->second;
  return getTypeInterval(value.getType());
}

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

static bool isFinite(Interval a) {
  return a.numbers != Numbers::Any && std::isfinite(a.low) &&
         std::isfinite(a.high);
}

/// An operation on floats, as the type rounds it. Rounding keeps the order of
/// numbers, so that the results at the ends bound all others, if the operation
/// goes one way in each operand. No finite operands may give a NaN.
template <typename Function>
static Interval apply(Type type, Function function,
                      ArrayRef<Interval> operands) {
  if (!(type.isF32() || type.isF64()) || !llvm::all_of(operands, isFinite))
    return {};
  Interval result{INFINITY, -INFINITY, Numbers::Real};
  for (unsigned corner = 0; corner < (1u << operands.size()); ++corner) {
    double ends[3] = {0, 0, 0};
    for (auto [index, operand] : llvm::enumerate(operands))
      ends[index] = corner >> index & 1 ? operand.high : operand.low;
    double number =
        type.isF32()
            ? double(function(float(ends[0]), float(ends[1]), float(ends[2])))
            : function(ends[0], ends[1], ends[2]);
    result.low = std::min(result.low, number);
    result.high = std::max(result.high, number);
  }
  return result;
}

/// What a comparison gives, if it is the same for all numbers.
static Interval compare(arith::CmpFPredicate predicate, Interval a,
                        Interval b) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::OLT:
    return compare(P::OGT, b, a);
  case P::OLE:
    return compare(P::OGE, b, a);
  case P::OGT:
  case P::OGE: {
    bool isStrict = predicate == P::OGT;
    // A NaN is not greater either.
    if (isStrict ? a.high <= b.low : a.high < b.low)
      return {0, 0, Numbers::Integers};
    bool isReal = a.numbers != Numbers::Any && b.numbers != Numbers::Any;
    if (isReal && (isStrict ? a.low > b.high : a.low >= b.high))
      return {1, 1, Numbers::Integers};
    break;
  }
  default:
    break;
  }
  return {0, 1, Numbers::Integers};
}

static Interval compare(arith::CmpIPredicate predicate, Interval a,
                        Interval b) {
  using P = arith::CmpIPredicate;
  using F = arith::CmpFPredicate;
  switch (predicate) {
  case P::sgt:
    return compare(F::OGT, a, b);
  case P::sge:
    return compare(F::OGE, a, b);
  case P::slt:
    return compare(F::OLT, a, b);
  case P::sle:
    return compare(F::OLE, a, b);
  default:
    return {0, 1, Numbers::Integers};
  }
}

static Interval multiply(Interval a, Interval b) {
  double corners[] = {a.low * b.low, a.low * b.high, a.high * b.low,
                      a.high * b.high};
  return {*llvm::min_element(corners), *llvm::max_element(corners),
          Numbers::Integers};
}

/// Integers times integers, if no product can be -0.0: no factor is 0 where the
/// other is negative.
static bool isProductIntegral(Interval a, Interval b) {
  auto hasZero = [](Interval x) { return x.low <= 0 && x.high >= 0; };
  return a.isIntegral() && b.isIntegral() && !(hasZero(a) && b.low < 0) &&
         !(hasZero(b) && a.low < 0);
}

Interval LawRanges::evaluate(Operation *op, Type type) const {
  auto operand = [&](unsigned index) { return get(op->getOperand(index)); };
  // Integers that the type holds add and multiply without rounding; what may
  // be larger rounds or wraps.
  auto exact = [&](Interval interval) {
    double bound = getLargestExact(type);
    bool isExact = interval.isIntegral() && interval.low >= -bound &&
                   interval.high <= bound;
    return isExact ? interval : getTypeInterval(type);
  };
  auto both = [](Interval a, Interval b) {
    return std::min(a.numbers, b.numbers);
  };
  auto add = [&](Interval a, Interval b) {
    return Interval{a.low + b.low, a.high + b.high, both(a, b)};
  };
  auto smaller = [&](Interval a, Interval b) {
    return Interval{std::min(a.low, b.low), std::min(a.high, b.high),
                    both(a, b)};
  };
  auto larger = [&](Interval a, Interval b) {
    return Interval{std::max(a.low, b.low), std::max(a.high, b.high),
                    both(a, b)};
  };
  auto either = [&](Interval a, Interval b) {
    return Interval{std::min(a.low, b.low), std::max(a.high, b.high),
                    both(a, b)};
  };
  return llvm::TypeSwitch<Operation *, Interval>(op)
      .Case<arith::ConstantOp>([&](auto constant) {
        auto view = ConstantView::get(Attribute(constant.getValue()));
        return view ? getConstantInterval(*view) : getTypeInterval(type);
      })
      .Case<arith::ExtUIOp>([&](auto) { return operand(0); })
      // A large i32 is rounded, to an integer.
      .Case<arith::UIToFPOp, arith::SIToFPOp>([&](auto) {
        Interval a = operand(0);
        // Without a sign, -1 is the largest; with one, a set bit is -1.
        if (isa<arith::UIToFPOp>(op) && a.low < 0)
          return Interval{0, 0x1p32, Numbers::Integers};
        if (isa<arith::SIToFPOp>(op) &&
            op->getOperand(0).getType().isInteger(1))
          return Interval{-a.high, -a.low, Numbers::Integers};
        return Interval{a.low, a.high == 0x1p31 - 1 ? 0x1p31 : a.high,
                        Numbers::Integers};
      })
      .Case<arith::AddFOp>([&](auto) {
        Interval sum = exact(add(operand(0), operand(1)));
        return sum.isIntegral()
                   ? sum
                   : apply(type, [](auto a, auto b, auto) { return a + b; },
                           {operand(0), operand(1)});
      })
      .Case<arith::SubFOp>([&](auto) {
        Interval b = operand(1);
        Interval sum = exact(add(operand(0), {-b.high, -b.low, b.numbers}));
        return sum.isIntegral()
                   ? sum
                   : apply(type, [](auto a, auto b, auto) { return a - b; },
                           {operand(0), b});
      })
      .Case<arith::MulFOp>([&](auto) {
        if (isProductIntegral(operand(0), operand(1)))
          if (Interval product = exact(multiply(operand(0), operand(1)));
              product.isIntegral())
            return product;
        return apply(type, [](auto a, auto b, auto) { return a * b; },
                     {operand(0), operand(1)});
      })
      .Case<arith::DivFOp>([&](auto) {
        Interval b = operand(1);
        if (b.low <= 0 && b.high >= 0)
          return Interval();
        return apply(type, [](auto a, auto b, auto) { return a / b; },
                     {operand(0), b});
      })
      .Case<arith::NegFOp>([&](auto) {
        Interval a = operand(0);
        return Interval{-a.high, -a.low, std::min(a.numbers, Numbers::Real)};
      })
      .Case<math::FmaOp>([&](auto) {
        return apply(type,
                     [](auto a, auto b, auto c) { return std::fma(a, b, c); },
                     {operand(0), operand(1), operand(2)});
      })
      .Case<arith::CmpFOp, arith::CmpIOp>([&](auto op) {
        // As signed numbers, i1 true is -1.
        if (op.getLhs().getType().isInteger(1))
          return getTypeInterval(type);
        return compare(op.getPredicate(), operand(0), operand(1));
      })
      .Case<arith::AndIOp>([&](auto) {
        return type.isInteger(1) ? smaller(operand(0), operand(1))
                                 : getTypeInterval(type);
      })
      .Case<arith::OrIOp>([&](auto) {
        return type.isInteger(1) ? larger(operand(0), operand(1))
                                 : getTypeInterval(type);
      })
      .Case<arith::SelectOp>([&](auto select) {
        Interval a = operand(1), b = operand(2), condition = operand(0);
        if (condition.low == condition.high)
          return condition.low == 0 ? b : a;
        Choice choice = getChoice(select);
        if (choice == Choice::Any)
          return either(a, b);
        // A comparison with NaN is false: b is taken, and is NaN only itself.
        Interval result =
            choice == Choice::Larger ? larger(a, b) : smaller(a, b);
        if (a.numbers != Numbers::Any)
          return result;
        result = either(result, b);
        result.numbers =
            b.numbers == Numbers::Any ? Numbers::Any : Numbers::Real;
        return result;
      })
      .Case<arith::MinSIOp>(
          [&](auto) { return smaller(operand(0), operand(1)); })
      .Case<arith::MaxSIOp>(
          [&](auto) { return larger(operand(0), operand(1)); })
      // Fractions between -1 and 0 may become -0.0.
      .Case<math::FloorOp>([&](auto) {
        Interval a = operand(0);
        return Interval{std::floor(a.low), std::floor(a.high), a.numbers};
      })
      .Case<math::RoundEvenOp, math::TruncOp, math::CeilOp>([&](auto) {
        Interval a = operand(0);
        return Interval{std::floor(a.low), std::ceil(a.high), a.numbers};
      })
      .Case<snn::ToIntOp>([&](auto) {
        // A NaN becomes 0.
        Interval a = operand(0), full = getTypeInterval(type);
        return Interval{std::max(full.low, std::min(0.0, std::trunc(a.low))),
                        std::min(full.high, std::max(0.0, std::trunc(a.high))),
                        Numbers::Integers};
      })
      .Default([&](Operation *) { return getTypeInterval(type); });
}
