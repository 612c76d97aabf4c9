// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of spikes and integers (docs/Spec/Sums.md): weights have one to
// three digits of 8 bits, so that a product is as many products of 8 bits with
// sums of 32, which are put together without rounding, in 32 bits where the
// row's weights allow it and else in double precision, and rounded once. What
// multiplies bytes, a Unit, is the processor's matrix unit (Sliced.cpp) or its
// vectors (Dot.cpp).
//
// Weights are packed as [block of 16 outputs][digit, the lowest first][block of
// 64 terms][16 quadruples of terms][output][term of the quadruple], with zeros
// for what a block has too much.

#ifndef VOLLEY_LIB_KERNELS_SLICEDPRODUCT_H
#define VOLLEY_LIB_KERNELS_SLICEDPRODUCT_H

#include "ProductLoops.h"

namespace volley::kernels {

constexpr int64_t kTileRows = 16, kTileTerms = 64, kTileOutputs = 16;
constexpr int64_t kTileBytes = 1024, kMostDigits = 3;

/// Tiles of rows, and of outputs, that a unit works on together.
constexpr int64_t kBlockTiles = 2;

/// Sums of 16 rows for each digit.
using DigitSums = int32_t[kMostDigits][kTileRows][kTileOutputs];

inline int64_t getPaddedTerms(int64_t K) {
  return (K + kTileTerms - 1) / kTileTerms * kTileTerms;
}

constexpr int64_t kBlockRows = kBlockTiles * kTileRows;
/// There is room for a block of rows of so many terms.
constexpr int64_t kMostSlicedTerms = 1 << 16;

/// What a unit multiplies: so many rows of a block, rowStep bytes apart, by one
/// digit of one or two blocks of outputs, which are nextBlock bytes apart; of
/// some terms, a multiple of 64, whose sums are added to those of the terms
/// before, if there are any.
struct BytesProduct {
  const uint8_t *terms;
  int64_t rows, rowStep, count;
  const int8_t *weight;
  int64_t blocks, nextBlock;
  /// No term is larger.
  int64_t mostTerm;
  bool isFirst;
};

/// Collects rows of spikes, or of counts, as bytes, then multiplies them all. A
/// unit has
///
///     int64_t getStretch(terms of a row): rows are packed as [stretch of so
///         many terms][row of a block][term];
///     void start(weights after these, their bytes, products to come);
///     void multiply(product, digit, sums of [block of outputs][tile of rows]);
template <typename Unit> class SlicedProduct {
  /// Terms of all rows: what the second cache holds, and the least that works.
  static constexpr int64_t kCacheBytes = 1 << 20,
                           kBytes = kBlockRows * kMostSlicedTerms;
  static constexpr int64_t kBlockOutputs = kBlockTiles * kTileOutputs,
                           kMostTiles = kBlockTiles * kBlockTiles;
  /// So many terms of a block of rows stay in the first cache, beside the sums,
  /// while one digit after another of the weights comes from the second.
  static constexpr int64_t kPartTerms = 512;

public:
  using Element = float;
  using Weight = float;
  static constexpr bool kHasTeamEvents = false;
  struct Weights {
    const int8_t *weight;
    const float *scale, *bias;
    /// 1 for outputs whose sums fit 32 bits, else 0.
    const float *isNarrow;
    int64_t digits, mostTerm;
    /// There is one group.
    Weights ofGroup(int64_t, int64_t, int64_t) const { return *this; }
    /// Those of outputs from n on, a multiple of 16.
    Weights from(int64_t n, int64_t K) const {
      return {weight + n / kTileOutputs * getPaddedTerms(K) / kTileTerms *
                           digits * kTileBytes,
              scale + n,
              bias + n,
              isNarrow + n,
              digits,
              mostTerm};
    }
  };

  SlicedProduct(const Tile *, Weights weights, int64_t K, int64_t N)
      : weights(weights), K(getPaddedTerms(K)), N(N),
        stretch(Unit::getStretch(getPaddedTerms(K))) {}

  /// The outputs of a tile.
  static int64_t getWidth() { return tileWidth<float>; }

  /// Rows of K terms for which there is room when there are none yet.
  static int64_t getMostRows(int64_t K) {
    int64_t most = kCacheBytes / getPaddedTerms(K) / kBlockRows * kBlockRows;
    return least(kMostRows, most > 0 ? most : kBlockRows);
  }
  bool hasRoom(int64_t, int64_t moreRows) const {
    return rows + moreRows <= getMostRows(K);
  }

  void startRow(float *out) {
    y[rows] = out;
    ++rows;
    for (int64_t k = 0; k < K; k += stretch)
      __builtin_memset(getTerms(rows - 1, k), 0, stretch);
  }
  template <typename X> void add(const X *x, int64_t size, int64_t k) {
    while (size > 0) {
      int64_t part = least(size, stretch - k % stretch);
      uint8_t *to = getTerms(rows - 1, k);
      for (int64_t i = 0; i < part; ++i)
        to[i] = static_cast<uint8_t>(x[i]);
      x += part;
      k += part;
      size -= part;
    }
  }

  /// As of EventProduct, for rows whose results go to neighbouring places of
  /// tileWidth elements.
  template <typename Function> void flushTiles(Function function) {
    flushTiles(y[0], function);
  }

  /// The same, with results in the places of rows by way of such a buffer.
  void flush(float *buffer) {
    int64_t count = rows;
    flushTiles(buffer, [&](int64_t n, int64_t outputs) {
      for (int64_t r = 0; r < count; ++r)
        __builtin_memcpy(y[r] + n, buffer + r * tileWidth<float>,
                         outputs * sizeof(float));
    });
  }

private:
  static constexpr int64_t kMostRows = 1024;

  /// Terms of a row from k on, as far as its stretch goes.
  uint8_t *getTerms(int64_t row, int64_t k) {
    return terms + row / kBlockRows * kBlockRows * K +
           k / stretch * stretch * kBlockRows + row % kBlockRows * stretch +
           k % stretch;
  }

  template <typename Function>
  void flushTiles(float *buffer, Function function) {
    // Rows that stay in the first cache are used for a whole tile of outputs;
    // else the weights of few outputs stay in the second.
    int64_t together = K <= kPartTerms ? tileWidth<float> : kBlockOutputs;
    {
      Unit unit;
      for (int64_t n = 0; n < N; n += tileWidth<float>) {
        int64_t outputs = least(N - n, tileWidth<float>);
        for (int64_t o = 0; o < outputs; o += together)
          multiplyRows(unit, buffer + o, weights.from(n + o, K),
                       least(outputs - o, together));
        function(n, outputs);
      }
    }
    rows = 0;
  }

  int64_t getDigitBytes() const { return K * kTileOutputs; }

  /// The sums of a block of rows and one or two of outputs, tiles of which
  /// become results one after another.
  struct BlockSums {
    alignas(64) DigitSums sums[kBlockTiles][kBlockTiles];
    float *out;
    Weights weights;
    int64_t rows, K;
    int64_t tiles = 0, done = 0;

    void finish(int64_t count) {
      for (; count > 0 && done < tiles; --count, ++done) {
        int64_t block = done / kBlockTiles, half = done % kBlockTiles;
        float *y =
            out + half * kTileRows * tileWidth<float> + block * kTileOutputs;
        Weights part = weights.from(block * kTileOutputs, K);
        int64_t left = rows - half * kTileRows;
        if (weights.digits == 1)
          finishTile<1>(sums[block][half], y, part, left);
        else if (weights.digits == 2)
          finishTile<2>(sums[block][half], y, part, left);
        else
          finishTile<3>(sums[block][half], y, part, left);
      }
    }
  };

  /// All rows for so many outputs. While the unit works on a block, the sums of
  /// the one before become results.
  void multiplyRows(Unit &unit, float *out, const Weights &w, int64_t outputs) {
    int64_t blocks = (outputs + kTileOutputs - 1) / kTileOutputs;
    int64_t products = (rows + kBlockRows - 1) / kBlockRows *
                       ((blocks + 1) / kBlockTiles) * w.digits;
    int64_t bytes = blocks * w.digits * getDigitBytes();
    unit.start(w.weight + bytes, bytes, products * K / kTileTerms);
    BlockSums sums[2];
    bool last = false;
    for (int64_t row = 0; row < rows; row += kBlockRows)
      for (int64_t block = 0; block < blocks; block += kBlockTiles) {
        last = !last;
        sums[last].out = out + row * tileWidth<float> + block * kTileOutputs;
        sums[last].weights = w.from(block * kTileOutputs, K);
        multiplyBlock(unit, row, least(blocks - block, kBlockTiles), sums[last],
                      sums[!last]);
      }
    sums[last].finish(kMostTiles);
  }

  void multiplyBlock(Unit &unit, int64_t row, int64_t blocks, BlockSums &block,
                     BlockSums &before) {
    const Weights &w = block.weights;
    // Equal parts.
    int64_t parts = (K + kPartTerms - 1) / kPartTerms;
    int64_t part = getPaddedTerms((K + parts - 1) / parts);
    int64_t tiles = (kMostTiles + parts * w.digits - 1) / (parts * w.digits);
    block.rows = least(rows - row, kBlockRows);
    block.K = K;
    for (int64_t k = 0; k < K; k += part)
      for (int64_t digit = 0; digit < w.digits; ++digit) {
        unit.multiply({getTerms(row, k), block.rows, stretch,
                       least(K - k, part),
                       w.weight + digit * getDigitBytes() + k * kTileOutputs,
                       blocks, w.digits * getDigitBytes(), w.mostTerm, k == 0},
                      digit, block.sums);
        before.finish(tiles);
      }
    block.tiles = blocks * kBlockTiles;
    block.done = 0;
  }

  typedef int32_t Integers __attribute__((vector_size(64), aligned(4)));
  typedef uint32_t Words __attribute__((vector_size(64)));
  typedef int32_t HalfIntegers __attribute__((vector_size(32)));
  typedef float HalfFloats __attribute__((vector_size(32)));
  typedef double Doubles __attribute__((vector_size(64)));

  static bool isNarrow(const float *flags) {
    bool all = true;
    for (int64_t o = 0; o < kTileOutputs; ++o)
      all &= flags[o] != 0;
    return all;
  }

  /// The sums of a row from those of its digits, as floats.
  static Vector<float> addNarrow(Integers low, Integers middle, Integers high) {
    // What wraps on the way wraps back.
    Words sum = reinterpret_cast<Words>(low) +
                256 * (reinterpret_cast<Words>(middle) +
                       256 * reinterpret_cast<Words>(high));
    return __builtin_convertvector(reinterpret_cast<Integers>(sum),
                                   Vector<float>);
  }
  static Vector<float> addWide(Integers low, Integers middle, Integers high) {
    auto convert = [](HalfIntegers sums) {
      return __builtin_convertvector(sums, Doubles);
    };
    auto add = [&](HalfIntegers a, HalfIntegers b, HalfIntegers c) {
      Doubles unit = {256, 256, 256, 256, 256, 256, 256, 256};
      Doubles sum = __builtin_elementwise_fma(convert(c), unit, convert(b));
      sum = __builtin_elementwise_fma(sum, unit, convert(a));
      return __builtin_convertvector(sum, HalfFloats);
    };
    auto getFirst = [](Integers v) {
      return __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7);
    };
    auto getSecond = [](Integers v) {
      return __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    };
    HalfFloats first = add(getFirst(low), getFirst(middle), getFirst(high));
    HalfFloats second = add(getSecond(low), getSecond(middle), getSecond(high));
    return __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
                                   10, 11, 12, 13, 14, 15);
  }

  /// scale f32(sum) + bias for the rows that there are.
  template <int digits>
  static void finishTile(const DigitSums &sums, float *out, const Weights &w,
                         int64_t count) {
    Vector<float> factor = load(w.scale), addend = load(w.bias);
    bool narrow = digits > 1 && isNarrow(w.isNarrow);
    for (int64_t r = 0; r < least(count, kTileRows); ++r) {
      auto digit = [&](int64_t d) {
        return d < digits ? *reinterpret_cast<const Integers *>(sums[d][r])
                          : Integers{};
      };
      Vector<float> y;
      if constexpr (digits == 1)
        y = __builtin_convertvector(digit(0), Vector<float>);
      else
        y = narrow ? addNarrow(digit(0), digit(1), digit(2))
                   : addWide(digit(0), digit(1), digit(2));
      store(out + r * tileWidth<float>, y * factor + addend);
    }
  }

  Weights weights;
  int64_t K, N;
  int64_t stretch;
  int64_t rows = 0;
  float *y[kMostRows];
  alignas(64) uint8_t terms[kBytes];
};

