// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_IR_SNNDIALECT_TD
#define VOLLEY_DIALECT_SNN_IR_SNNDIALECT_TD

include "mlir/IR/DialectBase.td"
include "mlir/IR/OpBase.td"

def SNN_Dialect : Dialect {
  let name = "snn";
  let cppNamespace = "::volley::snn";
  let summary = "spiking neural networks as synchronous dataflow programs";
  let description = [{
    The dialect has two forms.

    In the *network form* (`snn.network`) every SSA value is a signal: one
    tensor per time step, without batch and time in its type. The region is a
    graph; `snn.delay` is the only way to close a cycle. Populations and delays
    hold state the way registers do in a hardware description.

    In the *program form* (`snn.program`) time is explicit: the body is ordered,
    state is SSA, a value stands for its signal over a tile of time steps, and
    `snn.scan` marks the parts that run step by step.

    The meaning of every op is written down in `docs/Spec/`.

    A network can state its own test: `snn.inputs` and `snn.expected` map names
    of inputs, and of outputs and probes ("node:what"), to constants of shape
    (steps, batch, shape); `snn.tolerance` is the largest allowed difference
    (without it, results are bit-identical), `snn.error` the message that the
    run ends with. `snn-run --conformance` runs such files.
  }];
  let hasOperationAttrVerify = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

#endif // VOLLEY_DIALECT_SNN_IR_SNNDIALECT_TD
