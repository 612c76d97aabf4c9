// RUN: %conform

// Written by `python test/Conformance/generate.py`, whose arithmetic is the
// Spec's.

// In row-major order of what is reduced.
snn.network @sum_0_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<5x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, false, false], [false, false, false, true], [false, false, false, false], [false, true, false, false], [true, true, true, true]], [[false, false, false, true], [true, false, false, true], [false, false, false, false], [true, false, true, false], [true, true, true, false]], [[true, true, true, false], [false, true, false, false], [true, true, true, true], [false, false, false, true], [false, true, true, false]]], [[[true, false, true, false], [false, false, false, false], [true, true, false, true], [false, false, true, true], [false, true, false, false]], [[false, false, false, false], [false, true, true, false], [false, false, true, true], [false, true, false, false], [false, false, true, false]], [[false, true, false, false], [false, false, false, false], [true, true, true, true], [false, true, true, true], [false, true, false, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[[2, 1, 1, 1], [1, 1, 0, 2], [1, 1, 1, 1], [1, 1, 1, 1], [2, 3, 3, 1]], [[1, 1, 1, 0], [0, 1, 1, 0], [2, 2, 2, 3], [0, 2, 2, 2], [0, 2, 1, 0]]]]> : tensor<1x2x5x4xi32>}} {
  %y = snn.reduce sum %x dims [0] : tensor<3x5x4xi1> -> tensor<5x4xi32>
  snn.output %y : tensor<5x4xi32>
}

// In row-major order of what is reduced.
snn.network @sum_0_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<5x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-5, 7, 0, 0], [1, 9, 0, 2], [-9, -6, -6, 0], [8, 0, 0, 0], [3, 5, 6, 0]], [[-2, 9, 0, 5], [0, -8, 3, 0], [0, 0, -2, 0], [5, 8, -5, 3], [-4, -4, 3, 2]], [[3, 0, 0, 0], [-2, -4, 8, -6], [1, 0, 2, 9], [0, 1, -9, 0], [5, 1, 0, 1]]], [[[-7, 0, -2, 1], [8, 0, 0, 0], [0, 7, 0, 0], [0, 4, 0, 0], [-6, 8, 0, -8]], [[0, 7, 3, 9], [0, -6, 9, 4], [0, -9, -1, -9], [0, 0, 7, 3], [0, 0, 5, -9]], [[0, -1, 4, 8], [6, 3, 7, 0], [0, -3, -4, 0], [0, 0, 0, 0], [-4, -8, 0, -4]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[[-4, 16, 0, 5], [-1, -3, 11, -4], [-8, -6, -6, 9], [13, 9, -14, 3], [4, 2, 9, 3]], [[-7, 6, 5, 18], [14, -3, 16, 4], [0, -5, -5, -9], [0, 4, 7, 3], [-10, 0, 5, -21]]]]> : tensor<1x2x5x4xi32>}} {
  %y = snn.reduce sum %x dims [0] : tensor<3x5x4xi32> -> tensor<5x4xi32>
  snn.output %y : tensor<5x4xi32>
}

// In row-major order of what is reduced.
snn.network @sum_0_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<5x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.0, 16.445572, 0.0, 0.037527405], [0.0, 0.0, 10.462616, 1.4864404], [-0.23037371, -1.0996358, 18.544804, 0.005631633], [-14.223869, 0.0, 0.0, 0.0], [0.0, -2.4078803, 12.396489, -0.2991656]], [[0.0, 0.0, 0.0, 0.0], [0.0, -0.0031201968, 1.238498, -54.470253], [10.64032, -0.0120920455, -1.103948, 0.09288603], [-12.799001, 113.76095, 0.0, 0.19291961], [-0.50676274, -20.521864, 16.274082, -0.5728338]], [[0.0, 0.0, 1.0170399, 0.0007587826], [0.0, 0.0012237807, -0.009100183, 0.079050474], [-1.0619036, 0.24394962, 23.300694, -17.41801], [53.84176, -0.7596231, 0.0, -0.116146095], [157.58112, 0.0, 17.250225, -15.643955]]], [[[0.0, 0.0, 0.0, -85.24466], [0.0, 0.0, 1.6378908, -0.1740405], [40.039772, 0.0, -0.0068183253, -0.69593847], [0.0, -0.795769, 0.0, 0.0037279685], [-0.03789388, 0.0, -0.8069339, 33.336212]], [[0.5456394, 0.005114661, 0.0, 0.0012443612], [-0.0108597055, -5.5584626, -0.005300628, 0.2086633], [-13.679528, 0.0, -126.0256, -4.345016], [0.013360796, 1.8036382, 0.007827868, 0.02121775], [-0.01242961, 0.0, 0.0, 0.0]], [[-0.167112, 0.11680063, 0.7748469, 5.9342017], [104.61468, 72.658005, 54.19453, 0.0], [0.034578122, -21.30665, -4.1141624, 0.0], [1.790907, 0.0, 0.0, 0.020156424], [0.043013547, 0.0, 0.0, 0.0]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[[0.0, 16.445572, 1.0170399, 0.038286187], [0.0, -0.0018964161, 11.692014, -52.904762], [9.3480425, -0.8677782, 40.741547, -17.319492], [26.81889, 113.00133, 0.0, 0.07677352], [157.07436, -22.929745, 45.920795, -16.515955]], [[0.3785274, 0.12191529, 0.7748469, -79.30921], [104.60382, 67.09954, 55.82712, 0.034622803], [26.394823, -21.30665, -130.14658, -5.0409546], [1.8042678, 1.0078692, 0.007827868, 0.04510214], [-0.0073099434, 0.0, -0.8069339, 33.336212]]]]> : tensor<1x2x5x4xf32>}} {
  %y = snn.reduce sum %x dims [0] : tensor<3x5x4xf32> -> tensor<5x4xf32>
  snn.output %y : tensor<5x4xf32>
}

