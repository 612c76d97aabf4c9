// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "WeightImage.h"

#include "Storage.h"
#include "Threads.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace volley;
using namespace volley::cpu;
using volley::snn::ConstantView;

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

/// Names a constant by its attribute, which is unique in its context.
static std::string getKey(Value constant, const Twine &use) {
  Attribute attr;
  if (constant)
    attr = constant.getDefiningOp()->getAttr("value");
  return llvm::formatv("{0}:{1}", attr.getAsOpaquePointer(), use.str()).str();
}

template <typename T> static PackedWeights packValues(std::vector<T> values) {
  PackedWeights packed;
  packed.bytes = values.size() * sizeof(T);
  packed.write = [values = std::move(values)](raw_ostream &stream) {
    stream.write(reinterpret_cast<const char *>(values.data()),
                 values.size() * sizeof(T));
  };
  return packed;
}

/// The elements of a parameter over `shape`, in the type they have in memory.
static PackedWeights packElements(ConstantView view, ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  Type element = view.getElementType();
  SmallVector<int64_t> dims(view.getShape()), sizes(shape);
  PackedWeights packed;
  packed.bytes = count * getElementBytes(element);
  packed.write = [=](raw_ostream &stream) {
    SmallVector<int64_t> position(sizes.size(), 0);
    auto writeOne = [&](auto value) {
      stream.write(reinterpret_cast<const char *>(&value), sizeof value);
    };
    for (int64_t i = 0; i < count; ++i) {
      int64_t index = 0;
      for (auto [dim, size] : llvm::enumerate(dims))
        index = index * size + (size == 1 ? 0 : position[dim]);
      if (element.isF32())
        writeOne(static_cast<float>(view.getDouble(index)));
      else if (element.isF64())
        writeOne(view.getDouble(index));
      else if (element.isInteger(1))
        writeOne(static_cast<uint8_t>(view.getInteger(index)));
      else
        writeOne(static_cast<int32_t>(view.getInteger(index)));
      for (size_t dim = sizes.size(); dim-- > 0;) {
        if (++position[dim] < sizes[dim])
          break;
        position[dim] = 0;
      }
    }
  };
  return packed;
}

static std::string formatShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::interleave(shape, stream, "x");
  return text;
}

static WeightRequest requestParam(Value param, ArrayRef<int64_t> shape) {
  ConstantView view = *ConstantView::get(param);
  switch (getParamKind(param, shape)) {
  case ParamKind::Scalar:
    return {};
  case ParamKind::Channel:
    return {packElements(view, view.getShape()), getKey(param, "channel")};
  case ParamKind::Full:
    return {packElements(view, shape),
            getKey(param, "full" + formatShape(shape))};
  }
  llvm_unreachable("every kind has a case");
}

FailureOr<SmallVector<WeightRequest>>
volley::cpu::getWeightRequests(Operation *op) {
  SmallVector<WeightRequest> requests;
  if (isa<snn::DenseOp, snn::ConvOp>(op)) {
    const Strategy *strategy = getStrategy(op);
    if (!strategy)
      return op->emitOpError("expects a kernel; run cpu-select-kernels first");
    std::string use =
        (strategy->getName() + "/" +
         formatShape(
             cast<RankedTensorType>(op->getOperand(1).getType()).getShape()) +
         "/" + Twine(getElementBytes(op->getResult(0).getType())) + "/" +
         Twine(isa<snn::ConvOp>(op)))
            .str();
    Value bias = op->getNumOperands() > 2 ? op->getOperand(2) : Value();
    // Groups change how a bias is padded.
    std::string groups;
    if (auto conv = dyn_cast<snn::ConvOp>(op))
      groups = "/" + std::to_string(conv.getGroups());
    std::string weights = getKey(op->getOperand(1), use + groups);
    // What sums are multiplied by follows from the weights, and how they are
    // put together from inputs as well.
    std::string biases = use + groups;
    if (strategy->scalesSums())
      biases =
          weights + "/" + std::to_string(snn::getIntegerSums(op)->mostInput);
    requests.push_back({strategy->packWeights(op), weights});
    requests.push_back(
        {strategy->packBias(op), getKey(bias, "bias/" + biases)});
  } else if (auto step = dyn_cast<snn::StepOp>(op)) {
    auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
    for (Value param : step.getParams())
      requests.push_back(requestParam(param, shape));
  } else if (auto materialize = dyn_cast<snn::MaterializeOp>(op)) {
    Value constant = materialize.getConstant();
    requests.push_back({packElements(*ConstantView::get(constant),
                                     materialize.getType().getShape()),
                        getKey(constant, "signal")});
  } else if (auto read = dyn_cast<snn::DelayReadOp>(op)) {
    if (read.getSteps().size() > 1)
      requests.push_back({packValues(std::vector<int32_t>(
                              read.getSteps().begin(), read.getSteps().end())),
                          "steps" + formatShape(read.getSteps())});
  }
  return requests;
}

int64_t WeightLayout::place(const WeightRequest &request) {
  if (request.packed.bytes == 0)
    return -1;
  auto [it, isNew] = offsets.try_emplace(request.key, bytes);
  if (isNew)
    bytes = align(bytes + request.packed.bytes);
  return it->second;
}

