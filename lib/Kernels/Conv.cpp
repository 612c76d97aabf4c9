// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions over channels-last signals.
//
// The weights of each group are packed in panels (Panels.h), terms in the
// order (ky, kx, c); the bias alike. Depthwise ones are packed as [ky][kx]
// [output].

#include "ProductLoops.h"
#include "Scatter.h"

using namespace volley::kernels;

namespace {

/// Accumulates P vectors of outputs at R neighbouring positions of a line; all
/// kernel columns of all positions are inside the input, or there is one
/// position.
template <int R, int P, typename X, typename W>
inline void convBlock(const X *x, W *y, int64_t outStep, const W *panel,
                      int64_t width, const W *bias, int64_t n,
                      const ConvGeometry &g, int64_t oy, int64_t ox) {
  int64_t inGroup = g.inChannels / g.groups;
  int64_t outGroup = g.outChannels / g.groups;
  int64_t next = g.strideWidth * g.inChannels;
  Vector<W> acc[R][P] = {};
  for (int64_t ky = 0; ky < g.kernelHeight; ++ky) {
    int64_t iy = oy * g.strideHeight - g.padTop + ky * g.dilationHeight;
    if (iy < 0 || iy >= g.inHeight)
      continue;
    for (int64_t kx = 0; kx < g.kernelWidth; ++kx) {
      int64_t ix = ox * g.strideWidth - g.padLeft + kx * g.dilationWidth;
      if (R == 1 && (ix < 0 || ix >= g.inWidth))
        continue;
      const X *pixel = x + (iy * g.inWidth + ix) * g.inChannels;
      const W *w = panel + (ky * g.kernelWidth + kx) * inGroup * width;
      for (int64_t c = 0; c < inGroup; ++c) {
        Vector<W> column[P];
        for (int p = 0; p < P; ++p)
          column[p] = load(w + c * width + p * lanes<W>);
        for (int r = 0; r < R; ++r) {
          Vector<W> value = splat(static_cast<W>(pixel[r * next + c]));
          for (int p = 0; p < P; ++p)
            acc[r][p] = fma<W>(value, column[p], acc[r][p]);
        }
      }
    }
  }
  for (int r = 0; r < R; ++r)
    finish(acc[r], bias, y + r * outStep, n, outGroup);
}

/// Positions that are accumulated at once.
template <int P>
constexpr int kBlockPixels = kBlockVectors > 1 && P < 4 ? 8 : 6;

/// A line of P vectors of outputs, of which columns [first, last) see no
/// padding at the sides.
template <int P, typename X, typename W>
inline void convLine(const X *x, W *y, int64_t outStep, const W *panel,
                     int64_t width, const W *bias, int64_t n,
                     const ConvGeometry &g, int64_t oy, int64_t first,
                     int64_t last) {
  constexpr int R = kBlockPixels<P>;
  for (int64_t ox = 0; ox < g.outWidth;) {
    bool isBlock = ox >= first && ox < last && last - first >= R;
    if (isBlock) {
      // The last block may compute some of the one before again.
      ox = least(ox, last - R);
      convBlock<R, P>(x, y + ox * outStep, outStep, panel, width, bias, n, g,
                      oy, ox);
    } else {
      convBlock<1, P>(x, y + ox * outStep, outStep, panel, width, bias, n, g,
                      oy, ox);
    }
    ox += isBlock ? R : 1;
  }
}

/// Every term of every output, positions in blocks; lines [firstLine, lastLine)
/// of the output, of which the first is at `y`, as are all positions `outStep`
/// apart.
template <typename X, typename W>
inline void convLines(const X *x, W *y, int64_t outStep, const W *weight,
                      const W *bias, const ConvGeometry &g, int64_t firstLine,
                      int64_t lastLine) {
  int64_t inGroup = g.inChannels / g.groups,
          outGroup = g.outChannels / g.groups;
  int64_t padded = roundUp<W>(outGroup);
  int64_t kernel = g.kernelHeight * g.kernelWidth * inGroup;
  // Columns [first, last) of the output see no padding at the sides.
  int64_t first = (g.padLeft + g.strideWidth - 1) / g.strideWidth;
  int64_t reach = g.inWidth + g.padLeft - (g.kernelWidth - 1) * g.dilationWidth;
  int64_t last = reach <= 0 ? 0 : (reach - 1) / g.strideWidth + 1;
  if (last > g.outWidth)
    last = g.outWidth;
  for (int64_t group = 0; group < g.groups; ++group) {
    const X *xg = x + group * inGroup;
    const W *b = bias + group * padded;
    forPanels(weight + group * kernel * padded, kernel, outGroup,
              [&](int64_t n, const W *panel, int64_t vectors) {
                for (int64_t oy = firstLine; oy < lastLine; ++oy) {
                  W *line = y + (oy - firstLine) * g.outWidth * outStep +
                            group * outGroup;
                  forBlocks(vectors, [&](auto count, int64_t p) {
                    convLine<decltype(count)::value>(
                        xg, line, outStep, panel + p * lanes<W>,
                        vectors * lanes<W>, b, n + p * lanes<W>, g, oy, first,
                        last);
                  });
                }
              });
  }
}

template <typename X, typename W>
inline void convBlocked(const X *x, W *y, const W *weight, const W *bias,
                        const ConvGeometry &g, int64_t firstLine,
                        int64_t lastLine) {
  convLines(x, y + firstLine * g.outWidth * g.outChannels, g.outChannels,
            weight, bias, g, firstLine, lastLine);
}

/// By events where they are few (Scatter.h), bands of a sample at a time.
template <typename X, typename W>
inline void convScatter(Tile *tile, const X *x, int64_t xStep, W *y,
                        int64_t yStep, int64_t nt, int64_t nb, const W *weight,
                        const W *bias, const ConvGeometry &g,
                        int64_t mostEvents, const Population &population) {
  int64_t lines = ScatterConv<X, W>::getBandLines(g, nb, tile->workers);
  int64_t bands = (g.outHeight + lines - 1) / lines;
  int64_t xSize = g.inChannels * g.inHeight * g.inWidth,
          ySize = g.outChannels * g.outHeight * g.outWidth;
  int64_t cycles = nt * lines * g.outWidth * (g.outChannels + 64) / 4;
  int64_t grain = getGrain(tile, cycles);
  SpikeLines spikes(tile, x);
  share(tile, nb * bands, grain, [&](int64_t begin, int64_t end) {
    auto &conv = makeScratch<ScatterConv<X, W>>(tile, g, spikes, weight, bias,
                                                mostEvents);
    int64_t padded = conv.getPadded();
    for (int64_t part = begin; part < end; ++part) {
      int64_t b = part / bands, first = part % bands * lines;
      int64_t last = least(g.outHeight, first + lines);
      auto dense = [&](const X *in, W *results, int64_t from, int64_t to) {
        convLines(in, results, padded, weight, bias, g, from, to);
      };
      int64_t positions = (last - first) * g.outWidth;
      auto finish = [&](const W *results, int64_t t, int64_t steps) {
        if (population.function) {
          int64_t row = padded * sizeof(W);
          NeuronRange range{b,
                            1,
                            t,
                            steps,
                            first * g.outWidth,
                            positions,
                            0,
                            g.outChannels,
                            reinterpret_cast<const char *>(results),
                            positions * row,
                            row,
                            0};
          return population.function(population.arguments, &range);
        }
        for (int64_t i = 0; i < steps; ++i) {
          W *out = y + (t + i) * yStep + b * ySize +
                   first * g.outWidth * g.outChannels;
          for (int64_t p = 0; p < positions; ++p)
            __builtin_memcpy(out + p * g.outChannels,
                             results + (i * positions + p) * padded,
                             g.outChannels * sizeof(W));
        }
      };
      conv.run(x + b * xSize, xStep, nt, first, last, dense, finish);
    }
  });
}

/// One input channel per group: a vector runs over outputs of several groups.
template <typename X, typename W>
inline void convDepthwise(const X *x, W *y, const W *weight, const W *bias,
                          const ConvGeometry &g, int64_t firstLine,
                          int64_t lastLine) {
  int64_t multiplier = g.outChannels / g.inChannels;
  for (int64_t oy = firstLine; oy < lastLine; ++oy)
    for (int64_t ox = 0; ox < g.outWidth; ++ox) {
      W *out = y + (oy * g.outWidth + ox) * g.outChannels;
      for (int64_t o = 0; o < g.outChannels; ++o)
        out[o] = 0;
      for (int64_t ky = 0; ky < g.kernelHeight; ++ky) {
        int64_t iy = oy * g.strideHeight - g.padTop + ky * g.dilationHeight;
        if (iy < 0 || iy >= g.inHeight)
          continue;
        for (int64_t kx = 0; kx < g.kernelWidth; ++kx) {
          int64_t ix = ox * g.strideWidth - g.padLeft + kx * g.dilationWidth;
          if (ix < 0 || ix >= g.inWidth)
            continue;
          const X *pixel = x + (iy * g.inWidth + ix) * g.inChannels;
          const W *w = weight + (ky * g.kernelWidth + kx) * g.outChannels;
          if (multiplier == 1)
            for (int64_t o = 0; o < g.outChannels; ++o)
              out[o] = fma(static_cast<W>(pixel[o]), w[o], out[o]);
          else
            for (int64_t o = 0; o < g.outChannels; ++o)
              out[o] = fma(static_cast<W>(pixel[o / multiplier]), w[o], out[o]);
        }
      }
      for (int64_t o = 0; o < g.outChannels; ++o)
        out[o] += bias[o];
    }
}

} // namespace

