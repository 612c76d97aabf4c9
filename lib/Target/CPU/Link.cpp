// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Link.h"

#include "lld/Common/Driver.h"
#include "volley/Support/OutputPath.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Parallel.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SaveAndRestore.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace volley::cpu;

/// Code, then data, then a segment for the weights at the end of the address
/// space. That segment has no bytes in the linked file: they are appended, and
/// the program header is told, so that weights are written once and no tool has
/// to hold them.
static constexpr StringLiteral kLinkerScript = R"(
PHDRS
{
  headers PT_PHDR PHDRS;
  rodata PT_LOAD FILEHDR PHDRS FLAGS(4);
  text PT_LOAD FLAGS(5);
  data PT_LOAD FLAGS(6);
  weights PT_LOAD FLAGS(4);
  dynamic PT_DYNAMIC FLAGS(6);
  relro PT_GNU_RELRO FLAGS(4);
  stack PT_GNU_STACK FLAGS(6);
}
SECTIONS
{
  . = SIZEOF_HEADERS;
  .dynsym : { *(.dynsym) } :rodata
  .gnu.hash : { *(.gnu.hash) } :rodata
  .dynstr : { *(.dynstr) } :rodata
  .rela.dyn : { *(.rela.dyn) } :rodata
  .rela.plt : { *(.rela.plt) } :rodata
  .rodata : { *(.rodata .rodata.*) } :rodata
  .eh_frame : { *(.eh_frame) } :rodata
  . = ALIGN(CONSTANT(MAXPAGESIZE));
  .text : { *(.text .text.*) } :text
  .plt : { *(.plt) } :text
  . = ALIGN(CONSTANT(MAXPAGESIZE));
  .data.rel.ro :
  {
    volley_levels = .;
    KEEP(*(.volley.levels))
    QUAD(0)
    *(.data.rel.ro .data.rel.ro.*)
  } :data :relro
  .dynamic : { *(.dynamic) } :data :relro :dynamic
  .got : { *(.got .got.plt) } :data :relro
  . = ALIGN(CONSTANT(MAXPAGESIZE));
  .data : { *(.data .data.*) } :data
  .bss : { *(.bss .bss.*) } :data
  . = ALIGN(CONSTANT(MAXPAGESIZE));
  .volley.weights (NOLOAD) :
  {
    VOLLEY_WEIGHTS
  } :weights
}
)";

namespace {
/// A file beside the result, removed in the end and if a signal ends the
/// process.
class TemporaryFile {
public:
  std::error_code create(StringRef directory, StringRef suffix) {
    SmallString<128> model(directory);
    sys::path::append(model, ".volley-%%%%%%" + suffix);
    std::error_code code = std::make_error_code(std::errc::file_exists);
    for (int attempt = 0; attempt < 100 && code == std::errc::file_exists;
         ++attempt) {
      // Before there is a file: a signal may come right after.
      sys::fs::createUniquePath(model, path, /*MakeAbsolute=*/false);
      sys::RemoveFileOnSignal(path);
      int file;
      code = sys::fs::openFileForWrite(path, file, sys::fs::CD_CreateNew,
                                       sys::fs::OF_None, sys::fs::all_all);
      if (!code) {
        close(file);
        return code;
      }
      sys::DontRemoveFileOnSignal(path);
    }
    path.clear();
    return code;
  }
  ~TemporaryFile() {
    if (path.empty())
      return;
    sys::fs::remove(path);
    sys::DontRemoveFileOnSignal(path);
  }
  std::string getPath() const { return std::string(path); }

private:
  SmallString<128> path;
};

/// A file in memory, which is gone with the process at the latest.
class MemoryFile {
public:
  MemoryFile() : file(memfd_create("volley", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (file >= 0)
      close(file);
  }
  Error write(ArrayRef<char> data) const;
  std::string getPath() const {
    return "/proc/self/fd/" + std::to_string(file);
  }

private:
  int file;
};
} // namespace

/// Ends the writing of a file. (A stream that is destroyed with an error ends
/// the process.)
static Error finish(raw_fd_ostream &stream) {
  stream.close();
  std::error_code code = stream.error();
  stream.clear_error();
  if (code)
    return createStringError("cannot be written: " + code.message());
  return Error::success();
}

Error MemoryFile::write(ArrayRef<char> data) const {
  if (file < 0)
    return createStringError("there is no memory for a file: " +
                             sys::StrError(errno));
  raw_fd_ostream stream(file, /*shouldClose=*/false);
  stream.write(data.data(), data.size());
  stream.flush();
  std::error_code code = stream.error();
  stream.clear_error();
  if (code)
    return createStringError("there is no memory for a file: " +
                             code.message());
  return Error::success();
}

/// The C library's mathematical functions, for artefacts that call them. A
/// process that has the compiler has them loaded.
static std::string findMathLibrary() {
  Dl_info info;
  double (*function)(double) = exp;
  if (!dladdr(reinterpret_cast<void *>(function), &info) || !info.dli_fname)
    return "";
  return info.dli_fname;
}

namespace {
/// Collects what is written to a path, which is a pipe's: the linker replaces
/// regular files by way of a temporary one beside them.
class Collector {
public:
  Collector() {
    if (pipe2(ends, O_CLOEXEC) == 0)
      reader = std::thread([this] { read(); });
    else
      ends[0] = ends[1] = -1;
  }
  ~Collector() {
    finish();
    if (ends[0] >= 0)
      close(ends[0]);
  }
  bool isOpen() const { return ends[1] >= 0; }
  std::string getPath() const {
    return "/proc/self/fd/" + std::to_string(ends[1]);
  }
  /// All bytes, when there are no more.
  SmallVector<char, 0> &finish() {
    if (ends[1] >= 0)
      close(ends[1]);
    ends[1] = -1;
    if (reader.joinable())
      reader.join();
    return bytes;
  }

private:
  void read() {
    char part[1 << 16];
    for (ssize_t count; (count = ::read(ends[0], part, sizeof part)) != 0;) {
      if (count < 0 && errno != EINTR)
        return;
      if (count > 0)
        bytes.append(part, part + count);
    }
  }

