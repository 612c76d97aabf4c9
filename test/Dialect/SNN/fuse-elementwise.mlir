// RUN: %snn-opt %s --snn-fuse-elementwise -split-input-file | FileCheck %s --enable-var-scope
// RUN: %snn-opt %s --snn-fuse-elementwise -split-input-file --remarks-filter=snn-fuse-elementwise -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

snn.neuron_model private @lif(state %v: f32 = 0.5, in %x: f32, param %k: f32) -> (spikes: i1) {
  %v1 = math.fma %k, %x, %v : f32
  %s = arith.cmpf ogt, %v1, %k : f32
  snn.next (%v1 : f32) emit (%s : i1)
}

// A sum of three joins the law that reads it; the sum is from left to right, and
// what is not used any more is gone.
// REMARK: snn-fuse-elementwise | elementwise ops and populations=2, laws=1
// CHECK-NOT: @lif(
// CHECK-LABEL: snn.neuron_model private @lif_0(
// CHECK-SAME: state %v: f32 = 5.000000e-01, in %[[A:.*]]: f32, in %[[B:.*]]: f32, in %[[C:.*]]: f32, param %k: f32) -> (spikes: i1)
// CHECK-NEXT: %[[AB:.*]] = arith.addf %[[A]], %[[B]] : f32
// CHECK-NEXT: %[[X:.*]] = arith.addf %[[AB]], %[[C]] : f32
// CHECK-NEXT: math.fma %k, %[[X]], %v : f32
// CHECK: snn.network @sum
// CHECK-NOT: snn.add
// CHECK: %[[S:.*]]:2 = snn.population @lif_0 "a"(%a, %b, %c) params(%{{.*}} : f32) expose ["v"] : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
// CHECK: snn.output %[[S]]#0, %[[S]]#1
snn.network @sum(%a: tensor<2xf32>, %b: tensor<2xf32>, %c: tensor<2xf32>) -> (y: tensor<2xi1>, v: tensor<2xf32>) dt(1.0) {
  %k = arith.constant 0.5 : f32
  %drive = snn.add %a, %b, %c : tensor<2xf32>
  %y, %v = snn.population @lif "a" (%drive) params(%k : f32) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %y, %v : tensor<2xi1>, tensor<2xf32>
}

// -----

