// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Strategies.h"

#include "Storage.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Support/IntegerRow.h"

#include "../../Kernels/ConvGeometry.h"
#include "../../Kernels/Kernels.h"
#include "../../Kernels/SlicedProduct.h"

using namespace mlir;
using namespace volley;
using namespace volley::cpu;
using volley::snn::ConstantView;

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

using kernels::kPanelVectors;
static constexpr int64_t kVectorBytes = sizeof(kernels::Vector<float>);

static int64_t getLanes(Type element) {
  return kVectorBytes / (element.getIntOrFloatBitWidth() / 8);
}

static int64_t roundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// The constant that an operand is; it outlives the op. Nothing for an absent
/// operand.
static std::optional<ConstantView> getConstant(Value operand) {
  return operand ? ConstantView::get(operand) : std::nullopt;
}

/// Calls `function` with a reader of the constant's elements as T; an absent
/// one is all zero.
template <typename T, typename Function>
static void withReader(const std::optional<ConstantView> &constant,
                       Function function) {
  if (!constant)
    return function([](int64_t) { return T(0); });
  if (ArrayRef<T> raw = constant->getRaw<T>(); !raw.empty())
    return function([raw](int64_t i) { return raw[i]; });
  function([&](int64_t i) { return static_cast<T>(constant->getDouble(i)); });
}

template <typename T>
static void writeArray(raw_ostream &stream, ArrayRef<T> values) {
  stream.write(reinterpret_cast<const char *>(values.data()),
               values.size() * sizeof(T));
}

/// Runs a generic packer in the element type of `value`.
template <typename Function>
static void dispatchFloat(Type element, Function function) {
  if (element.isF32())
    function(float());
  else
    function(double());
}

/// A bias in groups of `size`, each padded to whole vectors. -0.0 is stored as
/// +0.0, and so is an absent bias.
static PackedWeights packBiasGroups(Value operand, Type element, int64_t groups,
                                    int64_t size) {
  std::optional<ConstantView> bias = getConstant(operand);
  int64_t padded = roundUp(size, getLanes(element));
  PackedWeights packed;
  packed.bytes = groups * padded * element.getIntOrFloatBitWidth() / 8;
  packed.write = [=](raw_ostream &stream) {
    dispatchFloat(element, [&](auto type) {
      using T = decltype(type);
      withReader<T>(bias, [&](auto read) {
        std::vector<T> row(padded, T(0));
        for (int64_t group = 0; group < groups; ++group) {
          for (int64_t i = 0; i < size; ++i) {
            T value = read(group * size + i);
            row[i] = value == T(0) ? T(0) : value;
          }
          writeArray(stream, ArrayRef<T>(row));
        }
      });
    });
  };
  return packed;
}