  int ends[2];
  SmallVector<char, 0> bytes;
  std::thread reader;
};
} // namespace

/// The file that the linker makes.
static Expected<SmallVector<char, 0>>
runLinker(std::vector<std::string> arguments) {
  // lld keeps globals while it links.
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  Collector output;
  if (!output.isOpen())
    return createStringError("cannot be linked: " + sys::StrError(errno));
  // There is little to link; threads would stay (Threads.h). The option is kept
  // in a global of LLVM's.
  SaveAndRestore strategy(parallel::strategy);
  arguments.insert(arguments.end(), {"--threads=1", "-o", output.getPath()});
  std::vector<const char *> pointers;
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  std::string messages;
  raw_string_ostream stream(messages);
  lld::Result result =
      lld::lldMain(pointers, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return createStringError("cannot be linked: " + StringRef(messages).trim());
  return std::move(output.finish());
}

/// For an artefact that runs with another C library than this machine's: an
/// empty one of the name of its mathematical functions, so that the artefact
/// asks the loader for the true one. The linker wants some file; of an archive
/// it takes nothing.
static Error writeMathLibrary(const std::string &archive,
                              const MemoryFile &library) {
  Expected<SmallVector<char, 0>> file =
      runLinker({"ld.lld", "-m", "aarch64linux", "-shared", "-soname=libm.so.6",
                 archive});
  return file ? library.write(*file) : file.takeError();
}

/// Enters weights behind a file in the program header of their segment and in
/// the header of their section, and gives their place.
static Expected<uint64_t> enterWeights(MutableArrayRef<char> file,
                                       uint64_t bytes) {
  auto *header = reinterpret_cast<ELF::Elf64_Ehdr *>(file.data());
  auto *segments =
      reinterpret_cast<ELF::Elf64_Phdr *>(file.data() + header->e_phoff);
  bool isFound = false;
  uint64_t address = 0, offset = 0;
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    ELF::Elf64_Phdr &segment = segments[i];
    // The only segment that is loaded, read-only and empty.
    if (segment.p_type != ELF::PT_LOAD || segment.p_flags != ELF::PF_R ||
        segment.p_filesz != 0)
      continue;
    // Addresses and places in the file are the same multiple of a page, or of
    // the largest that the architecture may have.
    offset = alignTo(file.size(), segment.p_align);
    segment.p_offset = offset;
    segment.p_filesz = segment.p_memsz = bytes;
    address = segment.p_vaddr;
    isFound = true;
  }
  if (!isFound)
    return createStringError("has no segment for its weights");
  auto *sections =
      reinterpret_cast<ELF::Elf64_Shdr *>(file.data() + header->e_shoff);
  for (unsigned i = 0; i < header->e_shnum; ++i)
    if (sections[i].sh_addr == address &&
        (sections[i].sh_flags & ELF::SHF_ALLOC)) {
      sections[i].sh_type = ELF::SHT_PROGBITS;
      // The linker takes a section of the script's own for data.
      sections[i].sh_flags &= ~uint64_t(ELF::SHF_WRITE);
      sections[i].sh_offset = offset;
    }
  return offset;
}

static uint64_t getWeightBytes(const LinkInputs &inputs) {
  uint64_t bytes = 0;
  for (auto [symbol, weights] : inputs.weights)
    bytes += weights->getBytes();
  return bytes;
}

/// The linker's script for these weights.
static std::string getLinkerScript(const LinkInputs &inputs) {
  std::string places;
  for (auto [symbol, weights] : inputs.weights)
    places += formatv("{0} = .; . += {1}; ", symbol, weights->getBytes());
  // An empty segment would be dropped.
  if (getWeightBytes(inputs) == 0)
    places += ". += 1;";
  std::string script = kLinkerScript.str();
  StringRef placeholder = "VOLLEY_WEIGHTS";
  script.replace(script.find(placeholder), placeholder.size(), places);
  return script;
}

Error volley::cpu::linkInto(const LinkInputs &inputs, StringRef path) {
  SmallVector<ArrayRef<char>> files(inputs.objects.begin(),
                                    inputs.objects.end());
  files.append(inputs.libraries.begin(), inputs.libraries.end());
  std::string script = getLinkerScript(inputs);
  files.push_back(script);
  std::vector<MemoryFile> memory(files.size());
  std::vector<std::string> paths;
  for (auto [file, data] : zip(memory, files)) {
    if (Error error = file.write(data))
      return error;
    paths.push_back(file.getPath());
  }
  std::vector<std::string> arguments{
      "ld.lld",     "-shared",        "--gc-sections",   "--hash-style=gnu",
      "-z",         "noexecstack",    "--build-id=none", "-T",
      paths.back(), "--whole-archive"};
  auto libraries = paths.begin() + inputs.objects.size();
  arguments.insert(arguments.end(), paths.begin(), libraries);
  arguments.push_back("--no-whole-archive");
  arguments.insert(arguments.end(), libraries, paths.end() - 1);
  MemoryFile math;
  if (!inputs.hasHostLibraries) {
    if (Error error = writeMathLibrary(paths.front(), math))
      return error;
    arguments.push_back(math.getPath());
  } else if (std::string path = findMathLibrary(); !path.empty()) {
    arguments.insert(arguments.end(), {"--as-needed", path});
  }
  Expected<SmallVector<char, 0>> file = runLinker(std::move(arguments));
  if (!file)
    return file.takeError();
  uint64_t offset = 0;
  if (uint64_t bytes = getWeightBytes(inputs); bytes > 0) {
    Expected<uint64_t> place = enterWeights(*file, bytes);
    if (!place)
      return place.takeError();
    offset = *place;
  }
  // There is a file. After a signal there is none, and no new one is made.
  std::error_code code;
  raw_fd_ostream stream(path, code, sys::fs::CD_OpenExisting);
  if (code)
    return createStringError("cannot be written: " + code.message());
  stream.write(file->data(), file->size());
  if (Error error = finish(stream))
    return error;
  for (auto [symbol, weights] : inputs.weights) {
    if (weights->getBytes() > 0)
      if (Error error = weights->write(path, offset))
        return error;
    offset += weights->getBytes();
  }
  return Error::success();
}

Error volley::cpu::linkArtifact(const LinkInputs &inputs, StringRef path) {
  std::string message;
  std::string target = resolveOutputPath(path.str(), message);
  if (!message.empty())
    return createStringError(message);
  // Next to the result, so that it can be moved there in one step. Absolute:
  // LLVM takes a relative name to be one in the system's temporary directory.
  SmallString<128> directory(sys::path::parent_path(target));
  TemporaryFile output;
  std::error_code code = sys::fs::make_absolute(directory);
  if (!code)
    code = output.create(directory, ".so");
  if (code)
    return createStringError("cannot be written: " + code.message());
  if (Error error = linkInto(inputs, output.getPath()))
    return error;
  if (std::error_code code = sys::fs::rename(output.getPath(), target))
    return createStringError("cannot be written: " + code.message());
  return Error::success();
}
