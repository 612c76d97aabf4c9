// RUN: %conform

// What holds a network together: the graph, names, outputs, probes, batch, steps.

snn.neuron_model private @integrate(state %v: f32 = 0.5, in %x: f32, param %k: f32) -> (y: f32) {
  %v1 = math.fma %v, %k, %x : f32
  snn.next (%v1 : f32) emit (%v : f32)
}
snn.neuron_model private @small(in %x: f32) -> (y: f32) {
  %one = arith.constant 1.0 : f32
  %ok = arith.cmpf olt, %x, %one : f32
  snn.assert %ok, "is not small"
  snn.next emit (%x : f32)
}

// The order in which ops are written means nothing, and uses may come before what
// they use.
snn.network @order_of_the_text(%x: tensor<1xf32>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0]], [[2.0]], [[3.0]]]> : tensor<3x1x1xf32>},
  snn.expected = {y = dense<[[[1.0]], [[4.0]], [[9.0]]]> : tensor<3x1x1xf32>}} {
  %y = snn.add %x, %twice : tensor<1xf32>
  %twice = snn.scale %late by %two : tensor<1xf32>, f32 -> tensor<1xf32>
  %late = snn.delay %previous by 1 : tensor<1xf32>
  %previous = snn.add %x, %later : tensor<1xf32>
  %later = snn.delay %x by 1 : tensor<1xf32>
  %two = arith.constant 2.0 : f32
  %dead = snn.add %y, %y : tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// Several inputs and outputs. One that is used by none, one that is two outputs, one
// that is an input as it comes, with its NaN and its -0.0.
snn.network @terminals(%a "an input": tensor<2xf32>, %s "0": tensor<2xi1>, %unused: tensor<3xi32>, %n "a:b": tensor<1xi32>)
    -> ("the sum": tensor<2xf32>, twice: tensor<2xf32>, "1": tensor<2xi1>, "an input": tensor<2xf32>, "0": tensor<1xi32>) dt(1.0) attributes {
  snn.inputs = {"an input" = dense<[[[1.5, -0.0]], [[0x7FC00000, 0xFF800000]]]> : tensor<2x1x2xf32>,
                "0" = dense<[[[true, false]], [[false, false]]]> : tensor<2x1x2xi1>,
                unused = dense<7> : tensor<2x1x3xi32>, "a:b" = dense<[[[-2147483648]], [[3]]]> : tensor<2x1x1xi32>},
  snn.expected = {"the sum" = dense<[[[2.5, 0.0]], [[0x7FC00000, 0xFF800000]]]> : tensor<2x1x2xf32>,
                  twice = dense<[[[2.5, 0.0]], [[0x7FC00000, 0xFF800000]]]> : tensor<2x1x2xf32>,
                  "1" = dense<[[[true, false]], [[false, false]]]> : tensor<2x1x2xi1>,
                  "an input" = dense<[[[1.5, -0.0]], [[0x7FC00000, 0xFF800000]]]> : tensor<2x1x2xf32>,
                  "0" = dense<[[[-2147483648]], [[3]]]> : tensor<2x1x1xi32>}} {
  %sum = snn.add %a, %s : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  snn.output %sum, %sum, %s, %a, %n : tensor<2xf32>, tensor<2xf32>, tensor<2xi1>, tensor<2xf32>, tensor<1xi32>
}

// Samples of a batch and neurons of a population do not see each other. A state starts
// at its initial value; what is emitted is the state before the step, what is exposed
// the state after it.
snn.network @state_before_and_after(%x: tensor<2xf32>) -> (before: tensor<2xf32>, after: tensor<2xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0, 0.0], [0x7F800000, 1.0], [0.0, -1.0]], [[1.0, 0.0], [0.0, 0.0], [0.0, 2.0]], [[1.0, 0.0], [0xFF800000, 0.0], [0.0, 0.0]]]> : tensor<3x3x2xf32>},
  snn.expected = {before = dense<[[[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]], [[1.25, 0.25], [0x7F800000, 1.25], [0.25, -0.75]], [[1.625, 0.125], [0x7F800000, 0.625], [0.125, 1.625]]]> : tensor<3x3x2xf32>,
                  after = dense<[[[1.25, 0.25], [0x7F800000, 1.25], [0.25, -0.75]], [[1.625, 0.125], [0x7F800000, 0.625], [0.125, 1.625]], [[1.8125, 0.0625], [0x7FC00000, 0.3125], [0.0625, 0.8125]]]> : tensor<3x3x2xf32>}} {
  %k = arith.constant 0.5 : f32
  %before, %after = snn.population @integrate "p" (%x) params(%k : f32) expose ["v"] : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output %before, %after : tensor<2xf32>, tensor<2xf32>
}

