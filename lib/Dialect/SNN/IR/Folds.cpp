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

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  if (getDims().empty() && getInput() != getResult())
    return getInput();
  return {};
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType() && getInput() != getResult())
    return getInput();
  return {};
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getInputs().size() == 1 && getInputs()[0] != getResult())
    return getInputs()[0];
  return {};
}

OpFoldResult ReduceOp::fold(FoldAdaptor) {
  // The sum of one float is +0.0 + x: -0.0 is not kept.
  if (getDims().empty() && getKind() == ReduceKind::Max &&
      getInput() != getResult())
    return getInput();
  return {};
}

namespace {
static bool areNeighbours(ArrayRef<int64_t> dims) {
  return dims.empty() ||
         dims.back() - dims.front() + 1 == static_cast<int64_t>(dims.size());
}

/// What is reduced comes to the end, in its order, if it is not neighbours.
struct GatherReduced : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    if (areNeighbours(op.getDims()))
      return rewriter.notifyMatchFailure(op, "the dimensions are neighbours");
    auto input = op.getInput().getType();
    SmallVector<int64_t> permutation, shape, dims;
    for (int64_t dim = 0; dim < input.getRank(); ++dim)
      if (!llvm::is_contained(op.getDims(), dim))
        permutation.push_back(dim);
    for (int64_t dim : op.getDims()) {
      dims.push_back(permutation.size());
      permutation.push_back(dim);
    }
    for (int64_t dim : permutation)
      shape.push_back(input.getDimSize(dim));
    Value moved = TransposeOp::create(
        rewriter, op.getLoc(),
        RankedTensorType::get(shape, input.getElementType()), op.getInput(),
        permutation);
    rewriter.replaceOpWithNewOp<ReduceOp>(op, op.getType(), op.getKind(), moved,
                                          dims);
    return success();
  }
};

/// A reduction of a transposed signal reduces the signal itself, if what is
/// reduced and what is left keep their orders.
struct ReduceTransposed : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "no reduction of a transpose");
    SmallVector<int64_t> reduced, kept;
    for (auto [dim, origin] : llvm::enumerate(transpose.getPermutation()))
      (llvm::is_contained(op.getDims(), static_cast<int64_t>(dim)) ? reduced
                                                                   : kept)
          .push_back(origin);
    if (!areNeighbours(reduced))
      return rewriter.notifyMatchFailure(op, "the terms would be apart");
    if (!llvm::is_sorted(reduced) || !llvm::is_sorted(kept))
      return rewriter.notifyMatchFailure(op, "the order of terms would change");
    rewriter.replaceOpWithNewOp<ReduceOp>(op, op.getType(), op.getKind(),
                                          transpose.getInput(), reduced);
    return success();
  }
};

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

void ReduceOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                           MLIRContext *context) {
  results.add<GatherReduced, ReduceTransposed>(context);
}

void DelayOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                          MLIRContext *context) {
  results.add<MergeDelays>(context);
}
