#pragma once

#include <Eigen/Core>
#include <vector>

namespace moe {

/// The 4500 classic starts for `chinchilla` [Hoffmann2022, appendix D.2]: alpha, beta in
/// {0, 0.5, .., 2}, ln floor in {-1, -0.5, .., 1}, ln A, ln B in {0, 5, .., 25}; in the order of
/// the family's parameters (ln floor, ln A, ln B, alpha, beta).
std::vector<Eigen::VectorXd> hoffmannGrid();

}  // namespace moe
