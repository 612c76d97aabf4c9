// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Rates.h"

#include "volley/Dialect/SNN/IR/NeuronKinds.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"

using namespace mlir;
using namespace volley::snn;

// No pass may change the rate of a signal: what turns into an op without state
// counts as one from the start.
bool volley::snn::hasState(Operation *op) {
  if (auto delay = dyn_cast<DelayOp>(op))
    return delay.getLargestLatency(0) > 0;
  if (auto neuron = dyn_cast<NeuronOp>(op))
    return neuron.getLate() ||
           !getNeuronKindInfo(neuron.getKind()).states.empty();
  auto population = dyn_cast<PopulationOp>(op);
  if (!population)
    return false;
  auto model = SymbolTable::lookupNearestSymbolFrom<NeuronModelOp>(
      op, population.getModelAttr());
  return !model || model.getNumStates() > 0;
}

/// The rate of an op's results, from those of its operands.
static Rate infer(Operation *op, const llvm::DenseMap<Value, Rate> &rates) {
  if (isa<ReduceTimeOp>(op))
    return Rate::Window;
  if (hasState(op))
    return Rate::Stream;
  Rate rate = Rate::Static;
  for (Value operand : op->getOperands())
    rate = std::max(rate, rates.lookup(operand));
  return rate;
}

// Values not yet visited count as static, the least rate; rates only grow, so
// this ends also where signals run in cycles.
Rates::Rates(NetworkOp network) {
  Block &body = network.getBodyBlock();
  SmallVector<Operation *> worklist;
  for (Operation &op : llvm::reverse(body))
    worklist.push_back(&op);
  for (BlockArgument input : body.getArguments())
    rates[input] = network.isStaticInput(input.getArgNumber()) ? Rate::Static
                                                               : Rate::Stream;
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    Rate rate = infer(op, rates);
    for (Value result : op->getResults()) {
      Rate &known = rates.try_emplace(result, Rate::Static).first->second;
      if (known == rate)
        continue;
      known = rate;
      llvm::append_range(worklist, result.getUsers());
    }
  }
}
