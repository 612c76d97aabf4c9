// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNHOISTSTATICOPS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct HoistStaticOps
    : volley::snn::impl::SNNHoistStaticOpsBase<HoistStaticOps> {
  void runOnOperation() override {
    NetworkOp network = getOperation();
    Rates rates(network);
    for (Operation &op : network.getBodyBlock()) {
      if (op.hasTrait<OpTrait::ConstantLike>() || isa<MaterializeOp>(op) ||
          op.getNumResults() == 0 || rates.get(op.getResult(0)) != Rate::Static)
        continue;
      op.setAttr(kOnceAttrName, UnitAttr::get(&getContext()));
      remark::passed(op.getLoc(),
                     remark::RemarkOpts::name(op.getName().stripDialect())
                         .category("snn-hoist-static-ops"))
          << remark::add("{0} is done once after a reset instead of at each "
                         "step",
                         op.getName().getStringRef());
    }
  }
};
} // namespace
