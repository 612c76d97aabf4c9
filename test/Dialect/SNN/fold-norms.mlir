// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-fold-norms),canonicalize)' -split-input-file -verify-diagnostics | FileCheck %s --enable-var-scope

// 0.5 and -2 times the scales 2 and 4; the bias 1 and the shifts 3 and 5. The norm of
// a norm follows.
// expected-remark @below {{--fold-norms: 2 norms and scales are part of weights now}}
snn.network @dense(%x: tensor<1xi1>) -> (y: tensor<2xf32>) dt(1.0) {
  // CHECK-LABEL: snn.network @dense(
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1.000000e+00], [-8.000000e+00]]> : tensor<2x1xf32>
  // CHECK-DAG: %[[B:.*]] = arith.constant dense<[5.000000e+00, 9.000000e+00]> : tensor<2xf32>
  // CHECK: %[[Y:.*]] = snn.dense %x, %[[W]] bias %[[B]]
  // CHECK-NEXT: snn.output %[[Y]]
  %w = arith.constant dense<[[0.5], [-2.0]]> : tensor<2x1xf32>
  %b = arith.constant dense<[1.0, 1.0]> : tensor<2xf32>
  %s = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %t = arith.constant dense<[1.5, 2.5]> : tensor<2xf32>
  %two = arith.constant 2.0 : f32
  %y = snn.dense %x, %w bias %b : (tensor<1xi1>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<2xf32>
  %n = snn.norm %y scale %s shift %t : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %z = snn.scale %n by %two : tensor<2xf32>, f32 -> tensor<2xf32>
  snn.output %z : tensor<2xf32>
}

// -----

// One number per channel of a convolution, without a bias; a row of tokens.
// expected-remark @below {{--fold-norms: 2 norms and scales}}
snn.network @channels(%x: tensor<1x4xi1>, %r: tensor<3x1xi1>) -> (y: tensor<2x4xf32>, z: tensor<3x2xf32>) dt(1.0) {
  // CHECK-LABEL: snn.network @channels(
  // CHECK: %[[Y:.*]] = snn.conv %x, %{{.*}} bias
  // CHECK: %[[Z:.*]] = snn.dense %r, %{{.*}} bias
  // CHECK: snn.output %[[Y]], %[[Z]]
  %w = arith.constant dense<[[[0.5]], [[-2.0]]]> : tensor<2x1x1xf32>
  %s = arith.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %t = arith.constant 2.5 : f32
  %y = snn.conv %x, %w : (tensor<1x4xi1>, tensor<2x1x1xf32>) -> tensor<2x4xf32>
  %n = snn.norm %y scale %s shift %t : (tensor<2x4xf32>, tensor<2x1xf32>, f32) -> tensor<2x4xf32>
  %v = arith.constant dense<[[0.5], [-2.0]]> : tensor<2x1xf32>
  %u = arith.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %z = snn.dense %r, %v : (tensor<3x1xi1>, tensor<2x1xf32>) -> tensor<3x2xf32>
  %m = snn.scale %z by %u : tensor<3x2xf32>, tensor<1x2xf32> -> tensor<3x2xf32>
  snn.output %n, %m : tensor<2x4xf32>, tensor<3x2xf32>
}

// -----

// Kept: a sum with another use, a number per position, an overflow.
snn.network @kept(%x: tensor<1x4xi1>) -> (a: tensor<2x4xf32>, b: tensor<2x4xf32>, c: tensor<2x4xf32>, d: tensor<2x4xf32>) dt(1.0) {
  // CHECK-LABEL: snn.network @kept(
  // CHECK: snn.conv
  // CHECK: snn.scale
  // CHECK: snn.conv
  // CHECK: snn.scale
  // CHECK: snn.conv
  // CHECK: snn.scale
  %w = arith.constant dense<[[[0.5]], [[-2.0]]]> : tensor<2x1x1xf32>
  %s = arith.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %p = arith.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %large = arith.constant 3.0e38 : f32
  %y = snn.conv %x, %w : (tensor<1x4xi1>, tensor<2x1x1xf32>) -> tensor<2x4xf32>
  %b = snn.scale %y by %s : tensor<2x4xf32>, tensor<2x1xf32> -> tensor<2x4xf32>
  %v = snn.conv %x, %w : (tensor<1x4xi1>, tensor<2x1x1xf32>) -> tensor<2x4xf32>
  %c = snn.scale %v by %p : tensor<2x4xf32>, tensor<1x4xf32> -> tensor<2x4xf32>
  %u = snn.conv %x, %w : (tensor<1x4xi1>, tensor<2x1x1xf32>) -> tensor<2x4xf32>
  %d = snn.scale %u by %large : tensor<2x4xf32>, f32 -> tensor<2x4xf32>
  snn.output %y, %b, %c, %d : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}
