// Passes that only make a network faster can be left out, each alone.

// RUN: snn-compile %s --emit=canonical -o - | FileCheck %s --check-prefix=ALL --implicit-check-not=snn.delay --implicit-check-not=@unused
// Canonicalisation removes dead cycles as well: the time report tells.
// RUN: snn-compile %s -o %t.so --time-report 2>&1 | FileCheck %s --check-prefix=DEAD
// RUN: snn-compile %s -o %t.so --time-report --without=snn-eliminate-dead-signals 2>&1 | FileCheck %s --check-prefix=KEPT --implicit-check-not=SNNEliminateDeadSignals
// RUN: snn-compile %s --emit=canonical -o - --without=cse | FileCheck %s --check-prefix=TWICE
// RUN: snn-compile %s --emit=canonical -o - --without=symbol-dce | FileCheck %s --check-prefix=UNUSED
// RUN: snn-compile %s --emit=scheduled --cpu=x86-64-v3 -o - | FileCheck %s --check-prefix=FUSED --implicit-check-not="snn.step @add"
// RUN: snn-compile %s --emit=scheduled --cpu=x86-64-v3 -o - --without=snn-fuse-elementwise | FileCheck %s --check-prefix=APART

// ALL: snn.mul
// ALL: snn.population @if

// DEAD: SNNEliminateDeadSignals

// KEPT: SNNCountOperations

// TWICE: snn.mul
// TWICE: snn.mul

// UNUSED: snn.neuron_model private @unused

// FUSED: snn.step @if

// APART: snn.step @add
// APART: snn.step @if
snn.neuron_model private @unused(in %x: f32) -> (y: f32) {
  snn.next emit (%x : f32)
}

snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (spikes: i1) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %one : f32
  %v2 = arith.select %s, %zero, %v1 : f32
  snn.next (%v2 : f32) emit (%s : i1)
}

snn.network @net(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (s: tensor<4xi1>) dt(1.0e-3) {
  %late = snn.delay %spikes by 1 : tensor<4xi1>
  %current = snn.add %x, %late : (tensor<4xf32>, tensor<4xi1>) -> tensor<4xf32>
  %spikes = snn.population @if "dead"(%current) : (tensor<4xf32>) -> tensor<4xi1>
  %a = snn.mul %x, %y : tensor<4xf32>
  %b = snn.mul %x, %y : tensor<4xf32>
  %c = snn.add %a, %b : tensor<4xf32>
  %s = snn.population @if "if"(%c) : (tensor<4xf32>) -> tensor<4xi1>
  snn.output %s : tensor<4xi1>
}
