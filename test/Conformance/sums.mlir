// RUN: %conform

// Sums and products small enough to be worked out by hand, each of which another
// order, another rounding or another sign of zero would change.

//===----------------------------------------------------------------------===//
// Dense
//===----------------------------------------------------------------------===//

// 1e8 + 1 is 1e8 in f32, so that the 1 survives only if it comes last.
snn.network @dense_ascends(%x: tensor<3xf32>, %s: tensor<3xi1>, %n: tensor<3xi32>)
    -> (x: tensor<3xf32>, s: tensor<3xf32>, n: tensor<3xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<1.0> : tensor<1x1x3xf32>, s = dense<true> : tensor<1x1x3xi1>, n = dense<1> : tensor<1x1x3xi32>},
  snn.expected = {x = dense<[[[0.0, 0.0, 1.0]]]> : tensor<1x1x3xf32>,
                  s = dense<[[[0.0, 0.0, 1.0]]]> : tensor<1x1x3xf32>,
                  n = dense<[[[0.0, 0.0, 1.0]]]> : tensor<1x1x3xf32>}} {
  %w = arith.constant dense<[[1.0e8, 1.0, -1.0e8], [1.0, 1.0e8, -1.0e8], [1.0e8, -1.0e8, 1.0]]> : tensor<3x3xf32>
  %a = snn.dense %x, %w : (tensor<3xf32>, tensor<3x3xf32>) -> tensor<3xf32>
  %b = snn.dense %s, %w : (tensor<3xi1>, tensor<3x3xf32>) -> tensor<3xf32>
  %c = snn.dense %n, %w : (tensor<3xi32>, tensor<3x3xf32>) -> tensor<3xf32>
  snn.output %a, %b, %c : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24 fused, and 0 if the product is rounded.
snn.network @dense_is_fused(%x: tensor<2xf32>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0, 1.000244140625]]]> : tensor<1x1x2xf32>},
  snn.expected = {y = dense<5.9604644775390625e-08> : tensor<1x1x1xf32>}} {
  %w = arith.constant dense<[[-1.00048828125, 1.000244140625]]> : tensor<1x2xf32>
  %y = snn.dense %x, %w : (tensor<2xf32>, tensor<1x2xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// 1e8 - 1e8 + 1. The bias is no initial value of the accumulator.
snn.network @bias_comes_last(%s: tensor<2xi1>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {s = dense<true> : tensor<1x1x2xi1>},
  snn.expected = {y = dense<1.0> : tensor<1x1x1xf32>}} {
  %w = arith.constant dense<[[1.0e8, -1.0e8]]> : tensor<1x2xf32>
  %b = arith.constant dense<1.0> : tensor<1xf32>
  %y = snn.dense %s, %w bias %b : (tensor<2xi1>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// 2^24 + 1 is 2^24 in f32, twice; a wider accumulator would give 2^24 + 2. The
// bias is rounded in after the sum: 2^24 + 1 again.
snn.network @no_wider_accumulator(%s: tensor<3xi1>) -> (y: tensor<2xf32>) dt(1.0) attributes {
  snn.inputs = {s = dense<true> : tensor<1x1x3xi1>},
  snn.expected = {y = dense<[[[16777216.0, 16777216.0]]]> : tensor<1x1x2xf32>}} {
  %w = arith.constant dense<[[16777216.0, 1.0, 1.0], [16777216.0, 1.0, 0.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %y = snn.dense %s, %w bias %b : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// An accumulator that overflows stays infinite; later terms that are zero make no
// NaN of it.
snn.network @dense_overflows(%x: tensor<3xf32>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0, 1.0, 1.0]], [[1.0, 1.0, 0.0]], [[-1.0, -1.0, -0.0]], [[1.0, 0.0, 1.0]]]> : tensor<4x1x3xf32>},
  snn.expected = {y = dense<[[[0x7F800000]], [[0x7F800000]], [[0xFF800000]], [[0.0]]]> : tensor<4x1x1xf32>}} {
  %w = arith.constant dense<[[3.0e38, 3.0e38, -3.0e38]]> : tensor<1x3xf32>
  %y = snn.dense %x, %w : (tensor<3xf32>, tensor<1x3xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// The weight is 2^-149, the least f32: times 1 it stays, times 3/4 it is rounded to
// itself, times 1/2 to the even neighbour, +0.0. Times -1/2 it is -0.0, which the
// absent bias makes +0.0.
snn.network @subnormal_numbers_are_kept(%x: tensor<1xf32>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[1.0]], [[0.75]], [[0.5]], [[-0.5]], [[-1.0]]]> : tensor<5x1x1xf32>},
  snn.expected = {y = dense<[[[0x00000001]], [[0x00000001]], [[0.0]], [[0.0]], [[0x80000001]]]> : tensor<5x1x1xf32>}} {
  %w = arith.constant dense<0x00000001> : tensor<1x1xf32>
  %y = snn.dense %x, %w : (tensor<1xf32>, tensor<1x1xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// The same in f64, where the bias is -0.0 and counts as +0.0.
snn.network @no_negative_zero_in_f64(%x: tensor<2xf64>) -> (y: tensor<1xf64>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[-1.0e-300, 0.0]], [[0.0, -0.0]], [[-0.0, 1.0e-300]], [[1.0, 0.0]]]> : tensor<4x1x2xf64>},
  snn.expected = {y = dense<[[[0.0]], [[0.0]], [[0.0]], [[1.0e-300]]]> : tensor<4x1x1xf64>}} {
  %w = arith.constant dense<[[1.0e-300, -1.0e-300]]> : tensor<1x2xf64>
  %b = arith.constant dense<-0.0> : tensor<1xf64>
  %y = snn.dense %x, %w bias %b : (tensor<2xf64>, tensor<1x2xf64>, tensor<1xf64>) -> tensor<1xf64>
  snn.output %y : tensor<1xf64>
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

// Kernel position first, then channel: 1e8, 1, -1e8, 1 gives 1. Channel first would
// be 1e8, -1e8, 1, 1, which is 2.
snn.network @conv_takes_channels_innermost(%x: tensor<2x2xf32>, %s: tensor<2x2xi1>)
    -> (x: tensor<1x1xf32>, s: tensor<1x1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<1.0> : tensor<1x1x2x2xf32>, s = dense<true> : tensor<1x1x2x2xi1>},
  snn.expected = {x = dense<1.0> : tensor<1x1x1x1xf32>, s = dense<1.0> : tensor<1x1x1x1xf32>}} {
  %w = arith.constant dense<[[[1.0e8, -1.0e8], [1.0, 1.0]]]> : tensor<1x2x2xf32>
  %a = snn.conv %x, %w : (tensor<2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x1xf32>
  %b = snn.conv %s, %w : (tensor<2x2xi1>, tensor<1x2x2xf32>) -> tensor<1x1xf32>
  snn.output %a, %b : tensor<1x1xf32>, tensor<1x1xf32>
}

// Rows of the kernel first: 1e8, 1, -1e8, 1 gives 1. Columns first would be 2. So
// too per channel, where every channel is a group.
snn.network @conv_takes_rows_first(%x: tensor<1x2x2xf32>, %d: tensor<2x2x2xf32>)
    -> (y: tensor<1x1x1xf32>, depthwise: tensor<2x1x1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<1.0> : tensor<1x1x1x2x2xf32>, d = dense<1.0> : tensor<1x1x2x2x2xf32>},
  snn.expected = {y = dense<1.0> : tensor<1x1x1x1x1xf32>,
                  depthwise = dense<[[[[[1.0]], [[2.0]]]]]> : tensor<1x1x2x1x1xf32>}} {
  %w = arith.constant dense<[[[[1.0e8, 1.0], [-1.0e8, 1.0]]]]> : tensor<1x1x2x2xf32>
  %y = snn.conv %x, %w : (tensor<1x2x2xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x1xf32>
  %v = arith.constant dense<[[[[1.0e8, 1.0], [-1.0e8, 1.0]]], [[[1.0e8, -1.0e8], [1.0, 1.0]]]]> : tensor<2x1x2x2xf32>
  %z = snn.conv %d, %v groups 2 : (tensor<2x2x2xf32>, tensor<2x1x2x2xf32>) -> tensor<2x1x1xf32>
  snn.output %y, %z : tensor<1x1x1xf32>, tensor<2x1x1xf32>
}

// Fused, and the bias last: (1 + 2^-12) 1e8 - 1e8 is 24414.0625; rounded products
// would leave 24416.
snn.network @conv_is_fused(%x: tensor<1x2xf32>) -> (y: tensor<2x1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[1.0, 1.000244140625]]], [[[1.0, 1.0]]]]> : tensor<2x1x1x2xf32>},
  snn.expected = {y = dense<[[[[5.9604644775390625e-08], [24415.0625]]], [[[-0.000244140625], [1.0]]]]> : tensor<2x1x2x1xf32>}} {
  %w = arith.constant dense<[[[-1.00048828125, 1.000244140625]], [[-1.0e8, 1.0e8]]]> : tensor<2x1x2xf32>
  %b = arith.constant dense<[-0.0, 1.0]> : tensor<2xf32>
  %y = snn.conv %x, %w bias %b : (tensor<1x2xf32>, tensor<2x1x2xf32>, tensor<2xf32>) -> tensor<2x1xf32>
  snn.output %y : tensor<2x1xf32>
}

