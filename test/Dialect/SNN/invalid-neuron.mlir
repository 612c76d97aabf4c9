// RUN: snn-opt %s -split-input-file -verify-diagnostics -o %t

// One case per labelled constraint, in the order of the .td files; what the
// custom syntax refuses comes first.

//===----------------------------------------------------------------------===//
// snn.neuron_model
//===----------------------------------------------------------------------===//

// Syntax: the kinds of arguments in order.
// expected-error @+1 {{expects arguments in the order state, in, param}}
snn.neuron_model @order(in %x: f32, state %v: f32 = 0.0) -> () {
  snn.next (%x : f32)
}

// -----

// Syntax: an unknown kind of argument.
// expected-error @+1 {{expects arguments in the order state, in, param}}
snn.neuron_model @kind(out %x: f32) -> () {
}

// -----

// Syntax: a state needs an initial value.
// expected-error @+1 {{expected '='}}
snn.neuron_model @initial(state %v: f32, in %x: f32) -> () {
  snn.next (%x : f32)
}

// -----

// C1: a state and an input.
// expected-error @+1 {{'snn.neuron_model' op expects distinct names, but got 'v' twice}}
snn.neuron_model @names(state %v: f32 = 0.0, in %x "v": f32) -> () {
  snn.next (%x : f32)
}

// -----

// C1: an output and a state.
// expected-error @+1 {{'snn.neuron_model' op expects distinct names, but got 'v' twice}}
snn.neuron_model @names(state %v: f32 = 0.0) -> (v: f32) {
  snn.next (%v : f32) emit (%v : f32)
}

// -----

// C2: arguments.
// expected-error @+1 {{'snn.neuron_model' op expects arguments of type i1, i32, f32 or f64, but got 'f16'}}
snn.neuron_model @argument(in %x: f16) -> () {
}

// -----

// C2: outputs.
// expected-error @+1 {{'snn.neuron_model' op expects outputs of type i1, i32, f32 or f64, but got 'i64'}}
snn.neuron_model @output(in %x: f32) -> (y: i64) {
  snn.next
}

// -----

// C2: one type per output name.
// expected-error @+1 {{'snn.neuron_model' op expects a type per output}}
"snn.neuron_model"() <{sym_name = "m", state_names = [], state_initials = [], input_names = [], param_names = [], output_names = ["y"], output_types = []}> ({
  snn.next
}) : () -> ()

// -----

// C3: the type (the custom syntax cannot say it).
// expected-error @+1 {{'snn.neuron_model' op expects an initial value of type 'f32'}}
"snn.neuron_model"() <{sym_name = "m", state_names = ["v"], state_initials = [0.0 : f64], input_names = [], param_names = [], output_names = [], output_types = []}> ({
^bb0(%v: f32):
  snn.next (%v : f32)
}) : () -> ()

// -----

// C3: a value without a type.
// expected-error @+1 {{'snn.neuron_model' op expects an initial value of type 'f32'}}
"snn.neuron_model"() <{sym_name = "m", state_names = ["v"], state_initials = [unit], input_names = [], param_names = [], output_names = [], output_types = []}> ({
^bb0(%v: f32):
  snn.next (%v : f32)
}) : () -> ()

// -----

// C3: the number of values.
// expected-error @+1 {{'snn.neuron_model' op expects an initial value per state}}
"snn.neuron_model"() <{sym_name = "m", state_names = ["v"], state_initials = [], input_names = [], param_names = [], output_names = [], output_types = []}> ({
^bb0(%v: f32):
  snn.next (%v : f32)
}) : () -> ()

// -----

// Names and arguments correspond.
// expected-error @+1 {{'snn.neuron_model' op expects one region argument per state, input and parameter}}
"snn.neuron_model"() <{sym_name = "m", state_names = [], state_initials = [], input_names = ["x"], param_names = [], output_names = [], output_types = []}> ({
  snn.next
}) : () -> ()

// -----

// C4: states.
snn.neuron_model @next_states(state %v: f32 = 0.0, in %n: i32) -> () {
  // expected-error @+1 {{'snn.next' op expects next states of types 'f32'}}
  snn.next (%n : i32)
}

// -----

// C4: a state is missing; the implied terminator gives none.
// expected-error @+1 {{'snn.next' op expects next states of types 'f32'}}
snn.neuron_model @next_states(state %v: f32 = 0.0, in %x: f32) -> () {
}

// -----

// C4: outputs.
snn.neuron_model @outputs(in %x: f32) -> (y: f32, z: i1) {
  // expected-error @+1 {{'snn.next' op expects outputs of types 'f32', 'i1'}}
  snn.next emit (%x : f32)
}

// -----

