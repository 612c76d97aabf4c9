// RUN: %snn-opt %s --snn-schedule-network=rows=8 -split-input-file -verify-diagnostics | FileCheck %s --enable-var-scope
// RUN: %snn-opt %s --snn-schedule-network -split-input-file -verify-diagnostics | FileCheck %s --check-prefix=ROWS
// RUN: not snn-opt %s --snn-schedule-network=rows=8 -split-input-file --remarks-filter=snn-schedule-network 2>&1 | FileCheck %s --check-prefix=REMARK

snn.neuron_model private @lif(state %v: f32 = 0.5, in %x: f32, param %k: f32) -> (spikes: i1) {
  %v1 = math.fma %k, %x, %v : f32
  %s = arith.cmpf ogt, %v1, %k : f32
  snn.next (%v1 : f32) emit (%s : i1)
}

// Without a cycle every op acts on the whole tile, in an order in which each
// comes after what it reads. States have the names of the source.
// CHECK-LABEL: snn.program @acyclic(
// CHECK-SAME: %x: tensor<3xf32>, %[[Y:.*]] "the y": tensor<2xf32>)
// CHECK-SAME: state(%[[V:.*]] "a"::"v": tensor<2xf32> = 5.000000e-01 : f32)
// CHECK-SAME: -> (s: tensor<2xi1>, v: tensor<2xf32>) dt(1.000000e-04) rows(8) {
// ROWS: rows(64)
// CHECK: %[[D:.*]] = snn.dense %x, %{{.*}} : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
// CHECK: %[[S:.*]]:3 = snn.step @lif "a"(%[[D]]) state(%[[V]] : tensor<2xf32>) params(%{{.*}} : f32) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
// CHECK: snn.probe "a"::"v" %[[S]]#1
// CHECK-NOT: snn.scan
// CHECK: snn.yield(%[[S]]#0, %[[S]]#1 : tensor<2xi1>, tensor<2xf32>) carry(%[[S]]#2 : tensor<2xf32>)
snn.network @acyclic(%x: tensor<3xf32>, %y "the y": tensor<2xf32>) -> (s: tensor<2xi1>, v: tensor<2xf32>) dt(1.0e-4) {
  snn.probe "a"::"v" %v : tensor<2xf32>
  %s, %v = snn.population @lif "a" (%d) params(%k : f32) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  %d = snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %k = arith.constant 0.5 : f32
  snn.output %s, %v : tensor<2xi1>, tensor<2xf32>
}

// -----

// A delay on no cycle: its history is read before this step's signal joins it.
// CHECK-LABEL: snn.program @delay(
// CHECK-SAME: state(%[[H:.*]] ""::"delay": tensor<5x2xi32> = 7 : i32)
// CHECK: %[[R:.*]]:2 = snn.scan (%[[IN:.*]] = %x: tensor<2xi32>) carry(%[[S:.*]] = %[[H]]: tensor<5x2xi32>)
// CHECK-NEXT: %[[Y:.*]] = snn.delay_read %[[S]] by 5 : tensor<5x2xi32> -> tensor<2xi32>
// CHECK-NEXT: %[[W:.*]] = snn.delay_write %[[IN]] into %[[S]]
// CHECK-NEXT: snn.yield(%[[Y]] : tensor<2xi32>) carry(%[[W]] : tensor<5x2xi32>)
// CHECK: snn.yield(%[[R]]#0 : tensor<2xi32>) carry(%[[R]]#1 : tensor<5x2xi32>)
snn.network @delay(%x: tensor<2xi32>) -> (y: tensor<2xi32>) dt(1.0) {
  %y = snn.delay %x by 5 initial 7 : i32 : tensor<2xi32>
  snn.output %y : tensor<2xi32>
}

// -----

// Where some element has no delay, the history holds this step too: it is
// written first, and every read is one step further back. It starts from zero.
// CHECK-LABEL: snn.program @immediate(
// CHECK-SAME: state(%[[H:.*]] "net.delay"::"delay": tensor<3x3xi1> = false)
// CHECK: snn.scan (%[[IN:.*]] = %x: tensor<3xi1>) carry(%[[S:.*]] = %[[H]]: tensor<3x3xi1>)
// CHECK-NEXT: %[[W:.*]] = snn.delay_write %[[IN]] into %[[S]]
// CHECK-NEXT: %[[Y:.*]] = snn.delay_read %[[W]] by [1, 3, 2] : tensor<3x3xi1> -> tensor<3xi1>
// CHECK-NEXT: snn.yield(%[[Y]] : tensor<3xi1>) carry(%[[W]] : tensor<3x3xi1>)
snn.network @immediate(%x: tensor<3xi1>) -> (y: tensor<3xi1>) dt(1.0) {
  %y = snn.delay %x by [0, 2, 1] : tensor<3xi1> loc("net.delay")
  snn.output %y : tensor<3xi1>
}

