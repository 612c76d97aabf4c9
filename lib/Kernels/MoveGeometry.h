// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which element of a signal goes where, as generated code passes it to the
// kernel that moves them: a constant of this layout.

#ifndef VOLLEY_LIB_KERNELS_MOVEGEOMETRY_H
#define VOLLEY_LIB_KERNELS_MOVEGEOMETRY_H

#include <stdint.h>

namespace volley::kernels {

/// A box of elements with strides in both signals; 0 repeats an element. Sizes,
/// strides and offsets count elements.
struct MoveGeometry {
  static constexpr int64_t kMostDims = 12;
  int64_t rank;
  int64_t sizes[kMostDims], from[kMostDims], to[kMostDims];
  int64_t fromOffset, toOffset;
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_MOVEGEOMETRY_H
