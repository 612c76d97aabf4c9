// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Declarations.h"
#include "Layers.h"
#include "StepFunctions.h"
#include "Storage.h"
#include "Strategies.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Target/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include "../../Kernels/ConvGeometry.h"
#include "../../Kernels/Descriptor.h"

namespace volley::cpu {
#define GEN_PASS_DEF_CPULOWERPROGRAM
#include "volley/Target/CPU/Passes.h.inc"
} // namespace volley::cpu

using namespace mlir;
using namespace volley;
using namespace volley::cpu;
using volley::kernels::Tile;
using volley::kernels::TileInput;

namespace {
/// The rows of a signal during a tile.
struct Buffer {
  /// Row (0, 0) of the tile.
  Value base;
  /// Rows from one step to the next.
  Value rowsPerStep;
};

/// Writes the function of one program.
class ProgramLowering {
public:
  ProgramLowering(snn::ProgramOp program, StepFunctions &stepFunctions,
                  std::vector<std::string> &messages, bool profile)
      : program(program), stepFunctions(stepFunctions), messages(messages),
        isProfiled(profile), builder(program.getContext()),
        loc(program.getLoc()),
        pointer(LLVM::LLVMPointerType::get(program.getContext())),
        i64(builder.getI64Type()) {}

  void run();

private:
  // Small ops.
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
  Value offset(Value base, Value bytes) {
    return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), base,
                               ValueRange{bytes});
  }
  Value loadField(size_t fieldOffset, Type type) {
    return LLVM::LoadOp::create(builder, loc, type,
                                offset(tile, integer(fieldOffset)));
  }
  Value loadPointer(Value array, unsigned index) {
    return LLVM::LoadOp::create(builder, loc, pointer,
                                offset(array, integer(index * sizeof(void *))));
  }

  // Places.
  Buffer getInput(unsigned index);
  Value loadInputField(unsigned index, size_t fieldOffset, Type type);
  Buffer getHostBuffer(Value array, unsigned index, Type type);
  Buffer getSampleBuffer(Value array, unsigned index, Type type);
  Buffer getWorkspaceBuffer(Operation *op, unsigned result, bool isTemporary);
  /// Steps that an op does here.
  Value getStepCount() { return time ? integer(1) : steps; }
  /// The row of sample 0 at the current step.
  Value getRow(Value signal);
  /// Elements from one step to the next.
  Value getStep(Value signal, int64_t unit);
  Value getState(Value value) {
    return offset(state, integer(stateOffsets.lookup(value)));
  }
  Value getWeights(Operation *op, unsigned index);

  // Ops.
  void lowerBlock(Block &block);
  void lowerOp(Operation *op);
  void lowerWeighted(Operation *op, snn::StepOp behind = nullptr);
  void lowerPool(snn::PoolOp op);
  void lowerMatmul(snn::MatmulOp op);
  void lowerReduce(snn::ReduceOp op);
  void lowerMove(Operation *op);
  void lowerInputMove(snn::MoveOp op, unsigned input);
  void lowerWhen(snn::WhenOp op);
  void lowerKeep(snn::KeepOp op);
  void lowerShared(Operation *op, Value source, Value distance);
  void lowerLast(snn::LastOp op);
  void lowerStep(snn::StepOp op);
  void storeStepArguments(snn::StepOp op);
  void lowerScan(snn::ScanOp op);
  void lowerDelayRead(snn::DelayReadOp op);
  void lowerDelayWrite(snn::DelayWriteOp op);
  void lowerProbe(snn::ProbeOp op, unsigned index);
  void copyToHost(Value signal, Value array, unsigned index);
  void copyToOutput(Value signal, unsigned index);
  void createIf(Value condition, llvm::function_ref<void()> emit);

  // Profiling.
  void lowerLayer(Operation *op, llvm::function_ref<void()> emit);
  void measure(unsigned layer, Value input, llvm::function_ref<void()> emit);
  void countCall(unsigned layer);
  void countSignal(unsigned layer, bool isOutput, Value signal);
  void wrapStep(snn::StepOp op, Value &function, Value &arguments);

  void call(const Twine &name, ValueRange arguments);
  Value getConstantArray(StringRef name, ArrayRef<int64_t> values);
  Value getGeometry(snn::ConvShape shape);

  snn::ProgramOp program;
  StepFunctions &stepFunctions;
  std::vector<std::string> &messages;
  bool isProfiled;
  OpBuilder builder;
  Location loc;
  Type pointer, i64;

  // Members of the tile.
  Value tile, state, workspace, weights, batch, firstStep, firstSample, steps,
      samples, step, isLast, error, inputs, outputs, probes;
  /// Inside a scan: the step in the tile; in what is done once, 0. Null
  /// outside.
  Value time;
  DenseMap<Value, Buffer> buffers;
  DenseMap<Value, int64_t> stateOffsets;
  int64_t sampleBytes = 0;
  unsigned numProbes = 0;
  /// Where the arguments of a step function are put, and those of one that is
  /// profiled.
  Value stepArguments, profiledStep;
  /// If the program is profiled.
  DenseMap<Operation *, unsigned> layers;
  unsigned firstOutputLayer = 0;
};

