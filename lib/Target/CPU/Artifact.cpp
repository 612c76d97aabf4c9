// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the lowered form to the artefact: translation to LLVM IR, the
// descriptor, objects, lld with the compiled kernels, and the weight
// image as a segment of its own behind the code.

#include "CodeGeneration.h"
#include "KernelLibrary.h"
#include "Layers.h"
#include "Levels.h"
#include "Link.h"
#include "ProgramData.h"
#include "volley/Target/CPU/CPU.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/Caching.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

#include "../../Kernels/Descriptor.h"

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

//===----------------------------------------------------------------------===//
// The descriptor
//===----------------------------------------------------------------------===//

/// Where generated code finds its weights. Programs with and without the matrix
/// unit have them in other forms.
static StringRef getWeightsSymbol(const ProgramData &data) {
  return data.usesMatrixUnit ? "volley_weights_amx" : "volley_weights";
}

namespace {
/// Builds constants with the layout of the C structs.
class DescriptorBuilder {
public:
  DescriptorBuilder(llvm::Module &module, const ProgramData &data, Level level)
      : module(module), context(module.getContext()), data(data), level(level),
        pointer(llvm::PointerType::getUnqual(context)),
        i32(llvm::Type::getInt32Ty(context)),
        i64(llvm::Type::getInt64Ty(context)) {}

  /// Defines volley_level, which points to the descriptor. `messages` are what
  /// laws assert; `layers` are those of a program that is profiled, or null.
  void build(ArrayRef<StringRef> messages, ArrayAttr layers);

private:
  llvm::Constant *integer32(uint32_t value) {
    return llvm::ConstantInt::get(i32, value);
  }
  llvm::Constant *integer64(uint64_t value) {
    return llvm::ConstantInt::get(i64, value);
  }
  llvm::Constant *string(StringRef text) {
    return global(llvm::ConstantDataArray::getString(context, text), ".str");
  }
  llvm::Constant *global(llvm::Constant *value, StringRef name) {
    return new llvm::GlobalVariable(
        module, value->getType(),
        /*isConstant=*/true, llvm::GlobalValue::InternalLinkage, value, name);
  }
  llvm::Constant *function(StringRef name) {
    return llvm::cast<llvm::Constant>(
        module
            .getOrInsertFunction(name, llvm::FunctionType::get(
                                           llvm::Type::getVoidTy(context), {}))
            .getCallee());
  }
  /// Of the runtime or linker.
  llvm::GlobalVariable *external(StringRef name, llvm::Type *type);
  llvm::Constant *null() { return llvm::ConstantPointerNull::get(pointer); }
  llvm::Constant *array(ArrayRef<llvm::Constant *> elements);
  llvm::Constant *signals(ArrayRef<SignalData> signals);
  llvm::Constant *layerArray(ArrayAttr layers);
  llvm::Constant *layoutArray();
  llvm::Constant *weightPointer(int64_t offset);

  llvm::Module &module;
  llvm::LLVMContext &context;
  const ProgramData &data;
  Level level;
  llvm::PointerType *pointer;
  llvm::Type *i32, *i64;
  llvm::GlobalVariable *weights = nullptr;
};
} // namespace

/// A pointer to an array in memory, null if it is empty.
llvm::Constant *DescriptorBuilder::array(ArrayRef<llvm::Constant *> elements) {
  if (elements.empty())
    return null();
  auto *type =
      llvm::ArrayType::get(elements.front()->getType(), elements.size());
  return global(llvm::ConstantArray::get(type, elements), ".array");
}

static volley_type getABIType(RankedTensorType type) {
  Type element = type.getElementType();
  if (element.isInteger(1))
    return VOLLEY_BOOL;
  if (element.isInteger(32))
    return VOLLEY_I32;
  return element.isF32() ? VOLLEY_F32 : VOLLEY_F64;
}

