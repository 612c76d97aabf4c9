// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that sum, weigh and pool signals: verifiers and SynapticOpInterface.

#include "mlir/IR/Builders.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"

using namespace mlir;
using namespace volley::snn;

/// Weight, bias and result share one float type, which a float input has too;
/// weight and bias are constants; exact sums are f32.
static LogicalResult verifyWeighted(Operation *op, Value input, Value weight,
                                    Value bias, SumLaw sum, Value result) {
  Type element = getElementTypeOrSelf(result.getType());
  Type inputElement = getElementTypeOrSelf(input.getType());
  if (getElementTypeOrSelf(weight.getType()) != element ||
      (bias && getElementTypeOrSelf(bias.getType()) != element) ||
      (isa<FloatType>(inputElement) && inputElement != element))
    return op->emitOpError("expects weight, bias, result and a float input of "
                           "one element type, but got ")
           << op->getOperandTypes() << " and " << result.getType();
  if (!isConstant(weight) || (bias && !isConstant(bias)))
    return op->emitOpError("expects weight and bias to be constants");
  if (sum == SumLaw::Exact && !element.isF32())
    return op->emitOpError("expects f32 for an exact sum, but got ")
           << result.getType();
  return success();
}

std::optional<IntegerSums> volley::snn::getIntegerSums(Operation *op) {
  auto sums = op->getAttrOfType<DenseI64ArrayAttr>(kIntegerSumsAttrName);
  if (!sums || sums.size() != 3)
    return std::nullopt;
  return IntegerSums{sums[0], sums[1], sums[2]};
}

bool volley::snn::hasExactSum(Operation *op) {
  if (auto dense = dyn_cast<DenseOp>(op))
    return dense.getSum() == SumLaw::Exact;
  auto conv = dyn_cast<ConvOp>(op);
  return conv && conv.getSum() == SumLaw::Exact;
}

bool volley::snn::hasOneGroup(Operation *op) {
  if (auto dense = dyn_cast<DenseOp>(op))
    return dense.getWeight().getType().getRank() == 2;
  return cast<ConvOp>(op).getGroups() == 1;
}

//===----------------------------------------------------------------------===//
// DenseOp
//===----------------------------------------------------------------------===//

LogicalResult DenseOp::verify() {
  ArrayRef<int64_t> input = getInput().getType().getShape();
  ArrayRef<int64_t> weight = getWeight().getType().getShape();
  bool isOwn = weight.size() >= 2 && weight.size() == input.size() + 1 &&
               weight.drop_back(2) == input.drop_back();
  if (input.empty() || (!isOwn && weight.size() != 2) ||
      weight.back() != input.back())
    return emitOpError("expects a weight of shape [out, in] or [.., out, in] "
                       "for an input of shape [.., in], but got ")
           << getWeight().getType() << " and " << getInput().getType(); // C1
  SmallVector<int64_t> shape(input);
  shape.back() = weight[weight.size() - 2];
  if (getType().getShape() != ArrayRef(shape))
    return emitOpError("expects a result of shape [")
           << shape << "], but got " << getType(); // C2
  if (getBias() && getBias().getType().getShape() != weight.drop_back())
    return emitOpError("expects a bias of shape [")
           << weight.drop_back() << "], but got " << getBias().getType(); // C3
  return verifyWeighted(*this, getInput(), getWeight(), getBias(), getSum(),
                        getResult()); // C4, C5, C6
}

Value DenseOp::getSource() { return getInput(); }
int64_t DenseOp::getFanIn() { return getInput().getType().getShape().back(); }
int64_t DenseOp::getSynapseCount() {
  return getType().getNumElements() * getFanIn();
}
bool DenseOp::hasWeights() { return true; }

//===----------------------------------------------------------------------===//
// MatmulOp
//===----------------------------------------------------------------------===//

/// The element type that a product of two signals may have.
static bool isProductType(Type lhs, Type rhs, Type result) {
  if (lhs.isInteger() && rhs.isInteger())
    return result.isInteger(32);
  return (lhs.isInteger() || lhs == result) &&
         (rhs.isInteger() || rhs == result) && isa<FloatType>(result);
}

