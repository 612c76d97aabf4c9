// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-find-integer-sums))' | FileCheck %s
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-find-integer-sums))' --remarks-filter=cpu-find-integer-sums -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-find-integer-sums,cpu-select-kernels))' | FileCheck %s --check-prefix=VECTORS
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-find-integer-sums,cpu-select-kernels{bytes=tiles}))' | FileCheck %s --check-prefix=TILES
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-find-integer-sums,cpu-select-kernels{bytes=none force=dot}))' | FileCheck %s --check-prefix=NONE
// RUN: not snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{bytes=two}))' 2>&1 | FileCheck %s --check-prefix=ERROR
// ERROR: error: expects none, vectors or tiles as what multiplies bytes, but got 'two'

// CHECK-LABEL: snn.program @bits(
// VECTORS-LABEL: snn.program @bits(
// TILES-LABEL: snn.program @bits(
// NONE-LABEL: snn.program @bits(
snn.program @bits(%s: tensor<3xi1>, %c: tensor<3xi32>) -> () dt(1.0) rows(64) {
  // Integers times 0.25 and times 16: a digit each, and sums of few bits.
  %small = arith.constant dense<[[0.25, -31.75, 3.0], [1600.0, 16.0, -32.0]]> : tensor<2x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 1, 16>} :
  // REMARK: remark: {{.*}}cpu-find-integer-sums {{.*}}"sums are of integers", bits of a sum=16, digits of 8 bits=1
  snn.dense %s, %small : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  // 128 is no digit, -128 is one.
  %two = arith.constant dense<[[129.0, 1.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 2, 16>} :
  snn.dense %s, %two : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  %one = arith.constant dense<[[-128.0, 1.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 1, 16>} :
  snn.dense %s, %one : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // 32,767 and 1 are two digits at most, but not so their sum.
  %wide = arith.constant dense<[[32767.0, 1.0, -32767.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 3, 32>} :
  snn.dense %s, %wide : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // f32 rounds the sum of all, and what is no multiple of the other's unit.
  %rounded = arith.constant dense<[[8388608.0, 8388607.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{[^{]*}} : (tensor<3xi1>, tensor<1x3xf32>)
  snn.dense %s, %rounded : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  %real = arith.constant dense<[[0.1, 0.2, 0.3]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{[^{]*}} : (tensor<3xi1>, tensor<1x3xf32>)
  snn.dense %s, %real : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // By their own law they are not rounded.
  // CHECK: snn.dense %s, %{{.*}} sum exact {snn.integer_sums = array<i64: 3, 32>} :
  snn.dense %s, %real sum exact : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // Nor is anything known of counts.
  // CHECK: snn.dense %c, %{{[^{]*}} : (tensor<3xi32>, tensor<2x3xf32>)
  snn.dense %c, %small : (tensor<3xi32>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.yield
}

// CHECK-LABEL: snn.program @kernels(
// VECTORS-LABEL: snn.program @kernels(
// TILES-LABEL: snn.program @kernels(
// NONE-LABEL: snn.program @kernels(
snn.program @kernels(%s: tensor<784xi1>, %x: tensor<9x9x32xi1>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<256x784xf32>
  // VECTORS: snn.dense %s, %{{.*}} kernel "event16" {snn.integer_sums
  // TILES: snn.dense %s, %{{.*}} kernel "sliced" {snn.integer_sums
  // NONE: snn.dense %s, %{{.*}} kernel "event16" {snn.integer_sums
  snn.dense %s, %w : (tensor<784xi1>, tensor<256x784xf32>) -> tensor<256xf32>
  // VECTORS: snn.dense %s, %{{.*}} kernel "dot" {snn.activity
  // TILES: snn.dense %s, %{{.*}} kernel "sliced" {snn.activity
  // NONE: snn.dense %s, %{{.*}} kernel "event16" {snn.activity
  snn.dense %s, %w {snn.activity = 0.6 : f64} : (tensor<784xi1>, tensor<256x784xf32>) -> tensor<256xf32>
  %v = arith.constant dense<1.0> : tensor<64x32x3x3xf32>
  // VECTORS: snn.conv %x, %{{.*}} kernel "dot" {snn.activity
  // TILES: snn.conv %x, %{{.*}} kernel "sliced" {snn.activity
  // NONE: snn.conv %x, %{{.*}} kernel "event16" {snn.activity
  snn.conv %x, %v channels_last {snn.activity = 0.6 : f64} : (tensor<9x9x32xi1>, tensor<64x32x3x3xf32>) -> tensor<7x7x64xf32>
  snn.yield
}
