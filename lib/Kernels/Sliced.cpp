// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exact sums of spikes (docs/Spec/Sums.md) on the matrix unit: weights are
// integers of three digits of 8 bits, so that a product is three products of
// 8 bits with sums of 32, which are put together without rounding, in 32 bits
// where the row's weights allow it and else in double precision, and rounded
// once.
//
// Weights are packed as [block of 16 outputs][digit, the lowest first][block of
// 64 terms][16 quadruples of terms][output][term of the quadruple], with zeros
// for what a block has too much.

#include "ProductLoops.h"

#include <immintrin.h>

using namespace volley::kernels;

namespace {
constexpr int64_t kTileRows = 16, kTileTerms = 64, kTileOutputs = 16;
constexpr int64_t kTileBytes = 1024, kDigits = 3;

/// What all eight registers of the unit hold: 16 rows of 64 bytes.
struct alignas(64) TileConfig {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

inline int64_t getPaddedTerms(int64_t K) {
  return (K + kTileTerms - 1) / kTileTerms * kTileTerms;
}

/// Collects rows of spikes as they are, then multiplies them all.
class SlicedProduct {
  /// Terms of all rows: what the second cache holds, and the least that works.
  static constexpr int64_t kCacheBytes = 1 << 20, kBytes = 1 << 21;
  /// Rows and outputs of four registers, of which two hold each operand.
  static constexpr int64_t kBlockRows = 2 * kTileRows,
                           kBlockOutputs = 2 * kTileOutputs;

public:
  using Element = float;
  struct Weights {
    const int8_t *weight;
    const float *scale, *bias;
    /// 1 for outputs whose sums fit 32 bits, else 0.
    const float *isNarrow;
    /// There is one group.
    Weights ofGroup(int64_t, int64_t, int64_t) const { return *this; }
    /// Those of outputs from n on, a multiple of 16.
    Weights from(int64_t n, int64_t K) const {
      return {weight + n / kTileOutputs * getPaddedTerms(K) / kTileTerms *
                           kDigits * kTileBytes,
              scale + n, bias + n, isNarrow + n};
    }
  };

  SlicedProduct(Weights weights, int64_t K, int64_t N)
      : weights(weights), K(getPaddedTerms(K)), N(N) {}

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
    __builtin_memset(terms + rows * K, 0, K);
    ++rows;
  }
  void add(const uint8_t *x, int64_t size, int64_t k) {
    __builtin_memcpy(terms + (rows - 1) * K + k, x, size);
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
  using Sums = int32_t[kDigits][kTileRows][kTileOutputs];

  template <typename Function>
  void flushTiles(float *buffer, Function function) {
    TileConfig config;
    _tile_loadconfig(&config);
    for (int64_t n = 0; n < N; n += tileWidth<float>) {
      int64_t outputs = least(N - n, tileWidth<float>);
      for (int64_t o = 0; o < outputs; o += kBlockOutputs)
        multiply(buffer + o, weights.from(n + o, K),
                 outputs - o > kTileOutputs ? 2 : 1);
      function(n, outputs);
    }
    _tile_release();
    rows = 0;
  }

  /// All rows for one or two blocks of outputs.
  void multiply(float *out, Weights w, int64_t blocks) {
    // Four accumulators and two registers for each operand, as many loads as
    // products. A second block that is not there is the first one again.
    int64_t digitBytes = K / kTileTerms * kTileBytes;
    int64_t next = blocks > 1 ? kDigits * digitBytes : 0;
    // The weights after these come from memory meanwhile, some lines of the
    // cache with each product.
    const int8_t *ahead = w.weight + blocks * kDigits * digitBytes;
    int64_t lines = blocks * kDigits * digitBytes / 64;
    int64_t products =
        (rows + kBlockRows - 1) / kBlockRows * kDigits * K / kTileTerms;
    int64_t step = (lines + products - 1) / products;
    alignas(64) Sums sums[2][2];
    for (int64_t row = 0; row < rows; row += kBlockRows) {
      for (int64_t digit = 0; digit < kDigits; ++digit) {
        const uint8_t *x = terms + row * K;
        const int8_t *tile = w.weight + digit * digitBytes;
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        for (int64_t k = 0; k < K; k += kTileTerms, tile += kTileBytes) {
          _tile_loadd(4, x + k, K);
          _tile_loadd(6, tile, 64);
          _tile_loadd(5, x + kTileRows * K + k, K);
          _tile_loadd(7, tile + next, 64);
          _tile_dpbusd(0, 4, 6);
          _tile_dpbusd(1, 5, 6);
          _tile_dpbusd(2, 4, 7);
          _tile_dpbusd(3, 5, 7);
          for (int64_t i = 0; i < step; ++i, ahead += 64)
            __builtin_prefetch(ahead, 0, 2);
        }
        _tile_stored(0, sums[0][0][digit], 64);
        _tile_stored(1, sums[0][1][digit], 64);
        _tile_stored(2, sums[1][0][digit], 64);
        _tile_stored(3, sums[1][1][digit], 64);
      }
      for (int64_t block = 0; block < blocks; ++block)
        for (int64_t half = 0; half < 2; ++half) {
          int64_t first = row + half * kTileRows;
          float *y = out + first * tileWidth<float> + block * kTileOutputs;
          const float *scale = w.scale + block * kTileOutputs,
                      *bias = w.bias + block * kTileOutputs;
          if (isNarrow(w.isNarrow + block * kTileOutputs))
            finish(sums[block][half], y, scale, bias, rows - first, addNarrow);
          else
            finish(sums[block][half], y, scale, bias, rows - first, addWide);
        }
    }
  }

  typedef int32_t Integers __attribute__((vector_size(64), aligned(4)));
  typedef double Doubles __attribute__((vector_size(64)));

  static bool isNarrow(const float *flags) {
    bool all = true;
    for (int64_t o = 0; o < kTileOutputs; ++o)
      all &= flags[o] != 0;
    return all;
  }

  /// The sums of a row from those of its digits, as floats.
  static Vector<float> addNarrow(Integers low, Integers middle, Integers high) {
    return __builtin_convertvector(low + 256 * (middle + 256 * high),
                                   Vector<float>);
  }
  static Vector<float> addWide(Integers low, Integers middle, Integers high) {
    // Below 2^31, as no row has more than 2^16 terms.
    Integers rest = middle + 256 * high;
    typedef int32_t HalfIntegers __attribute__((vector_size(32)));
    typedef float HalfFloats __attribute__((vector_size(32)));
    auto add = [](HalfIntegers a, HalfIntegers b) {
      Doubles unit = {256, 256, 256, 256, 256, 256, 256, 256};
      Doubles sum =
          __builtin_elementwise_fma(__builtin_convertvector(b, Doubles), unit,
                                    __builtin_convertvector(a, Doubles));
      return __builtin_convertvector(sum, HalfFloats);
    };
    HalfFloats first =
        add(__builtin_shufflevector(low, low, 0, 1, 2, 3, 4, 5, 6, 7),
            __builtin_shufflevector(rest, rest, 0, 1, 2, 3, 4, 5, 6, 7));
    HalfFloats second =
        add(__builtin_shufflevector(low, low, 8, 9, 10, 11, 12, 13, 14, 15),
            __builtin_shufflevector(rest, rest, 8, 9, 10, 11, 12, 13, 14, 15));
    return __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
                                   10, 11, 12, 13, 14, 15);
  }

