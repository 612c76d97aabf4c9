// RUN: snn-opt %s --pass-pipeline='builtin.module(snn-expand-exact-sums)' | FileCheck %s
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-find-integer-sums),snn-expand-exact-sums{bytes=vectors})' | FileCheck %s --check-prefix=KEEP

// CHECK: snn.neuron_model private @to_f64(in %x: f32) -> (output: f64)
// CHECK: arith.extf
// CHECK: snn.neuron_model private @exact(in %sum: f64, param %scale: f32, param %bias: f32) -> (output: f32) {
// CHECK-NEXT: %[[F:.*]] = arith.truncf %sum : f64 to f32
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[F]], %scale : f32
// CHECK-NEXT: %[[Y:.*]] = arith.addf %[[P]], %bias : f32
// CHECK-NEXT: snn.next emit(%[[Y]] : f32)

// 0.5 is 2^21 of 2^-22; 1e-6 is 4.19, so 4; 3 and 5 have three bits before the point.
// CHECK-LABEL: snn.network @dense(
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{.}}[0x4150000000000000, 0x4140000000000000, 4.000000e+00], [0x4148000000000000, 0x4150000000000000, 5.242880e+06]]> : tensor<2x3xf64>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[2.38418579E-7, 9.53674316E-7]> : tensor<2xf32>
// CHECK-DAG: %[[B:.*]] = arith.constant dense<[1.000000e+00, 0.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[D:.*]] = snn.dense %x, %[[W]] : (tensor<3xi1>, tensor<2x3xf64>) -> tensor<2xf64>
// CHECK: snn.population @exact ""(%[[D]]) params(%[[S]], %[[B]] : tensor<2xf32>, tensor<2xf32>)
snn.network @dense(%x: tensor<3xi1>) -> (y: tensor<2xf32>) dt(1.0) {
  %w = arith.constant dense<[[1.0, 0.5, 1.0e-6], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[1.0, -0.0]> : tensor<2xf32>
  %y = snn.dense %x, %w bias %b sum exact : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// One scale per channel; what the convolution is stays.
// CHECK-LABEL: snn.network @conv(
// CHECK: %[[C:.*]] = snn.conv %x, %{{.*}} stride [2] padding [1, 0] groups 2 : (tensor<2x4xi32>, tensor<4x1x2xf64>) -> tensor<4x2xf64>
// CHECK: snn.population @exact ""(%[[C]]) params(%{{.*}}, %{{.*}} : tensor<4x1xf32>, f32)
// CHECK: snn.conv {{.*}} : (tensor<2x4xi32>, tensor<4x1x2xf32>)
snn.network @conv(%x: tensor<2x4xi32>) -> (y: tensor<4x2xf32>, z: tensor<4x2xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<4x1x2xf32>
  %y = snn.conv %x, %w stride [2] padding [1, 0] groups 2 sum exact : (tensor<2x4xi32>, tensor<4x1x2xf32>) -> tensor<4x2xf32>
  %z = snn.conv %x, %w stride [2] padding [1, 0] groups 2 : (tensor<2x4xi32>, tensor<4x1x2xf32>) -> tensor<4x2xf32>
  snn.output %y, %z : tensor<4x2xf32>, tensor<4x2xf32>
}

// Integers in floats become doubles. Rows share a weight: one scale for each output.
// CHECK-LABEL: snn.network @shared(
// CHECK: %[[X:.*]] = snn.population @to_f64 ""(%x) : (tensor<5x3xf32>) -> tensor<5x3xf64>
// CHECK: %[[D:.*]] = snn.dense %[[X]], %{{.*}} : (tensor<5x3xf64>, tensor<2x3xf64>) -> tensor<5x2xf64>
// CHECK: snn.population @exact ""(%[[D]]) params(%{{.*}}, %{{.*}} : tensor<1x2xf32>, f32)
snn.network @shared(%x: tensor<5x3xf32>) -> (y: tensor<5x2xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %y = snn.dense %x, %w sum exact : (tensor<5x3xf32>, tensor<2x3xf32>) -> tensor<5x2xf32>
  snn.output %y : tensor<5x2xf32>
}

// Where the target has kernels for sums, others are expanded only.
// KEEP-LABEL: snn.network @mixed(
// KEEP: snn.dense %s, %{{.*}} sum exact {snn.integer_sums
// KEEP: snn.dense %n, %{{[^ ]*}} : (tensor<3xi32>, tensor<2x3xf64>)
// KEEP: snn.conv %{{.*}} groups 2 sum exact {snn.integer_sums
snn.network @mixed(%s: tensor<3xi1>, %n: tensor<3xi32>, %i: tensor<2x4xi1>) -> (a: tensor<2xf32>, b: tensor<2xf32>, c: tensor<4x3xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %k = arith.constant dense<1.0> : tensor<4x1x2xf32>
  %a = snn.dense %s, %w sum exact : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %b = snn.dense %n, %w sum exact : (tensor<3xi32>, tensor<2x3xf32>) -> tensor<2xf32>
  %c = snn.conv %i, %k groups 2 sum exact : (tensor<2x4xi1>, tensor<4x1x2xf32>) -> tensor<4x3xf32>
  snn.output %a, %b, %c : tensor<2xf32>, tensor<2xf32>, tensor<4x3xf32>
}
