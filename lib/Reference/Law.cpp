// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Law.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Support/FixedMath.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace mlir;
using namespace volley;
using namespace volley::reference;
using volley::snn::ConstantView;

ElementType volley::reference::getElementType(Type type) {
  if (type.isF32())
    return ElementType::F32;
  if (type.isF64())
    return ElementType::F64;
  return type.isInteger(1) ? ElementType::I1 : ElementType::I32;
}

namespace {
enum Code : unsigned {
  Constant,
  // Floats.
  AddF,
  SubF,
  MulF,
  DivF,
  NegF,
  CmpF,
  Fma,
  Floor,
  Ceil,
  Trunc,
  RoundEven,
  Abs,
  CopySign,
  Sqrt,
  Exp,
  Log,
  // Integers.
  AddI,
  SubI,
  MulI,
  AndI,
  OrI,
  XOrI,
  CmpI,
  MaxSI,
  MinSI,
  // Conversions; the type is that of the operand.
  ExtUI,
  ExtSI,
  TruncI,
  IntToF32,
  IntToF64,
  UIntToF32,
  UIntToF64,
  ExtF,
  TruncF,
  ToInt,
  // Control.
  Select,
  If,
  While,
  Assert,
  Unknown
};
} // namespace

static Code getCode(Operation *op) {
  bool toF64 = op->getNumResults() == 1 && op->getResult(0).getType().isF64();
  return llvm::StringSwitch<Code>(op->getName().getStringRef())
      .Case("arith.constant", Constant)
      .Case("arith.addf", AddF)
      .Case("arith.subf", SubF)
      .Case("arith.mulf", MulF)
      .Case("arith.divf", DivF)
      .Case("arith.negf", NegF)
      .Case("arith.cmpf", CmpF)
      .Case("math.fma", Fma)
      .Case("math.floor", Floor)
      .Case("math.ceil", Ceil)
      .Case("math.trunc", Trunc)
      .Case("math.roundeven", RoundEven)
      .Case("math.absf", Abs)
      .Case("math.copysign", CopySign)
      .Case("math.sqrt", Sqrt)
      .Case("snn.exp", Exp)
      .Case("snn.log", Log)
      .Case("arith.addi", AddI)
      .Case("arith.subi", SubI)
      .Case("arith.muli", MulI)
      .Case("arith.andi", AndI)
      .Case("arith.ori", OrI)
      .Case("arith.xori", XOrI)
      .Case("arith.cmpi", CmpI)
      .Case("arith.maxsi", MaxSI)
      .Case("arith.minsi", MinSI)
      .Case("arith.extui", ExtUI)
      .Case("arith.extsi", ExtSI)
      .Case("arith.trunci", TruncI)
      .Case("arith.sitofp", toF64 ? IntToF64 : IntToF32)
      .Case("arith.uitofp", toF64 ? UIntToF64 : UIntToF32)
      .Case("arith.extf", ExtF)
      .Case("arith.truncf", TruncF)
      .Case("snn.to_int", ToInt)
      .Case("arith.select", Select)
      .Case("scf.if", If)
      .Case("scf.while", While)
      .Case("snn.assert", Assert)
      .Default(Unknown);
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

unsigned Law::getSlot(Value value) {
  auto [it, isNew] = slotOf.try_emplace(value, slots.size());
  if (isNew)
    slots.push_back(Scalar{});
  return it->second;
}

bool Law::addInstruction(Operation *op, Instruction &instruction) {
  instruction.op = op;
  instruction.code = getCode(op);
  for (Value operand : op->getOperands())
    instruction.operands.push_back(getSlot(operand));
  for (Value result : op->getResults())
    instruction.results.push_back(getSlot(result));
  Type type = op->getNumOperands()  ? op->getOperand(0).getType()
              : op->getNumResults() ? op->getResult(0).getType()
                                    : Type();
  instruction.type = type ? getElementType(type) : ElementType::I1;

  switch (instruction.code) {
  case Constant: {
    ConstantView view = *ConstantView::get(op->getResult(0));
    if (instruction.type == ElementType::F32)
      instruction.immediate.f32 = static_cast<float>(view.getDouble(0));
    else if (instruction.type == ElementType::F64)
      instruction.immediate.f64 = view.getDouble(0);
    else
      instruction.immediate.integer = view.getInteger(0);
    return true;
  }
  case CmpF:
    instruction.immediate.integer =
        static_cast<int64_t>(cast<arith::CmpFOp>(op).getPredicate());
    return true;
  case CmpI:
    instruction.immediate.integer =
        static_cast<int64_t>(cast<arith::CmpIOp>(op).getPredicate());
    return true;
  case Assert:
    instruction.immediate.integer = messages.size();
    messages.push_back(cast<snn::AssertOp>(op).getMessage().str());
    return true;
  case If:
  case While:
    for (Region &region : op->getRegions()) {
      unsigned block = ~0u; // An scf.if without else.
      if (!region.empty() && !addBlock(region.front(), block))
        return false;
      instruction.blocks.push_back(block);
    }
    return true;
  case Unknown:
    op->emitOpError("is not known to the interpreter");
    return false;
  default:
    return true;
  }
}

bool Law::addBlock(mlir::Block &block, unsigned &index) {
  index = blocks.size();
  blocks.emplace_back();
  Block result;
  for (BlockArgument arg : block.getArguments())
    result.arguments.push_back(getSlot(arg));
  for (Operation &op : block.without_terminator())
    if (!addInstruction(&op, result.instructions.emplace_back()))
      return false;
  for (Value operand : block.getTerminator()->getOperands())
    result.yields.push_back(getSlot(operand));
  blocks[index] = std::move(result);
  return true;
}

std::optional<Law> Law::build(snn::NeuronModelOp model) {
  Law law;
  law.numStates = model.getNumStates();
  for (BlockArgument arg : model.getBodyBlock().getArguments())
    law.argumentTypes.push_back(getElementType(arg.getType()));
  for (unsigned i = 0; i < law.numStates; ++i) {
    ConstantView view = *ConstantView::get(model.getStateInitial(i));
    Scalar value;
    if (law.argumentTypes[i] == ElementType::F32)
      value.f32 = static_cast<float>(view.getDouble(0));
    else if (law.argumentTypes[i] == ElementType::F64)
      value.f64 = view.getDouble(0);
    else
      value.integer = view.getInteger(0);
    law.initials.push_back(value);
  }
  if (!law.addBlock(model.getBodyBlock(), law.body))
    return std::nullopt;
  for (Value state : model.getNextOp().getStates())
    law.nextStates.push_back(law.getSlot(state));
  for (Value output : model.getNextOp().getOutputs())
    law.nextOutputs.push_back(law.getSlot(output));
  return law;
}

//===----------------------------------------------------------------------===//
// Evaluating
//===----------------------------------------------------------------------===//

template <typename T>
static bool compareFloats(arith::CmpFPredicate predicate, T a, T b) {
  bool unordered = std::isnan(a) || std::isnan(b);
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return a != b;
  case P::UNO:
    return unordered;
  case P::AlwaysTrue:
    return true;
  }
  llvm_unreachable("every predicate has a case");
}

