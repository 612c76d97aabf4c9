// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CPU target: from a scheduled program to a shared object that needs
// nothing (include/volley-c/volley.h).

#ifndef VOLLEY_TARGET_CPU_CPU_H
#define VOLLEY_TARGET_CPU_CPU_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/Timing.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace volley::cpu {

/// Instruction sets that code is generated for: of x86-64, where each has what
/// is before it, and the baseline of AArch64.
enum class Level { V3 = 3, V4 = 4, AMX = 5, AArch64 = 8 };

/// The levels that `names` means, joined by "+"; the best first, each once. A
/// name is "native", the highest level that this machine has; a level's, long
/// ("x86-64-v3", "x86-64-v4", "x86-64-v4-amx", "armv8-a") or short ("v3", "v4",
/// "amx", "aarch64"); or a processor's that LLVM knows, the highest level that
/// it has. All are of one architecture.
llvm::Expected<llvm::SmallVector<Level>> parseLevels(llvm::StringRef names);
llvm::StringRef getName(Level level);
/// Whether this machine has a level.
bool isOfHost(Level level);
/// Whether this machine is of a level's architecture.
bool isNative(Level level);

/// What kernel strategies are called: what --kernel takes.
llvm::ArrayRef<llvm::StringRef> getKernelNames();

/// Everything of a program that its lowered form no longer shows: the host's
/// view of it and its packed weights. Taken at the end of the `scheduled`
/// phase.
class ProgramData;
struct ProgramDataDeleter {
  void operator()(ProgramData *data) const;
};
using ProgramDataPtr = std::unique_ptr<ProgramData, ProgramDataDeleter>;

/// The data of the module's only program. Constants stay in the context.
ProgramDataPtr collectProgramData(mlir::ModuleOp module);

/// Whether a kernel was chosen that needs the matrix unit.
bool usesMatrixUnit(const ProgramData &data);

/// A module in the `lowered` form, and the levels that code is generated for
/// from it.
struct LoweredProgram {
  mlir::ModuleOp module;
  const ProgramData *data;
  llvm::SmallVector<Level> levels;
};

/// How a result comes to its path: in one step when it is complete, or written
/// to the file that is there.
enum class WriteMode { Replace, InPlace };

/// Generates code for forms of the same network, at every level, and writes one
/// artefact with all of it to `path`; nothing is left there if it fails, unless
/// it is in place. The best level comes first. If `cacheDirectory` is not
/// empty, code for the same IR is taken from there. Errors are diagnostics. The
/// linker resets all options of llvm::cl: what is needed of them later must be
/// copied.
mlir::LogicalResult writeArtifact(llvm::ArrayRef<LoweredProgram> programs,
                                  llvm::StringRef path, WriteMode mode,
                                  llvm::StringRef cacheDirectory,
                                  mlir::TimingScope &timing);

} // namespace volley::cpu

#endif // VOLLEY_TARGET_CPU_CPU_H
