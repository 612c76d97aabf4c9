// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR's bytecode with a checksum. MLIR's reader takes much of a file on trust,
// so that damage may end the process, or change the network without a word.

#ifndef VOLLEY_LIB_COMPILER_BYTECODE_H
#define VOLLEY_LIB_COMPILER_BYTECODE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace volley {

/// True for bytecode, whatever wrote it.
bool isBytecode(llvm::StringRef bytes);

/// Writes bytecode to a file that `stream` has been opened for at `path`. A
/// file that can be read again gets a checksum.
mlir::LogicalResult writeBytecode(mlir::ModuleOp module,
                                  llvm::raw_fd_ostream &stream,
                                  llvm::StringRef path);

/// True if bytecode has a checksum that is not its own. Weights are not looked
/// at.
bool isDamaged(llvm::StringRef bytes);

} // namespace volley

#endif // VOLLEY_LIB_COMPILER_BYTECODE_H
