// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Compiler/Conformance.h"

#include "mlir/Parser/Parser.h"
#include "volley/Dialect/SNN/IR/Conformance.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Reference/Interpreter.h"
#include "volley/Runtime/Artifact.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace volley;
using namespace volley::runtime;

namespace {
/// A file of a name that no other has, removed in the end.
struct ScratchFile {
  explicit ScratchFile(StringRef suffix) {
    llvm::sys::fs::createTemporaryFile("volley", suffix, path);
  }
  ~ScratchFile() { llvm::sys::fs::remove(path); }
  ScratchFile(const ScratchFile &) = delete;
  ScratchFile &operator=(const ScratchFile &) = delete;

  SmallString<128> path;
};

/// What goes to a process that runs an artefact, and what comes back.
struct HostFiles {
  ScratchFile artefact{"so"}, input{"in"}, output{"out"}, error{"err"};
};

/// One network of a file with the data that it states.
class ConformanceTest {
public:
  ConformanceTest(snn::NetworkOp network, const ConformanceOptions &options)
      : network(network), options(options) {}

  LogicalResult run();

private:
  using Buffers = std::vector<std::vector<char>>;

  std::unique_ptr<Session> createSession(ModuleOp module);
  /// Makes the session, or the files for a host.
  LogicalResult prepare(ModuleOp module);
  /// Runs all steps, `chunk` in each call; gives what an error says.
  std::string runHere(int64_t chunk, Buffers &inputs, Buffers &outputs,
                      Buffers &probes);
  std::string runOnHost(int64_t chunk, Buffers &inputs, Buffers &outputs,
                        Buffers &probes);
  LogicalResult runChunked(int64_t chunk);
  LogicalResult compare(const SignalInfo &signal, StringRef name,
                        ArrayRef<char> actual);

  snn::NetworkOp network;
  const ConformanceOptions &options;
  int64_t steps = 0, batch = 0;
  ProgramInfo info;
  std::unique_ptr<Session> session;
  /// Without a session.
  std::optional<HostFiles> files;
};
} // namespace

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

static DenseElementsAttr find(snn::NetworkOp network, StringRef attribute,
                              StringRef name) {
  auto data = network->getAttrOfType<DictionaryAttr>(attribute);
  return data ? dyn_cast_or_null<DenseElementsAttr>(data.get(name)) : nullptr;
}

/// The elements as they are at the ABI, one byte for i1.
static std::vector<char> getBytes(DenseElementsAttr data) {
  std::vector<char> bytes;
  if (data.getElementType().isInteger(1)) {
    for (bool element : data.getValues<bool>())
      bytes.push_back(element);
    return bytes;
  }
  unsigned size = data.getElementType().getIntOrFloatBitWidth() / 8;
  for (Attribute element : data.getValues<Attribute>()) {
    APInt bits = isa<FloatAttr>(element)
                     ? cast<FloatAttr>(element).getValue().bitcastToAPInt()
                     : cast<IntegerAttr>(element).getValue();
    uint64_t word = bits.getZExtValue();
    const char *data = reinterpret_cast<const char *>(&word);
    bytes.insert(bytes.end(), data, data + size);
  }
  return bytes;
}

static std::string getProbeName(const SignalInfo &probe) {
  return probe.name + ":" + probe.what;
}

template <typename T> static T load(const char *data) {
  T value;
  std::memcpy(&value, data, sizeof(T));
  return value;
}

static double getElement(DType type, const char *data) {
  switch (type) {
  case DType::Bool:
    return load<uint8_t>(data);
  case DType::I32:
    return load<int32_t>(data);
  case DType::F32:
    return load<float>(data);
  case DType::F64:
    return load<double>(data);
  }
  return 0;
}

//===----------------------------------------------------------------------===//
// The test
//===----------------------------------------------------------------------===//

/// Bit-identical, NaNs being all equal, unless the network states a tolerance.
LogicalResult ConformanceTest::compare(const SignalInfo &signal, StringRef name,
                                       ArrayRef<char> actual) {
  DenseElementsAttr stated = find(network, snn::kExpectedAttrName, name);
  if (!stated)
    return success();
  auto tolerance = network->getAttrOfType<FloatAttr>(snn::kToleranceAttrName);
  std::vector<char> expected = getBytes(stated);
  size_t size = getSize(signal.type);
  int64_t elements = signal.getNumElements();
  for (size_t i = 0; i < expected.size() / size; ++i) {
    const char *a = expected.data() + i * size, *b = actual.data() + i * size;
    double x = getElement(signal.type, a), y = getElement(signal.type, b);
    if (std::memcmp(a, b, size) == 0 || (std::isnan(x) && std::isnan(y)) ||
        (tolerance && std::fabs(x - y) <= tolerance.getValueAsDouble()))
      continue;
    int64_t row = i / elements;
    return network.emitError()
           << "'" << name << "' step " << row / batch << ", sample "
           << row % batch << ", element " << i % elements << ": expects "
           << llvm::formatv("{0:e16}, but got {1:e16}", x, y).str();
  }
  return success();
}

std::string ConformanceTest::runHere(int64_t chunk, Buffers &inputs,
                                     Buffers &outputs, Buffers &probes) {
  session->reset();
  std::string message;
  for (int64_t done = 0; done < steps && message.empty(); done += chunk) {
    RunBuffers buffers;
    auto at = [&](std::vector<char> &data, const SignalInfo &signal) {
      bool isStream = signal.rate == Rate::Stream;
      return data.data() + (isStream ? done * batch * signal.getBytes() : 0);
    };
    for (auto [signal, data] : llvm::zip(info.inputs, inputs))
      buffers.inputs.push_back(at(data, signal));
    for (auto [signal, data] : llvm::zip(info.outputs, outputs))
      buffers.outputs.push_back(at(data, signal));
    for (auto [signal, data] : llvm::zip(info.probes, probes))
      buffers.probes.push_back(at(data, signal));
    session->run(buffers, std::min(chunk, steps - done), message);
  }
  return message;
}

