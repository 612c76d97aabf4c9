// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a result goes that is written beside its place first. No LLVM here.

#ifndef VOLLEY_SUPPORT_OUTPUTPATH_H
#define VOLLEY_SUPPORT_OUTPUTPATH_H

#include <filesystem>
#include <string>

namespace volley {

/// The file that is replaced when a result for `path` is complete: what a link
/// points to. Sets `error` if that is there and no regular file; a device would
/// be replaced by a file.
inline std::string resolveOutputPath(const std::string &path,
                                     std::string &error) {
  namespace fs = std::filesystem;
  std::error_code code;
  fs::path target(path);
  // A link may point to what is not there yet.
  for (int depth = 0; depth < 40 && fs::is_symlink(target, code); ++depth)
    target = target.parent_path() / fs::read_symlink(target, code);
  fs::file_status status = fs::status(target, code);
  if (fs::is_directory(status))
    error = "cannot be written: is a directory";
  else if (fs::exists(status) && !fs::is_regular_file(status))
    error = "cannot be written: is no regular file";
  return target.string();
}

/// True if two paths lead to one regular file.
inline bool isSameFile(const std::string &first, const std::string &second) {
  namespace fs = std::filesystem;
  std::error_code code;
  return fs::is_regular_file(first, code) &&
         fs::equivalent(first, second, code);
}

} // namespace volley

#endif // VOLLEY_SUPPORT_OUTPUTPATH_H
