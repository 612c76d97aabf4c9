// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "KernelBitcode.h"

__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "volley_kernels_v3: .incbin \"" VOLLEY_KERNELS_V3 "\"\n"
        "volley_kernels_v3_end:\n"
        ".balign 16\n"
        "volley_kernels_v4: .incbin \"" VOLLEY_KERNELS_V4 "\"\n"
        "volley_kernels_v4_end:\n"
        ".balign 16\n"
        "volley_runtime: .incbin \"" VOLLEY_RUNTIME "\"\n"
        "volley_runtime_end:\n"
        ".popsection\n");

extern "C" {
extern const char volley_kernels_v3[], volley_kernels_v3_end[];
extern const char volley_kernels_v4[], volley_kernels_v4_end[];
extern const char volley_runtime[], volley_runtime_end[];
}

static llvm::StringRef makeRef(const char *begin, const char *end) {
  return llvm::StringRef(begin, end - begin);
}

llvm::StringRef volley::cpu::getKernelBitcode(Level level) {
  return level == Level::V4 ? makeRef(volley_kernels_v4, volley_kernels_v4_end)
                            : makeRef(volley_kernels_v3, volley_kernels_v3_end);
}

llvm::StringRef volley::cpu::getRuntimeBitcode() {
  return makeRef(volley_runtime, volley_runtime_end);
}
