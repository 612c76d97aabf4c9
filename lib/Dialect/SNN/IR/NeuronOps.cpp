// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neuron models and populations: syntax and verifiers.

#include "AssemblyDirectives.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/NeuronKinds.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace volley::snn;

//===----------------------------------------------------------------------===//
// NeuronModelOp
//===----------------------------------------------------------------------===//

NextOp NeuronModelOp::getNextOp() {
  return cast<NextOp>(getBodyBlock().getTerminator());
}

int64_t NeuronModelOp::getStateIndex(StringRef name) {
  for (auto [index, attr] :
       llvm::enumerate(getStateNames().getAsRange<StringAttr>()))
    if (attr.getValue() == name)
      return index;
  return -1;
}

void NeuronModelOp::build(OpBuilder &builder, OperationState &state,
                          StringRef name, const ModelParts &parts) {
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = builder.getStringAttr(name);
  properties.state_names = builder.getArrayAttr(parts.stateNames);
  properties.state_initials = builder.getArrayAttr(parts.stateInitials);
  properties.input_names = builder.getArrayAttr(parts.inputNames);
  properties.param_names = builder.getArrayAttr(parts.paramNames);
  properties.output_names = builder.getArrayAttr(parts.outputNames);
  properties.output_types = builder.getTypeArrayAttr(parts.outputTypes);
  state.addRegion()->emplaceBlock();
}

void NeuronModelOp::getAsmBlockArgumentNames(Region &region,
                                             OpAsmSetValueNameFn setName) {
  auto args = region.getArguments().begin();
  for (ArrayAttr names : {getStateNames(), getInputNames(), getParamNames()})
    for (StringAttr name : names.getAsRange<StringAttr>())
      setName(*args++, name.getValue());
}

ParseResult NeuronModelOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  auto &properties = result.getOrAddProperties<Properties>();
  StringAttr symbol;
  if (succeeded(parser.parseOptionalKeyword("private")))
    properties.sym_visibility = builder.getStringAttr("private");
  if (parser.parseSymbolName(symbol))
    return failure();

  SmallVector<OpAsmParser::Argument> args;
  SmallVector<Attribute> states, initials, inputs, params;
  enum Group { States, Inputs, Params } group = States;
  auto parseArgument = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef keyword;
    if (parser.parseKeyword(&keyword))
      return failure();
    std::optional<Group> next =
        llvm::StringSwitch<std::optional<Group>>(keyword)
            .Case("state", States)
            .Case("in", Inputs)
            .Case("param", Params)
            .Default(std::nullopt);
    if (!next || *next < group)
      return parser.emitError(
          loc, "expects arguments in the order state, in, param");
    group = *next;
    Attribute name;
    if (parseNamedArgument(parser, args.emplace_back(), name))
      return failure();
    if (group == States) {
      states.push_back(name);
      return failure(
          parser.parseEqual() ||
          parser.parseAttribute(initials.emplace_back(), args.back().type));
    }
    (group == Inputs ? inputs : params).push_back(name);
    return success();
  };
  SmallVector<Attribute> outputNames, outputTypes;
  auto parseOutput = [&]() -> ParseResult {
    Type type;
    if (parseName(parser, outputNames.emplace_back()) ||
        parser.parseColonType(type))
      return failure();
    outputTypes.push_back(TypeAttr::get(type));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                     parseArgument) ||
      parser.parseArrow() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                     parseOutput) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  properties.sym_name = symbol;
  properties.state_names = builder.getArrayAttr(states);
  properties.state_initials = builder.getArrayAttr(initials);
  properties.input_names = builder.getArrayAttr(inputs);
  properties.param_names = builder.getArrayAttr(params);
  properties.output_names = builder.getArrayAttr(outputNames);
  properties.output_types = builder.getArrayAttr(outputTypes);

  Region *body = result.addRegion();
  if (parser.parseRegion(*body, args))
    return failure();
  ensureTerminator(*body, builder, result.location);
  return success();
}

void NeuronModelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  if (getSymVisibility())
    printer << *getSymVisibility() << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  bool first = true;
  auto printGroup = [&](StringRef keyword, auto args, ArrayAttr names) {
    for (auto [index, arg] : llvm::enumerate(args)) {
      printer << (first ? "" : ", ") << keyword << ' ';
      first = false;
      printNamedArgument(printer, arg,
                         cast<StringAttr>(names[index]).getValue());
      if (keyword == "state") {
        printer << " = ";
        printer.printAttributeWithoutType(getStateInitial(index));
      }
    }
  };
  printGroup("state", getStates(), getStateNames());
  printGroup("in", getInputs(), getInputNames());
  printGroup("param", getParams(), getParamNames());
  printer << ") -> (";
  llvm::interleaveComma(
      llvm::seq(getNumOutputs()), printer, [&](unsigned index) {
        printName(printer,
                  cast<StringAttr>(getOutputNames()[index]).getValue());
        printer << ": " << getOutputType(index);
      });
  printer << ')';
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getSymNameAttrName(), getSymVisibilityAttrName(),
       getStateNamesAttrName(), getStateInitialsAttrName(),
       getInputNamesAttrName(), getParamNamesAttrName(),
       getOutputNamesAttrName(), getOutputTypesAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult NeuronModelOp::verify() {
  MLIRContext *context = getContext();
  StringRef repeated;
  SmallVector<Attribute> arguments, results;
  llvm::append_range(arguments, getStateNames());
  llvm::append_range(arguments, getInputNames());
  llvm::append_range(arguments, getParamNames());
  llvm::append_range(results, getOutputNames());
  llvm::append_range(results, getStateNames());
  if (!areDistinct(ArrayAttr::get(context, arguments), repeated) ||
      !areDistinct(ArrayAttr::get(context, results), repeated))
    return emitOpError("expects distinct names, but got '")
           << repeated << "' twice"; // C1
  if (getStateInitials().size() != getStateNames().size())
    return emitOpError("expects an initial value per state"); // C3
  if (getOutputTypes().size() != getOutputNames().size())
    return emitOpError("expects a type per output"); // C2
  for (unsigned i = 0; i < getNumOutputs(); ++i)
    if (!isElementType(getOutputType(i)))
      return emitOpError(
                 "expects outputs of type i1, i32, f32 or f64, but got ")
             << getOutputType(i); // C2
  return success();
}

/// True if attributes let an op give other bits on another target: licences to
/// reorder, to assume that nothing overflows, to round otherwise.
static bool hasLooseArithmetic(Operation *op) {
  if (auto math = dyn_cast<arith::ArithFastMathInterface>(op))
    if (math.getFastMathFlagsAttr() &&
        math.getFastMathFlagsAttr().getValue() != arith::FastMathFlags::none)
      return true;
  if (auto integer = dyn_cast<arith::ArithIntegerOverflowFlagsInterface>(op))
    if (integer.getOverflowAttr() && integer.getOverflowAttr().getValue() !=
                                         arith::IntegerOverflowFlags::none)
      return true;
  if (auto rounding = dyn_cast<arith::ArithRoundingModeInterface>(op))
    if (rounding.getRoundingModeAttr())
      return true;
  return false;
}

/// The scalar ops of a law (docs/Spec/Neurons.md): each has one result for its
/// operands on every target.
static bool isScalarLawOp(Operation *op) {
  if (isa<NextOp, ExpOp, LogOp, ToIntOp, AssertOp>(op))
    return true;
  static const llvm::StringSet<> allowed = {
      "arith.addf",   "arith.subf",     "arith.mulf",    "arith.divf",
      "arith.negf",   "arith.cmpf",     "arith.select",  "arith.constant",
      "arith.addi",   "arith.subi",     "arith.muli",    "arith.andi",
      "arith.ori",    "arith.xori",     "arith.cmpi",    "arith.maxsi",
      "arith.minsi",  "arith.extui",    "arith.extsi",   "arith.trunci",
      "arith.sitofp", "arith.uitofp",   "arith.extf",    "arith.truncf",
      "math.fma",     "math.floor",     "math.ceil",     "math.trunc",
      "math.absf",    "math.roundeven", "math.copysign", "math.sqrt",
      "scf.if",       "scf.while",      "scf.condition", "scf.yield"};
  return allowed.contains(op->getName().getStringRef());
}