struct LowerProgram : volley::cpu::impl::CPULowerProgramBase<LowerProgram> {
  using CPULowerProgramBase::CPULowerProgramBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    StepFunctions functions(module);
    std::vector<std::string> messages;
    for (auto program :
         llvm::make_early_inc_range(module.getOps<snn::ProgramOp>())) {
      if (!program->hasAttr(kSampleBytes)) {
        program.emitError("expects storage; cpu-allocate-storage gives it");
        return signalPassFailure();
      }
      ProgramLowering(program, functions, messages, profile).run();
      program.erase();
    }
    for (auto model :
         llvm::make_early_inc_range(module.getOps<snn::NeuronModelOp>()))
      model.erase();
    Builder builder(&getContext());
    SmallVector<StringRef> texts(messages.begin(), messages.end());
    module->setAttr("snn.messages", builder.getStrArrayAttr(texts));
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

Value ProgramLowering::loadInputField(unsigned index, size_t fieldOffset,
                                      Type type) {
  Value place =
      offset(inputs, integer(index * sizeof(TileInput) + fieldOffset));
  return LLVM::LoadOp::create(builder, loc, type, place);
}

/// Where the runtime says that an input is.
Buffer ProgramLowering::getInput(unsigned index) {
  Value rows = loadInputField(index, offsetof(TileInput, rows), pointer);
  if (program.isStaticInput(index))
    return {rows, integer(0)};
  return {rows, loadInputField(index, offsetof(TileInput, rowsPerStep), i64)};
}

/// A buffer of the host: the tile is a stretch of an array over all steps and
/// samples.
Buffer ProgramLowering::getHostBuffer(Value array, unsigned index, Type type) {
  Value base = loadPointer(array, index);
  Value row = add(mul(firstStep, batch), firstSample);
  return {offset(base, mul(row, integer(getRowBytes(type)))), batch};
}

/// A buffer of the host with one row per sample.
Buffer ProgramLowering::getSampleBuffer(Value array, unsigned index,
                                        Type type) {
  Value bytes = mul(firstSample, integer(getRowBytes(type)));
  return {offset(loadPointer(array, index), bytes), integer(0)};
}

/// A buffer of the workspace. What a scan does not emit is needed for one step
/// only.
Buffer ProgramLowering::getWorkspaceBuffer(Operation *op, unsigned result,
                                           bool isTemporary) {
  auto offsets = op->getAttrOfType<DenseI64ArrayAttr>(kBuffers);
  Value base = offset(workspace, integer(offsets[result]));
  return {base, isTemporary ? integer(0) : samples};
}

Value ProgramLowering::getRow(Value signal) {
  const Buffer &buffer = buffers.find(signal)->second;
  if (!time)
    return buffer.base;
  Value rows = mul(time, buffer.rowsPerStep);
  return offset(buffer.base, mul(rows, integer(getRowBytes(signal.getType()))));
}

Value ProgramLowering::getStep(Value signal, int64_t unit) {
  return mul(buffers.find(signal)->second.rowsPerStep,
             integer(getRowBytes(signal.getType()) / unit));
}

Value ProgramLowering::getWeights(Operation *op, unsigned index) {
  auto offsets = op->getAttrOfType<DenseI64ArrayAttr>(kWeights);
  return offset(weights, integer(offsets[index]));
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Calls a kernel: the tile is what its threads share its loop by.
void ProgramLowering::call(const Twine &name, ValueRange arguments) {
  SmallVector<Value> all{tile};
  llvm::append_range(all, arguments);
  callExternal(builder, loc, program->getParentOfType<ModuleOp>(), name.str(),
               /*result=*/nullptr, all);
}

/// "i1", "i32", "f32", "f64": how kernels name element types.
static std::string getSuffix(Type type) {
  Type element = snn::getElementTypeOrSelf(type);
  return (isa<FloatType>(element) ? "f" : "i") +
         std::to_string(element.getIntOrFloatBitWidth());
}

/// A struct of integers as these.
template <typename T> static ArrayRef<int64_t> asIntegers(const T &geometry) {
  return {reinterpret_cast<const int64_t *>(&geometry),
          sizeof(T) / sizeof(int64_t)};
}

/// A constant array of the module.
Value ProgramLowering::getConstantArray(StringRef prefix,
                                        ArrayRef<int64_t> values) {
  std::string name = prefix.str();
  for (int64_t value : values)
    name += "_" + std::to_string(value);
  auto module = program->getParentOfType<ModuleOp>();
  if (!module.lookupSymbol(name)) {
    OpBuilder declarations = OpBuilder::atBlockBegin(module.getBody());
    int64_t count = values.size();
    auto elements =
        DenseElementsAttr::get(RankedTensorType::get({count}, i64), values);
    LLVM::GlobalOp::create(declarations, loc,
                           LLVM::LLVMArrayType::get(i64, count),
                           /*isConstant=*/true, LLVM::Linkage::Internal, name,
                           elements, /*alignment=*/8);
  }
  return LLVM::AddressOfOp::create(builder, loc, pointer, name);
}

/// A constant with the layout of kernels::ConvGeometry.
Value ProgramLowering::getGeometry(snn::ConvShape s) {
  kernels::ConvGeometry geometry{
      s.inChannels,     s.inHeight,      s.inWidth,      s.outChannels,
      s.outHeight,      s.outWidth,      s.kernelHeight, s.kernelWidth,
      s.strideHeight,   s.strideWidth,   s.padTop,       s.padLeft,
      s.dilationHeight, s.dilationWidth, s.groups};
  return getConstantArray("geometry", asIntegers(geometry));
}

/// A product or convolution, and if it is fused, the population behind it.
void ProgramLowering::lowerWeighted(Operation *op, snn::StepOp behind) {
  const Strategy *strategy = getStrategy(op);
  Value x = op->getOperand(0), y = op->getResult(0);
  auto dense = dyn_cast<snn::DenseOp>(op);
  // Rows that share a weight are like so many samples.
  Value rows = samples;
  if (dense && dense.isShared()) {
    auto type = dense.getInput().getType();
    rows =
        mul(samples, integer(type.getNumElements() / type.getShape().back()));
  }
  Value null = LLVM::ZeroOp::create(builder, loc, pointer);
  SmallVector<Value> arguments{getRow(x),
                               getStep(x, getElementBytes(x.getType()))};
  if (behind)
    arguments.append({null, integer(0)});
  else
    arguments.append({getRow(y), getStep(y, getElementBytes(y.getType()))});
  arguments.append(
      {getStepCount(), rows, getWeights(op, 0), getWeights(op, 1)});
  if (dense) {
    auto weight = dense.getWeight().getType();
    int64_t K = weight.getShape().back();
    int64_t N = weight.getShape()[weight.getRank() - 2];
    arguments.append(
        {integer(weight.getNumElements() / (K * N)), integer(K), integer(N)});
  } else {
    arguments.push_back(getGeometry(cast<snn::ConvOp>(op).getShape()));
  }
  if (std::optional<double> denseAbove = getDenseAbove(*strategy, op))
    arguments.push_back(integer(std::lround(*denseAbove * kernels::kAll)));
  if (strategy->takesDigits()) {
    snn::IntegerSums sums = *snn::getIntegerSums(op);
    arguments.append({integer(sums.digits), integer(sums.mostInput)});
  }
  if (behind) {
    Value function =
        LLVM::AddressOfOp::create(builder, loc, stepFunctions.get(behind));
    Value place = stepArguments;
    if (isProfiled)
      wrapStep(behind, function, place);
    auto type = cast<RankedTensorType>(y.getType());
    arguments.append({function, place,
                      integer(type.getNumElements() / type.getShape().back())});
  } else if (strategy->takesNeurons()) {
    arguments.append({null, null, integer(0)});
  }
  StringRef kind = dense ? "dense" : "conv";
  call("volley_" + kind + "_" + strategy->getName() + "_" +
           getSuffix(x.getType()) + "_" + getSuffix(y.getType()),
       arguments);
}

void ProgramLowering::lowerPool(snn::PoolOp op) {
  Value x = op.getInput(), y = op.getResult();
  call("volley_pool_" + stringifyPoolKind(op.getKind()) + "_" +
           getSuffix(x.getType()) + "_" + getSuffix(y.getType()),
       {getRow(x), getStep(x, getElementBytes(x.getType())), getRow(y),
        getStep(y, getElementBytes(y.getType())), getStepCount(), samples,
        getGeometry(op.getShape())});
}

void ProgramLowering::lowerMatmul(snn::MatmulOp op) {
  std::string name = "volley_matmul";
  SmallVector<Value> arguments;
  for (Value signal :
       {Value(op.getLhs()), Value(op.getRhs()), Value(op.getResult())}) {
    name += "_" + getSuffix(signal.getType());
    arguments.append(
        {getRow(signal), getStep(signal, getElementBytes(signal.getType()))});
  }
  auto lhs = op.getLhs().getType(), rhs = op.getRhs().getType();
  int64_t K = lhs.getShape().back(), M = lhs.getShape()[lhs.getRank() - 2],
          N = rhs.getShape().back();
  arguments.append({getStepCount(), samples,
                    integer(lhs.getNumElements() / (M * K)), integer(M),
                    integer(K), integer(N)});
  call(name, arguments);
}

void ProgramLowering::lowerReduce(snn::ReduceOp op) {
  Value x = op.getInput(), y = op.getResult();
  ReduceShape shape = *getReduceShape(op);
  call("volley_reduce_" + stringifyReduceKind(op.getKind()) + "_" +
           getSuffix(x.getType()) + "_" + getSuffix(y.getType()),
       {getRow(x), getStep(x, getElementBytes(x.getType())), getRow(y),
        getStep(y, getElementBytes(y.getType())), getStepCount(), samples,
        integer(shape.outer), integer(shape.terms), integer(shape.inner)});
}

void ProgramLowering::lowerMove(Operation *op) {
  Value y = op->getResult(0);
  for (auto [index, x] : llvm::enumerate(op->getOperands())) {
    kernels::MoveGeometry geometry = *getMoveGeometry(op, index);
    call("volley_move",
         {getRow(x), getStep(x, 1), integer(getRowBytes(x.getType())),
          getRow(y), getStep(y, 1), integer(getRowBytes(y.getType())),
          getStepCount(), samples,
          getConstantArray("move", asIntegers(geometry)),
          integer(getElementBytes(x.getType()))});
  }
}

/// The move that alone reads an input. If that is a list of events, the runtime
/// has put them where they go already.
void ProgramLowering::lowerInputMove(snn::MoveOp op, unsigned input) {
  Value lines = loadInputField(input, offsetof(TileInput, lines), pointer);
  Value isArray =
      LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, lines,
                           LLVM::ZeroOp::create(builder, loc, pointer));
  createIf(isArray, [&] { lowerMove(op); });
  Buffer &result = buffers[op.getResult()];
  result.base = arith::SelectOp::create(builder, loc, isArray, result.base,
                                        buffers[op.getInput()].base);
}

/// What a step function takes (StepFunctions.h).
void ProgramLowering::storeStepArguments(snn::StepOp op) {
  int32_t slot = 0;
  auto put = [&](Value value) {
    Value place = LLVM::GEPOp::create(builder, loc, pointer, i64, stepArguments,
                                      ArrayRef<LLVM::GEPArg>(slot++));
    LLVM::StoreOp::create(builder, loc, value, place);
  };
  auto putSignal = [&](Value signal) {
    put(getRow(signal));
    put(getStep(signal, getElementBytes(signal.getType())));
  };
  for (Value input : op.getInputs()) {
    if (getFusedProduct(input))
      slot += 2; // It comes with the range of neurons.
    else
      putSignal(input);
  }
  unsigned numSignals = op->getNumResults() - op.getStates().size();
  for (Value output : op->getResults().take_front(numSignals))
    putSignal(output);
  for (Value value : op.getStates())
    put(getState(value));
  auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
      op, op.getModelAttr());
  for (auto [index, param] : llvm::enumerate(op.getParams())) {
    if (getParamKind(param, shape) != ParamKind::Scalar) {
      put(getWeights(op, index));
      continue;
    }
    Type type = model.getParams()[index].getType();
    snn::ConstantView view = *snn::ConstantView::get(param);
    TypedAttr attr = isa<FloatType>(type)
                         ? TypedAttr(FloatAttr::get(type, view.getDouble(0)))
                         : IntegerAttr::get(type, view.getInteger(0));
    put(arith::ConstantOp::create(builder, loc, attr));
  }
  // What the law asserts: the number of the first message; the others follow.
  unsigned message = messages.size() + 1;
  model.walk([&](snn::AssertOp check) {
    messages.push_back("population '" + op.getName().str() + "' " +
                       check.getMessage().str());
  });
  put(integer(sampleBytes));
  put(error);
  put(arith::ConstantOp::create(builder, loc,
                                builder.getI32IntegerAttr(message)));
}

