// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which rows projections and convolutions put into a product, and how threads
// share them. A product collects rows (startRow, add) and works them off.

#ifndef VOLLEY_LIB_KERNELS_PRODUCTLOOPS_H
#define VOLLEY_LIB_KERNELS_PRODUCTLOOPS_H

#include "ConvGeometry.h"
#include "EventProduct.h"

namespace volley::kernels {

/// Shares the outputs of a product by events: the threads of a team find the
/// events of its rows together, some rows each, and then take outputs, reading
/// those parts of the weight only. addTerms(terms, row) adds the elements of a
/// row; start(events, first, found, count) makes a product of `count` rows from
/// `first` on, of which the events are those of row `found` and after.
/// Neighbours are not parted, `together` of them. False if rows are too long
/// for that.
template <typename Product, typename AddTerms, typename Start>
inline bool shareEvents(Tile *tile, int64_t rows, int64_t together, int64_t K,
                        int64_t N, AddTerms addTerms, Start start) {
  typename Product::Events events(tile, K);
  int64_t most = events.getMostRows() / together * together;
  if (K > Product::kIndices || K * together > Product::kTerms || most == 0)
    return false;
  using Weight = typename Product::Weight;
  int64_t width = getTileWidth<Weight>(tile);
  if (N < 2 * tile->workers * width)
    width = panelWidth<Weight>;
  for (int64_t first = 0; first < rows; first += most) {
    int64_t searched = least(most, rows - first);
    share(tile, searched, getGrain(tile, K / 8),
          [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; ++row)
              events.find(row,
                          [&](auto &terms) { addTerms(terms, first + row); });
          });
    decltype(start(events, first, first, searched)) product = nullptr;
    share(tile, (N + width - 1) / width,
          getGrain(tile, searched * K * width / 128),
          [&](int64_t begin, int64_t end) {
            for (int64_t row = 0, count; row < searched; row += count) {
              // All at once, if there is room.
              count =
                  events.countRows(row, searched, together, Product::kTerms);
              if (!product || count < searched) {
                product = start(events, first + row, row, count);
                product->endRows();
              }
              product->workOff(begin * width, least(N, end * width));
            }
          });
  }
  return true;
}

/// The same for a product of some rows, whose results go to where they are.
/// addFound(product, events, found, row) adds a row of which the events are
/// those of row `found`.
template <typename Product, typename AddTerms, typename AddFound>
inline bool shareEventRows(Tile *tile, int64_t rows, int64_t K, int64_t N,
                           typename Product::Weights weights, AddTerms addTerms,
                           AddFound addFound) {
  auto start = [=](auto &events, int64_t first, int64_t found, int64_t count) {
    auto &product = makeScratch<Product>(tile, tile, weights, K, N);
    for (int64_t i = 0; i < count; ++i)
      addFound(product, events, found + i, first + i);
    return &product;
  };
  return shareEvents<Product>(tile, rows, 1, K, N, addTerms, start);
}

/// The same with the population behind it, for the nt steps of some rows: a
/// pair of a row and a step is row nt + step. addFound(product, result, events,
/// found, pair) adds one.
template <typename Product, typename AddTerms, typename AddFound>
inline bool shareEventNeurons(Tile *tile, int64_t rows, int64_t nt, int64_t K,
                              int64_t N, typename Product::Weights weights,
                              const Population &population, AddTerms addTerms,
                              AddFound addFound) {
  auto start = [=, &population](auto &events, int64_t first, int64_t found,
                                int64_t count) {
    auto &product = makeScratch<NeuronProduct<Product>>(tile, tile, weights, K,
                                                        0, N, population);
    product.takeFound(first / nt, count / nt, nt,
                      [&](auto &terms, auto *result, int64_t i) {
                        addFound(terms, result, events, found + i, first + i);
                      });
    return &product;
  };
  return shareEvents<Product>(tile, rows * nt, nt, K, N, addTerms, start);
}

