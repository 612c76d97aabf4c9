// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels))' | FileCheck %s --enable-var-scope
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{force=event}))' | FileCheck %s --check-prefix=EVENT
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{force=blocked}))' | FileCheck %s --check-prefix=BLOCKED
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{force=depthwise}))' | FileCheck %s --check-prefix=DEPTHWISE
// RUN: %snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{force=scatter}))' | FileCheck %s --check-prefix=SCATTER
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{force=event}))' --remarks-filter=cpu-select-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=FORCED
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(cpu-select-kernels))' --remarks-filter=cpu-select-kernels -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// Of 784 spikes few are there at a time, so their weights alone are added; where
// three quarters are there, all are. Nothing is known of numbers: the kernel
// looks.
// CHECK-LABEL: snn.program @dense(
// EVENT-LABEL: snn.program @dense(
// BLOCKED-LABEL: snn.program @dense(
// DEPTHWISE-LABEL: snn.program @dense(
snn.program @dense(%s: tensor<784xi1>, %x: tensor<784xf32>, %c: tensor<784xi32>) -> (y: tensor<128xf32>, z: tensor<128xf32>) dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<128x784xf32>
  // CHECK: snn.dense %s, %{{.*}} kernel "event" {snn.dense_above = 0.70{{[0-9]+}} : f64} :
  // A kernel that is forced works on every row.
  // EVENT: snn.dense %s, %{{.*}} kernel "event" {snn.dense_above = 1.000000e+00 : f64} :
  // BLOCKED: snn.dense %s, %{{.*}} kernel "blocked" :
  // A strategy that cannot run an op is not forced on it.
  // DEPTHWISE: snn.dense %s, %{{.*}} kernel "event"
  // 784 inputs to look at, 4 a cycle, and the weights of 78 of them in 8 vectors
  // to add, in 8.4 cycles each; or 5.9 cycles for each input.
  // REMARK: activity="assumed 10 %", cycles per row="event 1009, blocked 4640", fan-in=784, kernel=event, synapses=100352
  // FORCED: Remark=forced, activity="assumed 10 %", cycles per row="event 1009, blocked 4640", fan-in=784, kernel=event, synapses=100352
  %y = snn.dense %s, %w : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
  // CHECK: snn.dense %x, %{{.*}} kernel "event" {snn.dense_above = 0.63{{[0-9]+}} : f64} :
  // EVENT: snn.dense %x, %{{.*}} kernel "event"
  // BLOCKED: snn.dense %x, %{{.*}} kernel "blocked" :
  // REMARK: activity=unknown, {{.*}} kernel=event
  %z = snn.dense %x, %w : (tensor<784xf32>, tensor<128x784xf32>) -> tensor<128xf32>
  // What was measured counts.
  // CHECK: snn.dense %x, %{{.*}} kernel "event" {snn.activity = 1.250000e-02 : f64,
  // REMARK: activity="measured 1.25 %", {{.*}} kernel=event
  %few = snn.dense %x, %w {snn.activity = 1.25e-2 : f64} : (tensor<784xf32>, tensor<128x784xf32>) -> tensor<128xf32>
  // CHECK: snn.dense %c, %{{.*}} kernel "event"
  // REMARK: activity="assumed 20 %", {{.*}} kernel=event
  %counts = snn.dense %c, %w : (tensor<784xi32>, tensor<128x784xf32>) -> tensor<128xf32>
  // CHECK: snn.dense %c, %{{.*}} kernel "blocked" {snn.activity = 1.000000e+00 : f64}
  // REMARK: activity="measured 100 %", {{.*}} kernel=blocked
  // What is forced says what it costs: the events of all rows.
  // EVENT: snn.dense %c, %{{.*}} kernel "event" {snn.activity = 1.000000e+00 : f64, snn.dense_above = 1.000000e+00 : f64}
  // FORCED: Remark=forced, activity="measured 100 %", cycles per row="event {{[0-9][0-9][0-9]+}}, blocked {{[0-9]+}}", fan-in=784, kernel=event
  %all = snn.dense %c, %w {snn.activity = 1.0 : f64} : (tensor<784xi32>, tensor<128x784xf32>) -> tensor<128xf32>
  snn.yield (%y, %z : tensor<128xf32>, tensor<128xf32>)
}

