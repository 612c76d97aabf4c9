// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels))' | FileCheck %s --check-prefix=VECTORS
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{bytes=tiles}))' | FileCheck %s --check-prefix=TILES
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{bytes=none force=dot}))' | FileCheck %s --check-prefix=NONE
// RUN: not snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{bytes=two}))' 2>&1 | FileCheck %s --check-prefix=ERROR
// ERROR: error: expects none, vectors or tiles as what multiplies bytes, but got 'two'

// Sums of integers (snn-find-integer-sums) by what multiplies bytes.
// VECTORS-LABEL: snn.program @kernels(
// TILES-LABEL: snn.program @kernels(
// NONE-LABEL: snn.program @kernels(
snn.program @kernels(%s: tensor<784xi1>, %x: tensor<9x9x32xi1>, %c: tensor<784xi32>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<256x784xf32>
  // VECTORS: snn.dense %s, %{{.*}} kernel "event16" {snn.integer_sums
  // TILES: snn.dense %s, %{{.*}} kernel "sliced" {snn.integer_sums
  // NONE: snn.dense %s, %{{.*}} kernel "event16" {snn.integer_sums
  snn.dense %s, %w {snn.integer_sums = array<i64: 1, 16, 1>} : (tensor<784xi1>, tensor<256x784xf32>) -> tensor<256xf32>
  // VECTORS: snn.dense %s, %{{.*}} kernel "dot" {snn.activity
  // TILES: snn.dense %s, %{{.*}} kernel "sliced" {snn.activity
  // NONE: snn.dense %s, %{{.*}} kernel "event16" {snn.activity
  snn.dense %s, %w {snn.activity = 0.6 : f64, snn.integer_sums = array<i64: 1, 16, 1>} : (tensor<784xi1>, tensor<256x784xf32>) -> tensor<256xf32>
  // Counts above 128 are no bytes of pairs.
  // VECTORS: snn.dense %c, %{{.*}} kernel "event32" {snn.activity
  // TILES: snn.dense %c, %{{.*}} kernel "sliced" {snn.activity
  // NONE: snn.dense %c, %{{.*}} kernel "event32" {snn.activity
  snn.dense %c, %w sum exact {snn.activity = 0.6 : f64, snn.integer_sums = array<i64: 1, 32, 129>} : (tensor<784xi32>, tensor<256x784xf32>) -> tensor<256xf32>
  %v = arith.constant dense<1.0> : tensor<64x32x3x3xf32>
  // VECTORS: snn.conv %x, %{{.*}} kernel "dot" {snn.activity
  // TILES: snn.conv %x, %{{.*}} kernel "sliced" {snn.activity
  // NONE: snn.conv %x, %{{.*}} kernel "event16" {snn.activity
  snn.conv %x, %v channels_last {snn.activity = 0.6 : f64, snn.integer_sums = array<i64: 1, 16, 1>} : (tensor<9x9x32xi1>, tensor<64x32x3x3xf32>) -> tensor<7x7x64xf32>
  snn.yield
}
