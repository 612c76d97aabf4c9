// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGeneration.h"

#include "KernelLibrary.h"
#include "Levels.h"
#include "Threads.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/DeadArgumentElimination.h"
#include "llvm/Transforms/IPO/SCCP.h"

using namespace llvm;
using namespace volley::cpu;

//===----------------------------------------------------------------------===//
// The target
//===----------------------------------------------------------------------===//

static Expected<std::unique_ptr<TargetMachine>>
createTargetMachine(Level level) {
  static const bool initialized = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
    return true;
  }();
  (void)initialized;
  Triple triple(getLevelInfo(level).triple);
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError(message);
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      triple, getLevelInfo(level).processor, /*Features=*/"", TargetOptions(),
      Reloc::PIC_, CodeModel::Small, CodeGenOptLevel::Default));
}

Error volley::cpu::setTarget(Module &module, Level level) {
  Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(level);
  if (!machine)
    return machine.takeError();
  module.setTargetTriple((*machine)->getTargetTriple());
  module.setDataLayout((*machine)->createDataLayout());
  for (Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr("target-cpu", getLevelInfo(level).processor);
  return Error::success();
}

/// Of every level there is one in an artefact.
void volley::cpu::setSymbols(Module &module, Level level) {
  for (GlobalValue &value : module.global_values())
    if (!value.isDeclaration())
      value.setName(getSymbol(value.getName(), level));
    else if (std::string kernel = getKernelSymbol(value.getName(), level);
             !kernel.empty())
      value.setName(kernel);
}

//===----------------------------------------------------------------------===//
// One part
//===----------------------------------------------------------------------===//

/// Runs the passes that `build` gives.
static void runPasses(Module &module, TargetMachine &machine,
                      function_ref<ModulePassManager(PassBuilder &)> build) {
  // Generated functions are vectorised already.
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  tuning.LoopUnrolling = false;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  build(builder).run(module, modules);
}

using Object = SmallVector<char, 0>;

static Expected<Object> compilePart(Module &module, Level level,
                                    mlir::TimingScope &timing) {
  Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(level);
  if (!machine)
    return machine.takeError();
  {
    mlir::TimingScope scope = timing.nest("optimize");
    runPasses(module, **machine, [](PassBuilder &builder) {
      return builder.buildPerModuleDefaultPipeline(OptimizationLevel::O1);
    });
  }
  mlir::TimingScope scope = timing.nest("emit object");
  Object object;
  raw_svector_ostream stream(object);
  legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr,
                                      CodeGenFileType::ObjectFile))
    return createStringError("the target emits no object files");
  passes.run(module);
  return object;
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// In instructions: what a part has about.
static constexpr unsigned kPartSize = 400;

/// LLVM's passes take time in the square of a function's length or more, and
/// improve little of a long one: a large network's tile is nothing but calls,
/// the step of a neuron with a thousand sources is one long sum.
static constexpr unsigned kLargestOptimizedFunction = 1500;

/// What all functions may have if each is inlined wherever it is called, which
/// makes one function of them. That is best for what is called once and short.
static constexpr unsigned kLargestInlinedModule = 2000;

static bool isWorthSplitting(const Module &module) {
  unsigned inlined = 0;
  for (const Function &function : module)
    inlined +=
        function.getInstructionCount() * std::max(function.getNumUses(), 1u);
  return inlined > kLargestInlinedModule;
}

/// The functions of each part, by their places in the module. They follow from
/// the module only, so that an artefact has the same bytes for any number of
/// threads.
static std::vector<SmallVector<unsigned>> assignParts(const Module &module) {
  struct Candidate {
    unsigned size, index;
  };
  std::vector<Candidate> candidates;
  unsigned total = 0;
  for (auto [index, function] : enumerate(module)) {
    if (function.isDeclaration())
      continue;
    unsigned size = function.getInstructionCount();
    candidates.push_back({size, static_cast<unsigned>(index)});
    total += size;
  }
  // The largest first, each to the smallest part.
  sort(candidates, [](const Candidate &a, const Candidate &b) {
    return std::tie(b.size, a.index) < std::tie(a.size, b.index);
  });
  size_t count = std::clamp<size_t>(total / kPartSize, 1, candidates.size());
  std::vector<SmallVector<unsigned>> parts(count);
  std::vector<unsigned> sizes(count);
  for (const Candidate &candidate : candidates) {
    size_t smallest =
        std::min_element(sizes.begin(), sizes.end()) - sizes.begin();
    parts[smallest].push_back(candidate.index);
    sizes[smallest] += candidate.size;
  }
  return parts;
}

