// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected projections. EventProduct.h says how weights are packed.

#include "ProductLoops.h"

using namespace volley::kernels;

namespace {

/// Terms whose weights are fetched before they are needed.
constexpr int64_t kAhead = 8;

/// Terms [0, count) of R rows, which may go on from sums that wait in the
/// result, and may wait there for more.
template <int R, int P, typename W>
inline void denseBlock(const W *const *x, W *const *y, const W *panel,
                       int64_t width, const W *bias, int64_t n, int64_t count,
                       int64_t N, bool isFirst, bool isLast) {
  Vector<W> acc[R][P] = {};
  if (!isFirst)
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r)
      resume(acc[r], y[r], n, N);
  for (int64_t k = 0; k < count; ++k) {
    Vector<W> w[P];
    for (int p = 0; p < P; ++p) {
      w[p] = load(panel + k * width + p * lanes<W>);
      // One row has them from the second cache.
      if (R == 1)
        __builtin_prefetch(panel + (k + kAhead) * width + p * lanes<W>);
    }
    for (int r = 0; r < R; ++r) {
      Vector<W> value = splat(x[r][k]);
      for (int p = 0; p < P; ++p)
        acc[r][p] = fma<W>(value, w[p], acc[r][p]);
    }
  }
  if (isLast)
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r)
      finish(acc[r], bias, y[r], n, N);
  else
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r)
      park(acc[r], y[r], n, N);
}

/// Rows that are accumulated at once.
constexpr int kBlockRows = 6;

/// Rows that are worked off together, part after part of their terms: the
/// weights of a panel's part stay in the first cache for all of them.
template <typename X, typename W> class RowGroup {
  static constexpr int64_t kRows = 32 * kBlockRows, kTerms = 128;

public:
  RowGroup(const W *weight, const W *bias, int64_t K, int64_t N)
      : weight(weight), bias(bias), K(K), N(N) {}

  void add(const X *in, W *out) {
    x[count] = in;
    y[count] = out;
    if (++count == kRows)
      flush();
  }

  void flush() {
    if (count == 0)
      return;
    // Few rows gain nothing from parts.
    int64_t part = count >= 2 * kBlockRows ? kTerms : kRows * kTerms / count;
    for (int64_t k = 0; k < K; k += part)
      workOff(k, least(K - k, part));
    count = 0;
  }

private:
  /// Terms [first, first + terms).
  void workOff(int64_t first, int64_t terms) {
    const W *in[kRows];
    for (int64_t r = 0; r < count; ++r) {
      if constexpr (__is_same(X, W)) {
        in[r] = x[r] + first;
      } else {
        // Once for all outputs.
        W *numbers = buffer + r * terms;
        for (int64_t k = 0; k < terms; ++k)
          numbers[k] = static_cast<W>(x[r][first + k]);
        in[r] = numbers;
      }
    }
    forPanels(weight, K, N, [&](int64_t n, const W *panel, int64_t vectors) {
      int64_t width = vectors * lanes<W>;
      const W *w = panel + first * width;
      forBlocks(vectors, [&](auto count, int64_t p) {
        workOffVectors<decltype(count)::value>(in, w + p * lanes<W>, width,
                                               n + p * lanes<W>, first, terms);
      });
    });
  }

  template <int P>
  void workOffVectors(const W *const *in, const W *w, int64_t width, int64_t n,
                      int64_t first, int64_t terms) {
    bool isFirst = first == 0, isLast = first + terms == K;
    int64_t r = 0;
    for (; r + kBlockRows <= count; r += kBlockRows)
      denseBlock<kBlockRows, P>(in + r, y + r, w, width, bias, n, terms, N,
                                isFirst, isLast);
    for (; r < count; ++r)
      denseBlock<1, P>(in + r, y + r, w, width, bias, n, terms, N, isFirst,
                       isLast);
  }

  const W *weight, *bias;
  int64_t K, N;
  int64_t count = 0;
  const X *x[kRows];
  W *y[kRows];
  alignas(64) W buffer[kRows * kTerms];
};

template <typename X, typename W>
inline void denseBlocked(Tile *tile, const X *x, int64_t xStep, W *y,
                         int64_t yStep, int64_t nt, int64_t nb, const W *weight,
                         const W *bias, int64_t lead, int64_t K, int64_t N) {
  int64_t paddedN = roundUp<W>(N);
  shareProduct<W>(
      tile, lead, nt * nb, K, N, K * (N + 16) / 16,
      [&](int64_t l, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &rows =
            makeScratch<RowGroup<X, W>>(tile, weight + l * K * paddedN + n * K,
                                        bias + l * paddedN + n, K, end - n);
        forRows(first, last, nb, [&](int64_t t, int64_t b) {
          rows.add(x + t * xStep + (b * lead + l) * K,
                   y + t * yStep + (b * lead + l) * N + n);
        });
        rows.flush();
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
