// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNCOMPOSEMOVES
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct ComposeMoves : volley::snn::impl::SNNComposeMovesBase<ComposeMoves> {
  using SNNComposeMovesBase::SNNComposeMovesBase;

  void runOnOperation() override;
};

/// A number of elements at equal distances, 0 for one that is repeated.
struct Factor {
  int64_t size, stride;
};

/// Where the elements of a signal are in another one. Each dimension is a list
/// of factors, the outermost first: [6, 4] transposed and then reshaped to [24]
/// is no longer one stride apart.
class View {
public:
  /// A signal as it is.
  explicit View(Value signal);

  /// The view that an op has of its operand, or nothing if strides cannot say
  /// it.
  std::optional<View> apply(Operation *op) const;

  Value getSource() const { return source; }
  int64_t getOffset() const { return offset; }
  /// All factors, with neighbours merged.
  SmallVector<Factor> getFactors() const;

private:
  using Dim = SmallVector<Factor, 2>;

  static Dim merge(ArrayRef<Factor> factors);
  std::optional<View> reshape(ArrayRef<int64_t> shape) const;
  std::optional<View> slice(SliceOp op) const;

  Value source;
  SmallVector<Dim> dims;
  int64_t offset = 0;
};
} // namespace

View::View(Value signal) : source(signal) {
  int64_t stride = 1;
  auto shape = cast<RankedTensorType>(signal.getType()).getShape();
  for (int64_t size : llvm::reverse(shape)) {
    dims.push_back({{size, stride}});
    stride *= size;
  }
  std::reverse(dims.begin(), dims.end());
}

View::Dim View::merge(ArrayRef<Factor> factors) {
  Dim merged;
  for (Factor factor : factors) {
    if (factor.size == 1)
      continue;
    if (!merged.empty() && merged.back().stride == factor.stride * factor.size)
      merged.back() = {merged.back().size * factor.size, factor.stride};
    else
      merged.push_back(factor);
  }
  return merged;
}

SmallVector<Factor> View::getFactors() const {
  SmallVector<Factor> all;
  for (const Dim &dim : dims)
    llvm::append_range(all, dim);
  return SmallVector<Factor>(merge(all));
}

std::optional<View> View::reshape(ArrayRef<int64_t> shape) const {
  SmallVector<Factor> rest = getFactors();
  std::reverse(rest.begin(), rest.end());
  View result(*this);
  result.dims.clear();
  for (int64_t size : shape) {
    Dim dim;
    while (size > 1) {
      Factor factor = rest.pop_back_val();
      if (size % factor.size == 0) {
        dim.push_back(factor);
        size /= factor.size;
        continue;
      }
      if (factor.size % size != 0)
        return std::nullopt;
      // The outer part is this dimension's.
      int64_t inner = factor.size / size;
      dim.push_back({size, factor.stride * inner});
      rest.push_back({inner, factor.stride});
      size = 1;
    }
    result.dims.push_back(dim);
  }
  return result;
}

std::optional<View> View::slice(SliceOp op) const {
  View result(*this);
  ArrayRef<int64_t> from = op.getInput().getType().getShape();
  ArrayRef<int64_t> to = cast<RankedTensorType>(op.getType()).getShape();
  for (auto [dim, first] : llvm::enumerate(op.getOffsets())) {
    if (from[dim] == to[dim])
      continue;
    Dim merged = merge(dims[dim]);
    if (merged.size() != 1)
      return std::nullopt;
    result.offset += first * merged[0].stride;
    result.dims[dim] = {{to[dim], merged[0].stride}};
  }
  return result;
}

std::optional<View> View::apply(Operation *op) const {
  if (isa<ReshapeOp>(op))
    return reshape(
        cast<RankedTensorType>(op->getResult(0).getType()).getShape());
  if (auto slice = dyn_cast<SliceOp>(op))
    return this->slice(slice);
  View result(*this);
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    for (auto [dim, from] : llvm::enumerate(transpose.getPermutation()))
      result.dims[dim] = dims[from];
    return result;
  }
  auto broadcast = cast<BroadcastOp>(op);
  auto shape = cast<RankedTensorType>(broadcast.getType()).getShape();
  for (int64_t dim : broadcast.getDims())
    result.dims.insert(result.dims.begin() + dim, Dim{{shape[dim], 0}});
  return result;
}

static bool isMove(Operation *op) {
  return isa_and_nonnull<TransposeOp, SliceOp, BroadcastOp, ReshapeOp>(op);
}

/// The view of a signal that goes furthest back through moves of its block; the
/// nearest one if it is to stay as it is.
static View getView(Value signal, Block *block, bool compose) {
  Operation *op = signal.getDefiningOp();
  if (!isMove(op) || op->getBlock() != block)
    return View(signal);
  if (compose)
    if (auto view = getView(op->getOperand(0), block, compose).apply(op))
      return *view;
  if (auto view = View(op->getOperand(0)).apply(op))
    return *view;
  return View(signal);
}

/// The signal that a view is, by one move at most.
static Value move(OpBuilder &builder, Location loc, const View &view,
                  RankedTensorType type) {
  Value source = view.getSource();
  auto sourceType = cast<RankedTensorType>(source.getType());
  SmallVector<int64_t> sizes, strides;
  for (Factor factor : view.getFactors()) {
    sizes.push_back(factor.size);
    strides.push_back(factor.stride);
  }
  bool isWhole = sourceType.getNumElements() == type.getNumElements() &&
                 (strides.empty() || strides == ArrayRef<int64_t>(1));
  if (!isWhole)
    return MoveOp::create(builder, loc, type, source, view.getOffset(), sizes,
                          strides);
  if (sourceType == type)
    return source;
  return ReshapeOp::create(builder, loc, type, source);
}

void ComposeMoves::runOnOperation() {
  SmallVector<Operation *> moves;
  getOperation().walk([&](Operation *op) {
    if (isMove(op))
      moves.push_back(op);
  });
  unsigned numMoves = 0, numLeft = 0;
  // From the last one: each sees the ops before it as they were.
  for (Operation *op : llvm::reverse(moves)) {
    Value result = op->getResult(0);
    bool isReshape = isa<ReshapeOp>(op); // Moves nothing, so it may stay.
    if (isReshape && !result.use_empty())
      continue;
    numMoves += !isReshape;
    if (!result.use_empty()) {
      View view = getView(result, op->getBlock(), compose);
      OpBuilder builder(op);
      Value moved = move(builder, op->getLoc(), view,
                         cast<RankedTensorType>(result.getType()));
      numLeft += moved.getDefiningOp<MoveOp>() != nullptr;
      result.replaceAllUsesWith(moved);
    }
    op->erase();
  }
  if (numMoves > 0)
    remark::passed(
        getOperation().getLoc(),
        remark::RemarkOpts::name("moves").category("snn-compose-moves"))
        << remark::metric("before", numMoves)
        << remark::metric("after", numLeft);
}