/// Makes what parts share visible to one another, but not outside of the
/// artefact.
static void externalize(GlobalValue &value) {
  if (!value.hasLocalLinkage())
    return;
  value.setLinkage(GlobalValue::ExternalLinkage);
  value.setVisibility(GlobalValue::HiddenVisibility);
}

/// Reads one part of a module: a few functions, and in the first part all
/// variables.
static Expected<std::unique_ptr<Module>> readPart(MemoryBufferRef bitcode,
                                                  ArrayRef<unsigned> functions,
                                                  bool hasVariables,
                                                  LLVMContext &context) {
  Expected<std::unique_ptr<Module>> module =
      getLazyBitcodeModule(bitcode, context);
  if (!module)
    return module;
  for (auto [index, function] : enumerate(**module))
    if (!is_contained(functions, index) && !function.isDeclaration())
      function.deleteBody();
  if (!hasVariables)
    for (GlobalVariable &variable : (*module)->globals())
      variable.setInitializer(nullptr);
  if (Error error = (*module)->materializeAll())
    return std::move(error);
  return module;
}

static Expected<Object> writeArchive(ArrayRef<Object> objects) {
  std::vector<NewArchiveMember> members;
  for (auto [index, object] : enumerate(objects))
    members.emplace_back(
        MemoryBufferRef(StringRef(object.data(), object.size()), "part.o"));
  Expected<std::unique_ptr<MemoryBuffer>> archive = writeArchiveToBuffer(
      members, SymtabWritingMode::NoSymtab, object::Archive::K_GNU,
      /*Deterministic=*/true, /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  StringRef bytes = (*archive)->getBuffer();
  return Object(bytes.begin(), bytes.end());
}

/// Tells functions what all their callers pass, as long as they are internal,
/// then makes every part able to call every other.
static Error prepareForSplitting(Module &module, Level level) {
  Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(level);
  if (!machine)
    return machine.takeError();
  runPasses(module, **machine, [](PassBuilder &) {
    ModulePassManager passes;
    passes.addPass(IPSCCPPass());
    passes.addPass(DeadArgumentEliminationPass());
    return passes;
  });
  for (GlobalVariable &variable : module.globals())
    externalize(variable);
  for (Function &function : module)
    if (!function.isDeclaration()) {
      externalize(function);
      // Whatever happens to be in one part with its caller.
      function.addFnAttr(Attribute::NoInline);
    }
  return Error::success();
}

/// Compiles a module in parts by all threads.
static Expected<std::vector<Object>> compileParts(Module &module, Level level,
                                                  mlir::TimingScope &timing) {
  // Contexts belong to one thread: parts go there as bitcode.
  Object bitcode;
  std::vector<SmallVector<unsigned>> parts;
  {
    mlir::TimingScope scope = timing.nest("split");
    if (Error error = prepareForSplitting(module, level))
      return std::move(error);
    parts = assignParts(module);
    raw_svector_ostream stream(bitcode);
    WriteBitcodeToFile(module, stream);
  }
  MemoryBufferRef buffer(StringRef(bitcode.data(), bitcode.size()),
                         module.getModuleIdentifier());
  std::vector<Object> objects(parts.size());
  Error error = forEachByThreads(parts.size(), [&](size_t i) -> Error {
    LLVMContext context;
    Expected<std::unique_ptr<Module>> part =
        readPart(buffer, parts[i], /*hasVariables=*/i == 0, context);
    if (!part)
      return part.takeError();
    Expected<Object> object = compilePart(**part, level, timing);
    if (!object)
      return object.takeError();
    objects[i] = std::move(*object);
    return Error::success();
  });
  if (error)
    return std::move(error);
  return objects;
}

Expected<Object> volley::cpu::compileModule(Module &module, Level level,
                                            mlir::TimingScope &timing) {
  for (Function &function : module)
    if (function.getInstructionCount() > kLargestOptimizedFunction) {
      function.addFnAttr(Attribute::NoInline);
      function.addFnAttr(Attribute::OptimizeNone);
    }
  if (isWorthSplitting(module)) {
    Expected<std::vector<Object>> objects = compileParts(module, level, timing);
    return objects ? writeArchive(*objects)
                   : Expected<Object>(objects.takeError());
  }
  Expected<Object> object = compilePart(module, level, timing);
  return object ? writeArchive(*object) : std::move(object);
}
