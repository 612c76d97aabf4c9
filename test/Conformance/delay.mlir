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
