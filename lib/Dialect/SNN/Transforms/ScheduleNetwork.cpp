// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"
#include "volley/Support/Components.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include <queue>

namespace volley::snn {
#define GEN_PASS_DEF_SNNSCHEDULENETWORK
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

/// Where the largest signals let a tile have one row only, those behind should
/// have as many.
static constexpr int64_t kLeastRowsBehind = 4;

/// Whether only a population reads the sums of an op: targets hand them over in
/// the cache.
static bool isHandedOver(Operation *op) {
  return isa<DenseOp, ConvOp>(op) && op->hasOneUse() &&
         isa<PopulationOp>(*op->user_begin());
}

/// What is not done step by step before others: moves of an input, which have
/// nothing to do if it is given as events, and probes.
static bool isOfAllSteps(Operation *op) {
  return isa<ProbeOp>(op) || (isa<TransposeOp, ReshapeOp, MoveOp>(op) &&
                              isa<BlockArgument>(op->getOperand(0)));
}

/// Constants, and signals that are constants: there is nothing to do for them.
static bool isConstantSignal(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() || isa<MaterializeOp>(op);
}

/// Makes signals of the constants that ops take as such.
static void materializeConstants(NetworkOp network) {
  for (Operation &op : llvm::make_early_inc_range(network.getBodyBlock())) {
    if (!op.hasTrait<OpTrait::ConstantLike>() ||
        !isSignalType(op.getResult(0).getType()))
      continue;
    OpBuilder builder(network.getContext());
    builder.setInsertionPointAfter(&op);
    Value signal;
    for (OpOperand &use : llvm::make_early_inc_range(op.getUses())) {
      if (isConstantOperand(use))
        continue;
      if (!signal)
        signal = MaterializeOp::create(builder, op.getLoc(), op.getResult(0));
      use.set(signal);
    }
  }
}

namespace {
/// Builds the program of one network.
class Scheduler {
public:
  Scheduler(NetworkOp network, int64_t rows, int64_t tileBytes)
      : network(network), rows(rows), tileBytes(tileBytes), rates(network),
        builder(network) {}

  /// Null, with an error, if the network holds a named neuron.
  ProgramOp run();

private:
  using Component = SmallVector<Operation *>;

  bool collectOps();
  std::vector<Component> sortComponents();
  void addStates(Operation *op);
  unsigned addState(StringRef node, StringRef name, RankedTensorType type,
                    Attribute initial);

  void scheduleOp(Operation *op);
  void scheduleScan(const Component &ops);
  void findKept();
  DenseBoolArrayAttr getWindowOutputs();
  void scheduleStart(ArrayRef<Component> components);
  void scheduleEnd(ArrayRef<Component> components);

  // Ops of a scan's region.
  void emitRead(DelayOp delay, OpBuilder &inner, IRMapping &values);
  void emitWrite(DelayOp delay, OpBuilder &inner, IRMapping &values);
  void emitStep(PopulationOp population, OpBuilder &inner, IRMapping &values);

  /// The states of an op, as indices into `current`.
  ArrayRef<unsigned> getStates(Operation *op) { return statesOf[op]; }

  /// When an op is done: what is static once after a reset if it is marked,
  /// else at each step.
  Rate getRate(Operation *op) {
    Rate rate =
        op->getNumResults() ? rates.get(op->getResult(0)) : Rate::Stream;
    return rate == Rate::Static && !once.contains(op) ? Rate::Stream : rate;
  }
  bool isDoneOnce(Operation *op);
  int64_t getStoredBytes(Operation *op);
  int64_t getRowsBehind(ArrayRef<Component> components, size_t front);
  size_t limitRows(ArrayRef<Component> components);
  void joinFront(std::vector<Component> &components, size_t front);
  /// True for a static signal that is computed at each step.
  bool isRepeated(Value value) {
    Operation *def = value.getDefiningOp();
    return def && !isConstantSignal(def) && !once.contains(def) &&
           rates.get(value) == Rate::Static;
  }

  NetworkOp network;
  int64_t rows, tileBytes;
  /// Of a tile at most, if fewer than rows.
  std::optional<int64_t> samples;
  Rates rates;
  OpBuilder builder;
  SmallVector<Operation *> ops;
  /// Ops that are done step by step, and those that are done once after a
  /// reset.
  llvm::DenseSet<Operation *> scanned, once;

