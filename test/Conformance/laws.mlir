// RUN: %conform

// Neuron models of one's own, by hand: states, control, assertions, what is shared.

// All next states are computed from those before the step. Fibonacci's numbers, the
// 47th of which no longer fits an i32. A population needs no input.
snn.neuron_model private @fibonacci(state %a: i32 = 0, state %b: i32 = 1) -> (y: i32) {
  %c = arith.addi %a, %b : i32
  snn.next (%b, %c : i32, i32) emit (%a : i32)
}
snn.network @counters() -> (y: tensor<1xi32>) dt(1.0) attributes {
  snn.expected = {y = dense<[[[0]], [[1]], [[1]], [[2]], [[3]], [[5]], [[8]], [[13]], [[21]], [[34]], [[55]], [[89]], [[144]],
    [[233]], [[377]], [[610]], [[987]], [[1597]], [[2584]], [[4181]], [[6765]], [[10946]], [[17711]], [[28657]], [[46368]],
    [[75025]], [[121393]], [[196418]], [[317811]], [[514229]], [[832040]], [[1346269]], [[2178309]], [[3524578]], [[5702887]],
    [[9227465]], [[14930352]], [[24157817]], [[39088169]], [[63245986]], [[102334155]], [[165580141]], [[267914296]],
    [[433494437]], [[701408733]], [[1134903170]], [[1836311903]], [[-1323752223]], [[512559680]]]> : tensor<49x1x1xi32>}} {
  %y = snn.population @fibonacci "f" () : () -> tensor<1xi32>
  snn.output %y : tensor<1xi32>
}

// A binary state: each spike flips it. States in other order than they are exposed.
snn.neuron_model private @flip(state %on: i1 = true, state %n: i32 = -1, state %last: f64 = 0.25, in %s: i1) -> (off: i1) {
  %on1 = arith.xori %on, %s : i1
  %t = arith.constant true
  %off = arith.xori %on1, %t : i1
  %k = arith.extui %s : i1 to i32
  %n1 = arith.addi %n, %k : i32
  %x = arith.sitofp %n : i32 to f64
  snn.next (%on1, %n1, %x : i1, i32, f64) emit (%off : i1)
}
snn.network @binary_state(%s: tensor<2xi1>) -> (off: tensor<2xi1>, last: tensor<2xf64>, on: tensor<2xi1>, n: tensor<2xi32>) dt(1.0) attributes {
  snn.inputs = {s = dense<[[[true, false]], [[true, false]], [[true, true]]]> : tensor<3x1x2xi1>},
  snn.expected = {off = dense<[[[true, false]], [[false, false]], [[true, true]]]> : tensor<3x1x2xi1>,
                  last = dense<[[[-1.0, -1.0]], [[0.0, -1.0]], [[1.0, -1.0]]]> : tensor<3x1x2xf64>,
                  on = dense<[[[false, true]], [[true, true]], [[false, false]]]> : tensor<3x1x2xi1>,
                  n = dense<[[[0, -1]], [[1, -1]], [[2, 0]]]> : tensor<3x1x2xi32>}} {
  %off, %last, %on, %n = snn.population @flip "p" (%s) expose ["last", "on", "n"]
      : (tensor<2xi1>) -> (tensor<2xi1>, tensor<2xf64>, tensor<2xi1>, tensor<2xi32>)
  snn.output %off, %last, %on, %n : tensor<2xi1>, tensor<2xf64>, tensor<2xi1>, tensor<2xi32>
}

