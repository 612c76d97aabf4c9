// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conformance files: networks that state inputs and what comes out, run by
// every target that can execute.

#ifndef VOLLEY_COMPILER_CONFORMANCE_H
#define VOLLEY_COMPILER_CONFORMANCE_H

#include "volley/Compiler/Compiler.h"

namespace volley {

struct ConformanceOptions {
  /// The reference interpreter instead of the compiler.
  bool reference = false;
  CompileOptions compile;
  int threads = 1;
  /// If not empty, a command that runs compiled networks in a process of its
  /// own, on another machine or by an emulator of one: test/CAPI/run-artefact.c
  /// says how it is called.
  std::string host;
};

/// Runs every network of an .mlir file on the inputs it states, all steps in
/// one call and one step in each, and compares with what it expects. A
/// difference is an error at the network. Writes how many conform.
mlir::LogicalResult checkConformance(llvm::StringRef path,
                                     const ConformanceOptions &options,
                                     mlir::MLIRContext *context,
                                     llvm::raw_ostream &stream);

} // namespace volley

#endif // VOLLEY_COMPILER_CONFORMANCE_H
