// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pools over channels-last signals.

#include "ConvGeometry.h"
#include "Elements.h"
#include "Kernels.h"
#include "SpikePool.h"
#include "Team.h"

using namespace volley::kernels;

namespace {

/// Channels that are worked on together, a vector of 4 bytes each.
constexpr int64_t kChannels = 16;

/// Calls add(pixel) for the channels from `first` on of every window position
/// that is inside the input, and end(output) after the last one; of one line of
/// the output.
template <typename X, typename Add, typename End>
inline void forWindows(const X *x, const ConvGeometry &g, int64_t first,
                       int64_t line, Add add, End end) {
  int64_t top = line * g.strideHeight - g.padTop;
  int64_t firstY = most(0, top),
          lastY = least(g.inHeight, top + g.kernelHeight);
  for (int64_t ox = 0; ox < g.outWidth; ++ox) {
    int64_t left = ox * g.strideWidth - g.padLeft;
    int64_t firstX = most(0, left),
            columns = least(g.inWidth, left + g.kernelWidth) - firstX;
    for (int64_t iy = firstY; iy < lastY; ++iy) {
      const X *pixel = x + (iy * g.inWidth + firstX) * g.inChannels + first;
      for (int64_t i = 0; i < columns; ++i, pixel += g.inChannels)
        add(pixel);
    }
    end((line * g.outWidth + ox) * g.outChannels + first);
  }
}

template <typename T> struct ChannelsOf {
  typedef T Type
      __attribute__((vector_size(kChannels * sizeof(T)), aligned(sizeof(T))));
};
template <typename T> using Channels = typename ChannelsOf<T>::Type;

/// Combines the elements of each window, (ky, kx) ascending, as numbers of type
/// A: `combine` and `finish` take one, or a vector of them. Of one line of the
/// output, so that all channels find its windows in the cache.
template <typename A, typename X, typename Y, typename Combine, typename Finish>
inline void poolLine(const X *x, Y *y, const ConvGeometry &g, int64_t line,
                     A start, Combine combine, Finish finish) {
  int64_t first = 0;
  for (; first + kChannels <= g.inChannels; first += kChannels) {
    Channels<A> clear = Channels<A>{} + start, all = clear;
    forWindows(
        x, g, first, line,
        [&](const X *pixel) {
          auto in = *reinterpret_cast<const Channels<X> *>(pixel);
          all = combine(all, __builtin_convertvector(in, Channels<A>));
        },
        [&](int64_t out) {
          *reinterpret_cast<Channels<Y> *>(y + out) =
              finish(all, Channels<Y>());
          all = clear;
        });
  }
  for (; first < g.inChannels; ++first) {
    A all = start;
    forWindows(
        x, g, first, line,
        [&](const X *pixel) { all = combine(all, static_cast<A>(*pixel)); },
        [&](int64_t out) {
          y[out] = finish(all, Y());
          all = start;
        });
  }
}

/// The same. If `spikes` is not null, lines with few of them go by events:
/// `finishCount` takes the number of spikes in a window.
template <typename A, typename X, typename Y, typename Combine, typename Finish,
          typename FinishCount>
inline void pool(const X *x, Y *y, const ConvGeometry &g, SpikePool *spikes,
                 int64_t firstLine, int64_t lastLine, A start, Combine combine,
                 Finish finish, FinishCount finishCount) {
  for (int64_t line = firstLine; line < lastLine; ++line) {
    if constexpr (sizeof(X) == 1)
      if (spikes)
        if (const uint32_t *counts = spikes->count(x, line)) {
          int64_t size = g.outWidth * g.outChannels;
          for (int64_t i = 0; i < size; ++i)
            y[line * size + i] = finishCount(counts[i], Y());
          continue;
        }
    poolLine(x, y, g, line, start, combine, finish);
  }
}

/// A number, or a vector of them, in another type.
template <typename To, typename From> inline To convertTo(From x) {
  if constexpr (sizeof(To) <= sizeof(double) && sizeof(From) <= sizeof(double))
    return static_cast<To>(x);
  else
    return __builtin_convertvector(x, To);
}

template <typename X, typename Y>
inline void poolSum(const X *x, Y *y, const ConvGeometry &g, SpikePool *spikes,
                    int64_t firstLine, int64_t lastLine) {
  using Sum = typename SumOf<X>::Type;
  auto finish = [](auto sum, auto to) { return convertTo<decltype(to)>(sum); };
  pool(
      x, y, g, spikes, firstLine, lastLine, Sum(0),
      [](auto a, auto b) { return a + b; }, finish, finish);
}

template <typename X, typename Y>
inline void poolAvg(const X *x, Y *y, const ConvGeometry &g, SpikePool *spikes,
                    int64_t firstLine, int64_t lastLine) {
  // Exact before it becomes a float.
  using Sum = typename SumOf<X>::Type;
  Y area = static_cast<Y>(g.kernelHeight * g.kernelWidth);
  auto finish = [=](auto sum, auto to) {
    using To = decltype(to);
    // Sums wrap as numbers without a sign, and have one.
    if constexpr (isFloat<X>)
      return convertTo<To>(sum) / area;
    else if constexpr (sizeof(sum) == sizeof(int32_t))
      return static_cast<To>(static_cast<int32_t>(sum)) / area;
    else
      return __builtin_convertvector((Channels<int32_t>)sum, To) / area;
  };
  pool(
      x, y, g, spikes, firstLine, lastLine, Sum(0),
      [](auto a, auto b) { return a + b; }, finish, finish);
}

template <typename X, typename Y>
inline void poolMax(const X *x, Y *y, const ConvGeometry &g, SpikePool *spikes,
                    int64_t firstLine, int64_t lastLine) {
  pool(
      x, y, g, spikes, firstLine, lastLine, leastOf(X()),
      [](auto a, auto b) { return b > a ? b : a; },
      [](auto most, auto) { return most; },
      [](uint32_t count, auto to) {
        return static_cast<decltype(to)>(count != 0);
      });
}

} // namespace

#define VOLLEY_POOL(NAME, FUNCTION, X, Y)                                      \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const X *x, int64_t xStep, Y *y, int64_t yStep, int64_t nt, \
      int64_t nb, const ConvGeometry *geometry) {                              \
    const ConvGeometry &g = *geometry;                                         \
    SpikePool *spikes =                                                        \
        sizeof(X) == 1 && SpikePool::isFor(g)                                  \
            ? &makeScratch<SpikePool>(tile, g, SpikeLines(tile, x))            \
            : nullptr;                                                         \
    shareRows(tile, x, xStep, g.inChannels *g.inHeight *g.inWidth, y, yStep,   \
              g.outChannels *g.outHeight *g.outWidth, nt, nb, g.outHeight,     \
              g.outWidth *g.kernelHeight *g.kernelWidth *g.outChannels / 16,   \
              [&](const X *in, Y *out, int64_t first, int64_t last) {          \
                FUNCTION(in, out, g, spikes, first, last);                     \
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
