// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Layers.h"

#include "Storage.h"
#include "Strategies.h"

#include "volley/Dialect/SNN/IR/Constants.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

std::string volley::cpu::getNode(Operation *op) {
  if (auto step = dyn_cast<snn::StepOp>(op); step && !step.getName().empty())
    return step.getName().str();
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    return name.getName().str();
  auto place = op->getLoc()->findInstanceOf<FileLineColLoc>();
  return place && place.getLine() > 0
             ? "line " + std::to_string(place.getLine())
             : "";
}

std::string Layer::getTitle() const {
  std::string title = "'" + node + "' " + what;
  return ordinal == 0 ? title : title + " " + std::to_string(ordinal);
}

std::vector<Layer> volley::cpu::getLayers(snn::ProgramOp program) {
  std::vector<Layer> layers;
  llvm::StringMap<unsigned> counts;
  auto add = [&](Operation *op, std::string node, StringRef what) {
    unsigned ordinal = counts[node + '\n' + what.str()]++;
    layers.push_back({op, std::move(node), what.str(), ordinal});
  };
  program.walk([&](Operation *op) {
    if (op->hasAttr(kInPlace))
      return;
    if (isa<snn::StepOp>(op))
      add(op, getNode(op), "population");
    else if (isa<snn::DenseOp, snn::ConvOp, snn::PoolOp, snn::MatmulOp,
                 snn::ReduceOp, snn::MoveOp, snn::ConcatOp, snn::DelayReadOp,
                 snn::DelayWriteOp, snn::KeepOp, snn::ProbeOp>(op))
      add(op, getNode(op), op->getName().stripDialect());
  });
  for (auto name : program.getOutputNames().getAsRange<StringAttr>())
    add(nullptr, name.str(), "output");
  return layers;
}

static uint64_t countElements(ValueRange values) {
  uint64_t count = 0;
  for (Value value : values)
    count += cast<RankedTensorType>(value.getType()).getNumElements();
  return count;
}

uint64_t volley::cpu::getOperations(Operation *op) {
  if (auto step = dyn_cast<snn::StepOp>(op))
    return countElements(op->getResult(0));
  if (auto synaptic = dyn_cast<snn::SynapticOpInterface>(op))
    return synaptic.getSynapseCount();
  if (isa<snn::ReduceOp, snn::ProbeOp, snn::DelayWriteOp, snn::KeepOp>(op))
    return countElements(op->getOperand(0));
  return countElements(op->getResults());
}

/// Names the kernel, law or kind of an op.
static std::string getDetail(Operation *op) {
  if (auto step = dyn_cast<snn::StepOp>(op))
    return step.getModel().str();
  if (auto pool = dyn_cast<snn::PoolOp>(op))
    return stringifyPoolKind(pool.getKind()).str();
  if (auto reduce = dyn_cast<snn::ReduceOp>(op))
    return stringifyReduceKind(reduce.getKind()).str();
  if (const Strategy *strategy = getStrategy(op))
    return strategy->getName().str();
  return "";
}

namespace {
/// Bytes that an op moves at least.
struct Traffic {
  uint64_t row = 0, sample = 0, call = 0;
};
} // namespace

static Traffic getTraffic(Operation *op) {
  Traffic traffic;
  auto addSignals = [&](ValueRange signals) {
    for (Value signal : signals)
      if (!getFusedProduct(signal) && !snn::ConstantView::get(signal))
        traffic.row += getRowBytes(signal.getType());
  };
  if (auto step = dyn_cast<snn::StepOp>(op)) {
    addSignals(step.getInputs());
    addSignals(op->getResults().drop_back(step.getStates().size()));
    for (Value state : step.getStates()) // Read and written once a call.
      traffic.sample += 2 * getRowBytes(state.getType());
    auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
    for (Value param : step.getParams())
      if (getParamKind(param, shape) != ParamKind::Scalar)
        traffic.call += getRowBytes(param.getType());
    return traffic;
  }
  const Strategy *strategy = getStrategy(op);
  if (strategy && !isa<snn::MatmulOp>(op)) {
    addSignals(op->getOperand(0));
    if (!op->hasAttr(kFused))
      addSignals(op->getResults());
    traffic.call =
        strategy->packWeights(op).bytes + strategy->packBias(op).bytes;
    return traffic;
  }
  if (isa<snn::DelayReadOp>(op)) // The history is no signal.
    traffic.row = 2 * getRowBytes(op->getResult(0).getType());
  else if (isa<snn::DelayWriteOp, snn::KeepOp, snn::ProbeOp>(op))
    traffic.row = 2 * getRowBytes(op->getOperand(0).getType());
  else {
    addSignals(op->getOperands());
    addSignals(op->getResults());
  }
  return traffic;
}

ArrayAttr volley::cpu::describeLayers(ArrayRef<Layer> layers,
                                      snn::ProgramOp program) {
  Builder builder(program.getContext());
  SmallVector<Attribute> result;
  unsigned numOutputs = program.getOutputNames().size();
  for (auto [index, layer] : llvm::enumerate(layers)) {
    Traffic traffic;
    uint64_t operations;
    std::string detail;
    bool isSynaptic = false;
    if (layer.op) {
      traffic = getTraffic(layer.op);
      operations = getOperations(layer.op);
      detail = getDetail(layer.op);
      isSynaptic = isa<snn::SynapticOpInterface>(layer.op);
    } else {
      unsigned output = index + numOutputs - layers.size();
      Value signal = program.getYieldOp().getSignals()[output];
      traffic.row = 2 * getRowBytes(signal.getType());
      operations = countElements(signal);
    }
    auto number = [&](StringRef name, uint64_t value) {
      return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
    };
    result.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr(kNode, builder.getStringAttr(layer.node)),
         builder.getNamedAttr(kWhat, builder.getStringAttr(layer.what)),
         builder.getNamedAttr(kDetail, builder.getStringAttr(detail)),
         builder.getNamedAttr(kIsSynaptic, builder.getBoolAttr(isSynaptic)),
         number(kOrdinal, layer.ordinal), number(kOperations, operations),
         number(kRowBytes, traffic.row),
         number(kSampleBytesMoved, traffic.sample),
         number(kCallBytes, traffic.call)}));
  }
  return builder.getArrayAttr(result);
}
