// RUN: rm -rf %t && split-file %s %t
// RUN: snn-compile %t/net.mlir -o %t/plain.so --kernel=event --quiet
// RUN: snn-compile %t/net.mlir -o %t/net.so --kernel=event --profile --quiet
// RUN: snn-run %t/plain.so --input %t/x.csv --output %t/plain.csv --quiet
// RUN: snn-run %t/net.so --input %t/x.csv --output %t/y.csv --profile --profile-out=%t/p.json --profile-out=%t/p.svg --quiet | FileCheck %s --check-prefix=TABLE
// RUN: diff %t/y.csv %t/plain.csv
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t/p.json
// RUN: FileCheck %s --check-prefix=SVG --input-file=%t/p.svg

// A model is compiled for it; chunks and threads count alike.
// RUN: snn-run %t/net.mlir --kernel=event --input %t/x.csv --chunk=1 --profile-out=%t/q.json --quiet | count 0
// RUN: grep -E '"(node|op|rows|.*inputs|.*outputs|operations|updates)":' %t/p.json > %t/p.counts
// RUN: grep -E '"(node|op|rows|.*inputs|.*outputs|operations|updates)":' %t/q.json > %t/q.counts
// RUN: diff %t/p.counts %t/q.counts
// RUN: snn-run %t/net.mlir --kernel=event --input %t/x.csv --share=always --threads=2 --profile-out=%t/q.json --quiet
// RUN: grep -E '"(node|op|rows|.*inputs|.*outputs|operations|updates)":' %t/q.json > %t/q.counts
// RUN: diff %t/p.counts %t/q.counts

// A program without it has nothing of it.
// RUN: llvm-nm %t/plain.so | FileCheck %s --check-prefix=PLAIN --implicit-check-not=volley_profile
// RUN: llvm-nm %t/net.so | FileCheck %s --check-prefix=SYMBOLS
// RUN: not snn-run %t/plain.so --input %t/x.csv --profile 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not snn-run %t/net.mlir --input %t/x.csv --profile --reference 2>&1 | FileCheck %s --check-prefix=REFERENCE
// RUN: not snn-run %t/net.mlir --input %t/x.csv --output %t/z.csv --profile-out=%t/p.txt 2>&1 | FileCheck %s --check-prefix=EXTENSION
// RUN: not snn-run %t/net.so --input %t/x.csv --output %t/z.csv --profile-out=%t/none/p.json 2>&1 | FileCheck %s --check-prefix=DIRECTORY
// RUN: not snn-run %t/net.mlir --profile=norse --profile=sinabs --input %t/x.csv 2>&1 | FileCheck %s --check-prefix=LAWS
// RUN: not ls %t/z.csv

// Three steps of one sample, 8 spikes into the first layer and 5 out of it: in 6
// neurons the potentials are 1.5, 0.125; 1.25, 1.375; 1.5, 1.75.
// TABLE: net: 3 steps of samples in 1 run, {{.*}} on 1 thread (x86-64
// TABLE-NEXT: time {{ *}}% {{ *}}calls {{ *}}not zero {{ *}}spikes {{ *}}operations {{ *}}updates {{ *}}bytes  layer
// TABLE-DAG: 1{{ +}}in 44.4 %{{ +}}8{{ +}}36{{ +}}16{{ .*}}fc.one: event dense
// TABLE-DAG: 1{{ +}}out 83.3 %{{ +}}5{{ +}}6{{ +}}6{{ .*}}a: if population
// TABLE-DAG: 3{{ +}}in {{.*}}back: event dense
// TABLE: outside of layers

// JSON: "format": "volley-profile",
// JSON-NEXT: "version": 1,
// JSON-NEXT: "network": "net",
// JSON-NEXT: "compiler": "volley {{.*}}",
// JSON-NEXT: "cpu": "x86-64-
// JSON: "node": "fc.one",
// JSON-NEXT: "op": "dense",
// JSON-NEXT: "ordinal": 0,
// JSON-NEXT: "detail": "event",
// JSON: "activity": 0.44444444444444
// JSON: "node": "a",
// JSON-NEXT: "op": "population",

// The parts of a name are bars on top of each other.
// SVG: <svg xmlns=
// SVG: <title>net: {{.*}}, 100.0 %</title>
// SVG: <title>fc: {{.*}} %</title>
// SVG: <title>one: {{.*}} %</title>
// SVG: <title>event dense: {{.*}} of fc.one, 1 calls, in 44.4 %, 16 updates</title>
// SVG: </svg>

// Functions have names, for profilers.
// PLAIN: step_a_v{{[34]$}}
// PLAIN: step_b_v{{[34]$}}
// PLAIN: volley_tile
// SYMBOLS: volley_profile_begin

// NONE: snn-run: error: {{.*}}plain.so: was not compiled for profiling; snn-compile --profile does
// REFERENCE: snn-run: error: --profile is for compiled code
// EXTENSION: snn-run: error: {{.*}}p.txt: expects a file that ends in .json or .svg
// DIRECTORY: snn-run: error: {{.*}}p.json: cannot be written: there is no directory
// LAWS: snn-run: error: --profile names 2 laws; expects one

//--- net.mlir
snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (spikes: i1) {
  %one = arith.constant 1.0 : f32
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf oge, %v1, %one : f32
  %v2 = arith.subf %v1, %one : f32
  %v3 = arith.select %s, %v2, %v1 : f32
  snn.next (%v3 : f32) emit (%s : i1)
}
snn.network @net(%x: tensor<6xi1>) -> (y: tensor<2xi1>) dt(1.0) {
  %w = arith.constant dense<[[0.5, 0.25, 0.5, 0.0, 1.0, 0.25], [0.125, 0.5, 0.75, 0.0, 0.0, 0.25]]> : tensor<2x6xf32>
  %wr = arith.constant dense<[[0.0, 0.5], [0.25, 0.0]]> : tensor<2x2xf32>
  %in = snn.dense %x, %w : (tensor<6xi1>, tensor<2x6xf32>) -> tensor<2xf32> loc("fc.one")
  %a = snn.population @if "a" (%in) : (tensor<2xf32>) -> tensor<2xi1>
  %r = snn.dense %a, %wr : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32> loc("fc.two")
  %back = snn.dense %late, %wr : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32> loc("back")
  %late = snn.delay %b by 1 : tensor<2xi1>
  %drive = snn.add %r, %back : tensor<2xf32>
  %b = snn.population @if "b" (%drive) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %b : tensor<2xi1>
}

//--- x.csv
1,0,0,0,1,0
0,1,1,0,0,0
1,1,1,1,0,0
