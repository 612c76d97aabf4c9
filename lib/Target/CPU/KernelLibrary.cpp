// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "KernelLibrary.h"

// Paths come from CMake.
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "volley_kernels_v3: .incbin \"" VOLLEY_KERNELS_V3 "\"\n"
        "volley_kernels_v3_end:\n"
        ".balign 16\n"
        "volley_kernels_v4: .incbin \"" VOLLEY_KERNELS_V4 "\"\n"
        "volley_kernels_v4_end:\n"
        ".popsection\n");

extern "C" {
extern const char volley_kernels_v3[], volley_kernels_v3_end[];
extern const char volley_kernels_v4[], volley_kernels_v4_end[];
}

llvm::StringRef volley::cpu::getKernelLibrary(Level level) {
  if (level == Level::V4)
    return {volley_kernels_v4,
            static_cast<size_t>(volley_kernels_v4_end - volley_kernels_v4)};
  return {volley_kernels_v3,
          static_cast<size_t>(volley_kernels_v3_end - volley_kernels_v3)};
}