// An infinity or a NaN is a term like any other, and spoils no window but its own.
snn.network @conv_of_what_is_not_finite(%x: tensor<1x5xf32>) -> (y: tensor<1x4xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[0x7F800000, 0.0, 1.0, 0x7FC00000, 2.0]]], [[[0x7F800000, 0x7F800000, -0.0, 0.0, 0xFF800000]]]]> : tensor<2x1x1x5xf32>},
  snn.expected = {y = dense<[[[[0x7F800000, -1.0, 0x7FC00000, 0x7FC00000]]], [[[0x7FC00000, 0x7F800000, 0.0, 0x7F800000]]]]> : tensor<2x1x1x4xf32>}} {
  %w = arith.constant dense<[[[1.0, -1.0]]]> : tensor<1x1x2xf32>
  %y = snn.conv %x, %w : (tensor<1x5xf32>, tensor<1x1x2xf32>) -> tensor<1x4xf32>
  snn.output %y : tensor<1x4xf32>
}

// No result is -0.0: a product that underflows, a bias of -0.0, a window that is all
// padding.
snn.network @conv_has_no_negative_zero(%x: tensor<1x2xf32>) -> (y: tensor<1x4xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[-1.0e-30, -0.0]]]]> : tensor<1x1x1x2xf32>},
  snn.expected = {y = dense<0.0> : tensor<1x1x1x4xf32>}} {
  %w = arith.constant dense<1.0e-30> : tensor<1x1x1xf32>
  %b = arith.constant dense<-0.0> : tensor<1xf32>
  %y = snn.conv %x, %w bias %b padding [1, 1] : (tensor<1x2xf32>, tensor<1x1x1xf32>, tensor<1xf32>) -> tensor<1x4xf32>
  snn.output %y : tensor<1x4xf32>
}

