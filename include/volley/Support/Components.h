// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef VOLLEY_SUPPORT_COMPONENTS_H
#define VOLLEY_SUPPORT_COMPONENTS_H

#include "llvm/ADT/ArrayRef.h"
#include <vector>

namespace volley {

/// The strongly connected components of a graph with nodes 0, 1, ... For each
/// node, `component` is the number of its component, and components are
/// numbered against the edges: an edge never leads to a larger number.
struct Components {
  std::vector<unsigned> component;
  unsigned count = 0;
  /// Per component: it holds a cycle.
  std::vector<bool> isCyclic;
};

Components computeComponents(llvm::ArrayRef<std::vector<unsigned>> successors);

} // namespace volley

#endif // VOLLEY_SUPPORT_COMPONENTS_H
