#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "app/workflows/import/series_track.h"
#include "app/workflows/import/spike_watch.h"

namespace moe {

/// What the rules need to be known before a loss is read.
struct LossWindows {
  std::size_t mean_of = 1;  ///< values that --loss mean:K averages
  std::size_t smooth = 5;   ///< values that --loss min-smoothed:W averages
};

/// The loss before and after a place where the log was continued.
struct RestartStep {
  double step = 0;
  double before = 0;  ///< mean of at most 8 values
  double after = 0;
  double noise = 0;  ///< standard deviation of the values before
};

/// Mean of the last values of a series.
class MovingMean {
 public:
  explicit MovingMean(std::size_t size) : size_(size) {}
  void add(double value);
  void clear();
  bool full() const { return values_.size() == size_; }
  std::size_t count() const { return values_.size(); }
  double mean() const;
  double standardDeviation() const;

 private:
  std::size_t size_;
  std::deque<double> values_;
};

/// Follows a loss as it is read, in its order of steps, each step once.
class LossWatch {
 public:
  /// `shortest_spike`: see SpikeWatch.
  LossWatch(LossWindows windows, std::size_t shortest_spike);

  void add(SeriesPoint point);
  void restart() { restarted_ = true; }  ///< the next value is the first after a restart

  const std::optional<SeriesPoint>& last() const { return last_; }  ///< finite
  double meanOfLast() const { return mean_.mean(); }
  std::size_t meanCount() const { return mean_.count(); }
  /// Lowest moving mean and the step where its window ends; none before a window is full.
  const std::optional<SeriesPoint>& lowestSmoothed() const { return lowest_smoothed_; }
  /// The mean of the last few values and the lowest such mean, for divergence.
  double end() const { return recent_.mean(); }
  const std::optional<SeriesPoint>& lowest() const { return lowest_; }
  std::size_t notFinite() const { return not_finite_; }
  const std::optional<double>& firstNotFinite() const { return first_not_finite_; }
  bool endsNotFinite() const { return ends_not_finite_; }
  const SpikeWatch& spikes() const { return spikes_; }
  const std::vector<RestartStep>& restarts() const { return restarts_; }  ///< the first 100

 private:
  void followRestart(SeriesPoint point);

  std::optional<SeriesPoint> last_;
  std::optional<SeriesPoint> lowest_smoothed_;
  std::optional<SeriesPoint> lowest_;
  MovingMean mean_;
  MovingMean smooth_;
  MovingMean recent_;
  MovingMean before_;
  SpikeWatch spikes_;
  std::size_t not_finite_ = 0;
  std::optional<double> first_not_finite_;
  bool ends_not_finite_ = false;
  bool restarted_ = false;
  std::size_t after_count_ = 0;  ///< values since the last restart, while they are averaged
  std::vector<RestartStep> restarts_;
};

}  // namespace moe
