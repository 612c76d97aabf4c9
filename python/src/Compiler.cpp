// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The extension module volley._compiler: networks, and what makes programs of
// them. It is loaded when it is first needed; what runs programs is the module
// volley._runtime. What users see is the package around them.

#include "volley/Compiler/Compiler.h"
#include "mlir/IR/MLIRContext.h"
#include "volley/Compiler/Profile.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Reference/Interpreter.h"
#include "volley/Support/Diagnostics.h"
#include "volley/Support/ResourceScope.h"
#include "llvm/ADT/ScopeExit.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>
#include <unistd.h>

namespace nb = nanobind;
using namespace volley;
using namespace volley::runtime;

namespace {

/// Diagnostics of a scope: errors become an exception, remarks are kept.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext &context)
      : handler(&context, [this](mlir::Diagnostic &diagnostic) {
          std::string text = formatDiagnostic(diagnostic);
          if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
            errors.push_back(text);
          else
            remarks.push_back(text);
        }) {}

  std::vector<std::string> errors, remarks;

private:
  mlir::ScopedDiagnosticHandler handler;
};

/// Raises volley.CompileError with the list of the compiler's errors.
[[noreturn]] void raise(const std::vector<std::string> &errors) {
  nb::list diagnostics;
  for (const std::string &error : errors)
    diagnostics.append(error);
  nb::object type = nb::module_::import_("volley._errors").attr("CompileError");
  PyErr_SetObject(type.ptr(), diagnostics.ptr());
  throw nb::python_error();
}

/// A model in the `imported` form, with a context of its own.
struct Network {
  /// Arrays that the module's resources point to.
  std::vector<nb::object> arrays;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> remarks;

  ~Network() {
    // The module goes before its context.
    module = {};
  }

  snn::NetworkOp getOp() { return getNetwork(*module); }

  mlir::OwningOpRef<mlir::ModuleOp> clone() {
    return mlir::OwningOpRef<mlir::ModuleOp>(module->clone());
  }
};

std::unique_ptr<mlir::MLIRContext> makeContext() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  auto context = std::make_unique<mlir::MLIRContext>(
      registry, mlir::MLIRContext::Threading::DISABLED);
  // The location says enough; printing a network would print its weights.
  context->printOpOnDiagnostic(false);
  return context;
}

using Settings = std::vector<std::tuple<std::string, std::string, std::string>>;

nir::ImportOptions makeOptions(const std::string &profile,
                               std::optional<double> dt, bool strict,
                               const std::string &precision,
                               const std::map<std::string, std::string> &inputs,
                               const Settings &settings) {
  nir::ImportOptions options;
  options.profile = profile;
  options.dt = dt;
  options.strict = strict;
  if (precision != "f32" && precision != "f64")
    throw nb::value_error(
        ("precision must be 'f32' or 'f64', not '" + precision + "'").c_str());
  options.doublePrecision = precision == "f64";
  for (const auto &[name, kind] : inputs) {
    if (kind == "real")
      options.inputs[name] = nir::InputKind::Real;
    else if (kind == "count")
      options.inputs[name] = nir::InputKind::Count;
    else if (kind == "spike")
      options.inputs[name] = nir::InputKind::Spike;
    else
      throw nb::value_error(
          ("an input is 'spike', 'count' or 'real', not '" + kind + "'")
              .c_str());
  }
  for (const auto &[name, node, value] : settings)
    if (llvm::Error error = options.settings.set(name, node, value))
      throw nb::value_error(toString(std::move(error)).c_str());
  return options;
}

std::shared_ptr<Network> load(const std::string &path,
                              const std::string &profile,
                              std::optional<double> dt, bool strict,
                              const std::string &precision,
                              const std::map<std::string, std::string> &inputs,
                              const Settings &settings) {
  nir::ImportOptions options =
      makeOptions(profile, dt, strict, precision, inputs, settings);
  auto network = std::make_shared<Network>();
  network->context = makeContext();
  DiagnosticCollector diagnostics(*network->context);
  network->module = loadModel(path, options, network->context.get());
  if (!network->module)
    raise(diagnostics.errors);
  network->remarks = std::move(diagnostics.remarks);
  return network;
}

using ConstArray = nb::ndarray<nb::ro, nb::device::cpu, nb::c_contig>;

/// A network from MLIR text; its resources are the arrays of these names, which
/// it keeps alive.
std::shared_ptr<Network> parse(const std::string &text, nb::dict arrays) {
  auto network = std::make_shared<Network>();
  network->context = makeContext();
  std::vector<NamedArray> named;
  for (auto [key, value] : arrays) {
    auto array = nb::cast<ConstArray>(value);
    network->arrays.push_back(nb::borrow(value));
    named.push_back(
        {nb::cast<std::string>(key),
         {static_cast<const char *>(array.data()), array.nbytes()}});
  }
  DiagnosticCollector diagnostics(*network->context);
  network->module = parseModel(text, named, network->context.get());
  if (!network->module)
    raise(diagnostics.errors);
  return network;
}

std::string check(const std::string &path, const std::string &profile,
                  std::optional<double> dt, bool strict,
                  const std::string &precision,
                  const std::map<std::string, std::string> &inputs,
                  const Settings &settings) {
  nir::ImportOptions options =
      makeOptions(profile, dt, strict, precision, inputs, settings);
  std::unique_ptr<mlir::MLIRContext> context = makeContext();
  std::string text;
  llvm::raw_string_ostream stream(text);
  checkModel(path, options, context.get(), /*asJSON=*/true, stream);
  return text;
}

