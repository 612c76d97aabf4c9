// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Compiler/Compiler.h"

#include "Bytecode.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"
#include "volley/Reference/Interpreter.h"
#include "volley/Support/FloatingPointEnvironment.h"
#include "volley/Support/OutputPath.h"
#include "volley/Support/ResourceScope.h"
#include "volley/Target/CPU/CPU.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace volley;

void volley::registerDialects(DialectRegistry &registry) {
  registry.insert<snn::SNNDialect, arith::ArithDialect, math::MathDialect,
                  scf::SCFDialect>();
}

static Location getFileLocation(MLIRContext *context, StringRef path) {
  return FileLineColLoc::get(context, path, 0, 0);
}

/// Fails if a result would replace the model that it is made from.
static LogicalResult checkTarget(ModuleOp module, StringRef path) {
  auto source = module.getLoc()->findInstanceOf<FileLineColLoc>();
  if (!source || !isSameFile(source.getFilename().str(), path.str()))
    return success();
  return emitError(getFileLocation(module.getContext(), path))
         << "is the model itself; expects another file for the result";
}

snn::NetworkOp volley::getNetwork(ModuleOp module) {
  auto networks = module.getOps<snn::NetworkOp>();
  if (llvm::hasSingleElement(networks))
    return *networks.begin();
  InFlightDiagnostic diagnostic =
      module.emitError("expects one snn.network, but got ")
      << std::distance(networks.begin(), networks.end());
  if (!module.getOps<snn::ProgramOp>().empty())
    diagnostic << "; the snn.program of a later phase is not compiled again";
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// True for the compiler's own form: by its extension, or as bytecode.
static bool isMLIR(StringRef path, StringRef start) {
  StringRef extension = llvm::sys::path::extension(path);
  return extension == ".mlir" || extension == ".mlirbc" || isBytecode(start);
}

bool volley::isMLIRFile(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFileSlice(path, 16, 0);
  return buffer && isMLIR(path, (*buffer)->getBuffer());
}

OwningOpRef<ModuleOp> volley::loadModel(StringRef path,
                                        const nir::ImportOptions &options,
                                        MLIRContext *context,
                                        nir::ImportReport *report) {
  FloatingPointEnvironment environment;
  auto buffer = llvm::MemoryBuffer::getFileSlice(path, 16, 0);
  if (!buffer) {
    emitError(getFileLocation(context, path))
        << "cannot be opened: " << buffer.getError().message();
    return nullptr;
  }
  if ((*buffer)->getBuffer().starts_with("\x7f"
                                         "ELF")) {
    emitError(getFileLocation(context, path))
        << "is compiled; snn-run and volley.open run it";
    return nullptr;
  }
  if (!isMLIR(path, (*buffer)->getBuffer()))
    return nir::importNIR(path, options, context, report);
  if (options.declaresMeaning()) {
    emitError(getFileLocation(context, path))
        << "says itself what it means; profile, dt, precision, input kinds and "
           "settings of neurons are for NIR files";
    return nullptr;
  }
  // Bytecode wants its sections aligned, which a small file's buffer need not
  // be.
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/true,
                                          /*IsVolatile=*/false,
                                          /*Alignment=*/llvm::Align(64));
  if (!file) {
    emitError(getFileLocation(context, path))
        << "cannot be read: " << file.getError().message();
    return nullptr;
  }
  if (isBytecode((*file)->getBuffer()) && isDamaged((*file)->getBuffer())) {
    emitError(getFileLocation(context, path))
        << "is damaged: its checksum is another";
    return nullptr;
  }
  auto sourceMgr = std::make_shared<llvm::SourceMgr>();
  sourceMgr->AddNewSourceBuffer(std::move(*file), llvm::SMLoc());
  ParserConfig config(context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sourceMgr, config);
  if (!module || !getNetwork(*module))
    return nullptr;
  // Bytecode may come from elsewhere; errors name the file at hand.
  module->getOperation()->setLoc(getFileLocation(context, path));
  return module;
}