/// With a null function there is no population behind the convolution.
#define VOLLEY_CONV_EVENT(NAME, FUNCTION, X, W)                                \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const X *x, int64_t xStep, W *y, int64_t yStep, int64_t nt, \
      int64_t nb, const W *weight, const W *bias,                              \
      const ConvGeometry *geometry, StepFunction function,                     \
      const void *arguments, int64_t rowsPerSample) {                          \
    if (!function)                                                             \
      return convRows<EventProduct<X, W>>(tile, x, xStep, y, yStep, nt, nb,    \
                                          {weight, bias}, *geometry);          \
    convNeurons<EventProduct<X, W>>(tile, x, xStep, nt, nb, {weight, bias},    \
                                    *geometry,                                 \
                                    {function, arguments, rowsPerSample});     \
  }

/// Integers for weights and accumulators, of BITS each.
#define VOLLEY_CONV_INTEGERS(BITS, TYPE, X)                                    \
  extern "C" void VOLLEY_KERNEL(volley_conv_event##BITS##_##TYPE##_f32)(       \
      Tile * tile, const X *x, int64_t xStep, float *y, int64_t yStep,         \
      int64_t nt, int64_t nb, const int##BITS##_t *weight,                     \
      const float *factors, const ConvGeometry *geometry,                      \
      StepFunction function, const void *arguments, int64_t rowsPerSample) {   \
    using Product = EventProduct<X, int##BITS##_t, float>;                     \
    const ConvGeometry &g = *geometry;                                         \
    auto weights = getIntegerWeights(weight, factors, g.groups,                \
                                     g.outChannels / g.groups);                \
    if (!function)                                                             \
      return convRows<Product>(tile, x, xStep, y, yStep, nt, nb, weights, g);  \
    convNeurons<Product>(tile, x, xStep, nt, nb, weights, g,                   \
                         {function, arguments, rowsPerSample});                \
  }

