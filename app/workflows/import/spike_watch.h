#pragma once

#include <cstddef>
#include <vector>

#include "app/workflows/import/series_track.h"

namespace moe {

/// A loss far above what it was just before.
struct LossSpike {
  double step = 0;
  double value = 0;
  double baseline = 0;  ///< median of the values before
};

/// Finds spikes of a loss as it is read. A value is one when it lies above the median of the last
/// 64 calm values by more than 8 robust standard deviations (1.4826 x median absolute deviation)
/// and by more than 3 % of the median; a spike ends when the loss is half way back. After 64 values
/// that stay high the high level is the new baseline: that is no spike but a loss that blew up,
/// which the end of the curve shows.
class SpikeWatch {
 public:
  void add(SeriesPoint point);
  std::size_t count() const { return count_; }
  const std::vector<LossSpike>& spikes() const { return spikes_; }  ///< the first 100, with peaks

 private:
  void accept(double value);
  bool looksHigh(double value) const;
  void begin(SeriesPoint point);

  std::vector<double> calm_;  ///< ring
  std::size_t next_ = 0;
  double level_ = 0;      ///< moving mean of calm values: a cheap first look
  double deviation_ = 0;  ///< moving mean of their distance from it
  bool in_spike_ = false;
  std::size_t high_values_ = 0;
  LossSpike current_;
  std::size_t count_ = 0;
  std::vector<LossSpike> spikes_;
};

}  // namespace moe
