// RUN: snn-opt %s -split-input-file -verify-diagnostics -o %t

//===----------------------------------------------------------------------===//
// snn.matmul
//===----------------------------------------------------------------------===//

// C1: the inner size.
snn.network @n(%a: tensor<2x3xf32>, %b: tensor<4x2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.matmul' op expects operands of shapes [.., M, K] and [.., K, N] and a result of [.., M, N], but got 'tensor<2x3xf32>', 'tensor<4x2xf32>' and 'tensor<2x2xf32>'}}
  snn.matmul %a, %b : (tensor<2x3xf32>, tensor<4x2xf32>) -> tensor<2x2xf32>
  snn.output
}

// -----

// C1: the leading dimensions.
snn.network @n(%a: tensor<2x2x3xf32>, %b: tensor<1x3x2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{expects operands of shapes}}
  snn.matmul %a, %b : (tensor<2x2x3xf32>, tensor<1x3x2xf32>) -> tensor<2x2x2xf32>
  snn.output
}

// -----

// C1: the rank.
snn.network @n(%a: tensor<3xf32>, %b: tensor<3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{expects operands of shapes}}
  snn.matmul %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<f32>
  snn.output
}

// -----

// C2: a product of integers.
snn.network @n(%a: tensor<2x3xi1>, %b: tensor<3x2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{expects an i32 result for integer operands, else the type of the float operands, but got}}
  snn.matmul %a, %b : (tensor<2x3xi1>, tensor<3x2xi1>) -> tensor<2x2xf32>
  snn.output
}

// -----

// C2: two kinds of floats.
snn.network @n(%a: tensor<2x3xf32>, %b: tensor<3x2xf64>) -> () dt(1.0) {
  // expected-error @+1 {{expects an i32 result for integer operands, else the type of the float operands, but got}}
  snn.matmul %a, %b : (tensor<2x3xf32>, tensor<3x2xf64>) -> tensor<2x2xf64>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.norm
//===----------------------------------------------------------------------===//

// C1.
snn.network @n(%x: tensor<2x3xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.norm' op expects operands of shape [3, 2], but got 'tensor<2x3xf32>'}}
  snn.norm %x scale %c shift %c : (tensor<2x3xf32>, f32, f32) -> tensor<3x2xf32>
  snn.output
}

// -----

// C2.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.norm' op expects scale and shift of element type 'f32', but got 'f64'}}
  snn.norm %x scale %c shift %d : (tensor<2xf32>, f32, f64) -> tensor<2xf32>
  snn.output
}

// -----

// C3.
snn.network @n(%x: tensor<2x3xf32>) -> () dt(1.0) {
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{'snn.norm' op expects scale and shift that broadcast over 'tensor<2x3xf32>', but got 'tensor<3xf32>'}}
  snn.norm %x scale %c shift %c : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  snn.output
}

// -----

// C4.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.norm' op expects scale and shift to be constants}}
  snn.norm %x scale %x shift %x : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.reduce
//===----------------------------------------------------------------------===//

// C1: the order.
snn.network @n(%x: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce' op expects ascending dimensions below 2, but got [1, 0]}}
  snn.reduce sum %x dims [1, 0] : tensor<2x3xf32> -> tensor<f32>
  snn.output
}

// -----

// C1: the range.
snn.network @n(%x: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce' op expects ascending dimensions below 2, but got [2]}}
  snn.reduce sum %x dims [2] : tensor<2x3xf32> -> tensor<2xf32>
  snn.output
}

// -----

// C2.
snn.network @n(%x: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce' op expects a result of the shape of 'tensor<2x3xf32>' without dimensions [1], but got 'tensor<3xf32>'}}
  snn.reduce sum %x dims [1] : tensor<2x3xf32> -> tensor<3xf32>
  snn.output
}

// -----

// C3: a sum.
snn.network @n(%x: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce' op expects an element type that a sum of 'i1' has, but got 'i1'}}
  snn.reduce sum %x dims [0] : tensor<2xi1> -> tensor<i1>
  snn.output
}

// -----

// C3: a mean.
snn.network @n(%x: tensor<2xi32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce' op expects an element type that a mean of 'i32' has, but got 'i32'}}
  snn.reduce mean %x dims [0] : tensor<2xi32> -> tensor<i32>
  snn.output
}

// -----

// C3: a maximum.
snn.network @n(%x: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce' op expects an element type that a max of 'i1' has, but got 'i32'}}
  snn.reduce max %x dims [0] : tensor<2xi1> -> tensor<i32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.reduce_time
//===----------------------------------------------------------------------===//

// C1.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce_time' op expects a result of the shape of 'tensor<2xf32>', but got 'tensor<3xf32>'}}
  snn.reduce_time sum %x : tensor<2xf32> -> tensor<3xf32>
  snn.output
}

// -----

// C2: a sum.
snn.network @n(%x: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce_time' op expects an element type that sum of 'i1' has, but got 'f32'}}
  snn.reduce_time sum %x : tensor<2xi1> -> tensor<2xf32>
  snn.output
}

// -----

// C2: a mean.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce_time' op expects an element type that mean of 'f32' has, but got 'f64'}}
  snn.reduce_time mean %x : tensor<2xf32> -> tensor<2xf64>
  snn.output
}

// -----

// C2: the last.
snn.network @n(%x: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce_time' op expects an element type that last of 'i1' has, but got 'i32'}}
  snn.reduce_time last %x : tensor<2xi1> -> tensor<2xi32>
  snn.output
}

// -----

// C2: the first spike.
snn.network @n(%x: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reduce_time' op expects an element type that first_spike of 'i1' has, but got 'f32'}}
  snn.reduce_time first_spike %x : tensor<2xi1> -> tensor<2xf32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.broadcast, snn.slice, snn.concat
//===----------------------------------------------------------------------===//

// broadcast C1.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.broadcast' op expects ascending dimensions below 2, but got [2]}}
  snn.broadcast %x dims [2] : tensor<2xf32> -> tensor<2x3xf32>
  snn.output
}

// -----

// broadcast C2.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.broadcast' op expects a result that without dimensions [0] is 'tensor<2xf32>', but got 'tensor<2x3xf32>'}}
  snn.broadcast %x dims [0] : tensor<2xf32> -> tensor<2x3xf32>
  snn.output
}

// -----

// slice C1.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.slice' op expects 1 offsets, none negative, but got [-1]}}
  snn.slice %x offsets [-1] : tensor<2xf32> -> tensor<1xf32>
  snn.output
}

// -----

// slice C2.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.slice' op expects a result that lies inside 'tensor<2xf32>' at offsets [1], but got 'tensor<2xf32>'}}
  snn.slice %x offsets [1] : tensor<2xf32> -> tensor<2xf32>
  snn.output
}

// -----

// concat C1: no operand.
snn.network @n() -> () dt(1.0) {
  // expected-error @+1 {{'snn.concat' op expects at least one operand}}
  snn.concat dim 0 : () -> tensor<2xf32>
  snn.output
}

// -----

// concat C1: the dimension.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.concat' op expects a dimension below 1, but got 1}}
  snn.concat %x dim 1 : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// concat C2: a shape.
snn.network @n(%x: tensor<2xf32>, %y: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.concat' op expects operands that differ from 'tensor<4xf32>' in dimension 0 only, but got 'tensor<2xi1>'}}
  snn.concat %x, %y dim 0 : (tensor<2xf32>, tensor<2xi1>) -> tensor<4xf32>
  snn.output
}

// -----

// concat C2: the sum.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.concat' op expects operands whose sizes add up to 3, but got 4}}
  snn.concat %x, %x dim 0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<3xf32>
  snn.output
}
