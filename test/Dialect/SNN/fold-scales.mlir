// RUN: %snn-opt %s --snn-fold-scales --canonicalize -split-input-file | FileCheck %s --enable-var-scope

// A threshold, a soft reset and a start value eight times as large for counts that
// are not divided by 8. The exposed potential is.
// CHECK: snn.neuron_model private @if{{.*}}(state %v: f32 = 4.000000e+00, in %x: i32, param %thr: f32) -> (s: i1)
// CHECK-DAG: %[[X:.*]] = arith.sitofp %x : i32 to f32
// CHECK-DAG: %[[FLOOR:.*]] = arith.constant -8.000000e+00 : f32
// CHECK: %[[V:.*]] = arith.addf %v, %[[X]]
// CHECK: arith.cmpf oge, %[[V]], %thr
// CHECK-LABEL: snn.network @net(
// CHECK: %[[THR:.*]] = arith.constant dense<[8.000000e+00, 1.200000e+01, 1.600000e+01]> : tensor<3xf32>
// CHECK: %[[N:.*]] = snn.add %a, %b
// CHECK: %[[S:.*]]:2 = snn.population @if{{.*}} "if"(%[[N]]) params(%{{.*}} : tensor<3xf32>)
// CHECK-SAME: (tensor<3xi32>) -> (tensor<3xi1>, tensor<3xf32>)
// CHECK: %[[P:.*]] = snn.scale %[[S]]#1 by
// CHECK: snn.output %[[S]]#0, %[[P]]
snn.neuron_model private @if(state %v: f32 = 0.5, in %x: f32, param %thr: f32) -> (s: i1) {
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf oge, %v1, %thr : f32
  %f = arith.uitofp %s : i1 to f32
  %r = arith.mulf %f, %thr : f32
  %v2 = arith.subf %v1, %r : f32
  %minus = arith.constant -1.0 : f32
  %low = arith.cmpf olt, %v2, %minus : f32
  %v3 = arith.select %low, %minus, %v2 : f32
  snn.next(%v3 : f32) emit(%s : i1)
}
snn.network @net(%a: tensor<3xi1>, %b: tensor<3xi1>) -> (s: tensor<3xi1>, v: tensor<3xf32>) dt(1.0) {
  %eighth = arith.constant 0.125 : f32
  %thr = arith.constant dense<[1.0, 1.5, 2.0]> : tensor<3xf32>
  %n = snn.add %a, %b : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi32>
  %y = snn.scale %n by %eighth : tensor<3xi32>, f32 -> tensor<3xf32>
  %s, %v = snn.population @if "if"(%y) params(%thr : tensor<3xf32>) expose ["v"] : (tensor<3xf32>) -> (tensor<3xi1>, tensor<3xf32>)
  snn.output %s, %v : tensor<3xi1>, tensor<3xf32>
}

// -----

// One constant in two units: the threshold is divided, so that integers are compared;
// the spike is not.
// CHECK: snn.neuron_model private @step{{.*}}(in %x: i32) -> (s: i32)
// CHECK-DAG: %[[TWO:.*]] = arith.constant 2 : i32
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK: %[[S:.*]] = arith.cmpi sgt, %x, %[[TWO]] : i32
// CHECK: arith.select %[[S]], %[[ONE]]
// CHECK-LABEL: snn.network @units(
// CHECK: snn.population @step{{.*}} "t"(%{{.*}}) : (tensor<2xi32>) -> tensor<2xi32>
snn.neuron_model private @step(in %x: f32) -> (s: i32) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf ogt, %x, %one : f32
  %y = arith.select %s, %one, %zero : f32
  %i = snn.to_int %y : f32
  snn.next emit(%i : i32)
}
snn.network @units(%x: tensor<2xi1>) -> (s: tensor<2xi32>) dt(1.0) {
  %half = arith.constant 0.5 : f32
  %n = snn.add %x, %x : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi32>
  %y = snn.scale %n by %half : tensor<2xi32>, f32 -> tensor<2xf32>
  %s = snn.population @step "t"(%y) : (tensor<2xf32>) -> tensor<2xi32>
  snn.output %s : tensor<2xi32>
}

// -----

