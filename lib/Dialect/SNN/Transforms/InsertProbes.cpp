// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "volley/Dialect/SNN/IR/NeuronKinds.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNINSERTPROBES
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
/// A neuron or population, and what of it can be recorded.
struct Recordable {
  Operation *op;
  SmallVector<StringRef> outputs, states;
  SmallVector<Type> stateTypes;

  explicit Recordable(Operation *op);
  /// The signal of an output, or of a state, which is exposed if need be.
  Value getSignal(StringRef what);
  Value expose(StringRef state, Type elementType);
};

struct InsertProbes : volley::snn::impl::SNNInsertProbesBase<InsertProbes> {
  using SNNInsertProbesBase::SNNInsertProbesBase;
  void runOnOperation() override;

private:
  LogicalResult recordEntry(StringRef entry);
};
} // namespace

Recordable::Recordable(Operation *op) : op(op) {
  if (auto neuron = dyn_cast<NeuronOp>(op)) {
    const NeuronKindInfo &info = getNeuronKindInfo(neuron.getKind());
    outputs.push_back(info.output);
    for (StringRef state : info.states) {
      states.push_back(state);
      stateTypes.push_back(neuron.getInput().getType().getElementType());
    }
    return;
  }
  auto population = cast<PopulationOp>(op);
  auto model = SymbolTable::lookupNearestSymbolFrom<NeuronModelOp>(
      op, population.getModelAttr());
  for (StringAttr name : model.getOutputNames().getAsRange<StringAttr>())
    outputs.push_back(name.getValue());
  for (auto [name, state] : llvm::zip(
           model.getStateNames().getAsRange<StringAttr>(), model.getStates())) {
    states.push_back(name.getValue());
    stateTypes.push_back(state.getType());
  }
}

std::vector<std::string> volley::snn::getRecordableNames(Operation *op) {
  Recordable recordable(op);
  std::vector<std::string> names;
  for (StringRef name :
       llvm::concat<StringRef>(recordable.outputs, recordable.states))
    names.push_back(name.str());
  return names;
}

Value Recordable::expose(StringRef state, Type elementType) {
  auto exposed = op->getAttrOfType<ArrayAttr>("exposed");
  SmallVector<Attribute> names(exposed.begin(), exposed.end());
  for (auto [index, name] : llvm::enumerate(names))
    if (cast<StringAttr>(name).getValue() == state)
      return op->getResult(outputs.size() + index);

  // The op with one more result.
  OpBuilder builder(op);
  auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  names.push_back(builder.getStringAttr(state));
  OperationState newState(op->getLoc(), op->getName(), op->getOperands(),
                          op->getResultTypes(),
                          llvm::to_vector(op->getDiscardableAttrs()));
  newState.types.push_back(RankedTensorType::get(shape, elementType));
  newState.propertiesAttr = op->getPropertiesAsAttribute();
  Operation *extended = builder.create(newState);
  extended->setAttr("exposed", builder.getArrayAttr(names));
  op->replaceAllUsesWith(extended->getResults().drop_back());
  op->erase();
  op = extended;
  return op->getResults().back();
}

Value Recordable::getSignal(StringRef what) {
  for (auto [index, output] : llvm::enumerate(outputs))
    if (output == what)
      return op->getResult(index);
  for (auto [state, type] : llvm::zip(states, stateTypes))
    if (state == what)
      return expose(state, type);
  return nullptr;
}

/// The neuron or population of a name; null if there is none.
static Operation *findNode(ModuleOp module, StringRef name,
                           SmallVectorImpl<StringRef> &names) {
  for (auto network : module.getOps<NetworkOp>())
    for (Operation &op : network.getBodyBlock()) {
      if (!isa<NeuronOp, PopulationOp>(op))
        continue;
      StringRef candidate = op.getAttrOfType<StringAttr>("name").getValue();
      if (candidate.empty())
        continue;
      if (candidate == name)
        return &op;
      names.push_back(candidate);
    }
  return nullptr;
}

LogicalResult InsertProbes::recordEntry(StringRef entry) {
  // A node's name may hold colons; what is recorded may not.
  auto [node, what] = entry.rsplit(':');
  SmallVector<StringRef> names;
  Operation *op = findNode(getOperation(), node, names);
  if (!op) {
    InFlightDiagnostic diag = getOperation().emitError("has no neuron '")
                              << node << "' to record; ";
    diag << (names.empty() ? "there are none" : "there are ");
    llvm::interleaveComma(names, diag);
    return diag;
  }
  Block &body = *op->getBlock();
  for (auto probe : body.getOps<ProbeOp>())
    if (probe.getNode() == node && probe.getWhat() == what)
      return success();
  Recordable recordable(op);
  Value signal = recordable.getSignal(what);
  if (!signal) {
    InFlightDiagnostic diag = recordable.op->emitError("expects '")
                              << node << "' to record one of ";
    llvm::interleaveComma(
        llvm::concat<StringRef>(recordable.outputs, recordable.states), diag);
    return diag << ", but got '" << what << "'";
  }
  OpBuilder builder(body.getTerminator());
  ProbeOp::create(builder, signal.getLoc(), node, what, signal);
  return success();
}

void InsertProbes::runOnOperation() {
  for (const std::string &entry : record)
    if (failed(recordEntry(entry)))
      return signalPassFailure();
}
