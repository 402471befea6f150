#include "app/workflows/import/series_log.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moe {
namespace {

constexpr std::size_t kMostSegments = 4096;
constexpr std::size_t kManySegments = 16;      // more restarts than a run has
constexpr std::size_t kShortestOfBatches = 2;  // a spike of a training loss
constexpr std::size_t kFewestRepeats = 3;      // of one step, before ranks are thought of

}  // namespace

SeriesLog::SeriesLog(std::string name, std::optional<LossWindows> losses,
                     std::vector<double> cutoffs)
    : name_(std::move(name)), cutoffs_(std::move(cutoffs)) {
  if (!losses) return;
  const LossKind kind = lossKind(name_);
  losses_.emplace(*losses, kind.split == LossSplit::kTraining ? kShortestOfBatches : 1);
  is_perplexity_ = kind.unit == LossUnit::kPerplexity;
}

void SeriesLog::startPiece() { restarted_ = count_ > 0; }

/// Several ranks write one file: each step a few times, now and then one after the next step.
bool SeriesLog::comesLate(double step) const {
  const bool ranks = repeats_ >= kFewestRepeats && repeats_ * 10 >= count_;
  return ranks && pending_ && pending_->step - step <= 2;
}

void SeriesLog::beginSegment(double step) {
  ++segments_;
  restarted_ = true;
  if (starts_.size() < kMostSegments) starts_.push_back(step);
}

void SeriesLog::commit() {
  if (!pending_) return;
  SeriesPoint point = *pending_;
  pending_.reset();
  if (is_perplexity_) point.value = std::log(point.value);
  track_.add(point);
  if (losses_) losses_->add(point);
}

void SeriesLog::add(const LoggedValue& logged) {
  if (count_++ == 0) first_ = logged;
  last_ = logged;
  if (!std::isfinite(logged.value)) {
    ++not_finite_;
  } else if (count_ - not_finite_ == 1) {
    lowest_ = highest_ = logged.value;
  } else {
    lowest_ = std::min(lowest_, logged.value);
    highest_ = std::max(highest_, logged.value);
  }
  if (logged.step && !std::isfinite(*logged.step)) return;
  has_steps_ = has_steps_ || logged.step.has_value();
  const double step = logged.step.value_or(static_cast<double>(count_));
  highest_step_ = count_ == 1 ? step : std::max(highest_step_, step);
  if (at_step_ && step == *at_step_) {
    ++repeats_;
  } else if (at_step_ && step < *at_step_) {
    if (comesLate(step)) {
      ++repeats_;
      return;
    }
    commit();
    beginSegment(step);
  } else {
    commit();
    if (!at_step_) starts_.push_back(step);
  }
  at_step_ = step;
  const std::size_t segment = segments_ - 1;
  if (segment < cutoffs_.size() && step >= cutoffs_[segment]) {
    ++dropped_;
    pending_.reset();
    return;
  }
  if (restarted_ && losses_) losses_->restart();
  restarted_ = false;
  pending_ = SeriesPoint{step, logged.value};
}

void SeriesLog::finish() { commit(); }

std::vector<double> SeriesLog::cutoffs() const {
  std::vector<double> cutoffs(starts_.size(), std::numeric_limits<double>::infinity());
  for (std::size_t i = starts_.size(); i-- > 1;) cutoffs[i - 1] = std::min(cutoffs[i], starts_[i]);
  return cutoffs;
}

bool SeriesLog::isInNoOrder() const {
  if (segments_ > kMostSegments) return true;
  return segments_ > kManySegments && 2 * dropped_ > count_;
}

}  // namespace moe
