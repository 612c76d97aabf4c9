// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected projections. Panels.h says how weights are packed.

#include "DirectProduct.h"
#include "ProductLoops.h"
#include "RowGroup.h"

using namespace volley::kernels;

namespace {

/// Rows of few events go to the event-driven product, the others to the one
/// that works on every term.
template <typename X, typename W> class AdaptiveProduct {
public:
  using Element = W;
  using Weight = W;
  struct Weights {
    PanelWeights<W> panels;
    /// Of kAll terms.
    int64_t mostEvents;
    Weights ofGroup(int64_t group, int64_t K, int64_t N) const {
      return {panels.ofGroup(group, K, N), mostEvents};
    }
    Weights from(int64_t n, int64_t K) const {
      return {panels.from(n, K), mostEvents};
    }
  };

  AdaptiveProduct(const Tile *tile, Weights weights, int64_t K, int64_t N)
      : few(tile, weights.panels, K, N), many(weights.panels, K, N), K(K),
        mostEvents(weights.mostEvents), isAdaptive(K <= kIndices) {}

  static constexpr bool kHasTeamEvents = true;
  using Events = TeamEvents<X, W>;
  static constexpr int64_t kIndices = EventProduct<X, W>::kIndices,
                           kTerms = EventProduct<X, W>::kTerms;

  static int64_t getMostRows(int64_t K) {
    return EventProduct<X, W>::getMostRows(K);
  }
  int64_t getWidth() const { return few.getWidth(); }
  bool hasRoom(int64_t terms, int64_t moreRows) const {
    return few.hasRoom(terms, moreRows) && many.hasRoom(moreRows);
  }

  void startRow(W *out) {
    if (isAdaptive && !hasRoom(K, 1))
      flush();
    few.startRow(out);
    y = out;
  }

  /// Adds all terms of the row.
  void add(const X *x, int64_t size, int64_t) {
    few.add(x, size, 0);
    if (!isAdaptive || !areMany(few.getRowEvents()))
      return;
    few.dropRow();
    many.add(x, y);
  }

  /// Adds a row x of which a team has found the events.
  void addFound(W *out, const Events &events, int64_t row, const X *x) {
    if (areMany(events.getCount(row)))
      many.add(x, out);
    else
      few.addFound(out, events, row, x);
  }

  void endRows() { few.endRows(); }

  template <typename Function> void flushTiles(Function function) {
    few.flushTiles(withMany(function));
    many.clear();
  }

  template <typename Function>
  void workOffTiles(int64_t first, int64_t last, Function function) {
    few.workOffTiles(first, last, withMany(function));
  }

  void workOff(int64_t first, int64_t last) {
    few.workOff(first, last);
    many.workOff(first, last - first, first);
  }

  void flush() {
    few.flush();
    many.flush();
  }

private:
  bool areMany(int64_t events) const { return events * kAll > mostEvents * K; }

  /// What to do after a tile of the rows of few events.
  template <typename Function> auto withMany(Function function) {
    return [this, function](int64_t n, int64_t outputs) {
      many.workOff(n, outputs, 0);
      function(n, outputs);
    };
  }

  EventProduct<X, W> few;
  RowGroup<X, W> many;
  int64_t K, mostEvents;
  /// Rows of more terms do not always have room.
  bool isAdaptive;
  W *y = nullptr;
};

template <typename X, typename W>
inline void denseBlocked(Tile *tile, const X *x, int64_t xStep, W *y,
                         int64_t yStep, int64_t nt, int64_t nb, const W *weight,
                         const W *bias, int64_t lead, int64_t K, int64_t N) {
  shareProduct<W>(
      tile, lead, nt * nb, K, N, K * (N + 16) / 16,
      [&](int64_t l, int64_t first, int64_t last, int64_t n, int64_t end) {
        PanelWeights<W> weights{weight, bias};
        auto &rows = makeScratch<RowGroup<X, W>>(
            tile, weights.ofGroup(l, K, N).from(n, K), K, end - n);
        forRows(first, last, nb, [&](int64_t t, int64_t b) {
          if (!rows.hasRoom(1))
            rows.flush();
          rows.add(x + t * xStep + (b * lead + l) * K,
                   y + t * yStep + (b * lead + l) * N + n);
        });
        rows.flush();
      });
}

} // namespace

#define VOLLEY_DENSE(NAME, FUNCTION, X, W)                                     \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const X *x, int64_t xStep, W *y, int64_t yStep, int64_t nt, \
      int64_t nb, const W *weight, const W *bias, int64_t lead, int64_t K,     \
      int64_t N) {                                                             \
    FUNCTION(tile, x, xStep, y, yStep, nt, nb, weight, bias, lead, K, N);      \
  }

