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

LawRanges::LawRanges(snn::NeuronModelOp model, ArrayRef<Interval> inputs) {
  for (auto [arg, interval] : llvm::zip_equal(model.getInputs(), inputs))
    intervals[arg] = interval;
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

/// A constant's interval. A float that is an integer is one, but for -0.0.
static Interval getConstantInterval(arith::ConstantOp constant, Type type) {
  std::optional<ConstantView> view =
      ConstantView::get(Attribute(constant.getValue()));
  if (!view)
    return getTypeInterval(type);
  double number = type.isInteger() ? view->getInteger(0) : view->getDouble(0);
  // i1 true is 1 here, -1 as a number of one bit.
  number = type.isInteger(1) ? std::fabs(number) : number;
  if (std::isnan(number))
    return {};
  bool isNegativeZero = number == 0 && std::signbit(number);
  bool isIntegral = number == std::trunc(number) && !isNegativeZero;
  return {number, number, isIntegral ? Numbers::Integers : Numbers::Real};
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
      .Case<arith::ConstantOp>(
          [&](auto constant) { return getConstantInterval(constant, type); })
      .Case<arith::ExtUIOp>([&](auto) { return operand(0); })
      // A large i32 is rounded, to an integer.
      .Case<arith::UIToFPOp, arith::SIToFPOp>([&](auto) {
        Interval a = operand(0);
        return Interval{a.low, a.high == 0x1p31 - 1 ? 0x1p31 : a.high,
                        Numbers::Integers};
      })
      .Case<arith::AddFOp>(
          [&](auto) { return exact(add(operand(0), operand(1))); })
      .Case<arith::SubFOp>([&](auto) {
        Interval b = operand(1);
        return exact(add(operand(0), {-b.high, -b.low, b.numbers}));
      })
      .Case<arith::MulFOp>([&](auto) {
        if (!isProductIntegral(operand(0), operand(1)))
          return Interval();
        return exact(multiply(operand(0), operand(1)));
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
        Interval a = operand(1), b = operand(2);
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
