// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lib/Kernels, compiled when the compiler is built and embedded in it as static
// libraries.

#ifndef VOLLEY_LIB_TARGET_CPU_KERNELLIBRARY_H
#define VOLLEY_LIB_TARGET_CPU_KERNELLIBRARY_H

#include "volley/Target/CPU/CPU.h"
#include "llvm/ADT/StringRef.h"

namespace volley::cpu {

/// The artefact's runtime, which is for any processor of a level's
/// architecture.
llvm::StringRef getRuntimeLibrary(Level level);

/// The kernels that code for a level calls. Levels may share them. Empty if
/// this compiler was built without.
llvm::StringRef getKernelLibrary(Level level);

/// The symbol in that library of a kernel that generated code knows as `name`;
/// empty if it is no kernel, but a function of the runtime, say.
std::string getKernelSymbol(llvm::StringRef name, Level level);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_KERNELLIBRARY_H
