// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types in reductions.

#ifndef VOLLEY_LIB_KERNELS_ELEMENTS_H
#define VOLLEY_LIB_KERNELS_ELEMENTS_H

#include <stdint.h>

namespace volley::kernels {

template <typename T> constexpr bool isFloat = T(0.5) != T(0);

/// A if `condition`, else B.
template <bool condition, typename A, typename B> struct ChoiceOf {
  using Type = A;
};
template <typename A, typename B> struct ChoiceOf<false, A, B> {
  using Type = B;
};
template <bool condition, typename A, typename B>
using Choice = typename ChoiceOf<condition, A, B>::Type;

/// The sum of integers wraps, without signed overflow.
template <typename X, bool = isFloat<X>> struct SumOf {
  using Type = uint32_t;
};
template <typename X> struct SumOf<X, true> { using Type = X; };

/// What is below every element.
inline uint8_t leastOf(uint8_t) { return 0; }
inline int32_t leastOf(int32_t) { return -2147483647 - 1; }
inline float leastOf(float) { return -__builtin_inff(); }
inline double leastOf(double) { return -__builtin_inf(); }

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_ELEMENTS_H
