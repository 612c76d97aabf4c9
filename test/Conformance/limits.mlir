// RUN: %conform

// Named neurons at the edges of their laws, by hand: a potential that equals the
// threshold, inputs that are not finite, counts past i32, crossings inside a step.

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

// Equal is not above for `gt`, and is for `ge`; -0.0 equals 0.0; NaN is neither.
snn.network @threshold(%x: tensor<6xf32>) -> (gt: tensor<6xi1>, ge: tensor<6xi1>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.0, -0.0, 0x00000001, 0x80000001, 0x7FC00000, 0x7F800000]]]> : tensor<1x1x6xf32>},
  snn.expected = {gt = dense<[[[false, false, true, false, false, true]]]> : tensor<1x1x6xi1>,
                  ge = dense<[[[true, true, true, false, false, true]]]> : tensor<1x1x6xi1>}} {
  %zero = arith.constant 0.0 : f64
  %gt = snn.neuron threshold "gt" (%x) params(threshold = %zero : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<6xf32>) -> tensor<6xi1>
  %ge = snn.neuron threshold "ge" (%x) params(threshold = %zero : f64)
      scheme(forward_euler) reset(none) compare(ge) spikes(single) : (tensor<6xf32>) -> tensor<6xi1>
  snn.output %gt, %ge : tensor<6xi1>, tensor<6xi1>
}