llvm::Constant *DescriptorBuilder::signals(ArrayRef<SignalData> signals) {
  SmallVector<llvm::Constant *> elements;
  for (const SignalData &signal : signals) {
    SmallVector<llvm::Constant *> shape;
    for (int64_t dim : signal.type.getShape())
      shape.push_back(integer64(dim));
    // struct volley_signal
    elements.push_back(llvm::ConstantStruct::getAnon(
        {string(signal.name), string(signal.what),
         integer32(getABIType(signal.type)), integer32(signal.type.getRank()),
         array(shape), integer64(signal.type.getNumElements()),
         integer32(signal.rate)}));
  }
  return array(elements);
}

llvm::Constant *DescriptorBuilder::layerArray(ArrayAttr layers) {
  SmallVector<llvm::Constant *> elements;
  for (auto layer : layers.getAsRange<DictionaryAttr>()) {
    auto text = [&](StringRef name) {
      return string(layer.getAs<StringAttr>(name).getValue());
    };
    auto number = [&](StringRef name) {
      return layer.getAs<IntegerAttr>(name).getInt();
    };
    // struct volley_layer
    elements.push_back(llvm::ConstantStruct::getAnon(
        {text(kNode), text(kWhat), text(kDetail), integer32(number(kOrdinal)),
         integer32(layer.getAs<BoolAttr>(kIsSynaptic).getValue()),
         integer64(number(kOperations)), integer64(number(kRowBytes)),
         integer64(number(kSampleBytesMoved)), integer64(number(kCallBytes))}));
  }
  return array(elements);
}

llvm::Constant *DescriptorBuilder::layoutArray() {
  SmallVector<llvm::Constant *> layouts;
  for (const std::optional<kernels::MoveGeometry> &layout : data.eventLayouts)
    if (layout) {
      ArrayRef<uint64_t> members(reinterpret_cast<const uint64_t *>(&*layout),
                                 sizeof *layout / sizeof(uint64_t));
      layouts.push_back(
          global(llvm::ConstantDataArray::get(context, members), ".layout"));
    } else {
      layouts.push_back(null());
    }
  return array(layouts);
}

llvm::Constant *DescriptorBuilder::weightPointer(int64_t offset) {
  if (offset < 0)
    return null();
  return llvm::ConstantExpr::getGetElementPtr(llvm::Type::getInt8Ty(context),
                                              weights, integer64(offset));
}

llvm::GlobalVariable *DescriptorBuilder::external(StringRef name,
                                                  llvm::Type *type) {
  auto *variable = new llvm::GlobalVariable(module, type, /*isConstant=*/true,
                                            llvm::GlobalValue::ExternalLinkage,
                                            nullptr, name);
  variable->setVisibility(llvm::GlobalValue::HiddenVisibility);
  return variable;
}

