// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Differential fuzzing: random networks on random input, compiled code against
// the interpreter, bit for bit, also in chunks, batch splits, threads, from
// saved states, with lists of events for inputs, and under forced kernels.

#include "Generator.h"
#include "Progress.h"
#include "ToolOptions.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "volley-c/volley.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Compiler/Profile.h"
#include "volley/Runtime/Artifact.h"
#include "volley/Target/CPU/CPU.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <cmath>
#include <cstring>
#include <list>

using namespace llvm;
using namespace volley;
using namespace volley::fuzz;
using namespace volley::runtime;

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

namespace {
/// Arrays of all signals of one kind over all steps and samples.
using Arrays = std::vector<std::vector<char>>;

struct Result {
  Arrays outputs, probes;
};

/// A run of one network: what goes in, and over how many steps and samples.
struct Case {
  Arrays inputs;
  int64_t steps, batch;
};
} // namespace

static Arrays allocate(ArrayRef<SignalInfo> signals, int64_t steps,
                       int64_t batch) {
  Arrays arrays;
  for (const SignalInfo &signal : signals)
    arrays.emplace_back(signal.getRows(steps, batch) * signal.getBytes());
  return arrays;
}

template <typename T> static T randomReal(Random &random) {
  switch (random.below(20)) {
  case 0:
    return T(-0.0);
  case 1:
    return T(1e-42);
  case 2:
    return T(random.real(-20, 20));
  case 3:
  case 4:
  case 5:
  case 6:
    return T(0);
  case 7:
    return T(1);
  default:
    return T(random.real(-1.5, 1.5));
  }
}

