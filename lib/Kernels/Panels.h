// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the weights of products and convolutions are packed, and how threads
// share the outputs.
//
// In panels of panelWidth outputs, [panel][k][output]; the last panel is as
// wide as it needs to be, rounded up to whole vectors. The bias is padded
// alike.

#ifndef VOLLEY_LIB_KERNELS_PANELS_H
#define VOLLEY_LIB_KERNELS_PANELS_H

#include "Kernels.h"
#include "Team.h"

namespace volley::kernels {

/// Packed weights and the padded bias.
template <typename W> struct PanelWeights {
  const W *weight, *bias;
  /// Those of a group of N outputs of K terms.
  PanelWeights ofGroup(int64_t group, int64_t K, int64_t N) const {
    int64_t padded = roundUp<W>(N);
    return {weight + group * K * padded, bias + group * padded};
  }
  /// Those of outputs from n on, the first one of a panel.
  PanelWeights from(int64_t n, int64_t K) const {
    return {weight + n * K, bias + n};
  }
};

/// Calls function(firstOutput, weights, width in vectors) for each panel.
template <typename W, typename Function>
inline void forPanels(const W *weight, int64_t K, int64_t N,
                      const Function &function) {
  int64_t n = 0;
  for (; n + panelWidth<W> <= N; n += panelWidth<W>)
    function(n, weight + n * K, kPanelVectors);
  if (n < N)
    function(n, weight + n * K, (N - n + lanes<W> - 1) / lanes<W>);
}

/// Calls function(group, first row, last row) for places [first, last) in
/// groups of rows one after another.
template <typename Function>
inline void forGroups(int64_t rows, int64_t first, int64_t last,
                      const Function &function) {
  while (first < last) {
    auto [group, begin] = divide(first, rows);
    int64_t end = least(rows, begin + last - first);
    function(group, begin, end);
    first += end - begin;
  }
}

/// Whether threads share the outputs of a product of `lead` groups of rows,
/// each with N outputs of K terms, and not its rows: where rows are few, or
/// where each thread had to read a large weight for little work with it.
template <typename W>
inline bool sharesOutputs(const Tile *tile, int64_t lead, int64_t rows,
                          int64_t K, int64_t N, int64_t rowCycles) {
  constexpr int64_t kLargeWeight = 1 << 20, kCyclesOfWeight = 3;
  int64_t workers = tile->workers;
  int64_t cycles = rows * rowCycles;
  bool isLarge = K * N * static_cast<int64_t>(sizeof(W)) > kLargeWeight &&
                 cycles < workers * K * N * kCyclesOfWeight;
  return workers > 1 && lead == 1 && N > (workers - 1) * panelWidth<W> &&
         (tile->sharesAll || cycles >= workers * kLeastWork) &&
         (isLarge || rows < 4 * workers);
}

/// Shares such a product: function(group, first row, last row, first output,
/// last output).
template <typename W, typename Function>
inline void shareProduct(Tile *tile, int64_t lead, int64_t rows, int64_t K,
                         int64_t N, int64_t rowCycles,
                         const Function &function) {
  if (sharesOutputs<W>(tile, lead, rows, K, N, rowCycles)) {
    int64_t panels = (N + panelWidth<W> - 1) / panelWidth<W>;
    return share(tile, panels, (panels + tile->workers - 1) / tile->workers,
                 [&](int64_t first, int64_t last) {
                   function(0, 0, rows, first * panelWidth<W>,
                            least(N, last * panelWidth<W>));
                 });
  }
  share(tile, lead * rows, getGrain(tile, rowCycles),
        [&](int64_t first, int64_t last) {
          forGroups(rows, first, last,
                    [&](int64_t group, int64_t begin, int64_t end) {
                      function(group, begin, end, 0, N);
                    });
        });
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_PANELS_H
