// RUN: snn-opt %s --pass-pipeline='builtin.module(snn-expand-exact-sums)' | FileCheck %s
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-find-integer-sums),snn-expand-exact-sums{bytes=vectors})' | FileCheck %s --check-prefix=KEEP
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-find-integer-sums),snn-expand-exact-sums{bytes=vectors})' --remarks-filter=snn-expand-exact-sums -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK --implicit-check-not='the sum is of f64'
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-find-integer-sums),snn-expand-exact-sums{bytes=tiles})' | FileCheck %s --check-prefix=TILES

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
  // Nothing is known of the input: two weights of 1 times numbers of 32 bits.
  // REMARK: [[@LINE+1]]:{{.*}}Missed{{.*}}"the sum is of f64: its input may be no count up to 255, or it has too many terms", bits of a sum=34
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
  // REMARK: [[@LINE+1]]:{{.*}}Missed{{.*}}"the sum is of f64: its input may be no count
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
  // REMARK: [[@LINE+1]]:{{.*}}Missed{{.*}}bits of a sum=34
  %b = snn.dense %n, %w sum exact : (tensor<3xi32>, tensor<2x3xf32>) -> tensor<2xf32>
  %c = snn.conv %i, %k groups 2 sum exact : (tensor<2x4xi1>, tensor<4x1x2xf32>) -> tensor<4x3xf32>
  snn.output %a, %b, %c : tensor<2xf32>, tensor<2xf32>, tensor<4x3xf32>
}

// Doubles are slower than integers, so they are reported, with what needs them:
// 1024 weights of 23 bits each.
snn.network @large(%s: tensor<1024xi1>) -> (y: tensor<1xf32>) dt(1.0) {
  %w = arith.constant dense<0.1> : tensor<1x1024xf32>
  // REMARK: [[@LINE+2]]:{{.*}}Missed{{.*}}"the sum is of f64: those of more than 32 bits need a matrix unit, and one group", bits of a sum=33
  // TILES: snn.dense %s, %{{.*}} sum exact {snn.integer_sums = array<i64: 3, 64, 1>}
  %y = snn.dense %s, %w sum exact : (tensor<1024xi1>, tensor<1x1024xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}
