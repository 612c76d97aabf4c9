// RUN: %snn-opt %s --snn-reassociate-products -split-input-file | FileCheck %s --enable-var-scope

// (Q K^T) V with a scale between: 2 * 6 * 6 * 2 = 144 multiply-adds become
// 2 * 6 * 2 * 2 = 48. The scale, a power of two, follows the sums, which stay below
// 2^24.
// CHECK-LABEL: snn.network @left(
// CHECK: %[[KV:.*]] = snn.matmul %kt, %v : (tensor<2x6xi1>, tensor<6x2xi1>) -> tensor<2x2xi32>
// CHECK: %[[N:.*]] = snn.matmul %q, %[[KV]] : (tensor<6x2xi1>, tensor<2x2xi32>) -> tensor<6x2xi32>
// CHECK: %[[Y:.*]] = snn.scale %[[N]] by
// CHECK: snn.output %[[Y]]
snn.network @left(%q: tensor<6x2xi1>, %kt: tensor<2x6xi1>, %v: tensor<6x2xi1>) -> (y: tensor<6x2xf32>) dt(1.0) {
  %c = arith.constant 0.125 : f32
  %qk = snn.matmul %q, %kt : (tensor<6x2xi1>, tensor<2x6xi1>) -> tensor<6x6xi32>
  %s = snn.scale %qk by %c : tensor<6x6xi32>, f32 -> tensor<6x6xf32>
  %y = snn.matmul %s, %v : (tensor<6x6xf32>, tensor<6x2xi1>) -> tensor<6x2xf32>
  snn.output %y : tensor<6x2xf32>
}

// -----

// A (B C) of which the left side is the smaller.
// CHECK-LABEL: snn.network @right(
// CHECK: %[[AB:.*]] = snn.matmul %a, %b : (tensor<2x6xi1>, tensor<6x2xi1>) -> tensor<2x2xi32>
// CHECK: snn.matmul %[[AB]], %c : (tensor<2x2xi32>, tensor<2x6xi1>) -> tensor<2x6xi32>
snn.network @right(%a: tensor<2x6xi1>, %b: tensor<6x2xi1>, %c: tensor<2x6xi1>) -> (y: tensor<2x6xi32>) dt(1.0) {
  %bc = snn.matmul %b, %c : (tensor<6x2xi1>, tensor<2x6xi1>) -> tensor<6x6xi32>
  %y = snn.matmul %a, %bc : (tensor<2x6xi1>, tensor<6x6xi32>) -> tensor<2x6xi32>
  snn.output %y : tensor<2x6xi32>
}

// -----

// The order is the cheaper one already.
// CHECK-LABEL: snn.network @cheap(
// CHECK: %[[KV:.*]] = snn.matmul %kt, %v
// CHECK: snn.matmul %q, %[[KV]]
snn.network @cheap(%q: tensor<6x2xi1>, %kt: tensor<2x6xi1>, %v: tensor<6x2xi1>) -> (y: tensor<6x2xi32>) dt(1.0) {
  %kv = snn.matmul %kt, %v : (tensor<2x6xi1>, tensor<6x2xi1>) -> tensor<2x2xi32>
  %y = snn.matmul %q, %kv : (tensor<6x2xi1>, tensor<2x2xi32>) -> tensor<6x2xi32>
  snn.output %y : tensor<6x2xi32>
}

// -----

// Products of floats round, so their order is kept; a factor that is no power of
// two stays in front, and so does one of counts that may be large.
// CHECK-LABEL: snn.network @kept(
// CHECK: snn.matmul %x, %kt
// CHECK: snn.scale
// CHECK: snn.matmul
// CHECK: snn.matmul %q, %kt
// CHECK: snn.scale
// CHECK: snn.matmul
// CHECK: snn.scale %n
// CHECK: snn.matmul
snn.network @kept(%q: tensor<6x2xi1>, %x: tensor<6x2xf32>, %n: tensor<6x6xi32>, %kt: tensor<2x6xi1>, %v: tensor<6x2xi1>)
    -> (a: tensor<6x2xf32>, b: tensor<6x2xf32>, c: tensor<6x2xf32>) dt(1.0) {
  %c = arith.constant 0.125 : f32
  %d = arith.constant 0.3 : f32
  %xk = snn.matmul %x, %kt : (tensor<6x2xf32>, tensor<2x6xi1>) -> tensor<6x6xf32>
  %xs = snn.scale %xk by %c : tensor<6x6xf32>, f32 -> tensor<6x6xf32>
  %a = snn.matmul %xs, %v : (tensor<6x6xf32>, tensor<6x2xi1>) -> tensor<6x2xf32>
  %qk = snn.matmul %q, %kt : (tensor<6x2xi1>, tensor<2x6xi1>) -> tensor<6x6xi32>
  %qs = snn.scale %qk by %d : tensor<6x6xi32>, f32 -> tensor<6x6xf32>
  %b = snn.matmul %qs, %v : (tensor<6x6xf32>, tensor<6x2xi1>) -> tensor<6x2xf32>
  %ns = snn.scale %n by %c : tensor<6x6xi32>, f32 -> tensor<6x6xf32>
  %y = snn.matmul %ns, %v : (tensor<6x6xf32>, tensor<6x2xi1>) -> tensor<6x2xf32>
  snn.output %a, %b, %y : tensor<6x2xf32>, tensor<6x2xf32>, tensor<6x2xf32>
}