LogicalResult MatmulOp::verify() {
  auto lhs = getLhs().getType(), rhs = getRhs().getType();
  auto result = cast<RankedTensorType>(getType());
  int64_t rank = result.getRank();
  bool fits = rank >= 2 && lhs.getRank() == rank && rhs.getRank() == rank &&
              lhs.getShape().drop_back(2) == result.getShape().drop_back(2) &&
              rhs.getShape().drop_back(2) == result.getShape().drop_back(2) &&
              lhs.getDimSize(rank - 1) == rhs.getDimSize(rank - 2) &&
              lhs.getDimSize(rank - 2) == result.getDimSize(rank - 2) &&
              rhs.getDimSize(rank - 1) == result.getDimSize(rank - 1);
  if (!fits)
    return emitOpError("expects operands of shapes [.., M, K] and [.., K, N] "
                       "and a result of [.., M, N], but got ")
           << lhs << ", " << rhs << " and " << result; // C1
  if (!isProductType(lhs.getElementType(), rhs.getElementType(),
                     result.getElementType()))
    return emitOpError("expects an i32 result for integer operands, else the "
                       "type of the float operands, but got ")
           << lhs << ", " << rhs << " and " << result; // C2
  return success();
}

Value MatmulOp::getSource() { return getLhs(); }
int64_t MatmulOp::getFanIn() { return getLhs().getType().getShape().back(); }
int64_t MatmulOp::getSynapseCount() {
  return cast<RankedTensorType>(getType()).getNumElements() * getFanIn();
}
bool MatmulOp::hasWeights() { return false; }

//===----------------------------------------------------------------------===//
// ReduceOp, ReduceTimeOp
//===----------------------------------------------------------------------===//

/// Sums of integers are i32; means are floats; what selects keeps the type.
static bool isSumType(Type from, Type to) {
  return from.isInteger() ? to.isInteger(32) : to == from;
}
static bool isMeanType(Type from, Type to) {
  return from.isInteger() ? isa<FloatType>(to) : to == from;
}

LogicalResult ReduceOp::verify() {
  auto from = getInput().getType();
  auto to = cast<RankedTensorType>(getType());
  if (failed(verifyDims(*this, getDims(), from.getRank())))
    return failure(); // C1
  if (dropDims(from, getDims()).getShape() != to.getShape())
    return emitOpError("expects a result of the shape of ")
           << from << " without dimensions [" << getDims() << "], but got "
           << to; // C2
  Type a = from.getElementType(), b = to.getElementType();
  bool valid = getKind() == ReduceKind::Sum    ? isSumType(a, b)
               : getKind() == ReduceKind::Mean ? isMeanType(a, b)
                                               : a == b;
  if (!valid)
    return emitOpError("expects an element type that a ")
           << stringifyReduceKind(getKind()) << " of " << a << " has, but got "
           << b; // C3
  return success();
}

LogicalResult ReduceTimeOp::verify() {
  auto from = getInput().getType();
  auto to = cast<RankedTensorType>(getType());
  if (from.getShape() != to.getShape())
    return emitOpError("expects a result of the shape of ")
           << from << ", but got " << to; // C1
  Type a = from.getElementType(), b = to.getElementType();
  bool valid = a == b;
  if (getKind() == TimeReduceKind::Sum)
    valid = isSumType(a, b);
  else if (getKind() == TimeReduceKind::Mean)
    valid = isMeanType(a, b);
  else if (getKind() == TimeReduceKind::FirstSpike)
    valid = b.isInteger(32);
  if (!valid)
    return emitOpError("expects an element type that ")
           << stringifyTimeReduceKind(getKind()) << " of " << a
           << " has, but got " << b; // C2
  return success();
}

//===----------------------------------------------------------------------===//
// Windows: what convolutions and pools share
//===----------------------------------------------------------------------===//

namespace {
/// One spatial dimension of a window.
struct WindowDim {
  int64_t input, kernel, stride = 1, before = 0, after = 0, dilation = 1;

  int64_t getOutput() const {
    int64_t span = input + before + after - dilation * (kernel - 1) - 1;
    return span < 0 ? 0 : span / stride + 1;
  }
};

/// A channel count and spatial sizes, in either layout.
struct SpatialType {
  int64_t channels;
  SmallVector<int64_t> sizes;

