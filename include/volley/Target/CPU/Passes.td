// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_TARGET_CPU_PASSES_TD
#define VOLLEY_TARGET_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def CPUAssignActivity : Pass<"cpu-assign-activity", "::volley::snn::ProgramOp"> {
  let summary = "note what of each product's input was measured not to be zero";
  let description = [{
    Reads `profile`, the text of what `snn-run --profile-out=FILE.json` has
    written of the same network, and notes the activity of each product,
    convolution and pool: the fraction of elements of its input that are not
    zero. Passes after this one choose by it; it changes no result.

    An op is found by its node, what it is, and its place among such ops of the
    node. Remarks say which ops have no measurement, and which measurements no
    op. Text that is no such profile is an error at `source`. Without `profile`
    nothing is done.

    Before:
    ```mlir
    %y = snn.dense %spikes, %w : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
    ```
    After:
    ```mlir
    %y = snn.dense %spikes, %w {snn.activity = 0.034 : f64} : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
    ```
  }];
  let options = [
    Option<"profile", "profile", "std::string", "\"\"",
           "what snn-run --profile-out has written">,
    Option<"source", "source", "std::string", "\"\"",
           "what the profile is called in messages">
  ];
}

def CPUSelectKernels : Pass<"cpu-select-kernels", "::volley::snn::ProgramOp"> {
  let summary = "choose a kernel for every product and convolution";
  let description = [{
    Each strategy (lib/Target/CPU/Strategies.h) says whether it can run an op and
    what it would cost; the cheapest is recorded as the op's `kernel` and as a
    remark with the numbers. The activity of an op's input, which that depends
    on, is as measured (cpu-assign-activity), or assumed by the type: a tenth of
    binary elements and a fifth of integers are not zero; of floats nothing is
    known. Strategies differ in speed only: all give the same bits. `force` names
    a strategy that is taken wherever it is compatible, for all rows
    (`snn.dense_above` of 1); a remark says so if that is nowhere.

    A product of two signals has one that is compatible, by its types; pools are
    not chosen for.

    `bytes` says what multiplies bytes: `tiles` of a matrix unit, `vectors` of
    x86-64, or `none`. Strategies that need another are not taken.

    Before:
    ```mlir
    %y = snn.dense %spikes, %w : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
    ```
    After:
    ```mlir
    %y = snn.dense %spikes, %w kernel "event" : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
    ```
  }];
  let options = [
    Option<"force", "force", "std::string", "\"\"",
           "a strategy to take wherever it is compatible">,
    Option<"bytes", "bytes", "std::string", "\"vectors\"",
           "what multiplies bytes: none, vectors or tiles">
  ];
}

def CPUFuseNeurons : Pass<"cpu-fuse-neurons", "::volley::snn::ProgramOp"> {
  let summary = "let products hand their results to the population behind them";
  let description = [{
    Marks products and convolutions whose result only a population uses as
    `snn.fused`. Such an op runs where the population's step is: as soon as a
    panel of its outputs is complete for some rows and all steps of the tile, the
    neurons do their steps on it, while it is in the first cache. What lies
    between them, a norm or a scale, is part of the population's law by then
    (snn-fuse-elementwise), and what it emits is stored as spikes. The
    intermediate sums never go to memory, and threads share one loop instead of
    two. Each sum and each step is computed as before, so no bit changes.

    Not fused: strategies whose kernel cannot (`Strategy::takesNeurons`), ops in
    several groups, rows of more terms than the queue of events holds.

    Before:
    ```mlir
    %y = snn.dense %s, %w kernel "event" : ...
    %t, %v1 = snn.step @lif "a" (%y) state(%v : ...) : ...
    ```
    After:
    ```mlir
    %y = snn.dense %s, %w kernel "event" {snn.fused} : ...
    %t, %v1 = snn.step @lif "a" (%y) state(%v : ...) : ...
    ```
  }];
}

