// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random laws of neurons.

#include "Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace volley;
using namespace volley::fuzz;

namespace {
/// Grows a body by ops on random values of it.
class LawGenerator {
public:
  LawGenerator(OpBuilder &builder, Random &random, FloatType type)
      : builder(builder), random(random), loc(builder.getUnknownLoc()),
        type(type) {}

  void add(Value value) { getPool(value.getType()).push_back(value); }
  Value pickFloat() { return random.pick(ArrayRef<Value>(floats)); }
  Value pickInteger();
  Value pickBinary();

  void addOp(bool allowRegions);

private:
  std::vector<Value> &getPool(Type valueType) {
    if (valueType.isInteger(1))
      return binaries;
    return valueType.isInteger(32) ? integers : floats;
  }
  void addFloatOp();
  void addIntegerOp();
  void addConversion();
  void addBranch();
  void addLoop();
  /// Keeps values from growing without bound over steps.
  Value bound(Value value);

  OpBuilder &builder;
  Random &random;
  Location loc;
  FloatType type;
  std::vector<Value> floats, integers, binaries;
};
} // namespace

Value LawGenerator::pickInteger() {
  if (integers.empty() || random.chance(20))
    return arith::ConstantOp::create(
        builder, loc, builder.getI32IntegerAttr(random.between(-5, 5)));
  return random.pick(ArrayRef<Value>(integers));
}

Value LawGenerator::pickBinary() {
  if (binaries.empty() || random.chance(30)) {
    auto predicate =
        random.pick({arith::CmpFPredicate::OGT, arith::CmpFPredicate::OGE,
                     arith::CmpFPredicate::OLT, arith::CmpFPredicate::ULE,
                     arith::CmpFPredicate::UNE, arith::CmpFPredicate::OEQ,
                     arith::CmpFPredicate::UNO});
    binaries.push_back(arith::CmpFOp::create(builder, loc, predicate,
                                             pickFloat(), pickFloat()));
    return binaries.back();
  }
  return random.pick(ArrayRef<Value>(binaries));
}

Value LawGenerator::bound(Value value) {
  Value limit =
      arith::ConstantOp::create(builder, loc, FloatAttr::get(type, 8.0));
  Value magnitude = math::AbsFOp::create(builder, loc, value);
  Value isLarge = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT,
                                        magnitude, limit);
  Value small = arith::ConstantOp::create(
      builder, loc, FloatAttr::get(type, random.real(-1, 1)));
  return arith::SelectOp::create(builder, loc, isLarge, small, value);
}

void LawGenerator::addFloatOp() {
  Value a = pickFloat(), b = pickFloat(), c = pickFloat();
  Value result;
  switch (random.below(17)) {
  case 0:
    result = arith::AddFOp::create(builder, loc, a, b);
    break;
  case 1:
    result = arith::SubFOp::create(builder, loc, a, b);
    break;
  case 2:
  case 3:
    result = arith::MulFOp::create(builder, loc, a, b);
    break;
  case 4:
    result = arith::DivFOp::create(builder, loc, a, b);
    break;
  case 5:
    result = arith::NegFOp::create(builder, loc, a);
    break;
  case 6:
  case 7:
    result = math::FmaOp::create(builder, loc, a, b, c);
    break;
  case 8:
    result = math::FloorOp::create(builder, loc, a);
    break;
  case 9:
    result = math::CeilOp::create(builder, loc, a);
    break;
  case 10:
    result = math::TruncOp::create(builder, loc, a);
    break;
  case 11:
    result = math::RoundEvenOp::create(builder, loc, a);
    break;
  case 12:
    result = math::CopySignOp::create(builder, loc, a, b);
    break;
  case 13:
    result = math::SqrtOp::create(builder, loc,
                                  math::AbsFOp::create(builder, loc, a));
    break;
  case 14:
    result = arith::SelectOp::create(builder, loc, pickBinary(), a, b);
    break;
  case 15:
    // Rarely: these laws do not run on vectors.
    if (random.chance(70))
      return addFloatOp();
    result = snn::ExpOp::create(builder, loc, type, a);
    break;
  case 16:
    if (random.chance(70))
      return addFloatOp();
    result = snn::LogOp::create(builder, loc, type, a);
    break;
  }
  add(random.chance(40) ? bound(result) : result);
}

