// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of the Spec, whatever the host has set. Freestanding:
// artefacts use it too.

#ifndef VOLLEY_SUPPORT_FLOATINGPOINTENVIRONMENT_H
#define VOLLEY_SUPPORT_FLOATINGPOINTENVIRONMENT_H

#include <xmmintrin.h>

namespace volley {

/// As long as it lives, this thread rounds to nearest and flushes nothing to
/// zero: the default of IEEE 754, which libraries built for speed change.
class FloatingPointEnvironment {
public:
  FloatingPointEnvironment() : saved(_mm_getcsr()) { _mm_setcsr(0x1f80); }
  ~FloatingPointEnvironment() { _mm_setcsr(saved); }
  FloatingPointEnvironment(const FloatingPointEnvironment &) = delete;
  FloatingPointEnvironment &
  operator=(const FloatingPointEnvironment &) = delete;

private:
  unsigned saved;
};

} // namespace volley

#endif // VOLLEY_SUPPORT_FLOATINGPOINTENVIRONMENT_H