// Weights that the first cache holds need no collecting; of one panel at most.
// CHECK-LABEL: snn.program @small(
// EVENT-LABEL: snn.program @small(
snn.program @small(%s: tensor<100xi1>, %x: tensor<12xf32>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<64x100xf32>
  // CHECK: snn.dense %s, %{{.*}} kernel "direct" :
  // EVENT: snn.dense %s, %{{.*}} kernel "event"
  %a = snn.dense %s, %w : (tensor<100xi1>, tensor<64x100xf32>) -> tensor<64xf32>
  // CHECK: snn.dense %s, %{{.*}} kernel "event"
  %wide = arith.constant dense<1.0> : tensor<65x100xf32>
  %b = snn.dense %s, %wide : (tensor<100xi1>, tensor<65x100xf32>) -> tensor<65xf32>
  // Few terms are no work.
  // CHECK: snn.dense %x, %{{.*}} kernel "blocked" :
  %few = arith.constant dense<1.0> : tensor<7x12xf32>
  %c = snn.dense %x, %few : (tensor<12xf32>, tensor<7x12xf32>) -> tensor<7xf32>
  snn.yield
}

// CHECK-LABEL: snn.program @conv(
// EVENT-LABEL: snn.program @conv(
// BLOCKED-LABEL: snn.program @conv(
// DEPTHWISE-LABEL: snn.program @conv(
// SCATTER-LABEL: snn.program @conv(
snn.program @conv(%s: tensor<34x34x16xi1>, %x: tensor<34x34x16xf32>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<32x16x3x3xf32>
  %d = arith.constant dense<1.0> : tensor<16x1x3x3xf32>
  // A tenth of 34 x 34 x 16 spikes, each of which adds to the outputs of at most
  // nine windows; where nearly half are there, all are added.
  // CHECK: snn.conv %s, %{{.*}} channels_last kernel "scatter" {snn.dense_above = 0.45{{[0-9]+}} : f64} :
  // EVENT: snn.conv %s, %{{.*}} channels_last kernel "event" :
  // BLOCKED: snn.conv %s, %{{.*}} channels_last kernel "blocked" :
  // DEPTHWISE: snn.conv %s, %{{.*}} channels_last kernel "scatter"
  // SCATTER: snn.conv %s, %{{.*}} channels_last kernel "scatter" {snn.dense_above = 1.000000e+00 : f64} :
  // 3 x 3 x 16 terms for each of 32 x 32 x 32 outputs.
  // REMARK: cycles per row="event {{[0-9]+}}, scatter {{[0-9]+}}, blocked {{[0-9]+}}", fan-in=144, kernel=scatter, synapses=4718592
  snn.conv %s, %w channels_last : (tensor<34x34x16xi1>, tensor<32x16x3x3xf32>) -> tensor<32x32x32xf32>
  // Nothing is known of numbers: the kernel looks whether they are zero.
  // CHECK: snn.conv %x, %{{.*}} channels_last kernel "scatter"
  // EVENT: snn.conv %x, %{{.*}} channels_last kernel "event" :
  // BLOCKED: snn.conv %x, %{{.*}} channels_last kernel "blocked" :
  snn.conv %x, %w channels_last : (tensor<34x34x16xf32>, tensor<32x16x3x3xf32>) -> tensor<32x32x32xf32>
  // One channel per group.
  // CHECK: snn.conv %x, %{{.*}} groups 16 channels_last kernel "depthwise" :
  // EVENT: snn.conv %x, %{{.*}} groups 16 channels_last kernel "event" :
  // BLOCKED: snn.conv %x, %{{.*}} groups 16 channels_last kernel "blocked" :
  // Groups are not scattered.
  // SCATTER: snn.conv %x, %{{.*}} groups 16 channels_last kernel "depthwise" :
  // DEPTHWISE: snn.conv %x, %{{.*}} groups 16 channels_last kernel "depthwise" :
  // REMARK: fan-in=9, kernel=depthwise, synapses=147456
  snn.conv %x, %d groups 16 channels_last : (tensor<34x34x16xf32>, tensor<16x1x3x3xf32>) -> tensor<32x32x16xf32>
  snn.yield
}

