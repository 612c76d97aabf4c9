// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs passes on .mlir files.

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  volley::registerDialects(registry);
  mlir::registerTransformsPasses();
  volley::snn::registerSNNPasses();
  volley::registerPhasePipelines();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Volley's optimizer driver\n", registry));
}