/// A product with the buffer that its results go through.
template <typename Unit> struct PlainSlicedProduct {
  using Weight = float;
  static constexpr bool kHasTeamEvents = false;
  using Weights = typename SlicedProduct<Unit>::Weights;

  PlainSlicedProduct(const Tile *tile, Weights weights, int64_t K, int64_t N)
      : product(tile, weights, K, N) {}
  void startRow(float *out) {
    if (!product.hasRoom(0, 1))
      flush();
    product.startRow(out);
  }
  template <typename X> void add(const X *x, int64_t size, int64_t k) {
    product.add(x, size, k);
  }
  void flush() { product.flush(buffer); }

  SlicedProduct<Unit> product;
  alignas(64) float buffer[1024 * tileWidth<float>];
};

/// Packed weights, and as factors: scales, biases, and which sums are narrow,
/// each padded to whole vectors.
template <typename Unit>
inline typename SlicedProduct<Unit>::Weights
getSlicedWeights(const float *weight, const float *factors, int64_t N,
                 int64_t digits, int64_t mostTerm) {
  int64_t padded = roundUp<float>(N);
  return {reinterpret_cast<const int8_t *>(weight),
          factors,
          factors + padded,
          factors + 2 * padded,
          digits,
          mostTerm};
}

/// As the kernels of Dense.cpp are called, with one group of weights.
template <typename Unit, typename X>
inline void denseSliced(Tile *tile, const X *x, int64_t xStep, float *y,
                        int64_t yStep, int64_t nt, int64_t nb,
                        const float *weight, const float *factors, int64_t K,
                        int64_t N, int64_t digits, int64_t mostTerm,
                        const Population &population) {
  auto weights = getSlicedWeights<Unit>(weight, factors, N, digits, mostTerm);
  if (population.function)
    return denseNeurons<SlicedProduct<Unit>>(tile, x, xStep, nt, nb, weights, K,
                                             N, population);
  denseRows<PlainSlicedProduct<Unit>>(tile, x, xStep, y, yStep, nt, nb, weights,
                                      1, K, N);
}

