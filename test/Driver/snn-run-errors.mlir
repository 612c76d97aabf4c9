// RUN: rm -rf %t
// RUN: split-file %s %t
// RUN: snn-compile %t/net.mlir -o %t/net.so --quiet

// RUN: not snn-run %t/net.so --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=INPUT
// RUN: not snn-run %t/net.so --input a=%t/a.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=ONE-INPUT
// RUN: not snn-run %t/net.so --input %t/a.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not snn-run %t/net.so --input a=%t/a.csv --input a=%t/a.csv 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not snn-run %t/net.so --input a=%t/missing.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not snn-run %t/net.so --input a=%t/b.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not snn-run %t/net.so --input a=%t/short.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=STEPS
// RUN: not snn-run %t/net.so --input a=%t/a.csv --input b=%t/b.csv --steps=4 --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=MORE
// RUN: not snn-run %t/net.so --input a=%t/a.csv --input b=%t/real.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=VALUE
// RUN: not snn-run %t/net.so --input a=%t/word.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=WORD
// RUN: not snn-run %t/net.so --input a=%t/ragged.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=RAGGED
// RUN: not snn-run %t/net.so --input a=%t/a.csv --input b=%t/b.csv --record p:v:%t/y.csv 2>&1 | FileCheck %s --check-prefix=PROBE
// RUN: not snn-run %t/net.so --input a=%t/a.csv --input b=%t/b.csv --record p:v 2>&1 | FileCheck %s --check-prefix=RECORD
// RUN: not snn-run %t/net.mlir --input a=%t/a.csv --input b=%t/b.csv --record q:v:%t/y.csv 2>&1 | FileCheck %s --check-prefix=NEURON
// RUN: not snn-run %t/net.so --reference --input a=%t/a.csv --input b=%t/b.csv 2>&1 | FileCheck %s --check-prefix=COMPILED
// RUN: not snn-run %t/net.mlir --reference --kernel=none --input a=%t/a.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=REFERENCE
// RUN: not snn-run %t/net.mlir --reference --activity=%t/none.json --input a=%t/a.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=REFERENCE
// RUN: not snn-run %t/a.so --input a=%t/a.csv 2>&1 | FileCheck %s --check-prefix=ARTEFACT
// RUN: not ls %t/y.csv

// What cannot be written is said before anything is.
// RUN: not snn-run %t/net.mlir --input a=%t/a.csv --input b=%t/b.csv --output %t/y.csv --record p:v:%t/v.txt 2>&1 | FileCheck %s --check-prefix=EXTENSION
// RUN: not ls %t/y.csv

// A neuron that leaves its law ends the run, compiled and interpreted alike.
// RUN: not snn-run %t/net.so --input a=%t/large.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=LAW
// RUN: not snn-run %t/net.mlir --reference --input a=%t/large.csv --input b=%t/b.csv --output %t/y.csv 2>&1 | FileCheck %s --check-prefix=LAW
// RUN: not ls %t/y.csv

// INPUT: snn-run: error: input 'a' is not given
// ONE-INPUT: snn-run: error: input 'b' is not given
// NAME: snn-run: error: --input expects NAME=FILE for one of 'a', 'b', but got '{{.*}}a.csv'
// REFERENCE: snn-run: error: --{{kernel|activity}} is for compiled code, which --reference has none of
// TWICE: snn-run: error: input 'a' is given twice
// MISSING: snn-run: error: {{.*}}missing.csv: {{.+}}
// SHAPE: snn-run: error: {{.*}}b.csv: expects an array of shape (steps, [2]) or (steps, batch, [2]) for input 'a', but got [3, 1]
// STEPS: snn-run: error: inputs 'a' and 'b' differ in steps or batch
// MORE: snn-run: error: --steps asks for more than the 3 steps of input 'a'
// VALUE: snn-run: error: {{.*}}real.csv: {{.*}}[1, 0]
// WORD: snn-run: error: {{.*}}word.csv: {{.*}}2
// RAGGED: snn-run: error: {{.*}}ragged.csv: {{.*}}2
// PROBE: snn-run: error: {{.*}}net.so: has no probe p:v built in; there are none (snn-compile --record=p:v)
// RECORD: snn-run: error: --record expects NODE:WHAT:FILE, but got 'p:v'
// NEURON: error: has no neuron 'q' to record; there are p
// COMPILED: snn-run: error: {{.*}}net.so: is compiled
// ARTEFACT: snn-run: error: {{.*}}a.so
// EXTENSION: snn-run: error: {{.*}}v.txt: expects a file that ends in .npy or .csv
// LAW: snn-run: error: {{.*}}: population 'p' runs away

//--- net.mlir
snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32) -> (y: f32) {
  %v1 = arith.addf %v, %x : f32
  %limit = arith.constant 100.0 : f32
  %ok = arith.cmpf olt, %v1, %limit : f32
  snn.assert %ok, "runs away"
  snn.next (%v1 : f32) emit (%v1 : f32)
}
snn.network @net(%a: tensor<2xf32>, %b: tensor<1xi1>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %y = snn.population @m "p" (%a) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
//--- a.csv
1,2
3,4
5,6
//--- b.csv
1
0
1
//--- short.csv
1,2
3,4
//--- real.csv
1
0.5
1
//--- word.csv
1,2
3,four
5,6
//--- ragged.csv
1,2
3
5,6
//--- large.csv
60,2
60,4
1,1
//--- a.so
This is no artefact.
