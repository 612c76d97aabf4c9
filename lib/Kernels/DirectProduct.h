// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The event-driven product of small weights: a row's events are bits of a word,
// and are worked off one by one while its outputs are in registers. Nothing is
// collected, since all weights are in the first cache.

#ifndef VOLLEY_LIB_KERNELS_DIRECTPRODUCT_H
#define VOLLEY_LIB_KERNELS_DIRECTPRODUCT_H

#include "Accumulators.h"
#include "EventSearch.h"
#include "Panels.h"

namespace volley::kernels {

/// Outputs are those of one panel. If `isTiled`, results go to places for
/// tileWidth elements, and else to places for N.
template <typename X, typename W, bool isTiled> class DirectProduct {
public:
  using Element = W;
  using Weight = W;
  using Weights = PanelWeights<W>;

  DirectProduct(Weights weights, int64_t K, int64_t N)
      : weights(weights), K(K), N(N) {}

  static int64_t getMostRows(int64_t) { return kMostRows; }
  bool hasRoom(int64_t, int64_t moreRows) const {
    return rows + moreRows <= kMostRows;
  }

  void startRow(W *out) {
    y = out;
    ++rows;
  }

  /// Works off the row, of which these are all terms.
  void add(const X *x, int64_t, int64_t) {
    withVectors(roundUp<W>(N) / lanes<W>,
                [&](auto count) { workOff<decltype(count)::value>(x); });
  }

  /// As of EventProduct; results are there already.
  template <typename Function> void flushTiles(Function function) {
    function(0, N);
    rows = 0;
  }
  void flush() { rows = 0; }

private:
  static constexpr int64_t kMostRows = 1024;

  template <int P> void workOff(const X *x) {
    Vector<W> acc[P] = {};
    for (int64_t first = 0; first < K; first += 64)
      for (uint64_t events = findEventBits(x + first, least(K - first, 64));
           events; events &= events - 1) {
        int64_t k = first + __builtin_ctzll(events);
        const W *row = weights.weight + k * P * lanes<W>;
        for (int p = 0; p < P; ++p) {
          Vector<W> w = load(row + p * lanes<W>);
          if constexpr (sizeof(X) == 1)
            acc[p] += w;
          else
            acc[p] = fma<W>(splat(static_cast<W>(x[k])), w, acc[p]);
        }
      }
    finish(acc, weights.bias, y, 0, isTiled ? P * lanes<W> : N);
  }

  Weights weights;
  int64_t K, N;
  int64_t rows = 0;
  W *y = nullptr;
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_DIRECTPRODUCT_H
