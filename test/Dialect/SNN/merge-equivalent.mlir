// RUN: %snn-opt %s --snn-merge-equivalent -split-input-file | FileCheck %s --enable-var-scope
// RUN: %snn-opt %s --snn-merge-equivalent -split-input-file --remarks-filter=snn-merge-equivalent -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

snn.neuron_model private @lif(state %v: f32 = 0.0, in %x: f32, param %k: f32) -> (spikes: i1) {
  %v1 = math.fma %k, %x, %v : f32
  %s = arith.cmpf ogt, %v1, %k : f32
  snn.next (%v1 : f32) emit (%s : i1)
}

// Two recurrent populations that do the same are one; a third, whose delay is
// longer, is another. The probe of a merged population keeps its name.
// REMARK: population 'b' is equal to 'a'
// REMARK: Passed{{.*}}snn-merge-equivalent | merged ops=3
// CHECK-LABEL: snn.network @recurrent(
// CHECK: snn.population @lif "a"
// CHECK-NOT: snn.population @lif "b"
// CHECK: snn.population @lif "c"
// CHECK: snn.probe "b"::"spikes" %[[A:.*]] : tensor<2xi1>
// CHECK: snn.output %[[A]], %[[A]], %{{.*}} :
snn.network @recurrent(%x: tensor<2xf32>) -> (a: tensor<2xi1>, b: tensor<2xi1>, c: tensor<2xi1>) dt(1.0) {
  %k = arith.constant 0.5 : f32
  %da = snn.delay %a by 1 : tensor<2xi1>
  %ia = snn.add %x, %da : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %a = snn.population @lif "a" (%ia) params(%k : f32) : (tensor<2xf32>) -> tensor<2xi1>
  %db = snn.delay %b by 1 : tensor<2xi1>
  %ib = snn.add %x, %db : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %b = snn.population @lif "b" (%ib) params(%k : f32) : (tensor<2xf32>) -> tensor<2xi1>
  %dc = snn.delay %c by 2 : tensor<2xi1>
  %ic = snn.add %x, %dc : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %c = snn.population @lif "c" (%ic) params(%k : f32) : (tensor<2xf32>) -> tensor<2xi1>
  snn.probe "b"::"spikes" %b : tensor<2xi1>
  snn.output %a, %b, %c : tensor<2xi1>, tensor<2xi1>, tensor<2xi1>
}

// -----

// Equal constants are equal parameters; other numbers, orders of operands and
// inputs are not.
snn.neuron_model private @m(in %x: f32, in %y: f32, param %k: f32) -> (z: f32) {
  %z = math.fma %k, %x, %y : f32
  snn.next emit (%z : f32)
}
// CHECK-LABEL: snn.network @different(
// CHECK: %[[A:.*]] = snn.population @m "a"
// CHECK-NOT: snn.population @m "b"
// CHECK: %[[C:.*]] = snn.population @m "c"
// CHECK: %[[D:.*]] = snn.population @m "d"
// CHECK: snn.output %[[A]], %[[A]], %[[C]], %[[D]]
snn.network @different(%x: tensor<2xf32>, %y: tensor<2xf32>) -> (a: tensor<2xf32>, b: tensor<2xf32>, c: tensor<2xf32>, d: tensor<2xf32>) dt(1.0) {
  %k = arith.constant 0.5 : f32
  %l = arith.constant 0.5 : f32
  %m = arith.constant 0.25 : f32
  %a = snn.population @m "a" (%x, %y) params(%k : f32) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %b = snn.population @m "b" (%x, %y) params(%l : f32) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %c = snn.population @m "c" (%x, %y) params(%m : f32) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %d = snn.population @m "d" (%y, %x) params(%k : f32) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %a, %b, %c, %d : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