// Groups and outputs: output o sees the channels of group o / 2, in their order.
snn.network @outputs_of_a_group(%x: tensor<4x1xi32>) -> (y: tensor<4x1xf32>, depthwise: tensor<8x1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[1], [10], [100], [1000]]]]> : tensor<1x1x4x1xi32>},
  snn.expected = {y = dense<[[[[21.0], [43.0], [6500.0], [8700.0]]]]> : tensor<1x1x4x1xf32>,
                  depthwise = dense<[[[[1.0], [2.0], [30.0], [40.0], [500.0], [600.0], [7000.0], [8000.0]]]]> : tensor<1x1x8x1xf32>}} {
  %w = arith.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]], [[7.0], [8.0]]]> : tensor<4x2x1xf32>
  %y = snn.conv %x, %w groups 2 : (tensor<4x1xi32>, tensor<4x2x1xf32>) -> tensor<4x1xf32>
  %v = arith.constant dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]], [[5.0]], [[6.0]], [[7.0]], [[8.0]]]> : tensor<8x1x1xf32>
  %z = snn.conv %x, %v groups 4 : (tensor<4x1xi32>, tensor<8x1x1xf32>) -> tensor<8x1xf32>
  snn.output %y, %z : tensor<4x1xf32>, tensor<8x1xf32>
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

