#pragma once

#include <algorithm>

#include "data/basis.h"

namespace moe {

/// The least that one call takes on the data sheet: work over peak, the larger of the two.
struct IdealTime {
  double compute_s = 0;
  double memory_s = 0;

  double seconds() const { return std::max(compute_s, memory_s); }
  bool computes() const { return compute_s > memory_s; }
};

/// What one call of an operator takes.
struct OperatorTime {
  double seconds = 0;
  IdealTime ideal;
};

}  // namespace moe