  struct State {
    Attribute node, name, initial;
    RankedTensorType type;
  };
  std::vector<State> states;
  DenseMap<Operation *, SmallVector<unsigned>> statesOf;
  llvm::StringSet<> stateNames;
  /// The SSA value of each state at the place where ops are added.
  SmallVector<Value> current;
  IRMapping mapping;
  /// Static signals that others use, and the states that keep them.
  llvm::MapVector<Value, unsigned> kept;
};

struct ScheduleNetwork
    : volley::snn::impl::SNNScheduleNetworkBase<ScheduleNetwork> {
  using SNNScheduleNetworkBase::SNNScheduleNetworkBase;

  void runOnOperation() override {
    for (auto network :
         llvm::make_early_inc_range(getOperation().getOps<NetworkOp>())) {
      materializeConstants(network);
      if (!Scheduler(network, rows, tileBytes).run())
        return signalPassFailure();
      network.erase();
    }
  }
};
} // namespace

/// Elements of a delay that have no latency.
static bool hasImmediateElements(DelayOp delay) {
  return delay.getLeastLatency(0) == 0;
}

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

unsigned Scheduler::addState(StringRef node, StringRef name,
                             RankedTensorType type, Attribute initial) {
  std::string unique = name.str();
  for (unsigned i = 1; !stateNames.insert((node + "::" + unique).str()).second;
       ++i)
    unique = (name + Twine(i)).str();
  states.push_back({builder.getStringAttr(node), builder.getStringAttr(unique),
                    initial, type});
  return states.size() - 1;
}

/// The name that an op's location gives it, of its node in the source.
static StringRef getNodeName(Operation *op) {
  auto loc = op->getLoc()->findInstanceOf<NameLoc>();
  return loc ? loc.getName().getValue() : "";
}

void Scheduler::addStates(Operation *op) {
  SmallVector<unsigned> &indices = statesOf[op];
  if (auto population = dyn_cast<PopulationOp>(op)) {
    auto model = SymbolTable::lookupNearestSymbolFrom<NeuronModelOp>(
        network, population.getModelAttr());
    auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
    for (auto [index, state] : llvm::enumerate(model.getStates()))
      indices.push_back(
          addState(population.getName(),
                   cast<StringAttr>(model.getStateNames()[index]).getValue(),
                   RankedTensorType::get(shape, state.getType()),
                   model.getStateInitial(index)));
  } else if (auto delay = dyn_cast<DelayOp>(op)) {
    RankedTensorType signal = delay.getType();
    // With immediate elements, this step's signal is written before it is read.
    int64_t depth =
        delay.getLargestLatency(0) + (hasImmediateElements(delay) ? 1 : 0);
    SmallVector<int64_t> shape{depth};
    llvm::append_range(shape, signal.getShape());
    Attribute initial = delay.getInitialAttr();
    if (!initial)
      initial = builder.getZeroAttr(signal.getElementType());
    indices.push_back(addState(
        getNodeName(op), "delay",
        RankedTensorType::get(shape, signal.getElementType()), initial));
  }
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

bool Scheduler::collectOps() {
  for (Operation &op : network.getBodyBlock()) {
    if (isa<NeuronOp>(op)) {
      op.emitOpError("has no law yet; run snn-discretize first");
      return false;
    }
    auto reduction = dyn_cast<ReduceTimeOp>(op);
    if (isa<AddOp, MulOp, ScaleOp, NormOp>(op) ||
        (reduction && reduction.getKind() != TimeReduceKind::Last)) {
      op.emitOpError("is no law yet; run snn-fuse-elementwise first");
      return false;
    }
    if (!isConstantSignal(&op) && !isa<OutputOp>(op))
      ops.push_back(&op);
  }
  return true;
}

/// Components along the flow of data, those that stand first in the network
/// first.
std::vector<Scheduler::Component> Scheduler::sortComponents() {
  DenseMap<Operation *, unsigned> indexOf;
  for (auto [index, op] : llvm::enumerate(ops))
    indexOf[op] = index;
  std::vector<std::vector<unsigned>> successors(ops.size());
  for (auto [index, op] : llvm::enumerate(ops))
    for (Operation *user : op->getUsers())
      if (auto it = indexOf.find(user); it != indexOf.end())
        successors[index].push_back(it->second);
  volley::Components components = volley::computeComponents(successors);

  std::vector<Component> members(components.count);
  std::vector<unsigned> missing(components.count, 0);
  std::vector<llvm::SmallSetVector<unsigned, 4>> next(components.count);
  for (auto [index, op] : llvm::enumerate(ops)) {
    unsigned from = components.component[index];
    members[from].push_back(op);
    if (components.isCyclic[from])
      scanned.insert(op);
    for (unsigned target : successors[index])
      if (unsigned to = components.component[target];
          to != from && next[from].insert(to))
        ++missing[to];
  }
  using Entry = std::pair<unsigned, unsigned>; // First op, component.
  std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> ready;
  auto push = [&](unsigned component) {
    ready.push({indexOf[members[component].front()], component});
  };
  for (unsigned i = 0; i < components.count; ++i)
    if (missing[i] == 0)
      push(i);
  std::vector<Component> sorted;
  while (!ready.empty()) {
    unsigned component = ready.top().second;
    ready.pop();
    sorted.push_back(members[component]);
    for (unsigned successor : next[component])
      if (--missing[successor] == 0)
        push(successor);
  }
  return sorted;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

void Scheduler::emitRead(DelayOp delay, OpBuilder &inner, IRMapping &values) {
  // The number of writes ago: an immediate element has been written just now.
  SmallVector<int64_t> steps(delay.getSteps());
  if (hasImmediateElements(delay))
    for (int64_t &step : steps)
      ++step;
  Value history = current[getStates(delay).front()];
  values.map(delay.getResult(),
             DelayReadOp::create(inner, delay.getLoc(), delay.getType(),
                                 history, steps)
                 .getResult());
}

void Scheduler::emitWrite(DelayOp delay, OpBuilder &inner, IRMapping &values) {
  Value &history = current[getStates(delay).front()];
  history = DelayWriteOp::create(inner, delay.getLoc(), history.getType(),
                                 values.lookup(delay.getInput()), history);
}

void Scheduler::emitStep(PopulationOp population, OpBuilder &inner,
                         IRMapping &values) {
  SmallVector<Value> inputs, params, stateValues;
  for (Value input : population.getInputs())
    inputs.push_back(values.lookup(input));
  for (Value param : population.getParams())
    params.push_back(mapping.lookup(param));
  SmallVector<Type> types(population->getResultTypes());
  for (unsigned state : getStates(population)) {
    stateValues.push_back(current[state]);
    types.push_back(states[state].type);
  }
  auto step =
      StepOp::create(inner, population.getLoc(), types,
                     population.getModelAttr(), population.getNameAttr(),
                     inputs, stateValues, params, population.getExposedAttr());
  unsigned numResults = population->getNumResults();
  for (unsigned i = 0; i < numResults; ++i)
    values.map(population->getResult(i), step->getResult(i));
  for (auto [index, state] : llvm::enumerate(getStates(population)))
    current[state] = step->getResult(numResults + index);
}

void Scheduler::scheduleOp(Operation *op) {
  if (auto population = dyn_cast<PopulationOp>(op))
    return emitStep(population, builder, mapping);
  if (isa<DelayOp>(op))
    return scheduleScan({op});
  builder.clone(*op, mapping);
}

void Scheduler::scheduleScan(const Component &component) {
  Location loc = component.front()->getLoc();
  llvm::DenseSet<Operation *> members(component.begin(), component.end());
  llvm::SetVector<Value> signals, results;
  SmallVector<unsigned> carried;
  for (Operation *op : component) {
    // What is not mapped yet is computed in the scan itself.
    for (Value operand : op->getOperands())
      if (mapping.contains(operand) && !isConstant(operand))
        signals.insert(operand);
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) {
            return !members.contains(user);
          }))
        results.insert(result);
    llvm::append_range(carried, getStates(op));
  }
  SmallVector<Value> signalValues, carriedValues;
  SmallVector<Type> resultTypes;
  for (Value signal : signals)
    signalValues.push_back(mapping.lookup(signal));
  for (Value result : results)
    resultTypes.push_back(result.getType());
  for (unsigned state : carried) {
    carriedValues.push_back(current[state]);
    resultTypes.push_back(states[state].type);
  }
  auto scan =
      ScanOp::create(builder, loc, resultTypes, signalValues, carriedValues);
  Block &body = scan.getBody().emplaceBlock();
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  IRMapping values = mapping;
  for (Value signal : signals)
    values.map(signal, body.addArgument(signal.getType(), signal.getLoc()));
  for (unsigned state : carried)
    current[state] = body.addArgument(states[state].type, loc);

