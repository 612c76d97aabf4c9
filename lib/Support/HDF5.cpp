// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Support/HDF5.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <hdf5.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace volley::hdf5;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

static_assert(sizeof(hid_t) == sizeof(int64_t), "Handle holds an hid_t");

namespace {
/// Keeps libhdf5 from printing its error stack; ours say it in one line.
struct SilenceErrors {
  SilenceErrors() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }
};
} // namespace

/// Longer than any file takes whose large arrays are not read.
static constexpr unsigned kProbeSeconds = 20;

bool volley::hdf5::survives(llvm::function_ref<void()> function) {
  pid_t child = fork();
  if (child < 0)
    return true; // Nothing can be said.
  if (child == 0) {
    // The crash handlers of the tool are not for this.
    for (int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM})
      signal(number, SIG_DFL);
    if (int null = open("/dev/null", O_WRONLY); null >= 0)
      dup2(null, STDERR_FILENO);
    alarm(kProbeSeconds);
    function();
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void initialise() { static SilenceErrors silence; }

/// The innermost message of libhdf5's error stack, "" if there is none.
static std::string getLibraryMessage() {
  std::string message;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_DOWNWARD,
      [](unsigned, const H5E_error2_t *entry, void *data) -> herr_t {
        if (entry->desc && *entry->desc)
          *static_cast<std::string *>(data) = entry->desc;
        return 0;
      },
      &message);
  return message;
}

static Error makeError(const llvm::Twine &what) {
  std::string detail = getLibraryMessage();
  if (detail.empty())
    return createStringError(what);
  return createStringError(what + " (" + detail + ")");
}

//===----------------------------------------------------------------------===//
// Handle
//===----------------------------------------------------------------------===//

static void closeId(int64_t id) {
  // H5Idec_ref closes an object of any kind when its last reference goes.
  if (id >= 0)
    H5Idec_ref(id);
}

Handle::~Handle() { closeId(id); }

Handle &Handle::operator=(Handle &&other) noexcept {
  std::swap(id, other.id);
  return *this;
}

//===----------------------------------------------------------------------===//
// Dataset
//===----------------------------------------------------------------------===//