// In row-major order of what is reduced.
snn.network @sum_1_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, false, true], [false, true, false, false], [true, true, true, false], [false, true, true, true], [false, true, false, false]], [[false, false, false, false], [true, false, true, true], [false, true, false, true], [false, true, true, false], [false, false, true, false]], [[false, false, false, false], [false, true, true, false], [false, true, true, false], [false, false, false, true], [false, true, false, false]]], [[[false, true, false, true], [true, false, true, false], [false, true, false, false], [false, true, true, false], [false, false, true, true]], [[true, false, true, false], [false, false, false, false], [true, true, true, true], [true, false, false, false], [false, false, true, true]], [[true, true, true, false], [false, true, false, true], [false, true, false, true], [true, true, false, false], [true, true, false, true]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[[1, 4, 2, 2], [1, 2, 3, 2], [0, 3, 2, 1]], [[1, 3, 3, 2], [3, 1, 3, 2], [3, 5, 1, 3]]]]> : tensor<1x2x3x4xi32>}} {
  %y = snn.reduce sum %x dims [1] : tensor<3x5x4xi1> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// In row-major order of what is reduced.
snn.network @sum_1_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[8, 6, 0, -3], [-1, 5, -6, 0], [0, -4, -5, 5], [0, 0, 3, 5], [2, 8, -6, 0]], [[7, 9, 8, -8], [7, 7, -1, -6], [4, 9, 2, -1], [0, 9, 0, 0], [0, 0, 0, -8]], [[0, 0, -5, 8], [9, -2, 9, 0], [8, 0, -9, 1], [6, 0, -6, 0], [0, 0, -5, 0]]], [[[-1, 8, 0, 0], [0, 7, 0, -8], [5, 9, -5, -8], [0, 0, -2, 5], [1, -2, 1, 4]], [[0, 0, -4, 3], [-1, 7, -6, 4], [-7, 0, 2, -2], [0, 8, 4, 4], [0, 1, 0, 0]], [[3, 0, -3, -7], [-6, 0, 6, 7], [-5, 0, 8, 4], [6, 8, 2, 0], [5, 7, -7, 0]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[[9, 15, -14, 7], [18, 34, 9, -23], [23, -2, -16, 9]], [[5, 22, -6, -7], [-8, 16, -4, 9], [3, 15, 6, 4]]]]> : tensor<1x2x3x4xi32>}} {
  %y = snn.reduce sum %x dims [1] : tensor<3x5x4xi32> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// In row-major order of what is reduced.
snn.network @sum_1_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-0.09065092, 0.0, 0.0, -137.0559], [0.0, 10.762842, 0.0147555685, 18.020613], [-0.0014442944, -7.667482, 11.332963, 0.07836786], [0.0, 0.1375791, -8.581524, 134.32407], [13.6342535, -0.18080245, 0.0, 0.0]], [[0.0017462809, 1.6532397, 50.50226, 0.0], [69.08116, 0.0, -70.02839, 0.0], [0.0, -3.7453396, 0.72808367, 0.0], [158.55774, 0.0, 0.4912446, 0.0], [0.0, 0.000948871, -0.046088774, 0.0]], [[0.19619049, 0.0, -0.008333395, -1.6000618], [1.0574617, 0.0, -0.020241084, 0.0], [-0.0049273763, -95.956055, 0.0, 10.605106], [0.0, 0.0, 0.01384634, 0.5479498], [0.0, -0.012430796, 0.0, -0.58496064]]], [[[95.511765, 1.8068961, -0.06982885, 0.0], [32.225574, -0.006326286, 0.0, 0.100800075], [0.012224042, -15.31107, 0.0, -0.045357738], [-10.38123, -0.12414042, 0.0, -0.77634466], [0.0, 0.0, -0.008426696, -0.012509505]], [[0.41138363, -84.71664, 0.047596417, 0.0], [0.0, -0.0007559248, -0.13650322, 0.0], [-0.5416811, 0.0, 0.041872088, -0.03092476], [0.0, 0.0, -157.22824, -0.922693], [0.0, 1.140508, -7.2469654, -2.127092]], [[0.0, -1.9580215, -2.8926644, 0.0], [-3.6292336, 103.19489, 0.30439028, 0.5869752], [15.963128, -7.2811213, 0.115857944, 0.06667186], [-2.170713, -6.358533, 0.9387613, 33.8156], [0.0, 0.0, -6.189776, 0.0039517554]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[[13.542158, 3.0521371, 2.7661943, 15.367157], [227.64066, -2.091151, -18.35289, 0.0], [1.2487248, -95.96848, -0.014728138, 8.968034]], [[117.368324, -13.634642, -0.07825555, -0.73341185], [-0.13029748, -83.57688, -164.52223, -3.0807097], [10.163181, 87.59721, -7.723431, 34.4732]]]]> : tensor<1x2x3x4xf32>}} {
  %y = snn.reduce sum %x dims [1] : tensor<3x5x4xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// In row-major order of what is reduced.
snn.network @sum_12_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, true, false], [false, true, false, false], [false, true, false, false], [true, true, true, false], [true, false, true, true]], [[true, false, true, true], [true, true, true, false], [true, true, false, false], [false, true, false, false], [true, true, false, false]], [[false, false, false, false], [false, false, false, true], [false, false, false, false], [false, true, false, true], [false, false, true, true]]], [[[false, false, true, false], [false, false, false, false], [false, true, false, false], [true, true, true, true], [false, false, false, false]], [[true, false, true, false], [false, true, true, true], [false, false, false, false], [true, true, false, false], [false, true, false, true]], [[true, false, true, true], [true, false, true, true], [true, false, false, false], [true, true, true, false], [false, true, false, true]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[10, 11, 5], [6, 9, 12]]]> : tensor<1x2x3xi32>}} {
  %y = snn.reduce sum %x dims [1, 2] : tensor<3x5x4xi1> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// In row-major order of what is reduced.
snn.network @sum_12_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, 0, -4, 5], [-8, -9, -5, -1], [-7, -3, 0, 1], [9, -8, -4, 2], [7, 0, 0, 9]], [[1, 4, 0, -8], [0, 0, 0, -1], [2, 1, 7, 4], [-5, -6, 4, -5], [6, 0, 0, -9]], [[3, -4, 0, 9], [-5, 1, 0, -1], [0, 2, 0, 0], [0, 0, -8, 7], [0, 0, 0, 5]]], [[[-9, 0, 2, 0], [1, 0, -6, 6], [-6, -9, -2, 0], [1, 0, 4, 8], [-3, 0, 0, -5]], [[-2, 4, -9, -6], [0, -2, 0, 1], [-7, 0, -2, 5], [0, 6, 0, 9], [-8, -1, -5, 0]], [[0, 0, 5, 0], [-8, 0, 9, -9], [0, 0, 0, 0], [2, 6, 0, -2], [3, -1, 8, 0]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[-16, -5, 9], [-18, -17, 13]]]> : tensor<1x2x3xi32>}} {
  %y = snn.reduce sum %x dims [1, 2] : tensor<3x5x4xi32> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// In row-major order of what is reduced.
snn.network @sum_12_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.0, 0.012601179, 0.0, 0.0], [-0.10040279, 0.0, -0.4792706, 0.0], [0.6966342, 0.0, -51.97737, 0.0], [-0.042212848, 2.6497312, 59.86869, 0.089506246], [10.070752, 0.0019268973, 6.5738974, 174.6956]], [[0.0, 0.0, -0.15985157, 0.027929598], [-0.35347307, 0.0, 0.67367303, 76.68974], [-0.009588774, 5.4207993, -4.8066406, 0.92551094], [0.0, 0.0, 5.598486, -0.014421383], [0.0012626009, 0.0, -1.627483, 0.0]], [[0.056180418, 0.0, 0.0, -0.0022124283], [1.3584963, 0.059416078, 0.0, 0.0], [-0.007915229, 0.0, 0.12889503, -1.1033823], [0.0, 97.82713, -0.025438322, 8.128077], [4.1603866, 0.0, 0.0, -0.024673888]]], [[[1.0303397, 0.0, 0.16260575, 0.0], [-1.7998465, 0.44283518, -0.007816403, 0.0], [-83.49868, -0.6437663, 0.14248523, 0.0], [0.0, 0.0, 0.0, 29.562134], [0.0, -19.954641, 0.0, 0.036031675]], [[-0.14050888, 0.0, -4.422703, 18.310246], [6.86197, -65.583305, 31.14329, 0.0], [-0.0035117902, 6.917326, -3.353427, 0.0059976983], [0.0009754784, -0.519058, 15.164624, 0.0], [-0.21626997, -0.009940576, 0.0, 0.0]], [[-0.0061921002, 0.0, -1.6866906, 0.0], [0.0, 1.4128035, 0.012813572, -0.03967569], [0.0, 29.093014, -0.6963768, 78.93499], [0.0, -0.0074708243, 0.79568785, 0.5134081], [0.0, 2.0856717, 0.0037542288, -0.03919376]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[202.06009, 82.36595, 110.55496], [-74.52832, 4.1557055, 110.37654]]]> : tensor<1x2x3xf32>}} {
  %y = snn.reduce sum %x dims [1, 2] : tensor<3x5x4xf32> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// In row-major order of what is reduced.
snn.network @sum_02_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<5xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, true, false], [false, true, true, true], [false, false, true, false], [true, false, false, false], [true, true, false, true]], [[true, true, false, false], [false, false, true, false], [true, false, false, true], [true, true, true, false], [true, true, false, false]], [[false, true, false, false], [true, false, false, false], [false, false, false, true], [false, true, true, true], [true, false, false, false]]], [[[false, false, false, true], [false, true, false, false], [true, false, false, false], [false, false, false, false], [true, false, true, true]], [[false, false, true, false], [true, false, true, false], [true, false, true, false], [false, false, false, true], [true, true, true, false]], [[false, false, true, false], [true, false, false, false], [false, true, false, true], [false, true, true, false], [false, false, false, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[4, 5, 4, 7, 6], [3, 4, 5, 3, 6]]]> : tensor<1x2x5xi32>}} {
  %y = snn.reduce sum %x dims [0, 2] : tensor<3x5x4xi1> -> tensor<5xi32>
  snn.output %y : tensor<5xi32>
}

// In row-major order of what is reduced.
snn.network @sum_02_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<5xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, 6, -7, -2], [-2, 5, -6, 0], [4, -9, 9, 0], [-8, -7, 0, 0], [8, 0, 0, 4]], [[-5, 4, -5, -8], [-7, 3, 9, 0], [0, -8, 0, -7], [0, 6, 2, 2], [8, 5, 3, 0]], [[-7, 0, 3, 0], [4, -8, 0, -3], [0, 0, 8, -9], [5, 0, -6, 1], [0, 0, 0, -1]]], [[[0, -5, -4, 0], [0, 9, 0, 0], [0, 0, -5, 3], [5, 5, -3, 4], [-9, 5, 0, -2]], [[0, 0, 0, 3], [8, 5, 0, 0], [0, 7, -8, 5], [4, -2, 7, 0], [0, 2, 9, -1]], [[-7, 9, 0, 0], [7, -3, 0, 0], [0, 0, 0, 4], [0, -4, 2, 0], [0, 0, 0, 1]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[-21, -5, -12, -5, 27], [-4, 26, 6, 18, 5]]]> : tensor<1x2x5xi32>}} {
  %y = snn.reduce sum %x dims [0, 2] : tensor<3x5x4xi32> -> tensor<5xi32>
  snn.output %y : tensor<5xi32>
}

// In row-major order of what is reduced.
snn.network @sum_02_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<5xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-1.0370431, -1.167717, 0.0, -1.2218717], [-0.21204962, 0.0, 0.0032759933, -0.07522839], [0.0, -0.001826763, -15.911585, 0.0], [7.0095534, 0.43567377, 0.0, 0.0], [2.1858385, 0.0019548438, -0.0003286591, -33.064774]], [[0.0, 0.0033260535, 0.009185862, -0.14730401], [3.5150325, -0.5374509, -20.149979, 0.0], [0.0, 0.0901742, -0.011114337, 0.0], [0.0, 0.7937626, 0.016487243, 7.3461137], [3.365222, 0.0, 0.0, -6.79413]], [[-9.674041, 3.2198417, 0.0, 0.0], [0.012943754, -2.2246606, -0.07792058, 3.5435507], [0.0, 0.059538662, -0.0076061334, 0.0], [-0.19888297, -0.93084425, 1.5769713, 0.038019598], [-114.644356, -0.016333055, -1.3028905, 0.0]]], [[[-3.7622986, 0.4862148, 0.002479911, -73.04983], [0.008809473, 11.797765, 0.0, 0.0], [0.0, 0.0, -0.5769127, -0.052420657], [0.026345555, -1.2492161, -0.2284482, 0.017331542], [-56.26478, -0.011422161, 0.0, 0.91112256]], [[0.017549647, 0.0, -0.06169636, 0.0], [-39.97604, -14.353985, 0.0, 108.51084], [0.0, 100.94315, 0.02575481, 70.18978], [0.0025949827, 0.0, -1.6936072, -0.21053398], [0.0, 0.004458074, -74.51045, -0.14153416]], [[0.0, -0.24842806, 0.0012893331, 0.0], [-0.0062171095, -0.15170085, 0.0, -0.055413675], [-0.008284461, 1.6886498, 0.0, 15.3131075], [0.012767583, 0.0, -16.629087, -0.8090373], [0.0, 0.0, 0.0, -7.4258056]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[-10.015623, -16.202486, -15.782418, 16.086855, -150.26978], [-76.61472, 65.774055, 187.52283, -20.760891, -137.43842]]]> : tensor<1x2x5xf32>}} {
  %y = snn.reduce sum %x dims [0, 2] : tensor<3x5x4xf32> -> tensor<5xf32>
  snn.output %y : tensor<5xf32>
}

