// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compiler as a library: from a model file of any known format, through
// the phases, to something that runs. The tools and the Python package are thin
// layers over this. Errors are diagnostics of the MLIR context.

#ifndef VOLLEY_COMPILER_COMPILER_H
#define VOLLEY_COMPILER_COMPILER_H

#include "mlir/Support/Timing.h"
#include "volley/Frontend/NIR/NIR.h"
#include "volley/Pipelines/Phases.h"
#include "volley/Runtime/Session.h"
#include <memory>

namespace volley::snn {
class NetworkOp;
}
namespace volley::runtime {
class Artifact;
}

namespace volley {

/// The dialects that files of ours hold.
void registerDialects(mlir::DialectRegistry &registry);

/// Reads a model file: NIR (HDF5), or MLIR text or bytecode that holds one
/// `snn.network`. What a file is follows from its content. Import options apply
/// to NIR files; `report` gets what the importer has to say of one.
mlir::OwningOpRef<mlir::ModuleOp>
loadModel(llvm::StringRef path, const nir::ImportOptions &options,
          mlir::MLIRContext *context, nir::ImportReport *report = nullptr);

/// An array in memory that a network uses as it is.
struct NamedArray {
  std::string name;
  llvm::ArrayRef<char> bytes;
};

/// Reads MLIR text whose resources are arrays of the caller's, which must live
/// as long as the context.
mlir::OwningOpRef<mlir::ModuleOp> parseModel(llvm::StringRef text,
                                             llvm::ArrayRef<NamedArray> arrays,
                                             mlir::MLIRContext *context);

/// Gives the sums of a network in the `imported` form a law, "exact" wherever
/// that is possible or "ascending".
mlir::LogicalResult setSumLaw(mlir::ModuleOp module, llvm::StringRef law);

/// True if a file holds a network in the compiler's own form.
bool isMLIRFile(llvm::StringRef path);

/// How far and where to run phases.
struct PhaseOptions {
  PipelineOptions pipeline;
  /// Stops after this phase.
  std::string last;
  /// If not empty, a directory that gets NN-PHASE.mlir after each phase.
  std::string dumpDirectory;
  /// Where time is accounted for, if it is.
  mlir::TimingScope *timing = nullptr;
};

/// Where and for what a model is compiled.
struct CompileOptions {
  PhaseOptions phases;
  /// "native", "x86-64-v3" ("v3"), "x86-64-v4" ("v4"), "x86-64-v4-amx" ("amx"),
  /// "armv8-a" ("aarch64") or a processor; or several joined by "+", of which
  /// the best that a machine has is chosen when the artefact is loaded.
  std::string cpu = "native";
  /// If not empty, a directory that keeps generated code, by its IR.
  std::string cacheDirectory;
};

/// Runs phases on a module in the `imported` form. Of several levels it becomes
/// what the best one is compiled from.
mlir::LogicalResult runPhases(mlir::ModuleOp module,
                              const CompileOptions &options);

/// True if this machine can run what is compiled for such a `cpu`.
bool isLevelSupported(llvm::StringRef name);

/// Compiles a module in the `imported` form, which it consumes, into an
/// artefact for the CPU at `path`. The file appears when it is complete. The
/// model's own file is refused.
mlir::LogicalResult compileToFile(mlir::ModuleOp module,
                                  const CompileOptions &options,
                                  llvm::StringRef path);

/// The same into a file without a name; if the environment variable
/// VOLLEY_PROGRAM_DIR names a directory, into one there that stays, for
/// profilers and debuggers. Gives its descriptor, which the caller closes.
mlir::FailureOr<int> compileToDescriptor(mlir::ModuleOp module,
                                         const CompileOptions &options);
/// The path under which this process opens a descriptor.
std::string getDescriptorPath(int file);

/// The same, loaded. Null if there is an error.
std::shared_ptr<runtime::Artifact>
compileInMemory(mlir::ModuleOp module, const CompileOptions &options);

/// The reference interpreter on a module in the `imported` form, which it does
/// not change. Null if there is an error.
std::unique_ptr<runtime::Session>
interpret(mlir::ModuleOp module, const std::vector<std::string> &record,
          int64_t batch);

/// Imports a model file and writes, for every node, whether it is supported,
/// what was assumed and why it is refused, as a table or as JSON. Gives the
/// exit code: 0 if the file is accepted.
int checkModel(llvm::StringRef path, const nir::ImportOptions &options,
               mlir::MLIRContext *context, bool asJSON,
               llvm::raw_ostream &stream);

/// Writes what passes report of their decisions to `stream`.
void enableRemarks(mlir::MLIRContext &context, llvm::raw_ostream &stream);

/// The only network of a module; null, with an error, if there is not one.
snn::NetworkOp getNetwork(mlir::ModuleOp module);

/// Every neuron and population of a network that has a name, with the outputs
/// and states that can be recorded of it.
std::vector<std::pair<std::string, std::vector<std::string>>>
listRecordable(snn::NetworkOp network);

/// Writes IR as text, or as bytecode if the path ends in .mlirbc; "-" is the
/// standard output. Weights of text are left out if `elideWeights`. The file
/// that the module was read from is refused.
mlir::LogicalResult writeModule(mlir::ModuleOp module, llvm::StringRef path,
                                bool elideWeights);

/// IR as text for a reader: weights left out, values named after nodes.
std::string printModule(mlir::ModuleOp module);

} // namespace volley

#endif // VOLLEY_COMPILER_COMPILER_H
