// Several levels of instructions in one artefact.
// RUN: split-file %s %t

// The best that the machine has is taken; any that it has can be, and gives the
// same.
// RUN: snn-compile %t/net.mlir --cpu=v3+x86-64-v4+haswell --record=if1:v -o %t/levels.so --quiet
// RUN: snn-run --info %t/levels.so | FileCheck %s --check-prefix=INFO
// RUN: snn-run --info --cpu=v3 %t/levels.so | FileCheck %s --check-prefix=V3
// RUN: snn-run %t/levels.so --input %t/x.csv --output %t/y.csv --record if1:v:%t/v.csv --quiet
// RUN: snn-run %t/levels.so --cpu=x86-64-v3 --input %t/x.csv --output %t/y3.csv --record if1:v:%t/v3.csv --quiet
// RUN: snn-run %t/net.mlir --reference --input %t/x.csv --output %t/y-reference.csv --record if1:v:%t/v-reference.csv --quiet
// RUN: diff %t/y.csv %t/y-reference.csv
// RUN: diff %t/v.csv %t/v-reference.csv
// RUN: diff %t/y3.csv %t/y-reference.csv
// RUN: diff %t/v3.csv %t/v-reference.csv
// RUN: not snn-run --info --cpu=amx %t/levels.so 2>&1 | FileCheck %s --check-prefix=OTHER

// Code for one level has no instructions of another.
// RUN: llvm-objdump -d --no-show-raw-insn %t/levels.so | FileCheck %s --check-prefix=CODE

// Levels share the weights.
// RUN: snn-compile %t/net.mlir --cpu=v4 --record=if1:v -o %t/v4.so --quiet
// RUN: snn-run --info %t/v4.so | FileCheck %s --check-prefix=ONE

// Only the matrix unit's programs have weights and phases of their own.
// RUN: snn-compile %t/net.mlir --cpu=amx+v3 -o %t/unused.so --quiet --dump-phases=%t/unused
// RUN: snn-run --info %t/unused.so | FileCheck %s --check-prefix=UNUSED
// RUN: ls %t/unused | count 5
// RUN: snn-compile %t/net.mlir --cpu=amx+v3 --sum=exact --kernel=sliced -o %t/used.so --quiet --dump-phases=%t/used
// RUN: snn-run --info %t/used.so | FileCheck %s --check-prefix=USED
// RUN: ls %t/used | FileCheck %s --check-prefix=PHASES
// RUN: snn-run --cpu=v3 %t/used.so --input %t/x.csv --output %t/y-exact.csv --quiet
// RUN: snn-run %t/net.mlir --reference --sum=exact --input %t/x.csv --output %t/y-exact-reference.csv --quiet
// RUN: diff %t/y-exact.csv %t/y-exact-reference.csv

// A processor means the most of the levels that it has.
// RUN: snn-compile %t/net.mlir --cpu=haswell+znver4+sapphirerapids --sum=exact --kernel=sliced -o %t/processors.so --quiet
// RUN: snn-run --info %t/processors.so | FileCheck %s --check-prefix=PROCESSORS
// RUN: not snn-compile %t/net.mlir --cpu=ivybridge -o %t/none.so 2>&1 | FileCheck %s --check-prefix=LESS
// RUN: not snn-compile %t/net.mlir --cpu=v3+ -o %t/none.so 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not ls %t/none.so
// RUN: not snn-run --info %t/net.mlir 2>&1 | FileCheck %s --check-prefix=MODEL

// INFO: net: volley {{.*}}, steps of 0.001 s
// INFO-NEXT: code for x86-64-v4 and x86-64-v3, of which x86-64-v{{[34]}} is chosen
// INFO-NEXT: 256 bytes of weights, {{[0-9]+}} of state per sample, {{[0-9]+}} of workspace per thread
// INFO-NEXT: input 'x' [3] bool
// INFO-NEXT: output 's' [2] bool
// INFO-NEXT: probe 'if1:v' [2] f32
// V3: code for x86-64-v4 and x86-64-v3, of which x86-64-v3 is chosen
// OTHER: levels.so: has no code for 'amx'; it has code for x86-64-v4 and x86-64-v3
// CODE: <volley_tile_v3>:
// CODE-NOT: %zmm
// CODE: <volley_dense_{{.*}}_v4>:
// CODE: %zmm
// CODE: <volley_dense_{{.*}}_v3>:
// CODE-NOT: %zmm
// CODE: <volley_take>:
// ONE: code for x86-64-v4{{$}}
// ONE-NEXT: 256 bytes
// UNUSED: code for x86-64-v4 and x86-64-v3
// USED: code for x86-64-v4-amx and x86-64-v3
// PHASES: 02-optimized.mlir
// PHASES-NEXT: 03-scheduled-without-amx.mlir
// PHASES-NEXT: 03-scheduled.mlir
// PHASES-NEXT: 04-lowered-without-amx.mlir
// PHASES-NEXT: 04-lowered.mlir
// PROCESSORS: code for x86-64-v4-amx and x86-64-v4 and x86-64-v3
// LESS: snn-compile: error: expects a processor with x86-64-v3 as cpu, but 'ivybridge' has no avx2
// EMPTY: snn-compile: error: expects native, {{.*}}, but got ''
// MODEL: snn-run: error: --info is for artefacts

//--- net.mlir

snn.neuron_model private @if(state %v: f32 = 0.0, in %i: f32) -> (spikes: i1) {
  %one = arith.constant 1.0 : f32
  %v1 = arith.addf %v, %i : f32
  %s = arith.cmpf oge, %v1, %one : f32
  %v2 = arith.subf %v1, %one : f32
  %v3 = arith.select %s, %v2, %v1 : f32
  snn.next (%v3 : f32) emit (%s : i1)
}

snn.network @net(%x: tensor<3xi1>) -> (s: tensor<2xi1>) dt(1.0e-3) {
  %w = arith.constant dense<[[0.3, 0.7, -0.2], [0.9, -0.4, 0.6]]> : tensor<2x3xf32>
  %a = snn.dense %x, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %s = snn.population @if "if1" (%a) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %s : tensor<2xi1>
}

//--- x.csv
1,0,1
1,1,0
0,0,0
1,1,1
