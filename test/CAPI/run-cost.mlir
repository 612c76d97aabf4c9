// RUN: rm -rf %t && split-file %s %t
// RUN: snn-compile %t/small.mlir -o %t/small.so --quiet
// RUN: volley-cost-test none %t/small.so
// RUN: snn-compile %t/small.mlir -o %t/probed.so --quiet \
// RUN:   --record=lif:a --record=lif:b --record=lif:c --record=lif:d --record=lif:e --record=lif:f \
// RUN:   --record=lif:g --record=lif:h --record=lif:i --record=lif:j --record=lif:k --record=lif:l \
// RUN:   --record=lif:m --record=lif:n --record=lif:o --record=lif:p --record=lif:q --record=lif:r
// RUN: volley-cost-test none %t/probed.so
// RUN: snn-compile %t/small.mlir -o %t/team.so --share=always --quiet
// RUN: volley-cost-test all %t/team.so
// RUN: snn-compile %t/large.mlir -o %t/large.so --quiet
// RUN: volley-cost-test all %t/large.so
// RUN: snn-compile %t/static.mlir -o %t/static.so --quiet
// RUN: volley-cost-test first %t/static.so
// RUN: snn-compile %t/silent.mlir -o %t/silent.so --quiet
// RUN: volley-cost-test few %t/silent.so

// A run wakes threads only if it is long enough for that, and allocates nothing.

//--- small.mlir
// Less than a microsecond, whatever the batch; with more probes than fit anywhere
// but in the state.
snn.neuron_model private @many(
    state %a: f32 = 0.0, state %b: f32 = 0.0, state %c: f32 = 0.0,
    state %d: f32 = 0.0, state %e: f32 = 0.0, state %f: f32 = 0.0,
    state %g: f32 = 0.0, state %h: f32 = 0.0, state %i: f32 = 0.0,
    state %j: f32 = 0.0, state %k: f32 = 0.0, state %l: f32 = 0.0,
    state %m: f32 = 0.0, state %n: f32 = 0.0, state %o: f32 = 0.0,
    state %p: f32 = 0.0, state %q: f32 = 0.0, state %r: f32 = 0.0,
    in %x: f32) -> (spikes: i1) {
  %one = arith.constant 1.0 : f32
  %a1 = arith.addf %a, %x : f32
  %b1 = arith.addf %b, %a1 : f32
  %c1 = arith.addf %c, %b1 : f32
  %d1 = arith.addf %d, %c1 : f32
  %e1 = arith.addf %e, %d1 : f32
  %f1 = arith.addf %f, %e1 : f32
  %g1 = arith.addf %g, %f1 : f32
  %h1 = arith.addf %h, %g1 : f32
  %i1 = arith.addf %i, %h1 : f32
  %j1 = arith.addf %j, %i1 : f32
  %k1 = arith.addf %k, %j1 : f32
  %l1 = arith.addf %l, %k1 : f32
  %m1 = arith.addf %m, %l1 : f32
  %n1 = arith.addf %n, %m1 : f32
  %o1 = arith.addf %o, %n1 : f32
  %p1 = arith.addf %p, %o1 : f32
  %q1 = arith.addf %q, %p1 : f32
  %r1 = arith.addf %r, %q1 : f32
  %s = arith.cmpf ogt, %r1, %one : f32
  snn.next (%a1, %b1, %c1, %d1, %e1, %f1, %g1, %h1, %i1,
            %j1, %k1, %l1, %m1, %n1, %o1, %p1, %q1, %r1 :
            f32, f32, f32, f32, f32, f32, f32, f32, f32,
            f32, f32, f32, f32, f32, f32, f32, f32, f32) emit (%s : i1)
}

snn.network @small(%x: tensor<8xi1>) -> (y: tensor<8xi1>) dt(1.0) {
  %w = arith.constant dense<0.3> : tensor<8x8xf32>
  %a = snn.dense %x, %w : (tensor<8xi1>, tensor<8x8xf32>) -> tensor<8xf32>
  %y = snn.population @many "lif" (%a) : (tensor<8xf32>) -> tensor<8xi1>
  snn.output %y : tensor<8xi1>
}

//--- large.mlir
// A step of one sample is a million products.
snn.network @large(%x: tensor<1024xf32>) -> (y: tensor<1024xf32>) dt(1.0) {
  %w = arith.constant dense<0.3> : tensor<1024x1024xf32>
  %y = snn.dense %x, %w : (tensor<1024xf32>, tensor<1024x1024xf32>) -> tensor<1024xf32>
  snn.output %y : tensor<1024xf32>
}

//--- static.mlir
// Four million products after a reset, and little in a step.
snn.network @once(%x: tensor<4xf32>, static %z: tensor<4096xf32>)
    -> (y: tensor<4xf32>) dt(1.0) {
  %w = arith.constant dense<0.3> : tensor<1024x4096xf32>
  %v = arith.constant dense<0.3> : tensor<4x1024xf32>
  %a = snn.dense %z, %w : (tensor<4096xf32>, tensor<1024x4096xf32>) -> tensor<1024xf32>
  %b = snn.dense %a, %v : (tensor<1024xf32>, tensor<4x1024xf32>) -> tensor<4xf32>
  %y = snn.add %x, %b : tensor<4xf32>
  snn.output %y : tensor<4xf32>
}

//--- silent.mlir
// Four million synapses, of which a tenth is thought to have a spike, and none has.
snn.network @silent(%x: tensor<8192xi1>) -> (y: tensor<512xf32>) dt(1.0) {
  %w = arith.constant dense<0.3> : tensor<512x8192xf32>
  %y = snn.dense %x, %w : (tensor<8192xi1>, tensor<512x8192xf32>) -> tensor<512xf32>
  snn.output %y : tensor<512xf32>
}
