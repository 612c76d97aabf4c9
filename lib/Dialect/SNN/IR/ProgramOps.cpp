// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program form: syntax and verifiers.

#include "AssemblyDirectives.h"
#include "mlir/IR/Builders.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace volley::snn;

//===----------------------------------------------------------------------===//
// ProgramOp
//===----------------------------------------------------------------------===//

YieldOp ProgramOp::getYieldOp() {
  return cast<YieldOp>(getBodyBlock().getTerminator());
}

void ProgramOp::getAsmBlockArgumentNames(Region &region,
                                         OpAsmSetValueNameFn setName) {
  for (auto [arg, name] :
       llvm::zip(getInputs(), getInputNames().getAsRange<StringAttr>()))
    setName(arg, name.getValue());
  for (auto [arg, name] :
       llvm::zip(getStates(), getStateNames().getAsRange<StringAttr>()))
    setName(arg, name.getValue());
}

ParseResult ProgramOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  StringAttr symbol;
  SmallVector<OpAsmParser::Argument> args;
  SmallVector<Attribute> inputNames, outputNames, stateNodes, stateNames,
      stateInitials;
  SmallVector<Type> outputTypes;
  SmallVector<bool> staticInputs, windowOutputs;
  auto parseInput = [&]() {
    staticInputs.push_back(succeeded(parser.parseOptionalKeyword("static")));
    return parseNamedArgument(parser, args.emplace_back(),
                              inputNames.emplace_back());
  };
  auto parseState = [&]() -> ParseResult {
    OpAsmParser::Argument &arg = args.emplace_back();
    StringAttr node, name;
    if (parser.parseArgument(arg) || parseProbeName(parser, node, name) ||
        parser.parseColonType(arg.type) || parser.parseEqual() ||
        parser.parseAttribute(stateInitials.emplace_back()))
      return failure();
    stateNodes.push_back(node);
    stateNames.push_back(name);
    return success();
  };
  auto parseOutput = [&]() -> ParseResult {
    // "window" may be the name itself.
    bool isWindow = succeeded(parser.parseOptionalKeyword("window"));
    windowOutputs.push_back(isWindow);
    if (isWindow && succeeded(parser.parseOptionalColon())) {
      windowOutputs.back() = false;
      outputNames.push_back(builder.getStringAttr("window"));
      return parser.parseType(outputTypes.emplace_back());
    }
    return failure(parseName(parser, outputNames.emplace_back()) ||
                   parser.parseColonType(outputTypes.emplace_back()));
  };
  FloatAttr dt;
  IntegerAttr rows, samples;
  if (parser.parseSymbolName(symbol) ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseInput))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("state")) &&
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseState))
    return failure();
  if (parser.parseArrow() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                     parseOutput) ||
      parser.parseKeyword("dt") || parser.parseLParen() ||
      parser.parseAttribute(dt, builder.getF64Type()) || parser.parseRParen() ||
      parser.parseKeyword("rows") || parser.parseLParen() ||
      parser.parseAttribute(rows, builder.getI64Type()) || parser.parseRParen())
    return failure();
  if (succeeded(parser.parseOptionalKeyword("samples")) &&
      (parser.parseLParen() ||
       parser.parseAttribute(samples, builder.getI64Type()) ||
       parser.parseRParen()))
    return failure();
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();

  auto &properties = result.getOrAddProperties<Properties>();
  properties.sym_name = symbol;
  properties.input_names = builder.getArrayAttr(inputNames);
  properties.output_names = builder.getArrayAttr(outputNames);
  properties.state_nodes = builder.getArrayAttr(stateNodes);
  properties.state_names = builder.getArrayAttr(stateNames);
  properties.state_initials = builder.getArrayAttr(stateInitials);
  properties.dt = dt;
  properties.rows = rows;
  properties.samples = samples;
  auto getFlags = [&](ArrayRef<bool> flags) {
    return builder.getDenseBoolArrayAttr(
        llvm::is_contained(flags, true) ? flags : ArrayRef<bool>());
  };
  properties.static_inputs = getFlags(staticInputs);
  properties.window_outputs = getFlags(windowOutputs);
  SMLoc bodyLoc = parser.getCurrentLocation();
  Region *body = result.addRegion();
  if (parser.parseRegion(*body, args))
    return failure();
  auto yield = body->empty() || body->front().empty()
                   ? YieldOp()
                   : dyn_cast<YieldOp>(body->front().back());
  if (!yield || yield.getSignals().getTypes() != TypeRange(outputTypes))
    return parser.emitError(bodyLoc,
                            "expects a body that ends in snn.yield of types ")
           << outputTypes;
  return success();
}

void ProgramOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(
      llvm::zip(getInputs(), getInputNames().getAsRange<StringAttr>()), printer,
      [&](auto pair) {
        auto [arg, name] = pair;
        if (isStaticInput(arg.getArgNumber()))
          printer << "static ";
        printNamedArgument(printer, arg, name.getValue());
      });
  printer << ')';
  if (getNumStates() > 0) {
    printer << " state(";
    llvm::interleaveComma(llvm::seq(getNumStates()), printer, [&](unsigned i) {
      printer << getStates()[i] << ' ';
      printProbeName(printer, *this, cast<StringAttr>(getStateNodes()[i]),
                     cast<StringAttr>(getStateNames()[i]));
      printer << ": " << getStates()[i].getType() << " = "
              << getStateInitial(i);
    });
    printer << ')';
  }
  printer << " -> (";
  llvm::interleaveComma(
      llvm::enumerate(getOutputNames().getAsRange<StringAttr>(),
                      getYieldOp().getSignals().getTypes()),
      printer, [&](auto entry) {
        auto [index, name, type] = entry;
        if (isWindowOutput(index))
          printer << "window ";
        printName(printer, name.getValue());
        printer << ": " << type;
      });
  printer << ") dt(";
  printer.printAttributeWithoutType(getDtAttr());
  printer << ") rows(" << getRows() << ')';
  if (getSamples())
    printer << " samples(" << *getSamples() << ')';
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getSymNameAttrName(), getInputNamesAttrName(), getOutputNamesAttrName(),
       getStateNodesAttrName(), getStateNamesAttrName(),
       getStateInitialsAttrName(), getDtAttrName(), getRowsAttrName(),
       getStaticInputsAttrName(), getWindowOutputsAttrName(),
       getSamplesAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult ProgramOp::verify() {
  StringRef repeated;
  if (!areDistinct(getInputNames(), repeated))
    return emitOpError("expects distinct input names, but got '")
           << repeated << "' twice"; // C1
  if (!areDistinct(getOutputNames(), repeated))
    return emitOpError("expects distinct output names, but got '")
           << repeated << "' twice"; // C1
  if (getStateNodes().size() != getNumStates() ||
      getStateInitials().size() != getNumStates())
    return emitOpError("expects a node and an initial value per state"); // C4
  if (static_cast<int64_t>(getRows()) < 1)
    return emitOpError("expects a positive number of rows, but got ")
           << getRows(); // C5
  int64_t samples = getMostSamples(), rows = getRows();
  if (samples < 1 || samples > rows)
    return emitOpError("expects 1 to ")
           << rows << " samples, but got " << samples; // C5
  auto isOnePer = [](ArrayRef<bool> flags, ArrayAttr names) {
    return flags.empty() || flags.size() == names.size();
  };
  if (!isOnePer(getStaticInputs(), getInputNames()) ||
      !isOnePer(getWindowOutputs(), getOutputNames()))
    return emitOpError("expects to say of each input whether it is static, and "
                       "of each output whether it is a window value"); // C6
  return success();
}

