// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where cycles get their step of delay (docs/Spec/NIR.md, "Cycles").

#ifndef VOLLEY_LIB_FRONTEND_NIR_CYCLES_H
#define VOLLEY_LIB_FRONTEND_NIR_CYCLES_H

#include "Graph.h"

namespace volley::nir {

/// A node as it is evaluated in one place of the network. A stateless node that
/// lies on a feedback path and on another one has several.
struct Instance {
  struct Source {
    unsigned instance;
    /// Seen one step late, by the rule for cycles.
    bool isDelayed;
    bool operator==(const Source &other) const {
      return instance == other.instance && isDelayed == other.isDelayed;
    }
  };
  unsigned node;
  /// In byte order of the nodes' names.
  std::vector<Source> sources;
  /// One instance of a node has its name: the one that sees no delay, if there
  /// is one.
  bool hasName = true;
};

/// Cuts every feedback path once and gives the instances to evaluate, each
/// after what it needs from the same step. Refuses cycles without state.
/// `isDeclared` says whether the user has chosen where to cut.
std::vector<Instance> cutCycles(Graph &graph, bool isDeclared);

} // namespace volley::nir

#endif // VOLLEY_LIB_FRONTEND_NIR_CYCLES_H
