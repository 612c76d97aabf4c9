// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Reference/Interpreter.h"

#include "Law.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Support/FloatingPointEnvironment.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace volley;
using namespace volley::reference;
using volley::snn::ConstantView;

namespace {
/// The array of one signal at one step of one sample. Binary signals have one
/// byte per element, as at the ABI.
struct Signal {
  ElementType type = ElementType::F32;
  int64_t count = 0;
  std::vector<char> bytes;

  explicit Signal(RankedTensorType tensor)
      : type(getElementType(tensor.getElementType())),
        count(tensor.getNumElements()), bytes(count * getSize()) {}

  size_t getSize() const {
    return type == ElementType::I1 ? 1 : (type == ElementType::F64 ? 8 : 4);
  }
  template <typename T> T *get() { return reinterpret_cast<T *>(bytes.data()); }
};

/// Calls `function` with a null pointer to the C++ type of the elements.
template <typename Function>
void dispatch(ElementType type, Function function) {
  switch (type) {
  case ElementType::I1:
    return function(static_cast<uint8_t *>(nullptr));
  case ElementType::I32:
    return function(static_cast<int32_t *>(nullptr));
  case ElementType::F32:
    return function(static_cast<float *>(nullptr));
  case ElementType::F64:
    return function(static_cast<double *>(nullptr));
  }
}
/// Plain values as bytes, and back.
template <typename T>
void append(std::vector<char> &bytes, ArrayRef<T> values) {
  const char *data = reinterpret_cast<const char *>(values.data());
  bytes.insert(bytes.end(), data, data + values.size() * sizeof(T));
}
template <typename T> void take(const char *&bytes, MutableArrayRef<T> values) {
  std::memcpy(values.data(), bytes, values.size() * sizeof(T));
  bytes += values.size() * sizeof(T);
}
#define ELEMENT(pointer) std::remove_pointer_t<decltype(pointer)>

/// One op, ready to run. `evaluate` computes its results from its operands at
/// the current step; `advance` takes over what later steps need.
class Node {
public:
  virtual ~Node() = default;
  /// Sets the state of sample `sample` to that before the first step.
  virtual void reset(int64_t batch) {}
  virtual const char *evaluate(int64_t sample) { return nullptr; }
  virtual void advance(int64_t sample) {}
  /// Writes the state of all samples behind `bytes`, or reads it from there.
  virtual void save(std::vector<char> &bytes) const {}
  virtual void load(const char *&bytes) {}
  std::string name;
};
} // namespace

//===----------------------------------------------------------------------===//
// Constants in the element type of a network
//===----------------------------------------------------------------------===//

template <typename T> static std::vector<T> readConstant(Value value) {
  std::vector<T> result;
  if (!value)
    return result;
  ConstantView view = *ConstantView::get(value);
  result.resize(view.getNumElements());
  for (auto [index, element] : llvm::enumerate(result))
    element = static_cast<T>(view.getDouble(index));
  return result;
}

/// A bias counts as +0.0 where it is -0.0 or absent.
template <typename T>
static std::vector<T> readBias(Value value, int64_t count) {
  std::vector<T> bias = readConstant<T>(value);
  bias.resize(count, T(0));
  for (T &element : bias)
    if (element == 0)
      element = T(0);
  return bias;
}

/// The element of a broadcast array (aligned at the left) for each element of
/// `shape`.
static std::vector<int64_t> getBroadcastIndices(ArrayRef<int64_t> from,
                                                ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  std::vector<int64_t> indices(count);
  SmallVector<int64_t> position(shape.size(), 0);
  for (int64_t &index : indices) {
    index = 0;
    for (auto [dim, size] : llvm::enumerate(from))
      index = index * size + (size == 1 ? 0 : position[dim]);
    for (size_t dim = shape.size(); dim-- > 0;) {
      if (++position[dim] < shape[dim])
        break;
      position[dim] = 0;
    }
  }
  return indices;
}

//===----------------------------------------------------------------------===//
// Synaptic ops
//===----------------------------------------------------------------------===//

