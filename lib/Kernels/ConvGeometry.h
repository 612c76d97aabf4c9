// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The geometry of convolutions and pools as generated code passes it to
// kernels: a constant of this layout.

#ifndef VOLLEY_LIB_KERNELS_CONVGEOMETRY_H
#define VOLLEY_LIB_KERNELS_CONVGEOMETRY_H

#include <stdint.h>

namespace volley::kernels {

/// Signals are channels last: [height][width][channels].
struct ConvGeometry {
  int64_t inChannels, inHeight, inWidth;
  int64_t outChannels, outHeight, outWidth;
  int64_t kernelHeight, kernelWidth;
  int64_t strideHeight, strideWidth;
  int64_t padTop, padLeft;
  int64_t dilationHeight, dilationWidth;
  int64_t groups;
};

/// What the kernel of Scatter.h has room for.
struct ScatterLimits {
  /// Elements of the input lines that a line of outputs sees.
  static constexpr int64_t elements = 1 << 16;
  /// Lines and columns of an input; pairs of a column and a kernel column.
  static constexpr int64_t lines = 1 << 12, taps = 1 << 13;
  /// Bytes of a line of outputs, padded to whole vectors.
  static constexpr int64_t lineBytes = 1 << 20;
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_CONVGEOMETRY_H
