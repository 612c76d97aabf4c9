// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program form: ordered, with explicit state and explicit time.

#ifndef VOLLEY_DIALECT_SNN_IR_PROGRAMOPS_TD
#define VOLLEY_DIALECT_SNN_IR_PROGRAMOPS_TD

def SNN_ProgramOp : SNN_Op<"program", [
    IsolatedFromAbove, Symbol, SingleBlock,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "a network with explicit time and state";
  let description = [{
    The body is ordered. A value stands for its signal over a *tile*: a number
    of successive steps of a block of samples, both chosen at run time, at most
    `rows` (step, sample) pairs together, of at most `samples` samples (`rows`, if
    it is not there). Ops without state act on every pair; `snn.step` runs through
    the steps of the tile in order; `snn.scan` runs its region once per step.

    State is SSA: the body takes the states as they are before the tile and
    yields them as they are after it.

    ```mlir
    snn.program @net(%x: tensor<12xf32>)
        state(%v "lif1"::"v": tensor<38xf32> = 0.0 : f32)
        -> (out: tensor<38xi1>) dt(1.0e-4) rows(64) {
      %a = snn.dense %x, %w : (tensor<12xf32>, tensor<38x12xf32>) -> tensor<38xf32>
      %s, %v1 = snn.step @lif "lif1"(%a) state(%v) ...
      snn.yield(%s : tensor<38xi1>) carry(%v1 : tensor<38xf32>)
    }
    ```

    Constraints:
    - (C1) input names are distinct, and so are output names.
    - (C2) `snn.yield` gives one value per output and one carry per state, of
      their types.
    - (C3) a state is carried through exactly one chain of updates: it is read,
      then updated by one `snn.step`, `snn.scan` or `snn.delay_write`, and so on
      for the updated state until `snn.yield` carries it.
    - (C4) the initial value of a state has the state's element type.
    - (C5) `rows` is positive, and `samples` too, and not larger.
    - (C6) `static_inputs` and `window_outputs`, if there are any, have one
      entry per input and output.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$input_names,
                       StrArrayAttr:$output_names, StrArrayAttr:$state_nodes,
                       StrArrayAttr:$state_names, ArrayAttr:$state_initials,
                       F64Attr:$dt, I64Attr:$rows,
      DefaultValuedAttr<DenseBoolArrayAttr, "{}">:$static_inputs,
      DefaultValuedAttr<DenseBoolArrayAttr, "{}">:$window_outputs,
      OptionalAttr<I64Attr>:$samples);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBodyBlock() { return getBody().front(); }
    unsigned getNumInputs() { return getInputNames().size(); }
    unsigned getNumStates() { return getStateNames().size(); }
    /// True if an input has one value per sample and not one per step.
    bool isStaticInput(unsigned index) {
      return index < getStaticInputs().size() && getStaticInputs()[index];
    }
    /// True if an output has its value at the end of a run.
    bool isWindowOutput(unsigned index) {
      return index < getWindowOutputs().size() && getWindowOutputs()[index];
    }
    ::mlir::Block::BlockArgListType getInputs() {
      return getBodyBlock().getArguments().take_front(getNumInputs());
    }
    ::mlir::Block::BlockArgListType getStates() {
      return getBodyBlock().getArguments().take_back(getNumStates());
    }
    ::mlir::Attribute getStateInitial(unsigned index) {
      return getStateInitials()[index];
    }
    YieldOp getYieldOp();
    /// Samples of a tile at most.
    int64_t getMostSamples() {
      return getSamples() ? *getSamples() : getRows();
    }
  }];
}

def SNN_YieldOp : SNN_Op<"yield", [
    Terminator, Pure, ParentOneOf<["ProgramOp", "ScanOp", "WhenOp"]>,
    AttrSizedOperandSegments]> {
  let summary = "the signals that a program or region emits, and its states";
  let arguments = (ins Variadic<SNN_Signal>:$signals,
                       Variadic<SNN_Signal>:$carried);
  let assemblyFormat = [{
    (`(` $signals^ `:` type($signals) `)`)?
    (`carry` `(` $carried^ `:` type($carried) `)`)? attr-dict
  }];
}