namespace {
/// X is the element type of the input, W that of the weights.
template <typename X, typename W> class DenseNode : public Node {
public:
  DenseNode(snn::DenseOp op, Signal &input, Signal &output)
      : input(input), output(output), weight(readConstant<W>(op.getWeight())),
        inSize(op.getInput().getType().getShape().back()),
        outSize(op.getType().getShape().back()),
        bias(readBias<W>(op.getBias(), weight.size() / inSize)) {}

  const char *evaluate(int64_t) override {
    const X *x = input.get<X>();
    W *y = output.get<W>();
    for (int64_t i = 0; i < output.count; ++i) {
      const X *row = x + i / outSize * inSize;
      // Leading dimensions share one weight, or each has its own.
      size_t target = i % bias.size();
      W acc = 0;
      for (int64_t k = 0; k < inSize; ++k)
        acc =
            std::fma(static_cast<W>(row[k]), weight[target * inSize + k], acc);
      y[i] = acc + bias[target];
    }
    return nullptr;
  }

private:
  Signal &input, &output;
  std::vector<W> weight;
  int64_t inSize, outSize;
  std::vector<W> bias;
};

/// A product of two signals, of element types A and B; C is that of the result.
template <typename A, typename B, typename C> class MatmulNode : public Node {
public:
  MatmulNode(snn::MatmulOp op, Signal &lhs, Signal &rhs, Signal &output)
      : lhs(lhs), rhs(rhs), output(output) {
    ArrayRef<int64_t> left = op.getLhs().getType().getShape();
    rows = left[left.size() - 2];
    inner = left.back();
    columns = op.getRhs().getType().getShape().back();
  }

  const char *evaluate(int64_t) override {
    for (int64_t i = 0; i < output.count; ++i) {
      int64_t row = i / columns, matrix = row / rows;
      output.get<C>()[i] =
          sum(lhs.get<A>() + row * inner,
              rhs.get<B>() + matrix * inner * columns + i % columns);
    }
    return nullptr;
  }

private:
  C sum(const A *a, const B *b) {
    if constexpr (std::is_floating_point_v<C>) {
      C acc = 0;
      for (int64_t k = 0; k < inner; ++k) {
        // An integer zero leaves its term out, whatever the other factor is.
        if ((!std::is_floating_point_v<A> && a[k] == 0) ||
            (!std::is_floating_point_v<B> && b[k * columns] == 0))
          continue;
        acc =
            std::fma(static_cast<C>(a[k]), static_cast<C>(b[k * columns]), acc);
      }
      return acc + C(0);
    } else {
      uint32_t acc = 0;
      for (int64_t k = 0; k < inner; ++k)
        acc +=
            static_cast<uint32_t>(a[k]) * static_cast<uint32_t>(b[k * columns]);
      return static_cast<C>(acc);
    }
  }

  Signal &lhs, &rhs, &output;
  int64_t rows, inner, columns;
};

/// The largest of some elements: NaN never wins, and of nothing it is the least
/// value.
template <typename T>
constexpr T kLeast = std::is_floating_point_v<T>
                         ? -std::numeric_limits<T>::infinity()
                         : std::numeric_limits<T>::lowest();

/// The type in which elements are summed: integers exactly, modulo 2^32.
template <typename T>
using SumOf = std::conditional_t<std::is_floating_point_v<T>, T, uint32_t>;

/// A sum in the element type of a result.
template <typename Y, typename Sum> static Y fromSum(Sum sum) {
  if constexpr (std::is_floating_point_v<Sum>)
    return static_cast<Y>(sum);
  else
    return static_cast<Y>(static_cast<int32_t>(sum));
}

/// X is the element type of the input, Y that of the result.
template <typename X, typename Y> class ReduceNode : public Node {
public:
  ReduceNode(snn::ReduceOp op, Signal &input, Signal &output)
      : input(input), output(output), kind(op.getKind()) {
    // The elements that each result reduces, in row-major order.
    terms.resize(output.count);
    ArrayRef<int64_t> shape = op.getInput().getType().getShape();
    SmallVector<int64_t> position(shape.size(), 0);
    for (int64_t i = 0; i < input.count; ++i) {
      int64_t target = 0;
      for (auto [dim, size] : llvm::enumerate(shape))
        if (!llvm::is_contained(op.getDims(), static_cast<int64_t>(dim)))
          target = target * size + position[dim];
      terms[target].push_back(i);
      for (size_t dim = shape.size(); dim-- > 0;) {
        if (++position[dim] < shape[dim])
          break;
        position[dim] = 0;
      }
    }
  }

  const char *evaluate(int64_t) override {
    const X *x = input.get<X>();
    for (int64_t i = 0; i < output.count; ++i) {
      SumOf<X> acc = 0;
      X best = kLeast<X>;
      for (int64_t term : terms[i]) {
        acc += static_cast<SumOf<X>>(x[term]);
        best = x[term] > best ? x[term] : best;
      }
      Y &y = output.get<Y>()[i];
      y = kind == snn::ReduceKind::Max ? static_cast<Y>(best) : fromSum<Y>(acc);
      if (kind == snn::ReduceKind::Mean)
        y /= static_cast<Y>(terms[i].size());
    }
    return nullptr;
  }

private:
  Signal &input, &output;
  snn::ReduceKind kind;
  std::vector<std::vector<int64_t>> terms;
};

/// Where channel `c` of position (y, x) is in a signal of either layout.
struct Layout {
  int64_t channels, height, width;
  bool channelsLast;
  int64_t at(int64_t c, int64_t y, int64_t x) const {
    return channelsLast ? (y * width + x) * channels + c
                        : (c * height + y) * width + x;
  }
};

template <typename X, typename W> class ConvNode : public Node {
public:
  ConvNode(snn::ConvOp op, Signal &input, Signal &output)
      : input(input), output(output), s(op.getShape()),
        weight(readConstant<W>(op.getWeight())),
        bias(readBias<W>(op.getBias(), s.outChannels)),
        in{s.inChannels, s.inHeight, s.inWidth, op.getChannelsLast()},
        out{s.outChannels, s.outHeight, s.outWidth, op.getChannelsLast()} {}

  const char *evaluate(int64_t) override {
    for (int64_t o = 0; o < s.outChannels; ++o)
      for (int64_t oy = 0; oy < s.outHeight; ++oy)
        for (int64_t ox = 0; ox < s.outWidth; ++ox)
          output.get<W>()[out.at(o, oy, ox)] = sum(o, oy, ox) + bias[o];
    return nullptr;
  }

private:
  W sum(int64_t o, int64_t oy, int64_t ox) {
    const X *x = input.get<X>();
    int64_t channels = s.getGroupInChannels();
    int64_t firstChannel = o / s.getGroupOutChannels() * channels;
    W acc = 0;
    for (int64_t ky = 0; ky < s.kernelHeight; ++ky)
      for (int64_t kx = 0; kx < s.kernelWidth; ++kx) {
        int64_t iy = oy * s.strideHeight - s.padTop + ky * s.dilationHeight;
        int64_t ix = ox * s.strideWidth - s.padLeft + kx * s.dilationWidth;
        if (iy < 0 || iy >= s.inHeight || ix < 0 || ix >= s.inWidth)
          continue;
        for (int64_t c = 0; c < channels; ++c) {
          W w = weight[((o * channels + c) * s.kernelHeight + ky) *
                           s.kernelWidth +
                       kx];
          acc = std::fma(static_cast<W>(x[in.at(firstChannel + c, iy, ix)]), w,
                         acc);
        }
      }
    return acc;
  }

  Signal &input, &output;
  snn::ConvShape s;
  std::vector<W> weight, bias;
  Layout in, out;
};

/// X is the element type of the input, Y that of the result.
template <typename X, typename Y> class PoolNode : public Node {
public:
  PoolNode(snn::PoolOp op, Signal &input, Signal &output)
      : input(input), output(output), kind(op.getKind()),
        s(op.getShape()), in{s.inChannels, s.inHeight, s.inWidth,
                             op.getChannelsLast()},
        out{s.outChannels, s.outHeight, s.outWidth, op.getChannelsLast()} {}

  const char *evaluate(int64_t) override {
    for (int64_t c = 0; c < s.inChannels; ++c)
      for (int64_t oy = 0; oy < s.outHeight; ++oy)
        for (int64_t ox = 0; ox < s.outWidth; ++ox)
          output.get<Y>()[out.at(c, oy, ox)] =
              kind == snn::PoolKind::Max ? largest(c, oy, ox) : sum(c, oy, ox);
    return nullptr;
  }

private:
  template <typename Function>
  void forWindow(int64_t c, int64_t oy, int64_t ox, Function function) {
    const X *x = input.get<X>();
    for (int64_t ky = 0; ky < s.kernelHeight; ++ky)
      for (int64_t kx = 0; kx < s.kernelWidth; ++kx) {
        int64_t iy = oy * s.strideHeight - s.padTop + ky;
        int64_t ix = ox * s.strideWidth - s.padLeft + kx;
        if (iy >= 0 && iy < s.inHeight && ix >= 0 && ix < s.inWidth)
          function(x[in.at(c, iy, ix)]);
      }
  }

  Y sum(int64_t c, int64_t oy, int64_t ox) {
    SumOf<X> acc = 0;
    forWindow(c, oy, ox, [&](X x) { acc += static_cast<SumOf<X>>(x); });
    if (kind == snn::PoolKind::Sum)
      return fromSum<Y>(acc);
    return fromSum<Y>(acc) / static_cast<Y>(s.kernelHeight * s.kernelWidth);
  }

  Y largest(int64_t c, int64_t oy, int64_t ox) {
    X best = kLeast<X>;
    forWindow(c, oy, ox, [&](X x) { best = x > best ? x : best; });
    return static_cast<Y>(best);
  }

  Signal &input, &output;
  snn::PoolKind kind;
  snn::ConvShape s;
  Layout in, out;
};

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

/// T is the element type of the result.
template <typename T> class AddNode : public Node {
public:
  AddNode(std::vector<Signal *> inputs, Signal &output)
      : inputs(std::move(inputs)), output(output) {}

  const char *evaluate(int64_t) override {
    // Integers wrap, without signed overflow.
    using Sum = std::conditional_t<std::is_floating_point_v<T>, T, uint32_t>;
    for (int64_t i = 0; i < output.count; ++i) {
      Sum sum = load<Sum>(*inputs.front(), i);
      for (Signal *input : llvm::drop_begin(inputs))
        sum += load<Sum>(*input, i);
      output.get<T>()[i] = static_cast<T>(sum);
    }
    return nullptr;
  }

private:
  template <typename Sum> static Sum load(Signal &signal, int64_t index) {
    Sum value = 0;
    dispatch(signal.type, [&](auto *type) {
      value = static_cast<Sum>(signal.get<ELEMENT(type)>()[index]);
    });
    return value;
  }

  std::vector<Signal *> inputs;
  Signal &output;
};

template <typename T> class MulNode : public Node {
public:
  MulNode(Signal &lhs, Signal &rhs, Signal &output)
      : lhs(lhs), rhs(rhs), output(output) {}

  const char *evaluate(int64_t) override {
    using Factor = std::conditional_t<std::is_floating_point_v<T>, T, uint32_t>;
    for (int64_t i = 0; i < output.count; ++i)
      dispatch(lhs.type, [&](auto *left) {
        dispatch(rhs.type, [&](auto *right) {
          Factor a = static_cast<Factor>(lhs.get<ELEMENT(left)>()[i]);
          Factor b = static_cast<Factor>(rhs.get<ELEMENT(right)>()[i]);
          output.get<T>()[i] = static_cast<T>(a * b);
        });
      });
    return nullptr;
  }

private:
  Signal &lhs, &rhs, &output;
};

template <typename T> class ScaleNode : public Node {
public:
  ScaleNode(snn::ScaleOp op, Signal &input, Signal &output)
      : input(input), output(output), factor(readConstant<T>(op.getFactor())) {
    ConstantView view = *ConstantView::get(op.getFactor());
    indices = getBroadcastIndices(view.getShape(), op.getType().getShape());
  }

  const char *evaluate(int64_t) override {
    dispatch(input.type, [&](auto *type) {
      for (int64_t i = 0; i < output.count; ++i)
        output.get<T>()[i] =
            static_cast<T>(input.get<ELEMENT(type)>()[i]) * factor[indices[i]];
    });
    return nullptr;
  }

private:
  Signal &input, &output;
  std::vector<T> factor;
  std::vector<int64_t> indices;
};

template <typename T> class NormNode : public Node {
public:
  NormNode(snn::NormOp op, Signal &input, Signal &output)
      : input(input), output(output), scale(readConstant<T>(op.getScale())),
        shift(readConstant<T>(op.getShift())) {
    ArrayRef<int64_t> shape = op.getType().getShape();
    scales = getBroadcastIndices(ConstantView::get(op.getScale())->getShape(),
                                 shape);
    shifts = getBroadcastIndices(ConstantView::get(op.getShift())->getShape(),
                                 shape);
  }

  const char *evaluate(int64_t) override {
    dispatch(input.type, [&](auto *type) {
      for (int64_t i = 0; i < output.count; ++i)
        output.get<T>()[i] =
            std::fma(static_cast<T>(input.get<ELEMENT(type)>()[i]),
                     scale[scales[i]], shift[shifts[i]]);
    });
    return nullptr;
  }

private:
  Signal &input, &output;
  std::vector<T> scale, shift;
  std::vector<int64_t> scales, shifts;
};

/// Puts operands one after another along a dimension.
class ConcatNode : public Node {
public:
  ConcatNode(snn::ConcatOp op, std::vector<Signal *> inputs, Signal &output)
      : inputs(std::move(inputs)), output(output) {
    for (int64_t dim = 0; dim < static_cast<int64_t>(op.getDim()); ++dim)
      outer *= op.getType().getDimSize(dim);
  }

