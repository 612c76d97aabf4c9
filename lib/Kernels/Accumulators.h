// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accumulators of neighbouring outputs, in registers and in the result. What is
// here must be inlined: an array that a call sees is no longer in registers.

#ifndef VOLLEY_LIB_KERNELS_ACCUMULATORS_H
#define VOLLEY_LIB_KERNELS_ACCUMULATORS_H

#include "Kernels.h"

namespace volley::kernels {

/// Stores acc + bias for outputs [n, N), of which `acc` holds P vectors. Here
/// and below all vectors but the last one must be whole.
template <int P, typename W>
[[gnu::always_inline]] inline void
finish(const Vector<W> (&acc)[P], const W *bias, W *y, int64_t n, int64_t N) {
  for (int p = 0; p < P; ++p) {
    int64_t at = n + p * lanes<W>;
    Vector<W> sum = acc[p] + load(bias + at);
    if (p + 1 < P || at + lanes<W> <= N)
      store(y + at, sum);
    else
      storePart(y + at, sum, N - at);
  }
}

/// Between stretches of a long input the accumulators wait in the result.
template <int P, typename W>
[[gnu::always_inline]] inline void park(const Vector<W> (&acc)[P], W *y,
                                        int64_t n, int64_t N) {
  for (int p = 0; p < P; ++p) {
    int64_t at = n + p * lanes<W>;
    if (p + 1 < P || at + lanes<W> <= N)
      store(y + at, acc[p]);
    else
      storePart(y + at, acc[p], N - at);
  }
}

template <int P, typename W>
[[gnu::always_inline]] inline void resume(Vector<W> (&acc)[P], const W *y,
                                          int64_t n, int64_t N) {
  for (int p = 0; p < P; ++p) {
    int64_t at = n + p * lanes<W>;
    acc[p] = p + 1 < P || at + lanes<W> <= N ? load(y + at)
                                             : loadPart(y + at, N - at);
  }
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_ACCUMULATORS_H
