// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/SNNDialect.h"
#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectImplementation.h"
#include "volley/Dialect/SNN/IR/Conformance.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace volley::snn;

#include "volley/Dialect/SNN/IR/SNNDialect.cpp.inc"
#include "volley/Dialect/SNN/IR/SNNEnums.cpp.inc"
#include "volley/Dialect/SNN/IR/SNNInterfaces.cpp.inc"

//===----------------------------------------------------------------------===//
// Bytecode
//===----------------------------------------------------------------------===//

/// The version of the dialect's ops in bytecode. It grows with every change
/// that readers of the last one would misread or not read.
static constexpr uint64_t kBytecodeVersion = 2;

namespace {
struct BytecodeVersion : DialectVersion {
  explicit BytecodeVersion(uint64_t number) : number(number) {}
  uint64_t number;
};

/// Gives bytecode its version.
struct BytecodeInterface : BytecodeDialectInterface {
  explicit BytecodeInterface(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  void writeVersion(DialectBytecodeWriter &writer) const override {
    writer.writeVarInt(kBytecodeVersion);
  }
  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const override {
    uint64_t number;
    if (failed(reader.readVarInt(number)))
      return nullptr;
    if (number > kBytecodeVersion) {
      reader.emitError(
          "was written by a newer version of volley: it has version ")
          << number << " of the snn dialect, and this reads up to "
          << kBytecodeVersion;
      return nullptr;
    }
    return std::make_unique<BytecodeVersion>(number);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// The dialect
//===----------------------------------------------------------------------===//

void SNNDialect::initialize() {
  addInterfaces<BytecodeInterface>();
  addOperations<
#define GET_OP_LIST
#include "volley/Dialect/SNN/IR/SNNOps.cpp.inc"
      >();
}

LogicalResult SNNDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  return verifyConformanceAttr(op, attribute);
}

bool volley::snn::isElementType(Type type) {
  return type.isInteger(1) || type.isInteger(32) || type.isF32() ||
         type.isF64();
}

bool volley::snn::isSignalType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getNumElements() > 0 &&
         isElementType(tensor.getElementType());
}

int64_t volley::snn::getSignalBytes(Type type) {
  auto signal = cast<RankedTensorType>(type);
  return signal.getNumElements() *
         std::max(1u, signal.getElementTypeBitWidth() / 8);
}

Type volley::snn::getElementTypeOrSelf(Type type) {
  if (auto tensor = dyn_cast<TensorType>(type))
    return tensor.getElementType();
  return type;
}

bool volley::snn::isConstant(Value value) {
  return ConstantView::get(value).has_value();
}

bool volley::snn::isConstantOperand(OpOperand &operand) {
  unsigned index = operand.getOperandNumber();
  return llvm::TypeSwitch<Operation *, bool>(operand.getOwner())
      .Case<DenseOp, ConvOp, ScaleOp, NormOp, NeuronOp>(
          [&](auto) { return index > 0; })
      .Case<PopulationOp>(
          [&](auto op) { return index >= op.getInputs().size(); })
      .Case<StepOp>([&](auto op) {
        return index >= op.getParams().getBeginOperandIndex();
      })
      .Default([](Operation *) { return false; });
}

bool volley::snn::broadcastsOver(Type param, ArrayRef<int64_t> shape) {
  auto tensor = dyn_cast<RankedTensorType>(param);
  if (!tensor)
    return true;
  ArrayRef<int64_t> dims = tensor.getShape();
  if (dims.size() > shape.size())
    return false;
  return llvm::all_of(llvm::zip(dims, shape), [](auto pair) {
    auto [dim, size] = pair;
    return dim == size || dim == 1;
  });
}