//===----------------------------------------------------------------------===//
// The image
//===----------------------------------------------------------------------===//

/// True for a constant whose bytes are all zero.
static bool isZero(const ConstantView &view) {
  return view.isUniform() && view.getInteger(0) == 0 &&
         view.getDouble(0) == 0 && !std::signbit(view.getDouble(0));
}

/// The state of a sample before the first step; empty if it is all zero.
static std::vector<char> getInitialState(snn::ProgramOp program) {
  ArrayRef<int64_t> offsets =
      cast<DenseI64ArrayAttr>(program->getAttr(kStateOffsets)).asArrayRef();
  std::vector<char> image;
  for (auto [index, state] : llvm::enumerate(program.getStates())) {
    ConstantView view = *ConstantView::get(program.getStateInitial(index));
    // Histories of long delays are large, and mostly start at zero.
    if (isZero(view))
      continue;
    if (image.empty())
      image.resize(cast<IntegerAttr>(program->getAttr(kSampleBytes)).getInt());
    auto type = cast<RankedTensorType>(state.getType());
    // A history starts with the same signal in every slot.
    int64_t period = std::max<int64_t>(view.getNumElements(), 1);
    char *target = image.data() + offsets[index];
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      int64_t from = i % period;
      auto writeOne = [&](auto value) {
        std::memcpy(target, &value, sizeof value);
        target += sizeof value;
      };
      if (type.getElementType().isF32())
        writeOne(static_cast<float>(view.getDouble(from)));
      else if (type.getElementType().isF64())
        writeOne(view.getDouble(from));
      else if (type.getElementType().isInteger(1))
        writeOne(static_cast<uint8_t>(view.getInteger(from)));
      else
        writeOne(static_cast<int32_t>(view.getInteger(from)));
    }
  }
  return image;
}

WeightImage::WeightImage(snn::ProgramOp program) {
  bytes = cast<IntegerAttr>(program->getAttr(kWeightBytes)).getInt();
  program.walk([&](Operation *op) {
    auto offsets = op->getAttrOfType<DenseI64ArrayAttr>(kWeights);
    if (!offsets)
      return;
    FailureOr<SmallVector<WeightRequest>> requests = getWeightRequests(op);
    for (auto [offset, request] : llvm::zip(offsets.asArrayRef(), *requests)) {
      // Shared parts are written once; places ascend in the program's order.
      uint64_t end =
          parts.empty()
              ? 0
              : align(parts.back().offset + parts.back().packed.bytes);
      if (offset >= 0 && static_cast<uint64_t>(offset) >= end)
        parts.push_back({static_cast<uint64_t>(offset), request.packed});
    }
  });
  if (std::vector<char> initial = getInitialState(program); !initial.empty()) {
    initialOffset = static_cast<int64_t>(bytes);
    parts.push_back({bytes, packValues(std::move(initial))});
    bytes = align(bytes + parts.back().packed.bytes);
  }
}

/// Bytes that are worth a thread.
static constexpr uint64_t kSmallestPiece = 4 << 20;

llvm::Error WeightImage::writePiece(llvm::ArrayRef<Part> parts, uint64_t begin,
                                    uint64_t end, StringRef path,
                                    uint64_t offset) const {
  std::error_code code;
  llvm::raw_fd_ostream stream(path, code, llvm::sys::fs::CD_OpenExisting,
                              llvm::sys::fs::FA_Write, llvm::sys::fs::OF_None);
  if (code)
    return llvm::createStringError("cannot be written: " + code.message());
  stream.SetBufferSize(1 << 20);
  stream.seek(offset + begin);
  uint64_t position = begin;
  for (const Part &part : parts) {
    stream.write_zeros(part.offset - position);
    part.packed.write(stream);
    position = part.offset + part.packed.bytes;
  }
  stream.write_zeros(end - position);
  stream.close();
  code = stream.error();
  // A stream that is destroyed with an error ends the process.
  stream.clear_error();
  if (code)
    return llvm::createStringError("cannot be written: " + code.message());
  return llvm::Error::success();
}

llvm::Error WeightImage::write(StringRef path, uint64_t offset) const {
  // Pieces of neighbouring parts, each a thread's work: packing reads and
  // writes all weights once, at the speed of memory.
  struct Piece {
    llvm::ArrayRef<Part> parts;
    uint64_t begin, end;
  };
  std::vector<Piece> pieces;
  llvm::ArrayRef<Part> rest(parts);
  uint64_t begin = 0;
  while (!rest.empty()) {
    size_t count = 1;
    while (count < rest.size() && rest[count].offset < begin + kSmallestPiece)
      ++count;
    uint64_t end = count < rest.size() ? rest[count].offset : bytes;
    pieces.push_back({rest.take_front(count), begin, end});
    rest = rest.drop_front(count);
    begin = end;
  }
  return forEachByThreads(pieces.size(), [&](size_t i) {
    const Piece &piece = pieces[i];
    return writePiece(piece.parts, piece.begin, piece.end, path, offset);
  });
}