// Chains of sums, products and factors end in one law; operands and parameters
// keep their order and bits: x1 f1 + (n x2), each operand converted first.
// CHECK-LABEL: snn.neuron_model private @add
// CHECK-SAME: in %[[X1:[a-z0-9]+]]: f32, in %[[N:[a-z0-9]+]]: i32, in %[[X2:[a-z0-9]+]]: f32, param %[[F:[a-z0-9]+]]: f32
// CHECK-DAG: %[[M:.*]] = arith.mulf %[[X1]], %[[F]] : f32
// CHECK-DAG: %[[NF:.*]] = arith.sitofp %[[N]] : i32 to f32
// CHECK-DAG: %[[P:.*]] = arith.mulf %[[NF]], %[[X2]] : f32
// CHECK: %[[R:.*]] = arith.addf %[[M]], %[[P]] : f32
// CHECK-NEXT: snn.next emit(%[[R]] : f32)
// CHECK-NOT: snn.neuron_model
// CHECK: snn.network @chain
// CHECK: snn.population @{{.*}} ""(%x1, %n, %x2) params(%{{.*}} : tensor<2xf32>) : (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>) -> tensor<2xf32>
snn.network @chain(%x1: tensor<2xf32>, %n: tensor<2xi32>, %x2: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %f = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %a = snn.scale %x1 by %f : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %b = snn.mul %n, %x2 : (tensor<2xi32>, tensor<2xf32>) -> tensor<2xf32>
  %y = snn.add %a, %b : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// Spikes are 0 and 1 as numbers, counts are signed, the product of spikes is a
// conjunction.
// CHECK: snn.neuron_model private @[[$D:.*]](in %[[S:.*]]: i1, in %[[N:.*]]: i32) -> (output: i32)
// CHECK-NEXT: %[[X:.*]] = arith.extui %[[S]] : i1 to i32
// CHECK-NEXT: arith.muli %[[X]], %[[N]] : i32
// CHECK: snn.neuron_model private @[[$C:.*]](in %[[S:.*]]: i1, in %[[T:.*]]: i1) -> (output: i1)
// CHECK-NEXT: arith.andi %[[S]], %[[T]] : i1
// CHECK: snn.neuron_model private @[[$B:.*]](in %[[S:.*]]: i1, in %[[N:.*]]: i32) -> (output: i32)
// CHECK-NEXT: %[[X:.*]] = arith.extui %[[S]] : i1 to i32
// CHECK-NEXT: arith.addi %[[X]], %[[N]] : i32
// CHECK: snn.neuron_model private @[[$A:.*]](in %[[S:.*]]: i1, in %[[N:.*]]: i32) -> (output: f64)
// CHECK-NEXT: %[[X:.*]] = arith.uitofp %[[S]] : i1 to f64
// CHECK-NEXT: %[[Y:.*]] = arith.sitofp %[[N]] : i32 to f64
// CHECK-NEXT: arith.addf %[[X]], %[[Y]] : f64
// CHECK-LABEL: snn.network @types
snn.network @types(%s: tensor<2xi1>, %n: tensor<2xi32>) -> (a: tensor<2xf64>, b: tensor<2xi32>, c: tensor<2xi1>, d: tensor<2xi32>) dt(1.0) {
  // CHECK: %[[A:.*]] = snn.population @[[$A]] ""(%s, %n)
  // CHECK: %[[B:.*]] = snn.population @[[$B]] ""(%s, %n)
  // CHECK: %[[C:.*]] = snn.population @[[$C]] ""(%s, %s)
  // CHECK: %[[D:.*]] = snn.population @[[$D]] ""(%s, %n)
  // CHECK: snn.output %[[A]], %[[B]], %[[C]], %[[D]]
  %a = snn.add %s, %n : (tensor<2xi1>, tensor<2xi32>) -> tensor<2xf64>
  %b = snn.add %s, %n : (tensor<2xi1>, tensor<2xi32>) -> tensor<2xi32>
  %c = snn.mul %s, %s : tensor<2xi1>
  %d = snn.mul %s, %n : (tensor<2xi1>, tensor<2xi32>) -> tensor<2xi32>
  snn.output %a, %b, %c, %d : tensor<2xf64>, tensor<2xi32>, tensor<2xi1>, tensor<2xi32>
}

// -----

snn.neuron_model private @f(in %x: f32) -> (y: f32) {
  %y = arith.negf %x : f32
  snn.next emit (%y : f32)
}
snn.neuron_model private @two(in %x: f32) -> (y: f32, z: f32) {
  snn.next emit (%x, %x : f32, f32)
}
snn.neuron_model private @state(state %v: f32 = 0.0, in %x: f32) -> (y: f32) {
  snn.next (%x : f32) emit (%v : f32)
}

// Not merged: what has several uses, a state, several results, or is seen by a
// probe or an output.
// CHECK-LABEL: snn.network @keep
snn.network @keep(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // CHECK: %[[A:.*]] = snn.population @f "several uses"(%x)
  // CHECK: snn.population @f "b"(%[[A]])
  // CHECK: snn.population @f "c"(%[[A]])
  %a = snn.population @f "several uses" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  %b = snn.population @f "b" (%a) : (tensor<2xf32>) -> tensor<2xf32>
  %c = snn.population @f "c" (%a) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.population @state "state"
  // CHECK: snn.population @f "d"
  %s = snn.population @state "state" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  %d = snn.population @f "d" (%s) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.population @two "two"
  // CHECK: snn.population @f "e"
  %t:2 = snn.population @two "two" (%x) : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  %e = snn.population @f "e" (%t#0) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: %[[R:.*]] = snn.population @f "recorded"
  // CHECK: snn.population @f "g"(%[[R]])
  // CHECK: snn.probe "recorded"::"y" %[[R]]
  %r = snn.population @f "recorded" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  %g = snn.population @f "g" (%r) : (tensor<2xf32>) -> tensor<2xf32>
  snn.probe "recorded"::"y" %r : tensor<2xf32>
  snn.output %b : tensor<2xf32>
}

// -----

// A delay in between is no elementwise op, and a cycle stays as long as it was.
// CHECK-LABEL: snn.network @cycle
// CHECK-NEXT: %[[SUM:.*]] = snn.population @[[M:.*]] ""(%x, %[[LATE:.*]]) :
// CHECK-NEXT: %[[LATE]] = snn.delay %[[SUM]] by 1
// CHECK-NEXT: snn.output %[[SUM]]
snn.network @cycle(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %sum = snn.add %x, %late : tensor<2xf32>
  %late = snn.delay %sum by 1 : tensor<2xf32>
  snn.output %sum : tensor<2xf32>
}

// -----

// Names of inputs and parameters stay distinct when one law is merged with
// itself; a public model stays though nothing uses it.
// CHECK-LABEL: snn.neuron_model @public
// CHECK-LABEL: snn.network @names
// CHECK: snn.population @{{.*}} "b"(%x) params(%[[B:.*]], %[[A:.*]] : f32, tensor<2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
snn.neuron_model @public(in %x: f32, param %x0: f32) -> (y: f32) {
  %y = arith.mulf %x, %x0 : f32
  snn.next emit (%y : f32)
}
snn.network @names(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %f = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %g = arith.constant 3.0 : f32
  %a = snn.population @public "a" (%x) params(%f : tensor<2xf32>) : (tensor<2xf32>) -> tensor<2xf32>
  %b = snn.population @public "b" (%a) params(%g : f32) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %b : tensor<2xf32>
}

// -----

// What is static stays out of a stream's law; a norm is one fused multiply-add.
// CHECK-LABEL: snn.neuron_model private @norm(in %x0: f32, param %c0: f32, param %c1: f32)
// CHECK-NEXT: %[[Y:.*]] = math.fma %x0, %c0, %c1 : f32
// CHECK: snn.network @static
// CHECK: %[[N:.*]] = snn.population @norm ""(%z)
// CHECK: snn.population @add ""(%x, %[[N]])
snn.network @static(%x: tensor<2xf32>, static %z: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %c = arith.constant 0.5 : f32
  %n = snn.norm %z scale %c shift %c : (tensor<2xf32>, f32, f32) -> tensor<2xf32>
  %y = snn.add %x, %n : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// A constant that is added becomes a parameter.
// CHECK-LABEL: snn.neuron_model private @add(in %x0: f32, param %c0: f32)
// CHECK-NEXT: arith.addf %c0, %x0 : f32
// CHECK: snn.population @add ""(%x) params(%{{.*}} : tensor<2xf32>)
snn.network @constant(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = snn.add %c, %x : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// A mean over time is a running sum and a count of steps, the last of which are
// divided.
// CHECK: snn.network @average
// CHECK: %[[R:.*]]:2 = snn.population @running_mean ""(%x) expose ["s0", "s1"] : (tensor<2xi1>) -> (tensor<2xi32>, tensor<2xi32>)
// CHECK-DAG: %[[S:.*]] = snn.reduce_time last %[[R]]#0 :
// CHECK-DAG: %[[N:.*]] = snn.reduce_time last %[[R]]#1 :
// CHECK: snn.population @mean ""(%[[S]], %[[N]]) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xf32>
snn.network @average(%x: tensor<2xi1>) -> (y: tensor<2xf32>) dt(1.0) {
  %y = snn.reduce_time mean %x : tensor<2xi1> -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