#define VOLLEY_CONV_SCATTER(NAME, FUNCTION, X, W)                              \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const X *x, int64_t xStep, W *y, int64_t yStep, int64_t nt, \
      int64_t nb, const W *weight, const W *bias,                              \
      const ConvGeometry *geometry, int64_t mostEvents, StepFunction function, \
      const void *arguments, int64_t rowsPerSample) {                          \
    FUNCTION(tile, x, xStep, y, yStep, nt, nb, weight, bias, *geometry,        \
             mostEvents, {function, arguments, rowsPerSample});                \
  }

#define VOLLEY_CONV(NAME, FUNCTION, X, W)                                      \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const X *x, int64_t xStep, W *y, int64_t yStep, int64_t nt, \
      int64_t nb, const W *weight, const W *bias,                              \
      const ConvGeometry *geometry) {                                          \
    const ConvGeometry &g = *geometry;                                         \
    int64_t terms = g.kernelHeight * g.kernelWidth * g.inChannels / g.groups;  \
    shareRows(tile, x, xStep, g.inChannels *g.inHeight *g.inWidth, y, yStep,   \
              g.outChannels *g.outHeight *g.outWidth, nt, nb, g.outHeight,     \
              g.outWidth *terms *g.outChannels / 16,                           \
              [&](const X *in, W *out, int64_t first, int64_t last) {          \
                FUNCTION(in, out, weight, bias, g, first, last);               \
              });                                                              \
  }

#define VOLLEY_CONV_TYPES(MACRO, NAME, FUNCTION)                               \
  MACRO(NAME##_i1_f32, FUNCTION, uint8_t, float)                               \
  MACRO(NAME##_i32_f32, FUNCTION, int32_t, float)                              \
  MACRO(NAME##_f32_f32, FUNCTION, float, float)                                \
  MACRO(NAME##_i1_f64, FUNCTION, uint8_t, double)                              \
  MACRO(NAME##_i32_f64, FUNCTION, int32_t, double)                             \
  MACRO(NAME##_f64_f64, FUNCTION, double, double)

VOLLEY_CONV_INTEGERS(16, i1, uint8_t)
VOLLEY_CONV_INTEGERS(32, i1, uint8_t)
VOLLEY_CONV_INTEGERS(16, i32, int32_t)
VOLLEY_CONV_INTEGERS(32, i32, int32_t)
VOLLEY_CONV_TYPES(VOLLEY_CONV_EVENT, volley_conv_event, convEvent)
VOLLEY_CONV_TYPES(VOLLEY_CONV_SCATTER, volley_conv_scatter, convScatter)
VOLLEY_CONV_TYPES(VOLLEY_CONV, volley_conv_blocked, convBlocked)
VOLLEY_CONV_TYPES(VOLLEY_CONV, volley_conv_depthwise, convDepthwise)
