// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_TARGET_CPU_DECLARATIONS_H
#define VOLLEY_LIB_TARGET_CPU_DECLARATIONS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

namespace volley::cpu {

/// Calls a function of the kernel library or the C library, declared where the
/// module does not know it yet. A null `result` is void.
inline mlir::LLVM::CallOp callExternal(mlir::OpBuilder &builder,
                                       mlir::Location loc,
                                       mlir::ModuleOp module,
                                       llvm::StringRef name, mlir::Type result,
                                       mlir::ValueRange arguments) {
  using namespace mlir;
  auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(name);
  if (!function) {
    OpBuilder declarations = OpBuilder::atBlockBegin(module.getBody());
    auto type = LLVM::LLVMFunctionType::get(
        result ? result : LLVM::LLVMVoidType::get(module.getContext()),
        llvm::to_vector(arguments.getTypes()));
    function = LLVM::LLVMFuncOp::create(declarations, loc, name, type);
  }
  return LLVM::CallOp::create(builder, loc, function, arguments);
}

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_DECLARATIONS_H
