// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ModelTable.h"
#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringSet.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNFUSEELEMENTWISE
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct FuseElementwise
    : volley::snn::impl::SNNFuseElementwiseBase<FuseElementwise> {
  using SNNFuseElementwiseBase::SNNFuseElementwiseBase;
  void runOnOperation() override;

private:
  void outline(Operation *op, ModelTable &models);
  void outlineReduction(ReduceTimeOp op, ModelTable &models);
  PopulationOp findProducer(PopulationOp population, Rates &rates,
                            unsigned &input);
  PopulationOp merge(PopulationOp producer, PopulationOp consumer,
                     unsigned input, ModelTable &models);
  NeuronModelOp getModel(PopulationOp population) {
    return cast<NeuronModelOp>(
        SymbolTable::lookupSymbolIn(getOperation(), population.getModel()));
  }
};
} // namespace

/// A scalar in the element type of an elementwise op's result.
static Value convert(OpBuilder &builder, Location loc, Value value, Type to) {
  Type from = value.getType();
  if (from == to)
    return value;
  if (isa<FloatType>(to))
    return from.isInteger(1)
               ? arith::UIToFPOp::create(builder, loc, to, value).getResult()
               : arith::SIToFPOp::create(builder, loc, to, value).getResult();
  return arith::ExtUIOp::create(builder, loc, to, value);
}

static Value add(OpBuilder &builder, Location loc, Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::AddFOp::create(builder, loc, a, b);
  return arith::AddIOp::create(builder, loc, a, b);
}

static Value mul(OpBuilder &builder, Location loc, Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::MulFOp::create(builder, loc, a, b);
  if (a.getType().isInteger(1))
    return arith::AndIOp::create(builder, loc, a, b);
  return arith::MulIOp::create(builder, loc, a, b);
}

/// "x0", "x1", ...: names of the inputs or parameters of a model.
static SmallVector<Attribute> numberNames(Builder &builder, StringRef prefix,
                                          size_t count) {
  SmallVector<Attribute> names;
  for (size_t i = 0; i < count; ++i)
    names.push_back(builder.getStringAttr(prefix + Twine(i)));
  return names;
}

/// The most inputs that a law is given: code for one with thousands takes long
/// to compile and fits no registers.
static constexpr size_t kMostInputs = 32;

/// An add of many operands as a chain of adds of some, from left to right as
/// before.
static void splitAdd(AddOp add) {
  OpBuilder builder(add);
  while (add.getAddends().size() > kMostInputs) {
    auto first = AddOp::create(builder, add.getLoc(), add.getType(),
                               add.getAddends().take_front(kMostInputs));
    SmallVector<Value> rest{first};
    llvm::append_range(rest, add.getAddends().drop_front(kMostInputs));
    add.getAddendsMutable().assign(rest);
  }
}

/// Turns an elementwise op into a population of a stateless model; its
/// constants become parameters.
void FuseElementwise::outline(Operation *op, ModelTable &models) {
  Location loc = op->getLoc();
  OpBuilder builder(op);
  Type element = getElementTypeOrSelf(op->getResult(0).getType());
  SmallVector<Value> inputs, params;
  for (Value operand : op->getOperands())
    (isConstant(operand) ? params : inputs).push_back(operand);

  ModelParts parts;
  parts.inputNames = numberNames(builder, "x", inputs.size());
  parts.paramNames = numberNames(builder, "c", params.size());
  parts.outputNames = {builder.getStringAttr("output")};
  parts.outputTypes = {element};
  OwningOpRef<NeuronModelOp> model =
      createModel(loc, op->getName().stripDialect(), parts);
  Block &body = model->getBodyBlock();
  for (Value value : inputs)
    body.addArgument(getElementTypeOrSelf(value.getType()), loc);
  for (Value value : params)
    body.addArgument(getElementTypeOrSelf(value.getType()), loc);
  // In the order of the op's operands.
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  SmallVector<Value> operands;
  unsigned nextInput = 0, nextParam = inputs.size();
  for (Value operand : op->getOperands()) {
    unsigned index = isConstant(operand) ? nextParam++ : nextInput++;
    operands.push_back(convert(inner, loc, body.getArgument(index), element));
  }
  Value result = operands.front();
  if (isa<NormOp>(op))
    result =
        math::FmaOp::create(inner, loc, operands[0], operands[1], operands[2]);
  else
    for (Value operand : llvm::drop_begin(operands))
      result = isa<AddOp>(op) ? add(inner, loc, result, operand)
                              : mul(inner, loc, result, operand);
  NextOp::create(inner, loc, ValueRange(), result);

  auto population = PopulationOp::create(
      builder, loc, op->getResultTypes(), models.insert(std::move(model)),
      builder.getStringAttr(""), inputs, params, builder.getArrayAttr({}));
  op->replaceAllUsesWith(population);
  op->erase();
}

