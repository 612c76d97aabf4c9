// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neuron models that passes make: one symbol per distinct law.

#ifndef VOLLEY_LIB_DIALECT_SNN_TRANSFORMS_MODELTABLE_H
#define VOLLEY_LIB_DIALECT_SNN_TRANSFORMS_MODELTABLE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/SymbolTable.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "llvm/ADT/StringMap.h"

namespace volley::snn {

/// A private model with an empty block, in no symbol table yet.
mlir::OwningOpRef<NeuronModelOp>
createModel(mlir::Location loc, llvm::StringRef name, const ModelParts &parts);

/// The models of a module, with equal laws only once.
class ModelTable {
public:
  explicit ModelTable(mlir::ModuleOp module)
      : module(module), symbols(module) {}

  /// The symbol of a model with the law of `model`: an earlier one, or `model`
  /// itself under a name that is free.
  mlir::FlatSymbolRefAttr insert(mlir::OwningOpRef<NeuronModelOp> model);

  /// The model of a symbol that insert() gave.
  NeuronModelOp lookup(mlir::FlatSymbolRefAttr symbol) const {
    return symbols.lookup<NeuronModelOp>(symbol.getAttr());
  }

  /// Erases private models that nothing uses.
  void eraseUnused();

private:
  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  /// By the text of the model without its name.
  llvm::StringMap<mlir::FlatSymbolRefAttr> models;
};

} // namespace volley::snn

#endif // VOLLEY_LIB_DIALECT_SNN_TRANSFORMS_MODELTABLE_H
