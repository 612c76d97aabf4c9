// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Runtime/Artifact.h"

#include "volley-c/volley.h"
#include "volley/Support/EventCheck.h"
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
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

namespace volley::runtime {
/// The counts of a state, or of many.
struct Artifact::Counts {
  volley_profile profile{};
  std::vector<volley_layer_counts> layers;
  int threads = 1;

  explicit Counts(uint32_t numLayers) : layers(numLayers) {
    profile.size = sizeof profile;
    profile.layers = layers.data();
  }
};

class ArtifactSession : public Session {
public:
  ArtifactSession(std::shared_ptr<Artifact> artifact,
                  std::shared_ptr<ThreadPool> pool, volley_state *state,
                  int64_t batch)
      : artifact(std::move(artifact)), pool(std::move(pool)), state(state),
        batch(batch) {
    if (this->artifact->isProfiled())
      counts = std::make_unique<Artifact::Counts>(getProgram().num_layers);
  }
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
                         buffers.probes.data(),
                         nullptr};
    std::optional<InputBuffers> expanded;
    if (!buffers.events.empty()) {
      if (artifact->readsEvents()) {
        args.events = buffers.events.data();
      } else {
        expanded.emplace(getInfo(), buffers, steps, batch, error);
        if (!error.empty())
          return RunStatus::InvalidInput;
        args.inputs = expanded->get().data();
      }
    }
    volley_status status = getProgram().run(state, &args);
    if (counts)
      updateProfile();
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

  void updateProfile() {
    Artifact::Counts now(getProgram().num_layers);
    getProgram().profile(state, &now.profile);
    artifact->addProfile(now.profile, counts->profile,
                         pool ? pool->getNumThreads() : 1);
    counts->profile = now.profile;
    counts->layers = std::move(now.layers);
    counts->profile.layers = counts->layers.data();
  }

  std::shared_ptr<Artifact> artifact;
  std::shared_ptr<ThreadPool> pool;
  volley_state *state;
  int64_t batch;
  /// Those that the artefact has already; null if it is not profiled.
  std::unique_ptr<Artifact::Counts> counts;
};
} // namespace volley::runtime

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
  // A number, as in /proc and not as of getpid: debuggers open the name, too.
  std::error_code code;
  auto process = std::filesystem::read_symlink("/proc/self", code);
  std::string name =
      "/proc/" + (code ? std::string("self") : process.string()) + "/fd";
  for (uint64_t id = count++; id != 0; id >>= 1)
    name += id & 1 ? "/." : "//.";
  return name + "/" + std::to_string(file);
}

/// Whether a file is a shared object for another architecture, of which the
/// loader says that there is none.
static bool isForeign(int file) {
#ifdef __aarch64__
  constexpr Elf64_Half machine = EM_AARCH64;
#else
  constexpr Elf64_Half machine = EM_X86_64;
#endif
  Elf64_Ehdr header;
  return pread(file, &header, sizeof header, 0) == sizeof header &&
         std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         header.e_machine != machine;
}

/// Whether a shared object is cut off: the loader maps what is not there, and
/// the first access to it ends the process.
static bool isCutOff(int file) {
  Elf64_Ehdr header;
  struct stat status;
  if (pread(file, &header, sizeof header, 0) != sizeof header ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      fstat(file, &status) != 0)
    return false; // The loader says what it is.
  uint64_t size = status.st_size;
  auto isBeyond = [&](uint64_t offset, uint64_t bytes) {
    return offset > size || bytes > size - offset;
  };
  if (isBeyond(header.e_shoff, uint64_t(header.e_shnum) * header.e_shentsize))
    return true;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    off_t place = header.e_phoff + uint64_t(i) * header.e_phentsize;
    if (pread(file, &segment, sizeof segment, place) != sizeof segment ||
        isBeyond(segment.p_offset, segment.p_filesz))
      return true;
  }
  return false;
}

