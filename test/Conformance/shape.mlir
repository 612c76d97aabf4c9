// RUN: %conform

// Row-major order is kept by a reshape and changed by a transposition.
snn.network @shapes(%x: tensor<2x3xf32>) -> (flat: tensor<6xf32>, turned: tensor<3x2xf32>, both: tensor<6xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]> : tensor<1x1x2x3xf32>},
  snn.expected = {flat = dense<[[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]]> : tensor<1x1x6xf32>,
                  turned = dense<[[[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]]]> : tensor<1x1x3x2xf32>,
                  both = dense<[[[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]]]> : tensor<1x1x6xf32>}} {
  %flat = snn.reshape %x : tensor<2x3xf32> -> tensor<6xf32>
  %turned = snn.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %both = snn.reshape %turned : tensor<3x2xf32> -> tensor<6xf32>
  snn.output %flat, %turned, %both : tensor<6xf32>, tensor<3x2xf32>, tensor<6xf32>
}

// Dimension d of the result is dimension permutation[d] of the input.
snn.network @three_dimensions(%x: tensor<2x1x3xi1>) -> (y: tensor<3x2x1xi1>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[[true, false, false]], [[false, true, true]]]]]> : tensor<1x1x2x1x3xi1>},
  snn.expected = {y = dense<[[[[[true], [false]], [[false], [true]], [[false], [true]]]]]> : tensor<1x1x3x2x1xi1>}} {
  %y = snn.transpose %x [2, 0, 1] : tensor<2x1x3xi1> -> tensor<3x2x1xi1>
  snn.output %y : tensor<3x2x1xi1>
}

// A signal of no dimensions, and a network without inputs or state.
snn.network @rank_zero(%x: tensor<f64>) -> (y: tensor<1x1xf64>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[0.5], [-2.0]]> : tensor<2x1xf64>},
  snn.expected = {y = dense<[[[[0.5]]], [[[-2.0]]]]> : tensor<2x1x1x1xf64>}} {
  %y = snn.reshape %x : tensor<f64> -> tensor<1x1xf64>
  snn.output %y : tensor<1x1xf64>
}