// In row-major order of what is reduced.
snn.network @sum_012_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<i32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, true, false], [true, false, false, false], [true, false, false, true], [true, true, false, true], [false, true, false, false]], [[false, true, true, true], [true, true, false, false], [true, false, false, false], [false, true, true, false], [false, false, false, true]], [[true, true, true, true], [false, true, false, false], [true, false, false, false], [true, false, false, true], [true, false, false, true]]], [[[false, true, false, false], [false, false, true, false], [true, false, true, true], [true, true, false, true], [true, true, false, false]], [[false, false, false, true], [true, false, false, true], [true, false, false, false], [false, false, false, true], [false, false, false, false]], [[true, false, true, true], [true, false, false, false], [false, false, false, false], [false, false, false, true], [false, true, true, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[28, 22]]> : tensor<1x2xi32>}} {
  %y = snn.reduce sum %x dims [0, 1, 2] : tensor<3x5x4xi1> -> tensor<i32>
  snn.output %y : tensor<i32>
}

// In row-major order of what is reduced.
snn.network @sum_012_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<i32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, 5, 9, 0], [6, 5, 2, 7], [0, 0, 8, 8], [-4, 1, 9, 6], [0, 3, 0, 0]], [[-7, 0, 1, -7], [-5, -7, -3, 0], [9, 0, 0, 3], [0, 0, 2, -5], [-6, 0, -1, -5]], [[5, 0, 0, 1], [-5, -7, 2, -9], [9, 0, 0, 7], [-9, 4, -4, 3], [8, 0, 0, -1]]], [[[-9, 0, 7, 4], [0, -3, 0, -5], [-5, -1, 1, 1], [0, 0, -5, 0], [0, -3, 0, -5]], [[2, -9, 5, 2], [-3, 0, 4, -2], [3, -3, -9, -7], [6, 3, 0, -8], [0, 0, -8, 0]], [[0, -1, -8, 2], [-3, -1, 0, 4], [0, 1, 3, -5], [9, 6, 3, -4], [9, 0, 0, 0]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[38, -32]]> : tensor<1x2xi32>}} {
  %y = snn.reduce sum %x dims [0, 1, 2] : tensor<3x5x4xi32> -> tensor<i32>
  snn.output %y : tensor<i32>
}

// In row-major order of what is reduced.
snn.network @sum_012_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<f32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.0, 0.0047375415, -0.023443263, 0.020368148], [0.0, 0.10697325, 48.07662, 0.0], [2.9756625, -0.019213783, 11.423023, 0.0], [2.3521547, -0.00168176, -191.6137, 0.0], [-8.690549, -0.011660286, -46.49526, 0.011001391]], [[0.09404088, 0.41971448, 0.1597105, -9.42384], [-43.4419, 0.0, 0.0, 3.9947195], [-3.2837322, 7.553287, -0.20794135, 103.27103], [0.73505366, -23.427694, -0.12058617, -0.0087517835], [-0.5482518, 7.9311247, -0.027032195, 0.0]], [[-0.006002638, 0.0, -0.1473173, 20.66422], [128.95938, 0.003281473, -0.028749932, 6.3717213], [1.1911829, 0.0, 1.285557, -203.15335], [-57.560833, -0.020647388, 1.7825661, 0.0016831688], [0.0, 0.02511706, 0.2166623, 0.0]]], [[[0.0, 0.0, -11.887017, 0.1072606], [47.73733, 0.0, 0.0, -0.18853667], [7.807463, -0.3359189, 101.64012, -1.2344266], [0.0, -6.590043, 0.0911506, -3.918247], [0.12558584, -0.01874408, 0.09267324, -3.4562514]], [[0.0, 7.510085, -0.20308676, -148.9804], [125.96735, 21.363735, 0.0, 0.0], [-28.078257, 1.7672385, 0.011091861, 0.0], [-0.16839388, -1.1285439, 0.008550296, 0.071539626], [74.52999, 0.032109033, 0.52779216, 0.10446319]], [[0.0, -144.23058, -7.2723327, 73.27705], [97.1603, 0.0, -0.06789113, -41.833042], [0.06963704, 0.0, 0.0, 0.0], [-117.329735, 0.0, 0.15997726, -3.381378], [0.0, 64.57405, -0.017355718, -0.11605376]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[-238.63158, 104.300354]]> : tensor<1x2xf32>}} {
  %y = snn.reduce sum %x dims [0, 1, 2] : tensor<3x5x4xf32> -> tensor<f32>
  snn.output %y : tensor<f32>
}

// The sum, then one division by the number of terms.
snn.network @mean_0_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<5x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, true, true], [false, true, false, false], [false, true, true, false], [false, true, false, false], [true, false, true, false]], [[false, true, false, false], [false, false, false, false], [false, false, false, false], [true, true, false, true], [false, false, true, false]], [[false, false, false, false], [false, false, true, true], [false, true, false, false], [false, true, true, true], [false, false, false, true]]], [[[false, true, false, true], [true, false, false, true], [false, false, false, true], [true, false, true, true], [true, false, false, false]], [[false, false, false, false], [true, false, true, false], [true, false, true, false], [true, false, true, true], [false, true, false, true]], [[false, true, false, false], [false, true, false, false], [false, false, false, false], [false, false, true, true], [false, false, false, true]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[[0.0, 0.33333334, 0.33333334, 0.33333334], [0.0, 0.33333334, 0.33333334, 0.33333334], [0.0, 0.6666667, 0.33333334, 0.0], [0.33333334, 1.0, 0.33333334, 0.6666667], [0.33333334, 0.0, 0.6666667, 0.33333334]], [[0.0, 0.6666667, 0.0, 0.33333334], [0.6666667, 0.33333334, 0.33333334, 0.33333334], [0.33333334, 0.0, 0.33333334, 0.33333334], [0.6666667, 0.0, 1.0, 1.0], [0.33333334, 0.33333334, 0.0, 0.6666667]]]]> : tensor<1x2x5x4xf32>}} {
  %y = snn.reduce mean %x dims [0] : tensor<3x5x4xi1> -> tensor<5x4xf32>
  snn.output %y : tensor<5x4xf32>
}

// The sum, then one division by the number of terms.
snn.network @mean_0_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<5x4xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, 0, 0, -9], [2, 0, 0, -9], [3, 0, 1, -5], [0, -4, -2, 0], [8, 4, -8, 5]], [[-6, -5, 0, -4], [-5, 0, 0, -8], [0, 8, 0, -9], [9, 3, 0, 5], [-6, -8, -6, -8]], [[4, -5, -6, 0], [0, 0, 1, 0], [-7, 9, 0, 6], [0, -9, -8, -9], [2, 0, 0, 7]]], [[[0, -7, 5, 2], [0, 0, 5, -1], [0, -5, 4, -1], [0, 0, 5, 6], [-3, 0, 8, 0]], [[5, 0, 6, 0], [0, 6, 0, 6], [0, 7, 4, 5], [0, -3, 7, 0], [4, -3, -2, 7]], [[0, -1, -6, -6], [0, 0, 0, 0], [9, 4, -1, 0], [-8, 4, 3, 0], [0, 1, -4, -9]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[[-0.6666666666666666, -3.3333333333333335, -2.0, -4.333333333333333], [-1.0, 0.0, 0.3333333333333333, -5.666666666666667], [-1.3333333333333333, 5.666666666666667, 0.3333333333333333, -2.6666666666666665], [3.0, -3.3333333333333335, -3.3333333333333335, -1.3333333333333333], [1.3333333333333333, -1.3333333333333333, -4.666666666666667, 1.3333333333333333]], [[1.6666666666666667, -2.6666666666666665, 1.6666666666666667, -1.3333333333333333], [0.0, 2.0, 1.6666666666666667, 1.6666666666666667], [3.0, 2.0, 2.3333333333333335, 1.3333333333333333], [-2.6666666666666665, 0.3333333333333333, 5.0, 2.0], [0.3333333333333333, -0.6666666666666666, 0.6666666666666666, -0.6666666666666666]]]]> : tensor<1x2x5x4xf64>}} {
  %y = snn.reduce mean %x dims [0] : tensor<3x5x4xi32> -> tensor<5x4xf64>
  snn.output %y : tensor<5x4xf64>
}

