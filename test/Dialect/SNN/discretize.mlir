// RUN: %snn-opt %s --snn-discretize -split-input-file | FileCheck %s --enable-var-scope

// The coefficients are dt / tau = 0.05, exp(-dt / tau) and so on, computed in f64
// and rounded once: dt = 1e-3, tau = tau_mem = 0.02, tau_syn = 5e-3, r = 3,
// v_leak = 0.25, v_threshold = 1.5, v_reset = -0.125, w_in = 2.

//===----------------------------------------------------------------------===//
// Each kind under each of its schemes
//===----------------------------------------------------------------------===//

// v += dt r x
// CHECK-LABEL: snn.neuron_model private @integrator(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32) -> (output: f32) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @integrator_forward_euler(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e-03 : f32
// CHECK: snn.population @integrator "a"(%x) params(%[[GAIN]] :
snn.network @integrator_forward_euler(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %y = snn.neuron integrator "a" (%x) params(r = %r : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// v += r x
// CHECK-LABEL: snn.neuron_model private @integrator(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32) -> (output: f32) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @integrator_per_step(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK: snn.population @integrator "a"(%x) params(%[[GAIN]] :
snn.network @integrator_per_step(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %y = snn.neuron integrator "a" (%x) params(r = %r : f64)
      scheme(per_step) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// The input holds over the step, so this is exact.
// CHECK-LABEL: snn.neuron_model private @integrator(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32) -> (output: f32) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @integrator_exact(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e-03 : f32
// CHECK: snn.population @integrator "a"(%x) params(%[[GAIN]] :
snn.network @integrator_exact(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %y = snn.neuron integrator "a" (%x) params(r = %r : f64)
      scheme(exact) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @if_forward_euler(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e-03 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @if "a"(%x) params(%[[GAIN]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @if_forward_euler(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(forward_euler) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @if_per_step(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @if "a"(%x) params(%[[GAIN]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @if_per_step(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(per_step) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// v += k ((v_leak - v) + r x)
// CHECK-LABEL: snn.neuron_model private @li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %v_leak: f32, param %k: f32, param %gain: f32) -> (output: f32) {
// CHECK-NEXT: %[[D:.*]] = arith.subf %v_leak, %v : f32
// CHECK-NEXT: %[[I:.*]] = math.fma %gain, %x, %[[D]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %k, %[[I]], %v : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @li_forward_euler(
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[K:.*]] = arith.constant 5.000000e-02 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK: snn.population @li "a"(%x) params(%[[V_LEAK]], %[[K]], %[[GAIN]] :
snn.network @li_forward_euler(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %y = snn.neuron li "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak : f64, f64, f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// v = a (v - v_leak) + (dt / tau) r x + v_leak
// CHECK-LABEL: snn.neuron_model private @li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %v_leak: f32, param %gain: f32, param %decay: f32) -> (output: f32) {
// CHECK-NEXT: %[[I:.*]] = math.fma %gain, %x, %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %v_leak : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay, %[[D]], %[[I]] : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @li_exponential(
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 1.500000e-01 : f32
// CHECK-DAG: %[[DECAY:.*]] = arith.constant 0.951229453 : f32
// CHECK: snn.population @li "a"(%x) params(%[[V_LEAK]], %[[GAIN]], %[[DECAY]] :
snn.network @li_exponential(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %y = snn.neuron li "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak : f64, f64, f64)
      scheme(exponential) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// v = a (v - u) + u for u = v_leak + r x
// CHECK-LABEL: snn.neuron_model private @li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %v_leak: f32, param %gain: f32, param %decay: f32) -> (output: f32) {
// CHECK-NEXT: %[[U:.*]] = math.fma %gain, %x, %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %[[U]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay, %[[D]], %[[U]] : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @li_zero_order_hold(
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[DECAY:.*]] = arith.constant 0.951229453 : f32
// CHECK: snn.population @li "a"(%x) params(%[[V_LEAK]], %[[GAIN]], %[[DECAY]] :
snn.network @li_zero_order_hold(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %y = snn.neuron li "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak : f64, f64, f64)
      scheme(zero_order_hold) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// The same: without a threshold it is exact.
// CHECK-LABEL: snn.neuron_model private @li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %v_leak: f32, param %gain: f32, param %decay: f32) -> (output: f32) {
// CHECK-NEXT: %[[U:.*]] = math.fma %gain, %x, %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %[[U]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay, %[[D]], %[[U]] : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @li_exact(
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[DECAY:.*]] = arith.constant 0.951229453 : f32
// CHECK: snn.population @li "a"(%x) params(%[[V_LEAK]], %[[GAIN]], %[[DECAY]] :
snn.network @li_exact(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %y = snn.neuron li "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak : f64, f64, f64)
      scheme(exact) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// CHECK-LABEL: snn.neuron_model private @lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %v_leak: f32, param %k: f32, param %gain: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[D:.*]] = arith.subf %v_leak, %v : f32
// CHECK-NEXT: %[[I:.*]] = math.fma %gain, %x, %[[D]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %k, %[[I]], %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @lif_forward_euler(
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[K:.*]] = arith.constant 5.000000e-02 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @lif "a"(%x) params(%[[V_LEAK]], %[[K]], %[[GAIN]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @lif_forward_euler(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron lif "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.neuron_model private @lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %v_leak: f32, param %gain: f32, param %decay: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[I:.*]] = math.fma %gain, %x, %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %v_leak : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay, %[[D]], %[[I]] : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @lif_exponential(
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 1.500000e-01 : f32
// CHECK-DAG: %[[DECAY:.*]] = arith.constant 0.951229453 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @lif "a"(%x) params(%[[V_LEAK]], %[[GAIN]], %[[DECAY]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @lif_exponential(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron lif "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64, f64, f64)
      scheme(exponential) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.neuron_model private @lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %v_leak: f32, param %gain: f32, param %decay: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[U:.*]] = math.fma %gain, %x, %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %[[U]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay, %[[D]], %[[U]] : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @lif_zero_order_hold(
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[DECAY:.*]] = arith.constant 0.951229453 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @lif "a"(%x) params(%[[V_LEAK]], %[[GAIN]], %[[DECAY]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @lif_zero_order_hold(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron lif "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64, f64, f64)
      scheme(zero_order_hold) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// The membrane sees the new current.
// CHECK-LABEL: snn.neuron_model private @cuba_li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, state %i: f32 = 0.000000e+00, in %x: f32, param %k_syn: f32, param %gain_syn: f32, param %v_leak: f32, param %k_mem: f32, param %gain_mem: f32) -> (output: f32) {
// CHECK-NEXT: %[[E:.*]] = arith.negf %i : f32
// CHECK-NEXT: %[[I:.*]] = math.fma %gain_syn, %x, %[[E]] : f32
// CHECK-NEXT: %[[C:.*]] = math.fma %k_syn, %[[I]], %i : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v_leak, %v : f32
// CHECK-NEXT: %[[M:.*]] = math.fma %gain_mem, %[[C]], %[[D]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %k_mem, %[[M]], %v : f32
// CHECK-NEXT: snn.next(%[[V]], %[[C]] : f32, f32) emit(%[[V]] : f32)
// CHECK: snn.network @cuba_li_forward_euler(
// CHECK-DAG: %[[K_SYN:.*]] = arith.constant 2.000000e-01 : f32
// CHECK-DAG: %[[GAIN_SYN:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[K_MEM:.*]] = arith.constant 5.000000e-02 : f32
// CHECK-DAG: %[[GAIN_MEM:.*]] = arith.constant 3.000000e+00 : f32
// CHECK: snn.population @cuba_li "a"(%x) params(%[[K_SYN]], %[[GAIN_SYN]], %[[V_LEAK]], %[[K_MEM]], %[[GAIN_MEM]] :
snn.network @cuba_li_forward_euler(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau_syn = arith.constant 0.005 : f64
  %tau_mem = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %w_in = arith.constant 2.0 : f64
  %y = snn.neuron cuba_li "a" (%x) params(tau_syn = %tau_syn, tau_mem = %tau_mem, r = %r, v_leak = %v_leak, w_in = %w_in : f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// CHECK-LABEL: snn.neuron_model private @cuba_li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, state %i: f32 = 0.000000e+00, in %x: f32, param %gain_syn: f32, param %decay_syn: f32, param %v_leak: f32, param %gain_mem: f32, param %decay_mem: f32) -> (output: f32) {
// CHECK-NEXT: %[[E:.*]] = arith.mulf %gain_syn, %x : f32
// CHECK-NEXT: %[[C:.*]] = math.fma %decay_syn, %i, %[[E]] : f32
// CHECK-NEXT: %[[M:.*]] = math.fma %gain_mem, %[[C]], %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %v_leak : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay_mem, %[[D]], %[[M]] : f32
// CHECK-NEXT: snn.next(%[[V]], %[[C]] : f32, f32) emit(%[[V]] : f32)
// CHECK: snn.network @cuba_li_exponential(
// CHECK-DAG: %[[GAIN_SYN:.*]] = arith.constant 4.000000e-01 : f32
// CHECK-DAG: %[[DECAY_SYN:.*]] = arith.constant 0.818730771 : f32
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN_MEM:.*]] = arith.constant 1.500000e-01 : f32
// CHECK-DAG: %[[DECAY_MEM:.*]] = arith.constant 0.951229453 : f32
// CHECK: snn.population @cuba_li "a"(%x) params(%[[GAIN_SYN]], %[[DECAY_SYN]], %[[V_LEAK]], %[[GAIN_MEM]], %[[DECAY_MEM]] :
snn.network @cuba_li_exponential(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau_syn = arith.constant 0.005 : f64
  %tau_mem = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %w_in = arith.constant 2.0 : f64
  %y = snn.neuron cuba_li "a" (%x) params(tau_syn = %tau_syn, tau_mem = %tau_mem, r = %r, v_leak = %v_leak, w_in = %w_in : f64, f64, f64, f64, f64)
      scheme(exponential) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// CHECK-LABEL: snn.neuron_model private @cuba_li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, state %i: f32 = 0.000000e+00, in %x: f32, param %gain_syn: f32, param %decay_syn: f32, param %v_leak: f32, param %gain_mem: f32, param %decay_mem: f32) -> (output: f32) {
// CHECK-NEXT: %[[E:.*]] = arith.mulf %gain_syn, %x : f32
// CHECK-NEXT: %[[I:.*]] = arith.subf %i, %[[E]] : f32
// CHECK-NEXT: %[[C:.*]] = math.fma %decay_syn, %[[I]], %[[E]] : f32
// CHECK-NEXT: %[[U:.*]] = math.fma %gain_mem, %[[C]], %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %[[U]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay_mem, %[[D]], %[[U]] : f32
// CHECK-NEXT: snn.next(%[[V]], %[[C]] : f32, f32) emit(%[[V]] : f32)
// CHECK: snn.network @cuba_li_zero_order_hold(
// CHECK-DAG: %[[GAIN_SYN:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG: %[[DECAY_SYN:.*]] = arith.constant 0.818730771 : f32
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN_MEM:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[DECAY_MEM:.*]] = arith.constant 0.951229453 : f32
// CHECK: snn.population @cuba_li "a"(%x) params(%[[GAIN_SYN]], %[[DECAY_SYN]], %[[V_LEAK]], %[[GAIN_MEM]], %[[DECAY_MEM]] :
snn.network @cuba_li_zero_order_hold(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau_syn = arith.constant 0.005 : f64
  %tau_mem = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %w_in = arith.constant 2.0 : f64
  %y = snn.neuron cuba_li "a" (%x) params(tau_syn = %tau_syn, tau_mem = %tau_mem, r = %r, v_leak = %v_leak, w_in = %w_in : f64, f64, f64, f64, f64)
      scheme(zero_order_hold) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// The membrane sees the new current.
// CHECK-LABEL: snn.neuron_model private @cuba_lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, state %i: f32 = 0.000000e+00, in %x: f32, param %k_syn: f32, param %gain_syn: f32, param %v_leak: f32, param %k_mem: f32, param %gain_mem: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[E:.*]] = arith.negf %i : f32
// CHECK-NEXT: %[[I:.*]] = math.fma %gain_syn, %x, %[[E]] : f32
// CHECK-NEXT: %[[C:.*]] = math.fma %k_syn, %[[I]], %i : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v_leak, %v : f32
// CHECK-NEXT: %[[M:.*]] = math.fma %gain_mem, %[[C]], %[[D]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %k_mem, %[[M]], %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]], %[[C]] : f32, f32) emit(%[[S]] : i1)
// CHECK: snn.network @cuba_lif_forward_euler(
// CHECK-DAG: %[[K_SYN:.*]] = arith.constant 2.000000e-01 : f32
// CHECK-DAG: %[[GAIN_SYN:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[K_MEM:.*]] = arith.constant 5.000000e-02 : f32
// CHECK-DAG: %[[GAIN_MEM:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @cuba_lif "a"(%x) params(%[[K_SYN]], %[[GAIN_SYN]], %[[V_LEAK]], %[[K_MEM]], %[[GAIN_MEM]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @cuba_lif_forward_euler(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %tau_syn = arith.constant 0.005 : f64
  %tau_mem = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %w_in = arith.constant 2.0 : f64
  %y = snn.neuron cuba_lif "a" (%x) params(tau_syn = %tau_syn, tau_mem = %tau_mem, r = %r, v_leak = %v_leak, v_threshold = %v_threshold, v_reset = %v_reset, w_in = %w_in : f64, f64, f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.neuron_model private @cuba_lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, state %i: f32 = 0.000000e+00, in %x: f32, param %gain_syn: f32, param %decay_syn: f32, param %v_leak: f32, param %gain_mem: f32, param %decay_mem: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[E:.*]] = arith.mulf %gain_syn, %x : f32
// CHECK-NEXT: %[[C:.*]] = math.fma %decay_syn, %i, %[[E]] : f32
// CHECK-NEXT: %[[M:.*]] = math.fma %gain_mem, %[[C]], %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %v_leak : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay_mem, %[[D]], %[[M]] : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]], %[[C]] : f32, f32) emit(%[[S]] : i1)
// CHECK: snn.network @cuba_lif_exponential(
// CHECK-DAG: %[[GAIN_SYN:.*]] = arith.constant 4.000000e-01 : f32
// CHECK-DAG: %[[DECAY_SYN:.*]] = arith.constant 0.818730771 : f32
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN_MEM:.*]] = arith.constant 1.500000e-01 : f32
// CHECK-DAG: %[[DECAY_MEM:.*]] = arith.constant 0.951229453 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @cuba_lif "a"(%x) params(%[[GAIN_SYN]], %[[DECAY_SYN]], %[[V_LEAK]], %[[GAIN_MEM]], %[[DECAY_MEM]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @cuba_lif_exponential(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %tau_syn = arith.constant 0.005 : f64
  %tau_mem = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %w_in = arith.constant 2.0 : f64
  %y = snn.neuron cuba_lif "a" (%x) params(tau_syn = %tau_syn, tau_mem = %tau_mem, r = %r, v_leak = %v_leak, v_threshold = %v_threshold, v_reset = %v_reset, w_in = %w_in : f64, f64, f64, f64, f64, f64, f64)
      scheme(exponential) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.neuron_model private @cuba_lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, state %i: f32 = 0.000000e+00, in %x: f32, param %gain_syn: f32, param %decay_syn: f32, param %v_leak: f32, param %gain_mem: f32, param %decay_mem: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[E:.*]] = arith.mulf %gain_syn, %x : f32
// CHECK-NEXT: %[[I:.*]] = arith.subf %i, %[[E]] : f32
// CHECK-NEXT: %[[C:.*]] = math.fma %decay_syn, %[[I]], %[[E]] : f32
// CHECK-NEXT: %[[U:.*]] = math.fma %gain_mem, %[[C]], %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %[[U]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay_mem, %[[D]], %[[U]] : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]], %[[C]] : f32, f32) emit(%[[S]] : i1)
// CHECK: snn.network @cuba_lif_zero_order_hold(
// CHECK-DAG: %[[GAIN_SYN:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG: %[[DECAY_SYN:.*]] = arith.constant 0.818730771 : f32
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN_MEM:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[DECAY_MEM:.*]] = arith.constant 0.951229453 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @cuba_lif "a"(%x) params(%[[GAIN_SYN]], %[[DECAY_SYN]], %[[V_LEAK]], %[[GAIN_MEM]], %[[DECAY_MEM]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @cuba_lif_zero_order_hold(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %tau_syn = arith.constant 0.005 : f64
  %tau_mem = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %w_in = arith.constant 2.0 : f64
  %y = snn.neuron cuba_lif "a" (%x) params(tau_syn = %tau_syn, tau_mem = %tau_mem, r = %r, v_leak = %v_leak, v_threshold = %v_threshold, v_reset = %v_reset, w_in = %w_in : f64, f64, f64, f64, f64, f64, f64)
      scheme(zero_order_hold) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.neuron_model private @threshold(
// CHECK-SAME: in %x: f32, param %threshold: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %x, %threshold : f32
// CHECK-NEXT: snn.next emit(%[[S]] : i1)
// CHECK: snn.network @threshold_forward_euler(
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK: snn.population @threshold "a"(%x) params(%[[THRESHOLD]] :
snn.network @threshold_forward_euler(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %threshold = arith.constant 1.5 : f64
  %y = snn.neuron threshold "a" (%x) params(threshold = %threshold : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.neuron_model private @threshold(
// CHECK-SAME: in %x: f32, param %threshold: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[S:.*]] = arith.cmpf oge, %x, %threshold : f32
// CHECK-NEXT: snn.next emit(%[[S]] : i1)
// CHECK: snn.network @threshold_or_equal(
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK: snn.population @threshold "a"(%x) params(%[[THRESHOLD]] :
snn.network @threshold_or_equal(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %threshold = arith.constant 1.5 : f64
  %y = snn.neuron threshold "a" (%x) params(threshold = %threshold : f64)
      scheme(forward_euler) reset(none) compare(ge) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

//===----------------------------------------------------------------------===//
// Spikes and resets
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32, param %threshold: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @none(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK: snn.population @if "a"(%x) params(%[[GAIN]], %[[THRESHOLD]] :
snn.network @none(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(per_step) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32, param %threshold: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[R:.*]] = arith.subf %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %[[R]], %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @subtract(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK: snn.population @if "a"(%x) params(%[[GAIN]], %[[THRESHOLD]] :
snn.network @subtract(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// A potential at the threshold spikes.
// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf oge, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @greater_or_equal(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @if "a"(%x) params(%[[GAIN]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @greater_or_equal(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(per_step) reset(zero) compare(ge) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// The spike of the last step resets before this step integrates.
// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %threshold: f32, param %v_reset: f32, param %gain: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[LATE:.*]] = arith.cmpf ogt, %v, %threshold : f32
// CHECK-NEXT: %[[START:.*]] = arith.select %[[LATE]], %v_reset, %v : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %[[START]] : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @zero_late(
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK: snn.population @if "a"(%x) params(%[[THRESHOLD]], %[[V_RESET]], %[[GAIN]] :
snn.network @zero_late(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(per_step) reset(zero) compare(gt) spikes(single) reset_delay : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// The threshold of the last step's spike is taken off after.
// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %threshold: f32, param %gain: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[LATE:.*]] = arith.cmpf oge, %v, %threshold : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[R:.*]] = arith.subf %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[LATE]], %[[R]], %[[V]] : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf oge, %[[N]], %threshold : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @subtract_late(
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK: snn.population @if "a"(%x) params(%[[THRESHOLD]], %[[GAIN]] :
snn.network @subtract_late(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(ge) spikes(single) reset_delay : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// With r = (v_old > thr): v = v + x - r thr; s = v > thr; v -= (s - r) thr.
// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32, param %threshold: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[LATE:.*]] = arith.cmpf ogt, %v, %threshold : f32
// CHECK-NEXT: %[[R:.*]] = arith.subf %[[V]], %threshold : f32
// CHECK-NEXT: %[[T:.*]] = arith.select %[[LATE]], %[[R]], %[[V]] : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[T]], %threshold : f32
// CHECK-NEXT: %[[LESS:.*]] = arith.subf %[[T]], %threshold : f32
// CHECK-NEXT: %[[SPIKED:.*]] = arith.select %[[LATE]], %[[T]], %[[LESS]] : f32
// CHECK-NEXT: %[[MORE:.*]] = arith.addf %[[T]], %threshold : f32
// CHECK-NEXT: %[[SILENT:.*]] = arith.select %[[LATE]], %[[MORE]], %[[T]] : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %[[SPIKED]], %[[SILENT]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @residual_reset(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK: snn.population @if "a"(%x) params(%[[GAIN]], %[[THRESHOLD]] :
snn.network @residual_reset(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(single) residual_reset : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// floor(v / threshold) spikes, none of a potential that is not above 0; the
// clamp comes last.
// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %gain: f32, param %threshold: f32) -> (spikes: i32) {
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[Q:.*]] = arith.divf %[[V]], %threshold : f32
// CHECK-NEXT: %[[F:.*]] = math.floor %[[Q]] : f32
// CHECK-NEXT: %[[Z:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[P:.*]] = arith.cmpf ogt, %[[V]], %[[Z]] : f32
// CHECK-NEXT: %[[C:.*]] = arith.select %[[P]], %[[F]], %[[Z]] : f32
// CHECK-NEXT: %[[COUNT:.*]] = snn.to_int %[[C]] : f32
// CHECK-NEXT: %[[M:.*]] = arith.negf %[[C]] : f32
// CHECK-NEXT: %[[N:.*]] = math.fma %[[M]], %threshold, %[[V]] : f32
// CHECK-NEXT: %[[LEAST:.*]] = arith.constant -1.500000e+00 : f32
// CHECK-NEXT: %[[B:.*]] = arith.cmpf olt, %[[N]], %[[LEAST]] : f32
// CHECK-NEXT: %[[K:.*]] = arith.select %[[B]], %[[LEAST]], %[[N]] : f32
// CHECK-NEXT: snn.next(%[[K]] : f32) emit(%[[COUNT]] : i32)
// CHECK: snn.network @multi(
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK: snn.population @if "a"(%x) params(%[[GAIN]], %[[THRESHOLD]] :
snn.network @multi(%x: tensor<2xf32>) -> (y: tensor<2xi32>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(multi) v_min(-1.5) : (tensor<2xf32>) -> tensor<2xi32>
  snn.output %y : tensor<2xi32>
}

// -----

// Kinds without a threshold are clamped too.
// CHECK-LABEL: snn.neuron_model private @li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %v_leak: f32, param %gain: f32, param %decay: f32) -> (output: f32) {
// CHECK-NEXT: %[[U:.*]] = math.fma %gain, %x, %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %[[U]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay, %[[D]], %[[U]] : f32
// CHECK-NEXT: %[[LEAST:.*]] = arith.constant -1.000000e+00 : f32
// CHECK-NEXT: %[[B:.*]] = arith.cmpf olt, %[[V]], %[[LEAST]] : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[B]], %[[LEAST]], %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[N]] : f32)
// CHECK: snn.network @clamped_output(
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[DECAY:.*]] = arith.constant 0.951229453 : f32
// CHECK: snn.population @li "a"(%x) params(%[[V_LEAK]], %[[GAIN]], %[[DECAY]] :
snn.network @clamped_output(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %y = snn.neuron li "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak : f64, f64, f64)
      scheme(zero_order_hold) reset(none) compare(gt) spikes(single) v_min(-1.0) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

//===----------------------------------------------------------------------===//
// The exact law
//===----------------------------------------------------------------------===//

// Crossings inside the step: the rest of the step starts from the reset value;
// E = exp(-left / tau) is a (v - u) / (threshold - u) at the first crossing.
// CHECK-LABEL: snn.neuron_model private @lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %threshold: f32, param %v_reset: f32, param %v_leak: f32, param %gain: f32, param %decay: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[U:.*]] = math.fma %gain, %x, %v_leak : f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %v, %[[U]] : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %decay, %[[D]], %[[U]] : f32
// CHECK-NEXT: %[[ABOVE:.*]] = arith.cmpf ogt, %[[U]], %threshold : f32
// CHECK-NEXT: %[[END:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[S:.*]] = arith.andi %[[ABOVE]], %[[END]] : i1
// CHECK-NEXT: %[[R:.*]]:2 = scf.if %[[S]] -> (f32, i32) {
// CHECK-NEXT: %[[D1:.*]] = arith.subf %v, %[[U]] : f32
// CHECK-NEXT: %[[D2:.*]] = arith.mulf %decay, %[[D1]] : f32
// CHECK-NEXT: %[[D3:.*]] = arith.subf %threshold, %[[U]] : f32
// CHECK-NEXT: %[[LEFT:.*]] = arith.divf %[[D2]], %[[D3]] : f32
// CHECK-NEXT: %[[G1:.*]] = arith.subf %[[U]], %v_reset : f32
// CHECK-NEXT: %[[G2:.*]] = arith.subf %[[U]], %threshold : f32
// CHECK-NEXT: %[[GROWTH:.*]] = arith.divf %[[G1]], %[[G2]] : f32
// CHECK-NEXT: %[[D4:.*]] = arith.subf %v_reset, %[[U]] : f32
// CHECK-NEXT: %[[AFTER:.*]] = math.fma %[[D4]], %[[LEFT]], %[[U]] : f32
// CHECK: scf.while (%[[AT:.*]] = %[[AFTER]], %{{.*}} = %[[LEFT]], %[[COUNT:.*]] =
// CHECK: %[[MORE:.*]] = arith.cmpf ogt, %[[AT]], %threshold : f32
// CHECK-NEXT: %[[FEW:.*]] = arith.cmpi slt, %[[COUNT]], %c64
// CHECK-NEXT: arith.andi %[[MORE]], %[[FEW]] : i1
// CHECK: ^bb0(%{{.*}}: f32, %[[E:.*]]: f32, %{{.*}}: i32):
// CHECK-NEXT: %[[E1:.*]] = arith.mulf %[[E]], %[[GROWTH]] : f32
// CHECK: math.fma %{{.*}}, %[[E1]], %[[U]] : f32
// CHECK: snn.assert %{{.*}}, "crosses its threshold more than 64 times in one step"
// CHECK: snn.next(%[[R]]#0 : f32) emit(%[[S]] : i1)
// CHECK: snn.network @lif_exact(
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK-DAG: %[[V_LEAK:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[DECAY:.*]] = arith.constant 0.951229453 : f32
// CHECK: snn.population @lif "a"(%x) params(%[[THRESHOLD]], %[[V_RESET]], %[[V_LEAK]], %[[GAIN]], %[[DECAY]] :
snn.network @lif_exact(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 3.0 : f64
  %v_leak = arith.constant 0.25 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron lif "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64, f64, f64)
      scheme(exact) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// A neuron without a leak goes on from 0 with what is above the threshold; the
// number of crossings is what it emits.
// CHECK-LABEL: snn.neuron_model private @if(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %threshold: f32, param %gain: f32) -> (spikes: i32) {
// CHECK-NEXT: %[[Z:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %gain, %x, %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[R:.*]]:2 = scf.if %[[S]] -> (f32, i32) {
// CHECK: %[[OVER:.*]] = arith.subf %[[V]], %threshold : f32
// CHECK-NEXT: arith.addf %[[Z]], %[[OVER]] : f32
// CHECK: snn.assert
// CHECK: snn.next(%[[R]]#0 : f32) emit(%[[R]]#1 : i32)
// CHECK: snn.network @if_exact(
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[GAIN:.*]] = arith.constant 3.000000e-03 : f32
// CHECK: snn.population @if "a"(%x) params(%[[THRESHOLD]], %[[GAIN]] :
snn.network @if_exact(%x: tensor<2xf32>) -> (y: tensor<2xi32>) dt(1.0e-3) {
  %r = arith.constant 3.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron if "a" (%x) params(r = %r, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64)
      scheme(exact) reset(subtract) compare(gt) spikes(multi) : (tensor<2xf32>) -> tensor<2xi32>
  snn.output %y : tensor<2xi32>
}

// -----

//===----------------------------------------------------------------------===//
// Coefficients
//===----------------------------------------------------------------------===//

// A leak of zero and a gain of one leave no trace.
// CHECK-LABEL: snn.neuron_model private @lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %k: f32, param %threshold: f32, param %v_reset: f32) -> (spikes: i1) {
// CHECK-NEXT: %[[D:.*]] = arith.subf %x, %v : f32
// CHECK-NEXT: %[[V:.*]] = math.fma %k, %[[D]], %v : f32
// CHECK-NEXT: %[[S:.*]] = arith.cmpf ogt, %[[V]], %threshold : f32
// CHECK-NEXT: %[[N:.*]] = arith.select %[[S]], %v_reset, %[[V]] : f32
// CHECK-NEXT: snn.next(%[[N]] : f32) emit(%[[S]] : i1)
// CHECK: snn.network @no_leak(
// CHECK-DAG: %[[K:.*]] = arith.constant 5.000000e-02 : f32
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK-DAG: %[[V_RESET:.*]] = arith.constant -1.250000e-01 : f32
// CHECK: snn.population @lif "a"(%x) params(%[[K]], %[[THRESHOLD]], %[[V_RESET]] :
snn.network @no_leak(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 1.0 : f64
  %v_leak = arith.constant 0.0 : f64
  %v_threshold = arith.constant 1.5 : f64
  %v_reset = arith.constant -0.125 : f64
  %y = snn.neuron lif "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak, v_threshold = %v_threshold, v_reset = %v_reset : f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// -----

// Nor does a gain that is one after scaling: dt r = 1.
// CHECK-LABEL: snn.neuron_model private @integrator(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32) -> (output: f32) {
// CHECK-NEXT: %[[V:.*]] = arith.addf %v, %x : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @unit_gain(
// CHECK: snn.population @integrator "a"(%x) : (tensor<2xf32>)
snn.network @unit_gain(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %r = arith.constant 1000.0 : f64
  %y = snn.neuron integrator "a" (%x) params(r = %r : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// CHECK-LABEL: snn.neuron_model private @li(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %x: f32, param %decay: f32) -> (output: f32) {
// CHECK-NEXT: %[[V:.*]] = math.fma %decay, %v, %x : f32
// CHECK-NEXT: snn.next(%[[V]] : f32) emit(%[[V]] : f32)
// CHECK: snn.network @unit_impulse(
// CHECK-DAG: %[[DECAY:.*]] = arith.constant 0.951229453 : f32
// CHECK: snn.population @li "a"(%x) params(%[[DECAY]] :
snn.network @unit_impulse(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %r = arith.constant 20.0 : f64
  %v_leak = arith.constant 0.0 : f64
  %y = snn.neuron li "a" (%x) params(tau = %tau, r = %r, v_leak = %v_leak : f64, f64, f64)
      scheme(exponential) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// Parameters that differ: the coefficient has the smallest shape that all of it
// broadcast over, here [2, 1] and [2, 3]; equal elements become a scalar.
// CHECK-LABEL: snn.network @shapes
// CHECK-DAG: %[[K:.*]] = arith.constant dense<{{\[}}[5.000000e-02], [1.000000e-01]]> : tensor<2x1xf32>
// CHECK-DAG: %[[GAIN:.*]] = arith.constant dense<{{\[}}[1.000000e+00, 2.000000e+00, 3.000000e+00], [4.000000e+00, 5.000000e+00, 6.000000e+00]]> : tensor<2x3xf32>
// CHECK-DAG: %[[THRESHOLD:.*]] = arith.constant 1.500000e+00 : f32
// CHECK: snn.population @lif "a"(%x) params(%[[K]], %[[GAIN]], %[[THRESHOLD]] : tensor<2x1xf32>, tensor<2x3xf32>, f32)
snn.network @shapes(%x: tensor<2x3x4xf32>) -> (y: tensor<2x3x4xi1>) dt(1.0e-3) {
  %tau = arith.constant dense<[[0.02], [0.01]]> : tensor<2x1xf64>
  %r = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf64>
  %zero = arith.constant dense<0.0> : tensor<2x3x4xf64>
  %thr = arith.constant dense<1.5> : tensor<2x3x4xf64>
  %y = snn.neuron lif "a" (%x) params(tau = %tau, r = %r, v_leak = %zero, v_threshold = %thr, v_reset = %zero : tensor<2x1xf64>, tensor<2x3xf64>, tensor<2x3x4xf64>, tensor<2x3x4xf64>, tensor<2x3x4xf64>)
      scheme(forward_euler) reset(subtract) compare(gt) spikes(single) : (tensor<2x3x4xf32>) -> tensor<2x3x4xi1>
  snn.output %y : tensor<2x3x4xi1>
}

// -----

// The product of two shapes: dt / tau r is [2, 3], row by row.
// CHECK-LABEL: snn.network @product
// CHECK: %[[GAIN:.*]] = arith.constant dense<{{\[}}[5.000000e-02, 1.000000e-01, 1.500000e-01], [4.000000e-01, 5.000000e-01, 6.000000e-01]]> : tensor<2x3xf32>
// CHECK: snn.population @li "a"(%x) params(%[[GAIN]], %{{.*}} : tensor<2x3xf32>, tensor<2xf32>)
snn.network @product(%x: tensor<2x3xf32>) -> (y: tensor<2x3xf32>) dt(1.0e-3) {
  %tau = arith.constant dense<[0.02, 0.01]> : tensor<2xf64>
  %r = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf64>
  %zero = arith.constant 0.0 : f64
  %y = snn.neuron li "a" (%x) params(tau = %tau, r = %r, v_leak = %zero : tensor<2xf64>, tensor<2x3xf64>, f64)
      scheme(exponential) reset(none) compare(gt) spikes(single) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  snn.output %y : tensor<2x3xf32>
}

// -----

// Networks of f64 keep all digits.
// CHECK-LABEL: snn.neuron_model private @li(
// CHECK-SAME: state %v: f64 = 0.000000e+00, in %x: f64, param %decay: f64) -> (output: f64)
// CHECK: arith.constant 0.95122942450071402 : f64
snn.network @double(%x: tensor<2xf64>) -> (y: tensor<2xf64>) dt(1.0e-3) {
  %tau = arith.constant 0.02 : f64
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %y = snn.neuron li "a" (%x) params(tau = %tau, r = %one, v_leak = %zero : f64, f64, f64)
      scheme(zero_order_hold) reset(none) compare(gt) spikes(single) : (tensor<2xf64>) -> tensor<2xf64>
  snn.output %y : tensor<2xf64>
}

// -----

//===----------------------------------------------------------------------===//
// Models and networks
//===----------------------------------------------------------------------===//

// Neurons of one law share its model, whatever their parameters; other laws have
// models of their own. A name that is taken is left alone.
// CHECK-DAG: snn.neuron_model private @[[$SUB:li_.*]](state %v: f32 = 0.000000e+00, in %x: f32, param %decay: f32)
// CHECK-DAG: snn.neuron_model @li(in %x: f32) -> (y: f32)
// CHECK-NOT: snn.neuron_model
// CHECK-LABEL: snn.network @sharing
// CHECK: snn.population @[[$SUB]] "a"
// CHECK: snn.population @[[$SUB]] "b"
snn.neuron_model @li(in %x: f32) -> (y: f32) {
  snn.next emit (%x : f32)
}
snn.network @sharing(%x: tensor<2xf32>) -> (a: tensor<2xf32>, b: tensor<2xf32>) dt(1.0e-3) {
  %one = arith.constant 1.0 : f64
  %two = arith.constant dense<[1.0, 2.0]> : tensor<2xf64>
  %zero = arith.constant 0.0 : f64
  %a = snn.neuron li "a" (%x) params(tau = %one, r = %one, v_leak = %zero : f64, f64, f64)
      scheme(zero_order_hold) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  %b = snn.neuron li "b" (%x) params(tau = %two, r = %one, v_leak = %zero : tensor<2xf64>, f64, f64)
      scheme(zero_order_hold) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %a, %b : tensor<2xf32>, tensor<2xf32>
}

// -----

// What a late neuron emits is seen one step late, by a record too; its states
// are not. The network's own dt counts.
// CHECK-LABEL: snn.network @late
// CHECK: %[[K:.*]] = arith.constant 2.500000e-01 : f32
// CHECK: %[[P:.*]]:2 = snn.population @{{.*}} "a"(%[[X:.*]]) params(%[[K]]
// CHECK-SAME: expose ["v"]
// CHECK: %[[S:.*]] = snn.delay %[[P]]#0 by 1 implicit : tensor<2xi1>
// CHECK: snn.probe "a"::"spikes" %[[S]]
// CHECK: snn.probe "a"::"v" %[[P]]#1
// CHECK: snn.output %[[S]]
snn.network @late(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(0.5) {
  %c = arith.constant 2.0 : f64
  %zero = arith.constant 0.0 : f64
  %s, %v = snn.neuron lif "a" (%x) params(tau = %c, r = %c, v_leak = %zero, v_threshold = %c, v_reset = %zero : f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(subtract) compare(gt) spikes(single) late expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.probe "a"::"spikes" %s : tensor<2xi1>
  snn.probe "a"::"v" %v : tensor<2xf32>
  snn.output %s : tensor<2xi1>
}

// -----

// A late neuron may close a cycle, and still does when it is a population.
// CHECK-LABEL: snn.network @late_cycle
// CHECK: snn.population @{{.*}} "a"(%[[LATE:.*]]) params
// CHECK: %[[LATE]] = snn.delay %{{.*}} by 1 implicit
// CHECK-NOT: snn.delay
snn.network @late_cycle() -> (y: tensor<2xf32>) dt(0.5) {
  %c = arith.constant 2.0 : f64
  %y = snn.neuron li "a" (%y) params(tau = %c, r = %c, v_leak = %c : f64, f64, f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) late : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
