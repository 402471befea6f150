#pragma once

// Internal to costmodel/verify/measure: what calibrate.cpp and its parts share.

#include <stop_token>
#include <string_view>
#include <vector>

#include "costmodel/verify/measure/bench.h"
#include "costmodel/verify/measure/calibration_plan.h"
#include "costmodel/verify/measure/table_text.h"
#include "data/progress.h"

namespace moe {

/// Everything that a calibration has measured so far.
struct CalibrationRun {
  const Bench& bench;
  const CalibrationPlan& plan;
  std::stop_token stop;
  const ProgressSink& progress;

  std::vector<LayerPrecision> precisions = {};
  std::vector<double> spreads = {};
  std::vector<OwnKernels> tables = {};

  bool stopped() const { return stop.stop_requested(); }
  void report(std::string_view what, double fraction) const {
    if (progress) progress(what, fraction);
  }
  /// Notes a timing; what it took.
  double keep(const RobustTime& time) {
    spreads.push_back(time.spread);
    return time.median_s;
  }
};

/// Each part reports its progress between the two fractions and adds its tables.
Result<void> calibrateProducts(CalibrationRun& run, double from, double to);
Result<void> calibrateAttention(CalibrationRun& run, double from, double to);
Result<void> calibrateLayers(CalibrationRun& run, double from, double to);

/// Fastest of a few large products with hot weights.
Result<FlopPerSecond> measurePeak(const Bench& bench, LayerPrecision precision, int threads,
                                  const TimingOptions& timing, std::stop_token stop);

}  // namespace moe
