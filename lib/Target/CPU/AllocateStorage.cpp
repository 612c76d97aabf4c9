// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Storage.h"
#include "WeightImage.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Target/CPU/Passes.h"

#include "mlir/IR/Builders.h"

namespace volley::cpu {
#define GEN_PASS_DEF_CPUALLOCATESTORAGE
#include "volley/Target/CPU/Passes.h.inc"
} // namespace volley::cpu

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

//===----------------------------------------------------------------------===//
// Helpers shared with the lowering
//===----------------------------------------------------------------------===//

/// Fewer channels than this are not worth a loop of their own.
static constexpr int64_t kLanes = 16;

ParamKind volley::cpu::getParamKind(Value param, ArrayRef<int64_t> shape) {
  snn::ConstantView view = *snn::ConstantView::get(param);
  if (view.isUniform())
    return ParamKind::Scalar;
  ArrayRef<int64_t> dims = view.getShape();
  bool isChannel =
      dims.size() == shape.size() && dims.back() == shape.back() &&
      dims.back() % kLanes == 0 &&
      llvm::all_of(dims.drop_back(), [](int64_t dim) { return dim == 1; });
  return isChannel ? ParamKind::Channel : ParamKind::Full;
}

SmallVector<int32_t> volley::cpu::getTransposeIndices(snn::TransposeOp op) {
  ArrayRef<int64_t> from = op.getInput().getType().getShape();
  ArrayRef<int64_t> to = op.getType().getShape();
  SmallVector<int64_t> strides(from.size(), 1);
  for (size_t dim = from.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * from[dim];
  SmallVector<int32_t> indices;
  SmallVector<int64_t> position(to.size(), 0);
  for (int64_t i = 0; i < op.getType().getNumElements(); ++i) {
    int64_t source = 0;
    for (auto [dim, origin] : llvm::enumerate(op.getPermutation()))
      source += position[dim] * strides[origin];
    indices.push_back(static_cast<int32_t>(source));
    for (size_t dim = to.size(); dim-- > 0;) {
      if (++position[dim] < to[dim])
        break;
      position[dim] = 0;
    }
  }
  return indices;
}

bool volley::cpu::isTwoDimensional(snn::TransposeOp op, int64_t &outer,
                                   int64_t &inner) {
  ArrayRef<int64_t> permutation = op.getPermutation();
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  int64_t rank = permutation.size();
  int64_t first = rank ? permutation.front() : 0;
  for (int64_t i = 0; i < rank; ++i)
    if (permutation[i] != (first + i) % rank)
      return false;
  outer = inner = 1;
  for (int64_t dim = 0; dim < rank; ++dim)
    (dim < first ? outer : inner) *= shape[dim];
  return true;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
/// A stretch of the workspace and how long it is in use, in positions of ops.
struct Interval {
  unsigned begin, end;
  uint64_t bytes;
  uint64_t offset = 0;
};

struct AllocateStorage
    : volley::cpu::impl::CPUAllocateStorageBase<AllocateStorage> {
  void runOnOperation() override;

private:
  LogicalResult allocateStates();
  void allocateBuffers();
  LogicalResult allocateWeights();

  void number(Block &block);
  /// The value whose memory `value` is: that of a reshape is its operand's.
  Value getRoot(Value value);
  bool isState(Value value);

  DenseMap<Operation *, unsigned> positions;
  unsigned count = 0;
};
} // namespace

/// More state than this for one sample is a mistake, and would overflow sums.
static constexpr uint64_t kLargestState = uint64_t(1) << 40;

LogicalResult AllocateStorage::allocateStates() {
  snn::ProgramOp program = getOperation();
  Builder builder(&getContext());
  SmallVector<int64_t> offsets;
  uint64_t offset = 0;
  for (BlockArgument state : program.getStates()) {
    offsets.push_back(offset);
    uint64_t elements =
        cast<RankedTensorType>(state.getType()).getNumElements();
    if (elements > kLargestState || offset > kLargestState)
      return program.emitError(
          "needs more than 2^40 bytes of state per sample");
    offset = align(offset + getRowBytes(state.getType()));
  }
  program->setAttr(kStateOffsets, builder.getDenseI64ArrayAttr(offsets));
  program->setAttr(kSampleBytes, builder.getI64IntegerAttr(offset));
  return success();
}

/// Positions along the program; a scan's region comes before the scan's end.
void AllocateStorage::number(Block &block) {
  for (Operation &op : block) {
    if (auto scan = dyn_cast<snn::ScanOp>(op)) {
      unsigned begin = count;
      number(scan.getBodyBlock());
      // All of a scan's values live while it loops.
      for (Operation &inner : scan.getBodyBlock())
        positions[&inner] = begin;
    }
    positions[&op] = count++;
  }
}

/// The states among the results of an op are the last ones.
static unsigned getNumStateResults(Operation *op) {
  if (auto step = dyn_cast<snn::StepOp>(op))
    return step.getStates().size();
  if (auto scan = dyn_cast<snn::ScanOp>(op))
    return scan.getCarried().size();
  return isa<snn::DelayWriteOp>(op) ? 1 : 0;
}

bool AllocateStorage::isState(Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (!result)
    return true; // An argument: an input or a state, neither in the workspace.
  Operation *op = result.getOwner();
  return result.getResultNumber() >=
         op->getNumResults() - getNumStateResults(op);
}

Value AllocateStorage::getRoot(Value value) {
  while (true) {
    if (auto reshape = value.getDefiningOp<snn::ReshapeOp>()) {
      value = reshape.getInput();
    } else if (auto scan = value.getDefiningOp<snn::ScanOp>()) {
      unsigned index = cast<OpResult>(value).getResultNumber();
      if (index >= scan.getYieldOp().getSignals().size())
        return value;
      value = scan.getYieldOp().getSignals()[index];
    } else if (auto arg = dyn_cast<BlockArgument>(value)) {
      auto scan = dyn_cast<snn::ScanOp>(arg.getOwner()->getParentOp());
      if (!scan || arg.getArgNumber() >= scan.getSignals().size())
        return value;
      value = scan.getSignals()[arg.getArgNumber()];
    } else {
      return value;
    }
  }
}

void AllocateStorage::allocateBuffers() {
  snn::ProgramOp program = getOperation();
  Builder builder(&getContext());
  positions.clear();
  count = 0;
  number(program.getBodyBlock());

  // One interval per result that has memory of its own, from its op to the last
  // use of it or of what is the same memory.
  llvm::MapVector<Value, Interval> intervals;
  auto extend = [&](Value value, Operation *user) {
    auto it = intervals.find(getRoot(value));
    if (it == intervals.end())
      return;
    // A use inside a scan lasts until the scan ends.
    if (auto scan = user->getParentOfType<snn::ScanOp>())
      user = scan;
    it->second.end = std::max(it->second.end, positions[user]);
  };
  uint64_t rows = program.getRows();
  program.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return;
    for (Value result : op->getResults()) {
      if (isState(result) || getRoot(result) != result)
        continue;
      unsigned begin = positions[op], end = begin;
      if (auto scan = op->getParentOfType<snn::ScanOp>())
        end = positions[scan];
      intervals[result] = {begin, end,
                           align(rows * getRowBytes(result.getType()))};
    }
  });
  program.walk([&](Operation *op) {
    if (op != program.getOperation())
      for (Value operand : op->getOperands())
        extend(operand, op);
  });

  // First fit, largest first.
  SmallVector<Interval *> order;
  for (auto &entry : intervals)
    order.push_back(&entry.second);
  llvm::sort(order, [](const Interval *a, const Interval *b) {
    return std::make_tuple(b->bytes, a->begin, a) <
           std::make_tuple(a->bytes, b->begin, b);
  });
  uint64_t total = 0;
  SmallVector<Interval *> placed;
  for (Interval *interval : order) {
    SmallVector<std::pair<uint64_t, uint64_t>> taken;
    for (Interval *other : placed)
      if (other->begin <= interval->end && interval->begin <= other->end)
        taken.push_back({other->offset, other->offset + other->bytes});
    llvm::sort(taken);
    uint64_t offset = 0;
    for (auto [begin, end] : taken) {
      if (begin >= offset + interval->bytes)
        break;
      offset = std::max(offset, end);
    }
    interval->offset = offset;
    placed.push_back(interval);
    total = std::max(total, offset + interval->bytes);
  }
  program.walk([&](Operation *op) {
    if (op == program.getOperation() || op->getNumResults() == 0 ||
        op->hasTrait<OpTrait::ConstantLike>())
      return;
    SmallVector<int64_t> offsets;
    for (Value result : op->getResults()) {
      auto it = intervals.find(result);
      offsets.push_back(
          it == intervals.end() ? -1 : static_cast<int64_t>(it->second.offset));
    }
    op->setAttr(kBuffers, builder.getDenseI64ArrayAttr(offsets));
  });
  program->setAttr(kWorkspaceBytes, builder.getI64IntegerAttr(total));
}

LogicalResult AllocateStorage::allocateWeights() {
  snn::ProgramOp program = getOperation();
  Builder builder(&getContext());
  WeightLayout layout;
  WalkResult result = program.walk([&](Operation *op) {
    FailureOr<SmallVector<WeightRequest>> requests = getWeightRequests(op);
    if (failed(requests))
      return WalkResult::interrupt();
    if (requests->empty())
      return WalkResult::advance();
    SmallVector<int64_t> offsets;
    for (const WeightRequest &request : *requests)
      offsets.push_back(layout.place(request));
    op->setAttr(kWeights, builder.getDenseI64ArrayAttr(offsets));
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  program->setAttr(kWeightBytes, builder.getI64IntegerAttr(layout.getBytes()));
  return success();
}

void AllocateStorage::runOnOperation() {
  if (failed(allocateStates()))
    return signalPassFailure();
  allocateBuffers();
  if (failed(allocateWeights()))
    signalPassFailure();
}
