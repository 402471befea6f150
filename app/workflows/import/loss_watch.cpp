#include "app/workflows/import/loss_watch.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

constexpr std::size_t kRecent = 5;
constexpr std::size_t kAround = 8;  // values before and after a restart
constexpr std::size_t kMostRestarts = 100;

}  // namespace

void MovingMean::add(double value) {
  values_.push_back(value);
  if (values_.size() > size_) values_.pop_front();
}

void MovingMean::clear() { values_.clear(); }

/// Summed anew each time: a running sum would keep what rounding or a spike of 1e30 left in it.
double MovingMean::mean() const {
  double sum = 0;
  for (const double value : values_) sum += value;
  return values_.empty() ? 0 : sum / static_cast<double>(values_.size());
}

double MovingMean::standardDeviation() const {
  if (values_.size() < 2) return 0;
  const double middle = mean();
  double squares = 0;
  for (const double value : values_) squares += (value - middle) * (value - middle);
  return std::sqrt(squares / static_cast<double>(values_.size() - 1));
}

LossWatch::LossWatch(LossWindows windows, std::size_t shortest_spike)
    : mean_(windows.mean_of),
      smooth_(windows.smooth),
      recent_(kRecent),
      before_(kAround),
      spikes_(shortest_spike) {}

void LossWatch::followRestart(SeriesPoint point) {
  if (restarted_ && before_.count() >= 2 && restarts_.size() < kMostRestarts) {
    restarts_.push_back({point.step, before_.mean(), 0, before_.standardDeviation()});
    after_count_ = 0;
    before_.clear();
  }
  restarted_ = false;
  before_.add(point.value);
  if (restarts_.empty() || after_count_ >= kAround) return;
  ++after_count_;
  restarts_.back().after = before_.mean();
}

void LossWatch::add(SeriesPoint point) {
  ends_not_finite_ = !std::isfinite(point.value);
  if (ends_not_finite_) {
    if (not_finite_++ == 0) first_not_finite_ = point.step;
    return;
  }
  followRestart(point);
  last_ = point;
  mean_.add(point.value);
  smooth_.add(point.value);
  recent_.add(point.value);
  if (smooth_.full()) {
    const double smoothed = smooth_.mean();
    if (!lowest_smoothed_ || smoothed < lowest_smoothed_->value)
      lowest_smoothed_ = {point.step, smoothed};
  }
  if (recent_.full()) {
    const double recent = recent_.mean();
    if (!lowest_ || recent < lowest_->value) lowest_ = {point.step, recent};
  }
  spikes_.add(point);
}

}  // namespace moe
