// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions over channels-last signals.
//
// Weights are packed as [group][ky][kx][c][output of the group], the outputs of
// a group rounded up to whole vectors; the bias alike, [group][output]. Those
// of the event-driven kernel are packed in panels (EventProduct.h), depthwise
// ones as [ky][kx][output].

#include "ProductLoops.h"

using namespace volley::kernels;

namespace {

template <typename W> inline int64_t roundUp(int64_t n) {
  return (n + lanes<W> - 1) / lanes<W> * lanes<W>;
}

/// Accumulates P vectors of outputs at R neighbouring positions of a row; all
/// kernel columns of all positions are inside the input.
template <int R, int P, typename X, typename W>
inline void convBlock(const X *x, W *y, const W *weight, const W *bias,
                      int64_t n, const ConvGeometry &g, int64_t padded,
                      int64_t oy, int64_t ox, bool isInside) {
  int64_t inGroup = g.inChannels / g.groups;
  int64_t outGroup = g.outChannels / g.groups;
  Vector<W> acc[R][P] = {};
  for (int64_t ky = 0; ky < g.kernelHeight; ++ky) {
    int64_t iy = oy * g.strideHeight - g.padTop + ky * g.dilationHeight;
    if (iy < 0 || iy >= g.inHeight)
      continue;
    for (int64_t kx = 0; kx < g.kernelWidth; ++kx) {
      int64_t ix = ox * g.strideWidth - g.padLeft + kx * g.dilationWidth;
      if (!isInside && (ix < 0 || ix >= g.inWidth))
        continue;
      const X *pixel = x + (iy * g.inWidth + ix) * g.inChannels;
      const W *w = weight + (ky * g.kernelWidth + kx) * inGroup * padded;
      for (int64_t c = 0; c < inGroup; ++c) {
        Vector<W> column[P];
        for (int p = 0; p < P; ++p)
          column[p] = load(w + c * padded + p * lanes<W>);
        for (int r = 0; r < R; ++r) {
          Vector<W> value = splat(
              static_cast<W>(pixel[r * g.strideWidth * g.inChannels + c]));
          for (int p = 0; p < P; ++p)
            acc[r][p] = fma<W>(value, column[p], acc[r][p]);
        }
      }
    }
  }
  for (int r = 0; r < R; ++r)
    for (int p = 0; p < P; ++p) {
      W *out = y + r * g.outChannels + p * lanes<W>;
      Vector<W> sum = acc[r][p] + load(bias + p * lanes<W>);
      int64_t rest = outGroup - n - p * lanes<W>;
      if (rest >= lanes<W>)
        store(out, sum);
      else
        storePart(out, sum, rest);
    }
}

#ifdef __AVX512F__
constexpr int kBlockPixels = 8;
#else
constexpr int kBlockPixels = 4;
#endif

/// Every term of every output, positions in blocks; lines [firstLine, lastLine)
/// of the output.
template <typename X, typename W>
inline void convBlocked(const X *x, W *y, const W *weight, const W *bias,
                        const ConvGeometry &g, int64_t firstLine,
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
    for (int64_t oy = firstLine; oy < lastLine; ++oy)
      for (int64_t ox = 0; ox < g.outWidth;) {
        bool isInside = ox >= first && ox < last;
        bool isBlock = isInside && ox + kBlockPixels <= last;
        W *out = y + (oy * g.outWidth + ox) * g.outChannels + group * outGroup;
        for (int64_t n = 0; n < outGroup; n += lanes<W>) {
          const W *w = weight + group * kernel * padded + n;
          const W *b = bias + group * padded + n;
          if (isBlock)
            convBlock<kBlockPixels, 1>(xg, out + n, w, b, n, g, padded, oy, ox,
                                       true);
          else
            convBlock<1, 1>(xg, out + n, w, b, n, g, padded, oy, ox, isInside);
        }
        ox += isBlock ? kBlockPixels : 1;
      }
  }
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
  extern "C" void NAME(Tile *tile, const X *x, int64_t xStep, W *y,            \
                       int64_t yStep, int64_t nt, int64_t nb, const W *weight, \
                       const W *bias, const ConvGeometry *geometry,            \
                       StepFunction function, const void *arguments,           \
                       int64_t rowsPerSample) {                                \
    if (!function)                                                             \
      return convRows<EventProduct<X, W>>(tile, x, xStep, y, yStep, nt, nb,    \
                                          {weight, bias}, *geometry);          \
    convNeurons<EventProduct<X, W>>(tile, x, xStep, nt, nb, {weight, bias},    \
                                    *geometry,                                 \
                                    {function, arguments, rowsPerSample});     \
  }

#define VOLLEY_CONV(NAME, FUNCTION, X, W)                                      \
  extern "C" void NAME(Tile *tile, const X *x, int64_t xStep, W *y,            \
                       int64_t yStep, int64_t nt, int64_t nb, const W *weight, \
                       const W *bias, const ConvGeometry *geometry) {          \
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

VOLLEY_CONV_TYPES(VOLLEY_CONV_EVENT, volley_conv_event, convEvent)
VOLLEY_CONV_TYPES(VOLLEY_CONV, volley_conv_blocked, convBlocked)
VOLLEY_CONV_TYPES(VOLLEY_CONV, volley_conv_depthwise, convDepthwise)
