// Every failure ends with exit code 1, a message that names the file or the
// option, and no output file.
// RUN: rm -rf %t
// RUN: split-file %s %t

// RUN: not snn-compile 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not snn-compile %t/good.mlir 2>&1 | FileCheck %s --check-prefix=NO-OUTPUT
// RUN: not snn-compile %t/missing.mlir -o %t/out.so 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not snn-compile %t/syntax.mlir -o %t/out.so 2>&1 | FileCheck %s --check-prefix=SYNTAX
// RUN: not snn-compile %t/verifier.mlir -o %t/out.so 2>&1 | FileCheck %s --check-prefix=VERIFIER
// RUN: not snn-compile %t/two.mlir -o %t/out.so 2>&1 | FileCheck %s --check-prefix=TWO
// RUN: not snn-compile %t/none.mlir -o %t/out.so 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not snn-compile %t/weights.mlir -o %t/out.so 2>&1 | FileCheck %s --check-prefix=WEIGHTS
// RUN: not snn-compile %t/text.nir -o %t/out.so 2>&1 | FileCheck %s --check-prefix=NIR
// RUN: snn-compile %t/good.mlir -o %t.compiled.so
// RUN: not snn-compile %t.compiled.so -o %t/out.so 2>&1 | FileCheck %s --check-prefix=COMPILED
// RUN: not snn-compile %t/good.mlir -o %t/out.so --target=cuda 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: not snn-compile %t/good.mlir -o %t/out.so --cpu=i386 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not snn-compile %t/good.mlir -o %t/out.so --kernel=fast 2>&1 | FileCheck %s --check-prefix=KERNEL
// RUN: not snn-compile %t/good.mlir --check --cpu=i386 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not snn-compile %t/good.mlir --emit=imported --kernel=fast 2>&1 | FileCheck %s --check-prefix=KERNEL
// RUN: not snn-compile %t/good.mlir -o %t/out.so --without=snn-discretize 2>&1 | FileCheck %s --check-prefix=WITHOUT
// RUN: not snn-compile %t/good.mlir -o %t/out.so --record=if1:w 2>&1 | FileCheck %s --check-prefix=WHAT
// RUN: not snn-compile %t/good.mlir -o %t/out.so --record=if2:v 2>&1 | FileCheck %s --check-prefix=NODE
// RUN: not snn-compile %t/good.mlir -o %t/out.so --emit=assembly 2>&1 | FileCheck %s --check-prefix=PHASE
// RUN: not snn-compile %t/good.mlir -o %t/out.so --profile=norse 2>&1 | FileCheck %s --check-prefix=MEANING
// RUN: not snn-compile %t/good.mlir -o %t/out.so --input=x:float 2>&1 | FileCheck %s --check-prefix=INPUT
// RUN: not snn-compile %t/good.mlir -o %t/out.so --reset=never 2>&1 | FileCheck %s --check-prefix=SETTING
// RUN: not snn-compile %t/good.mlir -o %t/no-directory/out.so 2>&1 | FileCheck %s --check-prefix=DIRECTORY
// RUN: not ls %t/out.so
// RUN: ls %t | FileCheck %s --check-prefix=LEFT

// A file that is there already is not harmed by a compilation that fails.
// RUN: echo "as it was" > %t/kept.so
// RUN: not snn-compile %t/weights.mlir -o %t/kept.so
// RUN: FileCheck %s --check-prefix=KEPT < %t/kept.so

// NOTHING: snn-compile: error: expects a model file
// NO-OUTPUT: snn-compile: error: expects -o FILE, --emit=PHASE or --check
// MISSING: missing.mlir: error: cannot be opened: No such file or directory
// SYNTAX: syntax.mlir:2:{{[0-9]+}}: error:
// VERIFIER: verifier.mlir:2:{{[0-9]+}}: error: 'snn.add' op expects operands of shape [2], but got 'tensor<3xf32>'
// TWO: two.mlir{{.*}}: error: expects one snn.network, but got 2
// NONE: none.mlir{{.*}}: error: expects one snn.network, but got 0
// WEIGHTS: weights.mlir:3:{{[0-9]+}}: error: 'snn.dense' op expects finite weights and biases
// NIR: text.nir: error: is not a readable HDF5 file
// COMPILED: compiled.so: error: is compiled; snn-run and volley.open run it
// TARGET: snn-compile: error: there is no target 'cuda'; there is cpu
// CPU: snn-compile: error: expects native, x86-64-v3, x86-64-v4, x86-64-v4-amx, armv8-a or a processor (haswell, znver4, sapphirerapids, ...) as cpu, or several joined by +, but got 'i386'
// Conformance files force each of them: test/Conformance/lit.local.cfg.
// KERNEL: snn-compile: error: there is no kernel 'fast'; there are direct, event, blocked, depthwise, scatter, sliced, dot, event16, event32, coincidence{{$}}
// WITHOUT: error: there is no pass 'snn-discretize' that can be left out; there are snn-fold-silent-signals, snn-narrow-signals, snn-merge-equivalent, snn-reassociate-products, snn-fold-scales, snn-fuse-elementwise, snn-hoist-static-ops, snn-compose-moves, cpu-fuse-neurons, snn-eliminate-dead-signals, cse, symbol-dce
// WHAT: good.mlir:4:{{[0-9]+}}: error: expects 'if1' to record one of spikes, v, but got 'w'
// NODE: error: has no neuron 'if2' to record; there are if1
// PHASE: error: there is no phase 'assembly'; there are imported, canonical, optimized, scheduled, lowered
// MEANING: good.mlir: error: says itself what it means
// INPUT: snn-compile: error: --input expects NAME:spike, NAME:count or NAME:real, but got 'x:float'
// SETTING: snn-compile: error: --reset expects
// DIRECTORY: no-directory/out.so: error: cannot be written: No such file or directory
// KEPT: as it was

// Nothing is left beside the output either.
// LEFT: good.mlir
// LEFT-NEXT: none.mlir
// LEFT-NEXT: syntax.mlir
// LEFT-NEXT: text.nir
// LEFT-NEXT: two.mlir
// LEFT-NEXT: verifier.mlir
// LEFT-NEXT: weights.mlir
// LEFT-NOT: {{.}}

//--- good.mlir
snn.network @net(%x: tensor<2xf32>) -> (s: tensor<2xi1>) dt(1.0e-3) {
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %s = snn.neuron if "if1" (%x) params(r = %one, v_threshold = %one, v_reset = %zero : f64, f64, f64) scheme(per_step) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %s : tensor<2xi1>
}
//--- syntax.mlir
snn.network @net(%x: tensor<2xf32>) -> () dt(1.0e-3) {
  %y = snn.add %x %x : tensor<2xf32>
}
//--- verifier.mlir
snn.network @net(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %y = snn.add %x, %c : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  %c = arith.constant dense<1.0> : tensor<3xf32>
  snn.output %y : tensor<2xf32>
}
//--- two.mlir
snn.network @net() -> () dt(1.0e-3) {
  snn.output
}
snn.network @other() -> () dt(1.0e-3) {
  snn.output
}
//--- none.mlir
module {
}
//--- weights.mlir
snn.network @net(%x: tensor<1xf32>) -> (y: tensor<1xf32>) dt(1.0e-3) {
  %w = arith.constant dense<0x7FC00000> : tensor<1x1xf32>
  %y = snn.dense %x, %w : (tensor<1xf32>, tensor<1x1xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}
//--- text.nir
This is no model.
