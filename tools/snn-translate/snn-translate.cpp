// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Model files to .mlir.

#include "ToolOptions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "volley/Dialect/SNN/IR/SNNDialect.h"
#include "volley/Frontend/NIR/NIR.h"
#include "llvm/Support/SourceMgr.h"

using namespace volley;

static mlir::OwningOpRef<mlir::Operation *>
importNIR(llvm::SourceMgr &sourceMgr, mlir::MLIRContext *context,
          const tools::ModelOptions &modelOptions) {
  tools::DiagnosticPrinter printer(context, /*showRemarks=*/true);
  llvm::Expected<nir::ImportOptions> options = modelOptions.get();
  if (!options) {
    llvm::errs() << "snn-translate: error: " << toString(options.takeError())
                 << '\n';
    return nullptr;
  }
  llvm::StringRef path = sourceMgr.getMemoryBuffer(sourceMgr.getMainFileID())
                             ->getBufferIdentifier();
  return mlir::OwningOpRef<mlir::Operation *>(
      nir::importNIR(path, *options, context).release());
}

int main(int argc, char **argv) {
  tools::refuseOverwriting(argc, argv);
  static tools::ModelOptions modelOptions("input");
  llvm::cl::HideUnrelatedOptions(tools::modelCategory);
  mlir::TranslateToMLIRRegistration registration(
      "import-nir", "import a NIR file",
      [](llvm::SourceMgr &sourceMgr, mlir::MLIRContext *context) {
        return importNIR(sourceMgr, context, modelOptions);
      });
  return failed(
      mlir::mlirTranslateMain(argc, argv, "Volley's translation driver\n"));
}
