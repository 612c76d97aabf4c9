// RUN: split-file %s %t
// RUN: %snn-opt %t/record.mlir --snn-insert-probes=record=lif:spikes,lif:v,cuba:i,li:output,p:out,p:u,"a:b:v" | FileCheck %t/record.mlir --enable-var-scope
// RUN: %snn-opt %t/two.mlir --snn-insert-probes=record=second:out | FileCheck %t/two.mlir
// RUN: not snn-opt %t/node.mlir --snn-insert-probes=record=first:v 2>&1 | FileCheck %t/node.mlir
// RUN: not snn-opt %t/no-neuron.mlir --snn-insert-probes=record=lif:v 2>&1 | FileCheck %t/no-neuron.mlir
// RUN: snn-opt %t/what.mlir --snn-insert-probes=record=lif:i -verify-diagnostics
// RUN: snn-opt %t/nothing.mlir --snn-insert-probes=record=lif -verify-diagnostics

//--- record.mlir

snn.neuron_model private @m(state %u: f64 = 0.0, in %x: f32) -> (out: i1) {
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf ogt, %x, %zero : f32
  snn.next (%u : f64) emit (%s : i1)
}

// CHECK-LABEL: snn.network @record
snn.network @record(%x: tensor<2xf32>) -> (y: tensor<2xi1>) dt(1.0e-3) {
  %c = arith.constant 1.0 : f64
  // Attributes and results that there were stay.
  // CHECK: %[[LIF:.*]]:2 = snn.neuron lif "lif"({{.*}} late expose ["v"] {key} : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  %s = snn.neuron lif "lif" (%in) params(tau = %c, r = %c, v_leak = %c, v_threshold = %c, v_reset = %c : f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(zero) compare(gt) spikes(single) late {key} : (tensor<2xf32>) -> tensor<2xi1>
  // CHECK: %[[CUBA:.*]]:3 = snn.neuron cuba_li "cuba"({{.*}} expose ["v", "i"] :
  %o, %v = snn.neuron cuba_li "cuba" (%x) params(tau_syn = %c, tau_mem = %c, r = %c, v_leak = %c, w_in = %c : f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) expose ["v"] : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  // CHECK: %[[IN:.*]] = snn.add %x, %[[CUBA]]#0, %[[CUBA]]#1
  %in = snn.add %x, %o, %v : tensor<2xf32>
  // CHECK: %[[LI:.*]] = snn.neuron li "li"
  %l = snn.neuron li "li" (%x) params(tau = %c, r = %c, v_leak = %c : f64, f64, f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: %[[P:.*]]:2 = snn.population @m "p"(%x) expose ["u"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf64>)
  %p = snn.population @m "p" (%x) : (tensor<2xf32>) -> tensor<2xi1>
  // CHECK: %[[AB:.*]]:2 = snn.neuron integrator "a:b"({{.*}} expose ["v"] :
  %ab = snn.neuron integrator "a:b" (%x) params(r = %c : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  // A probe that is there already stays, and is the only one of its name.
  // CHECK: snn.probe "lif"::"spikes" %[[LIF]]#0 {first}
  // CHECK-NOT: "lif"::"spikes"
  snn.probe "lif"::"spikes" %s {first} : tensor<2xi1>
  // CHECK: snn.probe "lif"::"v" %[[LIF]]#1 : tensor<2xf32>
  // CHECK: snn.probe "cuba"::"i" %[[CUBA]]#2 : tensor<2xf32>
  // CHECK: snn.probe "li"::"output" %[[LI]] : tensor<2xf32>
  // CHECK: snn.probe "p"::"out" %[[P]]#0 : tensor<2xi1>
  // CHECK: snn.probe "p"::"u" %[[P]]#1 : tensor<2xf64>
  // CHECK: snn.probe "a:b"::"v" %[[AB]]#1 : tensor<2xf32>
  // CHECK-NEXT: snn.output
  snn.output %s : tensor<2xi1>
}

//--- two.mlir

// The network that holds the neuron gets the probe.
snn.neuron_model private @m(in %x: f32) -> (out: f32) {
  snn.next emit (%x : f32)
}
// CHECK-LABEL: snn.network @first
// CHECK-NOT: snn.probe
snn.network @first(%x: tensor<2xf32>) -> () dt(1.0) {
  snn.population @m "first" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}
// CHECK-LABEL: snn.network @second
// CHECK: snn.probe "second"::"out"
snn.network @second(%x: tensor<2xf32>) -> () dt(1.0) {
  snn.population @m "second" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

//--- node.mlir

snn.neuron_model private @m(in %x: f32) -> (out: f32) {
  snn.next emit (%x : f32)
}
// What has no name cannot be recorded.
// CHECK: node.mlir{{.*}}: error: has no neuron 'first' to record; there are second, third{{$}}
snn.network @names(%x: tensor<2xf32>) -> () dt(1.0) {
  snn.population @m "" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.population @m "second" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.population @m "third" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

//--- no-neuron.mlir

// CHECK: no-neuron.mlir{{.*}}: error: has no neuron 'lif' to record; there are none{{$}}
snn.network @nothing(%x: tensor<2xf32>) -> () dt(1.0) {
  snn.output
}

//--- what.mlir

snn.network @what(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{expects 'lif' to record one of spikes, v, but got 'i'}}
  snn.neuron lif "lif" (%x) params(tau = %c, r = %c, v_leak = %c, v_threshold = %c, v_reset = %c : f64, f64, f64, f64, f64)
      scheme(forward_euler) reset(zero) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

//--- nothing.mlir

snn.network @what(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{expects 'lif' to record one of output, v, but got ''}}
  snn.neuron integrator "lif" (%x) params(r = %c : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}