// Row by row: 1e8, 1, -1e8, 1 gives 1. Column by column would be 2.
snn.network @pools_sum_by_rows(%x: tensor<1x2x2xf32>) -> (sum: tensor<1x1x1xf32>, avg: tensor<1x1x1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[[1.0e8, 1.0], [-1.0e8, 1.0]]]]]> : tensor<1x1x1x2x2xf32>},
  snn.expected = {sum = dense<1.0> : tensor<1x1x1x1x1xf32>, avg = dense<0.25> : tensor<1x1x1x1x1xf32>}} {
  %s = snn.pool sum %x kernel [2, 2] : tensor<1x2x2xf32> -> tensor<1x1x1xf32>
  %a = snn.pool avg %x kernel [2, 2] : tensor<1x2x2xf32> -> tensor<1x1x1xf32>
  snn.output %s, %a : tensor<1x1x1xf32>, tensor<1x1x1xf32>
}

// 5 / 3 is 0x3FD55555; 5 times a rounded third would be 0x3FD55556. Absent stride
// means the kernel.
snn.network @pools_divide(%s: tensor<1x6xi1>, %x: tensor<1x6xf32>) -> (s: tensor<1x2xf32>, x: tensor<1x2xf32>) dt(1.0) attributes {
  snn.inputs = {s = dense<[[[[true, false, true, false, true, false]]]]> : tensor<1x1x1x6xi1>,
                x = dense<[[[[1.0, 2.0, 2.0, 0.0, 0.0, -5.0]]]]> : tensor<1x1x1x6xf32>},
  snn.expected = {s = dense<[[[[0x3F2AAAAB, 0x3EAAAAAB]]]]> : tensor<1x1x1x2xf32>,
                  x = dense<[[[[0x3FD55555, 0xBFD55555]]]]> : tensor<1x1x1x2xf32>}} {
  %a = snn.pool avg %s kernel [3] : tensor<1x6xi1> -> tensor<1x2xf32>
  %b = snn.pool avg %x kernel [3] : tensor<1x6xf32> -> tensor<1x2xf32>
  snn.output %a, %b : tensor<1x2xf32>, tensor<1x2xf32>
}

// The sum of integers is taken modulo 2^32, then rounded once: 16777217 + 2 is
// 16777219, which is 16777220 in f32. Each rounded by itself gives 16777218.
snn.network @pools_of_integers(%n: tensor<1x6xi32>)
    -> (sum: tensor<1x3xi32>, f32: tensor<1x3xf32>, f64: tensor<1x3xf64>, max: tensor<1x3xi32>) dt(1.0) attributes {
  snn.inputs = {n = dense<[[[[16777217, 2, 2147483647, 1, -2147483648, -1]]]]> : tensor<1x1x1x6xi32>},
  snn.expected = {sum = dense<[[[[16777219, -2147483648, 2147483647]]]]> : tensor<1x1x1x3xi32>,
                  f32 = dense<[[[[8388610.0, -1073741824.0, 1073741824.0]]]]> : tensor<1x1x1x3xf32>,
                  f64 = dense<[[[[8388609.5, -1073741824.0, 1073741823.5]]]]> : tensor<1x1x1x3xf64>,
                  max = dense<[[[[16777217, 2147483647, -1]]]]> : tensor<1x1x1x3xi32>}} {
  %s = snn.pool sum %n kernel [2] : tensor<1x6xi32> -> tensor<1x3xi32>
  %a = snn.pool avg %n kernel [2] : tensor<1x6xi32> -> tensor<1x3xf32>
  %b = snn.pool avg %n kernel [2] : tensor<1x6xi32> -> tensor<1x3xf64>
  %m = snn.pool max %n kernel [2] : tensor<1x6xi32> -> tensor<1x3xi32>
  snn.output %s, %a, %b, %m : tensor<1x3xi32>, tensor<1x3xf32>, tensor<1x3xf64>, tensor<1x3xi32>
}

