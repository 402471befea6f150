#include "costmodel/planner/price_curve.h"

#include <algorithm>

#include "data/error.h"

namespace moe {

PriceCurve::PriceCurve(std::vector<double> x, std::vector<double> y)
    : x_(std::move(x)), y_(std::move(y)) {
  require(x_.size() >= 2 && x_.size() == y_.size(), "a curve needs two knots");
  bucket_.resize(2 * x_.size());
  buckets_per_x_ = static_cast<double>(bucket_.size()) / (x_.back() - x_.front());
  std::size_t cell = 0;
  for (std::size_t i = 0; i < bucket_.size(); ++i) {
    const double start = x_.front() + static_cast<double>(i) / buckets_per_x_;
    while (cell + 2 < x_.size() && x_[cell + 1] <= start) ++cell;
    bucket_[i] = static_cast<std::uint32_t>(cell);
  }
}

std::size_t PriceCurve::cell(double x) const {
  const double place = (x - x_.front()) * buckets_per_x_;
  if (!(place > 0)) return 0;
  const auto last = bucket_.size() - 1;
  const auto bucket = place >= static_cast<double>(last) ? last : static_cast<std::size_t>(place);
  std::size_t cell = bucket_[bucket];
  // Rounding may put x a bucket too far.
  while (cell > 0 && x_[cell] > x) --cell;
  while (cell + 2 < x_.size() && x_[cell + 1] <= x) ++cell;
  return cell;
}

double PriceCurve::operator()(double x) const {
  const double inside = std::clamp(x, x_.front(), x_.back());
  const std::size_t i = cell(inside);
  const double share = (inside - x_[i]) / (x_[i + 1] - x_[i]);
  return (1 - share) * y_[i] + share * y_[i + 1];  // exact at both knots
}

}  // namespace moe
