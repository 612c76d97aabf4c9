// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"
#include <cmath>

namespace volley::snn {
#define GEN_PASS_DEF_SNNFOLDNORMS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct FoldNorms : volley::snn::impl::SNNFoldNormsBase<FoldNorms> {
  void runOnOperation() override;
};

/// A norm or a scale behind a product or a convolution.
struct Affine {
  explicit Affine(Operation *op) : op(op) {
    scale = ConstantView::get(op->getOperand(1));
    if (isa<NormOp>(op))
      shift = ConstantView::get(op->getOperand(2));
  }

  double getShift(int64_t index) const {
    return shift ? getElement(*shift, index) : 0;
  }
  double getScale(int64_t index) const { return getElement(*scale, index); }

  /// Element `index` of a parameter that has one per output, or one for all.
  static double getElement(const ConstantView &view, int64_t index) {
    return view.getDouble(view.getNumElements() == 1 ? 0 : index);
  }

  Operation *op;
  std::optional<ConstantView> scale, shift;
};
} // namespace

static Value getWeight(Operation *op) { return op->getOperand(1); }
static Value getBias(Operation *op) {
  return op->getNumOperands() > 2 ? op->getOperand(2) : Value();
}

/// How many outputs of the weight have a bias of their own: all but the last
/// dimension of a dense weight, the first of a convolution's.
static ArrayRef<int64_t> getOutputs(Operation *op) {
  auto shape = cast<RankedTensorType>(getWeight(op).getType()).getShape();
  return isa<ConvOp>(op) ? shape.take_front() : shape.drop_back();
}

/// True if a parameter over the result has one number, or one per output.
static bool isPerOutput(Operation *op, const ConstantView &view) {
  if (view.getNumElements() == 1)
    return true;
  ArrayRef<int64_t> outputs = getOutputs(op), shape = view.getShape();
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  // A convolution's channels come first, and so do they of a parameter. The
  // rows of a dense product with one weight come before its outputs.
  size_t rows = isa<ConvOp>(op) ? 0 : result.getRank() - outputs.size();
  if (shape.size() < rows + outputs.size())
    return false;
  return llvm::all_of(shape.take_front(rows),
                      [](int64_t dim) { return dim == 1; }) &&
         shape.slice(rows, outputs.size()) == outputs &&
         llvm::all_of(shape.drop_front(rows + outputs.size()),
                      [](int64_t dim) { return dim == 1; });
}

/// Weight and bias with the norm inside, in T. False if they overflow.
template <typename T> static bool fold(Operation *op, const Affine &affine) {
  ConstantView weight = *ConstantView::get(getWeight(op));
  std::optional<ConstantView> bias;
  if (Value value = getBias(op))
    bias = ConstantView::get(value);
  int64_t outputs = 1;
  for (int64_t dim : getOutputs(op))
    outputs *= dim;
  int64_t terms = weight.getNumElements() / outputs;
  std::vector<T> weights(weight.getNumElements()), biases(outputs);
  bool isFinite = true;
  for (int64_t o = 0; o < outputs; ++o) {
    double scale = affine.getScale(o);
    double constant = bias ? Affine::getElement(*bias, o) : 0;
    biases[o] = static_cast<T>(std::fma(constant, scale, affine.getShift(o)));
    isFinite &= std::isfinite(biases[o]);
    for (int64_t i = o * terms; i < (o + 1) * terms; ++i) {
      weights[i] = static_cast<T>(weight.getDouble(i) * scale);
      isFinite &= std::isfinite(weights[i]);
    }
  }
  if (!isFinite)
    return false;
  OpBuilder builder(op);
  auto type = cast<RankedTensorType>(getWeight(op).getType());
  auto biasType = RankedTensorType::get(getOutputs(op), type.getElementType());
  Value newWeight = arith::ConstantOp::create(
      builder, op->getLoc(), makeFloatArray(type, "folded", ArrayRef(weights)));
  Value newBias = arith::ConstantOp::create(
      builder, op->getLoc(),
      makeFloatArray(biasType, "folded_bias", ArrayRef(biases)));
  if (auto dense = dyn_cast<DenseOp>(op)) {
    dense.getWeightMutable().assign(newWeight);
    dense.getBiasMutable().assign(newBias);
  } else {
    auto conv = cast<ConvOp>(op);
    conv.getWeightMutable().assign(newWeight);
    conv.getBiasMutable().assign(newBias);
  }
  return true;
}

void FoldNorms::runOnOperation() {
  auto options = remark::RemarkOpts::name("norm").category("snn-fold-norms");
  SmallVector<Operation *> ops;
  for (Operation &op : getOperation().getBodyBlock())
    if (isa<DenseOp, ConvOp>(op))
      ops.push_back(&op);
  int64_t folded = 0;
  for (Operation *op : ops) {
    // A norm of a norm, too.
    while (op->hasOneUse()) {
      Operation *user = *op->user_begin();
      if (!isa<NormOp, ScaleOp>(user) ||
          user->getOperand(0) != op->getResult(0))
        break;
      Affine affine(user);
      if (!isPerOutput(op, *affine.scale) ||
          (affine.shift && !isPerOutput(op, *affine.shift))) {
        remark::missed(user->getLoc(), options)
            << remark::add("it is not one number per output of the weight");
        break;
      }
      bool isDouble = cast<RankedTensorType>(getWeight(op).getType())
                          .getElementType()
                          .isF64();
      if (!(isDouble ? fold<double>(op, affine) : fold<float>(op, affine))) {
        remark::missed(user->getLoc(), options)
            << remark::add("a weight would overflow");
        break;
      }
      remark::passed(user->getLoc(), options)
          << remark::add("folded into the weights, which rounds otherwise");
      user->replaceAllUsesWith(op);
      user->erase();
      ++folded;
    }
  }
  if (folded > 0)
    getOperation().emitRemark()
        << "--fold-norms: " << folded
        << " norms and scales are part of weights "
        << "now; the results are no longer those of the model to the bit";
}
