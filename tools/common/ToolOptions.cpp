// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ToolOptions.h"

#include "volley/Support/Diagnostics.h"
#include "volley/Support/OutputPath.h"
#include "volley/Target/CPU/CPU.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdio>
#include <cstdlib>
#include <new>

using namespace llvm;
using namespace volley;
using namespace volley::tools;

cl::OptionCategory volley::tools::modelCategory(
    "Meaning of the model",
    "What a NIR file leaves open. Each is assumed (with a remark) if it is not "
    "given. Settings of neurons apply to all, or with NODE=VALUE to one.");

namespace {
enum class Precision { F32, F64 };
} // namespace

struct ModelOptions::Storage {
  std::string profileHelp = [] {
    std::string help =
        "the law of a tool; alone, for snn-run and snn-compile: have time and "
        "spikes of every layer counted";
    for (const nir::Profile &profile : nir::getProfiles())
      help += "\n  " + profile.name.str() + ": " + profile.description.str();
    return help;
  }();

  cl::list<std::string> profile{"profile", cl::desc(profileHelp),
                                cl::value_desc("name"), cl::cat(modelCategory)};
  cl::opt<double> dt{"dt", cl::desc("the time step in seconds"),
                     cl::value_desc("seconds"), cl::cat(modelCategory)};
  cl::opt<bool> strict{"strict",
                       cl::desc("turn every assumption into an error"),
                       cl::cat(modelCategory)};
  cl::opt<Precision> precision{
      "precision", cl::desc("the float type of signals, states and weights:"),
      cl::values(
          clEnumValN(Precision::F32, "f32", "single precision (default)"),
          clEnumValN(Precision::F64, "f64", "double precision")),
      cl::init(Precision::F32), cl::cat(modelCategory)};
  cl::list<std::string> inputs;
  /// One list per single setting, in the order of getSettingInfos().
  std::vector<std::unique_ptr<cl::list<std::string>>> settings;

  explicit Storage(StringRef inputKindOption)
      : inputs(inputKindOption,
               cl::desc("what an input carries: spike (0 or 1), count or real "
                        "(default)"),
               cl::value_desc("name:spike|count|real"),
               cl::cat(modelCategory)) {
    for (const nir::SettingInfo &info : nir::getSettingInfos())
      settings.push_back(std::make_unique<cl::list<std::string>>(
          info.name, cl::desc(info.help), cl::value_desc(info.values),
          cl::cat(modelCategory)));
  }
};

ModelOptions::ModelOptions(StringRef inputKindOption, bool canProfile)
    : inputKindOption(inputKindOption),
      storage(std::make_unique<Storage>(inputKindOption)) {
  if (canProfile)
    storage->profile.setValueExpectedFlag(cl::ValueOptional);
}
ModelOptions::~ModelOptions() = default;

std::vector<std::string> ModelOptions::getProfiles() const {
  std::vector<std::string> names(storage->profile.begin(),
                                 storage->profile.end());
  llvm::erase(names, "");
  return names;
}

bool ModelOptions::isProfiling() const {
  return llvm::is_contained(storage->profile, "");
}

bool ModelOptions::isAnyGiven() const {
  const Storage &s = *storage;
  return !getProfiles().empty() || s.dt.getNumOccurrences() ||
         s.strict.getNumOccurrences() || s.precision.getNumOccurrences() ||
         s.inputs.getNumOccurrences() ||
         llvm::any_of(s.settings, [](const auto &setting) {
           return setting->getNumOccurrences() > 0;
         });
}

