#include "app/workflows/import/spike_watch.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

constexpr std::size_t kWindow = 64;
constexpr std::size_t kFewest = 16;  // a median of fewer says little
constexpr std::size_t kMostListed = 100;
constexpr double kSigmas = 8;
constexpr double kShare = 0.03;
constexpr double kMadToSigma = 1.4826;
constexpr double kMovingShare = 1.0 / 16;

double spikeMedian(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void SpikeWatch::accept(double value) {
  if (calm_.size() < kWindow) {
    calm_.push_back(value);
  } else {
    calm_[next_] = value;
    next_ = (next_ + 1) % kWindow;
  }
  if (calm_.size() == 1) level_ = value;
  deviation_ += kMovingShare * (std::abs(value - level_) - deviation_);
  level_ += kMovingShare * (value - level_);
}

/// Necessary for a spike and cheap; `begin` looks closer.
bool SpikeWatch::looksHigh(double value) const {
  return calm_.size() >= kFewest && value > level_ + 2 * deviation_;
}

void SpikeWatch::begin(SeriesPoint point) {
  std::vector<double> values = calm_;
  const double median = spikeMedian(values);
  for (double& value : values) value = std::abs(value - median);
  const double sigma = kMadToSigma * spikeMedian(values);
  if (point.value - median <= std::max(kSigmas * sigma, kShare * std::abs(median))) {
    accept(point.value);
    return;
  }
  in_spike_ = true;
  high_values_ = 1;
  current_ = {point.step, point.value, median};
  ++count_;
  if (spikes_.size() < kMostListed) spikes_.push_back(current_);
}

void SpikeWatch::add(SeriesPoint point) {
  if (!in_spike_) {
    if (looksHigh(point.value)) {
      begin(point);
    } else {
      accept(point.value);
    }
    return;
  }
  if (point.value > current_.value) {
    current_.step = point.step;
    current_.value = point.value;
    if (count_ <= kMostListed) spikes_.back() = current_;
  }
  const double half_way = current_.baseline + (current_.value - current_.baseline) / 2;
  if (point.value <= half_way) {
    in_spike_ = false;
    accept(point.value);
  } else if (++high_values_ >= kWindow) {
    in_spike_ = false;
    calm_.clear();
    next_ = 0;
    accept(point.value);
  }
}

}  // namespace moe
