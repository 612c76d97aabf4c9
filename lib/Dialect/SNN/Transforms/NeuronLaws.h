// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The laws of the named neurons, as regions of scalar arithmetic. This file is
// the only place that knows them; docs/Spec/NamedNeurons.md is its text.

#ifndef VOLLEY_LIB_DIALECT_SNN_TRANSFORMS_NEURONLAWS_H
#define VOLLEY_LIB_DIALECT_SNN_TRANSFORMS_NEURONLAWS_H

#include "ModelTable.h"

namespace volley::snn {

/// An array of f64 numbers that broadcasts over a population, aligned at the
/// left. A uniform one has an empty shape.
struct Coefficient {
  llvm::SmallVector<int64_t> shape;
  std::vector<double> values;

  bool isUniform(double value) const {
    return values.size() == 1 && values.front() == value;
  }
};

/// A law: a private model, not yet in a symbol table, and the values of its
/// parameters in order.
struct NeuronLaw {
  mlir::OwningOpRef<NeuronModelOp> model;
  std::vector<Coefficient> params;
};

/// The law of `neuron` in steps of `dt` seconds. The neuron's parameters are
/// constants.
NeuronLaw buildNeuronLaw(NeuronOp neuron, double dt);

} // namespace volley::snn

#endif // VOLLEY_LIB_DIALECT_SNN_TRANSFORMS_NEURONLAWS_H
