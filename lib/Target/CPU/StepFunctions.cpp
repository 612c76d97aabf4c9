// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepFunctions.h"

#include "Declarations.h"
#include "Layers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/Support/FormatVariadic.h"

#include "../../Kernels/Descriptor.h"

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

/// Neurons of a row of a range: those behind one row of a product, or all.
static int64_t getRowNeurons(snn::StepOp step) {
  if (std::optional<unsigned> fused = getFusedInput(step)) {
    Operation *product = getFusedProduct(step.getInputs()[*fused]);
    auto type = cast<RankedTensorType>(product->getResult(0).getType());
    return type.getShape().back(); // Channels are the last dimension.
  }
  return cast<RankedTensorType>(step->getResult(0).getType()).getNumElements();
}

namespace {
/// Writes the body of one function.
class StepBuilder {
public:
  StepBuilder(LLVM::LLVMFuncOp function, snn::StepOp step,
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

  /// A member of the range of neurons.
  Value loadField(size_t offset, Type type);
  void emitLoop(Value first, Value end, int64_t step,
                llvm::function_ref<void(Value)> emit);
  void emitRow(Value row);
  void emitNeurons(Value row, Value first, int64_t count);
  Value loadParam(unsigned index, Value first, int64_t count);
  SmallVector<Value> emitLaw(ValueRange arguments, int64_t count);
  void cloneOps(Block &from, IRMapping &mapping, int64_t count);
  void cloneOp(Operation &op, IRMapping &mapping, int64_t count);
  Value emitToInt(Value x);
  Value splatLike(Value like, double value);
  Value splatLike(Value like, int64_t value);

  LLVM::LLVMFuncOp function;
  snn::StepOp step;
  snn::NeuronModelOp model;
  OpBuilder builder;
  Location loc;
  int64_t neurons, channels, rowNeurons;
  /// The input that a product has just computed.
  std::optional<unsigned> fused;
  bool isVector;
  int64_t lanes = 1;

  SmallVector<Port> inputs, outputs;
  /// For each output: the index of a model output, or of an exposed state.
  SmallVector<std::pair<bool, unsigned>> outputSources;
  SmallVector<Value> states, params;
  SmallVector<ParamKind> paramKinds;
  Value sampleBytes, error, errorNumber;
  Value range, sample, firstStep, lastStep;
  Value firstRow, input, inputStep, inputRow;
  Value rangeFirst, rangeEnd;
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

StepBuilder::StepBuilder(LLVM::LLVMFuncOp function, snn::StepOp step,
                         snn::NeuronModelOp model)
    : function(function), step(step), model(model),
      builder(function.getContext()), loc(step.getLoc()),
      fused(getFusedInput(step)) {
  auto shape = cast<RankedTensorType>(step->getResult(0).getType()).getShape();
  neurons = 1;
  for (int64_t dim : shape)
    neurons *= dim;
  channels = shape.empty() ? 1 : shape.back();
  rowNeurons = getRowNeurons(step);
  isVector = isVectorizable(model);
  model.walk([&](snn::AssertOp check) { assertions.push_back(check); });
  if (isVector)
    lanes = usesDoubles(model) ? 8 : 16;

  Block *entry = function.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  Type pointer = entry->getArgument(0).getType(), i64 = builder.getI64Type();
  int64_t slot = 0;
  auto next = [&](Type type) -> Value {
    Value place =
        LLVM::GEPOp::create(builder, loc, pointer, i64, entry->getArgument(0),
                            ArrayRef<LLVM::GEPArg>(slot++));
    return LLVM::LoadOp::create(builder, loc, type, place);
  };
  auto nextPort = [&](Value signal) -> Port {
    Value base = next(pointer);
    return {base, next(i64), snn::getElementTypeOrSelf(signal.getType())};
  };
  for (Value signal : step.getInputs())
    inputs.push_back(nextPort(signal));
  unsigned numOutputs = model.getNumOutputs();
  unsigned numExposed = step.getExposed().size();
  for (unsigned i = 0; i < numOutputs + numExposed; ++i) {
    outputs.push_back(nextPort(step->getResult(i)));
    if (i < numOutputs) {
      outputSources.push_back({false, i});
    } else {
      auto name = cast<StringAttr>(step.getExposed()[i - numOutputs]);
      outputSources.push_back(
          {true, static_cast<unsigned>(model.getStateIndex(name.getValue()))});
    }
  }
  for (unsigned i = 0; i < model.getNumStates(); ++i)
    states.push_back(next(pointer));
  for (auto [param, arg] : llvm::zip(step.getParams(), model.getParams())) {
    paramKinds.push_back(getParamKind(param, shape));
    params.push_back(
        next(paramKinds.back() == ParamKind::Scalar ? arg.getType() : pointer));
  }
  sampleBytes = next(i64);
  error = next(pointer);
  errorNumber = next(builder.getI32Type());

  range = entry->getArgument(1);
  using kernels::NeuronRange;
  sample = loadField(offsetof(NeuronRange, sample), i64);
  firstStep = loadField(offsetof(NeuronRange, firstStep), i64);
  lastStep = add(firstStep, loadField(offsetof(NeuronRange, steps), i64));
  rangeFirst = loadField(offsetof(NeuronRange, first), i64);
  rangeEnd = add(rangeFirst, loadField(offsetof(NeuronRange, neurons), i64));
  firstRow = loadField(offsetof(NeuronRange, firstRow), i64);
  input = loadField(offsetof(NeuronRange, input), pointer);
  inputStep = loadField(offsetof(NeuronRange, inputStep), i64);
  inputRow = loadField(offsetof(NeuronRange, inputRow), i64);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value StepBuilder::loadField(size_t offset, Type type) {
  Value place =
      LLVM::GEPOp::create(builder, loc, range.getType(), builder.getI8Type(),
                          range, ArrayRef<LLVM::GEPArg>(int32_t(offset)));
  return LLVM::LoadOp::create(builder, loc, type, place);
}

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
    if (neurons > channels)
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

/// What `emit` emits for first, first + step, ... before `end`.
void StepBuilder::emitLoop(Value first, Value end, int64_t step,
                           llvm::function_ref<void(Value)> emit) {
  scf::ForOp::create(builder, loc, first, end, integer(step), ValueRange(),
                     [&](OpBuilder &body, Location, Value i, ValueRange) {
                       OpBuilder::InsertionGuard guard(builder);
                       builder.setInsertionPoint(body.getInsertionBlock(),
                                                 body.getInsertionPoint());
                       emit(i);
                       scf::YieldOp::create(builder, loc);
                     });
}

/// All steps of `count` neurons of a row, state in registers.
void StepBuilder::emitNeurons(Value row, Value first, int64_t count) {
  Value neuron = add(mul(row, integer(rowNeurons)), first);
  SmallVector<Value> paramValues, initial, statePointers;
  for (unsigned i = 0; i < params.size(); ++i)
    paramValues.push_back(loadParam(i, neuron, count));
  Value sampleOffset = mul(sample, sampleBytes);
  for (auto [pointer, arg] : llvm::zip(states, model.getStates())) {
    Value base = LLVM::GEPOp::create(builder, loc, pointer.getType(),
                                     builder.getI8Type(), pointer,
                                     ValueRange{sampleOffset});
    statePointers.push_back(elementPointer(base, neuron, arg.getType()));
    initial.push_back(load(statePointers.back(), arg.getType(), count));
  }
  Value rowStart = add(mul(sample, integer(neurons)), neuron);
  auto loop = scf::ForOp::create(
      builder, loc, firstStep, lastStep, integer(1), initial,
      [&](OpBuilder &inner, Location, Value t, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(inner.getInsertionBlock(),
                                  inner.getInsertionPoint());
        auto rowPointer = [&](const Port &port) {
          Value index = add(mul(t, port.step), rowStart);
          return elementPointer(port.base, index, port.element);
        };
        SmallVector<Value> arguments(carried);
        for (auto [index, port] : llvm::enumerate(inputs)) {
          Value place;
          if (index == fused) {
            Value offset =
                add(mul(arith::SubIOp::create(builder, loc, t, firstStep),
                        inputStep),
                    mul(arith::SubIOp::create(builder, loc, row, firstRow),
                        inputRow));
            place = LLVM::GEPOp::create(builder, loc, input.getType(),
                                        builder.getI8Type(), input,
                                        ValueRange{offset});
            place = elementPointer(
                place, arith::SubIOp::create(builder, loc, first, rangeFirst),
                port.element);
          } else {
            place = rowPointer(port);
          }
          arguments.push_back(load(place, port.element, count));
        }
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

/// The range's neurons of one row. It starts at a whole vector, and ends at one
/// or with the row.
void StepBuilder::emitRow(Value row) {
  int64_t whole = rowNeurons / lanes * lanes;
  if (whole > 0) {
    Value end = arith::MinUIOp::create(builder, loc, rangeEnd, integer(whole));
    emitLoop(rangeFirst, end, lanes,
             [&](Value n) { emitNeurons(row, n, lanes); });
  }
  if (whole == rowNeurons)
    return;
  Value isEnd = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                      rangeEnd, integer(rowNeurons));
  scf::IfOp::create(builder, loc, isEnd, [&](OpBuilder &body, Location) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(body.getInsertionBlock(),
                              body.getInsertionPoint());
    emitNeurons(row, integer(whole), rowNeurons - whole);
    scf::YieldOp::create(builder, loc);
  });
}

void StepBuilder::build() {
  using kernels::NeuronRange;
  Type i64 = builder.getI64Type();
  Value lastRow = add(firstRow, loadField(offsetof(NeuronRange, rows), i64));
  Value samples = loadField(offsetof(NeuronRange, samples), i64);
  Value inputSample = loadField(offsetof(NeuronRange, inputSample), i64);
  Value firstSample = sample, firstInput = input;
  emitLoop(integer(0), samples, 1, [&](Value i) {
    sample = add(firstSample, i);
    input = LLVM::GEPOp::create(builder, loc, firstInput.getType(),
                                builder.getI8Type(), firstInput,
                                ValueRange{mul(i, inputSample)});
    emitLoop(firstRow, lastRow, 1, [&](Value row) { emitRow(row); });
  });
  LLVM::ReturnOp::create(builder, loc, ValueRange());
}

//===----------------------------------------------------------------------===//
// The table of functions
//===----------------------------------------------------------------------===//

/// What a function depends on.
static std::string getKey(snn::StepOp step) {
  auto type = cast<RankedTensorType>(step->getResult(0).getType());
  std::string key;
  llvm::raw_string_ostream stream(key);
  stream << step.getModel() << '/' << type.getNumElements() << '/'
         << step.getExposed() << '/' << getRowNeurons(step) << '/';
  if (std::optional<unsigned> fused = getFusedInput(step))
    stream << *fused;
  bool usesChannels = false;
  for (Value param : step.getParams()) {
    ParamKind kind = getParamKind(param, type.getShape());
    usesChannels |= kind == ParamKind::Channel;
    stream << '/' << static_cast<int>(kind);
  }
  if (usesChannels)
    stream << '/' << type.getShape().back();
  return key;
}

StepFunctions::StepFunctions(ModuleOp module) : module(module) {
  module.walk([&](snn::StepOp step) {
    Entry &entry = entries[getKey(step)];
    if (entry.uses++ == 0)
      entry.node = getNode(step);
  });
}

/// Linkers and profilers give a meaning to some of what a node's name may have.
static std::string toSymbol(StringRef name) {
  std::string symbol = name.str();
  for (char &c : symbol)
    if (!llvm::isAlnum(c) && c != '.' && c != '_' && c != '-')
      c = '_';
  return symbol;
}

std::string StepFunctions::makeName(const Entry &entry) {
  std::string name = "step_" + toSymbol(entry.node);
  if (entry.uses > 1)
    name += llvm::formatv("_and_{0}_more", entry.uses - 1);
  std::string unique = name;
  for (unsigned i = 1; module.lookupSymbol(unique); ++i)
    unique = llvm::formatv("{0}_{1}", name, i);
  return unique;
}

LLVM::LLVMFuncOp StepFunctions::get(snn::StepOp step) {
  Entry &entry = entries[getKey(step)];
  if (entry.function)
    return entry.function;

  auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
      step, step.getModelAttr());
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(module.getContext());
  entry.function = LLVM::LLVMFuncOp::create(
      builder, step.getLoc(), makeName(entry),
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(module.getContext()),
                                  {pointer, pointer}),
      LLVM::Linkage::Internal);
  StepBuilder(entry.function, step, model).build();
  return entry.function;
}
