// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels,cpu-estimate-work))' | FileCheck %s
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-estimate-work{share=always}))' | FileCheck %s --check-prefix=ALWAYS
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-estimate-work{share=never}))' | FileCheck %s --check-prefix=NEVER
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-estimate-work{share=batch}))' | FileCheck %s --check-prefix=BATCH
// RUN: not snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-estimate-work{share=often}))' 2>&1 | FileCheck %s --check-prefix=BAD

// The product's 1009 cycles (select-kernels.mlir), and a cycle for every 4 of the
// 128 results of the copy; two loops.
// CHECK: snn.program @net{{.*}} attributes {snn.work = array<i64: 0, 1040, 0, 0, 2, 0, 0, 0>}
// ALWAYS: snn.work = array<i64: 3, {{[0-9]+}}, 0, 0, 2, 0, 0, 0>
// NEVER: snn.work = array<i64: 1, {{[0-9]+}}, 0, 0, 2, 0, 0, 0>
// BATCH: snn.work = array<i64: 2, {{[0-9]+}}, 0, 0, 2, 0, 0, 0>
// BAD: there is no 'often' to share work; there are auto, never, batch, always
snn.program @net(%s: tensor<784xi1>) -> (y: tensor<128xf32>) dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<128x784xf32>
  %y = snn.dense %s, %w : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
  %z = snn.move %y sizes [128] strides [1] : tensor<128xf32> -> tensor<128xf32>
  snn.yield (%z : tensor<128xf32>)
}

// A product of two signals counts as its kernel does: 64 terms are packed, in 10
// cycles each, and 8 rows of them take 50 cycles.
// CHECK: snn.program @matmul{{.*}} attributes {snn.work = array<i64: 0, 1036, 0, 0, 1, 0, 0, 0>}
snn.program @matmul(%a: tensor<8x64xi1>, %b: tensor<64x8xi1>) -> (y: tensor<8x8xi32>) dt(1.0) rows(64) {
  %y = snn.matmul %a, %b : (tensor<8x64xi1>, tensor<64x8xi1>) -> tensor<8x8xi32>
  snn.yield (%y : tensor<8x8xi32>)
}
