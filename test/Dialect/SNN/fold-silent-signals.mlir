// RUN: %snn-opt %s --pass-pipeline="builtin.module(snn.network(snn-fold-silent-signals,snn-eliminate-dead-signals))" -split-input-file --remarks-filter=snn-fold-silent-signals 2>&1 | FileCheck %s --enable-var-scope

// A leaky potential with spikes times 0.5 in and a factor of 0.5 stays below 1
// and cannot pass a threshold of 1; what it feeds reads zeros, and it is dead.
// CHECK: [Analysis] silent | Category:snn-fold-silent-signals{{.*}}population 'quiet' never spikes
// CHECK: [Passed] silent | Category:snn-fold-silent-signals{{.*}}always the same", value=0
// CHECK-LABEL: snn.network @quiet(
// CHECK-NOT: "quiet"
// CHECK: %[[ZERO:.*]] = arith.constant dense<false> : tensor<2xi1>
// CHECK: snn.population @leaky "loud"
// CHECK: snn.add %{{.*}}, %[[ZERO]]
snn.neuron_model private @leaky(state %v: f32 = 0.0, in %s: i1, param %thr: f32) -> (spikes: i1) {
  %half = arith.constant 0.5 : f32
  %zero = arith.constant 0.0 : f32
  %x = arith.uitofp %s : i1 to f32
  %y = arith.mulf %x, %half : f32
  %v1 = math.fma %v, %half, %y : f32
  %spike = arith.cmpf ogt, %v1, %thr : f32
  %v2 = arith.select %spike, %zero, %v1 : f32
  snn.next (%v2 : f32) emit (%spike : i1)
}
snn.network @quiet(%x: tensor<2xf32>, %s: tensor<2xi1>) -> (y: tensor<2xf32>, z: tensor<2xi1>) dt(1.0) {
  %one = arith.constant 1.0 : f32
  %low = arith.constant dense<[1.0, 0.9]> : tensor<2xf32>
  %q = snn.population @leaky "quiet" (%s) params(%one : f32) : (tensor<2xi1>) -> tensor<2xi1>
  %l = snn.population @leaky "loud" (%s) params(%low : tensor<2xf32>) : (tensor<2xi1>) -> tensor<2xi1>
  %y = snn.add %x, %q : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  snn.output %y, %l : tensor<2xf32>, tensor<2xi1>
}

// -----

// Weights of zero make nothing of spikes, but NaN of an infinite float. A bias
// is left.
// CHECK-LABEL: snn.network @zeros(
// CHECK: %[[BIAS:.*]] = arith.constant dense<2.000000e+00> : tensor<2xf32>
// CHECK: %[[PRODUCT:.*]] = snn.dense %x
// CHECK: snn.add %x, %[[BIAS]], %[[PRODUCT]]
snn.network @zeros(%x: tensor<2xf32>, %s: tensor<2xi1>) -> (y: tensor<2xf32>) dt(1.0) {
  %w = arith.constant dense<[[0.0, -0.0], [0.0, 0.0]]> : tensor<2x2xf32>
  %b = arith.constant dense<2.0> : tensor<2xf32>
  %d = snn.dense %s, %w bias %b : (tensor<2xi1>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %e = snn.dense %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %y = snn.add %x, %d, %e : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// An output keeps its rate: what gives it is not replaced.
// CHECK-LABEL: snn.network @rate(
// CHECK: snn.mul %s
// CHECK: snn.dense
snn.network @rate(%s: tensor<2xi1>) -> (y: tensor<2xf32>) dt(1.0) {
  %zero = arith.constant dense<false> : tensor<2xi1>
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %m = snn.mul %s, %zero : tensor<2xi1>
  %y = snn.dense %m, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// What asserts is left alone: it ends a run although nobody reads it.
// CHECK-LABEL: snn.network @asserts(
// CHECK: snn.population @checked "a"
snn.neuron_model private @checked(in %s: i1) -> (y: i1) {
  %false = arith.constant false
  snn.assert %s, "no spikes please"
  snn.next emit (%false : i1)
}
snn.network @asserts(%x: tensor<2xf32>, %s: tensor<2xi1>) -> (y: tensor<2xf32>) dt(1.0) {
  %a = snn.population @checked "a" (%s) : (tensor<2xi1>) -> tensor<2xi1>
  %y = snn.add %x, %a : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
