// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lib/Kernels, compiled when the compiler is built and embedded in it.

#ifndef VOLLEY_LIB_TARGET_CPU_KERNELLIBRARY_H
#define VOLLEY_LIB_TARGET_CPU_KERNELLIBRARY_H

#include "volley/Target/CPU/CPU.h"
#include "llvm/ADT/StringRef.h"

namespace volley::cpu {

/// A static library of the kernels for an instruction set level and of the
/// artefact's runtime, which is for any x86-64.
llvm::StringRef getKernelLibrary(Level level);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_KERNELLIBRARY_H
