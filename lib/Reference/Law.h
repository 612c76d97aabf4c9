// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A neuron's law as a list of scalar instructions.

#ifndef VOLLEY_LIB_REFERENCE_LAW_H
#define VOLLEY_LIB_REFERENCE_LAW_H

#include "volley/Dialect/SNN/IR/SNNOps.h"

namespace volley::reference {

/// One value of a law; which member is meant follows from its type.
union Scalar {
  float f32;
  double f64;
  /// i1 as 0 or 1, i32 sign-extended.
  int64_t integer;
};

enum class ElementType { I1, I32, F32, F64 };
ElementType getElementType(mlir::Type type);

/// The law of a neuron model, ready to be evaluated for one neuron after
/// another.
class Law {
public:
  /// Nothing, with an error, if the model holds an op that is no op of a law.
  static std::optional<Law> build(snn::NeuronModelOp model);

  unsigned getNumStates() const { return numStates; }
  unsigned getNumOutputs() const { return nextOutputs.size(); }
  llvm::ArrayRef<ElementType> getArgumentTypes() const { return argumentTypes; }
  Scalar getInitialState(unsigned index) const { return initials[index]; }

  /// Evaluates one step. `arguments` are states, inputs and parameters; the
  /// next states and the outputs are written behind them in `results`. Returns
  /// the message of an assertion that does not hold, else null.
  const char *evaluate(llvm::ArrayRef<Scalar> arguments,
                       llvm::MutableArrayRef<Scalar> results);

private:
  struct Instruction {
    mlir::Operation *op;
    /// What to do; one of the cases of evaluateBlock().
    unsigned code;
    ElementType type;
    llvm::SmallVector<unsigned, 3> operands;
    llvm::SmallVector<unsigned, 2> results;
    /// A constant, a comparison's predicate, or an index into `messages`.
    Scalar immediate;
    /// Bodies of scf.if (then, else) and scf.while (before, after).
    llvm::SmallVector<unsigned, 2> blocks;
  };
  struct Block {
    llvm::SmallVector<unsigned> arguments;
    std::vector<Instruction> instructions;
    /// Operands of the terminator.
    llvm::SmallVector<unsigned> yields;
  };

  bool addBlock(mlir::Block &block, unsigned &index);
  bool addInstruction(mlir::Operation *op, Instruction &instruction);
  unsigned getSlot(mlir::Value value);
  const char *evaluateBlock(unsigned index);
  void evaluateScalar(const Instruction &instruction);

  llvm::DenseMap<mlir::Value, unsigned> slotOf;
  std::vector<Block> blocks;
  std::vector<Scalar> slots, initials;
  std::vector<std::string> messages;
  std::vector<ElementType> argumentTypes;
  std::vector<unsigned> nextStates, nextOutputs;
  unsigned numStates = 0, body = 0;
};

} // namespace volley::reference

#endif // VOLLEY_LIB_REFERENCE_LAW_H