  // Histories are read before anything changes them.
  for (Operation *op : component)
    if (auto delay = dyn_cast<DelayOp>(op);
        delay && !hasImmediateElements(delay))
      emitRead(delay, inner, values);
  for (Operation *op : sortBySignals(component)) {
    if (auto population = dyn_cast<PopulationOp>(op)) {
      emitStep(population, inner, values);
    } else if (auto delay = dyn_cast<DelayOp>(op)) {
      if (!hasImmediateElements(delay))
        continue;
      emitWrite(delay, inner, values);
      emitRead(delay, inner, values);
    } else {
      inner.clone(*op, values);
    }
  }
  for (Operation *op : component)
    if (auto delay = dyn_cast<DelayOp>(op);
        delay && !hasImmediateElements(delay))
      emitWrite(delay, inner, values);

  SmallVector<Value> emitted, next;
  for (Value result : results)
    emitted.push_back(values.lookup(result));
  for (unsigned state : carried)
    next.push_back(current[state]);
  YieldOp::create(inner, loc, emitted, next);
  for (auto [index, result] : llvm::enumerate(results))
    mapping.map(result, scan->getResult(index));
  for (auto [index, state] : llvm::enumerate(carried))
    current[state] = scan->getResult(results.size() + index);
}

//===----------------------------------------------------------------------===//
// What is done once
//===----------------------------------------------------------------------===//