  /// scale f32(sum) + bias for the rows that there are.
  template <typename Add>
  static void finish(const Sums &sums, float *out, const float *scale,
                     const float *bias, int64_t count, Add add) {
    Vector<float> factor = load(scale), addend = load(bias);
    for (int64_t r = 0; r < least(count, kTileRows); ++r) {
      auto digit = [&](int64_t d) {
        return *reinterpret_cast<const Integers *>(sums[d][r]);
      };
      Vector<float> y = add(digit(0), digit(1), digit(2)) * factor;
      store(out + r * tileWidth<float>, y + addend);
    }
  }

  Weights weights;
  int64_t K, N;
  int64_t rows = 0;
  float *y[kMostRows];
  alignas(64) uint8_t terms[kBytes];
};

/// A product with the buffer that its results go through.
struct PlainProduct {
  using Weights = SlicedProduct::Weights;

  PlainProduct(Weights weights, int64_t K, int64_t N)
      : product(weights, K, N) {}
  void startRow(float *out) {
    if (!product.hasRoom(0, 1))
      flush();
    product.startRow(out);
  }
  void add(const uint8_t *x, int64_t size, int64_t k) {
    product.add(x, size, k);
  }
  void flush() { product.flush(buffer); }

  SlicedProduct product;
  alignas(64) float buffer[1024 * tileWidth<float>];
};

/// Scales, biases, and which sums are narrow, each padded to whole vectors.
inline SlicedProduct::Weights getWeights(const float *weight,
                                         const float *factors, int64_t N) {
  int64_t padded = roundUp<float>(N);
  return {reinterpret_cast<const int8_t *>(weight), factors, factors + padded,
          factors + 2 * padded};
}
} // namespace

/// As the kernels of Dense.cpp are called, with one group of weights.
extern "C" void VOLLEY_KERNEL(volley_dense_sliced_i1_f32)(
    Tile *tile, const uint8_t *x, int64_t xStep, float *y, int64_t yStep,
    int64_t nt, int64_t nb, const float *weight, const float *factors, int64_t,
    int64_t K, int64_t N, StepFunction function, const void *arguments,
    int64_t rowsPerSample) {
  SlicedProduct::Weights weights = getWeights(weight, factors, N);
  if (function)
    return denseNeurons<SlicedProduct>(tile, x, xStep, nt, nb, weights, K, N,
                                       {function, arguments, rowsPerSample});
  denseRows<PlainProduct>(tile, x, xStep, y, yStep, nt, nb, weights, 1, K, N);
}

/// As those of Conv.cpp, in one group.
extern "C" void VOLLEY_KERNEL(volley_conv_sliced_i1_f32)(
    Tile *tile, const uint8_t *x, int64_t xStep, float *y, int64_t yStep,
    int64_t nt, int64_t nb, const float *weight, const float *factors,
    const ConvGeometry *geometry, StepFunction function, const void *arguments,
    int64_t rowsPerSample) {
  const ConvGeometry &g = *geometry;
  SlicedProduct::Weights weights = getWeights(weight, factors, g.outChannels);
  if (function)
    return convNeurons<SlicedProduct>(tile, x, xStep, nt, nb, weights, g,
                                      {function, arguments, rowsPerSample});
  convRows<PlainProduct>(tile, x, xStep, y, yStep, nt, nb, weights, g);
}
