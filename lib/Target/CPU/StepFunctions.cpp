// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepFunctions.h"

#include "Declarations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/Support/FormatVariadic.h"

#include "../../Kernels/Team.h"

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

namespace {
/// Writes the body of one function.
class StepBuilder {
public:
  StepBuilder(func::FuncOp function, snn::StepOp step,
              snn::NeuronModelOp model);
  void build();

private:
  struct Port {
    Value base, step;
    Type element;
  };

  /// Type of `count` neurons' values: a vector, or a scalar for the laws that
  /// cannot be vectorised.
  Type getType(Type element, int64_t count) {
    return isVector ? Type(VectorType::get({count}, element)) : element;
  }
  Value integer(int64_t value) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI64IntegerAttr(value));
  }
  Value mul(Value a, Value b) {
    return arith::MulIOp::create(builder, loc, a, b);
  }
  Value add(Value a, Value b) {
    return arith::AddIOp::create(builder, loc, a, b);
  }
  /// base + index * size of `element`.
  Value elementPointer(Value base, Value index, Type element);
  Value load(Value pointer, Type element, int64_t count);
  void store(Value value, Value pointer, Type element);

  void emitBlock(Value index);
  void emitNeurons(Value sample, Value first, int64_t count);
  Value loadParam(unsigned index, Value first, int64_t count);
  SmallVector<Value> emitLaw(ValueRange arguments, int64_t count);
  void cloneOps(Block &from, IRMapping &mapping, int64_t count);
  void cloneOp(Operation &op, IRMapping &mapping, int64_t count);
  Value emitToInt(Value x);
  Value splatLike(Value like, double value);
  Value splatLike(Value like, int64_t value);

  func::FuncOp function;
  snn::StepOp step;
  snn::NeuronModelOp model;
  OpBuilder builder;
  Location loc;
  int64_t neurons, channels;
  bool isVector;
  int64_t lanes = 1;

  SmallVector<Port> inputs, outputs;
  /// For each output: the index of a model output, or of an exposed state.
  SmallVector<std::pair<bool, unsigned>> outputSources;
  SmallVector<Value> states, params;
  SmallVector<ParamKind> paramKinds;
  Value tile, sampleBytes, steps, samples, error, errorNumber;
  /// In the order of their messages.
  SmallVector<snn::AssertOp> assertions;
};
} // namespace

/// Loops, branches and calls keep a law from running on vectors.
static bool isVectorizable(snn::NeuronModelOp model) {
  return llvm::none_of(model.getBodyBlock().without_terminator(),
                       [](Operation &op) {
                         return op.getNumRegions() > 0 ||
                                isa<snn::ExpOp, snn::LogOp, snn::AssertOp>(op);
                       });
}

static bool usesDoubles(snn::NeuronModelOp model) {
  auto isDouble = [](Type type) { return type.isF64(); };
  return llvm::any_of(model.getBodyBlock().getArgumentTypes(), isDouble) ||
         llvm::any_of(model.getBodyBlock(), [&](Operation &op) {
           return llvm::any_of(op.getResultTypes(), isDouble);
         });
}