void ProgramLowering::lowerStep(snn::StepOp op) {
  storeStepArguments(op);
  if (std::optional<unsigned> fused = getFusedInput(op))
    return lowerWeighted(getFusedProduct(op.getInputs()[*fused]), op);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Value function =
      LLVM::AddressOfOp::create(builder, loc, stepFunctions.get(op));
  call("volley_neurons", {function, stepArguments, getStepCount(), samples,
                          integer(type.getNumElements())});
}

/// Whether what a value holds, under whatever name, is used in its block only,
/// and before `end` there.
static bool isUsedBefore(Value value, Operation *end) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (auto reshape = dyn_cast<snn::ReshapeOp>(user))
      if (!isUsedBefore(reshape.getResult(), end))
        return false;
    return user->getBlock() == end->getBlock() && user->isBeforeInBlock(end);
  });
}

/// Whether a delay's only slot is read for the last time before it is written:
/// then it need not be copied.
static bool isReadInPlace(snn::DelayReadOp op) {
  if (op.getHistory().getType().getDimSize(0) != 1 || op.getSteps().size() != 1)
    return false;
  return llvm::all_of(op.getHistory().getUsers(), [&](Operation *user) {
    auto write = dyn_cast<snn::DelayWriteOp>(user);
    return !write || isUsedBefore(op.getResult(), write);
  });
}