// A threshold is rounded to the network's type: 0.1 in f64 is below 0.1 in f32, and the
// input 0.1 in f32 equals the rounded threshold.
snn.network @threshold_is_rounded(%x: tensor<2xf32>) -> (gt: tensor<2xi1>, ge: tensor<2xi1>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.1, 0x3DCCCCCC]]]> : tensor<1x1x2xf32>},
  snn.expected = {gt = dense<[[[false, false]]]> : tensor<1x1x2xi1>, ge = dense<[[[true, false]]]> : tensor<1x1x2xi1>}} {
  %thr = arith.constant 0.1 : f64
  %gt = snn.neuron threshold "gt" (%x) params(threshold = %thr : f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  %ge = snn.neuron threshold "ge" (%x) params(threshold = %thr : f64)
      scheme(forward_euler) reset(none) compare(ge) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output %gt, %ge : tensor<2xi1>, tensor<2xi1>
}

//===----------------------------------------------------------------------===//
// Resets
//===----------------------------------------------------------------------===//

// v += x with threshold 1. Neuron 0: 0.75 each step. Neuron 1: 2.5 once. Neuron 2: the
// threshold exactly, then 0.
snn.network @resets(%x: tensor<3xf32>)
    -> (zero: tensor<3xi1>, zv: tensor<3xf32>, subtract: tensor<3xi1>, sv: tensor<3xf32>,
        residual: tensor<3xi1>, rv: tensor<3xf32>, multi: tensor<3xi32>, mv: tensor<3xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.75, 2.5, 1.0]], [[0.75, 0.0, 0.0]], [[0.75, 0.0, 0.0]], [[0.75, 0.0, 0.0]], [[0.75, 0.0, 0.0]]]> : tensor<5x1x3xf32>},
  snn.expected = {
    zero = dense<[[[false, true, false]], [[true, false, false]], [[false, false, false]], [[true, false, false]], [[false, false, false]]]> : tensor<5x1x3xi1>,
    zv = dense<[[[0.75, 0.0, 1.0]], [[0.0, 0.0, 1.0]], [[0.75, 0.0, 1.0]], [[0.0, 0.0, 1.0]], [[0.75, 0.0, 1.0]]]> : tensor<5x1x3xf32>,
    subtract = dense<[[[false, true, false]], [[true, true, false]], [[true, false, false]], [[false, false, false]], [[true, false, false]]]> : tensor<5x1x3xi1>,
    sv = dense<[[[0.75, 1.5, 1.0]], [[0.5, 0.5, 1.0]], [[0.25, 0.5, 1.0]], [[1.0, 0.5, 1.0]], [[0.75, 0.5, 1.0]]]> : tensor<5x1x3xf32>,
    residual = dense<[[[false, true, false]], [[true, false, false]], [[true, false, false]], [[false, false, false]], [[true, false, false]]]> : tensor<5x1x3xi1>,
    rv = dense<[[[0.75, 1.5, 1.0]], [[0.5, 1.5, 1.0]], [[0.25, 1.5, 1.0]], [[1.0, 1.5, 1.0]], [[0.75, 1.5, 1.0]]]> : tensor<5x1x3xf32>,
    multi = dense<[[[0, 2, 1]], [[1, 0, 0]], [[1, 0, 0]], [[1, 0, 0]], [[0, 0, 0]]]> : tensor<5x1x3xi32>,
    mv = dense<[[[0.75, 0.5, 0.0]], [[0.5, 0.5, 0.0]], [[0.25, 0.5, 0.0]], [[0.0, 0.5, 0.0]], [[0.75, 0.5, 0.0]]]> : tensor<5x1x3xf32>}} {
  %one = arith.constant 1.0 : f64
  %o = arith.constant 0.0 : f64
  %a, %av = snn.neuron if "zero" (%x) params(r = %one, v_threshold = %one, v_reset = %o : f64, f64, f64)
      scheme(per_step) reset(zero) compare(gt) spikes(single) expose ["v"] : (tensor<3xf32>) -> (tensor<3xi1>, tensor<3xf32>)
  %b, %bv = snn.neuron if "subtract" (%x) params(r = %one, v_threshold = %one, v_reset = %o : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(single) expose ["v"] : (tensor<3xf32>) -> (tensor<3xi1>, tensor<3xf32>)
  %c, %cv = snn.neuron if "residual" (%x) params(r = %one, v_threshold = %one, v_reset = %o : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(single) residual_reset expose ["v"] : (tensor<3xf32>) -> (tensor<3xi1>, tensor<3xf32>)
  %d, %dv = snn.neuron if "multi" (%x) params(r = %one, v_threshold = %one, v_reset = %o : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(multi) expose ["v"] : (tensor<3xf32>) -> (tensor<3xi32>, tensor<3xf32>)
  snn.output %a, %av, %b, %bv, %c, %cv, %d, %dv
      : tensor<3xi1>, tensor<3xf32>, tensor<3xi1>, tensor<3xf32>, tensor<3xi1>, tensor<3xf32>, tensor<3xi32>, tensor<3xf32>
}

// Inputs that are not finite. A reset to v_reset cures an infinity, nothing cures a NaN;
// a bound from below cures -infinity only.
snn.network @not_finite(%x: tensor<3xf32>)
    -> (zero: tensor<3xi1>, zv: tensor<3xf32>, subtract: tensor<3xi1>, sv: tensor<3xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0x7F800000, 0xFF800000, 0x7FC00000]], [[0.5, 0.5, 0.5]], [[2.0, 2.0, 2.0]]]> : tensor<3x1x3xf32>},
  snn.expected = {
    zero = dense<[[[true, false, false]], [[false, false, false]], [[true, true, false]]]> : tensor<3x1x3xi1>,
    zv = dense<[[[0.25, -1.0, 0x7FC00000]], [[0.75, -0.5, 0x7FC00000]], [[0.25, 0.25, 0x7FC00000]]]> : tensor<3x1x3xf32>,
    subtract = dense<[[[true, false, false]], [[true, false, false]], [[true, false, false]]]> : tensor<3x1x3xi1>,
    sv = dense<[[[0x7F800000, 0xFF800000, 0x7FC00000]], [[0x7F800000, 0xFF800000, 0x7FC00000]], [[0x7F800000, 0xFF800000, 0x7FC00000]]]> : tensor<3x1x3xf32>}} {
  %one = arith.constant 1.0 : f64
  %reset = arith.constant 0.25 : f64
  %a, %av = snn.neuron if "zero" (%x) params(r = %one, v_threshold = %one, v_reset = %reset : f64, f64, f64)
      scheme(per_step) reset(zero) compare(gt) spikes(single) v_min(-1.0) expose ["v"] : (tensor<3xf32>) -> (tensor<3xi1>, tensor<3xf32>)
  %b, %bv = snn.neuron if "subtract" (%x) params(r = %one, v_threshold = %one, v_reset = %reset : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(single) expose ["v"] : (tensor<3xf32>) -> (tensor<3xi1>, tensor<3xf32>)
  snn.output %a, %av, %b, %bv : tensor<3xi1>, tensor<3xf32>, tensor<3xi1>, tensor<3xf32>
}

// Counts: 1e10 spikes saturate the i32, and all 1e10 thresholds are taken off; of an
// infinite count nothing is left but NaN, which counts nothing. A potential at or below
// 0 counts nothing either. 0.75 / 0.25 is 3.
snn.network @counts(%x: tensor<5xf32>) -> (n: tensor<5xi32>, v: tensor<5xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0e10, 0x7F800000, 0x7FC00000, -3.0, 0.75]], [[0.25, 0.25, 0.25, 3.0, 0.125]]]> : tensor<2x1x5xf32>},
  snn.expected = {n = dense<[[[2147483647, 2147483647, 0, 0, 3]], [[1, 0, 0, 0, 0]]]> : tensor<2x1x5xi32>,
                  v = dense<[[[0.0, 0x7FC00000, 0x7FC00000, -3.0, 0.0]], [[0.0, 0x7FC00000, 0x7FC00000, 0.0, 0.125]]]> : tensor<2x1x5xf32>}} {
  %one = arith.constant 1.0 : f64
  %thr = arith.constant 0.25 : f64
  %n, %v = snn.neuron if "n" (%x) params(r = %one, v_threshold = %thr, v_reset = %one : f64, f64, f64)
      scheme(per_step) reset(subtract) compare(gt) spikes(multi) expose ["v"] : (tensor<5xf32>) -> (tensor<5xi32>, tensor<5xf32>)
  snn.output %n, %v : tensor<5xi32>, tensor<5xf32>
}

