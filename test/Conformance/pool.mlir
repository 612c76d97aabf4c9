// RUN: %conform

// Written by `python test/Conformance/generate.py`, whose arithmetic is the
// Spec's.

// The sum of the window in row-major order.
snn.network @sum_plain_i1(%x: tensor<2x4x6xi1>)
    -> (y: tensor<2x2x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, true, false, false, true, false], [false, true, false, true, true, false], [false, false, false, false, true, false], [false, true, true, false, true, true]], [[false, false, false, false, true, false], [true, true, false, false, true, false], [true, false, false, true, false, false], [false, false, false, false, false, true]]]], [[[[false, true, false, true, false, true], [false, true, false, true, false, true], [true, false, false, false, false, true], [false, true, false, false, false, false]], [[false, false, true, true, true, true], [true, false, true, true, false, false], [false, false, true, false, false, true], [false, true, false, false, false, false]]]]]> : tensor<2x1x2x4x6xi1>},
  snn.expected = {
    y = dense<[[[[[3, 3], [2, 3]], [[2, 2], [1, 2]]]], [[[[2, 4], [2, 1]], [[3, 4], [2, 1]]]]]> : tensor<2x1x2x2x2xi32>}} {
  %y = snn.pool sum %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi1> -> tensor<2x2x2xi32>
  snn.output %y : tensor<2x2x2xi32>
}

// The sum of the window in row-major order.
snn.network @sum_plain_i32(%x: tensor<2x4x6xi32>)
    -> (y: tensor<2x2x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[6, 0, 6, 0, -1, 1], [-6, 1, 0, 3, 0, -3], [0, 3, -6, 2, -3, 5], [2, 0, -9, -9, -5, 1]], [[0, 7, -7, 3, -2, 0], [-8, -2, 0, -3, 0, 4], [3, 0, -4, 7, 8, 0], [0, 9, -2, -7, 4, 0]]]], [[[[-9, 0, 0, 0, 7, 0], [-4, -2, 0, 3, -4, -6], [-1, 0, -2, 3, 0, 4], [0, -9, 3, 6, 0, 0]], [[1, -1, 0, 1, 2, 0], [-7, 0, -1, -5, 9, 1], [-3, 0, -9, 2, 2, 8], [0, 7, -8, -7, 2, 2]]]]]> : tensor<2x1x2x4x6xi32>},
  snn.expected = {
    y = dense<[[[[[7, 0], [-10, -9]], [[-10, 2], [6, 12]]]], [[[[-15, 0], [-9, 13]], [[-8, 8], [-13, 9]]]]]> : tensor<2x1x2x2x2xi32>}} {
  %y = snn.pool sum %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi32> -> tensor<2x2x2xi32>
  snn.output %y : tensor<2x2x2xi32>
}

