// RUN: %conform

// Runs that end with an error, which names the population.

snn.neuron_model private @bounded(in %x: f32) -> (y: f32) {
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %low = arith.cmpf olt, %x, %one : f32
  %high = arith.cmpf olt, %x, %two : f32
  snn.assert %high, "is not below two"
  snn.assert %low, "is not below one"
  snn.next emit (%x : f32)
}

snn.network @second_assertion(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<[[[0.0, 0.5]], [[0.5, 1.5]], [[0.0, 0.0]]]> : tensor<3x1x2xf32>},
  snn.error = "population 'guard' is not below one"} {
  %y = snn.population @bounded "guard" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// Its name stays if its consumer is elementwise too.
snn.network @before_another(%x: tensor<1xf32>) -> (z: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<1.0> : tensor<1x1x1xf32>},
  snn.error = "population 'guard' is not below one"} {
  %y = snn.population @bounded "guard" (%x) : (tensor<1xf32>) -> tensor<1xf32>
  %z = snn.add %y, %y : tensor<1xf32>
  snn.output %z : tensor<1xf32>
}

// What no output depends on does not run.
snn.network @dead(%x: tensor<1xf32>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<5.0> : tensor<1x1x1xf32>},
  snn.expected = {y = dense<5.0> : tensor<1x1x1xf32>}} {
  %dead = snn.population @bounded "guard" (%x) : (tensor<1xf32>) -> tensor<1xf32>
  snn.output %x : tensor<1xf32>
}

// 64 crossings in a step are the law's limit: an input of 64.5 thresholds crosses
// 64 times, one of 65.5 once more.
snn.network @sixty_four(%x: tensor<1xf32>) -> (n: tensor<1xi32>) dt(1.0) attributes {
  snn.inputs = {x = dense<64.5> : tensor<1x1x1xf32>},
  snn.expected = {n = dense<64> : tensor<1x1x1xi32>}} {
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %n = snn.neuron if "cell" (%x) params(r = %one, v_threshold = %one, v_reset = %zero : f64, f64, f64)
      scheme(exact) reset(subtract) compare(gt) spikes(multi) : (tensor<1xf32>) -> tensor<1xi32>
  snn.output %n : tensor<1xi32>
}

snn.network @sixty_five(%x: tensor<1xf32>) -> (n: tensor<1xi32>) dt(1.0) attributes {
  snn.inputs = {x = dense<65.5> : tensor<1x1x1xf32>},
  snn.error = "population 'cell' crosses its threshold more than 64 times in one step"} {
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %n = snn.neuron if "cell" (%x) params(r = %one, v_threshold = %one, v_reset = %zero : f64, f64, f64)
      scheme(exact) reset(subtract) compare(gt) spikes(multi) : (tensor<1xf32>) -> tensor<1xi32>
  snn.output %n : tensor<1xi32>
}