def SNN_ScanOp : SNN_Op<"scan", [
    SingleBlock, HasParent<"ProgramOp">, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "runs a region step by step";
  let description = [{
    Once per step of the tile, in order: the region takes the step's slice of
    `signals` and the states as the step before left them, and yields the
    step's slices of the results and the states for the next step. Results are
    the emitted signals, then the states after the last step.

    Constraints:
    - (C1) the region's arguments have the types of the operands, and
      `snn.yield` gives the types of the results.
    - (C2) the carried results have the types of the carried operands.
    - (C3) values of the program that are used inside are constants.
    - (C4) a state is carried through exactly one chain of updates, as in
      `snn.program`.
  }];
  let arguments = (ins Variadic<SNN_Signal>:$signals,
                       Variadic<SNN_Signal>:$carried);
  let results = (outs Variadic<SNN_Signal>);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBodyBlock() { return getBody().front(); }
    YieldOp getYieldOp();
  }];
}

def SNN_WhenOp : SNN_Op<"when", [SingleBlock, HasParent<"ProgramOp">]> {
  let summary = "runs a region once after a reset, or at the end of a run";
  let description = [{
    `start`: in the first tile after a reset, the region takes the states and
    yields what becomes of them; in other tiles they stay. What is static is
    computed there, and kept in states.

    `end`: in the last tile of a run, the region yields signals of one value per
    sample: the window values. In other tiles they mean nothing.

    ```mlir
    %kept = snn.when start carry(%k = %state: tensor<4xf32>) -> (tensor<4xf32>) {
      %y = snn.dense %image, %w : (tensor<9xf32>, tensor<4x9xf32>) -> tensor<4xf32>
      %k1 = snn.keep %y into %k : tensor<4xf32>
      snn.yield carry(%k1 : tensor<4xf32>)
    }
    ```

    Constraints:
    - (C1) the region's arguments have the types of the operands, and
      `snn.yield` gives the types of the results.
    - (C2) `start` carries states only, `end` emits signals only.
    - (C3) a state is carried through exactly one chain of updates, as in
      `snn.program`.
  }];
  let arguments = (ins SNN_Event:$event, Variadic<SNN_Signal>:$carried);
  let results = (outs Variadic<SNN_Signal>);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBodyBlock() { return getBody().front(); }
    YieldOp getYieldOp();
  }];
}

def SNN_KeepOp : SNN_Op<"keep", [
    Pure, HasParent<"WhenOp">,
    AllTypesMatch<["input", "state", "result"]>]> {
  let summary = "a state that holds a signal from now on";
  let arguments = (ins SNN_Signal:$input, SNN_Signal:$state);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = "$input `into` $state attr-dict `:` type($input)";
}

def SNN_KeptOp : SNN_Op<"kept", [
    Pure, HasParent<"ProgramOp">, AllTypesMatch<["state", "result"]>]> {
  let summary = "the signal that a state holds";
  let arguments = (ins SNN_Signal:$state);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = "$state attr-dict `:` type($state)";
}

