#pragma once

#include <Eigen/Core>

namespace moe {

/// The inverse of a positive semidefinite matrix without its null directions: columns are scaled to
/// a diagonal of 1 first, and eigenvalues below 1e-13 of the largest are left out. What lies in the
/// null space has no variance in the result; the others keep what they trade off with it.
Eigen::MatrixXd pseudoInverse(const Eigen::MatrixXd& matrix);

}  // namespace moe
