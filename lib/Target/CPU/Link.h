// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_TARGET_CPU_LINK_H
#define VOLLEY_LIB_TARGET_CPU_LINK_H

#include "WeightImage.h"
#include "llvm/Support/Error.h"

namespace volley::cpu {

/// Each level's pointer to its descriptor is in a section of this name; the
/// linker makes an array of them, of this name, with a null at its end.
inline constexpr llvm::StringLiteral kLevelsSection = ".volley.levels";
inline constexpr llvm::StringLiteral kLevelsSymbol = "volley_levels";

/// What an artefact is linked from.
struct LinkInputs {
  /// Archives of object files, of which all are taken; in the order of levels.
  std::vector<llvm::SmallVector<char, 0>> objects;
  /// Static libraries, of which only what is needed is taken.
  llvm::SmallVector<llvm::StringRef> libraries;
  /// Whether the artefact runs with the C library of this machine, or with one
  /// of another architecture.
  bool hasHostLibraries = true;
  /// The symbols of weight images.
  llvm::SmallVector<std::pair<llvm::StringRef, const WeightImage *>> weights;
};

/// Links a shared object with lld, and appends the weights as a read-only
/// segment, which the dynamic loader maps on demand. The file appears at `path`
/// only when it is complete.
llvm::Error linkArtifact(const LinkInputs &inputs, llvm::StringRef path);

/// The same into a file that there is, which may be one in memory.
llvm::Error linkInto(const LinkInputs &inputs, llvm::StringRef path);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_LINK_H
