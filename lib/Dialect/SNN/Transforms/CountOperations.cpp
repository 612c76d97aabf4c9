// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNCOUNTOPERATIONS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct CountOperations
    : volley::snn::impl::SNNCountOperationsBase<CountOperations> {
  using SNNCountOperationsBase::SNNCountOperationsBase;

  void runOnOperation() override;
};
} // namespace

static StringRef describe(Rate rate) {
  switch (rate) {
  case Rate::Static:
    return "once after a reset";
  case Rate::Stream:
    return "in every step";
  case Rate::Window:
    return "at the end of a run";
  }
  llvm_unreachable("every rate has a case");
}

void CountOperations::runOnOperation() {
  NetworkOp network = getOperation();
  Rates rates(network);
  int64_t products[3] = {}, sums[3] = {}, neurons = 0;
  auto getOptions = [](StringRef name) {
    return remark::RemarkOpts::name(name).category("snn-count-operations");
  };
  for (Operation &op : network.getBodyBlock()) {
    if (isa<PopulationOp, NeuronOp>(op)) {
      if (hasState(&op))
        neurons +=
            cast<RankedTensorType>(op.getResult(0).getType()).getNumElements();
      continue;
    }
    auto synaptic = dyn_cast<SynapticOpInterface>(&op);
    if (!synaptic)
      continue;
    Rate rate = rates.get(op.getResult(0));
    if (rate == Rate::Static && !hoist)
      rate = Rate::Stream;
    int64_t count = synaptic.getSynapseCount();
    bool isProduct = synaptic.hasWeights() || isa<MatmulOp>(op);
    (isProduct ? products : sums)[static_cast<int>(rate)] += count;
    if (isProduct)
      remark::analysis(op.getLoc(), getOptions(op.getName().stripDialect()))
          << remark::add("{0}", describe(rate))
          << remark::metric("MACs", count);
  }
  auto total = remark::analysis(network.getLoc(), getOptions("total"));
  total << remark::add("whole network");
  for (Rate rate : {Rate::Static, Rate::Stream, Rate::Window})
    total << remark::metric(("MACs " + describe(rate)).str(),
                            products[static_cast<int>(rate)]);
  total << remark::metric("additions of pools in every step",
                          sums[static_cast<int>(Rate::Stream)])
        << remark::metric("neuron updates in every step", neurons);
}
