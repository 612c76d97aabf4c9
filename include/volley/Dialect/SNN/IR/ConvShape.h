// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_IR_CONVSHAPE_H
#define VOLLEY_DIALECT_SNN_IR_CONVSHAPE_H

#include <cstdint>

namespace volley::snn {

/// The geometry of a convolution or pool over two dimensions; one over a
/// single dimension has height 1. Layouts are not part of it.
struct ConvShape {
  int64_t inChannels = 1, inHeight = 1, inWidth = 1;
  int64_t outChannels = 1, outHeight = 1, outWidth = 1;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t strideHeight = 1, strideWidth = 1;
  int64_t padTop = 0, padLeft = 0;
  int64_t dilationHeight = 1, dilationWidth = 1;
  int64_t groups = 1;

  int64_t getGroupInChannels() const { return inChannels / groups; }
  int64_t getGroupOutChannels() const { return outChannels / groups; }
};

} // namespace volley::snn

#endif // VOLLEY_DIALECT_SNN_IR_CONVSHAPE_H
