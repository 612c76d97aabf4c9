// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "KernelLibrary.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Object/Archive.h"
#include "llvm/Support/ErrorHandling.h"

using namespace volley::cpu;
using llvm::StringRef;

// The folder comes from CMake.
#define VOLLEY_EMBED(NAME, FILE)                                               \
  __asm__(".pushsection .rodata\n"                                             \
          ".balign 16\n" #NAME ": .incbin \"" VOLLEY_KERNEL_LIBRARIES "/" FILE \
          "\"\n" #NAME "_end:\n"                                               \
          ".popsection\n");                                                    \
  extern "C" const char NAME[], NAME##_end[];

VOLLEY_EMBED(volley_runtime, "runtime.a")
VOLLEY_EMBED(volley_kernels_v3, "kernels.v3.a")
VOLLEY_EMBED(volley_kernels_v4, "kernels.v4.a")
#if VOLLEY_HAS_AARCH64
VOLLEY_EMBED(volley_runtime_aarch64, "runtime.aarch64.a")
VOLLEY_EMBED(volley_kernels_aarch64, "kernels.aarch64.a")
#endif

static StringRef between(const char *begin, const char *end) {
  return StringRef(begin, static_cast<size_t>(end - begin));
}
#define VOLLEY_BYTES(NAME) between(NAME, NAME##_end)

namespace {
/// An embedded library, and the names that it defines.
class Library {
public:
  Library(StringRef bytes, StringRef suffix) : bytes(bytes), suffix(suffix) {
    if (bytes.empty())
      return;
    auto archive = llvm::cantFail(
        llvm::object::Archive::create(llvm::MemoryBufferRef(bytes, suffix)));
    for (const llvm::object::Archive::Symbol &symbol : archive->symbols())
      symbols.insert(symbol.getName());
  }

  StringRef bytes;
  StringRef suffix;
  llvm::StringSet<> symbols;
};
} // namespace

static const Library &getLibrary(Level level) {
  static const Library v3(VOLLEY_BYTES(volley_kernels_v3), "_v3");
  static const Library v4(VOLLEY_BYTES(volley_kernels_v4), "_v4");
#if VOLLEY_HAS_AARCH64
  static const Library aarch64(VOLLEY_BYTES(volley_kernels_aarch64),
                               "_aarch64");
#else
  static const Library aarch64("", "");
#endif
  switch (level) {
  case Level::V3:
    return v3;
  case Level::V4:
  case Level::AMX:
    return v4;
  case Level::AArch64:
    return aarch64;
  }
  llvm_unreachable("every level has a library");
}

StringRef volley::cpu::getRuntimeLibrary(Level level) {
#if VOLLEY_HAS_AARCH64
  if (level == Level::AArch64)
    return VOLLEY_BYTES(volley_runtime_aarch64);
#endif
  return VOLLEY_BYTES(volley_runtime);
}

StringRef volley::cpu::getKernelLibrary(Level level) {
  return getLibrary(level).bytes;
}

std::string volley::cpu::getKernelSymbol(StringRef name, Level level) {
  const Library &library = getLibrary(level);
  std::string symbol = (name + library.suffix).str();
  return library.symbols.contains(symbol) ? symbol : "";
}