void LawGenerator::addIntegerOp() {
  Value a = pickInteger(), b = pickInteger();
  Value result;
  switch (random.below(10)) {
  case 0:
    result = arith::AddIOp::create(builder, loc, a, b);
    break;
  case 1:
    result = arith::SubIOp::create(builder, loc, a, b);
    break;
  case 2:
    result = arith::MulIOp::create(builder, loc, a, b);
    break;
  case 3:
    result = arith::AndIOp::create(builder, loc, a, b);
    break;
  case 4:
    result = arith::OrIOp::create(builder, loc, a, b);
    break;
  case 5:
    result = arith::XOrIOp::create(builder, loc, a, b);
    break;
  case 6:
    result = arith::MaxSIOp::create(builder, loc, a, b);
    break;
  case 7:
    result = arith::MinSIOp::create(builder, loc, a, b);
    break;
  case 8:
    result = arith::CmpIOp::create(
        builder, loc,
        random.pick({arith::CmpIPredicate::slt, arith::CmpIPredicate::uge,
                     arith::CmpIPredicate::eq, arith::CmpIPredicate::sgt}),
        a, b);
    break;
  case 9:
    result = arith::SelectOp::create(builder, loc, pickBinary(), a, b);
    break;
  }
  add(result);
}

void LawGenerator::addConversion() {
  Type i32 = builder.getI32Type(), i1 = builder.getI1Type();
  switch (random.below(9)) {
  case 0:
    return add(snn::ToIntOp::create(builder, loc, i32, pickFloat()));
  case 1:
    return add(arith::SIToFPOp::create(builder, loc, type, pickInteger()));
  case 2:
    return add(arith::UIToFPOp::create(builder, loc, type, pickBinary()));
  case 3:
    return add(arith::ExtUIOp::create(builder, loc, i32, pickBinary()));
  case 4:
    return add(arith::ExtSIOp::create(builder, loc, i32, pickBinary()));
  case 5:
    return add(arith::TruncIOp::create(builder, loc, i1, pickInteger()));
  case 6:
    return add(arith::UIToFPOp::create(builder, loc, type, pickInteger()));
  case 7:
    return add(arith::XOrIOp::create(builder, loc, pickBinary(), pickBinary()));
  case 8: {
    // By way of the other precision.
    Value x = pickFloat();
    if (type.isF32()) {
      Value wide = arith::ExtFOp::create(builder, loc, builder.getF64Type(), x);
      return add(arith::TruncFOp::create(builder, loc, type, wide));
    }
    Value narrow =
        arith::TruncFOp::create(builder, loc, builder.getF32Type(), x);
    return add(arith::ExtFOp::create(builder, loc, type, narrow));
  }
  }
}

void LawGenerator::addBranch() {
  Value condition = pickBinary(), a = pickFloat(), b = pickFloat();
  auto branch = scf::IfOp::create(
      builder, loc, condition,
      [&](OpBuilder &inner, Location l) {
        scf::YieldOp::create(inner, l,
                             arith::MulFOp::create(inner, l, a, b).getResult());
      },
      [&](OpBuilder &inner, Location l) {
        scf::YieldOp::create(inner, l,
                             arith::SubFOp::create(inner, l, a, b).getResult());
      });
  add(branch.getResult(0));
}

/// At most five rounds.
void LawGenerator::addLoop() {
  Value start = pickFloat(), limit = pickFloat();
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(0));
  Value rounds =
      arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(5));
  Value one =
      arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(1));
  Value half =
      arith::ConstantOp::create(builder, loc, FloatAttr::get(type, 0.5));
  auto loop = scf::WhileOp::create(
      builder, loc, TypeRange{type, builder.getI32Type()},
      ValueRange{start, zero},
      [&](OpBuilder &inner, Location l, ValueRange args) {
        Value above = arith::CmpFOp::create(inner, l, arith::CmpFPredicate::OGT,
                                            args[0], limit);
        Value few = arith::CmpIOp::create(inner, l, arith::CmpIPredicate::slt,
                                          args[1], rounds);
        scf::ConditionOp::create(
            inner, l, arith::AndIOp::create(inner, l, above, few), args);
      },
      [&](OpBuilder &inner, Location l, ValueRange args) {
        Value next = arith::MulFOp::create(inner, l, args[0], half);
        Value count = arith::AddIOp::create(inner, l, args[1], one);
        scf::YieldOp::create(inner, l, ValueRange{next, count});
      });
  add(loop.getResult(0));
  add(loop.getResult(1));
}

void LawGenerator::addOp(bool allowRegions) {
  uint64_t kind = random.below(20);
  if (kind < 11)
    addFloatOp();
  else if (kind < 14)
    addIntegerOp();
  else if (kind < 18)
    addConversion();
  else if (!allowRegions)
    addFloatOp();
  else if (kind == 18)
    addBranch();
  else
    addLoop();
}

