// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The extension module volley._volley: networks, artefacts and sessions. What
// users see is the package around it.

#include "mlir/IR/MLIRContext.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Compiler/Profile.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Reference/Interpreter.h"
#include "volley/Runtime/Array.h"
#include "volley/Runtime/Artifact.h"
#include "volley/Support/Diagnostics.h"

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

/// volley.CompileError, raised with the list of the compiler's errors.
/// Borrowed: the package keeps it.
PyObject *compileError = nullptr;

[[noreturn]] void raise(const std::vector<std::string> &errors) {
  nb::list diagnostics;
  for (const std::string &error : errors)
    diagnostics.append(error);
  PyErr_SetObject(compileError, diagnostics.ptr());
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
                                  const std::string &activitySource) {
  CompileOptions options;
  options.cpu = cpu;
  options.cacheDirectory = cacheDirectory;
  options.phases.pipeline.foldNorms = foldNorms;
  options.phases.pipeline.profile = profile;
  options.phases.pipeline.activity = activity;
  options.phases.pipeline.activitySource = activitySource;
  return options;
}

/// The artefact, and what the compiler remarks.
std::pair<std::shared_ptr<Artifact>, std::vector<std::string>>
compile(Network &network, const std::vector<std::string> &record,
        CompileOptions options) {
  DiagnosticCollector diagnostics(*network.context);
  auto module = network.clone();
  options.phases.pipeline.record = record;
  std::shared_ptr<Artifact> artifact = compileInMemory(*module, options);
  if (!artifact)
    raise(diagnostics.errors);
  return {artifact, std::move(diagnostics.remarks)};
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
  auto module = network.clone();
  PhaseOptions options;
  options.last = phase;
  options.pipeline.record = record;
  if (failed(runPhases(*module, options)))
    raise(diagnostics.errors);
  return printModule(*module);
}

/// Names of neurons and populations, and what of each can be recorded.
std::vector<std::pair<std::string, std::vector<std::string>>>
getRecordable(Network &network) {
  return listRecordable(network.getOp());
}

using AnyArray = nb::ndarray<nb::device::cpu, nb::c_contig>;

/// A copy of `source` with the element type of a signal, in `target`.
void convertArray(ConstArray source, AnyArray target,
                  const SignalInfo &signal) {
  char kind = 'f';
  switch (static_cast<nb::dlpack::dtype_code>(source.dtype().code)) {
  case nb::dlpack::dtype_code::Bool:
    kind = 'b';
    break;
  case nb::dlpack::dtype_code::Int:
    kind = 'i';
    break;
  case nb::dlpack::dtype_code::UInt:
    kind = 'u';
    break;
  case nb::dlpack::dtype_code::Float:
    break;
  default:
    throw nb::type_error("expects an array of real numbers");
  }
  std::optional<Element> element = getElement(kind, source.itemsize());
  if (!element)
    throw nb::type_error("expects an array of numbers of 8 to 64 bit");
  std::vector<int64_t> shape;
  for (size_t dim = 0; dim < source.ndim(); ++dim)
    shape.push_back(source.shape(dim));
  std::string error =
      convert(*element, source.data(), signal.type, target.data(), shape);
  if (!error.empty())
    throw nb::value_error(("input '" + signal.name + "': " + error).c_str());
}

void run(Session &session, const std::vector<ConstArray> &inputs,
         const std::vector<AnyArray> &outputs,
         const std::vector<std::optional<AnyArray>> &probes, int64_t steps) {
  RunBuffers buffers;
  for (const ConstArray &input : inputs)
    buffers.inputs.push_back(input.data());
  for (const AnyArray &output : outputs)
    buffers.outputs.push_back(output.data());
  for (const std::optional<AnyArray> &probe : probes)
    buffers.probes.push_back(probe ? probe->data() : nullptr);
  std::string error;
  RunStatus status;
  {
    nb::gil_scoped_release release;
    status = session.run(buffers, steps, error);
  }
  if (status == RunStatus::InvalidInput)
    throw nb::value_error(error.c_str());
  if (status != RunStatus::Ok)
    throw std::runtime_error(error);
}

const char *getNumPyName(DType type) {
  switch (type) {
  case DType::Bool:
    return "uint8";
  case DType::I32:
    return "int32";
  case DType::F32:
    return "float32";
  case DType::F64:
    return "float64";
  }
  return "";
}