//===----------------------------------------------------------------------===//
// Reductions over time
//===----------------------------------------------------------------------===//

/// A model's law, written by `emit`: from the states, then the inputs, to the
/// next states, then the outputs.
using LawEmitter = llvm::function_ref<SmallVector<Value>(
    OpBuilder &, Block::BlockArgListType)>;

namespace {
/// A population without a name in the place of an op, and what is in it.
struct LawParts {
  StringRef name;
  SmallVector<TypedAttr> initials;
  SmallVector<Type> outputs;
};
} // namespace

/// A population of a new law. Its results are the outputs, then all states.
static PopulationOp createPopulation(OpBuilder &builder, Location loc,
                                     const LawParts &law, ValueRange inputs,
                                     ModelTable &models, LawEmitter emit) {
  ModelParts parts;
  parts.stateNames = numberNames(builder, "s", law.initials.size());
  parts.stateInitials.assign(law.initials.begin(), law.initials.end());
  parts.inputNames = numberNames(builder, "x", inputs.size());
  parts.outputNames = numberNames(builder, "y", law.outputs.size());
  parts.outputTypes = law.outputs;
  OwningOpRef<NeuronModelOp> model = createModel(loc, law.name, parts);
  Block &body = model->getBodyBlock();
  auto shape = cast<RankedTensorType>(inputs.front().getType()).getShape();
  SmallVector<Type> types;
  for (Type type : law.outputs)
    types.push_back(RankedTensorType::get(shape, type));
  for (TypedAttr initial : law.initials) {
    body.addArgument(initial.getType(), loc);
    types.push_back(RankedTensorType::get(shape, initial.getType()));
  }
  for (Value input : inputs)
    body.addArgument(getElementTypeOrSelf(input.getType()), loc);
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  SmallVector<Value> results = emit(inner, body.getArguments());
  ArrayRef<Value> values(results);
  NextOp::create(inner, loc, values.take_front(law.initials.size()),
                 values.drop_front(law.initials.size()));
  return PopulationOp::create(builder, loc, types,
                              models.insert(std::move(model)),
                              builder.getStringAttr(""), inputs, ValueRange(),
                              builder.getArrayAttr(parts.stateNames));
}

/// What is below every element of a type.
static TypedAttr getLeast(Type type) {
  if (auto real = dyn_cast<FloatType>(type))
    return FloatAttr::get(
        type, APFloat::getInf(real.getFloatSemantics(), /*Negative=*/true));
  return IntegerAttr::get(
      type, type.isInteger(1) ? APInt(1, 0) : APInt::getSignedMinValue(32));
}

static Value isNotZero(OpBuilder &builder, Location loc, Value x) {
  Type type = x.getType();
  if (type.isInteger(1))
    return x;
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
  if (isa<FloatType>(type))
    return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNE, x,
                                 zero);
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, x, zero);
}

static Value maximum(OpBuilder &builder, Location loc, Value best, Value x) {
  Type type = x.getType();
  if (type.isInteger(1))
    return arith::OrIOp::create(builder, loc, best, x);
  Value isLarger;
  if (isa<FloatType>(type))
    isLarger =
        arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, x, best);
  else
    isLarger =
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt, x, best);
  return arith::SelectOp::create(builder, loc, isLarger, x, best);
}

