// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops with state: reductions over time, delays and populations.

#include "Node.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace volley;
using namespace volley::reference;
using volley::snn::ConstantView;

namespace {
/// X is the element type of the input, Y that of the result.
template <typename X, typename Y> class ReduceTimeNode : public Node {
public:
  ReduceTimeNode(snn::ReduceTimeOp op, Signal &input, Signal &output)
      : input(input), output(output), kind(op.getKind()) {}

  void reset(int64_t batch) override {
    histories.assign(batch, History());
    for (History &history : histories) {
      history.sums.assign(input.count, 0);
      history.values.assign(input.count, kLeast<X>);
      history.firsts.assign(input.count, 0);
    }
  }

  /// Takes the step's value in, and gives what has become of all so far.
  const char *evaluate(int64_t sample) override {
    History &history = histories[sample];
    const X *x = input.get<X>();
    Y *y = output.get<Y>();
    int64_t steps = history.steps + 1;
    for (int64_t i = 0; i < input.count; ++i) {
      history.sums[i] += static_cast<SumOf<X>>(x[i]);
      X &value = history.values[i];
      // A first step that is not zero ends the count.
      int32_t &first = history.firsts[i];
      if (first == history.steps && x[i] == X(0))
        ++first;
      switch (kind) {
      case snn::TimeReduceKind::Sum:
        y[i] = fromSum<Y>(history.sums[i]);
        break;
      case snn::TimeReduceKind::Mean:
        y[i] = fromSum<Y>(history.sums[i]) / static_cast<Y>(steps);
        break;
      case snn::TimeReduceKind::Max:
        value = x[i] > value ? x[i] : value;
        y[i] = static_cast<Y>(value);
        break;
      case snn::TimeReduceKind::Last:
        y[i] = static_cast<Y>(x[i]);
        break;
      case snn::TimeReduceKind::FirstSpike:
        y[i] = static_cast<Y>(first);
        break;
      }
    }
    return nullptr;
  }

  void advance(int64_t sample) override { ++histories[sample].steps; }

  void save(std::vector<char> &bytes) const override {
    for (const History &history : histories) {
      append(bytes, ArrayRef(history.sums));
      append(bytes, ArrayRef(history.values));
      append(bytes, ArrayRef(history.firsts));
      append(bytes, ArrayRef(history.steps));
    }
  }

  void load(const char *&bytes) override {
    for (History &history : histories) {
      take(bytes, MutableArrayRef(history.sums));
      take(bytes, MutableArrayRef(history.values));
      take(bytes, MutableArrayRef(history.firsts));
      take(bytes, MutableArrayRef(history.steps));
    }
  }

private:
  struct History {
    std::vector<SumOf<X>> sums;
    std::vector<X> values;
    std::vector<int32_t> firsts;
    int64_t steps = 0;
  };

  Signal &input, &output;
  snn::TimeReduceKind kind;
  std::vector<History> histories;
};

class DelayNode : public Node {
public:
  DelayNode(snn::DelayOp op, Signal &input, Signal &output)
      : input(input), output(output), initial(op.getType()),
        depth(std::max<int64_t>(op.getLargestLatency(0), 1)) {
    ArrayRef<int64_t> steps = op.getSteps();
    for (int64_t i = 0; i < output.count; ++i)
      delays.push_back(steps[steps.size() == 1 ? 0 : i]);
    if (!op.getInitialAttr())
      return;
    ConstantView view = *ConstantView::get(op.getInitialAttr());
    for (int64_t i = 0; i < output.count; ++i)
      dispatch(initial.type, [&](auto *type) {
        initial.get<ELEMENT(type)>()[i] =
            static_cast<ELEMENT(type)>(view.getDouble(i));
      });
  }

  void reset(int64_t batch) override {
    histories.assign(batch, History{std::vector<char>(), 0});
    for (History &history : histories)
      for (int64_t slot = 0; slot < depth; ++slot)
        history.slots.insert(history.slots.end(), initial.bytes.begin(),
                             initial.bytes.end());
  }

  const char *evaluate(int64_t sample) override {
    const History &history = histories[sample];
    size_t size = output.getSize();
    for (int64_t i = 0; i < output.count; ++i) {
      const char *source = input.bytes.data();
      if (delays[i] > 0) {
        int64_t slot = (history.step + depth - delays[i]) % depth;
        source = history.slots.data() + slot * output.bytes.size();
      }
      std::memcpy(output.bytes.data() + i * size, source + i * size, size);
    }
    return nullptr;
  }

  void advance(int64_t sample) override {
    History &history = histories[sample];
    std::memcpy(history.slots.data() +
                    history.step % depth *
                        static_cast<int64_t>(input.bytes.size()),
                input.bytes.data(), input.bytes.size());
    ++history.step;
  }

  void save(std::vector<char> &bytes) const override {
    for (const History &history : histories) {
      append(bytes, ArrayRef(history.slots));
      append(bytes, ArrayRef(history.step));
    }
  }

  void load(const char *&bytes) override {
    for (History &history : histories) {
      take(bytes, MutableArrayRef(history.slots));
      take(bytes, MutableArrayRef(history.step));
    }
  }

private:
  /// The input at the last `depth` steps; that of step t is in slot t % depth.
  struct History {
    std::vector<char> slots;
    int64_t step;
  };

