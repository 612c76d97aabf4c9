// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/SNNDialect.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringSet.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNVERIFYPHASE
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;

namespace {
struct VerifyPhase : volley::snn::impl::SNNVerifyPhaseBase<VerifyPhase> {
  using SNNVerifyPhaseBase::SNNVerifyPhaseBase;

  void runOnOperation() override {
    llvm::StringSet<> names(llvm::from_range, legal);
    WalkResult result = getOperation()->walk([&](Operation *op) {
      if (op == getOperation() ||
          names.contains(op->getName().getStringRef()) ||
          names.contains((op->getName().getDialectNamespace() + ".*").str()))
        return WalkResult::advance();
      op->emitOpError("is left at the end of phase '") << phase << "'";
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
