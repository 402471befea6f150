#pragma once

#include <string>
#include <vector>

#include "costmodel/verify/point_predictor.h"

namespace moe {

/// How predictions compare with measurements; fractions, not percent.
struct ErrorSummary {
  std::size_t count = 0;
  double mape = 0;  ///< mean of |predicted/measured - 1|
  double median_ape = 0;
  double median_ratio = 1;  ///< of predicted over measured
  double p90_ape = 0;
};
/// Of predicted over measured times.
ErrorSummary summarise(const std::vector<double>& ratios);

/// Errors of one set of points; end-to-end latency is TTFT + (n - 1) TPOT.
struct GroupAccuracy {
  std::string name;
  ErrorSummary tpot, ttft, latency;
};

/// Constants by engine, in the order of Engine.
using ConstantsByEngine = std::vector<EngineConstants>;
ConstantsByEngine shippedConstants();
ConstantsByEngine unfittedConstants();

using PointSet = std::vector<const PredictedPoint*>;

GroupAccuracy accuracyOf(std::string name, const PointSet& points,
                         const ConstantsByEngine& constants);

/// What is asked of the shipped points at once; every fit leaves the frozen fifth out.
struct AccuracyStudy {
  std::vector<GroupAccuracy> unfitted;        ///< all, clean and core rows; nothing fitted
  std::vector<GroupAccuracy> fitted;          ///< the same with the shipped constants
  GroupAccuracy frozen;                       ///< core rows of pairs that no fit has seen
  std::vector<GroupAccuracy> groups;          ///< core rows by model, machine, engine and weights
  std::vector<GroupAccuracy> pairs_left_out;  ///< each (family, machine) left out, then together
  std::vector<GroupAccuracy> models_left_out;
  std::vector<GroupAccuracy> machines_left_out;
  std::vector<GroupAccuracy> by_concurrency;
  ConstantsByEngine refitted;              ///< to the core rows outside the frozen fifth
  std::vector<double> interval_quantiles;  ///< of |ln| of left-out points, by concurrency class
  std::vector<double> interval_coverage;   ///< of 90 % intervals made without the pair; then all
  /// TTFT of the same configuration and prompt with another answer length: larger over smaller.
  std::size_t repeated_pairs = 0;
  double repeated_median = 1;
  double repeated_p90 = 1;
};

/// Needs predictions made with any constants; takes a second.
AccuracyStudy studyAccuracy(const PredictedPoints& predicted);

/// The fifth of (family, machine) pairs that is frozen: chosen by a hash of their names (FNV-1a,
/// remainder of 5 is 0) before anything was fitted.
bool isFrozen(const PredictedPoint& point);

/// No flag but a repaired parallelism.
bool isClean(const ServingMeasurement& point);

}  // namespace moe