static std::string readFile(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  return file ? (*file)->getBuffer().str() : "";
}

std::string ConformanceTest::runOnHost(int64_t chunk, Buffers &inputs,
                                       Buffers &outputs, Buffers &probes) {
  {
    std::error_code code;
    llvm::raw_fd_ostream stream(files->input.path, code);
    for (ArrayRef<char> data : inputs)
      stream.write(data.data(), data.size());
  }
  SmallVector<StringRef> command;
  StringRef(options.host).split(command, ' ', -1, /*KeepEmpty=*/false);
  auto program = llvm::sys::findProgramByName(command.front());
  if (!program)
    return "there is no program '" + command.front().str() + "'";
  std::string numbers[] = {std::to_string(steps), std::to_string(batch),
                           std::to_string(chunk)};
  command.push_back(files->artefact.path);
  command.append(std::begin(numbers), std::end(numbers));
  std::optional<StringRef> redirects[] = {files->input.path.str(),
                                          files->output.path.str(),
                                          files->error.path.str()};
  constexpr unsigned seconds = 60;
  std::string failure;
  if (llvm::sys::ExecuteAndWait(*program, command, /*Env=*/std::nullopt,
                                redirects, seconds, /*MemoryLimit=*/0,
                                &failure) != 0)
    return failure + readFile(files->error.path);
  std::string results = readFile(files->output.path);
  StringRef rest = results;
  for (Buffers *buffers : {&outputs, &probes})
    for (std::vector<char> &data : *buffers) {
      if (rest.size() < data.size())
        return "fewer results than the network has";
      llvm::copy(rest.take_front(data.size()), data.begin());
      rest = rest.drop_front(data.size());
    }
  return rest.empty() ? "" : "more results than the network has";
}

/// From the state before the first step, some steps in each call.
LogicalResult ConformanceTest::runChunked(int64_t chunk) {
  Buffers inputs, outputs, probes;
  for (const SignalInfo &signal : info.inputs) {
    DenseElementsAttr data = find(network, snn::kInputsAttrName, signal.name);
    if (!data)
      return network.emitError("states no data for input '")
             << signal.name << "'";
    inputs.push_back(getBytes(data));
  }
  for (const SignalInfo &signal : info.outputs)
    outputs.emplace_back(signal.getRows(steps, batch) * signal.getBytes());
  for (const SignalInfo &signal : info.probes)
    probes.emplace_back(steps * batch * signal.getBytes());

  std::string message = session ? runHere(chunk, inputs, outputs, probes)
                                : runOnHost(chunk, inputs, outputs, probes);
  StringRef expectedError;
  if (auto attr = network->getAttrOfType<StringAttr>(snn::kErrorAttrName))
    expectedError = attr.getValue();
  if (message != expectedError)
    return network.emitError("expects the error '")
           << expectedError << "', but got '" << message << "'";
  if (!message.empty())
    return success();
  for (auto [signal, data] : llvm::zip(info.outputs, outputs)) {
    if (!find(network, snn::kExpectedAttrName, signal.name))
      return network.emitError("states nothing to expect from output '")
             << signal.name << "'";
    if (failed(compare(signal, signal.name, data)))
      return failure();
  }
  for (auto [signal, data] : llvm::zip(info.probes, probes))
    if (failed(compare(signal, getProbeName(signal), data)))
      return failure();
  return success();
}

std::unique_ptr<Session> ConformanceTest::createSession(ModuleOp module) {
  if (options.reference)
    return interpret(module, {}, batch);
  std::shared_ptr<Artifact> artifact = compileInMemory(module, options.compile);
  if (!artifact)
    return nullptr;
  std::string error;
  auto session = artifact->createSession(
      batch, std::make_shared<ThreadPool>(options.threads), error);
  if (!session)
    network.emitError() << error;
  return session;
}

LogicalResult ConformanceTest::prepare(ModuleOp module) {
  if (!options.host.empty()) {
    info = reference::getProgramInfo(network);
    files.emplace();
    return compileToFile(module, options.compile, files->artefact.path);
  }
  session = createSession(module);
  if (!session)
    return failure();
  info = session->getInfo();
  return success();
}

LogicalResult ConformanceTest::run() {
  snn::RunShape shape = snn::getRunShape(network);
  steps = shape.steps;
  batch = shape.batch;
  if (steps == 0 || batch == 0)
    return network.emitError("states no data, or not for how many steps");

  // A module with nothing but this network.
  OwningOpRef<ModuleOp> module(cast<ModuleOp>(network->getParentOp()->clone()));
  for (auto other :
       llvm::make_early_inc_range(module->getOps<snn::NetworkOp>()))
    if (other.getSymName() != network.getSymName())
      other.erase();
  if (failed(prepare(*module)))
    return failure();
  for (int64_t chunk : {steps, int64_t(1)})
    if (failed(runChunked(chunk)))
      return failure();
  return success();
}

LogicalResult volley::checkConformance(StringRef path,
                                       const ConformanceOptions &options,
                                       MLIRContext *context,
                                       llvm::raw_ostream &stream) {
  ParserConfig config(context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, config);
  if (!module)
    return failure();
  unsigned conform = 0, fail = 0;
  for (auto network : module->getOps<snn::NetworkOp>())
    ++(succeeded(ConformanceTest(network, options).run()) ? conform : fail);
  if (conform + fail == 0)
    return module->emitError("expects at least one snn.network");
  stream << conform << " networks conform, " << fail << " do not\n";
  return success(fail == 0);
}
