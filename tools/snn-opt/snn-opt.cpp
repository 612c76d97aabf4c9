// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs passes on .mlir files.

#include "ToolOptions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"
#include "volley/Target/CPU/Passes.h"
#include "llvm/Support/CommandLine.h"

int main(int argc, char **argv) {
  volley::tools::refuseOverwriting(argc, argv);
  // LLVM's own options; those of MLIR's driver come later and stay.
  for (auto &option : llvm::cl::getRegisteredOptions())
    option.second->setHiddenFlag(llvm::cl::Hidden);
  mlir::DialectRegistry registry;
  volley::registerDialects(registry);
  // What the last phase leaves.
  registry.insert<mlir::LLVM::LLVMDialect>();
  mlir::registerTransformsPasses();
  volley::snn::registerSNNPasses();
  volley::cpu::registerCPUPasses();
  volley::registerPhasePipelines();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Volley's optimizer driver\n", registry));
}
