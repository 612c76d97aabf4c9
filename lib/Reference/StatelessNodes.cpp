// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops without state: sums, products, and moves of elements.

#include "Node.h"
#include "volley/Support/ExactSum.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace volley;
using namespace volley::reference;
using volley::snn::ConstantView;

/// The element of a broadcast array (aligned at the left) for each element of
/// `shape`.
std::vector<int64_t>
volley::reference::getBroadcastIndices(ArrayRef<int64_t> from,
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
/// Weights of either law, with one row per output; W is their element type.
template <typename W> class Weights {
public:
  Weights(Value value, snn::SumLaw law, int64_t rows)
      : weight(readConstant<W>(value)) {
    if (law == snn::SumLaw::Ascending)
      return;
    size_t terms = weight.size() / rows;
    auto read = [&](int64_t i) { return static_cast<float>(weight[i]); };
    for (int64_t row = 0; row < rows; ++row) {
      int64_t first = row * terms;
      int exponent = getExactExponent(read, first, terms);
      for (size_t k = 0; k < terms; ++k)
        integers.push_back(
            static_cast<double>(quantizeExact(read(first + k), exponent)));
      scales.push_back(std::ldexp(W(1), -exponent));
    }
  }

  int64_t size() const { return weight.size(); }

  /// The sum of a row. `forTerms` calls its argument with (x, index of the
  /// weight) for each term in order.
  template <typename Function> W sum(int64_t row, Function forTerms) const {
    if (integers.empty())
      return add(weight, forTerms);
    return static_cast<W>(add(integers, forTerms)) * scales[row];
  }

private:
  template <typename T, typename Function>
  static T add(const std::vector<T> &weight, Function forTerms) {
    T acc = 0;
    forTerms([&](auto x, int64_t index) {
      acc = std::fma(static_cast<T>(x), weight[index], acc);
    });
    return acc;
  }

  std::vector<W> weight;
  /// Of the exact law; sums of integers are exact in double.
  std::vector<double> integers;
  std::vector<W> scales;
};

/// X is the element type of the input, W that of the weights.
template <typename X, typename W> class DenseNode : public Node {
public:
  DenseNode(snn::DenseOp op, Signal &input, Signal &output)
      : input(input), output(output),
        inSize(op.getInput().getType().getShape().back()),
        outSize(op.getType().getShape().back()),
        weight(op.getWeight(), op.getSum(),
               op.getWeight().getType().getNumElements() / inSize),
        bias(readBias<W>(op.getBias(), weight.size() / inSize)) {}

  const char *evaluate(int64_t) override {
    const X *x = input.get<X>();
    W *y = output.get<W>();
    for (int64_t i = 0; i < output.count; ++i) {
      const X *row = x + i / outSize * inSize;
      // Leading dimensions share one weight, or each has its own.
      int64_t target = i % bias.size();
      y[i] = weight.sum(target, [&](auto add) {
        for (int64_t k = 0; k < inSize; ++k)
          add(row[k], target * inSize + k);
      }) + bias[target];
    }
    return nullptr;
  }

private:
  Signal &input, &output;
  int64_t inSize, outSize;
  Weights<W> weight;
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
        weight(op.getWeight(), op.getSum(), s.outChannels),
        bias(readBias<W>(op.getBias(), s.outChannels)),
        in{s.inChannels, s.inHeight, s.inWidth, op.getChannelsLast()},
        out{s.outChannels, s.outHeight, s.outWidth, op.getChannelsLast()} {}

  const char *evaluate(int64_t) override {
    for (int64_t o = 0; o < s.outChannels; ++o)
      for (int64_t oy = 0; oy < s.outHeight; ++oy)
        for (int64_t ox = 0; ox < s.outWidth; ++ox)
          output.get<W>()[out.at(o, oy, ox)] = weight.sum(o, [&](auto add) {
            forTerms(o, oy, ox, add);
          }) + bias[o];
    return nullptr;
  }

private:
  template <typename Function>
  void forTerms(int64_t o, int64_t oy, int64_t ox, Function add) {
    const X *x = input.get<X>();
    int64_t channels = s.getGroupInChannels();
    int64_t firstChannel = o / s.getGroupOutChannels() * channels;
    for (int64_t ky = 0; ky < s.kernelHeight; ++ky)
      for (int64_t kx = 0; kx < s.kernelWidth; ++kx) {
        int64_t iy = oy * s.strideHeight - s.padTop + ky * s.dilationHeight;
        int64_t ix = ox * s.strideWidth - s.padLeft + kx * s.dilationWidth;
        if (iy < 0 || iy >= s.inHeight || ix < 0 || ix >= s.inWidth)
          continue;
        for (int64_t c = 0; c < channels; ++c)
          add(x[in.at(firstChannel + c, iy, ix)],
              ((o * channels + c) * s.kernelHeight + ky) * s.kernelWidth + kx);
      }
  }

  Signal &input, &output;
  snn::ConvShape s;
  Weights<W> weight;
  std::vector<W> bias;
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

} // namespace

//===----------------------------------------------------------------------===//
// Nodes of ops
//===----------------------------------------------------------------------===//

/// A node with the element types of its input and of its result.
template <template <typename, typename> class NodeType, typename Op>
static std::unique_ptr<Node> makeUnary(Op op, SignalOf get) {
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
static std::unique_ptr<Node> makeWeighted(Op op, SignalOf get) {
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

std::unique_ptr<Node> volley::reference::makeStatelessNode(Operation *op,
                                                           SignalOf get) {
  return llvm::TypeSwitch<Operation *, std::unique_ptr<Node>>(op)
      .Case<snn::DenseOp>(
          [&](auto op) { return makeWeighted<DenseNode>(op, get); })
      .Case<snn::ConvOp>(
          [&](auto op) { return makeWeighted<ConvNode>(op, get); })
      .Case<snn::PoolOp>([&](auto op) { return makeUnary<PoolNode>(op, get); })
      .Case<snn::ReduceOp>(
          [&](auto op) { return makeUnary<ReduceNode>(op, get); })
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
      .Default([](Operation *) { return nullptr; });
}