// C5: an op that is no scalar op of a law.
snn.neuron_model @ops(in %x: f32) -> (y: f32) {
  // expected-error @+1 {{'math.exp' op is not an op of a neuron's law}}
  %y = math.exp %x : f32
  snn.next emit (%y : f32)
}

// -----

// C5: in a nested region.
snn.neuron_model @nested(in %x: f32, in %c: i1) -> (y: f32) {
  %y = scf.if %c -> f32 {
    // expected-error @+1 {{'arith.maximumf' op is not an op of a neuron's law}}
    %m = arith.maximumf %x, %x : f32
    scf.yield %m : f32
  } else {
    scf.yield %x : f32
  }
  snn.next emit (%y : f32)
}

// -----

// C5: values of other types.
snn.neuron_model @values(in %n: i32) -> () {
  // expected-error @+1 {{'arith.extsi' op expects values of type i1, i32, f32 or f64 in a neuron's law, but got 'i64'}}
  %y = arith.extsi %n : i32 to i64
}

// -----

// C5: a law has the same bits everywhere, so nothing may be reordered.
snn.neuron_model @fast_math(in %x: f32) -> (y: f32) {
  // expected-error @+1 {{'arith.addf' op expects neither fast-math nor overflow flags nor a rounding mode in a neuron's law}}
  %y = arith.addf %x, %x fastmath<fast> : f32
  snn.next emit (%y : f32)
}

// -----

// C5: nor does it depend on how a target rounds.
snn.neuron_model @rounding(in %x: f64) -> (y: f32) {
  // expected-error @+1 {{'arith.truncf' op expects neither fast-math nor overflow flags nor a rounding mode in a neuron's law}}
  %y = arith.truncf %x downward : f64 to f32
  snn.next emit (%y : f32)
}

// -----

// C5: nor may it be undefined for large numbers.
snn.neuron_model @overflow(in %x: i32) -> (y: i32) {
  // expected-error @+1 {{'arith.addi' op expects neither fast-math nor overflow flags nor a rounding mode in a neuron's law}}
  %y = arith.addi %x, %x overflow<nsw> : i32
  snn.next emit (%y : i32)
}

// -----

//===----------------------------------------------------------------------===//
// snn.next
//===----------------------------------------------------------------------===//

// expected-error @+1 {{'snn.next' op expects parent op 'snn.neuron_model'}}
snn.next

// -----

//===----------------------------------------------------------------------===//
// snn.population
//===----------------------------------------------------------------------===//

// C1: no symbol.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.population' op expects the name of a snn.neuron_model, but got @nothing}}
  snn.population @nothing "a" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C1: a symbol of another op.
