// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_DIALECT_SNN_IR_NEURONKINDS_H
#define VOLLEY_DIALECT_SNN_IR_NEURONKINDS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace volley::snn {
enum class NeuronKind : uint32_t;
enum class Scheme : uint32_t;

/// What the verifier, the importers and the discretisation know about a named
/// kind of neuron.
struct NeuronKindInfo {
  /// Physical parameters, in the order of `snn.neuron`'s operands.
  llvm::ArrayRef<llvm::StringRef> params;
  /// States, in the order of the model's.
  llvm::ArrayRef<llvm::StringRef> states;
  /// Integration schemes the kind has.
  llvm::ArrayRef<Scheme> schemes;
  /// The name of the first result.
  llvm::StringRef output;
  /// True if the output is spikes.
  bool spikes;
  /// True if a spike changes the membrane potential.
  bool resets;
};

const NeuronKindInfo &getNeuronKindInfo(NeuronKind kind);

} // namespace volley::snn

#endif // VOLLEY_DIALECT_SNN_IR_NEURONKINDS_H
