// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "NeuronLaws.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNDISCRETIZE
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct Discretize : volley::snn::impl::SNNDiscretizeBase<Discretize> {
  void runOnOperation() override;

private:
  void discretize(NeuronOp neuron, double dt, ModelTable &models);
};
} // namespace

/// A coefficient of a neuron, rounded to `type`. It is called "lif1.k".
static Value materialize(OpBuilder &builder, NeuronOp neuron, StringRef param,
                         const Coefficient &value, Type type) {
  std::string name = (neuron.getName() + "." + param).str();
  Location loc = NameLoc::get(builder.getStringAttr(name), neuron.getLoc());
  if (value.shape.empty())
    return arith::ConstantOp::create(
        builder, loc,
        cast<TypedAttr>(FloatAttr::get(type, value.values.front())));
  auto tensor = RankedTensorType::get(value.shape, type);
  auto makeAttr = [&](auto numbers) -> TypedAttr {
    return makeFloatArray(tensor, name, ArrayRef(numbers));
  };
  TypedAttr attr = type.isF64()
                       ? makeAttr(value.values)
                       : makeAttr(std::vector<float>(value.values.begin(),
                                                     value.values.end()));
  return arith::ConstantOp::create(builder, loc, attr);
}

void Discretize::discretize(NeuronOp neuron, double dt, ModelTable &models) {
  NeuronLaw law = buildNeuronLaw(neuron, dt);
  FlatSymbolRefAttr model = models.insert(std::move(law.model));
  OpBuilder builder(neuron);
  Location loc = neuron.getLoc();
  Type type = neuron.getInput().getType().getElementType();
  SmallVector<Value> params;
  NeuronModelOp lawModel = models.lookup(model);
  for (auto [param, name] :
       llvm::zip(law.params, lawModel.getParamNames().getAsRange<StringAttr>()))
    params.push_back(
        materialize(builder, neuron, name.getValue(), param, type));
  auto population = PopulationOp::create(
      builder, loc, neuron.getResultTypes(), model, neuron.getNameAttr(),
      neuron.getInput(), params, neuron.getExposedAttr());
  SmallVector<Value> results(population.getResults());
  if (neuron.getLate())
    results.front() =
        DelayOp::create(builder, loc, results.front().getType(),
                        results.front(), ArrayRef<int64_t>{1}, TypedAttr(),
                        /*implicit=*/true);
  neuron.replaceAllUsesWith(results);
  neuron.erase();
}

void Discretize::runOnOperation() {
  ModelTable models(getOperation());
  for (auto network : getOperation().getOps<NetworkOp>())
    for (NeuronOp neuron :
         llvm::make_early_inc_range(network.getBodyBlock().getOps<NeuronOp>()))
      discretize(neuron, network.getTimeStep(), models);
}
