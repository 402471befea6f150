#pragma once

// Internal to the readers of routing.

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace moe {

inline double gateSum(const double* gates, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += gates[i];
  return sum;
}

/// Gates are shares of one softmax: at most 1 together, and half a fourth decimal of rounding each.
inline double mostGateSum(std::size_t top_k) {
  return 1 + 5e-5 * static_cast<double>(top_k) + 1e-9;
}

inline std::string gateSumProblem(const std::string& token, double sum) {
  return fmt::format(
      "the gates of {} add up to {:.6g}; at most 1 is possible. Scaled gates must be "
      "divided by their factor, or left out",
      token, sum);
}

}  // namespace moe
