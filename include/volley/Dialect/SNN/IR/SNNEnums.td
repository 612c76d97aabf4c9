// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_IR_SNNENUMS_TD
#define VOLLEY_DIALECT_SNN_IR_SNNENUMS_TD

include "mlir/IR/EnumAttr.td"
include "volley/Dialect/SNN/IR/SNNDialect.td"

class SNN_I32Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::volley::snn";
}

def SNN_NeuronKind : SNN_I32Enum<"NeuronKind", "the named neuron", [
  I32EnumAttrCase<"Integrator", 0, "integrator">,
  I32EnumAttrCase<"IF", 1, "if">,
  I32EnumAttrCase<"LI", 2, "li">,
  I32EnumAttrCase<"LIF", 3, "lif">,
  I32EnumAttrCase<"CubaLI", 4, "cuba_li">,
  I32EnumAttrCase<"CubaLIF", 5, "cuba_lif">,
  I32EnumAttrCase<"Threshold", 6, "threshold">
]>;

def SNN_Scheme : SNN_I32Enum<"Scheme",
    "how the neuron's differential equation becomes a step", [
  I32EnumAttrCase<"ForwardEuler", 0, "forward_euler">,
  I32EnumAttrCase<"Exponential", 1, "exponential">,
  I32EnumAttrCase<"ZeroOrderHold", 2, "zero_order_hold">,
  I32EnumAttrCase<"PerStep", 3, "per_step">,
  I32EnumAttrCase<"Exact", 4, "exact">
]>;

def SNN_Reset : SNN_I32Enum<"Reset",
    "what a spike does to the membrane potential", [
  I32EnumAttrCase<"None", 0, "none">,
  I32EnumAttrCase<"Zero", 1, "zero">,
  I32EnumAttrCase<"Subtract", 2, "subtract">
]>;

def SNN_Compare : SNN_I32Enum<"Compare",
    "the comparison of membrane potential and threshold", [
  I32EnumAttrCase<"GT", 0, "gt">,
  I32EnumAttrCase<"GE", 1, "ge">
]>;

def SNN_Spikes : SNN_I32Enum<"Spikes",
    "how many spikes one neuron may emit in one step", [
  I32EnumAttrCase<"Single", 0, "single">,
  I32EnumAttrCase<"Multi", 1, "multi">
]>;

def SNN_SumLaw : SNN_I32Enum<"SumLaw", "the law of a sum", [
  I32EnumAttrCase<"Ascending", 0, "ascending">,
  I32EnumAttrCase<"Exact", 1, "exact">
]>;

def SNN_PoolKind : SNN_I32Enum<"PoolKind", "the reduction of a pool", [
  I32EnumAttrCase<"Sum", 0, "sum">,
  I32EnumAttrCase<"Avg", 1, "avg">,
  I32EnumAttrCase<"Max", 2, "max">
]>;

def SNN_ReduceKind : SNN_I32Enum<"ReduceKind", "a reduction over dimensions", [
  I32EnumAttrCase<"Sum", 0, "sum">,
  I32EnumAttrCase<"Mean", 1, "mean">,
  I32EnumAttrCase<"Max", 2, "max">
]>;

def SNN_TimeReduceKind : SNN_I32Enum<"TimeReduceKind",
    "a reduction over the steps of a run", [
  I32EnumAttrCase<"Sum", 0, "sum">,
  I32EnumAttrCase<"Mean", 1, "mean">,
  I32EnumAttrCase<"Max", 2, "max">,
  I32EnumAttrCase<"Last", 3, "last">,
  I32EnumAttrCase<"FirstSpike", 4, "first_spike">
]>;

def SNN_Event : SNN_I32Enum<"Event", "when a region of a program runs", [
  I32EnumAttrCase<"Start", 0, "start">,
  I32EnumAttrCase<"End", 1, "end">
]>;

#endif // VOLLEY_DIALECT_SNN_IR_SNNENUMS_TD