// The first window is all padding, the second half of it. Padding adds nothing, but
// counts in the area; it is no zero that a maximum could be.
snn.network @pools_with_padding(%s: tensor<1x3xi1>, %n: tensor<1x3xi32>, %x: tensor<1x3xf32>)
    -> (smax: tensor<1x3xi1>, nsum: tensor<1x3xi32>, nmax: tensor<1x3xi32>,
        xsum: tensor<1x3xf32>, xavg: tensor<1x3xf32>, xmax: tensor<1x3xf32>) dt(1.0) attributes {
  snn.inputs = {s = dense<[[[[true, false, false]]]]> : tensor<1x1x1x3xi1>,
                n = dense<[[[[-3, -5, -7]]]]> : tensor<1x1x1x3xi32>,
                x = dense<[[[[-3.0, -5.0, -7.0]]]]> : tensor<1x1x1x3xf32>},
  snn.expected = {smax = dense<[[[[false, true, false]]]]> : tensor<1x1x1x3xi1>,
                  nsum = dense<[[[[0, -3, -12]]]]> : tensor<1x1x1x3xi32>,
                  nmax = dense<[[[[-2147483648, -3, -5]]]]> : tensor<1x1x1x3xi32>,
                  xsum = dense<[[[[0.0, -3.0, -12.0]]]]> : tensor<1x1x1x3xf32>,
                  xavg = dense<[[[[0.0, -1.5, -6.0]]]]> : tensor<1x1x1x3xf32>,
                  xmax = dense<[[[[0xFF800000, -3.0, -5.0]]]]> : tensor<1x1x1x3xf32>}} {
  %a = snn.pool max %s kernel [2] padding [3, 0] : tensor<1x3xi1> -> tensor<1x3xi1>
  %b = snn.pool sum %n kernel [2] padding [3, 0] : tensor<1x3xi32> -> tensor<1x3xi32>
  %c = snn.pool max %n kernel [2] padding [3, 0] : tensor<1x3xi32> -> tensor<1x3xi32>
  %d = snn.pool sum %x kernel [2] padding [3, 0] : tensor<1x3xf32> -> tensor<1x3xf32>
  %e = snn.pool avg %x kernel [2] padding [3, 0] : tensor<1x3xf32> -> tensor<1x3xf32>
  %f = snn.pool max %x kernel [2] padding [3, 0] : tensor<1x3xf32> -> tensor<1x3xf32>
  snn.output %a, %b, %c, %d, %e, %f : tensor<1x3xi1>, tensor<1x3xi32>, tensor<1x3xi32>, tensor<1x3xf32>, tensor<1x3xf32>, tensor<1x3xf32>
}

// Sums start at +0.0, so that none is -0.0; an infinity less an infinity is NaN; NaN
// wins no maximum, -infinity is one, and of equal zeros the first is taken.
snn.network @pools_of_special_values(%x: tensor<1x10xf32>)
    -> (sum: tensor<1x5xf32>, avg: tensor<1x5xf32>, max: tensor<1x5xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[-0.0, -0.0, 0x7F800000, 0xFF800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 0x7FC00000, 0x7FC00000]]]]> : tensor<1x1x1x10xf32>},
  snn.expected = {sum = dense<[[[[0.0, 0x7FC00000, 0x7FC00000, 0.0, 0x7FC00000]]]]> : tensor<1x1x1x5xf32>,
                  avg = dense<[[[[0.0, 0x7FC00000, 0x7FC00000, 0.0, 0x7FC00000]]]]> : tensor<1x1x1x5xf32>,
                  max = dense<[[[[-0.0, 0x7F800000, 0xFF800000, 0.0, 0xFF800000]]]]> : tensor<1x1x1x5xf32>}} {
  %s = snn.pool sum %x kernel [2] : tensor<1x10xf32> -> tensor<1x5xf32>
  %a = snn.pool avg %x kernel [2] : tensor<1x10xf32> -> tensor<1x5xf32>
  %m = snn.pool max %x kernel [2] : tensor<1x10xf32> -> tensor<1x5xf32>
  snn.output %s, %a, %m : tensor<1x5xf32>, tensor<1x5xf32>, tensor<1x5xf32>
}

