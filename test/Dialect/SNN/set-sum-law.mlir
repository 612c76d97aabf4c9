// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-set-sum-law{law=exact}))' | FileCheck %s --check-prefix=EXACT
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-set-sum-law{law=ascending}))' | FileCheck %s --check-prefix=ASCENDING --implicit-check-not='sum exact'
// RUN: not snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-set-sum-law{law=fast}))' 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-set-sum-law{law=exact}))' --remarks-filter=snn-set-sum-law -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// The option of the tools is this pass.
// RUN: snn-compile %s --emit=imported --sum=exact -o - | FileCheck %s --check-prefix=EXACT
// RUN: not snn-compile %s --emit=imported --sum=fast -o %t.mlir 2>&1 | FileCheck %s --check-prefix=BAD

// BAD: error: there is no law 'fast' for sums; there are ascending, exact
// ASCENDING: snn.dense

// EXACT-LABEL: snn.network @net(
snn.network @net(%s: tensor<3xi1>, %n: tensor<2x4xi32>, %x: tensor<3xf32>) -> () dt(1.0) {
  %w = arith.constant dense<[[1.0, 0.5, 1.0e-6], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %c = arith.constant dense<1.0> : tensor<3x2x3xf32>
  %d = arith.constant dense<1.0> : tensor<2x3xf64>
  // Spikes and counts.
  // EXACT: snn.dense %s, %{{.*}} sum exact
  // REMARK: [[@LINE+1]]:{{.*}}Passed{{.*}}Remark=exact
  snn.dense %s, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  // EXACT: snn.conv %n, %{{.*}} sum exact
  // REMARK: [[@LINE+1]]:{{.*}}Passed{{.*}}Remark=exact
  snn.conv %n, %c : (tensor<2x4xi32>, tensor<3x2x3xf32>) -> tensor<3x2xf32>
  // Floats that are proven to be integers.
  // EXACT: snn.dense %{{.*}} sum exact
  %f = snn.add %s : (tensor<3xi1>) -> tensor<3xf32>
  snn.dense %f, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  // Reals, and double precision.
  // EXACT: snn.dense %x, %{{[^ ]*}} :
  // REMARK: [[@LINE+1]]:{{.*}}Missed{{.*}}the sum stays ascending: its input may be no integer
  snn.dense %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  // EXACT: snn.dense %s, %{{[^ ]*}} :
  // REMARK: [[@LINE+1]]:{{.*}}Missed{{.*}}the sum stays ascending: it is no sum of f32
  snn.dense %s, %d : (tensor<3xi1>, tensor<2x3xf64>) -> tensor<2xf64>
  snn.output
}
