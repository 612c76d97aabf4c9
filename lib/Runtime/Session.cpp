// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Runtime/Session.h"

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
