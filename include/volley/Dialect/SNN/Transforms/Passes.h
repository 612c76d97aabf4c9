// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_TRANSFORMS_PASSES_H
#define VOLLEY_DIALECT_SNN_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace volley::snn {
class NetworkOp;

#define GEN_PASS_DECL
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"

/// The outputs, then the states, that snn-insert-probes can record of a neuron
/// or population.
std::vector<std::string> getRecordableNames(mlir::Operation *op);

} // namespace volley::snn

#endif // VOLLEY_DIALECT_SNN_TRANSFORMS_PASSES_H
