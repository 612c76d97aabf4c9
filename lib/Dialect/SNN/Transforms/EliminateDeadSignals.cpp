// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNELIMINATEDEADSIGNALS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct EliminateDeadSignals
    : volley::snn::impl::SNNEliminateDeadSignalsBase<EliminateDeadSignals> {
  void runOnOperation() override {
    Block &body = getOperation().getBodyBlock();
    llvm::DenseSet<Operation *> live = getOperation().findLiveOps();
    SmallVector<Operation *> dead;
    for (Operation &op : body)
      if (!live.contains(&op))
        dead.push_back(&op);
    if (!dead.empty())
      remark::passed(getOperation().getLoc(),
                     remark::RemarkOpts::name("dead").category(
                         "snn-eliminate-dead-signals"))
          << remark::metric("ops that nothing reads", dead.size());
    // Dead ops may use each other in cycles.
    for (Operation *op : dead)
      op->dropAllUses();
    for (Operation *op : dead)
      op->erase();
  }
};
} // namespace