static std::vector<char> randomInput(Random &random, const SignalInfo &signal,
                                     int64_t rows) {
  std::vector<char> bytes(rows * signal.getBytes());
  int64_t count = rows * signal.getNumElements();
  unsigned density = random.pick({0, 5, 20, 50, 100});
  for (int64_t i = 0; i < count; ++i)
    switch (signal.type) {
    case DType::Bool:
      bytes[i] = random.chance(density);
      break;
    case DType::I32:
      reinterpret_cast<int32_t *>(bytes.data())[i] =
          random.chance(density) ? random.between(-4, 4) : 0;
      break;
    case DType::F32:
      reinterpret_cast<float *>(bytes.data())[i] = randomReal<float>(random);
      break;
    case DType::F64:
      reinterpret_cast<double *>(bytes.data())[i] = randomReal<double>(random);
      break;
    }
  return bytes;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

/// True if the element is the same number, any NaN being equal to any other.
static bool isEqual(DType type, const char *a, const char *b) {
  if (std::memcmp(a, b, getSize(type)) == 0)
    return true;
  if (type == DType::F32) {
    float x, y;
    std::memcpy(&x, a, 4);
    std::memcpy(&y, b, 4);
    return std::isnan(x) && std::isnan(y);
  }
  if (type == DType::F64) {
    double x, y;
    std::memcpy(&x, a, 8);
    std::memcpy(&y, b, 8);
    return std::isnan(x) && std::isnan(y);
  }
  return false;
}

static std::string formatElement(DType type, const char *data) {
  switch (type) {
  case DType::Bool:
    return std::to_string(*data);
  case DType::I32:
    return std::to_string(*reinterpret_cast<const int32_t *>(data));
  case DType::F32:
    return formatv("{0:e9}", *reinterpret_cast<const float *>(data)).str();
  case DType::F64:
    return formatv("{0:e17}", *reinterpret_cast<const double *>(data)).str();
  }
  return "";
}

/// Empty if all arrays are equal, else where the first difference is.
static std::string compareArrays(ArrayRef<SignalInfo> signals,
                                 const Arrays &expected, const Arrays &actual,
                                 int64_t batch) {
  for (auto [index, signal] : enumerate(signals)) {
    size_t size = getSize(signal.type);
    int64_t elements = signal.getNumElements();
    int64_t count = expected[index].size() / size;
    for (int64_t i = 0; i < count; ++i) {
      const char *a = expected[index].data() + i * size;
      const char *b = actual[index].data() + i * size;
      if (isEqual(signal.type, a, b))
        continue;
      int64_t row = i / elements;
      return formatv("'{0}' {1}: step {2}, sample {3}, element {4}: expected "
                     "{5}, got {6}",
                     signal.name, signal.what, row / batch, row % batch,
                     i % elements, formatElement(signal.type, a),
                     formatElement(signal.type, b))
          .str();
    }
  }
  return "";
}

static std::string compareResults(const ProgramInfo &info,
                                  const Result &expected, const Result &actual,
                                  int64_t batch) {
  std::string difference =
      compareArrays(info.outputs, expected.outputs, actual.outputs, batch);
  if (difference.empty())
    difference =
        compareArrays(info.probes, expected.probes, actual.probes, batch);
  return difference;
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

namespace {
/// The spikes of an array as a list, those of a step in any order.
class RandomEvents {
public:
  RandomEvents(const char *array, int64_t steps, int64_t batch,
               int64_t elements, Random &random)
      : firstStep(random.between(-3, 3)) {
    for (int64_t t = 0; t < steps; ++t) {
      std::vector<int64_t> found;
      for (int64_t i = 0; i < batch * elements; ++i)
        if (array[t * batch * elements + i])
          found.insert(found.begin() + random.below(found.size() + 1), i);
      for (int64_t i : found) {
        step.push_back(firstStep + t);
        sample.push_back(i / elements);
        index.push_back(i % elements);
      }
    }
    // Without samples all are of the first.
    bool hasSamples = batch > 1 || random.chance(50);
    events = {step.size(), step.data(), hasSamples ? sample.data() : nullptr,
              index.data(), firstStep};
  }
  RandomEvents(const RandomEvents &) = delete;
  RandomEvents &operator=(const RandomEvents &) = delete;

  const volley_events *get() const { return &events; }

private:
  int64_t firstStep;
  std::vector<int64_t> step, sample, index;
  volley_events events;
};
} // namespace

/// Runs steps [first, first + count) of a case. With randomness some inputs of
/// spikes are lists of events.
static std::string runSteps(Session &session, const Case &test, Result &result,
                            int64_t first, int64_t count,
                            Random *random = nullptr) {
  const ProgramInfo &info = session.getInfo();
  RunBuffers buffers;
  std::list<RandomEvents> lists;
  auto at = [&](auto &array, const SignalInfo &signal) {
    bool isStream = signal.rate == Rate::Stream;
    return array.data() +
           (isStream ? first * test.batch * signal.getBytes() : 0);
  };
  for (auto [signal, array] : zip(info.inputs, test.inputs)) {
    buffers.inputs.push_back(at(array, signal));
    if (!random || signal.type != DType::Bool || signal.rate != Rate::Stream ||
        random->chance(50))
      continue;
    lists.emplace_back(at(array, signal), count, test.batch,
                       signal.getNumElements(), *random);
    buffers.events.resize(info.inputs.size());
    buffers.events[buffers.inputs.size() - 1] = lists.back().get();
    buffers.inputs.back() = nullptr;
  }
  for (auto [signal, array] : zip(info.outputs, result.outputs))
    buffers.outputs.push_back(at(array, signal));
  for (auto [signal, array] : zip(info.probes, result.probes))
    buffers.probes.push_back(at(array, signal));
  std::string error;
  session.run(buffers, count, error);
  return error;
}

static Result makeResult(const ProgramInfo &info, const Case &test) {
  return {allocate(info.outputs, test.steps, test.batch),
          allocate(info.probes, test.steps, test.batch)};
}

/// All steps in pieces of random sizes, perhaps through a saved state.
static std::string runChunked(Session &session, const Case &test,
                              Result &result, Random &random,
                              std::unique_ptr<Session> other) {
  Session *current = &session;
  int64_t done = 0;
  while (done < test.steps) {
    int64_t count = random.between(1, test.steps - done);
    if (std::string error =
            runSteps(*current, test, result, done, count, &random);
        !error.empty())
      return error;
    done += count;
    if (other && random.chance(50)) {
      Session *next = current == &session ? other.get() : &session;
      if (std::string error = next->load(current->save()); !error.empty())
        return error;
      current = next;
    }
  }
  return "";
}

/// Rows of a signal per sample.
static int64_t getSteps(const SignalInfo &signal, const Case &test) {
  return signal.rate == Rate::Stream ? test.steps : 1;
}

/// Samples [first, first + count) of a case as a case of their own.
static Case takeSamples(const ProgramInfo &info, const Case &test,
                        int64_t first, int64_t count) {
  Case part{{}, test.steps, count};
  for (auto [signal, array] : zip(info.inputs, test.inputs)) {
    size_t bytes = signal.getBytes();
    std::vector<char> samples;
    for (int64_t step = 0; step < getSteps(signal, test); ++step) {
      const char *row = array.data() + (step * test.batch + first) * bytes;
      samples.insert(samples.end(), row, row + count * bytes);
    }
    part.inputs.push_back(std::move(samples));
  }
  return part;
}

static void putSamples(ArrayRef<SignalInfo> signals, const Arrays &from,
                       Arrays &to, const Case &test, int64_t first,
                       int64_t count) {
  for (auto [signal, source, target] : zip(signals, from, to)) {
    size_t bytes = signal.getBytes();
    for (int64_t step = 0; step < getSteps(signal, test); ++step)
      std::memcpy(target.data() + (step * test.batch + first) * bytes,
                  source.data() + step * count * bytes, count * bytes);
  }
}

//===----------------------------------------------------------------------===//
// One network
//===----------------------------------------------------------------------===//

namespace {
/// Tests one seed. `failure` says what is wrong, if something is.
class Trial {
public:
  Trial(uint64_t seed, ArrayRef<const char *> levels)
      : random(seed), levels(levels) {}

  bool run();

  std::string failure;
  /// The network, for a failure's report.
  std::string text;

private:
  bool fail(const Twine &what) {
    failure = what.str();
    return false;
  }
  bool checkRoundTrip(mlir::ModuleOp module);
  std::shared_ptr<Artifact> compile(mlir::ModuleOp module,
                                    const CompileOptions &options);
  bool checkArtifact(Artifact &artifact, const Twine &what);
  std::unique_ptr<Session> createSession(Artifact &artifact, int64_t batch,
                                         int threads);

  Random random;
  /// Of instruction sets, those that run here.
  ArrayRef<const char *> levels;
  std::string diagnostics;
  Case test;
  Result expected;
  /// What the interpreter says instead of a result.
  std::string expectedError;
};
} // namespace

/// Text that parses to the same text.
bool Trial::checkRoundTrip(mlir::ModuleOp module) {
  std::string printed;
  raw_string_ostream stream(printed);
  module->print(stream); // Not <<, which leaves out resources.
  mlir::ParserConfig config(module.getContext());
  auto parsed = mlir::parseSourceString<mlir::ModuleOp>(printed, config);
  if (!parsed)
    return fail("the printed network does not parse: " + diagnostics);
  // Resources get other names when they are read into the same context.
  auto strip = [](mlir::ModuleOp op) {
    std::string text;
    raw_string_ostream out(text);
    op->print(out, mlir::OpPrintingFlags().elideLargeResourceString(0));
    StringRef rest = StringRef(text).split("{-#").first,
              prefix = "dense_resource<";
    std::string stripped;
    for (size_t at; (at = rest.find(prefix)) != StringRef::npos;) {
      stripped += rest.take_front(at + prefix.size());
      rest = rest.drop_front(rest.find('>', at));
    }
    return stripped + rest.str();
  };
  if (strip(module) != strip(*parsed))
    return fail("printing and parsing changes the network");
  return true;
}

/// Bytes of the largest signal of a network's ops.
static int64_t getLargestSignal(mlir::ModuleOp module) {
  int64_t most = 1;
  module.walk([&](mlir::Operation *op) {
    for (mlir::Type type : op->getResultTypes())
      if (snn::isSignalType(type) &&
          !op->hasTrait<mlir::OpTrait::ConstantLike>())
        most = std::max(most, snn::getSignalBytes(type));
  });
  return most;
}

std::shared_ptr<Artifact> Trial::compile(mlir::ModuleOp module,
                                         const CompileOptions &options) {
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  return compileInMemory(*copy, options);
}

std::unique_ptr<Session> Trial::createSession(Artifact &artifact, int64_t batch,
                                              int threads) {
  static std::map<int, std::shared_ptr<ThreadPool>> pools;
  auto &pool = pools[threads];
  if (!pool)
    pool = std::make_shared<ThreadPool>(threads);
  return artifact.createSession(batch, pool, failure);
}

bool Trial::checkArtifact(Artifact &artifact, const Twine &what) {
  const ProgramInfo &info = artifact.getInfo();
  auto check = [&](const std::string &error, const Result &actual,
                   const Twine &how) {
    if (!expectedError.empty())
      return error == expectedError ||
             fail(what + ", " + how + ": expected the error '" + expectedError +
                  "', got '" + error + "'");
    if (!error.empty())
      return fail(what + ", " + how + ": " + error);
    std::string difference = compareResults(info, expected, actual, test.batch);
    return difference.empty() || fail(what + ", " + how + ": " + difference);
  };

  std::unique_ptr<Session> session = createSession(artifact, test.batch, 1);
  if (!session)
    return false;
  Result whole = makeResult(info, test);
  std::string error = runSteps(*session, test, whole, 0, test.steps, &random);
  if (!check(error, whole, "in one run"))
    return false;
  if (!expectedError.empty())
    return true;

  session->reset();
  Result chunked = makeResult(info, test);
  error = runChunked(*session, test, chunked, random,
                     createSession(artifact, test.batch, 1));
  if (!check(error, chunked, "in chunks"))
    return false;

  std::unique_ptr<Session> threaded =
      createSession(artifact, test.batch, random.pick<int>({2, 3}));
  Result parallel = makeResult(info, test);
  error = runChunked(*threaded, test, parallel, random, nullptr);
  if (!check(error, parallel, "with threads"))
    return false;

  Result split = makeResult(info, test);
  error.clear();
  for (int64_t first = 0; first < test.batch && error.empty();) {
    int64_t count = random.between(1, test.batch - first);
    Case part = takeSamples(info, test, first, count);
    Result partResult = makeResult(info, part);
    std::unique_ptr<Session> one = createSession(artifact, count, 1);
    error = runSteps(*one, part, partResult, 0, part.steps, &random);
    putSamples(info.outputs, partResult.outputs, split.outputs, test, first,
               count);
    putSamples(info.probes, partResult.probes, split.probes, test, first,
               count);
    first += count;
  }
  return check(error, split, "with the batch split");
}

bool Trial::run() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &d) { diagnostics += d.str() + "\n"; });
  mlir::OwningOpRef<mlir::ModuleOp> module = generateNetwork(&context, random);
  raw_string_ostream stream(text);
  (*module)->print(stream);
  if (failed(mlir::verify(*module)))
    return fail("the generated network is not valid: " + diagnostics);
  if (!checkRoundTrip(*module))
    return false;

  // Some neurons' signals are recorded.
  CompileOptions options;
  for (const auto &[node, signals] : listRecordable(getNetwork(*module)))
    for (const std::string &signal : signals)
      if (random.chance(20))
        options.phases.pipeline.record.push_back(node + ":" + signal);

  test.batch = random.pick<int64_t>({1, 1, 2, 3, 5, 9});
  test.steps = random.between(1, 24);
  std::unique_ptr<Session> reference =
      interpret(*module, options.phases.pipeline.record, test.batch);
  if (!reference)
    return fail("cannot be interpreted: " + diagnostics);
  const ProgramInfo info = reference->getInfo();
  for (const SignalInfo &signal : info.inputs)
    test.inputs.push_back(
        randomInput(random, signal, signal.getRows(test.steps, test.batch)));
  expected = makeResult(info, test);
  expectedError = runSteps(*reference, test, expected, 0, test.steps);

  options.phases.pipeline.profile = random.chance(30);
  std::shared_ptr<Artifact> artifact = compile(*module, options);
  if (!artifact)
    return fail("cannot be compiled: " + diagnostics);
  if (!checkArtifact(*artifact, options.phases.pipeline.profile
                                    ? "as chosen, profiled"
                                    : "as chosen"))
    return false;
  // Or what it would choose for other activities than it had.
  if (options.phases.pipeline.profile) {
    Profile profile = artifact->getProfile();
    for (LayerProfile &layer : profile.layers)
      layer.activeInputs = layer.inputs / random.pick<uint64_t>({1, 3, 100});
    raw_string_ostream stream(options.phases.pipeline.activity);
    printProfileJSON(profile, stream);
    options.phases.pipeline.profile = false;
    artifact = compile(*module, options);
    if (!artifact)
      return fail("cannot be compiled: " + diagnostics);
    if (!checkArtifact(*artifact, "for other activities"))
      return false;
  }

  // Another choice of rewrites, kernels, tiles, threading and instructions.
  options.phases.pipeline.kernel = random.pick(cpu::getKernelNames()).str();
  options.phases.pipeline.rows = random.pick<int64_t>({1, 2, 7, 64, 300});
  // One row of the largest signal lets what is behind it have more.
  if (random.chance(50))
    options.phases.pipeline.tileBytes = getLargestSignal(*module);
  options.phases.pipeline.share = random.chance(50) ? "always" : "batch";
  for (StringRef pass : getOptionalPasses())
    if (random.chance(50))
      options.phases.pipeline.without.push_back(pass.str());
  options.cpu = random.pick(levels);
  if (random.chance(10))
    options.cpu = "x86-64-v3+x86-64-v4";
  options.phases.pipeline.profile = random.chance(30);
  artifact = compile(*module, options);
  if (!artifact)
    return fail("cannot be compiled: " + diagnostics);
  return checkArtifact(
      *artifact,
      formatv("kernel {0}, {1} rows, {2} bytes, work shared {3}, {4}{5}",
              options.phases.pipeline.kernel, options.phases.pipeline.rows,
              options.phases.pipeline.tileBytes, options.phases.pipeline.share,
              options.cpu, options.phases.pipeline.profile ? ", profiled" : "")
          .str());
}

