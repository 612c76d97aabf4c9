// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels,cpu-fuse-neurons))' | FileCheck %s
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels,cpu-fuse-neurons,cpu-allocate-storage))' | FileCheck %s --check-prefix=STORAGE
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels,cpu-fuse-neurons,cpu-allocate-storage),cpu-lower-program)' | FileCheck %s --check-prefix=LOWERED
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{force=blocked},cpu-fuse-neurons))' | FileCheck %s --check-prefix=BLOCKED
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels,cpu-fuse-neurons))' --remarks-filter=cpu-fuse-neurons -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

snn.neuron_model private @sum(in %x: f32, in %y: f32) -> (s: i1) {
  %z = arith.addf %x, %y : f32
  %one = arith.constant 1.0 : f32
  %s = arith.cmpf ogt, %z, %one : f32
  snn.next emit (%s : i1)
}

// One input of a population may come from a product, also through a reshape; a
// result that somebody else uses too stays in memory. The kernel that cannot hand
// its results over is not fused.
// CHECK-LABEL: snn.program @net(
// BLOCKED-LABEL: snn.program @net(
// BLOCKED-NOT: snn.fused
snn.program @net(%s: tensor<4x100xi1>) -> (a: tensor<128xi1>, b: tensor<4x32xi1>) dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<32x100xf32>
  // CHECK: snn.dense {{.*}} kernel "direct" {snn.fused} :
  // STORAGE: snn.dense {{.*}} {snn.buffers = array<i64: -1>, snn.fused,
  // REMARK: cpu-fuse-neurons{{.*}} population=p
  %x = snn.dense %s, %w : (tensor<4x100xi1>, tensor<32x100xf32>) -> tensor<4x32xf32>
  // CHECK: snn.dense
  // CHECK-NOT: snn.fused
  // STORAGE: snn.dense {{.*}} {snn.buffers = array<i64: {{[0-9]+}}>,
  %y = snn.dense %s, %w : (tensor<4x100xi1>, tensor<32x100xf32>) -> tensor<4x32xf32>
  // A row of the product is one of four positions.
  // LOWERED: llvm.call @volley_dense_direct_i1_f32(
  // LOWERED: %[[STEP:.*]] = llvm.mlir.addressof @step_p :
  // LOWERED: %[[ROWS:.*]] = arith.constant 4 : i64
  // LOWERED: llvm.call @volley_dense_direct_i1_f32({{.*}}, %[[STEP]], %{{.*}}, %[[ROWS]])
  // LOWERED: llvm.call @volley_neurons(
  // LOWERED-NOT: volley_dense
  %xr = snn.reshape %x : tensor<4x32xf32> -> tensor<128xf32>
  %yr = snn.reshape %y : tensor<4x32xf32> -> tensor<128xf32>
  %p = snn.step @sum "p" (%xr, %yr) : (tensor<128xf32>, tensor<128xf32>) -> tensor<128xi1>
  %q = snn.step @sum "q" (%y, %y) : (tensor<4x32xf32>, tensor<4x32xf32>) -> tensor<4x32xi1>
  snn.yield (%p, %q : tensor<128xi1>, tensor<4x32xi1>)
}
