#include "costmodel/operators/utilisation_grid.h"

#include <algorithm>

#include "data/error.h"

namespace moe {
namespace {

std::vector<double> logarithms(const std::vector<double>& values) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

/// Fills NaN between two numbers of the same stride linearly in `axis`, and those outside from the
/// nearest; false when there is no number at all.
bool fillLine(const std::vector<double>& axis, double* first, std::size_t stride) {
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < axis.size(); ++i)
    if (!std::isnan(first[i * stride])) known.push_back(i);
  if (known.empty()) return false;
  for (std::size_t i = 0; i < known.front(); ++i) first[i * stride] = first[known.front() * stride];
  for (std::size_t i = known.back() + 1; i < axis.size(); ++i)
    first[i * stride] = first[known.back() * stride];
  for (std::size_t k = 0; k + 1 < known.size(); ++k) {
    const double low = first[known[k] * stride];
    const double slope =
        (first[known[k + 1] * stride] - low) / (axis[known[k + 1]] - axis[known[k]]);
    for (std::size_t i = known[k] + 1; i < known[k + 1]; ++i)
      first[i * stride] = low + slope * (axis[i] - axis[known[k]]);
  }
  return true;
}

/// The points that were measured, as (axis, values).
std::pair<std::vector<double>, std::vector<double>> measuredOf(const std::vector<double>& axis,
                                                               const std::vector<double>& values) {
  std::pair<std::vector<double>, std::vector<double>> kept;
  for (std::size_t i = 0; i < axis.size(); ++i)
    if (!std::isnan(values[i])) kept.first.push_back(axis[i]), kept.second.push_back(values[i]);
  return kept;
}

}  // namespace

AxisPlace placeOn(const std::vector<double>& axis, double value) {
  if (axis.size() == 1 || value <= axis.front()) return {0, 0};
  std::size_t low = 0;
  while (low + 2 < axis.size() && value > axis[low + 1]) ++low;
  return {low, std::min((value - axis[low]) / (axis[low + 1] - axis[low]), 1.0)};
}

std::vector<double> monotoneSlopes(const std::vector<double>& x, const double* y) {
  std::vector<double> slopes(x.size(), 0.0);
  if (x.size() < 2) return slopes;
  const auto line = [&](std::size_t i) { return (y[i + 1] - y[i]) / (x[i + 1] - x[i]); };
  slopes.front() = line(0);
  slopes.back() = line(x.size() - 2);
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    const double before = line(i - 1);
    const double after = line(i);
    if (before * after <= 0) continue;
    const double h = x[i] - x[i - 1];
    const double k = x[i + 1] - x[i];
    slopes[i] = 3 * (h + k) / ((2 * k + h) / before + (k + 2 * h) / after);
  }
  return slopes;
}

UtilisationGrid::UtilisationGrid(std::vector<double> x, std::vector<double> y,
                                 std::vector<double> log_utilisation)
    : x_(std::move(x)),
      y_(std::move(y)),
      log_x_(logarithms(x_)),
      log_y_(logarithms(y_)),
      values_(std::move(log_utilisation)) {
  require(!x_.empty() && !y_.empty() && values_.size() == x_.size() * y_.size(),
          "a utilisation grid needs one value a point");
  bool any = false;
  for (std::size_t i = 0; i < x_.size(); ++i)
    any = fillLine(log_y_, values_.data() + i * y_.size(), 1) || any;
  require(any, "a utilisation grid without any measured point");
  for (std::size_t j = 0; j < y_.size(); ++j) fillLine(log_x_, values_.data() + j, y_.size());
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const std::vector<double> row = monotoneSlopes(log_y_, values_.data() + i * y_.size());
    slopes_.insert(slopes_.end(), row.begin(), row.end());
  }
}

UtilisationGrid::UtilisationGrid(std::pair<std::vector<double>, std::vector<double>> points)
    : UtilisationGrid({1.0}, std::move(points.first), std::move(points.second)) {}

UtilisationGrid::UtilisationGrid(const std::vector<double>& axis,
                                 const std::vector<double>& log_utilisation)
    : UtilisationGrid(measuredOf(axis, log_utilisation)) {}

UtilisationGrid UtilisationGrid::constant(double utilisation) {
  return UtilisationGrid({1.0}, {1.0}, {std::log(utilisation)});
}

double UtilisationGrid::alongY(std::size_t ix, const AxisPlace& place) const {
  const double* value = values_.data() + ix * y_.size() + place.low;
  if (place.weight == 0) return value[0];
  const double* slope = slopes_.data() + ix * y_.size() + place.low;
  const double width = log_y_[place.low + 1] - log_y_[place.low];
  const double t = place.weight;
  const double u = 1 - t;
  return u * u * ((1 + 2 * t) * value[0] + t * width * slope[0]) +
         t * t * ((1 + 2 * u) * value[1] - u * width * slope[1]);
}

double UtilisationGrid::log(double y) const { return alongY(0, placeOn(log_y_, std::log(y))); }

double UtilisationGrid::log(double x, double y) const {
  const AxisPlace px = placeOn(log_x_, std::log(x));
  const AxisPlace py = placeOn(log_y_, std::log(y));
  const double low = alongY(px.low, py);
  return px.weight == 0 ? low : low + px.weight * (alongY(px.low + 1, py) - low);
}

}  // namespace moe
