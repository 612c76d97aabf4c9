// RUN: snn-compile %s -o %t.so --record=lif:v --quiet
// RUN: volley-c-test %t.so
// RUN: snn-compile %s -o %t.batch.so --record=lif:v --share=batch --quiet
// RUN: volley-c-test %t.batch.so
// RUN: snn-compile %s -o %t.shared.so --record=lif:v --share=always --quiet
// RUN: volley-c-test %t.shared.so
// RUN: snn-compile %s -o %t.profiled.so --record=lif:v --profile --quiet
// RUN: volley-c-test --profiled %t.profiled.so
// RUN: snn-compile %s -o %t.profiled.so --record=lif:v --profile --share=always --quiet
// RUN: volley-c-test --profiled %t.profiled.so
// RUN: snn-compile %s -o %t.profiled.so --record=lif:v --profile --share=batch --quiet
// RUN: volley-c-test --profiled %t.profiled.so
// RUN: snn-compile %s -o %t.levels.so --record=lif:v --cpu=v3+v4 --quiet
// RUN: volley-c-test --levels %t.levels.so
// RUN: volley-cpp-test %t.so %t.profiled.so %t.levels.so
// RUN: snn-compile %s -o %t.v4.so --cpu=x86-64-v4 --quiet
// RUN: volley-c-test --needs-v4 %t.v4.so

// The network of the tests of the C interface: a recurrent layer, so that state
// matters, and a law that can be violated.

snn.neuron_model private @lif(state %v: f32 = 0.0, in %i: f32) -> (spikes: i1) {
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %v1 = math.fma %v, %half, %i : f32
  %s = arith.cmpf ogt, %v1, %one : f32
  %v2 = arith.subf %v1, %one : f32
  %v3 = arith.select %s, %v2, %v1 : f32
  %limit = arith.constant 1.0e+6 : f32
  %ok = arith.cmpf olt, %v1, %limit : f32
  snn.assert %ok, "the membrane potential ran away"
  snn.next (%v3 : f32) emit (%s : i1)
}

snn.network @net(%spikes: tensor<3xi1>, %current "the current": tensor<2xf32>)
    -> (out: tensor<2xi1>, total: tensor<f64>) dt(1.0e-3) {
  %w = arith.constant dense<[[0.3, 0.7, -0.2], [0.9, -0.4, 0.6]]> : tensor<2x3xf32>
  %wr = arith.constant dense<[[0.0, 0.8], [-0.5, 0.0]]> : tensor<2x2xf32>
  %a = snn.dense %spikes, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %r = snn.dense %late, %wr : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %drive = snn.add %a, %r, %current : tensor<2xf32>
  %s = snn.population @lif "lif" (%drive) : (tensor<2xf32>) -> tensor<2xi1>
  %late = snn.delay %s by 1 : tensor<2xi1>
  %sum = arith.constant dense<1.0> : tensor<1x2xf64>
  %t = snn.dense %s, %sum : (tensor<2xi1>, tensor<1x2xf64>) -> tensor<1xf64>
  %total = snn.reshape %t : tensor<1xf64> -> tensor<f64>
  snn.output %s, %total : tensor<2xi1>, tensor<f64>
}
