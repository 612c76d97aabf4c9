// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model file to an artefact.

#include "ToolOptions.h"
#include "mlir/IR/MLIRContext.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Compiler/Profile.h"
#include "volley/Support/OutputPath.h"
#include "volley/Target/CPU/CPU.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Parallel.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace volley;

static cl::OptionCategory category("Options of snn-compile");

static cl::opt<std::string> modelPath(cl::Positional, cl::cat(category),
                                      cl::desc("<model (.nir, .mlir)>"));
static cl::opt<std::string> outputPath("o", cl::cat(category),
                                       cl::value_desc("file"),
                                       cl::desc("where the result is written"));
static cl::opt<std::string>
    target("target", cl::cat(category), cl::init("cpu"), cl::value_desc("cpu"),
           cl::desc("what to compile for (default cpu)"));
static cl::opt<std::string>
    cpuName("cpu", cl::cat(category), cl::init("native"),
            cl::value_desc("name[+name...]"),
            cl::desc("instruction set: native (default: this machine's), v3, "
                     "v4, amx (x86-64-v3, ...) or a processor's; of several "
                     "the artefact chooses when it is loaded"));
static cl::list<std::string>
    record("record", cl::cat(category), cl::value_desc("node:what"),
           cl::desc("build in a probe of a neuron's spikes, v, ..."));
static cl::opt<std::string> emitPhase(
    "emit", cl::cat(category), cl::value_desc("phase"),
    cl::desc("stop after a phase and write IR (--phases lists them)"));
static cl::opt<std::string>
    dumpDirectory("dump-phases", cl::cat(category), cl::value_desc("directory"),
                  cl::desc("write the IR after each phase to this directory"));
static cl::opt<bool> listPhases("phases", cl::cat(category),
                                cl::desc("list the phases and end"));
static cl::opt<bool>
    check("check", cl::cat(category),
          cl::desc("only say of every node whether it is supported"));
static cl::opt<bool> asJSON("json", cl::cat(category),
                            cl::desc("write the result of --check as JSON"));
static cl::opt<bool>
    explain("explain", cl::cat(category),
            cl::desc("print what the compiler decided, and why"));
static cl::opt<bool>
    timeReport("time-report", cl::cat(category),
               cl::desc("print the time that every phase and pass took"));
static cl::opt<bool> quiet("quiet", cl::cat(category),
                           cl::desc("print errors only"));
static tools::CodeOptions codeOptions(category);
static cl::opt<std::string> activity(
    "activity", cl::cat(category), cl::value_desc("file"),
    cl::desc("choose kernels by the activity that was measured: what snn-run "
             "--profile-out=FILE.json has written"));

static cl::list<std::string>
    without("without", cl::cat(category), cl::value_desc("pass"),
            cl::desc("leave out a pass that only makes the network faster"));

static cl::opt<std::string>
    cacheDirectory("cache-dir", cl::cat(category), cl::value_desc("directory"),
                   cl::desc("keep generated code here and use it again"));
static cl::opt<std::string>
    sumLaw("sum", cl::cat(category), cl::value_desc("law"),
           cl::desc("the law of sums: ascending, or exact wherever inputs are "
                    "integers (default: as the model says, else ascending)"));
static cl::opt<bool> foldNorms(
    "fold-norms", cl::cat(category),
    cl::desc("make norms part of weights; results differ by roundings"));

[[noreturn]] static void fail(const Twine &message) {
  errs() << "snn-compile: error: " << message << '\n';
  std::exit(1);
}

static void printPhases() {
  for (const Phase &phase : getPhases())
    outs() << phase.name << ": " << phase.description << '\n';
}

/// What options name is there, even if nothing comes to use it: --check and the
/// first phases know no kernels, nor what they run on.
static void checkNames() {
  if (target != "cpu")
    fail("there is no target '" + target + "'; there is cpu");
  auto levels = cpu::parseLevels(cpuName);
  if (!levels)
    fail(toString(levels.takeError()));
  if (codeOptions.kernel.getNumOccurrences() > 0 &&
      !is_contained(cpu::getKernelNames(), codeOptions.kernel))
    fail("there is no kernel '" + codeOptions.kernel + "'; there are " +
         join(cpu::getKernelNames(), ", "));
  for (const std::string &name : without)
    if (!is_contained(getOptionalPasses(), name))
      fail("there is no pass '" + name + "' that can be left out; there are " +
           join(getOptionalPasses(), ", "));
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  tools::ModelOptions modelOptions("input", /*canProfile=*/true);
  // LLVM has an option of this name.
  tools::releaseOption("threads");
  static cl::opt<unsigned> threads(
      "threads", cl::cat(category), cl::value_desc("n"), cl::init(0),
      cl::desc("threads that compile (default 0: all there are)"));
  tools::initializeTool(
      argc, argv, "Compiles a spiking network to a native shared object.\n",
      category);
  if (listPhases) {
    printPhases();
    return 0;
  }
  if (modelPath.empty())
    fail("expects a model file");
  checkNames();
  Expected<nir::ImportOptions> importOptions = modelOptions.get();
  if (!importOptions)
    fail(toString(importOptions.takeError()));

  // Those of code generation and of packing; passes and the linker take one.
  if (threads > 0) {
    parallel::strategy = hardware_concurrency(threads);
    parallel::strategy.Limit = true;
  }

  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  if (explain)
    enableRemarks(context, errs());
  if (check)
    return checkModel(modelPath, *importOptions, &context, asJSON, outs());

  mlir::DefaultTimingManager timingManager;
  timingManager.setEnabled(timeReport);
  mlir::TimingScope timing = timingManager.getRootScope();
  tools::DiagnosticPrinter printer(&context, /*showRemarks=*/!quiet);
  if (outputPath.empty() && emitPhase.empty())
    fail("expects -o FILE, --emit=PHASE or --check");
  mlir::TimingScope loading = timing.nest("load the model");
  mlir::OwningOpRef<mlir::ModuleOp> module =
      loadModel(modelPath, *importOptions, &context);
  loading.stop();
  if (!module || (!sumLaw.empty() && failed(setSumLaw(*module, sumLaw))))
    return 1;

  CompileOptions options;
  options.cpu = cpuName;
  options.cacheDirectory = cacheDirectory;
  options.phases.pipeline.record.assign(record.begin(), record.end());
  options.phases.pipeline.kernel = codeOptions.kernel;
  options.phases.pipeline.share = codeOptions.share;
  options.phases.pipeline.foldNorms = foldNorms;
  options.phases.pipeline.profile = modelOptions.isProfiling();
  if (!activity.empty() && isSameFile(activity, outputPath))
    fail(activity + ": is read as well; expects another file for the result");
  if (!activity.empty())
    if (std::string error = readActivity(activity, options.phases.pipeline);
        !error.empty())
      fail(activity + ": " + error);
  options.phases.pipeline.without.assign(without.begin(), without.end());
  options.phases.dumpDirectory = dumpDirectory;
  options.phases.timing = &timing;
  if (!emitPhase.empty()) {
    options.phases.last = emitPhase;
    bool toTerminal = outputPath.empty() || outputPath == "-";
    return failed(runPhases(*module, options)) ||
           failed(writeModule(*module, toTerminal ? "-" : StringRef(outputPath),
                              /*elideWeights=*/toTerminal));
  }
  // Linking resets LLVM's options, this path among them.
  std::string path = outputPath;
  return failed(compileToFile(*module, options, path));
}
