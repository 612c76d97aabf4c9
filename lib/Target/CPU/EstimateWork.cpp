// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Storage.h"
#include "Strategies.h"
#include "volley/Target/CPU/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringSwitch.h"

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

/// Cycles that a population takes for each element of a result; rough.
static double estimateLaw(snn::StepOp step) {
  constexpr double functionCycles = 20;
  auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
      step, step.getModelAttr());
  double cycles = 0.25;
  model.walk([&](Operation *op) {
    if (isa<snn::ExpOp, snn::LogOp>(op))
      cycles += functionCycles;
  });
  return cycles;
}

/// Cycles of one row; rough.
static double estimateCycles(Operation *op) {
  if (const Strategy *strategy = getStrategy(op))
    return estimateCost(*strategy, op, getActivity(op));
  double elements = 0;
  for (Value result : op->getResults())
    if (auto type = dyn_cast<RankedTensorType>(result.getType()))
      elements += type.getNumElements();
  if (auto step = dyn_cast<snn::StepOp>(op))
    return elements * estimateLaw(step);
  return elements / 4;
}

namespace {
/// What the ops of a program do that run equally often.
struct Amount {
  double cycles = 0;
  int64_t loops = 0;

  void add(Operation *op) {
    cycles += estimateCycles(op);
    if (!op->hasAttr(kFused)) // Else it shares its population's loop.
      ++loops;
  }
};
} // namespace

static int64_t toInteger(double cycles) {
  return static_cast<int64_t>(std::min(cycles, 1e15));
}

static bool isWork(Operation *op) {
  return op->getNumRegions() == 0 && op->getNumResults() > 0 &&
         !op->hasTrait<OpTrait::ConstantLike>() &&
         !isa<snn::ReshapeOp, snn::LastOp>(op);
}

void EstimateWork::runOnOperation() {
  snn::ProgramOp program = getOperation();
  auto sharing = llvm::StringSwitch<std::optional<kernels::Sharing>>(share)
                     .Case("auto", kernels::Sharing::Auto)
                     .Case("never", kernels::Sharing::NoLoops)
                     .Case("batch", kernels::Sharing::AllBatches)
                     .Case("always", kernels::Sharing::AllLoops)
                     .Default(std::nullopt);
  if (!sharing) {
    program.emitError("there is no '")
        << share << "' to share work; there are auto, never, batch, always";
    return signalPassFailure();
  }
  Amount tile, step, start, end;
  program.walk([&](Operation *op) {
    if (!isWork(op))
      return;
    if (auto when = op->getParentOfType<snn::WhenOp>())
      (when.getEvent() == snn::Event::Start ? start : end).add(op);
    else
      (op->getParentOfType<snn::ScanOp>() ? step : tile).add(op);
  });
  kernels::Work work{*sharing,
                     toInteger(tile.cycles + step.cycles),
                     toInteger(start.cycles),
                     toInteger(end.cycles),
                     tile.loops,
                     step.loops,
                     start.loops,
                     end.loops};
  program->setAttr(kWork,
                   Builder(&getContext())
                       .getDenseI64ArrayAttr(
                           {static_cast<int64_t>(work.sharing), work.rowCycles,
                            work.startCycles, work.endCycles, work.tileLoops,
                            work.stepLoops, work.startLoops, work.endLoops}));
  auto remark = remark::analysis(
      program.getLoc(),
      remark::RemarkOpts::name("work").category("cpu-estimate-work"));
  remark << remark::metric("cycles per row", work.rowCycles)
         << remark::metric("loops per tile", work.tileLoops)
         << remark::metric("loops per step", work.stepLoops);
  if (work.startLoops > 0)
    remark << remark::metric("cycles after a reset", work.startCycles);
  if (work.endLoops > 0)
    remark << remark::metric("cycles at the end", work.endCycles);
}
