#include "app/workflows/import/spike_watch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace moe {
namespace {

constexpr std::size_t kCalmWindow = 64;
constexpr std::size_t kBaseline = 16;
constexpr std::size_t kMostSpikesListed = 100;
constexpr double kSpikeSigmas = 8;
constexpr double kSpikeShare = 0.03;
constexpr double kMadToSigma = 1.4826;
constexpr double kMovingShare = 1.0 / 16;

double spikeMedian(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void SpikeWatch::accept(double value) {
  if (calm_.size() < kCalmWindow) {
    calm_.push_back(value);
  } else {
    calm_[next_] = value;
    next_ = (next_ + 1) % kCalmWindow;
  }
  if (calm_.size() == 1) level_ = last_calm_ = value;
  mean_step_ += kMovingShare * (std::abs(value - last_calm_) - mean_step_);
  last_calm_ = value;
  deviation_ += kMovingShare * (std::abs(value - level_) - deviation_);
  level_ += kMovingShare * (value - level_);
}

/// Necessary in practice and cheap; `isHigh` looks closer.
bool SpikeWatch::looksHigh(double value) const {
  if (calm_.size() < kBaseline) return false;
  return value > level_ + deviation_ || value > last_calm_ + 2 * mean_step_;
}

bool SpikeWatch::isHigh(double value) {
  std::vector<double> values(calm_);
  std::rotate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(next_), values.end());
  std::vector<double> last(values.end() - kBaseline, values.end());
  for (std::size_t i = values.size(); i-- > 1;) values[i] -= values[i - 1];
  values.erase(values.begin());
  const double slope = spikeMedian(values);
  for (double& distance : values) distance = std::abs(distance - slope);
  const double sigma = kMadToSigma / std::numbers::sqrt2 * spikeMedian(values);
  current_.baseline = spikeMedian(last) + std::min(0.0, slope) * (kBaseline + 1) / 2;
  return value - current_.baseline >
         std::max(kSpikeSigmas * sigma, kSpikeShare * std::abs(current_.baseline));
}

/// One more high value, the first one included.
void SpikeWatch::grow(SeriesPoint point) {
  if (high_values_++ == 0 || point.value > current_.value) {
    current_.step = point.step;
    current_.value = point.value;
  }
  if (high_values_ < shortest_) return;
  if (high_values_ == shortest_) {
    ++count_;
    if (count_ <= kMostSpikesListed) spikes_.push_back(current_);
  } else if (count_ <= kMostSpikesListed) {
    spikes_.back() = current_;
  }
}

void SpikeWatch::add(SeriesPoint point) {
  if (high_values_ == 0) {
    if (looksHigh(point.value) && isHigh(point.value)) {
      grow(point);
    } else {
      accept(point.value);
    }
    return;
  }
  const double half_way = current_.baseline + (current_.value - current_.baseline) / 2;
  if (point.value <= half_way) {
    high_values_ = 0;
    accept(point.value);
    return;
  }
  grow(point);
  if (high_values_ < kCalmWindow) return;
  high_values_ = 0;
  calm_.clear();
  next_ = 0;
  accept(point.value);
}

}  // namespace moe
