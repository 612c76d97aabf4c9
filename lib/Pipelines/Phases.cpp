// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Pipelines/Phases.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

using namespace mlir;
using namespace volley;

static void buildImported(OpPassManager &pm, const PipelineOptions &options) {
  if (!options.record.empty()) {
    snn::SNNInsertProbesOptions probes;
    probes.record.assign(options.record.begin(), options.record.end());
    pm.addPass(snn::createSNNInsertProbes(probes));
  }
}

static void buildCanonical(OpPassManager &pm, const PipelineOptions &) {
  pm.addPass(snn::createSNNDiscretize());
  pm.addNestedPass<snn::NetworkOp>(snn::createSNNEliminateDeadSignals());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createSymbolDCEPass());
}

ArrayRef<Phase> volley::getPhases() {
  static const std::vector<Phase> phases = {
      {"imported",
       "faithful to the file: subgraphs flattened with their names kept, "
       "nothing simplified, every location points to a node of the source; "
       "requested signals have probes",
       buildImported,
       {}},
      {"canonical",
       "discretised (only neuron models are left); shapes in normal form; what "
       "no output needs is gone",
       buildCanonical,
       {"snn.neuron"}},
  };
  return phases;
}

int volley::getPhaseIndex(StringRef name) {
  for (auto [index, phase] : llvm::enumerate(getPhases()))
    if (phase.name == name)
      return index;
  return -1;
}

void volley::buildPhase(OpPassManager &pm, const Phase &phase,
                        const PipelineOptions &options) {
  phase.build(pm, options);
  snn::SNNVerifyPhaseOptions verify;
  verify.phase = phase.name.str();
  verify.illegal.assign(phase.illegalOps.begin(), phase.illegalOps.end());
  pm.addPass(snn::createSNNVerifyPhase(verify));
}

void volley::registerPhasePipelines() {
  for (const Phase &phase : getPhases())
    PassPipelineRegistration<>(
        "snn-" + phase.name.str() + "-pipeline", phase.description,
        [&phase](OpPassManager &pm) { buildPhase(pm, phase, {}); });
}
