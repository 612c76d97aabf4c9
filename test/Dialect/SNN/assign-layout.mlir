// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-assign-layout))' -split-input-file | FileCheck %s --enable-var-scope

snn.neuron_model private @lif(state %v: f32 = 0.0, in %x: f32, param %thr: f32) -> (y: i1) {
  %s = arith.cmpf ogt, %x, %thr : f32
  snn.next (%x : f32) emit (%s : i1)
}

// From the first convolution to where the signal leaves for an op that wants
// channels first, everything is channels last.
// CHECK-LABEL: snn.network @chain
// CHECK-SAME: %[[X:.*]]: tensor<2x8x8xf32>)
snn.network @chain(%x: tensor<2x8x8xf32>) -> (y: tensor<3xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  %b = arith.constant dense<0.5> : tensor<4xf32>
  %thr = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %k = arith.constant 2.0 : f32
  %wd = arith.constant dense<1.0> : tensor<3x36xf32>
  // CHECK: %[[T:.*]] = snn.transpose %[[X]] [1, 2, 0] : tensor<2x8x8xf32> -> tensor<8x8x2xf32>
  // CHECK: %[[THR:.*]] = arith.constant dense<{{\[\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]]]> : tensor<1x1x4xf32>
  // Weights and bias stay.
  // CHECK: %[[C:.*]] = snn.conv %[[T]], %{{.*}} bias %{{.*}} channels_last : (tensor<8x8x2xf32>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<6x6x4xf32>
  %c = snn.conv %x, %w bias %b : (tensor<2x8x8xf32>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<4x6x6xf32>
  // CHECK: %[[D:.*]] = snn.scale %[[C]] by %{{.*}} : tensor<6x6x4xf32>, f32 -> tensor<6x6x4xf32>
  %d = snn.scale %c by %k : tensor<4x6x6xf32>, f32 -> tensor<4x6x6xf32>
  // CHECK: %[[S:.*]] = snn.population @lif "a"(%[[D]]) params(%[[THR]] : tensor<1x1x4xf32>) : (tensor<6x6x4xf32>) -> tensor<6x6x4xi1>
  %s = snn.population @lif "a" (%d) params(%thr : tensor<4xf32>) : (tensor<4x6x6xf32>) -> tensor<4x6x6xi1>
  // CHECK: %[[P:.*]] = snn.pool sum %[[S]] kernel [2, 2] channels_last : tensor<6x6x4xi1> -> tensor<3x3x4xi32>
  %p = snn.pool sum %s kernel [2, 2] : tensor<4x6x6xi1> -> tensor<4x3x3xi32>
  // CHECK: %[[B:.*]] = snn.transpose %[[P]] [2, 0, 1] : tensor<3x3x4xi32> -> tensor<4x3x3xi32>
  // CHECK: snn.reshape %[[B]] : tensor<4x3x3xi32> -> tensor<36xi32>
  %f = snn.reshape %p : tensor<4x3x3xi32> -> tensor<36xi32>
  %y = snn.dense %f, %wd : (tensor<36xi32>, tensor<3x36xf32>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// -----

// Outputs and probes see channels first.
// CHECK-LABEL: snn.network @outputs
// CHECK: %[[C:.*]] = snn.dense %{{.*}} :
// CHECK: %[[B:.*]] = snn.transpose %[[C]] [1, 0] : tensor<4x3xf32> -> tensor<3x4xf32>
// CHECK: snn.probe "a"::"v" %[[B]] : tensor<3x4xf32>
// CHECK: snn.output %[[B]] : tensor<3x4xf32>
snn.network @outputs(%x: tensor<2x4xf32>) -> (y: tensor<3x4xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<3x2x1xf32>
  %c = snn.conv %x, %w : (tensor<2x4xf32>, tensor<3x2x1xf32>) -> tensor<3x4xf32>
  snn.probe "a"::"v" %c : tensor<3x4xf32>
  snn.output %c : tensor<3x4xf32>
}

// -----

// What is per element moves with its element: [c][l] to [l][c].
// CHECK-LABEL: snn.network @elements
snn.network @elements(%x: tensor<2x3xf32>) -> (y: tensor<2x3xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x1x1xf32>
  %f = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  // A factor that is the same for all channels.
  %g = arith.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>
  // CHECK-DAG: %[[F:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
  // CHECK-DAG: %[[G:.*]] = arith.constant dense<{{\[\[}}1.000000e+00], [2.000000e+00], [3.000000e+00]]> : tensor<3x1xf32>
  %c = snn.conv %x, %w groups 2 : (tensor<2x3xf32>, tensor<2x1x1xf32>) -> tensor<2x3xf32>
  // CHECK: snn.delay %{{.*}} by [1, 4, 2, 5, 3, 6] initial dense<{{\[\[}}1.000000e+01, 4.000000e+01], [2.000000e+01, 5.000000e+01], [3.000000e+01, 6.000000e+01]]> : tensor<3x2xf32> : tensor<3x2xf32>
  %d = snn.delay %c by [1, 2, 3, 4, 5, 6] initial dense<[[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]]> : tensor<2x3xf32> : tensor<2x3xf32>
  // CHECK: snn.scale %{{.*}} by %[[F]] : tensor<3x2xf32>, tensor<3x2xf32>
  // CHECK: snn.scale %{{.*}} by %[[G]] : tensor<3x2xf32>, tensor<3x1xf32>
  %e = snn.scale %d by %f : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
  %y = snn.scale %e by %g : tensor<2x3xf32>, tensor<1x3xf32> -> tensor<2x3xf32>
  snn.output %y : tensor<2x3xf32>
}

// -----

snn.neuron_model private @counts(in %x: f32, param %n: i32, param %f: i1) -> (y: f32) {
  snn.next emit (%x : f32)
}

// Constants of other types, splats, and initial values of one element.
// CHECK-LABEL: snn.network @constants
snn.network @constants(%x: tensor<2x3xf32>) -> (y: tensor<2x3xf32>) dt(1.0) {
  %n = arith.constant dense<[[1, -2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %f = arith.constant dense<[[true], [false]]> : tensor<2x1xi1>
  // CHECK-DAG: %[[N:.*]] = arith.constant dense<{{\[}}[1, 4], [-2, 5], [3, 6]]> : tensor<3x2xi32>
  // CHECK-DAG: %[[F:.*]] = arith.constant dense<{{\[}}[true, false]]> : tensor<1x2xi1>
  %a = snn.pool max %x kernel [1] : tensor<2x3xf32> -> tensor<2x3xf32>
  // CHECK: snn.population @counts "p"(%{{.*}}) params(%[[N]], %[[F]] : tensor<3x2xi32>, tensor<1x2xi1>)
  %b = snn.population @counts "p" (%a) params(%n, %f : tensor<2x3xi32>, tensor<2x1xi1>) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: snn.delay %{{.*}} by 2 initial 1.000000e+00 : f32 : tensor<3x2xf32>
  // CHECK: snn.delay %{{.*}} by 2 initial dense<1.000000e+00> : tensor<3x2xf32> : tensor<3x2xf32>
  %c = snn.delay %b by 2 initial 1.0 : f32 : tensor<2x3xf32>
  %y = snn.delay %c by 2 initial dense<1.0> : tensor<2x3xf32> : tensor<2x3xf32>
  snn.output %y : tensor<2x3xf32>
}

// -----

// A cycle through a convolution has one layout and no transposition in it.
// CHECK-LABEL: snn.network @cycle
// CHECK-COUNT-1: snn.transpose %x [1, 2, 0]
// CHECK: %[[SUM:.*]] = snn.add %{{.*}}, %[[C:.*]] : tensor<4x4x2xf32>
// CHECK: %[[OUT:.*]] = snn.transpose %[[SUM]] [2, 0, 1]
// CHECK: %[[LATE:.*]] = snn.delay %[[SUM]] by 1 : tensor<4x4x2xf32>
// CHECK: %[[C]] = snn.dense %[[LATE]], %{{.*}} :
// CHECK-NOT: snn.transpose
// CHECK: snn.output %[[OUT]]
snn.network @cycle(%x: tensor<2x4x4xf32>) -> (y: tensor<2x4x4xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %sum = snn.add %x, %c : tensor<2x4x4xf32>
  %late = snn.delay %sum by 1 : tensor<2x4x4xf32>
  %c = snn.conv %late, %w : (tensor<2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<2x4x4xf32>
  snn.output %sum : tensor<2x4x4xf32>
}

// -----

// What is channels last already, and what no convolution touches, stays.
// CHECK-LABEL: snn.network @stays
// CHECK-NOT: snn.transpose
// CHECK: snn.output
snn.network @stays(%x: tensor<4x2xf32>, %z: tensor<2x3xf32>) -> (y: tensor<4x2xf32>, s: tensor<2x3xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x2x1xf32>
  %y = snn.conv %x, %w channels_last : (tensor<4x2xf32>, tensor<2x2x1xf32>) -> tensor<4x2xf32>
  %s = snn.add %z, %z : tensor<2x3xf32>
  snn.output %y, %s : tensor<4x2xf32>, tensor<2x3xf32>
}

// A convolution of single positions is a product with one weight for all.
// CHECK-LABEL: snn.network @pointwise(
// CHECK: %[[W:.*]] = arith.constant dense<{{\[}}[1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00], [5.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
// CHECK: snn.dense %{{.*}}, %[[W]] bias %{{.*}} sum exact {snn.integer_sums = array<i64: 1, 16, 1>} : (tensor<4x5x2xi1>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<4x5x3xf32>
// Others stay what they are.
// CHECK: snn.conv %{{.*}} stride [2, 1] channels_last
// CHECK: snn.conv %{{.*}} padding [0, 0, 1, 0] channels_last
// CHECK: snn.conv %{{.*}} groups 2 channels_last
snn.network @pointwise(%x: tensor<2x4x5xi1>) -> (y: tensor<3x4x5xf32>) dt(1.0) {
  %w = arith.constant dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]], [[[5.0]], [[6.0]]]]> : tensor<3x2x1x1xf32>
  %b = arith.constant dense<1.0> : tensor<3xf32>
  %y = snn.conv %x, %w bias %b sum exact {snn.integer_sums = array<i64: 1, 16, 1>} : (tensor<2x4x5xi1>, tensor<3x2x1x1xf32>, tensor<3xf32>) -> tensor<3x4x5xf32>
  %s = snn.conv %x, %w stride [2, 1] : (tensor<2x4x5xi1>, tensor<3x2x1x1xf32>) -> tensor<3x2x5xf32>
  %p = snn.conv %x, %w padding [0, 0, 1, 0] : (tensor<2x4x5xi1>, tensor<3x2x1x1xf32>) -> tensor<3x4x6xf32>
  %v = arith.constant dense<1.0> : tensor<2x1x1x1xf32>
  %g = snn.conv %x, %v groups 2 : (tensor<2x4x5xi1>, tensor<2x1x1x1xf32>) -> tensor<2x4x5xf32>
  snn.output %y : tensor<3x4x5xf32>
}