// The sum, then one division by the number of terms.
snn.network @mean_0_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<5x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-0.11622486, 0.009963594, 0.05002616, -50.368664], [0.0037682266, 0.34623653, 9.140708, 0.00029587757], [0.0, 0.60555995, -0.22020888, 0.0], [-0.16784395, 0.021882908, 0.0, 0.0], [-46.874855, 0.23800047, 0.9252324, -0.118255526]], [[-79.1901, -0.06006612, 0.0, 0.0], [0.0061718468, 11.5420065, -0.02664035, 0.0], [-130.43227, 0.0, 0.0010125599, 0.07506], [0.0, -0.05755251, 0.0, 0.0], [0.0, 0.0, 0.0, -0.2267921]], [[-0.11156675, 0.0, 0.0, -7.05003], [0.42122516, 0.010660603, -36.548374, -1.4032258], [0.0, 0.11868591, 0.0, -1.4290712], [0.0, 0.008872453, 0.0, 0.0], [1.9510175, 0.0010786242, 0.0, 0.0]]], [[[-0.06492227, -4.27382, 0.31614175, 0.0], [0.0, 0.0, -6.6746025, -13.719554], [11.947294, 0.0032040207, 0.0, 0.0], [6.966355, 0.0, 0.0, -0.09139543], [-0.00094992283, -1.8011624, 0.0013207231, 0.0]], [[51.579945, -0.14952354, 0.0, 15.518816], [-6.760307, -0.08637767, 0.0134474505, 0.0], [0.0, 0.009412568, 0.0, -2.518716], [103.72079, -0.8890896, 0.0, -0.004375287], [-57.50874, 0.18728982, 0.0, 0.0]], [[-1.3213731, 0.0, 5.2279906, -0.06793056], [0.15033074, 9.074168, 0.0, 0.0086631], [7.489487, -5.3451414, -0.015823202, -0.015480302], [-0.0028414938, 9.799329, 0.09146742, 0.097475216], [-165.60962, 0.0, 22.22626, -0.89609617]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[[-26.472631, -0.016700841, 0.016675387, -19.139565], [0.14372174, 3.966301, -9.144769, -0.4676433], [-43.47742, 0.24141528, -0.07306544, -0.45133707], [-0.055947986, -0.008932383, 0.0, 0.0], [-14.974612, 0.07969303, 0.3084108, -0.11501587]], [[16.731216, -1.4744478, 1.848044, 5.1502953], [-2.2033255, 2.99593, -2.220385, -4.570297], [6.478927, -1.7775083, -0.0052744006, -0.8447321], [36.894768, 2.9700797, 0.03048914, 0.0005681664], [-74.3731, -0.5379575, 7.409193, -0.29869872]]]]> : tensor<1x2x5x4xf32>}} {
  %y = snn.reduce mean %x dims [0] : tensor<3x5x4xf32> -> tensor<5x4xf32>
  snn.output %y : tensor<5x4xf32>
}

// The sum, then one division by the number of terms.
snn.network @mean_1_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, true, false, false], [false, true, false, false], [false, true, false, true], [false, true, false, false], [true, false, true, false]], [[true, false, true, true], [false, false, false, false], [false, true, true, true], [true, true, false, true], [true, false, true, false]], [[true, false, true, false], [true, false, true, false], [false, false, true, false], [false, false, true, true], [false, false, true, false]]], [[[false, false, false, false], [false, false, false, true], [false, false, true, true], [false, true, false, true], [false, true, false, false]], [[true, false, false, false], [true, false, false, true], [false, false, false, false], [false, true, false, false], [false, false, false, false]], [[true, true, false, false], [false, false, true, true], [false, false, true, true], [false, false, false, true], [false, false, false, true]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[[0.2, 0.8, 0.2, 0.2], [0.6, 0.4, 0.6, 0.6], [0.4, 0.0, 1.0, 0.2]], [[0.0, 0.4, 0.2, 0.6], [0.4, 0.2, 0.0, 0.2], [0.2, 0.2, 0.4, 0.8]]]]> : tensor<1x2x3x4xf32>}} {
  %y = snn.reduce mean %x dims [1] : tensor<3x5x4xi1> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The sum, then one division by the number of terms.
snn.network @mean_1_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<3x4xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, 0, 0, 0], [1, 0, 3, 9], [0, 0, 1, 2], [-8, 0, 0, -9], [0, 9, 0, 4]], [[-4, 0, 2, 0], [0, 0, -8, -1], [-8, 3, -2, 6], [-9, 0, 0, -9], [0, 2, 4, 0]], [[0, -4, 9, -2], [0, -7, 0, 0], [0, 1, 6, 8], [0, 0, -1, -9], [0, 0, -5, 1]]], [[[-7, 0, 5, 0], [0, 0, 0, 4], [0, 4, -6, 0], [2, 0, -4, 3], [2, 6, 3, -7]], [[-3, 0, -6, -5], [2, 0, 0, 0], [-7, 3, 0, -6], [2, 0, 0, 0], [0, 7, -3, 1]], [[0, 6, -7, -1], [4, 0, 0, 8], [-8, -6, 0, 0], [-8, 0, -4, -6], [0, 0, -4, 4]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[[-1.4, 1.8, 0.8, 1.2], [-4.2, 1.0, -0.8, -0.8], [0.0, -2.0, 1.8, -0.4]], [[-0.6, 2.0, -0.4, 0.0], [-1.2, 2.0, -1.8, -2.0], [-2.4, 0.0, -3.0, 1.0]]]]> : tensor<1x2x3x4xf64>}} {
  %y = snn.reduce mean %x dims [1] : tensor<3x5x4xi32> -> tensor<3x4xf64>
  snn.output %y : tensor<3x4xf64>
}

// The sum, then one division by the number of terms.
snn.network @mean_1_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.0, 0.0, -0.01228632, -60.409042], [-21.982664, -0.012637738, -0.02371513, -10.471411], [0.0, 0.0, 0.0, 0.12220876], [0.0, -0.08211301, 2.7387276, 0.01669146], [-4.3534226, 7.242208, 0.0, 0.092840895]], [[0.035397105, 0.0, 0.0, -0.021368202], [0.020437181, 0.0, 0.0, 0.014293782], [0.0, 0.06453606, -0.57248265, 0.0002588105], [-168.21716, 0.0, 0.0, 0.001242325], [14.349084, -0.015712714, 0.027225265, 0.1920715]], [[5.3562894, 0.5984155, -0.007274884, 2.1493113], [0.0, 8.613164, 0.0, -0.29973945], [-0.0025596533, 0.082031086, 0.0, -0.032114413], [3.957603, 0.0, -4.9515796, 0.018076772], [0.013486796, 0.0, 121.66627, 0.0]]], [[[0.0, -0.007891162, 0.0, -4.713274], [0.004783758, -1.2275412, 0.0, 0.0], [0.0094535565, 7.1137834, 2.5152218, 0.0], [0.94646263, -0.030953659, 0.0, 0.0012112036], [0.012705891, 0.0, -3.291819, 0.0]], [[12.6776, 0.0, 0.3269565, 0.008261967], [0.0, 0.0, 64.02237, 0.0], [0.0, -0.02694272, 1.4628761, 0.6694076], [-70.7865, -0.015692057, 0.0, 0.0], [0.0, -0.0009056447, -195.30765, 0.0]], [[0.0, -68.113144, 18.871702, 92.05583], [-81.508705, 0.0, -128.26959, 15.687918], [6.266296, 0.0, 0.0, -15.074602], [0.0, 0.0, 0.0, 0.0066659404], [0.0, 0.09201153, -0.0012436272, 0.0]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[[-5.267217, 1.4294914, 0.5405452, -14.129743], [-30.762447, 0.0097646685, -0.10905148, 0.03729964], [1.8649639, 1.8587221, 23.341482, 0.36710685]], [[0.19468115, 1.1694795, -0.15531945, -0.94241256], [-11.621779, -0.008708084, -25.89909, 0.13553391], [-15.048482, -13.604227, -21.879826, 18.535164]]]]> : tensor<1x2x3x4xf32>}} {
  %y = snn.reduce mean %x dims [1] : tensor<3x5x4xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The sum, then one division by the number of terms.
snn.network @mean_12_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, true, false, false], [false, false, false, true], [true, true, true, false], [true, false, true, true], [false, false, false, true]], [[false, false, false, false], [false, false, false, true], [false, false, false, false], [false, true, false, false], [true, false, true, false]], [[true, false, false, false], [true, true, true, true], [true, true, false, false], [false, false, true, false], [false, true, false, true]]], [[[false, false, false, false], [false, false, false, true], [false, false, false, false], [false, true, true, false], [true, true, true, false]], [[false, false, false, false], [true, true, true, true], [false, false, false, true], [true, false, false, false], [false, true, false, false]], [[true, false, true, true], [false, false, true, false], [true, false, true, false], [false, false, false, true], [false, false, false, true]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[0.45, 0.2, 0.5], [0.3, 0.35, 0.4]]]> : tensor<1x2x3xf32>}} {
  %y = snn.reduce mean %x dims [1, 2] : tensor<3x5x4xi1> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// The sum, then one division by the number of terms.
snn.network @mean_12_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<3xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-5, -5, 0, 0], [9, -9, -9, 9], [4, 0, 0, -6], [9, 0, 0, -7], [0, -2, 0, 5]], [[0, 0, 0, 2], [0, -2, 3, -7], [0, 0, -6, 4], [-3, 5, 6, 1], [-9, 1, 2, 2]], [[0, 0, -9, 0], [-6, 7, 0, -5], [0, -9, -3, 0], [0, 0, 0, 0], [0, 8, -8, 4]]], [[[0, -7, -1, 6], [0, 1, 7, 0], [2, 4, -2, 9], [-7, -6, -8, -2], [2, -8, 8, 8]], [[6, 0, 3, 3], [0, -9, 3, 0], [0, 0, -9, 0], [-2, 0, -4, 7], [7, 0, 8, 6]], [[-4, 2, 0, 0], [0, 4, 3, -8], [0, 0, -4, -5], [-1, 0, -6, 0], [2, 6, -5, -9]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[-0.35, -0.05, -1.05], [0.3, 0.95, -1.25]]]> : tensor<1x2x3xf64>}} {
  %y = snn.reduce mean %x dims [1, 2] : tensor<3x5x4xi32> -> tensor<3xf64>
  snn.output %y : tensor<3xf64>
}

