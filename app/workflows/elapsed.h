#pragma once

#include <chrono>

#include "data/units.h"

namespace moe {

/// Time by the clock since a moment.
inline Seconds elapsedSince(std::chrono::steady_clock::time_point begin) {
  return Seconds(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

}  // namespace moe