/// Both are sign-extended i32, or i1 as 0 and 1.
static bool compareIntegers(arith::CmpIPredicate predicate, int64_t a,
                            int64_t b, bool isBinary) {
  // A set i1 is -1 as a signed number.
  int64_t sa = isBinary ? -a : a, sb = isBinary ? -b : b;
  uint64_t ua = isBinary ? a : static_cast<uint32_t>(a);
  uint64_t ub = isBinary ? b : static_cast<uint32_t>(b);
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return sa < sb;
  case P::sle:
    return sa <= sb;
  case P::sgt:
    return sa > sb;
  case P::sge:
    return sa >= sb;
  case P::ult:
    return ua < ub;
  case P::ule:
    return ua <= ub;
  case P::ugt:
    return ua > ub;
  case P::uge:
    return ua >= ub;
  }
  llvm_unreachable("every predicate has a case");
}

template <typename T> static T evaluateFloat(unsigned code, T a, T b, T c) {
  switch (code) {
  case AddF:
    return a + b;
  case SubF:
    return a - b;
  case MulF:
    return a * b;
  case DivF:
    return a / b;
  case NegF:
    return -a;
  case Fma:
    return std::fma(a, b, c);
  case Floor:
    return std::floor(a);
  case Ceil:
    return std::ceil(a);
  case Trunc:
    return std::trunc(a);
  case RoundEven:
    return std::nearbyint(a);
  case Abs:
    return std::fabs(a);
  case CopySign:
    // A NaN counts as positive, whatever its sign.
    return std::isnan(b) ? std::fabs(a) : std::copysign(a, b);
  case Sqrt:
    return std::sqrt(a);
  case Exp:
    if constexpr (sizeof(T) == 4)
      return fixedExp(a);
    else
      return std::exp(a);
  case Log:
    if constexpr (sizeof(T) == 4)
      return fixedLog(a);
    else
      return std::log(a);
  }
  llvm_unreachable("not an op on floats");
}

static int64_t evaluateInteger(unsigned code, int64_t a, int64_t b,
                               ElementType type) {
  int64_t result = 0;
  bool isBinary = type == ElementType::I1;
  switch (code) {
  case AddI:
    result = a + b;
    break;
  case SubI:
    result = a - b;
    break;
  case MulI:
    result = a * b;
    break;
  case AndI:
    result = a & b;
    break;
  case OrI:
    result = a | b;
    break;
  case XOrI:
    result = a ^ b;
    break;
  case MaxSI:
    result = isBinary ? (a & b) : std::max(a, b); // Signed: -1 is least.
    break;
  case MinSI:
    result = isBinary ? (a | b) : std::min(a, b);
    break;
  default:
    llvm_unreachable("not an op on integers");
  }
  return isBinary ? (result & 1) : static_cast<int32_t>(result);
}

