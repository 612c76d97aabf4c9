// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_TARGET_CPU_PROGRAMDATA_H
#define VOLLEY_LIB_TARGET_CPU_PROGRAMDATA_H

#include "WeightImage.h"
#include "volley-c/volley.h"
#include "volley/Target/CPU/CPU.h"

namespace volley::cpu {

/// An input, output or probe as the artefact describes it.
struct SignalData {
  std::string name, what;
  mlir::RankedTensorType type;
  volley_rate rate = VOLLEY_STREAM;
};

class ProgramData {
public:
  explicit ProgramData(snn::ProgramOp program);

  std::string name;
  double timeStep;
  std::vector<SignalData> inputs, outputs, probes;
  int64_t rows;
  /// Of Storage.h; zero if it is not known.
  std::array<int64_t, 3> work{};
  uint64_t sampleBytes, workspaceBytes;
  WeightImage weights;
  /// Tells saved states of different programs apart.
  uint64_t fingerprint;
};

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_PROGRAMDATA_H
