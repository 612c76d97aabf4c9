// Networks of --conformance run in a process of their own, as on another machine.
// RUN: snn-run --conformance %S/../Conformance/structure.mlir --host=volley-run-artefact | FileCheck %s --check-prefix=RIGHT
// RUN: snn-run --conformance %S/../Conformance/errors.mlir --host=volley-run-artefact | FileCheck %s --check-prefix=RIGHT
// RUN: not snn-run --conformance %s --host=volley-run-artefact 2>&1 | FileCheck %s --check-prefix=WRONG
// RUN: not snn-run --conformance %s --host=there-is-none 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not snn-run --conformance %s --host=true 2>&1 | FileCheck %s --check-prefix=SILENT
// RUN: not snn-run --conformance %s --host="echo more than a float" 2>&1 | FileCheck %s --check-prefix=MORE
// RUN: not snn-run --conformance %s --host=volley-run-artefact --reference 2>&1 | FileCheck %s --check-prefix=OPTION
// RUN: not snn-run %s --host=volley-run-artefact 2>&1 | FileCheck %s --check-prefix=OPTION

// RIGHT: networks conform, 0 do not
// WRONG: host.mlir:[[#@LINE+6]]:1: error: 'y' step 0, sample 0, element 0: expects {{.*}}, but got
// NONE: error: expects the error '', but got 'there is no program 'there-is-none''
// SILENT: error: expects the error '', but got 'fewer results than the network has'
// MORE: error: expects the error '', but got 'more results than the network has'
// OPTION: snn-run: error: --host expects a command, for compiled code of --conformance

snn.network @double(%x: tensor<1xf32>) -> (y: tensor<1xf32>) dt(1.0) attributes {
  snn.inputs = {x = dense<1.0> : tensor<1x1x1xf32>},
  snn.expected = {y = dense<3.0> : tensor<1x1x1xf32>}} {
  %y = snn.add %x, %x : tensor<1xf32>
  snn.output %y : tensor<1xf32>
}