  const char *evaluate(int64_t) override {
    char *to = output.bytes.data();
    for (int64_t i = 0; i < outer; ++i)
      for (Signal *input : inputs) {
        size_t bytes = input->bytes.size() / outer;
        std::memcpy(to, input->bytes.data() + i * bytes, bytes);
        to += bytes;
      }
    return nullptr;
  }

private:
  std::vector<Signal *> inputs;
  Signal &output;
  int64_t outer = 1;
};

/// Moves elements: element i of the result is element sources[i] of the input.
class MoveNode : public Node {
public:
  MoveNode(std::vector<int64_t> sources, Signal &input, Signal &output)
      : sources(std::move(sources)), input(input), output(output) {}

  const char *evaluate(int64_t) override {
    size_t size = output.getSize();
    for (auto [index, source] : llvm::enumerate(sources))
      std::memcpy(output.bytes.data() + index * size,
                  input.bytes.data() + source * size, size);
    return nullptr;
  }

private:
  std::vector<int64_t> sources;
  Signal &input, &output;
};

//===----------------------------------------------------------------------===//
// Ops with state
//===----------------------------------------------------------------------===//

/// X is the element type of the input, Y that of the result.
template <typename X, typename Y> class ReduceTimeNode : public Node {
public:
  ReduceTimeNode(snn::ReduceTimeOp op, Signal &input, Signal &output)
      : input(input), output(output), kind(op.getKind()) {}

  void reset(int64_t batch) override {
    histories.assign(batch, History());
    for (History &history : histories) {
      history.sums.assign(input.count, 0);
      history.values.assign(input.count, kLeast<X>);
      history.firsts.assign(input.count, 0);
    }
  }

  /// Takes the step's value in, and gives what has become of all so far.
  const char *evaluate(int64_t sample) override {
    History &history = histories[sample];
    const X *x = input.get<X>();
    Y *y = output.get<Y>();
    int64_t steps = history.steps + 1;
    for (int64_t i = 0; i < input.count; ++i) {
      history.sums[i] += static_cast<SumOf<X>>(x[i]);
      X &value = history.values[i];
      // A first step that is not zero ends the count.
      int32_t &first = history.firsts[i];
      if (first == history.steps && x[i] == X(0))
        ++first;
      switch (kind) {
      case snn::TimeReduceKind::Sum:
        y[i] = fromSum<Y>(history.sums[i]);
        break;
      case snn::TimeReduceKind::Mean:
        y[i] = fromSum<Y>(history.sums[i]) / static_cast<Y>(steps);
        break;
      case snn::TimeReduceKind::Max:
        value = x[i] > value ? x[i] : value;
        y[i] = static_cast<Y>(value);
        break;
      case snn::TimeReduceKind::Last:
        y[i] = static_cast<Y>(x[i]);
        break;
      case snn::TimeReduceKind::FirstSpike:
        y[i] = static_cast<Y>(first);
        break;
      }
    }
    return nullptr;
  }

  void advance(int64_t sample) override { ++histories[sample].steps; }

  void save(std::vector<char> &bytes) const override {
    for (const History &history : histories) {
      append(bytes, ArrayRef(history.sums));
      append(bytes, ArrayRef(history.values));
      append(bytes, ArrayRef(history.firsts));
      append(bytes, ArrayRef(history.steps));
    }
  }

  void load(const char *&bytes) override {
    for (History &history : histories) {
      take(bytes, MutableArrayRef(history.sums));
      take(bytes, MutableArrayRef(history.values));
      take(bytes, MutableArrayRef(history.firsts));
      take(bytes, MutableArrayRef(history.steps));
    }
  }

private:
  struct History {
    std::vector<SumOf<X>> sums;
    std::vector<X> values;
    std::vector<int32_t> firsts;
    int64_t steps = 0;
  };

  Signal &input, &output;
  snn::TimeReduceKind kind;
  std::vector<History> histories;
};

class DelayNode : public Node {
public:
  DelayNode(snn::DelayOp op, Signal &input, Signal &output)
      : input(input), output(output), initial(op.getType()),
        depth(std::max<int64_t>(op.getLargestLatency(0), 1)) {
    ArrayRef<int64_t> steps = op.getSteps();
    for (int64_t i = 0; i < output.count; ++i)
      delays.push_back(steps[steps.size() == 1 ? 0 : i]);
    if (!op.getInitialAttr())
      return;
    ConstantView view = *ConstantView::get(op.getInitialAttr());
    for (int64_t i = 0; i < output.count; ++i)
      dispatch(initial.type, [&](auto *type) {
        initial.get<ELEMENT(type)>()[i] =
            static_cast<ELEMENT(type)>(view.getDouble(i));
      });
  }

