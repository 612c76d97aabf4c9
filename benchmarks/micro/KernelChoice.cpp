// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which kernel is the fastest for how many spikes, and which one the cost model
// takes. Compiled programs of one product or convolution with a population
// behind it, each kernel forced, at several densities; then for each shape the
// density at which kernels cross, measured and by the model, and how often the
// model is right. Times are of the processor, medians of repetitions in random
// turns, per step of a sample.
//
//     build/bin/volley-bench-kernels [--cpu=x86-64-v3]
//     build/bin/volley-bench-kernels --benchmark_filter=dense_784x128
//
// With --benchmark_out=FILE --benchmark_out_format=json, for a fit of the
// model's constants (lib/Target/CPU/Strategies.cpp).

#include "../../lib/Target/CPU/Strategies.h"
#include "Arguments.h"
#include "LIF.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "volley-c/volley.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Runtime/Artifact.h"
#include "volley/Target/CPU/CPU.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdio>
#include <map>
#include <random>

using namespace volley;

namespace {
struct Shape {
  std::string name;
  /// The op's text with its types, from %x and %w.
  std::string op, input, weight, output;
  bool isFloat;
  /// Samples of a step, and steps of a call.
  int64_t batch, steps;
  /// Sums of a step and sample: so many positions with so many outputs of so
  /// many terms each, in so many groups; terms lie together by windows.
  int64_t positions, outputs, terms, groups, windows;
  /// Of a convolution.
  int64_t stride = 1;
  /// Whether weights are integers of 8 bits.
  bool isInteger = false;
};
} // namespace

/// --cpu=NAME: what is compiled for.
static std::string cpuName = "native";

static constexpr double kDensities[] = {0.01, 0.03, 0.1, 0.2,
                                        0.35, 0.5,  0.7, 1.0};

static std::string tensor(std::initializer_list<int64_t> dims,
                          const char *type) {
  std::string text = "tensor<";
  for (int64_t dim : dims)
    text += std::to_string(dim) + "x";
  return text + type + ">";
}

static Shape makeDense(int64_t K, int64_t N, bool isFloat, int64_t batch,
                       int64_t steps) {
  const char *type = isFloat ? "f32" : "i1";
  return {llvm::formatv("dense_{0}x{1}_{2}_rows{3}", K, N, type, batch * steps)
              .str(),
          "snn.dense %x, %w",
          tensor({K}, type),
          tensor({N, K}, "f32"),
          tensor({N}, "f32"),
          isFloat,
          batch,
          steps,
          /*positions=*/1,
          N,
          K,
          /*groups=*/1,
          /*windows=*/1};
}

static Shape makeConv(int64_t C, int64_t side, int64_t O, int64_t kernel,
                      int64_t stride, bool isFloat, bool isDepthwise = false) {
  const char *type = isFloat ? "f32" : "i1";
  int64_t pad = kernel / 2, out = (side + 2 * pad - kernel) / stride + 1;
  return {llvm::formatv("{0}_{1}x{2}x{2}_to_{3}_{4}x{4}s{5}_{6}",
                        isDepthwise ? "depthwise" : "conv", C, side, O, kernel,
                        stride, type)
              .str(),
          llvm::formatv("snn.conv %x, %w stride [{0}, {0}] padding [{1}, {1}, "
                        "{1}, {1}]{2} channels_last",
                        stride, pad,
                        isDepthwise ? " groups " + std::to_string(C) : "")
              .str(),
          tensor({side, side, C}, type),
          tensor({O, isDepthwise ? 1 : C, kernel, kernel}, "f32"),
          tensor({out, out, O}, "f32"),
          isFloat,
          /*batch=*/1,
          /*steps=*/8,
          out * out,
          isDepthwise ? 1 : O,
          kernel * kernel * (isDepthwise ? 1 : C),
          isDepthwise ? C : 1,
          kernel * kernel,
          stride};
}

static Shape withIntegers(Shape shape) {
  shape.name += "_int8";
  shape.isInteger = true;
  return shape;
}

