// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The event-driven product that projections and convolutions share: rows of few
// elements that are not zero, times a packed weight.
//
// Weights are packed in panels of panelWidth outputs, [panel][k][output]; the
// last panel is as wide as it needs to be, rounded up to whole vectors. The
// bias is padded alike.

#ifndef VOLLEY_LIB_KERNELS_EVENTPRODUCT_H
#define VOLLEY_LIB_KERNELS_EVENTPRODUCT_H

#include "Accumulators.h"
#include "Kernels.h"
#include "Team.h"

namespace volley::kernels {

/// Calls function(firstOutput, weights, width in vectors) for each panel.
template <typename W, typename Function>
inline void forPanels(const W *weight, int64_t K, int64_t N,
                      Function function) {
  int64_t n = 0;
  for (; n + panelWidth<W> <= N; n += panelWidth<W>)
    function(n, weight + n * K, kPanelVectors);
  if (n < N)
    function(n, weight + n * K, (N - n + lanes<W> - 1) / lanes<W>);
}

/// Shares a product of `lead` groups of rows, each with N outputs of K terms:
/// function(group, first row, last row, first output, last output). By rows;
/// but by panels where rows are few, or where each thread had to read a large
/// weight alone.
template <typename W, typename Function>
inline void shareProduct(Tile *tile, int64_t lead, int64_t rows, int64_t K,
                         int64_t N, int64_t rowCycles, Function function) {
  constexpr int64_t kLargeWeight = 1 << 20;
  int64_t workers = tile->workers;
  int64_t panels = (N + panelWidth<W> - 1) / panelWidth<W>;
  bool isLarge = K * N * static_cast<int64_t>(sizeof(W)) > kLargeWeight;
  if (workers > 1 && lead == 1 && panels >= workers &&
      (tile->sharesAll || rows * rowCycles >= workers * kLeastWork) &&
      (isLarge || rows < 4 * workers))
    return share(tile, panels, (panels + workers - 1) / workers,
                 [&](int64_t first, int64_t last) {
                   function(0, 0, rows, first * panelWidth<W>,
                            least(N, last * panelWidth<W>));
                 });
  share(tile, lead * rows, getGrain(rowCycles),
        [&](int64_t first, int64_t last) {
          while (first < last) {
            int64_t group = first / rows, begin = first % rows;
            int64_t end = least(rows, begin + last - first);
            function(group, begin, end, 0, N);
            first += end - begin;
          }
        });
}

/// Numbers of non-zero elements: 1 for spikes.
template <typename X, typename W> struct EventValues {
  static constexpr int64_t kCapacity = 16384;
  W value[kCapacity];
};
template <typename W> struct EventValues<uint8_t, W> {
  static constexpr int64_t kCapacity = 32768;
};

/// Rows are collected first, then worked off together, so that a part of the
/// weight that fits the first cache is used by all of them before the next. The
/// order of each row's terms is kept; accumulators wait in the result between
/// parts.
template <typename X, typename W> class EventProduct {
public:
  EventProduct(const W *weight, const W *bias, int64_t K, int64_t N)
      : weight(weight), bias(bias), K(K), N(N) {}

  /// Begins a row whose result goes to `out`.
  void startRow(W *out) {
    if (rows == kMostRows || base != 0)
      flush();
    y[rows] = out;
    begin[rows] = count;
    ++rows;
  }

  /// Adds terms k, k + 1, ... of the row, with elements x[0, size).
  void add(const X *x, int64_t size, int64_t k) {
    while (size > 0) {
      if (count + kLongestStretch > Values::kCapacity)
        flushButLast();
      if (k >= limit)
        moveBase(k);
      int64_t part = size < kLongestStretch ? size : kLongestStretch;
      if (part > limit - k)
        part = limit - k;
      collect(x, part, static_cast<uint16_t>(k - base));
      x += part;
      k += part;
      size -= part;
    }
  }

  /// Works off all rows.
  void flush() {
    workOff(/*isLast=*/true);
    rows = 0;
    count = 0;
    isOpen = false;
    base = 0;
    limit = kIndices;
  }

private:
  using Values = EventValues<X, W>;
  static constexpr int64_t kMostRows = 1024;
  static constexpr int64_t kLongestStretch = 512;
  /// Terms that an index tells apart.
  static constexpr int64_t kIndices = 65536;
  /// Of the weight at a time.
  static constexpr int64_t kCacheBytes = 32768;

  void collect(const X *x, int64_t size, uint16_t first) {
    if constexpr (sizeof(X) == 1) {
      int64_t k = 0;
      for (; k + 8 <= size; k += 8) {
        uint64_t word;
        __builtin_memcpy(&word, x + k, 8);
        while (word) {
          int bit = __builtin_ctzll(word);
          index[count++] = static_cast<uint16_t>(first + k + bit / 8);
          word &= word - 1;
        }
      }
      for (; k < size; ++k)
        if (x[k])
          index[count++] = static_cast<uint16_t>(first + k);
    } else {
      for (int64_t k = 0; k < size; ++k) {
        // Without a branch: most elements are zero, but not predictably so.
        index[count] = static_cast<uint16_t>(first + k);
        values.value[count] = static_cast<W>(x[k]);
        count += x[k] != X(0);
      }
    }
  }

  /// Makes room: earlier rows are done, the last one is begun.
  void flushButLast() {
    W *last = y[rows - 1];
    workOff(/*isLast=*/false);
    rows = 1;
    y[0] = last;
    begin[0] = 0;
    count = 0;
    isOpen = true;
  }

  /// A row of more terms than an index tells apart goes on from another base.
  void moveBase(int64_t k) {
    flushButLast();
    base = k;
    limit = k + kIndices;
  }

  /// `isLast`: the last row is complete, as are the others.
  void workOff(bool isLast) {
    begin[rows] = count;
    forPanels(weight, K, N, [&](int64_t n, const W *panel, int64_t vectors) {
      switch (vectors) {
      case 1:
        return workOffPanel<1>(panel, n, isLast);
      case 2:
        return workOffPanel<2>(panel, n, isLast);
      case 3:
        return workOffPanel<3>(panel, n, isLast);
      default:
        return workOffPanel<4>(panel, n, isLast);
      }
    });
  }

  template <int P> void workOffPanel(const W *panel, int64_t n, bool isLast) {
    constexpr int64_t width = P * lanes<W>;
    int64_t end = K - base < kIndices ? K - base : kIndices;
    // Parts of the weight pay if each of their rows is used several times.
    int64_t part = kCacheBytes / static_cast<int64_t>(width * sizeof(W));
    if (count < 2 * end || part > end)
      part = end;
    for (int64_t r = 0; r < rows; ++r)
      cursor[r] = begin[r];
    panel += base * width;
    for (int64_t first = 0; first < end; first += part) {
      bool isFirstPart = first == 0, isLastPart = first + part >= end;
      int32_t bound =
          static_cast<int32_t>(isLastPart ? kIndices : first + part);
      for (int64_t r = 0; r < rows; ++r) {
        // The first row may have been begun, the last one may go on.
        bool isStart = isFirstPart && !(r == 0 && isOpen);
        bool isEnd = isLastPart && (isLast || r + 1 < rows);
        int32_t e = cursor[r], stop = begin[r + 1];
        if (!isStart && !isEnd && (e == stop || index[e] >= bound))
          continue;
        Vector<W> acc[P] = {};
        if (!isStart)
          resume(acc, y[r], n, N);
        for (; e < stop && index[e] < bound; ++e) {
          const W *row = panel + index[e] * width;
          for (int p = 0; p < P; ++p) {
            Vector<W> w = load(row + p * lanes<W>);
            if constexpr (sizeof(X) == 1)
              acc[p] += w;
            else
              acc[p] = fma<W>(splat(values.value[e]), w, acc[p]);
          }
        }
        cursor[r] = e;
        if (isEnd)
          finish(acc, bias, y[r], n, N);
        else
          park(acc, y[r], n, N);
      }
    }
  }

  const W *weight, *bias;
  int64_t K, N;
  int64_t rows = 0;
  int32_t count = 0;
  /// The first row has accumulators in its result already.
  bool isOpen = false;
  /// Indices are relative to `base`, and terms from `limit` on have none.
  int64_t base = 0, limit = kIndices;
  W *y[kMostRows];
  int32_t begin[kMostRows + 1], cursor[kMostRows];
  uint16_t index[Values::kCapacity + 8];
  Values values;
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_EVENTPRODUCT_H
