#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/workflows/import/loss_series.h"
#include "app/workflows/import/loss_watch.h"
#include "app/workflows/import/series_track.h"

namespace moe {

/// One value as the log has it.
struct LoggedValue {
  std::optional<double> step;
  double value = 0;
  std::size_t file = 0;  ///< index into the import's files
  std::size_t place = 0;
};

/// A series of one run as it is read, in constant memory.
///
/// A step that is smaller than the one before begins a new segment: the run was continued from
/// there. Where segments overlap, the later one holds; that is only known when all is read, so a
/// series with several segments is read twice, the second time with `cutoffs`. A step that is
/// written several times in a row is one step with the last value. Once that is frequent (several
/// ranks write one file) a value that comes a little late is left out instead of a new segment.
class SeriesLog {
 public:
  /// `losses`: the windows when this is a loss to be watched. `cutoffs`: per segment, the step from
  /// which a later segment holds; empty on the first reading.
  SeriesLog(std::string name, std::optional<LossWindows> losses, std::vector<double> cutoffs);

  void add(const LoggedValue& logged);
  void startPiece();  ///< what follows comes from another file of the run
  void finish();      ///< nothing follows

  const std::string& name() const { return name_; }
  std::size_t count() const { return count_; }
  const LoggedValue& first() const { return first_; }
  const LoggedValue& last() const { return last_; }
  double lowest() const { return lowest_; }  ///< of the finite values
  double highest() const { return highest_; }
  std::size_t notFinite() const { return not_finite_; }
  std::size_t repeats() const { return repeats_; }  ///< values of a step that was there already
  std::size_t dropped() const { return dropped_; }  ///< values that a later segment replaced
  std::size_t segments() const { return segments_; }
  bool hasSteps() const { return has_steps_; }
  double highestStep() const { return highest_step_; }

  /// Values that hold, each step once. A perplexity is held as its logarithm.
  const SeriesTrack& track() const { return track_; }
  const LossWatch* losses() const { return losses_ ? &*losses_ : nullptr; }

  /// For the second reading.
  std::vector<double> cutoffs() const;
  bool needsSecondReading() const { return segments_ > 1; }
  /// Steps are in no order that a run that was continued could have. After the second reading.
  bool isInNoOrder() const;

 private:
  bool comesLate(double step) const;
  void beginSegment(double step);
  void commit();

  std::string name_;
  bool is_perplexity_ = false;
  std::optional<LossWatch> losses_;
  std::vector<double> cutoffs_;
  SeriesTrack track_;

  std::size_t count_ = 0;
  std::size_t not_finite_ = 0;
  std::size_t repeats_ = 0;
  std::size_t dropped_ = 0;
  std::size_t segments_ = 1;
  std::vector<double> starts_;  ///< first step of each segment, the first kMostSegments
  bool has_steps_ = false;
  double lowest_ = 0;
  double highest_ = 0;
  double highest_step_ = 0;
  LoggedValue first_;
  LoggedValue last_;
  std::optional<double> at_step_;
  std::optional<SeriesPoint> pending_;  ///< may still be written again
  bool restarted_ = false;
};

}  // namespace moe
