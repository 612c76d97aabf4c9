// RUN: snn-opt %s -split-input-file -verify-diagnostics -o %t

// One case per labelled constraint, in the order of the .td files; what the
// custom syntax refuses comes first.

//===----------------------------------------------------------------------===//
// snn.program
//===----------------------------------------------------------------------===//

// Syntax: the types after the arrow are those of snn.yield.
// expected-error @+1 {{expects a body that ends in snn.yield of types 'tensor<3xf32>'}}
snn.program @types(%x: tensor<2xf32>) -> (y: tensor<3xf32>) dt(1.0) rows(1) {
  snn.yield (%x : tensor<2xf32>)
}

// -----

// Syntax: a state has a node, a name and an initial value.
// expected-error @+1 {{expected string}}
snn.program @state() state(%v: tensor<2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  snn.yield
}

// -----

// C1: input names.
// expected-error @+1 {{'snn.program' op expects distinct input names, but got 'x' twice}}
snn.program @inputs(%x: tensor<2xf32>, %y "x": tensor<2xf32>) -> () dt(1.0) rows(1) {
  snn.yield
}

// -----

// C1: output names.
// expected-error @+1 {{'snn.program' op expects distinct output names, but got 'y' twice}}
snn.program @outputs(%x: tensor<2xf32>) -> (y: tensor<2xf32>, y: tensor<2xf32>) dt(1.0) rows(1) {
  snn.yield (%x, %x : tensor<2xf32>, tensor<2xf32>)
}

// -----

// C2: the signals (the custom syntax cannot say it).
"snn.program"() <{sym_name = "p", input_names = ["x"], output_names = [], state_nodes = [], state_names = [], state_initials = [], dt = 1.0, rows = 1}> ({
^bb0(%x: tensor<2xf32>):
  // expected-error @+1 {{'snn.yield' op expects 0 signals and states of types}}
  snn.yield (%x : tensor<2xf32>)
}) : () -> ()

// -----

// C2: the states.
snn.program @carried(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %h1 = snn.delay_write %x into %h : tensor<2xf32>, tensor<3x2xf32>
  // expected-error @+1 {{'snn.yield' op expects 0 signals and states of types 'tensor<3x2xf32>'}}
  snn.yield carry(%x : tensor<2xf32>)
}

// -----

// C3: two updates.
snn.program @updates(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.delay_write' op expects one update per state, by snn.step, snn.scan, snn.when, snn.keep or snn.delay_write, but also uses state #1}}
  %h1 = snn.delay_write %x into %h : tensor<2xf32>, tensor<3x2xf32>
  %h2 = snn.delay_write %x into %h : tensor<2xf32>, tensor<3x2xf32>
  snn.yield carry(%h2 : tensor<3x2xf32>)
}

// -----

// C3: something else is carried.
// expected-error @+1 {{'snn.program' op expects to carry what becomes of state #1}}
snn.program @other(%x: tensor<3x2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %late = snn.delay_read %h by 1 : tensor<3x2xf32> -> tensor<2xf32>
  snn.yield carry(%x : tensor<3x2xf32>)
}

// -----

// C3: the state as it was before its update is carried.
snn.program @stale(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.delay_write' op expects one update per state}}
  %h1 = snn.delay_write %x into %h : tensor<2xf32>, tensor<3x2xf32>
  snn.yield carry(%h : tensor<3x2xf32>)
}

// -----

// C3: as it was between two updates.
snn.program @stale_update(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %h1 = snn.delay_write %x into %h : tensor<2xf32>, tensor<3x2xf32>
  // expected-error @+1 {{'snn.delay_write' op expects one update per state}}
  %h2 = snn.delay_write %x into %h1 : tensor<2xf32>, tensor<3x2xf32>
  snn.yield carry(%h1 : tensor<3x2xf32>)
}

// -----

