// RUN: split-file %s %t
// RUN: snn-compile %t/net.mlir -o %t/net.so --record=if1:v --quiet
// RUN: snn-run %t/net.so --input %t/x.csv --output %t/s.csv --record if1:v:%t/v.csv | FileCheck %s --check-prefix=SUMMARY
// RUN: diff %t/s.csv %t/s-expected.csv
// RUN: diff %t/v.csv %t/v-expected.csv

// The interpreter, and compiling in memory, give the same.
// RUN: snn-run %t/net.mlir --reference --input %t/x.csv --output %t/s-reference.csv --record if1:v:%t/v-reference.csv --quiet
// RUN: diff %t/s-reference.csv %t/s-expected.csv
// RUN: diff %t/v-reference.csv %t/v-expected.csv
// RUN: snn-run %t/net.mlir --input x=%t/x.csv --output s=%t/s-memory.csv --record if1:v:%t/v-memory.csv --quiet | count 0
// RUN: diff %t/s-memory.csv %t/s-expected.csv
// RUN: diff %t/v-memory.csv %t/v-expected.csv

// So do any chunks, any kernel, any number of threads, and the imported form, as
// text or bytecode.
// RUN: snn-run %t/net.so --input %t/x.csv --chunk=1 --output %t/s-chunk.csv --record if1:v:%t/v-chunk.csv --quiet
// RUN: diff %t/v-chunk.csv %t/v-expected.csv
// RUN: snn-run %t/net.mlir --kernel=event --threads=2 --input %t/x.csv --record if1:v:%t/v-event.csv --quiet
// RUN: diff %t/v-event.csv %t/v-expected.csv
// RUN: snn-compile %t/net.mlir --cpu=x86-64-v3 --kernel=blocked -o %t/v3.so --record=if1:v --quiet
// RUN: snn-run %t/v3.so --input %t/x.csv --record if1:v:%t/v-v3.csv --quiet
// RUN: diff %t/v-v3.csv %t/v-expected.csv
// RUN: snn-compile %t/net.mlir --emit=imported -o %t/imported.mlirbc
// RUN: snn-run %t/imported.mlirbc --input %t/x.csv --record if1:v:%t/v-bytecode.csv --quiet
// RUN: diff %t/v-bytecode.csv %t/v-expected.csv

// The first steps only.
// RUN: snn-run %t/net.so --steps=2 --input %t/x.csv --output %t/s-two.csv | FileCheck %s --check-prefix=TWO
// RUN: head -2 %t/s-expected.csv > %t/s-first.csv
// RUN: diff %t/s-two.csv %t/s-first.csv

// SUMMARY: count: 4 steps of 0.001 s, batch 1
// SUMMARY-NEXT: output 's' [2] bool
// SUMMARY-NEXT: sample 0: 3 spikes, most (2) of element 1
// TWO: count: 2 steps

//--- net.mlir

snn.network @count(%x: tensor<3xf32>) -> (s: tensor<2xi1>) dt(1.0e-3) {
  %w = arith.constant dense<[[0.5, 0.25, -0.5], [0.125, 0.5, 0.75]]> : tensor<2x3xf32>
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %in = snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  %s = snn.neuron if "if1" (%in) params(r = %one, v_threshold = %one, v_reset = %zero : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %s : tensor<2xi1>
}

//--- x.csv
1,0,0
1,1,0
0,1,1
1,1,1
//--- s-expected.csv
0,0
1,0
0,1
0,1
//--- v-expected.csv
0.5,0.125
0.25,0.75
0,1
0.25,1.375
