// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_TARGET_CPU_DECLARATIONS_H
#define VOLLEY_LIB_TARGET_CPU_DECLARATIONS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

namespace volley::cpu {

/// A function of the kernel library or the C library, declared where the module
/// does not know it yet. A null `result` is void.
inline mlir::LLVM::LLVMFuncOp
declareExternal(mlir::Location loc, mlir::ModuleOp module, llvm::StringRef name,
                mlir::Type result, llvm::ArrayRef<mlir::Type> arguments) {
  using namespace mlir;
  if (auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return function;
  OpBuilder declarations = OpBuilder::atBlockBegin(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(
      result ? result : LLVM::LLVMVoidType::get(module.getContext()),
      arguments);
  return LLVM::LLVMFuncOp::create(declarations, loc, name, type);
}

/// Calls such a function.
inline mlir::LLVM::CallOp callExternal(mlir::OpBuilder &builder,
                                       mlir::Location loc,
                                       mlir::ModuleOp module,
                                       llvm::StringRef name, mlir::Type result,
                                       mlir::ValueRange arguments) {
  return mlir::LLVM::CallOp::create(
      builder, loc,
      declareExternal(loc, module, name, result,
                      llvm::to_vector(arguments.getTypes())),
      arguments);
}

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_DECLARATIONS_H
