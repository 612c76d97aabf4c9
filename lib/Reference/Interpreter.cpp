// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Reference/Interpreter.h"

#include "Node.h"
#include "volley/Dialect/SNN/IR/Rates.h"
#include "volley/Support/FloatingPointEnvironment.h"

using namespace mlir;
using namespace volley;
using namespace volley::reference;
using volley::snn::ConstantView;

//===----------------------------------------------------------------------===//
// The interpreter
//===----------------------------------------------------------------------===//

static runtime::DType getDType(Type element) {
  switch (getElementType(element)) {
  case ElementType::I1:
    return runtime::DType::Bool;
  case ElementType::I32:
    return runtime::DType::I32;
  case ElementType::F32:
    return runtime::DType::F32;
  case ElementType::F64:
    return runtime::DType::F64;
  }
  llvm_unreachable("every element type has a case");
}

static runtime::SignalInfo getSignalInfo(StringRef name, StringRef what,
                                         Type type, runtime::Rate rate) {
  auto tensor = cast<RankedTensorType>(type);
  return {name.str(), what.str(), getDType(tensor.getElementType()),
          tensor.getShape().vec(), rate};
}

runtime::ProgramInfo volley::reference::getProgramInfo(snn::NetworkOp network) {
  runtime::ProgramInfo info;
  info.name = network.getSymName().str();
  info.timeStep = network.getTimeStep();
  snn::Rates rates(network);
  for (auto [name, arg] :
       llvm::zip(network.getInputNames().getAsRange<StringAttr>(),
                 network.getBodyBlock().getArguments()))
    info.inputs.push_back(getSignalInfo(name, "", arg.getType(),
                                        rates.get(arg) == snn::Rate::Static
                                            ? runtime::Rate::Static
                                            : runtime::Rate::Stream));
  for (auto [name, value] :
       llvm::zip(network.getOutputNames().getAsRange<StringAttr>(),
                 network.getOutputOp().getSignals()))
    info.outputs.push_back(getSignalInfo(name, "", value.getType(),
                                         rates.get(value) == snn::Rate::Stream
                                             ? runtime::Rate::Stream
                                             : runtime::Rate::Window));
  for (auto probe : network.getBodyBlock().getOps<snn::ProbeOp>())
    info.probes.push_back(getSignalInfo(probe.getNode(), probe.getWhat(),
                                        probe.getInput().getType(),
                                        runtime::Rate::Stream));
  return info;
}

namespace {
class Interpreter : public runtime::Session {
public:
  Interpreter(snn::NetworkOp network, int64_t batch)
      : info(getProgramInfo(network)), batch(batch) {}

  bool build(snn::NetworkOp network);

  const runtime::ProgramInfo &getInfo() const override { return info; }
  int64_t getBatch() const override { return batch; }
  void reset() override {
    for (auto &node : nodes)
      node->reset(batch);
    isBroken = false;
    stepsDone = 0;
  }
  runtime::RunStatus run(const runtime::RunBuffers &buffers, int64_t steps,
                         std::string &error) override;
  std::vector<char> save() const override;
  std::string load(const std::vector<char> &bytes) override;

private:
  std::unique_ptr<Node> makeNode(Operation *op);
  Signal &get(Value value) { return *signalOf.lookup(value); }
  Signal &addSignal(Value value);

  runtime::ProgramInfo info;
  int64_t batch;
  std::vector<std::unique_ptr<Signal>> signals;
  llvm::DenseMap<Value, Signal *> signalOf;
  /// In an order in which every node comes after those whose result of the same
  /// step it needs.
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<Signal *> inputs, outputs, probes;
  /// The values of static inputs, of all samples, as the first run after a
  /// reset gave them; empty for other inputs.
  std::vector<std::vector<char>> staticInputs;
  /// Steps since the last reset.
  int64_t stepsDone = 0;
  /// A neuron has left its law; only a reset helps.
  bool isBroken = false;
};
} // namespace

Signal &Interpreter::addSignal(Value value) {
  signals.push_back(
      std::make_unique<Signal>(cast<RankedTensorType>(value.getType())));
  signalOf[value] = signals.back().get();
  return *signals.back();
}

std::unique_ptr<Node> Interpreter::makeNode(Operation *op) {
  auto signal = [&](Value value) -> Signal & { return get(value); };
  if (isa<snn::ReduceTimeOp, snn::DelayOp, snn::PopulationOp>(op))
    return makeStatefulNode(op, signal);
  std::unique_ptr<Node> node = makeStatelessNode(op, signal);
  if (!node)
    op->emitOpError("is not known to the interpreter");
  return node;
}

/// Gives a signal the elements of a constant.
static void fill(Signal &signal, const ConstantView &view) {
  dispatch(signal.type, [&](auto *type) {
    using T = ELEMENT(type);
    for (int64_t i = 0; i < signal.count; ++i)
      signal.get<T>()[i] = static_cast<T>(
          std::is_floating_point_v<T> ? view.getDouble(i) : view.getInteger(i));
  });
}

