// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The network and its plumbing: terminals, delays, probes, shapes.

#ifndef VOLLEY_DIALECT_SNN_IR_NETWORKOPS_TD
#define VOLLEY_DIALECT_SNN_IR_NETWORKOPS_TD

def SNN_NetworkOp : SNN_Op<"network", [
    IsolatedFromAbove, Symbol, HasOnlyGraphRegion, SingleBlock,
    DeclareOpInterfaceMethods<RegionKindInterface>,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "a spiking neural network";
  let description = [{
    A synchronous dataflow program. Every value in its region is a signal: one
    tensor per time step, without batch and time in its type. The region is a
    graph, so the order of the ops means nothing; a cycle must hold an op with
    a latency of at least one step (`snn.delay`).

    `dt` is the time step in seconds. Inputs and outputs have names, which are
    attributes and survive every pass. An input is a stream (a value per step)
    unless it is `static`: then it has one value per sample, which changes at a
    reset only. `docs/Spec/README.md` says which rate every other value has.

    ```mlir
    snn.network @braille(%taxels: tensor<12xf32>) -> (letter: tensor<7xi1>)
        dt(1.0e-4) {
      ...
      snn.output %spikes : tensor<7xi1>
    }
    ```

    Constraints:
    - (C1) input names are distinct, and so are output names.
    - (C2) inputs are signals.
    - (C3) the terminator has one operand per output name.
    - (C4) `dt` is positive and finite.
    - (C5) every cycle holds an op with a latency of at least one step.
    - (C6) the names of neurons and populations are distinct where they have
      one, and so are those of probes.
    - (C7) the region holds ops of the network form and constants.
    - (C8) a window value is used by outputs and by ops without state, whose
      other operands are window or static values.
    - (C9) `static_inputs`, if there are any, has one entry per input.
    - (C10) what a probe records is no window value.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$input_names,
      StrArrayAttr:$output_names, F64Attr:$dt,
      DefaultValuedAttr<DenseBoolArrayAttr, "{}">:$static_inputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBodyBlock() { return getBody().front(); }
    OutputOp getOutputOp();
    /// The ops that an output or a probe depends on, at whatever step. Others do
    /// not run, so that their assertions say nothing.
    ::llvm::DenseSet<::mlir::Operation *> findLiveOps();
    /// True if an input has one value per sample and not one per step.
    bool isStaticInput(unsigned index) {
      return index < getStaticInputs().size() && getStaticInputs()[index];
    }
    /// The time step in seconds.
    double getTimeStep() { return getDt().convertToDouble(); }
  }];
}

def SNN_OutputOp : SNN_Op<"output", [
    Terminator, Pure, HasParent<"NetworkOp">]> {
  let summary = "the output signals of a network";
  let arguments = (ins Variadic<SNN_Signal>:$signals);
  let assemblyFormat = "($signals^ `:` type($signals))? attr-dict";
}

