// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the elements of a signal that are not zero.

#ifndef VOLLEY_LIB_KERNELS_EVENTSEARCH_H
#define VOLLEY_LIB_KERNELS_EVENTSEARCH_H

#include "Descriptor.h"

#include <stdint.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace volley::kernels {

/// The numbers that events have; spikes have none, they are 1.
template <typename X, typename W, int64_t count> struct EventValues {
  W value[count];
  W *get(int64_t i) { return value + i; }
};
template <typename W, int64_t count> struct EventValues<uint8_t, W, count> {
  W *get(int64_t) { return nullptr; }
};

/// Arrays of indices and values must have room for so many more than there are
/// events.
constexpr int64_t kEventSlack = 16;

#ifdef __AVX512BW__
/// Appends at + i for all bits i of `which`; returns how many.
inline int32_t addIndices(uint16_t *index, int64_t at, __mmask16 which) {
  const __m512i lane =
      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  __m512i all = _mm512_add_epi32(lane, _mm512_set1_epi32(static_cast<int>(at)));
  __m512i packed = _mm512_maskz_compress_epi32(which, all);
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(index),
                      _mm512_cvtepi32_epi16(packed));
  return __builtin_popcount(which);
}

/// Which of 16 numbers are not zero.
inline __mmask16 findNonZeros(__m512i x) {
  return _mm512_test_epi32_mask(x, x);
}
/// Floats may be subnormal, or not a number.
inline __mmask16 findNonZeros(__m512 x) {
  return _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
}

/// Stores 16 numbers in another type.
inline void convert(__m512i x, float *to) {
  _mm512_storeu_ps(to, _mm512_cvtepi32_ps(x));
}
inline void convert(__m512 x, float *to) { _mm512_storeu_ps(to, x); }
inline void convert(__m512i x, int32_t *to) { _mm512_storeu_si512(to, x); }
inline void convert(__m512i x, double *to) {
  _mm512_storeu_pd(to, _mm512_cvtepi32_pd(_mm512_castsi512_si256(x)));
  _mm512_storeu_pd(to + 8, _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(x, 1)));
}
#elif defined(__AVX2__)
/// For each set of 8 lanes, their numbers in order, in a byte each.
struct LaneTable {
  uint64_t lanes[256] = {};
  constexpr LaneTable() {
    for (unsigned set = 0; set < 256; ++set)
      for (unsigned lane = 0, count = 0; lane < 8; ++lane)
        if (set >> lane & 1)
          lanes[set] |= uint64_t(lane) << 8 * count++;
  }
};
inline constexpr LaneTable kLaneTable;

/// Appends at + i for all bits i of `which`, of 8; returns how many.
inline int32_t addIndices(uint16_t *index, int64_t at, unsigned which) {
  __m128i lanes = _mm_cvtsi64_si128(kLaneTable.lanes[which]);
  __m128i indices = _mm_add_epi16(_mm_cvtepu8_epi16(lanes),
                                  _mm_set1_epi16(static_cast<int16_t>(at)));
  _mm_storeu_si128(reinterpret_cast<__m128i *>(index), indices);
  return __builtin_popcount(which);
}

inline __m256i loadBytes(const void *x) {
  return _mm256_loadu_si256(static_cast<const __m256i *>(x));
}

/// Which of 32 spikes are there.
inline uint32_t findSpikes(const uint8_t *x) {
  __m256i zeros = _mm256_cmpeq_epi8(loadBytes(x), _mm256_setzero_si256());
  return ~static_cast<uint32_t>(_mm256_movemask_epi8(zeros));
}

inline uint64_t findSpikesOfLine(const uint8_t *x) {
  return findSpikes(x) | uint64_t(findSpikes(x + 32)) << 32;
}

/// Whether two lines are zero.
inline bool areZero(const uint8_t *x) {
  __m256i any =
      _mm256_or_si256(_mm256_or_si256(loadBytes(x), loadBytes(x + 32)),
                      _mm256_or_si256(loadBytes(x + 64), loadBytes(x + 96)));
  return _mm256_testz_si256(any, any);
}

