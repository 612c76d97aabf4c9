// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs an artefact, or compiles a model in memory and runs it, or interprets
// it.

#include "ToolOptions.h"
#include "mlir/IR/MLIRContext.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Runtime/Array.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

using namespace llvm;
using namespace volley;
using namespace volley::runtime;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

static cl::OptionCategory category("Options of snn-run");

static cl::opt<std::string>
    modelPath(cl::Positional, cl::Required, cl::cat(category),
              cl::desc("<artefact (.so) or model (.nir, .mlir)>"));
static cl::list<std::string> inputFiles(
    "input", cl::cat(category), cl::value_desc("[name=]file"),
    cl::desc("data of an input: .npy or .csv of shape (steps, shape) or "
             "(steps, batch, shape), or .bs2 events"));
static cl::list<std::string>
    outputFiles("output", cl::cat(category), cl::value_desc("[name=]file"),
                cl::desc("where an output is written, as .npy or .csv"));
static cl::list<std::string> recordFiles(
    "record", cl::cat(category), cl::value_desc("node:what:file"),
    cl::desc("a signal of a neuron (spikes, v, ...) and where it is written"));
static cl::opt<bool> useReference("reference", cl::cat(category),
                                  cl::desc("run the reference interpreter"));
static cl::opt<int64_t>
    stepLimit("steps", cl::cat(category), cl::value_desc("n"),
              cl::desc("run only the first n steps; needed without inputs"),
              cl::init(-1));
static cl::opt<int64_t>
    chunkSize("chunk", cl::cat(category), cl::value_desc("n"),
              cl::desc("steps per call (the result does not depend on it)"),
              cl::init(0));
static cl::opt<double> binSize("bin", cl::cat(category),
                               cl::value_desc("seconds"),
                               cl::desc("events of this time are one step "
                                        "(default 1e-3)"),
                               cl::init(1e-3));
static cl::opt<bool> quiet("quiet", cl::cat(category),
                           cl::desc("print neither remarks nor a summary"));

[[noreturn]] static void fail(const Twine &message) {
  errs() << "snn-run: error: " << message << '\n';
  std::exit(1);
}

static void failIf(const std::string &path, const std::string &error) {
  if (!error.empty())
    fail(path + ": " + error);
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
/// The data of one input in the program's type, (steps, batch, shape).
struct InputData {
  std::vector<char> bytes;
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
    failIf(path,
           readEvents(path, binSize, info.shape[1], info.shape[2], array));
  } else {
    fail(path + ": expects a file that ends in .npy, .csv or .bs2");
  }

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
  data.bytes.resize(data.steps * data.batch * info.getBytes());
  failIf(path, convert(array.element, array.bytes.data(), info.type,
                       data.bytes.data(), array.shape));
  return data;
}

/// Splits "[NAME=]FILE" and finds the signal; without a name there must be one.
static Target parseTarget(StringRef option, StringRef entry,
                          ArrayRef<SignalInfo> signals) {
  std::string names;
  for (const SignalInfo &signal : signals)
    names += (names.empty() ? "'" : ", '") + signal.name + "'";
  for (auto [index, signal] : enumerate(signals))
    if (entry.starts_with(signal.name) &&
        entry.drop_front(signal.name.size()).starts_with("="))
      return {static_cast<unsigned>(index),
              entry.drop_front(signal.name.size() + 1).str()};
  if (signals.size() == 1)
    return {0, entry.str()};
  fail("--" + option + " expects NAME=FILE for one of " + names +
       ", but got '" + entry + "'");
}

static void writeSignal(const std::string &path, const SignalInfo &info,
                        int64_t steps, int64_t batch, bool hasBatch,
                        const void *data) {
  std::vector<int64_t> shape{steps};
  if (hasBatch)
    shape.push_back(batch);
  shape.insert(shape.end(), info.shape.begin(), info.shape.end());
  if (StringRef(path).ends_with(".npy"))
    failIf(path, writeNpy(path, info.type, shape, data));
  else if (StringRef(path).ends_with(".csv"))
    failIf(path, writeCsv(path, info.type, shape, data));
  else
    fail(path + ": expects a file that ends in .npy or .csv");
}

//===----------------------------------------------------------------------===//
// Progress and summary
//===----------------------------------------------------------------------===//

namespace {
/// A bar on the terminal for runs that take long.
class Progress {
public:
  explicit Progress(int64_t total)
      : total(total), isShown(!quiet && sys::Process::StandardErrIsDisplayed()),
        start(Clock::now()) {}

  void update(int64_t done) {
    if (!isShown)
      return;
    std::chrono::duration<double> elapsed = Clock::now() - start;
    if (elapsed.count() < 1.0)
      return;
    wasShown = true;
    const int width = 40;
    int filled = static_cast<int>(done * width / total);
    double rest = elapsed.count() / done * (total - done);
    errs() << "\r[" << std::string(filled, '#')
           << std::string(width - filled, '.') << "] " << done << " of "
           << total << " steps, " << format("%.0f", rest) << " s left ";
  }

