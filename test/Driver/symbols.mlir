// Profilers and debuggers find the nodes in names of functions: in an artefact, and of a
// program in memory in the file that VOLLEY_PROGRAM_DIR asks for.

// RUN: rm -rf %t && split-file %s %t && mkdir %t/programs
// RUN: snn-compile %t/net.mlir -o %t/net.so --quiet
// RUN: llvm-nm %t/net.so | FileCheck %s --implicit-check-not=step_
// RUN: env VOLLEY_PROGRAM_DIR=%t/programs snn-run %t/net.mlir --input %t/x.csv --output %t/y.csv --quiet
// RUN: llvm-nm %t/programs/program-*-0.so | FileCheck %s --implicit-check-not=step_
// RUN: snn-run %t/net.mlir --input %t/x.csv --output %t/z.csv --quiet
// RUN: diff %t/y.csv %t/z.csv
// RUN: not env VOLLEY_PROGRAM_DIR=%t/none snn-run %t/net.mlir --input %t/x.csv --output %t/none.csv --quiet 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not ls %t/none.csv

// NONE: {{.*}}none/program-{{[0-9]+}}-0.so: error: cannot be written: {{.*}}o such file or directory

// One function for two populations of the same law and shape; what means something to
// a linker is replaced; no name is there twice.
// CHECK: t step_a_b_v1_1_v{{[34]$}}
// CHECK: t step_a_b_v1_v{{[34]$}}
// CHECK: t step_first_and_1_more_v{{[34]$}}
// CHECK: t volley_dense_
// CHECK: t volley_tile

//--- net.mlir
snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (spikes: i1) {
  %one = arith.constant 1.0 : f32
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf oge, %v1, %one : f32
  %v2 = arith.subf %v1, %one : f32
  %v3 = arith.select %s, %v2, %v1 : f32
  snn.next (%v3 : f32) emit (%s : i1)
}
snn.network @net(%x: tensor<2xi1>) -> (y: tensor<3xi1>) dt(1.0) {
  %w = arith.constant dense<[[1.0, 0.5], [0.25, 1.0]]> : tensor<2x2xf32>
  %w4 = arith.constant dense<[[1.0, 0.5], [0.25, 1.0], [0.5, 0.5], [1.0, 1.0]]> : tensor<4x2xf32>
  %w5 = arith.constant dense<0.5> : tensor<3x4xf32>
  %a = snn.dense %x, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %b = snn.population @if "first" (%a) : (tensor<2xf32>) -> tensor<2xi1>
  %c = snn.dense %b, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %d = snn.population @if "second" (%c) : (tensor<2xf32>) -> tensor<2xi1>
  %e = snn.dense %d, %w4 : (tensor<2xi1>, tensor<4x2xf32>) -> tensor<4xf32>
  %f = snn.population @if "a/b@v1" (%e) : (tensor<4xf32>) -> tensor<4xi1>
  %g = snn.dense %f, %w5 : (tensor<4xi1>, tensor<3x4xf32>) -> tensor<3xf32>
  %h = snn.population @if "a b v1" (%g) : (tensor<3xf32>) -> tensor<3xi1>
  snn.output %h : tensor<3xi1>
}

//--- x.csv
1,0
0,1
1,1
