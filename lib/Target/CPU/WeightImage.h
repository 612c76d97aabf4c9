// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The weight image: every constant that generated code reads from memory,
// packed for its kernel, one after another. It is streamed into the artefact
// and never passes through LLVM.

#ifndef VOLLEY_LIB_TARGET_CPU_WEIGHTIMAGE_H
#define VOLLEY_LIB_TARGET_CPU_WEIGHTIMAGE_H

#include "Strategies.h"
#include "llvm/Support/Error.h"

namespace volley::cpu {

/// Something that an op needs in the image; without bytes, an immediate.
struct WeightRequest {
  PackedWeights packed;
  /// Requests of equal keys have equal bytes and share them.
  std::string key;
};

/// What `op` needs, in an order that is fixed by its kind: weights and bias of
/// products and convolutions, parameters of steps, the index table of a
/// transpose or delay. Fails, with an error, if the op has no kernel.
mlir::FailureOr<llvm::SmallVector<WeightRequest>>
getWeightRequests(mlir::Operation *op);

/// Gives requests their places.
class WeightLayout {
public:
  /// The offset of a request, -1 for an immediate.
  int64_t place(const WeightRequest &request);
  uint64_t getBytes() const { return bytes; }

private:
  uint64_t bytes = 0;
  llvm::StringMap<int64_t> offsets;
};

/// The packed constants of a program in the order of their places.
class WeightImage {
public:
  /// Collects what `program` (after cpu-allocate-storage) needs, and the state
  /// before the first step if it is not all zero.
  explicit WeightImage(snn::ProgramOp program);

  uint64_t getBytes() const { return bytes; }
  /// Where the initial state of a sample is, -1 if it is all zero.
  int64_t getInitialStateOffset() const { return initialOffset; }

  /// Packs the weights into an existing file, from `offset` on, by all threads
  /// of the machine.
  llvm::Error write(llvm::StringRef path, uint64_t offset) const;

private:
  struct Part {
    uint64_t offset;
    PackedWeights packed;
  };
  llvm::Error writePiece(llvm::ArrayRef<Part> parts, uint64_t begin,
                         uint64_t end, llvm::StringRef path,
                         uint64_t offset) const;

  std::vector<Part> parts;
  uint64_t bytes = 0;
  int64_t initialOffset = -1;
};

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_WEIGHTIMAGE_H
