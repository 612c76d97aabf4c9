// RUN: %conform

// What a delay gives before its first input has passed, and after. Two samples.
snn.network @by_two(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0e-3) attributes {
  snn.inputs = {x = dense<[[[1.0, 2.0], [-1.0, -2.0]], [[3.0, 4.0], [-3.0, -4.0]], [[5.0, 6.0], [-5.0, -6.0]]]> : tensor<3x2x2xf32>},
  snn.expected = {y = dense<[[[0.5, 0.25], [0.5, 0.25]], [[0.5, 0.25], [0.5, 0.25]], [[1.0, 2.0], [-1.0, -2.0]]]> : tensor<3x2x2xf32>}} {
  %y = snn.delay %x by 2 initial dense<[0.5, 0.25]> : tensor<2xf32> : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
