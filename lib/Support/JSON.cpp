// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Support/JSON.h"

#include "llvm/Support/Error.h"

static constexpr int kMostLevels = 64;

/// True if arrays and objects are nested too deeply. Brackets in strings do not
/// count.
static bool isTooDeep(llvm::StringRef text) {
  int levels = 0;
  bool isString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (isString && c == '\\')
      ++i; // What it escapes may be a quotation mark.
    else if (c == '"')
      isString = !isString;
    else if (isString)
      continue;
    else if (c == '[' || c == '{')
      ++levels;
    else if (c == ']' || c == '}')
      --levels;
    if (levels > kMostLevels)
      return true;
  }
  return false;
}

llvm::Expected<llvm::json::Value> volley::parseJSON(llvm::StringRef text) {
  if (isTooDeep(text))
    return llvm::createStringError(
        "is nested deeper than %d levels of arrays and objects", kMostLevels);
  return llvm::json::parse(text);
}
