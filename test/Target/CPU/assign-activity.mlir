// RUN: rm -rf %t && split-file %s %t
// RUN: snn-compile %t/net.mlir --emit=scheduled --cpu=x86-64-v3 --activity=%t/few.json 2>&1 | FileCheck %s --check-prefix=FEW --implicit-check-not=remark
// RUN: snn-compile %t/net.mlir --emit=scheduled --cpu=x86-64-v3 --activity=%t/many.json 2>&1 | FileCheck %s --check-prefix=MANY --implicit-check-not=remark
// RUN: snn-compile %t/net.mlir -o %t/few.so --activity=%t/few.json --explain 2>&1 | FileCheck %s --check-prefix=EXPLAIN
// RUN: snn-compile %t/net.mlir --emit=scheduled --cpu=x86-64-v3 --activity=%t/other.json 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: snn-compile %t/net.mlir --emit=scheduled --cpu=x86-64-v3 --activity=%t/other.json --quiet 2>&1 | FileCheck %s --check-prefix=QUIET --implicit-check-not=remark

// Other kernels, the same bits.
// RUN: snn-compile %t/net.mlir -o %t/many.so --activity=%t/many.json --quiet
// RUN: snn-run %t/few.so --input %t/x.csv --output %t/few.csv --quiet
// RUN: snn-run %t/many.so --input %t/x.csv --output %t/many.csv --quiet
// RUN: snn-run %t/net.mlir --reference --input %t/x.csv --output %t/reference.csv --quiet
// RUN: diff %t/few.csv %t/many.csv
// RUN: diff %t/few.csv %t/reference.csv

// What a run measures says the same of each layer as is said here.
// RUN: snn-run %t/net.mlir --input %t/x.csv --profile-out=%t/measured.json --quiet
// RUN: snn-run %t/net.mlir --input %t/x.csv --activity=%t/measured.json --output %t/again.csv 2>&1 | FileCheck %s --check-prefix=AGAIN --implicit-check-not=remark
// RUN: diff %t/again.csv %t/reference.csv

// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/missing.json 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/empty.json 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/x.csv 2>&1 | FileCheck %s --check-prefix=TEXT
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/version.json 2>&1 | FileCheck %s --check-prefix=VERSION
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/range.json 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/twice.json 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/shape.json 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/negative.json 2>&1 | FileCheck %s --check-prefix=ORDINAL
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/letter.json 2>&1 | FileCheck %s --check-prefix=ORDINAL
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/large.json 2>&1 | FileCheck %s --check-prefix=ORDINAL
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/65.json 2>&1 | FileCheck %s --check-prefix=DEEP --implicit-check-not=error
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/64.json 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not snn-compile %t/net.mlir -o %t/no.so --activity=%t/strings.json 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not ls %t/no.so
// RUN: not snn-run %t/few.so --input %t/x.csv --activity=%t/few.json 2>&1 | FileCheck %s --check-prefix=COMPILED

// FEW: snn.dense %{{.*}} kernel "direct" {{.*}}snn.activity = 1.000000e-02
// FEW: snn.dense %{{.*}} kernel "direct" {{.*}}snn.activity = 2.000000e-02
// MANY: snn.dense %{{.*}} kernel "blocked" {{.*}}snn.activity = 1.000000e+00
// MANY: snn.dense %{{.*}} kernel "blocked" {{.*}}snn.activity = 9.000000e-01
// EXPLAIN: cpu-select-kernels: kernel = direct, activity = measured 1 %, cycles per row = direct {{[0-9]+}}, event {{[0-9]+}}, blocked
// EXPLAIN: cpu-select-kernels: kernel = direct, activity = measured 2 %, cycles per row = direct {{[0-9]+}}, event {{[0-9]+}}, blocked
// OTHER: other.json: remark: is a profile of network 'older', but is used for 'net'
// OTHER-NEXT: other.json: remark: has no activity of 'fc' dense 1, which is assumed
// OTHER-NEXT: other.json: remark: has an activity of 'fc' dense 7, 'gone' conv, which the network does not have
// OTHER: snn.dense %{{.*}}snn.activity = 1.000000e-02
// OTHER: snn.dense
// OTHER-NOT: snn.activity
// QUIET: snn.activity
// AGAIN: net: 2 steps