int64_t Dataset::getNumElements() const {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

Error Dataset::readAs(int64_t memoryType, void *out, bool isNumber) const {
  if (isNumber && kind != ElementKind::Integer && kind != ElementKind::Float)
    return createStringError("'" + path + "' does not hold numbers");
  if (getNumElements() == 0)
    return Error::success();
  if (H5Dread(handle.get(), memoryType, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0)
    return makeError("cannot read '" + path + "'");
  return Error::success();
}

Error Dataset::read(float *out) const {
  return readAs(H5T_NATIVE_FLOAT, out, /*isNumber=*/true);
}

Error Dataset::read(double *out) const {
  return readAs(H5T_NATIVE_DOUBLE, out, /*isNumber=*/true);
}

Error Dataset::read(int64_t *out) const {
  if (kind == ElementKind::Float)
    return createStringError("'" + path + "' does not hold integers");
  return readAs(H5T_NATIVE_INT64, out, /*isNumber=*/true);
}

Expected<std::vector<double>> Dataset::readDoubles() const {
  std::vector<double> values(getNumElements());
  if (Error error = read(values.data()))
    return std::move(error);
  return values;
}

Expected<std::vector<int64_t>> Dataset::readIntegers() const {
  std::vector<int64_t> values(getNumElements());
  if (Error error = read(values.data()))
    return std::move(error);
  return values;
}

void Dataset::probe() const {
  constexpr int64_t small = 1 << 16;
  if (kind == ElementKind::String) {
    llvm::consumeError(readStrings().takeError());
  } else if (getNumElements() <= small) {
    llvm::consumeError(readDoubles().takeError());
  } else {
    hsize_t chunks = 0;
    Handle space(H5Dget_space(handle.get()));
    H5Dget_num_chunks(handle.get(), space.get(), &chunks);
    for (hsize_t i = 0; i < chunks; ++i) {
      std::vector<hsize_t> offset(shape.size());
      haddr_t address;
      hsize_t size;
      unsigned mask;
      if (H5Dget_chunk_info(handle.get(), space.get(), i, offset.data(), &mask,
                            &address, &size) < 0)
        break;
    }
  }
}

Expected<std::vector<std::string>> Dataset::readStrings() const {
  if (kind != ElementKind::String)
    return createStringError("'" + path + "' does not hold strings");
  std::vector<std::string> strings(getNumElements());
  if (strings.empty())
    return strings;
  Handle fileType(H5Dget_type(handle.get()));
  if (H5Tis_variable_str(fileType.get()) > 0) {
    Handle memoryType(H5Tcopy(H5T_C_S1));
    H5Tset_size(memoryType.get(), H5T_VARIABLE);
    H5Tset_cset(memoryType.get(), H5Tget_cset(fileType.get()));
    std::vector<char *> pointers(strings.size(), nullptr);
    if (Error error = readAs(memoryType.get(), pointers.data(), false))
      return std::move(error);
    for (auto [string, pointer] : llvm::zip(strings, pointers))
      string = pointer ? pointer : "";
    Handle space(H5Dget_space(handle.get()));
    H5Dvlen_reclaim(memoryType.get(), space.get(), H5P_DEFAULT,
                    pointers.data());
    return strings;
  }
  size_t size = H5Tget_size(fileType.get());
  std::vector<char> bytes(size * strings.size());
  if (Error error = readAs(fileType.get(), bytes.data(), false))
    return std::move(error);
  for (auto [index, string] : llvm::enumerate(strings)) {
    StringRef padded(bytes.data() + index * size, size);
    string = padded.take_until([](char c) { return c == '\0'; }).str();
    if (H5Tget_strpad(fileType.get()) == H5T_STR_SPACEPAD)
      string = StringRef(string).rtrim(' ').str();
  }
  return strings;
}

//===----------------------------------------------------------------------===//
// Group
//===----------------------------------------------------------------------===//

Expected<Group> Group::openFile(StringRef path) {
  initialise();
  Group root;
  root.path = "/";
  root.handle =
      Handle(H5Fopen(path.str().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!root.handle.isValid())
    return makeError("is not a readable HDF5 file");
  return root;
}

Expected<std::vector<std::string>> Group::getMembers() const {
  std::vector<std::string> names;
  herr_t status = H5Literate(
      handle.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, const char *name, const H5L_info_t *, void *data) -> herr_t {
        static_cast<std::vector<std::string> *>(data)->push_back(name);
        return 0;
      },
      &names);
  if (status < 0)
    return makeError("cannot list '" + path + "'");
  std::sort(names.begin(), names.end());
  return names;
}

bool Group::hasMember(StringRef name) const {
  return H5Lexists(handle.get(), name.str().c_str(), H5P_DEFAULT) > 0 &&
         H5Oexists_by_name(handle.get(), name.str().c_str(), H5P_DEFAULT) > 0;
}

/// A member's path for messages and its identifier.
static std::pair<std::string, Handle>
openMember(const Handle &group, StringRef groupPath, StringRef name) {
  std::string path =
      (groupPath.ends_with("/") ? groupPath.str() : groupPath.str() + "/") +
      name.str();
  return {path, Handle(H5Oopen(group.get(), name.str().c_str(), H5P_DEFAULT))};
}

bool Group::isNull(StringRef name) const {
  auto [memberPath, member] = openMember(handle, path, name);
  if (!member.isValid() || H5Iget_type(member.get()) != H5I_DATASET)
    return false;
  Handle space(H5Dget_space(member.get()));
  return space.isValid() && H5Sget_simple_extent_type(space.get()) == H5S_NULL;
}

bool Group::isGroup(StringRef name) const {
  auto [memberPath, member] = openMember(handle, path, name);
  return member.isValid() && H5Iget_type(member.get()) == H5I_GROUP;
}

Expected<Group> Group::openGroup(StringRef name) const {
  auto [memberPath, member] = openMember(handle, path, name);
  if (!member.isValid() || H5Iget_type(member.get()) != H5I_GROUP)
    return createStringError("has no group '" + memberPath + "'");
  Group group;
  group.path = std::move(memberPath);
  group.handle = std::move(member);
  return group;
}

/// The largest ratio that the deflate filter reaches.
static constexpr int64_t kMaxCompression = 1032;

Expected<Dataset> Group::openDataset(StringRef name) const {
  auto [memberPath, member] = openMember(handle, path, name);
  if (!member.isValid() || H5Iget_type(member.get()) != H5I_DATASET)
    return createStringError("has no dataset '" + memberPath + "'");
  Dataset dataset;
  dataset.path = std::move(memberPath);
  dataset.handle = std::move(member);

  Handle space(H5Dget_space(dataset.handle.get()));
  int rank = space.isValid() ? H5Sget_simple_extent_ndims(space.get()) : -1;
  if (rank < 0 || H5Sget_simple_extent_type(space.get()) == H5S_NULL)
    return createStringError("'" + dataset.path + "' holds no array");
  llvm::SmallVector<hsize_t> dims(rank);
  H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);

  Handle type(H5Dget_type(dataset.handle.get()));
  switch (H5Tget_class(type.get())) {
  case H5T_INTEGER:
  case H5T_ENUM:
    dataset.kind = ElementKind::Integer;
    break;
  case H5T_FLOAT:
    dataset.kind = ElementKind::Float;
    break;
  case H5T_STRING:
    dataset.kind = ElementKind::String;
    break;
  default:
    dataset.kind = ElementKind::Other;
  }

  // A header of a few bytes can claim any size: what is stored bounds it.
  hsize_t elements = 1, limit = (hsize_t(1) << 40);
  for (hsize_t dim : dims) {
    dataset.shape.push_back(static_cast<int64_t>(dim));
    if (dim != 0 && elements > limit / dim)
      return createStringError("'" + dataset.path +
                               "' claims more elements than can be read");
    elements *= dim;
  }
  hsize_t bytes = elements * H5Tget_size(type.get());
  hsize_t stored = H5Dget_storage_size(dataset.handle.get());
  if (bytes > stored * kMaxCompression + (1 << 20))
    return createStringError(
        llvm::formatv("'{0}' claims {1} bytes but stores {2}", dataset.path,
                      bytes, stored)
            .str());
  return dataset;
}
