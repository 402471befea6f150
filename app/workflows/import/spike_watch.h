#pragma once

#include <cstddef>
#include <vector>

#include "app/workflows/import/series_track.h"

namespace moe {

/// A loss far above what it was just before.
struct LossSpike {
  double step = 0;
  double value = 0;
  double baseline = 0;  ///< what the values before led to
};

/// Finds spikes of a loss as it is read. A value is high when it lies above its baseline by more
/// than 8 standard deviations of the noise and by more than 3 %. Slope and noise come from the
/// steps between neighbours among the last 64 calm values: their median, and 1.4826 / sqrt 2 times
/// the median of what they differ from it. The baseline is the median of the last 16 calm values,
/// moved down along the slope to where the value stands. A spike ends when the loss is half way
/// back. After 64 high values the high level is the new baseline: a loss that blew up and stayed
/// there, which the end of the curve shows.
///
/// `shortest`: high values in a row that make a spike. One odd batch is none, one odd evaluation
/// is.
class SpikeWatch {
 public:
  explicit SpikeWatch(std::size_t shortest) : shortest_(shortest) {}

  void add(SeriesPoint point);
  std::size_t count() const { return count_; }
  const std::vector<LossSpike>& spikes() const { return spikes_; }  ///< the first 100, with peaks

 private:
  void accept(double value);
  bool looksHigh(double value) const;
  bool isHigh(double value);
  void grow(SeriesPoint point);

  std::size_t shortest_;
  std::vector<double> calm_;  ///< ring
  std::size_t next_ = 0;
  double level_ = 0;      ///< moving mean of calm values: a cheap first look
  double deviation_ = 0;  ///< moving mean of their distance from it
  double last_calm_ = 0;
  double mean_step_ = 0;         ///< moving mean of the distance of neighbours
  std::size_t high_values_ = 0;  ///< of the spike that is on; 0: none is
  LossSpike current_;
  std::size_t count_ = 0;
  std::vector<LossSpike> spikes_;
};

}  // namespace moe
