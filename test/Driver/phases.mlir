// Any phase can be the last.
// RUN: snn-compile --phases | FileCheck %s --check-prefix=LIST
// RUN: snn-compile %s --emit=imported | FileCheck %s --check-prefix=IMPORTED
// RUN: snn-compile %s --emit=canonical | FileCheck %s --check-prefix=CANONICAL
// RUN: snn-compile %s --emit=scheduled --cpu=x86-64-v3 --kernel=event | FileCheck %s --check-prefix=SCHEDULED
// RUN: snn-compile %s --emit=lowered --cpu=x86-64-v3 -o - | FileCheck %s --check-prefix=LOWERED

// All of them go to a directory, which is made; weights are left out there, and
// kept in a file that is asked for.
// RUN: rm -rf %t.dump
// RUN: snn-compile %s --dump-phases=%t.dump/phases --emit=scheduled --cpu=x86-64-v3 -o %t.mlir
// RUN: ls %t.dump/phases | FileCheck %s --check-prefix=DUMP
// RUN: FileCheck %s --check-prefix=IMPORTED < %t.dump/phases/00-imported.mlir
// RUN: FileCheck %s --check-prefix=CANONICAL < %t.dump/phases/01-canonical.mlir
// RUN: FileCheck %s --check-prefix=ELIDED < %t.dump/phases/03-scheduled.mlir
// RUN: FileCheck %s --check-prefix=KEPT < %t.mlir
// RUN: snn-opt %t.mlir -o %t.again.mlir

// What was decided, and why.
// RUN: snn-compile %s -o %t.so --explain 2>&1 | FileCheck %s --check-prefix=EXPLAIN
// RUN: snn-compile %s -o %t.so --time-report 2>&1 | FileCheck %s --check-prefix=TIME

// LIST: imported: faithful to the file
// LIST: canonical: discretised
// LIST: optimized: spike-typed rewrites
// LIST: scheduled: time is explicit
// LIST: lowered: LLVM dialect

// IMPORTED: snn.neuron li "li"
// CANONICAL-NOT: snn.neuron li
// CANONICAL: snn.population @li "li"
// SCHEDULED: snn.program @net
// SCHEDULED: kernel "event"
// LOWERED: llvm.func @volley_tile

// DUMP: 00-imported.mlir
// DUMP-NEXT: 01-canonical.mlir
// DUMP-NEXT: 02-optimized.mlir
// DUMP-NEXT: 03-scheduled.mlir
// DUMP-NOT: 04

// ELIDED: arith.constant dense{{.*}}__elided__
// KEPT: arith.constant dense<{{\[}}[1.000000e+00, 2.000000e+00, 3.000000e+00]
// EXPLAIN: cpu-select-kernels{{.*}}kernel = blocked{{.*}}event {{[0-9]+}}, blocked {{[0-9]+}}
// TIME: load the model
// TIME: phase scheduled

snn.network @net(%x: tensor<3xf32>) -> (s: tensor<8xf32>) dt(1.0e-3) {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [7.0, 8.0, 9.0], [1.0, 2.0, 3.0]]> : tensor<8x3xf32>
  %tau = arith.constant 0.02 : f64
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %in = snn.dense %x, %w : (tensor<3xf32>, tensor<8x3xf32>) -> tensor<8xf32>
  %s = snn.neuron li "li" (%in) params(tau = %tau, r = %one, v_leak = %zero : f64, f64, f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<8xf32>) -> tensor<8xf32>
  snn.output %s : tensor<8xf32>
}
