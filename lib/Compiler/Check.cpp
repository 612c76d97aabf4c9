// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// snn-compile --check: what the importer has to say of every node.

#include "volley/Compiler/Compiler.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace volley;

/// The worst that is said of a node.
static StringRef getStatus(const nir::NodeReport &node) {
  bool isAssumed = false;
  for (const nir::Note &note : node.notes) {
    if (note.kind == nir::Note::Error)
      return "refused";
    isAssumed |= note.kind == nir::Note::Assumption;
  }
  return isAssumed ? "assumed" : "supported";
}

static StringRef getKind(nir::Note::Kind kind) {
  switch (kind) {
  case nir::Note::Remark:
    return "remark";
  case nir::Note::Assumption:
    return "assumption";
  case nir::Note::Error:
    return "error";
  }
  llvm_unreachable("every kind has a case");
}

static void writeJSON(StringRef path, const nir::ImportReport &report,
                      llvm::raw_ostream &stream) {
  llvm::json::OStream json(stream, /*IndentSize=*/2);
  auto writeNode = [&](const nir::NodeReport &node) {
    json.attribute("type", node.type);
    json.attribute("status", getStatus(node));
    json.attributeArray("notes", [&] {
      for (const nir::Note &note : node.notes)
        json.object([&] {
          json.attribute("kind", getKind(note.kind));
          json.attribute("text", note.text);
        });
    });
  };
  json.object([&] {
    json.attribute("file", path);
    json.attribute("accepted", !report.hasErrors());
    json.attributeObject("model", [&] { writeNode(report.nodes.front()); });
    json.attributeArray("nodes", [&] {
      for (const nir::NodeReport &node : llvm::drop_begin(report.nodes))
        json.object([&] {
          json.attribute("name", node.name);
          writeNode(node);
        });
    });
  });
  stream << '\n';
}

static void writeTable(StringRef path, const nir::ImportReport &report,
                       llvm::raw_ostream &stream) {
  size_t nameWidth = 4, typeWidth = 4;
  for (const nir::NodeReport &node : llvm::drop_begin(report.nodes)) {
    nameWidth = std::max(nameWidth, node.name.size());
    typeWidth = std::max(typeWidth, node.type.size());
  }
  auto pad = [&](StringRef text, size_t width) {
    stream << text;
    stream.indent(width > text.size() ? width - text.size() : 0) << "  ";
  };
  auto writeNotes = [&](const nir::NodeReport &node, size_t indent) {
    for (const nir::Note &note : node.notes) {
      stream.indent(indent)
          << (note.kind == nir::Note::Remark ? ""
                                             : getKind(note.kind).str() + ": ")
          << note.text << '\n';
    }
  };
  stream << path << '\n';
  writeNotes(report.nodes.front(), 2);
  for (const nir::NodeReport &node : llvm::drop_begin(report.nodes)) {
    pad(node.name, nameWidth);
    pad(node.type, typeWidth);
    stream << getStatus(node) << '\n';
    writeNotes(node, 2);
  }
  stream << (report.hasErrors() ? "refused\n" : "accepted\n");
}

int volley::checkModel(StringRef path, const nir::ImportOptions &options,
                       MLIRContext *context, bool asJSON,
                       llvm::raw_ostream &stream) {
  nir::ImportReport report;
  if (isMLIRFile(path)) {
    // Says all itself; there is nothing to assume, and no list of nodes.
    nir::NodeReport &file = report.nodes.emplace_back();
    file.type = "snn.network";
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        file.notes.push_back({nir::Note::Error, diagnostic.str()});
    });
    loadModel(path, options, context);
  } else {
    // The report has what the diagnostics say.
    ScopedDiagnosticHandler handler(context, [](Diagnostic &) {});
    nir::importNIR(path, options, context, &report);
  }
  if (asJSON)
    writeJSON(path, report, stream);
  else
    writeTable(path, report, stream);
  return report.hasErrors() ? 1 : 0;
}
