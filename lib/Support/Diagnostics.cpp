// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Support/Diagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

static StringRef getSeverity(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  return "";
}

static void print(llvm::raw_ostream &stream, const Diagnostic &diagnostic) {
  Location loc = diagnostic.getLocation();
  if (auto file = loc->findInstanceOf<FileLineColLoc>()) {
    stream << file.getFilename().getValue() << ':';
    // Importers have no lines, and front ends no columns.
    if (file.getLine() > 0)
      stream << file.getLine() << ':';
    if (file.getColumn() > 0)
      stream << file.getColumn() << ':';
    stream << ' ';
  }
  if (auto name = loc->findInstanceOf<NameLoc>())
    stream << "node '" << name.getName().getValue() << "': ";
  stream << getSeverity(diagnostic.getSeverity()) << ": " << diagnostic.str();
  for (const Diagnostic &note : diagnostic.getNotes()) {
    stream << '\n';
    print(stream, note);
  }
}

std::string volley::formatDiagnostic(const Diagnostic &diagnostic) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  print(stream, diagnostic);
  return text;
}