OwningOpRef<ModuleOp> volley::parseModel(StringRef text,
                                         ArrayRef<NamedArray> arrays,
                                         MLIRContext *context) {
  FloatingPointEnvironment environment;
  // Constants hold nothing until their resources have been attached.
  ParserConfig config(context, /*verifyAfterParse=*/false);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, config);
  if (!module)
    return nullptr;
  DialectResourceBlobManager &blobs =
      DenseResourceElementsHandle::getManagerInterface(context)
          .getBlobManager();
  for (const NamedArray &array : arrays)
    if (blobs.lookup(array.name))
      blobs.update(array.name, UnmanagedAsmResourceBlob::allocateWithAlign(
                                   array.bytes, /*align=*/8));
  if (failed(verify(*module)) || !getNetwork(*module))
    return nullptr;
  return module;
}

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

namespace {
/// Runs the phases of one compilation one after another.
class PhaseRunner {
public:
  PhaseRunner(ModuleOp module, const PhaseOptions &options)
      : module(module), options(options) {}

  /// Goes on with a copy of the module, whose dumps are told apart by `suffix`.
  PhaseRunner forkTo(ModuleOp copy, StringRef suffix) const {
    PhaseRunner fork(*this);
    fork.module = copy;
    fork.suffix = suffix;
    return fork;
  }

  /// What kernels may multiply bytes with (PipelineOptions).
  void setBytes(StringRef bytes) { options.pipeline.bytes = bytes.str(); }

  /// Runs the phases that are left, up to and with `last`.
  LogicalResult runTo(StringRef last);

private:
  LogicalResult dump(const Phase &phase);

  ModuleOp module;
  PhaseOptions options;
  StringRef suffix;
  unsigned next = 0;
};
} // namespace

LogicalResult PhaseRunner::dump(const Phase &phase) {
  if (options.dumpDirectory.empty())
    return success();
  if (std::error_code error =
          llvm::sys::fs::create_directories(options.dumpDirectory))
    return emitError(
               getFileLocation(module.getContext(), options.dumpDirectory))
           << "cannot be created: " << error.message();
  SmallString<128> path(options.dumpDirectory);
  llvm::sys::path::append(
      path,
      llvm::formatv("{0:02}-{1}{2}.mlir", next, phase.name, suffix).str());
  return writeModule(module, path, /*elideWeights=*/true);
}

LogicalResult PhaseRunner::runTo(StringRef last) {
  int end = getPhaseIndex(last);
  if (end < 0) {
    InFlightDiagnostic diag = module.emitError("there is no phase '")
                              << last << "'; there are ";
    llvm::interleaveComma(getPhases(), diag,
                          [&](const Phase &phase) { diag << phase.name; });
    return diag;
  }
  for (; next <= static_cast<unsigned>(end); ++next) {
    const Phase &phase = getPhases()[next];
    PassManager pm(module.getContext());
    buildPhase(pm, phase, options.pipeline);
    TimingScope scope;
    if (options.timing) {
      scope = options.timing->nest("phase " + phase.name.str());
      pm.enableTiming(scope);
    }
    if (failed(pm.run(module)) || failed(dump(phase)))
      return failure();
  }
  return success();
}

/// What kernels of a level multiply bytes with (PipelineOptions).
static StringRef getByteUnit(cpu::Level level) {
  if (level == cpu::Level::AArch64)
    return "none";
  return level == cpu::Level::AMX ? "tiles" : "vectors";
}

/// What --cpu asks for, the best first.
static FailureOr<SmallVector<cpu::Level>>
getLevels(ModuleOp module, const CompileOptions &options) {
  llvm::Expected<SmallVector<cpu::Level>> levels =
      cpu::parseLevels(options.cpu);
  if (!levels)
    return module.emitError() << toString(levels.takeError());
  return std::move(*levels);
}

LogicalResult volley::runPhases(ModuleOp module,
                                const CompileOptions &options) {
  FailureOr<SmallVector<cpu::Level>> levels = getLevels(module, options);
  if (failed(levels))
    return failure();
  PhaseRunner runner(module, options.phases);
  runner.setBytes(getByteUnit(levels->front()));
  StringRef last = options.phases.last;
  return runner.runTo(last.empty() ? getPhases().back().name : last);
}

