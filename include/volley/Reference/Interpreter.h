// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference interpreter: the meaning of the network form in plain loops.
// Everything else is compared with it.

#ifndef VOLLEY_REFERENCE_INTERPRETER_H
#define VOLLEY_REFERENCE_INTERPRETER_H

#include "mlir/Support/LLVM.h"
#include "volley/Runtime/Session.h"
#include <memory>

namespace volley::snn {
class NetworkOp;
}

namespace volley::reference {

/// The host's view of a network.
runtime::ProgramInfo getProgramInfo(snn::NetworkOp network);

/// An interpreter of `network` for `batch` samples, in the state before the
/// first step; null, with an error diagnostic, if an op has no meaning for it
/// (a named neuron). Nothing of the IR is used after it is built.
std::unique_ptr<runtime::Session> createInterpreter(snn::NetworkOp network,
                                                    int64_t batch);

} // namespace volley::reference

#endif // VOLLEY_REFERENCE_INTERPRETER_H
