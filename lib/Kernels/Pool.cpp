// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pools over channels-last signals.

#include "ConvGeometry.h"
#include "Elements.h"
#include "Kernels.h"
#include "Team.h"

using namespace volley::kernels;

namespace {

/// Channels whose sums are kept side by side.
constexpr int64_t kChannels = 64;

/// Calls start(output), add(output, input) for every window position inside the
/// input, and end(output), each on one pixel's channels; lines [firstLine,
/// lastLine) of the output.
template <typename X, typename Start, typename Add, typename End>
inline void forWindows(const X *x, const ConvGeometry &g, int64_t firstLine,
                       int64_t lastLine, Start start, Add add, End end) {
  for (int64_t oy = firstLine; oy < lastLine; ++oy)
    for (int64_t ox = 0; ox < g.outWidth; ++ox) {
      int64_t out = (oy * g.outWidth + ox) * g.outChannels;
      start(out);
      for (int64_t ky = 0; ky < g.kernelHeight; ++ky) {
        int64_t iy = oy * g.strideHeight - g.padTop + ky;
        if (iy < 0 || iy >= g.inHeight)
          continue;
        for (int64_t kx = 0; kx < g.kernelWidth; ++kx) {
          int64_t ix = ox * g.strideWidth - g.padLeft + kx;
          if (ix >= 0 && ix < g.inWidth)
            add(out, x + (iy * g.inWidth + ix) * g.inChannels);
        }
      }
      end(out);
    }
}

template <typename X, typename Y>
inline void poolSum(const X *x, Y *y, const ConvGeometry &g, int64_t firstLine,
                    int64_t lastLine) {
  using Sum = typename SumOf<X>::Type;
  int64_t C = g.inChannels;
  forWindows(
      x, g, firstLine, lastLine,
      [&](int64_t out) {
        for (int64_t c = 0; c < C; ++c)
          y[out + c] = 0;
      },
      [&](int64_t out, const X *pixel) {
        for (int64_t c = 0; c < C; ++c)
          y[out + c] = static_cast<Y>(static_cast<Sum>(y[out + c]) +
                                      static_cast<Sum>(pixel[c]));
      },
      [](int64_t) {});
}

template <typename X, typename Y>
inline void poolAvg(const X *x, Y *y, const ConvGeometry &g, int64_t firstLine,
                    int64_t lastLine) {
  Y area = static_cast<Y>(g.kernelHeight * g.kernelWidth);
  int64_t C = g.inChannels;
  if constexpr (isFloat<X>) {
    poolSum(x, y, g, firstLine, lastLine);
    for (int64_t i = firstLine * g.outWidth * C; i < lastLine * g.outWidth * C;
         ++i)
      y[i] /= area;
  } else {
    // The sum is exact before it becomes a float.
    for (int64_t first = 0; first < C; first += kChannels) {
      int64_t count = least(C - first, kChannels);
      uint32_t sums[kChannels];
      forWindows(
          x, g, firstLine, lastLine,
          [&](int64_t) {
            for (int64_t c = 0; c < count; ++c)
              sums[c] = 0;
          },
          [&](int64_t, const X *pixel) {
            for (int64_t c = 0; c < count; ++c)
              sums[c] += static_cast<uint32_t>(pixel[first + c]);
          },
          [&](int64_t out) {
            for (int64_t c = 0; c < count; ++c)
              y[out + first + c] =
                  static_cast<Y>(static_cast<int32_t>(sums[c])) / area;
          });
    }
  }
}

template <typename X, typename Y>
inline void poolMax(const X *x, Y *y, const ConvGeometry &g, int64_t firstLine,
                    int64_t lastLine) {
  int64_t C = g.inChannels;
  forWindows(
      x, g, firstLine, lastLine,
      [&](int64_t out) {
        for (int64_t c = 0; c < C; ++c)
          y[out + c] = leastOf(X());
      },
      [&](int64_t out, const X *pixel) {
        for (int64_t c = 0; c < C; ++c)
          y[out + c] = pixel[c] > y[out + c] ? pixel[c] : y[out + c];
      },
      [](int64_t) {});
}

} // namespace

#define VOLLEY_POOL(NAME, FUNCTION, X, Y)                                      \
  extern "C" void NAME(Tile *tile, const X *x, int64_t xStep, Y *y,            \
                       int64_t yStep, int64_t nt, int64_t nb,                  \
                       const ConvGeometry *geometry) {                         \
    const ConvGeometry &g = *geometry;                                         \
    shareRows(tile, x, xStep, g.inChannels *g.inHeight *g.inWidth, y, yStep,   \
              g.outChannels *g.outHeight *g.outWidth, nt, nb, g.outHeight,     \
              g.outWidth *g.kernelHeight *g.kernelWidth *g.outChannels / 16,   \
              [&](const X *in, Y *out, int64_t first, int64_t last) {          \
                FUNCTION(in, out, g, first, last);                             \
              });                                                              \
  }

VOLLEY_POOL(volley_pool_sum_i1_i32, poolSum, uint8_t, int32_t)
VOLLEY_POOL(volley_pool_sum_i32_i32, poolSum, int32_t, int32_t)
VOLLEY_POOL(volley_pool_sum_f32_f32, poolSum, float, float)
VOLLEY_POOL(volley_pool_sum_f64_f64, poolSum, double, double)
VOLLEY_POOL(volley_pool_avg_i1_f32, poolAvg, uint8_t, float)
VOLLEY_POOL(volley_pool_avg_i1_f64, poolAvg, uint8_t, double)
VOLLEY_POOL(volley_pool_avg_i32_f32, poolAvg, int32_t, float)
VOLLEY_POOL(volley_pool_avg_i32_f64, poolAvg, int32_t, double)
VOLLEY_POOL(volley_pool_avg_f32_f32, poolAvg, float, float)
VOLLEY_POOL(volley_pool_avg_f64_f64, poolAvg, double, double)
VOLLEY_POOL(volley_pool_max_i1_i1, poolMax, uint8_t, uint8_t)
VOLLEY_POOL(volley_pool_max_i32_i32, poolMax, int32_t, int32_t)
VOLLEY_POOL(volley_pool_max_f32_f32, poolMax, float, float)
VOLLEY_POOL(volley_pool_max_f64_f64, poolMax, double, double)