// -----

snn.neuron_model private @lif(state %v: f32 = 0.0, in %x: f32) -> (spikes: i1) {
  %s = arith.cmpf ogt, %x, %v : f32
  snn.next (%x : f32) emit (%s : i1)
}
snn.neuron_model private @sum(in %a: f32, in %b: f32) -> (y: f32) {
  %y = arith.addf %a, %b : f32
  snn.next emit (%y : f32)
}

// Only the cycle is scanned: what is before it and after it acts on the tile.
// Inside, ops follow each other in one step, whatever their order in the
// network; constants are not passed in.
// CHECK-LABEL: snn.program @mixed(
// CHECK-SAME: state(%[[V:.*]] "a"::"v": tensor<2xf32> = 0.000000e+00 : f32, %[[H:.*]] ""::"delay": tensor<1x2xi1> = false, %[[V2:.*]] "b"::"v": tensor<1xf32> = 0.000000e+00 : f32)
// CHECK: %[[W1:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[WR:.*]] = arith.constant dense<2.000000e+00>
// CHECK: %[[W2:.*]] = arith.constant dense<3.000000e+00>
// CHECK: %[[A:.*]] = snn.dense %x, %[[W1]] :
// CHECK-NEXT: %[[R:.*]]:3 = snn.scan (%[[IN:.*]] = %[[A]]: tensor<2xf32>) carry(%[[VS:.*]] = %[[V]]: tensor<2xf32>, %[[HS:.*]] = %[[H]]: tensor<1x2xi1>) -> (tensor<2xi1>, tensor<2xf32>, tensor<1x2xi1>) {
// CHECK-NEXT: %[[LATE:.*]] = snn.delay_read %[[HS]] by 1
// CHECK-NEXT: %[[REC:.*]] = snn.dense %[[LATE]], %[[WR]]
// CHECK-NEXT: %[[SUM:.*]] = snn.step @sum ""(%[[IN]], %[[REC]])
// CHECK-NEXT: %[[S:.*]]:2 = snn.step @lif "a"(%[[SUM]]) state(%[[VS]] : tensor<2xf32>)
// CHECK-NEXT: %[[H1:.*]] = snn.delay_write %[[S]]#0 into %[[HS]]
// CHECK-NEXT: snn.yield(%[[S]]#0 : tensor<2xi1>) carry(%[[S]]#1, %[[H1]] : tensor<2xf32>, tensor<1x2xi1>)
// CHECK: %[[B:.*]] = snn.dense %[[R]]#0, %[[W2]]
// CHECK-NEXT: %[[T:.*]]:2 = snn.step @lif "b"(%[[B]]) state(%[[V2]] : tensor<1xf32>)
// CHECK-NEXT: snn.yield(%[[T]]#0 : tensor<1xi1>) carry(%[[R]]#1, %[[R]]#2, %[[T]]#1 :
snn.network @mixed(%x: tensor<3xf32>) -> (y: tensor<1xi1>) dt(1.0) {
  %w1 = arith.constant dense<1.0> : tensor<2x3xf32>
  %wr = arith.constant dense<2.0> : tensor<2x2xf32>
  %w2 = arith.constant dense<3.0> : tensor<1x2xf32>
  %a = snn.dense %x, %w1 : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  %s = snn.population @lif "a" (%sum) : (tensor<2xf32>) -> tensor<2xi1>
  %late = snn.delay %s by 1 : tensor<2xi1>
  %sum = snn.population @sum "" (%a, %rec) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %rec = snn.dense %late, %wr : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %b = snn.dense %s, %w2 : (tensor<2xi1>, tensor<1x2xf32>) -> tensor<1xf32>
  %y = snn.population @lif "b" (%b) : (tensor<1xf32>) -> tensor<1xi1>
  snn.output %y : tensor<1xi1>
}

// -----

snn.neuron_model private @sum(in %a: f32, in %b: f32) -> (y: f32) {
  %y = arith.addf %a, %b : f32
  snn.next emit (%y : f32)
}

