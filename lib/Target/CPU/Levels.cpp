// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instruction set levels: their names, and those of processors that have them.

#include "Levels.h"

#include "../../Kernels/Processor.h"
#include "KernelLibrary.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using namespace volley::cpu;

static constexpr StringLiteral kX86("x86_64-unknown-linux-gnu");
static constexpr StringLiteral kAArch64("aarch64-unknown-linux-gnu");

static ArrayRef<LevelInfo> getLevels() {
  static const LevelInfo levels[] = {
      {Level::V3,
       "x86-64-v3",
       "v3",
       kX86,
       "x86-64-v3",
       {"avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"}},
      {Level::V4,
       "x86-64-v4",
       "v4",
       kX86,
       "x86-64-v4",
       {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}},
      // The matrix unit is for kernels, not for generated code.
      {Level::AMX,
       "x86-64-v4-amx",
       "amx",
       kX86,
       "x86-64-v4",
       {"amx-tile", "amx-int8"}},
      {Level::AArch64, "armv8-a", "aarch64", kAArch64, "generic", {}}};
  return levels;
}

const LevelInfo &volley::cpu::getLevelInfo(Level level) {
  const LevelInfo *info = find_if(
      getLevels(), [&](const LevelInfo &info) { return info.level == level; });
  assert(info != getLevels().end() && "every level is in the table");
  return *info;
}

StringRef volley::cpu::getName(Level level) { return getLevelInfo(level).name; }

/// The highest level of x86-64 of which a processor has everything; none if it
/// lacks something of the lowest, `missing`.
static std::optional<Level> getLevelOf(function_ref<bool(StringRef)> hasFeature,
                                       StringRef *missing) {
  std::optional<Level> level;
  for (const LevelInfo &info : getLevels()) {
    if (info.triple != kX86)
      break;
    auto feature = find_if_not(info.features, hasFeature);
    if (feature != info.features.end()) {
      *missing = *feature;
      break;
    }
    level = info.level;
  }
  return level;
}

static Level getHostLevel() {
  static const StringMap<bool> features = [] {
    StringMap<bool> features = sys::getHostCPUFeatures();
    if (volley::kernels::isEmulated("amx"))
      features["amx-tile"] = features["amx-int8"] = true;
    return features;
  }();
  StringRef missing;
  // The lowest also where the processor has less: the artefact says so.
  return getLevelOf([](StringRef name) { return features.lookup(name); },
                    &missing)
      .value_or(Level::V3);
}

static Expected<Level> parseLevel(StringRef name) {
  if (name == "native")
    return getHostLevel();
  for (const LevelInfo &info : getLevels())
    if (name == info.name || name == info.shortName)
      return info.level;
  // That of no processor is that of both architectures.
  if (name != "generic" && AArch64::parseCpu(name))
    return Level::AArch64;
  if (X86::parseArchX86(name, /*Only64Bit=*/true) == X86::CK_None)
    return createStringError(
        "expects native, x86-64-v3, x86-64-v4, x86-64-v4-amx, armv8-a or a "
        "processor (haswell, znver4, sapphirerapids, ...) as cpu, or several "
        "joined by +, but got '" +
        name + "'");
  SmallVector<StringRef> named;
  X86::getFeaturesForCPU(name, named);
  StringMap<bool> features;
  for (StringRef feature : named) {
    features[feature] = true;
    X86::updateImpliedFeatures(feature, /*Enabled=*/true, features);
  }
  StringRef missing;
  std::optional<Level> level = getLevelOf(
      [&](StringRef feature) { return features.lookup(feature); }, &missing);
  if (!level)
    return createStringError(
        "expects a processor with x86-64-v3 as cpu, but '" + name +
        "' has no " + missing);
  return *level;
}

Expected<SmallVector<Level>> volley::cpu::parseLevels(StringRef names) {
  SmallVector<Level> levels;
  for (StringRef name : split(names, '+')) {
    Expected<Level> level = parseLevel(name);
    if (!level)
      return level.takeError();
    levels.push_back(*level);
  }
  // The best first, each once.
  sort(levels, std::greater<>());
  levels.erase(unique(levels), levels.end());
  for (Level level : levels) {
    if (getLevelInfo(level).triple != getLevelInfo(levels.front()).triple)
      return createStringError(
          "expects levels of one architecture as cpu, but got '" + names + "'");
    if (getKernelLibrary(level).empty())
      return createStringError(
          "code for " + getName(level) +
          " needs a compiler that was built where there is a C library of that "
          "architecture; install libc6-dev-arm64-cross and build it again");
  }
  return levels;
}

bool volley::cpu::isNative(Level level) {
  return getLevelInfo(level).triple == kX86;
}

bool volley::cpu::isOfHost(Level level) {
  return isNative(level) && level <= getHostLevel();
}