// The sum of the window in row-major order.
snn.network @sum_plain_f32(%x: tensor<2x4x6xf32>)
    -> (y: tensor<2x2x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.07540334, 0.0, 0.17380087, 0.04098676, -0.011688951, -5.188343], [-0.24482737, 0.858792, -0.2689667, 107.814384, 0.5806762, 13.4649515], [81.41042, -0.006293927, -1.9093399, 0.029857058, 0.0, 0.0], [0.0, -0.04716201, -0.003804776, 0.0, 0.0, 0.0]], [[-0.04924861, -0.13318525, -1.5330727, 0.0, 0.0046192165, -72.452156], [0.014294949, 142.85101, 98.077614, 0.007888169, 11.556518, 0.0054325904], [0.0, -7.8002534, 0.14995578, 0.23118019, 0.0, -2.042248], [0.0, 0.0, 0.0, 4.524443, 0.7483264, 0.0057738153]]]], [[[[-53.965927, -14.193783, 10.190394, 127.73201, 0.0, 0.0], [2.0049636, 1.0376652, -105.40385, -0.13290659, 0.124314964, -1.1065288], [-5.8710947, 0.0, 0.0, -1.0720918, 0.0, -177.37146], [0.54541606, 0.0, 0.0, 64.22219, 0.0, -0.007955583]], [[-4.4477677, 46.503258, 0.0, -0.00029382776, 0.0, -0.07163906], [-4.719337, -5.2243, 0.0, 0.09914056, 0.12870766, -0.00033750606], [-1.5680255, 0.0, -0.0039441166, 8.3066635, 0.0, -0.00698318], [-0.008319467, 0.0, 0.0, 258.78235, 0.0, 0.0]]]]]> : tensor<2x1x2x4x6xf32>},
  snn.expected = {
    y = dense<[[[[[0.59420216, 116.700966], [79.44382, 0.029857058]], [[239.22742, -60.8777], [-7.6502976, 3.4674757]]]], [[[[-160.33054, 126.61689], [-5.325679, -114.229324]], [[32.11185, 0.15557782], [-1.5802891, 267.08203]]]]]> : tensor<2x1x2x2x2xf32>}} {
  %y = snn.pool sum %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xf32> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_plain_i1(%x: tensor<2x4x6xi1>)
    -> (y: tensor<2x2x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, true, false, false, true], [false, true, true, false, true, false], [true, false, false, false, true, true], [true, false, false, true, true, true]], [[true, false, false, false, true, false], [false, false, true, false, false, true], [false, true, true, false, true, false], [true, true, false, true, true, false]]]], [[[[true, true, false, true, false, true], [true, false, false, false, false, false], [true, false, true, true, false, true], [false, false, false, false, false, false]], [[false, false, false, false, false, false], [true, false, false, true, true, true], [false, false, false, false, false, true], [false, false, false, true, false, true]]]]]> : tensor<2x1x2x4x6xi1>},
  snn.expected = {
    y = dense<[[[[[0.5, 0.33333334], [0.33333334, 0.8333333]], [[0.33333334, 0.33333334], [0.6666667, 0.5]]]], [[[[0.5, 0.33333334], [0.33333334, 0.33333334]], [[0.16666667, 0.5], [0.0, 0.5]]]]]> : tensor<2x1x2x2x2xf32>}} {
  %y = snn.pool avg %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi1> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_plain_i32(%x: tensor<2x4x6xi32>)
    -> (y: tensor<2x2x2xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-7, 0, 6, -3, 0, -4], [0, 0, 0, 0, 4, 0], [0, 7, -4, -2, -9, 0], [0, 9, 3, -3, -3, -7]], [[-4, 6, 1, 8, 0, 3], [0, 9, 0, 0, 0, 0], [-5, -8, -4, 0, 9, 0], [0, -8, -1, 0, 4, -9]]]], [[[[0, 0, 0, 2, 6, 1], [0, 0, 0, 3, 3, 0], [7, 0, 0, 0, -6, -8], [2, 0, 2, 0, -3, 0]], [[0, 0, 3, 3, 0, 2], [-8, 0, 0, 0, 4, 0], [0, 0, -1, 0, -7, -7], [3, -4, 8, 0, 0, 2]]]]]> : tensor<2x1x2x4x6xi32>},
  snn.expected = {
    y = dense<[[[[[-0.16666666666666666, -0.5], [2.5, -4.0]], [[2.0, 1.8333333333333333], [-4.333333333333333, 0.6666666666666666]]]], [[[[0.0, 2.5], [1.8333333333333333, -2.8333333333333335]], [[-0.8333333333333334, 1.5], [1.0, -2.0]]]]]> : tensor<2x1x2x2x2xf64>}} {
  %y = snn.pool avg %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi32> -> tensor<2x2x2xf64>
  snn.output %y : tensor<2x2x2xf64>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_plain_f32(%x: tensor<2x4x6xf32>)
    -> (y: tensor<2x2x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.0, -0.007383554, 0.0, -9.59672, 0.07295734, -0.012384012], [-0.009650831, -0.0008344645, 5.569892, 0.0, 0.0, 0.13515106], [2.290463, -0.83879924, 0.0, -2.6723704, 0.014038292, 0.0055689826], [0.0, -0.22015572, 9.98818, 11.820846, 0.0017374005, 0.882066]], [[0.0, 0.0, 74.859375, 0.09894227, 0.0, -1.3815659], [1.8155345, -6.25501, 0.0, 0.0, -60.73949, 0.0], [0.01263717, 0.00028864195, -0.0075999717, 0.0, -1.0441225, 0.14626275], [0.0, -0.008503575, 0.0, 117.84957, -0.1482774, 0.00785516]]]], [[[[7.596173, 0.0, 0.4641503, 0.0, 0.0, 1.5482001], [0.0, 0.096061304, 0.0, -0.14755833, 5.2549906, -0.7997445], [47.699375, 0.0, 16.403755, 0.045413006, -0.10942738, 0.2156591], [92.408, 0.0, 0.0056174966, 209.33478, 0.0, 0.0]], [[0.0, 0.62913805, -0.14644057, 0.0, -0.061339702, -102.84662], [1.7998397, 0.019588655, 0.0, 0.0, 5.5814147, -0.0771211], [-0.522301, -3.0369742, 0.15036295, 1.6054553, 0.017942207, 0.13678315], [0.17686789, -0.15849143, 264.62833, 0.19913043, 13.1486025, -0.06682167]]]]]> : tensor<2x1x2x4x6xf32>},
  snn.expected = {
    y = dense<[[[[[0.92533714, -1.5668327], [1.869948, 1.6753143]], [[11.7366495, -10.337019], [-0.0005296224, 19.46855]]]], [[[[1.3593974, 0.9759813], [26.086126, 34.914402]], [[0.38368765, -16.233944], [43.53963, 2.5068486]]]]]> : tensor<2x1x2x2x2xf32>}} {
  %y = snn.pool avg %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xf32> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// The largest; padding takes no part.
snn.network @max_plain_i1(%x: tensor<2x4x6xi1>)
    -> (y: tensor<2x2x2xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, true, false, false, false], [false, false, false, false, false, false], [true, true, true, true, false, false], [false, false, true, false, false, true]], [[false, false, true, true, false, true], [false, false, false, true, false, false], [false, false, true, false, true, false], [false, true, false, true, false, true]]]], [[[[false, true, true, true, false, false], [false, false, false, true, false, true], [false, false, false, true, true, true], [true, false, false, true, false, false]], [[false, false, true, false, true, true], [true, true, false, true, true, false], [false, false, true, true, false, false], [false, false, true, true, true, true]]]]]> : tensor<2x1x2x4x6xi1>},
  snn.expected = {
    y = dense<[[[[[true, false], [true, true]], [[true, true], [true, true]]]], [[[[true, true], [true, true]], [[true, true], [true, true]]]]]> : tensor<2x1x2x2x2xi1>}} {
  %y = snn.pool max %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi1> -> tensor<2x2x2xi1>
  snn.output %y : tensor<2x2x2xi1>
}

