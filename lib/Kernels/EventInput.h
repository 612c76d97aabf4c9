// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inputs that are given as lists of events. What a tile has of them is put into
// a buffer that is zero but for that, and taken out after the tile, so that
// every kernel can read it; those that look for spikes are told where to look
// (SpikeLines.h). The time goes with the events, and so does the memory that is
// touched, up to one tile.

#ifndef VOLLEY_LIB_KERNELS_EVENTINPUT_H
#define VOLLEY_LIB_KERNELS_EVENTINPUT_H

#include "Descriptor.h"
#include "MoveGeometry.h"

#include <stdlib.h>
#include <string.h>

namespace volley::kernels {

/// The buffers of one input, one per worker.
class EventInput {
public:
  /// Of an input of `elements`, for tiles of as many rows. `layout` says where
  /// its elements go; null: where they are. False if there is no memory.
  bool allocate(int64_t elements, int64_t batch, int64_t rows, int64_t workers,
                const MoveGeometry *layout) {
    this->elements = elements;
    this->layout = layout;
    groups = countGroups(rows);
    seenWords = (elements * batch + 63) / 64;
    // From calloc large memory is there when it is touched.
    memory = static_cast<char *>(calloc(workers * getBytes() + kLineBytes, 1));
    seen = static_cast<uint64_t *>(calloc(seenWords, sizeof(uint64_t)));
    if (!memory || !seen)
      release();
    return memory;
  }
  bool isAllocated() const { return memory; }
  void release() {
    free(memory);
    free(seen);
    memory = nullptr;
    seen = nullptr;
  }

  /// A zero bit for each element of a batch, for checks.
  uint64_t *getSeen() { return seen; }
  /// Of a list that is wrong, bits are left.
  void clearSeen() {
    if (seen)
      memset(seen, 0, seenWords * sizeof(uint64_t));
  }

  /// Puts in what a list has of a tile, in the buffer of a worker.
  void put(const volley_events &events, int64_t worker, const Tile &tile) {
    char *rows = getRows(worker);
    uint64_t *lines = getLines(worker);
    for (uint64_t i = findStep(events, tile.firstStep); i < events.count; ++i) {
      int64_t step = getStep(events, i) - tile.firstStep;
      if (step >= tile.steps)
        break;
      int64_t b = (events.sample ? events.sample[i] : 0) - tile.firstSample;
      if (b < 0 || b >= tile.samples)
        continue;
      int64_t row = step * tile.samples + b;
      int64_t at = row * elements + getPosition(events.index[i]);
      rows[at] = 1;
      lines[at / kGroupBytes] |= uint64_t(1) << at / kLineBytes % 64;
    }
  }

  /// Takes out all that was put in for a tile of `count` rows.
  void clear(int64_t worker, int64_t count) {
    char *rows = getRows(worker);
    uint64_t *lines = getLines(worker);
    for (int64_t group = 0; group < countGroups(count); ++group) {
      for (uint64_t left = lines[group]; left; left &= left - 1)
        memset(rows + group * kGroupBytes + __builtin_ctzll(left) * kLineBytes,
               0, kLineBytes);
      lines[group] = 0;
    }
  }

  TileInput get(int64_t worker, int64_t samples) const {
    return {getRows(worker), samples, getLines(worker), groups * kGroupBytes};
  }

private:
  /// Bytes that a word of bits is for.
  static constexpr int64_t kGroupBytes = 64 * kLineBytes;

  int64_t countGroups(int64_t rows) const {
    return (elements * rows + kGroupBytes - 1) / kGroupBytes;
  }

  /// Of a worker's buffer: the rows, and a bit for each of their lines.
  int64_t getBytes() const {
    int64_t bits = groups * sizeof(uint64_t);
    return groups * kGroupBytes +
           (bits + kLineBytes - 1) / kLineBytes * kLineBytes;
  }
  char *getRows(int64_t worker) const {
    uintptr_t offset = -reinterpret_cast<uintptr_t>(memory) % kLineBytes;
    return memory + offset + worker * getBytes();
  }
  uint64_t *getLines(int64_t worker) const {
    return reinterpret_cast<uint64_t *>(getRows(worker) + groups * kGroupBytes);
  }

  /// The step of a run that an event is in: not too large a difference, as
  /// lists are checked, while first_step plus a step may be too large a sum.
  static int64_t getStep(const volley_events &events, uint64_t i) {
    return events.step[i] - events.first_step;
  }

  /// The first event that is not before a step.
  static uint64_t findStep(const volley_events &events, int64_t step) {
    uint64_t first = 0, last = events.count;
    while (first < last) {
      uint64_t middle = first + (last - first) / 2;
      if (getStep(events, middle) < step)
        first = middle + 1;
      else
        last = middle;
    }
    return first;
  }

  /// Where an element is. Dimensions are in descending order of their strides,
  /// of which the last is 1.
  int64_t getPosition(int64_t index) const {
    if (!layout)
      return index;
    int64_t position = 0, last = layout->rank - 1;
    for (int64_t dim = 0; dim < last; ++dim) {
      int64_t at = divide(index, layout->from[dim]);
      index -= at * layout->from[dim];
      position += at * layout->to[dim];
    }
    return position + index * layout->to[last];
  }

  /// Of 32 bits, where that is enough, as it takes a fraction of the time.
  static int64_t divide(uint64_t a, uint64_t b) {
    return (a | b) >> 32 ? a / b
                         : static_cast<uint32_t>(a) / static_cast<uint32_t>(b);
  }

  char *memory = nullptr;
  uint64_t *seen = nullptr;
  int64_t elements = 0, groups = 0, seenWords = 0;
  const MoveGeometry *layout = nullptr;
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_EVENTINPUT_H
