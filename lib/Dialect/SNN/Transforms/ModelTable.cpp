// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ModelTable.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace volley::snn;

OwningOpRef<NeuronModelOp> volley::snn::createModel(Location loc,
                                                    StringRef name,
                                                    const ModelParts &parts) {
  OpBuilder builder(loc.getContext());
  auto model = NeuronModelOp::create(builder, loc, name, parts);
  model.setPrivate();
  return model;
}

/// A model belongs to all nodes that share it, so its ops point to none of
/// them; arguments are located at their names, which makes IR readable.
static void setLocations(NeuronModelOp model) {
  Location none = UnknownLoc::get(model.getContext());
  model->walk([&](Operation *op) { op->setLoc(none); });
  auto args = model.getBodyBlock().getArguments().begin();
  for (ArrayAttr names :
       {model.getStateNames(), model.getInputNames(), model.getParamNames()})
    for (StringAttr name : names.getAsRange<StringAttr>())
      (args++)->setLoc(NameLoc::get(name));
}

FlatSymbolRefAttr ModelTable::insert(OwningOpRef<NeuronModelOp> model) {
  setLocations(*model);
  StringAttr name = model->getSymNameAttr();
  model->setSymName("model");
  std::string text;
  llvm::raw_string_ostream stream(text);
  model->print(stream, OpPrintingFlags().useLocalScope());
  model->setSymNameAttr(name);
  FlatSymbolRefAttr &symbol = models[text];
  if (!symbol) {
    NeuronModelOp op = model.release();
    symbols.insert(op, module.getBody()->begin());
    symbol = FlatSymbolRefAttr::get(op.getSymNameAttr());
  }
  return symbol;
}

void ModelTable::eraseUnused() {
  llvm::DenseSet<StringAttr> used;
  module.walk(
      [&](PopulationOp op) { used.insert(op.getModelAttr().getAttr()); });
  for (auto model : llvm::make_early_inc_range(module.getOps<NeuronModelOp>()))
    if (model.isPrivate() && !used.contains(model.getSymNameAttr()))
      symbols.erase(model);
  models.clear();
}
