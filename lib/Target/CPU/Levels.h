// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_TARGET_CPU_LEVELS_H
#define VOLLEY_LIB_TARGET_CPU_LEVELS_H

#include "volley/Target/CPU/CPU.h"

namespace volley::cpu {

/// What the compiler knows of a level.
struct LevelInfo {
  Level level;
  llvm::StringRef name;
  /// Also what its symbols end in, after "_".
  llvm::StringRef shortName;
  /// The target and the processor that LLVM generates code for.
  llvm::StringRef triple, processor;
  /// What it needs beyond the level before, as LLVM names it.
  llvm::SmallVector<const char *, 8> features;
};

const LevelInfo &getLevelInfo(Level level);

/// The symbol of what each level has of its own.
inline std::string getSymbol(llvm::StringRef name, Level level) {
  return (name + "_" + getLevelInfo(level).shortName).str();
}

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_LEVELS_H