// -----

// Ranges go through delays: a count of at most 3, also one step late, is small.
// CHECK-LABEL: snn.network @delayed(
// CHECK: %[[D:.*]] = snn.delay
// CHECK: %[[M:.*]] = snn.matmul %[[D]], %v : (tensor<6x6xi32>, tensor<6x2xi1>) -> tensor<6x2xi32>
// CHECK: snn.scale %[[M]]
snn.network @delayed(%x: tensor<6x6xi1>, %v: tensor<6x2xi1>) -> (y: tensor<6x2xf32>) dt(1.0) {
  %c = arith.constant 2.0 : f32
  %n = snn.add %x, %x, %x : (tensor<6x6xi1>, tensor<6x6xi1>, tensor<6x6xi1>) -> tensor<6x6xi32>
  %d = snn.delay %n by 1 : tensor<6x6xi32>
  %s = snn.scale %d by %c : tensor<6x6xi32>, f32 -> tensor<6x6xf32>
  %y = snn.matmul %s, %v : (tensor<6x6xf32>, tensor<6x2xi1>) -> tensor<6x2xf32>
  snn.output %y : tensor<6x2xf32>
}

// -----

// What grows around a cycle has no range; what a law clamps has one.
snn.neuron_model private @levels(state %v: f32 = 0.0, in %x: f32) -> (n: i32) {
  %v1 = arith.addf %v, %x : f32
  %four = arith.constant 4.0 : f32
  %zero = arith.constant 0.0 : f32
  %isLarge = arith.cmpf ogt, %v1, %four : f32
  %a = arith.select %isLarge, %four, %v1 : f32
  %isSmall = arith.cmpf olt, %a, %zero : f32
  %b = arith.select %isSmall, %zero, %a : f32
  %r = math.roundeven %b : f32
  %n = snn.to_int %r : f32
  snn.next(%v1 : f32) emit(%n : i32)
}
// CHECK-LABEL: snn.network @cycle(
// CHECK: %[[L:.*]] = snn.population @levels
// CHECK: snn.scale %{{.*}} by
// CHECK: snn.matmul {{.*}} : (tensor<6x6xf32>, tensor<6x2xi1>) -> tensor<6x2xf32>
// CHECK: snn.matmul %[[L]], %v : (tensor<6x6xi32>, tensor<6x2xi1>) -> tensor<6x2xi32>
snn.network @cycle(%x: tensor<6x6xi1>, %f: tensor<6x6xf32>, %v: tensor<6x2xi1>) -> (y: tensor<6x2xf32>, z: tensor<6x2xf32>) dt(1.0) {
  %c = arith.constant 2.0 : f32
  %sum = snn.add %x, %late : (tensor<6x6xi1>, tensor<6x6xi32>) -> tensor<6x6xi32>
  %late = snn.delay %sum by 1 : tensor<6x6xi32>
  %l = snn.population @levels "levels"(%f) : (tensor<6x6xf32>) -> tensor<6x6xi32>
  %s = snn.scale %sum by %c : tensor<6x6xi32>, f32 -> tensor<6x6xf32>
  %y = snn.matmul %s, %v : (tensor<6x6xf32>, tensor<6x2xi1>) -> tensor<6x2xf32>
  %t = snn.scale %l by %c : tensor<6x6xi32>, f32 -> tensor<6x6xf32>
  %z = snn.matmul %t, %v : (tensor<6x6xf32>, tensor<6x2xi1>) -> tensor<6x2xf32>
  snn.output %y, %z : tensor<6x2xf32>, tensor<6x2xf32>
}