StepBuilder::StepBuilder(func::FuncOp function, snn::StepOp step,
                         snn::NeuronModelOp model)
    : function(function), step(step), model(model),
      builder(function.getContext()), loc(step.getLoc()) {
  auto shape = cast<RankedTensorType>(step->getResult(0).getType()).getShape();
  neurons = 1;
  for (int64_t dim : shape)
    neurons *= dim;
  channels = shape.empty() ? 1 : shape.back();
  isVector = isVectorizable(model);
  model.walk([&](snn::AssertOp check) { assertions.push_back(check); });
  if (isVector)
    lanes = usesDoubles(model) ? 8 : 16;

  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  auto argument = entry->args_begin();
  tile = *argument++;
  for (Value input : step.getInputs()) {
    Type element = snn::getElementTypeOrSelf(input.getType());
    inputs.push_back({argument[0], argument[1], element});
    argument += 2;
  }
  unsigned numOutputs = model.getNumOutputs();
  unsigned numExposed = step.getExposed().size();
  for (unsigned i = 0; i < numOutputs + numExposed; ++i) {
    Type element = snn::getElementTypeOrSelf(step->getResult(i).getType());
    outputs.push_back({argument[0], argument[1], element});
    argument += 2;
    if (i < numOutputs) {
      outputSources.push_back({false, i});
    } else {
      auto name = cast<StringAttr>(step.getExposed()[i - numOutputs]);
      outputSources.push_back(
          {true, static_cast<unsigned>(model.getStateIndex(name.getValue()))});
    }
  }
  for (unsigned i = 0; i < model.getNumStates(); ++i)
    states.push_back(*argument++);
  for (Value param : step.getParams()) {
    params.push_back(*argument++);
    paramKinds.push_back(getParamKind(param, shape));
  }
  sampleBytes = *argument++;
  steps = *argument++;
  samples = *argument++;
  error = *argument++;
  errorNumber = *argument++;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value StepBuilder::elementPointer(Value base, Value index, Type element) {
  Type memory = element.isInteger(1) ? builder.getI8Type() : element;
  return LLVM::GEPOp::create(builder, loc, base.getType(), memory, base,
                             ValueRange{index});
}

Value StepBuilder::load(Value pointer, Type element, int64_t count) {
  bool isBinary = element.isInteger(1);
  Type memory = isBinary ? builder.getI8Type() : element;
  Value value = LLVM::LoadOp::create(builder, loc, getType(memory, count),
                                     pointer, getElementBytes(element));
  if (!isBinary)
    return value;
  return arith::TruncIOp::create(builder, loc, getType(element, count), value);
}

void StepBuilder::store(Value value, Value pointer, Type element) {
  if (element.isInteger(1)) {
    Type memory = builder.getI8Type();
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      memory = vector.clone(memory);
    value = arith::ExtUIOp::create(builder, loc, memory, value);
  }
  LLVM::StoreOp::create(builder, loc, value, pointer, getElementBytes(element));
}

Value StepBuilder::loadParam(unsigned index, Value first, int64_t count) {
  Value param = params[index];
  Type element = model.getParams()[index].getType();
  switch (paramKinds[index]) {
  case ParamKind::Scalar:
    if (!isVector)
      return param;
    return vector::BroadcastOp::create(builder, loc, getType(element, count),
                                       param);
  case ParamKind::Channel:
    first = arith::RemUIOp::create(builder, loc, first, integer(channels));
    [[fallthrough]];
  case ParamKind::Full:
    return load(elementPointer(param, first, element), element, count);
  }
  llvm_unreachable("every kind has a case");
}

//===----------------------------------------------------------------------===//
// The law
//===----------------------------------------------------------------------===//

Value StepBuilder::splatLike(Value like, double value) {
  Type type = like.getType();
  Type element = getElementTypeOrSelf(type);
  TypedAttr attr = FloatAttr::get(element, value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(builder, loc, attr);
}

Value StepBuilder::splatLike(Value like, int64_t value) {
  Type type = like.getType();
  Type element = getElementTypeOrSelf(type);
  TypedAttr attr = IntegerAttr::get(element, value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(builder, loc, attr);
}

/// snn.to_int: toward zero, saturating, 0 for NaN. A conversion out of range is
/// undefined, so such lanes convert 0 and are replaced.
Value StepBuilder::emitToInt(Value x) {
  using P = arith::CmpFPredicate;
  auto compare = [&](P predicate, double bound) -> Value {
    return arith::CmpFOp::create(builder, loc, predicate, x,
                                 splatLike(x, bound));
  };
  auto select = [&](Value condition, Value a, Value b) -> Value {
    return arith::SelectOp::create(builder, loc, condition, a, b);
  };
  Value tooLarge = compare(P::OGE, 2147483648.0);
  Value tooSmall = compare(P::OLE, -2147483648.0);
  Value fits =
      arith::AndIOp::create(builder, loc, compare(P::OLT, 2147483648.0),
                            compare(P::OGT, -2147483648.0));
  Type type = builder.getI32Type();
  if (auto vector = dyn_cast<VectorType>(x.getType()))
    type = vector.clone(type);
  Value converted = arith::FPToSIOp::create(builder, loc, type,
                                            select(fits, x, splatLike(x, 0.0)));
  Value high = splatLike(converted, int64_t(2147483647));
  Value low = splatLike(converted, int64_t(-2147483648));
  return select(tooLarge, high, select(tooSmall, low, converted));
}

void StepBuilder::cloneOp(Operation &op, IRMapping &mapping, int64_t count) {
  if (auto toInt = dyn_cast<snn::ToIntOp>(op)) {
    mapping.map(toInt.getResult(),
                emitToInt(mapping.lookup(toInt.getOperand())));
    return;
  }
  if (isa<snn::ExpOp, snn::LogOp>(op)) {
    bool isExp = isa<snn::ExpOp>(op);
    Type type = op.getResult(0).getType();
    StringRef name = type.isF32()
                         ? (isExp ? "volley_exp_f32" : "volley_log_f32")
                         : (isExp ? "exp" : "log");
    auto call =
        callExternal(builder, loc, function->getParentOfType<ModuleOp>(), name,
                     type, mapping.lookup(op.getOperand(0)));
    mapping.map(op.getResult(0), call.getResult());
    return;
  }
  if (auto copy = dyn_cast<math::CopySignOp>(op)) {
    // A NaN counts as positive: what sign the processor gives it, and what
    // LLVM makes of it when it folds, differ.
    Value a = mapping.lookup(copy.getLhs()), b = mapping.lookup(copy.getRhs());
    Value isNaN =
        arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, b, b);
    Value positive = math::AbsFOp::create(builder, loc, a);
    Value result = math::CopySignOp::create(builder, loc, a, b);
    mapping.map(copy.getResult(),
                arith::SelectOp::create(builder, loc, isNaN, positive, result)
                    .getResult());
    return;
  }
  if (auto check = dyn_cast<snn::AssertOp>(op)) {
    Value holds = mapping.lookup(check.getCondition());
    unsigned index = llvm::find(assertions, check) - assertions.begin();
    scf::IfOp::create(
        builder, loc, holds,
        [](OpBuilder &b, Location l) { scf::YieldOp::create(b, l); },
        [&](OpBuilder &b, Location l) {
          Value offset =
              arith::ConstantOp::create(b, l, b.getI32IntegerAttr(index));
          Value number = arith::AddIOp::create(b, l, errorNumber, offset);
          LLVM::StoreOp::create(b, l, number, error);
          scf::YieldOp::create(b, l);
        });
    return;
  }
  if (auto constant = dyn_cast<arith::ConstantOp>(op); constant && isVector) {
    auto type = VectorType::get({count}, constant.getType());
    auto attr = DenseElementsAttr::get(type, Attribute(constant.getValue()));
    mapping.map(constant.getResult(),
                arith::ConstantOp::create(builder, loc, attr).getResult());
    return;
  }
  if (op.getNumRegions() > 0) {
    Operation *copy = op.cloneWithoutRegions(mapping);
    builder.insert(copy);
    for (auto [from, to] : llvm::zip(op.getRegions(), copy->getRegions())) {
      if (from.empty())
        continue;
      Block &block = to.emplaceBlock();
      for (BlockArgument arg : from.getArguments())
        mapping.map(arg, block.addArgument(arg.getType(), loc));
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(&block);
      cloneOps(from.front(), mapping, count);
      builder.clone(*from.front().getTerminator(), mapping);
    }
    return;
  }
  Operation *copy = builder.clone(op, mapping);
  for (Value result : copy->getResults())
    result.setType(getType(result.getType(), count));
}

void StepBuilder::cloneOps(Block &from, IRMapping &mapping, int64_t count) {
  for (Operation &op : from.without_terminator())
    cloneOp(op, mapping, count);
}

/// Next states, then outputs.
SmallVector<Value> StepBuilder::emitLaw(ValueRange arguments, int64_t count) {
  IRMapping mapping;
  mapping.map(model.getBodyBlock().getArguments(), arguments);
  cloneOps(model.getBodyBlock(), mapping, count);
  SmallVector<Value> results;
  for (Value value : model.getNextOp()->getOperands())
    results.push_back(mapping.lookup(value));
  return results;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// All steps of `count` neurons of one sample, state in registers.
void StepBuilder::emitNeurons(Value sample, Value first, int64_t count) {
  SmallVector<Value> paramValues, initial, statePointers;
  for (unsigned i = 0; i < params.size(); ++i)
    paramValues.push_back(loadParam(i, first, count));
  Value sampleOffset = mul(sample, sampleBytes);
  for (auto [pointer, arg] : llvm::zip(states, model.getStates())) {
    Value base = LLVM::GEPOp::create(builder, loc, pointer.getType(),
                                     builder.getI8Type(), pointer,
                                     ValueRange{sampleOffset});
    statePointers.push_back(elementPointer(base, first, arg.getType()));
    initial.push_back(load(statePointers.back(), arg.getType(), count));
  }
  Value rowStart = add(mul(sample, integer(neurons)), first);
  auto loop = scf::ForOp::create(
      builder, loc, integer(0), steps, integer(1), initial,
      [&](OpBuilder &inner, Location, Value t, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(inner.getInsertionBlock(),
                                  inner.getInsertionPoint());
        auto rowPointer = [&](const Port &port) {
          Value index = add(mul(t, port.step), rowStart);
          return elementPointer(port.base, index, port.element);
        };
        SmallVector<Value> arguments(carried);
        for (const Port &input : inputs)
          arguments.push_back(load(rowPointer(input), input.element, count));
        llvm::append_range(arguments, paramValues);
        SmallVector<Value> results = emitLaw(arguments, count);
        for (auto [port, source] : llvm::zip(outputs, outputSources)) {
          unsigned index =
              source.first ? source.second : states.size() + source.second;
          store(results[index], rowPointer(port), port.element);
        }
        scf::YieldOp::create(builder, loc,
                             ArrayRef(results).take_front(states.size()));
      });
  for (auto [pointer, arg, value] :
       llvm::zip(statePointers, model.getStates(), loop.getResults()))
    store(value, pointer, arg.getType());
}

/// Neurons of one sample that one thread does, at least.
static constexpr int64_t kBlock = 1024;

/// A block of neurons: the index counts the blocks of all samples.
void StepBuilder::emitBlock(Value index) {
  int64_t blocks = (neurons + kBlock - 1) / kBlock;
  int64_t whole = neurons / lanes * lanes;
  Value sample = index, block, first = integer(0), end = integer(whole);
  if (blocks > 1) {
    sample = arith::DivUIOp::create(builder, loc, index, integer(blocks));
    block = arith::RemUIOp::create(builder, loc, index, integer(blocks));
    first = mul(block, integer(kBlock));
    end =
        arith::MinUIOp::create(builder, loc, add(first, integer(kBlock)), end);
  }
  if (whole > 0)
    scf::ForOp::create(builder, loc, first, end, integer(lanes), ValueRange(),
                       [&](OpBuilder &body, Location, Value n, ValueRange) {
                         OpBuilder::InsertionGuard guard(builder);
                         builder.setInsertionPoint(body.getInsertionBlock(),
                                                   body.getInsertionPoint());
                         emitNeurons(sample, n, lanes);
                         scf::YieldOp::create(builder, loc);
                       });
  if (whole == neurons)
    return;
  // The last block has the neurons that do not fill a vector.
  if (blocks == 1)
    return emitNeurons(sample, integer(whole), neurons - whole);
  Value isEnd = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                      block, integer(blocks - 1));
  scf::IfOp::create(builder, loc, isEnd, [&](OpBuilder &body, Location) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(body.getInsertionBlock(),
                              body.getInsertionPoint());
    emitNeurons(sample, integer(whole), neurons - whole);
    scf::YieldOp::create(builder, loc);
  });
}

/// The loop over samples and blocks of neurons, in the parts that the tile's
/// threads take.
void StepBuilder::build() {
  ModuleOp module = function->getParentOfType<ModuleOp>();
  int64_t blocks = (neurons + kBlock - 1) / kBlock;
  Value count = mul(samples, integer(blocks));
  // In blocks: a law takes some cycles per vector and step.
  int64_t cycles = std::min(neurons, kBlock) * (isVector ? 1 : 16) / 2;
  Value grain = integer(kernels::getGrain(cycles));
  Type i32 = builder.getI32Type();
  scf::WhileOp::create(
      builder, loc, TypeRange(), ValueRange(),
      [&](OpBuilder &before, Location, ValueRange) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(before.getInsertionBlock(),
                                  before.getInsertionPoint());
        auto call = callExternal(builder, loc, module, "volley_take", i32,
                                 {tile, count, grain});
        Value zero = arith::ConstantOp::create(builder, loc,
                                               builder.getI32IntegerAttr(0));
        Value isTaken = arith::CmpIOp::create(
            builder, loc, arith::CmpIPredicate::ne, call.getResult(), zero);
        scf::ConditionOp::create(builder, loc, isTaken, ValueRange());
      },
      [&](OpBuilder &after, Location, ValueRange) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(after.getInsertionBlock(),
                                  after.getInsertionPoint());
        auto loadField = [&](size_t offset) {
          Value place = LLVM::GEPOp::create(builder, loc, tile.getType(),
                                            builder.getI8Type(), tile,
                                            ValueRange{integer(offset)});
          return LLVM::LoadOp::create(builder, loc, builder.getI64Type(),
                                      place);
        };
        scf::ForOp::create(
            builder, loc, loadField(offsetof(kernels::Tile, first)),
            loadField(offsetof(kernels::Tile, last)), integer(1), ValueRange(),
            [&](OpBuilder &body, Location, Value index, ValueRange) {
              OpBuilder::InsertionGuard guard(builder);
              builder.setInsertionPoint(body.getInsertionBlock(),
                                        body.getInsertionPoint());
              emitBlock(index);
              scf::YieldOp::create(builder, loc);
            });
        scf::YieldOp::create(builder, loc);
      });
  func::ReturnOp::create(builder, loc);
}