// The sum, then one division by the number of terms.
snn.network @mean_12_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.0, 1.6746485, 2.4927132, 0.0], [-4.989791, -9.547505, -0.008149045, -3.4748015], [0.008110898, 43.51296, -103.40463, -87.79806], [-1.9428873, 0.09530625, 0.0, 0.7727874], [-0.21956591, -6.713261, 12.816377, 0.0]], [[0.009699292, 0.0, 0.65739053, -3.91617], [-41.918205, -17.782759, 0.0, -3.2228935], [-0.66855484, -0.06090987, 0.5399672, -0.38064826], [0.0006154452, 0.0, 0.0, 0.030546688], [0.0051672016, 0.0, 0.0, 0.0]], [[-0.0138817895, 0.00097310793, -0.04446487, -16.017757], [0.0, -0.12988259, -0.030090755, -0.39087465], [14.616071, 0.08060688, -0.020192659, -11.264761], [0.0, 0.0, 0.0, -1.310579], [25.302475, 268.3873, 0.10828541, 0.11737321]]], [[[0.0, 15.292387, -0.0014360497, 0.0], [0.0, 0.0, -0.009124934, 0.0], [-0.14537464, 0.0, 13.278529, 12.30895], [-0.27493143, -0.90536714, 0.0, 0.0017150069], [0.16173327, -0.047200374, 0.0, 4.063582]], [[0.15739837, -1.5319566, -3.1113033, 0.0], [0.0, 11.391601, 0.14259875, -0.4447467], [-29.192448, -1.4042224, 0.20506126, 0.0], [0.004319335, 0.067737855, 0.023608005, -6.6126304], [-186.20633, -21.515278, 0.0, 0.0]], [[-0.023160718, 6.6745815, 7.740888, 11.858085], [0.18288118, 149.1756, 0.0, 0.004292503], [0.0, 37.776913, 1.5817502, 0.0], [-0.2079267, 0.4203562, -72.16686, 0.0], [8.474591, 0.0, 0.0, 0.0]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[-7.8362875, -3.3353374, 13.96953], [2.186173, -11.901329, 7.5745993]]]> : tensor<1x2x3xf32>}} {
  %y = snn.reduce mean %x dims [1, 2] : tensor<3x5x4xf32> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// The sum, then one division by the number of terms.
snn.network @mean_02_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<5xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, true, true], [true, false, false, false], [false, true, false, false], [true, false, true, false], [true, false, false, true]], [[true, true, true, false], [false, true, false, false], [false, false, false, true], [false, false, true, false], [false, false, true, false]], [[false, false, false, true], [false, true, false, false], [true, true, true, false], [true, false, false, false], [false, false, true, true]]], [[[true, false, true, true], [false, false, false, false], [false, false, true, false], [true, false, false, false], [false, true, false, false]], [[true, true, false, false], [false, true, false, false], [false, false, true, false], [false, true, false, true], [false, false, false, true]], [[false, false, false, false], [false, true, false, true], [false, true, true, true], [true, true, true, true], [false, true, false, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[0.5833333, 0.25, 0.41666666, 0.33333334, 0.41666666], [0.41666666, 0.25, 0.41666666, 0.5833333, 0.25]]]> : tensor<1x2x5xf32>}} {
  %y = snn.reduce mean %x dims [0, 2] : tensor<3x5x4xi1> -> tensor<5xf32>
  snn.output %y : tensor<5xf32>
}

// The sum, then one division by the number of terms.
snn.network @mean_02_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<5xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-2, 9, 0, -2], [-2, 0, 0, 4], [7, 0, 3, 0], [-2, -5, 6, -3], [0, 5, -5, -7]], [[-8, 0, 0, 0], [8, 7, 0, -5], [0, 0, 9, 0], [3, 0, -7, -1], [0, 0, -5, -8]], [[-9, 0, 0, 8], [-6, 6, 9, 7], [0, 0, -6, -7], [-8, 1, -4, 9], [0, -2, 0, -9]]], [[[-1, 0, 0, -9], [-7, -7, -3, -5], [0, 0, -5, 3], [8, 2, -5, 0], [0, 3, 0, -1]], [[-8, 1, -7, 3], [0, 0, 6, -7], [1, -1, 0, 7], [5, 0, 3, -9], [9, 0, 0, 0]], [[-4, 2, 1, 0], [7, 7, 7, -6], [-2, 0, -5, 0], [-5, -6, -3, -1], [0, 2, -2, -1]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[-0.3333333333333333, 2.3333333333333335, 0.5, -0.9166666666666666, -2.5833333333333335], [-1.8333333333333333, -0.6666666666666666, -0.16666666666666666, -0.9166666666666666, 0.8333333333333334]]]> : tensor<1x2x5xf64>}} {
  %y = snn.reduce mean %x dims [0, 2] : tensor<3x5x4xi32> -> tensor<5xf64>
  snn.output %y : tensor<5xf64>
}

// The sum, then one division by the number of terms.
snn.network @mean_02_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<5xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.9032311, -0.989024, -1.3798724, 0.0], [-0.101207405, 0.0, 170.22382, 0.0], [0.0, 1.3439375, -0.00995571, -0.0066016032], [0.014281823, -0.15053613, 0.073859714, 0.012369257], [-0.4979465, -0.009313013, 0.0, 0.01682889]], [[0.021722144, 0.0, -18.960112, 0.0], [16.749853, 0.010582475, -27.656662, 0.0], [0.9309279, 0.0, -0.0022591015, 0.0], [0.047534287, 44.77808, 0.0, -0.02157579], [0.0, -3.7097373, 0.0909749, 0.0]], [[0.0, 20.47515, -0.08760645, -49.500416], [0.0, 0.005853173, -0.0144430185, 0.3600066], [30.097048, 2.5224144, -0.0048395433, -265.40228], [0.030748101, -1.2209, 21.192024, 25.085999], [0.8928925, -0.031838432, 0.0, 0.0]]], [[[-76.78963, 0.112941824, 0.0, -0.9088462], [-0.087071374, 13.793872, 3.9923265, 0.0], [24.158314, -0.0066200905, 0.0, 86.63655], [10.501318, 0.011866441, 0.0048102103, -5.943296], [-0.22555217, 0.0, -0.001999156, 0.3245358]], [[0.007205191, -0.009072735, 0.9279212, 0.0], [-0.37641835, 1.1836851, 0.0, -0.058317427], [48.97938, -0.62986434, -0.79764754, 0.96404916], [0.22059795, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0037579276, 0.0]], [[-0.072322756, -0.8815143, -2.3900356, 0.12753002], [-0.097150974, -0.45863166, 0.0, -0.013681086], [-0.16940202, 10.189784, -0.35062072, 14.427997], [0.0053730807, 0.0, 0.0, -27.793245], [0.0074433316, -1.0705014, 0.4165774, -4.37988]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[-4.126411, 13.298149, -19.210968, 7.4868236, -0.27067825], [-6.656318, 1.4898844, 15.283493, -1.916048, -0.4104682]]]> : tensor<1x2x5xf32>}} {
  %y = snn.reduce mean %x dims [0, 2] : tensor<3x5x4xf32> -> tensor<5xf32>
  snn.output %y : tensor<5xf32>
}

// The sum, then one division by the number of terms.
snn.network @mean_012_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<f32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, false, false], [false, false, false, false], [false, true, true, false], [false, false, false, true], [false, false, true, true]], [[false, false, false, true], [false, false, true, true], [true, false, false, true], [true, true, true, false], [true, false, false, true]], [[false, false, true, false], [false, false, false, false], [true, true, true, false], [true, false, true, false], [true, false, false, false]]], [[[false, false, false, true], [true, false, false, true], [false, false, true, false], [true, false, true, false], [true, false, true, false]], [[false, false, true, false], [false, false, false, false], [false, false, true, true], [true, true, false, false], [false, false, false, false]], [[false, false, true, false], [false, true, false, false], [false, true, false, false], [false, false, true, false], [false, true, true, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[0.36666667, 0.31666666]]> : tensor<1x2xf32>}} {
  %y = snn.reduce mean %x dims [0, 1, 2] : tensor<3x5x4xi1> -> tensor<f32>
  snn.output %y : tensor<f32>
}