/// The result that is the state after an op has updated it; null if the op does
/// not update its operand.
static Value getUpdated(OpOperand &use) {
  Operation *op = use.getOwner();
  unsigned index = use.getOperandNumber();
  auto getOfStates = [&](OperandRange states) -> Value {
    if (states.empty())
      return nullptr;
    unsigned begin = states.getBeginOperandIndex();
    if (index < begin || index >= begin + states.size())
      return nullptr;
    return op->getResult(op->getNumResults() - states.size() + index - begin);
  };
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<StepOp>([&](auto step) { return getOfStates(step.getStates()); })
      .Case<ScanOp>([&](auto scan) { return getOfStates(scan.getCarried()); })
      .Case<WhenOp>([&](auto when) { return getOfStates(when.getCarried()); })
      .Case<DelayWriteOp, KeepOp>([&](auto write) {
        return index == 1 ? Value(write.getResult()) : Value();
      })
      .Default([](Operation *) { return nullptr; });
}

/// A state is read any number of times, then updated once, and so on for the
/// updated state until it is carried: what allows every update in place.
static LogicalResult verifyLinearState(Operation *op, BlockArgument state,
                                       Value carried) {
  Value current = state;
  while (true) {
    OpOperand *update = nullptr;
    for (OpOperand &use : current.getUses()) {
      if (isa<DelayReadOp, KeptOp>(use.getOwner()) ||
          (current == carried && isa<YieldOp>(use.getOwner())))
        continue;
      if (update || current == carried || !getUpdated(use))
        return use.getOwner()->emitOpError(
                   "expects one update per state, by snn.step, snn.scan, "
                   "snn.when, snn.keep or snn.delay_write, but also uses "
                   "state #")
               << state.getArgNumber();
      update = &use;
    }
    if (current == carried)
      return success();
    if (!update)
      return op->emitOpError("expects to carry what becomes of state #")
             << state.getArgNumber();
    for (Operation *user : current.getUsers())
      if (user != update->getOwner() &&
          !user->isBeforeInBlock(update->getOwner()))
        return user->emitOpError("expects to read a state before its update");
    current = getUpdated(*update);
  }
}

