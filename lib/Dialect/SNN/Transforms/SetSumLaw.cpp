// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Analysis/Ranges.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNSETSUMLAW
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley;
using namespace volley::snn;

namespace {
struct SetSumLaw : volley::snn::impl::SNNSetSumLawBase<SetSumLaw> {
  using SNNSetSumLawBase::SNNSetSumLawBase;
  void runOnOperation() override;
};
} // namespace

/// What speaks against an exact sum; empty if nothing does.
static StringRef check(Operation *op, const Ranges &ranges) {
  if (!cast<RankedTensorType>(op->getResult(0).getType())
           .getElementType()
           .isF32())
    return "it is no sum of f32";
  if (!ranges.find(op->getOperand(0)))
    return "its input may be no integer";
  return "";
}

void SetSumLaw::runOnOperation() {
  if (law != "exact" && law != "ascending") {
    getOperation().emitError("there is no law '")
        << law << "' for sums; there are ascending, exact";
    return signalPassFailure();
  }
  Ranges ranges(getOperation());
  auto options = remark::RemarkOpts::name("sum").category("snn-set-sum-law");
  for (Operation &op : getOperation().getBodyBlock()) {
    auto set = [&](SumLaw sum) {
      if (auto dense = dyn_cast<DenseOp>(op))
        dense.setSum(sum);
      else
        cast<ConvOp>(op).setSum(sum);
    };
    if (!isa<DenseOp, ConvOp>(op))
      continue;
    if (law == "ascending") {
      set(SumLaw::Ascending);
      continue;
    }
    if (StringRef reason = check(&op, ranges); !reason.empty()) {
      remark::missed(op.getLoc(), options)
          << remark::add("the sum stays ascending: {0}", reason);
      continue;
    }
    set(SumLaw::Exact);
    remark::passed(op.getLoc(), options) << remark::add("exact");
  }
}
