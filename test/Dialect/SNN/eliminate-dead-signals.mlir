// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-eliminate-dead-signals))' | FileCheck %s --enable-var-scope
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-eliminate-dead-signals))' --remarks-filter=snn-eliminate-dead-signals -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32) -> (y: f32) {
  snn.next (%x : f32) emit (%v : f32)
}

// Ops of a cycle keep each other alive, and what they read.
// REMARK: Passed{{.*}}snn-eliminate-dead-signals | ops that nothing reads=6
// CHECK-LABEL: snn.network @dead_cycle
snn.network @dead_cycle(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // CHECK-NEXT: snn.output %x
  %c = arith.constant 2.0 : f32
  %read = snn.scale %x by %c : tensor<2xf32>, f32 -> tensor<2xf32>
  %sum = snn.add %read, %late : tensor<2xf32>
  %dead = snn.population @m "dead" (%sum) : (tensor<2xf32>) -> tensor<2xf32>
  %late = snn.delay %dead by 1 : tensor<2xf32>
  %end = snn.delay %dead by 3 : tensor<2xf32>
  snn.output %x : tensor<2xf32>
}

// CHECK-LABEL: snn.network @live_cycle
snn.network @live_cycle(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // CHECK-NEXT: %[[SUM:.*]] = snn.add %x, %[[LATE:.*]] :
  // CHECK-NEXT: %[[Y:.*]] = snn.population @m "live"(%[[SUM]])
  // CHECK-NEXT: %[[LATE]] = snn.delay %[[Y]] by 1
  // CHECK-NEXT: snn.output %[[LATE]]
  %sum = snn.add %x, %late : tensor<2xf32>
  %y = snn.population @m "live" (%sum) : (tensor<2xf32>) -> tensor<2xf32>
  %late = snn.delay %y by 1 : tensor<2xf32>
  %unused = snn.delay %y by 5 : tensor<2xf32>
  snn.output %late : tensor<2xf32>
}

// What is recorded is needed; one live result keeps its op.
// CHECK-LABEL: snn.network @probe
snn.network @probe(%x: tensor<2xf32>) -> () dt(1.0) {
  // CHECK-NEXT: %[[IN:.*]] = snn.delay %x by 2
  // CHECK-NEXT: %[[Y:.*]]:2 = snn.population @m "recorded"(%[[IN]])
  // CHECK-NEXT: snn.probe "recorded"::"v" %[[Y]]#1
  // CHECK-NEXT: snn.output
  %in = snn.delay %x by 2 : tensor<2xf32>
  %y, %v = snn.population @m "recorded" (%in) expose ["v"] : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  %z = snn.population @m "not recorded" (%y) : (tensor<2xf32>) -> tensor<2xf32>
  snn.probe "recorded"::"v" %v : tensor<2xf32>
  snn.output
}