void ProgramLowering::lowerDelayRead(snn::DelayReadOp op) {
  Value y = op.getResult();
  if (isReadInPlace(op))
    return lowerShared(op, getState(op.getHistory()), integer(sampleBytes));
  int64_t depth = op.getHistory().getType().getDimSize(0);
  // The number of writes so far; one more after this step's.
  Value writes = time ? add(step, time) : step;
  if (op.getHistory().getDefiningOp<snn::DelayWriteOp>())
    writes = add(writes, integer(1));
  SmallVector<Value> arguments{getState(op.getHistory()),
                               integer(sampleBytes),
                               getRow(y),
                               samples,
                               integer(getRowBytes(y.getType())),
                               integer(depth),
                               writes};
  if (op.getSteps().size() == 1) {
    arguments.push_back(integer(op.getSteps().front()));
    return call("volley_delay_read", arguments);
  }
  arguments.append({getWeights(op, 0), integer(getElementBytes(y.getType()))});
  call("volley_delay_read_each", arguments);
}

void ProgramLowering::lowerDelayWrite(snn::DelayWriteOp op) {
  Value x = op.getInput();
  int64_t depth = op.getHistory().getType().getDimSize(0);
  Value writes = time ? add(step, time) : step;
  call("volley_delay_write",
       {getRow(x), samples, getState(op.getHistory()), integer(sampleBytes),
        integer(getRowBytes(x.getType())), integer(depth), writes});
}