// MISSING: snn-compile: error: {{.*}}missing.json: cannot be read: {{.+}}
// EMPTY: snn-compile: error: {{.*}}empty.json: is empty
// TEXT: x.csv: error: {{.+}}
// VERSION: version.json: error: is a profile of another version than 1
// RANGE: range.json: error: layer 0: expects an activity from 0 to 1
// TWICE: twice.json: error: layer 1: is there twice
// SHAPE: shape.json: error: layer 0: expects an object with 'node' and 'op'
// ORDINAL: {{(negative|letter|large)}}.json: error: layer 0: expects an ordinal from 0 to 4294967295
// DEEP: 65.json: error: is nested deeper than 64 levels of arrays and objects
// NONE: {{(64|strings)}}.json: error: is no profile of snn-run --profile-out
// COMPILED: snn-run: error: {{.*}}few.so: is compiled

//--- net.mlir
// Two layers of one name, which their places tell apart.
snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (spikes: i1) {
  %one = arith.constant 1.0 : f32
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf oge, %v1, %one : f32
  %v2 = arith.subf %v1, %one : f32
  %v3 = arith.select %s, %v2, %v1 : f32
  snn.next (%v3 : f32) emit (%s : i1)
}
snn.network @net(%x: tensor<40xi1>) -> (y: tensor<64xi1>) dt(1.0) {
  %w = arith.constant dense<0.3> : tensor<64x40xf32>
  %v = arith.constant dense<0.03> : tensor<64x64xf32>
  %a = snn.dense %x, %w : (tensor<40xi1>, tensor<64x40xf32>) -> tensor<64xf32> loc("fc")
  %s = snn.population @if "a" (%a) : (tensor<64xf32>) -> tensor<64xi1>
  %b = snn.dense %s, %v : (tensor<64xi1>, tensor<64x64xf32>) -> tensor<64xf32> loc("fc")
  %t = snn.population @if "b" (%b) : (tensor<64xf32>) -> tensor<64xi1>
  snn.output %t : tensor<64xi1>
}

//--- x.csv
1,0,0,0,0,1,1,0,1,1,0,0,0,0,0,1,0,0,0,0,0,1,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,1,1,1
0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,1,0,0,1,1,0,0,1,0,0,1,1,0,0,1,0,1,0,0
//--- few.json
{"format": "volley-profile", "version": 1, "network": "net", "layers": [
 {"node": "fc", "op": "dense", "activity": 0.01},
 {"node": "a", "op": "population", "output_activity": 0.02},
 {"node": "fc", "op": "dense", "ordinal": 1, "activity": 0.02}]}
//--- many.json
{"format": "volley-profile", "version": 1, "network": "net", "layers": [
 {"node": "fc", "op": "dense", "ordinal": 0, "activity": 1},
 {"node": "fc", "op": "dense", "ordinal": 1, "activity": 0.9}]}
//--- other.json
{"format": "volley-profile", "version": 1, "network": "older", "layers": [
 {"node": "fc", "op": "dense", "ordinal": 0, "activity": 0.01},
 {"node": "gone", "op": "conv", "activity": 0.5},
 {"node": "fc", "op": "dense", "ordinal": 7, "activity": 0.01}]}
//--- empty.json
//--- version.json
{"format": "volley-profile", "version": 2, "network": "net", "layers": []}
//--- range.json
{"format": "volley-profile", "version": 1, "network": "net", "layers": [
 {"node": "fc", "op": "dense", "activity": 3}]}
//--- twice.json
{"format": "volley-profile", "version": 1, "network": "net", "layers": [
 {"node": "fc", "op": "dense", "activity": 0.5},
 {"node": "fc", "op": "dense", "activity": 0.5}]}
//--- shape.json
{"format": "volley-profile", "version": 1, "network": "net", "layers": ["fc"]}
//--- negative.json
{"format": "volley-profile", "version": 1, "network": "net", "layers": [
 {"node": "fc", "op": "dense", "ordinal": -1, "activity": 0.5}]}
//--- letter.json
{"format": "volley-profile", "version": 1, "network": "net", "layers": [
 {"node": "fc", "op": "dense", "ordinal": "z", "activity": 0.5}]}
//--- large.json
{"format": "volley-profile", "version": 1, "network": "net", "layers": [
 {"node": "fc", "op": "dense", "ordinal": 4294967296, "activity": 0.5}]}
//--- strings.json
["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
 "\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{", "\\"]
//--- 64.json
[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
//--- 65.json
[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
