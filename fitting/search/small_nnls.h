#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <array>

namespace moe {

inline constexpr int kMostTerms = 6;
using SmallMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMostTerms, kMostTerms>;
using SmallVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMostTerms, 1>;

/// Non-negative x that minimises x^T G x - 2 b^T x, G positive semidefinite and at most 6 x 6:
/// solve, drop the most negative entry, solve again. Exact for the sets of columns met here (few,
/// positive); in general a good start, which is all that is asked of it.
inline SmallVector smallNonNegative(const SmallMatrix& gram, const SmallVector& right) {
  const Eigen::Index count = right.size();
  SmallVector solution = SmallVector::Zero(count);
  std::array<Eigen::Index, kMostTerms> active{};
  Eigen::Index size = count;
  for (Eigen::Index i = 0; i < count; ++i) active[static_cast<std::size_t>(i)] = i;
  while (size > 0) {
    SmallMatrix part(size, size);
    SmallVector target(size);
    for (Eigen::Index i = 0; i < size; ++i) {
      const Eigen::Index row = active[static_cast<std::size_t>(i)];
      target[i] = right[row];
      for (Eigen::Index j = 0; j < size; ++j) {
        part(i, j) = gram(row, active[static_cast<std::size_t>(j)]);
      }
      part(i, i) *= 1 + 1e-12;
    }
    const SmallVector x = part.llt().solve(target);
    Eigen::Index worst = 0;
    const double least = x.minCoeff(&worst);
    if (least >= 0) {
      for (Eigen::Index i = 0; i < size; ++i) solution[active[static_cast<std::size_t>(i)]] = x[i];
      return solution;
    }
    if (!(least < 0)) return solution;  // not a number: leave the node at zero
    for (Eigen::Index i = worst; i + 1 < size; ++i) {
      active[static_cast<std::size_t>(i)] = active[static_cast<std::size_t>(i + 1)];
    }
    --size;
  }
  return solution;
}

}  // namespace moe
