// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The product that works on every term: rows times a packed weight (Panels.h).

#ifndef VOLLEY_LIB_KERNELS_ROWGROUP_H
#define VOLLEY_LIB_KERNELS_ROWGROUP_H

#include "Accumulators.h"
#include "Panels.h"

namespace volley::kernels {

/// Terms whose weights are fetched before they are needed.
constexpr int64_t kAhead = 8;

/// Terms [0, count) of R rows, which may go on from sums that wait in the
/// result, and may wait there for more.
template <int R, int P, typename W>
inline void denseBlock(const W *const *x, W *const *y, const W *panel,
                       int64_t width, const W *bias, int64_t n, int64_t count,
                       int64_t N, bool isFirst, bool isLast) {
  Vector<W> acc[R][P] = {};
  if (!isFirst)
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r)
      resume(acc[r], y[r], n, N);
  for (int64_t k = 0; k < count; ++k) {
    Vector<W> w[P];
    for (int p = 0; p < P; ++p) {
      w[p] = load(panel + k * width + p * lanes<W>);
      // One row has them from the second cache; where registers hold one vector
      // of each row, all have.
      if (R == 1 || kBlockVectors == 1)
        __builtin_prefetch(panel + (k + kAhead) * width + p * lanes<W>);
    }
    for (int r = 0; r < R; ++r) {
      Vector<W> value = splat(x[r][k]);
      for (int p = 0; p < P; ++p)
        acc[r][p] = fma<W>(value, w[p], acc[r][p]);
    }
  }
  if (isLast)
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r)
      finish(acc[r], bias, y[r], n, N);
  else
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r)
      park(acc[r], y[r], n, N);
}

/// Rows that are accumulated at once, and of those that remain.
constexpr int kBlockRows = 6, kFewRows = 2;

/// Elements as numbers of another type.
template <typename X, typename W>
inline void convertNumbers(const X *x, W *numbers, int64_t count) {
  // As many as a register holds.
  constexpr int64_t step = kBlockVectors > 1 ? lanes<W> : 8;
  typedef X Elements __attribute__((vector_size(step * sizeof(X))));
  typedef W Numbers __attribute__((vector_size(step * sizeof(W))));
  auto convert = [&](int64_t at) {
    Elements elements;
    __builtin_memcpy(&elements, x + at, sizeof elements);
    Numbers converted = __builtin_convertvector(elements, Numbers);
    __builtin_memcpy(numbers + at, &converted, sizeof converted);
  };
  if (count < step) {
    for (int64_t i = 0; i < count; ++i)
      numbers[i] = static_cast<W>(x[i]);
    return;
  }
  for (int64_t i = 0; i + step < count; i += step)
    convert(i);
  // Some of them a second time.
  convert(count - step);
}