  Signal &input, &output;
  Signal initial;
  int64_t depth;
  std::vector<int64_t> delays;
  std::vector<History> histories;
};

class PopulationNode : public Node {
public:
  PopulationNode(snn::PopulationOp op, Law law, std::vector<Signal *> inputs,
                 std::vector<Signal *> outputs, snn::NeuronModelOp model)
      : law(std::move(law)), inputs(std::move(inputs)),
        outputs(std::move(outputs)) {
    auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
    count = this->outputs.front()->count;
    for (Value value : op.getParams()) {
      ConstantView view = *ConstantView::get(value);
      Param param;
      for (int64_t i = 0; i < view.getNumElements(); ++i)
        param.values.push_back(
            toScalar(getElementType(view.getElementType()), view, i));
      param.indices = getBroadcastIndices(view.getShape(), shape);
      params.push_back(std::move(param));
    }
    for (StringAttr name : op.getExposed().getAsRange<StringAttr>())
      exposed.push_back(model.getStateIndex(name.getValue()));
    name = op.getName().str();
  }

  void reset(int64_t batch) override {
    states.assign(batch, {});
    for (std::vector<Scalar> &state : states)
      for (int64_t i = 0; i < count; ++i)
        for (unsigned s = 0; s < law.getNumStates(); ++s)
          state.push_back(law.getInitialState(s));
  }

  const char *evaluate(int64_t sample) override {
    unsigned numStates = law.getNumStates();
    SmallVector<Scalar> arguments(law.getArgumentTypes().size());
    SmallVector<Scalar> results(numStates + law.getNumOutputs());
    for (int64_t i = 0; i < count; ++i) {
      Scalar *state = states[sample].data() + i * numStates;
      auto *argument = std::copy(state, state + numStates, arguments.begin());
      for (Signal *input : inputs)
        *argument++ = load(*input, i);
      for (const Param &param : params)
        *argument++ = param.values[param.indices[i]];
      if (const char *message = law.evaluate(arguments, results))
        return message;
      std::copy(results.begin(), results.begin() + numStates, state);
      for (auto [index, output] : llvm::enumerate(outputs))
        store(*output, i,
              index < law.getNumOutputs()
                  ? results[numStates + index]
                  : state[exposed[index - law.getNumOutputs()]]);
    }
    return nullptr;
  }

  void save(std::vector<char> &bytes) const override {
    for (const std::vector<Scalar> &state : states)
      append(bytes, ArrayRef(state));
  }

  void load(const char *&bytes) override {
    for (std::vector<Scalar> &state : states)
      take(bytes, MutableArrayRef(state));
  }

private:
  struct Param {
    std::vector<Scalar> values;
    std::vector<int64_t> indices;
  };

  static Scalar toScalar(ElementType type, const ConstantView &view,
                         int64_t index) {
    Scalar result;
    if (type == ElementType::F32)
      result.f32 = static_cast<float>(view.getDouble(index));
    else if (type == ElementType::F64)
      result.f64 = view.getDouble(index);
    else
      result.integer = view.getInteger(index);
    return result;
  }

  static Scalar load(Signal &signal, int64_t index) {
    Scalar result;
    switch (signal.type) {
    case ElementType::I1:
      result.integer = signal.get<uint8_t>()[index];
      break;
    case ElementType::I32:
      result.integer = signal.get<int32_t>()[index];
      break;
    case ElementType::F32:
      result.f32 = signal.get<float>()[index];
      break;
    case ElementType::F64:
      result.f64 = signal.get<double>()[index];
      break;
    }
    return result;
  }

  static void store(Signal &signal, int64_t index, Scalar value) {
    switch (signal.type) {
    case ElementType::I1:
      signal.get<uint8_t>()[index] = value.integer;
      break;
    case ElementType::I32:
      signal.get<int32_t>()[index] = value.integer;
      break;
    case ElementType::F32:
      signal.get<float>()[index] = value.f32;
      break;
    case ElementType::F64:
      signal.get<double>()[index] = value.f64;
      break;
    }
  }

  Law law;
  std::vector<Signal *> inputs, outputs;
  int64_t count;
  std::vector<Param> params;
  std::vector<int64_t> exposed;
  std::vector<std::vector<Scalar>> states;
};
} // namespace

/// A node with the element types of its input and of its result.
template <template <typename, typename> class NodeType, typename Op>
static std::unique_ptr<Node> makeUnary(Op op, SignalOf get) {
  Signal &input = get(op.getInput()), &output = get(op.getResult());
  std::unique_ptr<Node> node;
  dispatch(input.type, [&](auto *x) {
    dispatch(output.type, [&](auto *y) {
      node =
          std::make_unique<NodeType<ELEMENT(x), ELEMENT(y)>>(op, input, output);
    });
  });
  return node;
}

std::unique_ptr<Node> volley::reference::makeStatefulNode(Operation *op,
                                                          SignalOf get) {
  return llvm::TypeSwitch<Operation *, std::unique_ptr<Node>>(op)
      .Case<snn::ReduceTimeOp>(
          [&](auto op) { return makeUnary<ReduceTimeNode>(op, get); })
      .Case<snn::DelayOp>([&](auto op) {
        return std::make_unique<DelayNode>(op, get(op.getInput()),
                                           get(op.getResult()));
      })
      .Case<snn::PopulationOp>([&](auto op) -> std::unique_ptr<Node> {
        auto model = SymbolTable::lookupNearestSymbolFrom<snn::NeuronModelOp>(
            op, op.getModelAttr());
        std::optional<Law> law = Law::build(model);
        if (!law)
          return nullptr;
        std::vector<Signal *> inputs, outputs;
        for (Value input : op.getInputs())
          inputs.push_back(&get(input));
        for (Value result : op->getResults())
          outputs.push_back(&get(result));
        return std::make_unique<PopulationNode>(op, std::move(*law), inputs,
                                                outputs, model);
      })
      .Default([](Operation *) { return nullptr; });
}