/// Every reduction over time becomes a law that runs along, of which the last
/// value counts: running sums, counts of steps, largest values so far.
void FuseElementwise::outlineReduction(ReduceTimeOp op, ModelTable &models) {
  Location loc = op.getLoc();
  OpBuilder builder(op);
  Type from = op.getInput().getType().getElementType();
  Type to = getElementTypeOrSelf(op.getType());
  Type i32 = builder.getI32Type();
  auto last = [&](Value stream) -> Value {
    return ReduceTimeOp::create(builder, loc, stream.getType(),
                                TimeReduceKind::Last, stream);
  };
  auto constant = [&](OpBuilder &b, int64_t value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(i32, value));
  };
  Value result;
  switch (op.getKind()) {
  case TimeReduceKind::Last:
    return;
  case TimeReduceKind::Sum: {
    PopulationOp sum = createPopulation(
        builder, loc, {"running_sum", {builder.getZeroAttr(to)}, {}},
        op.getInput(), models,
        [&](OpBuilder &b, auto args) -> SmallVector<Value> {
          return {add(b, loc, args[0], convert(b, loc, args[1], to))};
        });
    result = last(sum->getResult(0));
    break;
  }
  case TimeReduceKind::Mean: {
    Type sumType = isa<FloatType>(from) ? from : i32;
    PopulationOp sums = createPopulation(
        builder, loc,
        {"running_mean",
         {builder.getZeroAttr(sumType), builder.getZeroAttr(i32)},
         {}},
        op.getInput(), models,
        [&](OpBuilder &b, auto args) -> SmallVector<Value> {
          return {add(b, loc, args[0], convert(b, loc, args[2], sumType)),
                  add(b, loc, args[1], constant(b, 1))};
        });
    PopulationOp mean = createPopulation(
        builder, loc, {"mean", {}, {to}},
        {last(sums->getResult(0)), last(sums->getResult(1))}, models,
        [&](OpBuilder &b, auto args) -> SmallVector<Value> {
          return {arith::DivFOp::create(b, loc, convert(b, loc, args[0], to),
                                        convert(b, loc, args[1], to))};
        });
    result = mean->getResult(0);
    break;
  }
  case TimeReduceKind::Max: {
    PopulationOp largest = createPopulation(
        builder, loc, {"running_max", {getLeast(from)}, {}}, op.getInput(),
        models, [&](OpBuilder &b, auto args) -> SmallVector<Value> {
          return {maximum(b, loc, args[0], args[1])};
        });
    result = last(largest->getResult(0));
    break;
  }
  case TimeReduceKind::FirstSpike: {
    // Until there is one: -1 - (steps so far).
    using P = arith::CmpIPredicate;
    PopulationOp first = createPopulation(
        builder, loc, {"running_first", {builder.getIntegerAttr(i32, -1)}, {}},
        op.getInput(), models,
        [&](OpBuilder &b, auto args) -> SmallVector<Value> {
          Value minusOne = constant(b, -1);
          Value steps = arith::SubIOp::create(b, loc, minusOne, args[0]);
          Value next = arith::AddIOp::create(b, loc, args[0], minusOne);
          Value spike = arith::SelectOp::create(
              b, loc, isNotZero(b, loc, args[1]), steps, next);
          Value isOpen =
              arith::CmpIOp::create(b, loc, P::slt, args[0], constant(b, 0));
          return {arith::SelectOp::create(b, loc, isOpen, spike, args[0])};
        });
    PopulationOp decoded = createPopulation(
        builder, loc, {"first", {}, {i32}}, last(first->getResult(0)), models,
        [&](OpBuilder &b, auto args) -> SmallVector<Value> {
          Value steps = arith::SubIOp::create(b, loc, constant(b, -1), args[0]);
          Value isOpen =
              arith::CmpIOp::create(b, loc, P::slt, args[0], constant(b, 0));
          return {arith::SelectOp::create(b, loc, isOpen, steps, args[0])};
        });
    result = decoded->getResult(0);
    break;
  }
  }
  op.replaceAllUsesWith(result);
  op.erase();
}

//===----------------------------------------------------------------------===//
// Fusion
//===----------------------------------------------------------------------===//

