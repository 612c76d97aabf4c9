// RUN: snn-opt %s -split-input-file --pass-pipeline='builtin.module(snn.program(cpu-select-kernels{force=sliced}))' -verify-diagnostics

// A kernel that is forced and that nothing takes is said to be so, as it is the
// only sign of it: no op is for bytes.
// expected-remark @+1 {{takes kernel 'sliced' nowhere: nothing here is what it is for}}
snn.program @floats(%x: tensor<784xf32>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<128x784xf32>
  %y = snn.dense %x, %w : (tensor<784xf32>, tensor<128x784xf32>) -> tensor<128xf32>
  snn.yield
}

// -----

// Or the processor is another.
// expected-remark @+1 {{takes kernel 'sliced' nowhere: what multiplies bytes for it is not there}}
snn.program @spikes(%s: tensor<784xi1>) -> () dt(1.0) rows(64) {
  %w = arith.constant dense<1.0> : tensor<128x784xf32>
  %y = snn.dense %s, %w {snn.integer_sums = array<i64: 1, 16, 1>} : (tensor<784xi1>, tensor<128x784xf32>) -> tensor<128xf32>
  snn.yield
}