// A late neuron is seen one step late, and closes a cycle by that; its state is not
// late. Spikes at steps 1 and 4 are seen, and inhibit by 1/2, at steps 2 and 5.
snn.network @late(%x: tensor<1xf32>) -> (s: tensor<1xi1>, v: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<0.75> : tensor<6x1x1xf32>},
  snn.expected = {s = dense<[[[false]], [[false]], [[true]], [[false]], [[false]], [[true]]]> : tensor<6x1x1xi1>,
                  v = dense<[[[0.75]], [[0.0]], [[0.25]], [[1.0]], [[0.0]], [[0.25]]]> : tensor<6x1x1xf32>,
                  "n:spikes" = dense<[[[false]], [[false]], [[true]], [[false]], [[false]], [[true]]]> : tensor<6x1x1xi1>}} {
  %one = arith.constant 1.0 : f64
  %o = arith.constant 0.0 : f64
  %w = arith.constant dense<-0.5> : tensor<1x1xf32>
  %s, %v = snn.neuron if "n" (%drive) params(r = %one, v_threshold = %one, v_reset = %o : f64, f64, f64)
      scheme(per_step) reset(zero) compare(gt) spikes(single) late expose ["v"] : (tensor<1xf32>) -> (tensor<1xi1>, tensor<1xf32>)
  %r = snn.dense %s, %w : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %drive = snn.add %x, %r : tensor<1xf32>
  snn.probe "n"::"spikes" %s : tensor<1xi1>
  snn.output %s, %v : tensor<1xi1>, tensor<1xf32>
}

//===----------------------------------------------------------------------===//
// The scheme exact
//===----------------------------------------------------------------------===//

// `if`, threshold 1. Reset to 1/4: 2.5 crosses to 0.25 + 1.5 and to 0.25 + 0.75, which
// is the threshold and no third crossing. Subtraction: 1.5, then 0.5.
snn.network @exact_if(%x: tensor<1xf32>, %y: tensor<1xf32>)
    -> (s: tensor<1xi1>, sv: tensor<1xf32>, n: tensor<1xi32>, nv: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[2.5]], [[0.0]], [[0.5]], [[0x7FC00000]], [[0.0]]]> : tensor<5x1x1xf32>,
                y = dense<[[[2.5]], [[0.5]], [[0.25]], [[-0.5]], [[3.75]]]> : tensor<5x1x1xf32>},
  snn.expected = {s = dense<[[[true]], [[false]], [[true]], [[false]], [[false]]]> : tensor<5x1x1xi1>,
                  sv = dense<[[[1.0]], [[1.0]], [[0.75]], [[0x7FC00000]], [[0x7FC00000]]]> : tensor<5x1x1xf32>,
                  n = dense<[[[2]], [[0]], [[1]], [[0]], [[3]]]> : tensor<5x1x1xi32>,
                  nv = dense<[[[0.5]], [[1.0]], [[0.25]], [[-0.25]], [[0.5]]]> : tensor<5x1x1xf32>}} {
  %one = arith.constant 1.0 : f64
  %reset = arith.constant 0.25 : f64
  %s, %sv = snn.neuron if "s" (%x) params(r = %one, v_threshold = %one, v_reset = %reset : f64, f64, f64)
      scheme(exact) reset(zero) compare(gt) spikes(single) expose ["v"] : (tensor<1xf32>) -> (tensor<1xi1>, tensor<1xf32>)
  %n, %nv = snn.neuron if "n" (%y) params(r = %one, v_threshold = %one, v_reset = %reset : f64, f64, f64)
      scheme(exact) reset(subtract) compare(gt) spikes(multi) expose ["v"] : (tensor<1xf32>) -> (tensor<1xi32>, tensor<1xf32>)
  snn.output %s, %sv, %n, %nv : tensor<1xi1>, tensor<1xf32>, tensor<1xi32>, tensor<1xf32>
}