/// True if an op is marked and so is what its operands come from.
bool Scheduler::isDoneOnce(Operation *op) {
  return op->hasAttr(kOnceAttrName) &&
         rates.get(op->getResult(0)) == Rate::Static &&
         llvm::none_of(op->getOperands(),
                       [&](Value operand) { return isRepeated(operand); });
}

/// Computes what is done once after a reset, and keeps what others need of it.
void Scheduler::scheduleStart(ArrayRef<Component> components) {
  Location loc = network.getLoc();
  SmallVector<Value> carried;
  SmallVector<Type> types;
  for (auto [value, state] : kept) {
    carried.push_back(current[state]);
    types.push_back(value.getType());
  }
  auto when = WhenOp::create(builder, loc, types, Event::Start, carried);
  Block &body = when.getBody().emplaceBlock();
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  IRMapping values = mapping;
  for (const Component &component : components)
    for (Operation *op : component) {
      if (auto population = dyn_cast<PopulationOp>(op))
        emitStep(population, inner, values);
      else
        inner.clone(*op, values);
    }
  SmallVector<Value> next;
  for (auto [value, state] : kept)
    next.push_back(KeepOp::create(inner, value.getLoc(), values.lookup(value),
                                  body.addArgument(value.getType(), loc)));
  YieldOp::create(inner, loc, ValueRange(), next);
  for (auto [entry, result] : llvm::zip(kept, when->getResults())) {
    current[entry.second] = result;
    mapping.map(entry.first, KeptOp::create(builder, loc, result).getResult());
  }
}

