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
    %s = snn.neuron lif "lif1" (%drive) params(tau = %tau, ...)
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
      snn.next (%3 : f32) emit (%2 : i1)
    }
    ...
    %s = snn.population @lif "lif1" (%drive) params(%k, %thr, %zero : f32, f32,
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
    %s = snn.neuron lif "lif1" (%drive) ... : (tensor<38xf32>) -> tensor<38xi1>
    ```
    After:
    ```mlir
    %s, %v = snn.neuron lif "lif1" (%drive) ... expose ["v"]
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
    flow of data, and erases the rest.

    Before:
    ```mlir
    %late = snn.delay %dead by 1 : tensor<4xi1>
    %dead = snn.population @m "dead" (%late) : (tensor<4xi1>) -> tensor<4xi1>
    snn.output %x : tensor<4xf32>
    ```
    After:
    ```mlir
    snn.output %x : tensor<4xf32>
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
    ListOption<"illegal", "illegal", "std::string",
               "names of ops that may not be left">
  ];
}

#endif // VOLLEY_DIALECT_SNN_TRANSFORMS_PASSES_TD
