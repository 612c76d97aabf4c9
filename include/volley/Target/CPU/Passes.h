// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_TARGET_CPU_PASSES_H
#define VOLLEY_TARGET_CPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace volley::snn {
class ProgramOp;
}

namespace volley::cpu {

#define GEN_PASS_DECL
#include "volley/Target/CPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "volley/Target/CPU/Passes.h.inc"

} // namespace volley::cpu

#endif // VOLLEY_TARGET_CPU_PASSES_H
