// RUN: snn-opt %s -split-input-file -verify-diagnostics -o %t

// One case per labelled constraint, in the order of the .td files; what the
// custom syntax refuses comes first.

//===----------------------------------------------------------------------===//
// snn.network
//===----------------------------------------------------------------------===//

// Syntax: the types after the arrow are those of snn.output.
// expected-error @+2 {{expects snn.output to give the types 'tensor<3xf32>'}}
snn.network @types(%x: tensor<2xf32>) -> (y: tensor<3xf32>)
    dt(1.0) {
  snn.output %x : tensor<2xf32>
}

// -----

// Syntax: the body ends in snn.output.
// expected-error @+1 {{expects a body that ends in snn.output}}
snn.network @no_output() -> () dt(1.0) {
}

// -----

// Syntax: the time step is not optional.
// expected-error @+1 {{expected 'dt'}}
snn.network @no_time_step() -> () {
  snn.output
}

// -----

// C1: input names.
// expected-error @+1 {{'snn.network' op expects distinct input names, but got 'x' twice}}
snn.network @inputs(%x: tensor<2xf32>, %y "x": tensor<2xf32>) -> () dt(1.0) {
  snn.output
}

// -----

// C1: output names.
// expected-error @+1 {{'snn.network' op expects distinct output names, but got 'y' twice}}
snn.network @outputs(%x: tensor<2xf32>) -> (y: tensor<2xf32>, y: tensor<2xf32>) dt(1.0) {
  snn.output %x, %x : tensor<2xf32>, tensor<2xf32>
}

// -----

// C2: no tensor.
// expected-error @+1 {{'snn.network' op expects inputs that are signals, but got 'f32'}}
snn.network @scalar_input(%x: f32) -> () dt(1.0) {
  snn.output
}

// -----

// C2: an element type that no signal has.
// expected-error @+1 {{'snn.network' op expects inputs that are signals, but got 'tensor<2xi8>'}}
snn.network @i8_input(%x: tensor<2xi8>) -> () dt(1.0) {
  snn.output
}

// -----

// C2: a shape that is not known.
// expected-error @+1 {{'snn.network' op expects inputs that are signals, but got 'tensor<?xf32>'}}
snn.network @dynamic_input(%x: tensor<?xf32>) -> () dt(1.0) {
  snn.output
}

// -----

// C3 (the custom syntax cannot say it).
// expected-error @+1 {{'snn.network' op expects 2 output signals, but got 1}}
"snn.network"() <{sym_name = "n", input_names = ["x"], output_names = ["y", "z"], dt = 1.0}> ({
^bb0(%x: tensor<2xf32>):
  snn.output %x : tensor<2xf32>
}) : () -> ()

// -----

// C3: one argument per input name.
// expected-error @+1 {{'snn.network' op expects one region argument per input name}}
"snn.network"() <{sym_name = "n", input_names = ["x", "y"], output_names = [], dt = 1.0}> ({
^bb0(%x: tensor<2xf32>):
  snn.output
}) : () -> ()

// -----

// C4.
// expected-error @+1 {{'snn.network' op expects a positive time step, but got 0.0}}
snn.network @dt() -> () dt(0.0) {
  snn.output
}

// -----

// C4: negative.
// expected-error @+1 {{'snn.network' op expects a positive time step, but got -1.0}}
snn.network @dt() -> () dt(-1.0) {
  snn.output
}

// -----

// C4: infinite.
// expected-error @+1 {{'snn.network' op expects a positive time step, but got}}
snn.network @dt() -> () dt(0x7FF0000000000000) {
  snn.output
}

// -----

// C4: not a number.
// expected-error @+1 {{'snn.network' op expects a positive time step, but got}}
snn.network @dt() -> () dt(0x7FF8000000000000) {
  snn.output
}

// -----

// C5: the path is named along the flow of data, by the names of the source
// where it has them.
snn.neuron_model private @m(in %x: f32) -> (y: f32) {
  snn.next emit (%x : f32)
}

