// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels that move elements: copies, transpositions, delays. Sizes of elements
// are 1, 4 or 8 bytes; steps are counted in bytes.

#include "../../include/volley/Support/FixedMath.h"
#include "Kernels.h"
#include "MoveGeometry.h"
#include "Team.h"

using namespace volley::kernels;

/// Bytes that a core copies in a cycle; rough.
static constexpr int64_t kCopyRate = 16;

/// Copies the rows of a signal of `bytes` bytes.
extern "C" void VOLLEY_KERNEL(volley_copy)(Tile *tile, const char *x,
                                           int64_t xStep, char *y,
                                           int64_t yStep, int64_t nt,
                                           int64_t nb, int64_t bytes) {
  share(tile, nt, getGrain(tile, nb * bytes / kCopyRate),
        [&](int64_t first, int64_t last) {
          for (int64_t t = first; t < last; ++t)
            __builtin_memcpy(y + t * yStep, x + t * xStep, nb * bytes);
        });
}

namespace {
/// A row of a square block: one register of 16 bytes.
template <typename T> struct BlockRow {
  static constexpr int count = 16 / sizeof(T);
  typedef T Type __attribute__((vector_size(16), aligned(sizeof(T))));
};

/// Elements of two rows in turns: of their first halves, of their second ones.
template <typename T> struct Interleaved {
  using Row = typename BlockRow<T>::Type;
  Row low, high;

  [[gnu::always_inline]] Interleaved(Row a, Row b) {
    if constexpr (sizeof(T) == 1) {
      low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                    21, 6, 22, 7, 23);
      high = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                     13, 29, 14, 30, 15, 31);
    } else if constexpr (sizeof(T) == 4) {
      low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
      high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    } else {
      low = __builtin_shufflevector(a, b, 0, 2);
      high = __builtin_shufflevector(a, b, 1, 3);
    }
  }
};

/// A square block. Rows of distance half the block in turns, as often as it can
/// be halved, are its columns.
template <typename T>
inline void transposeBlock(const T *from, int64_t fromStride, T *to,
                           int64_t toStride) {
  using Row = typename BlockRow<T>::Type;
  constexpr int count = BlockRow<T>::count;
  Row rows[count], next[count];
  for (int i = 0; i < count; ++i)
    rows[i] = *reinterpret_cast<const Row *>(from + i * fromStride);
  for (int size = count; size > 1; size /= 2) {
    for (int i = 0; i < count / 2; ++i) {
      Interleaved<T> pair(rows[i], rows[i + count / 2]);
      next[2 * i] = pair.low;
      next[2 * i + 1] = pair.high;
    }
    for (int i = 0; i < count; ++i)
      rows[i] = next[i];
  }
  for (int i = 0; i < count; ++i)
    *reinterpret_cast<Row *>(to + i * toStride) = rows[i];
}

/// Elements [first, last) of the dimension before the last one, which is
/// contiguous in `from`, as the last one is in `to`.
template <typename T>
inline void transpose(const T *from, T *to, const MoveGeometry &g,
                      int64_t first, int64_t last) {
  constexpr int64_t count = BlockRow<T>::count;
  int64_t size = g.sizes[g.rank - 1], fromStride = g.from[g.rank - 1],
          toStride = g.to[g.rank - 2];
  int64_t i = first;
  if (size == 2 && toStride == 2) {
    // Two channels, as event cameras have.
    using Row = typename BlockRow<T>::Type;
    for (; i + count <= last; i += count) {
      Interleaved<T> pair(
          *reinterpret_cast<const Row *>(from + i),
          *reinterpret_cast<const Row *>(from + fromStride + i));
      *reinterpret_cast<Row *>(to + 2 * i) = pair.low;
      *reinterpret_cast<Row *>(to + 2 * i + count) = pair.high;
    }
  }
  for (; i + count <= last && size >= count; i += count) {
    int64_t o = 0;
    for (; o + count <= size; o += count)
      transposeBlock(from + o * fromStride + i, fromStride,
                     to + i * toStride + o, toStride);
    for (; o < size; ++o)
      for (int64_t j = i; j < i + count; ++j)
        to[j * toStride + o] = from[o * fromStride + j];
  }
  for (; i < last; ++i)
    for (int64_t o = 0; o < size; ++o)
      to[i * toStride + o] = from[o * fromStride + i];
}

/// The box of `g` from dimension `dim` on, elements [first, last) of that one.
template <typename T>
inline void moveBox(const T *from, T *to, const MoveGeometry &g, int64_t dim,
                    int64_t first, int64_t last) {
  int64_t fromStride = g.from[dim], toStride = g.to[dim];
  if (dim + 2 == g.rank && fromStride == 1 && g.to[dim + 1] == 1)
    return transpose(from, to, g, first, last);
  if (dim + 1 < g.rank) {
    for (int64_t i = first; i < last; ++i)
      moveBox(from + i * fromStride, to + i * toStride, g, dim + 1, 0,
              g.sizes[dim + 1]);
    return;
  }
  if (fromStride == 1 && toStride == 1) {
    __builtin_memcpy(to + first, from + first, (last - first) * sizeof(T));
    return;
  }
  for (int64_t i = first; i < last; ++i)
    to[i * toStride] = from[i * fromStride];
}