snn::NeuronModelOp volley::fuzz::generateAccumulator(ModuleOp module,
                                                     Random &random,
                                                     FloatType type,
                                                     StringRef name) {
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  Location loc = builder.getUnknownLoc();
  auto number = [&](double value) { return FloatAttr::get(type, value); };
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(builder, loc, number(value));
  };
  auto name1 = [&](StringRef text) {
    return SmallVector<Attribute>{builder.getStringAttr(text)};
  };
  snn::ModelParts parts{name1("s0"), {number(random.pick({0.0, 0.5, -0.25}))},
                        name1("x0"), name1("p0"),
                        name1("o0"), {builder.getI1Type()}};
  auto model = snn::NeuronModelOp::create(builder, loc, name, parts);
  Block &body = model.getBodyBlock();
  builder.setInsertionPointToStart(&body);
  Value v = body.addArgument(type, loc), x = body.addArgument(type, loc),
        threshold = body.addArgument(type, loc);
  if (random.chance(30))
    x = arith::NegFOp::create(builder, loc, x);
  v = arith::AddFOp::create(builder, loc, v, x);
  if (random.chance(30))
    threshold = constant(random.real(-1, 2));
  using P = arith::CmpFPredicate;
  Value spike = arith::CmpFOp::create(
      builder, loc, random.pick({P::OGT, P::OGE, P::OLT}), v, threshold);
  Value one = arith::UIToFPOp::create(builder, loc, type, spike);
  switch (random.below(4)) {
  case 0:
    v = arith::SelectOp::create(builder, loc, spike, constant(0), v);
    break;
  case 1:
    v = arith::SelectOp::create(builder, loc, spike,
                                constant(random.real(-1, 1)), v);
    break;
  case 2:
    v = arith::SubFOp::create(
        builder, loc, v, arith::MulFOp::create(builder, loc, one, threshold));
    break;
  case 3:
    v = math::FmaOp::create(builder, loc, one,
                            arith::NegFOp::create(builder, loc, threshold), v);
    break;
  }
  if (random.chance(30)) {
    Value low = constant(random.real(-2, 0));
    Value below = arith::CmpFOp::create(builder, loc, P::OLT, v, low);
    v = arith::SelectOp::create(builder, loc, below, low, v);
  }
  if (random.chance(15))
    v = arith::MulFOp::create(builder, loc, v, constant(0.5));
  snn::NextOp::create(builder, loc, v, spike);
  return model;
}

snn::NeuronModelOp volley::fuzz::generateLaw(ModuleOp module, Random &random,
                                             FloatType type, StringRef name) {
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  Location loc = builder.getUnknownLoc();
  Type i1 = builder.getI1Type(), i32 = builder.getI32Type();

  unsigned numStates = random.below(4), numInputs = 1 + random.below(3),
           numParams = random.below(4), numOutputs = 1 + random.below(2);
  snn::ModelParts parts;
  SmallVector<Type> types;
  for (unsigned i = 0; i < numStates; ++i) {
    parts.stateNames.push_back(builder.getStringAttr("s" + Twine(i)));
    Type stateType = random.pick<Type>({type, type, type, i32, i1});
    types.push_back(stateType);
    parts.stateInitials.push_back(
        isa<FloatType>(stateType)
            ? Attribute(FloatAttr::get(
                  stateType, random.chance(50) ? 0.0 : random.real(-1, 1)))
            : IntegerAttr::get(stateType, random.below(2)));
  }
  for (unsigned i = 0; i < numInputs; ++i) {
    parts.inputNames.push_back(builder.getStringAttr("x" + Twine(i)));
    types.push_back(random.pick<Type>({type, type, i32, i1}));
  }
  for (unsigned i = 0; i < numParams; ++i) {
    parts.paramNames.push_back(builder.getStringAttr("p" + Twine(i)));
    types.push_back(random.pick<Type>({type, type, type, i32}));
  }
  for (unsigned i = 0; i < numOutputs; ++i) {
    parts.outputNames.push_back(builder.getStringAttr("o" + Twine(i)));
    parts.outputTypes.push_back(random.pick<Type>({type, i32, i1, i1}));
  }

  auto model = snn::NeuronModelOp::create(builder, loc, name, parts);
  Block &body = model.getBodyBlock();
  builder.setInsertionPointToStart(&body);

  LawGenerator law(builder, random, type);
  law.add(arith::ConstantOp::create(builder, loc,
                                    FloatAttr::get(type, random.real(-1, 1))));
  for (Type argument : types)
    law.add(body.addArgument(argument, loc));
  bool allowRegions = random.chance(25);
  for (unsigned i = 0, count = 3 + random.below(10); i < count; ++i)
    law.addOp(allowRegions);
  auto pick = [&](Type wanted) {
    if (wanted.isInteger(1))
      return law.pickBinary();
    return wanted.isInteger(32) ? law.pickInteger() : law.pickFloat();
  };
  SmallVector<Value> next, outputs;
  for (unsigned i = 0; i < numStates; ++i)
    next.push_back(pick(types[i]));
  for (Type outputType : parts.outputTypes) {
    // Spikes and counts as floats.
    if (isa<FloatType>(outputType) && random.chance(50))
      outputs.push_back(
          arith::UIToFPOp::create(builder, loc, outputType, law.pickBinary()));
    else
      outputs.push_back(pick(outputType));
  }
  snn::NextOp::create(builder, loc, next, outputs);
  return model;
}