// The sum, then one division by the number of terms.
snn.network @mean_012_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<f64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, -2, -3, -2], [0, 0, -3, 0], [1, -6, 2, -3], [2, -2, -1, 4], [3, 1, 6, -8]], [[-3, 0, 0, 0], [0, 4, -5, 2], [5, -8, 0, 7], [0, 9, 0, 0], [5, 0, 0, -3]], [[6, -8, -7, 0], [8, 3, 0, -7], [3, 0, 9, 0], [-6, 0, 2, 8], [3, -9, -8, 0]]], [[[-3, 3, 1, 0], [0, 0, 3, -9], [7, 5, -3, -4], [0, 0, -3, 0], [-3, 6, 0, 0]], [[-8, -3, 0, -3], [0, -9, 0, -8], [5, 5, 6, 0], [5, -3, -3, 9], [0, 4, 0, -6]], [[-9, 7, -5, 6], [9, -5, 9, -7], [2, 0, -5, 5], [8, -4, 7, 7], [9, -1, 6, 8]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[-0.016666666666666666, 0.6333333333333333]]> : tensor<1x2xf64>}} {
  %y = snn.reduce mean %x dims [0, 1, 2] : tensor<3x5x4xi32> -> tensor<f64>
  snn.output %y : tensor<f64>
}

// The sum, then one division by the number of terms.
snn.network @mean_012_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<f32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-0.006597139, -0.074906975, 0.0, 0.0], [20.204994, -0.002682724, 0.4868808, 4.381383], [-0.004570282, 3.4909434, -1.6989863, 0.01092111], [0.0, 0.012627846, 0.0, 0.0022628664], [0.0, 0.0, -0.659741, 0.011475237]], [[0.0, 0.0, 6.498723, -1.8854876], [-0.04941173, 107.98689, 18.55562, 0.0], [0.0, 29.472786, 3.8402252, 0.0], [-22.652512, -7.450351, 35.723274, 0.0], [0.098833315, -0.0068469374, -0.0792005, -0.9974506]], [[-90.454475, 3.651827, -0.1599902, 131.07518], [0.7492058, 0.0, 0.0072631226, -121.4211], [0.0, 0.0, 6.0254235, 0.0], [-5.4835186, 0.0, -0.050738443, -0.009091693], [-0.036391746, 0.042479698, 0.0, 0.0]]], [[[0.0, -215.6371, 0.17974341, -4.546668], [-56.6224, 0.0, 0.028248131, 0.0], [0.0, 0.06797392, -0.23350666, 0.0], [0.011105881, -0.005433111, 0.3608005, 0.0], [-0.0050300234, -0.013911305, -0.08574978, 0.0]], [[-2.5812645, 0.1779037, 0.075358644, 0.011159905], [-0.009057659, -2.6705742, 0.0, -0.017986167], [0.0, -0.09755057, 0.0, 0.0048475806], [-86.52592, -0.7215429, 0.0, 0.0], [0.0, 0.0, -5.289643, -0.048680782]], [[-79.59685, 0.0, 3.4685142, 11.330425], [-0.042365212, 0.0, 0.009434362, 0.01703884], [0.0, -59.229404, -0.00025354174, -8.944629], [-1.9830642, -0.052710027, 0.30941644, 0.24150166], [1.9757819, -0.12583646, 0.011123578, 0.0]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[1.9857526, -8.446779]]> : tensor<1x2xf32>}} {
  %y = snn.reduce mean %x dims [0, 1, 2] : tensor<3x5x4xf32> -> tensor<f32>
  snn.output %y : tensor<f32>
}

// The largest.
snn.network @max_0_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<5x4xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, false, true], [true, false, true, true], [false, true, false, true], [false, false, false, false], [false, true, false, true]], [[false, false, true, false], [false, true, false, false], [false, false, false, false], [false, false, true, false], [false, true, false, true]], [[true, true, true, false], [false, true, false, false], [true, true, false, false], [true, false, false, false], [true, true, false, false]]], [[[false, false, true, true], [false, false, false, false], [true, false, true, false], [false, false, false, true], [false, false, true, true]], [[false, true, false, false], [false, false, false, false], [true, false, true, false], [false, true, false, false], [false, false, false, true]], [[true, false, true, false], [false, false, false, false], [true, false, false, false], [false, false, false, true], [false, false, true, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[[true, true, true, true], [true, true, true, true], [true, true, false, true], [true, false, true, false], [true, true, false, true]], [[true, true, true, true], [false, false, false, false], [true, false, true, false], [false, true, false, true], [false, false, true, true]]]]> : tensor<1x2x5x4xi1>}} {
  %y = snn.reduce max %x dims [0] : tensor<3x5x4xi1> -> tensor<5x4xi1>
  snn.output %y : tensor<5x4xi1>
}

// The largest.
snn.network @max_0_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<5x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-6, 8, -3, 7], [6, -2, 0, 0], [-9, 3, 0, 2], [-7, 0, 0, 7], [4, 3, 8, -7]], [[0, 0, 3, 1], [0, 0, 0, 7], [6, -5, -6, -6], [3, 0, -3, -6], [5, 0, 0, -2]], [[0, 3, 8, -5], [0, 0, 3, 8], [-2, 5, -4, 0], [0, -6, -2, 1], [5, 1, 1, 7]]], [[[-9, 1, 1, -7], [0, 7, 5, -1], [0, 0, 0, 0], [0, 1, 6, -2], [0, -6, 4, -9]], [[-9, -4, -6, 2], [0, -7, 4, 0], [0, 7, -2, 4], [-3, -5, 7, -8], [0, 6, -9, -7]], [[1, -9, 3, -7], [-1, 6, -2, 0], [-9, 0, 6, 0], [0, 7, 0, 0], [-7, 5, 0, 0]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[[0, 8, 8, 7], [6, 0, 3, 8], [6, 5, 0, 2], [3, 0, 0, 7], [5, 3, 8, 7]], [[1, 1, 3, 2], [0, 7, 5, 0], [0, 7, 6, 4], [0, 7, 7, 0], [0, 6, 4, 0]]]]> : tensor<1x2x5x4xi32>}} {
  %y = snn.reduce max %x dims [0] : tensor<3x5x4xi32> -> tensor<5x4xi32>
  snn.output %y : tensor<5x4xi32>
}

// The largest.
snn.network @max_0_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<5x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[14.294963, 0.0, 0.0, 81.92237], [0.0, 0.0030857672, 1.9835268, 0.0], [-3.6379726, -0.02703102, -0.09276717, 8.707392], [-61.482235, 0.001592554, 0.060999926, -34.81941], [-0.044367414, 0.0, -0.8803062, 0.0]], [[0.0, 0.0, 0.0, -0.08744846], [1.6439823, -0.0023728816, 0.9744498, 0.0], [0.0, -0.036785394, -15.934461, 51.344807], [-0.08881583, -0.2064381, 0.59021187, 0.0], [0.08640489, 0.0, 0.15292692, 0.0]], [[0.014756238, 0.016927708, 0.0, 0.0], [0.50318325, 0.090486296, 0.008317854, 0.0], [0.4094054, 0.014384456, 0.0, 0.0], [-134.78918, -48.61037, 8.598179, -0.011998896], [-115.23926, 0.0020070423, -119.42759, 0.0]]], [[[-1.1649213, 1.885587, 2.135663, 3.4312558], [0.0034983268, 109.851234, 0.0043454324, -1.9414755], [0.0, 0.0, -8.142249, 0.0], [1.6378998, 0.78089297, 0.0, 0.0], [0.0, 0.36333302, -0.354281, -0.03702959]], [[0.3624198, 197.06206, 0.030597027, -0.011391761], [0.0, 0.0, -4.192827, 0.0], [0.0, 0.007857869, 0.0, 0.0], [27.78959, -10.645128, 0.0, -72.023315], [0.0040232167, -15.059748, -12.381995, 0.0]], [[0.11498997, 0.0, 0.30871317, 0.06606437], [0.0, 0.0, -29.565907, 0.0], [0.0, -1.0649239, 0.04635426, 0.028719647], [0.0, 0.0, 1.1547805, 0.0], [42.404648, 0.0, 6.2861366, 0.0]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[[14.294963, 0.016927708, 0.0, 81.92237], [1.6439823, 0.090486296, 1.9835268, 0.0], [0.4094054, 0.014384456, 0.0, 51.344807], [-0.08881583, 0.001592554, 8.598179, 0.0], [0.08640489, 0.0020070423, 0.15292692, 0.0]], [[0.3624198, 197.06206, 2.135663, 3.4312558], [0.0034983268, 109.851234, 0.0043454324, 0.0], [0.0, 0.007857869, 0.04635426, 0.028719647], [27.78959, 0.78089297, 1.1547805, 0.0], [42.404648, 0.36333302, 6.2861366, 0.0]]]]> : tensor<1x2x5x4xf32>}} {
  %y = snn.reduce max %x dims [0] : tensor<3x5x4xf32> -> tensor<5x4xf32>
  snn.output %y : tensor<5x4xf32>
}

