// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neuron models, populations of them, and the scalar ops of their laws.

#ifndef VOLLEY_DIALECT_SNN_IR_NEURONOPS_TD
#define VOLLEY_DIALECT_SNN_IR_NEURONOPS_TD

def SNN_NeuronModelOp : SNN_Op<"neuron_model", [
    IsolatedFromAbove, Symbol, SingleBlockImplicitTerminator<"NextOp">,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "the law of one neuron";
  let description = [{
    A region of scalar arithmetic that takes the states, inputs and parameters
    of one neuron and gives its next states and outputs. It is written once
    and used by any number of populations; interpreter, code generation and
    cost models all read it.

    ```mlir
    snn.neuron_model private @lif(state %v: f32 = 0.0, in %i: f32,
                                  param %k: f32, param %threshold: f32)
        -> (spikes: i1) {
      %e  = arith.subf %i, %v : f32
      %v1 = math.fma %k, %e, %v : f32
      %s  = arith.cmpf ogt, %v1, %threshold : f32
      %z  = arith.constant 0.0 : f32
      %v2 = arith.select %s, %z, %v1 : f32
      snn.next(%v2 : f32) emit(%s : i1)
    }
    ```

    Constraints:
    - (C1) names of states, inputs and parameters are distinct, and so are
      those of outputs and states.
    - (C2) states, inputs, parameters and outputs are i1, i32, f32 or f64.
    - (C3) the initial value of a state has the state's type.
    - (C4) `snn.next` gives one value per state and one per output, of their
      types.
    - (C5) the body holds only the scalar ops listed in `docs/Spec/Neurons.md`,
      without fast-math and overflow flags and rounding modes.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       OptionalAttr<StrAttr>:$sym_visibility,
                       StrArrayAttr:$state_names, ArrayAttr:$state_initials,
                       StrArrayAttr:$input_names, StrArrayAttr:$param_names,
                       StrArrayAttr:$output_names,
                       TypeArrayAttr:$output_types);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  // With an empty block, to which arguments and the law are added.
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name,
                                 "const ModelParts &":$parts)>];
  let extraClassDeclaration = [{
    ::mlir::Block &getBodyBlock() { return getBody().front(); }
    unsigned getNumStates() { return getStateNames().size(); }
    unsigned getNumInputs() { return getInputNames().size(); }
    unsigned getNumParams() { return getParamNames().size(); }
    unsigned getNumOutputs() { return getOutputNames().size(); }
    ::mlir::Block::BlockArgListType getStates() {
      return getBodyBlock().getArguments().take_front(getNumStates());
    }
    ::mlir::Block::BlockArgListType getInputs() {
      return getBodyBlock().getArguments().slice(getNumStates(),
                                                 getNumInputs());
    }
    ::mlir::Block::BlockArgListType getParams() {
      return getBodyBlock().getArguments().take_back(getNumParams());
    }
    ::mlir::Type getOutputType(unsigned index) {
      return ::llvm::cast<::mlir::TypeAttr>(getOutputTypes()[index]).getValue();
    }
    ::mlir::TypedAttr getStateInitial(unsigned index) {
      return ::llvm::cast<::mlir::TypedAttr>(getStateInitials()[index]);
    }
    /// The index of a state by its name, or -1.
    int64_t getStateIndex(::llvm::StringRef name);
    NextOp getNextOp();
  }];
}

def SNN_NextOp : SNN_Op<"next", [
    Terminator, Pure, HasParent<"NeuronModelOp">, AttrSizedOperandSegments]> {
  let summary = "the next states and the outputs of a neuron";
  let arguments = (ins Variadic<SNN_Element>:$states,
                       Variadic<SNN_Element>:$outputs);
  let assemblyFormat = [{
    (`(` $states^ `:` type($states) `)`)?
    (`emit` `(` $outputs^ `:` type($outputs) `)`)? attr-dict
  }];
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange(),
                               ::mlir::ValueRange()); }]>];
}

def SNN_PopulationOp : SNN_Op<"population", [
    Pure, HasParent<"NetworkOp">, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "neurons that share one law";
  let description = [{
    One neuron per element of the signals; all inputs and results have the same
    shape. Every neuron keeps its own states, which start at the model's initial
    values. A parameter is a scalar or a constant tensor that broadcasts over
    the population's shape, aligned at the left.

    A population that is not in the source (elementwise work that a pass has
    turned into a law) has the name "".

    Results are the model's outputs, then the states listed in `exposed`, each
    as it is at the end of the step.

    ```mlir
    %spikes, %v = snn.population @lif "lif1"(%drive) params(%k, %thr :
        f32, tensor<38xf32>) expose ["v"] : (tensor<38xf32>) ->
        (tensor<38xi1>, tensor<38xf32>)
    ```

    Constraints:
    - (C1) `model` names a `snn.neuron_model`.
    - (C2) operands and results match the model's inputs, parameters, outputs
      and exposed states in number and element type.
    - (C3) inputs and results have one shape, and there is at least one result.
    - (C4) a parameter's shape broadcasts over that shape: its rank is not
      larger and each of its dimensions, aligned at the left, equals the
      population's or is 1.
    - (C5) exposed names are states of the model, each at most once.
    - (C6) parameters are constants.
  }];
  let arguments = (ins FlatSymbolRefAttr:$model, StrAttr:$name,
                       Variadic<SNN_Signal>:$inputs,
                       Variadic<SNN_Parameter>:$params,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$exposed);
  let results = (outs Variadic<SNN_Signal>);
  let assemblyFormat = [{
    $model $name `(` $inputs `)`
    (`params` `(` $params^ `:` type($params) `)`)? (`expose` $exposed^)?
    attr-dict `:` functional-type($inputs, results)
  }];
}

