// Which kernels there are depends on what the network is compiled for.
// RUN: snn-compile %s --emit=scheduled --cpu=amx --kernel=sliced | FileCheck %s --check-prefix=TILES
// RUN: snn-compile %s --emit=scheduled --cpu=x86-64-v4 --kernel=sliced | FileCheck %s --check-prefix=OTHER --implicit-check-not=sliced
// RUN: snn-compile %s --emit=scheduled --cpu=v3+amx --kernel=sliced | FileCheck %s --check-prefix=TILES
// RUN: snn-compile %s --emit=scheduled --cpu=x86-64-v4 --kernel=dot | FileCheck %s --check-prefix=DOT
// RUN: not snn-compile %s --emit=scheduled --cpu=abacus 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// TILES: snn.dense {{.*}} kernel "sliced"
// OTHER: snn.dense {{.*}} kernel
// DOT: snn.dense {{.*}} kernel "dot"
// UNKNOWN: error: {{.*}}'abacus'

snn.network @net(%x: tensor<4xi1>) -> (y: tensor<2xf32>) dt(1.0e-3) {
  %w = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %y = snn.dense %x, %w : (tensor<4xi1>, tensor<2x4xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}
