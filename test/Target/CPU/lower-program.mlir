// RUN: %snn-opt %s -split-input-file --pass-pipeline='builtin.module(snn.program(cpu-select-kernels,cpu-allocate-storage),cpu-lower-program)' | FileCheck %s --enable-var-scope

snn.neuron_model private @lif(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %v1 = math.fma %k, %x, %v : f32
  %s = arith.cmpf ogt, %v1, %k : f32
  snn.next (%v1 : f32) emit (%s : i1)
}

// Populations of one law and shape share one function; the law runs on vectors of
// 16 neurons, its state is loaded before the steps of the tile and stored after.
// What is an output is computed in the host's buffer.
// CHECK: module attributes {snn.messages = []}
// CHECK-LABEL: func.func @volley_tile(%{{.*}}: !llvm.ptr)
// CHECK: %[[STEP_A:.*]] = llvm.mlir.addressof @[[$STEP:step[a-z_0-9]*]]
// CHECK: llvm.call @volley_neurons(%{{.*}}, %[[STEP_A]],
// CHECK: %[[STEP_B:.*]] = llvm.mlir.addressof @[[$STEP]]
// CHECK: llvm.call @volley_neurons(%{{.*}}, %[[STEP_B]],
// CHECK-NOT: llvm.call
// CHECK: return
// CHECK: llvm.func internal @[[$STEP]](
// CHECK: %[[V:.*]] = llvm.load {{.*}} vector<16xf32>
// CHECK: %[[END:.*]] = scf.for {{.*}} iter_args(%[[ITER:.*]] = %[[V]])
// CHECK: %[[V1:.*]] = math.fma {{.*}}, %[[ITER]] : vector<16xf32>
// CHECK: %[[S:.*]] = arith.cmpf ogt, %[[V1]], {{.*}} : vector<16xf32>
// CHECK: %[[BYTES:.*]] = arith.extui %[[S]] : vector<16xi1> to vector<16xi8>
// CHECK: llvm.store %[[BYTES]]
// CHECK: scf.yield %[[V1]]
// CHECK: llvm.store %[[END]]
// CHECK-NOT: llvm.func
// CHECK-NOT: snn.{{(program|step|neuron_model)}}
snn.program @shared(%x: tensor<32xf32>)
    state(%a "a"::"v": tensor<32xf32> = 0.0 : f32, %b "b"::"v": tensor<32xf32> = 0.0 : f32) -> (y: tensor<32xi1>) dt(1.0) rows(64) {
  %k = arith.constant 0.5 : f32
  %l = arith.constant 0.25 : f32
  %s:2 = snn.step @lif "a" (%x) state(%a : tensor<32xf32>) params(%k : f32) : (tensor<32xf32>) -> (tensor<32xi1>, tensor<32xf32>)
  %t:2 = snn.step @lif "b" (%x) state(%b : tensor<32xf32>) params(%l : f32) : (tensor<32xf32>) -> (tensor<32xi1>, tensor<32xf32>)
  snn.yield (%t#0 : tensor<32xi1>) carry(%s#1, %t#1 : tensor<32xf32>, tensor<32xf32>)
}

// -----

snn.neuron_model private @bounded(in %x: f32) -> (y: f32) {
  %one = arith.constant 1.0 : f32
  %low = arith.cmpf olt, %x, %one : f32
  snn.assert %low, "is too large"
  %neg = arith.negf %one : f32
  %high = arith.cmpf ogt, %x, %neg : f32
  snn.assert %high, "is too small"
  %e = snn.exp %x : f32
  snn.next emit (%e : f32)
}

// A law that asserts or calls runs neuron by neuron; the texts name the
// population and are numbered from one.
// CHECK: module attributes {snn.messages = ["population 'p' is too large", "population 'p' is too small", "population 'q' is too large", "population 'q' is too small"]}
// CHECK-LABEL: func.func @volley_tile
// CHECK: %[[P:.*]] = arith.constant 1 : i32
// CHECK: llvm.store %[[P]]
// CHECK: llvm.mlir.addressof @[[$STEP:step[a-z_0-9]*]]
// CHECK: %[[Q:.*]] = arith.constant 3 : i32
// CHECK: llvm.store %[[Q]]
// CHECK: llvm.mlir.addressof @[[$STEP]]
// CHECK: llvm.func internal @[[$STEP]](
// CHECK-NOT: vector<
// CHECK: llvm.call @volley_exp_f32(
snn.program @assertions(%x: tensor<2xf32>) -> (y: tensor<2xf32>, z: tensor<2xf32>) dt(1.0) rows(64) {
  %y = snn.step @bounded "p" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  %z = snn.step @bounded "q" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.yield (%y, %z : tensor<2xf32>, tensor<2xf32>)
}

// -----

// Kernels are named after the strategy and the types of input and output.
// CHECK-LABEL: func.func @volley_tile
// CHECK: llvm.call @volley_dense_event_i1_f32(
// CHECK: llvm.call @volley_dense_blocked_i32_f64(
// CHECK: %[[G:.*]] = llvm.mlir.addressof @[[$G:geometry_.*]] : !llvm.ptr
// CHECK: llvm.call @volley_conv_event_i1_f32({{.*}}, %[[G]],
// CHECK: llvm.call @volley_pool_sum_i1_i32(
// CHECK: llvm.call @volley_pool_avg_i1_f32(
// CHECK: llvm.call @volley_pool_max_i1_i1(
// [2, 1, 0] of 8x8x32: the first and the last dimension change places, so the one in
// between comes first.
// CHECK: %[[M:.*]] = llvm.mlir.addressof @[[$M:move_3_8_32_8_(0_)*32_1_256_.*]] : !llvm.ptr
// CHECK: llvm.call @volley_move({{.*}}, %[[M]],
// CHECK: llvm.call @volley_matmul_i1_i1_i32(
// CHECK: llvm.call @volley_reduce_sum_i1_i32(
snn.program @kernels(%s: tensor<784xi1>, %n: tensor<3xi32>, %i: tensor<8x8x32xi1>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<128x784xf32>
  %d = arith.constant dense<1.0> : tensor<2x3xf64>
  %c = arith.constant dense<1.0> : tensor<32x32x3x3xf32>
  snn.dense %s, %w : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
  snn.dense %n, %d : (tensor<3xi32>, tensor<2x3xf64>) -> tensor<2xf64>
  snn.conv %i, %c channels_last : (tensor<8x8x32xi1>, tensor<32x32x3x3xf32>) -> tensor<6x6x32xf32>
  snn.pool sum %i kernel [2, 2] channels_last : tensor<8x8x32xi1> -> tensor<4x4x32xi32>
  snn.pool avg %i kernel [2, 2] channels_last : tensor<8x8x32xi1> -> tensor<4x4x32xf32>
  snn.pool max %i kernel [2, 2] channels_last : tensor<8x8x32xi1> -> tensor<4x4x32xi1>
  snn.move %i sizes [32, 8, 8] strides [1, 32, 256] : tensor<8x8x32xi1> -> tensor<32x8x8xi1>
  %t = snn.move %i sizes [8, 32, 8] strides [256, 1, 32] : tensor<8x8x32xi1> -> tensor<8x32x8xi1>
  snn.matmul %i, %t : (tensor<8x8x32xi1>, tensor<8x32x8xi1>) -> tensor<8x8x8xi32>
  snn.reduce sum %i dims [1] : tensor<8x8x32xi1> -> tensor<8x32xi32>
  snn.yield
}

// -----

// A scan is a loop over the steps of the tile; a delay's history is a ring that
// the number of the step goes round. Reads after the write are one further.
// CHECK-LABEL: func.func @volley_tile
// CHECK-NOT: llvm.call
// CHECK: scf.for %[[T:.*]] = %{{.*}} to %{{.*}} step
// CHECK: %[[W:.*]] = arith.addi %[[STEP:.*]], %[[T]] : i64
// CHECK: %[[D:.*]] = arith.constant 3 : i64
// CHECK: %[[BY:.*]] = arith.constant 2 : i64
// CHECK: llvm.call @volley_delay_read({{.*}}, %[[D]], %[[W]], %[[BY]])
// CHECK: %[[W1:.*]] = arith.addi %[[STEP]], %[[T]] : i64
// CHECK: llvm.call @volley_delay_write({{.*}}, %[[W1]])
// CHECK: %[[W2:.*]] = arith.addi %[[STEP]], %[[T]] : i64
// CHECK: %[[ONE:.*]] = arith.constant 1 : i64
// CHECK: %[[W3:.*]] = arith.addi %[[W2]], %[[ONE]] : i64
// CHECK: llvm.call @volley_delay_read_each({{.*}}, %[[W3]],
// CHECK: }
// CHECK: llvm.call @volley_copy(
snn.program @delays(%x: tensor<2xf32>) state(%h ""::"delay": tensor<3x2xf32> = 0.0 : f32) -> (y: tensor<2xf32>) dt(1.0) rows(64) {
  %r:2 = snn.scan (%in = %x: tensor<2xf32>) carry (%c = %h: tensor<3x2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>) {
    %y = snn.delay_read %c by 2 : tensor<3x2xf32> -> tensor<2xf32>
    %w = snn.delay_write %in into %c : tensor<2xf32>, tensor<3x2xf32>
    %z = snn.delay_read %w by [1, 3] : tensor<3x2xf32> -> tensor<2xf32>
    snn.yield (%y : tensor<2xf32>) carry(%w : tensor<3x2xf32>)
  }
  snn.yield (%r#0 : tensor<2xf32>) carry(%r#1 : tensor<3x2xf32>)
}

// -----

// A probe writes only if the host wants it: its buffer may be null.
// CHECK-LABEL: func.func @volley_tile
// CHECK: %[[NULL:.*]] = llvm.mlir.zero : !llvm.ptr
// CHECK: %[[WANTED:.*]] = llvm.icmp "ne" %{{.*}}, %[[NULL]] : !llvm.ptr
// CHECK: scf.if %[[WANTED]] {
// CHECK: llvm.call @volley_copy(
// CHECK: }
// CHECK-NOT: llvm.call
// CHECK: return
snn.program @probe(%x: tensor<2xf32>) -> () dt(1.0) rows(64) {
  snn.probe "a"::"v" %x : tensor<2xf32>
  snn.yield
}

// -----

// A move of every element that alone reads an input of spikes is left out where
// the runtime has put events into their places; the kernel reads what there is.
// CHECK-LABEL: func.func @volley_tile
// CHECK: %[[ARRAY:.*]] = llvm.icmp "eq"
// CHECK: scf.if %[[ARRAY]] {
// CHECK: llvm.call @volley_move(%{{[^,]*}}, %[[X:[^,]*]], %{{[^,]*}}, %{{[^,]*}}, %[[Y:[^,]*]],
// CHECK: }
// CHECK: %[[M:.*]] = arith.select %[[ARRAY]], %[[Y]], %[[X]] : !llvm.ptr
// CHECK: llvm.call @volley_conv_{{[a-z]*}}_i1_f32(%{{[^,]*}}, %[[M]],
snn.program @camera(%x: tensor<2x4x4xi1>) -> (y: tensor<1x1x3xf32>) dt(1.0) rows(4) {
  %w = arith.constant dense<1.0> : tensor<3x2x4x4xf32>
  %m = snn.move %x sizes [4, 4, 2] strides [4, 1, 16] : tensor<2x4x4xi1> -> tensor<4x4x2xi1>
  %c = snn.conv %m, %w stride [1, 1] padding [0, 0, 0, 0] channels_last : (tensor<4x4x2xi1>, tensor<3x2x4x4xf32>) -> tensor<1x1x3xf32>
  snn.yield (%c : tensor<1x1x3xf32>)
}

// -----

// Not so moves of some elements, of floats, or of an input that has other users.
// CHECK-LABEL: func.func @volley_tile
// CHECK-NOT: scf.if
// CHECK: return
snn.program @moves(%x: tensor<4x6xi1>, %y: tensor<4x6xf32>, %z: tensor<4x6xi1>) -> () dt(1.0) rows(4) {
  snn.move %x sizes [6, 3] strides [1, 6] : tensor<4x6xi1> -> tensor<6x3xi1>
  snn.move %y sizes [6, 4] strides [1, 6] : tensor<4x6xf32> -> tensor<6x4xf32>
  snn.move %z sizes [6, 4] strides [1, 6] : tensor<4x6xi1> -> tensor<6x4xi1>
  snn.reduce sum %z dims [1] : tensor<4x6xi1> -> tensor<4xi32>
  snn.yield
}
