// RUN: split-file %s %t
// RUN: %snn-opt %t/net.mlir --snn-imported-pipeline | FileCheck %t/net.mlir --check-prefix=IMPORTED
// RUN: %snn-opt %t/net.mlir --snn-canonical-pipeline | FileCheck %t/net.mlir --check-prefix=CANONICAL --enable-var-scope
// RUN: %snn-opt %t/net.mlir --snn-canonical-pipeline --snn-scheduled-pipeline | FileCheck %t/net.mlir --check-prefix=SCHEDULED --enable-var-scope
// RUN: snn-opt %t/net.mlir --snn-canonical-pipeline --snn-scheduled-pipeline --snn-lowered-pipeline | FileCheck %t/net.mlir --check-prefix=LOWERED
// RUN: snn-opt %t/nested.mlir --snn-canonical-pipeline -verify-diagnostics
// RUN: snn-opt %t/named.mlir --snn-scheduled-pipeline -verify-diagnostics
// RUN: snn-opt %t/network.mlir --snn-lowered-pipeline -verify-diagnostics
// RUN: snn-opt %t/program.mlir --snn-imported-pipeline -verify-diagnostics
// RUN: snn-opt %t/program.mlir --snn-canonical-pipeline -verify-diagnostics
// RUN: snn-opt %t/storage.mlir --snn-lowered-pipeline -verify-diagnostics
// RUN: snn-opt %t/weights.mlir --snn-imported-pipeline -verify-diagnostics

//--- net.mlir

// A convolution, a neuron with a synapse back to itself, and something that no
// output needs.

// Nothing is simplified.
// IMPORTED: snn.network @net
// IMPORTED: snn.reshape
// IMPORTED: snn.reshape
// IMPORTED: snn.neuron integrator "dead"

// Neurons have laws; what does nothing is gone; equal constants are one.
// CANONICAL: snn.neuron_model private @[[$LIF:lif[a-z_0-9]*]](
// CANONICAL-NOT: snn.neuron_model
// CANONICAL-LABEL: snn.network @net
// CANONICAL-NOT: snn.reshape
// CANONICAL-NOT: "dead"
// CANONICAL: snn.conv %x
// CANONICAL: snn.add
// CANONICAL: %[[S:.*]] = snn.population @[[$LIF]] "lif"
// CANONICAL: snn.delay %[[S]] by 1
// CANONICAL: snn.output %[[S]]

// Time and state are explicit, the sum is part of the law, products have kernels
// and everything a place.
// SCHEDULED-NOT: snn.network
// SCHEDULED: snn.neuron_model private @[[$LIF:lif[a-z_0-9]*]](state %v: f32 = 0.000000e+00, in %{{[^,]*}}: f32, in %{{[^,]*}}: f32,
// SCHEDULED-LABEL: snn.program @net(
// SCHEDULED-SAME: "lif"::"v"
// SCHEDULED-SAME: rows(64)
// SCHEDULED-SAME: snn.state_offsets
// SCHEDULED-SAME: snn.workspace_bytes
// SCHEDULED: %[[T:.*]] = snn.move %x sizes [16, 2] strides [1, 16]
// SCHEDULED: snn.dense %[[T]], {{.*}} kernel "{{[a-z]+}}" {snn.buffers = {{.*}}, snn.weights = {{.*}}}
// SCHEDULED: snn.scan
// SCHEDULED: snn.delay_read
// SCHEDULED: snn.dense {{.*}} kernel "{{[a-z]+}}"
// SCHEDULED: snn.step @[[$LIF]] "lif"

// LLVM only.
// LOWERED-NOT: {{ (snn|scf|arith|math|vector|cf|func)\.[a-z]}}
// LOWERED: llvm.func @volley_tile(%{{.*}}: !llvm.ptr)
// LOWERED-NOT: {{ (snn|scf|arith|math|vector|cf|func)\.[a-z]}}

snn.network @net(%x: tensor<2x4x4xf32>) -> (y: tensor<2x4x4xi1>) dt(1.0e-3) {
  %c = arith.constant 1.0 : f64
  %d = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %w = arith.constant dense<0.5> : tensor<2x2x1x1xf32>
  %a = snn.conv %x, %w : (tensor<2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<2x4x4xf32>
  %f = snn.reshape %a : tensor<2x4x4xf32> -> tensor<32xf32>
  %g = snn.reshape %f : tensor<32xf32> -> tensor<2x4x4xf32>
  %drive = snn.add %g, %r : tensor<2x4x4xf32>
  %s = snn.neuron lif "lif" (%drive) params(tau = %c, r = %d, v_leak = %zero, v_threshold = %c, v_reset = %zero : f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(zero) compare(gt) spikes(single) : (tensor<2x4x4xf32>) -> tensor<2x4x4xi1>
  %late = snn.delay %s by 1 : tensor<2x4x4xi1>
  %r = snn.conv %late, %w : (tensor<2x4x4xi1>, tensor<2x2x1x1xf32>) -> tensor<2x4x4xf32>
  %dead = snn.neuron integrator "dead" (%a) params(r = %c : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  snn.output %s : tensor<2x4x4xi1>
}

//--- nested.mlir

// Passes look at the networks of the outermost module; what they do not see is
// not passed on silently.
module @outer {
  module @inner {
    snn.network @net(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
      %c = arith.constant 1.0 : f64
      // expected-error @+1 {{'snn.neuron' op is left at the end of phase 'canonical'}}
      %y = snn.neuron integrator "a" (%x) params(r = %c : f64)
          scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
      snn.output %y : tensor<2xf32>
    }
  }
}

//--- named.mlir

snn.network @net(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op has no law yet; run snn-discretize first}}
  %y = snn.neuron integrator "a" (%x) params(r = %c : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

//--- network.mlir

snn.network @net(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // expected-error @+1 {{'snn.output' op is left at the end of phase 'lowered'}}
  snn.output %x : tensor<2xf32>
}

//--- program.mlir

snn.program @net(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) rows(1) {
  // expected-error-re @+1 {{'snn.yield' op is left at the end of phase '{{imported|canonical}}'}}
  snn.yield (%x : tensor<2xf32>)
}

//--- storage.mlir

// expected-error @+1 {{expects storage; cpu-allocate-storage gives it}}
snn.program @net(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) rows(1) {
  snn.yield (%x : tensor<2xf32>)
}

//--- weights.mlir

snn.network @net(%x: tensor<2xf32>) -> (y: tensor<1xf32>) dt(1.0) {
  %w = arith.constant dense<0x7F800000> : tensor<1x2xf32>
  // expected-error @+1 {{'snn.dense' op expects finite weights and biases}}
  %y = snn.dense %x, %w : (tensor<2xf32>, tensor<1x2xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}