/// What a network is compiled with; made from keywords.
CompileOptions makeCompileOptions(const std::string &cpu, bool foldNorms,
                                  const std::string &cacheDirectory,
                                  bool profile, const std::string &activity,
                                  const std::string &activitySource,
                                  const std::string &kernel,
                                  const std::string &share) {
  CompileOptions options;
  options.cpu = cpu;
  options.cacheDirectory = cacheDirectory;
  options.phases.pipeline.foldNorms = foldNorms;
  options.phases.pipeline.profile = profile;
  options.phases.pipeline.activity = activity;
  options.phases.pipeline.activitySource = activitySource;
  options.phases.pipeline.kernel = kernel;
  options.phases.pipeline.share = share;
  return options;
}

/// The artefact, an object of volley._runtime, and what the compiler remarks.
std::pair<nb::object, std::vector<std::string>>
compile(Network &network, const std::vector<std::string> &record,
        CompileOptions options) {
  DiagnosticCollector diagnostics(*network.context);
  auto module = network.clone();
  options.phases.pipeline.record = record;
  mlir::FailureOr<int> file = compileToDescriptor(*module, options);
  if (failed(file))
    raise(diagnostics.errors);
  llvm::scope_exit closeFile([&] { close(*file); });
  // Not by a runtime of this module: one in a process knows all artefacts.
  nb::object open = nb::module_::import_("volley._runtime").attr("open");
  try {
    return {open(getDescriptorPath(*file)), std::move(diagnostics.remarks)};
  } catch (nb::python_error &error) {
    module->emitError("cannot be loaded: ") << nb::str(error.value()).c_str();
  }
  raise(diagnostics.errors);
}

void compileTo(Network &network, const std::vector<std::string> &record,
               CompileOptions options, const std::string &path) {
  DiagnosticCollector diagnostics(*network.context);
  auto module = network.clone();
  options.phases.pipeline.record = record;
  if (failed(compileToFile(*module, options, path)))
    raise(diagnostics.errors);
}

std::unique_ptr<Session>
interpretNetwork(Network &network, const std::vector<std::string> &record,
                 int64_t batch) {
  DiagnosticCollector diagnostics(*network.context);
  std::unique_ptr<Session> session = interpret(*network.module, record, batch);
  if (!session)
    raise(diagnostics.errors);
  return session;
}

std::string emit(Network &network, const std::string &phase,
                 const std::vector<std::string> &record) {
  DiagnosticCollector diagnostics(*network.context);
  ResourceScope resources(network.context.get());
  auto module = network.clone();
  CompileOptions options;
  options.phases.last = phase;
  options.phases.pipeline.record = record;
  if (failed(runPhases(*module, options)))
    raise(diagnostics.errors);
  return printModule(*module);
}

/// Names of neurons and populations, and what of each can be recorded.
std::vector<std::pair<std::string, std::vector<std::string>>>
getRecordable(Network &network) {
  return listRecordable(network.getOp());
}

/// What a function prints of a profile.
template <void print(const Profile &, llvm::raw_ostream &)>
std::string printToString(const Profile &profile) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  print(profile, stream);
  return text;
}

} // namespace

NB_MODULE(_compiler, m) {
  m.doc() = "The compiler library; use the package volley.";

  // Sessions, profiles and the interface of a program are its classes.
  nb::module_::import_("volley._runtime");

  nb::class_<CompileOptions>(m, "Options")
      .def("__init__",
           [](CompileOptions *options, const std::string &cpu, bool foldNorms,
              const std::string &cacheDirectory, bool profile,
              const std::string &activity, const std::string &activitySource,
              const std::string &kernel, const std::string &share) {
             new (options) CompileOptions(
                 makeCompileOptions(cpu, foldNorms, cacheDirectory, profile,
                                    activity, activitySource, kernel, share));
           });

  nb::class_<Network>(m, "Network")
      .def_prop_ro("info",
                   [](Network &network) {
                     return reference::getProgramInfo(network.getOp());
                   })
      .def_prop_ro("recordable", &getRecordable)
      .def_ro("remarks", &Network::remarks)
      .def("set_sum_law",
           [](Network &network, const std::string &law) {
             DiagnosticCollector diagnostics(*network.context);
             if (failed(setSumLaw(*network.module, law)))
               raise(diagnostics.errors);
           })
      .def("text",
           [](Network &network) { return printModule(*network.module); })
      .def("emit", &emit)
      .def("write", [](Network &network, const std::string &path) {
        DiagnosticCollector diagnostics(*network.context);
        if (failed(writeModule(*network.module, path, false)))
          raise(diagnostics.errors);
      });

  m.def("load", &load);
  m.def("parse", &parse);
  m.def("check", &check);
  m.def("compile", &compile);
  m.def("compile_to", &compileTo);
  m.def("interpret", &interpretNetwork);
  m.def("format_profile", &printToString<printProfileTable>);
  m.def("dump_profile", &printToString<printProfileJSON>);
  m.def("write_profile", [](const Profile &profile, const std::string &path) {
    std::string error = writeProfile(profile, path);
    if (!error.empty())
      throw nb::value_error((path + ": " + error).c_str());
  });
  m.def("settings", [] {
    std::vector<std::tuple<std::string, std::string, std::string>> result;
    for (const nir::SettingInfo &info : nir::getSettingInfos())
      result.push_back({info.name.str(), info.values.str(), info.help.str()});
    return result;
  });
  m.def("profiles", [] {
    std::vector<std::tuple<std::string, std::string>> result;
    for (const nir::Profile &profile : nir::getProfiles())
      result.push_back({profile.name.str(), profile.description.str()});
    return result;
  });
  m.def("phases", [] {
    std::vector<std::tuple<std::string, std::string>> result;
    for (const Phase &phase : getPhases())
      result.push_back({phase.name.str(), phase.description.str()});
    return result;
  });
}
