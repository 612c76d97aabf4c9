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

/// The strides of an array in row-major order.
static SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  return strides;
}

/// Without dimensions of size 1, and with neighbours that are one dimension for
/// both sides merged. Last come the dimensions in which neighbours in the input
/// and in the result are: a transposition, which the kernel does in blocks.
static std::optional<kernels::MoveGeometry> normalize(ArrayRef<int64_t> sizes,
                                                      ArrayRef<int64_t> from,
                                                      ArrayRef<int64_t> to) {
  kernels::MoveGeometry geometry{};
  for (auto [size, x, y] : llvm::zip(sizes, from, to)) {
    if (size == 1)
      continue;
    if (int64_t last = geometry.rank - 1; last >= 0 &&
                                          geometry.from[last] == x * size &&
                                          geometry.to[last] == y * size) {
      geometry.sizes[last] *= size;
      geometry.from[last] = x;
      geometry.to[last] = y;
      continue;
    }
    if (geometry.rank == kernels::MoveGeometry::kMostDims)
      return std::nullopt;
    int64_t dim = geometry.rank++;
    geometry.sizes[dim] = size;
    geometry.from[dim] = x;
    geometry.to[dim] = y;
  }
  if (geometry.rank == 0)
    geometry = {1, {1}, {1}, {1}, 0, 0};
  for (int64_t dim = 0; dim + 2 < geometry.rank; ++dim)
    if (geometry.from[dim] == 1)
      for (int64_t *dims : {geometry.sizes, geometry.from, geometry.to})
        std::rotate(dims + dim, dims + dim + 1, dims + geometry.rank - 1);
  return geometry;
}

std::optional<kernels::MoveGeometry>
volley::cpu::getMoveGeometry(Operation *op, unsigned index) {
  auto input = cast<RankedTensorType>(op->getOperand(index).getType());
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<int64_t> sizes(input.getShape());
  SmallVector<int64_t> from = getStrides(sizes),
                       to = getStrides(result.getShape());
  int64_t fromOffset = 0, toOffset = 0;
  if (auto move = dyn_cast<snn::MoveOp>(op)) {
    sizes.assign(move.getSizes().begin(), move.getSizes().end());
    from.assign(move.getStrides().begin(), move.getStrides().end());
    to = getStrides(sizes);
    fromOffset = move.getOffset();
  } else {
    auto concat = cast<snn::ConcatOp>(op);
    int64_t dim = concat.getDim();
    for (Value before : concat.getInputs().take_front(index))
      toOffset +=
          cast<RankedTensorType>(before.getType()).getDimSize(dim) * to[dim];
  }
  std::optional<kernels::MoveGeometry> geometry = normalize(sizes, from, to);
  if (geometry) {
    geometry->fromOffset = fromOffset;
    geometry->toOffset = toOffset;
  }
  return geometry;
}

/// The geometry of a move of every element to a place of its own, dimensions in
/// descending order of the strides in its input.
static std::optional<kernels::MoveGeometry> getPermutation(snn::MoveOp move) {
  std::optional<kernels::MoveGeometry> geometry = getMoveGeometry(move, 0);
  if (!geometry || geometry->fromOffset != 0 || geometry->toOffset != 0)
    return std::nullopt;
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, geometry->rank));
  llvm::sort(dims, [&](int64_t a, int64_t b) {
    return geometry->from[a] > geometry->from[b];
  });
  kernels::MoveGeometry sorted{geometry->rank, {}, {}, {}, 0, 0};
  int64_t elements = 1;
  for (int64_t at = geometry->rank - 1; at >= 0; --at) {
    int64_t dim = dims[at];
    if (geometry->from[dim] != elements)
      return std::nullopt;
    elements *= geometry->sizes[dim];
    sorted.sizes[at] = geometry->sizes[dim];
    sorted.from[at] = geometry->from[dim];
    sorted.to[at] = geometry->to[dim];
  }
  if (elements != move.getInput().getType().getNumElements())
    return std::nullopt;
  return sorted;
}

std::optional<kernels::MoveGeometry>
volley::cpu::getEventLayout(BlockArgument input) {
  auto move = getEventMove(input);
  return move ? getPermutation(move) : std::nullopt;
}

snn::MoveOp volley::cpu::getEventMove(BlockArgument input) {
  auto program = dyn_cast<snn::ProgramOp>(input.getOwner()->getParentOp());
  auto type = cast<RankedTensorType>(input.getType());
  if (!program || input.getArgNumber() >= program.getNumInputs() ||
      program.isStaticInput(input.getArgNumber()) ||
      !type.getElementType().isInteger(1) || !input.hasOneUse())
    return nullptr;
  auto move = dyn_cast<snn::MoveOp>(*input.user_begin());
  // An output is computed where the host wants it.
  if (!move || move->getParentOp() != program || !getPermutation(move) ||
      llvm::is_contained(program.getYieldOp().getSignals(), move.getResult()))
    return nullptr;
  return move;
}

