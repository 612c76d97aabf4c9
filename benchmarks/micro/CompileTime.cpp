// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long compiling takes, in whole and by its parts: compile/NETWORK is
// everything from the imported form to a program that is loaded,
// phase/NETWORK/PHASE the passes of a phase, pass/NETWORK/PASS all runs of a
// pass in a compilation. One thread; what comes before a part is not timed.
//
//     build/bin/volley-bench-compile [--model=FILE]...
//     build/bin/volley-bench-compile --benchmark_filter=pass/recurrent
//
// --model: of a file instead of the networks here, whatever snn-compile reads
// without settings.

#include "Arguments.h"
#include "LIF.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Runtime/Artifact.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <benchmark/benchmark.h>
#include <chrono>
#include <deque>
#include <random>

using namespace volley;
using Clock = std::chrono::steady_clock;

static double getSeconds(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

namespace {
struct Model {
  std::string name;
  std::unique_ptr<mlir::MLIRContext> context;
  /// Of the module's resources.
  std::vector<float> weights;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
} // namespace

static std::unique_ptr<mlir::MLIRContext> createContext() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  return std::make_unique<mlir::MLIRContext>(
      registry, mlir::MLIRContext::Threading::DISABLED);
}

/// Layers of neurons behind dense products, which may see their own spikes.
static Model createChain(llvm::StringRef name, llvm::ArrayRef<int64_t> sizes,
                         bool isRecurrent) {
  std::string text = kLIF;
  std::vector<std::pair<std::string, int64_t>> resources;
  auto addProduct = [&](const std::string &result, const std::string &input,
                        int64_t terms, int64_t outputs) {
    std::string weight = "w" + std::to_string(resources.size());
    resources.push_back({weight, terms * outputs});
    text += llvm::formatv("  %{0} = arith.constant dense_resource<{0}> : "
                          "tensor<{1}x{2}xf32>\n"
                          "  %{3} = snn.dense %{4}, %{0} : (tensor<{2}xi1>, "
                          "tensor<{1}x{2}xf32>) -> tensor<{1}xf32>\n",
                          weight, outputs, terms, result, input)
                .str();
  };
  text += llvm::formatv("snn.network @{0}(%s0: tensor<{1}xi1>) -> "
                        "(y: tensor<{2}xi1>) dt(1.0e-3) {{\n",
                        name, sizes.front(), sizes.back())
              .str();
  for (size_t i = 1; i < sizes.size(); ++i) {
    std::string n = std::to_string(i);
    addProduct("x" + n, "s" + std::to_string(i - 1), sizes[i - 1], sizes[i]);
    if (isRecurrent) {
      addProduct("back" + n, "late" + n, sizes[i], sizes[i]);
      text += llvm::formatv(
                  "  %late{0} = snn.delay %s{0} by 1 : tensor<{1}xi1>\n"
                  "  %drive{0} = snn.add %x{0}, %back{0} : tensor<{1}xf32>\n",
                  n, sizes[i])
                  .str();
    }
    text += llvm::formatv("  %s{0} = snn.population @lif \"lif{0}\" (%{1}{0}) "
                          ": (tensor<{2}xf32>) -> tensor<{2}xi1>\n",
                          n, isRecurrent ? "drive" : "x", sizes[i])
                .str();
  }
  text += llvm::formatv("  snn.output %s{0} : tensor<{1}xi1>\n}\n",
                        sizes.size() - 1, sizes.back())
              .str();

  Model model{name.str(), createContext(), {}, {}};
  int64_t total = 0;
  for (auto &[weight, count] : resources)
    total += count;
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.1f);
  model.weights.resize(total);
  for (float &weight : model.weights)
    weight = normal(random);
  std::vector<NamedArray> arrays;
  const auto *place = reinterpret_cast<const char *>(model.weights.data());
  for (auto &[weight, count] : resources) {
    arrays.push_back({weight, {place, count * sizeof(float)}});
    place += count * sizeof(float);
  }
  model.module = parseModel(text, arrays, model.context.get());
  return model;
}