static std::vector<Shape> getShapes() {
  std::vector<Shape> shapes;
  for (bool isFloat : {false, true}) {
    shapes.push_back(makeDense(784, 128, isFloat, 4, 16));
    shapes.push_back(makeDense(256, 512, isFloat, 4, 16));
    shapes.push_back(makeDense(128, 10, isFloat, 4, 16));
    shapes.push_back(makeDense(64, 64, isFloat, 4, 16));
    shapes.push_back(makeDense(38, 7, isFloat, 4, 16));
    shapes.push_back(makeDense(12, 38, isFloat, 4, 16));
    shapes.push_back(makeDense(256, 256, isFloat, 1, 1));
    shapes.push_back(makeDense(38, 38, isFloat, 1, 1));
    shapes.push_back(makeConv(16, 16, 16, 3, 1, isFloat));
    shapes.push_back(makeConv(64, 28, 64, 3, 1, isFloat));
    shapes.push_back(makeConv(2, 34, 16, 5, 2, isFloat));
    shapes.push_back(makeConv(256, 14, 256, 1, 1, isFloat));
    shapes.push_back(makeConv(64, 28, 64, 3, 1, isFloat, true));
  }
  shapes.push_back(makeDense(512, 2048, false, 4, 16));
  shapes.push_back(makeDense(2048, 512, false, 4, 16));
  shapes.push_back(makeConv(128, 14, 128, 3, 1, false));
  for (const Shape &shape :
       {makeDense(784, 128, false, 4, 16), makeDense(512, 2048, false, 4, 16),
        makeDense(2048, 512, false, 4, 16), makeDense(64, 64, false, 4, 16),
        makeDense(256, 256, false, 1, 1), makeConv(16, 16, 16, 3, 1, false),
        makeConv(64, 28, 64, 3, 1, false), makeConv(2, 34, 16, 5, 2, false),
        makeConv(256, 14, 256, 1, 1, false)})
    shapes.push_back(withIntegers(shape));
  return shapes;
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

namespace {
/// A network with its context, whose resources have names of their own.
struct Model {
  std::unique_ptr<mlir::MLIRContext> context;
  std::vector<float> weights;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
} // namespace

static Model parse(const Shape &shape) {
  Model model;
  mlir::DialectRegistry registry;
  registerDialects(registry);
  model.context = std::make_unique<mlir::MLIRContext>(
      registry, mlir::MLIRContext::Threading::DISABLED);
  std::string result = shape.output;
  result.replace(result.find("xf32"), 4, "xi1");
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.1f);
  model.weights.resize(shape.groups * shape.outputs * shape.terms);
  std::generate(model.weights.begin(), model.weights.end(),
                [&] { return normal(random); });
  if (shape.isInteger)
    for (float &weight : model.weights)
      weight = std::clamp(std::round(weight * 256), -127.0f, 127.0f) / 256;
  std::string text = kLIF + llvm::formatv(R"mlir(
snn.network @net(%x: {0}) -> (y: {3}) dt(1.0e-3) {{
  %w = arith.constant dense_resource<w> : {1}
  %i = {4} : ({0}, {1}) -> {2}
  %y = snn.population @lif "lif" (%i) : ({2}) -> {3}
  snn.output %y : {3}
})mlir",
                                          shape.input, shape.weight,
                                          shape.output, result, shape.op)
                                .str();
  NamedArray array{"w",
                   {reinterpret_cast<const char *>(model.weights.data()),
                    model.weights.size() * sizeof(float)}};
  model.module = parseModel(text, array, model.context.get());
  return model;
}

/// The product of a network in the scheduled form.
static mlir::Operation *findProduct(mlir::ModuleOp module) {
  mlir::Operation *product = nullptr;
  module.walk([&](snn::SynapticOpInterface op) {
    if (op.hasWeights())
      product = op;
  });
  return product;
}

/// Names of kernels that can run a shape, and what the model says of them.
static std::vector<std::pair<std::string, const cpu::Strategy *>>
getKernels(mlir::Operation *product) {
  std::vector<std::pair<std::string, const cpu::Strategy *>> kernels;
  static const bool hasTiles =
      cantFail(cpu::parseLevels(cpuName)).front() == cpu::Level::AMX;
  for (const cpu::Strategy *strategy : cpu::getStrategies())
    if (strategy->isCompatible(product) &&
        (hasTiles || strategy->getByteUnit() != cpu::ByteUnit::Tiles))
      kernels.push_back({strategy->getName().str(), strategy});
  return kernels;
}

static std::shared_ptr<runtime::Artifact> compile(const Shape &shape,
                                                  const std::string &kernel) {
  static std::map<std::pair<std::string, std::string>,
                  std::shared_ptr<runtime::Artifact>>
      artifacts;
  auto &artifact = artifacts[{shape.name, kernel}];
  if (!artifact) {
    Model model = parse(shape);
    CompileOptions options;
    options.phases.pipeline.kernel = kernel;
    options.cpu = cpuName;
    artifact = model.module ? compileInMemory(*model.module, options) : nullptr;
  }
  return artifact;
}

static void runKernel(benchmark::State &loop, const Shape &shape,
                      const std::string &kernel, double density) {
  std::shared_ptr<runtime::Artifact> artifact = compile(shape, kernel);
  if (!artifact)
    return loop.SkipWithError("cannot be compiled");
  const volley_program &net = artifact->getProgram();
  volley_state_options options = {sizeof options, shape.batch, nullptr};
  volley_state *state = nullptr;
  if (net.create(&net, &options, &state) != VOLLEY_OK)
    return loop.SkipWithError("cannot be run here");
  int64_t rows = shape.batch * shape.steps;
  size_t size = rows * net.inputs[0].elements;
  // Another input in every call, from so many that branches cannot be learned.
  size_t inputs = std::clamp<size_t>((1 << 20) / size, 4, 1024);
  std::mt19937 random(2);
  std::bernoulli_distribution isActive(density);
  std::vector<uint8_t> spikes(inputs * size);
  std::generate(spikes.begin(), spikes.end(), [&] { return isActive(random); });
  std::vector<float> floats(spikes.begin(), spikes.end());
  std::vector<uint8_t> y(rows * net.outputs[0].elements);
  size_t call = 0;
  for (auto _ : loop) {
    size_t first = call++ % inputs * size;
    const void *in[] = {shape.isFloat
                            ? static_cast<const void *>(&floats[first])
                            : &spikes[first]};
    void *out[] = {y.data()};
    volley_run_args args = {sizeof args, shape.steps, shape.batch, in,
                            out,         nullptr,     nullptr};
    net.run(state, &args);
    benchmark::DoNotOptimize(y.data());
  }
  loop.SetItemsProcessed(loop.iterations() * rows);
  // What a cost may be made of.
  loop.counters["density"] = density;
  loop.counters["rows"] = rows;
  loop.counters["positions"] = shape.positions;
  loop.counters["outputs"] = shape.outputs;
  loop.counters["terms"] = shape.terms;
  loop.counters["groups"] = shape.groups;
  loop.counters["windows"] = shape.windows;
  loop.counters["stride"] = shape.stride;
  loop.counters["inputs"] = net.inputs[0].elements;
  net.destroy(state);
}

//===----------------------------------------------------------------------===//
// Crossing points
//===----------------------------------------------------------------------===//

namespace {
/// Keeps medians beside what is printed.
class Collector : public benchmark::ConsoleReporter {
public:
  using ConsoleReporter::ConsoleReporter;
  void ReportRuns(const std::vector<Run> &runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run &run : runs)
      if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median")
        medians[run.run_name.function_name] = run.GetAdjustedCPUTime();
  }
  std::map<std::string, double> medians;
};
} // namespace