/// True for a constant of a signal's type that some op takes as one.
static bool isSignal(Value constant) {
  return snn::isSignalType(constant.getType()) &&
         llvm::any_of(constant.getUses(), [](OpOperand &use) {
           return !snn::isConstantOperand(use);
         });
}

bool Interpreter::build(snn::NetworkOp network) {
  Block &block = network.getBodyBlock();
  for (BlockArgument arg : block.getArguments())
    inputs.push_back(&addSignal(arg));
  for (Operation &op : block)
    for (Value result : op.getResults())
      if (!op.hasTrait<OpTrait::ConstantLike>())
        addSignal(result);
      else if (isSignal(result))
        fill(addSignal(result), *ConstantView::get(result));
  llvm::DenseSet<Operation *> live = network.findLiveOps();
  std::vector<Operation *> ops;
  for (Operation &op : block)
    ops.push_back(&op);
  for (Operation *op : snn::sortBySignals(ops)) {
    if (op->hasTrait<OpTrait::ConstantLike>() || !live.contains(op))
      continue;
    if (auto output = dyn_cast<snn::OutputOp>(op)) {
      for (Value signal : output.getSignals())
        outputs.push_back(&get(signal));
      continue;
    }
    if (isa<snn::ProbeOp>(op))
      continue;
    std::unique_ptr<Node> node = makeNode(op);
    if (!node)
      return false;
    nodes.push_back(std::move(node));
  }
  for (auto probe : block.getOps<snn::ProbeOp>())
    probes.push_back(&get(probe.getInput()));
  for (auto [signal, input] : llvm::zip(inputs, info.inputs))
    staticInputs.emplace_back(
        input.rate == runtime::Rate::Static ? batch * signal->bytes.size() : 0);
  reset();
  return true;
}

runtime::RunStatus Interpreter::run(const runtime::RunBuffers &buffers,
                                    int64_t steps, std::string &error) {
  if (isBroken) {
    error = "the state is that after an error; reset it first";
    return runtime::RunStatus::LawViolated;
  }
  FloatingPointEnvironment environment;
  runtime::InputBuffers given(info, buffers, steps, batch, error);
  if (!error.empty())
    return runtime::RunStatus::InvalidInput;
  for (auto [signal, buffer] : llvm::zip(info.inputs, given.get())) {
    if (signal.rate == runtime::Rate::Static && (stepsDone > 0 || steps == 0))
      continue;
    error = runtime::describeNonBinary(signal, buffer, steps, batch);
    if (!error.empty())
      return runtime::RunStatus::InvalidInput;
  }
  if (stepsDone == 0 && steps > 0)
    for (auto [values, buffer] : llvm::zip(staticInputs, given.get()))
      if (!values.empty())
        std::memcpy(values.data(), buffer, values.size());
  for (int64_t step = 0; step < steps; ++step)
    for (int64_t sample = 0; sample < batch; ++sample) {
      size_t row = step * batch + sample;
      for (auto [signal, buffer, values] :
           llvm::zip(inputs, given.get(), staticInputs)) {
        size_t bytes = signal->bytes.size();
        const char *data = values.empty()
                               ? static_cast<const char *>(buffer) + row * bytes
                               : values.data() + sample * bytes;
        std::memcpy(signal->bytes.data(), data, bytes);
      }
      for (auto &node : nodes)
        if (const char *message = node->evaluate(sample)) {
          error = "population '" + node->name + "' " + message;
          isBroken = true;
          return runtime::RunStatus::LawViolated;
        }
      for (auto &node : nodes)
        node->advance(sample);
      auto store = [&](const std::vector<Signal *> &from,
                       const std::vector<runtime::SignalInfo> &infos,
                       const std::vector<void *> &to) {
        for (auto [signal, info, buffer] : llvm::zip(from, infos, to)) {
          // What is no stream has its last value at the end of the run.
          size_t at = info.rate == runtime::Rate::Stream ? row : sample;
          if (buffer)
            std::memcpy(static_cast<char *>(buffer) + at * signal->bytes.size(),
                        signal->bytes.data(), signal->bytes.size());
        }
      };
      store(outputs, info.outputs, buffers.outputs);
      store(probes, info.probes, buffers.probes);
    }
  stepsDone += steps;
  return runtime::RunStatus::Ok;
}

std::vector<char> Interpreter::save() const {
  std::vector<char> bytes;
  append(bytes, ArrayRef(stepsDone));
  for (const std::vector<char> &values : staticInputs)
    append(bytes, ArrayRef(values));
  for (const auto &node : nodes)
    node->save(bytes);
  return bytes;
}

std::string Interpreter::load(const std::vector<char> &bytes) {
  if (bytes.size() != save().size())
    return "the saved state has another size than this network's";
  const char *cursor = bytes.data();
  take(cursor, MutableArrayRef(stepsDone));
  for (std::vector<char> &values : staticInputs)
    take(cursor, MutableArrayRef(values));
  for (auto &node : nodes)
    node->load(cursor);
  return "";
}

std::unique_ptr<runtime::Session>
volley::reference::createInterpreter(snn::NetworkOp network, int64_t batch) {
  auto interpreter = std::make_unique<Interpreter>(network, batch);
  if (!interpreter->build(network))
    return nullptr;
  return interpreter;
}