void DescriptorBuilder::build(ArrayRef<StringRef> messages, ArrayAttr layers) {
  // The image itself is appended after linking (Link.h).
  weights = external(getWeightsSymbol(data),
                     llvm::ArrayType::get(llvm::Type::getInt8Ty(context), 0));

  SmallVector<llvm::Constant *> texts;
  for (StringRef message : messages)
    texts.push_back(string(message));
  auto *f64 = llvm::Type::getDoubleTy(context);
  // struct volley_program
  SmallVector<llvm::Constant *> program{
      integer64(sizeof(volley_program)),
      integer32(VOLLEY_ABI_VERSION),
      string(data.name),
      string("volley " VOLLEY_VERSION),
      string(getName(level)),
      llvm::ConstantFP::get(f64, data.timeStep),
      integer32(data.inputs.size()),
      integer32(data.outputs.size()),
      integer32(data.probes.size()),
      signals(data.inputs),
      signals(data.outputs),
      signals(data.probes),
      integer64(data.weights.getBytes()),
      integer64(data.sampleBytes),
      integer64(data.workspaceBytes)};
  for (StringRef name :
       {"volley_create", "volley_destroy", "volley_reset", "volley_run",
        "volley_saved_size", "volley_save", "volley_load"})
    program.push_back(function(name));
  program.push_back(function(getSymbol("volley_error", level)));
  program.push_back(integer32(layers ? layers.size() : 0));
  program.push_back(layers ? layerArray(layers) : null());
  program.push_back(layers ? function("volley_profile_get") : null());
  program.push_back(external(kLevelsSymbol, llvm::ArrayType::get(pointer, 0)));
  program.push_back(integer64(sizeof(volley_run_args)));
  llvm::Function *tile = module.getFunction("volley_tile");
  tile->setVisibility(llvm::GlobalValue::HiddenVisibility);
  const kernels::Work &of = data.work;
  llvm::Constant *work = llvm::ConstantStruct::getAnon(
      {integer64(static_cast<uint64_t>(of.sharing)), integer64(of.rowCycles),
       integer64(of.startCycles), integer64(of.endCycles),
       integer64(of.tileLoops), integer64(of.stepLoops),
       integer64(of.startLoops), integer64(of.endLoops)});
  // struct Descriptor
  auto *descriptor = llvm::ConstantStruct::getAnon(
      {llvm::ConstantStruct::getAnon(program), tile, integer64(data.rows),
       integer64(data.samples), work, weights,
       weightPointer(data.weights.getInitialStateOffset()),
       integer32(static_cast<uint32_t>(level)), array(texts),
       integer64(data.fingerprint), layoutArray()});
  auto *entry = new llvm::GlobalVariable(
      module, pointer, /*isConstant=*/true, llvm::GlobalValue::ExternalLinkage,
      global(descriptor, "volley_descriptor"), "volley_level");
  entry->setVisibility(llvm::GlobalValue::HiddenVisibility);
  entry->setSection(kLevelsSection);
}

//===----------------------------------------------------------------------===//
// Code generation
//===----------------------------------------------------------------------===//

namespace {
/// The module of one level on its way to object files.
class CodeGenerator {
public:
  CodeGenerator(ModuleOp source, const ProgramData &data, Level level,
                StringRef cacheDirectory, TimingScope &timing)
      : source(source), data(data), level(level),
        cacheDirectory(cacheDirectory), timing(timing) {}

  /// An archive of object files, or an error.
  llvm::Expected<SmallVector<char, 0>> run();

private:
  llvm::Error translate();
  llvm::Expected<SmallVector<char, 0>> generate();
  std::string getCacheKey() const;
  llvm::Expected<SmallVector<char, 0>> generateOrReuse();

  ModuleOp source;
  const ProgramData &data;
  Level level;
  StringRef cacheDirectory;
  TimingScope &timing;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
};
} // namespace

llvm::Error CodeGenerator::translate() {
  registerBuiltinDialectTranslation(*source.getContext());
  registerLLVMDialectTranslation(*source.getContext());
  module = translateModuleToLLVMIR(source, context, data.name);
  if (!module)
    return llvm::createStringError("cannot be translated to LLVM IR");
  if (llvm::Error error = setTarget(*module, level))
    return error;
  SmallVector<StringRef> messages;
  if (auto attr = source->getAttrOfType<ArrayAttr>("snn.messages"))
    for (StringAttr message : attr.getAsRange<StringAttr>())
      messages.push_back(message.getValue());
  DescriptorBuilder(*module, data, level)
      .build(messages, source->getAttrOfType<ArrayAttr>(kLayers));
  setSymbols(*module, level);
  return llvm::Error::success();
}

llvm::Expected<SmallVector<char, 0>> CodeGenerator::generate() {
  TimingScope scope = timing.nest("generate code");
  return compileModule(*module, level, scope);
}

