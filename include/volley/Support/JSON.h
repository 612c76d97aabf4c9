// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_SUPPORT_JSON_H
#define VOLLEY_SUPPORT_JSON_H

#include "llvm/Support/JSON.h"

namespace volley {

/// Parses JSON that a user gives. Text that nests arrays and objects deeper
/// than 64 levels is an error: LLVM's parser is recursive and would run out of
/// stack.
llvm::Expected<llvm::json::Value> parseJSON(llvm::StringRef text);

} // namespace volley

#endif // VOLLEY_SUPPORT_JSON_H
