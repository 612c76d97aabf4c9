// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Networks, delays, probes and shapes: syntax and verifiers.

#include "AssemblyDirectives.h"
#include "mlir/IR/Builders.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace volley::snn;

//===----------------------------------------------------------------------===//
// NetworkOp
//===----------------------------------------------------------------------===//

RegionKind NetworkOp::getRegionKind(unsigned) { return RegionKind::Graph; }

OutputOp NetworkOp::getOutputOp() {
  return cast<OutputOp>(getBodyBlock().getTerminator());
}

llvm::DenseSet<Operation *> NetworkOp::findLiveOps() {
  llvm::DenseSet<Operation *> live;
  SmallVector<Operation *> worklist(getBodyBlock().getOps<ProbeOp>());
  worklist.push_back(getBodyBlock().getTerminator());
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (!live.insert(op).second)
      continue;
    for (Value operand : op->getOperands())
      if (Operation *def = operand.getDefiningOp())
        worklist.push_back(def);
  }
  return live;
}

void NetworkOp::getAsmBlockArgumentNames(Region &region,
                                         OpAsmSetValueNameFn setName) {
  for (auto [arg, name] : llvm::zip(region.getArguments(),
                                    getInputNames().getAsRange<StringAttr>()))
    setName(arg, name.getValue());
}

ParseResult NetworkOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  StringAttr symbol;
  SmallVector<OpAsmParser::Argument> args;
  SmallVector<Attribute> inputNames, outputNames;
  SmallVector<Type> outputTypes;
  auto parseInput = [&]() {
    return parseNamedArgument(parser, args.emplace_back(),
                              inputNames.emplace_back());
  };
  auto parseOutput = [&]() -> ParseResult {
    return failure(parseName(parser, outputNames.emplace_back()) ||
                   parser.parseColonType(outputTypes.emplace_back()));
  };
  FloatAttr dt;
  if (parser.parseSymbolName(symbol) ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseInput) ||
      parser.parseArrow() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                     parseOutput) ||
      parser.parseKeyword("dt") || parser.parseLParen() ||
      parser.parseAttribute(dt, builder.getF64Type()) || parser.parseRParen() ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();

  auto &properties = result.getOrAddProperties<Properties>();
  properties.sym_name = symbol;
  properties.input_names = builder.getArrayAttr(inputNames);
  properties.output_names = builder.getArrayAttr(outputNames);
  properties.dt = dt;

  SMLoc bodyLoc = parser.getCurrentLocation();
  Region *body = result.addRegion();
  if (parser.parseRegion(*body, args))
    return failure();
  // The types after the arrow are there for the reader; they must be right.
  if (body->empty() || body->front().empty() ||
      !isa<OutputOp>(body->front().back()))
    return parser.emitError(bodyLoc, "expects a body that ends in snn.output");
  if (TypeRange(outputTypes) != body->front().back().getOperandTypes())
    return parser.emitError(bodyLoc, "expects snn.output to give the types ")
           << outputTypes;
  return success();
}

void NetworkOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(llvm::zip(getBodyBlock().getArguments(),
                                  getInputNames().getAsRange<StringAttr>()),
                        printer, [&](auto pair) {
                          printNamedArgument(printer, std::get<0>(pair),
                                             std::get<1>(pair).getValue());
                        });
  printer << ") -> (";
  llvm::interleaveComma(llvm::zip(getOutputNames().getAsRange<StringAttr>(),
                                  getOutputOp().getSignals().getTypes()),
                        printer, [&](auto pair) {
                          printName(printer, std::get<0>(pair).getValue());
                          printer << ": " << std::get<1>(pair);
                        });
  printer << ") dt(";
  printer.printAttributeWithoutType(getDtAttr());
  printer << ')';
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getSymNameAttrName(), getInputNamesAttrName(),
                            getOutputNamesAttrName(), getDtAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult NetworkOp::verify() {
  StringRef repeated;
  if (!areDistinct(getInputNames(), repeated))
    return emitOpError("expects distinct input names, but got '")
           << repeated << "' twice"; // C1
  if (!areDistinct(getOutputNames(), repeated))
    return emitOpError("expects distinct output names, but got '")
           << repeated << "' twice"; // C1
  double dt = getTimeStep();
  if (!(dt > 0) || !std::isfinite(dt))
    return emitOpError("expects a positive time step, but got ") << dt; // C4
  return success();
}

