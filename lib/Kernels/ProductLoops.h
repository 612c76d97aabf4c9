// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which rows projections and convolutions put into a product, and how threads
// share them. A product collects rows (startRow, add) and works them off.

#ifndef VOLLEY_LIB_KERNELS_PRODUCTLOOPS_H
#define VOLLEY_LIB_KERNELS_PRODUCTLOOPS_H

#include "ConvGeometry.h"
#include "EventProduct.h"

namespace volley::kernels {

/// A projection of `lead` groups.
template <typename Product, typename X, typename W>
inline void denseRows(Tile *tile, const X *x, int64_t xStep, W *y,
                      int64_t yStep, int64_t nt, int64_t nb,
                      typename Product::Weights weights, int64_t lead,
                      int64_t K, int64_t N) {
  shareProduct<typename Product::Weight>(
      tile, lead, nt * nb, K, N, K * (N + 64) / 128,
      [&](int64_t l, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &product = makeScratch<Product>(
            tile, weights.ofGroup(l, K, N).from(n, K), K, end - n);
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
  shareProduct<typename Product::Weight>(
      tile, 1, nb, K, N, nt * K * (N + 64) / 128,
      [&](int64_t, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &product = makeScratch<NeuronProduct<Product>>(
            tile, weights.from(n, K), K, n, end - n, population);
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
  shareProduct<typename Product::Weight>(
      tile, g.groups, nt * nb * g.outHeight, kernel, outGroup, lineCycles,
      [&](int64_t group, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &product = makeScratch<Product>(
            tile, weights.ofGroup(group, kernel, outGroup).from(n, kernel),
            kernel, end - n);
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
  shareProduct<typename Product::Weight>(
      tile, 1, nb * g.outHeight, kernel, g.outChannels, lineCycles,
      [&](int64_t, int64_t first, int64_t last, int64_t n, int64_t end) {
        auto &product = makeScratch<NeuronProduct<Product>>(
            tile, weights.from(n, kernel), kernel, n, end - n, population);
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
