// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_TRANSFORMS_PASSES_TD
#define VOLLEY_DIALECT_SNN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def SNNDiscretize : Pass<"snn-discretize", "::mlir::ModuleOp"> {
  let summary = "turn named neurons into populations of neuron models";
  let description = [{
    Every `snn.neuron` becomes a `snn.population` of a `snn.neuron_model` that
    holds the kind's law under the op's scheme, reset and comparison, as
    `docs/Spec/NamedNeurons.md` gives it. Coefficients (a decay per step, say)
    are computed in f64 from the parameters and the network's `dt`, then rounded
    once to the network's float type; uniform ones become scalars. Neurons with
    the same law share one model. A `late` neuron is followed by a
    `snn.delay by 1`.

    Before:
    ```mlir
    %s = snn.neuron lif "lif1"(%drive) params(tau = %tau, ...)
        scheme(forward_euler) reset(zero) compare(gt) spikes(single)
        : (tensor<38xf32>) -> tensor<38xi1>
    ```
    After:
    ```mlir
    snn.neuron_model private @lif(state %v: f32 = 0.0, in %x: f32,
        param %k: f32, param %threshold: f32, param %v_reset: f32)
        -> (spikes: i1) {
      %0 = arith.subf %x, %v : f32
      %1 = math.fma %k, %0, %v : f32
      %2 = arith.cmpf ogt, %1, %threshold : f32
      %3 = arith.select %2, %v_reset, %1 : f32
      snn.next(%3 : f32) emit(%2 : i1)
    }
    ...
    %s = snn.population @lif "lif1"(%drive) params(%k, %thr, %zero : f32, f32,
        f32) : (tensor<38xf32>) -> tensor<38xi1>
    ```

    Refuses parameters that are no constants.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect"];
}

def SNNInsertProbes : Pass<"snn-insert-probes", "::mlir::ModuleOp"> {
  let summary = "record outputs and states of neurons";
  let description = [{
    For each entry `NODE:WHAT` of `record`, a `snn.probe` is added to the network
    that holds the neuron or population `NODE`. `WHAT` is `spikes` (or
    `output`, of kinds that emit their potential), or a state, which the op then
    exposes. A probe that is there already stays.

    Before, with `record=lif1:v`:
    ```mlir
    %s = snn.neuron lif "lif1"(%drive) ... : (tensor<38xf32>) -> tensor<38xi1>
    ```
    After:
    ```mlir
    %s, %v = snn.neuron lif "lif1"(%drive) ... expose ["v"]
        : (tensor<38xf32>) -> (tensor<38xi1>, tensor<38xf32>)
    snn.probe "lif1"::"v" %v : tensor<38xf32>
    ```

    Refuses names that the network does not have, and lists those it has.
  }];
  let options = [
    ListOption<"record", "record", "std::string",
               "what to record, as NODE:WHAT">
  ];
}

def SNNEliminateDeadSignals
    : Pass<"snn-eliminate-dead-signals", "::volley::snn::NetworkOp"> {
  let summary = "remove what no output and no probe depends on";
  let description = [{
    Ops of a network region that hold each other alive in a cycle are not
    trivially dead; this pass keeps what outputs and probes reach against the
    flow of data, what may fail, and erases the rest. A signal's value depends on
    nothing but what is reached so from its op, so no bit of a kept one changes.

    Before:
    ```mlir
    %late = snn.delay %dead by 1 : tensor<4xi1>
    %dead = snn.population @m "dead"(%late) : (tensor<4xi1>) -> tensor<4xi1>
    snn.output %x : tensor<4xf32>
    ```
    After:
    ```mlir
    snn.output %x : tensor<4xf32>
    ```
  }];
}

def SNNVerifyWeights
    : Pass<"snn-verify-weights", "::volley::snn::NetworkOp"> {
  let summary = "check that weights and biases are finite";
  let description = [{
    The law of sums (`docs/Spec/Sums.md`) lets a kernel skip the terms of inputs
    that are zero, which gives the same bits only if no weight is infinite or
    NaN. That is checked here once, and not by the verifiers, which run after
    every pass: weights are large.

    ```mlir
    %w = arith.constant dense<[[1.0, 0x7FC00000]]> : tensor<1x2xf32>
    // error: expects finite weights and biases, but got nan at element 1
    %a = snn.dense %x, %w : (tensor<2xf32>, tensor<1x2xf32>) -> tensor<1xf32>
    ```
  }];
}

def SNNVerifyPhase : Pass<"snn-verify-phase", "::mlir::ModuleOp"> {
  let summary = "check that a phase has left only the ops it may";
  let description = [{
    Ends every phase (`include/volley/Pipelines/Phases.h`). An op that the phase
    should have turned into something else is an error that names the op and
    the phase: a bug of a pass, not of the model.
  }];
  let options = [
    Option<"phase", "phase", "std::string", "\"\"", "the name of the phase">,
    ListOption<"legal", "legal", "std::string",
               "names of ops that may be left; \"arith.*\" means a dialect">
  ];
}

def SNNReassociateProducts
    : Pass<"snn-reassociate-products", "::volley::snn::NetworkOp"> {
  let summary = "multiply three signals in the cheaper order";
  let description = [{
    Attention without a softmax is a product of three signals. (Q K^T) V takes
    N N d + N N d multiplications for N tokens of d features, Q (K^T V) takes
    N d d + N d d. The pass takes the cheaper one by the numbers of a step.

    Before:
    ```mlir
    %qk = snn.matmul %q, %kt : (tensor<196x64xi1>, tensor<64x196xi1>) -> tensor<196x196xi32>
    %s  = snn.scale %qk by %eighth : tensor<196x196xi32>, f32 -> tensor<196x196xf32>
    %y  = snn.matmul %s, %v : (tensor<196x196xf32>, tensor<196x64xi1>) -> tensor<196x64xf32>
    ```
    After:
    ```mlir
    %kv = snn.matmul %kt, %v : (tensor<64x196xi1>, tensor<196x64xi1>) -> tensor<64x64xi32>
    %n  = snn.matmul %q, %kv : (tensor<196x64xi1>, tensor<64x64xi32>) -> tensor<196x64xi32>
    %y  = snn.scale %n by %eighth : tensor<196x64xi32>, f32 -> tensor<196x64xf32>
    ```

    The same bits, for two reasons. Integers modulo 2^32 are a ring: their
    matrix product is associative, whatever wraps. And a scale by a power of two
    c may follow the product instead of preceding it if every partial sum is an
    integer that the float type holds (range analysis says so): then each fma
    adds c times an integer to c times an integer without rounding, and the sum
    is c times the integer sum; a sum of zero is +0.0 either way, as c > 0.

    Refuses products of floats, inner products with other uses, and other scales.
  }];
}

def SNNFoldNorms : Pass<"snn-fold-norms", "::volley::snn::NetworkOp"> {
  let summary = "make norms and scales part of weights; changes bits";
  let description = [{
    A `snn.norm` or `snn.scale` behind a product or a convolution that nothing
    else uses, with one number per output, becomes part of weight and bias:
    w s and b s + t, each computed in f64 and rounded once.

    Before:
    ```mlir
    %y = snn.conv %x, %w bias %b : (tensor<2x8x8xi1>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<4x6x6xf32>
    %n = snn.norm %y scale %s shift %t : (tensor<4x6x6xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4x6x6xf32>
    ```
    After:
    ```mlir
    %n = snn.conv %x, %ws bias %bst : (tensor<2x8x8xi1>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<4x6x6xf32>
    ```

    Not part of the default pipeline (`--fold-norms`): the sum of w s rounds
    elsewhere than the sum of w, times s, so potentials differ by roundings and a
    spike may differ where one is that close to its threshold. Without the pass a
    norm is one fused multiply-add in the law of the neuron behind it, and costs
    no pass over memory; folding pays where a target has no such multiplication.

    Refuses norms with a number per position, and those that would make a weight
    infinite.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def SNNNarrowSignals : Pass<"snn-narrow-signals", "::mlir::ModuleOp"> {
  let summary = "give floats that are spikes or counts an integer type";
  let description = [{
    A float signal that range analysis knows to be 0 or 1 becomes a binary one,
    one that is always another integer an i32, where a user of it has a form for
    that: a product of spikes becomes their conjunction, a maximum (a pool) their
    disjunction, a sum one of integers, a product of two signals a count of
    coincidences; products with weights and convolutions get their event-driven
    kernels.

    Before:
    ```mlir
    %not = snn.norm %y scale %minus1 shift %one : (tensor<8xi1>, f32, f32) -> tensor<8xf32>
    %and = snn.mul %x, %not : (tensor<8xi1>, tensor<8xf32>) -> tensor<8xf32>
    %a = snn.dense %and, %w : (tensor<8xf32>, tensor<4x8xf32>) -> tensor<4xf32>
    ```
    After:
    ```mlir
    %not = snn.norm %y scale %minus1 shift %one : (tensor<8xi1>, f32, f32) -> tensor<8xf32>
    %b = snn.population @to_spike ""(%not) : (tensor<8xf32>) -> tensor<8xi1>
    %and = snn.mul %x, %b : tensor<8xi1>
    %a = snn.dense %and, %w : (tensor<8xi1>, tensor<4x8xf32>) -> tensor<4xf32>
    ```

    The same bits. The analysis proves for every rewritten signal that it holds
    no NaN, no fraction and no -0.0, and for every sum that its partial sums are
    integers that the float type holds: none of the float operations rounded. An
    integer that a float op reads is converted to the same float first, and a
    term whose input is 0 adds nothing to a sum with weights, which are finite. A
    product of two signals is rewritten only if both sides are integers.

    Counts of neurons of several levels are not expanded into binary steps
    (docs/Decisions/0011): that is a remark for each such population, with the
    number of levels if its law bounds them.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def SNNFoldScales : Pass<"snn-fold-scales", "::mlir::ModuleOp"> {
  let summary = "divide thresholds instead of scaling counts";
  let description = [{
    A count that is scaled by a power of two c in front of neurons that only add,
    compare and choose (integrate-and-fire, thresholds) reaches them as it is; what
    they compare it with, their thresholds and resets, is divided by c.

    Before:
    ```mlir
    %y = snn.scale %n by %eighth : tensor<4xi32>, f32 -> tensor<4xf32>
    %s = snn.population @if "if"(%y) params(%thr : f32) : (tensor<4xf32>) -> tensor<4xi1>
    ```
    After, with a threshold that is 8 times as large:
    ```mlir
    %s = snn.population @if_0 "if"(%n) params(%thr8 : f32) : (tensor<4xi32>) -> tensor<4xi1>
    ```

    The same bits. Unification divides the law's values into those in the unit of
    the input and others; no multiplication (but by a spike), root or rounding may
    touch the former. By induction every value in the unit is c times its new
    value: sums round alike, because c only shifts exponents; numbers stay far
    from overflow, since inputs are integers below 2^24, constants lie between
    2^-64 and 2^64, and no state grows faster than by a sum of these, so that it
    stops at 2^24 times the largest; and the sum of two floats that is subnormal
    is exact. Comparisons and choices are the same. A state that something reads
    is multiplied by c, which is exact for the same reasons.

    Refuses laws that multiply: a leaky potential decays until it is subnormal,
    where c changes its rounding.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def SNNMergeEquivalent
    : Pass<"snn-merge-equivalent", "::volley::snn::NetworkOp"> {
  let summary = "merge ops that always give the same";
  let description = [{
    Ops that do the same to the same signals are computed once, populations
    with their states and whole recurrent parts included: classes of ops that
    look alike are divided while their members read different classes. A merged
    population has the name of the first; probes of the others record the same
    signal under their own names.

    Before:
    ```mlir
    %s = snn.population @lif "a"(%x, %sl) : ...
    %sl = snn.delay %s by 1 : ...
    %t = snn.population @lif "b"(%x, %tl) : ...
    %tl = snn.delay %t by 1 : ...
    ```
    After: `%t` and `%tl` are `%s` and `%sl`.

    Proof: ops of a final class have the same law, the same initial state and
    operands of the same classes. By induction over steps, and within a step over
    the order of its results, members of a class give equal values.
  }];
}

def SNNFoldSilentSignals
    : Pass<"snn-fold-silent-signals", "::volley::snn::NetworkOp"> {
  let summary = "read constants instead of signals that never change";
  let description = [{
    A signal whose range (`volley/Analysis/Ranges.h`) is one number is a constant
    to the sums, products and populations that read it. Such are the spikes of a
    population whose potential stays below its threshold, products with weights
    that are all zero, and whatever is made of these only. What is then read by
    nobody is dead, and `snn-eliminate-dead-signals` removes it.

    Before:
    ```mlir
    %zero = arith.constant dense<0.0> : tensor<4x4xf32>
    %r = snn.dense %late, %zero : (tensor<4xi1>, tensor<4x4xf32>) -> tensor<4xf32>
    %i = snn.add %x, %r : tensor<4xf32>
    ```
    After:
    ```mlir
    %c = arith.constant dense<0.0> : tensor<4xf32>
    %i = snn.add %x, %c : tensor<4xf32>
    ```

    Potentials are bounded by running the law on intervals, rounded as its type
    rounds, from the initial states until nothing grows; a bound that grows is
    tried at the constants of the law. Rounding keeps the order of numbers, so the
    bounds hold for every step, and no bit changes.

    What it leaves: operands that give their op its rate, and outputs, whose rate
    is part of the interface; populations that read fractions from outside their
    law, as ranges of signals are of integers; a product with a float of no known
    range, which may be infinite; all signals of a network in which a law asserts something, as
    that ends a run whoever reads it.
  }];
}

def SNNCountOperations
    : Pass<"snn-count-operations", "::volley::snn::NetworkOp"> {
  let summary = "report how many operations a network takes";
  let description = [{
    A remark per product, convolution and projection: its multiply-adds if every
    source is active, and whether they are done in every step, once after a
    reset (static work, if it will be hoisted) or at the end of a run; then the
    sums for the network. Changes nothing.
  }];
  let options = [
    Option<"hoist", "hoist", "bool", /*default=*/"true",
           "static work will be done once (snn-hoist-static-ops)">
  ];
}

def SNNAssignLayout : Pass<"snn-assign-layout", "::volley::snn::NetworkOp"> {
  let summary = "move channels to the last dimension around convolutions";
  let description = [{
    Convolutions and pools sum over the channels of a position first, so they
    are fast on signals with the channels innermost. This pass turns them and
    all elementwise ops, delays and populations connected with them to
    channels-last signals, permutes parameters with them, and puts a
    `snn.transpose` where such a signal meets any other op.

    Before:
    ```mlir
    %y = snn.conv %x, %w : (tensor<2x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<4x6x6xf32>
    %s = snn.population @lif "a"(%y) params(%thr : tensor<4xf32>) : (tensor<4x6x6xf32>) -> tensor<4x6x6xi1>
    ```
    After:
    ```mlir
    %t = snn.transpose %x [1, 2, 0] : tensor<2x8x8xf32> -> tensor<8x8x2xf32>
    %y = snn.conv %t, %w channels_last : (tensor<8x8x2xf32>, tensor<4x2x3x3xf32>) -> tensor<6x6x4xf32>
    %s = snn.population @lif "a"(%y) params(%thr1 : tensor<1x1x4xf32>) : (tensor<6x6x4xf32>) -> tensor<6x6x4xi1>
    ```

    No sum changes its order: the law of a convolution does not depend on the
    layout. A convolution of single positions (kernel 1, stride 1, one group)
    becomes the product that it is then, with one weight for all positions.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def SNNFuseElementwise : Pass<"snn-fuse-elementwise", "::mlir::ModuleOp"> {
  let summary = "make elementwise ops part of the laws that use them";
  let description = [{
    `snn.add`, `snn.mul`, `snn.scale` and `snn.norm` become populations of
    stateless models; a stateless population with one use is merged into the
    population that uses it if it has a value as often (what is static stays
    out of streams). What remains for code generation is one kind of elementwise
    op, and a sum of currents costs no pass over memory.

    A `snn.reduce_time` becomes a law that runs along (a running sum, a count of
    steps, the largest value so far) and a `snn.reduce_time last` of its states.

    Before:
    ```mlir
    %drive = snn.add %a, %r : tensor<38xf32>
    %s = snn.population @lif "lif1"(%drive) params(%k, %thr : f32, f32)
        : (tensor<38xf32>) -> tensor<38xi1>
    ```
    After:
    ```mlir
    %s = snn.population @lif_0 "lif1"(%a, %r) params(%k, %thr : f32, f32)
        : (tensor<38xf32>, tensor<38xf32>) -> tensor<38xi1>
    ```
    where `@lif_0` is `@lif` with `%x = arith.addf %a, %b : f32` in front. A
    stateless law is a function of this step's inputs, element by element, and
    where its one user reads an element, the user's law computes the same
    operations on the same inputs in the same order; so no bit changes. A norm and
    a scale become part of the neuron's input that way. A law gets no more
    than 32 inputs that way, and an `snn.add` of more becomes a chain.
  }];
  let options = [
    Option<"fuse", "fuse", "bool", /*default=*/"true",
           "merge populations; without it, each op becomes one of its own">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def SNNSetSumLaw : Pass<"snn-set-sum-law", "::volley::snn::NetworkOp"> {
  let summary = "choose the law of sums";
  let description = [{
    Gives every product and convolution the law `law`. `exact` is for inputs that
    are integers, by type or because the analysis of ranges proves it, and for
    f32; other sums stay as they are, which is a remark.

    Changes bits: which law a sum has is part of a network's meaning.

    Before:
    ```mlir
    %y = snn.dense %s, %w : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
    ```
    After, with `law=exact`:
    ```mlir
    %y = snn.dense %s, %w sum exact : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
    ```
  }];
  let options = [
    Option<"law", "law", "std::string", "\"exact\"", "exact or ascending">
  ];
}

def SNNFindIntegerSums
    : Pass<"snn-find-integer-sums", "::volley::snn::NetworkOp"> {
  let summary = "note which sums are sums of integers";
  let description = [{
    Sums of spikes are sums of weights, and those of counts of their multiples.
    They are integers by an exact sum's law (docs/Spec/Sums.md); and so they are
    by the ascending law where every weight of an output is an integer times one
    power of two and no sum reaches 2^24 of it, since f32 rounds none of these
    sums: weights that were trained or rounded to 8 bits are such. Integers may
    be added in any order, so that other kernels give the same bits.

    Noted is how many digits of 8 bits the integers have, how many bits, with its
    sign, a sum (16, 32 or 64), and the largest input, 255 at most; smaller ones
    are not negative. How many weights of an exact sum are coarser than 2^-12 of
    themselves as integers is a remark.

    Before:
    ```mlir
    %y = snn.dense %spikes, %w : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
    ```
    After:
    ```mlir
    %y = snn.dense %spikes, %w {snn.integer_sums = array<i64: 1, 16, 1>} : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
    ```
  }];
}

def SNNExpandExactSums : Pass<"snn-expand-exact-sums", "::mlir::ModuleOp"> {
  let summary = "make exact sums sums of double precision";
  let description = [{
    Replaces a product or convolution with `sum exact` by an ascending one in f64
    whose weights are the integers of the law, and a population that finishes it:
    one conversion to f32, one multiplication with a power of two, the bias. The
    law is defined by this sum (docs/Spec/Sums.md), so no bit changes; while
    partial sums stay below 2^53, which are exact in f64, no order does either.
    For sums that the target has no kernel for: `bytes` says what it multiplies
    bytes with. Sums of integers (snn-find-integer-sums) stay where they fit 32
    bits; on the `tiles` of a matrix unit also larger ones in one group. A remark
    gives the reason, and how many bits the sum has.

    Before:
    ```mlir
    %y = snn.dense %s, %w bias %b sum exact
        : (tensor<784xi1>, tensor<128x784xf32>, tensor<128xf32>) -> tensor<128xf32>
    ```
    After:
    ```mlir
    %a = snn.dense %s, %q : (tensor<784xi1>, tensor<128x784xf64>) -> tensor<128xf64>
    %y = snn.population @exact ""(%a) params(%scale, %b : tensor<128xf32>, tensor<128xf32>)
        : (tensor<128xf64>) -> tensor<128xf32>
    ```
  }];
  let options = [
    Option<"bytes", "bytes", "std::string", /*default=*/"\"none\"",
           "what multiplies bytes: none, vectors or tiles">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def SNNHoistStaticOps : Pass<"snn-hoist-static-ops", "::volley::snn::NetworkOp"> {
  let summary = "do static work once after a reset";
  let description = [{
    Marks every op of a static signal, by the rates of signals, for
    `snn-schedule-network` to hoist out of time; each is a remark. A static
    signal has the same value at every step (docs/Spec/README.md), so no bit
    depends on when it is computed: the first convolution of a network that sees
    one image at every step is computed once. Without this pass it is computed at
    every step, as if the image were a stream.

    Before:
    ```mlir
    snn.network @net(static %image: tensor<9xf32>) ... {
      %y = snn.dense %image, %w : (tensor<9xf32>, tensor<4x9xf32>) -> tensor<4xf32>
    ```
    After:
    ```mlir
    snn.network @net(static %image: tensor<9xf32>) ... {
      %y = snn.dense %image, %w {snn.once} : (tensor<9xf32>, tensor<4x9xf32>) -> tensor<4xf32>
    ```
  }];
}

def SNNScheduleNetwork : Pass<"snn-schedule-network", "::mlir::ModuleOp"> {
  let summary = "turn networks into programs with explicit time and state";
  let description = [{
    Walks the strongly connected components of a network along the flow of data.
    An op on no cycle acts on a whole tile of steps at once; a cycle becomes a
    `snn.scan`, whose region runs step by step. States of populations and
    histories of delays become arguments and results of the program.

    Before:
    ```mlir
    snn.network @net(%x: tensor<3xf32>) -> (out: tensor<2xi1>) dt(1.0e-4) {
      %a = snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
      %r = snn.dense %late, %wr : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
      %s = snn.population @lif "lif"(%a, %r) ... -> tensor<2xi1>
      %late = snn.delay %s by 1 : tensor<2xi1>
      snn.output %s : tensor<2xi1>
    }
    ```
    After:
    ```mlir
    snn.program @net(%x: tensor<3xf32>)
        state(%v "lif"::"v": tensor<2xf32> = 0.0 : f32,
              %history "lif"::"delay": tensor<1x2xi1> = false)
        -> (out: tensor<2xi1>) dt(1.0e-4) rows(64) {
      %a = snn.dense %x, %w ...
      %r:3 = snn.scan (%in = %a: tensor<2xf32>)
          carry(%v1 = %v: tensor<2xf32>, %h = %history: tensor<1x2xi1>)
          -> (tensor<2xi1>, tensor<2xf32>, tensor<1x2xi1>) {
        %late = snn.delay_read %h by 1 : tensor<1x2xi1> -> tensor<2xi1>
        %b = snn.dense %late, %wr ...
        %s:2 = snn.step @lif "lif"(%in, %b) state(%v1 ...) ...
        %h1 = snn.delay_write %s#0 into %h : tensor<2xi1>, tensor<1x2xi1>
        snn.yield(%s#0 : tensor<2xi1>) carry(%s#1, %h1 : ...)
      }
      snn.yield(%r#0 : tensor<2xi1>) carry(%r#1, %r#2 : ...)
    }
    ```

    Ops that `snn-hoist-static-ops` marked go to a `snn.when start`, once after a
    reset, and a state keeps what others read. A static input is kept in a state
    in any case: later runs do not read it. What only window values and outputs
    want of other static signals is their value at the last step of a run.

    A tile holds `rows` pairs of a step and a sample, or fewer if the network's
    largest signal would take more than `tile-bytes`, which is a remark; no bit
    depends on it. What is done once has one row, and sums that only a population
    reads are handed over in the cache: neither counts. If one row is all that
    fits, and signals become smaller along the network, the ops with the large
    ones are a `snn.scan` of their own, of one sample at a time, and a tile has
    as many rows as suit those behind (four at least).

    Refuses named neurons: they have no law yet.
  }];
  let options = [
    Option<"rows", "rows", "int64_t", "64",
           "(step, sample) pairs that a tile holds at most">,
    Option<"tileBytes", "tile-bytes", "int64_t", "4 << 20",
           "what a signal takes in a tile at most, if it has several rows">
  ];
}

def SNNComposeMoves : Pass<"snn-compose-moves", "::volley::snn::ProgramOp"> {
  let summary = "move elements once where they are moved several times";
  let description = [{
    Turns transpositions, slices and broadcasts into `snn.move`, which reads
    elements at any strides, and moves that follow each other into one: the heads
    of an attention block are sliced out of one product, split and transposed.
    What arrives where it was becomes a reshape, or nothing. Elements are copied
    as before, so no bit changes.

    Each op maps its result's index to its operand's, and a chain of them does so
    by strides as long as every dimension is a product of factors that are each
    one stride apart; a reshape that cuts through a factor ends the chain.

    Before:
    ```mlir
    %t = snn.transpose %x [1, 0] : tensor<196x1536xi1> -> tensor<1536x196xi1>
    %s = snn.slice %t offsets [512, 0] : tensor<1536x196xi1> -> tensor<512x196xi1>
    %r = snn.reshape %s : tensor<512x196xi1> -> tensor<8x64x196xi1>
    %k = snn.transpose %r [0, 2, 1] : tensor<8x64x196xi1> -> tensor<8x196x64xi1>
    ```
    After:
    ```mlir
    %k = snn.move %x offset 512 sizes [8, 196, 64] strides [64, 1536, 1]
        : tensor<196x1536xi1> -> tensor<8x196x64xi1>
    ```
  }];
  let options = [
    Option<"compose", "compose", "bool", /*default=*/"true",
           "make one move of several; without it, each becomes one of its own">
  ];
}

#endif // VOLLEY_DIALECT_SNN_TRANSFORMS_PASSES_TD
