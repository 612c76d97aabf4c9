// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that work on the same tile. Each of them runs the whole program, and
// each loop over outputs is cut into parts that they take one after another; a
// loop ends when all of its parts are done. A thread waits only for parts that
// another thread works on, so nothing is assumed of how many run at a time: one
// that comes late finds the parts taken. Parts are different outputs, never
// terms of one sum, so results do not depend on who does what.

#ifndef VOLLEY_LIB_KERNELS_TEAM_H
#define VOLLEY_LIB_KERNELS_TEAM_H

#include "Descriptor.h"

/// The symbol of a kernel: an artefact may hold those of several levels.
#define VOLLEY_JOIN(NAME, LEVEL) NAME##_##LEVEL
#define VOLLEY_JOIN_EXPANDED(NAME, LEVEL) VOLLEY_JOIN(NAME, LEVEL)
#define VOLLEY_KERNEL(NAME) VOLLEY_JOIN_EXPANDED(NAME, VOLLEY_LEVEL)

namespace volley::kernels {

/// What the threads of a team have in common, each on a cache line of its own.
struct Team {
  /// Parts taken and parts done, of all loops so far.
  alignas(64) int64_t taken;
  alignas(64) int64_t done;
};

/// A loop of fewer cycles than this is not worth sharing.
constexpr int64_t kLeastWork = 4096;

} // namespace volley::kernels

extern "C" {
/// Gives this thread another part [tile->first, tile->last) of a loop of
/// `count` items, at least `grain` of them if there are as many; 0 when the
/// loop has ended. Called until then by each thread, with equal arguments.
int32_t volley_take(volley::kernels::Tile *tile, int64_t count, int64_t grain);
}

namespace volley::kernels {

inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

struct Division {
  int64_t quotient, rest;
};

/// Indices are mostly those of one row of one sample, or of the first ones, and
/// divisions take as long as a product of a few neurons.
inline Division divide(int64_t a, int64_t b) {
  if (a < b)
    return {0, a};
  return {a / b, a % b};
}

/// The items of a part, if one takes this many cycles and threads share them.
inline int64_t getGrain(const Tile *tile, int64_t cycles) {
  return !tile->team || cycles >= kLeastWork
             ? 1
             : kLeastWork / (cycles > 0 ? cycles : 1);
}

/// Calls function(first, last) for parts of [0, count). Here and below
/// functions are not copied: what they refer to has just been written, in
/// narrower words.
template <typename Function>
inline void share(Tile *tile, int64_t count, int64_t grain,
                  const Function &function) {
  if (!tile->team) {
    if (count > 0)
      function(0, count);
    return;
  }
  while (volley_take(tile, count, grain))
    function(tile->first, tile->last);
}

/// Calls function(t, b) for rows [first, last).
template <typename Function>
inline void forRows(int64_t first, int64_t last, int64_t nb,
                    const Function &function) {
  auto [t, b] = divide(first, nb);
  for (int64_t row = first; row < last; ++row) {
    function(t, b);
    if (++b == nb) {
      b = 0;
      ++t;
    }
  }
}

/// Signals of a tile: row (t, b) of a signal of `size` elements starts at
/// element t * step + b * size. Each row is worked on in `parts` that take
/// `cycles` each: function(x, y, first part, last part).
template <typename X, typename Y, typename Function>
inline void shareRows(Tile *tile, const X *x, int64_t xStep, int64_t xSize,
                      Y *y, int64_t yStep, int64_t ySize, int64_t nt,
                      int64_t nb, int64_t parts, int64_t cycles,
                      const Function &function) {
  share(tile, nt * nb * parts, getGrain(tile, cycles),
        [&](int64_t first, int64_t last) {
          while (first < last) {
            auto [row, begin] = divide(first, parts);
            auto [t, b] = divide(row, nb);
            int64_t end = least(parts, begin + last - first);
            function(x + t * xStep + b * xSize, y + t * yStep + b * ySize,
                     begin, end);
            first += end - begin;
          }
        });
}

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_TEAM_H