static Model readModel(llvm::StringRef path) {
  Model model{llvm::sys::path::stem(path).str(), createContext(), {}, {}};
  model.module = loadModel(path, {}, model.context.get());
  return model;
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

namespace {
/// Adds up the time of each pass by its name. Adaptors have none.
class PassTimer : public mlir::PassInstrumentation {
public:
  using Times = llvm::MapVector<llvm::StringRef, double>;
  explicit PassTimer(Times &times) : times(times) {}
  void runBeforePass(mlir::Pass *, mlir::Operation *) override {
    starts.push_back(Clock::now());
  }
  void runAfterPass(mlir::Pass *pass, mlir::Operation *) override {
    double seconds = getSeconds(starts.back());
    starts.pop_back();
    if (!pass->getArgument().empty())
      times[pass->getArgument()] += seconds;
  }
  void runAfterPassFailed(mlir::Pass *, mlir::Operation *) override {
    starts.pop_back();
  }

private:
  Times &times;
  /// Passes run within adaptors.
  std::vector<Clock::time_point> starts;
};
} // namespace

/// Runs all phases; the times of phases, or else of passes. Empty if one fails.
static PassTimer::Times timeParts(Model &model, bool byPass) {
  mlir::OwningOpRef<mlir::ModuleOp> module(model.module->clone());
  PassTimer::Times times;
  for (const Phase &phase : getPhases()) {
    mlir::PassManager pm(model.context.get());
    buildPhase(pm, phase, {});
    if (byPass)
      pm.addInstrumentation(std::make_unique<PassTimer>(times));
    auto start = Clock::now();
    if (failed(pm.run(*module)))
      return {};
    if (!byPass)
      times[phase.name] = getSeconds(start);
  }
  return times;
}

static void measurePart(benchmark::State &loop, Model &model,
                        llvm::StringRef part, bool byPass) {
  for (auto _ : loop)
    loop.SetIterationTime(timeParts(model, byPass).lookup(part));
}

static void measureCompile(benchmark::State &loop, Model &model) {
  for (auto _ : loop) {
    mlir::OwningOpRef<mlir::ModuleOp> module(model.module->clone());
    auto start = Clock::now();
    std::shared_ptr<runtime::Artifact> artifact = compileInMemory(*module, {});
    loop.SetIterationTime(getSeconds(start));
    if (!artifact)
      return loop.SkipWithError("cannot be compiled");
  }
}

/// Registers the benchmarks of a network. Short parts come from long runs, so
/// that their number is fixed and not of the time that is measured.
static bool registerModel(Model &model) {
  auto add = [](const std::string &name, auto measure) {
    benchmark::RegisterBenchmark(name.c_str(), measure)
        ->UseManualTime()
        ->Iterations(5)
        ->Unit(benchmark::kMillisecond);
  };
  add("compile/" + model.name,
      [&model](benchmark::State &loop) { measureCompile(loop, model); });
  for (bool byPass : {false, true}) {
    PassTimer::Times times = timeParts(model, byPass);
    if (times.empty())
      return false;
    for (auto &[part, seconds] : times)
      add((byPass ? "pass/" : "phase/") + model.name + "/" + part.str(),
          [&model, part = part, byPass](benchmark::State &loop) {
            measurePart(loop, model, part, byPass);
          });
  }
  return true;
}

int main(int argc, char **argv) {
  // Benchmarks hold on to their networks.
  std::deque<Model> models;
  std::vector<char *> arguments;
  for (char *argument : llvm::ArrayRef(argv, argc))
    if (llvm::StringRef text(argument); text.consume_front("--model="))
      models.push_back(readModel(text));
    else
      arguments.push_back(argument);
  std::string defaults[] = {"--benchmark_repetitions=5",
                            "--benchmark_report_aggregates_only=true"};
  if (!initialize(std::move(arguments), defaults))
    return 1;
  if (models.empty()) {
    models.push_back(createChain("mlp", {784, 128, 10}, false));
    models.push_back(createChain("recurrent", {12, 38, 38, 7}, true));
    models.push_back(createChain("deep", std::vector<int64_t>(49, 64),
                                 /*isRecurrent=*/false));
  }
  for (Model &model : models)
    if (!model.module || !registerModel(model))
      return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
