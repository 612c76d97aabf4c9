// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels that move elements: copies, transpositions, delays. Sizes of elements
// are 1, 4 or 8 bytes; steps are counted in bytes.

#include "../../include/volley/Support/FixedMath.h"
#include "Kernels.h"

using namespace volley::kernels;

/// Copies the rows of a signal of `bytes` bytes.
extern "C" void volley_copy(const char *x, int64_t xStep, char *y,
                            int64_t yStep, int64_t nt, int64_t nb,
                            int64_t bytes) {
  for (int64_t t = 0; t < nt; ++t)
    __builtin_memcpy(y + t * yStep, x + t * xStep, nb * bytes);
}

namespace {
/// [outer][inner] elements to [inner][outer].
template <typename T>
inline void transpose(const char *x, int64_t xStep, char *y, int64_t yStep,
                      int64_t nt, int64_t nb, int64_t outer, int64_t inner) {
  int64_t bytes = outer * inner * sizeof(T);
  forRows(x, xStep, bytes, y, yStep, bytes, nt, nb,
          [&](const char *in, char *out) {
            const T *from = reinterpret_cast<const T *>(in);
            T *to = reinterpret_cast<T *>(out);
            for (int64_t i = 0; i < inner; ++i)
              for (int64_t o = 0; o < outer; ++o)
                to[i * outer + o] = from[o * inner + i];
          });
}

/// Element i of the result is element index[i].
template <typename T>
inline void gather(const char *x, int64_t xStep, char *y, int64_t yStep,
                   int64_t nt, int64_t nb, const int32_t *index,
                   int64_t count) {
  int64_t bytes = count * sizeof(T);
  forRows(x, xStep, bytes, y, yStep, bytes, nt, nb,
          [&](const char *in, char *out) {
            const T *from = reinterpret_cast<const T *>(in);
            T *to = reinterpret_cast<T *>(out);
            for (int64_t i = 0; i < count; ++i)
              to[i] = from[index[i]];
          });
}
} // namespace

extern "C" void volley_transpose(const char *x, int64_t xStep, char *y,
                                 int64_t yStep, int64_t nt, int64_t nb,
                                 int64_t outer, int64_t inner, int64_t size) {
  switch (size) {
  case 1:
    return transpose<uint8_t>(x, xStep, y, yStep, nt, nb, outer, inner);
  case 4:
    return transpose<uint32_t>(x, xStep, y, yStep, nt, nb, outer, inner);
  default:
    return transpose<uint64_t>(x, xStep, y, yStep, nt, nb, outer, inner);
  }
}

extern "C" void volley_gather(const char *x, int64_t xStep, char *y,
                              int64_t yStep, int64_t nt, int64_t nb,
                              const int32_t *index, int64_t count,
                              int64_t size) {
  switch (size) {
  case 1:
    return gather<uint8_t>(x, xStep, y, yStep, nt, nb, index, count);
  case 4:
    return gather<uint32_t>(x, xStep, y, yStep, nt, nb, index, count);
  default:
    return gather<uint64_t>(x, xStep, y, yStep, nt, nb, index, count);
  }
}

// A delay's history is part of a sample's state: `depth` slots of a signal
// each. What was written at step s is in slot s mod depth. Samples are
// `sampleBytes` apart.

/// The signal of `steps` writes ago. `step` is the number of writes so far.
extern "C" void volley_delay_read(const char *history, int64_t sampleBytes,
                                  char *y, int64_t nb, int64_t bytes,
                                  int64_t depth, uint64_t step, int64_t steps) {
  uint64_t slot = (step + depth - steps) % depth;
  for (int64_t b = 0; b < nb; ++b)
    __builtin_memcpy(y + b * bytes, history + b * sampleBytes + slot * bytes,
                     bytes);
}

/// The same with a number of writes per element.
extern "C" void volley_delay_read_each(const char *history, int64_t sampleBytes,
                                       char *y, int64_t nb, int64_t bytes,
                                       int64_t depth, uint64_t step,
                                       const int32_t *steps, int64_t size) {
  for (int64_t b = 0; b < nb; ++b)
    for (int64_t i = 0; i < bytes / size; ++i) {
      uint64_t slot = (step + depth - steps[i]) % depth;
      __builtin_memcpy(y + b * bytes + i * size,
                       history + b * sampleBytes + slot * bytes + i * size,
                       size);
    }
}

extern "C" void volley_delay_write(const char *x, int64_t nb, char *history,
                                   int64_t sampleBytes, int64_t bytes,
                                   int64_t depth, uint64_t step) {
  uint64_t slot = step % depth;
  for (int64_t b = 0; b < nb; ++b)
    __builtin_memcpy(history + b * sampleBytes + slot * bytes, x + b * bytes,
                     bytes);
}

// The fixed functions of neuron laws.

extern "C" float volley_exp_f32(float x) { return volley::fixedExp(x); }
extern "C" float volley_log_f32(float x) { return volley::fixedLog(x); }