snn.network @n(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.population' op expects the name of a snn.neuron_model, but got @n}}
  snn.population @n "a" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C2: the number of inputs.
snn.network @inputs(%x: tensor<2xf32>) -> () dt(1.0) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.population' op expects 1 inputs, but got 2}}
  snn.population @m "a" (%x, %x) params(%k : f32) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C2: an input's element type.
snn.network @input_type(%x: tensor<2xi1>) -> () dt(1.0) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.population' op expects inputs of element type 'f32', but got 'tensor<2xi1>'}}
  snn.population @m "a" (%x) params(%k : f32) : (tensor<2xi1>) -> tensor<2xi1>
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C2: the number of parameters.
snn.network @params(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.population' op expects 1 parameters, but got 0}}
  snn.population @m "a" (%x) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C2: a parameter's element type.
snn.network @param_type(%x: tensor<2xf32>) -> () dt(1.0) {
  %k = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.population' op expects parameters of element type 'f32', but got 'f64'}}
  snn.population @m "a" (%x) params(%k : f64) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C2: the number of results, one more for each exposed state.
snn.network @results(%x: tensor<2xf32>) -> () dt(1.0) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.population' op expects 2 results, but got 1}}
  snn.population @m "a" (%x) params(%k : f32) expose ["v"] : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C2: a result's element type.
snn.network @result_type(%x: tensor<2xf32>) -> () dt(1.0) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.population' op expects results of element type 'f32', but got 'tensor<2xi1>'}}
  snn.population @m "a" (%x) params(%k : f32) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xi1>)
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C3.
snn.network @shapes(%x: tensor<2x3xf32>) -> () dt(1.0) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.population' op expects signals of one shape, but got 'tensor<2x3xf32>' and 'tensor<6xi1>'}}
  snn.population @m "a" (%x) params(%k : f32) : (tensor<2x3xf32>) -> tensor<6xi1>
  snn.output
}

// -----

// C3: there is a result.
snn.neuron_model private @none(state %v: f32 = 0.0) -> () {
  snn.next (%v : f32)
}
snn.network @no_shape() -> () dt(1.0) {
  // expected-error @+1 {{'snn.population' op expects at least one result}}
  snn.population @none "a" () : () -> ()
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C4: aligned at the left, not at the right.
snn.network @broadcast(%x: tensor<2x3xf32>) -> () dt(1.0) {
  %k = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{'snn.population' op expects parameters that broadcast over 'tensor<2x3xf32>', but got 'tensor<3xf32>'}}
  snn.population @m "a" (%x) params(%k : tensor<3xf32>) : (tensor<2x3xf32>) -> tensor<2x3xi1>
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C4: a larger rank.
snn.network @broadcast_rank(%x: tensor<2xf32>) -> () dt(1.0) {
  %k = arith.constant dense<1.0> : tensor<2x1xf32>
  // expected-error @+1 {{'snn.population' op expects parameters that broadcast over 'tensor<2xf32>', but got 'tensor<2x1xf32>'}}
  snn.population @m "a" (%x) params(%k : tensor<2x1xf32>) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C5: no state of the model.
snn.network @exposed(%x: tensor<2xf32>) -> () dt(1.0) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.population' op expects exposed names that are states of @m, each once, but got 'y'}}
  snn.population @m "a" (%x) params(%k : f32) expose ["y"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xi1>)
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C5: twice.
snn.network @exposed_twice(%x: tensor<2xf32>) -> () dt(1.0) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.population' op expects exposed names that are states of @m, each once, but got 'v'}}
  snn.population @m "a" (%x) params(%k : f32) expose ["v", "v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C6.
snn.network @signal_as_param(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.population' op expects parameters that are constants}}
  snn.population @m "a" (%x) params(%x : tensor<2xf32>) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.neuron
//===----------------------------------------------------------------------===//

// Syntax: kind and scheme are those that there are.
snn.network @syntax(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{expected string or keyword containing one of the following enum values for attribute 'kind' [integrator, if, li, lif, cuba_li, cuba_lif, threshold]}}
  snn.neuron izhikevich "a" (%x) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C1: a parameter is missing.
snn.network @missing(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects the parameters (tau, r, v_leak) of kind li}}
  snn.neuron li "a" (%x) params(tau = %c, r = %c : f64, f64) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C1: the order.
snn.network @order(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects the parameters (r, v_threshold, v_reset) of kind if}}
  snn.neuron if "a" (%x) params(r = %c, v_reset = %c, v_threshold = %c : f64, f64, f64) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C1: names without values.
snn.network @values(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.neuron' op expects }}
  "snn.neuron"(%x) <{kind = 6 : i32, name = "t", param_names = ["threshold"], scheme = 0 : i32, reset = 0 : i32, compare = 0 : i32, spikes = 0 : i32}> : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C2: f64, whatever the network's type.
snn.network @param_type(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.neuron' op expects parameter 'threshold' of type f64 that broadcasts over 'tensor<2xf32>', but got 'f32'}}
  snn.neuron threshold "a" (%x) params(threshold = %c : f32) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C2: the shape.
snn.network @param_shape(%x: tensor<2x3xf32>) -> () dt(1.0) {
  %c = arith.constant dense<1.0> : tensor<3xf64>
  // expected-error @+1 {{'snn.neuron' op expects parameter 'threshold' of type f64 that broadcasts over 'tensor<2x3xf32>', but got 'tensor<3xf64>'}}
  snn.neuron threshold "a" (%x) params(threshold = %c : tensor<3xf64>) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2x3xf32>) -> tensor<2x3xi1>
  snn.output
}

// -----

// C2: no constant.
snn.network @param_signal(%x: tensor<2xf64>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.neuron' op expects parameter 'threshold' to be a constant}}
  snn.neuron threshold "a" (%x) params(threshold = %x : tensor<2xf64>) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf64>) -> tensor<2xi1>
  snn.output
}

// -----

// C3: the input.
snn.network @input(%x: tensor<2xi32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op operand #0 must be a signal of f32 or f64, but got 'tensor<2xi32>'}}
  snn.neuron threshold "a" (%x) params(threshold = %c : f64) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xi32>) -> tensor<2xi1>
  snn.output
}

// -----

// C3: the output of a kind with a threshold.
snn.network @spikes(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects results of types 'tensor<2xi1>', but got 'tensor<2xf32>'}}
  snn.neuron threshold "a" (%x) params(threshold = %c : f64) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C3: of one without.
snn.network @output(%x: tensor<2xf64>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects results of types 'tensor<2xf64>', but got 'tensor<2xi1>'}}
  snn.neuron integrator "a" (%x) params(r = %c : f64) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf64>) -> tensor<2xi1>
  snn.output
}