static std::string getName(const Shape &shape, const std::string &kernel,
                           double density) {
  return llvm::formatv("{0}/{1}/{2}", shape.name, kernel,
                       llvm::format("%g", density))
      .str();
}

/// The density up to which `first` is faster than `second`, between those that
/// were measured.
template <typename Function>
static double findCrossing(Function getDifference) {
  double last = 0, lastDifference = getDifference(kDensities[0]);
  if (lastDifference > 0)
    return 0;
  last = kDensities[0];
  for (double density : kDensities) {
    double difference = getDifference(density);
    if (difference > 0)
      return last +
             (density - last) * -lastDifference / (difference - lastDifference);
    last = density;
    lastDifference = difference;
  }
  return 1;
}

/// Lets the model choose kernels.
static bool schedule(Model &model) {
  CompileOptions options;
  options.cpu = cpuName;
  options.phases.last = "scheduled";
  return model.module && succeeded(runPhases(*model.module, options));
}

static void printChoices(const std::vector<Shape> &shapes,
                         const std::map<std::string, double> &medians) {
  std::printf("\n%-36s %9s %9s   %-6s  %s\n", "events up to a density of",
              "measured", "model", "right", "lost at most");
  int total = 0, right = 0;
  for (const Shape &shape : shapes) {
    Model model = parse(shape);
    if (!schedule(model))
      continue;
    mlir::Operation *product = findProduct(*model.module);
    auto kernels = getKernels(product);
    // The best of the others against event, as the model chooses.
    auto getTime = [&](const std::string &kernel, double density) {
      auto it = medians.find(getName(shape, kernel, density));
      return it == medians.end() ? -1 : it->second;
    };
    bool isComplete = llvm::all_of(kernels, [&](const auto &kernel) {
      return llvm::all_of(kDensities, [&](double density) {
        return getTime(kernel.first, density) > 0;
      });
    });
    if (!isComplete)
      continue;
    int shapeRight = 0;
    double lost = 1;
    for (double density : kDensities) {
      auto byTime = [&](const auto &a, const auto &b) {
        return getTime(a.first, density) < getTime(b.first, density);
      };
      auto byCost = [&](const auto &a, const auto &b) {
        return a.second->getCost(product, density) <
               b.second->getCost(product, density);
      };
      const auto &fastest = *llvm::min_element(kernels, byTime);
      const auto &chosen = *llvm::min_element(kernels, byCost);
      double ratio =
          getTime(chosen.first, density) / getTime(fastest.first, density);
      lost = std::max(lost, ratio);
      // What is within the noise counts as right.
      shapeRight += ratio < 1.05;
    }
    // Of those that go by events against the best of the others.
    auto compareEvent = [&](auto get) {
      double event = 1e300, best = 1e300;
      for (const auto &kernel : kernels)
        if (llvm::StringRef(kernel.first).starts_with("event") ||
            kernel.first == "scatter")
          event = std::min(event, get(kernel));
        else
          best = std::min(best, get(kernel));
      return event - best;
    };
    double measured = findCrossing([&](double density) {
      return compareEvent(
          [&](const auto &kernel) { return getTime(kernel.first, density); });
    });
    double modelled = findCrossing([&](double density) {
      return compareEvent([&](const auto &kernel) {
        return kernel.second->getCost(product, density);
      });
    });
    std::printf("%-36s %9.2f %9.2f   %d of %zu  %.2f x\n", shape.name.c_str(),
                measured, modelled, shapeRight, std::size(kDensities), lost);
    total += std::size(kDensities);
    right += shapeRight;
  }
  std::printf("The model takes the fastest, or one within 5 %% of it, in %d of "
              "%d cases.\n",
              right, total);
}

