// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs an artefact, or compiles a model in memory and runs it, or interprets
// it.

#include "Progress.h"
#include "ToolOptions.h"
#include "mlir/IR/MLIRContext.h"
#include "volley-c/volley.h"
#include "volley/Compiler/Conformance.h"
#include "volley/Compiler/Profile.h"
#include "volley/Runtime/Array.h"
#include "volley/Runtime/Artifact.h"
#include "volley/Support/OutputPath.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace volley;
using namespace volley::runtime;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

namespace {
/// What the command line says. A struct of its own: linking an artefact in
/// memory resets LLVM's options.
struct Options {
  std::string model, cpu, kernel, activity, share, sumLaw, cacheDirectory, host;
  std::vector<std::string> inputs, outputs, records;
  /// Where measurements are written; whether they are printed.
  std::vector<std::string> profiles;
  bool printsProfile;
  nir::ImportOptions import;
  bool hasModelOptions, hasCompileOptions, useReference, isQuiet, isConformance;
  bool printsInfo;
  int threads;
  /// Negative: all that there are.
  int64_t steps;
  /// 0: chosen here.
  int64_t chunk;
  double bin;
};
} // namespace

static Options options;

[[noreturn]] static void fail(const Twine &message) {
  errs() << "snn-run: error: " << message << '\n';
  std::exit(1);
}

static void failIf(const std::string &path, const std::string &error) {
  if (!error.empty())
    fail(path + ": " + error);
}

