// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of two signals: [lead][M][K] times [lead][K][N].

#include "Elements.h"
#include "Kernels.h"
#include "Team.h"

using namespace volley::kernels;

namespace {

/// Neighbouring results whose accumulators are kept side by side, and
/// neighbouring terms that are searched for spikes together.
constexpr int64_t kBlock = 64;
template <typename T> struct BlockOf {
  typedef T Type
      __attribute__((vector_size(kBlock * sizeof(T)), aligned(alignof(T))));
};
template <typename T> using Block = typename BlockOf<T>::Type;

/// The first `count` elements are needed, `readable` ones are there.
template <typename T>
inline Block<T> loadBlock(const T *p, int64_t count, int64_t readable) {
  if (readable >= kBlock)
    return *reinterpret_cast<const Block<T> *>(p);
  T buffer[kBlock] = {};
  for (int64_t i = 0; i < count; ++i)
    buffer[i] = p[i];
  return *reinterpret_cast<const Block<T> *>(buffer);
}
template <typename T>
inline void storeBlock(T *p, Block<T> block, int64_t count) {
  if (count == kBlock) {
    *reinterpret_cast<Block<T> *>(p) = block;
    return;
  }
  T buffer[kBlock];
  *reinterpret_cast<Block<T> *>(buffer) = block;
  for (int64_t i = 0; i < count; ++i)
    p[i] = buffer[i];
}

/// Bit i is set where element i is not 0.
template <typename T> inline uint64_t packBits(Block<T> elements) {
  typedef bool Bits __attribute__((ext_vector_type(kBlock)));
  return __builtin_bit_cast(uint64_t,
                            __builtin_convertvector(elements != 0, Bits));
}

/// Calls visit(k) for the terms of a sum that have a left factor: for integers,
/// those where it is not 0.
template <typename A, typename Visit>
inline void forTerms(const A *a, int64_t K, Visit visit) {
  if constexpr (isFloat<A>) {
    for (int64_t k = 0; k < K; ++k)
      visit(k);
  } else {
    for (int64_t begin = 0; begin < K; begin += kBlock) {
      int64_t count = least(K - begin, kBlock);
      uint64_t events = packBits<A>(loadBlock(a + begin, count, count));
      for (; events; events &= events - 1)
        visit(begin + __builtin_ctzll(events));
    }
  }
}

/// acc + a b: exact for integers, else fused, and nothing where an integer
/// factor is 0.
template <typename A, typename B, typename C>
inline Block<C> addTerm(Block<C> acc, A a, Block<B> b) {
  if constexpr (!isFloat<C>) {
    using Wrapping = Block<uint32_t>;
    return (Block<C>)((Wrapping)acc + static_cast<uint32_t>(a) *
                                          __builtin_convertvector(b, Wrapping));
  } else {
    Block<C> factor = __builtin_convertvector(b, Block<C>);
    // In all elements: a loop over them would store them one by one.
    Block<C> left = static_cast<C>(a) - Block<C>{};
    Block<C> sum = __builtin_elementwise_fma(left, factor, acc);
    if constexpr (!isFloat<B>)
      return factor == 0 ? acc : sum;
    else
      return sum;
  }
}

/// Results [firstRow, lastRow) x [n, n + count) of one product.
template <typename A, typename B, typename C>
inline void matmulRows(const Tile *, const A *a, const B *b, C *y,
                       int64_t firstRow, int64_t lastRow, int64_t K, int64_t N,
                       int64_t n, int64_t count) {
  for (int64_t m = firstRow; m < lastRow; ++m) {
    Block<C> acc = {};
    forTerms(a + m * K, K, [&](int64_t k) {
      acc = addTerm<A, B, C>(acc, a[m * K + k],
                             loadBlock(b + k * N + n, count, (K - k) * N - n));
    });
    storeBlock(y + m * N + n, acc + C(0), count);
  }
}

/// A type of half as many bits.
template <typename Word> struct HalfOf;
template <> struct HalfOf<uint16_t> { using Type = uint8_t; };
template <> struct HalfOf<uint32_t> { using Type = uint16_t; };

/// The terms from `first` on, below `end`, of each column as the bits of a
/// word: eight to a byte, which neighbours then are joined to words.
template <typename Word>
inline Block<Word> packColumns(const uint8_t *b, int64_t first, int64_t end,
                               int64_t N, int64_t count, int64_t readable) {
  if constexpr (sizeof(Word) == 1) {
    Block<Word> packed = {};
    for (int64_t k = least(first + 8, end); k-- > first;)
      packed = packed + packed + loadBlock(b + k * N, count, readable - k * N);
    return packed;
  } else {
    using Half = typename HalfOf<Word>::Type;
    constexpr int64_t kBits = 8 * sizeof(Half);
    auto low = packColumns<Half>(b, first, end, N, count, readable);
    auto high = packColumns<Half>(b, first + kBits, end, N, count, readable);
    return __builtin_convertvector(low, Block<Word>) |
           __builtin_convertvector(high, Block<Word>) << kBits;
  }
}

/// Coincidences of spikes: both sides are packed to bits, and words of them are
/// counted in as many words as there are columns, which hold the counts of
/// `kTerms` terms.
template <typename Word, int64_t kTerms>
[[gnu::always_inline]] inline void
countCoincidences(const uint8_t *a, const uint8_t *b, int32_t *y,
                  int64_t firstRow, int64_t lastRow, int64_t K, int64_t N,
                  int64_t n, int64_t count) {
  constexpr int64_t kBits = 8 * sizeof(Word);
  Block<Word> right[kTerms / kBits];
  for (int64_t begin = 0; begin < K; begin += kTerms) {
    int64_t end = least(begin + kTerms, K);
    int64_t words = (end - begin + kBits - 1) / kBits;
    for (int64_t i = 0; i < words; ++i)
      right[i] =
          packColumns<Word>(b + n, begin + i * kBits, end, N, count, K * N - n);
    for (int64_t m = firstRow; m < lastRow; ++m) {
      uint64_t left[kTerms / kBlock + 1];
      for (int64_t k = begin; k < end; k += kBlock)
        left[(k - begin) / kBlock] = packBits<uint8_t>(
            loadBlock(a + m * K + k, least(end - k, kBlock), K - k));
      Block<Word> sums = {};
      for (int64_t i = 0; i < words; ++i) {
        int64_t bit = i * kBits;
        auto word = static_cast<Word>(left[bit / kBlock] >> (bit % kBlock));
        sums += __builtin_elementwise_popcount(right[i] & word);
      }
      auto counts = __builtin_convertvector(sums, Block<int32_t>);
      int32_t *out = y + m * N + n;
      if (begin > 0)
        counts += loadBlock(out, count, count);
      storeBlock(out, counts, count);
    }
  }
}

#ifdef __AVX512F__
#define VOLLEY_VPOPCNTDQ __attribute__((target("avx512vpopcntdq")))

/// In words of 32 bits, of processors that count their bits.
VOLLEY_VPOPCNTDQ inline void countWords(const uint8_t *a, const uint8_t *b,
                                        int32_t *y, int64_t firstRow,
                                        int64_t lastRow, int64_t K, int64_t N,
                                        int64_t n, int64_t count) {
  countCoincidences<uint32_t, 1024>(a, b, y, firstRow, lastRow, K, N, n, count);
}
#endif

inline void matmulRows([[maybe_unused]] const Tile *tile, const uint8_t *a,
                       const uint8_t *b, int32_t *y, int64_t firstRow,
                       int64_t lastRow, int64_t K, int64_t N, int64_t n,
                       int64_t count) {
#ifdef __AVX512F__
  if (tile->hasVectorPopcount)
    return countWords(a, b, y, firstRow, lastRow, K, N, n, count);
#endif
  countCoincidences<uint8_t, 248>(a, b, y, firstRow, lastRow, K, N, n, count);
}

/// Rows of the results are shared.
template <typename A, typename B, typename C>
inline void matmul(Tile *tile, const A *a, int64_t aStep, const B *b,
                   int64_t bStep, C *y, int64_t yStep, int64_t nt, int64_t nb,
                   int64_t lead, int64_t M, int64_t K, int64_t N) {
  int64_t products = nb * lead;
  share(tile, nt * products * M, getGrain(tile, K * (N + 16) / 16),
        [&](int64_t first, int64_t last) {
          while (first < last) {
            int64_t t = first / M / products, l = first / M % products;
            int64_t begin = first % M;
            int64_t end = least(M, begin + last - first);
            const A *left = a + t * aStep + l * M * K;
            const B *right = b + t * bStep + l * K * N;
            C *result = y + t * yStep + l * M * N;
            for (int64_t n = 0; n < N; n += kBlock)
              matmulRows(tile, left, right, result, begin, end, K, N, n,
                         least(N - n, kBlock));
            first += end - begin;
          }
        });
}

} // namespace

#define VOLLEY_MATMUL(NAME, A, B, C)                                           \
  extern "C" void VOLLEY_KERNEL(NAME)(                                         \
      Tile * tile, const A *a, int64_t aStep, const B *b, int64_t bStep, C *y, \
      int64_t yStep, int64_t nt, int64_t nb, int64_t lead, int64_t M,          \
      int64_t K, int64_t N) {                                                  \
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
