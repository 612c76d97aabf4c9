// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Support/Components.h"

#include "llvm/ADT/SCCIterator.h"
#include "llvm/ADT/STLExtras.h"

using namespace volley;

namespace {
/// A node as LLVM's graph algorithms see it.
struct Vertex {
  std::vector<Vertex *> successors;
};
} // namespace

template <> struct llvm::GraphTraits<Vertex *> {
  using NodeRef = Vertex *;
  using ChildIteratorType = std::vector<Vertex *>::iterator;
  static NodeRef getEntryNode(Vertex *vertex) { return vertex; }
  static ChildIteratorType child_begin(NodeRef vertex) {
    return vertex->successors.begin();
  }
  static ChildIteratorType child_end(NodeRef vertex) {
    return vertex->successors.end();
  }
};

Components
volley::computeComponents(llvm::ArrayRef<std::vector<unsigned>> successors) {
  // One more vertex, from which all others are reached.
  std::vector<Vertex> vertices(successors.size() + 1);
  Vertex &root = vertices.back();
  for (auto [index, targets] : llvm::enumerate(successors)) {
    root.successors.push_back(&vertices[index]);
    for (unsigned target : targets)
      vertices[index].successors.push_back(&vertices[target]);
  }
  Components result;
  result.component.resize(successors.size());
  for (auto scc = llvm::scc_begin(&root); !scc.isAtEnd(); ++scc) {
    if (scc->front() == &root)
      continue;
    result.isCyclic.push_back(scc.hasCycle());
    for (Vertex *vertex : *scc)
      result.component[vertex - vertices.data()] = result.count;
    ++result.count;
  }
  return result;
}
