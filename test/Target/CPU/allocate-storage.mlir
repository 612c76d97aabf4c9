// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-allocate-storage))' | FileCheck %s --enable-var-scope

snn.neuron_model private @lif(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %v1 = math.fma %k, %x, %v : f32
  %s = arith.cmpf ogt, %v1, %k : f32
  snn.next (%v1 : f32) emit (%s : i1)
}

// States of one sample follow each other, each from a multiple of 64 bytes: 38
// floats, 3 x 5 spikes of a byte, a double.
// CHECK-LABEL: snn.program @states(
// CHECK-SAME: snn.sample_bytes = 320 : i64, snn.state_offsets = array<i64: 0, 192, 256>
snn.program @states(%x: tensor<38xf32>, %s: tensor<5xi1>, %d: tensor<f64>)
    state(%v "a"::"v": tensor<38xf32> = 0.0 : f32, %h ""::"delay": tensor<3x5xi1> = false, %g ""::"delay1": tensor<1xf64> = 0.0 : f64)
    -> () dt(1.0) rows(4) {
  %k = arith.constant 0.5 : f32
  %y, %v1 = snn.step @lif "a" (%x) state(%v : tensor<38xf32>) params(%k : f32) : (tensor<38xf32>) -> (tensor<38xi1>, tensor<38xf32>)
  %h1 = snn.scan (%in = %s: tensor<5xi1>) carry (%c = %h: tensor<3x5xi1>) -> (tensor<3x5xi1>) {
    %w = snn.delay_write %in into %c : tensor<5xi1>, tensor<3x5xi1>
    snn.yield carry(%w : tensor<3x5xi1>)
  }
  %g1 = snn.scan (%in = %d: tensor<f64>) carry (%c = %g: tensor<1xf64>) -> (tensor<1xf64>) {
    %w = snn.delay_write %in into %c : tensor<f64>, tensor<1xf64>
    snn.yield carry(%w : tensor<1xf64>)
  }
  snn.yield carry(%v1, %h1, %g1 : tensor<38xf32>, tensor<3x5xi1>, tensor<1xf64>)
}