// expected-error @+1 {{'snn.network' op has an algebraic loop: snn.add 'merge' -> snn.population 'first' -> snn.population 'second' -> snn.add 'merge'}}
snn.network @loop(%x: tensor<2xf32>) -> () dt(1.0) {
  %b = snn.population @m "second" (%a) : (tensor<2xf32>) -> tensor<2xf32>
  %a = snn.population @m "first" (%sum) : (tensor<2xf32>) -> tensor<2xf32>
  // expected-note @unknown {{a cycle needs a snn.delay of at least one step}}
  %sum = snn.add %x, %b : tensor<2xf32> loc("merge")
  snn.output
}

// -----

// C5: an op that uses itself.
// expected-error @+1 {{'snn.network' op has an algebraic loop: snn.add -> snn.add}}
snn.network @self_loop(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-note @+1 {{a cycle needs a snn.delay of at least one step}}
  %a = snn.add %x, %a : tensor<2xf32>
  snn.output
}

// -----

// C5: a delay of no steps closes no cycle.
// expected-error @+1 {{'snn.network' op has an algebraic loop: }}
snn.network @delay_by_zero(%x: tensor<2xf32>) -> () dt(1.0) {
  %a = snn.add %x, %d : tensor<2xf32>
  // expected-note @+1 {{a cycle needs a snn.delay of at least one step}}
  %d = snn.delay %a by 0 : tensor<2xf32>
  snn.output
}

// -----

// C5: nor does one in which some element has none.
// expected-error @+1 {{'snn.network' op has an algebraic loop: }}
snn.network @delay_by_zero_of_one(%x: tensor<2xf32>) -> () dt(1.0) {
  %a = snn.add %x, %d : tensor<2xf32>
  // expected-note @+1 {{a cycle needs a snn.delay of at least one step}}
  %d = snn.delay %a by [1, 0] : tensor<2xf32>
  snn.output
}

// -----

