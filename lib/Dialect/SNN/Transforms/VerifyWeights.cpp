// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"
#include <cmath>

namespace volley::snn {
#define GEN_PASS_DEF_SNNVERIFYWEIGHTS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

/// The first element that is not finite, or -1.
template <typename T> static int64_t findNonFinite(ArrayRef<T> values) {
  auto it = llvm::find_if(values, [](T x) { return !std::isfinite(x); });
  return it == values.end() ? -1 : it - values.begin();
}

static int64_t findNonFinite(const ConstantView &view) {
  if (view.isUniform())
    return std::isfinite(view.getDouble(0)) ? -1 : 0;
  return view.getElementType().isF32() ? findNonFinite(view.getRaw<float>())
                                       : findNonFinite(view.getRaw<double>());
}

namespace {
struct VerifyWeights : volley::snn::impl::SNNVerifyWeightsBase<VerifyWeights> {
  void runOnOperation() override {
    for (Operation &op : getOperation().getBodyBlock()) {
      if (!isa<DenseOp, ConvOp>(op))
        continue;
      for (Value constant : op.getOperands().drop_front()) {
        ConstantView view = *ConstantView::get(constant);
        int64_t index = findNonFinite(view);
        if (index < 0)
          continue;
        op.emitOpError("expects finite weights and biases, but got ")
            << view.getDouble(index) << " at element " << index;
        return signalPassFailure();
      }
    }
  }
};
} // namespace
