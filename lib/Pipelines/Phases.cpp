// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Pipelines/Phases.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"
#include "volley/Target/CPU/Passes.h"

using namespace mlir;
using namespace volley;

static void buildImported(OpPassManager &pm, const PipelineOptions &options) {
  if (!options.record.empty()) {
    snn::SNNInsertProbesOptions probes;
    probes.record.assign(options.record.begin(), options.record.end());
    pm.addPass(snn::createSNNInsertProbes(probes));
  }
  pm.addNestedPass<snn::NetworkOp>(snn::createSNNVerifyWeights());
}

namespace {
/// A pass that may be left out.
struct OptionalPass {
  StringRef name;
  void (*add)(OpPassManager &pm);
};
} // namespace

/// The rewrites of the phase `optimized`, in their order.
static constexpr OptionalPass kRewrites[] = {
    {"snn-fold-silent-signals",
     [](OpPassManager &pm) {
       pm.addNestedPass<snn::NetworkOp>(snn::createSNNFoldSilentSignals());
     }},
    {"snn-narrow-signals",
     [](OpPassManager &pm) { pm.addPass(snn::createSNNNarrowSignals()); }},
    {"snn-merge-equivalent",
     [](OpPassManager &pm) {
       pm.addNestedPass<snn::NetworkOp>(snn::createSNNMergeEquivalent());
     }},
    {"snn-reassociate-products",
     [](OpPassManager &pm) {
       pm.addNestedPass<snn::NetworkOp>(snn::createSNNReassociateProducts());
     }},
    {"snn-fold-scales",
     [](OpPassManager &pm) { pm.addPass(snn::createSNNFoldScales()); }},
};

/// What cleans up, in several places. Canonicalisation is not among it: later
/// phases expect the normal form.
static constexpr OptionalPass kCleanups[] = {
    {"snn-eliminate-dead-signals",
     [](OpPassManager &pm) {
       pm.addNestedPass<snn::NetworkOp>(snn::createSNNEliminateDeadSignals());
     }},
    {"cse", [](OpPassManager &pm) { pm.addPass(createCSEPass()); }},
    {"symbol-dce",
     [](OpPassManager &pm) { pm.addPass(createSymbolDCEPass()); }},
};

/// These do two things, of which the second can be left out.
static constexpr StringLiteral kFuseElementwise = "snn-fuse-elementwise";
static constexpr StringLiteral kComposeMoves = "snn-compose-moves";
/// These are among passes that cannot be left out.
static constexpr StringLiteral kHoistStaticOps = "snn-hoist-static-ops";
static constexpr StringLiteral kFuseNeurons = "cpu-fuse-neurons";

std::vector<StringRef> volley::getOptionalPasses() {
  std::vector<StringRef> names;
  for (const OptionalPass &pass : kRewrites)
    names.push_back(pass.name);
  names.insert(names.end(), {kFuseElementwise, kHoistStaticOps, kComposeMoves,
                             kFuseNeurons});
  for (const OptionalPass &pass : kCleanups)
    names.push_back(pass.name);
  return names;
}

static bool isWanted(StringRef name, const PipelineOptions &options) {
  return !llvm::is_contained(options.without, name);
}

static void addCleanup(OpPassManager &pm, StringRef name,
                       const PipelineOptions &options) {
  for (const OptionalPass &pass : kCleanups)
    if (pass.name == name && isWanted(name, options))
      pass.add(pm);
}

static void buildCanonical(OpPassManager &pm, const PipelineOptions &options) {
  pm.addPass(snn::createSNNDiscretize());
  addCleanup(pm, "snn-eliminate-dead-signals", options);
  pm.addPass(createCanonicalizerPass());
  addCleanup(pm, "cse", options);
  addCleanup(pm, "symbol-dce", options);
}

static void buildOptimized(OpPassManager &pm, const PipelineOptions &options) {
  if (options.foldNorms)
    pm.addNestedPass<snn::NetworkOp>(snn::createSNNFoldNorms());
  for (const OptionalPass &rewrite : kRewrites)
    if (isWanted(rewrite.name, options))
      rewrite.add(pm);
  addCleanup(pm, "snn-eliminate-dead-signals", options);
  pm.addPass(createCanonicalizerPass());
  addCleanup(pm, "symbol-dce", options);
  snn::SNNCountOperationsOptions counting;
  counting.hoist = isWanted(kHoistStaticOps, options);
  pm.addNestedPass<snn::NetworkOp>(snn::createSNNCountOperations(counting));
}

