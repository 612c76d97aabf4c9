// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bitcode of lib/Kernels, embedded in the compiler.

#ifndef VOLLEY_LIB_TARGET_CPU_KERNELBITCODE_H
#define VOLLEY_LIB_TARGET_CPU_KERNELBITCODE_H

#include "volley/Target/CPU/CPU.h"
#include "llvm/ADT/StringRef.h"

namespace volley::cpu {

llvm::StringRef getKernelBitcode(Level level);
/// The artefact's runtime, for any x86-64.
llvm::StringRef getRuntimeBitcode();

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_KERNELBITCODE_H