/// What a diagnostic calls an op: the name it has in the source if it has one.
static std::string describe(Operation *op) {
  std::string text = op->getName().getStringRef().str();
  if (auto name = op->getAttrOfType<StringAttr>("name"))
    text += " '" + name.getValue().str() + "'";
  else if (auto loc = op->getLoc()->findInstanceOf<NameLoc>())
    text += " '" + loc.getName().getValue().str() + "'";
  return text;
}

bool volley::snn::hasLatency(Value value) {
  auto result = dyn_cast<OpResult>(value);
  auto latency =
      result ? dyn_cast<LatencyOpInterface>(result.getOwner()) : nullptr;
  return latency && latency.getLeastLatency(result.getResultNumber()) > 0;
}

namespace {
/// Finds a cycle of signals without latency by depth-first search, iteratively:
/// networks are deep.
class AlgebraicLoopFinder {
public:
  /// The ops of a loop in order of data flow, empty if there is none.
  SmallVector<Operation *> find(Block &block) {
    for (Operation &op : block)
      if (SmallVector<Operation *> loop = visit(&op); !loop.empty())
        return loop;
    return {};
  }

private:
  struct Frame {
    Operation *op;
    unsigned nextOperand = 0;
  };

  SmallVector<Operation *> visit(Operation *root) {
    if (!visited.insert(root).second)
      return {};
    SmallVector<Frame> stack{{root}};
    llvm::DenseSet<Operation *> onStack{root};
    while (!stack.empty()) {
      Frame &frame = stack.back();
      if (frame.nextOperand == frame.op->getNumOperands()) {
        onStack.erase(frame.op);
        stack.pop_back();
        continue;
      }
      Value operand = frame.op->getOperand(frame.nextOperand++);
      Operation *def = operand.getDefiningOp();
      if (!def || hasLatency(operand))
        continue;
      if (onStack.contains(def)) {
        // The stack runs against the flow of data.
        SmallVector<Operation *> loop;
        for (const Frame &entry : llvm::reverse(stack)) {
          loop.push_back(entry.op);
          if (entry.op == def)
            break;
        }
        return loop;
      }
      if (visited.insert(def).second) {
        onStack.insert(def);
        stack.push_back({def});
      }
    }
    return {};
  }

  llvm::DenseSet<Operation *> visited;
};
} // namespace

/// True for the ops that a network's region may hold.
static bool isOfNetworkForm(Operation *op) {
  return isa<OutputOp, DelayOp, ProbeOp, ReshapeOp, TransposeOp, DenseOp,
             ConvOp, PoolOp, AddOp, MulOp, ScaleOp, PopulationOp, NeuronOp>(
             op) ||
         op->hasTrait<OpTrait::ConstantLike>();
}

/// True if an operand is a weight, a bias, a factor or a parameter, and no
/// signal.
static bool isConstantOperand(OpOperand &operand) {
  unsigned index = operand.getOperandNumber();
  return llvm::TypeSwitch<Operation *, bool>(operand.getOwner())
      .Case<DenseOp, ConvOp, ScaleOp, NeuronOp>([&](auto) { return index > 0; })
      .Case<PopulationOp>(
          [&](auto op) { return index >= op.getInputs().size(); })
      .Default([](Operation *) { return false; });
}

