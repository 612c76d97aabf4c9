// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading HDF5 files, with every failure an llvm::Error that names the object.

#ifndef VOLLEY_SUPPORT_HDF5_H
#define VOLLEY_SUPPORT_HDF5_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace volley::hdf5 {

/// Runs `function` in a child process and tells whether that survived: libhdf5
/// has no defence against some damaged files, and may overwrite memory or never
/// end. What `function` changes is lost.
bool survives(llvm::function_ref<void()> function);

/// An open HDF5 identifier of any kind.
class Handle {
public:
  Handle() = default;
  explicit Handle(int64_t id) : id(id) {}
  Handle(Handle &&other) noexcept : id(other.id) { other.id = -1; }
  Handle &operator=(Handle &&other) noexcept;
  ~Handle();
  int64_t get() const { return id; }
  bool isValid() const { return id >= 0; }

private:
  int64_t id = -1;
};

/// What a dataset's elements are.
enum class ElementKind { Integer, Float, String, Other };

/// An array of numbers or strings in a file. Nothing is read before one of the
/// read functions is called.
class Dataset {
public:
  Dataset() = default;

  llvm::StringRef getPath() const { return path; }
  /// Empty for a scalar.
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getNumElements() const;
  ElementKind getKind() const { return kind; }

  /// All elements in row-major order, converted to the type, into `out`, which
  /// holds getNumElements() of them.
  llvm::Error read(float *out) const;
  llvm::Error read(double *out) const;
  llvm::Error read(int64_t *out) const;
  /// Fixed or variable length, without padding.
  llvm::Expected<std::vector<std::string>> readStrings() const;

  /// Reads what a damaged file could break: small arrays whole, of large ones
  /// the index of their chunks.
  void probe() const;

  llvm::Expected<std::vector<double>> readDoubles() const;
  llvm::Expected<std::vector<int64_t>> readIntegers() const;

private:
  friend class Group;
  llvm::Error readAs(int64_t memoryType, void *out, bool isNumber) const;

  Handle handle;
  std::string path;
  llvm::SmallVector<int64_t> shape;
  ElementKind kind = ElementKind::Other;
};

/// A group, the root of a file among them.
class Group {
public:
  /// Opens a file for reading and gives its root.
  static llvm::Expected<Group> openFile(llvm::StringRef path);

  llvm::StringRef getPath() const { return path; }
  /// Names of the members in byte order.
  llvm::Expected<std::vector<std::string>> getMembers() const;
  bool hasMember(llvm::StringRef name) const;
  bool isGroup(llvm::StringRef name) const;
  /// True for a dataset that is declared to hold nothing.
  bool isNull(llvm::StringRef name) const;
  llvm::Expected<Group> openGroup(llvm::StringRef name) const;
  llvm::Expected<Dataset> openDataset(llvm::StringRef name) const;

private:
  Handle handle;
  std::string path;
};

} // namespace volley::hdf5

#endif // VOLLEY_SUPPORT_HDF5_H