//===----------------------------------------------------------------------===//
// The tool
//===----------------------------------------------------------------------===//

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  static cl::OptionCategory category("Options of snn-fuzz");
  static cl::opt<uint64_t> firstSeed("seed", cl::cat(category),
                                     cl::desc("the first seed"), cl::init(1));
  static cl::opt<uint64_t> countOption(
      "count", cl::cat(category), cl::init(100),
      cl::desc("how many networks to test (0: without end)"));
  static cl::opt<uint64_t> seconds(
      "seconds", cl::cat(category),
      cl::desc("start no further network after so long (0: no limit)"));
  static cl::opt<bool> print("print", cl::cat(category),
                             cl::desc("only print the network of the seed"));
  tools::initializeTool(
      argc, argv,
      "Compares compiled random networks with the interpreter, bit for bit.\n",
      category);
  // Linking resets LLVM's options.
  uint64_t seed = firstSeed, count = countOption, limit = seconds;
  if (print) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    mlir::MLIRContext context(registry);
    Random random(seed);
    (*generateNetwork(&context, random))->print(outs());
    return 0;
  }
  SmallVector<const char *> levels{"x86-64-v3"};
  for (const char *level : {"x86-64-v4", "x86-64-v4-amx"})
    if (isLevelSupported(level))
      levels.push_back(level);

  uint64_t passed = 0, failed = 0;
  auto start = std::chrono::steady_clock::now();
  auto isOver = [&] {
    return limit != 0 && std::chrono::steady_clock::now() - start >=
                             std::chrono::seconds(limit);
  };
  tools::Progress progress(count, "networks", /*isQuiet=*/count == 0);
  for (uint64_t i = 0; (count == 0 || i < count) && !isOver(); ++i) {
    progress.update(i);
    Trial trial(seed + i, levels);
    if (trial.run()) {
      ++passed;
    } else {
      ++failed;
      progress.clear();
      errs() << "seed " << seed + i << ": " << trial.failure << '\n'
             << "  snn-fuzz --seed=" << seed + i << " --count=1\n";
    }
    if (count == 0 && (i + 1) % 100 == 0) {
      std::chrono::duration<double> elapsed =
          std::chrono::steady_clock::now() - start;
      errs() << i + 1 << " networks, " << failed << " failed, "
             << formatv("{0:f1}", elapsed.count() / (i + 1) * 1000)
             << " ms each\n";
    }
  }
  progress.clear();
  outs() << passed << " networks agree, " << failed << " do not\n";
  return failed > 0;
}