/// As those of Conv.cpp, in one group.
template <typename Unit, typename X>
inline void convSliced(Tile *tile, const X *x, int64_t xStep, float *y,
                       int64_t yStep, int64_t nt, int64_t nb,
                       const float *weight, const float *factors,
                       const ConvGeometry &g, int64_t digits, int64_t mostTerm,
                       const Population &population) {
  auto weights =
      getSlicedWeights<Unit>(weight, factors, g.outChannels, digits, mostTerm);
  if (population.function)
    return convNeurons<SlicedProduct<Unit>>(tile, x, xStep, nt, nb, weights, g,
                                            population);
  convRows<PlainSlicedProduct<Unit>>(tile, x, xStep, y, yStep, nt, nb, weights,
                                     g);
}

/// The kernels of a name; CALL(function, tile, ...) calls one for a unit.
#define VOLLEY_SLICED_TYPE(NAME, TYPE, X, CALL)                                \
  extern "C" void VOLLEY_KERNEL(volley_dense_##NAME##_##TYPE##_f32)(           \
      Tile * tile, const X *x, int64_t xStep, float *y, int64_t yStep,         \
      int64_t nt, int64_t nb, const float *weight, const float *factors,       \
      int64_t, int64_t K, int64_t N, int64_t digits, int64_t mostTerm,         \
      StepFunction function, const void *arguments, int64_t rowsPerSample) {   \
    Population population{function, arguments, rowsPerSample};                 \
    CALL(denseSliced, tile, x, xStep, y, yStep, nt, nb, weight, factors, K, N, \
         digits, mostTerm, population);                                        \
  }                                                                            \
  extern "C" void VOLLEY_KERNEL(volley_conv_##NAME##_##TYPE##_f32)(            \
      Tile * tile, const X *x, int64_t xStep, float *y, int64_t yStep,         \
      int64_t nt, int64_t nb, const float *weight, const float *factors,       \
      const ConvGeometry *geometry, int64_t digits, int64_t mostTerm,          \
      StepFunction function, const void *arguments, int64_t rowsPerSample) {   \
    Population population{function, arguments, rowsPerSample};                 \
    CALL(convSliced, tile, x, xStep, y, yStep, nt, nb, weight, factors,        \
         *geometry, digits, mostTerm, population);                             \
  }
#define VOLLEY_SLICED(NAME, CALL)                                              \
  VOLLEY_SLICED_TYPE(NAME, i1, uint8_t, CALL)                                  \
  VOLLEY_SLICED_TYPE(NAME, i32, int32_t, CALL)

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_SLICEDPRODUCT_H