  SpatialType(RankedTensorType type, bool channelsLast) {
    ArrayRef<int64_t> shape = type.getShape();
    channels = channelsLast ? shape.back() : shape.front();
    sizes.assign(channelsLast ? shape.begin() : shape.begin() + 1,
                 channelsLast ? shape.end() - 1 : shape.end());
  }
};
} // namespace

/// Collects the window's dimensions, or gives an error: attribute lengths and
/// signs, and the shape of the result.
static FailureOr<SmallVector<WindowDim>>
getWindow(Operation *op, RankedTensorType input, RankedTensorType result,
          bool channelsLast, ArrayRef<int64_t> kernel, ArrayRef<int64_t> stride,
          ArrayRef<int64_t> padding, ArrayRef<int64_t> dilation) {
  SpatialType in(input, channelsLast), out(result, channelsLast);
  size_t rank = in.sizes.size();
  auto isPositive = [](int64_t x) { return x > 0; };
  auto isNotNegative = [](int64_t x) { return x >= 0; };
  auto valid = [&](ArrayRef<int64_t> values, size_t length, auto predicate) {
    return values.empty() ||
           (values.size() == length && llvm::all_of(values, predicate));
  };
  if (kernel.size() != rank || !valid(kernel, rank, isPositive) ||
      !valid(stride, rank, isPositive) || !valid(dilation, rank, isPositive) ||
      !valid(padding, 2 * rank, isNotNegative))
    return op->emitOpError("expects ")
           << rank << " positive numbers each for kernel, stride and dilation, "
           << "and " << 2 * rank << " for the padding, none negative";
  SmallVector<WindowDim> dims;
  for (size_t i = 0; i < rank; ++i) {
    WindowDim dim{in.sizes[i], kernel[i]};
    if (!stride.empty())
      dim.stride = stride[i];
    if (!padding.empty()) {
      dim.before = padding[2 * i];
      dim.after = padding[2 * i + 1];
    }
    if (!dilation.empty())
      dim.dilation = dilation[i];
    if (dim.getOutput() < 1)
      return op->emitOpError("expects a kernel that fits the padded input, but "
                             "dimension ")
             << i << " of size " << dim.input << " with padding " << dim.before
             << " and " << dim.after << " is smaller than the kernel's span "
             << dim.dilation * (dim.kernel - 1) + 1;
    dims.push_back(dim);
  }
  SmallVector<int64_t> expected = llvm::map_to_vector(
      dims, [](const WindowDim &d) { return d.getOutput(); });
  if (out.sizes != expected)
    return op->emitOpError("expects a result of spatial shape [")
           << expected << "], but got " << result;
  return dims;
}

/// A window's geometry over two dimensions.
static ConvShape getConvShape(RankedTensorType input, RankedTensorType result,
                              bool channelsLast, ArrayRef<int64_t> kernel,
                              ArrayRef<int64_t> stride,
                              ArrayRef<int64_t> padding,
                              ArrayRef<int64_t> dilation) {
  SpatialType in(input, channelsLast), out(result, channelsLast);
  size_t width = in.sizes.size() - 1;
  ConvShape shape;
  shape.inChannels = in.channels;
  shape.outChannels = out.channels;
  shape.inWidth = in.sizes[width];
  shape.outWidth = out.sizes[width];
  shape.kernelWidth = kernel[width];
  if (!stride.empty())
    shape.strideWidth = stride[width];
  if (!padding.empty())
    shape.padLeft = padding[2 * width];
  if (!dilation.empty())
    shape.dilationWidth = dilation[width];
  if (width == 0)
    return shape;
  shape.inHeight = in.sizes[0];
  shape.outHeight = out.sizes[0];
  shape.kernelHeight = kernel[0];
  if (!stride.empty())
    shape.strideHeight = stride[0];
  if (!padding.empty())
    shape.padTop = padding[0];
  if (!dilation.empty())
    shape.dilationHeight = dilation[0];
  return shape;
}

