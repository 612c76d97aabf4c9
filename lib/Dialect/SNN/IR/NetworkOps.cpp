// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Networks, delays, probes and shapes: syntax and verifiers.

#include "AssemblyDirectives.h"
#include "mlir/IR/Builders.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"

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
  SmallVector<bool> staticInputs;
  auto parseInput = [&]() {
    staticInputs.push_back(succeeded(parser.parseOptionalKeyword("static")));
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
  if (!llvm::is_contained(staticInputs, true))
    staticInputs.clear();
  properties.static_inputs = builder.getDenseBoolArrayAttr(staticInputs);

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
                          auto [arg, name] = pair;
                          if (isStaticInput(arg.getArgNumber()))
                            printer << "static ";
                          printNamedArgument(printer, arg, name.getValue());
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
      (*this)->getAttrs(),
      {getSymNameAttrName(), getInputNamesAttrName(), getOutputNamesAttrName(),
       getDtAttrName(), getStaticInputsAttrName()});
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
  if (size_t entries = getStaticInputs().size();
      entries != 0 && entries != getInputNames().size())
    return emitOpError("expects to say of each of ")
           << getInputNames().size() << " inputs whether it is static, but got "
           << entries << " entries"; // C9
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

std::vector<Operation *> volley::snn::sortBySignals(ArrayRef<Operation *> ops) {
  llvm::DenseSet<Operation *> members(ops.begin(), ops.end()), done;
  std::vector<Operation *> sorted;
  for (Operation *root : ops) {
    SmallVector<std::pair<Operation *, unsigned>> stack{{root, 0}};
    while (!stack.empty()) {
      auto &[op, next] = stack.back();
      bool isLate = op->getNumResults() > 0 && hasLatency(op->getResult(0));
      if (done.contains(op) || isLate || next == op->getNumOperands()) {
        if (done.insert(op).second)
          sorted.push_back(op);
        stack.pop_back();
        continue;
      }
      Operation *def = op->getOperand(next++).getDefiningOp();
      if (def && members.contains(def) && !done.contains(def))
        stack.push_back({def, 0});
    }
  }
  return sorted;
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
  return isa<OutputOp, DelayOp, ProbeOp, ReshapeOp, TransposeOp, BroadcastOp,
             SliceOp, ConcatOp, DenseOp, ConvOp, PoolOp, MatmulOp, ReduceOp,
             ReduceTimeOp, AddOp, MulOp, ScaleOp, NormOp, PopulationOp,
             NeuronOp>(op) ||
         op->hasTrait<OpTrait::ConstantLike>();
}

/// Window values go to outputs, and to ops without state together with others
/// that do not change from step to step.
static LogicalResult verifyRates(NetworkOp network) {
  Rates rates(network);
  for (Operation &op : network.getBodyBlock()) {
    auto window = llvm::find_if(op.getOperands(), [&](Value operand) {
      return rates.get(operand) == Rate::Window;
    });
    if (window == op.operand_end() || isa<OutputOp>(op))
      continue;
    auto refuse = [&](Twine reason) -> LogicalResult {
      InFlightDiagnostic diag = op.emitOpError() << reason;
      diag.attachNote((*window).getLoc()) << "the window value is given here";
      return diag;
    };
    if (isa<ProbeOp>(op))
      return refuse("expects a signal of each step, but got a window value, "
                    "which one run has once"); // C10
    if (hasState(&op) || isa<ReduceTimeOp>(op))
      return refuse("expects operands of each step, but got a window value, "
                    "which one run has once"); // C8
    if (llvm::any_of(op.getOperands(), [&](Value operand) {
          return rates.get(operand) == Rate::Stream;
        }))
      return refuse("expects window or static values beside a window value, "
                    "but got a stream"); // C8
  }
  return success();
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

  for (Operation &op : block)
    if (!isOfNetworkForm(&op))
      return op.emitOpError("is not an op of the network form"); // C7

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

  if (failed(verifyRates(*this)))
    return failure();

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

//===----------------------------------------------------------------------===//
// BroadcastOp, SliceOp, ConcatOp
//===----------------------------------------------------------------------===//

LogicalResult volley::snn::verifyDims(Operation *op, ArrayRef<int64_t> dims,
                                      int64_t rank) {
  int64_t last = -1;
  for (int64_t dim : dims) {
    if (dim <= last || dim >= rank)
      return op->emitOpError("expects ascending dimensions below ")
             << rank << ", but got [" << dims << "]";
    last = dim;
  }
  return success();
}

RankedTensorType volley::snn::dropDims(RankedTensorType type,
                                       ArrayRef<int64_t> dims) {
  SmallVector<int64_t> shape;
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (!llvm::is_contained(dims, static_cast<int64_t>(dim)))
      shape.push_back(size);
  return RankedTensorType::get(shape, type.getElementType());
}

LogicalResult BroadcastOp::verify() {
  if (failed(verifyDims(*this, getDims(), getType().getRank())))
    return failure(); // C1
  if (dropDims(getType(), getDims()) != getInput().getType())
    return emitOpError("expects a result that without dimensions [")
           << getDims() << "] is " << getInput().getType() << ", but got "
           << getType(); // C2
  return success();
}

LogicalResult SliceOp::verify() {
  auto from = getInput().getType(), to = getType();
  ArrayRef<int64_t> offsets = getOffsets();
  if (static_cast<int64_t>(offsets.size()) != from.getRank() ||
      llvm::any_of(offsets, [](int64_t offset) { return offset < 0; }))
    return emitOpError("expects ")
           << from.getRank() << " offsets, none negative, but got [" << offsets
           << "]"; // C1
  bool fits = to.getRank() == from.getRank() &&
              to.getElementType() == from.getElementType();
  for (int64_t dim = 0; fits && dim < from.getRank(); ++dim)
    fits = to.getDimSize(dim) <= from.getDimSize(dim) - offsets[dim];
  if (!fits)
    return emitOpError("expects a result that lies inside ")
           << from << " at offsets [" << offsets << "], but got " << to; // C2
  return success();
}

LogicalResult ConcatOp::verify() {
  auto type = getType();
  int64_t dim = getDim();
  if (getInputs().empty())
    return emitOpError("expects at least one operand"); // C1
  if (dim < 0 || dim >= type.getRank())
    return emitOpError("expects a dimension below ")
           << type.getRank() << ", but got " << dim; // C1
  SmallVector<int64_t> shape(type.getShape());
  shape[dim] = 0;
  for (Value input : getInputs()) {
    auto from = cast<RankedTensorType>(input.getType());
    bool fits = from.getRank() == type.getRank() &&
                from.getElementType() == type.getElementType();
    for (int64_t i = 0; fits && i < type.getRank(); ++i)
      fits = i == dim || from.getDimSize(i) == type.getDimSize(i);
    if (!fits)
      return emitOpError("expects operands that differ from ")
             << type << " in dimension " << dim << " only, but got "
             << from; // C2
    shape[dim] += from.getDimSize(dim);
  }
  if (shape[dim] != type.getDimSize(dim))
    return emitOpError("expects operands whose sizes add up to ")
           << type.getDimSize(dim) << ", but got " << shape[dim]; // C2
  return success();
}