// Probes record inputs, delayed signals, outputs and states, twice over too, and keep
// alive what no output needs. Populations that compute the same are recorded each.
snn.network @probes(%x: tensor<1xf32>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0]], [[2.0]], [[4.0]]]> : tensor<3x1x1xf32>},
  snn.expected = {y = dense<[[[2.0]], [[4.0]], [[8.0]]]> : tensor<3x1x1xf32>,
                  "in:x" = dense<[[[1.0]], [[2.0]], [[4.0]]]> : tensor<3x1x1xf32>,
                  "a cell:y" = dense<[[[0.5]], [[1.25]], [[2.625]]]> : tensor<3x1x1xf32>,
                  "a cell:v" = dense<[[[1.25]], [[2.625]], [[5.3125]]]> : tensor<3x1x1xf32>,
                  "twin:v" = dense<[[[1.25]], [[2.625]], [[5.3125]]]> : tensor<3x1x1xf32>,
                  "other:v" = dense<[[[1.5]], [[3.5]], [[7.5]]]> : tensor<3x1x1xf32>,
                  "late:" = dense<[[[-1.0]], [[-1.0]], [[1.0]]]> : tensor<3x1x1xf32>,
                  "late:again" = dense<[[[-1.0]], [[-1.0]], [[1.0]]]> : tensor<3x1x1xf32>,
                  "out:y" = dense<[[[2.0]], [[4.0]], [[8.0]]]> : tensor<3x1x1xf32>}} {
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %y = snn.add %x, %x : tensor<1xf32>
  %a, %av = snn.population @integrate "a cell" (%x) params(%half : f32) expose ["v"] : (tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>)
  %b, %bv = snn.population @integrate "twin" (%x) params(%half : f32) expose ["v"] : (tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>)
  %c, %cv = snn.population @integrate "other" (%x) params(%one : f32) expose ["v"] : (tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>)
  %late = snn.delay %x by 2 initial -1.0 : f32 : tensor<1xf32>
  snn.probe "in"::"x" %x : tensor<1xf32>
  snn.probe "a cell"::"y" %a : tensor<1xf32>
  snn.probe "a cell"::"v" %av : tensor<1xf32>
  snn.probe "twin"::"v" %bv : tensor<1xf32>
  snn.probe "other"::"v" %cv : tensor<1xf32>
  snn.probe "late"::"" %late : tensor<1xf32>
  snn.probe "late"::"again" %late : tensor<1xf32>
  snn.probe "out"::"y" %y : tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// A network may have probes and no output.
snn.network @probe_without_output(%s: tensor<2xi1>) -> () dt(1.0) attributes {
  snn.inputs = {s = dense<[[[true, false]], [[false, true]]]> : tensor<2x1x2xi1>},
  snn.expected = {"n:sum" = dense<[[[1, 0]], [[1, 1]]]> : tensor<2x1x2xi32>}} {
  %before = snn.delay %n by 1 : tensor<2xi32>
  %n = snn.add %s, %before : (tensor<2xi1>, tensor<2xi32>) -> tensor<2xi32>
  snn.probe "n"::"sum" %n : tensor<2xi32>
  snn.output
}

// Dead parts do not run: neither assertion nor NaN nor a loop of theirs is seen.
snn.network @dead_parts(%x: tensor<1xf32>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[5.0]], [[0x7FC00000]], [[-1.0]]]> : tensor<3x1x1xf32>},
  snn.expected = {y = dense<[[[0.0]], [[5.0]], [[0x7FC00000]]]> : tensor<3x1x1xf32>}} {
  %y = snn.delay %x by 1 : tensor<1xf32>
  %small = snn.population @small "dead" (%around) : (tensor<1xf32>) -> tensor<1xf32>
  %late = snn.delay %small by 1 : tensor<1xf32>
  %around = snn.add %x, %late : tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// A population that only a probe sees counts, even through a delay that no step of the
// run gets past.
snn.network @a_probe_counts(%x: tensor<1xf32>) -> (x: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.5]], [[1.5]]]> : tensor<2x1x1xf32>},
  snn.error = "population 'alive' is not small"} {
  %y = snn.population @small "alive" (%x) : (tensor<1xf32>) -> tensor<1xf32>
  %late = snn.delay %y by 9 : tensor<1xf32>
  snn.probe "late"::"y" %late : tensor<1xf32>
  snn.output %x : tensor<1xf32>
}

