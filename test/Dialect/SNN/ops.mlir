// RUN: %snn-opt %s --verify-roundtrip | FileCheck %s --enable-var-scope
// RUN: %snn-opt %s --mlir-print-op-generic | %snn-opt | FileCheck %s --enable-var-scope

//===----------------------------------------------------------------------===//
// Neuron models
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.neuron_model private @lif(
// CHECK-SAME: state %v: f32 = 0.000000e+00, in %i: f32, param %k: f32, param %threshold: f32) -> (spikes: i1)
snn.neuron_model private @lif(state %v: f32 = 0.0, in %i: f32, param %k: f32, param %threshold: f32) -> (spikes: i1) {
  %e  = arith.subf %i, %v : f32
  %v1 = math.fma %k, %e, %v : f32
  %s  = arith.cmpf ogt, %v1, %threshold : f32
  %z  = arith.constant 0.0 : f32
  %v2 = arith.select %s, %z, %v1 : f32
  // CHECK: snn.next(%{{.*}} : f32) emit(%{{.*}} : i1)
  snn.next (%v2 : f32) emit (%s : i1)
}

// A public model with names that are no SSA names, and every element type.
// CHECK-LABEL: snn.neuron_model @names(
// CHECK-SAME: state %{{.*}} "my v": f64 = 5.000000e-01, state %n: i32 = -3, in %b: i1, param %{{.*}} "a:b": f64)
// CHECK-SAME: -> ("two words": f64, n1: i32) attributes {key = 1 : i64} {
snn.neuron_model @names(state %v "my v": f64 = 0.5, state %n: i32 = -3,
                        in %b: i1, param %p "a:b": f64)
    -> ("two words": f64, n1: i32) attributes {key = 1 : i64} {
  // CHECK: snn.next(%{{.*}}, %n : f64, i32) emit(%{{.*}}, %n : f64, i32)
  snn.next (%v, %n : f64, i32) emit (%p, %n : f64, i32)
}

// CHECK-LABEL: snn.neuron_model @outputs_only(in %x: f32) -> (y: f32) {
snn.neuron_model @outputs_only(in %x: f32) -> (y: f32) {
  // CHECK-NEXT: snn.next emit(%x : f32)
  snn.next emit (%x : f32)
}

// CHECK-LABEL: snn.neuron_model @states_only(state %v: f32 = 0.000000e+00, in %x: f32) -> () {
snn.neuron_model @states_only(state %v: f32 = 0.0, in %x: f32) -> () {
  // CHECK-NEXT: snn.next(%x : f32){{$}}
  snn.next (%x : f32)
}

// The terminator of a model that gives nothing can be left out.
// CHECK-LABEL: snn.neuron_model @nothing(in %x: f32) -> () {
// CHECK-NEXT: snn.next{{$}}
snn.neuron_model @nothing(in %x: f32) -> () {
}

// CHECK-LABEL: snn.neuron_model @scalar_ops
snn.neuron_model @scalar_ops(in %x: f32, in %y: f64) -> (a: f32, b: f64, c: i32) {
  // CHECK: %[[E:.*]] = snn.exp %x : f32
  // CHECK: %[[L:.*]] = snn.log %y : f64
  // CHECK: %[[N:.*]] = snn.to_int %[[E]] : f32
  %e = snn.exp %x : f32
  %l = snn.log %y : f64
  %n = snn.to_int %e : f32
  %zero = arith.constant 0.0 : f32
  %ok = arith.cmpf oge, %x, %zero : f32
  // CHECK: snn.assert %{{.*}}, "has a negative input"
  snn.assert %ok, "has a negative input"
  // CHECK: snn.next emit(%[[E]], %[[L]], %[[N]] : f32, f64, i32)
  snn.next emit (%e, %l, %n : f32, f64, i32)
}

//===----------------------------------------------------------------------===//
// Networks and their plumbing
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.network @recurrent(
// CHECK-SAME: %taxels: tensor<3xi1>, %{{.*}} "a b": tensor<2xf32>) -> (out: tensor<2xi1>, "second out": tensor<2xf32>) dt(1.000000e-04)
snn.network @recurrent(%taxels: tensor<3xi1>, %ab "a b": tensor<2xf32>)
    -> (out: tensor<2xi1>, "second out": tensor<2xf32>) dt(1.0e-4) {
  %w  = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %wr = arith.constant dense<[[1.0, 2.0], [4.0, 5.0]]> : tensor<2x2xf32>
  %b  = arith.constant dense<0.5> : tensor<2xf32>
  %k  = arith.constant 0.1 : f32
  %thr = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: snn.dense %taxels, %{{.*}} bias %{{.*}} : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %a = snn.dense %taxels, %w bias %b : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = snn.dense %late, %wr : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  // CHECK: snn.add %{{.*}}, %{{.*}}, %{{.*}} : tensor<2xf32>
  %drive = snn.add %a, %r, %ab : tensor<2xf32>
  // CHECK: snn.population @lif "lif 1"(%{{.*}}) params(%{{.*}}, %{{.*}} : f32, tensor<2xf32>) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  %s, %v = snn.population @lif "lif 1" (%drive) params(%k, %thr : f32, tensor<2xf32>) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  // CHECK: snn.delay %{{.*}} by 1 implicit : tensor<2xi1>
  %late = snn.delay %s by 1 implicit : tensor<2xi1>
  // CHECK: snn.probe "lif 1"::"v" %{{.*}} : tensor<2xf32>
  snn.probe "lif 1"::"v" %v : tensor<2xf32>
  // CHECK: snn.output %{{.*}}, %{{.*}} : tensor<2xi1>, tensor<2xf32>
  snn.output %s, %v : tensor<2xi1>, tensor<2xf32>
}

// CHECK-LABEL: snn.network @empty() -> () dt(1.000000e+00) attributes {key = "value"} {
snn.network @empty() -> () dt(1.0) attributes {key = "value"} {
  // CHECK-NEXT: snn.output{{$}}
  snn.output
}

// CHECK-LABEL: snn.network @rank_zero(
// CHECK-SAME: %x: tensor<f64>) -> (y: tensor<f64>)
snn.network @rank_zero(%x: tensor<f64>) -> (y: tensor<f64>) dt(1.0e-3) {
  %two = arith.constant 2.0 : f64
  // CHECK: snn.scale %x by %{{.*}} : tensor<f64>, f64 -> tensor<f64>
  %a = snn.scale %x by %two : tensor<f64>, f64 -> tensor<f64>
  // CHECK: snn.add %{{.*}} : tensor<f64>
  %b = snn.add %a : tensor<f64>
  // CHECK: snn.delay %{{.*}} by 2 initial 1.000000e+00 : f64 : tensor<f64>
  %c = snn.delay %b by 2 initial 1.0 : f64 : tensor<f64>
  // CHECK: snn.reshape %{{.*}} : tensor<f64> -> tensor<1x1xf64>
  %d = snn.reshape %c : tensor<f64> -> tensor<1x1xf64>
  %e = snn.reshape %d : tensor<1x1xf64> -> tensor<f64>
  // CHECK: snn.transpose %{{.*}} [] : tensor<f64> -> tensor<f64>
  %f = snn.transpose %e [] : tensor<f64> -> tensor<f64>
  snn.output %f : tensor<f64>
}

// CHECK-LABEL: snn.network @delays
snn.network @delays(%x: tensor<3xf32>) -> () dt(1.0e-3) {
  // CHECK: snn.delay %x by 0 : tensor<3xf32>
  // CHECK: snn.delay %x by [2, 0, 5] : tensor<3xf32>
  // CHECK: snn.delay %x by [2, 2, 5] initial 1.000000e+00 : f32 : tensor<3xf32>
  // CHECK: snn.delay %x by 1 initial dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<3xf32> implicit {key} : tensor<3xf32>
  snn.delay %x by 0 : tensor<3xf32>
  snn.delay %x by [2, 0, 5] : tensor<3xf32>
  snn.delay %x by [2, 2, 5] initial 1.0 : f32 : tensor<3xf32>
  snn.delay %x by 1 initial dense<[1.0, 2.0, 3.0]> : tensor<3xf32> implicit {key} : tensor<3xf32>
  snn.output
}

// CHECK-LABEL: snn.network @shapes
snn.network @shapes(%x: tensor<2x3x4xi1>) -> () dt(1.0e-3) {
  // CHECK: snn.reshape %x : tensor<2x3x4xi1> -> tensor<24xi1>
  // CHECK: snn.transpose %x [1, 2, 0] : tensor<2x3x4xi1> -> tensor<3x4x2xi1>
  snn.reshape %x : tensor<2x3x4xi1> -> tensor<24xi1>
  snn.transpose %x [1, 2, 0] : tensor<2x3x4xi1> -> tensor<3x4x2xi1>
  snn.output
}

// CHECK-LABEL: snn.network @probes
snn.network @probes(%x: tensor<2xi1>) -> () dt(1.0e-3) {
  // CHECK: snn.probe "a::b"::"" %x : tensor<2xi1>
  // CHECK: snn.probe "say \22hi\22"::"spikes" %x {key} : tensor<2xi1>
  snn.probe "a::b"::"" %x : tensor<2xi1>
  snn.probe "say \"hi\""::"spikes" %x {key} : tensor<2xi1>
  snn.output
}

//===----------------------------------------------------------------------===//
// Sums and products
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.network @dense
snn.network @dense(%x: tensor<4x3xi32>) -> () dt(1.0e-3) {
  %w = arith.constant dense<1.0> : tensor<4x2x3xf64>
  // CHECK: snn.dense %x, %{{.*}} kernel "event" : (tensor<4x3xi32>, tensor<4x2x3xf64>) -> tensor<4x2xf64>
  snn.dense %x, %w kernel "event" : (tensor<4x3xi32>, tensor<4x2x3xf64>) -> tensor<4x2xf64>
  snn.output
}

// CHECK-LABEL: snn.network @conv
snn.network @conv(%x: tensor<4x9xi1>, %image: tensor<8x8x4xf32>) -> () dt(1.0e-3) {
  %w = arith.constant dense<1.0> : tensor<6x2x3xf32>
  %w2 = arith.constant dense<1.0> : tensor<6x4x3x3xf32>
  %b = arith.constant dense<0.5> : tensor<6xf32>
  // CHECK: snn.conv %x, %{{.*}} groups 2 : (tensor<4x9xi1>, tensor<6x2x3xf32>) -> tensor<6x7xf32>
  snn.conv %x, %w groups 2 : (tensor<4x9xi1>, tensor<6x2x3xf32>) -> tensor<6x7xf32>
  // CHECK: snn.conv %image, %{{.*}} channels_last : (tensor<8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<6x6x6xf32>
  snn.conv %image, %w2 channels_last : (tensor<8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<6x6x6xf32>
  // CHECK: snn.conv %image, %{{.*}} bias %{{.*}} stride [2, 1] padding [1, 1, 0, 2] dilation [1, 2] channels_last kernel "blocked" : (tensor<8x8x4xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<4x6x6xf32>
  snn.conv %image, %w2 bias %b stride [2, 1] padding [1, 1, 0, 2] dilation [1, 2] channels_last kernel "blocked" : (tensor<8x8x4xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<4x6x6xf32>
  snn.output
}

// CHECK-LABEL: snn.network @pool
snn.network @pool(%x: tensor<2x4x4xi1>, %y: tensor<6x2xf32>) -> () dt(1.0e-3) {
  // CHECK: snn.pool sum %x kernel [2, 2] : tensor<2x4x4xi1> -> tensor<2x2x2xi32>
  // CHECK: snn.pool avg %x kernel [2, 2] stride [1, 2] padding [0, 1, 0, 0] : tensor<2x4x4xi1> -> tensor<2x4x2xf64>
  // CHECK: snn.pool max %y kernel [3] channels_last : tensor<6x2xf32> -> tensor<2x2xf32>
  snn.pool sum %x kernel [2, 2] : tensor<2x4x4xi1> -> tensor<2x2x2xi32>
  snn.pool avg %x kernel [2, 2] stride [1, 2] padding [0, 1, 0, 0] : tensor<2x4x4xi1> -> tensor<2x4x2xf64>
  snn.pool max %y kernel [3] channels_last : tensor<6x2xf32> -> tensor<2x2xf32>
  snn.output
}

// CHECK-LABEL: snn.network @elementwise
snn.network @elementwise(%b: tensor<4x2xi1>, %n: tensor<4x2xi32>, %x: tensor<4x2xf32>) -> () dt(1.0e-3) {
  // CHECK: snn.add %b, %n : (tensor<4x2xi1>, tensor<4x2xi32>) -> tensor<4x2xi32>
  // CHECK: snn.add %x, %x : tensor<4x2xf32>
  snn.add %b, %n : (tensor<4x2xi1>, tensor<4x2xi32>) -> tensor<4x2xi32>
  snn.add %x, %x : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: snn.mul %b, %b : tensor<4x2xi1>
  // CHECK: snn.mul %n, %x : (tensor<4x2xi32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  snn.mul %b, %b : tensor<4x2xi1>
  snn.mul %n, %x : (tensor<4x2xi32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %f = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf64>
  // CHECK: snn.scale %b by %{{.*}} : tensor<4x2xi1>, tensor<4xf64> -> tensor<4x2xf64>
  snn.scale %b by %f : tensor<4x2xi1>, tensor<4xf64> -> tensor<4x2xf64>
  snn.output
}

//===----------------------------------------------------------------------===//
// Neurons and populations
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.network @populations
snn.network @populations(%x: tensor<2xf32>) -> () dt(1.0e-3) {
  // CHECK: snn.population @outputs_only ""(%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.population @outputs_only "" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.population @states_only "q"(%x) expose ["v"] {key} : (tensor<2xf32>) -> tensor<2xf32>
  snn.population @states_only "q" (%x) expose ["v"] {key} : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// CHECK-LABEL: snn.network @neurons
snn.network @neurons(%x: tensor<2x3xf32>) -> () dt(1.0e-3) {
  %c = arith.constant 1.0 : f64
  %each = arith.constant dense<[1.0, 2.0]> : tensor<2xf64>
  // CHECK: snn.neuron threshold "t"(%x) params(threshold = %{{.*}} : tensor<2xf64>)
  // CHECK-SAME: scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2x3xf32>) -> tensor<2x3xi1>
  snn.neuron threshold "t" (%x) params(threshold = %each : tensor<2xf64>)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2x3xf32>) -> tensor<2x3xi1>
  // CHECK: snn.neuron lif "l"(%x) params(tau = %{{.*}}, r = %{{.*}}, v_leak = %{{.*}}, v_threshold = %{{.*}}, v_reset = %{{.*}} : f64, f64, f64, f64, f64)
  // CHECK-SAME: scheme(exponential) reset(subtract) compare(ge) spikes(single) residual_reset v_min(-1.000000e+00) late expose ["v"] : (tensor<2x3xf32>) -> (tensor<2x3xi1>, tensor<2x3xf32>)
  snn.neuron lif "l" (%x) params(tau = %c, r = %c, v_leak = %c, v_threshold = %c, v_reset = %c : f64, f64, f64, f64, f64)
      scheme(exponential) reset(subtract) compare(ge) spikes(single) residual_reset v_min(-1.0) late expose ["v"]
      : (tensor<2x3xf32>) -> (tensor<2x3xi1>, tensor<2x3xf32>)
  // CHECK: snn.neuron if "d"({{.*}} spikes(single) reset_delay : (tensor<2x3xf32>) -> tensor<2x3xi1>
  snn.neuron if "d" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64)
      scheme(per_step) reset(zero) compare(gt) spikes(single) reset_delay : (tensor<2x3xf32>) -> tensor<2x3xi1>
  // CHECK: snn.neuron if "m"({{.*}} spikes(multi) {key} : (tensor<2x3xf32>) -> tensor<2x3xi32>
  snn.neuron if "m" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(multi) {key} : (tensor<2x3xf32>) -> tensor<2x3xi32>
  snn.output
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

// CHECK-LABEL: snn.program @net(
// CHECK-SAME: %x: tensor<3xf32>, %{{.*}} "y z": tensor<2xi1>)
// CHECK-SAME: state(%[[V:.*]] "lif 1"::"v": tensor<2xf32> = 0.000000e+00 : f32, %[[H:.*]] ""::"delay": tensor<2x2xi1> = false)
// CHECK-SAME: -> (out: tensor<2xi1>, "potential of lif 1": tensor<2xf32>) dt(1.000000e-04) rows(64) {
snn.program @net(%x: tensor<3xf32>, %y "y z": tensor<2xi1>)
    state(%v "lif 1"::"v": tensor<2xf32> = 0.0 : f32, %history ""::"delay": tensor<2x2xi1> = false)
    -> (out: tensor<2xi1>, "potential of lif 1": tensor<2xf32>) dt(1.0e-4) rows(64) {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %wr = arith.constant dense<1.0> : tensor<2x2xf32>
  %k = arith.constant 1.0 : f32
  %a = snn.dense %x, %w kernel "blocked" : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  // CHECK: %[[S:.*]]:4 = snn.scan (%[[IN:.*]] = %{{.*}}: tensor<2xf32>) carry(%[[V1:.*]] = %[[V]]: tensor<2xf32>, %[[H1:.*]] = %[[H]]: tensor<2x2xi1>)
  // CHECK-SAME: -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>, tensor<2x2xi1>) {
  %r:4 = snn.scan (%in = %a: tensor<2xf32>)
      carry (%v1 = %v: tensor<2xf32>, %h = %history: tensor<2x2xi1>)
      -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>, tensor<2x2xi1>) {
    // CHECK: %[[LATE:.*]] = snn.delay_read %[[H1]] by [1, 2] : tensor<2x2xi1> -> tensor<2xi1>
    %late = snn.delay_read %h by [1, 2] : tensor<2x2xi1> -> tensor<2xi1>
    %b = snn.dense %late, %wr : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
    // CHECK: snn.step @lif "lif 1"(%{{.*}}) state(%[[V1]] : tensor<2xf32>) params(%{{.*}}, %{{.*}} : f32, f32) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
    %s:3 = snn.step @lif "lif 1" (%b) state(%v1 : tensor<2xf32>) params(%k, %k : f32, f32) expose ["v"]
        : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
    // CHECK: %[[H2:.*]] = snn.delay_write %{{.*}} into %[[H1]] : tensor<2xi1>, tensor<2x2xi1>
    %h1 = snn.delay_write %s#0 into %h : tensor<2xi1>, tensor<2x2xi1>
    // CHECK: snn.yield(%{{.*}}, %{{.*}} : tensor<2xi1>, tensor<2xf32>) carry(%{{.*}}, %[[H2]] : tensor<2xf32>, tensor<2x2xi1>)
    snn.yield (%s#0, %s#1 : tensor<2xi1>, tensor<2xf32>) carry(%s#2, %h1 : tensor<2xf32>, tensor<2x2xi1>)
  }
  // CHECK: snn.probe "lif 1"::"v" %[[S]]#1 : tensor<2xf32>
  snn.probe "lif 1"::"v" %r#1 : tensor<2xf32>
  // CHECK: snn.yield(%[[S]]#0, %[[S]]#1 : tensor<2xi1>, tensor<2xf32>) carry(%[[S]]#2, %[[S]]#3 : tensor<2xf32>, tensor<2x2xi1>)
  snn.yield (%r#0, %r#1 : tensor<2xi1>, tensor<2xf32>) carry(%r#2, %r#3 : tensor<2xf32>, tensor<2x2xi1>)
}

// Without signals, states or results.
// CHECK-LABEL: snn.program @nothing_at_all() -> () dt(1.000000e+00) rows(1) attributes {key} {
snn.program @nothing_at_all() -> () dt(1.0) rows(1) attributes {key} {
  // CHECK-NEXT: snn.scan () -> () attributes {key} {
  // CHECK-NEXT: snn.yield
  // CHECK-NEXT: }
  snn.scan () -> () attributes {key} {
    snn.yield
  }
  // CHECK-NEXT: snn.yield{{$}}
  snn.yield
}

// CHECK: snn.program @of_few_samples() -> () dt(1.000000e+00) rows(8) samples(2) attributes {key} {
snn.program @of_few_samples() -> () dt(1.0) rows(8) samples(2) attributes {key} {
  snn.yield
}

// CHECK-LABEL: snn.program @history(
// CHECK-SAME: state(%{{.*}} "d"::"delay": tensor<3xf32> = dense<1.000000e+00> : tensor<f32>)
snn.program @history(%x: tensor<f32>) state(%h "d"::"delay": tensor<3xf32> = dense<1.0> : tensor<f32>)
    -> () dt(1.0) rows(1) {
  // CHECK: snn.delay_read %{{.*}} by 3 : tensor<3xf32> -> tensor<f32>
  snn.delay_read %h by 3 : tensor<3xf32> -> tensor<f32>
  %h1 = snn.delay_write %x into %h : tensor<f32>, tensor<3xf32>
  // CHECK: snn.yield carry(%{{.*}} : tensor<3xf32>)
  snn.yield carry(%h1 : tensor<3xf32>)
}

// CHECK-LABEL: snn.network @rates(static %image: tensor<2x3xi1>, static %b_c "b c": tensor<3x2xf32>, %x: tensor<2xf32>)
snn.network @rates(static %image: tensor<2x3xi1>, static %b "b c": tensor<3x2xf32>, %x: tensor<2xf32>)
    -> (y: tensor<2xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<4x3xf32>
  %s = arith.constant 1.0 : f32
  // CHECK: snn.dense %image, %{{.*}} : (tensor<2x3xi1>, tensor<4x3xf32>) -> tensor<2x4xf32>
  snn.dense %image, %w : (tensor<2x3xi1>, tensor<4x3xf32>) -> tensor<2x4xf32>
  // CHECK: snn.matmul %image, %b_c : (tensor<2x3xi1>, tensor<3x2xf32>) -> tensor<2x2xf32>
  snn.matmul %image, %b : (tensor<2x3xi1>, tensor<3x2xf32>) -> tensor<2x2xf32>
  // CHECK: snn.norm %x scale %{{.*}} shift %{{.*}} : (tensor<2xf32>, f32, f32) -> tensor<2xf32>
  snn.norm %x scale %s shift %s : (tensor<2xf32>, f32, f32) -> tensor<2xf32>
  // CHECK: snn.reduce sum %image dims [0, 1] : tensor<2x3xi1> -> tensor<i32>
  snn.reduce sum %image dims [0, 1] : tensor<2x3xi1> -> tensor<i32>
  // CHECK: snn.broadcast %x dims [0, 2] : tensor<2xf32> -> tensor<3x2x1xf32>
  snn.broadcast %x dims [0, 2] : tensor<2xf32> -> tensor<3x2x1xf32>
  // CHECK: snn.slice %b_c offsets [1, 0] : tensor<3x2xf32> -> tensor<2x1xf32>
  snn.slice %b offsets [1, 0] : tensor<3x2xf32> -> tensor<2x1xf32>
  // CHECK: snn.concat %x, %x dim 0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  snn.concat %x, %x dim 0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  // CHECK: snn.reduce_time first_spike %x : tensor<2xf32> -> tensor<2xi32>
  snn.reduce_time first_spike %x : tensor<2xf32> -> tensor<2xi32>
  // CHECK: %[[M:.*]] = snn.reduce_time mean %x : tensor<2xf32> -> tensor<2xf32>
  %m = snn.reduce_time mean %x : tensor<2xf32> -> tensor<2xf32>
  // CHECK: snn.output %[[M]] : tensor<2xf32>
  snn.output %m : tensor<2xf32>
}

// CHECK-LABEL: snn.program @once(static %z: tensor<2xf32>, %x: tensor<2xf32>) state(%{{.*}} ""::"static": tensor<2xf32> = 0.000000e+00 : f32) -> (window y: tensor<2xf32>, window: tensor<2xf32>)
snn.program @once(static %z: tensor<2xf32>, %x: tensor<2xf32>) state(%k ""::"static": tensor<2xf32> = 0.0 : f32)
    -> (window y: tensor<2xf32>, window: tensor<2xf32>) dt(1.0) rows(1) {
  %c = arith.constant dense<1.0> : tensor<2xf32>
  // CHECK: snn.move %x sizes [3, 2] strides [0, 1] : tensor<2xf32> -> tensor<3x2xf32>
  snn.move %x offset 0 sizes [3, 2] strides [0, 1] : tensor<2xf32> -> tensor<3x2xf32>
  // CHECK: snn.move %x offset 1 sizes [] strides [] : tensor<2xf32> -> tensor<f32>
  snn.move %x offset 1 sizes [] strides [] : tensor<2xf32> -> tensor<f32>
  // CHECK: snn.materialize %{{.*}} : tensor<2xf32>
  snn.materialize %c : tensor<2xf32>
  // CHECK: %[[K:.*]] = snn.when start carry(%[[A:.*]] = %{{.*}}: tensor<2xf32>) -> (tensor<2xf32>) {
  %k1 = snn.when start carry(%a = %k: tensor<2xf32>) -> (tensor<2xf32>) {
    // CHECK-NEXT: snn.keep %z into %[[A]] : tensor<2xf32>
    %n = snn.keep %z into %a : tensor<2xf32>
    snn.yield carry(%n : tensor<2xf32>)
  }
  // CHECK: snn.kept %[[K]] : tensor<2xf32>
  snn.kept %k1 : tensor<2xf32>
  // CHECK: snn.when end -> (tensor<2xf32>) {
  %y = snn.when end -> (tensor<2xf32>) {
    // CHECK-NEXT: snn.last %x : tensor<2xf32>
    %l = snn.last %x : tensor<2xf32>
    snn.yield(%l : tensor<2xf32>)
  }
  snn.yield(%y, %x : tensor<2xf32>, tensor<2xf32>) carry(%k1 : tensor<2xf32>)
}
