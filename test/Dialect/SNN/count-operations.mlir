// RUN: snn-compile %s --emit=optimized --explain -o %t.mlir 2>&1 | FileCheck %s
// RUN: snn-compile %s --emit=optimized --explain -o %t.mlir --without=snn-hoist-static-ops 2>&1 | FileCheck %s --check-prefix=STEP

// A static image of 2 x 8 x 8 through a convolution of 4 x 2 x 3 x 3 without padding:
// 4 * 6 * 6 * 2 * 9 = 2592, once. Its spikes through a head of 144 x 10 in every
// step; the last of them through one of 10 x 3 at the end.
// CHECK: snn-count-operations: once after a reset, MACs = 2592
// CHECK: snn-count-operations: in every step, MACs = 1440
// CHECK: snn-count-operations: at the end of a run, MACs = 30
// CHECK: snn-count-operations: whole network, MACs once after a reset = 2592, MACs in every step = 1440, MACs at the end of a run = 30, additions of pools in every step = 0, neuron updates in every step = 144
// What is not hoisted is counted where it is done.
// STEP: whole network, MACs once after a reset = 0, MACs in every step = 4032, MACs at the end of a run = 30
snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (s: i1) {
  %v1 = arith.addf %v, %x : f32
  %one = arith.constant 1.0 : f32
  %s = arith.cmpf oge, %v1, %one : f32
  snn.next(%v1 : f32) emit(%s : i1)
}
snn.network @net(static %image: tensor<2x8x8xf32>) -> (y: tensor<3xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  %h = arith.constant dense<1.0> : tensor<10x144xf32>
  %o = arith.constant dense<1.0> : tensor<3x10xf32>
  %x = snn.conv %image, %w : (tensor<2x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<4x6x6xf32>
  %s = snn.population @if "if"(%x) : (tensor<4x6x6xf32>) -> tensor<4x6x6xi1>
  %f = snn.reshape %s : tensor<4x6x6xi1> -> tensor<144xi1>
  %z = snn.dense %f, %h : (tensor<144xi1>, tensor<10x144xf32>) -> tensor<10xf32>
  %m = snn.reduce_time mean %z : tensor<10xf32> -> tensor<10xf32>
  %y = snn.dense %m, %o : (tensor<10xf32>, tensor<3x10xf32>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}