// C3: a read after the update.
snn.program @read_late(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %h1 = snn.delay_write %x into %h : tensor<2xf32>, tensor<3x2xf32>
  // expected-error @+1 {{'snn.delay_read' op expects to read a state before its update}}
  %late = snn.delay_read %h by 1 : tensor<3x2xf32> -> tensor<2xf32>
  snn.yield carry(%h1 : tensor<3x2xf32>)
}

// -----

snn.neuron_model private @m(in %x: f32) -> (y: f32) {
  snn.next emit (%x : f32)
}

// C3: a step that reads a state as a signal is no update of it.
snn.program @other_op() state(%v "a"::"v": tensor<2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.step' op expects one update per state, by snn.step, snn.scan, snn.when, snn.keep or snn.delay_write, but also uses state #0}}
  %v1 = snn.step @m "a" (%v) : (tensor<2xf32>) -> tensor<2xf32>
  snn.yield carry(%v1 : tensor<2xf32>)
}

// -----

// C3: each state is carried on as itself.
snn.program @swapped(%x: tensor<2xf32>)
    state(%a "a"::"delay": tensor<3x2xf32> = 0.0 : f32, %b "b"::"delay": tensor<3x2xf32> = 0.0 : f32)
    -> () dt(1.0) rows(1) {
  %a1 = snn.delay_write %x into %a : tensor<2xf32>, tensor<3x2xf32>
  %b1 = snn.delay_write %x into %b : tensor<2xf32>, tensor<3x2xf32>
  // expected-error @+1 {{'snn.yield' op expects one update per state, by snn.step, snn.scan, snn.when, snn.keep or snn.delay_write, but also uses state #1}}
  snn.yield carry(%b1, %a1 : tensor<3x2xf32>, tensor<3x2xf32>)
}

// -----

// C4: the element type.
// expected-error @+1 {{'snn.program' op expects an initial value of element type 'f32', but got 0.000000e+00 : f64}}
snn.program @initial(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f64) -> () dt(1.0) rows(1) {
  %h1 = snn.delay_write %x into %h : tensor<2xf32>, tensor<3x2xf32>
  snn.yield carry(%h1 : tensor<3x2xf32>)
}

// -----

// C4: a value without a type.
// expected-error @+1 {{'snn.program' op expects an initial value of element type 'f32', but got unit}}
snn.program @initial(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = unit) -> () dt(1.0) rows(1) {
  %h1 = snn.delay_write %x into %h : tensor<2xf32>, tensor<3x2xf32>
  snn.yield carry(%h1 : tensor<3x2xf32>)
}

// -----

// C4: the number of values.
// expected-error @+1 {{'snn.program' op expects a node and an initial value per state}}
"snn.program"() <{sym_name = "p", input_names = [], output_names = [], state_nodes = [], state_names = ["v"], state_initials = [], dt = 1.0, rows = 1}> ({
^bb0(%x: tensor<2xf32>):
  snn.yield carry(%x : tensor<2xf32>)
}) : () -> ()

// -----

// C5.
// expected-error @+1 {{'snn.program' op expects a positive number of rows, but got 0}}
snn.program @rows() -> () dt(1.0) rows(0) {
  snn.yield
}

// -----

//===----------------------------------------------------------------------===//
// snn.yield
//===----------------------------------------------------------------------===//

// expected-error @+1 {{'snn.yield' op expects parent op to be one of 'snn.program, snn.scan, snn.when'}}
snn.yield

// -----

//===----------------------------------------------------------------------===//
// snn.scan
//===----------------------------------------------------------------------===//

// C1: the arguments (the custom syntax cannot say it).
snn.program @arguments(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.scan' op expects region arguments of the operands' types}}
  "snn.scan"(%x) <{operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%in: tensor<3xf32>):
    snn.yield
  }) : (tensor<2xf32>) -> ()
  snn.yield
}

// -----

