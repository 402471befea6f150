#pragma once

#include <vector>

namespace moe {

/// The q-quantile, q from 0 to 1, of unsorted values by linear interpolation between order
/// statistics. At least one value.
double quantile(std::vector<double> values, double q);

}  // namespace moe