void Law::evaluateScalar(const Instruction &instruction) {
  Scalar none{};
  auto operand = [&](unsigned index) {
    return index < instruction.operands.size()
               ? slots[instruction.operands[index]]
               : none;
  };
  Scalar a = operand(0), b = operand(1), c = operand(2);
  Scalar &result = slots[instruction.results.front()];
  bool isF32 = instruction.type == ElementType::F32;
  bool isBinary = instruction.type == ElementType::I1;
  auto unsignedValue = [&]() -> uint32_t {
    return static_cast<uint32_t>(a.integer);
  };
  auto signedValue = [&]() -> int64_t {
    return isBinary ? -a.integer : a.integer;
  };
  switch (instruction.code) {
  case Constant:
    result = instruction.immediate;
    return;
  case CmpF: {
    auto predicate =
        static_cast<arith::CmpFPredicate>(instruction.immediate.integer);
    result.integer = isF32 ? compareFloats(predicate, a.f32, b.f32)
                           : compareFloats(predicate, a.f64, b.f64);
    return;
  }
  case CmpI:
    result.integer = compareIntegers(
        static_cast<arith::CmpIPredicate>(instruction.immediate.integer),
        a.integer, b.integer, isBinary);
    return;
  case Select:
    result = a.integer ? b : c;
    return;
  case ExtUI:
    result.integer = a.integer;
    return;
  case ExtSI:
    result.integer = signedValue();
    return;
  case TruncI:
    result.integer = a.integer & 1;
    return;
  case IntToF32:
    result.f32 = static_cast<float>(signedValue());
    return;
  case IntToF64:
    result.f64 = static_cast<double>(signedValue());
    return;
  case UIntToF32:
    result.f32 = static_cast<float>(unsignedValue());
    return;
  case UIntToF64:
    result.f64 = static_cast<double>(unsignedValue());
    return;
  case ExtF:
    result.f64 = a.f32;
    return;
  case TruncF:
    result.f32 = static_cast<float>(a.f64);
    return;
  case ToInt:
    result.integer = isF32 ? saturatingToInt(a.f32) : saturatingToInt(a.f64);
    return;
  default:
    if (isF32)
      result.f32 = evaluateFloat(instruction.code, a.f32, b.f32, c.f32);
    else if (instruction.type == ElementType::F64)
      result.f64 = evaluateFloat(instruction.code, a.f64, b.f64, c.f64);
    else
      result.integer = evaluateInteger(instruction.code, a.integer, b.integer,
                                       instruction.type);
  }
}

const char *Law::evaluateBlock(unsigned index) {
  for (const Instruction &instruction : blocks[index].instructions) {
    auto assign = [&](ArrayRef<unsigned> targets, ArrayRef<unsigned> sources) {
      SmallVector<Scalar, 4> values;
      for (unsigned source : sources)
        values.push_back(slots[source]);
      for (auto [target, value] : llvm::zip(targets, values))
        slots[target] = value;
    };
    switch (instruction.code) {
    case Assert:
      if (!slots[instruction.operands[0]].integer)
        return messages[instruction.immediate.integer].c_str();
      break;
    case If: {
      bool condition = slots[instruction.operands[0]].integer;
      unsigned block = instruction.blocks[condition ? 0 : 1];
      if (block == ~0u)
        break;
      if (const char *message = evaluateBlock(block))
        return message;
      assign(instruction.results, blocks[block].yields);
      break;
    }
    case While: {
      unsigned before = instruction.blocks[0], after = instruction.blocks[1];
      assign(blocks[before].arguments, instruction.operands);
      while (true) {
        if (const char *message = evaluateBlock(before))
          return message;
        ArrayRef<unsigned> yields = blocks[before].yields;
        bool condition = slots[yields.front()].integer;
        if (!condition) {
          assign(instruction.results, yields.drop_front());
          break;
        }
        assign(blocks[after].arguments, yields.drop_front());
        if (const char *message = evaluateBlock(after))
          return message;
        assign(blocks[before].arguments, blocks[after].yields);
      }
      break;
    }
    default:
      evaluateScalar(instruction);
    }
  }
  return nullptr;
}

const char *Law::evaluate(ArrayRef<Scalar> arguments,
                          MutableArrayRef<Scalar> results) {
  for (auto [slot, value] : llvm::zip(blocks[body].arguments, arguments))
    slots[slot] = value;
  if (const char *message = evaluateBlock(body))
    return message;
  for (auto [index, slot] : llvm::enumerate(nextStates))
    results[index] = slots[slot];
  for (auto [index, slot] : llvm::enumerate(nextOutputs))
    results[numStates + index] = slots[slot];
  return nullptr;
}