// In f64, and with channels last: the windows of a channel are its own.
snn.network @pools_with_channels_last(%x: tensor<4x2xf64>)
    -> (sum: tensor<2x2xf64>, avg: tensor<2x2xf64>, max: tensor<3x2xf64>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[1.0, 10.0], [2.0, -20.0], [-3.0, 30.0], [4.0, 40.0]]]]> : tensor<1x1x4x2xf64>},
  snn.expected = {sum = dense<[[[[3.0, -10.0], [1.0, 70.0]]]]> : tensor<1x1x2x2xf64>,
                  avg = dense<[[[[1.5, -5.0], [0.5, 35.0]]]]> : tensor<1x1x2x2xf64>,
                  max = dense<[[[[2.0, 10.0], [2.0, 30.0], [4.0, 40.0]]]]> : tensor<1x1x3x2xf64>}} {
  %s = snn.pool sum %x kernel [2] channels_last : tensor<4x2xf64> -> tensor<2x2xf64>
  %a = snn.pool avg %x kernel [2] channels_last : tensor<4x2xf64> -> tensor<2x2xf64>
  %m = snn.pool max %x kernel [2] stride [1] channels_last : tensor<4x2xf64> -> tensor<3x2xf64>
  snn.output %s, %a, %m : tensor<2x2xf64>, tensor<2x2xf64>, tensor<3x2xf64>
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

// A product that is rounded before it is added: (1 + 2^-12)^2 is 1 + 2^-11 + 2^-24,
// which rounds to 1 + 2^-11. Fused, the results would be 2^-24. So too if the ops
// of a law say so, and if a law is fused with what feeds it.
snn.neuron_model private @rounds_twice(in %a: f32, in %c: f32) -> (y: f32) {
  %p = arith.mulf %a, %a : f32
  %y = arith.addf %p, %c : f32
  snn.next emit (%y : f32)
}
snn.neuron_model private @rounds_once(in %a: f32, in %c: f32) -> (y: f32) {
  %y = math.fma %a, %a, %c : f32
  snn.next emit (%y : f32)
}
snn.neuron_model private @adds(in %a: f32, in %c: f32) -> (y: f32) {
  %y = arith.addf %c, %a : f32
  snn.next emit (%y : f32)
}
snn.network @fused_only_where_it_says_so(%a: tensor<1xf32>, %c: tensor<1xf32>)
    -> (mul: tensor<1xf32>, scale: tensor<1xf32>, law: tensor<1xf32>, into: tensor<1xf32>, fma: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {a = dense<1.000244140625> : tensor<1x1x1xf32>, c = dense<-1.00048828125> : tensor<1x1x1xf32>},
  snn.expected = {mul = dense<0.0> : tensor<1x1x1xf32>, scale = dense<0.0> : tensor<1x1x1xf32>,
                  law = dense<0.0> : tensor<1x1x1xf32>, into = dense<0.0> : tensor<1x1x1xf32>,
                  fma = dense<5.9604644775390625e-08> : tensor<1x1x1xf32>}} {
  %k = arith.constant 1.000244140625 : f32
  %aa = snn.mul %a, %a : tensor<1xf32>
  %mul = snn.add %aa, %c : tensor<1xf32>
  %ka = snn.scale %a by %k : tensor<1xf32>, f32 -> tensor<1xf32>
  %scale = snn.add %c, %ka : tensor<1xf32>
  %law = snn.population @rounds_twice "twice" (%a, %c) : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %bb = snn.mul %a, %a : tensor<1xf32>
  %into = snn.population @adds "adds" (%bb, %c) : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %fma = snn.population @rounds_once "once" (%a, %c) : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  snn.output %mul, %scale, %law, %into, %fma : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// From left to right: 1e8 + 1 - 1e8 is 0, 1e8 - 1e8 + 1 is 1. Nothing is taken
// apart: a sum that is an operand comes first as a whole.
snn.network @add_goes_from_left_to_right(%a: tensor<1xf32>, %b: tensor<1xf32>, %c: tensor<1xf32>)
    -> (abc: tensor<1xf32>, acb: tensor<1xf32>, nested: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {a = dense<1.0e8> : tensor<1x1x1xf32>, b = dense<1.0> : tensor<1x1x1xf32>, c = dense<-1.0e8> : tensor<1x1x1xf32>},
  snn.expected = {abc = dense<0.0> : tensor<1x1x1xf32>, acb = dense<1.0> : tensor<1x1x1xf32>, nested = dense<0.0> : tensor<1x1x1xf32>}} {
  %abc = snn.add %a, %b, %c : tensor<1xf32>
  %acb = snn.add %a, %c, %b : tensor<1xf32>
  %bc = snn.add %b, %c : tensor<1xf32>
  %nested = snn.add %a, %bc : tensor<1xf32>
  snn.output %abc, %acb, %nested : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// An i32 is rounded to f32 before anything else: 16777217 to 16777216, 16777219 to
// 16777220. Then 16777216 + 1 is 16777216 and -16777220 + 1 is -16777220, ties going
// to the even neighbour. In f64 all is exact.
snn.network @integers_are_converted_first(%n: tensor<2xi32>, %x: tensor<2xf32>, %y: tensor<2xf64>, %s: tensor<2xi1>)
    -> (one: tensor<2xf32>, sum: tensor<2xf32>, product: tensor<2xf32>, scaled: tensor<2xf32>, wide: tensor<2xf64>, count: tensor<2xi32>) dt(1.0) attributes {
  snn.inputs = {n = dense<[[[16777217, -16777219]]]> : tensor<1x1x2xi32>, x = dense<1.0> : tensor<1x1x2xf32>,
                y = dense<0.5> : tensor<1x1x2xf64>, s = dense<true> : tensor<1x1x2xi1>},
  snn.expected = {one = dense<[[[16777216.0, -16777220.0]]]> : tensor<1x1x2xf32>,
                  sum = dense<[[[16777216.0, -16777220.0]]]> : tensor<1x1x2xf32>,
                  product = dense<[[[16777216.0, -16777220.0]]]> : tensor<1x1x2xf32>,
                  scaled = dense<[[[8388608.0, -8388610.0]]]> : tensor<1x1x2xf32>,
                  wide = dense<[[[16777218.5, -16777217.5]]]> : tensor<1x1x2xf64>,
                  count = dense<[[[16777219, -16777217]]]> : tensor<1x1x2xi32>}} {
  %half = arith.constant 0.5 : f32
  %one = snn.add %n : (tensor<2xi32>) -> tensor<2xf32>
  %sum = snn.add %n, %x, %s : (tensor<2xi32>, tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %product = snn.mul %x, %n : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xf32>
  %scaled = snn.scale %n by %half : tensor<2xi32>, f32 -> tensor<2xf32>
  %wide = snn.add %n, %s, %y : (tensor<2xi32>, tensor<2xi1>, tensor<2xf64>) -> tensor<2xf64>
  %count = snn.add %s, %n, %s : (tensor<2xi1>, tensor<2xi32>, tensor<2xi1>) -> tensor<2xi32>
  snn.output %one, %sum, %product, %scaled, %wide, %count : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf64>, tensor<2xi32>
}

// Binary signals: a sum counts, a product is their conjunction; a set spike is 1,
// never -1.
snn.network @binary_signals(%a: tensor<4xi1>, %b: tensor<4xi1>, %x: tensor<4xf32>, %n: tensor<4xi32>)
    -> (sum: tensor<4xi32>, both: tensor<4xi1>, gated: tensor<4xf32>, counted: tensor<4xi32>, wide: tensor<4xf64>) dt(1.0) attributes {
  snn.inputs = {a = dense<[[[false, false, true, true]]]> : tensor<1x1x4xi1>, b = dense<[[[false, true, false, true]]]> : tensor<1x1x4xi1>,
                x = dense<[[[-2.0, 0x7F800000, -0.0, -3.0]]]> : tensor<1x1x4xf32>, n = dense<[[[5, 6, 7, -8]]]> : tensor<1x1x4xi32>},
  snn.expected = {sum = dense<[[[0, 1, 1, 2]]]> : tensor<1x1x4xi32>, both = dense<[[[false, false, false, true]]]> : tensor<1x1x4xi1>,
                  gated = dense<[[[-0.0, 0x7FC00000, -0.0, -3.0]]]> : tensor<1x1x4xf32>,
                  counted = dense<[[[0, 0, 7, -8]]]> : tensor<1x1x4xi32>,
                  wide = dense<[[[0.0, 0.0, 1.0, 1.0]]]> : tensor<1x1x4xf64>}} {
  %sum = snn.add %a, %b : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi32>
  %both = snn.mul %a, %b : tensor<4xi1>
  %gated = snn.mul %a, %x : (tensor<4xi1>, tensor<4xf32>) -> tensor<4xf32>
  %counted = snn.mul %n, %a : (tensor<4xi32>, tensor<4xi1>) -> tensor<4xi32>
  %wide = snn.add %a : (tensor<4xi1>) -> tensor<4xf64>
  snn.output %sum, %both, %gated, %counted, %wide : tensor<4xi32>, tensor<4xi1>, tensor<4xf32>, tensor<4xi32>, tensor<4xf64>
}

// One operand is passed on, its -0.0 too. Twice the same operand is its double.
snn.network @add_of_one(%x: tensor<3xf32>) -> (one: tensor<3xf32>, two: tensor<3xf32>, three: tensor<3xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[-0.0, 3.0e38, 0.1]]]> : tensor<1x1x3xf32>},
  snn.expected = {one = dense<[[[-0.0, 3.0e38, 0.1]]]> : tensor<1x1x3xf32>, two = dense<[[[-0.0, 0x7F800000, 0.2]]]> : tensor<1x1x3xf32>,
                  three = dense<[[[-0.0, 0x7F800000, 0x3E99999A]]]> : tensor<1x1x3xf32>}} {
  %one = snn.add %x : tensor<3xf32>
  %two = snn.add %x, %x : tensor<3xf32>
  %three = snn.add %x, %x, %x : tensor<3xf32>
  snn.output %one, %two, %three : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// Factors are aligned at the left: [2] is one per row, [1, 3] one per column. Factors
// of 0, 1 and -1 are factors like others.
snn.network @factors_broadcast(%x: tensor<2x3xf32>)
    -> (rows: tensor<2x3xf32>, columns: tensor<2x3xf32>, full: tensor<2x3xf32>, zero: tensor<2x3xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[[1.0, -2.0, 3.0], [4.0, 5.0, 0x7F800000]]]]> : tensor<1x1x2x3xf32>},
  snn.expected = {rows = dense<[[[[10.0, -20.0, 30.0], [400.0, 500.0, 0x7F800000]]]]> : tensor<1x1x2x3xf32>,
                  columns = dense<[[[[10.0, -200.0, 3000.0], [40.0, 500.0, 0x7F800000]]]]> : tensor<1x1x2x3xf32>,
                  full = dense<[[[[0.0, -2.0, -3.0], [8.0, 2.5, 0xFF800000]]]]> : tensor<1x1x2x3xf32>,
                  zero = dense<[[[[0.0, -0.0, 0.0], [0.0, 0.0, 0x7FC00000]]]]> : tensor<1x1x2x3xf32>}} {
  %rows = arith.constant dense<[10.0, 100.0]> : tensor<2xf32>
  %columns = arith.constant dense<[[10.0, 100.0, 1000.0]]> : tensor<1x3xf32>
  %full = arith.constant dense<[[0.0, 1.0, -1.0], [2.0, 0.5, -0.25]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %a = snn.scale %x by %rows : tensor<2x3xf32>, tensor<2xf32> -> tensor<2x3xf32>
  %b = snn.scale %x by %columns : tensor<2x3xf32>, tensor<1x3xf32> -> tensor<2x3xf32>
  %c = snn.scale %x by %full : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
  %d = snn.scale %x by %zero : tensor<2x3xf32>, f32 -> tensor<2x3xf32>
  snn.output %a, %b, %c, %d : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}
