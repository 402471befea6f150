#include "app/workflows/import/series_track.h"

#include <algorithm>
#include <cmath>

namespace moe {

void SeriesTrack::add(SeriesPoint point) {
  last_ = point;
  if (count_++ % stride_ != 0) return;
  kept_.push_back(point);
  if (kept_.size() < 2 * kMostPoints) return;
  for (std::size_t i = 0; i < kMostPoints; ++i) kept_[i] = kept_[2 * i];
  kept_.resize(kMostPoints);
  stride_ *= 2;
}

std::vector<SeriesPoint> SeriesTrack::points() const {
  std::vector<SeriesPoint> points = kept_;
  if (count_ > 0 && (count_ - 1) % stride_ != 0) points.push_back(last_);
  return points;
}

std::optional<double> SeriesTrack::at(double step) const {
  const std::vector<SeriesPoint> all = points();
  if (all.empty()) return std::nullopt;
  const auto after =
      std::lower_bound(all.begin(), all.end(), step,
                       [](const SeriesPoint& point, double wanted) { return point.step < wanted; });
  if (after != all.end() && after->step == step) return after->value;
  if (after == all.begin() || all.size() == 1) {
    const SeriesPoint& end = all.front();
    return end.step > 0 ? end.value * (step / end.step) : end.value;
  }
  const SeriesPoint& high = after == all.end() ? all.back() : *after;
  const SeriesPoint& low = after == all.end() ? *(all.end() - 2) : *(after - 1);
  const double share = (step - low.step) / (high.step - low.step);
  return low.value + share * (high.value - low.value);
}

std::optional<double> SeriesTrack::median() const {
  std::vector<double> values;
  for (const SeriesPoint& point : points())
    if (std::isfinite(point.value)) values.push_back(point.value);
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace moe
