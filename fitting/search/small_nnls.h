#pragma once

#include <Eigen/Core>
#include <array>

namespace moe {

inline constexpr int kMostTerms = 6;
using SmallMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMostTerms, kMostTerms>;
using SmallVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMostTerms, 1>;

/// Solves A x = b for A positive definite, in place: the lower triangle of the first `size` rows
/// and columns becomes L D L^T, b becomes x. Plain loops: for three unknowns a library's calls cost
/// several times the arithmetic. Not a number where A is singular.
inline void solveSmall(SmallMatrix& a, SmallVector& b, Eigen::Index size) {
  for (Eigen::Index j = 0; j < size; ++j) {
    for (Eigen::Index k = 0; k < j; ++k) a(j, j) -= a(j, k) * a(j, k) * a(k, k);
    for (Eigen::Index i = j + 1; i < size; ++i) {
      for (Eigen::Index k = 0; k < j; ++k) a(i, j) -= a(i, k) * a(j, k) * a(k, k);
      a(i, j) /= a(j, j);
    }
  }
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index k = 0; k < i; ++k) b[i] -= a(i, k) * b[k];
  }
  for (Eigen::Index i = size; i-- > 0;) {
    b[i] /= a(i, i);
    for (Eigen::Index k = i + 1; k < size; ++k) b[i] -= a(k, i) * b[k];
  }
}

/// Non-negative x that minimises x^T G x - 2 b^T x, G positive semidefinite and at most 6 x 6:
/// solve, drop the most negative entry, solve again. Exact for the sets of columns met here (few,
/// positive); in general a good start, which is all that is asked of it.
inline SmallVector smallNonNegative(const SmallMatrix& gram, const SmallVector& right) {
  const Eigen::Index count = right.size();
  SmallVector solution = SmallVector::Zero(count);
  std::array<Eigen::Index, kMostTerms> active{};
  for (Eigen::Index i = 0; i < count; ++i) active[static_cast<std::size_t>(i)] = i;
  SmallMatrix part(count, count);
  SmallVector x(count);
  for (Eigen::Index size = count; size > 0; --size) {
    for (Eigen::Index i = 0; i < size; ++i) {
      const Eigen::Index row = active[static_cast<std::size_t>(i)];
      x[i] = right[row];
      for (Eigen::Index j = 0; j < i; ++j)
        part(i, j) = gram(row, active[static_cast<std::size_t>(j)]);
      part(i, i) = gram(row, row) * (1 + 1e-12);
    }
    solveSmall(part, x, size);
    if (!x.head(size).allFinite()) return solution;  // singular: leave the node at zero
    Eigen::Index worst = 0;
    if (x.head(size).minCoeff(&worst) >= 0) {
      for (Eigen::Index i = 0; i < size; ++i) solution[active[static_cast<std::size_t>(i)]] = x[i];
      return solution;
    }
    for (Eigen::Index i = worst; i + 1 < size; ++i) {
      active[static_cast<std::size_t>(i)] = active[static_cast<std::size_t>(i + 1)];
    }
  }
  return solution;
}

}  // namespace moe
