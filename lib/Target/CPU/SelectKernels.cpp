// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Storage.h"
#include "Strategies.h"
#include "volley/Target/CPU/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"
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

namespace {
struct SelectKernels : volley::cpu::impl::CPUSelectKernelsBase<SelectKernels> {
  using CPUSelectKernelsBase::CPUSelectKernelsBase;

  void runOnOperation() override {
    llvm::SetVector<StringRef> names;
    for (const Strategy *strategy : getStrategies())
      names.insert(strategy->getName());
    if (!force.empty() && !names.contains(force)) {
      InFlightDiagnostic diag = getOperation().emitError("there is no kernel '")
                                << force << "'; there are ";
      llvm::interleaveComma(names, diag);
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
    WalkResult result = getOperation().walk([&](Operation *op) {
      auto synaptic = dyn_cast<snn::SynapticOpInterface>(op);
      if (!synaptic || !synaptic.hasWeights())
        return WalkResult::advance();
      return select(synaptic) ? WalkResult::advance() : WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  bool select(snn::SynapticOpInterface synaptic);

  ByteUnit unit = ByteUnit::None;
};
} // namespace

bool SelectKernels::select(snn::SynapticOpInterface synaptic) {
  Operation *op = synaptic;
  std::optional<double> activity = getActivity(op);
  const Strategy *best = nullptr;
  double bestCost = 0;
  std::string others;
  llvm::raw_string_ostream stream(others);
  for (const Strategy *strategy : getStrategies()) {
    if (strategy->getByteUnit() > unit || !strategy->isCompatible(op))
      continue;
    bool isForced = strategy->getName() == force;
    double cost = isForced ? 0 : estimateCost(*strategy, op, activity);
    stream << (others.empty() ? "" : ", ") << strategy->getName() << ' '
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
  Builder builder(op->getContext());
  op->setAttr("kernel", builder.getStringAttr(best->getName()));
  std::optional<double> denseAbove = best->getMostActivity(op);
  if (denseAbove)
    op->setAttr(kDenseAbove, builder.getF64FloatAttr(*denseAbove));
  else
    op->removeAttr(kDenseAbove);
  std::string source =
      activity ? llvm::formatv("{0} {1} %",
                               op->hasAttr(kActivity) ? "measured" : "assumed",
                               llvm::format("%.3g", 100 * *activity))
                     .str()
               : "unknown";
  remark::passed(op->getLoc(), remark::RemarkOpts::name("kernel").category(
                                   "cpu-select-kernels"))
      << remark::metric("kernel", best->getName())
      << remark::metric("activity", StringRef(source))
      << remark::metric("cycles per row", StringRef(others))
      << remark::metric("fan-in", synaptic.getFanIn())
      << remark::metric("synapses", synaptic.getSynapseCount());
  return true;
}
