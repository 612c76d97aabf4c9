// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that sum, weigh and pool signals.

#ifndef VOLLEY_DIALECT_SNN_IR_SYNAPTICOPS_TD
#define VOLLEY_DIALECT_SNN_IR_SYNAPTICOPS_TD

class SNN_SynapticOp<string mnemonic, list<Trait> traits = []>
    : SNN_Op<mnemonic, [
        Pure, DeclareOpInterfaceMethods<SNN_SynapticOpInterface>] # traits>;

def SNN_DenseOp : SNN_SynapticOp<"dense"> {
  let summary = "a fully connected projection";
  let description = [{
    `result[.., n] = sum over k of input[.., k] * weight[.., n, k]`, plus
    `bias`. The sum runs over ascending k by fused multiply-add from +0.0; the
    bias is added last. With `sum exact` it is one of integers that stand for
    the weights (docs/Spec/Sums.md), in any order. Leading dimensions are independent products, with
    weights of their own or, if the weight is [out, in], with the same ones.
    `kernel` is the strategy that a target has chosen; it changes no bit.

    ```mlir
    %y = snn.dense %x, %w bias %b
        : (tensor<12xi1>, tensor<38x12xf32>, tensor<38xf32>) -> tensor<38xf32>
    ```

    Constraints:
    - (C1) `weight` is [out, in], or [.., out, in] with the input's leading
      dimensions in front; `input` is [.., in], of rank 1 at least.
    - (C2) the result is [.., out], with the input's leading dimensions.
    - (C3) `bias` has the shape of the weight without its last dimension.
    - (C4) weight, bias and result share one float element type; a float input
      has it too.
    - (C5) weight and bias are constants.
    - (C6) an exact sum is f32.
  }];
  let arguments = (ins SNN_Signal:$input, SNN_FloatSignal:$weight,
                       Optional<SNN_FloatSignal>:$bias,
                       DefaultValuedAttr<SNN_SumLaw,
                                         "SumLaw::Ascending">:$sum,
                       OptionalAttr<StrAttr>:$kernel);
  let results = (outs SNN_FloatSignal:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? (`sum` $sum^)? (`kernel` $kernel^)? attr-dict `:`
    functional-type(operands, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// True if leading dimensions of the input share one weight.
    bool isShared() {
      return getWeight().getType().getRank() <= getInput().getType().getRank();
    }
  }];
}

def SNN_MatmulOp : SNN_Op<"matmul", [
    Pure, DeclareOpInterfaceMethods<SNN_SynapticOpInterface>]> {
  let summary = "a product of two signals";
  let description = [{
    `result[.., m, n] = sum over k of lhs[.., m, k] * rhs[.., k, n]`. Leading
    dimensions are independent products. Integers multiply and add exactly,
    modulo 2^32; the product of two binary signals counts coincidences. With a
    float, the sum runs over ascending k by fused multiply-add from +0.0, terms
    with an integer 0 are left out, and +0.0 is added last. `kernel` is the
    strategy that a target has chosen; it changes no bit.

    ```mlir
    %attn = snn.matmul %q, %kt
        : (tensor<8x196x64xi1>, tensor<8x64x196xi1>) -> tensor<8x196x196xi32>
    ```

    Constraints:
    - (C1) lhs is [.., M, K], rhs [.., K, N] and the result [.., M, N], with the
      same leading dimensions.
    - (C2) the result is i32 if both operands are integers, else a float; a
      float operand has the result's element type.
  }];
  let arguments = (ins SNN_Signal:$lhs, SNN_Signal:$rhs,
                       OptionalAttr<StrAttr>:$kernel);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`kernel` $kernel^)? attr-dict `:` functional-type(operands, $result)
  }];
  let builders = [OpBuilder<(ins "::mlir::Type":$result, "::mlir::Value":$lhs,
                                 "::mlir::Value":$rhs), [{
    build($_builder, $_state, result, lhs, rhs, ::mlir::StringAttr());
  }]>];
  let hasVerifier = 1;
}

