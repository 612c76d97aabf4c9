// RUN: %snn-opt %s --snn-narrow-signals -split-input-file | FileCheck %s --enable-var-scope
// RUN: %snn-opt %s --snn-narrow-signals -split-input-file --remarks-filter=snn-narrow-signals -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// The product of x and (1 - y), as SEW-ResNet's IAND: the difference is 0 or 1, so
// that the product is a conjunction.
// CHECK: snn.neuron_model private @to_spike(in %x: f32) -> (output: i1)
// CHECK: arith.cmpf une
// CHECK-LABEL: snn.network @iand(
// CHECK: %[[NOT:.*]] = snn.norm %y
// CHECK: %[[B:.*]] = snn.population @to_spike ""(%[[NOT]]) : (tensor<8xf32>) -> tensor<8xi1>
// CHECK: %[[AND:.*]] = snn.mul %x, %[[B]] : tensor<8xi1>
// CHECK: snn.dense %[[AND]], %{{.*}} : (tensor<8xi1>, tensor<4x8xf32>) -> tensor<4xf32>
snn.network @iand(%x: tensor<8xi1>, %y: tensor<8xi1>) -> (a: tensor<4xf32>) dt(1.0) {
  %minus1 = arith.constant -1.0 : f32
  %one = arith.constant 1.0 : f32
  %w = arith.constant dense<0.5> : tensor<4x8xf32>
  %not = snn.norm %y scale %minus1 shift %one : (tensor<8xi1>, f32, f32) -> tensor<8xf32>
  %and = snn.mul %x, %not : (tensor<8xi1>, tensor<8xf32>) -> tensor<8xf32>
  %a = snn.dense %and, %w : (tensor<8xf32>, tensor<4x8xf32>) -> tensor<4xf32>
  snn.output %a : tensor<4xf32>
}

// -----

// A law that emits its spikes as floats emits them as they are, the pool is a
// disjunction, shapes and delays follow, and the output stays a float.
// CHECK: snn.neuron_model private @threshold{{.*}}(in %x: f32) -> (spikes: i1)
// CHECK: snn.next emit(%{{.*}} : i1)
// CHECK-LABEL: snn.network @pool(
// CHECK: %[[S:.*]] = snn.population @threshold{{.*}} "t"(%x) : (tensor<1x4x4xf32>) -> tensor<1x4x4xi1>
// CHECK: %[[F:.*]] = snn.add %[[S]] : (tensor<1x4x4xi1>) -> tensor<1x4x4xf32>
// CHECK: %[[M:.*]] = snn.pool max %[[S]] kernel [2, 2] : tensor<1x4x4xi1> -> tensor<1x2x2xi1>
// CHECK: %[[R:.*]] = snn.reshape %[[M]] : tensor<1x2x2xi1> -> tensor<4xi1>
// CHECK: %[[D:.*]] = snn.delay %[[R]] by 1 initial true : tensor<4xi1>
// CHECK: snn.dense %[[D]]
// CHECK: snn.output %{{.*}}, %[[F]]
snn.neuron_model private @threshold(in %x: f32) -> (spikes: f32) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf ogt, %x, %one : f32
  %y = arith.select %s, %one, %zero : f32
  snn.next emit(%y : f32)
}
snn.network @pool(%x: tensor<1x4x4xf32>) -> (a: tensor<2xf32>, s: tensor<1x4x4xf32>) dt(1.0) {
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %s = snn.population @threshold "t"(%x) : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  %m = snn.pool max %s kernel [2, 2] : tensor<1x4x4xf32> -> tensor<1x2x2xf32>
  %r = snn.reshape %m : tensor<1x2x2xf32> -> tensor<4xf32>
  %d = snn.delay %r by 1 initial 1.0 : f32 : tensor<4xf32>
  %a = snn.dense %d, %w : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2xf32>
  snn.output %a, %s : tensor<2xf32>, tensor<1x4x4xf32>
}

// -----