void ProgramLowering::lowerScan(snn::ScanOp op) {
  Block &body = op.getBodyBlock();
  unsigned numSignals = op.getSignals().size();
  for (auto [arg, signal] :
       llvm::zip(body.getArguments().take_front(numSignals), op.getSignals()))
    buffers[arg] = buffers.lookup(signal);
  for (auto [arg, carried] :
       llvm::zip(body.getArguments().drop_front(numSignals), op.getCarried()))
    stateOffsets[arg] = stateOffsets.lookup(carried);

  // Buffers are the same for all steps: they belong before the loop.
  llvm::DenseSet<Value> emitted;
  for (Value value : op.getYieldOp().getSignals()) {
    while (auto reshape = value.getDefiningOp<snn::ReshapeOp>())
      value = reshape.getInput();
    emitted.insert(value);
  }
  for (Operation &inner : body)
    if (auto offsets = inner.getAttrOfType<DenseI64ArrayAttr>(kBuffers))
      for (unsigned i = 0; i < inner.getNumResults(); ++i)
        if (offsets[i] >= 0)
          buffers[inner.getResult(i)] = getWorkspaceBuffer(
              &inner, i, !emitted.contains(inner.getResult(i)));

  scf::ForOp::create(builder, loc, integer(0), steps, integer(1), ValueRange(),
                     [&](OpBuilder &inner, Location, Value t, ValueRange) {
                       OpBuilder::InsertionGuard guard(builder);
                       builder.setInsertionPoint(inner.getInsertionBlock(),
                                                 inner.getInsertionPoint());
                       time = t;
                       lowerBlock(body);
                       time = nullptr;
                       scf::YieldOp::create(builder, loc);
                     });
  snn::YieldOp yield = op.getYieldOp();
  unsigned numEmitted = yield.getSignals().size();
  for (unsigned i = 0; i < numEmitted; ++i)
    buffers[op->getResult(i)] = buffers.lookup(yield.getSignals()[i]);
}

//===----------------------------------------------------------------------===//
// What is done once
//===----------------------------------------------------------------------===//

/// Emits what runs if a condition holds.
void ProgramLowering::createIf(Value condition,
                               llvm::function_ref<void()> emit) {
  scf::IfOp::create(builder, loc, condition, [&](OpBuilder &inner, Location) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(inner.getInsertionBlock(),
                              inner.getInsertionPoint());
    emit();
    scf::YieldOp::create(builder, loc);
  });
}

void ProgramLowering::lowerWhen(snn::WhenOp op) {
  bool isStart = op.getEvent() == snn::Event::Start;
  for (auto [arg, carried] :
       llvm::zip(op.getBodyBlock().getArguments(), op.getCarried()))
    stateOffsets[arg] = stateOffsets.lookup(carried);
  Value condition = arith::CmpIOp::create(builder, loc,
                                          isStart ? arith::CmpIPredicate::eq
                                                  : arith::CmpIPredicate::ne,
                                          isStart ? step : isLast, integer(0));
  createIf(condition, [&] {
    time = integer(0);
    for (auto keep : op.getBodyBlock().getOps<snn::KeepOp>()) {
      if (!keep->hasAttr(kInPlace))
        continue;
      Value kept = keep.getInput();
      while (auto reshape = kept.getDefiningOp<snn::ReshapeOp>())
        kept = reshape.getInput();
      buffers[kept] = {getState(keep.getState()), samples};
    }
    lowerBlock(op.getBodyBlock());
    // Outputs are written here, where what the region emits is known.
    for (auto [index, output] :
         llvm::enumerate(program.getYieldOp().getSignals()))
      if (output.getDefiningOp() == op) {
        unsigned result = cast<OpResult>(output).getResultNumber();
        copyToOutput(op.getYieldOp().getSignals()[result], index);
      }
    time = nullptr;
  });
}