def CPUEstimateWork : Pass<"cpu-estimate-work", "::volley::snn::ProgramOp"> {
  let summary = "estimate what a run does, for threads to share it";
  let description = [{
    Threads share a run if it takes longer than it takes to wake them: a batch
    by samples where these can be dealt out evenly, and otherwise the loops over
    outputs within a sample, if there is enough work in them. The runtime decides
    when it knows batch and threads, from what this pass records as `snn.work`:
    what is shared (below), estimates of the cycles of one row (one step of one
    sample), of what is done of a sample once after a reset, and at the end of a
    run; and the loops that are shared per tile, those per step of a tile, which a
    recurrence has, after a reset, and at the end. Results do not depend on it.

    `share` overrides the decision: `never` shares samples only. For tests,
    `batch` deals out every batch and `always` shares every loop, however short
    they are.

    Before:
    ```mlir
    snn.program @net(...) ... { ... }
    ```
    After:
    ```mlir
    snn.program @net(...) ... attributes {snn.work = array<i64: 0, 13250, 0, 0, 5, 0, 0, 0>} { ... }
    ```
  }];
  let options = [
    Option<"share", "share", "std::string", "\"auto\"",
           "auto, never, batch or always">
  ];
}

def CPUAllocateStorage
    : Pass<"cpu-allocate-storage", "::volley::snn::ProgramOp"> {
  let summary = "give every signal, state and weight its place in memory";
  let description = [{
    Sets, in bytes:

    * `snn.state_offsets` and `snn.sample_bytes` on the program: where each state
      is in the state of one sample, and the size of that;
    * `snn.buffers` on each op: where its results are in the workspace of a
      tile, -1 for a result that is the same memory as an operand or a state.
      Signals that are not alive at the same time share memory;
    * `snn.workspace_bytes` on the program;
    * `snn.weights` on each op that reads constants from the weight image:
      where they are in it, -1 for a parameter that is an immediate; and
      `snn.weight_bytes` on the program.

    Before:
    ```mlir
    %s, %v1 = snn.step @lif "a"(%x) state(%v : tensor<38xf32>) ...
    ```
    After:
    ```mlir
    %s, %v1 = snn.step @lif "a"(%x) state(%v : tensor<38xf32>) ...
        {snn.buffers = array<i64: 9728, -1>, snn.weights = array<i64: -1, -1>}
    ```

    Refuses programs whose ops have no kernels yet.
  }];
}

def CPULowerProgram : Pass<"cpu-lower-program", "::mlir::ModuleOp"> {
  let summary = "turn programs into loops and calls of kernels";
  let description = [{
    The program becomes a function over one tile (lib/Kernels/Descriptor.h), in
    which every op is a call: of a kernel for products, convolutions, pools and
    moves, of a generated function for the steps of populations. Steps of the
    same law, shape and kinds of parameters share one function, and layers share
    kernels, so that what grows with depth is the calls alone: by 1.9 KB for each
    further block of a Spikformer, whose first 8 have 109 KB with everything. Neuron
    laws are vectorised over neurons, state in registers over the steps of the
    tile.

    Before:
    ```mlir
    snn.program @net(%x: tensor<12xf32>) ... { ... }
    ```
    After:
    ```mlir
    func.func private @step_0(%in: !llvm.ptr, ...) { scf.for ... }
    func.func @volley_tile(%tile: !llvm.ptr) {
      ...
      llvm.call @volley_dense_event_i1_f32(...) : (...) -> ()
      func.call @step_0(...) : (...) -> ()
    }
    ```

    Decides nothing: kernels and places come from the passes before.

    With `profile`, calls that take the time and count what is not zero stand
    around each kernel (lib/Kernels/Profile.cpp), and the module's `snn.layers`
    says what they are of. Kernels are the same, and so are results.
  }];
  let options = [
    Option<"profile", "profile", "bool", "false",
           "have each kernel's time taken and its spikes counted">
  ];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

#endif // VOLLEY_TARGET_CPU_PASSES_TD
