// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one call of a compiled network costs before it computes anything to
// speak of: one neuron, one sample, one step, through the C interface.

#include "LIF.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "volley-c/volley.h"
#include "volley/Compiler/Compiler.h"
#include "volley/Runtime/Artifact.h"
#include <benchmark/benchmark.h>
#include <random>

using namespace volley;

static constexpr const char kNetwork[] = R"mlir(
snn.network @one(%x: tensor<1xf32>) -> (y: tensor<1xi1>) dt(1.0e-3) {
  %y = snn.population @lif "lif" (%x) : (tensor<1xf32>) -> tensor<1xi1>
  snn.output %y : tensor<1xi1>
})mlir";

static void callOverhead(benchmark::State &loop) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      std::string(kLIF) + kNetwork, &context);
  std::shared_ptr<runtime::Artifact> artifact = compileInMemory(*module, {});
  const volley_program &net = artifact->getProgram();
  volley_state_options options = {sizeof options, 1, nullptr};
  volley_state *state = nullptr;
  net.create(&net, &options, &state);

  // Another input in every call.
  std::mt19937 random(loop.thread_index());
  std::vector<float> values(1024);
  for (float &value : values)
    value = std::uniform_real_distribution<float>(0, 1)(random);
  size_t call = 0;
  int64_t spikes = 0;
  for (auto _ : loop) {
    uint8_t y;
    const void *inputs[] = {&values[call++ % values.size()]};
    void *outputs[] = {&y};
    volley_run_args args = {sizeof args, 1,       1,      inputs,
                            outputs,     nullptr, nullptr};
    net.run(state, &args);
    spikes += y;
  }
  loop.counters["rate"] = double(spikes) / double(loop.iterations());
  net.destroy(state);
}
BENCHMARK(callOverhead);

BENCHMARK_MAIN();
