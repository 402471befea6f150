#pragma once

#include <string>
#include <vector>

#include "costmodel/verify/accuracy.h"

namespace moe {

/// What is asked of the shipped points at once; no fit sees the frozen fifth.
struct AccuracyStudy {
  std::vector<GroupAccuracy> unfitted;  ///< all, clean and core rows; nothing fitted
  std::vector<GroupAccuracy> fitted;    ///< the same with the shipped constants
  GroupAccuracy frozen;                 ///< core rows of pairs that no fit has seen
  GroupAccuracy frozen_unfitted;
  std::vector<std::string> frozen_pairs;
  std::vector<GroupAccuracy> groups;          ///< core rows by model, machine, engine and weights
  std::vector<GroupAccuracy> pairs_left_out;  ///< each (family, machine) left out, then together
  std::vector<GroupAccuracy> models_left_out;
  std::vector<GroupAccuracy> machines_left_out;
  std::vector<GroupAccuracy> by_concurrency;
  std::size_t fitted_points = 0;           ///< core rows outside the frozen fifth
  ConstantsByEngine refitted;              ///< to these
  std::vector<double> interval_quantiles;  ///< of |ln| of left-out points, by concurrency class
  /// Of left-out points in 90 % intervals made without their pair, by class; then all.
  std::vector<IntervalCoverage> interval_coverage;
  /// TTFT of the same configuration and prompt with another answer length: larger over smaller.
  std::size_t repeated_pairs = 0;
  double repeated_median = 1;
  double repeated_p90 = 1;
};

/// Of predictions made with any constants; takes half a second. At least 30 core rows of each of
/// two (family, machine) pairs.
AccuracyStudy studyAccuracy(const PredictedPoints& predicted);

/// The fifth of (family, machine) pairs that is frozen: chosen by a hash of their names (FNV-1a,
/// with the offset basis 1469598103934665603, remainder of 5 is 0) before anything was fitted.
bool isFrozen(const PredictedPoint& point);

/// "DeepSeek-V3, B200-180GB SXM": what is left out together.
std::string pairOf(const PredictedPoint& point);

}  // namespace moe