// C5: of a late neuron only the first result is late.
// expected-error @+1 {{'snn.network' op has an algebraic loop: }}
snn.network @late_state(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  %in = snn.add %x, %v : tensor<2xf32>
  // expected-note @+1 {{a cycle needs a snn.delay of at least one step}}
  %s, %v = snn.neuron li "l" (%in) params(tau = %c, r = %c, v_leak = %c : f64, f64, f64)
      scheme(forward_euler) reset(none) compare(gt) spikes(single) late expose ["v"]
      : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// -----

// C6: two populations.
snn.neuron_model private @m(in %x: f32) -> (y: f32) {
  snn.next emit (%x : f32)
}
snn.network @names(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-note @+1 {{the name is used here}}
  snn.population @m "a" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  // expected-error @+1 {{'snn.population' op expects a name of its own}}
  snn.population @m "a" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C6: a neuron and a population.
snn.neuron_model private @m(in %x: f32) -> (y: f32) {
  snn.next emit (%x : f32)
}
snn.network @names(%x: tensor<2xf32>) -> () dt(1.0) {
  %c = arith.constant 1.0 : f64
  // expected-note @+1 {{the name is used here}}
  snn.neuron threshold "a" (%x) params(threshold = %c : f64) scheme(forward_euler) reset(none) compare(gt) spikes(single) : (tensor<2xf32>) -> tensor<2xi1>
  // expected-error @+1 {{'snn.population' op expects a name of its own}}
  snn.population @m "a" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// C6: probes.
snn.network @probes(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-note @+1 {{the name is used here}}
  snn.probe "a"::"v" %x : tensor<2xf32>
  snn.probe "a"::"spikes" %x : tensor<2xf32>
  // expected-error @+1 {{'snn.probe' op expects a name of its own}}
  snn.probe "a"::"v" %x : tensor<2xf32>
  snn.output
}

// -----

// C7: an op of another dialect.
snn.network @form(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // expected-error @+1 {{'arith.addf' op is not an op of the network form}}
  %y = arith.addf %x, %x : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// C7: the program form.
snn.network @form() -> () dt(1.0) {
  // expected-error @+1 {{'snn.scan' op expects parent op 'snn.program'}}
  snn.scan () -> () {
    snn.yield
  }
  snn.output
}

// -----

// C7: a module of its own.
snn.network @form() -> () dt(1.0) {
  // expected-error @+1 {{'builtin.module' op is not an op of the network form}}
  builtin.module {
  }
  snn.output
}

// -----

// C8: a window value that a population integrates.
snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32) -> (y: f32) {
  %y = arith.addf %x, %v : f32
  snn.next (%y : f32) emit (%y : f32)
}
snn.network @window(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // expected-note @+1 {{the window value is given here}}
  %r = snn.reduce_time sum %x : tensor<2xf32> -> tensor<2xf32>
  // expected-error @+1 {{'snn.population' op expects operands of each step, but got a window value, which one run has once}}
  %y = snn.population @m "a" (%r) : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// C8: one that is reduced again.
snn.network @window(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // expected-note @+1 {{the window value is given here}}
  %r = snn.reduce_time sum %x : tensor<2xf32> -> tensor<2xf32>
  // expected-error @+1 {{'snn.reduce_time' op expects operands of each step, but got a window value, which one run has once}}
  %y = snn.reduce_time last %r : tensor<2xf32> -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// C8: one beside a stream.
snn.network @window(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0) {
  // expected-note @+1 {{the window value is given here}}
  %r = snn.reduce_time sum %x : tensor<2xf32> -> tensor<2xf32>
  // expected-error @+1 {{'snn.add' op expects window or static values beside a window value, but got a stream}}
  %y = snn.add %r, %x : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// C9.
// expected-error @+1 {{'snn.network' op expects to say of each of 1 inputs whether it is static, but got 2 entries}}
"snn.network"() <{sym_name = "n", input_names = ["x"], output_names = ["y"], dt = 1.0, static_inputs = array<i1: true, false>}> ({
^bb0(%x: tensor<2xf32>):
  "snn.output"(%x) : (tensor<2xf32>) -> ()
}) : () -> ()

// -----

// C10.
snn.network @window(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-note @+1 {{the window value is given here}}
  %r = snn.reduce_time sum %x : tensor<2xf32> -> tensor<2xf32>
  // expected-error @+1 {{'snn.probe' op expects a signal of each step, but got a window value, which one run has once}}
  snn.probe "a"::"v" %r : tensor<2xf32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.output
//===----------------------------------------------------------------------===//

// expected-error @+1 {{'snn.output' op expects parent op 'snn.network'}}
snn.output

// -----

// The custom syntax of snn.network checks its types first.
"snn.network"() <{sym_name = "n", input_names = ["x"], output_names = ["y"], dt = 1.0}> ({
^bb0(%x: tensor<2xf32>):
  %c = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.output' op operand #0 must be variadic of a signal (a tensor of static shape, at least one element, of i1, i32, f32 or f64), but got 'f32'}}
  "snn.output"(%c) : (f32) -> ()
}) : () -> ()

// -----

//===----------------------------------------------------------------------===//
// snn.delay
//===----------------------------------------------------------------------===//

// Syntax: steps are integers.
snn.network @syntax(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{expected '['}}
  snn.delay %x by steps : tensor<2xf32>
  snn.output
}

// -----

// C1.
snn.network @entries(%x: tensor<3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.delay' op expects one number of steps, or one for each of 3 elements, but got 2}}
  snn.delay %x by [1, 2] : tensor<3xf32>
  snn.output
}

// -----

// C1: no number at all.
snn.network @no_entries(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.delay' op expects one number of steps, or one for each of 2 elements, but got 0}}
  snn.delay %x by [] : tensor<2xf32>
  snn.output
}

// -----

// C2.
snn.network @negative(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.delay' op expects delays of 0 to 1073741824 steps, but got -1}}
  snn.delay %x by [1, -1] : tensor<2xf32>
  snn.output
}

// -----

// C2: more than 2^30 steps.
snn.network @large(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.delay' op expects delays of 0 to 1073741824 steps, but got 1073741825}}
  snn.delay %x by 1073741825 : tensor<2xf32>
  snn.output
}

// -----

// C3: another element type.
snn.network @initial(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.delay' op expects an initial value of type 'tensor<2xf32>' or of its elements, but got 'f64'}}
  snn.delay %x by 1 initial 1.0 : f64 : tensor<2xf32>
  snn.output
}

// -----

// C3: another shape.
snn.network @initial(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.delay' op expects an initial value of type 'tensor<2xf32>' or of its elements, but got 'tensor<1xf32>'}}
  snn.delay %x by 1 initial dense<1.0> : tensor<1xf32> : tensor<2xf32>
  snn.output
}

// -----

// C3: a value that is not there.
snn.network @initial(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.delay' op expects an initial value that holds numbers, but got dense_resource<missing> : tensor<2xf32>}}
  snn.delay %x by 1 initial dense_resource<missing> : tensor<2xf32> : tensor<2xf32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.probe
//===----------------------------------------------------------------------===//

// Syntax: two names.
snn.network @syntax(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{expected ':'}}
  snn.probe "a" %x : tensor<2xf32>
  snn.output
}

// -----

// Not in the region of a scan, where a signal is one step.
snn.program @parent(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  snn.scan (%in = %x: tensor<2xf32>) -> () {
    // expected-error @+1 {{'snn.probe' op expects parent op to be one of 'snn.network, snn.program'}}
    snn.probe "a"::"v" %in : tensor<2xf32>
    snn.yield
  }
  snn.yield
}

// -----

//===----------------------------------------------------------------------===//
// snn.reshape
//===----------------------------------------------------------------------===//

// C1: number of elements.
snn.network @elements(%x: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reshape' op expects the same element type and number of elements, but got 'tensor<2x3xf32>' and 'tensor<5xf32>'}}
  snn.reshape %x : tensor<2x3xf32> -> tensor<5xf32>
  snn.output
}

// -----

// C1: element type.
snn.network @element_type(%x: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.reshape' op expects the same element type and number of elements, but got 'tensor<2x3xf32>' and 'tensor<6xi32>'}}
  snn.reshape %x : tensor<2x3xf32> -> tensor<6xi32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// snn.transpose
//===----------------------------------------------------------------------===//

// C1: too few dimensions.
snn.network @rank(%x: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.transpose' op expects a permutation of 2 dimensions, but got [0]}}
  snn.transpose %x [0] : tensor<2x3xf32> -> tensor<2x3xf32>
  snn.output
}

// -----

// C1: a dimension twice.
snn.network @twice(%x: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.transpose' op expects a permutation of 2 dimensions, but got [1, 1]}}
  snn.transpose %x [1, 1] : tensor<2x3xf32> -> tensor<3x3xf32>
  snn.output
}

// -----

// C1: a dimension that there is not.
snn.network @range(%x: tensor<2x3xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.transpose' op expects a permutation of 2 dimensions, but got [0, -1]}}
  snn.transpose %x [0, -1] : tensor<2x3xf32> -> tensor<2x3xf32>
  snn.output
}

// -----

// C2: the direction of the permutation.
snn.network @shape(%x: tensor<2x3x4xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.transpose' op expects a result of type 'tensor<3x4x2xf32>', but got 'tensor<4x2x3xf32>'}}
  snn.transpose %x [1, 2, 0] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  snn.output
}

// -----

// C2: the element type.
snn.network @element_type(%x: tensor<2x3xi1>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.transpose' op expects a result of type 'tensor<3x2xi1>', but got 'tensor<3x2xi32>'}}
  snn.transpose %x [1, 0] : tensor<2x3xi1> -> tensor<3x2xi32>
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// Scalar ops of laws
//===----------------------------------------------------------------------===//

snn.neuron_model @exp(in %n: i32) -> () {
  // expected-error @+1 {{'snn.exp' op operand #0 must be f32 or f64, but got 'i32'}}
  %y = snn.exp %n : i32
}

// -----

snn.neuron_model @to_int(in %n: i32) -> () {
  // expected-error @+1 {{'snn.to_int' op operand #0 must be f32 or f64, but got 'i32'}}
  %y = snn.to_int %n : i32
}

// -----

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

// A signal has elements.
// expected-error @below {{expects inputs that are signals, but got 'tensor<0xf32>'}}
snn.network @no_elements(%x: tensor<0xf32>) -> () dt(1.0) {
  snn.output
}

// -----

//===----------------------------------------------------------------------===//
// Attributes of conformance files
//===----------------------------------------------------------------------===//

// They belong to networks.
snn.network @other_op(%x: tensor<2xf32>) -> () dt(1.0) {
  // expected-error @+1 {{'snn.add' op attribute 'snn.error' belongs to snn.network}}
  snn.add %x {snn.error = "text"} : tensor<2xf32>
  snn.output
}

// -----

// expected-error @+1 {{'snn.network' op expects attribute 'snn.inputs' to be a dictionary}}
snn.network @no_dictionary() -> () dt(1.0) attributes {snn.inputs = 1} {
  snn.output
}

// -----

// expected-error @+1 {{'snn.network' op expects attribute 'snn.error' to be a string}}
snn.network @no_string() -> () dt(1.0) attributes {snn.error = 1} {
  snn.output
}

// -----

// expected-error @+1 {{'snn.network' op expects attribute 'snn.tolerance' to be a float}}
snn.network @no_float() -> () dt(1.0) attributes {snn.tolerance = 1} {
  snn.output
}

// -----

// expected-error @+1 {{'snn.network' op attribute 'snn.inputs' expects the name of an input, but got 'y'}}
snn.network @input_name(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0)
    attributes {snn.inputs = {y = dense<0.0> : tensor<1x1x2xf32>}} {
  snn.output %x : tensor<2xf32>
}

// -----

// expected-error @+1 {{'snn.network' op attribute 'snn.expected' expects the name of an output or probe, but got 'a:w'}}
snn.network @probe_name(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0)
    attributes {snn.expected = {"a:v" = dense<0.0> : tensor<1x1x2xf32>, "a:w" = dense<0.0> : tensor<1x1x2xf32>}} {
  snn.probe "a"::"v" %x : tensor<2xf32>
  snn.output %x : tensor<2xf32>
}

// -----

// No array.
// expected-error @+1 {{'snn.network' op attribute 'snn.inputs' expects for 'x' a constant of (steps, batch, shape), the same steps and batch for all}}
snn.network @no_array(%x: tensor<2xf32>) -> () dt(1.0) attributes {snn.inputs = {x = 1.0}} {
  snn.output
}

// -----

// The signal's shape.
// expected-error @+1 {{'snn.network' op attribute 'snn.inputs' expects for 'x' a constant of (steps, batch, shape), the same steps and batch for all, here 'tensor<4x1x2xf32>', but got 'tensor<4x1x3xf32>'}}
snn.network @shape(%x: tensor<2xf32>) -> () dt(1.0) attributes {snn.inputs = {x = dense<0.0> : tensor<4x1x3xf32>}} {
  snn.output
}

// -----

// The signal's element type.
// expected-error @+1 {{attribute 'snn.inputs' expects for 'x' a constant of (steps, batch, shape), the same steps and batch for all, here 'tensor<4x1x2xi1>', but got 'tensor<4x1x2xi32>'}}
snn.network @element_type(%x: tensor<2xi1>) -> () dt(1.0) attributes {snn.inputs = {x = dense<0> : tensor<4x1x2xi32>}} {
  snn.output
}

// -----

// Steps that differ between inputs and outputs.
// expected-error @+1 {{attribute 'snn.expected' expects for 'y' a constant of (steps, batch, shape), the same steps and batch for all, here 'tensor<4x1x2xf32>', but got 'tensor<3x1x2xf32>'}}
snn.network @steps(%x: tensor<2xf32>) -> (y: tensor<2xf32>) dt(1.0)
    attributes {snn.inputs = {x = dense<0.0> : tensor<4x1x2xf32>}, snn.expected = {y = dense<0.0> : tensor<3x1x2xf32>}} {
  snn.output %x : tensor<2xf32>
}
