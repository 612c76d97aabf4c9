// RUN: split-file %s %t
// RUN: snn-opt %t/layout.mlir --pass-pipeline='builtin.module(snn.program(cpu-select-kernels))' -verify-diagnostics
// RUN: snn-opt %t/name.mlir --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{force=fastest}))' -verify-diagnostics
// RUN: snn-opt %t/kernel.mlir --pass-pipeline='builtin.module(snn.program(cpu-allocate-storage))' -verify-diagnostics
// RUN: snn-opt %t/storage.mlir --pass-pipeline='builtin.module(cpu-lower-program)' -verify-diagnostics

//--- layout.mlir

// The kernels are for channels last: snn-assign-layout comes first.
snn.program @layout(%x: tensor<2x4xf32>) -> () dt(1.0) rows(1) {
  %w = arith.constant dense<1.0> : tensor<2x2x1xf32>
  // expected-error @+1 {{'snn.conv' op has no kernel on this target}}
  snn.conv %x, %w : (tensor<2x4xf32>, tensor<2x2x1xf32>) -> tensor<2x4xf32>
  snn.yield
}

//--- name.mlir

// expected-error-re @+1 {{there is no kernel 'fastest'; there are direct, event, blocked, depthwise, scatter, sliced, dot, event16, event32, coincidence{{$}}}}
snn.program @name() -> () dt(1.0) rows(1) {
  snn.yield
}

//--- kernel.mlir

// The passes in their order: a product without a kernel has no place.
snn.program @kernel(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  %w = arith.constant dense<1.0> : tensor<1x2xf32>
  // expected-error @+1 {{'snn.dense' op expects a kernel; run cpu-select-kernels first}}
  snn.dense %x, %w : (tensor<2xf32>, tensor<1x2xf32>) -> tensor<1xf32>
  snn.yield
}

//--- storage.mlir

// A program without places has no code.
// expected-error @+1 {{expects storage; cpu-allocate-storage gives it}}
snn.program @storage() -> () dt(1.0) rows(1) {
  snn.yield
}
