// RUN: %snn-opt %s --pass-pipeline="builtin.module(snn.network(snn-hoist-static-ops))" --remarks-filter=snn-hoist-static-ops -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s < %t --enable-var-scope

// What follows from constants and static inputs alone is static; a stream, a
// population with states and a window value are not.
// REMARK-COUNT-2: snn.matmul is done once after a reset instead of at each step
// REMARK-NOT: is done once
// CHECK-LABEL: snn.network @rates(
// CHECK: snn.matmul %{{.*}}, %{{.*}} {snn.once}
// CHECK: snn.matmul %{{.*}}, %{{.*}} {snn.once}
// CHECK-NOT: snn.once
snn.neuron_model private @sum(state %v: f32 = 0.0, in %x: f32) -> (y: f32) {
  %v1 = arith.addf %v, %x : f32
  snn.next (%v1 : f32) emit (%v1 : f32)
}
snn.network @rates(static %image: tensor<2x2xf32>, %stream: tensor<2x2xf32>) -> (y: tensor<2x2xf32>, z: tensor<2x2xf32>) dt(1.0) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %c = snn.matmul %w, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %x = snn.matmul %image, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %s = snn.population @sum "a" (%x) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %l = snn.reduce_time last %s : tensor<2x2xf32> -> tensor<2x2xf32>
  %y = snn.matmul %l, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %z = snn.matmul %stream, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  snn.output %y, %z : tensor<2x2xf32>, tensor<2x2xf32>
}
