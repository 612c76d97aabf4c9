// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "NeuronLaws.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/NeuronKinds.h"
#include <cmath>

using namespace mlir;
using namespace volley::snn;

//===----------------------------------------------------------------------===//
// Coefficients
//===----------------------------------------------------------------------===//

static Coefficient readCoefficient(Value value) {
  ConstantView view = *ConstantView::get(value);
  Coefficient result;
  if (view.isUniform()) {
    result.values.push_back(view.getDouble(0));
    return result;
  }
  result.shape.assign(view.getShape().begin(), view.getShape().end());
  for (int64_t i = 0; i < view.getNumElements(); ++i)
    result.values.push_back(view.getDouble(i));
  return result;
}

/// Element of a coefficient at a position of a larger broadcast shape.
static double getBroadcast(const Coefficient &c, ArrayRef<int64_t> position) {
  int64_t index = 0;
  for (auto [dim, size] : llvm::enumerate(c.shape))
    index = index * size + (size == 1 ? 0 : position[dim]);
  return c.values[index];
}

/// `function` of several coefficients, element by element, in f64.
template <typename Function>
static Coefficient combine(Function function,
                           ArrayRef<const Coefficient *> operands) {
  Coefficient result;
  for (const Coefficient *operand : operands)
    for (auto [dim, size] : llvm::enumerate(operand->shape)) {
      if (dim == result.shape.size())
        result.shape.push_back(1);
      result.shape[dim] = std::max(result.shape[dim], size);
    }
  int64_t count = 1;
  for (int64_t size : result.shape)
    count *= size;
  SmallVector<double> arguments(operands.size());
  SmallVector<int64_t> position(result.shape.size(), 0);
  for (int64_t i = 0; i < count; ++i) {
    for (auto [slot, operand] : llvm::enumerate(operands))
      arguments[slot] = getBroadcast(*operand, position);
    result.values.push_back(function(arguments));
    for (size_t dim = position.size(); dim-- > 0;) {
      if (++position[dim] < result.shape[dim])
        break;
      position[dim] = 0;
    }
  }
  if (llvm::all_equal(result.values)) {
    result.shape.clear();
    result.values.resize(1);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// The builder
//===----------------------------------------------------------------------===//

namespace {
/// Writes the body of one model. Parameters are added as they are used.
class LawBuilder {
public:
  LawBuilder(NeuronOp neuron, double dt)
      : neuron(neuron), dt(dt), builder(neuron.getContext()),
        loc(neuron.getLoc()),
        type(neuron.getInput().getType().getElementType()) {
    for (auto [name, value] :
         llvm::zip(neuron.getParamNames().getAsRange<StringAttr>(),
                   neuron.getParams()))
      physical[name.getValue()] = readCoefficient(value);
  }

  NeuronLaw build();

private:
  // Physical parameters and what is derived from them.
  const Coefficient &get(StringRef name) { return physical[name]; }
  Coefficient scaled(StringRef name, double factor) {
    return combine([&](auto x) { return factor * x[0]; }, {&get(name)});
  }
  /// dt / tau.
  Coefficient rate(StringRef tau) {
    return combine([&](auto x) { return dt / x[0]; }, {&get(tau)});
  }
  /// exp(-dt / tau).
  Coefficient decay(StringRef tau) {
    return combine([&](auto x) { return std::exp(-dt / x[0]); }, {&get(tau)});
  }

  // Scalar ops.
  Value param(StringRef name, Coefficient value);
  Value constant(double value) {
    return arith::ConstantOp::create(builder, loc, FloatAttr::get(type, value));
  }
  Value add(Value a, Value b) {
    return arith::AddFOp::create(builder, loc, a, b);
  }
  Value sub(Value a, Value b) {
    return arith::SubFOp::create(builder, loc, a, b);
  }
  Value mul(Value a, Value b) {
    return arith::MulFOp::create(builder, loc, a, b);
  }
  Value div(Value a, Value b) {
    return arith::DivFOp::create(builder, loc, a, b);
  }
  Value neg(Value a) { return arith::NegFOp::create(builder, loc, a); }
  Value fma(Value a, Value b, Value c) {
    return math::FmaOp::create(builder, loc, a, b, c);
  }
  Value cmp(arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(builder, loc, predicate, a, b);
  }
  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(builder, loc, condition, a, b);
  }
  /// gain x + offset, without the parts that do nothing. A null offset is 0.
  Value affine(StringRef gainName, const Coefficient &gain, Value x,
               Value offset);
  /// The leak potential, or null if it is 0.
  Value leakPotential(bool hasLeak);

  // Parts of laws.
  Value integrate(Value v, Value x);
  Value relax(StringRef tau, StringRef gain, StringRef suffix, Value v, Value x,
              bool hasLeak);
  Value compare(Value v, Value threshold);
  Value isAboveThreshold(Value v);
  void emitSpikingStep(Value v, Value x);
  void emitExactStep(Value v, Value x);
  Value clamp(Value v);

  NeuronOp neuron;
  double dt;
  OpBuilder builder;
  Location loc;
  Type type;
  llvm::StringMap<Coefficient> physical;

  Block *body = nullptr;
  SmallVector<StringRef> paramNames;
  std::vector<Coefficient> params;
  llvm::StringMap<Value> paramValues;
  SmallVector<Value> nextStates;
  Value output;
};
} // namespace

Value LawBuilder::param(StringRef name, Coefficient value) {
  Value &argument = paramValues[name];
  if (!argument) {
    argument = body->addArgument(type, loc);
    paramNames.push_back(paramValues.find(name)->first());
    params.push_back(std::move(value));
  }
  return argument;
}

Value LawBuilder::affine(StringRef gainName, const Coefficient &gain, Value x,
                         Value offset) {
  if (gain.isUniform(1))
    return offset ? add(x, offset) : x;
  Value g = param(gainName, gain);
  return offset ? fma(g, x, offset) : mul(g, x);
}

Value LawBuilder::leakPotential(bool hasLeak) {
  if (!hasLeak || get("v_leak").isUniform(0))
    return nullptr;
  return param("v_leak", get("v_leak"));
}

//===----------------------------------------------------------------------===//
// Integration
//===----------------------------------------------------------------------===//

/// One step of tau s' = (leak - s) + gain x under the neuron's scheme.
Value LawBuilder::relax(StringRef tau, StringRef gain, StringRef suffix,
                        Value s, Value x, bool hasLeak) {
  Value leak = leakPotential(hasLeak);
  auto named = [&](StringRef base) { return (base + suffix).str(); };
  std::string gainName = named("gain"), decayName = named("decay");

  switch (neuron.getScheme()) {
  case Scheme::ForwardEuler: {
    // s += k (gain x + (leak - s))
    Value k = param(named("k"), rate(tau));
    Value drive;
    if (!leak && get(gain).isUniform(1))
      drive = sub(x, s);
    else
      drive = affine(gainName, get(gain), x, leak ? sub(leak, s) : neg(s));
    return fma(k, drive, s);
  }
  case Scheme::Exponential: {
    // The distance to the leak decays; the input adds its share as an impulse:
    // s = a (s - leak) + (dt / tau gain x + leak)
    Coefficient k = rate(tau);
    Coefficient impulse =
        combine([](auto v) { return v[0] * v[1]; }, {&k, &get(gain)});
    Value in = affine(gainName, impulse, x, leak);
    return fma(param(decayName, decay(tau)), leak ? sub(s, leak) : s, in);
  }
  case Scheme::ZeroOrderHold:
  case Scheme::Exact: {
    // The input holds over the step, so s approaches u = leak + gain x:
    // s = a (s - u) + u
    Value u = affine(gainName, get(gain), x, leak);
    return fma(param(decayName, decay(tau)), sub(s, u), u);
  }
  case Scheme::PerStep:
    break;
  }
  llvm_unreachable("per_step is no scheme of a leaky neuron");
}

/// The membrane potential after a step in which nothing resets it. Updates the
/// synaptic current of the kinds that have one.
Value LawBuilder::integrate(Value v, Value x) {
  switch (neuron.getKind()) {
  case NeuronKind::Integrator:
  case NeuronKind::IF: {
    // v += r x, or v += dt r x.
    double factor = neuron.getScheme() == Scheme::PerStep ? 1.0 : dt;
    Coefficient gain = scaled("r", factor);
    return gain.isUniform(1) ? add(v, x) : fma(param("gain", gain), x, v);
  }
  case NeuronKind::LI:
  case NeuronKind::LIF:
    return relax("tau", "r", "", v, x, /*hasLeak=*/true);
  case NeuronKind::CubaLI:
  case NeuronKind::CubaLIF: {
    // The membrane sees the new current.
    Value i = relax("tau_syn", "w_in", "_syn", body->getArgument(1), x,
                    /*hasLeak=*/false);
    nextStates.push_back(i);
    return relax("tau_mem", "r", "_mem", v, i, /*hasLeak=*/true);
  }
  case NeuronKind::Threshold:
    break;
  }
  llvm_unreachable("a threshold integrates nothing");
}

//===----------------------------------------------------------------------===//
// Spikes and resets
//===----------------------------------------------------------------------===//

Value LawBuilder::compare(Value v, Value threshold) {
  auto predicate = neuron.getCompare() == Compare::GE
                       ? arith::CmpFPredicate::OGE
                       : arith::CmpFPredicate::OGT;
  return cmp(predicate, v, threshold);
}

Value LawBuilder::isAboveThreshold(Value v) {
  return compare(v, param("threshold", get("v_threshold")));
}

Value LawBuilder::clamp(Value v) {
  if (!neuron.getVMin())
    return v;
  Value least = constant(neuron.getVMin()->convertToDouble());
  return select(cmp(arith::CmpFPredicate::OLT, v, least), least, v);
}

void LawBuilder::emitSpikingStep(Value v, Value x) {
  if (neuron.getScheme() == Scheme::Exact)
    return emitExactStep(v, x);
  Reset reset = neuron.getReset();
  auto threshold = [&] { return param("threshold", get("v_threshold")); };
  auto resetValue = [&] { return param("v_reset", get("v_reset")); };

  if (neuron.getSpikes() == Spikes::Multi) {
    // n = floor(v / threshold) for v > 0; v -= n threshold.
    Value v1 = integrate(v, x);
    Value ratio = math::FloorOp::create(builder, loc, div(v1, threshold()));
    Value zero = constant(0);
    Value count = select(cmp(arith::CmpFPredicate::OGT, v1, zero), ratio, zero);
    output = ToIntOp::create(builder, loc, builder.getI32Type(), count);
    nextStates.insert(nextStates.begin(),
                      clamp(fma(neg(count), threshold(), v1)));
    return;
  }

  if (neuron.getResetDelay()) {
    // The spike of the last step resets now.
    Value late = isAboveThreshold(v);
    Value start = reset == Reset::Zero ? select(late, resetValue(), v) : v;
    Value v1 = integrate(start, x);
    if (reset == Reset::Subtract)
      v1 = select(late, sub(v1, threshold()), v1);
    v1 = clamp(v1);
    output = isAboveThreshold(v1);
    nextStates.insert(nextStates.begin(), v1);
    return;
  }

  Value v1 = integrate(v, x);
  if (reset == Reset::Subtract && neuron.getResidualReset()) {
    // A potential that was still above the threshold has it taken off before
    // the comparison, and only once.
    Value late = isAboveThreshold(v);
    Value thr = threshold();
    Value test = select(late, sub(v1, thr), v1);
    output = isAboveThreshold(test);
    Value spiked = select(late, test, sub(test, thr));
    Value silent = select(late, add(test, thr), test);
    nextStates.insert(nextStates.begin(),
                      clamp(select(output, spiked, silent)));
    return;
  }
  output = isAboveThreshold(v1);
  Value v2 = v1;
  if (reset == Reset::Zero)
    v2 = select(output, resetValue(), v1);
  else if (reset == Reset::Subtract)
    v2 = select(output, sub(v1, threshold()), v1);
  nextStates.insert(nextStates.begin(), clamp(v2));
}

//===----------------------------------------------------------------------===//
// The exact law
//===----------------------------------------------------------------------===//

/// How many times a neuron may cross its threshold in one step.
static constexpr int64_t kMaxCrossings = 64;

/// LIF and IF with their crossings found inside the step. The input holds over
/// the step, so the potential moves monotonically: it crosses the threshold
/// exactly if its end value without resets is above. After a crossing it goes
/// on from `start`: 0 for subtraction (threshold - threshold), else v_reset.
///
/// LIF: v(s) = u + (v0 - u) exp(-s / tau) for u = v_leak + r x. The time that
/// is left after a crossing enters only as E = exp(-left / tau), for which the
/// law needs no logarithm: at the first crossing E = a (v0 - u) / (threshold -
/// u), and each further one multiplies it by (u - start) / (u - threshold). IF:
/// the overshoot over the threshold is what the time left adds.
void LawBuilder::emitExactStep(Value v, Value x) {
  bool isLeaky = neuron.getKind() == NeuronKind::LIF;
  Value threshold = param("threshold", get("v_threshold"));
  Value start = neuron.getReset() == Reset::Subtract
                    ? constant(0)
                    : param("v_reset", get("v_reset"));
  auto gt = arith::CmpFPredicate::OGT;

  Value u, v1, fired;
  if (isLeaky) {
    u = affine("gain", get("r"), x, leakPotential(/*hasLeak=*/true));
    Value decayed = param("decay", decay("tau"));
    v1 = fma(decayed, sub(v, u), u);
    // Rounding may lift v1 above a threshold that u itself does not reach.
    fired = arith::AndIOp::create(builder, loc, cmp(gt, u, threshold),
                                  cmp(gt, v1, threshold));
  } else {
    v1 = integrate(v, x);
    fired = cmp(gt, v1, threshold);
  }

  Type i32 = builder.getI32Type();
  auto integer = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI32IntegerAttr(value));
  };
  // Crossings after the first: (v, E, count) while v is above the threshold.
  auto emitCrossings = [&](OpBuilder &inner, Location) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(inner.getInsertionBlock(),
                              inner.getInsertionPoint());
    Value left, growth, after;
    if (isLeaky) {
      Value decayed = param("decay", decay("tau"));
      left = div(mul(decayed, sub(v, u)), sub(threshold, u));
      growth = div(sub(u, start), sub(u, threshold));
      after = fma(sub(start, u), left, u);
    } else {
      left = constant(0);
      after = add(start, sub(v1, threshold));
    }
    Value last = integer(kMaxCrossings);
    auto loop = scf::WhileOp::create(
        builder, loc, TypeRange{type, type, i32},
        ValueRange{after, left, integer(1)},
        [&](OpBuilder &b, Location loc, ValueRange args) {
          Value above = arith::CmpFOp::create(b, loc, gt, args[0], threshold);
          Value few = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                            args[2], last);
          Value more = arith::AndIOp::create(b, loc, above, few);
          scf::ConditionOp::create(b, loc, more, args);
        },
        [&](OpBuilder &b, Location loc, ValueRange args) {
          OpBuilder::InsertionGuard guard(builder);
          builder.setInsertionPoint(b.getInsertionBlock(),
                                    b.getInsertionPoint());
          Value left = args[1], after;
          if (isLeaky) {
            left = mul(left, growth);
            after = fma(sub(start, u), left, u);
          } else {
            after = add(start, sub(args[0], threshold));
          }
          Value count =
              arith::AddIOp::create(builder, loc, args[2], integer(1));
          scf::YieldOp::create(builder, loc, ValueRange{after, left, count});
        });
    AssertOp::create(
        builder, loc,
        cmp(arith::CmpFPredicate::OLE, loop.getResult(0), threshold),
        builder.getStringAttr("crosses its threshold more than " +
                              Twine(kMaxCrossings) + " times in one step"));
    scf::YieldOp::create(builder, loc,
                         ValueRange{loop.getResult(0), loop.getResult(2)});
  };
  auto emitQuiet = [&](OpBuilder &inner, Location loc) {
    Value none =
        arith::ConstantOp::create(inner, loc, inner.getI32IntegerAttr(0));
    scf::YieldOp::create(inner, loc, ValueRange{v1, none});
  };
  auto branch =
      scf::IfOp::create(builder, loc, fired, emitCrossings, emitQuiet);
  nextStates.insert(nextStates.begin(), branch.getResult(0));
  output = neuron.getSpikes() == Spikes::Multi ? branch.getResult(1) : fired;
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