// Two cycles, one behind the other, are two scans; two that share an op are one.
// CHECK-LABEL: snn.program @two_cycles(
// CHECK-SAME: ""::"delay": {{.*}}, %{{.*}} ""::"delay1": {{.*}} ""::"delay2":
// CHECK: %[[A:.*]]:2 = snn.scan
// CHECK: snn.delay_read
// CHECK-NOT: snn.delay_read
// CHECK: %[[B:.*]]:3 = snn.scan (%{{.*}} = %[[A]]#0
// CHECK: snn.delay_read
// CHECK: snn.delay_read
// CHECK-NOT: snn.scan
// CHECK: snn.yield(%[[B]]#0 : tensor<2xf32>) carry(%[[A]]#1, %[[B]]#1, %[[B]]#2 :
snn.network @two_cycles(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %a = snn.population @sum "" (%x, %a1) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %a1 = snn.delay %a by 1 : tensor<2xf32>
  %b = snn.population @sum "" (%a, %b12) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %b12 = snn.population @sum "" (%b1, %b2) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %b1 = snn.delay %b by 1 : tensor<2xf32>
  %b2 = snn.delay %b by 2 : tensor<2xf32>
  snn.output %b : tensor<2xf32>
}

// -----

snn.neuron_model private @sum(in %a: f32, in %b: f32) -> (y: f32) {
  %y = arith.addf %a, %b : f32
  snn.next emit (%y : f32)
}

// What a cycle emits at this step and what it emits late both leave the scan,
// and a probe of it is outside.
// CHECK-LABEL: snn.program @leaves(
// CHECK: %[[R:.*]]:3 = snn.scan
// CHECK-NOT: snn.probe
// CHECK: snn.yield(%{{.*}}, %{{.*}} : tensor<2xf32>, tensor<2xf32>) carry
// CHECK: snn.probe "a"::"sum" %[[SUM:.*]] :
// CHECK: snn.yield(%[[SUM]], %[[R]]#{{[01]}} : tensor<2xf32>, tensor<2xf32>)
snn.network @leaves(%x: tensor<2xf32>) -> (y: tensor<2xf32>, z: tensor<2xf32>) dt(1.0) {
  %sum = snn.population @sum "" (%x, %late) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %late = snn.delay %sum by 1 : tensor<2xf32>
  snn.probe "a"::"sum" %sum : tensor<2xf32>
  snn.output %sum, %late : tensor<2xf32>, tensor<2xf32>
}

// -----

// A network of nothing, and an input that is an output.
// CHECK-LABEL: snn.program @nothing() -> () dt(1.000000e+00) rows(8)
// CHECK-LABEL: snn.program @through(
// CHECK-NEXT: snn.yield(%x, %x : tensor<2xi1>, tensor<2xi1>)
snn.network @nothing() -> () dt(1.0) {
  snn.output
}
snn.network @through(%x: tensor<2xi1>) -> (y: tensor<2xi1>, z: tensor<2xi1>) dt(1.0) {
  snn.output %x, %x : tensor<2xi1>, tensor<2xi1>
}

// -----

