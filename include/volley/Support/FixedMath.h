// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fixed f32 functions of neuron laws (docs/Spec/Neurons.md): sequences of
// correctly rounded operations, hence the same bits wherever they are compiled
// without contraction. Freestanding: the kernels of artefacts use it too.

#ifndef VOLLEY_SUPPORT_FIXEDMATH_H
#define VOLLEY_SUPPORT_FIXEDMATH_H

#include <stdint.h>

namespace volley {

inline float bitsToFloat(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint32_t floatToBits(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// 2^n for -126 <= n <= 127.
inline float powerOfTwo(int32_t n) {
  return bitsToFloat(static_cast<uint32_t>(n + 127) << 23);
}

/// exp(x) within 2 ulp: x = n ln 2 + r with abs(r) <= ln 2 / 2, a polynomial of
/// degree 7 in r, then the scale 2^n in two exact steps (the last one rounds
/// where the result is subnormal). Coefficients: Cephes, expf.
inline float fixedExp(float x) {
  if (x != x)
    return x;
  if (x > 88.72283f)
    return __builtin_inff();
  if (x < -103.97208f)
    return 0.0f;
  float n = __builtin_roundevenf(x * 1.44269504088896341f);
  float r = __builtin_fmaf(n, -0.693359375f, x);
  r = __builtin_fmaf(n, 2.12194440e-4f, r);
  float p = 1.9875691500e-4f;
  p = __builtin_fmaf(p, r, 1.3981999507e-3f);
  p = __builtin_fmaf(p, r, 8.3334519073e-3f);
  p = __builtin_fmaf(p, r, 4.1665795894e-2f);
  p = __builtin_fmaf(p, r, 1.6666665459e-1f);
  p = __builtin_fmaf(p, r, 5.0000001201e-1f);
  float y = __builtin_fmaf(p, r * r, r) + 1.0f;
  int32_t whole = static_cast<int32_t>(n);
  int32_t half = whole / 2;
  return y * powerOfTwo(half) * powerOfTwo(whole - half);
}

/// log(x) within 2 ulp: x = 2^n m with sqrt(1/2) <= m < sqrt(2), a polynomial
/// of degree 9 in m - 1. Coefficients: Cephes, logf. log(0) is -infinity, that
/// of a negative number NaN.
inline float fixedLog(float x) {
  if (x != x || x == __builtin_inff())
    return x;
  if (x < 0.0f)
    return __builtin_nanf("");
  if (x == 0.0f)
    return -__builtin_inff();
  int32_t n = 0;
  if (x < 1.17549435e-38f) { // Subnormal: scaled by 2^25, exactly.
    x *= 33554432.0f;
    n = -25;
  }
  uint32_t bits = floatToBits(x);
  n += static_cast<int32_t>(bits >> 23) - 126;
  float m = bitsToFloat((bits & 0x007fffffu) | 0x3f000000u); // In [1/2, 1).
  if (m < 0.707106781186547524f) {
    n -= 1;
    m = m + m;
  }
  m -= 1.0f;
  float z = m * m;
  float p = 7.0376836292e-2f;
  p = __builtin_fmaf(p, m, -1.1514610310e-1f);
  p = __builtin_fmaf(p, m, 1.1676998740e-1f);
  p = __builtin_fmaf(p, m, -1.2420140846e-1f);
  p = __builtin_fmaf(p, m, 1.4249322787e-1f);
  p = __builtin_fmaf(p, m, -1.6668057665e-1f);
  p = __builtin_fmaf(p, m, 2.0000714765e-1f);
  p = __builtin_fmaf(p, m, -2.4999993993e-1f);
  p = __builtin_fmaf(p, m, 3.3333331174e-1f);
  float e = static_cast<float>(n);
  float y = m * z * p;
  y = __builtin_fmaf(e, -2.12194440e-4f, y);
  y = __builtin_fmaf(z, -0.5f, y);
  return __builtin_fmaf(e, 0.693359375f, m + y);
}

/// A float to i32, toward zero, saturating; NaN gives 0.
template <typename T> inline int32_t saturatingToInt(T x) {
  if (x != x)
    return 0;
  if (x >= T(2147483647))
    return 2147483647;
  if (x <= T(-2147483648.0))
    return -2147483647 - 1;
  return static_cast<int32_t>(x);
}

} // namespace volley

#endif // VOLLEY_SUPPORT_FIXEDMATH_H