std::shared_ptr<Artifact> Artifact::load(const std::string &path,
                                         std::string &error,
                                         const std::string &cpu) {
  // By its descriptor, as the loader takes a path that it has loaded already
  // for the same object, also if the file has been replaced since.
  std::shared_ptr<Artifact> artifact(new Artifact());
  artifact->file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (artifact->file < 0) {
    error = path + ": cannot be opened: " + std::strerror(errno);
    return nullptr;
  }
  if (isForeign(artifact->file)) {
    error = path + ": is for machines of another architecture";
    return nullptr;
  }
  if (isCutOff(artifact->file)) {
    error = path + ": is cut off: a part of the file is missing";
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
  if (!cpu.empty())
    if (error = artifact->selectLevel(cpu); !error.empty()) {
      error = path + ": " + error;
      return nullptr;
    }
  const volley_program &program = *artifact->program;
  artifact->info = {program.name, program.time_step,
                    getSignals(program.inputs, program.num_inputs),
                    getSignals(program.outputs, program.num_outputs),
                    getSignals(program.probes, program.num_probes)};
  return artifact;
}

std::vector<const volley_program *> Artifact::getPrograms() const {
  // An artefact of an earlier compiler has less of the struct.
  if (program->size < offsetof(volley_program, run_args_size))
    return {program};
  std::vector<const volley_program *> programs;
  for (auto *level = program->levels; *level; ++level)
    programs.push_back(*level);
  return programs;
}

bool Artifact::readsEvents() const {
  return program->size >= sizeof(volley_program) &&
         program->run_args_size >= kEventsEnd;
}

std::string Artifact::getCPU() const { return program->cpu; }

std::vector<std::string> Artifact::getLevels() const {
  std::vector<std::string> names;
  for (const volley_program *level : getPrograms())
    names.push_back(level->cpu);
  return names;
}

std::string Artifact::selectLevel(const std::string &cpu) {
  constexpr const char *shortNames[][2] = {{"v3", "x86-64-v3"},
                                           {"v4", "x86-64-v4"},
                                           {"amx", "x86-64-v4-amx"},
                                           {"aarch64", "armv8-a"}};
  std::string names, wanted = cpu;
  for (auto [abbreviation, name] : shortNames)
    if (cpu == abbreviation)
      wanted = name;
  for (const volley_program *level : getPrograms()) {
    std::string name = level->cpu;
    if (name == wanted) {
      program = level;
      return "";
    }
    names += (names.empty() ? "" : " and ") + name;
  }
  return "has no code for '" + cpu + "'; it has code for " + names;
}

//===----------------------------------------------------------------------===//
// Profiles
//===----------------------------------------------------------------------===//

bool Artifact::isProfiled() const {
  // An artefact of an earlier compiler has less of the struct.
  return program->size >= offsetof(volley_program, levels) && program->profile;
}

/// The counts are unsigned and only ever added up: differences may wrap.
static void addDifference(volley_layer_counts &total,
                          const volley_layer_counts &now,
                          const volley_layer_counts &before) {
  for (uint64_t volley_layer_counts::*member :
       {&volley_layer_counts::nanoseconds, &volley_layer_counts::calls,
        &volley_layer_counts::samples, &volley_layer_counts::rows,
        &volley_layer_counts::inputs, &volley_layer_counts::active_inputs,
        &volley_layer_counts::outputs, &volley_layer_counts::active_outputs})
    total.*member += now.*member - before.*member;
}

void Artifact::addProfile(const volley_profile &now,
                          const volley_profile &before, int threads) {
  std::lock_guard<std::mutex> lock(mutex);
  if (!counts)
    counts = std::make_unique<Counts>(program->num_layers);
  for (uint64_t volley_profile::*member :
       {&volley_profile::runs, &volley_profile::rows,
        &volley_profile::wall_nanoseconds, &volley_profile::thread_nanoseconds,
        &volley_profile::counting_nanoseconds})
    counts->profile.*member += now.*member - before.*member;
  for (uint32_t i = 0; i < program->num_layers; ++i)
    addDifference(counts->layers[i], now.layers[i], before.layers[i]);
  counts->threads = std::max(counts->threads, threads);
}

Profile Artifact::getProfile() const {
  Profile result;
  if (!isProfiled())
    return result;
  result.network = program->name;
  result.compiler = program->compiler;
  result.cpu = program->cpu;
  Counts none(program->num_layers);
  std::lock_guard<std::mutex> lock(mutex);
  const Counts &total = counts ? *counts : none;
  result.runs = total.profile.runs;
  result.rows = total.profile.rows;
  result.seconds = total.profile.wall_nanoseconds * 1e-9;
  result.threadSeconds = total.profile.thread_nanoseconds * 1e-9;
  result.countingSeconds = total.profile.counting_nanoseconds * 1e-9;
  result.threads = total.threads;
  for (uint32_t i = 0; i < program->num_layers; ++i) {
    const volley_layer &info = program->layers[i];
    const volley_layer_counts &count = total.layers[i];
    LayerProfile layer;
    layer.node = info.node;
    layer.what = info.what;
    layer.detail = info.detail;
    layer.ordinal = info.ordinal;
    layer.isSynaptic = info.is_synaptic;
    layer.seconds = count.nanoseconds * 1e-9;
    layer.calls = count.calls;
    layer.samples = count.samples;
    layer.rows = count.rows;
    layer.inputs = count.inputs;
    layer.activeInputs = count.active_inputs;
    layer.outputs = count.outputs;
    layer.activeOutputs = count.active_outputs;
    layer.operations = info.operations * count.rows;
    layer.bytes = info.row_bytes * count.rows +
                  info.sample_bytes * count.samples +
                  info.call_bytes * count.calls;
    result.layers.push_back(std::move(layer));
  }
  return result;
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