int main(int argc, char **argv) {
  std::vector<char *> arguments;
  for (char *argument : llvm::ArrayRef(argv, argc))
    if (llvm::StringRef text(argument); text.consume_front("--cpu="))
      cpuName = text.str();
    else
      arguments.push_back(argument);
  std::string defaults[] = {"--benchmark_repetitions=5",
                            "--benchmark_enable_random_interleaving=true",
                            "--benchmark_report_aggregates_only=true",
                            "--benchmark_min_time=0.01"};
  if (!initialize(std::move(arguments), defaults))
    return 1;
  std::vector<Shape> shapes = getShapes();
  for (const Shape &shape : shapes) {
    Model model = parse(shape);
    if (!schedule(model))
      return 1;
    for (const auto &kernel : getKernels(findProduct(*model.module)))
      for (double density : kDensities)
        benchmark::RegisterBenchmark(
            getName(shape, kernel.first, density).c_str(),
            [shape, name = kernel.first, density](benchmark::State &loop) {
              runKernel(loop, shape, name, density);
            });
  }
  Collector collector(benchmark::ConsoleReporter::OO_Tabular);
  if (benchmark::RunSpecifiedBenchmarks(&collector) == 0)
    return 1;
  printChoices(shapes, collector.medians);
  return 0;
}