// C1: the results.
snn.program @results(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  snn.scan (%in = %x: tensor<2xf32>) -> (tensor<3xf32>) {
    // expected-error @+1 {{'snn.yield' op expects to give the results' types 'tensor<3xf32>'}}
    snn.yield (%in : tensor<2xf32>)
  }
  snn.yield
}

// -----

// C2: a signal in the place of a state.
snn.program @carried(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %h1 = snn.scan (%in = %x: tensor<2xf32>) carry (%s = %h: tensor<3x2xf32>) -> (tensor<3x2xf32>) {
    %s1 = snn.delay_write %in into %s : tensor<2xf32>, tensor<3x2xf32>
    // expected-error @+1 {{'snn.yield' op expects to carry the types 'tensor<3x2xf32>'}}
    snn.yield (%s1 : tensor<3x2xf32>)
  }
  snn.yield carry(%h1 : tensor<3x2xf32>)
}

// -----

// C3: of the program's values only constants are the same at every step.
snn.program @captured(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  snn.scan (%in = %x: tensor<2xf32>) -> () {
    // expected-error @+1 {{'snn.reshape' op expects values from outside the scan to be constants}}
    %y = snn.reshape %x : tensor<2xf32> -> tensor<1x2xf32>
    snn.yield
  }
  snn.yield
}

// -----

// C4.
snn.program @updates(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<3x2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %h1 = snn.scan (%in = %x: tensor<2xf32>) carry (%s = %h: tensor<3x2xf32>) -> (tensor<3x2xf32>) {
    // expected-error @+1 {{'snn.delay_write' op expects one update per state, by snn.step, snn.scan, snn.when, snn.keep or snn.delay_write, but also uses state #1}}
    %s1 = snn.delay_write %in into %s : tensor<2xf32>, tensor<3x2xf32>
    %s2 = snn.delay_write %in into %s : tensor<2xf32>, tensor<3x2xf32>
    snn.yield carry(%s2 : tensor<3x2xf32>)
  }
  snn.yield carry(%h1 : tensor<3x2xf32>)
}

// -----

//===----------------------------------------------------------------------===//
// snn.step
//===----------------------------------------------------------------------===//