// Sums of spikes are counts; so is the product of two of them.
// CHECK-LABEL: snn.network @counts(
// CHECK: %[[N:.*]] = snn.add %x, %y : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<2x3xi32>
// CHECK: %[[S:.*]] = snn.reduce sum %[[N]] dims [0] : tensor<2x3xi32> -> tensor<3xi32>
// CHECK: %[[M:.*]] = snn.matmul %[[N]], %{{.*}} : (tensor<2x3xi32>, tensor<3x2xi32>) -> tensor<2x2xi32>
// CHECK: snn.scale %[[M]] by %{{.*}} : tensor<2x2xi32>, f32 -> tensor<2x2xf32>
snn.network @counts(%x: tensor<2x3xi1>, %y: tensor<2x3xi1>) -> (a: tensor<4xf32>, b: tensor<2x2xf32>) dt(1.0) {
  %w = arith.constant dense<0.5> : tensor<4x3xf32>
  %c = arith.constant 0.3 : f32
  %n = snn.add %x, %y : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<2x3xf32>
  %s = snn.reduce sum %n dims [0] : tensor<2x3xf32> -> tensor<3xf32>
  %a = snn.dense %s, %w : (tensor<3xf32>, tensor<4x3xf32>) -> tensor<4xf32>
  %t = snn.transpose %n [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %m = snn.matmul %n, %t : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %b = snn.scale %m by %c : tensor<2x2xf32>, f32 -> tensor<2x2xf32>
  snn.output %a, %b : tensor<4xf32>, tensor<2x2xf32>
}

// -----

// Kept: fractions, what may be -0.0, what grows without end through a cycle, what
// nothing wants as an integer, a product of which one side may be infinite.
// CHECK-LABEL: snn.network @kept(
// CHECK: snn.mul %x, %{{.*}} : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xf32>
// CHECK: snn.mul %n, %{{.*}} : (tensor<3xi32>, tensor<3xf32>) -> tensor<3xf32>
// CHECK: snn.add %x, %{{.*}} : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xf32>
// CHECK: snn.delay %{{.*}} : tensor<3xf32>
// CHECK: snn.population @half "h"(%{{.*}}) : (tensor<3xf32>) -> tensor<3xf32>
// CHECK: snn.matmul %{{.*}}, %r : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32>
snn.neuron_model private @half(in %x: f32) -> (y: f32) {
  %h = arith.constant 0.5 : f32
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf ogt, %x, %zero : f32
  %y = arith.select %s, %h, %zero : f32
  snn.next emit(%y : f32)
}
snn.network @kept(%x: tensor<3xi1>, %n: tensor<3xi32>, %r: tensor<3x1xf32>)
    -> (a: tensor<1xf32>, b: tensor<1xf32>, c: tensor<1xf32>, d: tensor<1x1xf32>) dt(1.0) {
  %w = arith.constant dense<0.5> : tensor<1x3xf32>
  %c = arith.constant 0.5 : f32
  %minus = arith.constant -1.0 : f32
  %one = arith.constant 1.0 : f32
  %f = snn.scale %x by %c : tensor<3xi1>, f32 -> tensor<3xf32>
  %p = snn.mul %x, %f : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xf32>
  %a = snn.dense %p, %w : (tensor<3xf32>, tensor<1x3xf32>) -> tensor<1xf32>
  %neg = snn.scale %x by %minus : tensor<3xi1>, f32 -> tensor<3xf32>
  %q = snn.mul %n, %neg : (tensor<3xi32>, tensor<3xf32>) -> tensor<3xf32>
  %b = snn.dense %q, %w : (tensor<3xf32>, tensor<1x3xf32>) -> tensor<1xf32>
  %sum = snn.add %x, %late : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xf32>
  %late = snn.delay %sum by 1 : tensor<3xf32>
  %h = snn.population @half "h"(%sum) : (tensor<3xf32>) -> tensor<3xf32>
  %e = snn.dense %h, %w : (tensor<3xf32>, tensor<1x3xf32>) -> tensor<1xf32>
  %g = snn.norm %x scale %minus shift %one : (tensor<3xi1>, f32, f32) -> tensor<3xf32>
  %row = snn.reshape %g : tensor<3xf32> -> tensor<1x3xf32>
  %d = snn.matmul %row, %r : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32>
  snn.output %a, %b, %e, %d : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1x1xf32>
}

// -----

// Neurons of several levels keep their counts; how many levels there are is what the
// law can give.
// REMARK: spikes of 'five' stay counts: a product visits an event once, whatever its count", levels=4
// REMARK: spikes of 'any' stay counts: a product visits an event once, whatever its count"
// REMARK-NOT: stay counts
snn.neuron_model private @levels(state %v: f32 = 0.0, in %x: f32, param %most: f32) -> (s: i32) {
  %low = arith.constant 0.0 : f32
  %u = arith.addf %v, %x : f32
  %a = arith.cmpf ogt, %u, %low : f32
  %b = arith.select %a, %u, %low : f32
  %c = arith.cmpf olt, %b, %most : f32
  %d = arith.select %c, %b, %most : f32
  %r = math.roundeven %d : f32
  %v1 = arith.subf %u, %r : f32
  %s = snn.to_int %r : f32
  snn.next (%v1 : f32) emit(%s : i32)
}
snn.neuron_model private @count(state %n: i32 = 0, in %x: i1) -> (s: i32) {
  %i = arith.extui %x : i1 to i32
  %n1 = arith.addi %n, %i : i32
  snn.next (%n1 : i32) emit(%n1 : i32)
}
snn.neuron_model private @spike(in %x: f32) -> (s: i1) {
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf ogt, %x, %zero : f32
  snn.next emit(%s : i1)
}
snn.network @graded(%x: tensor<4xf32>) -> (a: tensor<2xf32>, b: tensor<2xf32>) dt(1.0) {
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %most = arith.constant 4.0 : f32
  %s = snn.population @levels "five"(%x) params(%most : f32) : (tensor<4xf32>) -> tensor<4xi32>
  %a = snn.dense %s, %w : (tensor<4xi32>, tensor<2x4xf32>) -> tensor<2xf32>
  %i = snn.population @spike "one"(%x) : (tensor<4xf32>) -> tensor<4xi1>
  %n = snn.population @count "any"(%i) : (tensor<4xi1>) -> tensor<4xi32>
  %b = snn.dense %n, %w : (tensor<4xi32>, tensor<2x4xf32>) -> tensor<2xf32>
  snn.output %a, %b : tensor<2xf32>, tensor<2xf32>
}

// -----

// Without a sign, a negative integer is a float that no i32 holds; with one, a set
// i1 is -1, and no spike.
// CHECK: snn.neuron_model private @signs{{.*}} -> (unsigned: f32, set: i32)
// CHECK-LABEL: snn.network @signed(
snn.neuron_model private @signs(in %x: i32, in %s: i1) -> (unsigned: f32, set: f32) {
  %u = arith.uitofp %x : i32 to f32
  %b = arith.sitofp %s : i1 to f32
  snn.next emit(%u, %b : f32, f32)
}
snn.network @signed(%x: tensor<4xi32>, %s: tensor<4xi1>) -> (a: tensor<2xf32>, b: tensor<2xf32>) dt(1.0) {
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %u, %b = snn.population @signs "p"(%x, %s) : (tensor<4xi32>, tensor<4xi1>) -> (tensor<4xf32>, tensor<4xf32>)
  %a = snn.dense %u, %w : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2xf32>
  %c = snn.dense %b, %w : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2xf32>
  snn.output %a, %c : tensor<2xf32>, tensor<2xf32>
}