/// Appends at + i for all bits i of `which`, which are of a line; returns how
/// many.
inline int32_t addLine(uint16_t *index, int64_t at, uint64_t which) {
  // Few ones one by one, and some that are none, as how many there are is not
  // predictable.
  constexpr int32_t few = 5;
  int32_t count = __builtin_popcountll(which);
  if (count <= few) {
    for (int32_t i = 0; i < few; ++i, which &= which - 1)
      index[i] = static_cast<uint16_t>(at + _tzcnt_u64(which));
    return count;
  }
  int32_t added = 0;
  for (int i = 0; i < kLineBytes; i += 8, which >>= 8)
    added += addIndices(index + added, at + i, which & 0xFF);
  return added;
}

/// Which of 8 numbers are not zero.
inline unsigned findNonZeros(__m256i x) {
  __m256i zeros = _mm256_cmpeq_epi32(x, _mm256_setzero_si256());
  return 0xFF ^ _mm256_movemask_ps(_mm256_castsi256_ps(zeros));
}
/// Floats may be subnormal, or not a number.
inline unsigned findNonZeros(__m256 x) {
  return _mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NEQ_UQ));
}

/// Stores 8 numbers in another type.
inline void convert(__m256i x, float *to) {
  _mm256_storeu_ps(to, _mm256_cvtepi32_ps(x));
}
inline void convert(__m256 x, float *to) { _mm256_storeu_ps(to, x); }
inline void convert(__m256i x, int32_t *to) {
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), x);
}
inline void convert(__m256i x, double *to) {
  _mm256_storeu_pd(to, _mm256_cvtepi32_pd(_mm256_castsi256_si128(x)));
  _mm256_storeu_pd(to + 4, _mm256_cvtepi32_pd(_mm256_extracti128_si256(x, 1)));
}
#endif

/// Writes first + k for all k of [0, size) for which x[k] is not zero, in
/// order, and what numbers they have; returns how many.
template <typename X, typename W>
inline int32_t findEvents(const X *x, int64_t size, int64_t first,
                          uint16_t *index, W *value) {
  int32_t count = 0;
  int64_t k = 0;
#ifdef __AVX512BW__
  // Without branches: which elements are spikes is not predictable.
  if constexpr (sizeof(X) == 1) {
    for (; k < size; k += kLineBytes) {
      uint64_t part =
          size - k >= 64 ? ~uint64_t(0) : (uint64_t(1) << (size - k)) - 1;
      __m512i bytes = _mm512_maskz_loadu_epi8(part, x + k);
      uint64_t spikes = _mm512_test_epi8_mask(bytes, bytes);
      if (!spikes)
        continue;
      for (int i = 0; i < kLineBytes; i += 16, spikes >>= 16)
        count += addIndices(index + count, first + k + i,
                            static_cast<__mmask16>(spikes));
    }
    return count;
  } else if constexpr (sizeof(X) == 4) {
    for (; k < size; k += 16) {
      auto part = static_cast<__mmask16>(
          size - k >= 16 ? 0xFFFF : (1 << (size - k)) - 1);
      __mmask16 which;
      if constexpr (X(0.5) != X(0)) {
        __m512 all = _mm512_maskz_loadu_ps(part, x + k);
        which = findNonZeros(all);
        convert(_mm512_maskz_compress_ps(which, all), value + count);
      } else {
        __m512i all = _mm512_maskz_loadu_epi32(part, x + k);
        which = findNonZeros(all);
        convert(_mm512_maskz_compress_epi32(which, all), value + count);
      }
      count += addIndices(index + count, first + k, which);
    }
    return count;
  }
#elif defined(__AVX2__)
  // The same by a table.
  if constexpr (sizeof(X) == 1) {
    // That nothing is in one line would be harder to predict.
    for (; k + 2 * kLineBytes <= size; k += 2 * kLineBytes) {
      if (areZero(x + k))
        continue;
      for (int64_t i = k; i < k + 2 * kLineBytes; i += kLineBytes)
        count += addLine(index + count, first + i, findSpikesOfLine(x + i));
    }
    for (; k + kLineBytes <= size; k += kLineBytes)
      count += addLine(index + count, first + k, findSpikesOfLine(x + k));
    for (; k + 32 <= size; k += 32)
      count += addLine(index + count, first + k, findSpikes(x + k));
  } else if constexpr (sizeof(X) == 4) {
    for (; k + 8 <= size; k += 8) {
      __m256i all =
          _mm256_loadu_si256(reinterpret_cast<const __m256i *>(x + k));
      auto add = [&](auto numbers) {
        unsigned which = findNonZeros(numbers);
        __m256i lanes =
            _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(kLaneTable.lanes[which]));
        __m256i chosen = _mm256_permutevar8x32_epi32(all, lanes);
        if constexpr (X(0.5) != X(0))
          convert(_mm256_castsi256_ps(chosen), value + count);
        else
          convert(chosen, value + count);
        count += addIndices(index + count, first + k, which);
      };
      if constexpr (X(0.5) != X(0))
        add(_mm256_castsi256_ps(all));
      else
        add(all);
    }
  }
