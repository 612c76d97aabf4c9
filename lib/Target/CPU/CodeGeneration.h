// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From LLVM IR to object files: optimisation and code generation, of large
// modules in parts by several threads.

#ifndef VOLLEY_LIB_TARGET_CPU_CODEGENERATION_H
#define VOLLEY_LIB_TARGET_CPU_CODEGENERATION_H

#include "volley/Target/CPU/CPU.h"

namespace llvm {
class Module;
}

namespace volley::cpu {

/// Gives a module the target's triple and data layout, and its functions the
/// instruction set.
llvm::Error setTarget(llvm::Module &module, Level level);

/// Ends the names of all that a module defines, and of the kernels that it
/// calls, in that of the level.
void setSymbols(llvm::Module &module, Level level);

/// Optimises a module, which it consumes, and compiles it to an archive of
/// object files, whose bytes depend on nothing but the module and `level`.
llvm::Expected<llvm::SmallVector<char, 0>>
compileModule(llvm::Module &module, Level level, mlir::TimingScope &timing);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_CODEGENERATION_H
