// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_IR_SNNINTERFACES_TD
#define VOLLEY_DIALECT_SNN_IR_SNNINTERFACES_TD

include "mlir/IR/OpBase.td"

def SNN_LatencyOpInterface : OpInterface<"LatencyOpInterface"> {
  let description = [{
    An op with results that depend on earlier steps of its operands. A result
    that depends on nothing else may close a cycle of a network.
  }];
  let cppNamespace = "::volley::snn";
  let methods = [
    InterfaceMethod<[{
      The least number of steps between an operand and a result; 0 means that
      the result may depend on the operand of the same step.
    }], "int64_t", "getLeastLatency", (ins "unsigned":$result)>,
    InterfaceMethod<[{
      The largest number of steps between an operand and a result.
    }], "int64_t", "getLargestLatency", (ins "unsigned":$result)>,
  ];
}

def SNN_SynapticOpInterface : OpInterface<"SynapticOpInterface"> {
  let description = [{
    An op that sums weighted signals. Analyses use this interface and never
    the name of an op, so that further kinds of projection can join.

    The order of the sum is part of an op's meaning (`docs/Spec/Sums.md`): the
    interface gives its length, the op's entry in the Spec gives its order.
  }];
  let cppNamespace = "::volley::snn";
  let methods = [
    InterfaceMethod<"The signal that is summed.", "::mlir::Value",
                    "getSource">,
    InterfaceMethod<[{
      The largest number of terms that one element of the result sums (the
      fan-in of one target neuron).
    }], "int64_t", "getFanIn">,
    InterfaceMethod<[{
      Synaptic operations of one step if every source is active: the number of
      (source, target) pairs, padding not counted.
    }], "int64_t", "getSynapseCount">,
    InterfaceMethod<"True if each term is multiplied by a weight.", "bool",
                    "hasWeights">,
  ];
}

#endif // VOLLEY_DIALECT_SNN_IR_SNNINTERFACES_TD