// Graded spikes: whole parts, of either sign, leave the neuron and are weighted as
// numbers.
snn.neuron_model private @graded(state %v: f32 = 0.0, in %x: f32) -> (n: i32) {
  %v1 = arith.addf %v, %x : f32
  %n = snn.to_int %v1 : f32
  %whole = arith.sitofp %n : i32 to f32
  %v2 = arith.subf %v1, %whole : f32
  snn.next (%v2 : f32) emit (%n : i32)
}
snn.network @graded_spikes(%x: tensor<3xf32>) -> (n: tensor<3xi32>, y: tensor<2xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.75, 1.0, -1.0]], [[0.5, 0.0, -2.75]], [[-3.0, 0.5, 0.0]]]> : tensor<3x1x3xf32>},
  snn.expected = {n = dense<[[[1, 1, -1]], [[1, 0, -2]], [[-2, 0, 0]]]> : tensor<3x1x3xi32>,
                  y = dense<[[[2.0e8, 1.0]], [[3.0e8, -1.0]], [[-2.0e8, -2.0]]]> : tensor<3x1x2xf32>}} {
  %w = arith.constant dense<[[1.0e8, 1.0, -1.0e8], [1.0, 1.0, 1.0]]> : tensor<2x3xf32>
  %n = snn.population @graded "g" (%x) : (tensor<3xf32>) -> tensor<3xi32>
  %y = snn.dense %n, %w : (tensor<3xi32>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.output %n, %y : tensor<3xi32>, tensor<2xf32>
}

// Parameters of every shape that broadcasts over [2, 1, 3], from the left: a scalar, one
// per channel, one per column, one per neuron; of every type.
snn.neuron_model private @weigh(in %x: f32, param %a: f32, param %b: i32, param %c: f64, param %on: i1) -> (y: f64) {
  %ax = arith.mulf %a, %x : f32
  %bf = arith.sitofp %b : i32 to f32
  %abx = arith.addf %ax, %bf : f32
  %wide = arith.extf %abx : f32 to f64
  %y = arith.addf %wide, %c : f64
  %o = arith.constant 0.0 : f64
  %z = arith.select %on, %y, %o : f64
  snn.next emit (%z : f64)
}
snn.network @parameters(%x: tensor<2x1x3xf32>) -> (y: tensor<2x1x3xf64>) dt(1.0) attributes {
  snn.inputs = {x = dense<1.0> : tensor<1x1x2x1x3xf32>},
  snn.expected = {y = dense<[[[[[12.5, 112.5, 1012.5]], [[23.5, 123.5, 0.0]]]]]> : tensor<1x1x2x1x3xf64>}} {
  %a = arith.constant 2.5 : f32
  %b = arith.constant dense<[0, 11]> : tensor<2xi32>
  %c = arith.constant dense<[[[10.0, 110.0, 1010.0]]]> : tensor<1x1x3xf64>
  %on = arith.constant dense<[[[true, true, true]], [[true, true, false]]]> : tensor<2x1x3xi1>
  %y = snn.population @weigh "w" (%x) params(%a, %b, %c, %on : f32, tensor<2xi32>, tensor<1x1x3xf64>, tensor<2x1x3xi1>)
      : (tensor<2x1x3xf32>) -> tensor<2x1x3xf64>
  snn.output %y : tensor<2x1x3xf64>
}

// One model, two populations of other shapes: states and parameters are their own.
snn.neuron_model private @count(state %n: i32 = 10, in %s: i1, param %by: i32) -> (n1: i32) {
  %o = arith.constant 0 : i32
  %k = arith.select %s, %by, %o : i32
  %n1 = arith.addi %n, %k : i32
  snn.next (%n1 : i32) emit (%n1 : i32)
}
snn.network @two_of_a_kind(%s: tensor<2xi1>, %t: tensor<1x1xi1>) -> (a: tensor<2xi32>, b: tensor<1x1xi32>) dt(1.0) attributes {
  snn.inputs = {s = dense<[[[true, false]], [[true, true]]]> : tensor<2x1x2xi1>, t = dense<[[[[false]]], [[[true]]]]> : tensor<2x1x1x1xi1>},
  snn.expected = {a = dense<[[[11, 10]], [[12, 11]]]> : tensor<2x1x2xi32>, b = dense<[[[[10]]], [[[-90]]]]> : tensor<2x1x1x1xi32>}} {
  %one = arith.constant 1 : i32
  %many = arith.constant dense<-100> : tensor<1x1xi32>
  %a = snn.population @count "a" (%s) params(%one : i32) : (tensor<2xi1>) -> tensor<2xi32>
  %b = snn.population @count "b" (%t) params(%many : tensor<1x1xi32>) : (tensor<1x1xi1>) -> tensor<1x1xi32>
  snn.output %a, %b : tensor<2xi32>, tensor<1x1xi32>
}

// A loop that ends after a number of rounds that differs between neurons (more of them
// than a vector holds), from 0 for what is not above 1, NaN too, to 128.
snn.neuron_model private @halvings(in %x: f32) -> (n: i32, rest: f32) {
  %o = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %half = arith.constant 0.5 : f32
  %unit = arith.constant 1.0 : f32
  %n, %rest = scf.while (%i = %o, %v = %x) : (i32, f32) -> (i32, f32) {
    %more = arith.cmpf ogt, %v, %unit : f32
    scf.condition(%more) %i, %v : i32, f32
  } do {
  ^bb0(%i: i32, %v: f32):
    %i1 = arith.addi %i, %one : i32
    %v1 = arith.mulf %v, %half : f32
    scf.yield %i1, %v1 : i32, f32
  }
  snn.next emit (%n, %rest : i32, f32)
}
snn.network @loops(%x: tensor<18xf32>) -> (n: tensor<18xi32>, rest: tensor<18xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0, 9.0, 16.0, 1024.0, 1025.0, -7.0, -0.0, 0x7FC00000, 0xFF800000, 0x7F7FFFFF, 0x00000001]]]> : tensor<1x1x18xf32>},
  snn.expected = {n = dense<[[[0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 10, 11, 0, 0, 0, 0, 128, 0]]]> : tensor<1x1x18xi32>,
                  rest = dense<[[[0.0, 1.0, 0.75, 1.0, 0.75, 1.0, 0.625, 1.0, 0.5625, 1.0, 1.0, 0.50048828125, -7.0, -0.0, 0x7FC00000, 0xFF800000, 0x3F7FFFFF, 0x00000001]]]> : tensor<1x1x18xf32>}} {
  %n, %rest = snn.population @halvings "h" (%x) : (tensor<18xf32>) -> (tensor<18xi32>, tensor<18xf32>)
  snn.output %n, %rest : tensor<18xi32>, tensor<18xf32>
}