Expected<nir::ImportOptions> ModelOptions::get() const {
  const Storage &s = *storage;
  nir::ImportOptions options;
  std::vector<std::string> profiles = getProfiles();
  if (profiles.size() > 1)
    return createStringError("--profile names " + Twine(profiles.size()) +
                             " laws; expects one");
  if (!profiles.empty())
    options.profile = profiles.front();
  if (s.dt.getNumOccurrences())
    options.dt = s.dt;
  options.strict = s.strict;
  options.doublePrecision = s.precision == Precision::F64;
  for (const std::string &entry : s.inputs) {
    // A node's name may hold colons.
    auto [name, kind] = StringRef(entry).rsplit(':');
    if (kind == "real")
      options.inputs[name.str()] = nir::InputKind::Real;
    else if (kind == "count")
      options.inputs[name.str()] = nir::InputKind::Count;
    else if (kind == "spike")
      options.inputs[name.str()] = nir::InputKind::Spike;
    else
      return createStringError("--" + inputKindOption +
                               " expects NAME:spike, NAME:count or NAME:real, "
                               "but got '" +
                               entry + "'");
  }
  for (auto [info, list] : llvm::zip(nir::getSettingInfos(), s.settings))
    for (const std::string &entry : *list) {
      // NODE=VALUE, or VALUE for all.
      auto [node, value] = StringRef(entry).rsplit('=');
      if (entry.find('=') == std::string::npos) {
        value = entry;
        node = "";
      }
      if (Error error = options.settings.set(info.name, node, value))
        return createStringError("--" + toString(std::move(error)));
    }
  return options;
}

DiagnosticPrinter::DiagnosticPrinter(mlir::MLIRContext *context,
                                     bool showRemarks)
    : handler(context, [showRemarks](mlir::Diagnostic &diagnostic) {
        if (showRemarks ||
            diagnostic.getSeverity() != mlir::DiagnosticSeverity::Remark)
          llvm::errs() << formatDiagnostic(diagnostic) << '\n';
      }) {
  // The location says enough; printing a network would print its weights.
  context->printOpOnDiagnostic(false);
}

void volley::tools::initializeTool(int argc, char **argv, StringRef overview,
                                   cl::OptionCategory &category) {
  // What lacks memory is the machine, not this program.
  std::set_new_handler([] {
    std::fputs("error: there is not enough memory\n", stderr);
    sys::RunInterruptHandlers(); // Removes temporary files.
    std::_Exit(1);
  });
  setBugReportMsg("this is a bug of volley; please report it with the command "
                  "line and the model\n");
  cl::HideUnrelatedOptions({&category, &modelCategory});
  cl::SetVersionPrinter(
      [](raw_ostream &stream) { stream << "volley " VOLLEY_VERSION "\n"; });
  // The name of a law may follow --profile without a '='.
  std::vector<std::string> arguments(argv, argv + argc);
  for (size_t i = 1; i + 1 < arguments.size(); ++i)
    if ((arguments[i] == "--profile" || arguments[i] == "-profile") &&
        llvm::any_of(nir::getProfiles(), [&](const nir::Profile &profile) {
          return profile.name == arguments[i + 1];
        })) {
      arguments[i] += "=" + arguments[i + 1];
      arguments.erase(arguments.begin() + i + 1);
    }
  std::vector<const char *> pointers;
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  cl::ParseCommandLineOptions(pointers.size(), pointers.data(), overview);
}

volley::tools::CodeOptions::CodeOptions(cl::OptionCategory &category)
    : kernelHelp("take this kernel wherever it is possible: " +
                 join(cpu::getKernelNames(), ", ")),
      kernel("kernel", cl::cat(category), cl::value_desc("name"),
             cl::desc(kernelHelp)),
      share("share", cl::cat(category), cl::value_desc("when"),
            cl::init("auto"),
            cl::desc("what threads share: auto (default); never, no work of a "
                     "sample; for tests, however short: batch, all batches; "
                     "always, all loops")) {}

void volley::tools::refuseOverwriting(int argc, char **argv) {
  ArrayRef<char *> arguments(argv + 1, argv + argc);
  std::string output;
  std::vector<std::string> others;
  for (size_t i = 0; i < arguments.size(); ++i) {
    StringRef argument = arguments[i];
    if ((argument == "-o" || argument == "--o") && i + 1 < arguments.size())
      output = arguments[++i];
    else if (argument.consume_front("-o=") || argument.consume_front("--o="))
      output = argument.str();
    else
      others.push_back(argument.str());
  }
  for (const std::string &other : others)
    if (!output.empty() && isSameFile(other, output)) {
      errs() << sys::path::filename(argv[0]) << ": error: " << output
             << ": is the input itself; expects another file for the result\n";
      std::exit(1);
    }
}

void volley::tools::releaseOption(StringRef name) {
  auto &options = cl::getRegisteredOptions();
  if (auto it = options.find(name); it != options.end())
    it->second->removeArgument();
}
