#include "fitting/trust/pseudo_inverse.h"

#include <Eigen/Eigenvalues>

namespace moe {

Eigen::MatrixXd pseudoInverse(const Eigen::MatrixXd& matrix) {
  constexpr double kNull = 1e-13;
  const Eigen::VectorXd scale = matrix.diagonal().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(scale.asDiagonal() * matrix *
                                                             scale.asDiagonal());
  Eigen::VectorXd inverse = eigen.eigenvalues();
  const double least = kNull * inverse.maxCoeff();
  for (double& value : inverse) value = value > least ? 1 / value : 0;
  return scale.asDiagonal() * eigen.eigenvectors() * inverse.asDiagonal() *
         eigen.eigenvectors().transpose() * scale.asDiagonal();
}

}  // namespace moe
