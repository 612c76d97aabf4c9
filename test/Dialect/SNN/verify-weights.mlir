// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-verify-weights))' -split-input-file -verify-diagnostics | FileCheck %s

// An infinite or NaN weight would make the result depend on whether a kernel
// skips inputs that are zero.
snn.network @dense(%x: tensor<3xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 0x7FC00000, 6.0]]> : tensor<2x3xf32>
  // expected-error @+1 {{'snn.dense' op expects finite weights and biases, but got nan at element 4}}
  %y = snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// The same element everywhere; f64.
snn.network @conv(%x: tensor<2x4xf64>) -> (y: tensor<1x4xf64>) dt(1.0) {
  %w = arith.constant dense<0xFFF0000000000000> : tensor<1x2x1xf64>
  // expected-error @+1 {{'snn.conv' op expects finite weights and biases, but got -INF at element 0}}
  %y = snn.conv %x, %w : (tensor<2x4xf64>, tensor<1x2x1xf64>) -> tensor<1x4xf64>
  snn.output %y : tensor<1x4xf64>
}

// -----

// A bias.
snn.network @bias(%x: tensor<1xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x1xf32>
  %b = arith.constant dense<[0.0, 0x7F800000]> : tensor<2xf32>
  // expected-error @+1 {{'snn.dense' op expects finite weights and biases, but got INF at element 1}}
  %y = snn.dense %x, %w bias %b : (tensor<1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// A weight in a resource: 1.0 and NaN.
snn.network @resource(%x: tensor<2xf32>) -> (y: tensor<1xf32>) dt(1.0) {
  %w = arith.constant dense_resource<w> : tensor<1x2xf32>
  // expected-error @+1 {{'snn.dense' op expects finite weights and biases, but got nan at element 1}}
  %y = snn.dense %x, %w : (tensor<2xf32>, tensor<1x2xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}
{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F0000C07F"
    }
  }
#-}

// -----

// Large, small and negative zero are finite. Factors and parameters of neurons
// multiply every element, so they may be anything.
// CHECK-LABEL: snn.network @finite
snn.network @finite(%x: tensor<2xf32>) -> (y: tensor<1xf32>) dt(1.0) {
  %w = arith.constant dense<[[3.40282347e+38, -0.0]]> : tensor<1x2xf32>
  %b = arith.constant dense<1.0e-45> : tensor<1xf32>
  %f = arith.constant 0x7F800000 : f32
  %z = snn.dense %x, %w bias %b : (tensor<2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1xf32>
  %y = snn.scale %z by %f : tensor<1xf32>, f32 -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}