const char *getRateName(Rate rate) {
  switch (rate) {
  case Rate::Stream:
    return "stream";
  case Rate::Static:
    return "static";
  case Rate::Window:
    return "window";
  }
  return "";
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

NB_MODULE(_volley, m) {
  m.doc() = "The compiler library; use the package volley.";

  nb::class_<SignalInfo>(m, "Signal")
      .def_ro("name", &SignalInfo::name)
      .def_ro("what", &SignalInfo::what)
      .def_prop_ro(
          "shape",
          [](const SignalInfo &s) { return nb::tuple(nb::cast(s.shape)); })
      .def_prop_ro("rate",
                   [](const SignalInfo &s) { return getRateName(s.rate); })
      .def_prop_ro("dtype",
                   [](const SignalInfo &s) { return getNumPyName(s.type); });

  nb::class_<ProgramInfo>(m, "ProgramInfo")
      .def_ro("name", &ProgramInfo::name)
      .def_ro("dt", &ProgramInfo::timeStep)
      .def_ro("inputs", &ProgramInfo::inputs)
      .def_ro("outputs", &ProgramInfo::outputs)
      .def_ro("probes", &ProgramInfo::probes);

  nb::class_<Session>(m, "Session")
      .def_prop_ro("batch", &Session::getBatch)
      .def_prop_ro("info", &Session::getInfo, nb::rv_policy::reference_internal)
      .def("reset", &Session::reset)
      .def("run", &run)
      .def("save",
           [](const Session &session) {
             std::vector<char> bytes = session.save();
             return nb::bytes(bytes.data(), bytes.size());
           })
      .def("load", [](Session &session, nb::bytes bytes) {
        std::string error = session.load(
            std::vector<char>(bytes.c_str(), bytes.c_str() + bytes.size()));
        if (!error.empty())
          throw nb::value_error(error.c_str());
      });

  nb::class_<ThreadPool>(m, "ThreadPool")
      .def("__init__",
           [](ThreadPool *pool, int threads) {
             if (threads < 0 || threads > ThreadPool::kMostThreads)
               throw nb::value_error(("threads must be 0 to " +
                                      std::to_string(ThreadPool::kMostThreads))
                                         .c_str());
             new (pool) ThreadPool(threads);
           })
      .def_prop_ro("threads", &ThreadPool::getNumThreads);

  nb::class_<CompileOptions>(m, "Options")
      .def("__init__", [](CompileOptions *options, const std::string &cpu,
                          bool foldNorms, const std::string &cacheDirectory,
                          bool profile, const std::string &activity,
                          const std::string &activitySource) {
        new (options) CompileOptions(makeCompileOptions(
            cpu, foldNorms, cacheDirectory, profile, activity, activitySource));
      });

  nb::class_<Profile>(m, "Profile")
      .def("table", printToString<printProfileTable>)
      .def("json", printToString<printProfileJSON>)
      .def("write", [](const Profile &profile, const std::string &path) {
        std::string error = writeProfile(profile, path);
        if (!error.empty())
          throw nb::value_error((path + ": " + error).c_str());
      });

  nb::class_<Artifact>(m, "Artifact")
      .def_prop_ro("is_profiled", &Artifact::isProfiled)
      .def("profile", &Artifact::getProfile)
      .def_prop_ro("cpu", &Artifact::getCPU)
      .def_prop_ro("levels", &Artifact::getLevels)
      .def_prop_ro("info", &Artifact::getInfo,
                   nb::rv_policy::reference_internal)
      .def(
          "session",
          [](Artifact &artifact, int64_t batch,
             std::shared_ptr<ThreadPool> pool) {
            std::string error;
            auto session =
                artifact.createSession(batch, std::move(pool), error);
            if (!session)
              throw std::runtime_error(error);
            return session;
          },
          nb::arg("batch"), nb::arg("pool").none());

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
  m.def("convert", &convertArray);
  m.def("open", [](const std::string &path, const std::string &cpu) {
    std::string error;
    std::shared_ptr<Artifact> artifact = Artifact::load(path, error, cpu);
    if (!artifact)
      throw std::runtime_error(error);
    return artifact;
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
  m.def("set_error_type", [](nb::handle type) { compileError = type.ptr(); });
}
