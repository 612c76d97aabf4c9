// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_SUPPORT_DIAGNOSTICS_H
#define VOLLEY_SUPPORT_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include <string>

namespace volley {

/// "FILE: node 'NODE': error: TEXT" for what an importer says,
/// "FILE:LINE:COLUMN: error: TEXT" for what a parser says; notes follow on
/// lines of their own.
std::string formatDiagnostic(const mlir::Diagnostic &diagnostic);

} // namespace volley

#endif // VOLLEY_SUPPORT_DIAGNOSTICS_H