LogicalResult ProgramOp::verifyRegions() {
  Block &block = getBodyBlock();
  if (block.getNumArguments() != getNumInputs() + getNumStates())
    return emitOpError("expects one region argument per input and state");
  auto yield = dyn_cast<YieldOp>(block.back());
  if (!yield)
    return emitOpError("expects a body that ends in snn.yield");
  if (yield.getSignals().size() != getOutputNames().size() ||
      yield.getCarried().getTypes() != TypeRange(ValueRange(getStates())))
    return yield.emitOpError("expects ")
           << getOutputNames().size() << " signals and states of types "
           << TypeRange(ValueRange(getStates())); // C2
  for (auto [state, initial, carried] :
       llvm::zip(getStates(), getStateInitials(), yield.getCarried())) {
    auto typed = dyn_cast<TypedAttr>(initial);
    if (!typed ||
        getElementTypeOrSelf(typed.getType()) !=
            getElementTypeOrSelf(state.getType()) ||
        !ConstantView::get(initial))
      return emitOpError("expects an initial value of element type ")
             << getElementTypeOrSelf(state.getType()) << ", but got "
             << initial; // C4
    if (failed(verifyLinearState(*this, state, carried)))
      return failure(); // C3
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Regions with states: what snn.scan and snn.when share
//===----------------------------------------------------------------------===//

/// "(%arg = %operand: type, ...)".
static ParseResult parseBindings(OpAsmParser &parser,
                                 SmallVectorImpl<OpAsmParser::Argument> &args,
                                 SmallVectorImpl<Value> &operands) {
  SmallVector<OpAsmParser::UnresolvedOperand> unresolved;
  SmallVector<Type> types;
  SMLoc loc = parser.getCurrentLocation();
  auto parseOne = [&]() -> ParseResult {
    OpAsmParser::Argument &arg = args.emplace_back();
    if (parser.parseArgument(arg) || parser.parseEqual() ||
        parser.parseOperand(unresolved.emplace_back()) ||
        parser.parseColonType(arg.type))
      return failure();
    types.push_back(arg.type);
    return success();
  };
  return failure(
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseOne) ||
      parser.resolveOperands(unresolved, types, loc, operands));
}

static void printBindings(OpAsmPrinter &printer, Block::BlockArgListType args,
                          OperandRange operands) {
  printer << '(';
  llvm::interleaveComma(llvm::zip(args, operands), printer, [&](auto pair) {
    printer << std::get<0>(pair) << " = " << std::get<1>(pair) << ": "
            << std::get<0>(pair).getType();
  });
  printer << ')';
}

/// "-> (types) attributes { region }".
static ParseResult
parseRegionWithResults(OpAsmParser &parser, OperationState &result,
                       ArrayRef<OpAsmParser::Argument> args) {
  SmallVector<Type> types;
  if (parser.parseArrow() || parser.parseLParen())
    return failure();
  if (failed(parser.parseOptionalRParen()) &&
      (parser.parseTypeList(types) || parser.parseRParen()))
    return failure();
  result.addTypes(types);
  return failure(parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
                 parser.parseRegion(*result.addRegion(), args));
}

static void printRegionWithResults(OpAsmPrinter &printer, Operation *op,
                                   ArrayRef<StringRef> elided) {
  printer << " -> (" << op->getResultTypes() << ')';
  printer.printOptionalAttrDictWithKeyword(op->getAttrs(), elided);
  printer << ' ';
  printer.printRegion(op->getRegion(0), /*printEntryBlockArgs=*/false);
}

/// The region's terminator, if its types are those of the results, which end
/// with the carried states.
static FailureOr<YieldOp> verifyYield(Operation *op, OperandRange carried) {
  Block &block = op->getRegion(0).front();
  if (block.getArgumentTypes() != op->getOperandTypes())
    return op->emitOpError("expects region arguments of the operands' types");
  auto yield = dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError("expects a body that ends in snn.yield");
  if (yield.getOperandTypes() != op->getResultTypes())
    return yield.emitOpError("expects to give the results' types ")
           << op->getResultTypes();
  if (yield.getCarried().getTypes() != carried.getTypes())
    return yield.emitOpError("expects to carry the types ")
           << carried.getTypes();
  for (auto [state, next] : llvm::zip(
           block.getArguments().take_back(carried.size()), yield.getCarried()))
    if (failed(verifyLinearState(op, state, next)))
      return failure();
  return yield;
}

//===----------------------------------------------------------------------===//
// ScanOp
//===----------------------------------------------------------------------===//

YieldOp ScanOp::getYieldOp() {
  return cast<YieldOp>(getBodyBlock().getTerminator());
}

void ScanOp::getAsmBlockArgumentNames(Region &region,
                                      OpAsmSetValueNameFn setName) {
  for (BlockArgument arg : region.getArguments())
    setName(arg, arg.getArgNumber() < getSignals().size() ? "in" : "state");
}

ParseResult ScanOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> args;
  SmallVector<Value> signals, carried;
  if (parseBindings(parser, args, signals) ||
      (succeeded(parser.parseOptionalKeyword("carry")) &&
       parseBindings(parser, args, carried)))
    return failure();
  result.addOperands(signals);
  result.addOperands(carried);
  auto &properties = result.getOrAddProperties<Properties>();
  properties.operandSegmentSizes = {static_cast<int32_t>(signals.size()),
                                    static_cast<int32_t>(carried.size())};
  return parseRegionWithResults(parser, result, args);
}

void ScanOp::print(OpAsmPrinter &printer) {
  auto args = getBodyBlock().getArguments();
  printer << ' ';
  printBindings(printer, args.take_front(getSignals().size()), getSignals());
  if (!getCarried().empty()) {
    printer << " carry";
    printBindings(printer, args.drop_front(getSignals().size()), getCarried());
  }
  printRegionWithResults(printer, *this, {getOperandSegmentSizesAttrName()});
}

LogicalResult ScanOp::verifyRegions() {
  if (failed(verifyYield(*this, getCarried())))
    return failure(); // C1, C2, C4
  Block &block = getBodyBlock();
  for (Operation &op : block)
    for (Value operand : op.getOperands())
      if (operand.getParentBlock() != &block && !isConstant(operand))
        return op.emitOpError("expects values from outside the scan to be "
                              "constants"); // C3
  return success();
}

