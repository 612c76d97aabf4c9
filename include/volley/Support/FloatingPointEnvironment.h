// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of the Spec, whatever the host has set. Freestanding:
// artefacts use it too.

#ifndef VOLLEY_SUPPORT_FLOATINGPOINTENVIRONMENT_H
#define VOLLEY_SUPPORT_FLOATINGPOINTENVIRONMENT_H

#ifdef __x86_64__
#include <xmmintrin.h>
#endif

namespace volley {

/// As long as it lives, this thread rounds to nearest and flushes nothing to
/// zero: the default of IEEE 754, which libraries built for speed change.
class FloatingPointEnvironment {
public:
#ifdef __x86_64__
  FloatingPointEnvironment() : saved(_mm_getcsr()) { _mm_setcsr(0x1f80); }
  ~FloatingPointEnvironment() { _mm_setcsr(saved); }
#else
  FloatingPointEnvironment() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved));
    __asm__ volatile("msr fpcr, xzr" ::: "memory");
  }
  ~FloatingPointEnvironment() {
    __asm__ volatile("msr fpcr, %0" ::"r"(saved) : "memory");
  }
#endif
  FloatingPointEnvironment(const FloatingPointEnvironment &) = delete;
  FloatingPointEnvironment &
  operator=(const FloatingPointEnvironment &) = delete;

private:
#ifdef __x86_64__
  unsigned saved;
#else
  unsigned long saved;
#endif
};

} // namespace volley

#endif // VOLLEY_SUPPORT_FLOATINGPOINTENVIRONMENT_H
