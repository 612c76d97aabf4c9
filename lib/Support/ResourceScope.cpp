// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Support/ResourceScope.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace volley;

static DialectResourceBlobManager &getManager(MLIRContext *context) {
  return DenseResourceElementsHandle::getManagerInterface(context)
      .getBlobManager();
}

/// The names of resources that have data.
static llvm::StringSet<> listResources(MLIRContext *context) {
  llvm::StringSet<> names;
  getManager(context).getBlobMap([&](const auto &blobs) {
    for (const auto &entry : blobs)
      if (entry.second.getBlob())
        names.insert(entry.first());
  });
  return names;
}

ResourceScope::ResourceScope(MLIRContext *context)
    : context(context), kept(listResources(context)) {}

ResourceScope::~ResourceScope() {
  for (const auto &entry : listResources(context))
    if (!kept.contains(entry.first()))
      getManager(context).update(entry.first(), AsmResourceBlob());
}