def SNN_NeuronOp : SNN_Op<"neuron", [
    Pure, HasParent<"NetworkOp">,
    DeclareOpInterfaceMethods<SNN_LatencyOpInterface>]> {
  let summary = "neurons of a named kind, not yet discretised";
  let description = [{
    What a model file says about a neuron (its kind and physical parameters),
    together with what it does not say and a profile or option has declared:
    the integration scheme, the reset, the comparison. `snn-discretize` turns
    it into a `snn.population` of a `snn.neuron_model`; nothing after that
    phase sees a named neuron. `docs/Spec/NamedNeurons.md` has the law of each
    kind under each scheme.

    * `scheme`: how the differential equation becomes a step of `dt`.
    * `reset`: `zero` sets v to v_reset, `subtract` takes the threshold off.
    * `reset_delay`: a spike resets the potential at the next step.
    * `residual_reset`: with `subtract`, a potential that is still above the
      threshold after a step has it taken off for the next comparison
      (`docs/Spec/NamedNeurons.md` has the whole law).
    * `spikes`: `multi` emits floor(v / threshold) spikes in a step.
    * `v_min`: the potential is clamped from below at the end of a step.
    * `late`: consumers, outputs and records see the outputs one step late; an
      exposed state is not late.

    Kinds without a reset take any `reset`, `compare`, `reset_delay` and
    `residual_reset`, of which only the `compare` of `threshold` means anything.

    ```mlir
    %s = snn.neuron lif "lif1"(%drive) params(tau = %tau, r = %r, v_leak = %l,
        v_threshold = %thr, v_reset = %z : f64, f64, f64, tensor<38xf64>, f64)
        scheme(forward_euler) reset(zero) compare(gt) spikes(single)
        : (tensor<38xf32>) -> tensor<38xi1>
    ```

    Constraints:
    - (C1) the parameters are those of the kind, in the order of the Spec.
    - (C2) parameters are f64 scalars or constant f64 tensors that broadcast
      over the shape.
    - (C3) the input is a float signal; the first result is a float signal for
      kinds without a threshold, i32 for `multi` spikes, i1 otherwise.
    - (C4) `multi` needs a kind that resets, and `reset(subtract)` without
      `reset_delay`.
    - (C5) exposed names are states of the kind, each at most once.
    - (C6) the scheme is one that the kind has.
    - (C7) the scheme `exact` has neither `reset_delay` nor `v_min`, and a reset
      and `compare(gt)` if the kind resets.
    - (C8) `residual_reset` needs `reset(subtract)` and `spikes(single)`, without
      `reset_delay` and not under the scheme `exact`, if the kind resets.
  }];
  let arguments = (ins SNN_NeuronKind:$kind, StrAttr:$name,
      SNN_FloatSignal:$input, Variadic<SNN_Parameter>:$params,
      StrArrayAttr:$param_names, SNN_Scheme:$scheme, SNN_Reset:$reset,
      SNN_Compare:$compare, SNN_Spikes:$spikes, UnitAttr:$reset_delay,
      UnitAttr:$residual_reset,
      OptionalAttr<F64Attr>:$v_min, UnitAttr:$late,
      DefaultValuedAttr<StrArrayAttr, "{}">:$exposed);
  let results = (outs Variadic<SNN_Signal>:$outputs);
  let assemblyFormat = [{
    $kind $name `(` $input `)`
    custom<NamedParams>($params, type($params), $param_names)
    `scheme` `(` $scheme `)` `reset` `(` $reset `)`
    `compare` `(` $compare `)` `spikes` `(` $spikes `)`
    (`reset_delay` $reset_delay^)? (`residual_reset` $residual_reset^)?
    (`v_min` `(` $v_min^ `)`)?
    (`late` $late^)? (`expose` $exposed^)?
    attr-dict `:` `(` type($input) `)` `->` custom<ResultTypes>(type($outputs))
  }];
  let hasVerifier = 1;
}

class SNN_FloatUnary<string mnemonic> : SNN_Op<mnemonic, [
    Pure, SameOperandsAndResultType, Elementwise, Scalarizable, Vectorizable,
    Tensorizable]> {
  let arguments = (ins SNN_Float:$operand);
  let results = (outs SNN_Float:$result);
  let assemblyFormat = "$operand attr-dict `:` type($result)";
}

def SNN_ExpOp : SNN_FloatUnary<"exp"> {
  let summary = "the exponential function, with fixed bits";
  let description = [{
    In f32 a fixed polynomial (`docs/Spec/Neurons.md`), the same bits on every
    target; in f64 the function of the C library.
  }];
}

def SNN_LogOp : SNN_FloatUnary<"log"> {
  let summary = "the natural logarithm, with fixed bits";
  let description = [{
    In f32 a fixed polynomial (`docs/Spec/Neurons.md`), the same bits on every
    target; in f64 the function of the C library.
  }];
}

def SNN_ToIntOp : SNN_Op<"to_int", [Pure]> {
  let summary = "a float to i32, toward zero, saturating";
  let description = [{
    Rounds toward zero; values out of range give the nearest i32, NaN gives 0.
    (`arith.fptosi` is undefined there.)
  }];
  let arguments = (ins SNN_Float:$operand);
  let results = (outs I32:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
}

def SNN_AssertOp : SNN_Op<"assert"> {
  let summary = "stops the run with an error if a neuron leaves its law";
  let description = [{
    If `condition` is false, the run ends with an error that names the
    population and `message`. What the neuron computes in that step is not
    specified.
  }];
  let arguments = (ins I1:$condition, StrAttr:$message);
  let assemblyFormat = "$condition `,` $message attr-dict";
}

#endif // VOLLEY_DIALECT_SNN_IR_NEURONOPS_TD
