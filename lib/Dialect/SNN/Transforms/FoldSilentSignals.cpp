// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Analysis/Ranges.h"
#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNFOLDSILENTSIGNALS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley;
using namespace volley::snn;

namespace {
struct FoldSilentSignals
    : volley::snn::impl::SNNFoldSilentSignalsBase<FoldSilentSignals> {
  void runOnOperation() override;

private:
  bool mayFail();
};
} // namespace

/// True if a law asserts something: a population that nobody reads still ends a
/// run then.
bool FoldSilentSignals::mayFail() {
  for (auto population : getOperation().getBodyBlock().getOps<PopulationOp>()) {
    auto model = SymbolTable::lookupNearestSymbolFrom<NeuronModelOp>(
        population, population.getModelAttr());
    if (model && model->walk([](AssertOp) { return WalkResult::interrupt(); })
                     .wasInterrupted())
      return true;
  }
  return false;
}

/// True if an op has a value as often without one of its operands: because of
/// its state, or of another operand.
static bool keepsRate(OpOperand &use, const Rates &rates) {
  Operation *user = use.getOwner();
  if (hasState(user))
    return true;
  Rate rate = rates.get(user->getResult(0));
  return llvm::any_of(user->getOperands(), [&](Value other) {
    return other != use.get() && !isConstant(other) && rates.get(other) == rate;
  });
}

/// True for operands that may be constants as well.
static bool takesConstant(OpOperand &use) {
  if (auto population = dyn_cast<PopulationOp>(use.getOwner()))
    return use.getOperandNumber() < population.getInputs().size();
  return isa<AddOp, MulOp>(use.getOwner());
}

void FoldSilentSignals::runOnOperation() {
  NetworkOp network = getOperation();
  if (mayFail())
    return;
  Ranges ranges(network);
  Rates rates(network);
  SmallVector<Value> silent;
  for (Operation &op : network.getBodyBlock())
    if (!op.hasTrait<OpTrait::ConstantLike>())
      for (Value result : op.getResults()) {
        std::optional<Range> range = ranges.find(result);
        if (range && range->low == range->high)
          silent.push_back(result);
      }
  for (Value value : silent) {
    auto type = cast<RankedTensorType>(value.getType());
    int64_t number = ranges.find(value)->low;
    auto options =
        remark::RemarkOpts::name("silent").category("snn-fold-silent-signals");
    auto population = value.getDefiningOp<PopulationOp>();
    if (population && number == 0 && type.getElementType().isInteger(1))
      remark::analysis(value.getLoc(), options)
          << remark::add("population '{0}' never spikes", population.getName());
    Value constant;
    for (OpOperand &use : llvm::make_early_inc_range(value.getUses())) {
      if (!takesConstant(use) || !keepsRate(use, rates))
        continue;
      if (!constant) {
        OpBuilder builder(value.getDefiningOp());
        Type element = type.getElementType();
        Attribute splat =
            isa<FloatType>(element)
                ? Attribute(builder.getFloatAttr(element, double(number)))
                : Attribute(builder.getIntegerAttr(element, number));
        constant = arith::ConstantOp::create(
            builder, value.getLoc(), DenseElementsAttr::get(type, splat));
      }
      use.set(constant);
    }
    if (!constant)
      continue;
    remark::passed(value.getLoc(), options)
        << remark::add("always the same") << remark::metric("value", number);
  }
}
