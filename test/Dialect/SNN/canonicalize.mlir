// RUN: %snn-opt %s --canonicalize -split-input-file | FileCheck %s --enable-var-scope

//===----------------------------------------------------------------------===//
// Delays
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.network @delay_by_zero
snn.network @delay_by_zero(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // What it would give before its first step is never seen.
  // CHECK-NEXT: snn.output %x
  %y = snn.delay %x by [0, 0] initial 7.0 : f32 : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// CHECK-LABEL: snn.network @delay_by_zero_of_one
snn.network @delay_by_zero_of_one(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // CHECK-NEXT: %[[Y:.*]] = snn.delay %x by [0, 1]
  // CHECK-NEXT: snn.output %[[Y]]
  %y = snn.delay %x by [0, 1] : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// CHECK-LABEL: snn.network @equal_steps
snn.network @equal_steps(%x: tensor<3xf32>) -> (y: tensor<3xf32>) dt(1.0) {
  // CHECK-NEXT: snn.delay %x by 3 initial 1.000000e+00 : f32 : tensor<3xf32>
  %y = snn.delay %x by [3, 3, 3] initial 1.0 : f32 : tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// CHECK-LABEL: snn.network @merge
snn.network @merge(%x: tensor<3xf32>) -> (y: tensor<3xf32>) dt(1.0) {
  // CHECK-NEXT: %[[Y:.*]] = snn.delay %x by [3, 2, 7] : tensor<3xf32>
  // CHECK-NEXT: snn.output %[[Y]]
  %a = snn.delay %x by [1, 0, 5] : tensor<3xf32>
  %y = snn.delay %a by 2 : tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// Two delays of which each element has one step in sum are one delay by one.
// CHECK-LABEL: snn.network @merge_to_equal
snn.network @merge_to_equal(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // CHECK-NEXT: snn.delay %x by 1 : tensor<2xf32>
  %a = snn.delay %x by [1, 0] : tensor<2xf32>
  %y = snn.delay %a by [0, 1] : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// What an importer put in stays marked only if all of it was put in.
// CHECK-LABEL: snn.network @merge_implicit
snn.network @merge_implicit(%x: tensor<2xf32>) -> (y: tensor<2xf32>, z: tensor<2xf32>) dt(1.0) {
  // CHECK-DAG: snn.delay %x by 3 implicit : tensor<2xf32>
  // CHECK-DAG: snn.delay %x by 4 : tensor<2xf32>
  %a = snn.delay %x by 1 implicit : tensor<2xf32>
  %y = snn.delay %a by 2 implicit : tensor<2xf32>
  %b = snn.delay %x by 1 implicit : tensor<2xf32>
  %z = snn.delay %b by 3 : tensor<2xf32>
  snn.output %y, %z : tensor<2xf32>, tensor<2xf32>
}

// The inner one's first values come out before those of the outer one's end.
// CHECK-LABEL: snn.network @keep_initial
snn.network @keep_initial(%x: tensor<2xf32>) -> (y: tensor<2xf32>, z: tensor<2xf32>) dt(1.0) {
  // CHECK-COUNT-4: snn.delay
  %a = snn.delay %x by 1 initial 1.0 : f32 : tensor<2xf32>
  %y = snn.delay %a by 2 : tensor<2xf32>
  %b = snn.delay %x by 1 : tensor<2xf32>
  %z = snn.delay %b by 2 initial 1.0 : f32 : tensor<2xf32>
  snn.output %y, %z : tensor<2xf32>, tensor<2xf32>
}

// Zero before the first step is not minus zero.
// CHECK-LABEL: snn.network @keep_negative_zero
snn.network @keep_negative_zero(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // CHECK: %[[A:.*]] = snn.delay %x by 1 initial -0.000000e+00
  // CHECK: snn.delay %[[A]] by 2 :
  %a = snn.delay %x by 1 initial -0.0 : f32 : tensor<2xf32>
  %y = snn.delay %a by 2 : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// Two short histories are smaller than one of each length.
// CHECK-LABEL: snn.network @keep_shared
snn.network @keep_shared(%x: tensor<2xf32>) -> (y: tensor<2xf32>, z: tensor<2xf32>) dt(1.0) {
  // CHECK: %[[A:.*]] = snn.delay %x by 10 : tensor<2xf32>
  // CHECK: %[[Y:.*]] = snn.delay %[[A]] by 10 : tensor<2xf32>
  // CHECK: snn.output %[[A]], %[[Y]]
  %a = snn.delay %x by 10 : tensor<2xf32>
  %y = snn.delay %a by 10 : tensor<2xf32>
  snn.output %a, %y : tensor<2xf32>, tensor<2xf32>
}

// A sum of steps that is larger than a delay may be stays two delays.
// CHECK-LABEL: snn.network @large
snn.network @large(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // CHECK-COUNT-2: snn.delay {{.*}} by 1073741824
  %a = snn.delay %x by 1073741824 : tensor<2xf32>
  %y = snn.delay %a by 1073741824 : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Cycles
//===----------------------------------------------------------------------===//

// An op that is its own operand, or two that are each other's, are left alone.
// CHECK-LABEL: snn.network @closed
snn.network @closed() -> (y: tensor<2xf32>, z: tensor<2xf32>) dt(1.0) {
  // CHECK: %[[Y:.*]] = snn.delay %[[Y]] by 2 : tensor<2xf32>
  // CHECK: snn.output %[[Y]]
  %y = snn.delay %y by 2 : tensor<2xf32>
  %z = snn.delay %r by 1 : tensor<2xf32>
  %r = snn.reshape %z : tensor<2xf32> -> tensor<2xf32>
  snn.output %y, %z : tensor<2xf32>, tensor<2xf32>
}

// A cycle keeps its number of steps, and gets none without delay.
// CHECK-LABEL: snn.network @cycle
snn.network @cycle(%x: tensor<4xf32>) -> (y: tensor<4xf32>) dt(1.0) {
  // CHECK: %[[SUM:.*]] = snn.add %x, %[[LATE:.*]] : tensor<4xf32>
  // CHECK-NEXT: %[[LATE]] = snn.delay %[[SUM]] by 3 : tensor<4xf32>
  // CHECK-NEXT: snn.output %[[SUM]]
  %sum = snn.add %x, %r : tensor<4xf32>
  %a = snn.delay %sum by 1 : tensor<4xf32>
  %b = snn.delay %a by 0 : tensor<4xf32>
  %c = snn.delay %b by 2 : tensor<4xf32>
  %t = snn.transpose %c [0] : tensor<4xf32> -> tensor<4xf32>
  %s = snn.add %t : tensor<4xf32>
  %r = snn.reshape %s : tensor<4xf32> -> tensor<4xf32>
  snn.output %sum : tensor<4xf32>
}

// A cycle of shapes around one delay ends.
// CHECK-LABEL: snn.network @cycle_of_shapes
snn.network @cycle_of_shapes() -> (y: tensor<2x3xf32>) dt(1.0) {
  // CHECK: %[[LATE:.*]] = snn.delay
  // CHECK: snn.output
  %late = snn.delay %c by 1 : tensor<6xf32>
  %a = snn.reshape %late : tensor<6xf32> -> tensor<2x3xf32>
  %b = snn.reshape %a : tensor<2x3xf32> -> tensor<3x2xf32>
  %c = snn.reshape %b : tensor<3x2xf32> -> tensor<6xf32>
  snn.output %a : tensor<2x3xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.network @reshape
snn.network @reshape(%x: tensor<2x3xf32>) -> (y: tensor<2x3xf32>, z: tensor<6x1xf32>) dt(1.0) {
  // CHECK-NEXT: %[[Z:.*]] = snn.reshape %x : tensor<2x3xf32> -> tensor<6x1xf32>
  // CHECK-NEXT: snn.output %x, %[[Z]]
  %a = snn.reshape %x : tensor<2x3xf32> -> tensor<3x2xf32>
  %b = snn.reshape %a : tensor<3x2xf32> -> tensor<6xf32>
  %y = snn.reshape %b : tensor<6xf32> -> tensor<2x3xf32>
  %z = snn.reshape %b : tensor<6xf32> -> tensor<6x1xf32>
  snn.output %y, %z : tensor<2x3xf32>, tensor<6x1xf32>
}

// CHECK-LABEL: snn.network @transpose
snn.network @transpose(%x: tensor<2x3x4xf32>) -> (a: tensor<2x3x4xf32>, c: tensor<2x3x4xf32>) dt(1.0) {
  // CHECK-NEXT: snn.output %x, %x
  %a = snn.transpose %x [0, 1, 2] : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  %b = snn.transpose %x [1, 2, 0] : tensor<2x3x4xf32> -> tensor<3x4x2xf32>
  %c = snn.transpose %b [2, 0, 1] : tensor<3x4x2xf32> -> tensor<2x3x4xf32>
  snn.output %a, %c : tensor<2x3x4xf32>, tensor<2x3x4xf32>
}

// The same rotation twice is not its inverse, though the shapes would fit.
// CHECK-LABEL: snn.network @rotation
snn.network @rotation(%x: tensor<2x2x2xf32>) -> (y: tensor<2x2x2xf32>) dt(1.0) {
  // CHECK-NEXT: %[[A:.*]] = snn.transpose %x [1, 2, 0]
  // CHECK-NEXT: %[[Y:.*]] = snn.transpose %[[A]] [1, 2, 0]
  // CHECK-NEXT: snn.output %[[Y]]
  %a = snn.transpose %x [1, 2, 0] : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  %y = snn.transpose %a [1, 2, 0] : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// A transposition is no reshape, even of a matrix with one row.
// CHECK-LABEL: snn.network @transpose_of_reshape
snn.network @transpose_of_reshape(%x: tensor<6xf32>) -> (y: tensor<3x2xf32>) dt(1.0) {
  // CHECK: snn.reshape
  // CHECK-NEXT: snn.transpose
  %a = snn.reshape %x : tensor<6xf32> -> tensor<2x3xf32>
  %y = snn.transpose %a [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  snn.output %y : tensor<3x2xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.network @add_of_one
snn.network @add_of_one(%x: tensor<2xf32>, %n: tensor<2xi1>) -> (y: tensor<2xf32>, z: tensor<2xf32>) dt(1.0) {
  // A conversion stays.
  // CHECK-NEXT: %[[Z:.*]] = snn.add %n : (tensor<2xi1>) -> tensor<2xf32>
  // CHECK-NEXT: snn.output %x, %[[Z]]
  %y = snn.add %x : tensor<2xf32>
  %z = snn.add %n : (tensor<2xi1>) -> tensor<2xf32>
  snn.output %y, %z : tensor<2xf32>, tensor<2xf32>
}

// NaN and infinity times zero are no zero.
// CHECK-LABEL: snn.network @zeros
snn.network @zeros(%x: tensor<2xf32>) -> (a: tensor<2xf32>, b: tensor<2xf32>) dt(1.0) {
  // CHECK: snn.scale %x by %{{.*}} : tensor<2xf32>, f32 -> tensor<2xf32>
  // CHECK: snn.dense %x, %{{.*}} : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<2x2xf32>
  %a = snn.scale %x by %zero : tensor<2xf32>, f32 -> tensor<2xf32>
  %b = snn.dense %x, %zeros : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  snn.output %a, %b : tensor<2xf32>, tensor<2xf32>
}

// A sum is from left to right: it is not flattened and not reordered.
// CHECK-LABEL: snn.network @order
snn.network @order(%x: tensor<2xf32>, %y: tensor<2xf32>, %z: tensor<2xf32>) -> (a: tensor<2xf32>) dt(1.0) {
  // CHECK-NEXT: %[[YZ:.*]] = snn.add %y, %z
  // CHECK-NEXT: snn.add %x, %[[YZ]]
  %yz = snn.add %y, %z : tensor<2xf32>
  %a = snn.add %x, %yz : tensor<2xf32>
  snn.output %a : tensor<2xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Laws
//===----------------------------------------------------------------------===//

// What changes a bit stays: x + 0.0 (-0.0), x - x (infinity), 0.0 * x (NaN).
// CHECK-LABEL: snn.neuron_model @floats
snn.neuron_model @floats(in %x: f32) -> (a: f32, b: f32, c: f32, d: i1) {
  // CHECK-DAG: arith.addf
  // CHECK-DAG: arith.subf
  // CHECK-DAG: arith.mulf
  // A comparison with itself finds NaN.
  // CHECK-DAG: arith.cmpf oeq, %x, %x
  %zero = arith.constant 0.0 : f32
  %a = arith.addf %x, %zero : f32
  %b = arith.subf %x, %x : f32
  %c = arith.mulf %x, %zero : f32
  %d = arith.cmpf oeq, %x, %x : f32
  snn.next emit (%a, %b, %c, %d : f32, f32, f32, i1)
}

// An assertion is an effect: it stays although nothing uses it.
// CHECK-LABEL: snn.neuron_model @assertion
snn.neuron_model @assertion(in %x: f32) -> (y: f32) {
  // CHECK: %[[OK:.*]] = arith.cmpf olt, %x, %{{.*}} : f32
  // CHECK: snn.assert %[[OK]], "text"
  %one = arith.constant 1.0 : f32
  %ok = arith.cmpf olt, %x, %one : f32
  snn.assert %ok, "text"
  snn.next emit (%x : f32)
}

// -----

//===----------------------------------------------------------------------===//
// What nobody reads
//===----------------------------------------------------------------------===//

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32) -> (y: f32) {
  snn.next (%x : f32) emit (%v : f32)
}

// CHECK-LABEL: snn.network @probes
snn.network @probes(%x: tensor<2xf32>) -> () dt(1.0) {
  // CHECK-NEXT: %[[Y:.*]] = snn.population @m "seen"
  // CHECK-NEXT: snn.probe "seen"::"y" %[[Y]]
  // CHECK-NEXT: snn.output
  %seen = snn.population @m "seen" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  %unseen = snn.population @m "unseen" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.probe "seen"::"y" %seen : tensor<2xf32>
  snn.output
}

// A probe of what a fold replaces records the same.
// CHECK-LABEL: snn.network @probe_of_fold
snn.network @probe_of_fold(%x: tensor<2xf32>) -> () dt(1.0) {
  // CHECK-NEXT: snn.probe "a"::"y" %x
  %y = snn.delay %x by 0 : tensor<2xf32>
  snn.probe "a"::"y" %y : tensor<2xf32>
  snn.output
}

// -----

// What is reduced comes together, at the end and in its order; a reduction of a
// transposed signal reduces the signal itself where terms and results keep their
// order.
// CHECK-LABEL: snn.network @reduce(
// CHECK: %[[T:.*]] = snn.transpose %x [1, 0, 2] : tensor<2x3x4xf32> -> tensor<3x2x4xf32>
// CHECK: %[[A:.*]] = snn.reduce sum %[[T]] dims [1, 2] : tensor<3x2x4xf32> -> tensor<3xf32>
// CHECK: %[[B:.*]] = snn.reduce sum %x dims [0, 1] : tensor<2x3x4xf32> -> tensor<4xf32>
// CHECK: %[[U:.*]] = snn.transpose %x [2, 1, 0]
// CHECK: %[[C:.*]] = snn.reduce sum %[[U]] dims [1, 2]
// CHECK: snn.output %[[A]], %[[B]], %[[C]], %x
snn.network @reduce(%x: tensor<2x3x4xf32>) -> (a: tensor<3xf32>, b: tensor<4xf32>, c: tensor<4xf32>, d: tensor<2x3x4xf32>) dt(1.0) {
  %a = snn.reduce sum %x dims [0, 2] : tensor<2x3x4xf32> -> tensor<3xf32>
  %t = snn.transpose %x [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  %b = snn.reduce sum %t dims [1, 2] : tensor<4x2x3xf32> -> tensor<4xf32>
  %u = snn.transpose %x [2, 1, 0] : tensor<2x3x4xf32> -> tensor<4x3x2xf32>
  %c = snn.reduce sum %u dims [1, 2] : tensor<4x3x2xf32> -> tensor<4xf32>
  %s = snn.slice %x offsets [0, 0, 0] : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  %d = snn.broadcast %s dims [] : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  %e = snn.concat %d dim 1 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %f = snn.reduce max %e dims [] : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  snn.output %a, %b, %c, %f : tensor<3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x3x4xf32>
}