LogicalResult volley::setSumLaw(ModuleOp module, StringRef law) {
  FloatingPointEnvironment environment;
  PassManager pm(module.getContext());
  snn::SNNSetSumLawOptions options;
  options.law = law.str();
  pm.addNestedPass<snn::NetworkOp>(snn::createSNNSetSumLaw(options));
  return pm.run(module);
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

bool volley::isLevelSupported(StringRef name) {
  llvm::Expected<SmallVector<cpu::Level>> levels = cpu::parseLevels(name);
  if (levels)
    return llvm::any_of(*levels, cpu::isOfHost);
  llvm::consumeError(levels.takeError());
  return false;
}

namespace {
/// The last phases of a network, for levels that share them.
class Lowering {
public:
  Lowering(ModuleOp module, const PhaseRunner &runner)
      : module(module), runner(runner) {}

  LogicalResult run();
  bool usesMatrixUnit() const { return cpu::usesMatrixUnit(*data); }
  cpu::LoweredProgram getProgram(ArrayRef<cpu::Level> levels) const {
    return {module, data.get(), llvm::to_vector(levels)};
  }

private:
  ModuleOp module;
  PhaseRunner runner;
  cpu::ProgramDataPtr data;
};
} // namespace

LogicalResult Lowering::run() {
  if (failed(runner.runTo("scheduled")))
    return failure();
  // Weights do not pass through the lowered form.
  data = cpu::collectProgramData(module);
  return success(data && succeeded(runner.runTo("lowered")));
}

static LogicalResult compile(ModuleOp module, const CompileOptions &options,
                             StringRef path, cpu::WriteMode mode) {
  FloatingPointEnvironment environment;
  ResourceScope resources(module.getContext());
  FailureOr<SmallVector<cpu::Level>> levels = getLevels(module, options);
  if (failed(levels))
    return failure();
  PhaseRunner runner(module, options.phases);
  if (failed(runner.runTo("optimized")))
    return failure();

  // Levels share the lowered form; only what uses the matrix unit is another
  // program.
  bool hasMatrixUnit = levels->front() == cpu::Level::AMX;
  OwningOpRef<ModuleOp> copy;
  std::optional<Lowering> portable;
  if (hasMatrixUnit && levels->size() > 1) {
    copy = module.clone();
    portable.emplace(*copy, runner.forkTo(*copy, "-without-amx"));
  }
  runner.setBytes(getByteUnit(levels->front()));
  Lowering best(module, runner);
  if (failed(best.run()))
    return failure();
  SmallVector<cpu::LoweredProgram> programs;
  if (portable && best.usesMatrixUnit()) {
    // What there is to say of the network has been said.
    ScopedDiagnosticHandler remarks(
        module.getContext(), [](Diagnostic &diagnostic) {
          return success(diagnostic.getSeverity() ==
                         DiagnosticSeverity::Remark);
        });
    if (failed(portable->run()))
      return failure();
    programs = {best.getProgram(levels->front()),
                portable->getProgram(ArrayRef(*levels).drop_front())};
  } else {
    // What does not use the matrix unit does not need it.
    if (hasMatrixUnit && !best.usesMatrixUnit())
      levels->front() = cpu::Level::V4;
    levels->erase(llvm::unique(*levels), levels->end());
    programs = {best.getProgram(*levels)};
  }
  TimingScope none;
  return cpu::writeArtifact(programs, path, mode, options.cacheDirectory,
                            options.phases.timing ? *options.phases.timing
                                                  : none);
}

LogicalResult volley::compileToFile(ModuleOp module,
                                    const CompileOptions &options,
                                    StringRef path) {
  if (failed(checkTarget(module, path)))
    return failure();
  return compile(module, options, path, cpu::WriteMode::Replace);
}

/// A file's name that no other program of this or another process has.
static std::string makeProgramPath(StringRef directory) {
  static std::atomic<unsigned> count{0};
  SmallString<128> path(directory);
  llvm::sys::path::append(
      path, llvm::formatv("program-{0}-{1}.so", getpid(), count++).str());
  return std::string(path);
}

/// Compiles to a file that stays, and opens it.
static FailureOr<int> compileToDirectory(ModuleOp module,
                                         const CompileOptions &options,
                                         StringRef directory) {
  std::string path = makeProgramPath(directory);
  if (failed(compile(module, options, path, cpu::WriteMode::Replace)))
    return failure();
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return emitError(getFileLocation(module.getContext(), path))
           << "cannot be opened: " << llvm::sys::StrError(errno);
  return file;
}

FailureOr<int> volley::compileToDescriptor(ModuleOp module,
                                           const CompileOptions &options) {
  FailureOr<SmallVector<cpu::Level>> levels = getLevels(module, options);
  if (failed(levels))
    return failure();
  if (!cpu::isNative(levels->front()))
    return module.emitError("cannot be loaded: code for ")
           << cpu::getName(levels->front())
           << " is for other machines; snn-compile writes it to a file";
  // perf and its like read names of functions from files, after the process.
  if (const char *directory = std::getenv("VOLLEY_PROGRAM_DIR");
      directory && *directory)
    return compileToDirectory(module, options, directory);
  int file = memfd_create("volley", MFD_CLOEXEC);
  if (file < 0)
    return module.emitError("cannot be compiled in memory: ")
           << llvm::sys::StrError(errno);
  LogicalResult result = compile(module, options, getDescriptorPath(file),
                                 cpu::WriteMode::InPlace);
  // What runs in this process next has no use for the compiler's heap.
  malloc_trim(0);
  if (succeeded(result))
    return file;
  close(file);
  return failure();
}

std::string volley::getDescriptorPath(int file) {
  return "/proc/self/fd/" + std::to_string(file);
}

std::unique_ptr<runtime::Session>
volley::interpret(ModuleOp module, const std::vector<std::string> &record,
                  int64_t batch) {
  FloatingPointEnvironment environment;
  // Nothing but what gives named neurons a meaning: the interpreter checks the
  // canonicalisations too.
  OwningOpRef<ModuleOp> copy(module.clone());
  PassManager pm(module.getContext());
  snn::SNNInsertProbesOptions probes;
  probes.record.assign(record.begin(), record.end());
  pm.addPass(snn::createSNNInsertProbes(probes));
  pm.addNestedPass<snn::NetworkOp>(snn::createSNNVerifyWeights());
  pm.addPass(snn::createSNNDiscretize());
  if (failed(pm.run(*copy)))
    return nullptr;
  snn::NetworkOp network = getNetwork(*copy);
  return network ? reference::createInterpreter(network, batch) : nullptr;
}

std::vector<std::pair<std::string, std::vector<std::string>>>
volley::listRecordable(snn::NetworkOp network) {
  std::vector<std::pair<std::string, std::vector<std::string>>> result;
  for (Operation &op : network.getBodyBlock()) {
    if (!isa<snn::NeuronOp, snn::PopulationOp>(op))
      continue;
    StringRef name = op.getAttrOfType<StringAttr>("name").getValue();
    if (!name.empty())
      result.push_back({name.str(), snn::getRecordableNames(&op)});
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// Constants of more elements are left out of text for readers.
static constexpr int64_t kLargestPrintedConstant = 16;

static OpPrintingFlags getReaderFlags() {
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(kLargestPrintedConstant);
  flags.elideLargeResourceString(0);
  flags.printNameLocAsPrefix();
  return flags;
}

std::string volley::printModule(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, getReaderFlags());
  // The weights that are left out leave an empty section behind.
  StringRef rest = StringRef(text).rtrim();
  rest.consume_back("{-#\n\n#-}");
  return rest.rtrim().str() + "\n";
}

LogicalResult volley::writeModule(ModuleOp module, StringRef path,
                                  bool elideWeights) {
  if (failed(checkTarget(module, path)))
    return failure();
  // A file is written beside its place: networks that were read from it keep
  // their weights in the bytes that lose its name then. A device is not.
  std::string message;
  std::string target = resolveOutputPath(path.str(), message);
  bool isFile = message.empty() && path != "-";
  std::string part = isFile ? makePartPath(target) : path.str();
  message.clear();
  std::unique_ptr<llvm::ToolOutputFile> file = openOutputFile(part, &message);
  if (!file)
    return emitError(getFileLocation(module.getContext(), path)) << message;
  if (path.ends_with(".mlirbc")) {
    if (failed(writeBytecode(module, file->os(), part)))
      return failure();
  } else {
    if (elideWeights)
      file->os() << printModule(module);
    else
      module->print(file->os());
  }
  file->os().flush();
  if (std::error_code code = file->os().error()) {
    file->os().clear_error();
    return emitError(getFileLocation(module.getContext(), path))
           << "cannot be written: " << code.message();
  }
  if (isFile)
    if (std::error_code code = llvm::sys::fs::rename(part, target))
      return emitError(getFileLocation(module.getContext(), path))
             << "cannot be written: " << code.message();
  file->keep();
  return success();
}
