// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a program is measured by: its ops that do something when they run, under
// names that are the same however it is compiled.

#ifndef VOLLEY_LIB_TARGET_CPU_LAYERS_H
#define VOLLEY_LIB_TARGET_CPU_LAYERS_H

#include "volley/Dialect/SNN/IR/SNNOps.h"

namespace volley::cpu {

struct Layer {
  /// Null for the copy of an output.
  mlir::Operation *op;
  /// The node of the source, or "line N" of a file without nodes.
  std::string node;
  /// "dense", "population", ...
  std::string what;
  /// Among layers that have the same node and are the same.
  unsigned ordinal;

  /// "fc1 dense", "fc1 dense 1", ...: for messages.
  std::string getTitle() const;
};

/// The node that an op stands for, or "line N" of a file without nodes.
std::string getNode(mlir::Operation *op);

/// In the order of the program; then one for each output.
std::vector<Layer> getLayers(snn::ProgramOp program);

/// The number of pairs of source and target, of neurons, or of elements that an
/// op computes in one step of one sample.
uint64_t getOperations(mlir::Operation *op);

/// The module's attribute with the layers of a program that is profiled, an
/// array of dictionaries, and its entries.
inline constexpr llvm::StringLiteral kLayers = "snn.layers", kNode = "node",
                                     kWhat = "what", kDetail = "detail",
                                     kOrdinal = "ordinal",
                                     kIsSynaptic = "is_synaptic",
                                     kOperations = "operations",
                                     kRowBytes = "row_bytes",
                                     kSampleBytesMoved = "sample_bytes",
                                     kCallBytes = "call_bytes";

/// The layers as that attribute.
mlir::ArrayAttr describeLayers(llvm::ArrayRef<Layer> layers,
                               snn::ProgramOp program);

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_LAYERS_H
