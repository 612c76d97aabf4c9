// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions over neighbouring dimensions: [outer][terms][inner] elements to
// [outer][inner].

#include "Elements.h"
#include "Kernels.h"
#include "Team.h"

using namespace volley::kernels;

namespace {

/// Results whose accumulators are kept side by side.
constexpr int64_t kBlock = 64;

/// Calls finish(result, accumulator) for each element of `y`, after
/// combine(accumulator, element) for each of its terms in order.
template <typename Sum, typename X, typename Y, typename Combine,
          typename Finish>
inline void reduce(const X *x, Y *y, int64_t outer, int64_t terms,
                   int64_t inner, Sum start, Combine combine, Finish finish) {
  if (inner == 1) {
    // One accumulator: integers may be added in any order, many at a time.
    for (int64_t o = 0; o < outer; ++o) {
      Sum acc = start;
      for (int64_t k = 0; k < terms; ++k)
        acc = combine(acc, x[o * terms + k]);
      y[o] = finish(acc);
    }
    return;
  }
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t begin = 0; begin < inner; begin += kBlock) {
      int64_t count = inner - begin < kBlock ? inner - begin : kBlock;
      Sum acc[kBlock];
      for (int64_t i = 0; i < count; ++i)
        acc[i] = start;
      for (int64_t k = 0; k < terms; ++k) {
        const X *row = x + (o * terms + k) * inner + begin;
        for (int64_t i = 0; i < count; ++i)
          acc[i] = combine(acc[i], row[i]);
      }
      for (int64_t i = 0; i < count; ++i)
        y[o * inner + begin + i] = finish(acc[i]);
    }
}

template <typename X, typename Y>
inline void reduceSum(const X *x, Y *y, int64_t outer, int64_t terms,
                      int64_t inner) {
  using Sum = typename SumOf<X>::Type;
  reduce<Sum>(
      x, y, outer, terms, inner, Sum(0),
      [](Sum acc, X element) { return acc + static_cast<Sum>(element); },
      [](Sum acc) { return static_cast<Y>(acc); });
}

template <typename X, typename Y>
inline void reduceMean(const X *x, Y *y, int64_t outer, int64_t terms,
                       int64_t inner) {
  using Sum = typename SumOf<X>::Type;
  Y count = static_cast<Y>(terms);
  reduce<Sum>(
      x, y, outer, terms, inner, Sum(0),
      [](Sum acc, X element) { return acc + static_cast<Sum>(element); },
      [count](Sum acc) {
        if constexpr (isFloat<X>)
          return acc / count;
        else
          return static_cast<Y>(static_cast<int32_t>(acc)) / count;
      });
}

template <typename X, typename Y>
inline void reduceMax(const X *x, Y *y, int64_t outer, int64_t terms,
                      int64_t inner) {
  reduce<X>(
      x, y, outer, terms, inner, leastOf(X()),
      [](X best, X element) { return element > best ? element : best; },
      [](X best) { return best; });
}

} // namespace

#define VOLLEY_REDUCE(NAME, FUNCTION, X, Y)                                    \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const X *x, int64_t xStep, Y *y, int64_t yStep, int64_t nt, \
      int64_t nb, int64_t outer, int64_t terms, int64_t inner) {               \
    shareRows(tile, x, xStep, outer *terms *inner, y, yStep, outer *inner, nt, \
              nb, outer, terms *(inner + 16) / 16,                             \
              [&](const X *in, Y *out, int64_t first, int64_t last) {          \
                FUNCTION(in + first * terms * inner, out + first * inner,      \
                         last - first, terms, inner);                          \
              });                                                              \
  }

VOLLEY_REDUCE(volley_reduce_sum_i1_i32, reduceSum, uint8_t, int32_t)
VOLLEY_REDUCE(volley_reduce_sum_i32_i32, reduceSum, int32_t, int32_t)
VOLLEY_REDUCE(volley_reduce_sum_f32_f32, reduceSum, float, float)
VOLLEY_REDUCE(volley_reduce_sum_f64_f64, reduceSum, double, double)
VOLLEY_REDUCE(volley_reduce_mean_i1_f32, reduceMean, uint8_t, float)
VOLLEY_REDUCE(volley_reduce_mean_i1_f64, reduceMean, uint8_t, double)
VOLLEY_REDUCE(volley_reduce_mean_i32_f32, reduceMean, int32_t, float)
VOLLEY_REDUCE(volley_reduce_mean_i32_f64, reduceMean, int32_t, double)
VOLLEY_REDUCE(volley_reduce_mean_f32_f32, reduceMean, float, float)
VOLLEY_REDUCE(volley_reduce_mean_f64_f64, reduceMean, double, double)
VOLLEY_REDUCE(volley_reduce_max_i1_i1, reduceMax, uint8_t, uint8_t)
VOLLEY_REDUCE(volley_reduce_max_i32_i32, reduceMax, int32_t, int32_t)
VOLLEY_REDUCE(volley_reduce_max_f32_f32, reduceMax, float, float)
VOLLEY_REDUCE(volley_reduce_max_f64_f64, reduceMax, double, double)
