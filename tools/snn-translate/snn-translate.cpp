// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Model files to .mlir.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "volley/Dialect/SNN/IR/SNNDialect.h"
#include "volley/Frontend/NIR/NIR.h"
#include "llvm/Support/SourceMgr.h"

int main(int argc, char **argv) {
  mlir::TranslateToMLIRRegistration importNIR(
      "import-nir", "import a NIR file with the default profile",
      [](llvm::SourceMgr &sourceMgr, mlir::MLIRContext *context) {
        llvm::StringRef path =
            sourceMgr.getMemoryBuffer(sourceMgr.getMainFileID())
                ->getBufferIdentifier();
        return mlir::OwningOpRef<mlir::Operation *>(
            volley::nir::importNIR(path, {}, context).release());
      });
  return failed(
      mlir::mlirTranslateMain(argc, argv, "Volley's translation driver\n"));
}
