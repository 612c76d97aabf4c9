// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lists of the elements of a signal that are not zero.

#ifndef VOLLEY_LIB_KERNELS_EVENTS_H
#define VOLLEY_LIB_KERNELS_EVENTS_H

#include "Kernels.h"

namespace volley::kernels {

/// Events of one stretch of a signal, in ascending order of their index. Terms
/// with a zero are left out of sums, which changes no bit of them.
template <typename X, typename W> struct EventList {
  static constexpr int64_t kCapacity = 512;
  int32_t index[kCapacity];
  W value[kCapacity];
  int64_t count = 0;

  /// Collects from `x` the elements [begin, end), at most kCapacity of them.
  void collect(const X *x, int64_t begin, int64_t end) {
    count = 0;
    for (int64_t k = begin; k < end; ++k) {
      // Without a branch: most elements are zero, but not predictably so.
      index[count] = static_cast<int32_t>(k);
      value[count] = static_cast<W>(x[k]);
      count += x[k] != X(0);
    }
  }
};

/// Binary signals: the value of every event is 1.
template <typename W> struct EventList<uint8_t, W> {
  static constexpr int64_t kCapacity = 512;
  int32_t index[kCapacity + 8];
  int64_t count = 0;

  void collect(const uint8_t *x, int64_t begin, int64_t end) {
    count = 0;
    int64_t k = begin;
    for (; k + 8 <= end; k += 8) {
      uint64_t word;
      __builtin_memcpy(&word, x + k, 8);
      while (word) {
        int bit = __builtin_ctzll(word);
        index[count++] = static_cast<int32_t>(k + bit / 8);
        word &= word - 1;
      }
    }
    for (; k < end; ++k)
      if (x[k])
        index[count++] = static_cast<int32_t>(k);
  }
};

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_EVENTS_H