// A signal takes 4 rows of 64 floats here, 1024 bytes. What is not alive at the
// same time shares memory; a state and a reshape have none of their own.
// CHECK-LABEL: snn.program @signals(
// CHECK-SAME: snn.workspace_bytes = 2048 : i64
snn.program @signals(%x: tensor<64xf32>) state(%v "a"::"v": tensor<64xf32> = 0.0 : f32) -> (y: tensor<64xf32>) dt(1.0) rows(4) {
  %w = arith.constant dense<1.0> : tensor<64x64xf32>
  %k = arith.constant 0.5 : f32
  // CHECK: snn.dense %x, {{.*}}snn.buffers = array<i64: [[A:[0-9]+]]>
  // CHECK: snn.reshape {{.*}}snn.buffers = array<i64: -1>
  // CHECK: snn.reshape {{.*}}snn.buffers = array<i64: -1>
  // CHECK: snn.dense {{.*}}snn.buffers = array<i64: [[B:[0-9]+]]>
  // CHECK: snn.dense {{.*}}snn.buffers = array<i64: [[A]]>
  // CHECK: snn.step {{.*}}snn.buffers = array<i64: [[B]], -1>
  %a = snn.dense %x, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
  %r = snn.reshape %a : tensor<64xf32> -> tensor<8x8xf32>
  %f = snn.reshape %r : tensor<8x8xf32> -> tensor<64xf32>
  %b = snn.dense %f, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
  %c = snn.dense %b, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
  %s:2 = snn.step @lif "a" (%c) state(%v : tensor<64xf32>) params(%k : f32) : (tensor<64xf32>) -> (tensor<64xi1>, tensor<64xf32>)
  snn.yield (%c : tensor<64xf32>) carry(%s#1 : tensor<64xf32>)
}

// What a scan reads is needed until its last step, so nothing in the scan may
// share its memory.
// CHECK-LABEL: snn.program @scan(
// CHECK-SAME: snn.workspace_bytes = 3072 : i64
// CHECK: snn.dense {{.*}}snn.buffers = array<i64: [[A:[0-9]+]]>
// CHECK: snn.dense {{.*}}snn.buffers = array<i64: [[B:[0-9]+]]>
// CHECK-NOT: array<i64: [[A]]>
// CHECK: snn.yield
snn.program @scan(%x: tensor<64xf32>) -> (y: tensor<64xf32>) dt(1.0) rows(4) {
  %w = arith.constant dense<1.0> : tensor<64x64xf32>
  %a = snn.dense %x, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
  %y = snn.scan (%in = %a: tensor<64xf32>) -> (tensor<64xf32>) {
    %b = snn.dense %in, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
    %c = snn.dense %b, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
    snn.yield (%c : tensor<64xf32>)
  }
  snn.yield (%y : tensor<64xf32>)
}

// A tile of one sample computes what is kept in the memory of its state; what
// else reads it does so there. A second state of it is a copy.
// CHECK-LABEL: snn.program @kept(
// CHECK-SAME: snn.workspace_bytes = 256 : i64
// CHECK: snn.dense {{.*}}snn.buffers = array<i64: 0>
// CHECK: snn.dense {{.*}}snn.buffers = array<i64: -1>
// CHECK: snn.keep {{.*}} {snn.buffers = array<i64: -1>, snn.in_place}
// CHECK: snn.keep {{.*}} {snn.buffers = array<i64: -1>} :
snn.program @kept() state(%k ""::"static": tensor<64xf32> = 0.0 : f32, %l ""::"static1": tensor<8x8xf32> = 0.0 : f32) -> () dt(1.0) rows(4) samples(1) {
  %w = arith.constant dense<1.0> : tensor<64x64xf32>
  %x = arith.constant dense<1.0> : tensor<64xf32>
  %s = snn.materialize %x : tensor<64xf32>
  %k1, %l1 = snn.when start carry(%a = %k: tensor<64xf32>, %b = %l: tensor<8x8xf32>) -> (tensor<64xf32>, tensor<8x8xf32>) {
    %y = snn.dense %s, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
    %z = snn.dense %y, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
    %r = snn.reshape %z : tensor<64xf32> -> tensor<8x8xf32>
    %a1 = snn.keep %z into %a : tensor<64xf32>
    %b1 = snn.keep %r into %b : tensor<8x8xf32>
    snn.yield carry(%a1, %b1 : tensor<64xf32>, tensor<8x8xf32>)
  }
  snn.yield carry(%k1, %l1 : tensor<64xf32>, tensor<8x8xf32>)
}

// States of several samples are no neighbours: what is kept is copied there.
// CHECK-LABEL: snn.program @kept_of_several(
// CHECK: snn.keep {{.*}} {snn.buffers = array<i64: -1>} :
snn.program @kept_of_several() state(%k ""::"static": tensor<64xf32> = 0.0 : f32) -> () dt(1.0) rows(4) {
  %w = arith.constant dense<1.0> : tensor<64x64xf32>
  %x = arith.constant dense<1.0> : tensor<64xf32>
  %s = snn.materialize %x : tensor<64xf32>
  %k1 = snn.when start carry(%a = %k: tensor<64xf32>) -> (tensor<64xf32>) {
    %y = snn.dense %s, %w kernel "blocked" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
    %a1 = snn.keep %y into %a : tensor<64xf32>
    snn.yield carry(%a1 : tensor<64xf32>)
  }
  snn.yield carry(%k1 : tensor<64xf32>)
}

// Weights in the image: a matrix of 3 outputs is padded to 16 floats a column
// (2 x 64 bytes), a bias to 16 floats. Ops that use the same constants in the
// same way share them; an absent bias is zeros, shared too.
// CHECK-LABEL: snn.program @weights(
// CHECK-SAME: snn.weight_bytes = 256 : i64
snn.program @weights(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %b = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  // CHECK: snn.dense {{.*}} bias {{.*}}snn.weights = array<i64: 0, 128>
  // CHECK: snn.dense {{.*}} bias {{.*}}snn.weights = array<i64: 0, 128>
  // CHECK: snn.dense {{.*}}snn.weights = array<i64: 0, 192>
  snn.dense %x, %w bias %b kernel "event" : (tensor<2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.dense %x, %w bias %b kernel "event" : (tensor<2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.dense %x, %w kernel "event" : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3xf32>
  snn.yield
}

snn.neuron_model private @affine(in %x: f32, param %a: f32, param %b: f32, param %c: f32) -> (y: f32) {
  %t = math.fma %x, %a, %b : f32
  %y = arith.addf %t, %c : f32
  snn.next emit (%y : f32)
}

// A parameter that is one number is an immediate; one per channel (channels
// last, whole vectors of them) is stored once per channel, 64 bytes; any other
// once per neuron, 2 x 16 floats.
// CHECK-LABEL: snn.program @params(
// CHECK-SAME: snn.weight_bytes = 192 : i64
// CHECK: snn.step {{.*}}snn.weights = array<i64: -1, 0, 64>
snn.program @params(%x: tensor<2x16xf32>) -> () dt(1.0) rows(1) {
  %a = arith.constant dense<2.0> : tensor<2x16xf32>
  %b = arith.constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0]]> : tensor<1x16xf32>
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  snn.step @affine "a" (%x) params(%a, %b, %c : tensor<2x16xf32>, tensor<1x16xf32>, tensor<2xf32>) : (tensor<2x16xf32>) -> tensor<2x16xf32>
  snn.yield
}

// Moving elements needs no tables. Delays that differ have one.
// CHECK-LABEL: snn.program @tables(
snn.program @tables(%x: tensor<2x3x4xf32>) state(%h ""::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  // CHECK: snn.move {{.*}} sizes [12, 2]
  // CHECK-NOT: snn.weights
  // CHECK: snn.move {{.*}} sizes [4, 3, 2]
  snn.move %x sizes [12, 2] strides [1, 12] : tensor<2x3x4xf32> -> tensor<3x4x2xf32>
  snn.move %x sizes [4, 3, 2] strides [1, 4, 12] : tensor<2x3x4xf32> -> tensor<4x3x2xf32>
  // CHECK: snn.delay_read {{.*}} by 3
  // CHECK-NOT: snn.weights
  // CHECK: snn.delay_read {{.*}} by [1, 3]
  // CHECK-SAME: snn.weights = array<i64: 0>
  %h1 = snn.scan () carry (%c = %h: tensor<3x2xf32>) -> (tensor<3x2xf32>) {
    %y = snn.delay_read %c by 3 : tensor<3x2xf32> -> tensor<2xf32>
    %z = snn.delay_read %c by [1, 3] : tensor<3x2xf32> -> tensor<2xf32>
    %w = snn.delay_write %y into %c : tensor<2xf32>, tensor<3x2xf32>
    snn.yield carry(%w : tensor<3x2xf32>)
  }
  snn.yield carry(%h1 : tensor<3x2xf32>)
}

// What sums of integers are multiplied by is shared where the largest input is
// the same: how digits are put together depends on it.
// CHECK-LABEL: snn.program @integers(
// CHECK: snn.dense %s, %{{.*}} {snn.buffers = {{.*}}, snn.integer_sums = array<i64: 3, 32, 1>, snn.weights = array<i64: [[W:[0-9]+]], [[F:[0-9]+]]>}
// CHECK: snn.dense %s, %{{.*}} {snn.buffers = {{.*}}, snn.integer_sums = array<i64: 3, 32, 1>, snn.weights = array<i64: [[W]], [[F]]>}
// CHECK-NOT: snn.weights = array<i64: [[W]], [[F]]>
// CHECK: snn.dense %c, %{{.*}} {snn.buffers = {{.*}}, snn.integer_sums = array<i64: 3, 64, 100>, snn.weights = array<i64: [[W]], {{[0-9]+}}>}
snn.program @integers(%s: tensor<300xi1>, %c: tensor<300xi32>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<0.1> : tensor<2x300xf32>
  %a = snn.dense %s, %w sum exact kernel "sliced" {snn.integer_sums = array<i64: 3, 32, 1>} : (tensor<300xi1>, tensor<2x300xf32>) -> tensor<2xf32>
  %d = snn.dense %s, %w sum exact kernel "sliced" {snn.integer_sums = array<i64: 3, 32, 1>} : (tensor<300xi1>, tensor<2x300xf32>) -> tensor<2xf32>
  %b = snn.dense %c, %w sum exact kernel "sliced" {snn.integer_sums = array<i64: 3, 64, 100>} : (tensor<300xi32>, tensor<2x300xf32>) -> tensor<2xf32>
  snn.yield
}

// What a scan needs for a step has a row for each sample, and shares memory; what
// it emits has one for each step, and is alive while it loops.
// CHECK-LABEL: snn.program @front(
// CHECK-SAME: snn.workspace_bytes = 1024 : i64
snn.program @front(%x: tensor<64xf32>) -> (y: tensor<16xf32>) dt(1.0) rows(8) samples(1) {
  %w = arith.constant dense<1.0> : tensor<64x64xf32>
  %few = arith.constant dense<1.0> : tensor<16x64xf32>
  // CHECK: snn.dense {{.*}}snn.buffers = array<i64: [[A:[0-9]+]]>
  // CHECK: snn.dense {{.*}}snn.buffers = array<i64: {{[0-9]+}}>
  // CHECK: snn.dense {{.*}}snn.buffers = array<i64: [[A]]>
  // CHECK: snn.dense {{.*}}snn.buffers = array<i64: 0>
  %p = snn.scan (%in = %x: tensor<64xf32>) -> (tensor<16xf32>) {
    %a = snn.dense %in, %w kernel "event" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
    %b = snn.dense %a, %w kernel "event" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
    %c = snn.dense %b, %w kernel "event" : (tensor<64xf32>, tensor<64x64xf32>) -> tensor<64xf32>
    %d = snn.dense %c, %few kernel "event" : (tensor<64xf32>, tensor<16x64xf32>) -> tensor<16xf32>
    snn.yield (%d : tensor<16xf32>)
  }
  snn.yield (%p : tensor<16xf32>)
}
