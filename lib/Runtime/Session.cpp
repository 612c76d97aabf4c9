// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Runtime/Session.h"

#include "volley/Support/EventCheck.h"

using namespace volley::runtime;

size_t volley::runtime::getSize(DType type) {
  switch (type) {
  case DType::Bool:
    return 1;
  case DType::I32:
  case DType::F32:
    return 4;
  case DType::F64:
    return 8;
  }
  return 0;
}

const char *volley::runtime::getName(DType type) {
  switch (type) {
  case DType::Bool:
    return "bool";
  case DType::I32:
    return "i32";
  case DType::F32:
    return "f32";
  case DType::F64:
    return "f64";
  }
  return "";
}

int64_t SignalInfo::getNumElements() const {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

std::string volley::runtime::describeNonBinary(const SignalInfo &signal,
                                               const void *data, int64_t steps,
                                               int64_t batch) {
  if (signal.type != DType::Bool)
    return "";
  int64_t elements = signal.getNumElements();
  const auto *bytes = static_cast<const uint8_t *>(data);
  for (int64_t i = 0; i < signal.getRows(steps, batch) * elements; ++i) {
    if (bytes[i] <= 1)
      continue;
    std::string text = "input '" + signal.name + "' is binary, but element " +
                       std::to_string(i % elements) + " of ";
    if (signal.rate == Rate::Stream)
      text += "step " + std::to_string(i / elements / batch) + ", ";
    return text + "sample " + std::to_string(i / elements % batch) + " is " +
           std::to_string(bytes[i]);
  }
  return "";
}

InputBuffers::InputBuffers(const ProgramInfo &info, const RunBuffers &buffers,
                           int64_t steps, int64_t batch, std::string &error)
    : inputs(buffers.inputs) {
  error.clear();
  for (size_t i = 0; i < buffers.events.size() && steps > 0; ++i) {
    if (!buffers.events[i])
      continue;
    const volley_events &events = *buffers.events[i];
    const SignalInfo &signal = info.inputs[i];
    int64_t elements = signal.getNumElements();
    std::vector<uint64_t> seen((batch * elements + 63) / 64);
    char message[256];
    if (!checkEvents(events,
                     signal.type == DType::Bool && signal.rate == Rate::Stream,
                     signal.name.c_str(), steps, batch, elements, seen.data(),
                     message, sizeof message)) {
      error = message;
      return;
    }
    std::vector<uint8_t> &array = spikes.emplace_back(steps * batch * elements);
    for (uint64_t event = 0; event < events.count; ++event) {
      int64_t step = events.step[event] - events.first_step;
      int64_t sample = events.sample ? events.sample[event] : 0;
      array[(step * batch + sample) * elements + events.index[event]] = 1;
    }
    inputs[i] = array.data();
  }
}