/// With a null function there is no population behind the product.
#define VOLLEY_DENSE_NEURONS(NAME, X, W)                                       \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const X *x, int64_t xStep, W *y, int64_t yStep, int64_t nt, \
      int64_t nb, const W *weight, const W *bias, int64_t lead, int64_t K,     \
      int64_t N, int64_t mostEvents, StepFunction function,                    \
      const void *arguments, int64_t rowsPerSample) {                          \
    using Product = AdaptiveProduct<X, W>;                                     \
    Product::Weights weights{{weight, bias}, mostEvents};                      \
    if (!function)                                                             \
      return denseRows<Product>(tile, x, xStep, y, yStep, nt, nb, weights,     \
                                lead, K, N);                                   \
    denseNeurons<Product>(tile, x, xStep, nt, nb, weights, K, N,               \
                          {function, arguments, rowsPerSample});               \
  }

/// Weights that the first cache holds, one panel.
#define VOLLEY_DENSE_DIRECT(NAME, X, W)                                        \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const X *x, int64_t xStep, W *y, int64_t yStep, int64_t nt, \
      int64_t nb, const W *weight, const W *bias, int64_t lead, int64_t K,     \
      int64_t N, StepFunction function, const void *arguments,                 \
      int64_t rowsPerSample) {                                                 \
    PanelWeights<W> weights{weight, bias};                                     \
    if (!function)                                                             \
      return denseDirect(tile, x, xStep, y, yStep, nt, nb, weights, lead, K,   \
                         N);                                                   \
    denseDirectNeurons(tile, x, xStep, nt, nb, weights, K, N,                  \
                       {function, arguments, rowsPerSample});                  \
  }

/// Integers for weights and accumulators, of BITS each.
#define VOLLEY_DENSE_INTEGERS(BITS, TYPE, X)                                   \
  extern "C" void VOLLEY_KERNEL(volley_dense_event##BITS##_##TYPE##_f32)(      \
      Tile * tile, const X *x, int64_t xStep, float *y, int64_t yStep,         \
      int64_t nt, int64_t nb, const int##BITS##_t *weight,                     \
      const float *factors, int64_t lead, int64_t K, int64_t N,                \
      StepFunction function, const void *arguments, int64_t rowsPerSample) {   \
    using Product = EventProduct<X, int##BITS##_t, float>;                     \
    auto weights = getIntegerWeights(weight, factors, lead, N);                \
    if (!function)                                                             \
      return denseRows<Product>(tile, x, xStep, y, yStep, nt, nb, weights,     \
                                lead, K, N);                                   \
    denseNeurons<Product>(tile, x, xStep, nt, nb, weights, K, N,               \
                          {function, arguments, rowsPerSample});               \
  }

VOLLEY_DENSE_INTEGERS(16, i1, uint8_t)
VOLLEY_DENSE_INTEGERS(32, i1, uint8_t)
VOLLEY_DENSE_INTEGERS(16, i32, int32_t)
VOLLEY_DENSE_INTEGERS(32, i32, int32_t)
VOLLEY_DENSE_NEURONS(volley_dense_event_i1_f32, uint8_t, float)
VOLLEY_DENSE_NEURONS(volley_dense_event_i32_f32, int32_t, float)
VOLLEY_DENSE_NEURONS(volley_dense_event_f32_f32, float, float)
VOLLEY_DENSE_NEURONS(volley_dense_event_i1_f64, uint8_t, double)
VOLLEY_DENSE_NEURONS(volley_dense_event_i32_f64, int32_t, double)
VOLLEY_DENSE_NEURONS(volley_dense_event_f64_f64, double, double)
VOLLEY_DENSE(volley_dense_blocked_i1_f32, denseBlocked, uint8_t, float)
VOLLEY_DENSE(volley_dense_blocked_i32_f32, denseBlocked, int32_t, float)
VOLLEY_DENSE(volley_dense_blocked_f32_f32, denseBlocked, float, float)
VOLLEY_DENSE(volley_dense_blocked_i1_f64, denseBlocked, uint8_t, double)
VOLLEY_DENSE(volley_dense_blocked_i32_f64, denseBlocked, int32_t, double)
VOLLEY_DENSE(volley_dense_blocked_f64_f64, denseBlocked, double, double)
VOLLEY_DENSE_DIRECT(volley_dense_direct_i1_f32, uint8_t, float)
VOLLEY_DENSE_DIRECT(volley_dense_direct_i32_f32, int32_t, float)
VOLLEY_DENSE_DIRECT(volley_dense_direct_f32_f32, float, float)
VOLLEY_DENSE_DIRECT(volley_dense_direct_i1_f64, uint8_t, double)
VOLLEY_DENSE_DIRECT(volley_dense_direct_i32_f64, int32_t, double)
VOLLEY_DENSE_DIRECT(volley_dense_direct_f64_f64, double, double)