// C1.
snn.program @model(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.step' op expects the name of a snn.neuron_model, but got @nothing}}
  snn.step @nothing "a" (%x) : (tensor<2xf32>) -> tensor<2xf32>
  snn.yield
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C2: the number of states.
snn.program @states(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.step' op expects 1 states, but got 0}}
  %y, %v1 = snn.step @m "a" (%x) params(%k : f32) : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.yield
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C2: outputs, exposed states and next states are results.
snn.program @results(%x: tensor<2xf32>) state(%v "a"::"v": tensor<2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.step' op expects 3 results, but got 2}}
  %y, %v1 = snn.step @m "a" (%x) state(%v : tensor<2xf32>) params(%k : f32) expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.yield carry(%v1 : tensor<2xf32>)
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C3: the state's shape.
snn.program @shapes(%x: tensor<2xf32>) state(%v "a"::"v": tensor<3xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.step' op expects signals of one shape, but got 'tensor<2xf32>' and 'tensor<3xf32>'}}
  %y, %v1 = snn.step @m "a" (%x) state(%v : tensor<3xf32>) params(%k : f32) : (tensor<2xf32>) -> (tensor<2xi1>, tensor<3xf32>)
  snn.yield carry(%v1 : tensor<3xf32>)
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C4.
snn.program @broadcast(%x: tensor<2xf32>) state(%v "a"::"v": tensor<2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %k = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{'snn.step' op expects parameters that broadcast over 'tensor<2xf32>', but got 'tensor<3xf32>'}}
  %y, %v1 = snn.step @m "a" (%x) state(%v : tensor<2xf32>) params(%k : tensor<3xf32>) : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.yield carry(%v1 : tensor<2xf32>)
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C5.
snn.program @exposed(%x: tensor<2xf32>) state(%v "a"::"v": tensor<2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %k = arith.constant 1.0 : f32
  // expected-error @+1 {{'snn.step' op expects exposed names that are states of @m, each once, but got 'w'}}
  %y:3 = snn.step @m "a" (%x) state(%v : tensor<2xf32>) params(%k : f32) expose ["w"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
  snn.yield carry(%y#2 : tensor<2xf32>)
}

// -----

snn.neuron_model private @m(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (y: i1) {
  %y = arith.cmpf ogt, %x, %k : f32
  snn.next (%x : f32) emit (%y : i1)
}

// C6.
snn.program @constants(%x: tensor<2xf32>) state(%v "a"::"v": tensor<2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.step' op expects parameters that are constants}}
  %y, %v1 = snn.step @m "a" (%x) state(%v : tensor<2xf32>) params(%x : tensor<2xf32>) : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.yield carry(%v1 : tensor<2xf32>)
}

// -----

// Ops of the network form are none of the program form.
snn.program @form(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.delay' op expects parent op 'snn.network'}}
  %y = snn.delay %x by 1 : tensor<2xf32>
  snn.yield
}

// -----

//===----------------------------------------------------------------------===//
// snn.move
//===----------------------------------------------------------------------===//

// C1: the element type.
snn.program @move_type(%x: tensor<6xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.move' op expects a result of 'f32', as the input, but got 'i32'}}
  snn.move %x sizes [6] strides [1] : tensor<6xf32> -> tensor<6xi32>
  snn.yield
}

// -----

// C2: a stride for each size.
snn.program @move_strides(%x: tensor<6xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.move' op expects a stride per size}}
  snn.move %x sizes [2, 3] strides [1] : tensor<6xf32> -> tensor<6xf32>
  snn.yield
}

// -----

// C2: backwards.
snn.program @move_backwards(%x: tensor<6xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.move' op expects no negative offset or stride}}
  snn.move %x offset 5 sizes [6] strides [-1] : tensor<6xf32> -> tensor<6xf32>
  snn.yield
}

// -----

// C2: in front of the input.
snn.program @move_front(%x: tensor<6xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.move' op expects no negative offset or stride}}
  snn.move %x offset -1 sizes [6] strides [1] : tensor<6xf32> -> tensor<6xf32>
  snn.yield
}

// -----

// C2: the number of elements.
snn.program @move_count(%x: tensor<6xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.move' op expects sizes of 6 elements in all}}
  snn.move %x sizes [2, 2] strides [2, 1] : tensor<6xf32> -> tensor<6xf32>
  snn.yield
}

// -----

// C2: an empty box.
snn.program @move_empty(%x: tensor<6xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.move' op expects sizes of 6 elements in all}}
  snn.move %x sizes [-2, -3] strides [1, 1] : tensor<6xf32> -> tensor<6xf32>
  snn.yield
}

// -----

// C3: behind the input.
snn.program @move_behind(%x: tensor<6xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.move' op reads element 6 of an input of 6}}
  snn.move %x offset 1 sizes [3, 2] strides [2, 1] : tensor<6xf32> -> tensor<3x2xf32>
  snn.yield
}

// -----

//===----------------------------------------------------------------------===//
// snn.delay_read
//===----------------------------------------------------------------------===//

// C1: the shape.
snn.program @shape(%h: tensor<3x2xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.delay_read' op expects a history of 'tensor<3xf32>' with a dimension in front, but got 'tensor<3x2xf32>'}}
  snn.delay_read %h by 1 : tensor<3x2xf32> -> tensor<3xf32>
  snn.yield
}

// -----

// C1: the element type.
snn.program @element_type(%h: tensor<3x2xi1>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.delay_read' op expects a history of 'tensor<2xi32>' with a dimension in front, but got 'tensor<3x2xi1>'}}
  snn.delay_read %h by 1 : tensor<3x2xi1> -> tensor<2xi32>
  snn.yield
}

// -----

// C2: this step's signal is not in the history.
snn.program @least(%h: tensor<3x2xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.delay_read' op expects steps between 1 and 3}}
  snn.delay_read %h by 0 : tensor<3x2xf32> -> tensor<2xf32>
  snn.yield
}

// -----

// C2: nor is an older one.
snn.program @largest(%h: tensor<3x2xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.delay_read' op expects steps between 1 and 3}}
  snn.delay_read %h by [1, 4] : tensor<3x2xf32> -> tensor<2xf32>
  snn.yield
}

// -----

//===----------------------------------------------------------------------===//
// snn.delay_write
//===----------------------------------------------------------------------===//

// C1.
snn.program @shape(%x: tensor<2xf32>) state(%h "a"::"delay": tensor<2x3xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.delay_write' op expects a history of 'tensor<2xf32>' with a dimension in front, but got 'tensor<2x3xf32>'}}
  %h1 = snn.delay_write %x into %h : tensor<2xf32>, tensor<2x3xf32>
  snn.yield carry(%h1 : tensor<2x3xf32>)
}


// -----

// C6 of snn.program.
// expected-error @+1 {{'snn.program' op expects to say of each input whether it is static, and of each output whether it is a window value}}
"snn.program"() <{sym_name = "n", input_names = ["x"], output_names = [], state_nodes = [], state_names = [], state_initials = [], dt = 1.0, rows = 1 : i64, static_inputs = array<i1: true, false>}> ({
^bb0(%x: tensor<2xf32>):
  "snn.yield"() <{operandSegmentSizes = array<i32: 0, 0>}> : () -> ()
}) : () -> ()

// -----

//===----------------------------------------------------------------------===//
// snn.when
//===----------------------------------------------------------------------===//

// Syntax.
snn.program @when() -> () dt(1.0) rows(1) {
  // expected-error @+1 {{expects start or end}}
  snn.when later -> () {
    snn.yield
  }
  snn.yield
}

// -----

// C1.
snn.program @when(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  snn.when end -> (tensor<3xf32>) {
    // expected-error @+1 {{'snn.yield' op expects to give the results' types 'tensor<3xf32>'}}
    snn.yield(%x : tensor<2xf32>)
  }
  snn.yield
}

// -----

// C2: signals at the start.
snn.program @when(%x: tensor<2xf32>) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.when' op expects states and no signals of a region that runs at the start}}
  snn.when start -> (tensor<2xf32>) {
    snn.yield(%x : tensor<2xf32>)
  }
  snn.yield
}

// -----

// C2: states at the end.
snn.program @when(%x: tensor<2xf32>) state(%k ""::"static": tensor<2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  // expected-error @+1 {{'snn.when' op expects signals and no states of a region that runs at the end}}
  %k1 = snn.when end carry(%a = %k: tensor<2xf32>) -> (tensor<2xf32>) {
    snn.yield carry(%a : tensor<2xf32>)
  }
  snn.yield carry(%k1 : tensor<2xf32>)
}

// -----

// C3.
snn.program @when(%x: tensor<2xf32>) state(%k ""::"static": tensor<2xf32> = 0.0 : f32) -> () dt(1.0) rows(1) {
  %k1 = snn.when start carry(%a = %k: tensor<2xf32>) -> (tensor<2xf32>) {
    // expected-error @+1 {{'snn.keep' op expects one update per state, by snn.step, snn.scan, snn.when, snn.keep or snn.delay_write, but also uses state #0}}
    %n = snn.keep %x into %a : tensor<2xf32>
    %m = snn.keep %x into %a : tensor<2xf32>
    snn.yield carry(%m : tensor<2xf32>)
  }
  snn.yield carry(%k1 : tensor<2xf32>)
}

// -----

// C5
// expected-error @+1 {{'snn.program' op expects 1 to 4 samples, but got 5}}
snn.program @samples() -> () dt(1.0) rows(4) samples(5) {
  snn.yield
}