// An assertion in a branch is none where the branch is not taken.
snn.neuron_model private @guarded(state %v: f32 = 0.0, in %x: f32, in %on: i1) -> (y: f32) {
  %one = arith.constant 1.0 : f32
  %y = scf.if %on -> f32 {
    %ok = arith.cmpf olt, %x, %one : f32
    snn.assert %ok, "is on at one or above"
    %sum = arith.addf %v, %x : f32
    scf.yield %sum : f32
  } else {
    scf.yield %v : f32
  }
  snn.next (%y : f32) emit (%y : f32)
}
snn.network @branch_not_taken(%x: tensor<2xf32>, %on: tensor<2xi1>) -> (y: tensor<2xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.5, 7.0]], [[0x7FC00000, 0.25]]]> : tensor<2x1x2xf32>, on = dense<[[[true, false]], [[false, true]]]> : tensor<2x1x2xi1>},
  snn.expected = {y = dense<[[[0.5, 0.0]], [[0.5, 0.25]]]> : tensor<2x1x2xf32>}} {
  %y = snn.population @guarded "g" (%x, %on) : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
snn.network @branch_taken(%x: tensor<2xf32>, %on: tensor<2xi1>) -> (y: tensor<2xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.5, 7.0]], [[0.5, 7.0]]]> : tensor<2x1x2xf32>, on = dense<[[[true, false]], [[true, true]]]> : tensor<2x1x2xi1>},
  snn.error = "population 'g' is on at one or above"} {
  %y = snn.population @guarded "g" (%x, %on) : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