#endif
  if constexpr (sizeof(X) == 1)
    for (; k + 8 <= size; k += 8) {
      uint64_t word;
      __builtin_memcpy(&word, x + k, 8);
      while (word) {
        int bit = __builtin_ctzll(word);
        index[count++] = static_cast<uint16_t>(first + k + bit / 8);
        word &= word - 1;
      }
    }
  for (; k < size; ++k) {
    // Without a branch: most elements are zero, but not predictably so.
    index[count] = static_cast<uint16_t>(first + k);
    if constexpr (sizeof(X) > 1)
      value[count] = static_cast<W>(x[k]);
    count += x[k] != X(0);
  }
  return count;
}

/// Which of the first `count` of elements, 64 at most, are not zero, as bits.
template <typename X> inline uint64_t findEventBits(const X *x, int64_t count) {
#ifdef __AVX512BW__
  if constexpr (sizeof(X) == 1) {
    uint64_t part = ~uint64_t(0) >> (64 - count);
    __m512i bytes = _mm512_maskz_loadu_epi8(part, x);
    return _mm512_test_epi8_mask(bytes, bytes);
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(X) == 1) {
    auto find8 = [&](int64_t at) -> uint64_t {
      __m128i bytes =
          _mm_loadl_epi64(reinterpret_cast<const __m128i *>(x + at));
      __m128i zeros = _mm_cmpeq_epi8(bytes, _mm_setzero_si128());
      return ~_mm_movemask_epi8(zeros) & 0xFF;
    };
    // The last ones may be looked at twice.
    if (count >= 32)
      return findSpikes(x) | uint64_t(findSpikes(x + count - 32))
                                 << (count - 32);
    if (count >= 8) {
      uint64_t events = find8(count - 8) << (count - 8);
      for (int64_t i = 0; i + 8 < count; i += 8)
        events |= find8(i) << i;
      return events;
    }
  }
#endif
  uint64_t events = 0;
  int64_t i = 0;
#if defined(__AVX512BW__) || defined(__AVX2__)
  if constexpr (sizeof(X) == 4) {
#ifdef __AVX512BW__
    using Integers = __m512i;
    using Floats = __m512;
#else
    using Integers = __m256i;
    using Floats = __m256;
#endif
    constexpr int64_t step = sizeof(Integers) / 4;
    for (; i + step <= count; i += step) {
      uint64_t which;
      if constexpr (X(0.5) != X(0)) {
        Floats numbers;
        __builtin_memcpy(&numbers, x + i, sizeof numbers);
        which = findNonZeros(numbers);
      } else {
        Integers numbers;
        __builtin_memcpy(&numbers, x + i, sizeof numbers);
        which = findNonZeros(numbers);
      }
      events |= which << i;
    }
  }
#endif
  for (; i < count; ++i)
    events |= uint64_t(x[i] != X(0)) << i;
  return events;
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_EVENTSEARCH_H
