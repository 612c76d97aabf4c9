// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Import of NIR files (HDF5, as `nir` writes them).

#ifndef VOLLEY_FRONTEND_NIR_NIR_H
#define VOLLEY_FRONTEND_NIR_NIR_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "volley/Frontend/NIR/Settings.h"

namespace volley::nir {

/// What an input carries.
enum class InputKind { Real, Count, Spike };

struct ImportOptions {
  /// A name of getProfiles(), or empty: the default profile, as an assumption.
  std::string profile;
  SettingOverrides settings;
  /// The time step in seconds. Without it, it is inferred or assumed.
  std::optional<double> dt;
  /// Inputs that are not real, by name.
  std::map<std::string, InputKind, std::less<>> inputs;
  /// f64 instead of f32 signals, states and weights.
  bool doublePrecision = false;
  /// Every assumption is an error.
  bool strict = false;

  /// True if something is declared that a NIR file does not say.
  bool declaresMeaning() const {
    return !profile.empty() || dt || !inputs.empty() || doublePrecision ||
           !settings.isEmpty();
  }
};

/// What the importer has to say about the file or one of its nodes.
struct Note {
  enum Kind {
    /// How something that the user declared was applied.
    Remark,
    /// Something that neither the file nor the user declared.
    Assumption,
    /// Why the node is refused.
    Error
  };
  Kind kind;
  std::string text;
};

struct NodeReport {
  /// The full flattened name, or empty for the file as a whole.
  std::string name;
  /// The type as the file writes it.
  std::string type;
  std::vector<Note> notes;
};

/// One entry for the file, then one per node in byte order of the names.
struct ImportReport {
  std::vector<NodeReport> nodes;
  bool hasErrors() const;
};

/// Reads `path` and gives a module with one `snn.network` in the `imported`
/// form, or null if the file is refused. Remarks, assumptions and the error
/// are emitted as diagnostics, whose locations name file and node, and are
/// added to `report` if that is not null.
mlir::OwningOpRef<mlir::ModuleOp> importNIR(llvm::StringRef path,
                                            const ImportOptions &options,
                                            mlir::MLIRContext *context,
                                            ImportReport *report = nullptr);

} // namespace volley::nir

#endif // VOLLEY_FRONTEND_NIR_NIR_H
