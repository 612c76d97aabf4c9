// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the spikes of an input are that is given as a list of events: most of
// its lines of 64 bytes need not be looked at.

#ifndef VOLLEY_LIB_KERNELS_SPIKELINES_H
#define VOLLEY_LIB_KERNELS_SPIKELINES_H

#include "EventSearch.h"
#include "Team.h"

namespace volley::kernels {

class SpikeLines {
public:
  /// Of a signal in a tile; there are none unless it is such an input.
  SpikeLines(const Tile *tile, const void *signal) {
    auto *x = static_cast<const char *>(signal);
    for (int64_t i = 0; i < tile->numInputs; ++i) {
      const TileInput &input = tile->inputs[i];
      if (input.lines && x >= input.rows && x < input.rows + input.bytes) {
        rows = reinterpret_cast<const uint8_t *>(input.rows);
        lines = input.lines;
      }
    }
  }

  explicit operator bool() const { return lines; }

  /// As findEvents, of elements of the signal.
  int32_t find(const uint8_t *x, int64_t size, int64_t first,
               uint16_t *index) const {
    int64_t begin = x - rows, end = begin + size;
    int64_t last = (end - 1) / kLineBytes, word = begin / kLineBytes / 64;
    uint64_t left = lines[word] & ~uint64_t(0) << begin / kLineBytes % 64;
    int32_t count = 0;
    while (true) {
      for (; left; left &= left - 1) {
        int64_t line = word * 64 + __builtin_ctzll(left);
        if (line > last)
          return count;
        int64_t from = most(begin, line * kLineBytes),
                to = least(end, (line + 1) * kLineBytes);
        count += findEvents<uint8_t, float>(rows + from, to - from,
                                            first + from - begin, index + count,
                                            nullptr);
      }
      if (++word > last / 64)
        return count;
      left = lines[word];
    }
  }

private:
  const uint8_t *rows = nullptr;
  const uint64_t *lines = nullptr;
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_SPIKELINES_H