std::optional<ReduceShape> volley::cpu::getReduceShape(snn::ReduceOp op) {
  ArrayRef<int64_t> dims = op.getDims();
  ReduceShape shape;
  int64_t first = dims.empty() ? 0 : dims.front();
  if (!dims.empty() && dims.back() - first + 1 != int64_t(dims.size()))
    return std::nullopt;
  for (auto [dim, size] : llvm::enumerate(op.getInput().getType().getShape())) {
    int64_t at = dim;
    (at < first                          ? shape.outer
     : at < first + int64_t(dims.size()) ? shape.terms
                                         : shape.inner) *= size;
  }
  return shape;
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
  LogicalResult verifyKernels();
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
    if (isa<snn::ScanOp, snn::WhenOp>(op))
      number(op.getRegion(0).front());
    positions[&op] = count++;
  }
}

/// The states among the results of an op are the last ones.
static unsigned getNumStateResults(Operation *op) {
  if (auto step = dyn_cast<snn::StepOp>(op))
    return step.getStates().size();
  if (auto scan = dyn_cast<snn::ScanOp>(op))
    return scan.getCarried().size();
  if (auto when = dyn_cast<snn::WhenOp>(op))
    return when.getCarried().size();
  return isa<snn::DelayWriteOp, snn::KeepOp>(op) ? 1 : 0;
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
    if (Operation *def = value.getDefiningOp();
        isa_and_nonnull<snn::ReshapeOp, snn::LastOp>(def)) {
      value = def->getOperand(0);
    } else if (auto when = value.getDefiningOp<snn::WhenOp>()) {
      if (when.getEvent() == snn::Event::Start)
        return value;
      unsigned index = cast<OpResult>(value).getResultNumber();
      value = when.getYieldOp().getSignals()[index];
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
    Value root = getRoot(value);
    auto it = intervals.find(root);
    if (it == intervals.end())
      return;
    // What comes from elsewhere is used in a scan until that ends.
    if (auto scan = user->getParentOfType<snn::ScanOp>())
      if (root.getParentBlock() != user->getBlock())
        user = scan;
    it->second.end = std::max(it->second.end, positions[user]);
  };
  // What a scan emits is there for all steps, and while it loops.
  llvm::DenseSet<Value> emitted;
  program.walk([&](snn::ScanOp scan) {
    for (Value value : scan.getYieldOp().getSignals())
      if (Value root = getRoot(value);
          root.getParentBlock() == &scan.getBodyBlock())
        emitted.insert(root);
  });
  uint64_t rows = program.getRows(), samples = program.getMostSamples();
  // States of several samples are no neighbours, as rows of a signal are.
  llvm::DenseSet<Value> inPlace;
  if (samples == 1)
    program.walk([&](snn::KeepOp keep) {
      Value root = getRoot(keep.getInput());
      if (!isState(root) && root.getParentBlock() == keep->getBlock() &&
          inPlace.insert(root).second)
        keep->setAttr(kInPlace, builder.getUnitAttr());
    });
  program.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return;
    for (Value result : op->getResults()) {
      if (isState(result) || getRoot(result) != result ||
          inPlace.contains(result) || op->hasAttr(kFused))
        continue;
      bool isShared = isa<snn::KeptOp, snn::MaterializeOp>(op);
      // A tile of one sample can use what is kept where it is.
      if (samples == 1 && isShared)
        continue;
      unsigned begin = positions[op], end = begin;
      // One row per sample: that of a step, or what is done once.
      bool isTemporary = op->getParentOp() != program;
      if (emitted.contains(result)) {
        begin = positions[&op->getBlock()->front()];
        end = positions[op->getParentOp()];
        isTemporary = false;
      }
      uint64_t held = isTemporary || isShared ? samples : rows;
      intervals[result] = {begin, end,
                           align(held * getRowBytes(result.getType()))};
    }
  });
  program.walk([&](Operation *op) {
    if (op == program.getOperation())
      return;
    for (Value operand : op->getOperands()) {
      extend(operand, op);
      // A fused product runs here.
      if (Operation *product = getFusedProduct(operand))
        extend(product->getOperand(0), op);
    }
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

LogicalResult AllocateStorage::verifyKernels() {
  WalkResult result = getOperation().walk([](Operation *op) {
    bool hasKernel = true;
    if (auto reduce = dyn_cast<snn::ReduceOp>(op))
      hasKernel = getReduceShape(reduce).has_value();
    else if (isa<snn::TransposeOp, snn::BroadcastOp, snn::SliceOp>(op)) {
      op->emitOpError("expects to be a snn.move; run snn-compose-moves first");
      return WalkResult::interrupt();
    } else if (isa<snn::MoveOp, snn::ConcatOp>(op))
      for (unsigned i = 0; i < op->getNumOperands(); ++i)
        hasKernel = hasKernel && getMoveGeometry(op, i);
    if (hasKernel)
      return WalkResult::advance();
    op->emitOpError("has no kernel for dimensions like these");
    return WalkResult::interrupt();
  });
  return success(!result.wasInterrupted());
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
  if (failed(verifyKernels()) || failed(allocateStates()))
    return signalPassFailure();
  allocateBuffers();
  if (failed(allocateWeights()))
    signalPassFailure();
}