/// A projection of `lead` groups.
template <typename Product, typename X, typename W>
inline void denseRows(Tile *tile, const X *x, int64_t xStep, W *y,
                      int64_t yStep, int64_t nt, int64_t nb,
                      typename Product::Weights weights, int64_t lead,
                      int64_t K, int64_t N) {
  using Weight = typename Product::Weight;
  int64_t rows = nt * nb, rowCycles = K * (N + 64) / 128;
  if constexpr (Product::kHasTeamEvents)
    if (sharesOutputs<Weight>(tile, lead, rows, K, N, rowCycles)) {
      auto getRow = [=](int64_t row) {
        return x + row / nb * xStep + row % nb * K;
      };
      auto addTerms = [=](auto &terms, int64_t row) {
        terms.add(getRow(row), K, 0);
      };
      auto addFound = [=](auto &product, auto &events, int64_t found,
                          int64_t row) {
        product.addFound(y + row / nb * yStep + row % nb * N, events, found,
                         getRow(row));
      };
      if (shareEventRows<Product>(tile, rows, K, N, weights, addTerms,
                                  addFound))
        return;
    }
  shareProduct<Weight>(
      tile, lead, rows, K, N, rowCycles,
      [&](int64_t l, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &product = makeScratch<Product>(
            tile, tile, weights.ofGroup(l, K, N).from(n, K), K, end - n);
        forRows(first, last, nb, [&](int64_t t, int64_t b) {
          product.startRow(y + t * yStep + (b * lead + l) * N + n);
          product.add(x + t * xStep + (b * lead + l) * K, K, 0);
        });
        product.flush();
      });
}

/// A projection with the population behind it.
template <typename Product, typename X>
inline void denseNeurons(Tile *tile, const X *x, int64_t xStep, int64_t nt,
                         int64_t nb, typename Product::Weights weights,
                         int64_t K, int64_t N, const Population &population) {
  using Weight = typename Product::Weight;
  int64_t rowCycles = nt * K * (N + 64) / 128;
  if constexpr (Product::kHasTeamEvents)
    if (sharesOutputs<Weight>(tile, 1, nb, K, N, rowCycles)) {
      auto getRow = [=](int64_t pair) {
        return x + pair % nt * xStep + pair / nt * K;
      };
      auto addTerms = [=](auto &terms, int64_t pair) {
        terms.add(getRow(pair), K, 0);
      };
      auto addFound = [=](auto &product, auto *result, auto &events,
                          int64_t found, int64_t pair) {
        product.addFound(result, events, found, getRow(pair));
      };
      if (shareEventNeurons<Product>(tile, nb, nt, K, N, weights, population,
                                     addTerms, addFound))
        return;
    }
  shareProduct<Weight>(
      tile, 1, nb, K, N, rowCycles,
      [&](int64_t, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &product = makeScratch<NeuronProduct<Product>>(
            tile, tile, weights.from(n, K), K, n, end - n, population);
        for (int64_t b = first; b < last; ++b)
          product.addRow(b, nt, [&](auto &terms, int64_t t) {
            terms.add(x + t * xStep + b * K, K, 0);
          });
        product.flush();
      });
}

/// Adds the window of one output position to a product: the terms of the sum in
/// the order of its law, (ky, kx, c).
template <typename Product, typename X>
inline void addWindow(Product &product, const X *x, const ConvGeometry &g,
                      int64_t oy, int64_t ox) {
  int64_t inGroup = g.inChannels / g.groups;
  int64_t left = ox * g.strideWidth - g.padLeft;
  // Neighbours with all of their channels are one after another.
  bool isWhole = g.groups == 1 && g.dilationWidth == 1;
  int64_t first = most(0, left), last = least(g.inWidth, left + g.kernelWidth);
  for (int64_t ky = 0; ky < g.kernelHeight; ++ky) {
    int64_t iy = oy * g.strideHeight - g.padTop + ky * g.dilationHeight;
    if (iy < 0 || iy >= g.inHeight)
      continue;
    if (isWhole && first < last) {
      product.add(x + (iy * g.inWidth + first) * inGroup,
                  (last - first) * inGroup,
                  (ky * g.kernelWidth + first - left) * inGroup);
      continue;
    }
    // Elsewhere, column by column.
    for (int64_t kx = 0; kx < g.kernelWidth; ++kx) {
      int64_t ix = left + kx * g.dilationWidth;
      if (ix >= 0 && ix < g.inWidth)
        product.add(x + (iy * g.inWidth + ix) * g.inChannels, inGroup,
                    (ky * g.kernelWidth + kx) * inGroup);
    }
  }
}

