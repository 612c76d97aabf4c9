// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected projections. EventProduct.h says how weights are packed.

#include "ProductLoops.h"

using namespace volley::kernels;

namespace {

/// Terms whose weights are fetched before they are needed.
constexpr int64_t kAhead = 8;

/// R input rows at a time, all terms.
template <int R, int P, typename X, typename W>
inline void denseBlock(const X *const (&x)[R], W *const (&y)[R], const W *panel,
                       int64_t width, const W *bias, int64_t n, int64_t K,
                       int64_t N) {
  Vector<W> acc[R][P] = {};
  for (int64_t k = 0; k < K; ++k) {
    Vector<W> w[P];
    for (int p = 0; p < P; ++p) {
      w[p] = load(panel + k * width + p * lanes<W>);
      // From the second cache, in time.
      __builtin_prefetch(panel + (k + kAhead) * width + p * lanes<W>);
    }
    for (int r = 0; r < R; ++r) {
      Vector<W> value = splat(static_cast<W>(x[r][k]));
      for (int p = 0; p < P; ++p)
        acc[r][p] = fma<W>(value, w[p], acc[r][p]);
    }
  }
  for (int r = 0; r < R; ++r)
    finish(acc[r], bias, y[r], n, N);
}

// As many accumulators as the registers hold: 24 of 32 with AVX-512; with
// AVX2, whose vectors are pairs of registers, 12 of 16.
#ifdef __AVX512F__
constexpr int kBlockRows = 6, kBlockVectors = 4;
#else
constexpr int kBlockRows = 6, kBlockVectors = 1;
#endif

template <int R, typename X, typename W>
inline void denseBlockRows(const X *const (&x)[R], W *const (&y)[R],
                           const W *weight, const W *bias, int64_t K,
                           int64_t N) {
  forPanels(weight, K, N, [&](int64_t n, const W *panel, int64_t vectors) {
    int64_t width = vectors * lanes<W>;
    int64_t p = 0;
    for (; p + kBlockVectors <= vectors; p += kBlockVectors)
      denseBlock<R, kBlockVectors>(x, y, panel + p * lanes<W>, width, bias,
                                   n + p * lanes<W>, K, N);
    for (; p < vectors; ++p)
      denseBlock<R, 1>(x, y, panel + p * lanes<W>, width, bias,
                       n + p * lanes<W>, K, N);
  });
}

/// A queue of rows, worked off in blocks of kBlockRows.
template <typename X, typename W> struct RowBlocks {
  const X *x[kBlockRows];
  W *y[kBlockRows];
  int count = 0;
};

template <typename X, typename W>
inline void denseBlocked(Tile *tile, const X *x, int64_t xStep, W *y,
                         int64_t yStep, int64_t nt, int64_t nb, const W *weight,
                         const W *bias, int64_t lead, int64_t K, int64_t N) {
  int64_t paddedN = (N + lanes<W> - 1) / lanes<W> * lanes<W>;
  shareProduct<W>(
      tile, lead, nt * nb, K, N, K * (N + 16) / 16,
      [&](int64_t l, int64_t first, int64_t last, int64_t n, int64_t end) {
        const W *w = weight + l * K * paddedN + n * K,
                *c = bias + l * paddedN + n;
        RowBlocks<X, W> rows;
        forRows(first, last, nb, [&](int64_t t, int64_t b) {
          rows.x[rows.count] = x + t * xStep + (b * lead + l) * K;
          rows.y[rows.count] = y + t * yStep + (b * lead + l) * N + n;
          if (++rows.count == kBlockRows) {
            denseBlockRows<kBlockRows>(rows.x, rows.y, w, c, K, end - n);
            rows.count = 0;
          }
        });
        for (int r = 0; r < rows.count; ++r) {
          const X *const one[1] = {rows.x[r]};
          W *const out[1] = {rows.y[r]};
          denseBlockRows<1>(one, out, w, c, K, end - n);
        }
      });
}

} // namespace

#define VOLLEY_DENSE(NAME, FUNCTION, X, W)                                     \
  extern "C" void NAME(Tile *tile, const X *x, int64_t xStep, W *y,            \
                       int64_t yStep, int64_t nt, int64_t nb, const W *weight, \
                       const W *bias, int64_t lead, int64_t K, int64_t N) {    \
    FUNCTION(tile, x, xStep, y, yStep, nt, nb, weight, bias, lead, K, N);      \
  }

/// With a null function there is no population behind the product.
#define VOLLEY_DENSE_NEURONS(NAME, X, W)                                       \
  extern "C" void NAME(Tile *tile, const X *x, int64_t xStep, W *y,            \
                       int64_t yStep, int64_t nt, int64_t nb, const W *weight, \
                       const W *bias, int64_t lead, int64_t K, int64_t N,      \
                       StepFunction function, const void *arguments,           \
                       int64_t rowsPerSample) {                                \
    if (!function)                                                             \
      return denseRows<EventProduct<X, W>>(tile, x, xStep, y, yStep, nt, nb,   \
                                           {weight, bias}, lead, K, N);        \
    denseNeurons<EventProduct<X, W>>(tile, x, xStep, nt, nb, {weight, bias},   \
                                     K, N,                                     \
                                     {function, arguments, rowsPerSample});    \
  }

VOLLEY_DENSE_NEURONS(volley_dense_event_i1_f32, uint8_t, float)
VOLLEY_DENSE_NEURONS(volley_dense_event_i32_f32, int32_t, float)
VOLLEY_DENSE_NEURONS(volley_dense_event_f32_f32, float, float)
VOLLEY_DENSE_NEURONS(volley_dense_event_i1_f64, uint8_t, double)
VOLLEY_DENSE_NEURONS(volley_dense_event_i32_f64, int32_t, double)
VOLLEY_DENSE_NEURONS(volley_dense_event_f64_f64, double, double)
VOLLEY_DENSE(volley_dense_blocked_i1_f32, denseBlocked, uint8_t, float)
VOLLEY_DENSE(volley_dense_blocked_i32_f32, denseBlocked, int32_t, float)
VOLLEY_DENSE(volley_dense_blocked_f32_f32, denseBlocked, float, float)
VOLLEY_DENSE(volley_dense_blocked_i1_f64, denseBlocked, uint8_t, double)
VOLLEY_DENSE(volley_dense_blocked_i32_f64, denseBlocked, int32_t, double)
VOLLEY_DENSE(volley_dense_blocked_f64_f64, denseBlocked, double, double)
