// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pools of spikes by events: each one counts for all windows that it is in. For
// few channels, as first layers of event cameras have, of which the other way
// (Pool.cpp) takes one number after another.

#ifndef VOLLEY_LIB_KERNELS_SPIKEPOOL_H
#define VOLLEY_LIB_KERNELS_SPIKEPOOL_H

#include "ConvGeometry.h"
#include "Scratch.h"
#include "SpikeLines.h"

namespace volley::kernels {

class SpikePool {
public:
  static bool isFor(const ConvGeometry &g) {
    return g.inChannels <= kMostChannels &&
           g.inWidth * g.inChannels <= kElements &&
           g.outWidth * g.outChannels <= kElements;
  }

  SpikePool(const ConvGeometry &geometry, const SpikeLines &spikes)
      : g(geometry), spikes(spikes) {
    for (int64_t x = 0; x < g.inWidth; ++x) {
      int64_t first = x + g.padLeft - g.kernelWidth + g.strideWidth;
      firstOut[x] = first < 0 ? 0 : first / g.strideWidth;
      endOut[x] = least(g.outWidth, (x + g.padLeft) / g.strideWidth + 1);
    }
  }

  /// How many spikes of `x` the windows of an output line have, [column]
  /// [channel]; null if there are so many that the other way is faster.
  const uint32_t *count(const uint8_t *x, int64_t oy) {
    int64_t line = g.inWidth * g.inChannels;
    int64_t outLine = g.outWidth * g.outChannels;
    int64_t top = oy * g.strideHeight - g.padTop;
    for (int64_t i = 0; i < outLine; ++i)
      counts[i] = 0;
    // Of 32 bits, so that the upper half of a product is the quotient.
    uint64_t reciprocal = (uint64_t(1) << 32) / g.inChannels + 1;
    for (int64_t y = most(0, top); y < least(g.inHeight, top + g.kernelHeight);
         ++y) {
      int32_t found = spikes ? spikes.find(x + y * line, line, 0, index)
                             : findEvents<uint8_t, float>(x + y * line, line, 0,
                                                          index, nullptr);
      if (found * kMany > line)
        return nullptr;
      for (int32_t i = 0; i < found; ++i) {
        int64_t column = index[i] * reciprocal >> 32;
        int64_t channel = index[i] - column * g.inChannels;
        for (int64_t ox = firstOut[column]; ox < endOut[column]; ++ox)
          ++counts[ox * g.inChannels + channel];
      }
    }
    return counts;
  }

private:
  static constexpr int64_t kMostChannels = 15, kElements = 1 << 16;
  /// One in so many are many.
  static constexpr int64_t kMany = 4;

  ConvGeometry g;
  SpikeLines spikes;
  /// Output columns that see an input column.
  int32_t firstOut[kElements], endOut[kElements];
  uint16_t index[kElements + kEventSlack];
  uint32_t counts[kElements];
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_SPIKEPOOL_H