void ProgramLowering::lowerKeep(snn::KeepOp op) {
  Value x = op.getInput();
  call("volley_scatter_samples",
       {getRow(x), getState(op.getState()), integer(sampleBytes), samples,
        integer(getRowBytes(x.getType()))});
}

/// A signal that is the same in all steps, of which sample b is at `source` + b
/// `distance`. Kernels expect samples to be neighbours, so several are copied.
void ProgramLowering::lowerShared(Operation *op, Value source, Value distance) {
  Value result = op->getResult(0);
  auto place = buffers.find(result);
  if (place == buffers.end()) {
    buffers[result] = {source, integer(0)};
    return;
  }
  Value copy = place->second.base;
  Value isOne = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                      samples, integer(1));
  scf::IfOp::create(
      builder, loc, isOne,
      [](OpBuilder &b, Location l) { scf::YieldOp::create(b, l); },
      [&](OpBuilder &inner, Location l) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(inner.getInsertionBlock(),
                                  inner.getInsertionPoint());
        call("volley_gather_samples", {source, distance, copy, samples,
                                       integer(getRowBytes(result.getType()))});
        scf::YieldOp::create(builder, l);
      });
  Value base = arith::SelectOp::create(builder, loc, isOne, source, copy);
  buffers[result] = {base, integer(0)};
}

void ProgramLowering::lowerLast(snn::LastOp op) {
  const Buffer &stream = buffers.find(op.getInput())->second;
  Value last = arith::SubIOp::create(builder, loc, steps, integer(1));
  Value rows = mul(last, stream.rowsPerStep);
  int64_t bytes = getRowBytes(op.getType());
  Value base = offset(stream.base, mul(rows, integer(bytes)));
  buffers[op.getResult()] = {base, integer(0)};
}

/// The output of one value per sample.
void ProgramLowering::copyToOutput(Value signal, unsigned index) {
  Buffer target = getSampleBuffer(outputs, index, signal.getType());
  call("volley_copy",
       {getRow(signal), integer(0), target.base, integer(0), integer(1),
        samples, integer(getRowBytes(signal.getType()))});
}

//===----------------------------------------------------------------------===//
// Profiling
//===----------------------------------------------------------------------===//

void ProgramLowering::countCall(unsigned layer) {
  call("volley_profile_call", {integer(layer), getStepCount(), samples});
}

void ProgramLowering::countSignal(unsigned layer, bool isOutput, Value signal) {
  auto type = cast<RankedTensorType>(signal.getType());
  int64_t bits = type.getElementType().getIntOrFloatBitWidth();
  if (isa<FloatType>(type.getElementType()))
    bits = -bits;
  Value flag = arith::ConstantOp::create(builder, loc,
                                         builder.getI32IntegerAttr(isOutput));
  call("volley_profile_signal",
       {integer(layer), flag, getRow(signal), getStep(signal, 1),
        integer(type.getNumElements()), integer(bits), getStepCount(),
        samples});
}

/// Emits what a layer does, its time and what it has of `input`, if any.
void ProgramLowering::measure(unsigned layer, Value input,
                              llvm::function_ref<void()> emit) {
  countCall(layer);
  if (input)
    countSignal(layer, /*isOutput=*/false, input);
  call("volley_profile_begin", {});
  emit();
  call("volley_profile_end", {integer(layer)});
}

/// Emits the kernel of an op, and what it is measured by if that is wanted.
void ProgramLowering::lowerLayer(Operation *op,
                                 llvm::function_ref<void()> emit) {
  if (!isProfiled)
    return emit();
  unsigned layer = layers.lookup(op);
  auto step = dyn_cast<snn::StepOp>(op);
  if (!step) {
    bool hasSource = isa<snn::SynapticOpInterface, snn::MatmulOp>(op);
    return measure(layer, hasSource ? op->getOperand(0) : Value(), emit);
  }
  if (std::optional<unsigned> fused = getFusedInput(step)) {
    // The kernel is the product's and calls the step (wrapStep).
    Operation *product = getFusedProduct(step.getInputs()[*fused]);
    countCall(layer);
    measure(layers.lookup(product), product->getOperand(0), emit);
  } else {
    measure(layer, Value(), emit);
  }
  // What the population emits: spikes, or if it has none, its floats.
  auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
      step, step.getModelAttr());
  auto results = op->getResults().take_front(model.getNumOutputs());
  auto isFloat = [](Value value) {
    return isa<FloatType>(snn::getElementTypeOrSelf(value.getType()));
  };
  bool hasSpikes = !llvm::all_of(results, isFloat);
  for (Value result : results)
    if (isFloat(result) != hasSpikes)
      countSignal(layer, /*isOutput=*/true, result);
}