/// Pairs of an input and an output position that a window connects along one
/// dimension, padding left out.
static int64_t countPairs(int64_t in, int64_t out, int64_t kernel,
                          int64_t stride, int64_t before, int64_t dilation) {
  int64_t pairs = 0;
  for (int64_t o = 0; o < out; ++o)
    for (int64_t k = 0; k < kernel; ++k) {
      int64_t i = o * stride - before + k * dilation;
      pairs += i >= 0 && i < in;
    }
  return pairs;
}

static int64_t countPositionPairs(const ConvShape &s) {
  return countPairs(s.inHeight, s.outHeight, s.kernelHeight, s.strideHeight,
                    s.padTop, s.dilationHeight) *
         countPairs(s.inWidth, s.outWidth, s.kernelWidth, s.strideWidth,
                    s.padLeft, s.dilationWidth);
}

//===----------------------------------------------------------------------===//
// ConvOp
//===----------------------------------------------------------------------===//

LogicalResult ConvOp::verify() {
  auto input = getInput().getType(), weight = getWeight().getType(),
       result = getType();
  int64_t rank = input.getRank() - 1;
  if (rank < 1 || rank > 2 || weight.getRank() != rank + 2 ||
      result.getRank() != rank + 1)
    return emitOpError("expects an input of rank 2 or 3, a weight of one more "
                       "and a result of the same, but got ")
           << input << ", " << weight << " and " << result; // C1
  int64_t groups = getGroups();
  SpatialType in(input, getChannelsLast()), out(result, getChannelsLast());
  if (groups < 1 || in.channels % groups != 0 || out.channels % groups != 0 ||
      weight.getDimSize(0) != out.channels ||
      weight.getDimSize(1) * groups != in.channels)
    return emitOpError("expects groups that divide the channels, and a weight "
                       "of shape [out, in / groups, kernel...], but got ")
           << groups << " groups, " << in.channels << " input and "
           << out.channels << " output channels and " << weight; // C3
  if (failed(getWindow(*this, input, result, getChannelsLast(),
                       weight.getShape().drop_front(2), getStride(),
                       getPadding(), getDilation())))
    return failure(); // C2, C4
  if (getBias() && getBias().getType().getShape() != ArrayRef(out.channels))
    return emitOpError("expects a bias of shape [")
           << out.channels << "], but got " << getBias().getType(); // C5
  return verifyWeighted(*this, getInput(), getWeight(), getBias(), getSum(),
                        getResult()); // C6, C7, C8
}

ConvShape ConvOp::getShape() {
  ConvShape shape =
      getConvShape(getInput().getType(), getType(), getChannelsLast(),
                   getWeight().getType().getShape().drop_front(2), getStride(),
                   getPadding(), getDilation());
  shape.groups = getGroups();
  return shape;
}

Value ConvOp::getSource() { return getInput(); }
int64_t ConvOp::getFanIn() {
  auto weight = getWeight().getType();
  return weight.getNumElements() / weight.getDimSize(0);
}
int64_t ConvOp::getSynapseCount() {
  ConvShape shape = getShape();
  return countPositionPairs(shape) * shape.getGroupInChannels() *
         shape.outChannels;
}
bool ConvOp::hasWeights() { return true; }

//===----------------------------------------------------------------------===//
// PoolOp
//===----------------------------------------------------------------------===//

LogicalResult PoolOp::verify() {
  auto input = getInput().getType();
  auto result = dyn_cast<RankedTensorType>(getType());
  int64_t rank = input.getRank() - 1;
  if (rank < 1 || rank > 2 || result.getRank() != rank + 1 ||
      SpatialType(input, getChannelsLast()).channels !=
          SpatialType(result, getChannelsLast()).channels)
    return emitOpError("expects input and result of rank 2 or 3 with the same "
                       "number of channels, but got ")
           << input << " and " << result; // C1
  ArrayRef<int64_t> stride = getStride().empty() ? getKernel() : getStride();
  if (failed(getWindow(*this, input, result, getChannelsLast(), getKernel(),
                       stride, getPadding(), {})))
    return failure(); // C2, C3

  Type from = input.getElementType(), to = result.getElementType();
  bool isFloat = isa<FloatType>(from), valid = false;
  switch (getKind()) { // C4
  case PoolKind::Sum:
    valid = isFloat ? to == from : to.isInteger(32);
    break;
  case PoolKind::Avg:
    valid = isFloat ? to == from : isa<FloatType>(to);
    break;
  case PoolKind::Max:
    valid = to == from;
    break;
  }
  if (!valid)
    return emitOpError("expects an element type that ")
           << stringifyPoolKind(getKind()) << " has for " << from
           << ", but got " << to;
  return success();
}