/// Rows that are worked off together, part after part of their terms: the
/// weights of a part stay in the cache for all of them.
template <typename X, typename W> class RowGroup {
public:
  RowGroup(PanelWeights<W> weights, int64_t K, int64_t N)
      : weights(weights), K(K), N(N) {}

  bool hasRoom(int64_t moreRows) const { return rows + moreRows <= kMostRows; }

  /// Adds a row whose result goes to `out`.
  void add(const X *in, W *out) {
    x[rows] = in;
    y[rows] = out;
    ++rows;
  }

  /// Outputs [n, n + outputs) of all rows, n the first one of a panel, to where
  /// results go, from element `at` on.
  void workOff(int64_t n, int64_t outputs, int64_t at) {
    int64_t together = least(outputs, kOutputs);
    for (int64_t i = 0; i < outputs; i += together)
      for (int64_t row = 0; row < rows; row += kGroup)
        workOffGroup(n + i, least(outputs - i, together), at + i, row,
                     least(rows - row, kGroup));
  }

  void clear() { rows = 0; }

  void flush() {
    workOff(0, N, 0);
    clear();
  }

private:
  static constexpr int64_t kMostRows = 1024;
  // With many registers a panel's weights of a part are in the first cache, and
  // numbers of many rows, for all outputs, in the second. Otherwise registers
  // take one vector of a panel at a time, and it is the other way round.
  static constexpr bool kHasManyRegisters = kBlockVectors > 1;
  /// Terms of a part, and rows and outputs that are done with it before the
  /// next.
  static constexpr int64_t kTerms = kHasManyRegisters ? 128 : 512,
                           kGroup = kHasManyRegisters ? 192 : kMostRows,
                           kOutputs =
                               kHasManyRegisters ? INT64_MAX : panelWidth<W>;
  /// Rows whose terms are made numbers of type W at once, and these numbers.
  static constexpr int64_t kTogether = kHasManyRegisters ? kGroup : 48,
                           kNumbers = kTerms * (kHasManyRegisters ? kTogether
                                                                  : kBlockRows);

  /// Those outputs of rows [row, row + count).
  void workOffGroup(int64_t n, int64_t outputs, int64_t at, int64_t row,
                    int64_t count) {
    int64_t part = kTerms, together = count;
    // Few rows gain nothing from parts.
    if (count < 2 * kBlockRows)
      part = kNumbers / count;
    else
      together =
          least(kTogether, kNumbers / least(K, part) / kBlockRows * kBlockRows);
    for (int64_t k = 0; k < K; k += part)
      for (int64_t r = 0; r < count; r += together)
        workOffPart(weights.from(n, K), outputs, at, row + r,
                    least(count - r, together), k, least(K - k, part));
  }

  /// Terms [first, first + terms) of `count` rows.
  void workOffPart(PanelWeights<W> part, int64_t outputs, int64_t at,
                   int64_t row, int64_t count, int64_t first, int64_t terms) {
    const W *in[kTogether];
    W *out[kTogether];
    for (int64_t r = 0; r < count; ++r) {
      out[r] = y[row + r] + at;
      if constexpr (__is_same(X, W)) {
        in[r] = x[row + r] + first;
      } else {
        // The next rows' terms come from memory meanwhile.
        if (!kHasManyRegisters && row + r + count < rows)
          for (int64_t i = 0; i < terms; i += 64 / sizeof(X))
            __builtin_prefetch(x[row + r + count] + first + i);
        W *numbers = buffer + r * terms;
        convertNumbers(x[row + r] + first, numbers, terms);
        in[r] = numbers;
      }
    }
    forPanels(part.weight, K, outputs,
              [&](int64_t n, const W *panel, int64_t vectors) {
                int64_t width = vectors * lanes<W>;
                const W *w = panel + first * width;
                forBlocks(vectors, [&](auto block, int64_t p) {
                  workOffVectors<decltype(block)::value>(
                      in, out, count, w + p * lanes<W>, width, part.bias,
                      n + p * lanes<W>, outputs, first, terms);
                });
              });
  }

  template <int P>
  void workOffVectors(const W *const *in, W *const *out, int64_t count,
                      const W *w, int64_t width, const W *bias, int64_t n,
                      int64_t outputs, int64_t first, int64_t terms) {
    bool isFirst = first == 0, isLast = first + terms == K;
    int64_t r = 0;
    for (; r + kBlockRows <= count; r += kBlockRows)
      denseBlock<kBlockRows, P>(in + r, out + r, w, width, bias, n, terms,
                                outputs, isFirst, isLast);
    for (; r + kFewRows <= count; r += kFewRows)
      denseBlock<kFewRows, P>(in + r, out + r, w, width, bias, n, terms,
                              outputs, isFirst, isLast);
    for (; r < count; ++r)
      denseBlock<1, P>(in + r, out + r, w, width, bias, n, terms, outputs,
                       isFirst, isLast);
  }

  PanelWeights<W> weights;
  int64_t K, N;
  int64_t rows = 0;
  const X *x[kMostRows];
  W *y[kMostRows];
  alignas(64) W buffer[kNumbers];
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_ROWGROUP_H
