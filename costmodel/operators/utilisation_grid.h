#pragma once

#include <cmath>
#include <utility>
#include <vector>

namespace moe {

/// Where a value stands on a rising axis: between `low` and low + 1, `weight` of the way; at the
/// ends the weight is 0 or 1.
struct AxisPlace {
  std::size_t low = 0;
  double weight = 0;
};
AxisPlace placeOn(const std::vector<double>& axis, double value);

/// How unlike two sizes are: powers of two between them.
inline double octavesBetween(double a, double b) { return std::abs(std::log2(a / b)); }

/// Slopes of a monotone cubic interpolant through (x, y), one at each point [FritschButland1984]: 0
/// at a turn, at the ends that of the line to the neighbour.
std::vector<double> monotoneSlopes(const std::vector<double>& x, const double* y);

/// Natural logarithm of the utilisation u = ideal time / measured time on a grid of one or two
/// axes, interpolated in the logarithms of the axes: along x by lines, along y (the only axis of a
/// curve) by monotone cubics. Beyond the last point of an axis the
/// utilisation of the edge holds, so that time grows as the ideal time does; before the first one
/// `clamped` holds the axis, so that tiny shapes keep the time of the smallest.
class UtilisationGrid {
 public:
  /// NaN: not measured. Holes are filled along y, rows without any point along x: linearly between
  /// measured points, from the nearest outside. A grid without any point is our own bug.
  UtilisationGrid(std::vector<double> x, std::vector<double> y,
                  std::vector<double> log_utilisation);
  /// One axis; points that were not measured are left out.
  UtilisationGrid(const std::vector<double>& axis, const std::vector<double>& log_utilisation);
  /// The same everywhere.
  static UtilisationGrid constant(double utilisation);

  double log(double x, double y) const;
  double log(double y) const;
  double utilisation(double y) const { return std::exp(log(y)); }
  double utilisation(double x, double y) const { return std::exp(log(x, y)); }

  /// The axis value, not below the first one measured.
  double clampedX(double x) const { return x < x_.front() ? x_.front() : x; }
  double clampedY(double y) const { return y < y_.front() ? y_.front() : y; }

  const std::vector<double>& x() const { return x_; }
  const std::vector<double>& y() const { return y_; }
  double node(std::size_t ix, std::size_t iy) const { return values_[ix * y_.size() + iy]; }

 private:
  explicit UtilisationGrid(std::pair<std::vector<double>, std::vector<double>> points);
  double alongY(std::size_t ix, const AxisPlace& place) const;

  std::vector<double> x_, y_;          // as given
  std::vector<double> log_x_, log_y_;  // their logarithms
  std::vector<double> values_;         // [x][y]
  std::vector<double> slopes_;         // [x][y]: d value / d log y at each point
};

}  // namespace moe