def SNN_DelayOp : SNN_Op<"delay", [
    Pure, HasParent<"NetworkOp">, AllTypesMatch<["input", "result"]>,
    DeclareOpInterfaceMethods<SNN_LatencyOpInterface>]> {
  let summary = "a signal of some steps ago";
  let description = [{
    `result[t] = input[t - steps]`; before that, `initial` if given, else zero.
    `steps` holds one number for the whole signal, or one per element in
    row-major order. `implicit` marks a delay that is not in the source: an
    importer put it in to cut a cycle, or `snn-discretize` for a `late` neuron.
    Exporters drop it.

    ```mlir
    %late = snn.delay %spikes by 1 : tensor<38xi1>
    %mixed = snn.delay %x by [2, 2, 5] initial 1.0 : f32 : tensor<3xf32>
    ```

    Constraints:
    - (C1) `steps` has one entry, or one per element of the signal.
    - (C2) every entry is between 0 and 2^30.
    - (C3) `initial` has the type of the signal or of its elements, and holds
      numbers.
  }];
  let arguments = (ins SNN_Signal:$input, DenseI64ArrayAttr:$steps,
                       OptionalAttr<TypedAttrInterface>:$initial,
                       UnitAttr:$implicit);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $input `by` custom<DelaySteps>($steps) (`initial` $initial^)?
    (`implicit` $implicit^)? attr-dict `:` type($input)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def SNN_ProbeOp : SNN_Op<"probe", [HasParent<"NetworkOp, ProgramOp">]> {
  let summary = "records a signal under a name";
  let description = [{
    The only op of a network with a side effect: what it records is written to
    the probe buffer that the host passes. A name is that of a population and
    of one of its outputs or states; a state is recorded at the end of its
    step.

    ```mlir
    snn.probe "lif1.lif"::"v" %v : tensor<38xf32>
    ```
  }];
  let arguments = (ins StrAttr:$node, StrAttr:$what, SNN_Signal:$input);
  let assemblyFormat = [{
    custom<ProbeName>($node, $what) $input attr-dict `:` type($input)
  }];
}

def SNN_ReshapeOp : SNN_Op<"reshape", [Pure]> {
  let summary = "the same elements in another shape";
  let description = [{
    Row-major order is kept.

    Constraints:
    - (C1) both types have the same element type and number of elements.
  }];
  let arguments = (ins SNN_Signal:$input);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat =
      "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def SNN_TransposeOp : SNN_Op<"transpose", [Pure]> {
  let summary = "a signal with its dimensions permuted";
  let description = [{
    `result[i_p0, i_p1, ...] = input[i_0, i_1, ...]`: dimension `k` of the result
    is dimension `permutation[k]` of the input.

    Constraints:
    - (C1) `permutation` is a permutation of the input's dimensions.
    - (C2) the result has the permuted shape and the same element type.
  }];
  let arguments = (ins SNN_Signal:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $input $permutation attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def SNN_BroadcastOp : SNN_Op<"broadcast", [Pure]> {
  let summary = "a signal repeated along new dimensions";
  let description = [{
    `dims` are the dimensions of the result that the input does not have; the
    result is the same for every index of them.

    ```mlir
    %y = snn.broadcast %x dims [1] : tensor<8x64xi1> -> tensor<8x196x64xi1>
    ```

    Constraints:
    - (C1) `dims` ascend, and are dimensions of the result.
    - (C2) the result without them has the input's type.
  }];
  let arguments = (ins SNN_Signal:$input, DenseI64ArrayAttr:$dims);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $input `dims` $dims attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def SNN_SliceOp : SNN_Op<"slice", [Pure]> {
  let summary = "a box out of a signal";
  let description = [{
    `result[i, j, ..] = input[i + offsets[0], j + offsets[1], ..]`.

    ```mlir
    %k = snn.slice %qkv offsets [64, 0] : tensor<192x196xi1> -> tensor<64x196xi1>
    ```

    Constraints:
    - (C1) there is one offset per dimension, not negative.
    - (C2) the result has the input's rank and element type, and lies inside it.
  }];
  let arguments = (ins SNN_Signal:$input, DenseI64ArrayAttr:$offsets);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $input `offsets` $offsets attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def SNN_ConcatOp : SNN_Op<"concat", [Pure]> {
  let summary = "signals one after another along a dimension";
  let description = [{
    ```mlir
    %y = snn.concat %a, %b dim 0
        : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<3x3xf32>
    ```

    Constraints:
    - (C1) there is at least one operand, and `dim` is a dimension of all.
    - (C2) the operands have the result's element type and its shape but for
      `dim`, where their sizes add up to the result's.
  }];
  let arguments = (ins Variadic<SNN_Signal>:$inputs, I64Attr:$dim);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $inputs `dim` $dim attr-dict `:` functional-type($inputs, $result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif // VOLLEY_DIALECT_SNN_IR_NETWORKOPS_TD
