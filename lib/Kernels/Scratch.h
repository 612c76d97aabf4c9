// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory that each thread has for a kernel.

#ifndef VOLLEY_LIB_KERNELS_SCRATCH_H
#define VOLLEY_LIB_KERNELS_SCRATCH_H

#include "Descriptor.h"

/// Where an object is made. (<new> is a header of a C++ library, which there
/// need not be one of for every architecture.)
struct VolleyPlace {
  char *memory;
};
inline void *operator new(__SIZE_TYPE__, VolleyPlace place) {
  return place.memory;
}

namespace volley::kernels {

/// An object in this thread's scratch memory, which is too large for a stack.
template <typename T, typename... Arguments>
inline T &makeScratch(Tile *tile, const Arguments &...arguments) {
  static_assert(sizeof(T) <= kScratchBytes);
  return *new (VolleyPlace{tile->scratch}) T(arguments...);
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_SCRATCH_H
