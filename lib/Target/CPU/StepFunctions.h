// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated functions that step populations.

#ifndef VOLLEY_LIB_TARGET_CPU_STEPFUNCTIONS_H
#define VOLLEY_LIB_TARGET_CPU_STEPFUNCTIONS_H

#include "Storage.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"

namespace volley::cpu {

/// One function per distinct law, shape and kinds of parameters: a
/// kernels::StepFunction. Its arguments are 8 bytes each: per input and per
/// output (exposed states among them) a pointer to row (0, 0) and the elements
/// from one step to the next; per state a pointer to the first sample's; per
/// parameter its value or a pointer; then the bytes from one sample's state to
/// the next, where an error is noted, and its number.
///
/// A function is named after the nodes that use it, for profilers and
/// debuggers: "step_lif1", "step_lif1_and_2_more".
class StepFunctions {
public:
  /// For the populations that a module has.
  explicit StepFunctions(mlir::ModuleOp module);

  mlir::LLVM::LLVMFuncOp get(snn::StepOp step);

private:
  struct Entry {
    /// The first population that uses it, and how many do.
    std::string node;
    unsigned uses = 0;
    mlir::LLVM::LLVMFuncOp function;
  };

  std::string makeName(const Entry &entry);

  mlir::ModuleOp module;
  llvm::StringMap<Entry> entries;
};

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_STEPFUNCTIONS_H