snn.network @named(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op has no law yet; run snn-discretize first}}
  %y = snn.neuron integrator "a" (%x) params(r = %c : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

snn.network @elementwise(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // expected-error @+1 {{run snn-fuse-elementwise first}}
  %y = snn.add %x, %x : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// A large signal makes a tile smaller: 4 MiB hold four of these.
// CHECK-LABEL: snn.program @large
// CHECK-SAME: rows(4)
snn.network @large(%x: tensor<64x64x64xf32>) -> (y: tensor<64x64x64xf32>) dt(1.0) {
  %y = snn.delay %x by 1 : tensor<64x64x64xf32>
  snn.output %y : tensor<64x64x64xf32>
}

// -----

snn.neuron_model private @half(in %x: f32) -> (spikes: i1) {
  %half = arith.constant 0.5 : f32
  %s = arith.cmpf ogt, %x, %half : f32
  snn.next emit (%s : i1)
}

// What a population takes over does not count, nor what is done once: 1 MiB of
// spikes decides, not 4 MiB of sums and 8 of what is static.
// CHECK-LABEL: snn.program @stored
// CHECK-SAME: rows(4)
// REMARK: Function=stored | Remark="the largest signal decides how many steps of samples a tile holds", bytes=1048576, rows=4
snn.network @stored(%x: tensor<1x1024x1024xi1>, static %i: tensor<2x1024x1024xf32>) -> (y: tensor<1x1024x1024xi1>, z: tensor<2x1024x1024xf32>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %a = snn.conv %x, %w : (tensor<1x1024x1024xi1>, tensor<1x1x1x1xf32>) -> tensor<1x1024x1024xf32>
  %y = snn.population @half "big" (%a) : (tensor<1x1024x1024xf32>) -> tensor<1x1024x1024xi1>
  %z = snn.transpose %i [0, 2, 1] {snn.once} : tensor<2x1024x1024xf32> -> tensor<2x1024x1024xf32>
  snn.output %y, %z : tensor<1x1024x1024xi1>, tensor<2x1024x1024xf32>
}

// -----

snn.neuron_model private @half(in %x: f32) -> (spikes: i1) {
  %half = arith.constant 0.5 : f32
  %s = arith.cmpf ogt, %x, %half : f32
  snn.next emit (%s : i1)
}

// Where a tile holds one row of what is large, that is done step by step, of one
// sample at a time, and what is behind has more rows. A probe and the move of an
// input are not parted.
// CHECK-LABEL: snn.program @front(
// CHECK-SAME: rows(8) samples(1)
// REMARK: Function=front | Remark="the largest signal decides how many steps of samples a tile holds", bytes=4194304, rows=1, rows behind=8
snn.network @front(%x: tensor<4x64x64xf32>, %z: tensor<64x64xi1>) -> (y: tensor<1x16x16xi1>) dt(1.0) {
  %w = arith.constant dense<1.0> : tensor<64x4x1x1xf32>
  // CHECK: snn.transpose %z
  // CHECK: %[[FRONT:.*]]:2 = snn.scan (%[[X:.*]] = %x: tensor<4x64x64xf32>)
  // CHECK-NEXT: snn.delay_read
  // CHECK: snn.conv %[[X]]
  // CHECK: snn.yield(%{{.*}} : tensor<64x16x16xf32>)
  %t = snn.transpose %z [1, 0] : tensor<64x64xi1> -> tensor<64x64xi1>
  %a = snn.conv %x, %w padding [32, 32, 32, 32] : (tensor<4x64x64xf32>, tensor<64x4x1x1xf32>) -> tensor<64x128x128xf32>
  %late = snn.delay %a by 1 : tensor<64x128x128xf32>
  %p = snn.pool max %late kernel [8, 8] stride [8, 8] : tensor<64x128x128xf32> -> tensor<64x16x16xf32>
  // CHECK: snn.probe "small"::"x" %[[FRONT]]#0
  snn.probe "small"::"x" %p : tensor<64x16x16xf32>
  // CHECK: snn.conv %[[FRONT]]#0
  %v = arith.constant dense<1.0> : tensor<1x64x1x1xf32>
  %b = snn.conv %p, %v : (tensor<64x16x16xf32>, tensor<1x64x1x1xf32>) -> tensor<1x16x16xf32>
  // CHECK: snn.step @half "behind"
  %y = snn.population @half "behind" (%b) : (tensor<1x16x16xf32>) -> tensor<1x16x16xi1>
  snn.probe "moved"::"z" %t : tensor<64x64xi1>
  snn.output %y : tensor<1x16x16xi1>
}

// -----

// Nothing that is small is behind what is large: a tile has one row.
// CHECK-LABEL: snn.program @all_large
// CHECK-SAME: rows(1) {
// CHECK-NOT: snn.scan
snn.network @all_large(%x: tensor<64x128x128xf32>) -> (y: tensor<64x128x128xf32>) dt(1.0) {
  %a = snn.transpose %x [0, 2, 1] : tensor<64x128x128xf32> -> tensor<64x128x128xf32>
  %b = snn.transpose %a [1, 0, 2] : tensor<64x128x128xf32> -> tensor<128x64x128xf32>
  %c = snn.transpose %b [1, 0, 2] : tensor<128x64x128xf32> -> tensor<64x128x128xf32>
  snn.output %c : tensor<64x128x128xf32>
}

// -----

snn.neuron_model private @sum(state %v: f32 = 0.0, in %x: f32) -> (y: f32) {
  %v1 = arith.addf %v, %x : f32
  snn.next (%v1 : f32) emit (%v1 : f32)
}

// What snn-hoist-static-ops marked is computed once after a reset and kept; window
// values are computed at the end of a run; a constant becomes a signal.
// CHECK-LABEL: snn.program @rates(static %image: tensor<2x2xf32>)
// CHECK-SAME: %[[V:.*]] "a"::"v": tensor<2x2xf32>
// CHECK-SAME: %[[K:.*]] ""::"static": tensor<2x2xf32>
// CHECK-SAME: -> (window y: tensor<2x2xf32>, window z: tensor<2x2xf32>)
// CHECK: %[[W:.*]] = snn.materialize
// CHECK: %[[KEPT:.*]] = snn.when start carry(%[[C:.*]] = %[[K]]: tensor<2x2xf32>)
// CHECK-NEXT: %[[P:.*]] = snn.matmul %image, %[[W]]
// CHECK-NEXT: %[[NEXT:.*]] = snn.keep %[[P]] into %[[C]]
// CHECK-NEXT: snn.yield carry(%[[NEXT]]
// CHECK: %[[X:.*]] = snn.kept %[[KEPT]]
// CHECK: %[[S:.*]]:2 = snn.step @sum "a"(%[[X]]) state(%[[V]]
// CHECK: %[[Y:.*]] = snn.when end
// CHECK-NEXT: %[[L:.*]] = snn.last %[[S]]#0
// CHECK-NEXT: %[[M:.*]] = snn.matmul %[[L]], %[[W]]
// CHECK-NEXT: snn.yield(%[[M]]
// CHECK: snn.yield(%[[Y]], %[[X]] : {{.*}}) carry(%[[S]]#1, %[[KEPT]] :
snn.network @rates(static %image: tensor<2x2xf32>) -> (y: tensor<2x2xf32>, z: tensor<2x2xf32>) dt(1.0) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %x = snn.matmul %image, %w {snn.once} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %s = snn.population @sum "a" (%x) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %l = snn.reduce_time last %s : tensor<2x2xf32> -> tensor<2x2xf32>
  %y = snn.matmul %l, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  snn.output %y, %x : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

snn.neuron_model private @sum(state %v: f32 = 0.0, in %x: f32) -> (y: f32) {
  %v1 = arith.addf %v, %x : f32
  snn.next (%v1 : f32) emit (%v1 : f32)
}

// Without marks only the input is kept, and everything else computed at each step:
// outputs and window values take the last. A mark on an op of what is not marked
// says nothing.
// CHECK-LABEL: snn.program @repeated(static %image: tensor<2x2xf32>)
// CHECK-SAME: %[[K:[a-z0-9]+]] ""::"static": tensor<2x2xf32>
// CHECK-SAME: -> (window y: tensor<2x2xf32>, window z: tensor<2x2xf32>, window i: tensor<2x2xf32>)
// CHECK: %[[KEPT:.*]] = snn.when start carry(%[[C:.*]] = %[[K]]: tensor<2x2xf32>)
// CHECK-NEXT: %[[NEXT:.*]] = snn.keep %image into %[[C]]
// CHECK: %[[IMAGE:.*]] = snn.kept %[[KEPT]]
// CHECK: %[[X:.*]] = snn.matmul %[[IMAGE]], %
// CHECK: %[[Z:.*]] = snn.matmul %[[X]], %[[X]] :
// CHECK: %[[S:.*]]:2 = snn.step @sum "a"(%[[X]])
// CHECK: %[[ENDS:.*]]:2 = snn.when end
// CHECK-NEXT: %[[L:.*]] = snn.last %[[S]]#0
// CHECK-NEXT: %[[LX:.*]] = snn.last %[[X]]
// CHECK-NEXT: %[[Y:.*]] = snn.matmul %[[L]], %[[LX]]
// CHECK-NEXT: %[[LZ:.*]] = snn.last %[[Z]]
// CHECK-NEXT: snn.yield(%[[Y]], %[[LZ]]
// CHECK: snn.yield(%[[ENDS]]#0, %[[ENDS]]#1, %[[IMAGE]] :
snn.network @repeated(static %image: tensor<2x2xf32>) -> (y: tensor<2x2xf32>, z: tensor<2x2xf32>, i: tensor<2x2xf32>) dt(1.0) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %x = snn.matmul %image, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %z = snn.matmul %x, %x {snn.once} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %s = snn.population @sum "a" (%x) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %l = snn.reduce_time last %s : tensor<2x2xf32> -> tensor<2x2xf32>
  %y = snn.matmul %l, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  snn.output %y, %z, %image : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}
