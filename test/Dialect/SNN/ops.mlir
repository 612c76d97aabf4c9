// RUN: snn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: snn.neuron_model private @lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %i: f32, param %k: f32, param %threshold: f32) -> (spikes: i1)
snn.neuron_model private @lif(state %v: f32 = 0.0, in %i: f32, param %k: f32, param %threshold: f32) -> (spikes: i1) {
  %e  = arith.subf %i, %v : f32
  %v1 = math.fma %k, %e, %v : f32
  %s  = arith.cmpf ogt, %v1, %threshold : f32
  %z  = arith.constant 0.0 : f32
  %v2 = arith.select %s, %z, %v1 : f32
  snn.next (%v2 : f32) emit (%s : i1)
}

// CHECK-LABEL: snn.network @recurrent(%taxels: tensor<3xi1>, %{{.*}} "a b": tensor<2xf32>) -> (out: tensor<2xi1>, "second out": tensor<2xf32>) dt(1.000000e-04)
snn.network @recurrent(%taxels: tensor<3xi1>, %ab "a b": tensor<2xf32>)
    -> (out: tensor<2xi1>, "second out": tensor<2xf32>) dt(1.0e-4) {
  %w  = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %wr = arith.constant dense<[[1.0, 2.0], [4.0, 5.0]]> : tensor<2x2xf32>
  %b  = arith.constant dense<0.5> : tensor<2xf32>
  %k  = arith.constant 0.1 : f32
  %thr = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: snn.dense %taxels, %{{.*}} bias %{{.*}} : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %a = snn.dense %taxels, %w bias %b : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = snn.dense %late, %wr : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  // CHECK: snn.add %{{.*}}, %{{.*}}, %{{.*}} : tensor<2xf32>
  %drive = snn.add %a, %r, %ab : tensor<2xf32>
  // CHECK: snn.population @lif "lif 1" (%{{.*}}) params(%{{.*}}, %{{.*}} : f32, tensor<2xf32>) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  %s, %v = snn.population @lif "lif 1" (%drive) params(%k, %thr : f32, tensor<2xf32>) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  // CHECK: snn.delay %{{.*}} by 1 implicit : tensor<2xi1>
  %late = snn.delay %s by 1 implicit : tensor<2xi1>
  // CHECK: snn.probe "lif 1"::"v" %{{.*}} : tensor<2xf32>
  snn.probe "lif 1"::"v" %v : tensor<2xf32>
  snn.output %s, %v : tensor<2xi1>, tensor<2xf32>
}