// -----

// C3: of counted spikes.
snn.network @multi(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects results of types 'tensor<2xi32>', but got 'tensor<2xi1>'}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(per_step) reset(subtract) compare(gt) spikes(multi) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C4: the reset.
snn.network @multi_zero(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a kind that resets, and reset(subtract) without reset_delay, for spikes(multi)}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(per_step) reset(zero) compare(gt) spikes(multi) : (tensor<2xf32>) -> tensor<2xi32>
  snn.output
}

// -----

// C4: the delay of the reset.
snn.network @multi_delay(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a kind that resets, and reset(subtract) without reset_delay, for spikes(multi)}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(per_step) reset(subtract) compare(gt) spikes(multi) reset_delay : (tensor<2xf32>) -> tensor<2xi32>
  snn.output
}

// -----

// C4: a kind without a reset.
snn.network @multi_threshold(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a kind that resets, and reset(subtract) without reset_delay, for spikes(multi)}}
  snn.neuron threshold "a" (%x) params(threshold = %c : f64) scheme(forward_euler) reset(subtract) compare(gt) spikes(multi) : (tensor<2xf32>) -> tensor<2xi32>
  snn.output
}

// -----

// C5: no state of the kind.
snn.network @exposed(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects exposed names that are states of kind integrator, each once, but got 'i'}}
  snn.neuron integrator "a" (%x) params(r = %c : f64) scheme(forward_euler) reset(none) compare(gt) spikes(single) expose ["i"] : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// -----

// C5: twice.
snn.network @exposed_twice(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects exposed names that are states of kind integrator, each once, but got 'v'}}
  snn.neuron integrator "a" (%x) params(r = %c : f64) scheme(forward_euler) reset(none) compare(gt) spikes(single) expose ["v", "v"] : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// -----

// C6: a leaky neuron has no law per step.
snn.network @leaky(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a scheme that kind li has, but got per_step}}
  snn.neuron li "a" (%x) params(tau = %c, r = %c, v_leak = %c : f64, f64, f64) scheme(per_step) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C6: one without a leak does not decay.
snn.network @leakless(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a scheme that kind integrator has, but got exponential}}
  snn.neuron integrator "a" (%x) params(r = %c : f64) scheme(exponential) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C6: a current has no exact law.
snn.network @current(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a scheme that kind cuba_li has, but got exact}}
  snn.neuron cuba_li "a" (%x) params(tau_syn = %c, tau_mem = %c, r = %c, v_leak = %c, w_in = %c : f64, f64, f64, f64, f64) scheme(exact) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C7: a delayed reset.
snn.network @exact_delay(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a reset in the step, compare(gt) and no v_min for scheme exact}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(exact) reset(zero) compare(gt) spikes(single) reset_delay : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C7: a clamp.
snn.network @exact_clamp(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a reset in the step, compare(gt) and no v_min for scheme exact}}
  snn.neuron integrator "a" (%x) params(r = %c : f64) scheme(exact) reset(none) compare(gt) spikes(single) v_min(-1.0) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C7: no reset.
snn.network @exact_none(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a reset in the step, compare(gt) and no v_min for scheme exact}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(exact) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C7: a crossing is where the potential passes the threshold.
snn.network @exact_compare(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects a reset in the step, compare(gt) and no v_min for scheme exact}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(exact) reset(zero) compare(ge) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C8: the reset.
snn.network @residual_zero(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects reset(subtract) and spikes(single), without reset_delay and scheme exact, for residual_reset}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(per_step) reset(zero) compare(gt) spikes(single) residual_reset : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C8: counted spikes.
snn.network @residual_multi(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects reset(subtract) and spikes(single), without reset_delay and scheme exact, for residual_reset}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(per_step) reset(subtract) compare(gt) spikes(multi) residual_reset : (tensor<2xf32>) -> tensor<2xi32>
  snn.output
}

// -----

// C8: a delayed reset.
snn.network @residual_delay(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects reset(subtract) and spikes(single), without reset_delay and scheme exact, for residual_reset}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(per_step) reset(subtract) compare(gt) spikes(single) reset_delay residual_reset : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

// -----

// C8: the exact law.
snn.network @residual_exact(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-error @+1 {{'snn.neuron' op expects reset(subtract) and spikes(single), without reset_delay and scheme exact, for residual_reset}}
  snn.neuron if "a" (%x) params(r = %c, v_threshold = %c, v_reset = %c : f64, f64, f64) scheme(exact) reset(subtract) compare(gt) spikes(single) residual_reset : (tensor<2xf32>) -> tensor<2xi1>
  snn.output
}