/// Computes window values at the end of a run, and gives outputs the last value
/// of static signals that are computed at each step.
void Scheduler::scheduleEnd(ArrayRef<Component> components) {
  Location loc = network.getLoc();
  llvm::SetVector<Value> results;
  SmallVector<Type> types;
  for (Value output : network.getOutputOp().getSignals())
    if ((rates.get(output) == Rate::Window || isRepeated(output)) &&
        results.insert(output))
      types.push_back(output.getType());
  auto when = WhenOp::create(builder, loc, types, Event::End, ValueRange());
  OpBuilder inner = OpBuilder::atBlockEnd(&when.getBody().emplaceBlock());
  IRMapping values = mapping;
  llvm::DenseSet<Value> taken;
  auto takeLast = [&](Value value) {
    if (isRepeated(value) && taken.insert(value).second)
      values.map(value,
                 LastOp::create(inner, value.getLoc(), mapping.lookup(value))
                     .getResult());
  };
  for (const Component &component : components)
    for (Operation *op : component) {
      if (!isa<ReduceTimeOp>(op))
        llvm::for_each(op->getOperands(), takeLast);
      if (auto population = dyn_cast<PopulationOp>(op))
        emitStep(population, inner, values);
      else if (auto reduction = dyn_cast<ReduceTimeOp>(op))
        values.map(reduction.getResult(),
                   LastOp::create(inner, op->getLoc(),
                                  values.lookup(reduction.getInput()))
                       .getResult());
      else
        inner.clone(*op, values);
    }
  SmallVector<Value> emitted;
  for (Value result : results) {
    takeLast(result);
    emitted.push_back(values.lookup(result));
  }
  YieldOp::create(inner, loc, emitted, ValueRange());
  for (auto [value, result] : llvm::zip(results, when->getResults()))
    mapping.map(value, result);
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

/// Finds the static inputs and signals that anything at another time uses, and
/// gives each a state.
void Scheduler::findKept() {
  auto visit = [&](Value value) {
    Operation *def = value.getDefiningOp();
    if (rates.get(value) != Rate::Static || (def && !once.contains(def)))
      return;
    bool isUsed = llvm::any_of(value.getUsers(), [&](Operation *user) {
      return isa<OutputOp>(user) || getRate(user) != Rate::Static;
    });
    if (!isUsed)
      return;
    auto type = cast<RankedTensorType>(value.getType());
    kept[value] = addState(def ? getNodeName(def) : "", "static", type,
                           builder.getZeroAttr(type.getElementType()));
  };
  for (BlockArgument input : network.getBodyBlock().getArguments())
    visit(input);
  for (Operation *op : ops)
    for (Value result : op->getResults())
      visit(result);
}

/// Which outputs have one value per run: static ones do as well.
DenseBoolArrayAttr Scheduler::getWindowOutputs() {
  SmallVector<bool> flags;
  for (Value output : network.getOutputOp().getSignals())
    flags.push_back(rates.get(output) != Rate::Stream);
  return builder.getDenseBoolArrayAttr(llvm::is_contained(flags, true)
                                           ? ArrayRef<bool>(flags)
                                           : ArrayRef<bool>());
}

/// The largest signal of an op that lies in memory at each step.
int64_t Scheduler::getStoredBytes(Operation *op) {
  int64_t most = 0;
  if (getRate(op) != Rate::Static && !isHandedOver(op))
    for (Type type : op->getResultTypes())
      most = std::max(most, getSignalBytes(type));
  return most;
}

/// As many rows as keep all signals below tileBytes that there are if the first
/// components have none.
int64_t Scheduler::getRowsBehind(ArrayRef<Component> components, size_t front) {
  llvm::DenseSet<Operation *> before;
  for (const Component &component : components.take_front(front))
    for (Operation *op : component)
      if (!isOfAllSteps(op))
        before.insert(op);
  int64_t most = 0;
  for (Operation *op : ops) {
    if (!before.contains(op)) {
      most = std::max(most, getStoredBytes(op));
      continue;
    }
    for (Value result : op->getResults())
      if (!llvm::all_of(result.getUsers(),
                        [&](Operation *user) { return before.contains(user); }))
        most = std::max(most, getSignalBytes(result.getType()));
  }
  return most ? std::clamp<int64_t>(tileBytes / most, 1, rows) : rows;
}

/// As many rows as keep the largest signal of each step below tileBytes. If
/// that is one, so many of the components come first, step by step, that those
/// behind have more.
size_t Scheduler::limitRows(ArrayRef<Component> components) {
  int64_t limit = getRowsBehind(components, 0), most = 0;
  if (limit == rows)
    return 0;
  Operation *largest = nullptr;
  for (Operation *op : ops)
    if (int64_t bytes = getStoredBytes(op); bytes > most) {
      most = bytes;
      largest = op;
    }
  size_t front = 0;
  int64_t behind = limit;
  if (limit == 1)
    while (behind < kLeastRowsBehind && front < components.size())
      behind = getRowsBehind(components, ++front);
  if (front == components.size() || behind < kLeastRowsBehind)
    front = 0;
  auto message =
      remark::analysis(largest->getLoc(), remark::RemarkOpts::name("tile")
                                              .category("snn-schedule-network")
                                              .function(network.getSymName()));
  message << "the largest signal decides how many steps of samples a tile holds"
          << remark::metric("rows", limit) << remark::metric("bytes", most);
  rows = limit;
  if (front > 0) {
    message << remark::metric("rows behind", behind);
    samples = limit;
    rows = behind;
  }
  return front;
}

/// Makes one scan of the first components.
void Scheduler::joinFront(std::vector<Component> &components, size_t front) {
  if (front == 0)
    return;
  std::vector<Component> moves, probes,
      rest(components.begin() + front, components.end());
  Component joined;
  for (Component &component : MutableArrayRef(components).take_front(front)) {
    if (isa<ProbeOp>(component.front()))
      probes.push_back(std::move(component));
    else if (isOfAllSteps(component.front()))
      moves.push_back(std::move(component));
    else
      llvm::append_range(joined, component);
  }
  scanned.insert(joined.begin(), joined.end());
  components = std::move(moves);
  components.push_back(std::move(joined));
  for (auto *part : {&probes, &rest})
    llvm::move(*part, std::back_inserter(components));
}

ProgramOp Scheduler::run() {
  if (!collectOps())
    return nullptr;
  // By rate: what is done once, in every step, at the end of a run.
  std::vector<Component> components[3];
  for (Component &component : sortComponents()) {
    for (Operation *op : component) {
      addStates(op);
      if (isDoneOnce(op))
        once.insert(op);
      op->removeAttr(kOnceAttrName);
    }
    Rate rate = getRate(component.front());
    components[static_cast<int>(rate)].push_back(std::move(component));
  }
  findKept();
  std::vector<Component> &stream = components[static_cast<int>(Rate::Stream)];
  joinFront(stream, limitRows(stream));

  SmallVector<Attribute> nodes, names, initials;
  for (const State &state : states) {
    nodes.push_back(state.node);
    names.push_back(state.name);
    initials.push_back(state.initial);
  }
  Location loc = network.getLoc();
  auto program = ProgramOp::create(
      builder, loc, network.getSymNameAttr(), network.getInputNamesAttr(),
      network.getOutputNamesAttr(), builder.getArrayAttr(nodes),
      builder.getArrayAttr(names), builder.getArrayAttr(initials),
      network.getDtAttr(), builder.getI64IntegerAttr(rows),
      network.getStaticInputsAttr(), getWindowOutputs(),
      samples ? builder.getI64IntegerAttr(*samples) : nullptr);
  Block &body = program.getBody().emplaceBlock();
  for (BlockArgument input : network.getBodyBlock().getArguments())
    mapping.map(input, body.addArgument(input.getType(), input.getLoc()));
  for (const State &state : states)
    current.push_back(body.addArgument(state.type, loc));
  builder.setInsertionPointToEnd(&body);
  // Constants first: what makes signals of them uses them.
  for (bool isSignal : {false, true})
    for (Operation &op : network.getBodyBlock())
      if (isConstantSignal(&op) && isa<MaterializeOp>(op) == isSignal)
        builder.clone(op, mapping);
  if (!kept.empty())
    scheduleStart(components[static_cast<int>(Rate::Static)]);
  for (const Component &component : stream) {
    if (component.size() > 1 || scanned.contains(component.front()))
      scheduleScan(component);
    else
      scheduleOp(component.front());
  }
  if (!components[static_cast<int>(Rate::Window)].empty() ||
      llvm::any_of(network.getOutputOp().getSignals(),
                   [&](Value output) { return isRepeated(output); }))
    scheduleEnd(components[static_cast<int>(Rate::Window)]);
  SmallVector<Value> outputs;
  for (Value output : network.getOutputOp().getSignals())
    outputs.push_back(mapping.lookup(output));
  YieldOp::create(builder, loc, outputs, current);
  return program;
}
