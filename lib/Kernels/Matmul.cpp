// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of two signals: [lead][M][K] times [lead][K][N].

#include "Elements.h"
#include "Kernels.h"
#include "Team.h"

using namespace volley::kernels;

namespace {

/// Neighbouring results whose accumulators are kept side by side.
constexpr int64_t kBlock = 256;

/// acc + a b for one term: exact for integers, else fused, and nothing where an
/// integer factor is 0.
template <typename A, typename B, typename C>
inline C addTerm(C acc, A a, B b) {
  if constexpr (!isFloat<C>) {
    return static_cast<C>(static_cast<uint32_t>(acc) +
                          static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
  } else {
    C sum = fma(static_cast<C>(a), static_cast<C>(b), acc);
    if constexpr (!isFloat<B>)
      return b == B(0) ? acc : sum;
    else
      return sum;
  }
}

/// Results [n, n + count) of one row of the left side.
template <typename A, typename B, typename C>
inline void matmulBlock(const A *a, const B *b, C *y, int64_t K, int64_t N,
                        int64_t count) {
  C acc[kBlock];
  for (int64_t i = 0; i < count; ++i)
    acc[i] = C(0);
  for (int64_t k = 0; k < K; ++k) {
    A factor = a[k];
    if constexpr (!isFloat<A>)
      if (factor == A(0))
        continue;
    const B *row = b + k * N;
    for (int64_t i = 0; i < count; ++i)
      acc[i] = addTerm(acc[i], factor, row[i]);
  }
  for (int64_t i = 0; i < count; ++i)
    y[i] = acc[i] + C(0);
}

/// Coincidences of spikes: counted in bytes, as long as these hold them.
inline void matmulBlock(const uint8_t *a, const uint8_t *b, int32_t *y,
                        int64_t K, int64_t N, int64_t count) {
  uint8_t bytes[kBlock];
  for (int64_t i = 0; i < count; ++i)
    y[i] = 0;
  for (int64_t begin = 0; begin < K; begin += 255) {
    int64_t end = K - begin < 255 ? K : begin + 255;
    for (int64_t i = 0; i < count; ++i)
      bytes[i] = 0;
    for (int64_t k = begin; k < end; ++k) {
      if (!a[k])
        continue;
      const uint8_t *row = b + k * N;
      for (int64_t i = 0; i < count; ++i)
        bytes[i] += row[i];
    }
    for (int64_t i = 0; i < count; ++i)
      y[i] += bytes[i];
  }
}

/// Rows of the results are shared.
template <typename A, typename B, typename C>
inline void matmul(Tile *tile, const A *a, int64_t aStep, const B *b,
                   int64_t bStep, C *y, int64_t yStep, int64_t nt, int64_t nb,
                   int64_t lead, int64_t M, int64_t K, int64_t N) {
  int64_t products = nb * lead;
  share(tile, nt * products * M, getGrain(K * (N + 16) / 16),
        [&](int64_t first, int64_t last) {
          while (first < last) {
            int64_t t = first / M / products, l = first / M % products;
            int64_t begin = first % M;
            int64_t end = least(M, begin + last - first);
            const A *left = a + t * aStep + l * M * K;
            const B *right = b + t * bStep + l * K * N;
            C *result = y + t * yStep + l * M * N;
            for (int64_t n = 0; n < N; n += kBlock)
              for (int64_t m = begin; m < end; ++m)
                matmulBlock(left + m * K, right + n, result + m * N + n, K, N,
                            least(N - n, kBlock));
            first += end - begin;
          }
        });
}

} // namespace

#define VOLLEY_MATMUL(NAME, A, B, C)                                           \
  extern "C" void NAME(Tile *tile, const A *a, int64_t aStep, const B *b,      \
                       int64_t bStep, C *y, int64_t yStep, int64_t nt,         \
                       int64_t nb, int64_t lead, int64_t M, int64_t K,         \
                       int64_t N) {                                            \
    matmul(tile, a, aStep, b, bStep, y, yStep, nt, nb, lead, M, K, N);         \
  }

VOLLEY_MATMUL(volley_matmul_i1_i1_i32, uint8_t, uint8_t, int32_t)
VOLLEY_MATMUL(volley_matmul_i1_i32_i32, uint8_t, int32_t, int32_t)
VOLLEY_MATMUL(volley_matmul_i32_i1_i32, int32_t, uint8_t, int32_t)
VOLLEY_MATMUL(volley_matmul_i32_i32_i32, int32_t, int32_t, int32_t)
VOLLEY_MATMUL(volley_matmul_i1_f32_f32, uint8_t, float, float)
VOLLEY_MATMUL(volley_matmul_i32_f32_f32, int32_t, float, float)
VOLLEY_MATMUL(volley_matmul_f32_i1_f32, float, uint8_t, float)
VOLLEY_MATMUL(volley_matmul_f32_i32_f32, float, int32_t, float)
VOLLEY_MATMUL(volley_matmul_f32_f32_f32, float, float, float)
VOLLEY_MATMUL(volley_matmul_i1_f64_f64, uint8_t, double, double)
VOLLEY_MATMUL(volley_matmul_i32_f64_f64, int32_t, double, double)
VOLLEY_MATMUL(volley_matmul_f64_i1_f64, double, uint8_t, double)
VOLLEY_MATMUL(volley_matmul_f64_i32_f64, double, int32_t, double)
VOLLEY_MATMUL(volley_matmul_f64_f64_f64, double, double, double)