/// Has a step behind a product called through one that takes its time, with the
/// layout of ProfiledStep (lib/Kernels/Profile.cpp).
void ProgramLowering::wrapStep(snn::StepOp op, Value &function,
                               Value &arguments) {
  Value members[] = {function, arguments, tile, integer(layers.lookup(op))};
  for (auto [slot, member] : llvm::enumerate(members)) {
    Value place =
        LLVM::GEPOp::create(builder, loc, pointer, i64, profiledStep,
                            ArrayRef<LLVM::GEPArg>(static_cast<int32_t>(slot)));
    LLVM::StoreOp::create(builder, loc, member, place);
  }
  auto wrapper =
      declareExternal(loc, program->getParentOfType<ModuleOp>(),
                      "volley_profile_step", nullptr, {pointer, pointer});
  function = LLVM::AddressOfOp::create(builder, loc, wrapper);
  arguments = profiledStep;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

void ProgramLowering::copyToHost(Value signal, Value array, unsigned index) {
  Buffer target = getHostBuffer(array, index, signal.getType());
  int64_t bytes = getRowBytes(signal.getType());
  call("volley_copy", {getRow(signal), getStep(signal, 1), target.base,
                       mul(target.rowsPerStep, integer(bytes)), steps, samples,
                       integer(bytes)});
}

void ProgramLowering::lowerProbe(snn::ProbeOp op, unsigned index) {
  Value buffer = loadPointer(probes, index);
  Value null = LLVM::ZeroOp::create(builder, loc, pointer);
  Value isWanted =
      LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, buffer, null);
  createIf(isWanted, [&] {
    lowerLayer(op, [&] { copyToHost(op.getInput(), probes, index); });
  });
}

void ProgramLowering::lowerOp(Operation *op) {
  loc = op->getLoc();
  // Results that are a state keep its place.
  unsigned numStates = 0;
  OperandRange states(nullptr, 0);
  llvm::TypeSwitch<Operation *>(op)
      .Case<snn::StepOp>([&](auto step) {
        states = step.getStates();
        numStates = states.size();
      })
      .Case<snn::ScanOp>([&](auto scan) {
        states = scan.getCarried();
        numStates = states.size();
      })
      .Case<snn::WhenOp>([&](auto when) {
        states = when.getCarried();
        numStates = states.size();
      })
      .Case<snn::DelayWriteOp, snn::KeepOp>([&](auto write) {
        states = write->getOperands().drop_front();
        numStates = 1;
      });
  for (unsigned i = 0; i < numStates; ++i)
    stateOffsets[op->getResult(op->getNumResults() - numStates + i)] =
        stateOffsets.lookup(states[i]);
  if (auto offsets = op->getAttrOfType<DenseI64ArrayAttr>(kBuffers))
    for (unsigned i = 0; i < op->getNumResults(); ++i)
      if (offsets[i] >= 0 && !buffers.count(op->getResult(i)))
        buffers[op->getResult(i)] = getWorkspaceBuffer(op, i, false);

  llvm::TypeSwitch<Operation *>(op)
      .Case<snn::DenseOp, snn::ConvOp>([&](auto) {
        // A fused one runs where its population does.
        if (!op->hasAttr(kFused))
          lowerLayer(op, [&] { lowerWeighted(op); });
      })
      .Case<snn::PoolOp>(
          [&](auto pool) { lowerLayer(op, [&] { lowerPool(pool); }); })
      .Case<snn::MatmulOp>(
          [&](auto matmul) { lowerLayer(op, [&] { lowerMatmul(matmul); }); })
      .Case<snn::ReduceOp>(
          [&](auto reduce) { lowerLayer(op, [&] { lowerReduce(reduce); }); })
      .Case<snn::MoveOp>([&](auto move) {
        auto input = dyn_cast<BlockArgument>(move.getInput());
        bool isOfInput = input && getEventMove(input) == move;
        lowerLayer(op, [&] {
          if (isOfInput)
            lowerInputMove(move, input.getArgNumber());
          else
            lowerMove(move);
        });
      })
      .Case<snn::ConcatOp>(
          [&](auto concat) { lowerLayer(op, [&] { lowerMove(concat); }); })
      .Case<snn::WhenOp>([&](auto when) { lowerWhen(when); })
      .Case<snn::KeepOp>([&](auto keep) {
        if (!op->hasAttr(kInPlace))
          lowerLayer(op, [&] { lowerKeep(keep); });
      })
      .Case<snn::KeptOp>([&](auto kept) {
        lowerShared(kept, getState(kept.getState()), integer(sampleBytes));
      })
      .Case<snn::MaterializeOp>([&](auto signal) {
        lowerShared(signal, getWeights(signal, 0), integer(0));
      })
      .Case<snn::LastOp>([&](auto last) { lowerLast(last); })
      .Case<snn::ReshapeOp>([&](auto reshape) {
        if (!getFusedProduct(reshape.getInput()))
          buffers[reshape.getResult()] = buffers.lookup(reshape.getInput());
      })
      .Case<snn::StepOp>(
          [&](auto step) { lowerLayer(op, [&] { lowerStep(step); }); })
      .Case<snn::ScanOp>([&](auto scan) { lowerScan(scan); })
      .Case<snn::DelayReadOp>(
          [&](auto read) { lowerLayer(op, [&] { lowerDelayRead(read); }); })
      .Case<snn::DelayWriteOp>(
          [&](auto write) { lowerLayer(op, [&] { lowerDelayWrite(write); }); })
      .Case<snn::ProbeOp>([&](auto probe) { lowerProbe(probe, numProbes++); });
}

