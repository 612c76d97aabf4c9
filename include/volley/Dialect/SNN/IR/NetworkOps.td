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
    attributes and survive every pass.

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
    - (C8) constants are weights, biases, factors and parameters; they are not
      signals.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$input_names,
                       StrArrayAttr:$output_names, F64Attr:$dt);
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

#endif // VOLLEY_DIALECT_SNN_IR_NETWORKOPS_TD
