// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Analysis/Ranges.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNREASSOCIATEPRODUCTS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley;
using namespace volley::snn;

namespace {
struct ReassociateProducts
    : volley::snn::impl::SNNReassociateProductsBase<ReassociateProducts> {
  void runOnOperation() override;

private:
  bool sinkScale(MatmulOp op, const Ranges &ranges);
  bool reassociate(MatmulOp op);
};
} // namespace

static bool isInteger(Value value) {
  return getElementTypeOrSelf(value.getType()).isInteger();
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// (c A) B is c (A B), bit for bit, if A and B are integers, c is a power of
/// two and every partial sum is an integer that the float type holds.
bool ReassociateProducts::sinkScale(MatmulOp op, const Ranges &ranges) {
  for (bool isLeft : {true, false}) {
    Value scaled = isLeft ? op.getLhs() : op.getRhs();
    Value other = isLeft ? op.getRhs() : op.getLhs();
    auto scale = scaled.getDefiningOp<ScaleOp>();
    if (!scale || !isInteger(scale.getInput()) || !isInteger(other) ||
        ConstantView::get(scale.getFactor())->getPowerOfTwo() == 0)
      continue;
    int64_t exact = getElementTypeOrSelf(op.getType()).isF32()
                        ? int64_t(1) << 24
                        : int64_t(1) << 53;
    Range a = ranges.get(scale.getInput()), b = ranges.get(other);
    // In doubles: the product of two i32 and a fan-in may overflow.
    double largest = double(a.getMagnitude()) * double(b.getMagnitude()) *
                     double(op.getFanIn());
    if (largest > double(std::min(exact, int64_t(1) << 31) - 1)) {
      remark::missed(op.getLoc(), remark::RemarkOpts::name("scale").category(
                                      "snn-reassociate-products"))
          << remark::add("the scale stays in front of the product: sums may "
                         "reach ")
          << remark::metric("magnitude", largest);
      continue;
    }
    OpBuilder builder(op);
    auto type = cast<RankedTensorType>(op.getType());
    Value lhs = isLeft ? scale.getInput() : op.getLhs();
    Value rhs = isLeft ? op.getRhs() : scale.getInput();
    Value sum = MatmulOp::create(builder, op.getLoc(),
                                 type.clone(builder.getI32Type()), lhs, rhs);
    Value result =
        ScaleOp::create(builder, op.getLoc(), type, sum, scale.getFactor());
    op.replaceAllUsesWith(result);
    op.erase();
    if (scale.use_empty())
      scale.erase();
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Products of products
//===----------------------------------------------------------------------===//

/// An exact product that nothing else uses.
static MatmulOp getInner(Value value) {
  auto inner = value.getDefiningOp<MatmulOp>();
  return inner && inner->hasOneUse() && isInteger(inner.getResult()) ? inner
                                                                     : nullptr;
}

static RankedTensorType getProductType(Value lhs, Value rhs) {
  auto left = cast<RankedTensorType>(lhs.getType());
  SmallVector<int64_t> shape(left.getShape());
  shape.back() = cast<RankedTensorType>(rhs.getType()).getShape().back();
  return RankedTensorType::get(shape, IntegerType::get(lhs.getContext(), 32));
}

/// Multiplications of a product of two signals.
static int64_t getCost(Value lhs, Value rhs) {
  return getProductType(lhs, rhs).getNumElements() *
         cast<RankedTensorType>(lhs.getType()).getShape().back();
}

/// (A B) C against A (B C), the cheaper of which is taken.
bool ReassociateProducts::reassociate(MatmulOp op) {
  if (!isInteger(op.getResult()))
    return false;
  for (bool isLeft : {true, false}) {
    MatmulOp inner = getInner(isLeft ? op.getLhs() : op.getRhs());
    if (!inner || inner == op)
      continue;
    Value a = isLeft ? inner.getLhs() : op.getLhs();
    Value b = isLeft ? inner.getRhs() : inner.getLhs();
    Value c = isLeft ? op.getRhs() : inner.getRhs();
    int64_t before = inner.getSynapseCount() + op.getSynapseCount();
    RankedTensorType type =
        isLeft ? getProductType(b, c) : getProductType(a, b);
    int64_t elements = cast<RankedTensorType>(op.getType()).getNumElements();
    // The outer product's inner size.
    int64_t terms = isLeft
                        ? cast<RankedTensorType>(a.getType()).getShape().back()
                        : type.getShape().back();
    int64_t after = (isLeft ? getCost(b, c) : getCost(a, b)) + elements * terms;
    if (after >= before)
      continue;
    remark::passed(op.getLoc(), remark::RemarkOpts::name("product").category(
                                    "snn-reassociate-products"))
        << remark::add(isLeft ? "(A B) C became A (B C)"
                              : "A (B C) became (A B) C")
        << remark::metric("MACs before", before)
        << remark::metric("MACs after", after);
    OpBuilder builder(op);
    Value product = MatmulOp::create(builder, inner.getLoc(), type,
                                     isLeft ? b : a, isLeft ? c : b);
    Value result = MatmulOp::create(builder, op.getLoc(), op.getType(),
                                    isLeft ? a : product, isLeft ? product : c);
    op.replaceAllUsesWith(result);
    op.erase();
    inner.erase();
    return true;
  }
  return false;
}

void ReassociateProducts::runOnOperation() {
  NetworkOp network = getOperation();
  Ranges ranges(network);
  SmallVector<MatmulOp> ops(network.getBodyBlock().getOps<MatmulOp>());
  bool changed = false;
  for (MatmulOp op : ops)
    changed |= sinkScale(op, ranges);
  // What a scale has left may be a product of products now; each step makes the
  // network cheaper, so this ends.
  do {
    changed = false;
    ops.assign(network.getBodyBlock().getOps<MatmulOp>().begin(),
               network.getBodyBlock().getOps<MatmulOp>().end());
    for (MatmulOp op : ops)
      if (reassociate(op)) {
        changed = true;
        break;
      }
  } while (changed);
}
