// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "KernelLibrary.h"

#include "llvm/Support/ErrorHandling.h"

// Paths come from CMake.
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "volley_kernels_v3: .incbin \"" VOLLEY_KERNELS_V3 "\"\n"
        "volley_kernels_v3_end:\n"
        ".balign 16\n"
        "volley_kernels_v4: .incbin \"" VOLLEY_KERNELS_V4 "\"\n"
        "volley_kernels_v4_end:\n"
        ".balign 16\n"
        "volley_kernels_amx: .incbin \"" VOLLEY_KERNELS_AMX "\"\n"
        "volley_kernels_amx_end:\n"
        ".popsection\n");

extern "C" {
extern const char volley_kernels_v3[], volley_kernels_v3_end[];
extern const char volley_kernels_v4[], volley_kernels_v4_end[];
extern const char volley_kernels_amx[], volley_kernels_amx_end[];
}

llvm::StringRef volley::cpu::getKernelLibrary(Level level) {
  auto between = [](const char *begin, const char *end) {
    return llvm::StringRef(begin, static_cast<size_t>(end - begin));
  };
  switch (level) {
  case Level::V3:
    return between(volley_kernels_v3, volley_kernels_v3_end);
  case Level::V4:
    return between(volley_kernels_v4, volley_kernels_v4_end);
  case Level::AMX:
    return between(volley_kernels_amx, volley_kernels_amx_end);
  }
  llvm_unreachable("every level has a library");
}
