// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_TARGET_CPU_LINK_H
#define VOLLEY_LIB_TARGET_CPU_LINK_H

#include "WeightImage.h"
#include "llvm/Support/Error.h"

namespace volley::cpu {

/// Where generated code finds the weight image.
inline constexpr llvm::StringLiteral kWeightsSymbol = "volley_weights";

/// Links all of an archive of `objects` and what they need of `library` into a
/// shared object with lld, and appends the weights as a read-only segment,
/// which the dynamic loader maps on demand. The file appears at `path` only
/// when it is complete.
llvm::Error linkArtifact(llvm::ArrayRef<char> objects, llvm::StringRef library,
                         const WeightImage &weights, llvm::StringRef path);

/// The same into a file that there is, which may be one in memory.
llvm::Error linkInto(llvm::ArrayRef<char> objects, llvm::StringRef library,
                     const WeightImage &weights, llvm::StringRef path);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_LINK_H
