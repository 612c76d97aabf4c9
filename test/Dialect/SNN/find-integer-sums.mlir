// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-find-integer-sums))' | FileCheck %s
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-find-integer-sums))' --remarks-filter=snn-find-integer-sums -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: snn.network @bits(
snn.network @bits(%s: tensor<3xi1>, %many: tensor<1024xi1>) -> () dt(1.0) {
  // Integers times 0.25 and times 16: a digit each, and sums of few bits.
  %small = arith.constant dense<[[0.25, -31.75, 3.0], [1600.0, 16.0, -32.0]]> : tensor<2x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 1>} :
  // REMARK: remark: {{.*}}snn-find-integer-sums {{.*}}"sums are of integers", bits of a sum=16, digits of 8 bits=1, largest input=1
  snn.dense %s, %small : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  // 128 is no digit, -128 is one.
  %two = arith.constant dense<[[129.0, 1.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 2, 16, 1>} :
  snn.dense %s, %two : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  %one = arith.constant dense<[[-128.0, 1.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 1>} :
  snn.dense %s, %one : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // 32,767 has three digits, the highest of them 1; with 1 it has 17 bits.
  %wide = arith.constant dense<[[32767.0, 1.0, -32767.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 3, 32, 1>} :
  snn.dense %s, %wide : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // f32 rounds the sum of all, and what is no multiple of the other's unit.
  %rounded = arith.constant dense<[[8388608.0, 8388607.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{[^{]*}} : (tensor<3xi1>, tensor<1x3xf32>)
  snn.dense %s, %rounded : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  %real = arith.constant dense<[[0.1, 0.2, 0.3]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{[^{]*}} : (tensor<3xi1>, tensor<1x3xf32>)
  snn.dense %s, %real : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // By their own law they are not rounded.
  // CHECK: snn.dense %s, %{{.*}} sum exact {snn.integer_sums = array<i64: 3, 32, 1>} :
  snn.dense %s, %real sum exact : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // Of 1024 weights of 23 bits, a sum may have 33.
  %long = arith.constant dense<0.1> : tensor<1x1024xf32>
  // Equal weights have what factor of two there is in common.
  // CHECK: snn.dense %many, %{{.*}} sum exact {snn.integer_sums = array<i64: 3, 64, 1>} :
  snn.dense %many, %long sum exact : (tensor<1024xi1>, tensor<1x1024xf32>) -> tensor<1xf32>
  snn.output
}

// Counts are known by what is counted.
// CHECK-LABEL: snn.network @counts(
snn.network @counts(%s: tensor<3xi1>, %c: tensor<3xi32>) -> () dt(1.0) {
  %w = arith.constant dense<[[0.25, -31.75, 3.0]]> : tensor<1x3xf32>
  %sum = snn.add %s, %s, %s : (tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 3>} :
  snn.dense %sum, %w : (tensor<3xi32>, tensor<1x3xf32>) -> tensor<1xf32>
  // CHECK: snn.dense %c, %{{[^{]*}} : (tensor<3xi32>, tensor<1x3xf32>)
  snn.dense %c, %w : (tensor<3xi32>, tensor<1x3xf32>) -> tensor<1xf32>
  snn.output
}

// What an exact sum makes of weights is said once, known to be of integers or
// not. 1e-6 is 4.19 of 2^-22.
// CHECK-LABEL: snn.network @exact(
snn.network @exact(%s: tensor<3xi1>, %c: tensor<2x4xi32>) -> () dt(1.0) {
  %w = arith.constant dense<[[1.0, 0.5, 1.0e-6], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %k = arith.constant dense<1.0> : tensor<3x2x3xf32>
  // REMARK: [[@LINE+2]]:{{.*}}"weights of an exact sum are integers", coarser than 2^-12=1, weights=6
  // REMARK: [[@LINE+1]]:{{.*}}"sums are of integers"
  snn.dense %s, %w sum exact : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  // REMARK: [[@LINE+1]]:{{.*}}"weights of an exact sum are integers", coarser than 2^-12=0, weights=18
  snn.conv %c, %k sum exact : (tensor<2x4xi32>, tensor<3x2x3xf32>) -> tensor<3x2xf32>
  // REMARK-NOT: weights of an exact sum
  snn.dense %s, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.output
}
