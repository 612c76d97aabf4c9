// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The event-driven product that projections and convolutions share: rows of few
// elements that are not zero, times a packed weight.

#ifndef VOLLEY_LIB_KERNELS_EVENTPRODUCT_H
#define VOLLEY_LIB_KERNELS_EVENTPRODUCT_H

#include "Accumulators.h"
#include "Elements.h"
#include "EventSearch.h"
#include "Panels.h"
#include "Scratch.h"
#include "Team.h"

namespace volley::kernels {

/// Events that are collected before they are worked off. Where they are more,
/// each part of a team's outputs begins anew with the first of them.
constexpr int64_t kEvents = 1 << 18;

/// Panels whose outputs are accumulated together, for each event, at most: as
/// many as the registers hold.
#ifdef __AVX512F__
constexpr int kPanels = 2;
#else
constexpr int kPanels = 1;
#endif
template <typename W> constexpr int64_t tileWidth = kPanels *panelWidth<W>;

/// The outputs that are: those of one panel where they keep the adders busy, as
/// the weights of more terms fit a cache then.
template <typename W> inline int64_t getTileWidth(const Tile *tile) {
  return kPanels > 1 && tile->hasWideAdders ? tileWidth<W> : panelWidth<W>;
}

/// Integers that stand for weights, with what sums are multiplied by then; all
/// padded to whole vectors.
template <typename W> struct IntegerWeights {
  const W *weight;
  const float *scale, *bias;
  IntegerWeights ofGroup(int64_t group, int64_t K, int64_t N) const {
    int64_t padded = group * roundUp<W>(N);
    return {weight + K * padded, scale + padded, bias + padded};
  }
  IntegerWeights from(int64_t n, int64_t K) const {
    return {weight + n * K, scale + n, bias + n};
  }
};

/// Of some groups of N outputs; factors are all scales, then all biases.
template <typename W>
inline IntegerWeights<W> getIntegerWeights(const W *weight,
                                           const float *factors, int64_t groups,
                                           int64_t N) {
  return {weight, factors, factors + groups * roundUp<W>(N)};
}

template <typename W, typename Y> struct EventWeightsOf {
  using Type = IntegerWeights<W>;
};
template <typename W> struct EventWeightsOf<W, W> {
  using Type = PanelWeights<W>;
};
template <typename W, typename Y>
using EventWeights = typename EventWeightsOf<W, Y>::Type;

/// Stores `count` results of accumulators.
template <int P, typename W>
[[gnu::always_inline]] inline void finishSums(const Vector<W> (&acc)[P],
                                              const PanelWeights<W> &weights,
                                              W *y, int64_t count) {
  finish(acc, weights.bias, y, 0, count);
}
template <int P, typename W>
[[gnu::always_inline]] inline void finishSums(const Vector<W> (&acc)[P],
                                              const IntegerWeights<W> &weights,
                                              float *y, int64_t count) {
  constexpr int64_t step = lanes<float>;
  typedef W Sums __attribute__((vector_size(step * sizeof(W))));
  for (int p = 0; p < P; ++p)
    for (int64_t i = 0; i < lanes<W>; i += step) {
      Sums sums;
      __builtin_memcpy(&sums, reinterpret_cast<const W *>(&acc[p]) + i,
                       sizeof sums);
      int64_t at = p * lanes<W> + i;
      Vector<float> sum = __builtin_convertvector(sums, Vector<float>) *
                              load(weights.scale + at) +
                          load(weights.bias + at);
      if (at + step <= count)
        store(y + at, sum);
      else if (at < count)
        storePart(y + at, sum, count - at);
    }
}

/// Numbers of events that are no spikes: counts stay as they are where sums are
/// integers.
template <typename W> using EventValue = Choice<isFloat<W>, W, int32_t>;

/// Events of rows that the threads of a team find together, each row by one of
/// them, in memory that all of them read.
template <typename X, typename W> class TeamEvents {
public:
  /// Rows of K terms.
  TeamEvents(Tile *tile, int64_t K)
      : stride((K + kEventSlack + 31) / 32 * 32),
        mostRows(least(kMostRows,
                       (kTeamBytes - kCountBytes) / (stride * kTermBytes))),
        counts(reinterpret_cast<int32_t *>(tile->shared)),
        index(reinterpret_cast<uint16_t *>(tile->shared + kCountBytes)),
        values(reinterpret_cast<EventValue<W> *>(index + mostRows * stride)) {}

  /// Rows for which there is room.
  int64_t getMostRows() const { return mostRows; }

  /// Finds the events of a row: addTerms(terms) calls terms.add(x, size, k) for
  /// all of it.
  template <typename AddTerms> void find(int64_t row, AddTerms addTerms) {
    Search search{index + row * stride, values + row * stride, 0};
    addTerms(search);
    counts[row] = search.count;
  }

  int32_t getCount(int64_t row) const { return counts[row]; }

  /// How many of rows [row, end), some together, have no more terms than these.
  int64_t countRows(int64_t row, int64_t end, int64_t together,
                    int64_t terms) const {
    int64_t first = row;
    while (row < end) {
      for (int64_t i = 0; i < together; ++i)
        terms -= counts[row + i];
      if (terms < 0)
        break;
      row += together;
    }
    return row - first;
  }

  /// Copies those of a row.
  void get(int64_t row, uint16_t *toIndex, EventValue<W> *toValues) const {
    __builtin_memcpy(toIndex, index + row * stride,
                     counts[row] * sizeof(uint16_t));
    if constexpr (sizeof(X) > 1)
      __builtin_memcpy(toValues, values + row * stride,
                       counts[row] * sizeof(EventValue<W>));
  }

private:
  struct Search {
    uint16_t *index;
    EventValue<W> *values;
    int32_t count;
    void add(const X *x, int64_t size, int64_t k) {
      count += findEvents(x, size, k, index + count,
                          sizeof(X) > 1 ? values + count : nullptr);
    }
  };

  static constexpr int64_t kMostRows = 1024,
                           kCountBytes = kMostRows * sizeof(int32_t),
                           kTermBytes =
                               sizeof(uint16_t) +
                               (sizeof(X) > 1 ? sizeof(EventValue<W>) : 0);
  int64_t stride, mostRows;
  int32_t *counts;
  uint16_t *index;
  EventValue<W> *values;
};

/// Rows are collected first, then worked off together, so that a part of the
/// weight that fits the first cache is used by all of them before the next. The
/// order of each row's terms is kept; accumulators wait in the result between
/// parts.
///
/// Weights and accumulators are of type W, results of type Y.
template <typename X, typename W, typename Y = W> class EventProduct {
  static constexpr int64_t kLongestStretch = 512;

public:
  using Element = Y;
  using Weight = W;
  using Weights = EventWeights<W, Y>;
  /// A team can find its rows' events.
  static constexpr bool kHasTeamEvents = true;
  using Events = TeamEvents<X, W>;

  EventProduct(const Tile *tile, Weights weights, int64_t K, int64_t N)
      : weights(weights), K(K), N(N), width(getTileWidth<W>(tile)) {}

  /// The outputs of a tile.
  int64_t getWidth() const { return width; }

  /// Begins a row whose result goes to `out`.
  void startRow(Y *out) {
    if (rows == kMostRows || base != 0)
      flush();
    y[rows] = out;
    begin[rows] = count;
    ++rows;
  }

  /// Adds a row x of which a team has found the events, and there is room.
  void addFound(Y *out, const Events &events, int64_t row, const X *) {
    startRow(out);
    events.get(row, index + count, values.get(count));
    count += events.getCount(row);
  }

  /// Adds terms k, k + 1, ... of the row, with elements x[0, size).
  void add(const X *x, int64_t size, int64_t k) {
    while (size > 0) {
      if (count + kLongestStretch > kEvents)
        flushButLast();
      if (k >= limit)
        moveBase(k);
      int64_t part = size < kLongestStretch ? size : kLongestStretch;
      if (part > limit - k)
        part = limit - k;
      collect(x, part, k - base);
      x += part;
      k += part;
      size -= part;
    }
  }

  /// Of the row at hand.
  int64_t getRowEvents() const { return count - begin[rows - 1]; }
  /// Takes back the row at hand, for all of which there was room.
  void dropRow() {
    --rows;
    count = begin[rows];
  }

  /// Whether so many more terms in so many more rows need no flush.
  bool hasRoom(int64_t terms, int64_t moreRows) const {
    return count + terms <= kTerms && rows + moreRows <= kMostRows;
  }

  /// Works off all rows for some outputs after others, getWidth() at most,
  /// whose results are the first elements of where a row's go, and calls
  /// function(first output, outputs) after each. All rows must have had room.
  template <typename Function> void flushTiles(Function function) {
    endRows();
    workOffTiles(0, N, function);
    rows = 0;
    count = 0;
  }

  /// What follows is for all rows so far.
  void endRows() {
    begin[rows] = count;
    cutPart = 0;
  }

  /// Works off outputs [first, last) of tiles of all rows, as flushTiles does,
  /// and keeps the rows.
  template <typename Function>
  void workOffTiles(int64_t first, int64_t last, Function function) {
    isTiled = true;
    forTiles(first, last, /*isLast=*/true, function);
    isTiled = false;
  }

  /// The same to where those outputs of a row go.
  void workOff(int64_t first, int64_t last) {
    forTiles(first, last, /*isLast=*/true, [](int64_t, int64_t) {});
  }

  /// Works off all rows.
  void flush() {
    workOffAll(/*isLast=*/true);
    rows = 0;
    count = 0;
    isOpen = false;
    base = 0;
    limit = kIndices;
  }

  /// Rows of K terms for which there is room when there are none yet.
  static int64_t getMostRows(int64_t K) { return least(kMostRows, kTerms / K); }

  static constexpr int64_t kMostRows = 1024;
  /// Terms that an index tells apart.
  static constexpr int64_t kIndices = 65536;
  /// Terms for which there is room, whichever of them are events.
  static constexpr int64_t kTerms = kEvents - kLongestStretch;

private:
  /// Of the weight at a time: what the first cache holds.
  static constexpr int64_t kFirstCache = 1 << 15;
  /// What the second cache holds, which is larger where adders are wide. And a
  /// visit of a row costs as much as it saves to have so many events' weights
  /// in the first cache; in few tiles more, as the first one cuts the rows.
  struct Parts {
    int64_t secondCache, leastEvents, leastEventsOfFew;
  };
  /// (Those of several panels follow from times of visits that all cut: 119
  /// cycles, 9 to 11 saved by an event.)
  static constexpr Parts kOfOnePanel = {1 << 17, 6, 10},
                         kOfPanels = {1 << 19, 8, 9};
  static constexpr int64_t kCuts = 1 << 15;
  /// Rows whose indices, and events whose weights, are fetched before it is
  /// their turn.
  static constexpr int64_t kRowsAhead = 4, kEventsAhead = 8;

  void collect(const X *x, int64_t size, int64_t first) {
    count += findEvents(x, size, first, index + count, values.get(count));
  }

  /// Makes room: earlier rows are done, the last one is begun.
  void flushButLast() {
    Y *last = y[rows - 1];
    workOffAll(/*isLast=*/false);
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

  void workOffAll(bool isLast) {
    endRows();
    forTiles(0, N, isLast, [](int64_t, int64_t) {});
  }

  /// All rows, of which the last one may go on, for outputs [n, last) of some
  /// panels after others, each of which ends with function(first output,
  /// outputs).
  template <typename Function>
  void forTiles(int64_t n, int64_t last, bool isLast, Function function) {
    if constexpr (kPanels > 1)
      if (width > panelWidth<W>)
        for (; n + width <= last; n += width) {
          workOffTile<kPanelVectors, kPanels>(n, isLast);
          function(n, width);
        }
    forPanels(weights.weight + n * K, K, last - n,
              [&](int64_t m, const W *, int64_t vectors) {
                withVectors(vectors, [&](auto count) {
                  workOffTile<decltype(count)::value, 1>(n + m, isLast);
                });
                function(n + m, least(last - n - m, panelWidth<W>));
              });
  }

  /// Whether the weight's rows are used several times each: parts of it pay.
  bool usesRowsOften() const { return count >= 2 * getEnd(); }

  /// How many terms the parts have in which the weight, of rows of so many
  /// bytes, is worked off.
  int64_t getPart(int64_t rowBytes) const {
    int64_t end = getEnd();
    if (!usesRowsOften())
      return end;
    int64_t part = kFirstCache / rowBytes;
    int64_t parts = (end + part - 1) / part;
    const Parts &by = width > panelWidth<W> ? kOfPanels : kOfOnePanel;
    int64_t events = N < 16 * width ? by.leastEventsOfFew : by.leastEvents;
    if (count < events * rows * parts) {
      part = by.secondCache / rowBytes;
      parts = most((end + part / 2) / part, 1);
    }
    return (end + parts - 1) / most(least(parts, kCuts / rows), 1);
  }

  /// Terms that an index of this base is for.
  int64_t getEnd() const { return least(K - base, kIndices); }

  /// Adds event e, whose weights are at `row`.
  template <int P, int Q>
  [[gnu::always_inline]] void addEvent(Vector<W> (&acc)[Q * P], int64_t e,
                                       const W *row, int64_t nextPanel) const {
    for (int q = 0; q < Q; ++q)
      for (int p = 0; p < P; ++p) {
        Vector<W> w = load(row + q * nextPanel + p * lanes<W>);
        if constexpr (sizeof(X) == 1)
          acc[q * P + p] += w;
        else if constexpr (isFloat<W>)
          acc[q * P + p] = fma<W>(splat(values.value[e]), w, acc[q * P + p]);
        else
          acc[q * P + p] += splat(static_cast<W>(values.value[e])) * w;
      }
  }

  /// Adds events [e, stop).
  template <int P, int Q>
  [[gnu::always_inline]] void addEvents(Vector<W> (&acc)[Q * P], int64_t e,
                                        int64_t stop, const W *panel,
                                        int64_t nextPanel) const {
    constexpr int64_t width = P * lanes<W>;
    // One load for four indices: all others are of weights.
    for (; e + 4 <= stop; e += 4) {
      uint64_t indices;
      __builtin_memcpy(&indices, index + e, sizeof indices);
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; ++i, indices >>= 16)
        addEvent<P, Q>(acc, e + i, panel + (indices & 0xFFFF) * width,
                       nextPanel);
    }
    for (; e < stop; ++e)
      addEvent<P, Q>(acc, e, panel + index[e] * width, nextPanel);
  }

  /// Fetches the weights of as many events as [e, stop), some ahead of them.
  template <int P, int Q>
  [[gnu::always_inline]] void fetchWeights(int64_t e, int64_t stop,
                                           const W *panel,
                                           int64_t nextPanel) const {
    constexpr int64_t width = P * lanes<W>;
    for (; e < stop; ++e) {
      const W *row = panel + index[least(e + kEventsAhead, count - 1)] * width;
      for (int64_t i = 0; i < width; i += kLineBytes / sizeof(W))
        for (int q = 0; q < Q; ++q)
          __builtin_prefetch(row + i + q * nextPanel);
    }
  }

  /// Outputs from n on: Q panels of P vectors each. The first tile with parts
  /// of a size finds where they begin in each row.
  template <int P, int Q> void workOffTile(int64_t n, bool isLast) {
    constexpr int64_t width = P * lanes<W>;
    int64_t end = getEnd();
    int64_t part = getPart(Q * width * sizeof(W));
    bool isCut = part == cutPart, fetchesParts = usesRowsOften();
    cutPart = part;
    // Panels follow each other.
    int64_t nextPanel = K * width;
    const Weights tile = weights.from(n, K);
    const W *panel = tile.weight + base * width;
    // Results are so many, from an element of their rows on.
    int64_t at = isTiled ? 0 : n, outputs = isTiled ? Q * width : N - n;
    int32_t *cuts = cut;
    for (int64_t first = 0; first < end; first += part, cuts += rows) {
      bool isFirstPart = first == 0, isLastPart = first + part >= end;
      const int32_t *from = isFirstPart ? begin : cuts - rows;
      const int32_t *to = isLastPart ? begin + 1 : cuts;
      // The part after this one comes from memory meanwhile, or of weights that
      // few events use, theirs.
      const W *ahead =
          panel + (isLastPart ? Q * nextPanel : (first + part) * width);
      // (There may be no rows.)
      int64_t aheadStep = fetchesParts ? (part * width + rows - 1) / rows : 0;
      for (int64_t r = 0; r < rows; ++r) {
        int64_t e = from[r];
        if (!fetchesParts)
          fetchWeights<P, Q>(e, to[r], panel, nextPanel);
        else
          for (int64_t i = 0; i < aheadStep; i += lanes<W>)
            for (int q = 0; q < Q; ++q)
              __builtin_prefetch(ahead + r * aheadStep + i + q * nextPanel, 0,
                                 2);
        // The first row may have been begun, the last one may go on.
        bool isStart = isFirstPart && !(r == 0 && isOpen);
        bool isEnd = isLastPart && (isLast || r + 1 < rows);
        // Of each row a few are read, which is no stream to a processor.
        __builtin_prefetch(index + from[least(r + kRowsAhead, rows - 1)]);
        if (!isStart && !isEnd && isCut && e == to[r])
          continue;
        Y *result = y[r] + at;
        // Where accumulators wait.
        W *sums = reinterpret_cast<W *>(result);
        Vector<W> acc[Q * P] = {};
        if (!isStart)
          resume(acc, sums, 0, outputs);
        if (isCut || isLastPart) {
          addEvents<P, Q>(acc, e, to[r], panel, nextPanel);
        } else {
          for (; e < begin[r + 1] && index[e] < first + part; ++e)
            addEvent<P, Q>(acc, e, panel + index[e] * width, nextPanel);
          cuts[r] = static_cast<int32_t>(e);
        }
        if (isEnd)
          finishSums(acc, tile, result, outputs);
        else
          park(acc, sums, 0, outputs);
      }
    }
  }

  Weights weights;
  int64_t K, N, width;
  int64_t rows = 0;
  int32_t count = 0;
  /// The first row has accumulators in its result already.
  bool isOpen = false;
  /// Indices are relative to `base`, and terms from `limit` on have none.
  int64_t base = 0, limit = kIndices;
  bool isTiled = false;
  Y *y[kMostRows];
  int32_t begin[kMostRows + 1];
  /// Where events of all parts but the first begin, [part][row], if parts have
  /// so many terms; 0 if rows have not been cut.
  int64_t cutPart = 0;
  int32_t cut[kCuts];
  uint16_t index[kEvents + kEventSlack];
  EventValues<X, EventValue<W>, kEvents + kEventSlack> values;
};

/// The population behind a product. Its rows per sample are those of the
/// product: positions, or tokens.
struct Population {
  StepFunction function;
  const void *arguments;
  int64_t rowsPerSample;
};

/// Lets a population do its steps on sums that are at `range.input`,
/// [row][step] of inputStep bytes: rows [firstRow, firstRow + rows), numbered
/// over samples. The range is the caller's, since a copy right after it was
/// written costs more than the step of a few neurons.
inline void runPopulation(const Population &population, NeuronRange &range,
                          int64_t firstRow, int64_t rows) {
  range.inputRow = range.steps * range.inputStep;
  int64_t perSample = population.rowsPerSample;
  range.inputSample = perSample * range.inputRow;
  auto [sample, rowOfSample] = divide(firstRow, perSample);
  range.sample = sample;
  range.firstRow = rowOfSample;
  while (rows > 0) {
    range.rows = least(rows, perSample - range.firstRow);
    // Whole samples together.
    bool areMore = range.rows == perSample && range.rows < rows;
    range.samples = areMore ? rows / perSample : 1;
    population.function(population.arguments, &range);
    int64_t done = range.samples * range.rows;
    range.input += done * range.inputRow;
    rows -= done;
    range.sample += range.samples;
    range.firstRow = 0;
  }
}

/// A product whose results go no further than the first cache: when a tile of
/// outputs is complete for some rows, the population behind does its steps on
/// them.
template <typename Product> class NeuronProduct {
  using Y = typename Product::Element;

public:
  /// Outputs [n, n + N) of each row.
  NeuronProduct(const Tile *tile, typename Product::Weights weights, int64_t K,
                int64_t n, int64_t N, const Population &population)
      : product(tile, weights, K, N), K(K), firstOutput(n),
        population(population) {}

  /// All nt steps of a row, neighbours one after another: addTerms(product, t)
  /// adds those of a step.
  template <typename AddTerms>
  void addRow(int64_t row, int64_t nt, AddTerms addTerms) {
    int64_t most = Product::getMostRows(K);
    for (int64_t t = 0; t < nt; t += most) {
      int64_t part = least(nt - t, most);
      if (rows > 0 && (part < nt || !product.hasRoom(part * K, part)))
        flush();
      if (rows == 0) {
        firstRow = row;
        firstStep = t;
        steps = part;
      }
      ++rows;
      for (int64_t i = t; i < t + part; ++i) {
        product.startRow(getResult((rows - 1) * part + i - t));
        addTerms(product, i);
      }
      if (part < nt)
        flush();
    }
  }

  void flush() {
    if (rows == 0)
      return;
    product.flushTiles(
        [&](int64_t n, int64_t outputs) { runNeurons(n, outputs); });
    rows = 0;
  }

  /// Takes all nt steps of rows [first, first + count) of which a team has
  /// found the events: addFound(product, result, i) adds (row, step) pair i.
  template <typename AddFound>
  void takeFound(int64_t first, int64_t count, int64_t nt, AddFound addFound) {
    firstRow = first;
    rows = count;
    firstStep = 0;
    steps = nt;
    for (int64_t i = 0; i < count * nt; ++i)
      addFound(product, getResult(i), i);
  }

  void endRows() { product.endRows(); }

  /// Works off outputs [first, last) of tiles of those.
  void workOff(int64_t first, int64_t last) {
    product.workOffTiles(first, last, [&](int64_t n, int64_t outputs) {
      runNeurons(n, outputs);
    });
  }

private:
  /// (Row, step) pairs whose results wait in the buffer.
  static constexpr int64_t kRows = 1024;

  /// Where those of a pair are.
  Y *getResult(int64_t pair) { return buffer + pair * product.getWidth(); }

  /// Lets the population do its steps on the results of some outputs.
  void runNeurons(int64_t n, int64_t outputs) {
    NeuronRange range;
    range.firstStep = firstStep;
    range.steps = steps;
    range.first = firstOutput + n;
    range.neurons = outputs;
    range.input = reinterpret_cast<const char *>(buffer);
    range.inputStep = product.getWidth() * sizeof(Y);
    runPopulation(population, range, firstRow, rows);
  }

  Product product;
  int64_t K, firstOutput;
  const Population &population;
  int64_t rows = 0, firstRow = 0, firstStep = 0, steps = 0;
  alignas(64) Y buffer[kRows * tileWidth<typename Product::Weight>];
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_EVENTPRODUCT_H
