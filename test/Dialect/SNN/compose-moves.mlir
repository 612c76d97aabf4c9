// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(snn-compose-moves))' | FileCheck %s
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(snn-compose-moves{compose=false}))' | FileCheck %s --check-prefix=APART
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.program(snn-compose-moves))' --remarks-filter=snn-compose-moves 2>&1 | FileCheck %s --check-prefix=REMARK

// The heads of an attention block: one move each, out of the product's result.
// CHECK-LABEL: snn.program @heads(
// CHECK-NEXT: %[[Q:.*]] = snn.move %x sizes [8, 196, 64] strides [64, 1536, 1] : tensor<196x1536xi1> -> tensor<8x196x64xi1>
// CHECK-NEXT: %[[C:.*]] = snn.move %x offset 512 sizes [512, 196] strides [1, 1536] : tensor<196x1536xi1> -> tensor<512x196xi1>
// CHECK-NEXT: %[[K:.*]] = snn.reshape %[[C]] : tensor<512x196xi1> -> tensor<8x64x196xi1>
// CHECK-NEXT: snn.yield(%[[Q]], %[[K]]
// APART-LABEL: snn.program @heads(
// APART-COUNT-4: snn.move
// APART-NOT: snn.move
// APART: snn.yield
// REMARK: remark: {{.*}}snn-compose-moves | after=2, before=4
snn.program @heads(%x: tensor<196x1536xi1>) -> (q: tensor<8x196x64xi1>, k: tensor<8x64x196xi1>) dt(1.0) rows(1) {
  %t = snn.transpose %x [1, 0] : tensor<196x1536xi1> -> tensor<1536x196xi1>
  %a = snn.slice %t offsets [0, 0] : tensor<1536x196xi1> -> tensor<512x196xi1>
  %b = snn.reshape %a : tensor<512x196xi1> -> tensor<8x64x196xi1>
  %q = snn.transpose %b [0, 2, 1] : tensor<8x64x196xi1> -> tensor<8x196x64xi1>
  %c = snn.slice %t offsets [512, 0] : tensor<1536x196xi1> -> tensor<512x196xi1>
  %k = snn.reshape %c : tensor<512x196xi1> -> tensor<8x64x196xi1>
  snn.yield(%q, %k : tensor<8x196x64xi1>, tensor<8x64x196xi1>)
}

// There and back is nothing, or another shape.
// CHECK-LABEL: snn.program @back(
// CHECK-NEXT: %[[R:.*]] = snn.reshape %x : tensor<14x14x512xi32> -> tensor<196x512xi32>
// CHECK-NEXT: snn.yield(%x, %[[R]]
snn.program @back(%x: tensor<14x14x512xi32>) -> (y: tensor<14x14x512xi32>, z: tensor<196x512xi32>) dt(1.0) rows(1) {
  %t = snn.transpose %x [2, 0, 1] : tensor<14x14x512xi32> -> tensor<512x14x14xi32>
  %y = snn.transpose %t [1, 2, 0] : tensor<512x14x14xi32> -> tensor<14x14x512xi32>
  %r = snn.reshape %t : tensor<512x14x14xi32> -> tensor<512x196xi32>
  %z = snn.transpose %r [1, 0] : tensor<512x196xi32> -> tensor<196x512xi32>
  snn.yield(%y, %z : tensor<14x14x512xi32>, tensor<196x512xi32>)
}

// A merged dimension keeps its factors until they are apart again.
// CHECK-LABEL: snn.program @factors(
// CHECK-NEXT: %[[Y:.*]] = snn.move %x sizes [196, 8, 64] strides [64, 12544, 1] : tensor<8x196x64xf32> -> tensor<196x512xf32>
// CHECK-NEXT: snn.yield(%[[Y]]
snn.program @factors(%x: tensor<8x196x64xf32>) -> (y: tensor<196x512xf32>) dt(1.0) rows(1) {
  %t = snn.transpose %x [0, 2, 1] : tensor<8x196x64xf32> -> tensor<8x64x196xf32>
  %r = snn.reshape %t : tensor<8x64x196xf32> -> tensor<512x196xf32>
  %y = snn.transpose %r [1, 0] : tensor<512x196xf32> -> tensor<196x512xf32>
  snn.yield(%y : tensor<196x512xf32>)
}