// `lif`, tau 1, dt = ln 2, threshold 1, x = 2: v halves its distance to 2. From 0 it
// reaches the threshold, no crossing; from 1 it reaches 1.5, so that it left the
// threshold half way, E = 1/2, and is back at 2 - 2 E = 1.
snn.network @exact_lif(%x: tensor<1xf64>) -> (n: tensor<1xi32>, v: tensor<1xf64>) dt(0.6931471805599453) attributes {
  snn.inputs = {x = dense<[[[2.0]], [[2.0]], [[2.0]], [[0.0]], [[0.5]], [[1.0]]]> : tensor<6x1x1xf64>},
  snn.expected = {n = dense<[[[0]], [[1]], [[1]], [[0]], [[0]], [[0]]]> : tensor<6x1x1xi32>,
                  v = dense<[[[1.0]], [[1.0]], [[1.0]], [[0.5]], [[0.5]], [[0.75]]]> : tensor<6x1x1xf64>}} {
  %one = arith.constant 1.0 : f64
  %o = arith.constant 0.0 : f64
  %n, %v = snn.neuron lif "n" (%x) params(tau = %one, r = %one, v_leak = %o, v_threshold = %one, v_reset = %o : f64, f64, f64, f64, f64)
      scheme(exact) reset(subtract) compare(gt) spikes(multi) expose ["v"] : (tensor<1xf64>) -> (tensor<1xi32>, tensor<1xf64>)
  snn.output %n, %v : tensor<1xi32>, tensor<1xf64>
}

// An input that is far above the threshold crosses too often.
snn.network @exact_lif_too_often(%x: tensor<1xf32>) -> (s: tensor<1xi1>) dt(0.6931471805599453) attributes {
  snn.inputs = {x = dense<[[[2.0]], [[1.0e3]]]> : tensor<2x1x1xf32>},
  snn.error = "population 'fast' crosses its threshold more than 64 times in one step"} {
  %one = arith.constant 1.0 : f64
  %o = arith.constant 0.0 : f64
  %s = snn.neuron lif "fast" (%x) params(tau = %one, r = %one, v_leak = %o, v_threshold = %one, v_reset = %o : f64, f64, f64, f64, f64)
      scheme(exact) reset(zero) compare(gt) spikes(single) : (tensor<1xf32>) -> tensor<1xi1>
  snn.output %s : tensor<1xi1>
}

// So does an infinite one, and any if v_reset is above the threshold.
snn.network @exact_if_infinite(%x: tensor<1xf32>) -> (s: tensor<1xi1>) dt(1.0) attributes {
  snn.inputs = {x = dense<0x7F800000> : tensor<1x1x1xf32>},
  snn.error = "population 'cell' crosses its threshold more than 64 times in one step"} {
  %one = arith.constant 1.0 : f64
  %o = arith.constant 0.0 : f64
  %s = snn.neuron if "cell" (%x) params(r = %one, v_threshold = %one, v_reset = %o : f64, f64, f64)
      scheme(exact) reset(subtract) compare(gt) spikes(single) : (tensor<1xf32>) -> tensor<1xi1>
  snn.output %s : tensor<1xi1>
}
snn.network @exact_if_reset_above(%x: tensor<1xf32>) -> (s: tensor<1xi1>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0]], [[0.5]]]> : tensor<2x1x1xf32>},
  snn.error = "population 'cell' crosses its threshold more than 64 times in one step"} {
  %one = arith.constant 1.0 : f64
  %reset = arith.constant 1.5 : f64
  %s = snn.neuron if "cell" (%x) params(r = %one, v_threshold = %one, v_reset = %reset : f64, f64, f64)
      scheme(exact) reset(zero) compare(gt) spikes(single) : (tensor<1xf32>) -> tensor<1xi1>
  snn.output %s : tensor<1xi1>
}

// Before its first spike such a neuron is like others.
snn.network @exact_if_reset_above_unused(%x: tensor<1xf32>) -> (s: tensor<1xi1>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0]], [[0.0]]]> : tensor<2x1x1xf32>},
  snn.expected = {s = dense<false> : tensor<2x1x1xi1>}} {
  %one = arith.constant 1.0 : f64
  %reset = arith.constant 1.5 : f64
  %s = snn.neuron if "cell" (%x) params(r = %one, v_threshold = %one, v_reset = %reset : f64, f64, f64)
      scheme(exact) reset(zero) compare(gt) spikes(single) : (tensor<1xf32>) -> tensor<1xi1>
  snn.output %s : tensor<1xi1>
}