// Kept: a leak, a state that doubles, a current that is an output, a threshold that
// is no normal number, a factor that is no power of two, counts that may be large.
// CHECK-LABEL: snn.network @kept(
// CHECK-COUNT-6: snn.scale
snn.neuron_model private @lif(state %v: f32 = 0.0, in %x: f32) -> (s: i1) {
  %k = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %v1 = math.fma %v, %k, %x : f32
  %s = arith.cmpf oge, %v1, %one : f32
  snn.next(%v1 : f32) emit(%s : i1)
}
snn.neuron_model private @double(state %v: f32 = 0.0, in %x: f32) -> (s: i1) {
  %one = arith.constant 1.0 : f32
  %v1 = arith.addf %v, %v : f32
  %v2 = arith.addf %v1, %x : f32
  %s = arith.cmpf oge, %v2, %one : f32
  snn.next(%v2 : f32) emit(%s : i1)
}
snn.neuron_model private @current(in %x: f32) -> (y: f32) {
  %one = arith.constant 1.0 : f32
  %y = arith.subf %x, %one : f32
  snn.next emit(%y : f32)
}
snn.neuron_model private @threshold(in %x: f32, param %thr: f32) -> (s: i1) {
  %s = arith.cmpf oge, %x, %thr : f32
  snn.next emit(%s : i1)
}
snn.network @kept(%x: tensor<2xi1>, %n: tensor<2xi32>)
    -> (a: tensor<2xi1>, b: tensor<2xi1>, c: tensor<2xf32>, d: tensor<2xi1>, e: tensor<2xi1>, f: tensor<2xi1>) dt(1.0) {
  %half = arith.constant 0.5 : f32
  %third = arith.constant 0.3 : f32
  %tiny = arith.constant 1.0e-42 : f32
  %one = arith.constant 1.0 : f32
  %0 = snn.scale %x by %half : tensor<2xi1>, f32 -> tensor<2xf32>
  %a = snn.population @lif "a"(%0) : (tensor<2xf32>) -> tensor<2xi1>
  %1 = snn.scale %x by %half : tensor<2xi1>, f32 -> tensor<2xf32>
  %b = snn.population @double "b"(%1) : (tensor<2xf32>) -> tensor<2xi1>
  %2 = snn.scale %x by %half : tensor<2xi1>, f32 -> tensor<2xf32>
  %c = snn.population @current "c"(%2) : (tensor<2xf32>) -> tensor<2xf32>
  %3 = snn.scale %x by %half : tensor<2xi1>, f32 -> tensor<2xf32>
  %d = snn.population @threshold "d"(%3) params(%tiny : f32) : (tensor<2xf32>) -> tensor<2xi1>
  %4 = snn.scale %x by %third : tensor<2xi1>, f32 -> tensor<2xf32>
  %e = snn.population @threshold "e"(%4) params(%one : f32) : (tensor<2xf32>) -> tensor<2xi1>
  %5 = snn.scale %n by %half : tensor<2xi32>, f32 -> tensor<2xf32>
  %f = snn.population @threshold "f"(%5) params(%one : f32) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %a, %b, %c, %d, %e, %f : tensor<2xi1>, tensor<2xi1>, tensor<2xf32>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>
}

// -----

// Ops that move elements lie in between.
// CHECK-LABEL: snn.network @moved(
// CHECK: %[[N:.*]] = snn.add
// CHECK: %[[T:.*]] = snn.transpose %[[N]] [1, 0] : tensor<2x3xi32> -> tensor<3x2xi32>
// CHECK: %[[R:.*]] = snn.reshape %[[T]] : tensor<3x2xi32> -> tensor<6xi32>
// CHECK: snn.population @if{{.*}} "if"(%[[R]])
// A scale that something else reads stays.
// CHECK: %[[Q:.*]] = snn.scale %[[N]] by
// CHECK: %[[F:.*]] = snn.reshape %[[Q]] : tensor<2x3xf32> -> tensor<6xf32>
// CHECK: snn.population @if "both"(%[[F]])
snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (s: i1) {
  %v1 = arith.addf %v, %x : f32
  %one = arith.constant 1.0 : f32
  %s = arith.cmpf oge, %v1, %one : f32
  %zero = arith.constant 0.0 : f32
  %v2 = arith.select %s, %zero, %v1 : f32
  snn.next(%v2 : f32) emit(%s : i1)
}
snn.network @moved(%x: tensor<2x3xi1>) -> (a: tensor<6xi1>, b: tensor<6xi1>, f: tensor<6xf32>) dt(1.0) {
  %eighth = arith.constant 0.125 : f32
  %n = snn.add %x, %x : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<2x3xi32>
  %p = snn.scale %n by %eighth : tensor<2x3xi32>, f32 -> tensor<2x3xf32>
  %t = snn.transpose %p [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %r = snn.reshape %t : tensor<3x2xf32> -> tensor<6xf32>
  %a = snn.population @if "if"(%r) : (tensor<6xf32>) -> tensor<6xi1>
  %q = snn.scale %n by %eighth : tensor<2x3xi32>, f32 -> tensor<2x3xf32>
  %f = snn.reshape %q : tensor<2x3xf32> -> tensor<6xf32>
  %b = snn.population @if "both"(%f) : (tensor<6xf32>) -> tensor<6xi1>
  snn.output %a, %b, %f : tensor<6xi1>, tensor<6xi1>, tensor<6xf32>
}