/// A convolution: every output position is a row with the terms of its window.
template <typename Product, typename X, typename W>
inline void convRows(Tile *tile, const X *x, int64_t xStep, W *y, int64_t yStep,
                     int64_t nt, int64_t nb, typename Product::Weights weights,
                     const ConvGeometry &g) {
  int64_t inGroup = g.inChannels / g.groups,
          outGroup = g.outChannels / g.groups;
  int64_t kernel = g.kernelHeight * g.kernelWidth * inGroup;
  int64_t xSize = g.inChannels * g.inHeight * g.inWidth,
          ySize = g.outChannels * g.outHeight * g.outWidth;
  int64_t lineCycles = g.outWidth * kernel * (outGroup + 64) / 128;
  using Weight = typename Product::Weight;
  int64_t lines = nt * nb * g.outHeight;
  if constexpr (Product::kHasTeamEvents)
    if (sharesOutputs<Weight>(tile, g.groups, lines, kernel, outGroup,
                              lineCycles)) {
      int64_t positions = g.outHeight * g.outWidth;
      auto addTerms = [=, &g](auto &terms, int64_t row) {
        int64_t image = row / positions, at = row % positions;
        addWindow(terms, x + image / nb * xStep + image % nb * xSize, g,
                  at / g.outWidth, at % g.outWidth);
      };
      auto addFound = [=, &g](auto &product, auto &events, int64_t found,
                              int64_t row) {
        int64_t image = row / positions, at = row % positions;
        product.addFound(y + image / nb * yStep + image % nb * ySize +
                             at * g.outChannels,
                         events, found, nullptr);
      };
      if (shareEventRows<Product>(tile, lines * g.outWidth, kernel, outGroup,
                                  weights, addTerms, addFound))
        return;
    }
  shareProduct<Weight>(
      tile, g.groups, lines, kernel, outGroup, lineCycles,
      [&](int64_t group, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &product = makeScratch<Product>(
            tile, tile,
            weights.ofGroup(group, kernel, outGroup).from(n, kernel), kernel,
            end - n);
        for (int64_t line = first; line < last; ++line) {
          int64_t row = line / g.outHeight, oy = line % g.outHeight;
          const X *in =
              x + row / nb * xStep + row % nb * xSize + group * inGroup;
          W *out = y + row / nb * yStep + row % nb * ySize +
                   oy * g.outWidth * g.outChannels + group * outGroup + n;
          for (int64_t ox = 0; ox < g.outWidth; ++ox) {
            product.startRow(out + ox * g.outChannels);
            addWindow(product, in, g, oy, ox);
          }
        }
        product.flush();
      });
}

/// A convolution in one group with the population behind it.
template <typename Product, typename X>
inline void convNeurons(Tile *tile, const X *x, int64_t xStep, int64_t nt,
                        int64_t nb, typename Product::Weights weights,
                        const ConvGeometry &g, const Population &population) {
  int64_t kernel = g.kernelHeight * g.kernelWidth * g.inChannels;
  int64_t xSize = g.inChannels * g.inHeight * g.inWidth;
  int64_t lineCycles = nt * g.outWidth * kernel * (g.outChannels + 64) / 128;
  using Weight = typename Product::Weight;
  if constexpr (Product::kHasTeamEvents)
    if (sharesOutputs<Weight>(tile, 1, nb * g.outHeight, kernel, g.outChannels,
                              lineCycles)) {
      int64_t positions = g.outHeight * g.outWidth;
      auto addTerms = [=, &g](auto &terms, int64_t pair) {
        int64_t row = pair / nt, at = row % positions;
        addWindow(terms, x + pair % nt * xStep + row / positions * xSize, g,
                  at / g.outWidth, at % g.outWidth);
      };
      auto addFound = [](auto &product, auto *result, auto &events,
                         int64_t found, int64_t) {
        product.addFound(result, events, found, nullptr);
      };
      if (shareEventNeurons<Product>(tile, nb * positions, nt, kernel,
                                     g.outChannels, weights, population,
                                     addTerms, addFound))
        return;
    }
  shareProduct<Weight>(
      tile, 1, nb * g.outHeight, kernel, g.outChannels, lineCycles,
      [&](int64_t, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &product = makeScratch<NeuronProduct<Product>>(
            tile, tile, weights.from(n, kernel), kernel, n, end - n,
            population);
        for (int64_t line = first; line < last; ++line) {
          const X *in = x + line / g.outHeight * xSize;
          int64_t oy = line % g.outHeight;
          for (int64_t ox = 0; ox < g.outWidth; ++ox)
            product.addRow(line * g.outWidth + ox, nt,
                           [&](auto &terms, int64_t t) {
                             addWindow(terms, in + t * xStep, g, oy, ox);
                           });
        }
        product.flush();
      });
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_PRODUCTLOOPS_H
