// RUN: split-file %s %t
// RUN: snn-opt %t/left.mlir --snn-verify-phase='phase=canonical legal=snn.network,snn.output,snn.delay' -verify-diagnostics
// RUN: snn-opt %t/gone.mlir --snn-verify-phase='phase=canonical legal=snn.network,snn.output,snn.add' | FileCheck %t/gone.mlir
// RUN: snn-opt %t/gone.mlir --snn-verify-phase='phase=canonical legal=snn.*' | FileCheck %t/gone.mlir
// RUN: snn-opt %t/nested.mlir --snn-verify-phase='phase=lowered legal=snn.*' -verify-diagnostics
// RUN: snn-opt %t/module.mlir --snn-verify-phase='phase=lowered legal=snn.*' -verify-diagnostics

//--- left.mlir

// The op that is left is named, and the phase.
snn.network @net(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // expected-error @+1 {{'snn.add' op is left at the end of phase 'canonical'}}
  %y = snn.add %x, %x : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

//--- gone.mlir

// Nothing is changed.
// CHECK: snn.network @net
// CHECK-NEXT: snn.add
// CHECK-NEXT: snn.output
snn.network @net(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %y = snn.add %x, %x : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

//--- nested.mlir

// Regions of regions are looked at.
snn.neuron_model @m(in %x: f32) -> (y: f32) {
  // expected-error @+1 {{'arith.negf' op is left at the end of phase 'lowered'}}
  %y = arith.negf %x : f32
  snn.next emit (%y : f32)
}

//--- module.mlir

// Only the outermost module is there in every phase.
module {
  // expected-error @+1 {{'builtin.module' op is left at the end of phase 'lowered'}}
  module {
  }
}
