// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The event-driven product of small weights: a row's events are bits of a word,
// and are worked off one by one while its outputs are in registers. Nothing is
// collected, since all weights are in the first cache.

#ifndef VOLLEY_LIB_KERNELS_DIRECTPRODUCT_H
#define VOLLEY_LIB_KERNELS_DIRECTPRODUCT_H

#include "ProductLoops.h"

namespace volley::kernels {

/// A row of K terms for N outputs of P vectors; `room` is what the result has
/// place for.
template <int P, typename X, typename W>
inline void addDirect(const X *x, W *y, PanelWeights<W> weights, int64_t K,
                      int64_t room) {
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
  finish(acc, weights.bias, y, 0, room);
}

/// A projection of `lead` groups.
template <typename X, typename W>
inline void denseDirect(Tile *tile, const X *x, int64_t xStep, W *y,
                        int64_t yStep, int64_t nt, int64_t nb,
                        PanelWeights<W> weights, int64_t lead, int64_t K,
                        int64_t N) {
  share(tile, lead * nt * nb, getGrain(tile, K * (N + 64) / 128),
        [&](int64_t first, int64_t last) {
          withVectors(roundUp<W>(N) / lanes<W>, [&](auto vectors) {
            forGroups(nt * nb, first, last,
                      [&](int64_t l, int64_t begin, int64_t end) {
                        PanelWeights<W> own = weights.ofGroup(l, K, N);
                        forRows(begin, end, nb, [&](int64_t t, int64_t b) {
                          addDirect<decltype(vectors)::value>(
                              x + t * xStep + (b * lead + l) * K,
                              y + t * yStep + (b * lead + l) * N, own, K, N);
                        });
                      });
          });
        });
}

/// A projection with the population behind it, which does its steps as soon as
/// its buffer of sums is full.
template <typename X, typename W>
inline void denseDirectNeurons(Tile *tile, const X *x, int64_t xStep,
                               int64_t nt, int64_t nb, PanelWeights<W> weights,
                               int64_t K, int64_t N,
                               const Population &population) {
  // What the first cache has room for beside the weights.
  constexpr int64_t kSums = 64;
  share(tile, nb, getGrain(tile, nt * K * (N + 64) / 128),
        [&](int64_t first, int64_t last) {
          alignas(64) W buffer[kSums * panelWidth<W>];
          NeuronRange range;
          range.first = 0;
          range.neurons = N;
          withVectors(roundUp<W>(N) / lanes<W>, [&](auto vectors) {
            constexpr int64_t width = decltype(vectors)::value * lanes<W>;
            range.inputStep = width * sizeof(W);
            int64_t rows = last - first;
            if (rows * nt > kSums)
              rows = most(kSums / nt, 1);
            for (int64_t row = first; row < last; row += rows) {
              int64_t count = least(rows, last - row);
              for (int64_t t = 0; t < nt; t += kSums) {
                range.firstStep = t;
                range.steps = least(nt - t, kSums);
                W *sums = buffer;
                for (int64_t b = row; b < row + count; ++b)
                  for (int64_t i = t; i < t + range.steps; ++i, sums += width)
                    addDirect<decltype(vectors)::value>(
                        x + i * xStep + b * K, sums, weights, K, width);
                range.input = reinterpret_cast<const char *>(buffer);
                runPopulation(population, range, row, count);
              }
            }
          });
        });
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_DIRECTPRODUCT_H