static void buildScheduled(OpPassManager &pm, const PipelineOptions &options) {
  snn::SNNExpandExactSumsOptions sums;
  sums.bytes = options.bytes;
  pm.addNestedPass<snn::NetworkOp>(snn::createSNNFindIntegerSums());
  pm.addPass(snn::createSNNExpandExactSums(sums));
  pm.addNestedPass<snn::NetworkOp>(snn::createSNNAssignLayout());
  pm.addPass(createCanonicalizerPass());
  snn::SNNFuseElementwiseOptions fusing;
  fusing.fuse = isWanted(kFuseElementwise, options);
  pm.addPass(snn::createSNNFuseElementwise(fusing));
  if (isWanted(kHoistStaticOps, options))
    pm.addNestedPass<snn::NetworkOp>(snn::createSNNHoistStaticOps());
  snn::SNNScheduleNetworkOptions schedule;
  schedule.rows = options.rows;
  schedule.tileBytes = options.tileBytes;
  pm.addPass(snn::createSNNScheduleNetwork(schedule));
  snn::SNNComposeMovesOptions moves;
  moves.compose = isWanted(kComposeMoves, options);
  pm.addNestedPass<snn::ProgramOp>(snn::createSNNComposeMoves(moves));
  addCleanup(pm, "cse", options);
  if (!options.activity.empty()) {
    cpu::CPUAssignActivityOptions activity;
    activity.profile = options.activity;
    activity.source = options.activitySource;
    pm.addNestedPass<snn::ProgramOp>(cpu::createCPUAssignActivity(activity));
  }
  cpu::CPUSelectKernelsOptions kernels;
  kernels.force = options.kernel;
  kernels.bytes = options.bytes;
  pm.addNestedPass<snn::ProgramOp>(cpu::createCPUSelectKernels(kernels));
  if (isWanted(kFuseNeurons, options))
    pm.addNestedPass<snn::ProgramOp>(cpu::createCPUFuseNeurons());
  cpu::CPUEstimateWorkOptions work;
  work.share = options.share;
  pm.addNestedPass<snn::ProgramOp>(cpu::createCPUEstimateWork(work));
  pm.addNestedPass<snn::ProgramOp>(cpu::createCPUAllocateStorage());
}

static void buildLowered(OpPassManager &pm, const PipelineOptions &options) {
  cpu::CPULowerProgramOptions lowering;
  lowering.profile = options.profile;
  pm.addPass(cpu::createCPULowerProgram(lowering));
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

static std::vector<std::string>
concat(std::initializer_list<ArrayRef<StringRef>> lists) {
  std::vector<std::string> names;
  for (ArrayRef<StringRef> list : lists)
    names.insert(names.end(), list.begin(), list.end());
  return names;
}

/// Laws of neurons.
static constexpr StringRef kModelOps[] = {
    "snn.neuron_model", "snn.next", "snn.exp", "snn.log", "snn.to_int",
    "snn.assert",       "arith.*",  "math.*",  "scf.*"};
/// Ops without state that both forms hold.
static constexpr StringRef kSignalOps[] = {
    "snn.dense",  "snn.conv",    "snn.pool",   "snn.matmul",
    "snn.reduce", "snn.reshape", "snn.concat", "snn.probe"};
static constexpr StringRef kNetworkOps[] = {
    "snn.network",   "snn.output",    "snn.population", "snn.delay",
    "snn.add",       "snn.mul",       "snn.scale",      "snn.norm",
    "snn.transpose", "snn.broadcast", "snn.slice",      "snn.reduce_time"};
static constexpr StringRef kProgramOps[] = {
    "snn.program", "snn.yield",      "snn.scan",        "snn.when",
    "snn.step",    "snn.keep",       "snn.kept",        "snn.last",
    "snn.move",    "snn.delay_read", "snn.delay_write", "snn.materialize"};

ArrayRef<Phase> volley::getPhases() {
  static const std::vector<Phase> phases = {
      {"imported",
       "faithful to the file: subgraphs flattened with their names kept, "
       "nothing simplified, every location points to a node of the source; "
       "requested signals have probes",
       buildImported,
       concat({kModelOps, kSignalOps, kNetworkOps, {"snn.neuron"}})},
      {"canonical",
       "discretised (only neuron models are left); shapes in normal form; what "
       "no output needs is gone",
       buildCanonical, concat({kModelOps, kSignalOps, kNetworkOps})},
      {"optimized",
       "spike-typed rewrites that change no bit: floats that are spikes or "
       "counts have an integer type, products of spikes the cheaper order, "
       "equal populations are merged",
       buildOptimized, concat({kModelOps, kSignalOps, kNetworkOps})},
      {"scheduled",
       "time is explicit: cycles are scanned step by step, everything else "
       "acts on a tile of steps; state is SSA; channels are innermost around "
       "convolutions; elementwise ops are part of neuron models; products and "
       "convolutions carry their kernel; everything has its place in memory",
       buildScheduled, concat({kModelOps, kSignalOps, kProgramOps})},
      {"lowered",
       "LLVM dialect: a function over one tile of steps and samples",
       buildLowered,
       {"llvm.*"}},
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
  verify.legal.assign(phase.legalOps.begin(), phase.legalOps.end());
  pm.addPass(snn::createSNNVerifyPhase(verify));
}

void volley::registerPhasePipelines() {
  for (const Phase &phase : getPhases())
    PassPipelineRegistration<>(
        "snn-" + phase.name.str() + "-pipeline", phase.description,
        [&phase](OpPassManager &pm) { buildPhase(pm, phase, {}); });
}
