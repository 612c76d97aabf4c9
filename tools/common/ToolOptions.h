// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Command-line options and messages that snn-compile and snn-run share.

#ifndef VOLLEY_TOOLS_COMMON_TOOLOPTIONS_H
#define VOLLEY_TOOLS_COMMON_TOOLOPTIONS_H

#include "mlir/IR/Diagnostics.h"
#include "volley/Frontend/NIR/NIR.h"
#include "llvm/Support/CommandLine.h"

namespace volley::tools {

/// Options about what a model file means; one object per tool, made before
/// the command line is parsed.
class ModelOptions {
public:
  /// `inputKindOption` is what the option for the kinds of inputs is called.
  /// `--profile` alone is something else than the name of a law, where the
  /// tool `canProfile`.
  explicit ModelOptions(llvm::StringRef inputKindOption,
                        bool canProfile = false);
  ~ModelOptions();

  /// The declared options, or an error that names the option.
  llvm::Expected<nir::ImportOptions> get() const;
  /// True if any of them was given.
  bool isAnyGiven() const;
  /// True if there is a `--profile` alone: the program's layers are to be
  /// measured.
  bool isProfiling() const;

private:
  struct Storage;
  /// The laws that are named, as a rule one or none.
  std::vector<std::string> getProfiles() const;

  std::string inputKindOption;
  std::unique_ptr<Storage> storage;
};

/// Options about how models are compiled; one object per tool, made before the
/// command line is parsed.
class CodeOptions {
  // What the option refers to.
  std::string kernelHelp;

public:
  explicit CodeOptions(llvm::cl::OptionCategory &category);

  llvm::cl::opt<std::string> kernel, share;
};

/// Prints diagnostics to the standard error, in the order they come. Remarks
/// can be left out.
class DiagnosticPrinter {
public:
  DiagnosticPrinter(mlir::MLIRContext *context, bool showRemarks);

private:
  mlir::ScopedDiagnosticHandler handler;
};

/// Hides the options of LLVM and MLIR from the help text and sets the version.
void initializeTool(int argc, char **argv, llvm::StringRef overview,
                    llvm::cl::OptionCategory &category);

/// Ends a tool whose command line has the same file for -o as for something
/// else. For tools that MLIR parses the command line of, which open the output
/// before they have read the input.
void refuseOverwriting(int argc, char **argv);

extern llvm::cl::OptionCategory modelCategory;

/// Takes an option away from LLVM's libraries, whose options are global, so
/// that a tool can have one of that name.
void releaseOption(llvm::StringRef name);

} // namespace volley::tools

#endif // VOLLEY_TOOLS_COMMON_TOOLOPTIONS_H
