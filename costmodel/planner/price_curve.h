#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace moe {

/// A piecewise linear curve over rising x, found in constant time: the inner loop of a plan.
class PriceCurve {
 public:
  PriceCurve() = default;
  /// At least two knots, x strictly rising.
  PriceCurve(std::vector<double> x, std::vector<double> y);

  /// Clamped to the ends.
  double operator()(double x) const;
  /// Index of the knot at or below x, at most the last but one.
  std::size_t cell(double x) const;
  const std::vector<double>& x() const { return x_; }
  const std::vector<double>& y() const { return y_; }

 private:
  std::vector<double> x_, y_;
  std::vector<std::uint32_t> bucket_;  ///< first cell of each of equal steps of x
  double buckets_per_x_ = 0;
};

}  // namespace moe