  void reset(int64_t batch) override {
    histories.assign(batch, History{std::vector<char>(), 0});
    for (History &history : histories)
      for (int64_t slot = 0; slot < depth; ++slot)
        history.slots.insert(history.slots.end(), initial.bytes.begin(),
                             initial.bytes.end());
  }

  const char *evaluate(int64_t sample) override {
    const History &history = histories[sample];
    size_t size = output.getSize();
    for (int64_t i = 0; i < output.count; ++i) {
      const char *source = input.bytes.data();
      if (delays[i] > 0) {
        int64_t slot = (history.step + depth - delays[i]) % depth;
        source = history.slots.data() + slot * output.bytes.size();
      }
      std::memcpy(output.bytes.data() + i * size, source + i * size, size);
    }
    return nullptr;
  }

  void advance(int64_t sample) override {
    History &history = histories[sample];
    std::memcpy(history.slots.data() +
                    history.step % depth *
                        static_cast<int64_t>(input.bytes.size()),
                input.bytes.data(), input.bytes.size());
    ++history.step;
  }

  void save(std::vector<char> &bytes) const override {
    for (const History &history : histories) {
      append(bytes, ArrayRef(history.slots));
      append(bytes, ArrayRef(history.step));
    }
  }

  void load(const char *&bytes) override {
    for (History &history : histories) {
      take(bytes, MutableArrayRef(history.slots));
      take(bytes, MutableArrayRef(history.step));
    }
  }

private:
  /// The input at the last `depth` steps; that of step t is in slot t % depth.
  struct History {
    std::vector<char> slots;
    int64_t step;
  };

