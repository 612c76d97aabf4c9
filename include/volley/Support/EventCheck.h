// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a list of events must be like (include/volley-c/volley.h). Without a C++
// library: artefacts have it, too.

#ifndef VOLLEY_SUPPORT_EVENTCHECK_H
#define VOLLEY_SUPPORT_EVENTCHECK_H

#include "volley-c/volley.h"

#include <stddef.h>
#include <stdio.h>

namespace volley {

/// The size of run arguments that have lists of events.
constexpr size_t kEventsEnd =
    offsetof(volley_run_args, events) + sizeof(volley_run_args::events);

/// Whether events can be those of an input in a run: whether it has spikes in
/// every step, and its name, are told. If not, `message` says why. `seen` are
/// zero bits, one for each element of a batch, and are zero again if all is
/// well.
inline bool checkEvents(const volley_events &events, bool isSpikeStream,
                        const char *name, int64_t steps, int64_t batch,
                        int64_t elements, uint64_t *seen, char *message,
                        size_t size) {
  using Integer = long long;
  if (!isSpikeStream) {
    snprintf(message, size,
             "input '%s' cannot be a list of events, which is for spikes in "
             "every step",
             name);
    return false;
  }
  if (events.count > 0 && (!events.step || !events.index)) {
    snprintf(message, size, "input '%s': expects steps and indices of events",
             name);
    return false;
  }
  auto getSample = [&](uint64_t i) {
    return events.sample ? events.sample[i] : 0;
  };
  auto getBit = [&](uint64_t i) {
    return getSample(i) * elements + events.index[i];
  };
  // The first event of the step at hand.
  uint64_t begin = 0;
  for (uint64_t i = 0; i < events.count; ++i) {
    int64_t before = events.step[begin], step = events.step[i];
    if (step < before) {
      snprintf(message, size,
               "input '%s': expects events whose steps ascend, but event %llu "
               "is at step %lld, behind one at step %lld",
               name, static_cast<unsigned long long>(i), Integer(step),
               Integer(before));
      return false;
    }
    int64_t sample = getSample(i), index = events.index[i];
    // Without signs, as numbers may be as large as there are.
    uint64_t first = events.first_step;
    if (step < events.first_step || step - first >= uint64_t(steps) ||
        sample < 0 || sample >= batch || index < 0 || index >= elements) {
      snprintf(message, size,
               "input '%s': event %llu is at step %lld, sample %lld, element "
               "%lld, outside of steps %lld to %lld, %lld samples and %lld "
               "elements",
               name, static_cast<unsigned long long>(i), Integer(step),
               Integer(sample), Integer(index), Integer(first),
               Integer(first + steps - 1), Integer(batch), Integer(elements));
      return false;
    }
    if (step != before)
      for (; begin < i; ++begin)
        seen[getBit(begin) / 64] = 0;
    uint64_t bit = uint64_t(1) << getBit(i) % 64;
    if (seen[getBit(i) / 64] & bit) {
      snprintf(message, size,
               "input '%s' is binary, but element %lld of step %lld, sample "
               "%lld is listed twice",
               name, Integer(index), Integer(step), Integer(sample));
      return false;
    }
    seen[getBit(i) / 64] |= bit;
  }
  for (; begin < events.count; ++begin)
    seen[getBit(begin) / 64] = 0;
  return true;
}

} // namespace volley

#endif // VOLLEY_SUPPORT_EVENTCHECK_H
