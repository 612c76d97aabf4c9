// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The convolution that goes by events: each one adds its weights to all outputs
// whose windows it is in. Events come line by line, and in a line by column and
// channel, so that every output gets its terms in the order of the law, (ky,
// kx, c). It looks at an input once, where the event-driven product
// (EventProduct.h) looks at it once per window; but sums wait in memory.
//
// A band of output lines is computed at a time, for one step after another; a
// step that has too many events goes to the dense kernel, which has the same
// weights.

#ifndef VOLLEY_LIB_KERNELS_SCATTER_H
#define VOLLEY_LIB_KERNELS_SCATTER_H

#include "ConvGeometry.h"
#include "EventProduct.h"
#include "SpikeLines.h"

namespace volley::kernels {

template <typename X, typename W> class ScatterConv {
public:
  ScatterConv(const ConvGeometry &geometry, const SpikeLines &spikes,
              const W *weight, const W *bias, int64_t mostEvents)
      : g(geometry), spikes(spikes), weight(weight), bias(bias),
        mostEvents(mostEvents), padded(roundUp<W>(g.outChannels)) {
    findTaps();
  }

  /// Output lines of a band.
  static int64_t getBandLines(const ConvGeometry &g, int64_t samples,
                              int64_t workers) {
    int64_t reach = (g.kernelHeight - 1) * g.dilationHeight + 1;
    int64_t inLines =
        least(ScatterLimits::lines,
              ScatterLimits::elements / (g.inWidth * g.inChannels));
    int64_t lines =
        inLines < reach ? 1 : (inLines - reach) / g.strideHeight + 1;
    int64_t lineBytes = g.outWidth * roundUp<W>(g.outChannels) * sizeof(W);
    lines = least(lines, ScatterLimits::lineBytes / lineBytes);
    // What the first cache holds; but neighbouring bands look at some lines of
    // the input twice.
    lines = least(lines, most(kBandBytes / lineBytes, g.kernelHeight));
    // A band for each thread.
    int64_t bands = (workers + samples - 1) / samples;
    lines = least(lines, (g.outHeight + bands - 1) / bands);
    return most(1, lines);
  }

  /// nt steps of output lines [first, last) of a sample: function(buffer, first
  /// step, steps) gets the results, [step][line][column][padded output];
  /// dense(x, results, first line, last line) computes those of a step that has
  /// too many events.
  template <typename Dense, typename Function>
  void run(const X *x, int64_t xStep, int64_t nt, int64_t first, int64_t last,
           Dense dense, Function function) {
    int64_t plane = (last - first) * g.outWidth * padded;
    int64_t together = most(1, kStepBytes / (plane * sizeof(W)));
    for (int64_t t = 0; t < nt; t += together) {
      int64_t steps = least(nt - t, together);
      for (int64_t i = 0; i < steps; ++i) {
        const X *in = x + (t + i) * xStep;
        W *sums = buffer + i * plane;
        if (!collectBand(in, first, last)) {
          dense(in, sums, first, last);
          continue;
        }
        scatterBand(sums, plane, first, last);
      }
      function(buffer, t, steps);
    }
  }

  int64_t getPadded() const { return padded; }

private:
  /// Bytes of the sums of a band, and of those steps whose neurons are worked
  /// on together.
  static constexpr int64_t kBandBytes = 1 << 15, kStepBytes = 1 << 16;

  /// A kernel column's first term, and the sums that it goes to.
  struct Tap {
    int32_t term, out;
  };

  /// All taps of each input column.
  void findTaps() {
    int32_t count = 0;
    for (int64_t x = 0; x < g.inWidth; ++x) {
      firstTap[x] = count;
      for (int64_t kx = 0; kx < g.kernelWidth; ++kx) {
        int64_t at = x + g.padLeft - kx * g.dilationWidth;
        if (at < 0 || at % g.strideWidth || at / g.strideWidth >= g.outWidth)
          continue;
        taps[count++] = {static_cast<int32_t>(kx * g.inChannels),
                         static_cast<int32_t>(at / g.strideWidth * padded)};
      }
    }
    firstTap[g.inWidth] = count;
  }

  int64_t getFirstLine(int64_t first) const {
    return most(0, first * g.strideHeight - g.padTop);
  }
  int64_t getLastLine(int64_t last) const {
    return least(g.inHeight, (last - 1) * g.strideHeight - g.padTop +
                                 (g.kernelHeight - 1) * g.dilationHeight + 1);
  }

  /// The events that output lines [first, last) see; false if they are too
  /// many.
  bool collectBand(const X *x, int64_t first, int64_t last) {
    int64_t line = g.inWidth * g.inChannels;
    int64_t begin = getFirstLine(first), end = getLastLine(last);
    count = 0;
    for (int64_t y = begin; y < end; ++y) {
      lineEvents[y - begin] = count;
      count += find(x + y * line, line);
    }
    lineEvents[end > begin ? end - begin : 0] = count;
    return count * kAll <= mostEvents * (end - begin) * line;
  }

  /// Appends the events of a line; returns how many.
  int32_t find(const X *x, int64_t size) {
    if constexpr (sizeof(X) == 1)
      if (spikes)
        return spikes.find(x, size, 0, index + count);
    return findEvents(x, size, 0, index + count, values.get(count));
  }

  void scatterBand(W *sums, int64_t plane, int64_t first, int64_t last) {
    for (int64_t i = 0; i < plane; i += lanes<W>)
      store(sums + i, Vector<W>{});
    int64_t K = g.kernelHeight * g.kernelWidth * g.inChannels;
    forPanels(weight, K, g.outChannels,
              [&](int64_t n, const W *panel, int64_t vectors) {
                withVectors(vectors, [&](auto count) {
                  scatterPanel<decltype(count)::value>(sums + n, panel,
                                                       bias + n, first, last);
                });
              });
  }

  /// The outputs of a panel of P vectors.
  template <int P>
  void scatterPanel(W *sums, const W *panel, const W *addend, int64_t first,
                    int64_t last) {
    constexpr int64_t width = P * lanes<W>;
    int64_t begin = getFirstLine(first), end = getLastLine(last);
    // Of 32 bits, so that the upper half of a product is the quotient.
    uint64_t reciprocal = (uint64_t(1) << 32) / g.inChannels + 1;
    for (int64_t y = begin; y < end; ++y) {
      int32_t e = lineEvents[y - begin], stop = lineEvents[y - begin + 1];
      if (e == stop)
        continue;
      // An output line has one kernel line at most for it.
      for (int64_t ky = 0; ky < g.kernelHeight; ++ky) {
        int64_t at = y + g.padTop - ky * g.dilationHeight;
        if (at < first * g.strideHeight || at % g.strideHeight ||
            at / g.strideHeight >= last)
          continue;
        W *line = sums + (at / g.strideHeight - first) * g.outWidth * padded;
        const W *w = panel + ky * g.kernelWidth * g.inChannels * width;
        for (int32_t i = e; i < stop; ++i) {
          uint64_t column = index[i] * reciprocal >> 32;
          const W *row = w + (index[i] - column * g.inChannels) * width;
          int32_t lastTap = firstTap[column + 1];
          for (int32_t tap = firstTap[column]; tap < lastTap; ++tap) {
            const W *from = row + taps[tap].term * width;
            W *to = line + taps[tap].out;
            for (int p = 0; p < P; ++p)
              store(to + p * lanes<W>, addTerm(i, load(from + p * lanes<W>),
                                               load(to + p * lanes<W>)));
          }
        }
      }
    }
    for (W *at = sums, *limit = sums + (last - first) * g.outWidth * padded;
         at < limit; at += padded)
      for (int p = 0; p < P; ++p)
        store(at + p * lanes<W>,
              load(at + p * lanes<W>) + load(addend + p * lanes<W>));
  }

  [[gnu::always_inline]] Vector<W> addTerm(int32_t event, Vector<W> w,
                                           Vector<W> sum) const {
    if constexpr (sizeof(X) == 1)
      return sum + w;
    else
      return fma<W>(splat(values.value[event]), w, sum);
  }

  ConvGeometry g;
  SpikeLines spikes;
  const W *weight, *bias;
  int64_t mostEvents, padded;
  int32_t count = 0;
  int32_t firstTap[ScatterLimits::lines + 1];
  Tap taps[ScatterLimits::taps];
  int32_t lineEvents[ScatterLimits::lines + 1];
  uint16_t index[ScatterLimits::elements + kEventSlack];
  EventValues<X, W, ScatterLimits::elements + kEventSlack> values;
  alignas(64) W buffer[ScatterLimits::lineBytes / sizeof(W)];
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_SCATTER_H