  Signal &input, &output;
  Signal initial;
  int64_t depth;
  std::vector<int64_t> delays;
  std::vector<History> histories;
};

class PopulationNode : public Node {
public:
  PopulationNode(snn::PopulationOp op, Law law, std::vector<Signal *> inputs,
                 std::vector<Signal *> outputs, snn::NeuronModelOp model)
      : law(std::move(law)), inputs(std::move(inputs)),
        outputs(std::move(outputs)) {
    auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
    count = this->outputs.front()->count;
    for (Value value : op.getParams()) {
      ConstantView view = *ConstantView::get(value);
      Param param;
      for (int64_t i = 0; i < view.getNumElements(); ++i)
        param.values.push_back(
            toScalar(getElementType(view.getElementType()), view, i));
      param.indices = getBroadcastIndices(view.getShape(), shape);
      params.push_back(std::move(param));
    }
    for (StringAttr name : op.getExposed().getAsRange<StringAttr>())
      exposed.push_back(model.getStateIndex(name.getValue()));
    name = op.getName().str();
  }

  void reset(int64_t batch) override {
    states.assign(batch, {});
    for (std::vector<Scalar> &state : states)
      for (int64_t i = 0; i < count; ++i)
        for (unsigned s = 0; s < law.getNumStates(); ++s)
          state.push_back(law.getInitialState(s));
  }

  const char *evaluate(int64_t sample) override {
    unsigned numStates = law.getNumStates();
    SmallVector<Scalar> arguments(law.getArgumentTypes().size());
    SmallVector<Scalar> results(numStates + law.getNumOutputs());
    for (int64_t i = 0; i < count; ++i) {
      Scalar *state = states[sample].data() + i * numStates;
      auto *argument = std::copy(state, state + numStates, arguments.begin());
      for (Signal *input : inputs)
        *argument++ = load(*input, i);
      for (const Param &param : params)
        *argument++ = param.values[param.indices[i]];
      if (const char *message = law.evaluate(arguments, results))
        return message;
      std::copy(results.begin(), results.begin() + numStates, state);
      for (auto [index, output] : llvm::enumerate(outputs))
        store(*output, i,
              index < law.getNumOutputs()
                  ? results[numStates + index]
                  : state[exposed[index - law.getNumOutputs()]]);
    }
    return nullptr;
  }

  void save(std::vector<char> &bytes) const override {
    for (const std::vector<Scalar> &state : states)
      append(bytes, ArrayRef(state));
  }

  void load(const char *&bytes) override {
    for (std::vector<Scalar> &state : states)
      take(bytes, MutableArrayRef(state));
  }

private:
  struct Param {
    std::vector<Scalar> values;
    std::vector<int64_t> indices;
  };

  static Scalar toScalar(ElementType type, const ConstantView &view,
                         int64_t index) {
    Scalar result;
    if (type == ElementType::F32)
      result.f32 = static_cast<float>(view.getDouble(index));
    else if (type == ElementType::F64)
      result.f64 = view.getDouble(index);
    else
      result.integer = view.getInteger(index);
    return result;
  }

  static Scalar load(Signal &signal, int64_t index) {
    Scalar result;
    switch (signal.type) {
    case ElementType::I1:
      result.integer = signal.get<uint8_t>()[index];
      break;
    case ElementType::I32:
      result.integer = signal.get<int32_t>()[index];
      break;
    case ElementType::F32:
      result.f32 = signal.get<float>()[index];
      break;
    case ElementType::F64:
      result.f64 = signal.get<double>()[index];
      break;
    }
    return result;
  }

  static void store(Signal &signal, int64_t index, Scalar value) {
    switch (signal.type) {
    case ElementType::I1:
      signal.get<uint8_t>()[index] = value.integer;
      break;
    case ElementType::I32:
      signal.get<int32_t>()[index] = value.integer;
      break;
    case ElementType::F32:
      signal.get<float>()[index] = value.f32;
      break;
    case ElementType::F64:
      signal.get<double>()[index] = value.f64;
      break;
    }
  }

  Law law;
  std::vector<Signal *> inputs, outputs;
  int64_t count;
  std::vector<Param> params;
  std::vector<int64_t> exposed;
  std::vector<std::vector<Scalar>> states;
};
} // namespace

//===----------------------------------------------------------------------===//
// The interpreter
//===----------------------------------------------------------------------===//

static runtime::DType getDType(Type element) {
  switch (getElementType(element)) {
  case ElementType::I1:
    return runtime::DType::Bool;
  case ElementType::I32:
    return runtime::DType::I32;
  case ElementType::F32:
    return runtime::DType::F32;
  case ElementType::F64:
    return runtime::DType::F64;
  }
  llvm_unreachable("every element type has a case");
}

static runtime::SignalInfo getSignalInfo(StringRef name, StringRef what,
                                         Type type, runtime::Rate rate) {
  auto tensor = cast<RankedTensorType>(type);
  return {name.str(), what.str(), getDType(tensor.getElementType()),
          tensor.getShape().vec(), rate};
}