//===----------------------------------------------------------------------===//
// The table of functions
//===----------------------------------------------------------------------===//

func::FuncOp StepFunctions::get(snn::StepOp step) {
  auto type = cast<RankedTensorType>(step->getResult(0).getType());
  // What a function depends on.
  std::string key;
  llvm::raw_string_ostream stream(key);
  stream << step.getModel() << '/' << type.getNumElements() << '/'
         << step.getExposed();
  bool usesChannels = false;
  for (Value param : step.getParams()) {
    ParamKind kind = getParamKind(param, type.getShape());
    usesChannels |= kind == ParamKind::Channel;
    stream << '/' << static_cast<int>(kind);
  }
  if (usesChannels)
    stream << '/' << type.getShape().back();
  func::FuncOp &function = functions[key];
  if (function)
    return function;

  auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
      step, step.getModelAttr());
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(module.getContext());
  Type i64 = builder.getI64Type(), i32 = builder.getI32Type();
  SmallVector<Type> arguments{pointer};
  size_t ports = step.getInputs().size() + model.getNumOutputs() +
                 step.getExposed().size();
  for (size_t i = 0; i < ports; ++i)
    arguments.append({pointer, i64});
  arguments.append(model.getNumStates(), pointer);
  for (auto [param, arg] : llvm::zip(step.getParams(), model.getParams()))
    arguments.push_back(getParamKind(param, type.getShape()) ==
                                ParamKind::Scalar
                            ? arg.getType()
                            : pointer);
  arguments.append({i64, i64, i64, pointer, i32});
  function = func::FuncOp::create(
      builder, step.getLoc(),
      llvm::formatv("step_{0}_{1}", functions.size() - 1, step.getModel())
          .str(),
      builder.getFunctionType(arguments, {}));
  function.setPrivate();
  function->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(module.getContext(), LLVM::Linkage::Internal));
  StepBuilder(function, step, model).build();
  return function;
}
