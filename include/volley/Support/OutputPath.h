// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results are written beside their place first, so that no half file stays
// behind. No LLVM here.

#ifndef VOLLEY_SUPPORT_OUTPUTPATH_H
#define VOLLEY_SUPPORT_OUTPUTPATH_H

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <unistd.h>

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
  // Of what is there: /dev/stdout is a link to a name that is no file's.
  fs::file_status status = fs::status(path, code);
  if (!fs::exists(status))
    status = fs::status(target, code);
  if (fs::is_directory(status))
    error = "cannot be written: is a directory";
  else if (fs::exists(status) && !fs::is_regular_file(status))
    error = "cannot be written: is no regular file";
  return target.string();
}

/// A name beside a file that no other writer has.
inline std::string makePartPath(const std::string &target) {
  static std::atomic<unsigned> count{0};
  return target + ".part-" + std::to_string(getpid()) + "-" +
         std::to_string(count++);
}

/// Writes a file as a whole: function(stream) writes it and says whether it
/// could. Empty, or what went wrong; then what was there before still is.
template <typename Function>
std::string writeOutput(const std::string &path, Function function) {
  std::string error;
  std::string target = resolveOutputPath(path, error);
  if (!error.empty())
    return error;
  std::string part = makePartPath(target);
  std::FILE *stream = std::fopen(part.c_str(), "wb");
  if (!stream)
    return std::string("cannot be written: ") + std::strerror(errno);
  bool done = function(stream);
  int failure = errno;
  if (std::fclose(stream) != 0 && done) {
    done = false;
    failure = errno;
  }
  if (done && std::rename(part.c_str(), target.c_str()) == 0)
    return "";
  if (done)
    failure = errno;
  std::remove(part.c_str());
  return std::string("cannot be written: ") + std::strerror(failure);
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
