// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Apart from the rest, so that who loads artefacts with a runtime of its own
// does not link another one.

#include "volley/Compiler/Compiler.h"
#include "volley/Runtime/Artifact.h"
#include "llvm/ADT/ScopeExit.h"
#include <unistd.h>

using namespace mlir;
using namespace volley;

std::shared_ptr<runtime::Artifact>
volley::compileInMemory(ModuleOp module, const CompileOptions &options) {
  FailureOr<int> file = compileToDescriptor(module, options);
  if (failed(file))
    return nullptr;
  llvm::scope_exit closeFile([&] { close(*file); });
  std::string error;
  auto artifact = runtime::Artifact::load(getDescriptorPath(*file), error);
  if (!artifact)
    module.emitError("cannot be loaded: ") << error;
  return artifact;
}