static Options parseCommandLine(int argc, char **argv) {
  // Static: LLVM goes through all options again when it links.
  tools::releaseOption("threads");
  static cl::OptionCategory category("Options of snn-run");
  static cl::opt<std::string> model(cl::Positional, cl::Required,
                                    cl::cat(category),
                                    cl::desc("<artefact (.so) or model (.nir, "
                                             ".mlir)>"));
  static cl::list<std::string> inputs(
      "input", cl::cat(category), cl::value_desc("[name=]file"),
      cl::desc("data of an input: .npy or .csv of shape (steps, shape) or "
               "(steps, batch, shape), or .bs2 events; of a static input "
               "(shape) or (batch, shape)"));
  static cl::list<std::string> outputs(
      "output", cl::cat(category), cl::value_desc("[name=]file"),
      cl::desc("where an output is written, as .npy or .csv"));
  static cl::list<std::string> records(
      "record", cl::cat(category), cl::value_desc("node:what:file"),
      cl::desc(
          "a signal of a neuron (spikes, v, ...) and where it is written"));
  static cl::opt<bool> reference("reference", cl::cat(category),
                                 cl::desc("run the reference interpreter"));
  static cl::opt<int> threads(
      "threads", cl::cat(category), cl::value_desc("n"), cl::init(1),
      cl::desc("threads that share a batch (default 1; 0: all there are)"));
  static cl::opt<std::string> cpu(
      "cpu", cl::cat(category), cl::init("native"), cl::value_desc("name"),
      cl::desc("instruction set to compile a model for, or of an artefact that "
               "has several the one to run (default native: the best of this "
               "machine)"));
  static cl::opt<int64_t> steps(
      "steps", cl::cat(category), cl::value_desc("n"), cl::init(-1),
      cl::desc("run only the first n steps; needed if no input says how many "
               "there are"));
  static cl::opt<int64_t> chunk(
      "chunk", cl::cat(category), cl::value_desc("n"), cl::init(0),
      cl::desc("steps per call (the result does not depend on it)"));
  static cl::opt<double> bin(
      "bin", cl::cat(category), cl::value_desc("seconds"), cl::init(1e-3),
      cl::desc("events of this time are one step (default 1e-3)"));
  static tools::CodeOptions code(category);
  static cl::opt<std::string> activity(
      "activity", cl::cat(category), cl::value_desc("file"),
      cl::desc("choose kernels by the activity that was measured: what "
               "--profile-out=FILE.json has written"));
  static cl::opt<std::string> sumLaw(
      "sum", cl::cat(category), cl::value_desc("law"),
      cl::desc("the law of sums: ascending, or exact wherever inputs are "
               "integers (default: as the model says, else ascending)"));
  static cl::opt<std::string> cacheDirectory(
      "cache-dir", cl::cat(category), cl::value_desc("directory"),
      cl::desc("keep generated code here and use it again"));
  static cl::list<std::string> profiles(
      "profile-out", cl::cat(category), cl::value_desc("file"),
      cl::desc("measure time and spikes of every layer and write them: as "
               ".json, which --activity of snn-compile reads, or as a picture, "
               ".svg"));
  static cl::opt<bool> conformance(
      "conformance", cl::cat(category),
      cl::desc("run every network of an .mlir file on the inputs that it "
               "states and compare with what it expects"));
  static cl::opt<std::string> host(
      "host", cl::cat(category), cl::value_desc("command"),
      cl::desc("with --conformance: what runs compiled networks, on another "
               "machine or by an emulator (test/CAPI/run-artefact.c)"));
  static cl::opt<bool> info("info", cl::cat(category),
                            cl::desc("say what an artefact is, and end"));
  static cl::opt<bool> quiet("quiet", cl::cat(category),
                             cl::desc("print neither remarks nor a summary"));
  static tools::ModelOptions modelOptions("input-kind", /*canProfile=*/true);
  tools::initializeTool(
      argc, argv, "Runs a spiking network on recorded input.\n", category);

  Expected<nir::ImportOptions> import = modelOptions.get();
  if (!import)
    fail(toString(import.takeError()));
  if (!(bin > 0))
    fail("--bin expects a positive time");
  if (reference)
    for (cl::Option *option : std::initializer_list<cl::Option *>{
             &code.kernel, &activity, &code.share, &cpu, &threads})
      if (option->getNumOccurrences())
        fail("--" + option->ArgStr +
             " is for compiled code, which --reference has none of");
  if (host.getNumOccurrences() &&
      (!conformance || reference || StringRef(host).trim().empty()))
    fail("--host expects a command, for compiled code of --conformance");
  if (conformance)
    for (const cl::Option &option :
         std::initializer_list<std::reference_wrapper<cl::Option>>{
             inputs, outputs, records, profiles, activity, sumLaw,
             cacheDirectory, steps, chunk, bin})
      if (option.getNumOccurrences())
        fail("--" + option.ArgStr +
             " is for one network; --conformance runs those of a file, with "
             "data and laws that it states");
  if (reference && modelOptions.isProfiling())
    fail("--profile is for compiled code, which --reference has none of");
  if (threads < 0 || threads > ThreadPool::kMostThreads)
    fail("--threads expects 0 to " + Twine(ThreadPool::kMostThreads));
  if (steps.getNumOccurrences() && steps < 0)
    fail("--steps expects a number that is not negative");
  if (chunk.getNumOccurrences() && chunk < 1)
    fail("--chunk expects at least one step");
  return {model,
          cpu,
          code.kernel,
          activity,
          code.share,
          sumLaw,
          cacheDirectory,
          host,
          {inputs.begin(), inputs.end()},
          {outputs.begin(), outputs.end()},
          {records.begin(), records.end()},
          {profiles.begin(), profiles.end()},
          modelOptions.isProfiling(),
          *import,
          modelOptions.isAnyGiven(),
          code.kernel.getNumOccurrences() || activity.getNumOccurrences() ||
              code.share.getNumOccurrences() || sumLaw.getNumOccurrences() ||
              cacheDirectory.getNumOccurrences(),
          reference,
          quiet,
          conformance,
          info,
          threads,
          steps,
          chunk,
          bin};
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// "[2, 34, 34]".
static std::string formatShape(ArrayRef<int64_t> shape) {
  std::string text;
  raw_string_ostream stream(text);
  stream << '[';
  interleaveComma(shape, stream);
  stream << ']';
  return text;
}

namespace {
/// The data of one input: in the program's type, (steps, batch, shape), or
/// (batch, shape) with 1 step if it is static; or as events.
struct InputData {
  std::vector<char> bytes;
  std::optional<EventList> events;
  int64_t steps = 0, batch = 1;
  /// The file had a batch dimension.
  bool hasBatch = false;
};

/// A file and the signal it belongs to.
struct Target {
  unsigned index;
  std::string path;
};
} // namespace

static void checkBatch(const std::string &path, const SignalInfo &info,
                       int64_t batch) {
  if (batch < 1)
    fail(path + ": expects at least one sample of input '" + info.name +
         "', but the batch is empty");
}

/// A static input: one value, or one per sample.
static InputData readStatic(const std::string &path, const SignalInfo &info,
                            const Array &array) {
  InputData data;
  data.steps = 1;
  ArrayRef<int64_t> shape(array.shape);
  if (shape.size() == info.shape.size() + 1 &&
      shape.drop_front() == ArrayRef(info.shape)) {
    data.hasBatch = true;
    data.batch = shape.front();
  } else if (shape != ArrayRef(info.shape)) {
    fail(path + ": expects an array of shape " + formatShape(info.shape) +
         " or (batch, " + formatShape(info.shape) + ") for the static input '" +
         info.name + "', but got " + formatShape(shape));
  }
  checkBatch(path, info, data.batch);
  data.bytes.resize(data.batch * info.getBytes());
  failIf(path, convert(array.element, array.bytes.data(), info.type,
                       data.bytes.data(), array.shape));
  return data;
}

static InputData readInput(const std::string &path, const SignalInfo &info) {
  Array array;
  StringRef name(path);
  if (name.ends_with(".npy"))
    failIf(path, readNpy(path, array));
  else if (name.ends_with(".csv") || name.ends_with(".txt"))
    failIf(path, readCsv(path, array));
  else if (name.ends_with(".bs2")) {
    if (info.shape.size() != 3 || info.shape[0] != 2)
      fail(path + ": events need an input of shape [2, height, width], but '" +
           info.name + "' has " + formatShape(info.shape));
    EventList events;
    failIf(path,
           readEvents(path, options.bin, info.shape[1], info.shape[2], events));
    if (info.type == DType::Bool && info.rate == Rate::Stream) {
      failIf(path, checkSpikes(events, info.shape));
      InputData data;
      data.steps = events.steps;
      data.events = std::move(events);
      return data;
    }
    failIf(path, countEvents(events, info.shape, array));
  } else {
    fail(path + ": expects a file that ends in .npy, .csv or .bs2");
  }

  if (info.rate == Rate::Static)
    return readStatic(path, info, array);
  InputData data;
  ArrayRef<int64_t> shape(array.shape);
  size_t rank = info.shape.size();
  // A .csv row holds one step, whatever the input's shape.
  bool isFlat = !name.ends_with(".npy") && shape.size() == 2 &&
                shape[1] == info.getNumElements();
  if (shape.size() == rank + 2 && shape.drop_front(2) == ArrayRef(info.shape)) {
    data.hasBatch = true;
    data.batch = shape[1];
  } else if (!isFlat && (shape.size() != rank + 1 ||
                         shape.drop_front() != ArrayRef(info.shape))) {
    fail(path + ": expects an array of shape (steps, " +
         formatShape(info.shape) + ") or (steps, batch, " +
         formatShape(info.shape) + ") for input '" + info.name + "', but got " +
         formatShape(shape));
  }
  data.steps = shape.front();
  checkBatch(path, info, data.batch);
  data.bytes.resize(data.steps * data.batch * info.getBytes());
  failIf(path, convert(array.element, array.bytes.data(), info.type,
                       data.bytes.data(), array.shape));
  return data;
}

/// What there is of an input in steps [first, first + count).
static volley_events takeSteps(const EventList &events, int64_t first,
                               int64_t count) {
  auto begin = lower_bound(events.step, first) - events.step.begin();
  auto end = lower_bound(events.step, first + count) - events.step.begin();
  return {static_cast<uint64_t>(end - begin), events.step.data() + begin,
          nullptr, events.index.data() + begin, first};
}

/// Splits "[NAME=]FILE" and finds the signal; without a name there must be one.
static Target parseTarget(StringRef option, StringRef entry,
                          ArrayRef<SignalInfo> signals) {
  std::string names;
  for (const SignalInfo &signal : signals)
    names += (names.empty() ? "'" : ", '") + signal.name + "'";
  // A name may hold what separates it: the longest one counts.
  std::optional<Target> target;
  size_t length = 0;
  for (auto [index, signal] : enumerate(signals))
    if (signal.name.size() >= length && entry.starts_with(signal.name) &&
        entry.drop_front(signal.name.size()).starts_with("=")) {
      length = signal.name.size();
      target = {static_cast<unsigned>(index),
                entry.drop_front(length + 1).str()};
    }
  if (target)
    return *target;
  if (signals.size() == 1 && !entry.contains('='))
    return {0, entry.str()};
  fail("--" + option + " expects NAME=FILE for one of " + names +
       ", but got '" + entry + "'");
}

/// Fails before a long run for what would keep a result from being written
/// after it.
static void checkPlace(StringRef path) {
  std::string error, target = resolveOutputPath(path.str(), error);
  failIf(path.str(), error);
  StringRef directory = sys::path::parent_path(target);
  if (!directory.empty() && !sys::fs::is_directory(directory))
    fail(path + ": cannot be written: there is no directory '" + directory +
         "'");
  if (std::error_code code = sys::fs::access(
          directory.empty() ? "." : directory, sys::fs::AccessMode::Write))
    fail(path + ": cannot be written: " + code.message());
}

static void checkTarget(StringRef path) {
  if (!path.ends_with(".npy") && !path.ends_with(".csv"))
    fail(path + ": expects a file that ends in .npy or .csv");
  checkPlace(path);
}

static void writeSignal(const std::string &path, const SignalInfo &info,
                        int64_t steps, int64_t batch, bool hasBatch,
                        const void *data) {
  std::vector<int64_t> shape;
  if (info.rate == Rate::Stream)
    shape.push_back(steps);
  if (hasBatch)
    shape.push_back(batch);
  shape.insert(shape.end(), info.shape.begin(), info.shape.end());
  failIf(path, StringRef(path).ends_with(".npy")
                   ? writeNpy(path, info.type, shape, data)
                   : writeCsv(path, info.type, shape, data));
}

//===----------------------------------------------------------------------===//
// Summary
//===----------------------------------------------------------------------===//

static double getElement(DType type, const void *data, int64_t index) {
  switch (type) {
  case DType::Bool:
    return static_cast<const uint8_t *>(data)[index];
  case DType::I32:
    return static_cast<const int32_t *>(data)[index];
  case DType::F32:
    return static_cast<const float *>(data)[index];
  case DType::F64:
    return static_cast<const double *>(data)[index];
  }
  return 0;
}

/// For each output: its spikes per sample and the element with most of them,
/// or the last value of what is no spikes.
static void printSummary(const ProgramInfo &info,
                         ArrayRef<std::vector<char>> outputs, int64_t steps,
                         int64_t batch) {
  outs() << info.name << ": " << steps << " steps of "
         << format("%g", info.timeStep) << " s, batch " << batch << '\n';
  constexpr int64_t maxLines = 8;
  for (auto [signal, data] : zip(info.outputs, outputs)) {
    bool isSpikes = signal.type == DType::Bool || signal.type == DType::I32;
    int64_t elements = signal.getNumElements();
    outs() << "output '" << signal.name << "' " << formatShape(signal.shape)
           << ' ' << getName(signal.type) << '\n';
    for (int64_t sample = 0; sample < std::min(batch, maxLines); ++sample) {
      std::vector<double> sums(elements, 0.0);
      int64_t rows = signal.rate == Rate::Stream ? steps : 1;
      for (int64_t step = 0; step < rows; ++step)
        for (int64_t i = 0; i < elements; ++i)
          sums[i] += getElement(signal.type, data.data(),
                                (step * batch + sample) * elements + i);
      double total = 0;
      for (double sum : sums)
        total += sum;
      size_t best = max_element(sums) - sums.begin();
      if (steps == 0 && signal.rate == Rate::Stream) {
        outs() << "  sample " << sample << ": no step\n";
        continue;
      }
      outs() << "  sample " << sample << ": ";
      if (signal.rate != Rate::Stream)
        outs() << "largest " << format("%g", sums[best]) << " of element "
               << best << '\n';
      else if (isSpikes)
        outs() << format("%.0f", total) << " spikes, most ("
               << format("%.0f", sums[best]) << ") of element " << best << '\n';
      else
        outs() << "largest mean " << format("%g", sums[best] / steps)
               << " of element " << best << '\n';
    }
    if (batch > maxLines)
      outs() << "  ... " << batch - maxLines << " more samples\n";
  }
}

/// What an artefact says of itself.
static void printInfo(const Artifact &artifact) {
  const ProgramInfo &info = artifact.getInfo();
  const volley_program &program = artifact.getProgram();
  std::vector<std::string> levels = artifact.getLevels();
  outs() << info.name << ": " << program.compiler << ", steps of "
         << format("%g", info.timeStep) << " s\ncode for "
         << join(levels, " and ");
  if (levels.size() > 1)
    outs() << ", of which " << artifact.getCPU() << " is chosen";
  outs() << '\n'
         << program.weight_bytes << " bytes of weights, "
         << program.state_sample_bytes << " of state per sample, "
         << program.workspace_bytes << " of workspace per thread\n";
  auto printSignal = [](StringRef kind, const SignalInfo &signal) {
    outs() << kind << " '" << signal.name
           << (signal.what.empty() ? "" : ":" + signal.what) << "' "
           << formatShape(signal.shape) << ' ' << getName(signal.type)
           << (signal.rate == Rate::Static   ? ", static"
               : signal.rate == Rate::Window ? ", once a run"
                                             : "")
           << '\n';
  };
  for (const SignalInfo &signal : info.inputs)
    printSignal("input", signal);
  for (const SignalInfo &signal : info.outputs)
    printSignal("output", signal);
  for (const SignalInfo &signal : info.probes)
    printSignal("probe", signal);
}

//===----------------------------------------------------------------------===//
// The run
//===----------------------------------------------------------------------===//

namespace {
/// What is run: an artefact from a file, a model that is compiled in memory, or
/// a model that is interpreted.
class Runnable {
public:
  Runnable(mlir::MLIRContext &context, std::vector<std::string> record);

  const ProgramInfo &getInfo() const { return info; }
  std::unique_ptr<Session> createSession(int64_t batch);
  Profile getProfile() const { return artifact->getProfile(); }
  /// Null if it is interpreted.
  const Artifact *getArtifact() const { return artifact.get(); }

private:
  void checkRecord() const;

  std::vector<std::string> record;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::shared_ptr<Artifact> artifact;
  ProgramInfo info;
};
} // namespace

static bool isProfiling() {
  return options.printsProfile || !options.profiles.empty();
}

/// True for a shared object, whatever it is called.
static bool isArtifact(StringRef path) {
  auto start = MemoryBuffer::getFileSlice(path, 4, 0);
  return path.ends_with(".so") || (start && (*start)->getBuffer() == "\x7f"
                                                                     "ELF");
}

Runnable::Runnable(mlir::MLIRContext &context, std::vector<std::string> record)
    : record(std::move(record)) {
  if (isArtifact(options.model)) {
    if (options.hasModelOptions || options.useReference ||
        options.hasCompileOptions)
      fail(options.model +
           ": is compiled; options that say what the model means and how it is "
           "compiled are for snn-compile");
    std::string error;
    artifact = Artifact::load(options.model, error,
                              options.cpu == "native" ? "" : options.cpu);
    if (!artifact)
      fail(error);
    if (isProfiling() && !artifact->isProfiled())
      fail(options.model + ": was not compiled for profiling; snn-compile "
                           "--profile does, and so does snn-run on a model");
    info = artifact->getInfo();
    checkRecord();
    return;
  }
  module = loadModel(options.model, options.import, &context);
  if (!module ||
      (!options.sumLaw.empty() && failed(setSumLaw(*module, options.sumLaw))))
    std::exit(1);
  if (options.useReference) {
    if (isProfiling())
      fail("--profile is for compiled code, which --reference has none of");
    std::unique_ptr<Session> session = interpret(*module, this->record, 1);
    if (!session)
      std::exit(1);
    info = session->getInfo();
    return;
  }
  CompileOptions compileOptions;
  compileOptions.cpu = options.cpu;
  compileOptions.cacheDirectory = options.cacheDirectory;
  compileOptions.phases.pipeline.record = this->record;
  compileOptions.phases.pipeline.kernel = options.kernel;
  compileOptions.phases.pipeline.share = options.share;
  compileOptions.phases.pipeline.profile = isProfiling();
  if (!options.activity.empty())
    failIf(options.activity,
           readActivity(options.activity, compileOptions.phases.pipeline));
  artifact = compileInMemory(*module, compileOptions);
  if (!artifact)
    std::exit(1);
  info = artifact->getInfo();
}

/// Probes are built into an artefact.
void Runnable::checkRecord() const {
  std::string built;
  for (const SignalInfo &probe : info.probes)
    built += (built.empty() ? "" : ", ") + probe.name + ":" + probe.what;
  for (const std::string &signal : record)
    if (none_of(info.probes, [&](const SignalInfo &probe) {
          return probe.name + ":" + probe.what == signal;
        }))
      fail(options.model + ": has no probe " + signal + " built in; " +
           (built.empty() ? "there are none" : "there are " + built) +
           " (snn-compile --record=" + signal + ")");
}

std::unique_ptr<Session> Runnable::createSession(int64_t batch) {
  if (!artifact) {
    std::unique_ptr<Session> session = interpret(*module, record, batch);
    if (!session)
      std::exit(1);
    return session;
  }
  std::string error;
  auto session = artifact->createSession(
      batch, std::make_shared<ThreadPool>(options.threads), error);
  if (!session)
    fail(options.model + ": " + error);
  return session;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  options = parseCommandLine(argc, argv);

  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  // Not every network of a conformance file has what an option is for.
  tools::DiagnosticPrinter printer(&context, /*showRemarks=*/!options.isQuiet &&
                                                 !options.isConformance);
  if (options.isConformance) {
    ConformanceOptions conformance;
    conformance.reference = options.useReference;
    conformance.compile.cpu = options.cpu;
    conformance.compile.phases.pipeline.kernel = options.kernel;
    conformance.compile.phases.pipeline.share = options.share;
    // Results must be the same, whatever is measured.
    conformance.compile.phases.pipeline.profile = options.printsProfile;
    conformance.threads = options.threads;
    conformance.host = options.host;
    return failed(
        checkConformance(options.model, conformance, &context, outs()));
  }
  if (options.printsInfo) {
    if (!isArtifact(options.model))
      fail("--info is for artefacts; snn-compile --check and --emit are for "
           "models");
    printInfo(*Runnable(context, {}).getArtifact());
    return 0;
  }
  for (const std::string &path : options.profiles) {
    failIf(path, checkProfilePath(path));
    checkPlace(path);
  }
  // NODE:WHAT:FILE; a node's name may hold colons.
  std::vector<std::string> record;
  std::vector<std::string> recordPaths;
  for (const std::string &entry : options.records) {
    auto [signal, path] = StringRef(entry).rsplit(':');
    if (signal.find(':') == StringRef::npos || path.empty())
      fail("--record expects NODE:WHAT:FILE, but got '" + entry + "'");
    checkTarget(path);
    record.push_back(signal.str());
    recordPaths.push_back(path.str());
  }

  Runnable runnable(context, record);
  const ProgramInfo &info = runnable.getInfo();
  std::vector<InputData> inputs(info.inputs.size());
  std::vector<bool> given(inputs.size(), false);
  std::vector<std::string> read{options.model};
  if (!options.activity.empty())
    read.push_back(options.activity);
  for (const std::string &entry : options.inputs) {
    Target target = parseTarget("input", entry, info.inputs);
    if (given[target.index])
      fail("input '" + info.inputs[target.index].name + "' is given twice");
    given[target.index] = true;
    read.push_back(target.path);
    inputs[target.index] = readInput(target.path, info.inputs[target.index]);
  }
  int64_t steps = options.steps, batch = 1;
  bool hasBatch = false;
  // The input that says how many steps there are.
  std::optional<size_t> stepsOf;
  for (auto [index, data] : enumerate(inputs)) {
    if (!given[index])
      fail("input '" + info.inputs[index].name + "' is not given");
    if (index > 0 && data.batch != batch)
      fail("inputs '" + info.inputs[0].name + "' and '" +
           info.inputs[index].name + "' differ in steps or batch");
    batch = data.batch;
    hasBatch = data.hasBatch;
    if (info.inputs[index].rate == Rate::Static)
      continue;
    if (options.steps > data.steps)
      fail("--steps asks for more than the " + Twine(data.steps) +
           " steps of input '" + info.inputs[index].name + "'");
    if (stepsOf && data.steps != inputs[*stepsOf].steps)
      fail("inputs '" + info.inputs[*stepsOf].name + "' and '" +
           info.inputs[index].name + "' differ in steps or batch");
    stepsOf = index;
    if (options.steps < 0)
      steps = data.steps;
  }
  if (steps < 0)
    fail(
        "--steps is needed for a network of which no input says how many there "
        "are");
  std::unique_ptr<Session> session = runnable.createSession(batch);

  // What is read is not what is written.
  auto checkOther = [&](const std::string &path) {
    if (any_of(read,
               [&](const std::string &file) { return isSameFile(file, path); }))
      fail(path + ": is read as well; expects another file for results");
  };
  for (const std::string &path : recordPaths)
    checkOther(path);
  for (const std::string &path : options.profiles)
    checkOther(path);
  // Where each output and probe goes.
  std::vector<Target> outputTargets;
  for (const std::string &entry : options.outputs) {
    Target target = parseTarget("output", entry, info.outputs);
    checkTarget(target.path);
    checkOther(target.path);
    if (is_contained(recordPaths, target.path) ||
        any_of(outputTargets,
               [&](const Target &other) { return other.path == target.path; }))
      fail(target.path + ": is given for two signals");
    outputTargets.push_back(std::move(target));
  }
  auto allocate = [&](ArrayRef<SignalInfo> signals) {
    std::vector<std::vector<char>> buffers;
    constexpr int64_t most = int64_t(1) << 46;
    for (const SignalInfo &signal : signals) {
      int64_t row = batch * static_cast<int64_t>(signal.getBytes());
      if (steps > most / row)
        fail("'" + signal.name + "' over " + Twine(steps) +
             " steps is more than memory can hold");
      buffers.emplace_back(signal.getRows(steps, batch) * signal.getBytes());
    }
    return buffers;
  };
  std::vector<std::vector<char>> outputs = allocate(info.outputs);
  std::vector<std::vector<char>> probes = allocate(info.probes);

  int64_t chunk =
      options.chunk > 0 ? options.chunk : std::max<int64_t>(1, 65536 / batch);
  tools::Progress progress(steps, "steps", options.isQuiet);
  for (int64_t done = 0; done < steps; done += chunk) {
    RunBuffers buffers;
    auto offset = [&](const SignalInfo &signal) -> size_t {
      if (signal.rate != Rate::Stream)
        return 0;
      return done * batch * signal.getBytes();
    };
    int64_t count = std::min(chunk, steps - done);
    std::vector<volley_events> events(inputs.size());
    buffers.events.resize(inputs.size());
    for (auto [index, signal, data] : enumerate(info.inputs, inputs)) {
      buffers.inputs.push_back(
          data.events ? nullptr : data.bytes.data() + offset(signal));
      if (data.events) {
        events[index] = takeSteps(*data.events, done, count);
        buffers.events[index] = &events[index];
      }
    }
    for (auto [signal, data] : zip(info.outputs, outputs))
      buffers.outputs.push_back(data.data() + offset(signal));
    for (auto [signal, data] : zip(info.probes, probes))
      buffers.probes.push_back(data.data() + offset(signal));
    std::string error;
    if (session->run(buffers, count, error) != RunStatus::Ok)
      fail(options.model + ": " + error);
    progress.update(std::min(done + chunk, steps));
  }

  for (const Target &target : outputTargets)
    writeSignal(target.path, info.outputs[target.index], steps, batch, hasBatch,
                outputs[target.index].data());
  for (auto [signal, path] : zip(record, recordPaths))
    for (auto [probe, data] : zip(info.probes, probes))
      if (probe.name + ":" + probe.what == signal)
        writeSignal(path, probe, steps, batch, hasBatch, data.data());
  for (const std::string &path : options.profiles)
    failIf(path, writeProfile(runnable.getProfile(), path));
  if (!options.isQuiet)
    printSummary(info, outputs, steps, batch);
  if (options.printsProfile)
    printProfileTable(runnable.getProfile(), outs());
  return 0;
}
