// RUN: snn-opt %s -split-input-file -verify-diagnostics -o %t

// One case per labelled constraint, in the order of the .td files; what the
// custom syntax refuses comes first.

//===----------------------------------------------------------------------===//
// snn.dense
//===----------------------------------------------------------------------===//

// C1: the number of inputs.
snn.network @inputs(%x: tensor<3xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<3x2xf32>
  // expected-error @+1 {{'snn.dense' op expects a weight of shape [out, in] or [.., out, in] for an input of shape [.., in], but got 'tensor<3x2xf32>' and 'tensor<3xf32>'}}
  snn.dense %x, %w : (tensor<3xf32>, tensor<3x2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C1: the leading dimensions.
snn.network @leading(%x: tensor<4x3xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<5x2x3xf32>
  // expected-error @+1 {{'snn.dense' op expects a weight of shape [out, in] or [.., out, in] for an input of shape [.., in], but got 'tensor<5x2x3xf32>' and 'tensor<4x3xf32>'}}
  snn.dense %x, %w : (tensor<4x3xf32>, tensor<5x2x3xf32>) -> tensor<4x2xf32>
  snn.output
}

// -----

// C1: an input without dimensions.
snn.network @rank_zero(%x: tensor<f32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2xf32>
  // expected-error @+1 {{'snn.dense' op expects a weight of shape [out, in] or [.., out, in] for an input of shape [.., in], but got 'tensor<2xf32>' and 'tensor<f32>'}}
  snn.dense %x, %w : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C2.
snn.network @result(%x: tensor<3xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  // expected-error @+1 {{'snn.dense' op expects a result of shape [2], but got 'tensor<3xf32>'}}
  snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  snn.output
}

// -----

// C3.
snn.network @bias(%x: tensor<3xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %b = arith.constant dense<1.0> : tensor<1xf32>
  // expected-error @+1 {{'snn.dense' op expects a bias of shape [2], but got 'tensor<1xf32>'}}
  snn.dense %x, %w bias %b : (tensor<3xf32>, tensor<2x3xf32>, tensor<1xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C4: the weight.
snn.network @weight_type(%x: tensor<3xi1>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x3xf64>
  // expected-error @+1 {{'snn.dense' op expects weight, bias, result and a float input of one element type, but got 'tensor<3xi1>', 'tensor<2x3xf64>' and 'tensor<2xf32>'}}
  snn.dense %x, %w : (tensor<3xi1>, tensor<2x3xf64>) -> tensor<2xf32>
  snn.output
}

// -----

// C4: a float input.
snn.network @input_type(%x: tensor<3xf64>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  // expected-error @+1 {{'snn.dense' op expects weight, bias, result and a float input of one element type, but got 'tensor<3xf64>', 'tensor<2x3xf32>' and 'tensor<2xf32>'}}
  snn.dense %x, %w : (tensor<3xf64>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C6: an exact sum in double precision.
snn.network @exact_f64(%x: tensor<3xi1>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x3xf64>
  // expected-error @+1 {{'snn.dense' op expects f32 for an exact sum, but got 'tensor<2xf64>'}}
  snn.dense %x, %w sum exact : (tensor<3xi1>, tensor<2x3xf64>) -> tensor<2xf64>
  snn.output
}

// -----

// C8 of snn.conv: the same.
snn.network @exact_conv_f64(%x: tensor<1x3xi1>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x1x3xf64>
  // expected-error @+1 {{'snn.conv' op expects f32 for an exact sum, but got 'tensor<2x1xf64>'}}
  snn.conv %x, %w sum exact : (tensor<1x3xi1>, tensor<2x1x3xf64>) -> tensor<2x1xf64>
  snn.output
}

// -----

// C5: the weight.
snn.network @weight_signal(%x: tensor<3xf32>, %w: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.dense' op expects weight and bias to be constants}}
  snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C5: the bias.
snn.network @bias_signal(%x: tensor<3xf32>, %b: tensor<2xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  // expected-error @+1 {{'snn.dense' op expects weight and bias to be constants}}
  snn.dense %x, %w bias %b : (tensor<3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.conv
//===----------------------------------------------------------------------===//

// C1: three spatial dimensions.
snn.network @rank(%x: tensor<2x4x4x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1x1xf32>
  // expected-error @+1 {{'snn.conv' op expects an input of rank 2 or 3, a weight of one more and a result of the same, but got 'tensor<2x4x4x4xf32>', 'tensor<2x2x1x1x1xf32>' and 'tensor<2x4x4x4xf32>'}}
  snn.conv %x, %w : (tensor<2x4x4x4xf32>, tensor<2x2x1x1x1xf32>) -> tensor<2x4x4x4xf32>
  snn.output
}

// -----

// C1: the weight's rank.
snn.network @weight_rank(%x: tensor<2x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  // expected-error @+1 {{'snn.conv' op expects an input of rank 2 or 3, a weight of one more and a result of the same}}
  snn.conv %x, %w : (tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  snn.output
}

// -----

// C2: a stride that is not positive.
snn.network @stride(%x: tensor<2x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x2x1xf32>
  // expected-error @+1 {{'snn.conv' op expects 1 positive numbers each for kernel, stride and dilation, and 2 for the padding, none negative}}
  snn.conv %x, %w stride [0] : (tensor<2x4xf32>, tensor<2x2x1xf32>) -> tensor<2x4xf32>
  snn.output
}

// -----

// C2: too many dilations.
snn.network @dilation(%x: tensor<2x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x2x1xf32>
  // expected-error @+1 {{'snn.conv' op expects 1 positive numbers each for kernel, stride and dilation, and 2 for the padding, none negative}}
  snn.conv %x, %w dilation [1, 1] : (tensor<2x4xf32>, tensor<2x2x1xf32>) -> tensor<2x4xf32>
  snn.output
}

// -----

// C2: a padding that is negative.
snn.network @padding(%x: tensor<2x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x2x1xf32>
  // expected-error @+1 {{'snn.conv' op expects 1 positive numbers each for kernel, stride and dilation, and 2 for the padding, none negative}}
  snn.conv %x, %w padding [0, -1] : (tensor<2x4xf32>, tensor<2x2x1xf32>) -> tensor<2x3xf32>
  snn.output
}

// -----

// C3: groups that do not divide the input's channels.
snn.network @groups(%x: tensor<3x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x1x1xf32>
  // expected-error @+1 {{'snn.conv' op expects groups that divide the channels, and a weight of shape [out, in / groups, kernel...], but got 2 groups, 3 input and 2 output channels and 'tensor<2x1x1xf32>'}}
  snn.conv %x, %w groups 2 : (tensor<3x4xf32>, tensor<2x1x1xf32>) -> tensor<2x4xf32>
  snn.output
}

// -----

// C3: no groups.
snn.network @no_groups(%x: tensor<2x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x2x1xf32>
  // expected-error @+1 {{'snn.conv' op expects groups that divide the channels, and a weight of shape [out, in / groups, kernel...], but got 0 groups}}
  snn.conv %x, %w groups 0 : (tensor<2x4xf32>, tensor<2x2x1xf32>) -> tensor<2x4xf32>
  snn.output
}

// -----

// C3: the weight's channels.
snn.network @channels(%x: tensor<4x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<2x4x1xf32>
  // expected-error @+1 {{'snn.conv' op expects groups that divide the channels, and a weight of shape [out, in / groups, kernel...], but got 2 groups, 4 input and 2 output channels and 'tensor<2x4x1xf32>'}}
  snn.conv %x, %w groups 2 : (tensor<4x4xf32>, tensor<2x4x1xf32>) -> tensor<2x4xf32>
  snn.output
}

// -----

// C4: floor((9 + 1 + 0 - 2 (3 - 1) - 1) / 2) + 1 = 3.
snn.network @shape(%x: tensor<1x9xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<1x1x3xf32>
  // expected-error @+1 {{'snn.conv' op expects a result of spatial shape [3], but got 'tensor<1x4xf32>'}}
  snn.conv %x, %w stride [2] padding [1, 0] dilation [2] : (tensor<1x9xf32>, tensor<1x1x3xf32>) -> tensor<1x4xf32>
  snn.output
}

// -----

// C4: an empty result.
snn.network @empty(%x: tensor<1x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<1x1x3xf32>
  // expected-error @+1 {{'snn.conv' op expects a kernel that fits the padded input, but dimension 0 of size 4 with padding 1 and 1 is smaller than the kernel's span 7}}
  snn.conv %x, %w padding [1, 1] dilation [3] : (tensor<1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1xf32>
  snn.output
}

// -----

// C5.
snn.network @bias(%x: tensor<2x4xf32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<3x2x1xf32>
  %b = arith.constant dense<1.0> : tensor<2xf32>
  // expected-error @+1 {{'snn.conv' op expects a bias of shape [3], but got 'tensor<2xf32>'}}
  snn.conv %x, %w bias %b : (tensor<2x4xf32>, tensor<3x2x1xf32>, tensor<2xf32>) -> tensor<3x4xf32>
  snn.output
}

// -----

// C6.
snn.network @types(%x: tensor<2x4xi32>) -> () dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<3x2x1xf32>
  %b = arith.constant dense<1.0> : tensor<3xf64>
  // expected-error @+1 {{'snn.conv' op expects weight, bias, result and a float input of one element type, but got 'tensor<2x4xi32>', 'tensor<3x2x1xf32>', 'tensor<3xf64>' and 'tensor<3x4xf32>'}}
  snn.conv %x, %w bias %b : (tensor<2x4xi32>, tensor<3x2x1xf32>, tensor<3xf64>) -> tensor<3x4xf32>
  snn.output
}

// -----

// C7.
snn.network @constants(%x: tensor<2x4xf32>, %w: tensor<3x2x1xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.conv' op expects weight and bias to be constants}}
  snn.conv %x, %w : (tensor<2x4xf32>, tensor<3x2x1xf32>) -> tensor<3x4xf32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.pool
//===----------------------------------------------------------------------===//

// C1: the rank.
snn.network @rank(%x: tensor<4xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects input and result of rank 2 or 3 with the same number of channels, but got 'tensor<4xf32>' and 'tensor<2xf32>'}}
  snn.pool sum %x kernel [2] : tensor<4xf32> -> tensor<2xf32>
  snn.output
}

// -----

// C1: the channels, which are at the end here.
snn.network @channels(%x: tensor<4x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects input and result of rank 2 or 3 with the same number of channels, but got 'tensor<4x3xf32>' and 'tensor<4x1xf32>'}}
  snn.pool sum %x kernel [3] channels_last : tensor<4x3xf32> -> tensor<4x1xf32>
  snn.output
}

// -----

// C2: the kernel.
snn.network @kernel(%x: tensor<3x4x4xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects 2 positive numbers each for kernel, stride and dilation, and 4 for the padding, none negative}}
  snn.pool sum %x kernel [2] : tensor<3x4x4xf32> -> tensor<3x2x2xf32>
  snn.output
}

// -----

// C2: the padding.
snn.network @padding(%x: tensor<3x4x4xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects 2 positive numbers each for kernel, stride and dilation, and 4 for the padding, none negative}}
  snn.pool sum %x kernel [2, 2] padding [1, 1] : tensor<3x4x4xf32> -> tensor<3x2x2xf32>
  snn.output
}

// -----

// C3: the absent stride is the kernel, and the last row is cut off.
snn.network @shape(%x: tensor<3x5xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects a result of spatial shape [2], but got 'tensor<3x3xf32>'}}
  snn.pool sum %x kernel [2] : tensor<3x5xf32> -> tensor<3x3xf32>
  snn.output
}

// -----

// C3: an empty result.
snn.network @empty(%x: tensor<3x2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects a kernel that fits the padded input, but dimension 0 of size 2 with padding 0 and 0 is smaller than the kernel's span 3}}
  snn.pool max %x kernel [3] : tensor<3x2xf32> -> tensor<3x1xf32>
  snn.output
}

// -----

// C4: a sum of spikes counts them.
snn.network @sum(%x: tensor<3x4xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects an element type that sum has for 'i1', but got 'i1'}}
  snn.pool sum %x kernel [2] : tensor<3x4xi1> -> tensor<3x2xi1>
  snn.output
}