// The largest; padding takes no part.
snn.network @max_plain_i32(%x: tensor<2x4x6xi32>)
    -> (y: tensor<2x2x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[9, 0, 8, 0, 2, -7], [-8, 0, -4, -5, 0, -6], [-5, 1, 0, 7, 9, -8], [-3, -6, 0, 0, 4, 9]], [[-4, -3, 1, 7, 2, 1], [-9, -1, 1, 5, 0, -6], [0, 1, 7, -9, 0, 0], [2, 9, 9, -8, -6, 0]]]], [[[[0, 1, 0, 8, 1, 1], [9, 9, -3, -3, 3, 9], [9, -5, 0, 0, 5, -3], [2, 6, 0, 0, -1, -4]], [[3, 8, -5, 5, 6, 0], [2, -2, 2, 8, 0, 0], [5, -6, -8, -8, 0, 0], [0, 0, 6, 0, -6, 5]]]]]> : tensor<2x1x2x4x6xi32>},
  snn.expected = {
    y = dense<[[[[[9, 2], [1, 9]], [[1, 7], [9, 0]]]], [[[[9, 9], [9, 5]], [[8, 8], [6, 5]]]]]> : tensor<2x1x2x2x2xi32>}} {
  %y = snn.pool max %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi32> -> tensor<2x2x2xi32>
  snn.output %y : tensor<2x2x2xi32>
}

