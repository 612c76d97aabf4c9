// RUN: %conform

// Written by `python test/Conformance/generate.py`, whose arithmetic is the
// Spec's.

snn.neuron_model private @law_arithmetic_f32(in %a: f32, in %b: f32)
    -> (addf: f32, subf: f32, mulf: f32, divf: f32, copysign: f32) {
  %addf_ = arith.addf %a, %b : f32
  %subf_ = arith.subf %a, %b : f32
  %mulf_ = arith.mulf %a, %b : f32
  %divf_ = arith.divf %a, %b : f32
  %copysign_ = math.copysign %a, %b : f32
  snn.next emit (%addf_, %subf_, %mulf_, %divf_, %copysign_ : f32, f32, f32, f32, f32)
}

// One rounding each. A NaN has no sign; it counts as +.
snn.network @arithmetic_f32(%a: tensor<100xf32>, %b: tensor<100xf32>)
    -> (addf: tensor<100xf32>, subf: tensor<100xf32>, mulf: tensor<100xf32>, divf: tensor<100xf32>, copysign: tensor<100xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    a = dense<[[[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<1x1x100xf32>,
    b = dense<[[[0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000]]]> : tensor<1x1x100xf32>},
  snn.expected = {
    addf = dense<[[[0.0, 0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 1.0, 1.0, 2.0, -1.5, 1.1, 3.0e+38, 1.0, 0x7F800000, 0xFF800000, 0x7FC00000, -2.5, -2.5, -1.5, -5.0, -2.4, 3.0e+38, -2.5, 0x7F800000, 0xFF800000, 0x7FC00000, 0.1, 0.1, 1.1, -2.4, 0.2, 3.0e+38, 0.1, 0x7F800000, 0xFF800000, 0x7FC00000, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 0x7F800000, 3.0e+38, 0x7F800000, 0xFF800000, 0x7FC00000, 1.0e-40, 1.0e-40, 1.0, -2.5, 0.1, 3.0e+38, 1.99999e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0xFFC00000, 0x7FC00000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFFC00000, 0xFF800000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<1x1x100xf32>,
    subf = dense<[[[0.0, 0.0, -1.0, 2.5, -0.1, -3.0e+38, -1.0e-40, 0xFF800000, 0x7F800000, 0x7FC00000, -0.0, 0.0, -1.0, 2.5, -0.1, -3.0e+38, -1.0e-40, 0xFF800000, 0x7F800000, 0x7FC00000, 1.0, 1.0, 0.0, 3.5, 0.9, -3.0e+38, 1.0, 0xFF800000, 0x7F800000, 0x7FC00000, -2.5, -2.5, -3.5, 0.0, -2.6, -3.0e+38, -2.5, 0xFF800000, 0x7F800000, 0x7FC00000, 0.1, 0.1, -0.9, 2.6, 0.0, -3.0e+38, 0.1, 0xFF800000, 0x7F800000, 0x7FC00000, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 0.0, 3.0e+38, 0xFF800000, 0x7F800000, 0x7FC00000, 1.0e-40, 1.0e-40, -1.0, 2.5, -0.1, -3.0e+38, 0.0, 0xFF800000, 0x7F800000, 0x7FC00000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0xFFC00000, 0x7F800000, 0x7FC00000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFFC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<1x1x100xf32>,
    mulf = dense<[[[0.0, -0.0, 0.0, -0.0, 0.0, 0.0, 0.0, 0xFFC00000, 0xFFC00000, 0x7FC00000, -0.0, 0.0, -0.0, 0.0, -0.0, -0.0, -0.0, 0xFFC00000, 0xFFC00000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, -0.0, 0.0, -2.5, 6.25, -0.25, 0xFF800000, -2.49999e-40, 0xFF800000, 0x7F800000, 0x7FC00000, 0.0, -0.0, 0.1, -0.25, 0.010000001, 3.0e+37, 1.0e-41, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 3.0e+38, 0xFF800000, 3.0e+37, 0x7F800000, 0.02999984, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0e-40, -2.49999e-40, 1.0e-41, 0.02999984, 0.0, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0xFFC00000, 0x7F800000, 0xFF800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0xFFC00000, 0xFF800000, 0x7F800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0x7F800000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<1x1x100xf32>,
    divf = dense<[[[0xFFC00000, 0xFFC00000, 0.0, -0.0, 0.0, 0.0, 0.0, 0.0, -0.0, 0x7FC00000, 0xFFC00000, 0xFFC00000, -0.0, 0.0, -0.0, -0.0, -0.0, -0.0, 0.0, 0x7FC00000, 0x7F800000, 0xFF800000, 1.0, -0.4, 10.0, 3.333333e-39, 0x7F800000, 0.0, -0.0, 0x7FC00000, 0xFF800000, 0x7F800000, -2.5, 1.0, -25.0, -8.333333e-39, 0xFF800000, -0.0, 0.0, 0x7FC00000, 0x7F800000, 0xFF800000, 0.1, -0.04, 1.0, 3.33334e-40, 0x7F800000, 0.0, -0.0, 0x7FC00000, 0x7F800000, 0xFF800000, 3.0e+38, -1.2e+38, 0x7F800000, 1.0, 0x7F800000, 0.0, -0.0, 0x7FC00000, 0x7F800000, 0xFF800000, 1.0e-40, -4.0e-41, 9.99995e-40, 0.0, 1.0, 0.0, -0.0, 0x7FC00000, 0x7F800000, 0xFF800000, 0x7F800000, 0xFF800000, 0x7F800000, 0x7F800000, 0x7F800000, 0xFFC00000, 0xFFC00000, 0x7FC00000, 0xFF800000, 0x7F800000, 0xFF800000, 0x7F800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFFC00000, 0xFFC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<1x1x100xf32>,
    copysign = dense<[[[0.0, -0.0, 0.0, -0.0, 0.0, 0.0, 0.0, 0.0, -0.0, 0.0, 0.0, -0.0, 0.0, -0.0, 0.0, 0.0, 0.0, 0.0, -0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 2.5, -2.5, 2.5, -2.5, 2.5, 2.5, 2.5, 2.5, -2.5, 2.5, 0.1, -0.1, 0.1, -0.1, 0.1, 0.1, 0.1, 0.1, -0.1, 0.1, 3.0e+38, -3.0e+38, 3.0e+38, -3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, -3.0e+38, 3.0e+38, 1.0e-40, -1.0e-40, 1.0e-40, -1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, -1.0e-40, 1.0e-40, 0x7F800000, 0xFF800000, 0x7F800000, 0xFF800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0xFF800000, 0x7F800000, 0x7F800000, 0xFF800000, 0x7F800000, 0xFF800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0xFF800000, 0x7F800000, 0x7FC00000, 0xFFC00000, 0x7FC00000, 0xFFC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0xFFC00000, 0x7FC00000]]]> : tensor<1x1x100xf32>}} {
  %addf, %subf, %mulf, %divf, %copysign = snn.population @law_arithmetic_f32 "" (%a, %b)
      : (tensor<100xf32>, tensor<100xf32>)
      -> (tensor<100xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100xf32>)
  snn.output %addf, %subf, %mulf, %divf, %copysign : tensor<100xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100xf32>, tensor<100xf32>
}

snn.neuron_model private @law_comparisons_f32(in %a: f32, in %b: f32)
    -> (oeq: i1, ueq: i1, ogt: i1, ugt: i1, oge: i1, uge: i1, olt: i1, ult: i1, ole: i1, ule: i1, one: i1, une: i1, ord: i1, uno: i1, false: i1, true: i1) {
  %oeq_ = arith.cmpf oeq, %a, %b : f32
  %ueq_ = arith.cmpf ueq, %a, %b : f32
  %ogt_ = arith.cmpf ogt, %a, %b : f32
  %ugt_ = arith.cmpf ugt, %a, %b : f32
  %oge_ = arith.cmpf oge, %a, %b : f32
  %uge_ = arith.cmpf uge, %a, %b : f32
  %olt_ = arith.cmpf olt, %a, %b : f32
  %ult_ = arith.cmpf ult, %a, %b : f32
  %ole_ = arith.cmpf ole, %a, %b : f32
  %ule_ = arith.cmpf ule, %a, %b : f32
  %one_ = arith.cmpf one, %a, %b : f32
  %une_ = arith.cmpf une, %a, %b : f32
  %ord_ = arith.cmpf ord, %a, %b : f32
  %uno_ = arith.cmpf uno, %a, %b : f32
  %false_ = arith.cmpf false, %a, %b : f32
  %true_ = arith.cmpf true, %a, %b : f32
  snn.next emit (%oeq_, %ueq_, %ogt_, %ugt_, %oge_, %uge_, %olt_, %ult_, %ole_, %ule_, %one_, %une_, %ord_, %uno_, %false_, %true_ : i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1)
}

// NaN makes ordered predicates false and unordered ones true.
snn.network @comparisons_f32(%a: tensor<100xf32>, %b: tensor<100xf32>)
    -> (oeq: tensor<100xi1>, ueq: tensor<100xi1>, ogt: tensor<100xi1>, ugt: tensor<100xi1>, oge: tensor<100xi1>, uge: tensor<100xi1>, olt: tensor<100xi1>, ult: tensor<100xi1>, ole: tensor<100xi1>, ule: tensor<100xi1>, one: tensor<100xi1>, une: tensor<100xi1>, ord: tensor<100xi1>, uno: tensor<100xi1>, false: tensor<100xi1>, true: tensor<100xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    a = dense<[[[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0x7F800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<1x1x100xf32>,
    b = dense<[[[0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000]]]> : tensor<1x1x100xf32>},
  snn.expected = {
    oeq = dense<[[[true, true, false, false, false, false, false, false, false, false, true, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    ueq = dense<[[[true, true, false, false, false, false, false, false, false, true, true, true, false, false, false, false, false, false, false, true, false, false, true, false, false, false, false, false, false, true, false, false, false, true, false, false, false, false, false, true, false, false, false, false, true, false, false, false, false, true, false, false, false, false, false, true, false, false, false, true, false, false, false, false, false, false, true, false, false, true, false, false, false, false, false, false, false, true, false, true, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    ogt = dense<[[[false, false, false, true, false, false, false, false, true, false, false, false, false, true, false, false, false, false, true, false, true, true, false, true, true, false, true, false, true, false, false, false, false, false, false, false, false, false, true, false, true, true, false, true, false, false, true, false, true, false, true, true, true, true, true, false, true, false, true, false, true, true, false, true, false, false, false, false, true, false, true, true, true, true, true, true, true, false, true, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    ugt = dense<[[[false, false, false, true, false, false, false, false, true, true, false, false, false, true, false, false, false, false, true, true, true, true, false, true, true, false, true, false, true, true, false, false, false, false, false, false, false, false, true, true, true, true, false, true, false, false, true, false, true, true, true, true, true, true, true, false, true, false, true, true, true, true, false, true, false, false, false, false, true, true, true, true, true, true, true, true, true, false, true, true, false, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    oge = dense<[[[true, true, false, true, false, false, false, false, true, false, true, true, false, true, false, false, false, false, true, false, true, true, true, true, true, false, true, false, true, false, false, false, false, true, false, false, false, false, true, false, true, true, false, true, true, false, true, false, true, false, true, true, true, true, true, true, true, false, true, false, true, true, false, true, false, false, true, false, true, false, true, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    uge = dense<[[[true, true, false, true, false, false, false, false, true, true, true, true, false, true, false, false, false, false, true, true, true, true, true, true, true, false, true, false, true, true, false, false, false, true, false, false, false, false, true, true, true, true, false, true, true, false, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, false, true, false, false, true, false, true, true, true, true, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    olt = dense<[[[false, false, true, false, true, true, true, true, false, false, false, false, true, false, true, true, true, true, false, false, false, false, false, false, false, true, false, true, false, false, true, true, true, false, true, true, true, true, false, false, false, false, true, false, false, true, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, true, false, true, true, false, true, false, false, false, false, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    ult = dense<[[[false, false, true, false, true, true, true, true, false, true, false, false, true, false, true, true, true, true, false, true, false, false, false, false, false, true, false, true, false, true, true, true, true, false, true, true, true, true, false, true, false, false, true, false, false, true, false, true, false, true, false, false, false, false, false, false, false, true, false, true, false, false, true, false, true, true, false, true, false, true, false, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    ole = dense<[[[true, true, true, false, true, true, true, true, false, false, true, true, true, false, true, true, true, true, false, false, false, false, true, false, false, true, false, true, false, false, true, true, true, true, true, true, true, true, false, false, false, false, true, false, true, true, false, true, false, false, false, false, false, false, false, true, false, true, false, false, false, false, true, false, true, true, true, true, false, false, false, false, false, false, false, false, false, true, false, false, true, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    ule = dense<[[[true, true, true, false, true, true, true, true, false, true, true, true, true, false, true, true, true, true, false, true, false, false, true, false, false, true, false, true, false, true, true, true, true, true, true, true, true, true, false, true, false, false, true, false, true, true, false, true, false, true, false, false, false, false, false, true, false, true, false, true, false, false, true, false, true, true, true, true, false, true, false, false, false, false, false, false, false, true, false, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    one = dense<[[[false, false, true, true, true, true, true, true, true, false, false, false, true, true, true, true, true, true, true, false, true, true, false, true, true, true, true, true, true, false, true, true, true, false, true, true, true, true, true, false, true, true, true, true, false, true, true, true, true, false, true, true, true, true, true, false, true, true, true, false, true, true, true, true, true, true, false, true, true, false, true, true, true, true, true, true, true, false, true, false, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    une = dense<[[[false, false, true, true, true, true, true, true, true, true, false, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    ord = dense<[[[true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    uno = dense<[[[false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    false = dense<[[[false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    true = dense<[[[true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>}} {
  %oeq, %ueq, %ogt, %ugt, %oge, %uge, %olt, %ult, %ole, %ule, %one, %une, %ord, %uno, %false, %true = snn.population @law_comparisons_f32 "" (%a, %b)
      : (tensor<100xf32>, tensor<100xf32>)
      -> (tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>)
  snn.output %oeq, %ueq, %ogt, %ugt, %oge, %uge, %olt, %ult, %ole, %ule, %one, %une, %ord, %uno, %false, %true : tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>
}

snn.neuron_model private @law_roundings_f32(in %x: f32)
    -> (negf: f32, sqrt: f32, floor: f32, ceil: f32, trunc: f32, roundeven: f32, absf: f32) {
  %negf_ = arith.negf %x : f32
  %sqrt_ = math.sqrt %x : f32
  %floor_ = math.floor %x : f32
  %ceil_ = math.ceil %x : f32
  %trunc_ = math.trunc %x : f32
  %roundeven_ = math.roundeven %x : f32
  %absf_ = math.absf %x : f32
  snn.next emit (%negf_, %sqrt_, %floor_, %ceil_, %trunc_, %roundeven_, %absf_ : f32, f32, f32, f32, f32, f32, f32)
}

// Roundings keep the sign of what becomes zero.
snn.network @roundings_f32(%x: tensor<22xf32>)
    -> (negf: tensor<22xf32>, sqrt: tensor<22xf32>, floor: tensor<22xf32>, ceil: tensor<22xf32>, trunc: tensor<22xf32>, roundeven: tensor<22xf32>, absf: tensor<22xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 0.5, 1.5, 2.5, 0.49999997, 1.0e+10, 8.388609e+06, -0.5, -1.5, -2.5, -0.49999997, -1.0e+10, -8.388609e+06]]]> : tensor<1x1x22xf32>},
  snn.expected = {
    negf = dense<[[[-0.0, 0.0, -1.0, 2.5, -0.1, -3.0e+38, -1.0e-40, 0xFF800000, 0x7F800000, 0xFFC00000, -0.5, -1.5, -2.5, -0.49999997, -1.0e+10, -8.388609e+06, 0.5, 1.5, 2.5, 0.49999997, 1.0e+10, 8.388609e+06]]]> : tensor<1x1x22xf32>,
    sqrt = dense<[[[0.0, -0.0, 1.0, 0xFFC00000, 0.31622776, 1.7320508e+19, 9.999973e-21, 0x7F800000, 0xFFC00000, 0x7FC00000, 0.70710677, 1.2247449, 1.5811388, 0.70710677, 100000.0, 2896.3096, 0xFFC00000, 0xFFC00000, 0xFFC00000, 0xFFC00000, 0xFFC00000, 0xFFC00000]]]> : tensor<1x1x22xf32>,
    floor = dense<[[[0.0, -0.0, 1.0, -3.0, 0.0, 3.0e+38, 0.0, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, 1.0, 2.0, 0.0, 1.0e+10, 8.388609e+06, -1.0, -2.0, -3.0, -1.0, -1.0e+10, -8.388609e+06]]]> : tensor<1x1x22xf32>,
    ceil = dense<[[[0.0, -0.0, 1.0, -2.0, 1.0, 3.0e+38, 1.0, 0x7F800000, 0xFF800000, 0x7FC00000, 1.0, 2.0, 3.0, 1.0, 1.0e+10, 8.388609e+06, -0.0, -1.0, -2.0, -0.0, -1.0e+10, -8.388609e+06]]]> : tensor<1x1x22xf32>,
    trunc = dense<[[[0.0, -0.0, 1.0, -2.0, 0.0, 3.0e+38, 0.0, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, 1.0, 2.0, 0.0, 1.0e+10, 8.388609e+06, -0.0, -1.0, -2.0, -0.0, -1.0e+10, -8.388609e+06]]]> : tensor<1x1x22xf32>,
    roundeven = dense<[[[0.0, -0.0, 1.0, -2.0, 0.0, 3.0e+38, 0.0, 0x7F800000, 0xFF800000, 0x7FC00000, 0.0, 2.0, 2.0, 0.0, 1.0e+10, 8.388609e+06, -0.0, -2.0, -2.0, -0.0, -1.0e+10, -8.388609e+06]]]> : tensor<1x1x22xf32>,
    absf = dense<[[[0.0, 0.0, 1.0, 2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0x7F800000, 0x7FC00000, 0.5, 1.5, 2.5, 0.49999997, 1.0e+10, 8.388609e+06, 0.5, 1.5, 2.5, 0.49999997, 1.0e+10, 8.388609e+06]]]> : tensor<1x1x22xf32>}} {
  %negf, %sqrt, %floor, %ceil, %trunc, %roundeven, %absf = snn.population @law_roundings_f32 "" (%x)
      : (tensor<22xf32>)
      -> (tensor<22xf32>, tensor<22xf32>, tensor<22xf32>, tensor<22xf32>, tensor<22xf32>, tensor<22xf32>, tensor<22xf32>)
  snn.output %negf, %sqrt, %floor, %ceil, %trunc, %roundeven, %absf : tensor<22xf32>, tensor<22xf32>, tensor<22xf32>, tensor<22xf32>, tensor<22xf32>, tensor<22xf32>, tensor<22xf32>
}

snn.neuron_model private @law_fma_f32(in %a: f32, in %b: f32, in %c: f32)
    -> (fma: f32, separate: f32) {
  %fma_ = math.fma %a, %b, %c : f32
  %p = arith.mulf %a, %b : f32
  %separate_ = arith.addf %p, %c : f32
  snn.next emit (%fma_, %separate_ : f32, f32)
}

// One rounding for fma, two for a product and a sum.
snn.network @fma_f32(%a: tensor<15xf32>, %b: tensor<15xf32>, %c: tensor<15xf32>)
    -> (fma: tensor<15xf32>, separate: tensor<15xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    a = dense<[[[1.0002441, 0.99975586, 1.0002441, 1.0e-45, 1.0e-45, 1.0e-45, 1.0e-45, -0.0, -0.0, 1.5, 3.4028235e+38, 0x7F800000, 0x7F800000, 0x7FC00000, 1.0]]]> : tensor<1x1x15xf32>,
    b = dense<[[[1.0002441, 1.0002441, 1.0002441, 0.5, -0.5, 0.75, 0.5, 1.0, 1.0, 2.0, 2.0, 0.0, 1.0, 1.0, 0x7F800000]]]> : tensor<1x1x15xf32>,
    c = dense<[[[-1.0004883, -1.0, 1.0, 0.0, -0.0, 0.0, 1.0, -0.0, 0.0, -3.0, -3.4028235e+38, 1.0, 0xFF800000, 1.0, 0x7FC00000]]]> : tensor<1x1x15xf32>},
  snn.expected = {
    fma = dense<[[[5.9604645e-08, -5.9604645e-08, 2.0004883, 0.0, -0.0, 1.0e-45, 1.0, -0.0, 0.0, 0.0, 3.4028235e+38, 0xFFC00000, 0xFFC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<1x1x15xf32>,
    separate = dense<[[[0.0, -5.9604645e-08, 2.0004883, 0.0, -0.0, 1.0e-45, 1.0, -0.0, 0.0, 0.0, 0x7F800000, 0xFFC00000, 0xFFC00000, 0x7FC00000, 0x7FC00000]]]> : tensor<1x1x15xf32>}} {
  %fma, %separate = snn.population @law_fma_f32 "" (%a, %b, %c)
      : (tensor<15xf32>, tensor<15xf32>, tensor<15xf32>)
      -> (tensor<15xf32>, tensor<15xf32>)
  snn.output %fma, %separate : tensor<15xf32>, tensor<15xf32>
}

snn.neuron_model private @law_arithmetic_f64(in %a: f64, in %b: f64)
    -> (addf: f64, subf: f64, mulf: f64, divf: f64, copysign: f64) {
  %addf_ = arith.addf %a, %b : f64
  %subf_ = arith.subf %a, %b : f64
  %mulf_ = arith.mulf %a, %b : f64
  %divf_ = arith.divf %a, %b : f64
  %copysign_ = math.copysign %a, %b : f64
  snn.next emit (%addf_, %subf_, %mulf_, %divf_, %copysign_ : f64, f64, f64, f64, f64)
}

// One rounding each. A NaN has no sign; it counts as +.
snn.network @arithmetic_f64(%a: tensor<100xf64>, %b: tensor<100xf64>)
    -> (addf: tensor<100xf64>, subf: tensor<100xf64>, mulf: tensor<100xf64>, divf: tensor<100xf64>, copysign: tensor<100xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    a = dense<[[[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>,
    b = dense<[[[0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>},
  snn.expected = {
    addf = dense<[[[0.0, 0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 1.0, 1.0, 2.0, -1.5, 1.1, 3.0e+38, 1.0, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, -2.5, -2.5, -1.5, -5.0, -2.4, 3.0e+38, -2.5, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.1, 0.1, 1.1, -2.4, 0.2, 3.0e+38, 0.1, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 6.0e+38, 3.0e+38, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 1.0e-40, 1.0e-40, 1.0, -2.5, 0.1, 3.0e+38, 2.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF8000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>,
    subf = dense<[[[0.0, 0.0, -1.0, 2.5, -0.1, -3.0e+38, -1.0e-40, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, -0.0, 0.0, -1.0, 2.5, -0.1, -3.0e+38, -1.0e-40, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 1.0, 1.0, 0.0, 3.5, 0.9, -3.0e+38, 1.0, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, -2.5, -2.5, -3.5, 0.0, -2.6, -3.0e+38, -2.5, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 0.1, 0.1, -0.9, 2.6, 0.0, -3.0e+38, 0.1, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 0.0, 3.0e+38, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 1.0e-40, 1.0e-40, -1.0, 2.5, -0.1, -3.0e+38, 0.0, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF8000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>,
    mulf = dense<[[[0.0, -0.0, 0.0, -0.0, 0.0, 0.0, 0.0, 0xFFF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000, -0.0, 0.0, -0.0, 0.0, -0.0, -0.0, -0.0, 0xFFF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, -0.0, 0.0, -2.5, 6.25, -0.25, -7.5e+38, -2.5e-40, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 0.1, -0.25, 0.010000000000000002, 3.0e+37, 1.0e-41, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 3.0e+38, -7.5e+38, 3.0e+37, 9.000000000000001e+76, 0.03, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0e-40, -2.5e-40, 1.0e-41, 0.03, 9.999999999999998e-81, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0xFFF8000000000000, 0xFFF8000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0xFFF8000000000000, 0xFFF8000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>,
    divf = dense<[[[0xFFF8000000000000, 0xFFF8000000000000, 0.0, -0.0, 0.0, 0.0, 0.0, 0.0, -0.0, 0x7FF8000000000000, 0xFFF8000000000000, 0xFFF8000000000000, -0.0, 0.0, -0.0, -0.0, -0.0, -0.0, 0.0, 0x7FF8000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 1.0, -0.4, 10.0, 3.3333333333333334e-39, 1.0e+40, 0.0, -0.0, 0x7FF8000000000000, 0xFFF0000000000000, 0x7FF0000000000000, -2.5, 1.0, -25.0, -8.333333333333333e-39, -2.5e+40, -0.0, 0.0, 0x7FF8000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0.1, -0.04, 1.0, 3.3333333333333335e-40, 1.0000000000000001e+39, 0.0, -0.0, 0x7FF8000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 3.0e+38, -1.2e+38, 3.0e+39, 1.0, 3.0000000000000002e+78, 0.0, -0.0, 0x7FF8000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 1.0e-40, -3.9999999999999995e-41, 1.0e-39, 3.333333333333333e-79, 1.0, 0.0, -0.0, 0x7FF8000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>,
    copysign = dense<[[[0.0, -0.0, 0.0, -0.0, 0.0, 0.0, 0.0, 0.0, -0.0, 0.0, 0.0, -0.0, 0.0, -0.0, 0.0, 0.0, 0.0, 0.0, -0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 2.5, -2.5, 2.5, -2.5, 2.5, 2.5, 2.5, 2.5, -2.5, 2.5, 0.1, -0.1, 0.1, -0.1, 0.1, 0.1, 0.1, 0.1, -0.1, 0.1, 3.0e+38, -3.0e+38, 3.0e+38, -3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, -3.0e+38, 3.0e+38, 1.0e-40, -1.0e-40, 1.0e-40, -1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, -1.0e-40, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>}} {
  %addf, %subf, %mulf, %divf, %copysign = snn.population @law_arithmetic_f64 "" (%a, %b)
      : (tensor<100xf64>, tensor<100xf64>)
      -> (tensor<100xf64>, tensor<100xf64>, tensor<100xf64>, tensor<100xf64>, tensor<100xf64>)
  snn.output %addf, %subf, %mulf, %divf, %copysign : tensor<100xf64>, tensor<100xf64>, tensor<100xf64>, tensor<100xf64>, tensor<100xf64>
}

snn.neuron_model private @law_comparisons_f64(in %a: f64, in %b: f64)
    -> (oeq: i1, ueq: i1, ogt: i1, ugt: i1, oge: i1, uge: i1, olt: i1, ult: i1, ole: i1, ule: i1, one: i1, une: i1, ord: i1, uno: i1, false: i1, true: i1) {
  %oeq_ = arith.cmpf oeq, %a, %b : f64
  %ueq_ = arith.cmpf ueq, %a, %b : f64
  %ogt_ = arith.cmpf ogt, %a, %b : f64
  %ugt_ = arith.cmpf ugt, %a, %b : f64
  %oge_ = arith.cmpf oge, %a, %b : f64
  %uge_ = arith.cmpf uge, %a, %b : f64
  %olt_ = arith.cmpf olt, %a, %b : f64
  %ult_ = arith.cmpf ult, %a, %b : f64
  %ole_ = arith.cmpf ole, %a, %b : f64
  %ule_ = arith.cmpf ule, %a, %b : f64
  %one_ = arith.cmpf one, %a, %b : f64
  %une_ = arith.cmpf une, %a, %b : f64
  %ord_ = arith.cmpf ord, %a, %b : f64
  %uno_ = arith.cmpf uno, %a, %b : f64
  %false_ = arith.cmpf false, %a, %b : f64
  %true_ = arith.cmpf true, %a, %b : f64
  snn.next emit (%oeq_, %ueq_, %ogt_, %ugt_, %oge_, %uge_, %olt_, %ult_, %ole_, %ule_, %one_, %une_, %ord_, %uno_, %false_, %true_ : i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1)
}

// NaN makes ordered predicates false and unordered ones true.
snn.network @comparisons_f64(%a: tensor<100xf64>, %b: tensor<100xf64>)
    -> (oeq: tensor<100xi1>, ueq: tensor<100xi1>, ogt: tensor<100xi1>, ugt: tensor<100xi1>, oge: tensor<100xi1>, uge: tensor<100xi1>, olt: tensor<100xi1>, ult: tensor<100xi1>, ole: tensor<100xi1>, ule: tensor<100xi1>, one: tensor<100xi1>, une: tensor<100xi1>, ord: tensor<100xi1>, uno: tensor<100xi1>, false: tensor<100xi1>, true: tensor<100xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    a = dense<[[[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, -2.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 3.0e+38, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 1.0e-40, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>,
    b = dense<[[[0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000]]]> : tensor<1x1x100xf64>},
  snn.expected = {
    oeq = dense<[[[true, true, false, false, false, false, false, false, false, false, true, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    ueq = dense<[[[true, true, false, false, false, false, false, false, false, true, true, true, false, false, false, false, false, false, false, true, false, false, true, false, false, false, false, false, false, true, false, false, false, true, false, false, false, false, false, true, false, false, false, false, true, false, false, false, false, true, false, false, false, false, false, true, false, false, false, true, false, false, false, false, false, false, true, false, false, true, false, false, false, false, false, false, false, true, false, true, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    ogt = dense<[[[false, false, false, true, false, false, false, false, true, false, false, false, false, true, false, false, false, false, true, false, true, true, false, true, true, false, true, false, true, false, false, false, false, false, false, false, false, false, true, false, true, true, false, true, false, false, true, false, true, false, true, true, true, true, true, false, true, false, true, false, true, true, false, true, false, false, false, false, true, false, true, true, true, true, true, true, true, false, true, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    ugt = dense<[[[false, false, false, true, false, false, false, false, true, true, false, false, false, true, false, false, false, false, true, true, true, true, false, true, true, false, true, false, true, true, false, false, false, false, false, false, false, false, true, true, true, true, false, true, false, false, true, false, true, true, true, true, true, true, true, false, true, false, true, true, true, true, false, true, false, false, false, false, true, true, true, true, true, true, true, true, true, false, true, true, false, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    oge = dense<[[[true, true, false, true, false, false, false, false, true, false, true, true, false, true, false, false, false, false, true, false, true, true, true, true, true, false, true, false, true, false, false, false, false, true, false, false, false, false, true, false, true, true, false, true, true, false, true, false, true, false, true, true, true, true, true, true, true, false, true, false, true, true, false, true, false, false, true, false, true, false, true, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    uge = dense<[[[true, true, false, true, false, false, false, false, true, true, true, true, false, true, false, false, false, false, true, true, true, true, true, true, true, false, true, false, true, true, false, false, false, true, false, false, false, false, true, true, true, true, false, true, true, false, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, false, true, false, false, true, false, true, true, true, true, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    olt = dense<[[[false, false, true, false, true, true, true, true, false, false, false, false, true, false, true, true, true, true, false, false, false, false, false, false, false, true, false, true, false, false, true, true, true, false, true, true, true, true, false, false, false, false, true, false, false, true, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, true, false, true, true, false, true, false, false, false, false, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    ult = dense<[[[false, false, true, false, true, true, true, true, false, true, false, false, true, false, true, true, true, true, false, true, false, false, false, false, false, true, false, true, false, true, true, true, true, false, true, true, true, true, false, true, false, false, true, false, false, true, false, true, false, true, false, false, false, false, false, false, false, true, false, true, false, false, true, false, true, true, false, true, false, true, false, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    ole = dense<[[[true, true, true, false, true, true, true, true, false, false, true, true, true, false, true, true, true, true, false, false, false, false, true, false, false, true, false, true, false, false, true, true, true, true, true, true, true, true, false, false, false, false, true, false, true, true, false, true, false, false, false, false, false, false, false, true, false, true, false, false, false, false, true, false, true, true, true, true, false, false, false, false, false, false, false, false, false, true, false, false, true, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    ule = dense<[[[true, true, true, false, true, true, true, true, false, true, true, true, true, false, true, true, true, true, false, true, false, false, true, false, false, true, false, true, false, true, true, true, true, true, true, true, true, true, false, true, false, false, true, false, true, true, false, true, false, true, false, false, false, false, false, true, false, true, false, true, false, false, true, false, true, true, true, true, false, true, false, false, false, false, false, false, false, true, false, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    one = dense<[[[false, false, true, true, true, true, true, true, true, false, false, false, true, true, true, true, true, true, true, false, true, true, false, true, true, true, true, true, true, false, true, true, true, false, true, true, true, true, true, false, true, true, true, true, false, true, true, true, true, false, true, true, true, true, true, false, true, true, true, false, true, true, true, true, true, true, false, true, true, false, true, true, true, true, true, true, true, false, true, false, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    une = dense<[[[false, false, true, true, true, true, true, true, true, true, false, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    ord = dense<[[[true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, true, true, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    uno = dense<[[[false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, false, false, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>,
    false = dense<[[[false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false]]]> : tensor<1x1x100xi1>,
    true = dense<[[[true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true]]]> : tensor<1x1x100xi1>}} {
  %oeq, %ueq, %ogt, %ugt, %oge, %uge, %olt, %ult, %ole, %ule, %one, %une, %ord, %uno, %false, %true = snn.population @law_comparisons_f64 "" (%a, %b)
      : (tensor<100xf64>, tensor<100xf64>)
      -> (tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>)
  snn.output %oeq, %ueq, %ogt, %ugt, %oge, %uge, %olt, %ult, %ole, %ule, %one, %une, %ord, %uno, %false, %true : tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>, tensor<100xi1>
}

snn.neuron_model private @law_roundings_f64(in %x: f64)
    -> (negf: f64, sqrt: f64, floor: f64, ceil: f64, trunc: f64, roundeven: f64, absf: f64) {
  %negf_ = arith.negf %x : f64
  %sqrt_ = math.sqrt %x : f64
  %floor_ = math.floor %x : f64
  %ceil_ = math.ceil %x : f64
  %trunc_ = math.trunc %x : f64
  %roundeven_ = math.roundeven %x : f64
  %absf_ = math.absf %x : f64
  snn.next emit (%negf_, %sqrt_, %floor_, %ceil_, %trunc_, %roundeven_, %absf_ : f64, f64, f64, f64, f64, f64, f64)
}

// Roundings keep the sign of what becomes zero.
snn.network @roundings_f64(%x: tensor<22xf64>)
    -> (negf: tensor<22xf64>, sqrt: tensor<22xf64>, floor: tensor<22xf64>, ceil: tensor<22xf64>, trunc: tensor<22xf64>, roundeven: tensor<22xf64>, absf: tensor<22xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.5, 1.5, 2.5, 0.49999997, 10000000000.0, 8388609.0, -0.5, -1.5, -2.5, -0.49999997, -10000000000.0, -8388609.0]]]> : tensor<1x1x22xf64>},
  snn.expected = {
    negf = dense<[[[-0.0, 0.0, -1.0, 2.5, -0.1, -3.0e+38, -1.0e-40, 0xFFF0000000000000, 0x7FF0000000000000, 0xFFF8000000000000, -0.5, -1.5, -2.5, -0.49999997, -10000000000.0, -8388609.0, 0.5, 1.5, 2.5, 0.49999997, 10000000000.0, 8388609.0]]]> : tensor<1x1x22xf64>,
    sqrt = dense<[[[0.0, -0.0, 1.0, 0xFFF8000000000000, 0.31622776601683794, 1.7320508075688774e+19, 1.0e-20, 0x7FF0000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0.7071067811865476, 1.224744871391589, 1.5811388300841898, 0.7071067599733438, 100000.0, 2896.309548373585, 0xFFF8000000000000, 0xFFF8000000000000, 0xFFF8000000000000, 0xFFF8000000000000, 0xFFF8000000000000, 0xFFF8000000000000]]]> : tensor<1x1x22xf64>,
    floor = dense<[[[0.0, -0.0, 1.0, -3.0, 0.0, 3.0e+38, 0.0, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, 1.0, 2.0, 0.0, 10000000000.0, 8388609.0, -1.0, -2.0, -3.0, -1.0, -10000000000.0, -8388609.0]]]> : tensor<1x1x22xf64>,
    ceil = dense<[[[0.0, -0.0, 1.0, -2.0, 1.0, 3.0e+38, 1.0, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 1.0, 2.0, 3.0, 1.0, 10000000000.0, 8388609.0, -0.0, -1.0, -2.0, -0.0, -10000000000.0, -8388609.0]]]> : tensor<1x1x22xf64>,
    trunc = dense<[[[0.0, -0.0, 1.0, -2.0, 0.0, 3.0e+38, 0.0, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, 1.0, 2.0, 0.0, 10000000000.0, 8388609.0, -0.0, -1.0, -2.0, -0.0, -10000000000.0, -8388609.0]]]> : tensor<1x1x22xf64>,
    roundeven = dense<[[[0.0, -0.0, 1.0, -2.0, 0.0, 3.0e+38, 0.0, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0.0, 2.0, 2.0, 0.0, 10000000000.0, 8388609.0, -0.0, -2.0, -2.0, -0.0, -10000000000.0, -8388609.0]]]> : tensor<1x1x22xf64>,
    absf = dense<[[[0.0, 0.0, 1.0, 2.5, 0.1, 3.0e+38, 1.0e-40, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 0.5, 1.5, 2.5, 0.49999997, 10000000000.0, 8388609.0, 0.5, 1.5, 2.5, 0.49999997, 10000000000.0, 8388609.0]]]> : tensor<1x1x22xf64>}} {
  %negf, %sqrt, %floor, %ceil, %trunc, %roundeven, %absf = snn.population @law_roundings_f64 "" (%x)
      : (tensor<22xf64>)
      -> (tensor<22xf64>, tensor<22xf64>, tensor<22xf64>, tensor<22xf64>, tensor<22xf64>, tensor<22xf64>, tensor<22xf64>)
  snn.output %negf, %sqrt, %floor, %ceil, %trunc, %roundeven, %absf : tensor<22xf64>, tensor<22xf64>, tensor<22xf64>, tensor<22xf64>, tensor<22xf64>, tensor<22xf64>, tensor<22xf64>
}

snn.neuron_model private @law_fma_f64(in %a: f64, in %b: f64, in %c: f64)
    -> (fma: f64, separate: f64) {
  %fma_ = math.fma %a, %b, %c : f64
  %p = arith.mulf %a, %b : f64
  %separate_ = arith.addf %p, %c : f64
  snn.next emit (%fma_, %separate_ : f64, f64)
}

// One rounding for fma, two for a product and a sum.
snn.network @fma_f64(%a: tensor<15xf64>, %b: tensor<15xf64>, %c: tensor<15xf64>)
    -> (fma: tensor<15xf64>, separate: tensor<15xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    a = dense<[[[1.0000000074505806, 0.9999999925494194, 1.0000000074505806, 5.0e-324, 5.0e-324, 5.0e-324, 5.0e-324, -0.0, -0.0, 1.5, 1.7976931348623157e+308, 0x7FF0000000000000, 0x7FF0000000000000, 0x7FF8000000000000, 1.0]]]> : tensor<1x1x15xf64>,
    b = dense<[[[1.0000000074505806, 1.0000000074505806, 1.0000000074505806, 0.5, -0.5, 0.75, 0.5, 1.0, 1.0, 2.0, 2.0, 0.0, 1.0, 1.0, 0x7FF0000000000000]]]> : tensor<1x1x15xf64>,
    c = dense<[[[-1.0000000149011612, -1.0, 1.0, 0.0, -0.0, 0.0, 1.0, -0.0, 0.0, -3.0, -1.7976931348623157e+308, 1.0, 0xFFF0000000000000, 1.0, 0x7FF8000000000000]]]> : tensor<1x1x15xf64>},
  snn.expected = {
    fma = dense<[[[5.551115123125783e-17, -5.551115123125783e-17, 2.000000014901161, 0.0, -0.0, 5.0e-324, 1.0, -0.0, 0.0, 0.0, 1.7976931348623157e+308, 0xFFF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x15xf64>,
    separate = dense<[[[0.0, 0.0, 2.000000014901161, 0.0, -0.0, 5.0e-324, 1.0, -0.0, 0.0, 0.0, 0x7FF0000000000000, 0xFFF8000000000000, 0xFFF8000000000000, 0x7FF8000000000000, 0x7FF8000000000000]]]> : tensor<1x1x15xf64>}} {
  %fma, %separate = snn.population @law_fma_f64 "" (%a, %b, %c)
      : (tensor<15xf64>, tensor<15xf64>, tensor<15xf64>)
      -> (tensor<15xf64>, tensor<15xf64>)
  snn.output %fma, %separate : tensor<15xf64>, tensor<15xf64>
}

snn.neuron_model private @law_integers(in %a: i32, in %b: i32)
    -> (addi: i32, subi: i32, muli: i32, andi: i32, ori: i32, xori: i32, maxsi: i32, minsi: i32, slt: i1, ult: i1, sle: i1, ule: i1, sgt: i1, ugt: i1, sge: i1, uge: i1, eq: i1, ne: i1) {
  %addi_ = arith.addi %a, %b : i32
  %subi_ = arith.subi %a, %b : i32
  %muli_ = arith.muli %a, %b : i32
  %andi_ = arith.andi %a, %b : i32
  %ori_ = arith.ori %a, %b : i32
  %xori_ = arith.xori %a, %b : i32
  %maxsi_ = arith.maxsi %a, %b : i32
  %minsi_ = arith.minsi %a, %b : i32
  %slt_ = arith.cmpi slt, %a, %b : i32
  %ult_ = arith.cmpi ult, %a, %b : i32
  %sle_ = arith.cmpi sle, %a, %b : i32
  %ule_ = arith.cmpi ule, %a, %b : i32
  %sgt_ = arith.cmpi sgt, %a, %b : i32
  %ugt_ = arith.cmpi ugt, %a, %b : i32
  %sge_ = arith.cmpi sge, %a, %b : i32
  %uge_ = arith.cmpi uge, %a, %b : i32
  %eq_ = arith.cmpi eq, %a, %b : i32
  %ne_ = arith.cmpi ne, %a, %b : i32
  snn.next emit (%addi_, %subi_, %muli_, %andi_, %ori_, %xori_, %maxsi_, %minsi_, %slt_, %ult_, %sle_, %ule_, %sgt_, %ugt_, %sge_, %uge_, %eq_, %ne_ : i32, i32, i32, i32, i32, i32, i32, i32, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1)
}

// Modulo 2^32.
snn.network @integers(%a: tensor<49xi32>, %b: tensor<49xi32>)
    -> (addi: tensor<49xi32>, subi: tensor<49xi32>, muli: tensor<49xi32>, andi: tensor<49xi32>, ori: tensor<49xi32>, xori: tensor<49xi32>, maxsi: tensor<49xi32>, minsi: tensor<49xi32>, slt: tensor<49xi1>, ult: tensor<49xi1>, sle: tensor<49xi1>, ule: tensor<49xi1>, sgt: tensor<49xi1>, ugt: tensor<49xi1>, sge: tensor<49xi1>, uge: tensor<49xi1>, eq: tensor<49xi1>, ne: tensor<49xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    a = dense<[[[0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, 7, 7, 7, 7, 7, 7, 7, -65537, -65537, -65537, -65537, -65537, -65537, -65537, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648]]]> : tensor<1x1x49xi32>,
    b = dense<[[[0, 1, -1, 7, -65537, 2147483647, -2147483648, 0, 1, -1, 7, -65537, 2147483647, -2147483648, 0, 1, -1, 7, -65537, 2147483647, -2147483648, 0, 1, -1, 7, -65537, 2147483647, -2147483648, 0, 1, -1, 7, -65537, 2147483647, -2147483648, 0, 1, -1, 7, -65537, 2147483647, -2147483648, 0, 1, -1, 7, -65537, 2147483647, -2147483648]]]> : tensor<1x1x49xi32>},
  snn.expected = {
    addi = dense<[[[0, 1, -1, 7, -65537, 2147483647, -2147483648, 1, 2, 0, 8, -65536, -2147483648, -2147483647, -1, 0, -2, 6, -65538, 2147483646, 2147483647, 7, 8, 6, 14, -65530, -2147483642, -2147483641, -65537, -65536, -65538, -65530, -131074, 2147418110, 2147418111, 2147483647, -2147483648, 2147483646, -2147483642, 2147418110, -2, -1, -2147483648, -2147483647, 2147483647, -2147483641, 2147418111, -1, 0]]]> : tensor<1x1x49xi32>,
    subi = dense<[[[0, -1, 1, -7, 65537, -2147483647, -2147483648, 1, 0, 2, -6, 65538, -2147483646, -2147483647, -1, -2, 0, -8, 65536, -2147483648, 2147483647, 7, 6, 8, 0, 65544, -2147483640, -2147483641, -65537, -65538, -65536, -65544, 0, 2147418112, 2147418111, 2147483647, 2147483646, -2147483648, 2147483640, -2147418112, 0, -1, -2147483648, 2147483647, -2147483647, 2147483641, -2147418111, 1, 0]]]> : tensor<1x1x49xi32>,
    muli = dense<[[[0, 0, 0, 0, 0, 0, 0, 0, 1, -1, 7, -65537, 2147483647, -2147483648, 0, -1, 1, -7, 65537, -2147483647, -2147483648, 0, 7, -7, 49, -458759, 2147483641, -2147483648, 0, -65537, 65537, -458759, 131073, -2147418111, -2147483648, 0, 2147483647, -2147483647, 2147483641, -2147418111, 1, -2147483648, 0, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648, 0]]]> : tensor<1x1x49xi32>,
    andi = dense<[[[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, -1, 7, -65537, 2147483647, -2147483648, 0, 1, 7, 7, 7, 7, 0, 0, 1, -65537, 7, -65537, 2147418111, -2147483648, 0, 1, 2147483647, 7, 2147418111, 2147483647, 0, 0, 0, -2147483648, 0, -2147483648, 0, -2147483648]]]> : tensor<1x1x49xi32>,
    ori = dense<[[[0, 1, -1, 7, -65537, 2147483647, -2147483648, 1, 1, -1, 7, -65537, 2147483647, -2147483647, -1, -1, -1, -1, -1, -1, -1, 7, 7, -1, 7, -65537, 2147483647, -2147483641, -65537, -65537, -1, -65537, -65537, -1, -65537, 2147483647, 2147483647, -1, 2147483647, -1, 2147483647, -1, -2147483648, -2147483647, -1, -2147483641, -65537, -1, -2147483648]]]> : tensor<1x1x49xi32>,
    xori = dense<[[[0, 1, -1, 7, -65537, 2147483647, -2147483648, 1, 0, -2, 6, -65538, 2147483646, -2147483647, -1, -2, 0, -8, 65536, -2147483648, 2147483647, 7, 6, -8, 0, -65544, 2147483640, -2147483641, -65537, -65538, 65536, -65544, 0, -2147418112, 2147418111, 2147483647, 2147483646, -2147483648, 2147483640, -2147418112, 0, -1, -2147483648, -2147483647, 2147483647, -2147483641, 2147418111, -1, 0]]]> : tensor<1x1x49xi32>,
    maxsi = dense<[[[0, 1, 0, 7, 0, 2147483647, 0, 1, 1, 1, 7, 1, 2147483647, 1, 0, 1, -1, 7, -1, 2147483647, -1, 7, 7, 7, 7, 7, 2147483647, 7, 0, 1, -1, 7, -65537, 2147483647, -65537, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 0, 1, -1, 7, -65537, 2147483647, -2147483648]]]> : tensor<1x1x49xi32>,
    minsi = dense<[[[0, 0, -1, 0, -65537, 0, -2147483648, 0, 1, -1, 1, -65537, 1, -2147483648, -1, -1, -1, -1, -65537, -1, -2147483648, 0, 1, -1, 7, -65537, 7, -2147483648, -65537, -65537, -65537, -65537, -65537, -65537, -2147483648, 0, 1, -1, 7, -65537, 2147483647, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648]]]> : tensor<1x1x49xi32>,
    slt = dense<[[[false, true, false, true, false, true, false, false, false, false, true, false, true, false, true, true, false, true, false, true, false, false, false, false, false, false, true, false, true, true, true, true, false, true, false, false, false, false, false, false, false, false, true, true, true, true, true, true, false]]]> : tensor<1x1x49xi1>,
    ult = dense<[[[false, true, true, true, true, true, true, false, false, true, true, true, true, true, false, false, false, false, false, false, false, false, false, true, false, true, true, true, false, false, true, false, false, false, false, false, false, true, false, true, false, true, false, false, true, false, true, false, false]]]> : tensor<1x1x49xi1>,
    sle = dense<[[[true, true, false, true, false, true, false, false, true, false, true, false, true, false, true, true, true, true, false, true, false, false, false, false, true, false, true, false, true, true, true, true, true, true, false, false, false, false, false, false, true, false, true, true, true, true, true, true, true]]]> : tensor<1x1x49xi1>,
    ule = dense<[[[true, true, true, true, true, true, true, false, true, true, true, true, true, true, false, false, true, false, false, false, false, false, false, true, true, true, true, true, false, false, true, false, true, false, false, false, false, true, false, true, true, true, false, false, true, false, true, false, true]]]> : tensor<1x1x49xi1>,
    sgt = dense<[[[false, false, true, false, true, false, true, true, false, true, false, true, false, true, false, false, false, false, true, false, true, true, true, true, false, true, false, true, false, false, false, false, false, false, true, true, true, true, true, true, false, true, false, false, false, false, false, false, false]]]> : tensor<1x1x49xi1>,
    ugt = dense<[[[false, false, false, false, false, false, false, true, false, false, false, false, false, false, true, true, false, true, true, true, true, true, true, false, false, false, false, false, true, true, false, true, false, true, true, true, true, false, true, false, false, false, true, true, false, true, false, true, false]]]> : tensor<1x1x49xi1>,
    sge = dense<[[[true, false, true, false, true, false, true, true, true, true, false, true, false, true, false, false, true, false, true, false, true, true, true, true, true, true, false, true, false, false, false, false, true, false, true, true, true, true, true, true, true, true, false, false, false, false, false, false, true]]]> : tensor<1x1x49xi1>,
    uge = dense<[[[true, false, false, false, false, false, false, true, true, false, false, false, false, false, true, true, true, true, true, true, true, true, true, false, true, false, false, false, true, true, false, true, true, true, true, true, true, false, true, false, true, false, true, true, false, true, false, true, true]]]> : tensor<1x1x49xi1>,
    eq = dense<[[[true, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, true, false, false, false, false, false, false, false, true]]]> : tensor<1x1x49xi1>,
    ne = dense<[[[false, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, false, true, true, true, true, true, true, true, false]]]> : tensor<1x1x49xi1>}} {
  %addi, %subi, %muli, %andi, %ori, %xori, %maxsi, %minsi, %slt, %ult, %sle, %ule, %sgt, %ugt, %sge, %uge, %eq, %ne = snn.population @law_integers "" (%a, %b)
      : (tensor<49xi32>, tensor<49xi32>)
      -> (tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>)
  snn.output %addi, %subi, %muli, %andi, %ori, %xori, %maxsi, %minsi, %slt, %ult, %sle, %ule, %sgt, %ugt, %sge, %uge, %eq, %ne : tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi32>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>, tensor<49xi1>
}

snn.neuron_model private @law_spikes(in %a: i1, in %b: i1)
    -> (addi: i1, subi: i1, muli: i1, andi: i1, ori: i1, xori: i1, maxsi: i1, minsi: i1, slt: i1, ult: i1, sle: i1, ule: i1, sgt: i1, ugt: i1, sge: i1, uge: i1, eq: i1, ne: i1) {
  %addi_ = arith.addi %a, %b : i1
  %subi_ = arith.subi %a, %b : i1
  %muli_ = arith.muli %a, %b : i1
  %andi_ = arith.andi %a, %b : i1
  %ori_ = arith.ori %a, %b : i1
  %xori_ = arith.xori %a, %b : i1
  %maxsi_ = arith.maxsi %a, %b : i1
  %minsi_ = arith.minsi %a, %b : i1
  %slt_ = arith.cmpi slt, %a, %b : i1
  %ult_ = arith.cmpi ult, %a, %b : i1
  %sle_ = arith.cmpi sle, %a, %b : i1
  %ule_ = arith.cmpi ule, %a, %b : i1
  %sgt_ = arith.cmpi sgt, %a, %b : i1
  %ugt_ = arith.cmpi ugt, %a, %b : i1
  %sge_ = arith.cmpi sge, %a, %b : i1
  %uge_ = arith.cmpi uge, %a, %b : i1
  %eq_ = arith.cmpi eq, %a, %b : i1
  %ne_ = arith.cmpi ne, %a, %b : i1
  snn.next emit (%addi_, %subi_, %muli_, %andi_, %ori_, %xori_, %maxsi_, %minsi_, %slt_, %ult_, %sle_, %ule_, %sgt_, %ugt_, %sge_, %uge_, %eq_, %ne_ : i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1, i1)
}

// Modulo 2; signed ops see a set spike as -1.
snn.network @spikes(%a: tensor<4xi1>, %b: tensor<4xi1>)
    -> (addi: tensor<4xi1>, subi: tensor<4xi1>, muli: tensor<4xi1>, andi: tensor<4xi1>, ori: tensor<4xi1>, xori: tensor<4xi1>, maxsi: tensor<4xi1>, minsi: tensor<4xi1>, slt: tensor<4xi1>, ult: tensor<4xi1>, sle: tensor<4xi1>, ule: tensor<4xi1>, sgt: tensor<4xi1>, ugt: tensor<4xi1>, sge: tensor<4xi1>, uge: tensor<4xi1>, eq: tensor<4xi1>, ne: tensor<4xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    a = dense<[[[false, false, true, true]]]> : tensor<1x1x4xi1>,
    b = dense<[[[false, true, false, true]]]> : tensor<1x1x4xi1>},
  snn.expected = {
    addi = dense<[[[false, true, true, false]]]> : tensor<1x1x4xi1>,
    subi = dense<[[[false, true, true, false]]]> : tensor<1x1x4xi1>,
    muli = dense<[[[false, false, false, true]]]> : tensor<1x1x4xi1>,
    andi = dense<[[[false, false, false, true]]]> : tensor<1x1x4xi1>,
    ori = dense<[[[false, true, true, true]]]> : tensor<1x1x4xi1>,
    xori = dense<[[[false, true, true, false]]]> : tensor<1x1x4xi1>,
    maxsi = dense<[[[false, false, false, true]]]> : tensor<1x1x4xi1>,
    minsi = dense<[[[false, true, true, true]]]> : tensor<1x1x4xi1>,
    slt = dense<[[[false, false, true, false]]]> : tensor<1x1x4xi1>,
    ult = dense<[[[false, true, false, false]]]> : tensor<1x1x4xi1>,
    sle = dense<[[[true, false, true, true]]]> : tensor<1x1x4xi1>,
    ule = dense<[[[true, true, false, true]]]> : tensor<1x1x4xi1>,
    sgt = dense<[[[false, true, false, false]]]> : tensor<1x1x4xi1>,
    ugt = dense<[[[false, false, true, false]]]> : tensor<1x1x4xi1>,
    sge = dense<[[[true, true, false, true]]]> : tensor<1x1x4xi1>,
    uge = dense<[[[true, false, true, true]]]> : tensor<1x1x4xi1>,
    eq = dense<[[[true, false, false, true]]]> : tensor<1x1x4xi1>,
    ne = dense<[[[false, true, true, false]]]> : tensor<1x1x4xi1>}} {
  %addi, %subi, %muli, %andi, %ori, %xori, %maxsi, %minsi, %slt, %ult, %sle, %ule, %sgt, %ugt, %sge, %uge, %eq, %ne = snn.population @law_spikes "" (%a, %b)
      : (tensor<4xi1>, tensor<4xi1>)
      -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>)
  snn.output %addi, %subi, %muli, %andi, %ori, %xori, %maxsi, %minsi, %slt, %ult, %sle, %ule, %sgt, %ugt, %sge, %uge, %eq, %ne : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

snn.neuron_model private @law_conversions(in %s: i1, in %n: i32, in %x: f32, in %y: f64)
    -> (extui: i32, extsi: i32, trunci: i1, s_u_f32: f32, s_s_f32: f32, n_u_f32: f32, n_s_f32: f32, s_u_f64: f64, s_s_f64: f64, n_u_f64: f64, n_s_f64: f64, extf: f64, truncf: f32, select: f32) {
  %extui_ = arith.extui %s : i1 to i32
  %extsi_ = arith.extsi %s : i1 to i32
  %trunci_ = arith.trunci %n : i32 to i1
  %s_u_f32_ = arith.uitofp %s : i1 to f32
  %s_s_f32_ = arith.sitofp %s : i1 to f32
  %n_u_f32_ = arith.uitofp %n : i32 to f32
  %n_s_f32_ = arith.sitofp %n : i32 to f32
  %s_u_f64_ = arith.uitofp %s : i1 to f64
  %s_s_f64_ = arith.sitofp %s : i1 to f64
  %n_u_f64_ = arith.uitofp %n : i32 to f64
  %n_s_f64_ = arith.sitofp %n : i32 to f64
  %extf_ = arith.extf %x : f32 to f64
  %truncf_ = arith.truncf %y : f64 to f32
  %x2 = arith.mulf %x, %x : f32
  %select_ = arith.select %s, %x, %x2 : f32
  snn.next emit (%extui_, %extsi_, %trunci_, %s_u_f32_, %s_s_f32_, %n_u_f32_, %n_s_f32_, %s_u_f64_, %s_s_f64_, %n_u_f64_, %n_s_f64_, %extf_, %truncf_, %select_ : i32, i32, i1, f32, f32, f32, f32, f64, f64, f64, f64, f64, f32, f32)
}

// To the nearest, ties to even. A set spike is 1, or -1 if signed.
snn.network @conversions(%s: tensor<11xi1>, %n: tensor<11xi32>, %x: tensor<11xf32>, %y: tensor<11xf64>)
    -> (extui: tensor<11xi32>, extsi: tensor<11xi32>, trunci: tensor<11xi1>, s_u_f32: tensor<11xf32>, s_s_f32: tensor<11xf32>, n_u_f32: tensor<11xf32>, n_s_f32: tensor<11xf32>, s_u_f64: tensor<11xf64>, s_s_f64: tensor<11xf64>, n_u_f64: tensor<11xf64>, n_s_f64: tensor<11xf64>, extf: tensor<11xf64>, truncf: tensor<11xf32>, select: tensor<11xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    s = dense<[[[false, true, false, true, false, true, false, true, false, true, false]]]> : tensor<1x1x11xi1>,
    n = dense<[[[0, 1, -1, 7, -65537, 2147483647, -2147483648, 16777217, 16777219, -16777217, -16777219]]]> : tensor<1x1x11xi32>,
    x = dense<[[[0.0, -0.0, 1.0, -2.5, 0.1, 3.0e+38, 1.0e-40, 0x7F800000, 0xFF800000, 0x7FC00000, 2.5]]]> : tensor<1x1x11xf32>,
    y = dense<[[[0.1, -0.0, 0x7FF8000000000000, 0xFFF0000000000000, 1.0e+300, 1.0000000298023224, 1.0000000894069672, 7.0e-46, -7.0e-46, 3.141592653589793, 7.006492321624085e-46]]]> : tensor<1x1x11xf64>},
  snn.expected = {
    extui = dense<[[[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]]]> : tensor<1x1x11xi32>,
    extsi = dense<[[[0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0]]]> : tensor<1x1x11xi32>,
    trunci = dense<[[[false, true, true, true, true, true, false, true, true, true, true]]]> : tensor<1x1x11xi1>,
    s_u_f32 = dense<[[[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]]]> : tensor<1x1x11xf32>,
    s_s_f32 = dense<[[[0.0, -1.0, 0.0, -1.0, 0.0, -1.0, 0.0, -1.0, 0.0, -1.0, 0.0]]]> : tensor<1x1x11xf32>,
    n_u_f32 = dense<[[[0.0, 1.0, 4.2949673e+09, 7.0, 4.2949018e+09, 2.1474836e+09, 2.1474836e+09, 1.6777216e+07, 1.677722e+07, 4.27819e+09, 4.27819e+09]]]> : tensor<1x1x11xf32>,
    n_s_f32 = dense<[[[0.0, 1.0, -1.0, 7.0, -65537.0, 2.1474836e+09, -2.1474836e+09, 1.6777216e+07, 1.677722e+07, -1.6777216e+07, -1.677722e+07]]]> : tensor<1x1x11xf32>,
    s_u_f64 = dense<[[[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]]]> : tensor<1x1x11xf64>,
    s_s_f64 = dense<[[[0.0, -1.0, 0.0, -1.0, 0.0, -1.0, 0.0, -1.0, 0.0, -1.0, 0.0]]]> : tensor<1x1x11xf64>,
    n_u_f64 = dense<[[[0.0, 1.0, 4294967295.0, 7.0, 4294901759.0, 2147483647.0, 2147483648.0, 16777217.0, 16777219.0, 4278190079.0, 4278190077.0]]]> : tensor<1x1x11xf64>,
    n_s_f64 = dense<[[[0.0, 1.0, -1.0, 7.0, -65537.0, 2147483647.0, -2147483648.0, 16777217.0, 16777219.0, -16777217.0, -16777219.0]]]> : tensor<1x1x11xf64>,
    extf = dense<[[[0.0, -0.0, 1.0, -2.5, 0.10000000149011612, 3.0000000054977558e+38, 9.99994610111476e-41, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 2.5]]]> : tensor<1x1x11xf64>,
    truncf = dense<[[[0.1, -0.0, 0x7FC00000, 0xFF800000, 0x7F800000, 1.0, 1.0000001, 0.0, -0.0, 3.1415927, 0.0]]]> : tensor<1x1x11xf32>,
    select = dense<[[[0.0, -0.0, 1.0, -2.5, 0.010000001, 3.0e+38, 0.0, 0x7F800000, 0x7F800000, 0x7FC00000, 6.25]]]> : tensor<1x1x11xf32>}} {
  %extui, %extsi, %trunci, %s_u_f32, %s_s_f32, %n_u_f32, %n_s_f32, %s_u_f64, %s_s_f64, %n_u_f64, %n_s_f64, %extf, %truncf, %select = snn.population @law_conversions "" (%s, %n, %x, %y)
      : (tensor<11xi1>, tensor<11xi32>, tensor<11xf32>, tensor<11xf64>)
      -> (tensor<11xi32>, tensor<11xi32>, tensor<11xi1>, tensor<11xf32>, tensor<11xf32>, tensor<11xf32>, tensor<11xf32>, tensor<11xf64>, tensor<11xf64>, tensor<11xf64>, tensor<11xf64>, tensor<11xf64>, tensor<11xf32>, tensor<11xf32>)
  snn.output %extui, %extsi, %trunci, %s_u_f32, %s_s_f32, %n_u_f32, %n_s_f32, %s_u_f64, %s_s_f64, %n_u_f64, %n_s_f64, %extf, %truncf, %select : tensor<11xi32>, tensor<11xi32>, tensor<11xi1>, tensor<11xf32>, tensor<11xf32>, tensor<11xf32>, tensor<11xf32>, tensor<11xf64>, tensor<11xf64>, tensor<11xf64>, tensor<11xf64>, tensor<11xf64>, tensor<11xf32>, tensor<11xf32>
}
