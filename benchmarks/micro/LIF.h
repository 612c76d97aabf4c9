// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The neuron of the micro-benchmarks' networks.

#ifndef VOLLEY_BENCHMARKS_MICRO_LIF_H
#define VOLLEY_BENCHMARKS_MICRO_LIF_H

inline constexpr const char kLIF[] = R"mlir(
snn.neuron_model private @lif(state %v: f32 = 0.0, in %i: f32) -> (spikes: i1) {
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %v1 = math.fma %v, %half, %i : f32
  %s = arith.cmpf ogt, %v1, %one : f32
  %v2 = arith.select %s, %zero, %v1 : f32
  snn.next (%v2 : f32) emit (%s : i1)
}
)mlir";

#endif // VOLLEY_BENCHMARKS_MICRO_LIF_H
