// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The phases of a compilation, in one table: --phases, --emit=, --dump-phases=
// and the check at the end of each phase read it.

#ifndef VOLLEY_PIPELINES_PHASES_H
#define VOLLEY_PIPELINES_PHASES_H

#include "mlir/Pass/PassManager.h"
#include <string>
#include <vector>

namespace volley {

/// What the pipelines of the phases can be told.
struct PipelineOptions {
  /// Signals to record, as NODE:WHAT.
  std::vector<std::string> record;
  /// (step, sample) pairs that a program works on at once.
  int64_t rows = 64;
  /// What a signal takes in a tile at most, if that has several rows: of the
  /// second cache, and of memory.
  int64_t tileBytes = 4 << 20;
  /// A kernel strategy to take wherever it is compatible.
  std::string kernel;
  /// What threads share: "auto"; "never", no work within a sample; for tests,
  /// every "batch", or "always" every loop.
  std::string share = "auto";
  /// What multiplies bytes: "none", "vectors" or "tiles" (a matrix unit).
  std::string bytes = "vectors";
  /// Passes that are left out, of getOptionalPasses().
  std::vector<std::string> without;
  /// Makes norms part of weights, which changes bits.
  bool foldNorms = false;
  /// The text of a profile whose activities kernels are chosen by, and what it
  /// is called in messages.
  std::string activity, activitySource;
  /// Whether the program keeps count of what its layers do.
  bool profile = false;
};

/// The passes that only make a network faster, by name. None of them changes a
/// bit of a result.
std::vector<llvm::StringRef> getOptionalPasses();

struct Phase {
  llvm::StringRef name;
  /// What has happened at its end.
  llvm::StringRef description;
  /// Adds the phase's passes.
  void (*build)(mlir::OpPassManager &pm, const PipelineOptions &options);
  /// Ops that there may be at its end; "arith.*" means a whole dialect.
  std::vector<std::string> legalOps;
};

/// All phases in order. A model file is imported before the first.
llvm::ArrayRef<Phase> getPhases();

/// The index of a phase in getPhases(), or -1.
int getPhaseIndex(llvm::StringRef name);

/// The passes of one phase, and the check at its end.
void buildPhase(mlir::OpPassManager &pm, const Phase &phase,
                const PipelineOptions &options);

/// Named pipelines for snn-opt: `snn-PHASE-pipeline` runs one phase.
void registerPhasePipelines();

} // namespace volley

#endif // VOLLEY_PIPELINES_PHASES_H
