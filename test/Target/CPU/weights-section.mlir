// Weights are a section and a segment that nothing may write.

// RUN: snn-compile %s -o %t.so
// RUN: llvm-readelf -S -l -W %t.so | FileCheck %s

// CHECK: .volley.weights PROGBITS {{.*}} A {{ *}}0
// CHECK: LOAD {{.*}} R 0x1000
// CHECK: LOAD {{.*}} R E 0x1000
// CHECK: LOAD {{.*}} RW 0x1000
// CHECK: LOAD {{.*}} R 0x1000
snn.network @net(%x: tensor<3xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %w = arith.constant dense<[[0.25, -1.5, 2.0], [1.0, 0.5, -0.75]]> : tensor<2x3xf32>
  %y = snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
