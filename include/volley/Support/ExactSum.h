// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `exact` law of sums (docs/Spec/Sums.md): weights as integers of three
// balanced int8 digits, with one power of two per output.

#ifndef VOLLEY_SUPPORT_EXACTSUM_H
#define VOLLEY_SUPPORT_EXACTSUM_H

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace volley {

/// 127 (1 + 256 + 256^2): the largest number of three digits in -127..127.
inline constexpr int64_t kLargestExactWeight = 0x7F7F7F;

/// The integer that stands for a weight: roundeven(weight 2^exponent).
inline int64_t quantizeExact(float weight, int exponent) {
  // Exact in double, but for numbers that become 0 anyway.
  double scaled = std::ldexp(static_cast<double>(weight), exponent);
  double down = std::floor(scaled), rest = scaled - down;
  bool isUp = rest > 0.5 || (rest == 0.5 && std::fmod(down, 2.0) != 0.0);
  return static_cast<int64_t>(isUp ? down + 1 : down);
}

/// The largest exponent, at most 126, with which no weight of a row exceeds
/// kLargestExactWeight; 0 for a row of zeros. `largest` is the largest
/// magnitude in the row.
inline int getExactExponent(float largest) {
  if (largest == 0)
    return 0;
  int exponent;
  std::frexp(largest, &exponent);
  exponent = std::min(23 - exponent, 126);
  return quantizeExact(largest, exponent) > kLargestExactWeight ? exponent - 1
                                                                : exponent;
}

/// The exponent of a row: of weights read(first), read(first + 1), ...
template <typename Read>
int getExactExponent(Read read, int64_t first, int64_t terms) {
  float largest = 0;
  for (int64_t i = first; i < first + terms; ++i)
    largest = std::max(largest, std::fabs(static_cast<float>(read(i))));
  return getExactExponent(largest);
}

} // namespace volley

#endif // VOLLEY_SUPPORT_EXACTSUM_H
