// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Conformance.h"

#include "volley/Dialect/SNN/IR/SNNOps.h"

using namespace mlir;
using namespace volley::snn;

/// The types of a network's inputs, or of its outputs and probes, by name. The
/// network is not verified yet: what has no type is left out.
static llvm::StringMap<RankedTensorType> getSignalTypes(NetworkOp network,
                                                        bool ofInputs) {
  llvm::StringMap<RankedTensorType> types;
  auto insert = [&](const Twine &name, Type type) {
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      types[name.str()] = tensor;
  };
  if (!llvm::hasSingleElement(network.getBody()))
    return types;
  if (ofInputs) {
    for (auto [name, arg] :
         llvm::zip(network.getInputNames().getAsRange<StringAttr>(),
                   network.getBodyBlock().getArguments()))
      insert(name.getValue(), arg.getType());
    return types;
  }
  Block &body = network.getBodyBlock();
  if (!body.empty())
    for (auto [name, type] :
         llvm::zip(network.getOutputNames().getAsRange<StringAttr>(),
                   body.back().getOperandTypes()))
      insert(name.getValue(), type);
  for (auto probe : body.getOps<ProbeOp>())
    insert(probe.getNode() + ":" + probe.getWhat(), probe.getInput().getType());
  return types;
}

/// Steps and batch of the first array that the network states.
static ArrayRef<int64_t> getRunShape(NetworkOp network) {
  for (StringRef name : {kInputsAttrName, kExpectedAttrName})
    if (auto data = network->getAttrOfType<DictionaryAttr>(name))
      for (NamedAttribute entry : data)
        if (auto array = dyn_cast<DenseElementsAttr>(entry.getValue()))
          return array.getType().getShape().take_front(2);
  return {};
}

static LogicalResult verifyArrays(NetworkOp network, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  auto data = dyn_cast<DictionaryAttr>(attribute.getValue());
  if (!data)
    return network.emitOpError("expects attribute '")
           << name << "' to be a dictionary";
  bool ofInputs = name == kInputsAttrName;
  llvm::StringMap<RankedTensorType> types = getSignalTypes(network, ofInputs);
  ArrayRef<int64_t> runShape = getRunShape(network);
  for (NamedAttribute entry : data) {
    StringRef signal = entry.getName();
    auto type = types.find(signal);
    if (type == types.end())
      return network.emitOpError()
             << "attribute '" << name << "' expects the name of an "
             << (ofInputs ? "input" : "output or probe") << ", but got '"
             << signal << "'";
    auto array = dyn_cast<DenseElementsAttr>(entry.getValue());
    SmallVector<int64_t> shape(runShape);
    llvm::append_range(shape, type->second.getShape());
    auto expected =
        runShape.size() == 2
            ? RankedTensorType::get(shape, type->second.getElementType())
            : RankedTensorType();
    if (!array || !expected || array.getType() != expected) {
      InFlightDiagnostic diag = network.emitOpError();
      diag << "attribute '" << name << "' expects for '" << signal
           << "' a constant of (steps, batch, shape), the same steps and batch "
              "for all";
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
  if (!isArrays && name != kToleranceAttrName && name != kErrorAttrName)
    return success();
  auto network = dyn_cast<NetworkOp>(op);
  if (!network)
    return op->emitOpError("attribute '") << name << "' belongs to snn.network";
  if (isArrays)
    return verifyArrays(network, attribute);
  if (name == kErrorAttrName && !isa<StringAttr>(attribute.getValue()))
    return op->emitOpError("expects attribute '") << name << "' to be a string";
  if (name == kToleranceAttrName && !isa<FloatAttr>(attribute.getValue()))
    return op->emitOpError("expects attribute '") << name << "' to be a float";
  return success();
}
