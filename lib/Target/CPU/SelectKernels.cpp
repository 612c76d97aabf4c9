// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Storage.h"
#include "Strategies.h"
#include "volley/Target/CPU/CPU.h"
#include "volley/Target/CPU/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

namespace volley::cpu {
#define GEN_PASS_DEF_CPUSELECTKERNELS
#include "volley/Target/CPU/Passes.h.inc"
} // namespace volley::cpu

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

ArrayRef<StringRef> volley::cpu::getKernelNames() {
  static const llvm::SetVector<StringRef> names = [] {
    llvm::SetVector<StringRef> names;
    for (const Strategy *strategy : getStrategies())
      names.insert(strategy->getName());
    return names;
  }();
  return names.getArrayRef();
}

namespace {
struct SelectKernels : volley::cpu::impl::CPUSelectKernelsBase<SelectKernels> {
  using CPUSelectKernelsBase::CPUSelectKernelsBase;

  void runOnOperation() override {
    ArrayRef<StringRef> names = getKernelNames();
    if (!force.empty() && !llvm::is_contained(names, force)) {
      getOperation().emitError("there is no kernel '")
          << force << "'; there are " << llvm::join(names, ", ");
      return signalPassFailure();
    }
    std::optional<ByteUnit> known =
        llvm::StringSwitch<std::optional<ByteUnit>>(bytes)
            .Case("none", ByteUnit::None)
            .Case("vectors", ByteUnit::Vectors)
            .Case("tiles", ByteUnit::Tiles)
            .Default(std::nullopt);
    if (!known) {
      getOperation().emitError("expects none, vectors or tiles as what "
                               "multiplies bytes, but got '")
          << bytes << "'";
      return signalPassFailure();
    }
    unit = *known;
    isForceTaken = isForceOfOtherUnit = false;
    WalkResult result = getOperation().walk([&](Operation *op) {
      // Pools have one kernel of each kind.
      auto synaptic = dyn_cast<snn::SynapticOpInterface>(op);
      if (!synaptic || isa<snn::PoolOp>(op))
        return WalkResult::advance();
      return select(synaptic) ? WalkResult::advance() : WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    if (!force.empty() && !isForceTaken)
      getOperation().emitRemark("takes kernel '")
          << force << "' nowhere: "
          << (isForceOfOtherUnit ? "what multiplies bytes for it is not there"
                                 : "nothing here is what it is for");
  }

private:
  bool select(snn::SynapticOpInterface synaptic);
  /// The strategy to take whatever it costs; null if an op has none.
  const Strategy *findForced(Operation *op);

  ByteUnit unit = ByteUnit::None;
  /// Whether an op took the kernel that is forced, or would on another unit.
  bool isForceTaken = false, isForceOfOtherUnit = false;
};
} // namespace

const Strategy *SelectKernels::findForced(Operation *op) {
  for (const Strategy *strategy : getStrategies()) {
    if (strategy->getName() != force || !strategy->isCompatible(op))
      continue;
    if (strategy->getByteUnit() <= unit)
      return strategy;
    isForceOfOtherUnit = true;
  }
  return nullptr;
}

bool SelectKernels::select(snn::SynapticOpInterface synaptic) {
  Operation *op = synaptic;
  Builder builder(op->getContext());
  const Strategy *forced = findForced(op);
  op->removeAttr(kDenseAbove);
  // Then all rows are of that kernel, however many events they have.
  if (forced && forced->getMostActivity(op))
    op->setAttr(kDenseAbove, builder.getF64FloatAttr(1));

  std::optional<double> activity = getActivity(op);
  const Strategy *best = nullptr;
  double bestCost = 0;
  std::string costs;
  llvm::raw_string_ostream stream(costs);
  for (const Strategy *strategy : getStrategies()) {
    if (strategy->getByteUnit() > unit || !strategy->isCompatible(op))
      continue;
    double cost = estimateCost(*strategy, op, activity);
    stream << (costs.empty() ? "" : ", ") << strategy->getName() << ' '
           << llvm::format("%.0f", cost);
    if (!best || cost < bestCost) {
      best = strategy;
      bestCost = cost;
    }
  }
  if (!best) {
    op->emitOpError("has no kernel on this target");
    return false;
  }
  if (forced) {
    best = forced;
    isForceTaken = true;
  }
  op->setAttr("kernel", builder.getStringAttr(best->getName()));
  if (std::optional<double> denseAbove = getDenseAbove(*best, op))
    op->setAttr(kDenseAbove, builder.getF64FloatAttr(*denseAbove));
  std::string source =
      activity ? llvm::formatv("{0} {1} %",
                               op->hasAttr(kActivity) ? "measured" : "assumed",
                               llvm::format("%.3g", 100 * *activity))
                     .str()
               : "unknown";
  auto options =
      remark::RemarkOpts::name("kernel").category("cpu-select-kernels");
  auto report = remark::passed(op->getLoc(), options);
  report << remark::metric("kernel", best->getName());
  if (forced)
    report << remark::add("forced");
  report << remark::metric("activity", StringRef(source))
         << remark::metric("cycles per row", StringRef(costs))
         << remark::metric("fan-in", synaptic.getFanIn())
         << remark::metric("synapses", synaptic.getSynapseCount());
  return true;
}
