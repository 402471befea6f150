#include "data/quantile.h"

#include <algorithm>
#include <cmath>

#include "data/error.h"

namespace moe {

double quantile(std::vector<double> values, double q) {
  require(!values.empty(), "quantile of nothing");
  std::sort(values.begin(), values.end());
  const double position = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  if (values[below] == values[above]) return values[below];  // also of two infinities
  return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace moe
