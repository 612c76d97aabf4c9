// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiled artefacts as sessions: loading, running, saving their state. No LLVM
// here.

#ifndef VOLLEY_RUNTIME_ARTIFACT_H
#define VOLLEY_RUNTIME_ARTIFACT_H

#include "volley/Runtime/Profile.h"
#include "volley/Runtime/Session.h"
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct volley_program;
struct volley_profile;

namespace volley::runtime {

/// A number of threads that sessions share. One thread means the caller's.
class ThreadPool {
public:
  /// More are a mistake.
  static constexpr int kMostThreads = 1024;

  /// 0 threads: as many as the machine has.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  int getNumThreads() const;

private:
  friend class Artifact;
  struct Implementation;
  std::unique_ptr<Implementation> implementation;
};

/// A loaded artefact. It stays loaded as long as a session of it lives.
class Artifact : public std::enable_shared_from_this<Artifact> {
public:
  /// Loads a shared object: its program at the level `cpu`, a name as
  /// `getLevels` has them or what is behind a "-" of it ("v3"), or at the best
  /// that this machine has if it is empty. On failure the result is null and
  /// `error` says why.
  static std::shared_ptr<Artifact> load(const std::string &path,
                                        std::string &error,
                                        const std::string &cpu = "");
  ~Artifact();

  const ProgramInfo &getInfo() const { return info; }
  /// What the artefact's query gives.
  const volley_program &getProgram() const { return *program; }

  /// Whether its program reads lists of events. For one of an earlier compiler
  /// sessions make arrays of them.
  bool readsEvents() const;

  /// What the program's code needs: "x86-64-v3", ...
  std::string getCPU() const;
  /// That at each level that the artefact has, the best first.
  std::vector<std::string> getLevels() const;

  /// A session for `batch` samples, which runs on `pool` if that is not null.
  /// On failure the result is null and `error` says why.
  std::unique_ptr<Session> createSession(int64_t batch,
                                         std::shared_ptr<ThreadPool> pool,
                                         std::string &error);

  /// Whether it was compiled for profiling.
  bool isProfiled() const;
  /// What all runs of its sessions have done; empty if it is not profiled.
  Profile getProfile() const;

private:
  friend class ArtifactSession;
  Artifact() = default;
  /// The programs of all levels, the best first.
  std::vector<const volley_program *> getPrograms() const;
  /// Takes the program at another level; says why it cannot.
  std::string selectLevel(const std::string &cpu);
  /// Adds what a session has done between two states of its counts.
  void addProfile(const volley_profile &now, const volley_profile &before,
                  int threads);

  int file = -1;
  void *handle = nullptr;
  const volley_program *program = nullptr;
  ProgramInfo info;

  /// The sums of all sessions.
  struct Counts;
  std::unique_ptr<Counts> counts;
  mutable std::mutex mutex;
};

} // namespace volley::runtime

#endif // VOLLEY_RUNTIME_ARTIFACT_H