// The largest; padding takes no part.
snn.network @max_plain_f32(%x: tensor<2x4x6xf32>)
    -> (y: tensor<2x2x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.14585291, 0.0, 0.0041871304, 0.026061798, 0.0, -0.007085333], [0.0, 0.0, 0.015211036, -1.0413961, -115.21182, -89.767815], [0.0, 79.77872, -0.7123288, 0.0, 0.0, 38.480167], [0.0, 63.376812, -0.40673432, -14.548944, 0.0, 0.0]], [[0.019109147, 0.005307928, 105.924805, 0.0, -1.7200537, 0.15249267], [0.0, -2.0064638, 0.04159854, 0.02873924, -1.0392892, 0.0], [-0.021117551, 0.08017026, -53.242664, 0.0, 0.0, -0.0008905168], [43.969757, 97.38322, 0.0, 0.0, -0.0017578249, -78.73982]]]], [[[[0.0046329116, -0.03082806, -31.100323, 0.0, 2.0695946, 1.9846284], [-0.0019113458, -97.312416, -53.002323, 0.0, 0.0, 0.0], [0.013936539, -0.00030390453, -110.96734, 0.0, 0.0, 0.0], [0.0, -32.770725, -0.01080212, 0.0, 2.1949394, 0.2446002]], [[0.76110125, 0.0, -10.7193365, 3.6195, 0.0, 1.3955398], [0.0, -109.542755, 0.5201892, 0.008816113, -126.652626, 0.19369088], [0.0, -71.33705, 0.0, -0.08435394, 37.901546, 0.0105146635], [0.29108617, 0.009027456, -0.060606074, 0.0, -0.029721579, 1.627387]]]]]> : tensor<2x1x2x4x6xf32>},
  snn.expected = {
    y = dense<[[[[[0.14585291, 0.026061798], [79.77872, 38.480167]], [[105.924805, 0.15249267], [97.38322, 0.0]]]], [[[[0.0046329116, 2.0695946], [0.013936539, 2.1949394]], [[0.76110125, 3.6195], [0.29108617, 37.901546]]]]]> : tensor<2x1x2x2x2xf32>}} {
  %y = snn.pool max %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xf32> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// The sum of the window in row-major order.
snn.network @sum_padded_i1(%x: tensor<2x3x3xi1>)
    -> (y: tensor<2x3x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, false], [true, true, false], [false, false, true]], [[false, true, true], [true, false, false], [false, true, false]]]], [[[[true, true, false], [true, false, false], [false, false, false]], [[false, false, false], [true, false, false], [true, true, true]]]]]> : tensor<2x1x2x3x3xi1>},
  snn.expected = {
    y = dense<[[[[[1, 0], [2, 1], [1, 2]], [[0, 2], [1, 2], [1, 1]]]], [[[[1, 1], [2, 1], [1, 0]], [[0, 0], [1, 0], [2, 2]]]]]> : tensor<2x1x2x3x2xi32>}} {
  %y = snn.pool sum %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi1> -> tensor<2x3x2xi32>
  snn.output %y : tensor<2x3x2xi32>
}

// The sum of the window in row-major order.
snn.network @sum_padded_i32(%x: tensor<2x3x3xi32>)
    -> (y: tensor<2x3x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-5, -7, 3], [4, -5, -9], [0, 2, 1]], [[0, 8, -1], [8, 4, 6], [0, -1, 5]]]], [[[[-6, 5, -1], [0, 0, 0], [0, 0, 7]], [[2, -4, -9], [2, 6, -9], [0, -3, 0]]]]]> : tensor<2x1x2x3x3xi32>},
  snn.expected = {
    y = dense<[[[[[-5, -4], [-1, -18], [4, -11]], [[0, 7], [8, 17], [8, 14]]]], [[[[-6, 4], [-6, 4], [0, 7]], [[2, -13], [4, -16], [2, -6]]]]]> : tensor<2x1x2x3x2xi32>}} {
  %y = snn.pool sum %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi32> -> tensor<2x3x2xi32>
  snn.output %y : tensor<2x3x2xi32>
}

