// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_FRONTEND_NIR_EMITTER_H
#define VOLLEY_LIB_FRONTEND_NIR_EMITTER_H

#include "Cycles.h"

namespace volley::nir {

/// Where diagnostics about a node point to: the file, and the node in it.
mlir::Location getNodeLocation(mlir::MLIRContext *context, llvm::StringRef path,
                               llvm::StringRef node);

/// Writes the network. Reads the weights; nodes whose weights are refused are
/// noted, and the result is null then.
mlir::OwningOpRef<mlir::ModuleOp>
emitNetwork(Graph &graph, llvm::ArrayRef<Instance> instances, double dt,
            llvm::StringRef path, const ImportOptions &options,
            mlir::MLIRContext *context);

} // namespace volley::nir

#endif // VOLLEY_LIB_FRONTEND_NIR_EMITTER_H
