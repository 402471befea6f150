#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "fitting/objective.h"

namespace moe {

/// Starts for a second, different search that knows nothing of the grid: exponents and other
/// searched parameters evenly over the range of their search list widened by a third, and each term
/// an amplitude with which it carries a share of the middle run's loss between 1e-3 and 1, evenly
/// in its logarithm. Counter-based: equal seeds, equal starts.
std::vector<Eigen::VectorXd> randomStarts(FitProblem& problem, const Bounds& bounds,
                                          std::size_t count, std::uint64_t seed);

}  // namespace moe
