// RUN: %conform

// What a delay gives before its first input has passed, and after. Two samples.
snn.network @by_two(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) attributes {
  snn.inputs = {x = dense<[[[1.0, 2.0], [-1.0, -2.0]], [[3.0, 4.0], [-3.0, -4.0]], [[5.0, 6.0], [-5.0, -6.0]]]> : tensor<3x2x2xf32>},
  snn.expected = {y = dense<[[[0.5, 0.25], [0.5, 0.25]], [[0.5, 0.25], [0.5, 0.25]], [[1.0, 2.0], [-1.0, -2.0]]]> : tensor<3x2x2xf32>}} {
  %y = snn.delay %x by 2 initial dense<[0.5, 0.25]> : tensor<2xf32> : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// One delay per element, 0 among them.
snn.network @by_element(%x: tensor<3xi32>) -> (y: tensor<3xi32>) dt(1.0e-3) attributes {
  snn.inputs = {x = dense<[[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]]]> : tensor<3x1x3xi32>},
  snn.expected = {y = dense<[[[1, -7, -7]], [[4, 2, -7]], [[7, 5, 3]]]> : tensor<3x1x3xi32>}} {
  %y = snn.delay %x by [0, 1, 2] initial -7 : i32 : tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// Nothing but zeros if the run is shorter than the delay; binary signals.
snn.network @longer_than_the_run(%x: tensor<2xi1>) -> (y: tensor<2xi1>) dt(1.0e-3) attributes {
  snn.inputs = {x = dense<true> : tensor<3x2x2xi1>},
  snn.expected = {y = dense<false> : tensor<3x2x2xi1>}} {
  %y = snn.delay %x by 100 : tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

// A chain of delays, tapped in the middle, and an output that is an input.
snn.network @chain(%x: tensor<1xf64>) -> (a: tensor<1xf64>, b: tensor<1xf64>, x: tensor<1xf64>) dt(1.0e-3) attributes {
  snn.inputs = {x = dense<[[[1.5]], [[2.5]], [[3.5]], [[4.5]]]> : tensor<4x1x1xf64>},
  snn.expected = {a = dense<[[[0.0]], [[1.5]], [[2.5]], [[3.5]]]> : tensor<4x1x1xf64>,
                  b = dense<[[[0.0]], [[0.0]], [[0.0]], [[1.5]]]> : tensor<4x1x1xf64>,
                  x = dense<[[[1.5]], [[2.5]], [[3.5]], [[4.5]]]> : tensor<4x1x1xf64>}} {
  %a = snn.delay %x by 1 : tensor<1xf64>
  %b = snn.delay %a by 2 : tensor<1xf64>
  snn.output %a, %b, %x : tensor<1xf64>, tensor<1xf64>, tensor<1xf64>
}

// Initial values of each delay of a chain come out in turn: those of the second, then
// those that the first gave to it, then the input.
snn.network @chain_of_initials(%x: tensor<1xf32>) -> (y: tensor<1xf32>) dt(1.0e-3) attributes {
  snn.inputs = {x = dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]], [[5.0]]]> : tensor<5x1x1xf32>},
  snn.expected = {y = dense<[[[-2.0]], [[-2.0]], [[-1.0]], [[1.0]], [[2.0]]]> : tensor<5x1x1xf32>}} {
  %a = snn.delay %x by 1 initial -1.0 : f32 : tensor<1xf32>
  %y = snn.delay %a by 2 initial -2.0 : f32 : tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// Elements are counted in row-major order, in the delays and in the initial values.
snn.network @matrix(%x: tensor<2x2xf32>) -> (y: tensor<2x2xf32>) dt(1.0e-3) attributes {
  snn.inputs = {x = dense<[[[[1.0, 2.0], [3.0, 4.0]]], [[[5.0, 6.0], [7.0, 8.0]]], [[[9.0, 10.0], [11.0, 12.0]]], [[[13.0, 14.0], [15.0, 16.0]]]]> : tensor<4x1x2x2xf32>},
  snn.expected = {y = dense<[[[[1.0, -2.0], [-3.0, -4.0]]], [[[5.0, 2.0], [-3.0, -4.0]]], [[[9.0, 6.0], [3.0, -4.0]]], [[[13.0, 10.0], [7.0, 4.0]]]]> : tensor<4x1x2x2xf32>}} {
  %y = snn.delay %x by [0, 1, 2, 3] initial dense<[[-1.0, -2.0], [-3.0, -4.0]]> : tensor<2x2xf32> : tensor<2x2xf32>
  snn.output %y : tensor<2x2xf32>
}

// Several delays of one signal, 0 among them, equal ones with other initial values, and
// one that is marked implicit, which changes nothing. Spikes may start as 1.
snn.network @several(%s: tensor<1xi1>)
    -> (none: tensor<1xi1>, one: tensor<1xi1>, set: tensor<1xi1>, implicit: tensor<1xi1>, two: tensor<1xi1>) dt(1.0e-3) attributes {
  snn.inputs = {s = dense<[[[true], [false]], [[false], [false]], [[true], [true]]]> : tensor<3x2x1xi1>},
  snn.expected = {none = dense<[[[true], [false]], [[false], [false]], [[true], [true]]]> : tensor<3x2x1xi1>,
                  one = dense<[[[false], [false]], [[true], [false]], [[false], [false]]]> : tensor<3x2x1xi1>,
                  set = dense<[[[true], [true]], [[true], [false]], [[false], [false]]]> : tensor<3x2x1xi1>,
                  implicit = dense<[[[false], [false]], [[true], [false]], [[false], [false]]]> : tensor<3x2x1xi1>,
                  two = dense<[[[true], [true]], [[true], [true]], [[true], [false]]]> : tensor<3x2x1xi1>}} {
  %none = snn.delay %s by 0 initial true : tensor<1xi1>
  %one = snn.delay %s by 1 : tensor<1xi1>
  %set = snn.delay %s by 1 initial true : tensor<1xi1>
  %implicit = snn.delay %s by 1 implicit : tensor<1xi1>
  %two = snn.delay %s by 2 initial true : tensor<1xi1>
  snn.output %none, %one, %set, %implicit, %two : tensor<1xi1>, tensor<1xi1>, tensor<1xi1>, tensor<1xi1>, tensor<1xi1>
}

// Signs of zeros, subnormal numbers, infinities and NaNs come out as they went in.
snn.network @special_values(%x: tensor<3xf32>) -> (y: tensor<3xf32>) dt(1.0e-3) attributes {
  snn.inputs = {x = dense<[[[-0.0, 0x00000001, 0x7F800000]], [[0x7FC00000, -0.0, 0xFF800000]], [[0.0, 0.0, 0.0]]]> : tensor<3x1x3xf32>},
  snn.expected = {y = dense<[[[-0.0, -0.0, -0.0]], [[-0.0, 0x00000001, 0x7F800000]], [[0x7FC00000, -0.0, 0xFF800000]]]> : tensor<3x1x3xf32>}} {
  %y = snn.delay %x by 1 initial -0.0 : f32 : tensor<3xf32>
  snn.output %y : tensor<3xf32>
}