// The sum of the window in row-major order.
snn.network @sum_padded_f32(%x: tensor<2x3x3xf32>)
    -> (y: tensor<2x3x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.013061578, 0.0, -1.0485063], [152.10869, -0.06379215, 0.0], [0.085290946, -0.07059683, 0.0]], [[0.0, 1.6178135, 0.13345118], [-4.369237, 0.0, -0.007572282], [0.0, 0.0, 1.012326]]]], [[[[1.4809725, -61.537693, 0.0], [0.0, -0.003037212, -97.20002], [0.0, 0.0, 0.9654353]], [[-3.8846283, 0.0, 0.0], [0.0, -0.5841054, 2.543145], [-0.11892562, 0.0, 0.0]]]]]> : tensor<2x1x2x3x3xf32>},
  snn.expected = {
    y = dense<[[[[[0.013061578, -1.0485063], [152.12175, -1.1122984], [152.19398, -0.13438898]], [[0.0, 1.7512647], [-4.369237, 1.7436924], [-4.369237, 1.0047537]]]], [[[[1.4809725, -61.537693], [1.4809725, -158.74075], [0.0, -96.23762]], [[-3.8846283, 0.0], [-3.8846283, 1.9590396], [-0.11892562, 1.9590396]]]]]> : tensor<2x1x2x3x2xf32>}} {
  %y = snn.pool sum %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xf32> -> tensor<2x3x2xf32>
  snn.output %y : tensor<2x3x2xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_padded_i1(%x: tensor<2x3x3xi1>)
    -> (y: tensor<2x3x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, true], [false, false, true], [false, false, true]], [[false, false, true], [true, true, false], [true, true, true]]]], [[[[false, true, false], [true, false, true], [true, true, false]], [[true, true, false], [false, true, true], [false, true, true]]]]]> : tensor<2x1x2x3x3xi1>},
  snn.expected = {
    y = dense<[[[[[0.25, 0.25], [0.25, 0.5], [0.0, 0.5]], [[0.0, 0.25], [0.25, 0.5], [0.5, 0.75]]]], [[[[0.0, 0.25], [0.25, 0.5], [0.5, 0.5]], [[0.25, 0.25], [0.25, 0.75], [0.0, 1.0]]]]]> : tensor<2x1x2x3x2xf32>}} {
  %y = snn.pool avg %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi1> -> tensor<2x3x2xf32>
  snn.output %y : tensor<2x3x2xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_padded_i32(%x: tensor<2x3x3xi32>)
    -> (y: tensor<2x3x2xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, -4, -6], [2, 0, 0], [0, -6, 0]], [[0, 0, -2], [0, 0, 0], [9, -7, -8]]]], [[[[0, 0, 1], [0, 0, 0], [3, -1, -4]], [[0, 1, 0], [-6, 4, 8], [0, 0, 0]]]]]> : tensor<2x1x2x3x3xi32>},
  snn.expected = {
    y = dense<[[[[[0.0, -2.5], [0.5, -2.5], [0.5, -1.5]], [[0.0, -0.5], [0.0, -0.5], [2.25, -3.75]]]], [[[[0.0, 0.25], [0.0, 0.25], [0.75, -1.25]], [[0.0, 0.25], [-1.5, 3.25], [-1.5, 3.0]]]]]> : tensor<2x1x2x3x2xf64>}} {
  %y = snn.pool avg %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi32> -> tensor<2x3x2xf64>
  snn.output %y : tensor<2x3x2xf64>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_padded_f32(%x: tensor<2x3x3xf32>)
    -> (y: tensor<2x3x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[2.3351903, 0.045779474, 0.0], [13.103866, -0.056560587, 0.0], [-12.226429, 0.005270919, 0.7442359]], [[-1.5885519, 0.0, 0.64138687], [0.0, -132.1226, -0.40871185], [83.17689, -0.053489428, -0.0045173536]]]], [[[[-54.17975, -13.082161, 0.04540971], [0.0, 0.0, 0.0], [0.011060582, 0.0020567148, 0.0]], [[-55.131485, 13.672061, 0.0], [188.33833, 0.0, -0.07207785], [-89.49811, -4.1504493, -0.0049557723]]]]]> : tensor<2x1x2x3x3xf32>},
  snn.expected = {
    y = dense<[[[[[0.5837976, 0.0114448685], [3.859764, -0.0026952783], [0.21935916, 0.17323655]], [[-0.39713797, 0.16034672], [-0.39713797, -32.97248], [20.794222, -33.147327]]]], [[[[-13.544937, -3.2591877], [-13.544937, -3.2591877], [0.0027651454, 0.0005141787]], [[-13.782871, 3.4180152], [33.301712, 3.3999958], [24.710056, -1.0568707]]]]]> : tensor<2x1x2x3x2xf32>}} {
  %y = snn.pool avg %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xf32> -> tensor<2x3x2xf32>
  snn.output %y : tensor<2x3x2xf32>
}

