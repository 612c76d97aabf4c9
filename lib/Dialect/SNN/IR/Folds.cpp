// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Folds and canonicalisation patterns. None of them may create a cycle without
// a delay, and none may look through an op on itself: a network's region is a
// graph, where an op can be its own operand.

#include "mlir/IR/PatternMatch.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"

using namespace mlir;
using namespace volley::snn;

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType() && getInput() != getResult())
    return getInput();
  // reshape(reshape(x)) reads x.
  if (auto inner = getInput().getDefiningOp<ReshapeOp>();
      inner && inner != *this && inner.getInput() != getResult()) {
    setOperand(inner.getInput());
    return getResult();
  }
  return {};
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  ArrayRef<int64_t> permutation = getPermutation();
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())) &&
      getInput() != getResult())
    return getInput();
  // A transposition and its inverse.
  if (auto inner = getInput().getDefiningOp<TransposeOp>();
      inner && inner != *this && inner.getInput() != getResult() &&
      llvm::all_of(llvm::seq<int64_t>(0, permutation.size()), [&](int64_t i) {
        return inner.getPermutation()[permutation[i]] == i;
      }))
    return inner.getInput();
  return {};
}

OpFoldResult DelayOp::fold(FoldAdaptor) {
  if (getLargestLatency(0) == 0 && getInput() != getResult())
    return getInput();
  // [3, 3, 3] is 3.
  if (getSteps().size() > 1 && llvm::all_equal(getSteps())) {
    setSteps({getSteps().front()});
    return getResult();
  }
  return {};
}

OpFoldResult AddOp::fold(FoldAdaptor) {
  if (getAddends().size() == 1 && getAddends()[0].getType() == getType() &&
      getAddends()[0] != getResult())
    return getAddends()[0];
  return {};
}

namespace {
/// delay(delay(x)) is one delay, if both start from zero.
struct MergeDelays : OpRewritePattern<DelayOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DelayOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<DelayOp>();
    if (!inner || inner == op || op.getInitial() || inner.getInitial())
      return rewriter.notifyMatchFailure(op, "no delay of a delay from zero");
    if (!inner->hasOneUse())
      return rewriter.notifyMatchFailure(
          op, "the inner delay has other uses; two short histories are "
              "smaller than one more long one");
    size_t entries = std::max(op.getSteps().size(), inner.getSteps().size());
    SmallVector<int64_t> steps(entries);
    for (size_t i = 0; i < entries; ++i)
      steps[i] = op.getSteps()[op.getSteps().size() == 1 ? 0 : i] +
                 inner.getSteps()[inner.getSteps().size() == 1 ? 0 : i];
    if (llvm::any_of(steps, [](int64_t s) { return s > kLargestDelay; }))
      return rewriter.notifyMatchFailure(op, "the sum is too large a delay");
    rewriter.replaceOpWithNewOp<DelayOp>(
        op, op.getType(), inner.getInput(), steps, TypedAttr(),
        op.getImplicit() && inner.getImplicit());
    return success();
  }
};
} // namespace

void DelayOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                          MLIRContext *context) {
  results.add<MergeDelays>(context);
}