NeuronLaw LawBuilder::build() {
  const NeuronKindInfo &info = getNeuronKindInfo(neuron.getKind());
  ModelParts parts;
  for (StringRef name : info.states)
    parts.stateNames.push_back(builder.getStringAttr(name));
  parts.stateInitials.assign(info.states.size(), FloatAttr::get(type, 0.0));
  parts.inputNames = {builder.getStringAttr("x")};
  parts.outputNames = {builder.getStringAttr(info.output)};
  parts.outputTypes = {getElementTypeOrSelf(neuron.getResult(0).getType())};
  NeuronLaw law;
  law.model = createModel(loc, stringifyNeuronKind(neuron.getKind()), parts);
  NeuronModelOp model = *law.model;

  size_t numStates = info.states.size();
  body = &model.getBodyBlock();
  for (size_t i = 0; i < numStates + 1; ++i)
    body->addArgument(type, loc);
  builder.setInsertionPointToStart(body);
  Value x = body->getArgument(numStates);
  if (neuron.getKind() == NeuronKind::Threshold) {
    output = compare(x, param("threshold", get("threshold")));
  } else {
    Value v = body->getArgument(0);
    if (info.spikes) {
      emitSpikingStep(v, x);
    } else {
      Value v1 = clamp(integrate(v, x));
      nextStates.insert(nextStates.begin(), v1);
      output = v1;
    }
  }
  NextOp::create(builder, loc, nextStates, output);
  model.setParamNamesAttr(builder.getStrArrayAttr(paramNames));
  law.params = std::move(params);
  return law;
}

NeuronLaw volley::snn::buildNeuronLaw(NeuronOp neuron, double dt) {
  return LawBuilder(neuron, dt).build();
}
