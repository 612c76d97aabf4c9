// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights that a compilation makes for itself, and how long they live.

#ifndef VOLLEY_SUPPORT_RESOURCESCOPE_H
#define VOLLEY_SUPPORT_RESOURCESCOPE_H

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringSet.h"

namespace volley {

/// Frees at its end the data of resources that were made since its start. A
/// context keeps what was made in it, and a network is compiled more than once
/// in its own. IR that uses these resources may only be erased afterwards.
class ResourceScope {
public:
  explicit ResourceScope(mlir::MLIRContext *context);
  ResourceScope(const ResourceScope &) = delete;
  ResourceScope &operator=(const ResourceScope &) = delete;
  ~ResourceScope();

private:
  mlir::MLIRContext *context;
  llvm::StringSet<> kept;
};

} // namespace volley

#endif // VOLLEY_SUPPORT_RESOURCESCOPE_H