runtime::ProgramInfo volley::reference::getProgramInfo(snn::NetworkOp network) {
  runtime::ProgramInfo info;
  info.name = network.getSymName().str();
  info.timeStep = network.getTimeStep();
  snn::Rates rates(network);
  for (auto [name, arg] :
       llvm::zip(network.getInputNames().getAsRange<StringAttr>(),
                 network.getBodyBlock().getArguments()))
    info.inputs.push_back(getSignalInfo(name, "", arg.getType(),
                                        rates.get(arg) == snn::Rate::Static
                                            ? runtime::Rate::Static
                                            : runtime::Rate::Stream));
  for (auto [name, value] :
       llvm::zip(network.getOutputNames().getAsRange<StringAttr>(),
                 network.getOutputOp().getSignals()))
    info.outputs.push_back(getSignalInfo(name, "", value.getType(),
                                         rates.get(value) == snn::Rate::Stream
                                             ? runtime::Rate::Stream
                                             : runtime::Rate::Window));
  for (auto probe : network.getBodyBlock().getOps<snn::ProbeOp>())
    info.probes.push_back(getSignalInfo(probe.getNode(), probe.getWhat(),
                                        probe.getInput().getType(),
                                        runtime::Rate::Stream));
  return info;
}

namespace {
class Interpreter : public runtime::Session {
public:
  Interpreter(snn::NetworkOp network, int64_t batch)
      : info(getProgramInfo(network)), batch(batch) {}

  bool build(snn::NetworkOp network);

  const runtime::ProgramInfo &getInfo() const override { return info; }
  int64_t getBatch() const override { return batch; }
  void reset() override {
    for (auto &node : nodes)
      node->reset(batch);
    isBroken = false;
    stepsDone = 0;
  }
  runtime::RunStatus run(const runtime::RunBuffers &buffers, int64_t steps,
                         std::string &error) override;
  std::vector<char> save() const override;
  std::string load(const std::vector<char> &bytes) override;

private:
  std::unique_ptr<Node> makeNode(Operation *op);
  Signal &get(Value value) { return *signalOf.lookup(value); }
  Signal &addSignal(Value value);
  template <template <typename, typename> class NodeType, typename Op>
  std::unique_ptr<Node> makeUnary(Op op);
  template <template <typename, typename> class NodeType, typename Op>
  std::unique_ptr<Node> makeWeighted(Op op);

  runtime::ProgramInfo info;
  int64_t batch;
  std::vector<std::unique_ptr<Signal>> signals;
  llvm::DenseMap<Value, Signal *> signalOf;
  /// In an order in which every node comes after those whose result of the same
  /// step it needs.
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<Signal *> inputs, outputs, probes;
  /// The values of static inputs, of all samples, as the first run after a
  /// reset gave them; empty for other inputs.
  std::vector<std::vector<char>> staticInputs;
  /// Steps since the last reset.
  int64_t stepsDone = 0;
  /// A neuron has left its law; only a reset helps.
  bool isBroken = false;
};
} // namespace

Signal &Interpreter::addSignal(Value value) {
  signals.push_back(
      std::make_unique<Signal>(cast<RankedTensorType>(value.getType())));
  signalOf[value] = signals.back().get();
  return *signals.back();
}

/// A node with the element types of its input and of its result.
template <template <typename, typename> class NodeType, typename Op>
std::unique_ptr<Node> Interpreter::makeUnary(Op op) {
  Signal &input = get(op.getInput()), &output = get(op.getResult());
  std::unique_ptr<Node> node;
  dispatch(input.type, [&](auto *x) {
    dispatch(output.type, [&](auto *y) {
      node =
          std::make_unique<NodeType<ELEMENT(x), ELEMENT(y)>>(op, input, output);
    });
  });
  return node;
}

template <template <typename, typename> class NodeType, typename Op>
std::unique_ptr<Node> Interpreter::makeWeighted(Op op) {
  Signal &input = get(op.getInput()), &output = get(op.getResult());
  std::unique_ptr<Node> node;
  dispatch(input.type, [&](auto *x) {
    if (output.type == ElementType::F32)
      node = std::make_unique<NodeType<ELEMENT(x), float>>(op, input, output);
    else
      node = std::make_unique<NodeType<ELEMENT(x), double>>(op, input, output);
  });
  return node;
}

/// For each element of an array of `shape` in row-major order, the index that
/// strides along its dimensions give.
static std::vector<int64_t> getStrided(ArrayRef<int64_t> shape,
                                       ArrayRef<int64_t> strides,
                                       int64_t offset = 0) {
  std::vector<int64_t> sources;
  SmallVector<int64_t> position(shape.size(), 0);
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  for (int64_t i = 0; i < count; ++i) {
    int64_t source = offset;
    for (auto [at, stride] : llvm::zip(position, strides))
      source += at * stride;
    sources.push_back(source);
    for (size_t dim = shape.size(); dim-- > 0;) {
      if (++position[dim] < shape[dim])
        break;
      position[dim] = 0;
    }
  }
  return sources;
}

/// The strides of an array in row-major order.
static SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  return strides;
}

static std::vector<int64_t> getTransposeSources(snn::TransposeOp op) {
  SmallVector<int64_t> from = getStrides(op.getInput().getType().getShape());
  SmallVector<int64_t> strides;
  for (int64_t dim : op.getPermutation())
    strides.push_back(from[dim]);
  return getStrided(op.getType().getShape(), strides);
}

static std::vector<int64_t> getBroadcastSources(snn::BroadcastOp op) {
  SmallVector<int64_t> strides = getStrides(op.getInput().getType().getShape());
  for (int64_t dim : op.getDims())
    strides.insert(strides.begin() + dim, 0);
  return getStrided(op.getType().getShape(), strides);
}

static std::vector<int64_t> getSliceSources(snn::SliceOp op) {
  SmallVector<int64_t> strides = getStrides(op.getInput().getType().getShape());
  int64_t offset = 0;
  for (auto [start, stride] : llvm::zip(op.getOffsets(), strides))
    offset += start * stride;
  return getStrided(op.getType().getShape(), strides, offset);
}