// -----

// C4: an average has a fraction.
snn.network @avg(%x: tensor<3x4xi32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects an element type that avg has for 'i32', but got 'i32'}}
  snn.pool avg %x kernel [2] : tensor<3x4xi32> -> tensor<3x2xi32>
  snn.output
}

// -----

// C4: of a float its own type.
snn.network @avg(%x: tensor<3x4xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects an element type that avg has for 'f32', but got 'f64'}}
  snn.pool avg %x kernel [2] : tensor<3x4xf32> -> tensor<3x2xf64>
  snn.output
}

// -----

// C4: the largest spike is a spike.
snn.network @max(%x: tensor<3x4xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.pool' op expects an element type that max has for 'i1', but got 'i32'}}
  snn.pool max %x kernel [2] : tensor<3x4xi1> -> tensor<3x2xi32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.add
//===----------------------------------------------------------------------===//

// Syntax: one type per operand.
snn.network @syntax(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{expects 2 operand types and one result type}}
  snn.add %x, %x : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C1: no operand.
snn.network @nothing() -> () dt(1.0) {
  // expected-error @+1 {{'snn.add' op expects at least one operand}}
  snn.add : tensor<2xf32>
  snn.output
}

// -----

// C1: shapes; there is no broadcast.
snn.network @shapes(%x: tensor<2xf32>, %y: tensor<1xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.add' op expects operands of shape [2], but got 'tensor<1xf32>'}}
  snn.add %x, %y : (tensor<2xf32>, tensor<1xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C2: the sum of spikes is no spike.
snn.network @spikes(%x: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.add' op expects a result of i32 or float elements, but got 'tensor<2xi1>'}}
  snn.add %x, %x : tensor<2xi1>
  snn.output
}

// -----

// C2: floats are not converted.
snn.network @floats(%x: tensor<2xf32>, %y: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.add' op expects float operands of element type 'i32', but got 'tensor<2xf32>'}}
  snn.add %y, %x : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xi32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.mul
//===----------------------------------------------------------------------===//

// C1.
snn.network @shapes(%x: tensor<2xf32>, %y: tensor<2x1xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.mul' op expects operands of shape [2], but got 'tensor<2x1xf32>'}}
  snn.mul %x, %y : (tensor<2xf32>, tensor<2x1xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C2: the product of spikes is a spike.
snn.network @spikes(%x: tensor<2xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.mul' op expects an i1 result exactly if both operands are i1, but got 'tensor<2xi32>'}}
  snn.mul %x, %x : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi32>
  snn.output
}

// -----

// C2: of other things it is none.
snn.network @counts(%x: tensor<2xi1>, %y: tensor<2xi32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.mul' op expects an i1 result exactly if both operands are i1, but got 'tensor<2xi1>'}}
  snn.mul %x, %y : (tensor<2xi1>, tensor<2xi32>) -> tensor<2xi1>
  snn.output
}

// -----

// C2: floats are not converted.
snn.network @floats(%x: tensor<2xf32>, %y: tensor<2xf64>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.mul' op expects float operands of element type 'f64', but got 'tensor<2xf32>'}}
  snn.mul %x, %y : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf64>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.scale
//===----------------------------------------------------------------------===//

// C1.
snn.network @shape(%x: tensor<2x1xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.scale' op expects operands of shape [2], but got 'tensor<2x1xf32>'}}
  snn.scale %x by %c : tensor<2x1xf32>, f32 -> tensor<2xf32>
  snn.output
}

// -----

// C2: the factor.
snn.network @factor_type(%x: tensor<2xi1>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.scale' op expects a factor of element type 'f32', but got 'f64'}}
  snn.scale %x by %c : tensor<2xi1>, f64 -> tensor<2xf32>
  snn.output
}

// -----

// C2: a float input.
snn.network @input_type(%x: tensor<2xf64>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.scale' op expects float operands of element type 'f32', but got 'tensor<2xf64>'}}
  snn.scale %x by %c : tensor<2xf64>, f32 -> tensor<2xf32>
  snn.output
}

// -----

// C3.
snn.network @broadcast(%x: tensor<2x3xf32>) -> () dt(1.0) {
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{'snn.scale' op expects a factor that broadcasts over 'tensor<2x3xf32>', but got 'tensor<3xf32>'}}
  snn.scale %x by %c : tensor<2x3xf32>, tensor<3xf32> -> tensor<2x3xf32>
  snn.output
}

// -----

// C4.
snn.network @constant(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.scale' op expects a factor that is a constant}}
  snn.scale %x by %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  snn.output
}