  ~Progress() {
    if (wasShown)
      errs() << '\r' << std::string(78, ' ') << '\r';
  }

private:
  using Clock = std::chrono::steady_clock;
  int64_t total;
  bool isShown, wasShown = false;
  Clock::time_point start;
};
} // namespace

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
      for (int64_t step = 0; step < steps; ++step)
        for (int64_t i = 0; i < elements; ++i)
          sums[i] += getElement(signal.type, data.data(),
                                (step * batch + sample) * elements + i);
      double total = 0;
      for (double sum : sums)
        total += sum;
      size_t best = max_element(sums) - sums.begin();
      outs() << "  sample " << sample << ": ";
      if (isSpikes)
        outs() << format("%.0f", total) << " spikes, most (" << sums[best]
               << ") of element " << best << '\n';
      else
        outs() << "largest mean " << format("%g", sums[best] / steps)
               << " of element " << best << '\n';
    }
    if (batch > maxLines)
      outs() << "  ... " << batch - maxLines << " more samples\n";
  }
}

//===----------------------------------------------------------------------===//
// The run
//===----------------------------------------------------------------------===//

static std::unique_ptr<Session> createSession(mlir::ModuleOp module,
                                              ArrayRef<std::string> record,
                                              int64_t batch) {
  return interpret(module, record, batch);
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  tools::ModelOptions modelOptions("input-kind");
  tools::initializeTool(
      argc, argv, "Runs a spiking network on recorded input.\n", category);

  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  tools::DiagnosticPrinter printer(&context, /*showRemarks=*/!quiet);
  Expected<nir::ImportOptions> importOptions = modelOptions.get();
  if (!importOptions)
    fail(toString(importOptions.takeError()));

  // NODE:WHAT:FILE; a node's name may hold colons.
  std::vector<std::string> record;
  std::vector<std::string> recordPaths;
  for (const std::string &entry : recordFiles) {
    auto [signal, path] = StringRef(entry).rsplit(':');
    if (signal.find(':') == StringRef::npos || path.empty())
      fail("--record expects NODE:WHAT:FILE, but got '" + entry + "'");
    record.push_back(signal.str());
    recordPaths.push_back(path.str());
  }

  mlir::OwningOpRef<mlir::ModuleOp> module =
      loadModel(modelPath, *importOptions, &context);
  if (!module)
    return 1;
  std::unique_ptr<Session> session = createSession(*module, record, 1);
  if (!session)
    return 1;

  const ProgramInfo info = session->getInfo();
  std::vector<InputData> inputs(info.inputs.size());
  std::vector<bool> given(inputs.size(), false);
  for (const std::string &entry : inputFiles) {
    Target target = parseTarget("input", entry, info.inputs);
    if (given[target.index])
      fail("input '" + info.inputs[target.index].name + "' is given twice");
    given[target.index] = true;
    inputs[target.index] = readInput(target.path, info.inputs[target.index]);
  }
  int64_t steps = stepLimit, batch = 1;
  bool hasBatch = false;
  for (auto [index, data] : enumerate(inputs)) {
    if (!given[index])
      fail("input '" + info.inputs[index].name + "' is not given");
    if (stepLimit > data.steps)
      fail("--steps asks for more than the " + Twine(data.steps) +
           " steps of input '" + info.inputs[index].name + "'");
    if (index > 0 &&
        (data.steps != inputs[0].steps || data.batch != inputs[0].batch))
      fail("inputs '" + info.inputs[0].name + "' and '" +
           info.inputs[index].name + "' differ in steps or batch");
    if (stepLimit < 0)
      steps = data.steps;
    batch = data.batch;
    hasBatch = data.hasBatch;
  }
  if (steps < 0)
    fail("--steps is needed for a network without inputs");
  if (batch != 1) {
    session = createSession(*module, record, batch);
    if (!session)
      return 1;
  }

  // Where each output and probe goes.
  std::vector<Target> outputTargets;
  for (const std::string &entry : outputFiles)
    outputTargets.push_back(parseTarget("output", entry, info.outputs));
  auto allocate = [&](ArrayRef<SignalInfo> signals) {
    std::vector<std::vector<char>> buffers;
    for (const SignalInfo &signal : signals)
      buffers.emplace_back(steps * batch * signal.getBytes());
    return buffers;
  };
  std::vector<std::vector<char>> outputs = allocate(info.outputs);
  std::vector<std::vector<char>> probes = allocate(info.probes);

  int64_t chunk =
      chunkSize > 0 ? int64_t(chunkSize) : std::max<int64_t>(1, 65536 / batch);
  Progress progress(steps);
  for (int64_t done = 0; done < steps; done += chunk) {
    RunBuffers buffers;
    auto offset = [&](const SignalInfo &signal) {
      return done * batch * signal.getBytes();
    };
    for (auto [signal, data] : zip(info.inputs, inputs))
      buffers.inputs.push_back(data.bytes.data() + offset(signal));
    for (auto [signal, data] : zip(info.outputs, outputs))
      buffers.outputs.push_back(data.data() + offset(signal));
    for (auto [signal, data] : zip(info.probes, probes))
      buffers.probes.push_back(data.data() + offset(signal));
    std::string error = session->run(buffers, std::min(chunk, steps - done));
    if (!error.empty())
      fail(modelPath + ": " + error);
    progress.update(std::min(done + chunk, steps));
  }

  for (const Target &target : outputTargets)
    writeSignal(target.path, info.outputs[target.index], steps, batch, hasBatch,
                outputs[target.index].data());
  for (auto [signal, path] : zip(record, recordPaths))
    for (auto [probe, data] : zip(info.probes, probes))
      if (probe.name + ":" + probe.what == signal)
        writeSignal(path, probe, steps, batch, hasBatch, data.data());
  if (!quiet)
    printSummary(info, outputs, steps, batch);
  return 0;
}