ConvShape PoolOp::getShape() {
  ArrayRef<int64_t> stride = getStride().empty() ? getKernel() : getStride();
  ConvShape shape =
      getConvShape(getInput().getType(), cast<RankedTensorType>(getType()),
                   getChannelsLast(), getKernel(), stride, getPadding(), {});
  shape.groups = shape.inChannels;
  return shape;
}

Value PoolOp::getSource() { return getInput(); }
int64_t PoolOp::getFanIn() {
  int64_t size = 1;
  for (int64_t k : getKernel())
    size *= k;
  return size;
}
int64_t PoolOp::getSynapseCount() {
  ConvShape shape = getShape();
  return countPositionPairs(shape) * shape.inChannels;
}
bool PoolOp::hasWeights() { return false; }

//===----------------------------------------------------------------------===//
// AddOp, MulOp, ScaleOp, NormOp
//===----------------------------------------------------------------------===//

/// Operands have the result's shape, and a float operand its element type.
static LogicalResult verifyElementwise(Operation *op, ValueRange operands,
                                       RankedTensorType result) {
  for (Value operand : operands) {
    auto type = cast<RankedTensorType>(operand.getType());
    if (type.getShape() != result.getShape())
      return op->emitOpError("expects operands of shape [")
             << result.getShape() << "], but got " << type;
    if (isa<FloatType>(type.getElementType()) &&
        type.getElementType() != result.getElementType())
      return op->emitOpError("expects float operands of element type ")
             << result.getElementType() << ", but got " << type;
  }
  return success();
}

LogicalResult AddOp::verify() {
  if (getAddends().empty())
    return emitOpError("expects at least one operand"); // C1
  auto type = cast<RankedTensorType>(getType());
  if (type.getElementType().isInteger(1))
    return emitOpError("expects a result of i32 or float elements, but got ")
           << type; // C2
  return verifyElementwise(*this, getAddends(), type);
}

LogicalResult MulOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  auto isBinary = [](Value v) {
    return getElementTypeOrSelf(v.getType()).isInteger(1);
  };
  if (type.getElementType().isInteger(1) !=
      (isBinary(getLhs()) && isBinary(getRhs())))
    return emitOpError("expects an i1 result exactly if both operands are i1, "
                       "but got ")
           << type; // C2
  return verifyElementwise(*this, {getLhs(), getRhs()}, type);
}

LogicalResult ScaleOp::verify() {
  auto type = getType();
  if (getElementTypeOrSelf(getFactor().getType()) != type.getElementType())
    return emitOpError("expects a factor of element type ")
           << type.getElementType() << ", but got "
           << getFactor().getType(); // C2
  if (!broadcastsOver(getFactor().getType(), type.getShape()))
    return emitOpError("expects a factor that broadcasts over ")
           << type << ", but got " << getFactor().getType(); // C3
  if (!isConstant(getFactor()))
    return emitOpError("expects a factor that is a constant"); // C4
  return verifyElementwise(*this, getInput(), type);           // C1, C2
}

LogicalResult NormOp::verify() {
  auto type = getType();
  for (Value param : {getScale(), getShift()}) {
    if (getElementTypeOrSelf(param.getType()) != type.getElementType())
      return emitOpError("expects scale and shift of element type ")
             << type.getElementType() << ", but got " << param.getType(); // C2
    if (!broadcastsOver(param.getType(), type.getShape()))
      return emitOpError("expects scale and shift that broadcast over ")
             << type << ", but got " << param.getType(); // C3
    if (!isConstant(param))
      return emitOpError("expects scale and shift to be constants"); // C4
  }
  return verifyElementwise(*this, getInput(), type); // C1, C2
}