/// True if a model asserts something. What fails is reported under the name of
/// the population, which fusing would lose.
static bool hasAssertion(NeuronModelOp model) {
  return model->walk([](AssertOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

/// A stateless population whose only use is an input of `population`, and which
/// has a value as often: static work stays out of streams.
PopulationOp FuseElementwise::findProducer(PopulationOp population,
                                           Rates &rates, unsigned &input) {
  for (auto [index, value] : llvm::enumerate(population.getInputs())) {
    auto producer = value.getDefiningOp<PopulationOp>();
    if (!producer || producer == population || !value.hasOneUse() ||
        producer->getNumResults() != 1 || getModel(producer).getNumStates() ||
        hasAssertion(getModel(producer)) ||
        rates.get(value) != rates.get(population->getResult(0)) ||
        producer.getInputs().size() + population.getInputs().size() >
            kMostInputs + 1)
      continue;
    input = index;
    return producer;
  }
  return nullptr;
}

/// One population that does the producer's work, then the consumer's.
PopulationOp FuseElementwise::merge(PopulationOp producer,
                                    PopulationOp consumer, unsigned input,
                                    ModelTable &models) {
  NeuronModelOp first = getModel(producer), second = getModel(consumer);
  OpBuilder builder(consumer);
  Location loc = consumer.getLoc();

  // States, then the inputs with the producer's in the place of its result,
  // then all parameters.
  SmallVector<Value> inputs, params;
  ModelParts parts;
  parts.stateNames.assign(second.getStateNames().begin(),
                          second.getStateNames().end());
  parts.stateInitials.assign(second.getStateInitials().begin(),
                             second.getStateInitials().end());
  parts.outputNames.assign(second.getOutputNames().begin(),
                           second.getOutputNames().end());
  for (unsigned i = 0; i < second.getNumOutputs(); ++i)
    parts.outputTypes.push_back(second.getOutputType(i));
  llvm::StringSet<> taken;
  for (Attribute name : second.getParamNames())
    taken.insert(cast<StringAttr>(name).getValue());
  for (Attribute name : second.getStateNames())
    taken.insert(cast<StringAttr>(name).getValue());
  auto makeName = [&](StringRef base) {
    std::string name = base.str();
    for (unsigned i = 0; !taken.insert(name).second; ++i)
      name = (base + Twine(i)).str();
    return builder.getStringAttr(name);
  };

  // Two mappings, as both may be of one model.
  OwningOpRef<NeuronModelOp> model;
  IRMapping firstMapping, secondMapping;
  SmallVector<std::pair<BlockArgument, IRMapping *>> arguments;
  for (BlockArgument state : second.getStates())
    arguments.push_back({state, &secondMapping});
  for (auto [index, value] : llvm::enumerate(consumer.getInputs())) {
    if (index == input) {
      for (auto [arg, operand] :
           llvm::zip(first.getInputs(), producer.getInputs())) {
        arguments.push_back({arg, &firstMapping});
        inputs.push_back(operand);
      }
      continue;
    }
    BlockArgument arg = second.getInputs()[index];
    arguments.push_back({arg, &secondMapping});
    inputs.push_back(value);
  }
  for (size_t i = 0; i < inputs.size(); ++i)
    parts.inputNames.push_back(makeName(("x" + Twine(i)).str()));
  for (auto [arg, name, value] : llvm::zip(
           second.getParams(), second.getParamNames(), consumer.getParams())) {
    arguments.push_back({arg, &secondMapping});
    parts.paramNames.push_back(name);
    params.push_back(value);
  }
  for (auto [arg, name, value] : llvm::zip(
           first.getParams(), first.getParamNames(), producer.getParams())) {
    arguments.push_back({arg, &firstMapping});
    parts.paramNames.push_back(makeName(cast<StringAttr>(name).getValue()));
    params.push_back(value);
  }
  model = createModel(loc, second.getSymName(), parts);

  Block &body = model->getBodyBlock();
  for (auto [arg, mapping] : arguments)
    mapping->map(arg, body.addArgument(arg.getType(), loc));
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  for (Operation &op : first.getBodyBlock().without_terminator())
    inner.clone(op, firstMapping);
  secondMapping.map(
      second.getInputs()[input],
      firstMapping.lookup(first.getNextOp().getOutputs().front()));
  for (Operation &op : second.getBodyBlock())
    inner.clone(op, secondMapping);

  auto fused = PopulationOp::create(
      builder, loc, consumer.getResultTypes(), models.insert(std::move(model)),
      consumer.getNameAttr(), inputs, params, consumer.getExposedAttr());
  consumer.replaceAllUsesWith(fused);
  // The fused population may be its own producer's operand no more.
  consumer.erase();
  producer.erase();
  return fused;
}

void FuseElementwise::runOnOperation() {
  ModelTable models(getOperation());
  for (auto network : getOperation().getOps<NetworkOp>()) {
    Block &body = network.getBodyBlock();
    for (auto add : llvm::make_early_inc_range(body.getOps<AddOp>()))
      splitAdd(add);
    for (auto op : llvm::make_early_inc_range(body.getOps<ReduceTimeOp>()))
      outlineReduction(op, models);
    for (Operation &op : llvm::make_early_inc_range(body))
      if (isa<AddOp, MulOp, ScaleOp, NormOp>(op))
        outline(&op, models);
    if (!fuse)
      continue;
    Rates rates(network);
    SmallVector<PopulationOp> worklist(body.getOps<PopulationOp>());
    size_t numBefore = worklist.size(), numMerged = 0;
    llvm::DenseSet<Operation *> erased;
    while (!worklist.empty()) {
      PopulationOp population = worklist.pop_back_val();
      if (erased.contains(population))
        continue;
      unsigned input;
      PopulationOp producer = findProducer(population, rates, input);
      if (!producer)
        continue;
      erased.insert(population);
      erased.insert(producer);
      ++numMerged;
      Rate rate = rates.get(population->getResult(0));
      PopulationOp fused = merge(producer, population, input, models);
      for (Value result : fused->getResults())
        rates.set(result, rate);
      erased.erase(fused);
      worklist.push_back(fused);
    }
    if (numMerged > 0)
      remark::passed(
          network.getLoc(),
          remark::RemarkOpts::name("laws").category("snn-fuse-elementwise"))
          << remark::metric("elementwise ops and populations", numBefore)
          << remark::metric("laws", numBefore - numMerged);
  }
  models.eraseUnused();
}
