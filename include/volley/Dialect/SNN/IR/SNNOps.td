// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_IR_SNNOPS_TD
#define VOLLEY_DIALECT_SNN_IR_SNNOPS_TD

include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "volley/Dialect/SNN/IR/SNNDialect.td"
include "volley/Dialect/SNN/IR/SNNEnums.td"
include "volley/Dialect/SNN/IR/SNNInterfaces.td"

class SNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<SNN_Dialect, mnemonic, traits>;

// A binary spike, a counted or graded spike, a current.
def SNN_Element : AnyTypeOf<[I1, I32, F32, F64], "i1, i32, f32 or f64">;
def SNN_Signal : Type<
    CPred<"::volley::snn::isSignalType($_self)">,
    "a signal (a tensor of static shape, at least one element, of i1, i32, f32 "
    "or f64)", "::mlir::RankedTensorType">;
def SNN_FloatSignal : ConfinedType<
    SNN_Signal, [CPred<"::volley::snn::getElementTypeOrSelf($_self).isFloat()">],
    "a signal of f32 or f64", "::mlir::RankedTensorType">;
def SNN_Float : AnyTypeOf<[F32, F64], "f32 or f64">;
// A parameter of a neuron: a scalar, or a tensor that broadcasts (left
// aligned) over the population.
def SNN_Parameter : AnyTypeOf<[SNN_Element, SNN_Signal],
    "an element or a tensor of elements">;

include "volley/Dialect/SNN/IR/NetworkOps.td"
include "volley/Dialect/SNN/IR/NeuronOps.td"
include "volley/Dialect/SNN/IR/SynapticOps.td"
include "volley/Dialect/SNN/IR/ProgramOps.td"

#endif // VOLLEY_DIALECT_SNN_IR_SNNOPS_TD