/// Calls `function` with null pointers to the element types that a product of
/// two signals has, if there is such a product.
template <typename Function>
static void dispatchProduct(ElementType lhs, ElementType rhs,
                            ElementType result, Function function) {
  dispatch(lhs, [&](auto *a) {
    dispatch(rhs, [&](auto *b) {
      using A = ELEMENT(a);
      using B = ELEMENT(b);
      if constexpr (!std::is_floating_point_v<A> &&
                    !std::is_floating_point_v<B>)
        function(a, b, static_cast<int32_t *>(nullptr));
      else if (result == ElementType::F32)
        function(a, b, static_cast<float *>(nullptr));
      else
        function(a, b, static_cast<double *>(nullptr));
    });
  });
}

std::unique_ptr<Node> Interpreter::makeNode(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::unique_ptr<Node>>(op)
      .Case<snn::DenseOp>([&](auto op) { return makeWeighted<DenseNode>(op); })
      .Case<snn::ConvOp>([&](auto op) { return makeWeighted<ConvNode>(op); })
      .Case<snn::PoolOp>([&](auto op) { return makeUnary<PoolNode>(op); })
      .Case<snn::ReduceOp>([&](auto op) { return makeUnary<ReduceNode>(op); })
      .Case<snn::ReduceTimeOp>(
          [&](auto op) { return makeUnary<ReduceTimeNode>(op); })
      .Case<snn::MatmulOp>([&](auto op) {
        Signal &lhs = get(op.getLhs()), &rhs = get(op.getRhs());
        Signal &output = get(op.getResult());
        std::unique_ptr<Node> node;
        dispatchProduct(lhs.type, rhs.type, output.type,
                        [&](auto *a, auto *b, auto *c) {
                          node = std::make_unique<
                              MatmulNode<ELEMENT(a), ELEMENT(b), ELEMENT(c)>>(
                              op, lhs, rhs, output);
                        });
        return node;
      })
      .Case<snn::NormOp>([&](auto op) -> std::unique_ptr<Node> {
        Signal &input = get(op.getInput()), &output = get(op.getResult());
        if (output.type == ElementType::F32)
          return std::make_unique<NormNode<float>>(op, input, output);
        return std::make_unique<NormNode<double>>(op, input, output);
      })
      .Case<snn::BroadcastOp>([&](auto op) {
        return std::make_unique<MoveNode>(
            getBroadcastSources(op), get(op.getInput()), get(op.getResult()));
      })
      .Case<snn::SliceOp>([&](auto op) {
        return std::make_unique<MoveNode>(
            getSliceSources(op), get(op.getInput()), get(op.getResult()));
      })
      .Case<snn::ConcatOp>([&](auto op) {
        std::vector<Signal *> inputs;
        for (Value input : op.getInputs())
          inputs.push_back(&get(input));
        return std::make_unique<ConcatNode>(op, std::move(inputs),
                                            get(op.getResult()));
      })
      .Case<snn::AddOp>([&](auto op) {
        std::vector<Signal *> addends;
        for (Value addend : op.getAddends())
          addends.push_back(&get(addend));
        Signal &output = get(op.getResult());
        std::unique_ptr<Node> node;
        dispatch(output.type, [&](auto *t) {
          node = std::make_unique<AddNode<ELEMENT(t)>>(addends, output);
        });
        return node;
      })
      .Case<snn::MulOp>([&](auto op) {
        Signal &output = get(op.getResult());
        std::unique_ptr<Node> node;
        dispatch(output.type, [&](auto *t) {
          node = std::make_unique<MulNode<ELEMENT(t)>>(
              get(op.getLhs()), get(op.getRhs()), output);
        });
        return node;
      })
      .Case<snn::ScaleOp>([&](auto op) -> std::unique_ptr<Node> {
        Signal &input = get(op.getInput()), &output = get(op.getResult());
        if (output.type == ElementType::F32)
          return std::make_unique<ScaleNode<float>>(op, input, output);
        return std::make_unique<ScaleNode<double>>(op, input, output);
      })
      .Case<snn::ReshapeOp>([&](auto op) {
        std::vector<int64_t> sources(op.getType().getNumElements());
        for (auto [index, source] : llvm::enumerate(sources))
          source = index;
        return std::make_unique<MoveNode>(
            std::move(sources), get(op.getInput()), get(op.getResult()));
      })
      .Case<snn::TransposeOp>([&](auto op) {
        return std::make_unique<MoveNode>(
            getTransposeSources(op), get(op.getInput()), get(op.getResult()));
      })
      .Case<snn::DelayOp>([&](auto op) {
        return std::make_unique<DelayNode>(op, get(op.getInput()),
                                           get(op.getResult()));
      })
      .Case<snn::PopulationOp>([&](auto op) -> std::unique_ptr<Node> {
        auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
            op, op.getModelAttr());
        std::optional<Law> law = Law::build(model);
        if (!law)
          return nullptr;
        std::vector<Signal *> inputs, outputs;
        for (Value input : op.getInputs())
          inputs.push_back(&get(input));
        for (Value result : op->getResults())
          outputs.push_back(&get(result));
        return std::make_unique<PopulationNode>(op, std::move(*law), inputs,
                                                outputs, model);
      })
      .Default([](Operation *op) {
        op->emitOpError("is not known to the interpreter");
        return nullptr;
      });
}