LogicalResult NetworkOp::verifyRegions() {
  Block &block = getBodyBlock();
  if (block.getNumArguments() != getInputNames().size())
    return emitOpError("expects one region argument per input name"); // C3
  for (BlockArgument arg : block.getArguments())
    if (!isSignalType(arg.getType()))
      return emitOpError("expects inputs that are signals, but got ")
             << arg.getType(); // C2
  auto output = dyn_cast<OutputOp>(block.back());
  if (!output)
    return emitOpError("expects a body that ends in snn.output");
  if (output.getSignals().size() != getOutputNames().size())
    return emitOpError("expects ")
           << getOutputNames().size() << " output signals, but got "
           << output.getSignals().size(); // C3

  for (Operation &op : block) {
    if (!isOfNetworkForm(&op))
      return op.emitOpError("is not an op of the network form"); // C7
    for (OpOperand &operand : op.getOpOperands()) {
      Operation *def = operand.get().getDefiningOp();
      if (def && def->hasTrait<OpTrait::ConstantLike>() &&
          !isConstantOperand(operand))
        return op.emitOpError("expects operand #")
               << operand.getOperandNumber()
               << " to be a signal, but got a constant"; // C8
    }
  }

  if (SmallVector<Operation *> loop = AlgebraicLoopFinder().find(block);
      !loop.empty()) { // C5
    InFlightDiagnostic diag = emitOpError("has an algebraic loop: ");
    for (Operation *op : loop)
      diag << describe(op) << " -> ";
    diag << describe(loop.front());
    diag.attachNote(loop.front()->getLoc())
        << "a cycle needs a snn.delay of at least one step";
    return diag;
  }

  llvm::StringMap<Operation *> populations, probes; // C6
  auto insert = [&](llvm::StringMap<Operation *> &seen, Twine key,
                    Operation *op) -> LogicalResult {
    auto [it, isNew] = seen.try_emplace(key.str(), op);
    if (isNew)
      return success();
    InFlightDiagnostic diag = op->emitOpError("expects a name of its own");
    diag.attachNote(it->second->getLoc()) << "the name is used here";
    return diag;
  };
  for (Operation &op : block) {
    if (isa<PopulationOp, NeuronOp>(op)) {
      StringRef name = op.getAttrOfType<StringAttr>("name").getValue();
      if (!name.empty() && failed(insert(populations, name, &op)))
        return failure();
    } else if (auto probe = dyn_cast<ProbeOp>(op)) {
      // A name cannot hold a NUL.
      if (failed(insert(probes, probe.getNode() + Twine('\0') + probe.getWhat(),
                        &op)))
        return failure();
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// DelayOp
//===----------------------------------------------------------------------===//

LogicalResult DelayOp::verify() {
  int64_t elements = getInput().getType().getNumElements();
  int64_t entries = getSteps().size();
  if (entries != 1 && entries != elements)
    return emitOpError("expects one number of steps, or one for each of ")
           << elements << " elements, but got " << entries; // C1
  for (int64_t steps : getSteps())
    if (steps < 0 || steps > kLargestDelay)
      return emitOpError("expects delays of 0 to ")
             << kLargestDelay << " steps, but got " << steps; // C2
  if (TypedAttr initial = getInitialAttr();
      initial && initial.getType() != getType() &&
      initial.getType() != getType().getElementType())
    return emitOpError("expects an initial value of type ")
           << getType() << " or of its elements, but got "
           << initial.getType(); // C3
  if (getInitial() && !ConstantView::get(*getInitial()))
    return emitOpError("expects an initial value that holds numbers, but got ")
           << *getInitial(); // C3
  return success();
}

int64_t DelayOp::getLeastLatency(unsigned) {
  return *llvm::min_element(getSteps());
}

int64_t DelayOp::getLargestLatency(unsigned) {
  return *llvm::max_element(getSteps());
}

//===----------------------------------------------------------------------===//
// ReshapeOp, TransposeOp
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  auto from = getInput().getType(), to = getType();
  if (from.getElementType() != to.getElementType() ||
      from.getNumElements() != to.getNumElements())
    return emitOpError("expects the same element type and number of elements, "
                       "but got ")
           << from << " and " << to; // C1
  return success();
}

LogicalResult TransposeOp::verify() {
  auto from = getInput().getType(), to = getType();
  ArrayRef<int64_t> permutation = getPermutation();
  SmallVector<bool> used(from.getRank(), false);
  bool valid = static_cast<int64_t>(permutation.size()) == from.getRank();
  for (int64_t dim : permutation) {
    valid = valid && dim >= 0 && dim < from.getRank() && !used[dim];
    if (valid)
      used[dim] = true;
  }
  if (!valid)
    return emitOpError("expects a permutation of ")
           << from.getRank() << " dimensions, but got [" << permutation
           << "]"; // C1
  SmallVector<int64_t> shape;
  for (int64_t dim : permutation)
    shape.push_back(from.getDimSize(dim));
  auto expected = RankedTensorType::get(shape, from.getElementType());
  if (to != expected)
    return emitOpError("expects a result of type ")
           << expected << ", but got " << to; // C2
  return success();
}