// The largest; padding takes no part.
snn.network @max_padded_i1(%x: tensor<2x3x3xi1>)
    -> (y: tensor<2x3x2xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, true, false], [true, true, false], [true, true, true]], [[true, false, false], [false, false, true], [false, false, false]]]], [[[[false, false, true], [false, false, true], [false, false, true]], [[false, false, true], [true, true, false], [false, false, true]]]]]> : tensor<2x1x2x3x3xi1>},
  snn.expected = {
    y = dense<[[[[[false, true], [true, true], [true, true]], [[true, false], [true, true], [false, true]]]], [[[[false, true], [false, true], [false, true]], [[false, true], [true, true], [true, true]]]]]> : tensor<2x1x2x3x2xi1>}} {
  %y = snn.pool max %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi1> -> tensor<2x3x2xi1>
  snn.output %y : tensor<2x3x2xi1>
}

// The largest; padding takes no part.
snn.network @max_padded_i32(%x: tensor<2x3x3xi32>)
    -> (y: tensor<2x3x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-9, 0, -8], [0, 5, 8], [-3, 0, 0]], [[0, -3, 3], [5, -9, 1], [3, -2, 4]]]], [[[[-2, -8, 0], [6, 0, 0], [0, 0, -9]], [[-4, -2, -8], [9, -6, 0], [-6, 0, 6]]]]]> : tensor<2x1x2x3x3xi32>},
  snn.expected = {
    y = dense<[[[[[-9, 0], [0, 8], [0, 8]], [[0, 3], [5, 3], [5, 4]]]], [[[[-2, 0], [6, 0], [6, 0]], [[-4, -2], [9, 0], [9, 6]]]]]> : tensor<2x1x2x3x2xi32>}} {
  %y = snn.pool max %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi32> -> tensor<2x3x2xi32>
  snn.output %y : tensor<2x3x2xi32>
}

// The largest; padding takes no part.
snn.network @max_padded_f32(%x: tensor<2x3x3xf32>)
    -> (y: tensor<2x3x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-0.011548839, 0.081532165, 0.0], [15.206859, -81.51858, 0.05466298], [60.760803, 0.0, 65.524666]], [[0.0, -2.341079, -0.0027074225], [0.0, -0.0065251864, 0.0], [-0.2713799, -6.681802, -0.012058166]]]], [[[[-36.86717, -0.2508168, -1.6610217], [0.0021573515, -11.555927, 0.0], [-5.3258324, 0.0, 7.7574763]], [[0.0, -0.18943499, 3.5863452], [0.0, 9.909161, 0.0], [0.0, 1.515635, 0.0]]]]]> : tensor<2x1x2x3x3xf32>},
  snn.expected = {
    y = dense<[[[[[-0.011548839, 0.081532165], [15.206859, 0.081532165], [60.760803, 65.524666]], [[0.0, -0.0027074225], [0.0, 0.0], [0.0, 0.0]]]], [[[[-36.86717, -0.2508168], [0.0021573515, 0.0], [0.0021573515, 7.7574763]], [[0.0, 3.5863452], [0.0, 9.909161], [0.0, 9.909161]]]]]> : tensor<2x1x2x3x2xf32>}} {
  %y = snn.pool max %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xf32> -> tensor<2x3x2xf32>
  snn.output %y : tensor<2x3x2xf32>
}

