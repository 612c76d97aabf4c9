// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights as integers with one power of two per output (docs/Spec/Sums.md,
// "Exact sums"), and what follows for kernels: integers add in any order.

#ifndef VOLLEY_SUPPORT_INTEGERROW_H
#define VOLLEY_SUPPORT_INTEGERROW_H

#include "volley/Support/ExactSum.h"

#include <cmath>
#include <cstdint>

namespace volley {

/// Terms of the longest sums that are done in integers.
constexpr int64_t kMostIntegerTerms = 1 << 16;

/// The weights of one output, as q 2^-exponent with integers q that have no
/// factor of two in common.
struct IntegerRow {
  int exponent = 0;
  /// 2^exponent.
  double factor = 1;
  /// Whether q 2^-exponent is the weight, for all of them.
  bool isExact = true;
  int64_t least = 0, most = 0;
  /// Sums of the negative and of the positive q: sums of any of them are
  /// between.
  int64_t negative = 0, positive = 0;

  /// Of weights read(first), read(first + 1), ...; if `onlyExact`, it may stop
  /// at one that is not.
  template <typename Read>
  IntegerRow(Read read, int64_t first, int64_t terms, bool onlyExact = false) {
    exponent = getExactExponent(read, first, terms);
    factor = std::ldexp(1.0, exponent);
    uint64_t bits = 0;
    for (int64_t i = first; i < first + terms; ++i) {
      double scaled = read(i) * factor, whole = round(scaled);
      if (whole != scaled) {
        isExact = false;
        if (onlyExact)
          return;
      }
      auto q = static_cast<int64_t>(whole);
      least = std::min(least, q);
      most = std::max(most, q);
      (q < 0 ? negative : positive) += q;
      bits |= static_cast<uint64_t>(q);
    }
    // The inverse of the factor has to be a float.
    while (bits && bits % 2 == 0 && exponent > -126) {
      bits /= 2;
      --exponent;
      factor /= 2;
      for (int64_t *number : {&least, &most, &negative, &positive})
        *number /= 2;
    }
  }

  /// The integer that stands for a weight.
  int64_t quantize(float weight) const {
    return static_cast<int64_t>(round(weight * factor));
  }

  /// Digits of 8 bits, the lowest ones first, that all of them have.
  int getDigits() const {
    return std::max(countDigits(least), countDigits(most));
  }
  /// The largest magnitude that a sum of them can have, each times a number
  /// from 0 to `most`.
  int64_t getLargestSum(int64_t most) const {
    return std::max(positive, -negative) * most;
  }

  /// Takes the lowest digit, which is signed, off a number.
  static int8_t takeDigit(int64_t &q) {
    auto digit = static_cast<int8_t>(q);
    q = (q - digit) / 256;
    return digit;
  }

private:
  /// To the nearest integer, ties to even, for magnitudes below 2^51.
  static double round(double x) {
    constexpr double unit = 6755399441055744.0; // 1.5 x 2^52
    return (x + unit) - unit;
  }
  static int countDigits(int64_t q) {
    int digits = 1;
    for (takeDigit(q); q != 0; takeDigit(q))
      ++digits;
    return digits;
  }
};

} // namespace volley

#endif // VOLLEY_SUPPORT_INTEGERROW_H
