// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ModelTable.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
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
  void runOnOperation() override;

private:
  void outline(Operation *op, ModelTable &models);
  PopulationOp findProducer(PopulationOp population, unsigned &input);
  PopulationOp fuse(PopulationOp producer, PopulationOp consumer,
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

/// Turns an add, mul or scale into a population of a stateless model.
void FuseElementwise::outline(Operation *op, ModelTable &models) {
  Location loc = op->getLoc();
  OpBuilder builder(op);
  Type element = getElementTypeOrSelf(op->getResult(0).getType());
  auto scale = dyn_cast<ScaleOp>(op);
  SmallVector<Value> inputs, params;
  if (scale) {
    inputs.push_back(scale.getInput());
    params.push_back(scale.getFactor());
  } else {
    inputs.assign(op->operand_begin(), op->operand_end());
  }

  ModelParts parts;
  parts.inputNames = numberNames(builder, "x", inputs.size());
  parts.paramNames = numberNames(builder, "factor", params.size());
  parts.outputNames = {builder.getStringAttr("output")};
  parts.outputTypes = {element};
  OwningOpRef<NeuronModelOp> model =
      createModel(loc, op->getName().stripDialect(), parts);
  Block &body = model->getBodyBlock();
  for (Value value : inputs)
    body.addArgument(getElementTypeOrSelf(value.getType()), loc);
  for (Value value : params)
    body.addArgument(getElementTypeOrSelf(value.getType()), loc);
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  Value result = convert(inner, loc, body.getArgument(0), element);
  for (BlockArgument arg : body.getArguments().drop_front()) {
    Value operand = convert(inner, loc, arg, element);
    result = isa<AddOp>(op) ? add(inner, loc, result, operand)
                            : mul(inner, loc, result, operand);
  }
  NextOp::create(inner, loc, ValueRange(), result);

  auto population = PopulationOp::create(
      builder, loc, op->getResultTypes(), models.insert(std::move(model)),
      builder.getStringAttr(""), inputs, params, builder.getArrayAttr({}));
  op->replaceAllUsesWith(population);
  op->erase();
}

/// True if a model asserts something. What fails is reported under the name of
/// the population, which fusing would lose.
static bool hasAssertion(NeuronModelOp model) {
  return model->walk([](AssertOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

/// A stateless population whose only use is an input of `population`.
PopulationOp FuseElementwise::findProducer(PopulationOp population,
                                           unsigned &input) {
  for (auto [index, value] : llvm::enumerate(population.getInputs())) {
    auto producer = value.getDefiningOp<PopulationOp>();
    if (!producer || producer == population || !value.hasOneUse() ||
        producer->getNumResults() != 1 || getModel(producer).getNumStates() ||
        hasAssertion(getModel(producer)) ||
        producer.getInputs().size() + population.getInputs().size() >
            kMostInputs + 1)
      continue;
    input = index;
    return producer;
  }
  return nullptr;
}

/// One population that does the producer's work, then the consumer's.
PopulationOp FuseElementwise::fuse(PopulationOp producer, PopulationOp consumer,
                                   unsigned input, ModelTable &models) {
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
    for (Operation &op : llvm::make_early_inc_range(body))
      if (isa<AddOp, MulOp, ScaleOp>(op))
        outline(&op, models);
    SmallVector<PopulationOp> worklist(body.getOps<PopulationOp>());
    llvm::DenseSet<Operation *> erased;
    while (!worklist.empty()) {
      PopulationOp population = worklist.pop_back_val();
      if (erased.contains(population))
        continue;
      unsigned input;
      PopulationOp producer = findProducer(population, input);
      if (!producer)
        continue;
      erased.insert(population);
      erased.insert(producer);
      PopulationOp fused = fuse(producer, population, input, models);
      erased.erase(fused);
      worklist.push_back(fused);
    }
  }
  models.eraseUnused();
}
