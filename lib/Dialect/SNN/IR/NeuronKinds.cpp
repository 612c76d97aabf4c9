// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/NeuronKinds.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"

using namespace volley::snn;
using llvm::ArrayRef;
using llvm::StringRef;

const NeuronKindInfo &volley::snn::getNeuronKindInfo(NeuronKind kind) {
  static const StringRef v[] = {"v"}, vi[] = {"v", "i"};
  static const StringRef integrator[] = {"r"};
  static const StringRef ifParams[] = {"r", "v_threshold", "v_reset"};
  static const StringRef li[] = {"tau", "r", "v_leak"};
  static const StringRef lif[] = {"tau", "r", "v_leak", "v_threshold",
                                  "v_reset"};
  static const StringRef cubaLI[] = {"tau_syn", "tau_mem", "r", "v_leak",
                                     "w_in"};
  static const StringRef cubaLIF[] = {"tau_syn",     "tau_mem", "r",   "v_leak",
                                      "v_threshold", "v_reset", "w_in"};
  static const StringRef threshold[] = {"threshold"};
  static const Scheme leaky[] = {Scheme::ForwardEuler, Scheme::Exponential,
                                 Scheme::ZeroOrderHold, Scheme::Exact};
  static const Scheme current[] = {Scheme::ForwardEuler, Scheme::Exponential,
                                   Scheme::ZeroOrderHold};
  static const Scheme leakless[] = {Scheme::ForwardEuler, Scheme::PerStep,
                                    Scheme::Exact};
  static const Scheme stateless[] = {Scheme::ForwardEuler};

  static const NeuronKindInfo infos[] = {
      /*Integrator*/ {integrator, v, leakless, "output", false, false},
      /*IF*/ {ifParams, v, leakless, "spikes", true, true},
      /*LI*/ {li, v, leaky, "output", false, false},
      /*LIF*/ {lif, v, leaky, "spikes", true, true},
      /*CubaLI*/ {cubaLI, vi, current, "output", false, false},
      /*CubaLIF*/ {cubaLIF, vi, current, "spikes", true, true},
      /*Threshold*/ {threshold, {}, stateless, "spikes", true, false},
  };
  return infos[static_cast<uint32_t>(kind)];
}