// Of a camera: a line of the input meets a quarter of the kernel's.
// CHECK-LABEL: snn.program @strided(
snn.program @strided(%s: tensor<120x160x2xi1>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<8x2x5x5xf32>
  // CHECK: snn.conv %s, %{{.*}} kernel "scatter"
  snn.conv %s, %w stride [4, 4] padding [2, 2, 2, 2] channels_last : (tensor<120x160x2xi1>, tensor<8x2x5x5xf32>) -> tensor<30x40x8xf32>
  snn.yield
}

// Products of two signals, by what there is to multiply: spikes of both sides,
// the events of the left one, all of its numbers.
// CHECK-LABEL: snn.program @matmul(
snn.program @matmul(%s: tensor<8x196x64xi1>, %t: tensor<8x64x196xi1>, %n: tensor<8x64x196xi32>, %x: tensor<8x196x64xf32>) -> () dt(1.0) rows(64) {
  // CHECK: snn.matmul %s, %t kernel "coincidence" :
  // REMARK: activity="assumed 10 %", cycles per row="coincidence {{[0-9]+}}", fan-in=64, kernel=coincidence, synapses=19668992
  snn.matmul %s, %t : (tensor<8x196x64xi1>, tensor<8x64x196xi1>) -> tensor<8x196x196xi32>
  // CHECK: snn.matmul %s, %n kernel "event" :
  // REMARK: cycles per row="event {{[0-9]+}}", fan-in=64, kernel=event
  snn.matmul %s, %n : (tensor<8x196x64xi1>, tensor<8x64x196xi32>) -> tensor<8x196x196xi32>
  // CHECK: snn.matmul %x, %t kernel "blocked" :
  // REMARK: activity=unknown, cycles per row="blocked {{[0-9]+}}", fan-in=64, kernel=blocked
  snn.matmul %x, %t : (tensor<8x196x64xf32>, tensor<8x64x196xi1>) -> tensor<8x196x196xf32>
  snn.yield
}

// An earlier choice is made anew, inside scans too.
// CHECK-LABEL: snn.program @scan(
snn.program @scan(%x: tensor<784xf32>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<128x784xf32>
  // A row alone is no block.
  // CHECK: snn.scan
  // CHECK: snn.dense %{{.*}}, %{{.*}} kernel "event" {snn.dense_above = 1.0{{.*}} : f64} :
  snn.scan (%in = %x: tensor<784xf32>) -> () {
    %y = snn.dense %in, %w kernel "blocked" : (tensor<784xf32>, tensor<128x784xf32>) -> tensor<128xf32>
    snn.yield
  }
  snn.yield
}

// Exact sums of spikes have kernels of their own (select-integers.mlir has
// more of them); other sums do not take them.
// CHECK-LABEL: snn.program @exact(
snn.program @exact(%s: tensor<784xi1>, %i: tensor<8x8x32xi1>) -> (y: tensor<128xf32>, z: tensor<6x6x16xf32>) dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<128x784xf32>
  %c = arith.constant dense<1.0> : tensor<16x32x3x3xf32>
  // CHECK: snn.dense %s, %{{.*}} sum exact kernel "event32" {snn.integer_sums
  // EVENT: snn.dense %s, %{{.*}} sum exact kernel "event32" {snn.integer_sums
  %y = snn.dense %s, %w sum exact {snn.integer_sums = array<i64: 3, 32, 1>} : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
  // CHECK: snn.conv %i, %{{.*}} channels_last sum exact kernel "event32" {snn.integer_sums
  %z = snn.conv %i, %c channels_last sum exact {snn.integer_sums = array<i64: 3, 32, 1>} : (tensor<8x8x32xi1>, tensor<16x32x3x3xf32>) -> tensor<6x6x16xf32>
  snn.yield(%y, %z : tensor<128xf32>, tensor<6x6x16xf32>)
}