/// Everything that object files depend on. The module holds what is told of
/// the network, and no weights.
std::string CodeGenerator::getCacheKey() const {
  SmallVector<char, 0> bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(*module, stream);
  llvm::SHA256 hash;
  hash.update(StringRef(bitcode.data(), bitcode.size()));
  hash.update(LLVM_VERSION_STRING " " VOLLEY_VERSION " ");
  hash.update(getName(level));
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

static constexpr size_t kHashBytes = 32;

/// The SHA-256 of some bytes.
static std::string getHash(StringRef bytes) {
  llvm::SHA256 hash;
  hash.update(bytes);
  std::array<uint8_t, kHashBytes> result = hash.final();
  return std::string(result.begin(), result.end());
}

/// The object files from the cache, or generated and put there.
llvm::Expected<SmallVector<char, 0>> CodeGenerator::generateOrReuse() {
  TimingScope scope = timing.nest("look into the cache");
  std::unique_ptr<llvm::MemoryBuffer> found;
  llvm::Expected<llvm::FileCache> cache = llvm::localCache(
      "volley", "volley", cacheDirectory,
      [&](unsigned, const Twine &, std::unique_ptr<llvm::MemoryBuffer> buffer) {
        found = std::move(buffer);
      });
  if (!cache)
    return cache.takeError();
  std::string key = getCacheKey();
  llvm::Expected<llvm::AddStreamFn> add = (*cache)(0, key, data.name);
  if (!add)
    return add.takeError();
  // An entry is the object files and their hash.
  if (found && found->getBufferSize() > kHashBytes) {
    StringRef objects = found->getBuffer().drop_back(kHashBytes);
    if (getHash(objects) == found->getBuffer().take_back(kHashBytes))
      return SmallVector<char, 0>(objects.begin(), objects.end());
  }
  if (found) {
    // What was damaged is generated again, and its place is free for that.
    llvm::sys::fs::remove(found->getBufferIdentifier());
    add = (*cache)(0, key, data.name);
    if (!add)
      return add.takeError();
  }
  scope.stop();
  llvm::Expected<SmallVector<char, 0>> objects = generate();
  if (!objects || !*add)
    return objects;
  auto stream = (*add)(0, data.name);
  if (!stream)
    return stream.takeError();
  (*stream)->OS->write(objects->data(), objects->size());
  *(*stream)->OS << getHash(StringRef(objects->data(), objects->size()));
  if (llvm::Error error = (*stream)->commit())
    return std::move(error);
  llvm::pruneCache(cacheDirectory, llvm::CachePruningPolicy());
  return objects;
}

llvm::Expected<SmallVector<char, 0>> CodeGenerator::run() {
  {
    TimingScope scope = timing.nest("translate to LLVM IR");
    if (llvm::Error error = translate())
      return std::move(error);
  }
  return cacheDirectory.empty() ? generate() : generateOrReuse();
}

LogicalResult volley::cpu::writeArtifact(ArrayRef<LoweredProgram> programs,
                                         StringRef path, WriteMode mode,
                                         StringRef cacheDirectory,
                                         TimingScope &timing) {
  MLIRContext *context = ModuleOp(programs.front().module).getContext();
  LinkInputs inputs;
  llvm::SetVector<StringRef> libraries;
  for (LoweredProgram program : programs) {
    inputs.weights.push_back(
        {getWeightsSymbol(*program.data), &program.data->weights});
    for (Level level : program.levels) {
      llvm::Expected<SmallVector<char, 0>> objects =
          CodeGenerator(program.module, *program.data, level, cacheDirectory,
                        timing)
              .run();
      if (!objects)
        return program.module.emitError("cannot be compiled: ")
               << toString(objects.takeError());
      inputs.objects.push_back(std::move(*objects));
      libraries.insert(getKernelLibrary(level));
    }
  }
  Level level = programs.front().levels.front();
  libraries.insert(getRuntimeLibrary(level));
  inputs.hasHostLibraries = isNative(level);
  inputs.libraries = libraries.takeVector();
  TimingScope scope = timing.nest("link");
  auto *link = mode == WriteMode::InPlace ? linkInto : linkArtifact;
  if (llvm::Error error = link(inputs, path))
    return emitError(FileLineColLoc::get(context, path, 0, 0))
           << toString(std::move(error));
  return success();
}
