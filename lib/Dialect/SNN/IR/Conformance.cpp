// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Conformance.h"

#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"

using namespace mlir;
using namespace volley::snn;

namespace {
/// The type of a signal, and whether it has a value per step.
struct SignalType {
  RankedTensorType type;
  bool isStream = true;
};
} // namespace

/// A network's inputs, or its outputs and probes, by name. The network is not
/// verified yet: what has no type is left out.
static llvm::StringMap<SignalType> getSignalTypes(NetworkOp network,
                                                  bool ofInputs) {
  llvm::StringMap<SignalType> types;
  if (!llvm::hasSingleElement(network.getBody()))
    return types;
  Rates rates(network);
  auto insert = [&](const Twine &name, Value value) {
    if (auto tensor = dyn_cast<RankedTensorType>(value.getType()))
      types[name.str()] = {tensor, rates.get(value) == Rate::Stream};
  };
  if (ofInputs) {
    for (auto [name, arg] :
         llvm::zip(network.getInputNames().getAsRange<StringAttr>(),
                   network.getBodyBlock().getArguments()))
      insert(name.getValue(), arg);
    return types;
  }
  Block &body = network.getBodyBlock();
  if (!body.empty())
    for (auto [name, value] :
         llvm::zip(network.getOutputNames().getAsRange<StringAttr>(),
                   body.back().getOperands()))
      insert(name.getValue(), value);
  for (auto probe : body.getOps<ProbeOp>()) {
    insert(probe.getNode() + ":" + probe.getWhat(), probe.getInput());
    types[(probe.getNode() + ":" + probe.getWhat()).str()].isStream = true;
  }
  return types;
}

RunShape volley::snn::getRunShape(NetworkOp network) {
  RunShape shape;
  if (auto steps = network->getAttrOfType<IntegerAttr>(kStepsAttrName))
    shape.steps = steps.getInt();
  for (StringRef name : {kInputsAttrName, kExpectedAttrName}) {
    auto data = network->getAttrOfType<DictionaryAttr>(name);
    if (!data)
      continue;
    llvm::StringMap<SignalType> types =
        getSignalTypes(network, name == kInputsAttrName);
    for (NamedAttribute entry : data) {
      auto array = dyn_cast<DenseElementsAttr>(entry.getValue());
      if (!array || array.getType().getRank() < 2)
        continue;
      bool isStream = types.lookup(entry.getName()).isStream;
      if (shape.batch == 0)
        shape.batch = array.getType().getDimSize(isStream ? 1 : 0);
      if (isStream && shape.steps == 0)
        shape.steps = array.getType().getDimSize(0);
    }
  }
  return shape;
}

static LogicalResult verifyArrays(NetworkOp network, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  auto data = dyn_cast<DictionaryAttr>(attribute.getValue());
  if (!data)
    return network.emitOpError("expects attribute '")
           << name << "' to be a dictionary";
  bool ofInputs = name == kInputsAttrName;
  llvm::StringMap<SignalType> types = getSignalTypes(network, ofInputs);
  RunShape run = getRunShape(network);
  for (NamedAttribute entry : data) {
    StringRef signal = entry.getName();
    auto type = types.find(signal);
    if (type == types.end())
      return network.emitOpError()
             << "attribute '" << name << "' expects the name of an "
             << (ofInputs ? "input" : "output or probe") << ", but got '"
             << signal << "'";
    auto array = dyn_cast<DenseElementsAttr>(entry.getValue());
    auto [signalType, isStream] = type->second;
    SmallVector<int64_t> shape;
    if (isStream)
      shape.push_back(run.steps);
    shape.push_back(run.batch);
    llvm::append_range(shape, signalType.getShape());
    auto expected =
        run.steps > 0 && run.batch > 0
            ? RankedTensorType::get(shape, signalType.getElementType())
            : RankedTensorType();
    if (!array || !expected || array.getType() != expected) {
      InFlightDiagnostic diag = network.emitOpError();
      diag << "attribute '" << name << "' expects for '" << signal
           << "' a constant of ("
           << (isStream ? "steps, batch, shape" : "batch, shape")
           << "), the same steps and batch for all";
      if (expected)
        diag << ", here " << expected;
      if (array)
        diag << ", but got " << array.getType();
      return diag;
    }
  }
  return success();
}

LogicalResult volley::snn::verifyConformanceAttr(Operation *op,
                                                 NamedAttribute attribute) {
  StringRef name = attribute.getName();
  bool isArrays = name == kInputsAttrName || name == kExpectedAttrName;
  if (!isArrays && name != kToleranceAttrName && name != kErrorAttrName &&
      name != kStepsAttrName)
    return success();
  auto network = dyn_cast<NetworkOp>(op);
  if (!network)
    return op->emitOpError("attribute '") << name << "' belongs to snn.network";
  if (isArrays)
    return verifyArrays(network, attribute);
  auto steps = dyn_cast<IntegerAttr>(attribute.getValue());
  if (name == kStepsAttrName && (!steps || steps.getInt() < 1))
    return op->emitOpError("expects attribute '")
           << name << "' to be a positive integer";
  if (name == kErrorAttrName && !isa<StringAttr>(attribute.getValue()))
    return op->emitOpError("expects attribute '") << name << "' to be a string";
  if (name == kToleranceAttrName && !isa<FloatAttr>(attribute.getValue()))
    return op->emitOpError("expects attribute '") << name << "' to be a float";
  return success();
}
