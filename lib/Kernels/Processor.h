// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime asks of the processor, for each architecture.

#ifndef VOLLEY_LIB_KERNELS_PROCESSOR_H
#define VOLLEY_LIB_KERNELS_PROCESSOR_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace volley::kernels {

/// Whether an environment variable lists something. Tests say so what they do
/// without (VOLLEY_WITHOUT), to reach what runs on processors that lack it, and
/// what they emulate (VOLLEY_EMULATED), for what no processor of theirs has.
inline bool isListed(const char *variable, const char *name) {
  const char *list = getenv(variable);
  return list && strstr(list, name);
}
inline bool isWithout(const char *name) {
  return isListed("VOLLEY_WITHOUT", name);
}
inline bool isEmulated(const char *name) {
  return isListed("VOLLEY_EMULATED", name);
}

#ifdef __x86_64__

/// The registers that the operating system saves.
inline uint64_t getEnabledState() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low | static_cast<uint64_t>(high) << 32;
}

/// Asks the system for the matrix unit's registers, which every thread of the
/// process has then.
inline bool requestTiles() {
  constexpr long kRequest = 0x1023, kTileData = 18; // ARCH_REQ_XCOMP_PERM
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
}

/// The level that the processor has: 3 (AVX2, FMA, BMI), 4 (AVX-512 F, BW, CD,
/// DQ, VL), 5 (that and AMX for int8), or 0 for less.
inline uint32_t getLevel() {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d))
    return 0;
  constexpr uint32_t one = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX |
                           bit_F16C | bit_POPCNT | bit_SSE4_2;
  if ((c & one) != one || (getEnabledState() & 6) != 6)
    return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
    return 0;
  constexpr uint32_t seven = bit_BMI | bit_AVX2 | bit_BMI2;
  if ((b & seven) != seven)
    return 0;
  constexpr uint32_t avx512 =
      bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  uint32_t features = b, more = d;
  if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !(c & bit_LZCNT))
    return 0;
  bool hasAVX512 =
      (features & avx512) == avx512 && (getEnabledState() & 0xe6) == 0xe6;
  constexpr uint32_t amx = 1u << 24 | 1u << 25; // AMX-TILE, AMX-INT8
  constexpr uint64_t tiles = 3 << 17;
  bool hasAMX = ((more & amx) == amx && (getEnabledState() & tiles) == tiles) ||
                isEmulated("amx");
  return hasAVX512 ? hasAMX ? 5 : 4 : 3;
}

/// Whether a processor of level 4 has more of AVX-512: a bit of ECX for leaf 7.
inline bool hasExtension(uint32_t extension, const char *name) {
  uint32_t a, b, c, d;
  return getLevel() >= 4 && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
         (c & extension) && !isWithout(name);
}
inline bool hasDotProducts() { return hasExtension(bit_AVX512VNNI, "vnni"); }
inline bool hasVectorPopcount() {
  return hasExtension(bit_AVX512VPOPCNTDQ, "vpopcntdq");
}

/// Whether it adds two vectors of 64 bytes at a time. AMD's say so (FP512 in
/// EAX of leaf 8000001A), as those of Zen 4 have adders of 32 bytes.
inline bool hasWideAdders() {
  uint32_t a, b, c, d;
  bool isWide = !__get_cpuid(0, &a, &b, &c, &d) || b != signature_AMD_ebx ||
                (__get_cpuid(0x8000001a, &a, &b, &c, &d) && (a & 8));
  return getLevel() >= 4 && (isWide ? !isWithout("wide") : isWithout("narrow"));
}

/// Whether this thread may run code for a level (Descriptor).
inline bool hasLevel(uint32_t level) {
  return level <= getLevel() &&
         (level < 5 || isEmulated("amx") || requestTiles());
}

/// The processor's clock.
inline uint64_t getTicks() { return __builtin_ia32_rdtsc(); }

/// Tells the processor that this thread waits for another.
inline void relax() { __builtin_ia32_pause(); }

#else

/// Code is for what every processor has.
inline bool hasLevel(uint32_t) { return true; }
inline bool hasDotProducts() { return false; }
inline bool hasVectorPopcount() { return false; }
inline bool hasWideAdders() { return false; }

inline uint64_t getTicks() {
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
}

inline void relax() { __asm__ volatile("yield"); }

#endif

} // namespace volley::kernels

#endif // VOLLEY_LIB_KERNELS_PROCESSOR_H
