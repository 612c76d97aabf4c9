// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-find-integer-sums))' | FileCheck %s
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-find-integer-sums))' --remarks-filter=snn-find-integer-sums -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: snn.network @bits(
snn.network @bits(%s: tensor<3xi1>, %many: tensor<1024xi1>) -> () dt(1.0) {
  // Integers times 0.25 and times 16: a digit each, and sums of few bits.
  %small = arith.constant dense<[[0.25, -31.75, 3.0], [1600.0, 16.0, -32.0]]> : tensor<2x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 1>} :
  // REMARK: remark: {{.*}}snn-find-integer-sums {{.*}}"sums are of integers", bits of a sum=16, digits of 8 bits=1, largest input=1
  snn.dense %s, %small : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  // 128 is no digit, -128 is one.
  %two = arith.constant dense<[[129.0, 1.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 2, 16, 1>} :
  snn.dense %s, %two : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  %one = arith.constant dense<[[-128.0, 1.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 1>} :
  snn.dense %s, %one : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // 32,767 has three digits, the highest of them 1; with 1 it has 17 bits.
  %wide = arith.constant dense<[[32767.0, 1.0, -32767.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{.*}} {snn.integer_sums = array<i64: 3, 32, 1>} :
  snn.dense %s, %wide : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // f32 rounds the sum of all, and what is no multiple of the other's unit.
  %rounded = arith.constant dense<[[8388608.0, 8388607.0, 1.0]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{[^{]*}} : (tensor<3xi1>, tensor<1x3xf32>)
  snn.dense %s, %rounded : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  %real = arith.constant dense<[[0.1, 0.2, 0.3]]> : tensor<1x3xf32>
  // CHECK: snn.dense %s, %{{[^{]*}} : (tensor<3xi1>, tensor<1x3xf32>)
  snn.dense %s, %real : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // By their own law they are not rounded.
  // CHECK: snn.dense %s, %{{.*}} sum exact {snn.integer_sums = array<i64: 3, 32, 1>} :
  snn.dense %s, %real sum exact : (tensor<3xi1>, tensor<1x3xf32>) -> tensor<1xf32>
  // Of 1024 weights of 23 bits, a sum may have 33.
  %long = arith.constant dense<0.1> : tensor<1x1024xf32>
  // Equal weights have what factor of two there is in common.
  // CHECK: snn.dense %many, %{{.*}} sum exact {snn.integer_sums = array<i64: 3, 64, 1>} :
  snn.dense %many, %long sum exact : (tensor<1024xi1>, tensor<1x1024xf32>) -> tensor<1xf32>
  snn.output
}

// Counts are known by what is counted.
// CHECK-LABEL: snn.network @counts(
snn.network @counts(%s: tensor<3xi1>, %c: tensor<3xi32>) -> () dt(1.0) {
  %w = arith.constant dense<[[0.25, -31.75, 3.0]]> : tensor<1x3xf32>
  %sum = snn.add %s, %s, %s : (tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 3>} :
  snn.dense %sum, %w : (tensor<3xi32>, tensor<1x3xf32>) -> tensor<1xf32>
  // CHECK: snn.dense %c, %{{[^{]*}} : (tensor<3xi32>, tensor<1x3xf32>)
  snn.dense %c, %w : (tensor<3xi32>, tensor<1x3xf32>) -> tensor<1xf32>
  snn.output
}

// However often signals part and join.
snn.neuron_model private @fire(in %x: f32) -> (spikes: i1) {
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf ogt, %x, %zero : f32
  snn.next emit(%s : i1)
}
// CHECK-LABEL: snn.network @residual(
snn.network @residual(%x0: tensor<3xi1>) -> () dt(1.0) {
  %w = arith.constant dense<[[0.25, -31.75, 3.0], [1.0, 2.0, -3.0], [1.0, 0.5, 8.0]]> : tensor<3x3xf32>
  %x1 = snn.add %x0, %s0 : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 1>} :
  %d0 = snn.dense %x0, %w : (tensor<3xi1>, tensor<3x3xf32>) -> tensor<3xf32>
  %s0 = snn.population @fire "fire0"(%d0) : (tensor<3xf32>) -> tensor<3xi1>
  %x2 = snn.add %x1, %s1 : (tensor<3xi32>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 2>} :
  %d1 = snn.dense %x1, %w : (tensor<3xi32>, tensor<3x3xf32>) -> tensor<3xf32>
  %s1 = snn.population @fire "fire1"(%d1) : (tensor<3xf32>) -> tensor<3xi1>
  %x3 = snn.add %x2, %s2 : (tensor<3xi32>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 3>} :
  %d2 = snn.dense %x2, %w : (tensor<3xi32>, tensor<3x3xf32>) -> tensor<3xf32>
  %s2 = snn.population @fire "fire2"(%d2) : (tensor<3xf32>) -> tensor<3xi1>
  %x4 = snn.add %x3, %s3 : (tensor<3xi32>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 4>} :
  %d3 = snn.dense %x3, %w : (tensor<3xi32>, tensor<3x3xf32>) -> tensor<3xf32>
  %s3 = snn.population @fire "fire3"(%d3) : (tensor<3xf32>) -> tensor<3xi1>
  %x5 = snn.add %x4, %s4 : (tensor<3xi32>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 5>} :
  %d4 = snn.dense %x4, %w : (tensor<3xi32>, tensor<3x3xf32>) -> tensor<3xf32>
  %s4 = snn.population @fire "fire4"(%d4) : (tensor<3xf32>) -> tensor<3xi1>
  %x6 = snn.add %x5, %s5 : (tensor<3xi32>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 6>} :
  %d5 = snn.dense %x5, %w : (tensor<3xi32>, tensor<3x3xf32>) -> tensor<3xf32>
  %s5 = snn.population @fire "fire5"(%d5) : (tensor<3xf32>) -> tensor<3xi1>
  %x7 = snn.add %x6, %s6 : (tensor<3xi32>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 7>} :
  %d6 = snn.dense %x6, %w : (tensor<3xi32>, tensor<3x3xf32>) -> tensor<3xf32>
  %s6 = snn.population @fire "fire6"(%d6) : (tensor<3xf32>) -> tensor<3xi1>
  %x8 = snn.add %x7, %s7 : (tensor<3xi32>, tensor<3xi1>) -> tensor<3xi32>
  // CHECK: snn.dense %{{.*}}, %{{.*}} {snn.integer_sums = array<i64: 1, 16, 8>} :
  %d7 = snn.dense %x7, %w : (tensor<3xi32>, tensor<3x3xf32>) -> tensor<3xf32>
  %s7 = snn.population @fire "fire7"(%d7) : (tensor<3xf32>) -> tensor<3xi1>
  snn.output
}

// What an exact sum makes of weights is said once, known to be of integers or
// not. 1e-6 is 4.19 of 2^-22.
// CHECK-LABEL: snn.network @exact(
snn.network @exact(%s: tensor<3xi1>, %c: tensor<2x4xi32>) -> () dt(1.0) {
  %w = arith.constant dense<[[1.0, 0.5, 1.0e-6], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %k = arith.constant dense<1.0> : tensor<3x2x3xf32>
  // REMARK: [[@LINE+2]]:{{.*}}"weights of an exact sum are integers", coarser than 2^-12=1, weights=6
  // REMARK: [[@LINE+1]]:{{.*}}"sums are of integers"
  snn.dense %s, %w sum exact : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  // REMARK: [[@LINE+1]]:{{.*}}"weights of an exact sum are integers", coarser than 2^-12=0, weights=18
  snn.conv %c, %k sum exact : (tensor<2x4xi32>, tensor<3x2x3xf32>) -> tensor<3x2xf32>
  // REMARK-NOT: weights of an exact sum
  snn.dense %s, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.output
}
