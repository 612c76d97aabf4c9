// Artefacts for AArch64 are made here, and run elsewhere.
// REQUIRES: aarch64
// RUN: snn-compile %s --cpu=armv8-a -o %t.so --quiet
// RUN: llvm-readelf -h -d -l -s %t.so | FileCheck %s --check-prefix=FILE
// RUN: llvm-objdump -d --no-show-raw-insn %t.so | FileCheck %s --check-prefix=CODE
// RUN: snn-compile %s --cpu=aarch64 -o %t.short.so --quiet
// RUN: diff %t.so %t.short.so
// RUN: snn-compile %s --cpu=cortex-a76+neoverse-n1 -o %t.processors.so --quiet
// RUN: diff %t.so %t.processors.so
// RUN: not snn-compile %s --cpu=v3+aarch64 -o %t.none.so 2>&1 | FileCheck %s --check-prefix=TWO
// RUN: not snn-run %t.so --steps=1 2>&1 | FileCheck %s --check-prefix=LOAD
// RUN: not snn-run %s --cpu=aarch64 --steps=1 2>&1 | FileCheck %s --check-prefix=MEMORY
// RUN: not ls %t.none.so
// RUN: snn-compile %s --cpu=aarch64 --kernel=dot --emit=scheduled | FileCheck %s --check-prefix=PHASE --implicit-check-not='"dot"'

// PHASE: snn.dense {{.*}} kernel

// FILE: Machine: AArch64
// The C library is the loader's to find.
// FILE-DAG: (NEEDED) Shared library: [libm.so.6]
// Weights are as aligned as the largest page.
// FILE-DAG: LOAD {{.*}} R 0x10000
// FILE-DAG: GLOBAL DEFAULT {{.*}} volley_query
// CODE: <step_li_aarch64>:
// CODE: fmla v{{[0-9]+}}.2s
// CODE: <volley_dense_{{.*}}_aarch64>:
// CODE: fmla v{{[0-9]+}}.4s
// TWO: snn-compile: error: expects levels of one architecture as cpu, but got 'v3+aarch64'
// LOAD: snn-run: error: {{.*}}.so: is for machines of another architecture
// MEMORY: error: cannot be loaded: code for armv8-a is for other machines; snn-compile writes it to a file

snn.neuron_model private @li(state %v: f32 = 0.0, in %i: f32) -> (y: f32) {
  %half = arith.constant 0.5 : f32
  %v1 = math.fma %v, %half, %i : f32
  snn.next (%v1 : f32) emit (%v1 : f32)
}

snn.network @net(%x: tensor<3xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %w = arith.constant dense<[[0.3, 0.7, -0.2], [0.9, -0.4, 0.6]]> : tensor<2x3xf32>
  %a = snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  %y = snn.population @li "li" (%a) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