// The sum of the window in row-major order.
snn.network @sum_one_dimension_i1(%x: tensor<3x7xi1>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[true, false, false, true, true, true, false], [true, false, false, true, true, false, false], [false, false, false, false, false, false, false]]], [[[false, true, false, true, true, true, false], [true, true, true, true, false, false, false], [false, false, false, false, false, false, true]]]]> : tensor<2x1x3x7xi1>},
  snn.expected = {
    y = dense<[[[[1, 1, 3, 1], [1, 1, 2, 0], [0, 0, 0, 0]]], [[[1, 2, 3, 1], [2, 3, 1, 0], [0, 0, 0, 1]]]]> : tensor<2x1x3x4xi32>}} {
  %y = snn.pool sum %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi1> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// The sum of the window in row-major order.
snn.network @sum_one_dimension_i32(%x: tensor<3x7xi32>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[3, 6, 0, 4, -8, -5, 8], [0, 1, 9, 0, 5, 6, -4], [0, 2, -8, 0, 0, 0, 0]]], [[[0, 0, 0, 8, -2, -6, 0], [4, 7, -7, 3, 3, 0, 0], [0, 0, 9, 0, 0, 1, 0]]]]> : tensor<2x1x3x7xi32>},
  snn.expected = {
    y = dense<[[[[9, 10, -9, 3], [1, 10, 11, 2], [2, -6, 0, 0]]], [[[0, 8, 0, -6], [11, 3, 6, 0], [0, 9, 1, 1]]]]> : tensor<2x1x3x4xi32>}} {
  %y = snn.pool sum %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi32> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// The sum of the window in row-major order.
snn.network @sum_one_dimension_f32(%x: tensor<3x7xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[0.0, -0.009371273, 81.336845, 0.0, 45.264065, 10.558286, 0.0], [0.0, 0.0, 0.0, 28.865253, 0.0, 0.0, 9.004853], [0.0, 0.0, 8.487819, -0.41249803, -0.2382864, -0.8553232, 0.021785917]]], [[[-5.881807, 0.0, 7.3986425, -12.996774, -0.13222517, 0.0, 14.025725], [0.0, 0.029910862, 0.027455483, 0.0, 0.0, 0.030932624, -1.3359176], [0.0, -0.024793617, 76.40093, 86.90643, 18.766314, 220.44388, 0.0]]]]> : tensor<2x1x3x7xf32>},
  snn.expected = {
    y = dense<[[[[-0.009371273, 81.32748, 55.82235, 10.558286], [0.0, 28.865253, 28.865253, 9.004853], [0.0, 8.07532, -1.5061076, -0.8335373]]], [[[-5.881807, -5.598131, -13.128999, 14.025725], [0.029910862, 0.057366345, 0.030932624, -1.3049849], [-0.024793617, 163.28256, 326.11664, 220.44388]]]]> : tensor<2x1x3x4xf32>}} {
  %y = snn.pool sum %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_one_dimension_i1(%x: tensor<3x7xi1>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[false, true, true, true, true, true, true], [false, false, true, false, false, true, false], [true, true, true, false, false, false, false]]], [[[true, true, false, true, false, false, false], [false, false, false, false, false, true, false], [true, false, false, true, false, false, false]]]]> : tensor<2x1x3x7xi1>},
  snn.expected = {
    y = dense<[[[[0.33333334, 1.0, 1.0, 0.6666667], [0.0, 0.33333334, 0.33333334, 0.33333334], [0.6666667, 0.6666667, 0.0, 0.0]]], [[[0.6666667, 0.6666667, 0.33333334, 0.0], [0.0, 0.0, 0.33333334, 0.33333334], [0.33333334, 0.33333334, 0.33333334, 0.0]]]]> : tensor<2x1x3x4xf32>}} {
  %y = snn.pool avg %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi1> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_one_dimension_i32(%x: tensor<3x7xi32>)
    -> (y: tensor<3x4xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[8, 8, 0, 0, 0, 0, 5], [0, -7, -4, 0, -8, 1, 1], [0, -7, 0, 0, -3, -6, -3]]], [[[0, 0, 0, 0, 0, 4, 8], [1, 4, 5, 3, -3, 3, -6], [-4, 3, 0, 0, 3, 0, -2]]]]> : tensor<2x1x3x7xi32>},
  snn.expected = {
    y = dense<[[[[5.333333333333333, 2.6666666666666665, 0.0, 1.6666666666666667], [-2.3333333333333335, -3.6666666666666665, -2.3333333333333335, 0.6666666666666666], [-2.3333333333333335, -2.3333333333333335, -3.0, -3.0]]], [[[0.0, 0.0, 1.3333333333333333, 4.0], [1.6666666666666667, 4.0, 1.0, -1.0], [-0.3333333333333333, 1.0, 1.0, -0.6666666666666666]]]]> : tensor<2x1x3x4xf64>}} {
  %y = snn.pool avg %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi32> -> tensor<3x4xf64>
  snn.output %y : tensor<3x4xf64>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_one_dimension_f32(%x: tensor<3x7xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[-0.50635165, 0.0, 0.0040846104, -0.014448473, -0.059116945, -0.04556518, 0.0], [-0.07598998, 0.0, 0.0, -1.1277618, 16.890503, -0.022950962, 0.0], [0.584887, -13.659866, -88.50347, 0.0, 0.041770324, 1.8991128, 0.020674897]]], [[[-71.32614, 2.7419434, -0.23711468, 246.66928, 0.50683993, 0.0, -0.008286813], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, -0.10472524, 0.014401201, 0.0, 0.0, 0.0048146397, -30.143934]]]]> : tensor<2x1x3x7xf32>},
  snn.expected = {
    y = dense<[[[[-0.16878389, -0.003454621, -0.039710198, -0.015188393], [-0.025329992, -0.37592062, 5.246597, -0.007650321], [-4.3583264, -34.054447, 0.64696103, 0.63992923]]], [[[-22.861399, 83.05804, 82.39204, -0.002762271], [0.0, 0.0, 0.0, 0.0], [-0.034908414, -0.030108014, 0.0016048799, -10.046373]]]]> : tensor<2x1x3x4xf32>}} {
  %y = snn.pool avg %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The largest; padding takes no part.
snn.network @max_one_dimension_i1(%x: tensor<3x7xi1>)
    -> (y: tensor<3x4xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[false, true, true, false, false, false, true], [true, false, true, false, false, false, false], [false, false, true, false, true, true, false]]], [[[true, false, false, false, false, true, false], [false, false, false, false, false, true, false], [false, false, false, false, true, true, false]]]]> : tensor<2x1x3x7xi1>},
  snn.expected = {
    y = dense<[[[[true, true, false, true], [true, true, false, false], [false, true, true, true]]], [[[true, false, true, true], [false, false, true, true], [false, false, true, true]]]]> : tensor<2x1x3x4xi1>}} {
  %y = snn.pool max %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi1> -> tensor<3x4xi1>
  snn.output %y : tensor<3x4xi1>
}

