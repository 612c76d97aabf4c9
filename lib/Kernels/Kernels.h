// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every kernel shares. This folder is compiled to objects, once per
// instruction set level, and linked into each artefact: freestanding, without
// exceptions, globals or a C++ library. The laws of the sums are those of
// docs/Spec/Sums.md; a vector holds different outputs, never terms of one sum.

#ifndef VOLLEY_LIB_KERNELS_KERNELS_H
#define VOLLEY_LIB_KERNELS_KERNELS_H

#include <stdint.h>

namespace volley::kernels {

/// A vector of 64 bytes: one register with AVX-512, two with AVX2. Loads and
/// stores are unaligned.
template <typename T> struct VectorOf;
template <> struct VectorOf<float> {
  typedef float Type __attribute__((vector_size(64), aligned(4)));
};
template <> struct VectorOf<double> {
  typedef double Type __attribute__((vector_size(64), aligned(8)));
};
template <> struct VectorOf<int16_t> {
  typedef int16_t Type __attribute__((vector_size(64), aligned(2)));
};
template <> struct VectorOf<int32_t> {
  typedef int32_t Type __attribute__((vector_size(64), aligned(4)));
};
template <typename T> using Vector = typename VectorOf<T>::Type;

template <typename T> constexpr int64_t lanes = 64 / sizeof(T);

/// Packed weights keep this many vectors of neighbouring outputs together.
constexpr int64_t kPanelVectors = 4;
template <typename T> constexpr int64_t panelWidth = kPanelVectors *lanes<T>;

template <typename T> inline Vector<T> load(const T *p) {
  return *reinterpret_cast<const Vector<T> *>(p);
}
template <typename T> inline void store(T *p, Vector<T> v) {
  *reinterpret_cast<Vector<T> *>(p) = v;
}
template <typename T> inline Vector<T> splat(T value) {
  // Not zero plus the value, which would be an addition.
  Vector<T> vector;
  for (int64_t i = 0; i < lanes<T>; ++i)
    vector[i] = value;
  return vector;
}
template <typename T>
inline Vector<T> fma(Vector<T> a, Vector<T> b, Vector<T> c) {
  return __builtin_elementwise_fma(a, b, c);
}
inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fma(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}

/// Copies `count` < 2 size elements, by powers of two.
template <int64_t size, typename T>
inline void copyPart(T *to, const T *from, int64_t count) {
  if (count & size) {
    __builtin_memcpy(to, from, size * sizeof(T));
    to += size;
    from += size;
  }
  if constexpr (size > 1)
    copyPart<size / 2>(to, from, count);
}

/// The first `count` < lanes elements; the others are 0.
template <typename T> inline Vector<T> loadPart(const T *p, int64_t count) {
  alignas(64) T buffer[lanes<T>] = {};
  copyPart<lanes<T> / 2>(buffer, p, count);
  return load(buffer);
}
template <typename T> inline void storePart(T *p, Vector<T> v, int64_t count) {
  alignas(64) T buffer[lanes<T>];
  store(buffer, v);
  copyPart<lanes<T> / 2>(p, buffer, count);
}

/// Outputs are padded to whole vectors.
template <typename T> inline int64_t roundUp(int64_t outputs) {
  return (outputs + lanes<T> - 1) / lanes<T> * lanes<T>;
}

/// A number as a type, for lambdas that need it at compile time.
template <int N> struct Constant { static constexpr int value = N; };

/// Calls function(Constant<P>()) for the vectors of a panel.
template <typename Function>
inline void withVectors(int64_t vectors, const Function &function) {
  switch (vectors) {
  case 1:
    return function(Constant<1>());
  case 2:
    return function(Constant<2>());
  case 3:
    return function(Constant<3>());
  default:
    return function(Constant<kPanelVectors>());
  }
}

// Vectors of outputs that the kernels of whole rows accumulate at once, for
// some rows: as many as the registers hold, 24 of 32 with AVX-512; with AVX2,
// whose vectors are pairs of registers, 12 of 16.
#ifdef __AVX512F__
constexpr int kBlockVectors = kPanelVectors;
#else
constexpr int kBlockVectors = 1;
#endif

/// Calls function(Constant<P>(), p) for each P vectors of a panel, from p on,
/// that are accumulated at once.
template <typename Function>
inline void forBlocks(int64_t vectors, const Function &function) {
  if constexpr (kBlockVectors == 1)
    for (int64_t p = 0; p < vectors; ++p)
      function(Constant<1>(), p);
  else
    withVectors(vectors, [&](auto count) { function(count, 0); });
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_KERNELS_H
