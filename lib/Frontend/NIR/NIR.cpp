// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The import of a NIR file: its phases in order, and what it reports.

#include "volley/Frontend/NIR/NIR.h"

#include "Cycles.h"
#include "Emitter.h"
#include "Graph.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace volley;
using namespace volley::nir;

bool ImportReport::hasErrors() const {
  return llvm::any_of(nodes, [](const NodeReport &node) {
    return llvm::any_of(
        node.notes, [](const Note &note) { return note.kind == Note::Error; });
  });
}

/// Under `strict`, what would be assumed is refused.
static void refuseAssumptions(std::vector<Note> &notes) {
  for (Note &note : notes)
    if (note.kind == Note::Assumption) {
      note.kind = Note::Error;
      note.text = "would need an assumption: " + note.text;
    }
}

static void checkInputs(Graph &graph, const ImportOptions &options) {
  for (const auto &entry : options.inputs)
    if (llvm::none_of(graph.nodes, [&](const Node &node) {
          return node.type == NodeType::Input && node.sources.empty() &&
                 !node.isIgnored && node.name == entry.first;
        }))
      graph.refuse("an input kind is given for '" + entry.first +
                   "', which is no input of the file");
}

/// True if libhdf5 can go through the file without a crash.
static bool isReadable(StringRef path) {
  return hdf5::survives([&] {
    Graph graph = readGraph(path);
    for (const Node &node : graph.nodes)
      for (const auto &field : node.fields)
        field.second.probe();
  });
}

/// Runs the phases until one refuses the file.
static OwningOpRef<ModuleOp> importGraph(Graph &graph, StringRef path,
                                         const ImportOptions &options,
                                         MLIRContext *context) {
  if (!isReadable(path)) {
    graph.refuse("is damaged: libhdf5 cannot read it");
    return nullptr;
  }
  graph = readGraph(path);
  if (graph.nodes.empty())
    return nullptr;
  readParameters(graph, options.doublePrecision);
  checkInputs(graph, options);
  if (graph.isRefused()) {
    // More may be wrong elsewhere: say it all at once.
    inferShapes(graph);
    checkWeights(graph, options.doublePrecision);
    return nullptr;
  }
  double dt = resolveSettings(graph, options);
  inferShapes(graph);
  checkThresholds(graph);
  if (graph.isRefused()) {
    checkWeights(graph, options.doublePrecision);
    return nullptr;
  }
  bool isDeclared =
      !options.profile.empty() || options.settings.isDeclared("feedback", "");
  std::vector<Instance> instances = cutCycles(graph, isDeclared);
  if (options.strict) {
    refuseAssumptions(graph.notes);
    for (Node &node : graph.nodes)
      refuseAssumptions(node.notes);
  }
  if (graph.isRefused())
    return nullptr;
  return emitNetwork(graph, instances, dt, path, options, context);
}

/// The first error alone, with what else is wrong in a note; or all remarks.
static void emitDiagnostics(const ImportReport &report, StringRef path,
                            MLIRContext *context) {
  auto getLocation = [&](const NodeReport &node) {
    return getNodeLocation(context, path, node.name);
  };
  std::optional<InFlightDiagnostic> error;
  unsigned others = 0;
  for (const NodeReport &node : report.nodes)
    for (const Note &note : node.notes) {
      if (note.kind != Note::Error)
        continue;
      if (!error)
        error.emplace(mlir::emitError(getLocation(node)) << note.text);
      else
        ++others;
    }
  if (error) {
    if (others > 0)
      error->attachNote(getNodeLocation(context, path, ""))
          << others << " more " << (others == 1 ? "thing is" : "things are")
          << " wrong; --check lists them";
    return;
  }
  for (const NodeReport &node : report.nodes)
    for (const Note &note : node.notes)
      mlir::emitRemark(getLocation(node))
          << (note.kind == Note::Assumption ? "assumed: " : "") << note.text;
}

OwningOpRef<ModuleOp> volley::nir::importNIR(StringRef path,
                                             const ImportOptions &options,
                                             MLIRContext *context,
                                             ImportReport *report) {
  Graph graph;
  OwningOpRef<ModuleOp> module = importGraph(graph, path, options, context);
  ImportReport local;
  ImportReport &result = report ? *report : local;
  result.nodes.push_back({"", "NIRGraph", std::move(graph.notes)});
  for (Node &node : graph.nodes)
    result.nodes.push_back({node.name, node.typeName, std::move(node.notes)});
  emitDiagnostics(result, path, context);
  if (module && failed(verify(*module)))
    return nullptr;
  return module;
}
