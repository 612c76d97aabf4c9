// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Runtime/Artifact.h"

#include "volley-c/volley.h"
#include <atomic>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <unistd.h>

using namespace volley::runtime;

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

struct ThreadPool::Implementation {
  tbb::task_arena arena;
  volley_executor executor;

  explicit Implementation(int threads)
      : arena(threads == 0 ? tbb::task_arena::automatic : threads) {
    // oneTBB allows no more threads than there are cores unless it is told to;
    // the least limit counts, so there is one.
    static tbb::global_control limit(
        tbb::global_control::max_allowed_parallelism, kMostThreads);
    arena.initialize();
    executor.context = this;
    executor.workers = static_cast<uint32_t>(arena.max_concurrency());
    executor.parallel_for = [](void *context, uint32_t count, volley_task task,
                               void *argument) {
      auto *self = static_cast<Implementation *>(context);
      self->arena.execute([&] {
        tbb::parallel_for(
            tbb::blocked_range<uint32_t>(0, count, 1),
            [&](const tbb::blocked_range<uint32_t> &range) {
              for (uint32_t i = range.begin(); i < range.end(); ++i)
                task(argument, i,
                     static_cast<uint32_t>(
                         tbb::this_task_arena::current_thread_index()));
            },
            tbb::simple_partitioner());
      });
    };
  }
};

ThreadPool::ThreadPool(int threads)
    : implementation(std::make_unique<Implementation>(threads)) {}
ThreadPool::~ThreadPool() = default;
int ThreadPool::getNumThreads() const {
  return static_cast<int>(implementation->executor.workers);
}

//===----------------------------------------------------------------------===//
// Sessions
//===----------------------------------------------------------------------===//

namespace {
class ArtifactSession : public Session {
public:
  ArtifactSession(std::shared_ptr<Artifact> artifact,
                  std::shared_ptr<ThreadPool> pool, volley_state *state,
                  int64_t batch)
      : artifact(std::move(artifact)), pool(std::move(pool)), state(state),
        batch(batch) {}
  ~ArtifactSession() override { getProgram().destroy(state); }

  const ProgramInfo &getInfo() const override { return artifact->getInfo(); }
  int64_t getBatch() const override { return batch; }
  void reset() override { getProgram().reset(state); }

  RunStatus run(const RunBuffers &buffers, int64_t steps,
                std::string &error) override {
    volley_run_args args{sizeof args,
                         steps,
                         batch,
                         buffers.inputs.data(),
                         buffers.outputs.data(),
                         buffers.probes.data()};
    volley_status status = getProgram().run(state, &args);
    if (status == VOLLEY_OK)
      return RunStatus::Ok;
    error = getProgram().error(state, status);
    return status == VOLLEY_LAW_VIOLATED ? RunStatus::LawViolated
                                         : RunStatus::InvalidInput;
  }

  std::vector<char> save() const override {
    std::vector<char> bytes(getProgram().saved_size(state));
    getProgram().save(state, bytes.data(), bytes.size());
    return bytes;
  }

  std::string load(const std::vector<char> &bytes) override {
    volley_status status = getProgram().load(state, bytes.data(), bytes.size());
    return status == VOLLEY_OK ? "" : getProgram().error(state, status);
  }

private:
  const volley_program &getProgram() const { return artifact->getProgram(); }

  std::shared_ptr<Artifact> artifact;
  std::shared_ptr<ThreadPool> pool;
  volley_state *state;
  int64_t batch;
};
} // namespace

//===----------------------------------------------------------------------===//
// Artefacts
//===----------------------------------------------------------------------===//

static DType getDType(volley_type type) {
  switch (type) {
  case VOLLEY_BOOL:
    return DType::Bool;
  case VOLLEY_I32:
    return DType::I32;
  case VOLLEY_F32:
    return DType::F32;
  case VOLLEY_F64:
    return DType::F64;
  }
  return DType::F32;
}

static Rate getRate(volley_rate rate) {
  switch (rate) {
  case VOLLEY_STREAM:
    return Rate::Stream;
  case VOLLEY_STATIC:
    return Rate::Static;
  case VOLLEY_WINDOW:
    return Rate::Window;
  }
  return Rate::Stream;
}

static std::vector<SignalInfo> getSignals(const volley_signal *signals,
                                          uint32_t count) {
  std::vector<SignalInfo> result;
  for (uint32_t i = 0; i < count; ++i)
    result.push_back({signals[i].name, signals[i].what,
                      getDType(signals[i].type),
                      std::vector<int64_t>(signals[i].shape,
                                           signals[i].shape + signals[i].rank),
                      getRate(signals[i].rate)});
  return result;
}

/// A spelling of a descriptor's path that this process has not used before. The
/// loader keeps every name under which it has found an object, and takes the
/// name, and not the file, for it: also when a descriptor's number comes again.
static std::string makeUniqueName(int file) {
  static std::atomic<uint64_t> count{0};
  std::string name = "/proc/self/fd";
  for (uint64_t id = count++; id != 0; id >>= 1)
    name += id & 1 ? "/." : "//.";
  return name + "/" + std::to_string(file);
}

std::shared_ptr<Artifact> Artifact::load(const std::string &path,
                                         std::string &error) {
  // By its descriptor, as the loader takes a path that it has loaded already
  // for the same object, also if the file has been replaced since.
  std::shared_ptr<Artifact> artifact(new Artifact());
  artifact->file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (artifact->file < 0) {
    error = path + ": cannot be opened: " + std::strerror(errno);
    return nullptr;
  }
  std::string name = makeUniqueName(artifact->file);
  artifact->handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!artifact->handle) {
    error = dlerror();
    if (error.compare(0, name.size(), name) == 0)
      error.replace(0, name.size(), path);
    return nullptr;
  }
  auto query = reinterpret_cast<volley_query_fn>(
      dlsym(artifact->handle, "volley_query"));
  if (!query) {
    error = path + ": is no artefact of volley";
    return nullptr;
  }
  artifact->program = query(VOLLEY_ABI_VERSION);
  if (!artifact->program) {
    error = path + ": is an artefact of another version";
    return nullptr;
  }
  const volley_program &program = *artifact->program;
  artifact->info = {program.name, program.time_step,
                    getSignals(program.inputs, program.num_inputs),
                    getSignals(program.outputs, program.num_outputs),
                    getSignals(program.probes, program.num_probes)};
  return artifact;
}

Artifact::~Artifact() {
  if (handle)
    dlclose(handle);
  if (file >= 0)
    close(file);
}

std::unique_ptr<Session>
Artifact::createSession(int64_t batch, std::shared_ptr<ThreadPool> pool,
                        std::string &error) {
  const volley_executor *executor = pool && pool->getNumThreads() > 1
                                        ? &pool->implementation->executor
                                        : nullptr;
  volley_state_options options{sizeof options, batch, executor};
  volley_state *state;
  volley_status status = program->create(program, &options, &state);
  if (status != VOLLEY_OK) {
    error = program->error(nullptr, status);
    return nullptr;
  }
  return std::make_unique<ArtifactSession>(shared_from_this(), std::move(pool),
                                           state, batch);
}