// 4 x 6 transposed has no strides as 8 x 3, and a slice across two factors has none.
// CHECK-LABEL: snn.program @cut(
// CHECK-NEXT: %[[T:.*]] = snn.move %x sizes [6, 4] strides [1, 6] : tensor<4x6xf32> -> tensor<6x4xf32>
// CHECK-NEXT: %[[Y:.*]] = snn.move %[[T]] sizes [3, 8] strides [1, 3] : tensor<6x4xf32> -> tensor<3x8xf32>
// CHECK-NEXT: %[[F:.*]] = snn.reshape %[[T]] : tensor<6x4xf32> -> tensor<24xf32>
// CHECK-NEXT: %[[Z:.*]] = snn.move %[[F]] offset 3 sizes [7] strides [1] : tensor<24xf32> -> tensor<7xf32>
// CHECK-NEXT: snn.yield(%[[Y]], %[[Z]]
snn.program @cut(%x: tensor<4x6xf32>) -> (y: tensor<3x8xf32>, z: tensor<7xf32>) dt(1.0) rows(1) {
  %t = snn.transpose %x [1, 0] : tensor<4x6xf32> -> tensor<6x4xf32>
  %r = snn.reshape %t : tensor<6x4xf32> -> tensor<8x3xf32>
  %y = snn.transpose %r [1, 0] : tensor<8x3xf32> -> tensor<3x8xf32>
  %f = snn.reshape %t : tensor<6x4xf32> -> tensor<24xf32>
  %z = snn.slice %f offsets [3] : tensor<24xf32> -> tensor<7xf32>
  snn.yield(%y, %z : tensor<3x8xf32>, tensor<7xf32>)
}

// Repeated elements have stride 0; what is split there stays repeated.
// CHECK-LABEL: snn.program @repeated(
// CHECK-NEXT: %[[Y:.*]] = snn.move %x sizes [6, 5] strides [0, 1] : tensor<5xi1> -> tensor<3x2x5xi1>
// CHECK-NEXT: snn.yield(%[[Y]]
snn.program @repeated(%x: tensor<5xi1>) -> (y: tensor<3x2x5xi1>) dt(1.0) rows(1) {
  %b = snn.broadcast %x dims [1] : tensor<5xi1> -> tensor<5x6xi1>
  %t = snn.transpose %b [1, 0] : tensor<5x6xi1> -> tensor<6x5xi1>
  %r = snn.reshape %t : tensor<6x5xi1> -> tensor<2x3x5xi1>
  %y = snn.transpose %r [1, 0, 2] : tensor<2x3x5xi1> -> tensor<3x2x5xi1>
  snn.yield(%y : tensor<3x2x5xi1>)
}

// What another op reads is moved where it is; a chain does not leave its region.
// CHECK-LABEL: snn.program @apart(
// CHECK: snn.when end
// CHECK-NEXT: %[[L:.*]] = snn.last
// CHECK-NEXT: %[[T:.*]] = snn.move %[[L]] sizes [3, 2] strides [1, 3]
// CHECK-NEXT: snn.yield(%[[T]]
snn.program @apart(%x: tensor<2x3xf32>) -> (window y: tensor<3x2xf32>) dt(1.0) rows(1) {
  %y = snn.when end -> (tensor<3x2xf32>) {
    %l = snn.last %x : tensor<2x3xf32>
    %t = snn.transpose %l [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
    snn.yield(%t : tensor<3x2xf32>)
  }
  snn.yield(%y : tensor<3x2xf32>)
}
