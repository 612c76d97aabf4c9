// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Storage.h"
#include "Strategies.h"
#include "volley/Target/CPU/Passes.h"

#include "mlir/IR/Remarks.h"

#include "../../Kernels/EventProduct.h"

namespace volley::cpu {
#define GEN_PASS_DEF_CPUFUSENEURONS
#include "volley/Target/CPU/Passes.h.inc"
} // namespace volley::cpu

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

namespace {
struct FuseNeurons : volley::cpu::impl::CPUFuseNeuronsBase<FuseNeurons> {
  void runOnOperation() override;
};
} // namespace

/// A row of more terms than this does not fit the queue of events.
static constexpr int64_t kMostTerms =
    kernels::EventProduct<uint8_t, float>::kIndices;

std::optional<unsigned> volley::cpu::getFusedInput(snn::StepOp step) {
  for (auto [index, input] : llvm::enumerate(step.getInputs()))
    if (getFusedProduct(input))
      return index;
  return std::nullopt;
}

Operation *volley::cpu::getFusedProduct(Value input) {
  while (auto reshape = input.getDefiningOp<snn::ReshapeOp>())
    input = reshape.getInput();
  Operation *op = input.getDefiningOp();
  return op && op->hasAttr(kFused) ? op : nullptr;
}

/// The product or convolution that computes an input of a step alone, for it
/// alone, one row after another.
static Operation *findProduct(snn::StepOp step, Value input) {
  Block *block = step->getBlock();
  while (auto reshape = input.getDefiningOp<snn::ReshapeOp>()) {
    if (!input.hasOneUse() || reshape->getBlock() != block)
      return nullptr;
    input = reshape.getInput();
  }
  Operation *op = input.getDefiningOp();
  if (!op || !input.hasOneUse() || op->getBlock() != block)
    return nullptr;
  const Strategy *strategy = getStrategy(op);
  auto synaptic = dyn_cast<snn::SynapticOpInterface>(op);
  if (!strategy || !strategy->takesNeurons() ||
      synaptic.getFanIn() > kMostTerms)
    return nullptr;
  if (auto conv = dyn_cast<snn::ConvOp>(op))
    return conv.getGroups() == 1 ? op : nullptr;
  auto dense = cast<snn::DenseOp>(op);
  return dense.getWeight().getType().getRank() == 2 ? op : nullptr;
}

void FuseNeurons::runOnOperation() {
  getOperation().walk([&](snn::StepOp step) {
    for (Value input : step.getInputs()) {
      Operation *product = findProduct(step, input);
      if (!product)
        continue;
      product->setAttr(kFused, UnitAttr::get(&getContext()));
      remark::passed(
          product->getLoc(),
          remark::RemarkOpts::name("neurons").category("cpu-fuse-neurons"))
          << remark::metric("population", step.getName());
      return;
    }
  });
}