template <typename T>
inline void move(Tile *tile, const char *x, int64_t xStep, int64_t xRow,
                 char *y, int64_t yStep, int64_t yRow, int64_t nt, int64_t nb,
                 const MoveGeometry &g) {
  int64_t cycles = 1;
  for (int64_t dim = 1; dim < g.rank; ++dim)
    cycles *= g.sizes[dim];
  shareRows(tile, x, xStep, xRow, y, yStep, yRow, nt, nb, g.sizes[0], cycles,
            [&](const char *in, char *out, int64_t first, int64_t last) {
              moveBox(reinterpret_cast<const T *>(in) + g.fromOffset,
                      reinterpret_cast<T *>(out) + g.toOffset, g, 0, first,
                      last);
            });
}
} // namespace

/// Moves a box of elements. Rows of the signals have xRow and yRow bytes.
extern "C" void VOLLEY_KERNEL(volley_move)(Tile *tile, const char *x,
                                           int64_t xStep, int64_t xRow, char *y,
                                           int64_t yStep, int64_t yRow,
                                           int64_t nt, int64_t nb,
                                           const MoveGeometry *geometry,
                                           int64_t size) {
  const MoveGeometry &g = *geometry;
  switch (size) {
  case 1:
    return move<uint8_t>(tile, x, xStep, xRow, y, yStep, yRow, nt, nb, g);
  case 4:
    return move<uint32_t>(tile, x, xStep, xRow, y, yStep, yRow, nt, nb, g);
  default:
    return move<uint64_t>(tile, x, xStep, xRow, y, yStep, yRow, nt, nb, g);
  }
}

/// Calls function(b) for each sample, whose signal has `bytes` bytes.
template <typename Function>
static void shareSamples(Tile *tile, int64_t nb, int64_t bytes,
                         Function function) {
  share(tile, nb, getGrain(tile, bytes / kCopyRate),
        [&](int64_t first, int64_t last) {
          for (int64_t b = first; b < last; ++b)
            function(b);
        });
}

/// Copies a signal of `bytes` bytes from each sample's state, or into it; 0 as
/// distance gives all samples the same.
extern "C" void VOLLEY_KERNEL(volley_gather_samples)(Tile *tile, const char *x,
                                                     int64_t sampleBytes,
                                                     char *y, int64_t nb,
                                                     int64_t bytes) {
  shareSamples(tile, nb, bytes, [&](int64_t b) {
    __builtin_memcpy(y + b * bytes, x + b * sampleBytes, bytes);
  });
}

extern "C" void VOLLEY_KERNEL(volley_scatter_samples)(Tile *tile, const char *x,
                                                      char *y,
                                                      int64_t sampleBytes,
                                                      int64_t nb,
                                                      int64_t bytes) {
  shareSamples(tile, nb, bytes, [&](int64_t b) {
    __builtin_memcpy(y + b * sampleBytes, x + b * bytes, bytes);
  });
}

// A delay's history is part of a sample's state: `depth` slots of a signal
// each. What was written at step s is in slot s mod depth. Samples are
// `sampleBytes` apart.

/// Most histories have one slot, and a division takes long.
static uint64_t getSlot(uint64_t step, int64_t depth) {
  return depth == 1 ? 0 : step % depth;
}

/// The signal of `steps` writes ago. `step` is the number of writes so far.
extern "C" void VOLLEY_KERNEL(volley_delay_read)(
    Tile *tile, const char *history, int64_t sampleBytes, char *y, int64_t nb,
    int64_t bytes, int64_t depth, uint64_t step, int64_t steps) {
  uint64_t slot = getSlot(step + depth - steps, depth);
  shareSamples(tile, nb, bytes, [&](int64_t b) {
    __builtin_memcpy(y + b * bytes, history + b * sampleBytes + slot * bytes,
                     bytes);
  });
}

/// The same with a number of writes per element.
extern "C" void VOLLEY_KERNEL(volley_delay_read_each)(
    Tile *tile, const char *history, int64_t sampleBytes, char *y, int64_t nb,
    int64_t bytes, int64_t depth, uint64_t step, const int32_t *steps,
    int64_t size) {
  shareSamples(tile, nb, bytes * kCopyRate, [&](int64_t b) {
    for (int64_t i = 0; i < bytes / size; ++i) {
      uint64_t slot = (step + depth - steps[i]) % depth;
      __builtin_memcpy(y + b * bytes + i * size,
                       history + b * sampleBytes + slot * bytes + i * size,
                       size);
    }
  });
}

extern "C" void VOLLEY_KERNEL(volley_delay_write)(Tile *tile, const char *x,
                                                  int64_t nb, char *history,
                                                  int64_t sampleBytes,
                                                  int64_t bytes, int64_t depth,
                                                  uint64_t step) {
  uint64_t slot = getSlot(step, depth);
  shareSamples(tile, nb, bytes, [&](int64_t b) {
    __builtin_memcpy(history + b * sampleBytes + slot * bytes, x + b * bytes,
                     bytes);
  });
}

// The fixed functions of neuron laws.

extern "C" float VOLLEY_KERNEL(volley_exp_f32)(float x) {
  return volley::fixedExp(x);
}
extern "C" float VOLLEY_KERNEL(volley_log_f32)(float x) {
  return volley::fixedLog(x);
}