// The largest.
snn.network @max_1_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<3x4xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, true, true], [true, false, false, false], [true, false, true, false], [false, true, false, false], [false, true, true, false]], [[false, false, false, true], [true, false, false, true], [true, true, false, true], [true, false, false, false], [false, false, false, false]], [[true, false, false, true], [false, false, false, false], [false, true, false, false], [true, true, false, false], [false, false, false, true]]], [[[false, true, false, true], [true, false, true, false], [false, false, false, true], [false, true, false, false], [false, true, false, true]], [[false, false, false, false], [false, false, true, false], [false, false, true, true], [false, true, true, false], [false, false, false, false]], [[false, true, false, false], [false, false, false, false], [true, false, false, true], [false, false, true, false], [false, true, true, true]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[[true, true, true, true], [true, true, false, true], [true, true, false, true]], [[true, true, true, true], [false, true, true, true], [true, true, true, true]]]]> : tensor<1x2x3x4xi1>}} {
  %y = snn.reduce max %x dims [1] : tensor<3x5x4xi1> -> tensor<3x4xi1>
  snn.output %y : tensor<3x4xi1>
}

// The largest.
snn.network @max_1_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[8, 5, -2, -5], [3, 6, -3, -9], [-2, 7, -8, 0], [4, -8, 0, -8], [0, 6, 8, 1]], [[5, 0, 0, 3], [9, -5, 0, -1], [5, 0, -8, 0], [-6, 0, -5, 7], [0, 7, 4, 5]], [[-2, 4, -3, 0], [0, 0, 0, 5], [9, 0, 0, -1], [0, -7, -3, 1], [0, 2, -4, 8]]], [[[0, 0, 4, 0], [9, 0, 3, 7], [-8, -6, 0, 9], [0, -2, 0, -4], [0, 0, 0, 6]], [[8, 0, 6, 3], [0, 0, -3, 2], [1, 7, -6, -7], [8, -7, 0, 0], [7, 7, 0, 0]], [[-1, -6, -9, 0], [2, 0, -1, -6], [0, 0, 0, 0], [3, 6, 2, 3], [7, 0, 0, 5]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[[8, 7, 8, 1], [9, 7, 4, 7], [9, 4, 0, 8]], [[9, 0, 4, 9], [8, 7, 6, 3], [7, 6, 2, 5]]]]> : tensor<1x2x3x4xi32>}} {
  %y = snn.reduce max %x dims [1] : tensor<3x5x4xi32> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// The largest.
snn.network @max_1_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[15.491286, -0.37316716, -5.5409975, -2.0058007], [0.0, 0.0, -0.06680156, -0.6561991], [-49.89255, -5.534755, 0.0, -7.199266], [0.015758947, 0.010708247, 7.801858, -0.019510167], [-0.012933689, 0.0029786238, 0.0, -0.0012617272]], [[0.0, 0.00177712, -0.0068685617, 0.012670639], [-2.577087, -0.0038321174, -0.8465478, 0.0], [-0.08780558, 0.047525916, 0.0, 0.23744935], [31.423971, -0.005627173, 0.04423943, 0.0], [0.30558288, 0.0, 0.13745078, 0.0]], [[-0.493691, -18.105986, -1.3133148, -1.1675389], [0.0, 0.0, 0.0, -0.06273582], [0.0, -85.127686, 0.0, 1.4518939], [-2.642214, -0.007119158, 0.0, 35.04107], [-88.07794, 0.0, 0.0, 0.17812206]]], [[[1.1906404, -0.05538516, 0.014692734, 0.0], [175.83824, 0.03337503, 0.0, -0.0034391137], [-0.85004276, 0.0, 0.0, -0.70695543], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]], [[0.0, -1.5405037, 1.9319867, -3.8106854], [0.75907815, -0.70644903, 0.0, -3.4852588], [-0.022961078, 5.724716, -11.925806, 126.45095], [0.0, -79.26769, -9.47504, 0.0], [0.9374032, 0.0, 0.0, 0.0]], [[0.0, 0.0, 4.634474, 0.0], [0.04821715, 122.58125, -0.1192072, 0.70202523], [0.0, 0.0062317094, 141.33632, 0.0], [132.64297, 0.0063093794, 0.012425536, -0.0070370194], [0.0, -0.0046793283, -6.9550037, -0.016050251]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[[15.491286, 0.010708247, 7.801858, -0.0012617272], [31.423971, 0.047525916, 0.13745078, 0.23744935], [0.0, 0.0, 0.0, 35.04107]], [[175.83824, 0.03337503, 0.014692734, 0.0], [0.9374032, 5.724716, 1.9319867, 126.45095], [132.64297, 122.58125, 141.33632, 0.70202523]]]]> : tensor<1x2x3x4xf32>}} {
  %y = snn.reduce max %x dims [1] : tensor<3x5x4xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The largest.
snn.network @max_12_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<3xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, false, false], [false, true, false, false], [false, false, true, false], [false, false, true, false], [true, false, false, false]], [[false, false, true, false], [false, false, true, true], [false, false, false, true], [false, false, true, false], [true, false, false, true]], [[false, true, false, true], [true, true, false, false], [true, true, true, false], [true, true, true, false], [false, true, false, false]]], [[[false, false, true, true], [false, false, true, false], [false, true, true, false], [true, false, true, false], [false, true, false, false]], [[true, true, false, false], [false, true, true, false], [false, true, false, true], [true, true, false, false], [true, true, false, true]], [[false, false, false, false], [false, false, true, true], [false, false, true, true], [true, true, true, true], [false, false, false, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[true, true, true], [true, true, true]]]> : tensor<1x2x3xi1>}} {
  %y = snn.reduce max %x dims [1, 2] : tensor<3x5x4xi1> -> tensor<3xi1>
  snn.output %y : tensor<3xi1>
}

// The largest.
snn.network @max_12_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-5, 0, -6, 0], [0, 3, -3, 0], [0, 6, 5, 0], [-5, 4, -9, 8], [3, 0, 0, 0]], [[-4, -8, 6, -9], [9, -3, -6, 8], [8, -8, 2, -4], [-1, 0, 3, -5], [7, 9, 3, 0]], [[0, -2, -9, 0], [-4, -8, 0, 0], [-9, 2, 0, 0], [-7, -6, 3, 1], [-5, -6, 9, -2]]], [[[0, 0, 0, 1], [9, -1, 0, -9], [0, 0, -6, -8], [7, -3, -6, 0], [2, 0, 9, 0]], [[0, 0, -9, 2], [-1, 0, 4, -3], [1, -8, -2, -3], [0, 2, 0, -7], [3, 3, -8, 7]], [[-3, -5, -7, 0], [2, 9, 4, 2], [-2, -3, -4, 4], [-5, 4, -9, 0], [-7, 9, 0, 0]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[8, 9, 9], [9, 7, 9]]]> : tensor<1x2x3xi32>}} {
  %y = snn.reduce max %x dims [1, 2] : tensor<3x5x4xi32> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// The largest.
snn.network @max_12_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.0015372498, 0.0, 0.0, -32.08549], [0.0035835025, 0.011755016, 0.0, 5.604324], [-113.776276, 39.878902, -0.06523543, -22.370852], [1.1367666, 0.0, 32.02729, 0.0], [0.0, 0.7082241, 0.18991585, 0.08186183]], [[0.0, 0.11368922, 0.0, 0.0], [0.25358737, 0.024665626, 0.1129597, 22.64639], [-168.35095, 0.8104218, 0.0, 0.0059996448], [-0.6249249, -0.0007306516, 0.021091687, -2.9526107], [-0.16756064, -12.738473, 13.682699, -15.000626]], [[0.0, 77.412384, 30.603489, -0.83727694], [68.08323, 0.0, -62.446667, 65.79579], [0.0, -0.03922632, 1.5820663, -0.00567833], [-146.77715, 0.0, 0.06637886, 0.0], [0.0, 0.0, 14.387659, 0.0]]], [[[0.0, 0.0, 0.0, -1.1012121], [0.19038014, 4.8094444, -0.010806134, 1.0208596], [0.0, 0.0, 6.596354, -0.11131421], [-145.17023, 0.021988317, -0.024865823, 0.0], [0.0, -1.4705704, 0.0, 0.0018868521]], [[0.0, 0.0, -48.520535, 0.024422498], [0.0, -21.076069, 0.0, 0.0], [4.31214, 88.24727, 0.0, -42.47448], [-1.2218285, 0.11939736, 0.0, 0.0], [25.897264, 0.0, 0.00084511645, 14.823411]], [[-0.9066005, -11.116361, 0.012297824, -1.5271566], [15.023858, 0.0, 0.0, -10.367392], [-0.11138038, -19.01715, -1.8678046, -0.00234222], [0.0, 0.0, -7.0649486, -123.932106], [0.035493545, -0.012367635, -0.012724705, 0.10692167]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[39.878902, 22.64639, 77.412384], [6.596354, 88.24727, 15.023858]]]> : tensor<1x2x3xf32>}} {
  %y = snn.reduce max %x dims [1, 2] : tensor<3x5x4xf32> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// The largest.
snn.network @max_02_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<5xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, true, true], [false, false, false, false], [false, false, true, false], [false, false, false, true], [false, true, false, true]], [[false, false, false, true], [false, true, true, false], [true, false, false, true], [false, true, false, false], [true, false, true, false]], [[false, false, true, false], [false, false, true, false], [false, true, false, true], [false, true, false, false], [true, false, true, true]]], [[[false, true, false, true], [true, false, true, true], [true, false, false, true], [false, false, false, false], [false, false, false, true]], [[false, false, false, true], [false, false, true, false], [false, true, false, false], [true, false, true, true], [false, false, false, true]], [[false, false, true, false], [false, false, false, true], [false, true, true, true], [true, false, false, true], [false, false, false, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[[true, true, true, true, true], [true, true, true, true, true]]]> : tensor<1x2x5xi1>}} {
  %y = snn.reduce max %x dims [0, 2] : tensor<3x5x4xi1> -> tensor<5xi1>
  snn.output %y : tensor<5xi1>
}

