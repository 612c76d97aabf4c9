// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Storage.h"
#include "Strategies.h"
#include "volley/Target/CPU/Passes.h"

#include "mlir/IR/Remarks.h"

#include "../../Kernels/Descriptor.h"

namespace volley::cpu {
#define GEN_PASS_DEF_CPUESTIMATEWORK
#include "volley/Target/CPU/Passes.h.inc"
} // namespace volley::cpu

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

namespace {
struct EstimateWork : volley::cpu::impl::CPUEstimateWorkBase<EstimateWork> {
  using CPUEstimateWorkBase::CPUEstimateWorkBase;

  void runOnOperation() override;
};
} // namespace

/// Cycles of one row; rough.
static double estimateCycles(Operation *op) {
  if (const Strategy *strategy = getStrategy(op))
    return estimateCost(*strategy, op, getActivity(op));
  double elements = 0;
  for (Value result : op->getResults())
    if (auto type = dyn_cast<RankedTensorType>(result.getType()))
      elements += type.getNumElements();
  if (auto matmul = dyn_cast<snn::MatmulOp>(op)) {
    auto lhs = matmul.getLhs().getType();
    return elements * lhs.getShape().back() / 16 * getActivity(op).value_or(1);
  }
  return elements / 4;
}

void EstimateWork::runOnOperation() {
  snn::ProgramOp program = getOperation();
  double cycles = 0;
  int64_t tileLoops = 0, stepLoops = 0;
  program.walk<WalkOrder::PreOrder>([&](Operation *op) {
    // What is done once per reset or run counts little.
    if (isa<snn::WhenOp>(op))
      return WalkResult::skip();
    if (op == program.getOperation() || op->getNumRegions() > 0 ||
        op->getNumResults() == 0 || op->hasTrait<OpTrait::ConstantLike>() ||
        isa<snn::ReshapeOp, snn::LastOp>(op))
      return WalkResult::advance();
    cycles += estimateCycles(op);
    if (op->hasAttr(kFused))
      return WalkResult::advance(); // It shares its population's loop.
    ++(op->getParentOfType<snn::ScanOp>() ? stepLoops : tileLoops);
    return WalkResult::advance();
  });
  int64_t rowCycles = static_cast<int64_t>(std::min(cycles, 1e15));
  if (share == "always")
    rowCycles = kernels::kShareAlways;
  else if (share == "never")
    rowCycles = 0;
  else if (share != "auto") {
    program.emitError("there is no '")
        << share << "' to share work; there are auto, always, never";
    return signalPassFailure();
  }
  program->setAttr(
      kWork, Builder(&getContext())
                 .getDenseI64ArrayAttr({rowCycles, tileLoops, stepLoops}));
  remark::analysis(program.getLoc(), remark::RemarkOpts::name("work").category(
                                         "cpu-estimate-work"))
      << remark::metric("cycles per row", int64_t(cycles))
      << remark::metric("loops per tile", tileLoops)
      << remark::metric("loops per step", stepLoops);
}