/// Ops in an order in which each comes after those whose result of the same
/// step it needs.
static std::vector<Operation *> sortOps(Block &block) {
  std::vector<Operation *> order;
  llvm::DenseSet<Operation *> done;
  for (Operation &root : block) {
    SmallVector<std::pair<Operation *, unsigned>> stack{{&root, 0}};
    while (!stack.empty()) {
      auto &[op, next] = stack.back();
      bool isLate =
          op->getNumResults() > 0 && snn::hasLatency(op->getResult(0));
      if (done.contains(op) || isLate || next == op->getNumOperands()) {
        if (done.insert(op).second)
          order.push_back(op);
        stack.pop_back();
        continue;
      }
      Operation *def = op->getOperand(next++).getDefiningOp();
      if (def && !done.contains(def))
        stack.push_back({def, 0});
    }
  }
  return order;
}

/// Gives a signal the elements of a constant.
static void fill(Signal &signal, const ConstantView &view) {
  dispatch(signal.type, [&](auto *type) {
    using T = ELEMENT(type);
    for (int64_t i = 0; i < signal.count; ++i)
      signal.get<T>()[i] = static_cast<T>(
          std::is_floating_point_v<T> ? view.getDouble(i) : view.getInteger(i));
  });
}

/// True for a constant of a signal's type that some op takes as one.
static bool isSignal(Value constant) {
  return snn::isSignalType(constant.getType()) &&
         llvm::any_of(constant.getUses(), [](OpOperand &use) {
           return !snn::isConstantOperand(use);
         });
}

bool Interpreter::build(snn::NetworkOp network) {
  Block &block = network.getBodyBlock();
  for (BlockArgument arg : block.getArguments())
    inputs.push_back(&addSignal(arg));
  for (Operation &op : block)
    for (Value result : op.getResults())
      if (!op.hasTrait<OpTrait::ConstantLike>())
        addSignal(result);
      else if (isSignal(result))
        fill(addSignal(result), *ConstantView::get(result));
  llvm::DenseSet<Operation *> live = network.findLiveOps();
  for (Operation *op : sortOps(block)) {
    if (op->hasTrait<OpTrait::ConstantLike>() || !live.contains(op))
      continue;
    if (auto output = dyn_cast<snn::OutputOp>(op)) {
      for (Value signal : output.getSignals())
        outputs.push_back(&get(signal));
      continue;
    }
    if (isa<snn::ProbeOp>(op))
      continue;
    std::unique_ptr<Node> node = makeNode(op);
    if (!node)
      return false;
    nodes.push_back(std::move(node));
  }
  for (auto probe : block.getOps<snn::ProbeOp>())
    probes.push_back(&get(probe.getInput()));
  for (auto [signal, input] : llvm::zip(inputs, info.inputs))
    staticInputs.emplace_back(
        input.rate == runtime::Rate::Static ? batch * signal->bytes.size() : 0);
  reset();
  return true;
}

runtime::RunStatus Interpreter::run(const runtime::RunBuffers &buffers,
                                    int64_t steps, std::string &error) {
  if (isBroken) {
    error = "the state is that after an error; reset it first";
    return runtime::RunStatus::LawViolated;
  }
  FloatingPointEnvironment environment;
  for (auto [signal, buffer] : llvm::zip(info.inputs, buffers.inputs)) {
    if (signal.rate == runtime::Rate::Static && (stepsDone > 0 || steps == 0))
      continue;
    error = runtime::describeNonBinary(signal, buffer, steps, batch);
    if (!error.empty())
      return runtime::RunStatus::InvalidInput;
  }
  if (stepsDone == 0 && steps > 0)
    for (auto [values, buffer] : llvm::zip(staticInputs, buffers.inputs))
      if (!values.empty())
        std::memcpy(values.data(), buffer, values.size());
  for (int64_t step = 0; step < steps; ++step)
    for (int64_t sample = 0; sample < batch; ++sample) {
      size_t row = step * batch + sample;
      for (auto [signal, buffer, values] :
           llvm::zip(inputs, buffers.inputs, staticInputs)) {
        size_t bytes = signal->bytes.size();
        const char *data = values.empty()
                               ? static_cast<const char *>(buffer) + row * bytes
                               : values.data() + sample * bytes;
        std::memcpy(signal->bytes.data(), data, bytes);
      }
      for (auto &node : nodes)
        if (const char *message = node->evaluate(sample)) {
          error = "population '" + node->name + "' " + message;
          isBroken = true;
          return runtime::RunStatus::LawViolated;
        }
      for (auto &node : nodes)
        node->advance(sample);
      auto store = [&](const std::vector<Signal *> &from,
                       const std::vector<runtime::SignalInfo> &infos,
                       const std::vector<void *> &to) {
        for (auto [signal, info, buffer] : llvm::zip(from, infos, to)) {
          // What is no stream has its last value at the end of the run.
          size_t at = info.rate == runtime::Rate::Stream ? row : sample;
          if (buffer)
            std::memcpy(static_cast<char *>(buffer) + at * signal->bytes.size(),
                        signal->bytes.data(), signal->bytes.size());
        }
      };
      store(outputs, info.outputs, buffers.outputs);
      store(probes, info.probes, buffers.probes);
    }
  stepsDone += steps;
  return runtime::RunStatus::Ok;
}

std::vector<char> Interpreter::save() const {
  std::vector<char> bytes;
  append(bytes, ArrayRef(stepsDone));
  for (const std::vector<char> &values : staticInputs)
    append(bytes, ArrayRef(values));
  for (const auto &node : nodes)
    node->save(bytes);
  return bytes;
}

std::string Interpreter::load(const std::vector<char> &bytes) {
  if (bytes.size() != save().size())
    return "the saved state has another size than this network's";
  const char *cursor = bytes.data();
  take(cursor, MutableArrayRef(stepsDone));
  for (std::vector<char> &values : staticInputs)
    take(cursor, MutableArrayRef(values));
  for (auto &node : nodes)
    node->load(cursor);
  return "";
}

std::unique_ptr<runtime::Session>
volley::reference::createInterpreter(snn::NetworkOp network, int64_t batch) {
  auto interpreter = std::make_unique<Interpreter>(network, batch);
  if (!interpreter->build(network))
    return nullptr;
  return interpreter;
}
