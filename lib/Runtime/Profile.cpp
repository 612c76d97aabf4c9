// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Runtime/Profile.h"

using namespace volley::runtime;

std::string LayerProfile::getTitle() const {
  return detail.empty() ? what : detail + " " + what;
}

double Profile::getLayerSeconds() const {
  double seconds = 0;
  for (const LayerProfile &layer : layers)
    seconds += layer.seconds;
  return seconds;
}
