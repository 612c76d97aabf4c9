// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_LIB_TARGET_CPU_PROGRAMDATA_H
#define VOLLEY_LIB_TARGET_CPU_PROGRAMDATA_H

#include "../../Kernels/Descriptor.h"
#include "../../Kernels/MoveGeometry.h"
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
  /// Of each input, where its elements go if it is given as events (Storage.h).
  std::vector<std::optional<kernels::MoveGeometry>> eventLayouts;
  int64_t rows, samples;
  /// Of cpu-estimate-work; zero if it did not run.
  kernels::Work work = {};
  /// Whether a kernel was chosen that needs one.
  bool usesMatrixUnit = false;
  uint64_t sampleBytes, workspaceBytes;
  WeightImage weights;
  /// Tells saved states of different programs apart.
  uint64_t fingerprint;
};

} // namespace volley::cpu

#endif // VOLLEY_LIB_TARGET_CPU_PROGRAMDATA_H