def SNN_LastOp : SNN_Op<"last", [
    Pure, HasParent<"WhenOp">, AllTypesMatch<["input", "result"]>]> {
  let summary = "a stream's value at the last step of the tile";
  let arguments = (ins SNN_Signal:$input);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def SNN_MaterializeOp : SNN_Op<"materialize", [
    Pure, ParentOneOf<["NetworkOp", "ProgramOp"]>,
    AllTypesMatch<["constant", "result"]>]> {
  let summary = "a constant as a signal";
  let arguments = (ins SNN_Signal:$constant);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = "$constant attr-dict `:` type($constant)";
}

def SNN_MoveOp : SNN_Op<"move", [
    Pure, ParentOneOf<["ProgramOp", "ScanOp", "WhenOp"]>]> {
  let summary = "elements of a signal in another order";
  let description = [{
    Element `n` of the result, whose index in a row-major box of `sizes` is
    `(i_0, i_1, ...)`, is element `offset + i_0 strides[0] + i_1 strides[1] + ...`
    of the input. Transpositions, slices, broadcasts and whatever they are one
    after another.

    ```mlir
    // Columns 512 to 1023 of [196, 1536], as [8, 196, 64].
    %k = snn.move %x offset 512 sizes [8, 196, 64] strides [64, 1536, 1]
        : tensor<196x1536xi1> -> tensor<8x196x64xi1>
    ```

    Constraints:
    - (C1) both types have the same element type.
    - (C2) there is a stride per size, no stride or offset is negative, and the
      sizes' product is the result's number of elements.
    - (C3) every element that is read lies inside the input.
  }];
  let arguments = (ins SNN_Signal:$input,
                       DefaultValuedAttr<I64Attr, "0">:$offset,
                       DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$strides);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $input (`offset` $offset^)? `sizes` $sizes `strides` $strides attr-dict `:`
    type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def SNN_StepOp : SNN_Op<"step", [
    Pure, ParentOneOf<["ProgramOp", "ScanOp", "WhenOp"]>,
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a population's update, with its state explicit";
  let description = [{
    `snn.population` in the program form. Results are the model's outputs, the
    exposed states (one value per step, at its end), and the states after the
    last step.

    Constraints:
    - (C1) `model` names a `snn.neuron_model`.
    - (C2) operands and results match the model's inputs, states, parameters,
      outputs and exposed states in number and element type.
    - (C3) inputs, states and results have one shape, and there is at least one
      result.
    - (C4) a parameter's shape broadcasts over that shape.
    - (C5) exposed names are states of the model, each at most once.
    - (C6) parameters are constants.
  }];
  let arguments = (ins FlatSymbolRefAttr:$model, StrAttr:$name,
                       Variadic<SNN_Signal>:$inputs,
                       Variadic<SNN_Signal>:$states,
                       Variadic<SNN_Parameter>:$params,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$exposed);
  let results = (outs Variadic<SNN_Signal>);
  let assemblyFormat = [{
    $model $name `(` $inputs `)`
    (`state` `(` $states^ `:` type($states) `)`)?
    (`params` `(` $params^ `:` type($params) `)`)? (`expose` $exposed^)?
    attr-dict `:` functional-type($inputs, results)
  }];
}

def SNN_DelayReadOp : SNN_Op<"delay_read", [
    Pure, ParentOneOf<["ProgramOp", "ScanOp"]>]> {
  let summary = "the signal of some steps ago, from a delay's history";
  let description = [{
    `history` holds the last D steps of a signal; element `n` of the result is
    the one of `steps[n]` steps ago (one entry of `steps` serves all elements).

    Constraints:
    - (C1) `history` has the result's type with a dimension D in front.
    - (C2) every entry of `steps` is between 1 and D.
  }];
  let arguments = (ins SNN_Signal:$history, DenseI64ArrayAttr:$steps);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $history `by` custom<DelaySteps>($steps) attr-dict `:` type($history) `->`
    type($result)
  }];
  let hasVerifier = 1;
}

def SNN_DelayWriteOp : SNN_Op<"delay_write", [
    Pure, ParentOneOf<["ProgramOp", "ScanOp"]>, AllTypesMatch<["history", "result"]>]> {
  let summary = "a delay's history with this step's signal added";
  let description = [{
    Constraints:
    - (C1) `history` has the input's type with a dimension in front.
  }];
  let arguments = (ins SNN_Signal:$input, SNN_Signal:$history);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $input `into` $history attr-dict `:` type($input) `,` type($history)
  }];
  let hasVerifier = 1;
}

#endif // VOLLEY_DIALECT_SNN_IR_PROGRAMOPS_TD