void ProgramLowering::lowerBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    lowerOp(&op);
}

void ProgramLowering::run() {
  auto module = program->getParentOfType<ModuleOp>();
  OpBuilder moduleBuilder = OpBuilder::atBlockEnd(module.getBody());
  auto function =
      func::FuncOp::create(moduleBuilder, loc, "volley_tile",
                           moduleBuilder.getFunctionType({pointer}, {}));
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  tile = entry->getArgument(0);
  inputs = loadField(offsetof(Tile, inputs), pointer);
  outputs = loadField(offsetof(Tile, outputs), pointer);
  probes = loadField(offsetof(Tile, probes), pointer);
  state = loadField(offsetof(Tile, state), pointer);
  workspace = loadField(offsetof(Tile, workspace), pointer);
  weights = loadField(offsetof(Tile, weights), pointer);
  batch = loadField(offsetof(Tile, batch), i64);
  firstStep = loadField(offsetof(Tile, firstStep), i64);
  firstSample = loadField(offsetof(Tile, firstSample), i64);
  steps = loadField(offsetof(Tile, steps), i64);
  samples = loadField(offsetof(Tile, samples), i64);
  step = loadField(offsetof(Tile, step), i64);
  isLast = loadField(offsetof(Tile, isLast), i64);
  error = loadField(offsetof(Tile, error), pointer);

  sampleBytes = cast<IntegerAttr>(program->getAttr(kSampleBytes)).getInt();
  int64_t slots = 0;
  program.walk([&](snn::StepOp op) {
    // Every operand and result is a pointer or a value, signals with a step.
    slots = std::max<int64_t>(
        slots, 2 * (op->getNumOperands() + op->getNumResults()) + 3);
  });
  stepArguments = LLVM::AllocaOp::create(builder, loc, pointer, i64,
                                         integer(std::max<int64_t>(slots, 1)),
                                         /*alignment=*/8);
  if (isProfiled) {
    profiledStep = LLVM::AllocaOp::create(builder, loc, pointer, i64,
                                          integer(4), /*alignment=*/8);
    std::vector<Layer> all = getLayers(program);
    for (auto [index, layer] : llvm::enumerate(all))
      if (layer.op)
        layers[layer.op] = index;
    firstOutputLayer = all.size() - program.getOutputNames().size();
    module->setAttr(kLayers, describeLayers(all, program));
  }
  for (auto [index, input] : llvm::enumerate(program.getInputs()))
    buffers[input] = getInput(index);
  auto offsets =
      cast<DenseI64ArrayAttr>(program->getAttr(kStateOffsets)).asArrayRef();
  for (auto [index, arg] : llvm::enumerate(program.getStates()))
    stateOffsets[arg] = offsets[index];

  // What the body computes for an output is computed in the host's buffer.
  llvm::SmallBitVector isInPlace(program.getOutputNames().size());
  for (auto [index, signal] :
       llvm::enumerate(program.getYieldOp().getSignals())) {
    Operation *op = signal.getDefiningOp();
    auto offsets =
        op ? op->getAttrOfType<DenseI64ArrayAttr>(kBuffers) : nullptr;
    if (!program.isWindowOutput(index) && offsets &&
        offsets[cast<OpResult>(signal).getResultNumber()] >= 0 &&
        !isa<snn::ScanOp, snn::WhenOp, snn::KeptOp, snn::MaterializeOp>(op) &&
        !buffers.count(signal)) {
      buffers[signal] = getHostBuffer(outputs, index, signal.getType());
      isInPlace.set(index);
    }
  }

  lowerBlock(program.getBodyBlock());
  Value isEnd = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                      isLast, integer(0));
  for (auto [position, signal] :
       llvm::enumerate(program.getYieldOp().getSignals())) {
    unsigned index = position;
    Value output = signal;
    if (isInPlace.test(index))
      continue;
    auto copy = [&] {
      auto emit = [&] {
        if (program.isWindowOutput(index))
          copyToOutput(output, index);
        else
          copyToHost(output, outputs, index);
      };
      if (isProfiled)
        measure(firstOutputLayer + index, Value(), emit);
      else
        emit();
    };
    if (!program.isWindowOutput(index))
      copy();
    else if (!output.getDefiningOp<snn::WhenOp>())
      createIf(isEnd, copy);
  }
  func::ReturnOp::create(builder, loc);
}