// One neuron of one sample at one step is enough; NaN is not less than one.
snn.network @one_of_many(%x: tensor<3xf32>) -> (y: tensor<3xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.5, 0.5, 0.5], [0.0, -1.0, 0.0]], [[0.5, 0.5, 0.5], [0.0, 0x7FC00000, 0.0]]]> : tensor<2x2x3xf32>},
  snn.error = "population 'many' is not small"} {
  %y = snn.population @small "many" (%x) : (tensor<3xf32>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// Signals of no dimensions, through ops of every kind that takes them.
snn.network @rank_zero(%x: tensor<f32>, %s: tensor<i1>) -> (y: tensor<f32>, s: tensor<i1>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[1.0, -1.0], [2.0, 0.0]]> : tensor<2x2xf32>, s = dense<[[true, false], [true, true]]> : tensor<2x2xi1>},
  snn.expected = {y = dense<[[0.5, 0.5], [3.25, -1.25]]> : tensor<2x2xf32>, s = dense<[[false, false], [true, false]]> : tensor<2x2xi1>}} {
  %k = arith.constant 0.5 : f32
  %two = arith.constant 2.0 : f32
  %both = snn.mul %x, %s : (tensor<f32>, tensor<i1>) -> tensor<f32>
  %sum = snn.add %both, %x : tensor<f32>
  %scaled = snn.scale %sum by %k : tensor<f32>, f32 -> tensor<f32>
  %out = snn.population @integrate "scalar" (%sum) params(%k : f32) : (tensor<f32>) -> tensor<f32>
  %late = snn.delay %scaled by 1 : tensor<f32>
  %y = snn.add %out, %late : tensor<f32>
  %t = snn.delay %s by 1 : tensor<i1>
  snn.output %y, %t : tensor<f32>, tensor<i1>
}

// Loops of delays and sums alone, in integers and in binary signals: each number is the
// sum of the two before it and of the input; a spike stays unless the input ends it.
snn.network @loops_without_neurons(%x: tensor<1xi32>, %s: tensor<2xi1>) -> (y: tensor<1xi32>, s: tensor<2xi1>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0]], [[0]], [[10]], [[0]], [[2147483647]]]> : tensor<5x1x1xi32>,
                s = dense<[[[true, true]], [[true, true]], [[false, true]], [[true, true]], [[true, false]]]> : tensor<5x1x2xi1>},
  snn.expected = {y = dense<[[[1]], [[2]], [[13]], [[15]], [[-2147483621]]]> : tensor<5x1x1xi32>,
                  s = dense<[[[true, false]], [[true, false]], [[false, false]], [[false, false]], [[false, false]]]> : tensor<5x1x2xi1>}} {
  %y = snn.add %x, %y1, %y2 : tensor<1xi32>
  %y1 = snn.delay %y by 1 : tensor<1xi32>
  %y2 = snn.delay %y by 2 initial 1 : i32 : tensor<1xi32>
  %held = snn.mul %s, %before : tensor<2xi1>
  %before = snn.delay %held by 1 initial dense<[true, false]> : tensor<2xi1> : tensor<2xi1>
  snn.output %y, %held : tensor<1xi32>, tensor<2xi1>
}