def SNN_ReduceOp : SNN_Op<"reduce", [Pure]> {
  let summary = "a reduction over dimensions of a signal";
  let description = [{
    * `sum` adds in row-major order of what is reduced; integers exactly, as
      i32.
    * `mean` is that sum, then one division by the number of terms.
    * `max` is the largest element; of NaNs only, the least value of the type.

    ```mlir
    %tokens = snn.reduce sum %x dims [1] : tensor<8x196x64xi1> -> tensor<8x64xi32>
    ```

    Constraints:
    - (C1) `dims` ascend, and are dimensions of the input.
    - (C2) the result has the input's shape without them.
    - (C3) the element type of a `sum` is i32 for integers, else the input's;
      of a `mean` a float, the input's if that is one; of a `max` the input's.
  }];
  let arguments = (ins SNN_ReduceKind:$kind, SNN_Signal:$input,
                       DenseI64ArrayAttr:$dims);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $kind $input `dims` $dims attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def SNN_ReduceTimeOp : SNN_Op<"reduce_time", [Pure, HasParent<"NetworkOp">]> {
  let summary = "a reduction over the steps of a run";
  let description = [{
    Turns a stream into a window value: what has become of it from the last
    reset to now.

    * `sum` adds steps in order; integers exactly, as i32.
    * `mean` is that sum, then one division by the number of steps.
    * `max` is the largest value; NaN never wins.
    * `last` is the value of the last step.
    * `first_spike` is the first step, counted from 0, whose value is not zero;
      the number of steps so far if there is none.

    ```mlir
    %rate = snn.reduce_time mean %spikes : tensor<10xi1> -> tensor<10xf32>
    ```

    Constraints:
    - (C1) the result has the input's shape.
    - (C2) the element type of a `sum` is i32 for integers, else the input's;
      of a `mean` a float, the input's if that is one; of `max` and `last` the
      input's; of `first_spike` i32.
  }];
  let arguments = (ins SNN_TimeReduceKind:$kind, SNN_Signal:$input);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $kind $input attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def SNN_ConvOp : SNN_SynapticOp<"conv"> {
  let summary = "a convolution (cross-correlation) over one or two dimensions";
  let description = [{
    `input` is [C, spatial...], `weight` [O, C / groups, kernel...], the result
    [O, spatial...]; with `channels_last`, input and result are
    [spatial..., C]. The sum runs over kernel positions in row-major order,
    then over the channels of the group, by fused multiply-add from +0.0;
    positions in the padding are left out; the bias [O] is added last. With `sum
    exact` the sum is one of integers that stand for the weights
    (docs/Spec/Sums.md), in any order. `kernel` is the strategy that a target has chosen; it changes no bit.

    `padding` holds two numbers per spatial dimension, before and after.

    ```mlir
    %y = snn.conv %x, %w bias %b stride [2, 2] padding [1, 1, 1, 1]
        : (tensor<2x34x34xf32>, tensor<16x2x5x5xf32>, tensor<16xf32>)
        -> tensor<16x16x16xf32>
    ```

    Constraints:
    - (C1) input, weight and result have rank n + 1, n + 2 and n + 1 for n
      spatial dimensions, n = 1 or 2.
    - (C2) `stride`, `dilation` (n numbers) are positive, `padding` (2 n) is not
      negative, and absent means 1, 1 and 0.
    - (C3) `groups` divides C and O; the weight has C / groups channels.
    - (C4) the spatial shape of the result is
      floor((in + before + after - dilation (kernel - 1) - 1) / stride) + 1,
      and not empty.
    - (C5) `bias` is [O].
    - (C6) weight, bias and result share one float element type; a float input
      has it too.
    - (C7) weight and bias are constants.
    - (C8) an exact sum is f32.
  }];
  let arguments = (ins SNN_Signal:$input, SNN_FloatSignal:$weight,
      Optional<SNN_FloatSignal>:$bias,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$stride,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$padding,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$dilation,
      DefaultValuedAttr<I64Attr, "1">:$groups, UnitAttr:$channels_last,
      DefaultValuedAttr<SNN_SumLaw, "SumLaw::Ascending">:$sum,
      OptionalAttr<StrAttr>:$kernel);
  let results = (outs SNN_FloatSignal:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? (`stride` $stride^)?
    (`padding` $padding^)? (`dilation` $dilation^)? (`groups` $groups^)?
    (`channels_last` $channels_last^)? (`sum` $sum^)? (`kernel` $kernel^)?
    attr-dict `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The convolution as one over two dimensions: a missing one has size 1.
    ConvShape getShape();
  }];
}

def SNN_PoolOp : SNN_SynapticOp<"pool"> {
  let summary = "a reduction over windows of one or two dimensions";
  let description = [{
    `input` is [C, spatial...]; with `channels_last`, [spatial..., C].

    * `sum` adds the window in row-major order; integers exactly, as i32.
    * `avg` is that sum, then one division by the number of positions of the
      kernel, those in the padding counted.
    * `max` is the largest element of the window, padding left out; of a
      window that is all padding or NaN, the least value of the type.

    ```mlir
    %y = snn.pool sum %x kernel [2, 2] stride [2, 2]
        : tensor<16x16x16xi1> -> tensor<16x8x8xi32>
    ```

    Constraints:
    - (C1) input and result have rank n + 1 for n = 1 or 2 spatial dimensions
      and the same number of channels.
    - (C2) `kernel` and `stride` (n numbers) are positive, `padding` (2 n) is
      not negative; absent stride means the kernel, absent padding 0.
    - (C3) the spatial shape of the result is
      floor((in + before + after - kernel) / stride) + 1, and not empty.
    - (C4) the element type of a `sum` is i32 for integers, else the input's;
      of an `avg` a float, the input's if that is one; of a `max` the input's.
  }];
  let arguments = (ins SNN_PoolKind:$kind, SNN_Signal:$input,
      DenseI64ArrayAttr:$kernel,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$stride,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$padding,
      UnitAttr:$channels_last);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $kind $input `kernel` $kernel (`stride` $stride^)? (`padding` $padding^)?
    (`channels_last` $channels_last^)? attr-dict
    `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The pool as a depthwise convolution over two dimensions.
    ConvShape getShape();
  }];
}

def SNN_AddOp : SNN_Op<"add", [Pure, HasParent<"NetworkOp">]> {
  let summary = "the sum of signals";
  let description = [{
    Operands are converted to the result's element type and added from left to
    right.

    ```mlir
    %drive = snn.add %a, %r : tensor<38xf32>
    %count = snn.add %a, %b : (tensor<4xi1>, tensor<4xi32>) -> tensor<4xi32>
    ```

    Constraints:
    - (C1) there is at least one operand, and all have the result's shape.
    - (C2) the result is i32 or a float; a float operand has the result's
      element type.
  }];
  let arguments = (ins Variadic<SNN_Signal>:$addends);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $addends attr-dict `:`
    custom<SignalTypes>(ref($addends), type($addends), type($result))
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def SNN_MulOp : SNN_Op<"mul", [Pure, HasParent<"NetworkOp">]> {
  let summary = "the elementwise product of two signals";
  let description = [{
    Operands are converted to the result's element type first. The product of
    two binary signals is binary, their conjunction.

    Constraints:
    - (C1) both operands have the result's shape.
    - (C2) the result is i1 if both operands are; else i32 or a float; a float
      operand has the result's element type.
  }];
  let arguments = (ins SNN_Signal:$lhs, SNN_Signal:$rhs);
  let results = (outs SNN_Signal:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:`
    custom<BinaryTypes>(type($lhs), type($rhs), type($result))
  }];
  let hasVerifier = 1;
}

def SNN_ScaleOp : SNN_Op<"scale", [Pure, HasParent<"NetworkOp">]> {
  let summary = "a signal times constants";
  let description = [{
    `result = input * factor`, one rounding; the factor is a scalar or a tensor
    that broadcasts over the signal, aligned at the left. An integer input is
    converted to the factor's type first.

    ```mlir
    %y = snn.scale %x by %s : tensor<38xf32>, f32 -> tensor<38xf32>
    ```

    Constraints:
    - (C1) the result has the input's shape.
    - (C2) factor and result share one float element type; a float input has it
      too.
    - (C3) the factor's shape broadcasts over the input's.
    - (C4) the factor is a constant.
  }];
  let arguments = (ins SNN_Signal:$input, SNN_Parameter:$factor);
  let results = (outs SNN_FloatSignal:$result);
  let assemblyFormat = [{
    $input `by` $factor attr-dict `:` type($input) `,` type($factor) `->`
    type($result)
  }];
  let hasVerifier = 1;
}

def SNN_NormOp : SNN_Op<"norm", [Pure, HasParent<"NetworkOp">]> {
  let summary = "a normalisation with fixed statistics";
  let description = [{
    `result = fma(input, scale, shift)`: what a batch-norm is at inference.
    `scale` and `shift` are scalars or tensors that broadcast over the signal,
    aligned at the left. An integer input is converted first.

    ```mlir
    %y = snn.norm %x scale %s shift %b
        : (tensor<64x8x8xf32>, tensor<64xf32>, tensor<64xf32>)
        -> tensor<64x8x8xf32>
    ```

    Constraints:
    - (C1) the result has the input's shape.
    - (C2) scale, shift and result share one float element type; a float input
      has it too.
    - (C3) the shapes of scale and shift broadcast over the input's.
    - (C4) scale and shift are constants.
  }];
  let arguments = (ins SNN_Signal:$input, SNN_Parameter:$scale,
                       SNN_Parameter:$shift);
  let results = (outs SNN_FloatSignal:$result);
  let assemblyFormat = [{
    $input `scale` $scale `shift` $shift attr-dict `:`
    functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

#endif // VOLLEY_DIALECT_SNN_IR_SYNAPTICOPS_TD
