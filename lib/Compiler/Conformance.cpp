// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Compiler/Conformance.h"

#include "mlir/Parser/Parser.h"
#include "volley/Dialect/SNN/IR/Conformance.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Runtime/Artifact.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace volley;
using namespace volley::runtime;

namespace {
/// One network of a file with the data that it states.
class ConformanceTest {
public:
  ConformanceTest(snn::NetworkOp network, const ConformanceOptions &options)
      : network(network), options(options) {}

  LogicalResult run();

private:
  std::unique_ptr<Session> createSession(ModuleOp module);
  LogicalResult runChunked(Session &session, int64_t chunk);
  LogicalResult compare(const SignalInfo &signal, StringRef name,
                        ArrayRef<char> actual);

  snn::NetworkOp network;
  const ConformanceOptions &options;
  int64_t steps = 0, batch = 0;
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

/// From the state before the first step, some steps in each call.
LogicalResult ConformanceTest::runChunked(Session &session, int64_t chunk) {
  const ProgramInfo &info = session.getInfo();
  std::vector<std::vector<char>> inputs, outputs, probes;
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

  session.reset();
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
    session.run(buffers, std::min(chunk, steps - done), message);
  }

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
  std::unique_ptr<Session> session = createSession(*module);
  if (!session)
    return failure();
  for (int64_t chunk : {steps, int64_t(1)})
    if (failed(runChunked(*session, chunk)))
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
