// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of spikes and integers on vectors: instructions that multiply pairs
// or quadruples of bytes and add the products.

#include "SlicedProduct.h"

#include <immintrin.h>

using namespace volley::kernels;

namespace {

/// A quadruple of a row's terms as a number.
inline int32_t getQuadruple(const uint8_t *x) {
  int32_t quadruple;
  __builtin_memcpy(&quadruple, x, 4);
  return quadruple;
}

/// Calls function(Constant<R>(), row) for all of some rows, R at a time, or
/// one by one.
template <int R, typename Function>
[[gnu::always_inline]] inline void forRowBlocks(int64_t rows,
                                                Function function) {
  int64_t row = 0;
  for (; row + R <= rows; row += R)
    function(Constant<R>(), row);
  for (; row < rows; ++row)
    function(Constant<1>(), row);
}

/// Where a row's sums of a block go.
inline int32_t *getSums(DigitSums (&sums)[kBlockTiles][kBlockTiles],
                        int64_t block, int64_t row, int64_t digit) {
  return sums[block][row / kTileRows][digit][row % kTileRows];
}

/// Products of pairs of bytes with sums of 16 bits, which are added up in 32
/// bits before they could overflow.
struct PairUnit {
  /// Pairs that fit 16 bits, of spikes: of -128 and -128 each.
  static constexpr int64_t kPairs = 128;
  static constexpr int64_t kTogether = 4;

  static int64_t getStretch(int64_t terms) { return terms; }
  void start(const int8_t *, int64_t, int64_t) {}

  void multiply(const BytesProduct &p, int64_t digit,
                DigitSums (&sums)[kBlockTiles][kBlockTiles]) {
    for (int64_t block = 0; block < p.blocks; ++block)
      forRowBlocks<kTogether>(p.rows, [&](auto count, int64_t row) {
        int32_t *to[decltype(count)::value];
        for (int r = 0; r < decltype(count)::value; ++r)
          to[r] = getSums(sums, block, row + r, digit);
        addRows<decltype(count)::value>(p, row, block, to);
      });
  }

private:
  template <int R>
  static void addRows(const BytesProduct &p, int64_t row, int64_t block,
                      int32_t *const *to) {
    const uint8_t *x = p.terms + row * p.rowStep;
    const int8_t *weight = p.weight + block * p.nextBlock;
    int64_t rowStep = p.rowStep;
    const __m256i ones = _mm256_set1_epi16(1);
    int64_t quadruples = p.count / 4, pairs = kPairs / p.mostTerm;
    for (int64_t first = 0; first < quadruples; first += pairs) {
      int64_t last = least(quadruples, first + pairs);
      __m256i acc[R][2] = {};
      for (int64_t q = first; q < last; ++q) {
        auto *w = reinterpret_cast<const __m256i *>(weight + q * 64);
        __m256i low = _mm256_loadu_si256(w), high = _mm256_loadu_si256(w + 1);
        for (int r = 0; r < R; ++r) {
          __m256i terms =
              _mm256_set1_epi32(getQuadruple(x + r * rowStep + q * 4));
          acc[r][0] =
              _mm256_add_epi16(acc[r][0], _mm256_maddubs_epi16(terms, low));
          acc[r][1] =
              _mm256_add_epi16(acc[r][1], _mm256_maddubs_epi16(terms, high));
        }
      }
      for (int r = 0; r < R; ++r)
        for (int half = 0; half < 2; ++half) {
          auto *y = reinterpret_cast<__m256i *>(to[r] + half * 8);
          __m256i sum = _mm256_madd_epi16(acc[r][half], ones);
          if (first > 0 || !p.isFirst)
            sum = _mm256_add_epi32(sum, _mm256_loadu_si256(y));
          _mm256_storeu_si256(y, sum);
        }
    }
  }
};

#ifdef __AVX512F__
#define VOLLEY_VNNI __attribute__((target("avx512vnni")))

/// Products of quadruples of bytes, of processors with VNNI.
struct QuadrupleUnit {
  static constexpr int64_t kTogether = 8;

  static int64_t getStretch(int64_t terms) { return terms; }
  void start(const int8_t *, int64_t, int64_t) {}

  VOLLEY_VNNI void multiply(const BytesProduct &p, int64_t digit,
                            DigitSums (&sums)[kBlockTiles][kBlockTiles]) {
    int64_t row = 0;
    for (; row + kTogether <= p.rows; row += kTogether)
      addRows<kTogether>(p, row, digit, sums);
    for (; row < p.rows; ++row)
      addRows<1>(p, row, digit, sums);
  }

private:
  /// Both blocks of outputs; a second one that is not there is the first again.
  template <int R>
  VOLLEY_VNNI static void addRows(const BytesProduct &p, int64_t row,
                                  int64_t digit,
                                  DigitSums (&sums)[kBlockTiles][kBlockTiles]) {
    const uint8_t *x = p.terms + row * p.rowStep;
    int64_t next = p.blocks > 1 ? p.nextBlock : 0;
    __m512i acc[R][kBlockTiles] = {};
    if (!p.isFirst)
      for (int r = 0; r < R; ++r)
        for (int64_t block = 0; block < kBlockTiles; ++block)
          acc[r][block] =
              _mm512_loadu_si512(getSums(sums, block, row + r, digit));
    for (int64_t q = 0; q < p.count / 4; ++q) {
      const int8_t *w = p.weight + q * 64;
      __m512i first = _mm512_loadu_si512(w),
              second = _mm512_loadu_si512(w + next);
      for (int r = 0; r < R; ++r) {
        __m512i terms =
            _mm512_set1_epi32(getQuadruple(x + r * p.rowStep + q * 4));
        acc[r][0] = _mm512_dpbusd_epi32(acc[r][0], terms, first);
        acc[r][1] = _mm512_dpbusd_epi32(acc[r][1], terms, second);
      }
    }
    for (int r = 0; r < R; ++r)
      for (int64_t block = 0; block < kBlockTiles; ++block)
        _mm512_storeu_si512(getSums(sums, block, row + r, digit),
                            acc[r][block]);
  }
};

#define VOLLEY_CALL(FUNCTION, TILE, ...)                                       \
  if (TILE->hasDotProducts)                                                    \
    return FUNCTION<QuadrupleUnit>(TILE, __VA_ARGS__);                         \
  FUNCTION<PairUnit>(TILE, __VA_ARGS__)
#else
#define VOLLEY_CALL(FUNCTION, ...) FUNCTION<PairUnit>(__VA_ARGS__)
#endif

} // namespace

VOLLEY_SLICED(dot, VOLLEY_CALL)