LogicalResult NeuronModelOp::verifyRegions() {
  Block &block = getBodyBlock();
  if (block.getNumArguments() !=
      getNumStates() + getNumInputs() + getNumParams())
    return emitOpError("expects one region argument per state, input and "
                       "parameter");
  for (BlockArgument arg : block.getArguments())
    if (!isElementType(arg.getType()))
      return emitOpError("expects arguments of type i1, i32, f32 or f64, but "
                         "got ")
             << arg.getType(); // C2
  for (auto [state, attr] : llvm::zip(getStates(), getStateInitials()))
    if (auto initial = dyn_cast<TypedAttr>(attr);
        !initial || initial.getType() != state.getType() ||
        !ConstantView::get(initial))
      return emitOpError("expects an initial value of type ")
             << state.getType(); // C3
  auto next = dyn_cast<NextOp>(block.back());
  if (!next)
    return emitOpError("expects a body that ends in snn.next");
  auto outputTypes = llvm::to_vector(
      llvm::map_range(llvm::seq(getNumOutputs()),
                      [&](unsigned i) { return getOutputType(i); }));
  if (next.getStates().getTypes() != TypeRange(ValueRange(getStates())))
    return next.emitOpError("expects next states of types ")
           << TypeRange(ValueRange(getStates())); // C4
  if (next.getOutputs().getTypes() != TypeRange(outputTypes))
    return next.emitOpError("expects outputs of types ") << outputTypes; // C4
  WalkResult result = getBody().walk([&](Operation *op) {                // C5
    if (!isScalarLawOp(op)) {
      op->emitOpError("is not an op of a neuron's law");
      return WalkResult::interrupt();
    }
    if (hasLooseArithmetic(op)) {
      op->emitOpError("expects neither fast-math nor overflow flags nor a "
                      "rounding mode in a neuron's law");
      return WalkResult::interrupt();
    }
    for (Type type : op->getResultTypes())
      if (!isElementType(type)) {
        op->emitOpError("expects values of type i1, i32, f32 or f64 in a "
                        "neuron's law, but got ")
            << type;
        return WalkResult::interrupt();
      }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// PopulationOp, StepOp
//===----------------------------------------------------------------------===//

/// What a population and a step have in common. `states` is null for a
/// population, whose states are not values.
static LogicalResult verifyUseOfModel(Operation *op, FlatSymbolRefAttr symbol,
                                      SymbolTableCollection &symbolTable,
                                      ValueRange inputs, ValueRange params,
                                      std::optional<ValueRange> states,
                                      ArrayAttr exposed) {
  auto model = symbolTable.lookupNearestSymbolFrom<NeuronModelOp>(op, symbol);
  if (!model)
    return op->emitOpError("expects the name of a snn.neuron_model, but got ")
           << symbol; // C1

  auto checkElements = [&](StringRef what, ValueRange values,
                           TypeRange expected) -> LogicalResult {
    if (values.size() != expected.size())
      return op->emitOpError("expects ")
             << expected.size() << ' ' << what << ", but got " << values.size();
    for (auto [value, type] : llvm::zip(values, expected))
      if (getElementTypeOrSelf(value.getType()) != type)
        return op->emitOpError("expects ")
               << what << " of element type " << type << ", but got "
               << value.getType();
    return success();
  };
  auto typesOf = [](auto args) {
    return llvm::map_to_vector(args,
                               [](BlockArgument a) { return a.getType(); });
  };
  SmallVector<Type> inputTypes = typesOf(model.getInputs());
  SmallVector<Type> paramTypes = typesOf(model.getParams());
  SmallVector<Type> stateTypes = typesOf(model.getStates());
  if (failed(checkElements("inputs", inputs, inputTypes)) ||
      failed(checkElements("parameters", params, paramTypes)))
    return failure(); // C2
  if (states && failed(checkElements("states", *states, stateTypes)))
    return failure(); // C2

  SmallVector<Type> resultTypes;
  for (unsigned i = 0; i < model.getNumOutputs(); ++i)
    resultTypes.push_back(model.getOutputType(i));
  llvm::SmallSet<StringRef, 4> seen;
  for (StringAttr name : exposed.getAsRange<StringAttr>()) { // C5
    int64_t index = model.getStateIndex(name.getValue());
    if (index < 0 || !seen.insert(name.getValue()).second)
      return op->emitOpError("expects exposed names that are states of ")
             << symbol << ", each once, but got '" << name.getValue() << "'";
    resultTypes.push_back(stateTypes[index]);
  }
  if (states)
    llvm::append_range(resultTypes, stateTypes);
  if (failed(checkElements("results", op->getResults(), resultTypes)))
    return failure(); // C2

  // The population's shape is that of any input or result.
  RankedTensorType first;
  auto checkShape = [&](ValueRange values) -> LogicalResult { // C3
    for (Value value : values) {
      auto type = cast<RankedTensorType>(value.getType());
      if (!first)
        first = type;
      else if (type.getShape() != first.getShape())
        return op->emitOpError("expects signals of one shape, but got ")
               << first << " and " << type;
    }
    return success();
  };
  if (failed(checkShape(inputs)) || failed(checkShape(op->getResults())) ||
      (states && failed(checkShape(*states))))
    return failure();
  if (op->getNumResults() == 0)
    return op->emitOpError("expects at least one result"); // C3
  for (Value param : params)                               // C4
    if (!broadcastsOver(param.getType(), first.getShape()))
      return op->emitOpError("expects parameters that broadcast over ")
             << first << ", but got " << param.getType();
  for (Value param : params) // C6
    if (!isConstant(param))
      return op->emitOpError("expects parameters that are constants");
  return success();
}

LogicalResult
PopulationOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  return verifyUseOfModel(*this, getModelAttr(), symbolTable, getInputs(),
                          getParams(), std::nullopt, getExposed());
}

LogicalResult StepOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  return verifyUseOfModel(*this, getModelAttr(), symbolTable, getInputs(),
                          getParams(), ValueRange(getStates()), getExposed());
}

//===----------------------------------------------------------------------===//
// NeuronOp
//===----------------------------------------------------------------------===//

// Only what consumers see is late; an exposed state is not.
int64_t NeuronOp::getLeastLatency(unsigned result) {
  return getLate() && result == 0 ? 1 : 0;
}
int64_t NeuronOp::getLargestLatency(unsigned result) {
  return getLeastLatency(result);
}

LogicalResult NeuronOp::verify() {
  const NeuronKindInfo &info = getNeuronKindInfo(getKind());
  StringRef kind = stringifyNeuronKind(getKind());
  auto names = getParamNames().getAsRange<StringAttr>();
  if (getParams().size() != getParamNames().size() ||
      !llvm::equal(names, info.params, [](StringAttr a, StringRef b) {
        return a.getValue() == b;
      })) {
    InFlightDiagnostic diag = emitOpError("expects the parameters (");
    llvm::interleaveComma(info.params, diag);
    return diag << ") of kind " << kind; // C1
  }
  RankedTensorType inputType = getInput().getType();
  for (auto [name, param] : llvm::zip(names, getParams())) { // C2
    if (!getElementTypeOrSelf(param.getType()).isF64() ||
        !broadcastsOver(param.getType(), inputType.getShape()))
      return emitOpError("expects parameter '")
             << name.getValue() << "' of type f64 that broadcasts over "
             << inputType << ", but got " << param.getType();
    if (!isConstant(param))
      return emitOpError("expects parameter '")
             << name.getValue() << "' to be a constant";
  }
  Type element = inputType.getElementType();
  MLIRContext *context = getContext();
  Type outputElement = element;
  if (info.spikes)
    outputElement =
        IntegerType::get(context, getSpikes() == Spikes::Multi ? 32 : 1);
  SmallVector<Type> expected{inputType.clone(outputElement)};
  llvm::SmallSet<StringRef, 4> seen;
  for (StringAttr name : getExposed().getAsRange<StringAttr>()) { // C5
    if (!llvm::is_contained(info.states, name.getValue()) ||
        !seen.insert(name.getValue()).second)
      return emitOpError("expects exposed names that are states of kind ")
             << kind << ", each once, but got '" << name.getValue() << "'";
    expected.push_back(inputType);
  }
  if (getResultTypes() != TypeRange(expected))
    return emitOpError("expects results of types ")
           << expected << ", but got " << getResultTypes(); // C3
  if (getSpikes() == Spikes::Multi &&
      (getReset() != Reset::Subtract || getResetDelay() || !info.resets))
    return emitOpError("expects a kind that resets, and reset(subtract) "
                       "without reset_delay, for spikes(multi)"); // C4
  if (getScheme() == Scheme::Exact &&                             // C7
      (getVMin() || getResetDelay() ||
       (info.resets &&
        (getReset() == Reset::None || getCompare() == Compare::GE))))
    return emitOpError("expects a reset in the step, compare(gt) and no v_min "
                       "for scheme exact");
  if (getResidualReset() && info.resets && // C8
      (getReset() != Reset::Subtract || getSpikes() == Spikes::Multi ||
       getResetDelay() || getScheme() == Scheme::Exact))
    return emitOpError("expects reset(subtract) and spikes(single), without "
                       "reset_delay and scheme exact, for residual_reset");
  if (!llvm::is_contained(info.schemes, getScheme()))
    return emitOpError("expects a scheme that kind ")
           << kind << " has, but got " << stringifyScheme(getScheme()); // C6
  return success();
}