// The largest.
snn.network @max_02_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<5xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, 3, 3, -3], [4, 0, -6, 2], [5, 0, 0, 0], [0, -4, -7, -7], [4, 0, -2, 4]], [[-7, -3, -2, -2], [5, 5, 4, -9], [-7, 2, -8, 1], [8, 4, 4, 9], [9, -8, 1, 0]], [[2, 0, -6, 4], [0, 9, 7, 0], [1, 1, -9, 8], [6, 5, -5, -9], [-4, -1, 0, -6]]], [[[0, -4, -2, 0], [-4, -8, 5, 0], [-3, 8, 0, 2], [0, 9, -6, 0], [0, 7, -4, 0]], [[0, 0, 6, 7], [-8, 4, -7, 0], [-9, -8, 8, 8], [-3, 4, -8, 5], [-1, 3, 0, -6]], [[-3, 9, 0, 0], [4, 4, 0, 0], [0, -9, 0, 0], [1, 7, 0, -2], [0, -8, 1, -7]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[[4, 9, 8, 9, 9], [9, 5, 8, 9, 7]]]> : tensor<1x2x5xi32>}} {
  %y = snn.reduce max %x dims [0, 2] : tensor<3x5x4xi32> -> tensor<5xi32>
  snn.output %y : tensor<5xi32>
}

// The largest.
snn.network @max_02_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<5xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-0.42307517, 0.071621664, 0.0, -0.058474395], [-0.38394186, 47.09042, -0.05777256, 0.0], [0.009374639, 167.66486, 0.0, -148.99251], [-0.005236255, -3.4743059, 9.699042, 0.0], [-243.68971, -1.0905042, 0.08811475, 60.38177]], [[0.0247161, -0.7286421, -0.25358, 0.0], [0.0, -20.30478, 11.120776, 10.920351], [0.0, 0.0467299, -6.3149323, -0.0048635476], [0.0, -3.9239814, 5.931369, 0.0], [0.0, -45.998444, -0.01668897, 0.0]], [[-0.023544502, 0.0, 0.0777691, 0.0], [0.1207179, 0.0, 1.3950795, 0.18041754], [0.0, 63.721592, -9.074119, -0.5553091], [-0.0035281223, 0.0, 0.08959376, 0.13736206], [-0.06434827, -161.53488, -65.67677, -0.006118186]]], [[[-0.095891155, 0.0053296355, 80.14198, 0.0], [0.0050731, 0.0, -170.53186, 0.0], [0.0, 22.380005, 0.0, 104.24251], [0.0, 0.0017367753, 2.2074351, 0.117308855], [36.78726, 0.0, 0.052280225, 0.0]], [[0.0, 78.14891, 19.164814, 221.09445], [-88.80347, 0.022985201, -5.284253, 0.0], [0.0, 0.00010789171, 0.23036218, 1.7672501], [2.2495599, 19.612896, 0.0, 0.0], [-0.15793234, 0.0, 0.0, 0.08223654]], [[1.2556221, -0.89514273, 9.942602, 0.0], [0.0, 0.020893157, -0.017712785, 0.0019141369], [0.065775126, 0.0, 0.0, 0.0], [-2.8909736, 3.599621, 0.0, -0.020907179], [0.0, -160.37498, 0.0, 0.0]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[[0.0777691, 47.09042, 167.66486, 9.699042, 60.38177], [221.09445, 0.022985201, 104.24251, 19.612896, 36.78726]]]> : tensor<1x2x5xf32>}} {
  %y = snn.reduce max %x dims [0, 2] : tensor<3x5x4xf32> -> tensor<5xf32>
  snn.output %y : tensor<5xf32>
}

// The largest.
snn.network @max_012_i1(%x: tensor<3x5x4xi1>)
    -> (y: tensor<i1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, false, true], [false, false, true, true], [false, true, false, true], [false, false, true, false], [true, false, false, false]], [[false, true, false, true], [false, false, false, true], [false, false, false, false], [false, false, false, true], [false, false, false, false]], [[false, false, true, false], [false, true, false, false], [false, false, true, false], [true, false, false, false], [true, true, false, true]]], [[[true, false, false, false], [false, false, true, false], [false, true, false, false], [false, false, false, false], [false, false, true, false]], [[false, false, false, false], [false, true, false, true], [true, false, true, false], [false, true, true, true], [true, false, false, false]], [[false, false, false, false], [false, false, false, false], [false, true, true, false], [true, false, false, true], [true, false, false, false]]]]]> : tensor<1x2x3x5x4xi1>},
  snn.expected = {
    y = dense<[[true, true]]> : tensor<1x2xi1>}} {
  %y = snn.reduce max %x dims [0, 1, 2] : tensor<3x5x4xi1> -> tensor<i1>
  snn.output %y : tensor<i1>
}

// The largest.
snn.network @max_012_i32(%x: tensor<3x5x4xi32>)
    -> (y: tensor<i32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[2, -2, 0, 3], [-5, -8, 3, 0], [0, 8, -5, 0], [4, -2, 3, 0], [0, 9, -4, -8]], [[-3, 5, 6, -5], [0, 0, -4, -1], [1, 0, -7, 0], [0, 8, -4, -3], [-6, 0, 9, 0]], [[0, 1, 1, 0], [0, 2, -4, -9], [0, 0, -1, -8], [0, -4, 1, 7], [-6, 0, 0, 8]]], [[[2, -6, 0, 0], [5, 0, 0, 0], [-8, 0, 0, 0], [-3, 0, 0, 0], [6, 4, 8, 7]], [[-9, 8, 9, 3], [0, 0, -2, 0], [0, 0, 0, -9], [0, 7, 7, 0], [-2, 0, 0, 4]], [[2, 0, 7, 0], [6, -5, 0, 2], [6, 0, 0, 0], [0, 0, 3, -7], [0, 0, 0, -5]]]]]> : tensor<1x2x3x5x4xi32>},
  snn.expected = {
    y = dense<[[9, 9]]> : tensor<1x2xi32>}} {
  %y = snn.reduce max %x dims [0, 1, 2] : tensor<3x5x4xi32> -> tensor<i32>
  snn.output %y : tensor<i32>
}

// The largest.
snn.network @max_012_f32(%x: tensor<3x5x4xf32>)
    -> (y: tensor<f32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.08829919, 0.0, 0.0, 40.50285], [0.5306972, 0.0, 0.018639892, 0.0], [0.016489929, -0.009426248, 0.0, 0.0], [-12.924793, 0.50673974, 9.227271, 0.0], [1.7210939, 0.4048639, -0.87862605, 0.0]], [[55.900288, 0.0, -105.87203, 0.008723024], [0.0015665792, 0.14710996, 0.0, 0.0], [0.0050545763, 0.0, 0.0, -0.49278772], [0.0, 40.804356, 31.331821, 0.046654146], [0.0, 52.780674, 1.3079323, 8.60688]], [[48.06963, -0.10512996, -0.42680836, -0.0076864776], [-1.6986483, 0.008995157, -17.345348, 0.640759], [-0.010313539, 0.02532252, 0.2852818, 0.6572424], [0.0, 82.76059, -0.707996, -8.557755], [14.624724, 0.0, 109.713455, 0.0]]], [[[-0.5636128, 0.0023224396, 0.0, 0.0], [-100.21008, -161.29436, 0.0, 86.62078], [0.0, 0.0, 0.007658968, 0.0], [0.0015451951, 0.005671178, -0.0070381057, -0.090145394], [0.0, 8.959403, -0.00721051, -0.12127886]], [[1.3163899, 0.0106797265, 0.8830947, 0.026564514], [-0.0020736007, -11.358979, 6.9517593, -0.6923455], [-0.17379813, -0.0021686684, -1.5367876, 0.0], [0.05604015, -164.13416, -0.046130184, 0.0], [-0.1189053, 0.007514116, -0.09450872, 107.39389]], [[0.0, 0.0, -0.0068762396, 1.3268528], [0.0, 0.0, 0.0, 0.001622728], [-0.0038629745, 0.012182217, 0.0, 0.0], [-63.853447, -0.0745578, -12.495971, 24.537537], [0.10935438, -0.058356922, 0.20436186, 12.004217]]]]]> : tensor<1x2x3x5x4xf32>},
  snn.expected = {
    y = dense<[[109.713455, 107.39389]]> : tensor<1x2xf32>}} {
  %y = snn.reduce max %x dims [0, 1, 2] : tensor<3x5x4xf32> -> tensor<f32>
  snn.output %y : tensor<f32>
}

// NaN never wins; of NaNs only, the least value.
snn.network @max_nan(%x: tensor<4xf32>)
    -> (y: tensor<f32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[0x7FC00000, 1.0, 0x7FC00000, -2.0]], [[0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<2x1x4xf32>},
  snn.expected = {
    y = dense<[[1.0], [0xFF800000]]> : tensor<2x1xf32>}} {
  %y = snn.reduce max %x dims [0] : tensor<4xf32> -> tensor<f32>
  snn.output %y : tensor<f32>
}