// The largest; padding takes no part.
snn.network @max_one_dimension_i32(%x: tensor<3x7xi32>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[2, -3, 0, 0, 0, 6, 0], [0, 0, -1, 0, 8, 9, -8], [-4, -8, 8, 0, 0, 0, 0]]], [[[7, 1, 9, 0, 0, 4, 7], [-3, -1, 5, 0, -2, -1, -4], [8, 9, -3, -4, 8, 0, -3]]]]> : tensor<2x1x3x7xi32>},
  snn.expected = {
    y = dense<[[[[2, 0, 6, 6], [0, 0, 9, 9], [-4, 8, 0, 0]]], [[[7, 9, 4, 7], [-1, 5, 0, -1], [9, 9, 8, 0]]]]> : tensor<2x1x3x4xi32>}} {
  %y = snn.pool max %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi32> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// The largest; padding takes no part.
snn.network @max_one_dimension_f32(%x: tensor<3x7xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[0.0, -0.006115039, 0.0, 0.0, -10.857978, 0.34052542, 17.564116], [6.585508, 0.0, 0.0, 2.6395433, -7.55018, -1.3604215, 2.0719159], [9.158821, 0.0, 0.0, -0.011184677, 13.137245, 0.0, -0.009123697]]], [[[133.87553, -2.4147763, 0.0, 0.0, 0.0, 0.0, -0.17058371], [-0.0004420304, 24.934324, 0.0, 3.4012296, 0.0, 0.010549847, -124.80686], [-0.70060414, -21.460163, 16.737766, 0.0, -0.0022646599, -0.016842881, 0.0]]]]> : tensor<2x1x3x7xf32>},
  snn.expected = {
    y = dense<[[[[0.0, 0.0, 0.34052542, 17.564116], [6.585508, 2.6395433, 2.6395433, 2.0719159], [9.158821, 0.0, 13.137245, 0.0]]], [[[133.87553, 0.0, 0.0, 0.0], [24.934324, 24.934324, 3.4012296, 0.010549847], [-0.70060414, 16.737766, 0.0, 0.0]]]]> : tensor<2x1x3x4xf32>}} {
  %y = snn.pool max %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// NaN never wins; of equal zeros the first one does.
snn.network @max_of_nan(%x: tensor<1x6xf32>)
    -> (y: tensor<1x3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[0x7FC00000, -1.0, -0.0, 0.0, 0x7FC00000, 0x7FC00000]]]]> : tensor<1x1x1x6xf32>},
  snn.expected = {
    y = dense<[[[[-1.0, -0.0, 0xFF800000]]]]> : tensor<1x1x1x3xf32>}} {
  %y = snn.pool max %x kernel [2] stride [2] : tensor<1x6xf32> -> tensor<1x3xf32>
  snn.output %y : tensor<1x3xf32>
}