//===----------------------------------------------------------------------===//
// WhenOp
//===----------------------------------------------------------------------===//

YieldOp WhenOp::getYieldOp() {
  return cast<YieldOp>(getBodyBlock().getTerminator());
}

ParseResult WhenOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> args;
  SmallVector<Value> carried;
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  std::optional<Event> event = symbolizeEvent(keyword);
  if (!event)
    return parser.emitError(loc, "expects start or end");
  if (succeeded(parser.parseOptionalKeyword("carry")) &&
      parseBindings(parser, args, carried))
    return failure();
  result.addOperands(carried);
  result.getOrAddProperties<Properties>().event =
      EventAttr::get(parser.getContext(), *event);
  return parseRegionWithResults(parser, result, args);
}

void WhenOp::print(OpAsmPrinter &printer) {
  printer << ' ' << stringifyEvent(getEvent());
  if (!getCarried().empty()) {
    printer << " carry";
    printBindings(printer, getBodyBlock().getArguments(), getCarried());
  }
  printRegionWithResults(printer, *this, {getEventAttrName()});
}

LogicalResult WhenOp::verifyRegions() {
  FailureOr<YieldOp> yield = verifyYield(*this, getCarried());
  if (failed(yield))
    return failure(); // C1, C3
  bool isStart = getEvent() == Event::Start;
  if (isStart ? !yield->getSignals().empty() : !getCarried().empty())
    return emitOpError("expects ")
           << (isStart ? "states and no signals" : "signals and no states")
           << " of a region that runs at the "
           << stringifyEvent(getEvent()); // C2
  return success();
}

//===----------------------------------------------------------------------===//
// DelayReadOp, DelayWriteOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyHistory(Operation *op, RankedTensorType signal,
                                   RankedTensorType history) {
  if (history.getRank() != signal.getRank() + 1 ||
      history.getShape().drop_front() != signal.getShape() ||
      history.getElementType() != signal.getElementType())
    return op->emitOpError("expects a history of ")
           << signal << " with a dimension in front, but got " << history;
  return success();
}

LogicalResult MoveOp::verify() {
  auto from = getInput().getType(), to = cast<RankedTensorType>(getType());
  if (from.getElementType() != to.getElementType())
    return emitOpError("expects a result of ")
           << from.getElementType() << ", as the input, but got "
           << to.getElementType(); // C1
  if (getSizes().size() != getStrides().size())
    return emitOpError("expects a stride per size"); // C2
  auto isNegative = [](int64_t number) { return number < 0; };
  int64_t offset = getOffset();
  if (offset < 0 || llvm::any_of(getStrides(), isNegative))
    return emitOpError("expects no negative offset or stride"); // C2
  // In doubles, which do not wrap.
  double count = 1, last = offset;
  for (auto [size, stride] : llvm::zip(getSizes(), getStrides())) {
    count *= size;
    last += double(size - 1) * double(stride);
  }
  if (llvm::any_of(getSizes(), [](int64_t size) { return size < 1; }) ||
      count != to.getNumElements())
    return emitOpError("expects sizes of ")
           << to.getNumElements() << " elements in all"; // C2
  if (last >= from.getNumElements())
    return emitOpError("reads element ") << int64_t(last) << " of an input of "
                                         << from.getNumElements(); // C3
  return success();
}

LogicalResult DelayReadOp::verify() {
  if (failed(verifyHistory(*this, cast<RankedTensorType>(getType()),
                           getHistory().getType())))
    return failure(); // C1
  int64_t depth = getHistory().getType().getDimSize(0);
  int64_t elements = cast<RankedTensorType>(getType()).getNumElements();
  bool sized = getSteps().size() == 1 ||
               static_cast<int64_t>(getSteps().size()) == elements;
  if (!sized || !llvm::all_of(getSteps(), [&](int64_t steps) {
        return steps >= 1 && steps <= depth;
      }))
    return emitOpError("expects steps between 1 and ") << depth; // C2
  return success();
}

LogicalResult DelayWriteOp::verify() {
  return verifyHistory(*this, getInput().getType(),
                       getHistory().getType()); // C1
}