/// A matrix of N outputs and K terms in panels, [panel][k][output] (as
/// lib/Kernels/Panels.h has them); `read(n, k)` gives its elements.
template <typename T, typename Read>
static void writePanels(raw_ostream &stream, int64_t N, int64_t K, Read read) {
  int64_t lanes = kVectorBytes / sizeof(T);
  std::vector<T> panel;
  for (int64_t n = 0; n < N; n += kPanelVectors * lanes) {
    int64_t used = std::min(N - n, kPanelVectors * lanes);
    int64_t width = roundUp(used, lanes);
    panel.assign(K * width, T(0));
    // In blocks that fit the cache: elements are read along k.
    constexpr int64_t block = 64;
    for (int64_t begin = 0; begin < K; begin += block)
      for (int64_t i = 0; i < used; ++i)
        for (int64_t k = begin; k < std::min(K, begin + block); ++k)
          panel[k * width + i] = read(n + i, k);
    writeArray(stream, ArrayRef<T>(panel));
  }
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

namespace {
/// A product or convolution as what kernels do in one step of one sample.
struct Work {
  /// Sums of several outputs: positions, or groups of them; terms of all of
  /// them, in so many neighbouring parts.
  double rows, terms, windows;
  /// Elements of the input.
  double inputs;
  /// Outputs of a row, in vectors and in tiles of the event-driven kernel.
  double outputs, vectors, tiles;
  /// Whether inputs are bytes, or anything that is no float.
  bool isBinary, isInteger;
  /// Whether steps are done one by one, each with one row per sample.
  bool isAlone;

  explicit Work(Operation *op);
};

// Cycles, of 1/2.6 ns, by
//
//     build/bin/volley-bench-kernels --benchmark_out=kernels.json \
//         --benchmark_out_format=json
//     python benchmarks/fit_costs.py kernels.json
//
// which times products and convolutions with a population behind them at 8
// densities and fits the constants of their kernels (those of products of two
// signals were measured by hand); here on a core of a Xeon of 2.1 GHz with
// AVX-512, 48 KiB and 2 MiB of cache, f32 weights, x86-64-v4. The benchmark
// prints how often the fastest kernel is chosen by them, or one within five
// percent of it.

/// Of the event-driven kernel: to begin a window of neighbouring terms, and a
/// tile of a row, and to look at a term.
struct Look {
  double window, rowTile, term;
};
constexpr Look kLookBinary = {5.8, 70, 0.29}, kLook = {3.3, 100, 0.4};

/// To add the weights of an event, by vectors and by tiles; and for an output.
constexpr double kEventVector = 0.94, kEventTile = 0.89, kOutput = 0.36;

/// Of the direct products: to begin and end a row, and its vectors; to look at
/// a term; for the vectors of an event, and for the event.
constexpr double kDirectRow = 40, kDirectRowVector = 4.5,
                 kDirectLookBinary = 0.1, kDirectLook = 0.26,
                 kDirectVector = 0.5, kDirectEvent = 2.7;

/// Of the blocked products: a term's multiply-adds by vectors, and to make its
/// input a float, once for each 4 vectors; and to begin and end a row. One
/// alone reads the weights for itself.
constexpr double kTermVector = 0.66, kTermConversion = 0.3, kBlockedRow = 30,
                 kAlone = 2.2;

/// Of the blocked convolutions, alike, and to begin a row.
constexpr double kConvTermVector = 0.94, kConvConversion = 0.95, kConvRow = 25;

/// Of convolutions that scatter events: to look at an input, in a line of 64
/// with events and in one without; to begin and end sums by vectors; an event's
/// terms by vectors; and its lines of the kernel.
constexpr double kScatterLook = 0.85, kScatterSkip = 0.1, kScatterVector = 12,
                 kScatterTermVector = 2.1, kScatterLine = 6.3;

/// Of products of digits of 8 bits, on the matrix unit and on vectors: a digit
/// of a term for 16 outputs; an output; to copy a term, and to begin and end a
/// row, and a window of neighbouring terms.
struct Bytes {
  double term, output, copy, row, window;
};
constexpr Bytes kTile = {0.03, 1.2, 0.05, 40, 10},
                kDot = {0.2, 0.6, 0.12, 10, 3};

/// Of the depthwise convolutions, whose outputs stay in memory: a synapse.
constexpr double kDepthwiseSynapse = 0.46;

/// Of products of two signals, for 64 columns; these of i32 on a core of an
/// EPYC with AVX2. Of two of spikes: to pack a term of the right side, and a
/// term of a row. Of others: to look for an event, what it takes by itself, and
/// a term by vectors. And to begin and end a row.
constexpr double kMatmulPack = 10, kMatmulCoincidence = 0.65, kMatmulLook = 0.2,
                 kMatmulEvent = 3, kMatmulTermVector = 3.5, kMatmulRow = 8;
} // namespace

Work::Work(Operation *op) {
  double synapses = cast<snn::SynapticOpInterface>(op).getSynapseCount();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  double elements = type.getNumElements();
  if (auto conv = dyn_cast<snn::ConvOp>(op)) {
    snn::ConvShape shape = conv.getShape();
    outputs = shape.getGroupOutChannels();
    windows = synapses / outputs / shape.getGroupInChannels();
  } else {
    outputs = type.getShape().back();
    windows = elements / outputs;
  }
  inputs = cast<RankedTensorType>(op->getOperand(0).getType()).getNumElements();
  rows = elements / outputs;
  terms = synapses / outputs;
  vectors = std::ceil(outputs / getLanes(type.getElementType()));
  tiles = std::ceil(vectors / 8);
  Type input = snn::getElementTypeOrSelf(op->getOperand(0).getType());
  isBinary = input.isInteger(1);
  isInteger = input.isInteger();
  isAlone = rows == 1 && op->getParentOfType<snn::ScanOp>();
}

/// Of the event-driven kernel, of products and convolutions alike; `size` is
/// that of a weight in the weights' own type.
static double getEventCost(Operation *op, double activity, double size = 1) {
  Work work(op);
  work.vectors = std::ceil(work.vectors * size);
  work.tiles = std::ceil(work.tiles * size);
  const Look &look = work.isBinary ? kLookBinary : kLook;
  return work.windows * look.window + work.rows * work.tiles * look.rowTile +
         work.terms * look.term +
         work.terms * activity *
             (work.vectors * kEventVector + work.tiles * kEventTile) +
         work.rows * work.outputs * kOutput;
}

/// Of products of digits of 8 bits.
static double getBytesCost(Operation *op, const Bytes &cost) {
  Work work(op);
  int64_t digits = snn::getIntegerSums(op)->digits;
  // Terms are padded to whole tiles.
  int64_t terms =
      std::max<int64_t>(cast<snn::SynapticOpInterface>(op).getFanIn(), 1);
  double padding = static_cast<double>(roundUp(terms, 64)) / terms;
  double products =
      work.terms * padding * std::ceil(work.outputs / 16) * digits;
  return (products * cost.term + work.rows * work.outputs * cost.output +
          work.terms * cost.copy + work.rows * cost.row +
          work.windows * cost.window) *
         (work.isAlone ? kAlone : 1);
}

//===----------------------------------------------------------------------===//
// Dense
//===----------------------------------------------------------------------===//

namespace {
/// What both kernels of products share: the panels of lib/Kernels/Dense.cpp.
class DenseStrategy : public Strategy {
public:
  bool isCompatible(Operation *op) const override {
    auto dense = dyn_cast<snn::DenseOp>(op);
    return dense && dense.getSum() == snn::SumLaw::Ascending;
  }

  PackedWeights packWeights(Operation *op) const override {
    auto dense = cast<snn::DenseOp>(op);
    auto type = dense.getWeight().getType();
    Type element = type.getElementType();
    int64_t K = type.getShape().back();
    int64_t N = type.getShape()[type.getRank() - 2];
    int64_t lead = type.getNumElements() / (K * N);
    std::optional<ConstantView> weight = getConstant(dense.getWeight());
    PackedWeights packed;
    packed.bytes = lead * K * roundUp(N, getLanes(element)) *
                   (element.getIntOrFloatBitWidth() / 8);
    packed.write = [=](raw_ostream &stream) {
      dispatchFloat(element, [&](auto zero) {
        using T = decltype(zero);
        withReader<T>(weight, [&](auto read) {
          for (int64_t l = 0; l < lead; ++l)
            writePanels<T>(stream, N, K, [&](int64_t n, int64_t k) {
              return read((l * N + n) * K + k);
            });
        });
      });
    };
    return packed;
  }

  PackedWeights packBias(Operation *op) const override {
    auto dense = cast<snn::DenseOp>(op);
    auto type = dense.getWeight().getType();
    int64_t N = dense.getType().getShape().back();
    return packBiasGroups(dense.getBias(), type.getElementType(),
                          type.getNumElements() / type.getShape().back() / N,
                          N);
  }
};

/// Of few outputs, with weights that the first cache holds.
class DenseDirect : public DenseStrategy {
  static constexpr int64_t kFirstCache = 1 << 15;

public:
  StringRef getName() const override { return "direct"; }
  bool takesNeurons() const override { return true; }

  bool isCompatible(Operation *op) const override {
    if (!DenseStrategy::isCompatible(op))
      return false;
    auto weight = cast<snn::DenseOp>(op).getWeight().getType();
    Type element = weight.getElementType();
    int64_t terms = weight.getShape().back();
    int64_t outputs = weight.getShape()[weight.getRank() - 2];
    int64_t bytes = roundUp(outputs, getLanes(element)) *
                    (element.getIntOrFloatBitWidth() / 8);
    return bytes <= kPanelVectors * kVectorBytes &&
           terms * bytes <= kFirstCache;
  }

  double getCost(Operation *op, double activity) const override {
    Work work(op);
    double look = work.isBinary ? kDirectLookBinary : kDirectLook;
    return work.rows * (kDirectRow + work.vectors * kDirectRowVector) +
           work.terms * look +
           work.terms * activity *
               (work.vectors * kDirectVector + kDirectEvent);
  }
};

class DenseBlocked : public DenseStrategy {
public:
  StringRef getName() const override { return "blocked"; }
  double getCost(Operation *op, double) const override {
    Work work(op);
    double term = work.vectors * kTermVector;
    if (work.isInteger)
      term += std::ceil(work.vectors / 4) * kTermConversion;
    return (work.terms * term + work.rows * kBlockedRow) *
           (work.isAlone ? kAlone : 1);
  }
};

/// Rows of few events; the blocked kernel's way for the others.
class DenseEvent : public DenseBlocked {
public:
  StringRef getName() const override { return "event"; }
  bool takesNeurons() const override { return true; }

  double getCost(Operation *op, double activity) const override {
    if (activity > *getDenseAbove(*this, op))
      return getEventCost(op, 0) + DenseBlocked::getCost(op, activity);
    return getEventCost(op, activity);
  }

  std::optional<double> getMostActivity(Operation *op) const override {
    double none = getEventCost(op, 0), all = getEventCost(op, 1);
    return std::min(1.0, DenseBlocked::getCost(op, 1) / (all - none));
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

namespace {
/// What all kernels of convolutions share: panels (lib/Kernels/Panels.h).
class ConvStrategy : public Strategy {
public:
  bool isCompatible(Operation *op) const override {
    auto conv = dyn_cast<snn::ConvOp>(op);
    return conv && conv.getChannelsLast() &&
           conv.getSum() == snn::SumLaw::Ascending;
  }

  PackedWeights packWeights(Operation *op) const override {
    auto conv = cast<snn::ConvOp>(op);
    snn::ConvShape s = conv.getShape();
    Type element = conv.getType().getElementType();
    int64_t kernel = s.kernelHeight * s.kernelWidth;
    int64_t outputs = s.getGroupOutChannels(),
            channels = s.getGroupInChannels();
    std::optional<ConstantView> weight = getConstant(conv.getWeight());
    PackedWeights packed;
    packed.bytes = s.groups * kernel * channels *
                   roundUp(outputs, getLanes(element)) *
                   (element.getIntOrFloatBitWidth() / 8);
    packed.write = [=](raw_ostream &stream) {
      dispatchFloat(element, [&](auto zero) {
        using T = decltype(zero);
        withReader<T>(weight, [&](auto read) {
          for (int64_t g = 0; g < s.groups; ++g)
            writePanels<T>(stream, outputs, kernel * channels,
                           [&](int64_t n, int64_t k) {
                             int64_t position = k / channels, c = k % channels;
                             int64_t row = (g * outputs + n) * channels + c;
                             return read(row * kernel + position);
                           });
        });
      });
    };
    return packed;
  }

  PackedWeights packBias(Operation *op) const override {
    auto conv = cast<snn::ConvOp>(op);
    snn::ConvShape s = conv.getShape();
    return packBiasGroups(conv.getBias(), conv.getType().getElementType(),
                          s.groups, s.getGroupOutChannels());
  }
};

class ConvEvent : public ConvStrategy {
public:
  StringRef getName() const override { return "event"; }
  bool takesNeurons() const override { return true; }
  double getCost(Operation *op, double activity) const override {
    return getEventCost(op, activity);
  }
};

class ConvBlocked : public ConvStrategy {
public:
  StringRef getName() const override { return "blocked"; }
  double getCost(Operation *op, double) const override {
    Work work(op);
    double term = work.vectors * kConvTermVector;
    if (work.isInteger)
      term += std::ceil(work.vectors / 4) * kConvConversion;
    return work.terms * term + work.rows * kConvRow;
  }
};

/// Each event adds to all outputs that see it (lib/Kernels/Scatter.h); steps
/// with too many go to the blocked kernel.
class ConvScatter : public ConvBlocked {
  using Limits = kernels::ScatterLimits;

public:
  StringRef getName() const override { return "scatter"; }
  bool takesNeurons() const override { return true; }

  bool isCompatible(Operation *op) const override {
    if (!ConvStrategy::isCompatible(op))
      return false;
    auto conv = cast<snn::ConvOp>(op);
    snn::ConvShape s = conv.getShape();
    int64_t reach = (s.kernelHeight - 1) * s.dilationHeight + 1;
    Type element = conv.getType().getElementType();
    int64_t lineBytes = s.outWidth * roundUp(s.outChannels, getLanes(element)) *
                        (element.getIntOrFloatBitWidth() / 8);
    return s.groups == 1 && s.inWidth <= Limits::lines &&
           reach <= Limits::lines &&
           s.inWidth * s.kernelWidth <= Limits::taps &&
           std::min(reach, s.inHeight) * s.inWidth * s.inChannels <=
               Limits::elements &&
           lineBytes <= Limits::lineBytes;
  }

  double getCost(Operation *op, double activity) const override {
    if (activity > *getDenseAbove(*this, op))
      return getBase(op, activity) + ConvBlocked::getCost(op, activity);
    return getBase(op, activity) + activity * getScatterCost(op);
  }

  std::optional<double> getMostActivity(Operation *op) const override {
    return std::min(1.0, ConvBlocked::getCost(op, 1) / getScatterCost(op));
  }

private:
  /// To look at the input, and to begin and end the sums.
  static double getBase(Operation *op, double activity) {
    Work work(op);
    double empty = std::pow(1 - activity, 64);
    return work.inputs * (kScatterSkip * empty + kScatterLook * (1 - empty)) +
           work.rows * work.vectors * kScatterVector;
  }
  /// If every element is an event.
  static double getScatterCost(Operation *op) {
    Work work(op);
    snn::ConvShape shape = cast<snn::ConvOp>(op).getShape();
    double lines = double(shape.kernelHeight) / shape.strideHeight;
    return work.terms * work.vectors * kScatterTermVector +
           work.inputs * lines * kScatterLine;
  }
};

/// One input channel per group: [ky][kx][output].
class ConvDepthwise : public ConvStrategy {
public:
  StringRef getName() const override { return "depthwise"; }

  bool isCompatible(Operation *op) const override {
    auto conv = dyn_cast<snn::ConvOp>(op);
    return ConvStrategy::isCompatible(op) &&
           conv.getShape().getGroupInChannels() == 1 && conv.getGroups() > 1;
  }
  double getCost(Operation *op, double) const override {
    return cast<snn::ConvOp>(op).getSynapseCount() * kDepthwiseSynapse;
  }

  PackedWeights packWeights(Operation *op) const override {
    auto conv = cast<snn::ConvOp>(op);
    snn::ConvShape s = conv.getShape();
    Type element = conv.getType().getElementType();
    std::optional<ConstantView> weight = getConstant(conv.getWeight());
    PackedWeights packed;
    packed.bytes = s.kernelHeight * s.kernelWidth * s.outChannels *
                   (element.getIntOrFloatBitWidth() / 8);
    packed.write = [=](raw_ostream &stream) {
      dispatchFloat(element, [&](auto zero) {
        using T = decltype(zero);
        withReader<T>(weight, [&](auto read) {
          int64_t kernel = s.kernelHeight * s.kernelWidth;
          std::vector<T> row(s.outChannels);
          for (int64_t k = 0; k < kernel; ++k) {
            for (int64_t o = 0; o < s.outChannels; ++o)
              row[o] = read(o * kernel + k);
            writeArray(stream, ArrayRef<T>(row));
          }
        });
      });
    };
    return packed;
  }

  PackedWeights packBias(Operation *op) const override {
    auto conv = cast<snn::ConvOp>(op);
    return packBiasGroups(conv.getBias(), conv.getType().getElementType(), 1,
                          conv.getShape().outChannels);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Sums of integers
//===----------------------------------------------------------------------===//

/// The place among the terms of an output, which are (ky, kx, c), of its
/// weights, which are [c][ky][kx].
static int64_t getTerm(int64_t i, int64_t terms, int64_t kernel) {
  return i % kernel * (terms / kernel) + i / kernel;
}

static int64_t getKernelSize(Operation *op) {
  auto conv = dyn_cast<snn::ConvOp>(op);
  if (!conv)
    return 1;
  snn::ConvShape shape = conv.getShape();
  return shape.kernelHeight * shape.kernelWidth;
}

namespace {
/// What kernels of integers share: factors of the sums in place of the bias.
class IntegerStrategy : public Strategy {
public:
  bool takesNeurons() const override { return true; }
  bool scalesSums() const override { return true; }

protected:
  /// Sums of integers fit so many bits.
  static bool fits(Operation *op, int64_t bits) {
    std::optional<snn::IntegerSums> sums = snn::getIntegerSums(op);
    return sums && sums->bits <= bits;
  }
  static bool isPacked(Operation *op) {
    auto conv = dyn_cast<snn::ConvOp>(op);
    return !conv || conv.getChannelsLast();
  }

  /// Of groups of `size` outputs, each padded to whole vectors of `lanes`: what
  /// sums are multiplied by, the bias, and 1 where three digits can be put
  /// together in 32 bits.
  PackedWeights packFactors(Operation *op, int64_t groups, int64_t size,
                            int64_t lanes) const {
    std::optional<ConstantView> weight = getConstant(op->getOperand(1));
    std::optional<ConstantView> bias =
        getConstant(op->getNumOperands() > 2 ? op->getOperand(2) : Value());
    int64_t terms = cast<snn::SynapticOpInterface>(op).getFanIn();
    int64_t padded = roundUp(size, lanes);
    int64_t mostInput = snn::getIntegerSums(op)->mostInput;
    PackedWeights packed;
    packed.bytes = 3 * groups * padded * sizeof(float);
    packed.write = [=](raw_ostream &stream) {
      std::vector<float> scales(groups * padded), biases(groups * padded),
          narrow(groups * padded, 1);
      withReader<float>(bias, [&](auto readBias) {
        withReader<float>(weight, [&](auto read) {
          for (int64_t n = 0; n < groups * size; ++n) {
            int64_t at = n / size * padded + n % size;
            IntegerRow row(read, n * terms, terms);
            float value = readBias(n);
            scales[at] = std::ldexp(1.0f, -row.exponent);
            biases[at] = value == 0 ? 0 : value;
            narrow[at] = row.getLargestSum(mostInput) < int64_t(1) << 31;
          }
        });
      });
      writeArray(stream, ArrayRef<float>(scales));
      writeArray(stream, ArrayRef<float>(biases));
      writeArray(stream, ArrayRef<float>(narrow));
    };
    return packed;
  }
};

/// Events with weights and sums of integers of so many bits, in panels: f32
/// takes twice the registers and memory of 16, and does not know exact sums.
class EventInteger : public IntegerStrategy {
public:
  explicit EventInteger(int64_t bits) : bits(bits) {}

  StringRef getName() const override {
    return bits == 16 ? "event16" : "event32";
  }

  bool isCompatible(Operation *op) const override {
    return isPacked(op) && fits(op, bits);
  }

  double getCost(Operation *op, double activity) const override {
    return getEventCost(op, activity, bits / 32.0);
  }

  PackedWeights packWeights(Operation *op) const override {
    return bits == 16 ? pack<int16_t>(op) : pack<int32_t>(op);
  }
  PackedWeights packBias(Operation *op) const override {
    auto [groups, outputs] = getGroups(op);
    return packFactors(op, groups, outputs, getLanes());
  }

private:
  int64_t getLanes() const { return kVectorBytes * 8 / bits; }

  /// The groups of weights, and outputs of each.
  static std::pair<int64_t, int64_t> getGroups(Operation *op) {
    auto weight = cast<RankedTensorType>(op->getOperand(1).getType());
    if (auto conv = dyn_cast<snn::ConvOp>(op))
      return {conv.getGroups(), weight.getDimSize(0) / conv.getGroups()};
    int64_t outputs = weight.getDimSize(weight.getRank() - 2);
    return {weight.getNumElements() / outputs / weight.getShape().back(),
            outputs};
  }

  template <typename T> PackedWeights pack(Operation *op) const {
    std::optional<ConstantView> weight = getConstant(op->getOperand(1));
    int64_t terms = cast<snn::SynapticOpInterface>(op).getFanIn();
    int64_t kernel = getKernelSize(op);
    auto [groups, outputs] = getGroups(op);
    PackedWeights packed;
    packed.bytes = groups * terms * roundUp(outputs, getLanes()) * sizeof(T);
    packed.write = [=, groups = groups,
                    outputs = outputs](raw_ostream &stream) {
      withReader<float>(weight, [&](auto read) {
        std::vector<T> integers(outputs * terms);
        for (int64_t group = 0; group < groups; ++group) {
          for (int64_t n = 0; n < outputs; ++n) {
            int64_t first = (group * outputs + n) * terms;
            IntegerRow row(read, first, terms);
            for (int64_t i = 0; i < terms; ++i)
              integers[n * terms + getTerm(i, terms, kernel)] =
                  static_cast<T>(row.quantize(read(first + i)));
          }
          writePanels<T>(stream, outputs, terms, [&](int64_t n, int64_t k) {
            return integers[n * terms + k];
          });
        }
      });
    };
    return packed;
  }

  int64_t bits;
};

/// Products of digits of 8 bits (lib/Kernels/SlicedProduct.h).
class Sliced : public IntegerStrategy {
  static constexpr int64_t kOutputs = 16, kTerms = 64, kTileBytes = 1024;

public:
  bool takesDigits() const override { return true; }

  PackedWeights packWeights(Operation *op) const override {
    std::optional<ConstantView> weight = getConstant(op->getOperand(1));
    int64_t terms = cast<snn::SynapticOpInterface>(op).getFanIn();
    int64_t outputs = weight->getNumElements() / terms;
    int64_t blocks = roundUp(terms, kTerms) / kTerms;
    int64_t kernel = getKernelSize(op);
    int64_t digits = snn::getIntegerSums(op)->digits;
    PackedWeights packed;
    packed.bytes =
        roundUp(outputs, kOutputs) / kOutputs * blocks * digits * kTileBytes;
    packed.write = [=](raw_ostream &stream) {
      withReader<float>(weight, [&](auto read) {
        std::vector<int8_t> tiles(blocks * digits * kTileBytes);
        for (int64_t first = 0; first < outputs; first += kOutputs) {
          tiles.assign(tiles.size(), 0);
          for (int64_t n = first; n < std::min(outputs, first + kOutputs);
               ++n) {
            IntegerRow row(read, n * terms, terms);
            for (int64_t i = 0; i < terms; ++i) {
              int64_t q = row.quantize(read(n * terms + i));
              int64_t k = getTerm(i, terms, kernel);
              int64_t place = k / kTerms * kTileBytes + k % kTerms / 4 * 64 +
                              (n - first) * 4 + k % 4;
              for (int64_t digit = 0; digit < digits; ++digit)
                tiles[place + digit * blocks * kTileBytes] =
                    IntegerRow::takeDigit(q);
            }
          }
          writeArray(stream, ArrayRef<int8_t>(tiles));
        }
      });
    };
    return packed;
  }

  PackedWeights packBias(Operation *op) const override {
    auto weight = cast<RankedTensorType>(op->getOperand(1).getType());
    int64_t terms = cast<snn::SynapticOpInterface>(op).getFanIn();
    return packFactors(op, /*groups=*/1, weight.getNumElements() / terms,
                       kOutputs);
  }

  bool isCompatible(Operation *op) const override {
    return isPacked(op) && fits(op, 64) && snn::hasOneGroup(op) &&
           snn::getIntegerSums(op)->mostInput <= getMostInput();
  }
  double getCost(Operation *op, double) const override {
    return getBytesCost(op, getCosts());
  }

protected:
  /// The largest input that the unit multiplies.
  virtual int64_t getMostInput() const = 0;
  virtual const Bytes &getCosts() const = 0;
};

static_assert(kMostIntegerTerms <= kernels::kMostSlicedTerms);

/// On the matrix unit (lib/Kernels/Sliced.cpp).
class SlicedTiles : public Sliced {
public:
  StringRef getName() const override { return "sliced"; }
  ByteUnit getByteUnit() const override { return ByteUnit::Tiles; }

protected:
  int64_t getMostInput() const override { return 255; }
  const Bytes &getCosts() const override { return kTile; }
};

/// On vectors (lib/Kernels/Dot.cpp).
class SlicedVectors : public Sliced {
public:
  StringRef getName() const override { return "dot"; }
  ByteUnit getByteUnit() const override { return ByteUnit::Vectors; }

protected:
  /// Two products with such fit 16 bits with their sign.
  int64_t getMostInput() const override { return 128; }
  const Bytes &getCosts() const override { return kDot; }
};
} // namespace

//===----------------------------------------------------------------------===//
// Products of two signals
//===----------------------------------------------------------------------===//

namespace {
/// What kernels of lib/Kernels/Matmul.cpp share: 64 columns at a time, and no
/// weights. Which of them it is follows from the types.
class MatmulStrategy : public Strategy {
public:
  PackedWeights packWeights(Operation *) const override { return {}; }
  PackedWeights packBias(Operation *) const override { return {}; }

protected:
  /// One step of one sample, as what a kernel does.
  struct Work {
    /// Products; in each, blocks of columns; rows and terms.
    double products, blocks, rows, terms;
    /// Of a block, in vectors.
    double vectors;

    explicit Work(snn::MatmulOp op) {
      ArrayRef<int64_t> lhs = op.getLhs().getType().getShape();
      auto result = cast<RankedTensorType>(op.getType());
      double columns = result.getShape().back();
      rows = lhs[lhs.size() - 2];
      terms = lhs.back();
      products = result.getNumElements() / (rows * columns);
      blocks = std::ceil(columns / kColumns);
      vectors = double(kColumns) / getLanes(result.getElementType());
    }
    double getBlockRows() const { return products * blocks * rows; }
  };
  static constexpr int64_t kColumns = 64;

  static bool isInteger(Value signal) {
    return snn::getElementTypeOrSelf(signal.getType()).isInteger();
  }
  static bool isSpikes(Value signal) {
    return snn::getElementTypeOrSelf(signal.getType()).isInteger(1);
  }
};

/// Spikes of both sides, as bits: AND and popcount, at any density.
class MatmulCoincidence : public MatmulStrategy {
public:
  StringRef getName() const override { return "coincidence"; }
  bool isCompatible(Operation *op) const override {
    auto matmul = dyn_cast<snn::MatmulOp>(op);
    return matmul && isSpikes(matmul.getLhs()) && isSpikes(matmul.getRhs());
  }
  double getCost(Operation *op, double) const override {
    Work work(cast<snn::MatmulOp>(op));
    return work.products * work.blocks * work.terms * kMatmulPack +
           work.getBlockRows() * (work.terms * kMatmulCoincidence + kMatmulRow);
  }
};

/// Rows of the right side where the left one is not zero.
class MatmulEvent : public MatmulStrategy {
public:
  StringRef getName() const override { return "event"; }
  bool isCompatible(Operation *op) const override {
    auto matmul = dyn_cast<snn::MatmulOp>(op);
    return matmul && isInteger(matmul.getLhs()) &&
           !(isSpikes(matmul.getLhs()) && isSpikes(matmul.getRhs()));
  }
  double getCost(Operation *op, double activity) const override {
    Work work(cast<snn::MatmulOp>(op));
    return work.getBlockRows() *
           (work.terms *
                (kMatmulLook +
                 activity * (work.vectors * kMatmulTermVector + kMatmulEvent)) +
            kMatmulRow);
  }
};

/// All terms.
class MatmulBlocked : public MatmulStrategy {
public:
  StringRef getName() const override { return "blocked"; }
  bool isCompatible(Operation *op) const override {
    auto matmul = dyn_cast<snn::MatmulOp>(op);
    return matmul && !isInteger(matmul.getLhs());
  }
  double getCost(Operation *op, double) const override {
    Work work(cast<snn::MatmulOp>(op));
    return work.getBlockRows() *
           (work.terms * work.vectors * kMatmulTermVector + kMatmulRow);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

std::optional<double> volley::cpu::assumeActivity(Type type) {
  Type element = snn::getElementTypeOrSelf(type);
  if (element.isInteger(1))
    return 0.1;
  return element.isInteger(32) ? std::optional(0.2) : std::nullopt;
}

double volley::cpu::estimateCost(const Strategy &strategy, Operation *op,
                                 std::optional<double> activity) {
  if (activity)
    return strategy.getCost(op, *activity);
  double most = strategy.getCost(op, 1);
  return strategy.getMostActivity(op) ? (strategy.getCost(op, 0) + most) / 2
                                      : most;
}

std::optional<double> volley::cpu::getActivity(Operation *op) {
  if (auto measured = op->getAttrOfType<FloatAttr>(kActivity))
    return measured.getValueAsDouble();
  return assumeActivity(op->getOperand(0).getType());
}

std::optional<double> volley::cpu::getDenseAbove(const Strategy &strategy,
                                                 Operation *op) {
  std::optional<double> byCost = strategy.getMostActivity(op);
  auto chosen = op->getAttrOfType<FloatAttr>(kDenseAbove);
  return byCost && chosen ? chosen.getValueAsDouble() : byCost;
}

ArrayRef<const Strategy *> volley::cpu::getStrategies() {
  static const DenseDirect denseDirect;
  static const DenseEvent denseEvent;
  static const DenseBlocked denseBlocked;
  static const ConvDepthwise convDepthwise;
  static const ConvEvent convEvent;
  static const ConvScatter convScatter;
  static const ConvBlocked convBlocked;
  static const SlicedTiles slicedTiles;
  static const SlicedVectors slicedVectors;
  static const EventInteger event16(16), event32(32);
  static const MatmulCoincidence matmulCoincidence;
  static const MatmulEvent matmulEvent;
  static const MatmulBlocked matmulBlocked;
  static const Strategy *const strategies[] = {
      &denseDirect,   &denseEvent,   &denseBlocked, &convDepthwise,
      &convEvent,     &convScatter,  &convBlocked,  &slicedTiles,
      &slicedVectors, &event16,      &event32,      &matmulCoincidence,
      &matmulEvent,   &matmulBlocked};
  return strategies;
}

const Strategy *volley::cpu::getStrategy(Operation *op) {
  auto kernel = op->getAttrOfType<StringAttr>("kernel");
  if (!kernel)
    return nullptr;
  for (const Strategy *strategy : getStrategies())
    if (strategy->getName() == kernel.getValue() && strategy->isCompatible(op))
      return strategy;
  return nullptr;
}
