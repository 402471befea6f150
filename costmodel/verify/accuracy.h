#pragma once

#include <functional>
#include <string>
#include <vector>

#include "costmodel/engine/engine_constants.h"
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

std::size_t engineIndex(const PredictedPoint& point);
const EngineConstants& constantsFor(const PredictedPoint& point,
                                    const ConstantsByEngine& constants);

using PointSet = std::vector<const PredictedPoint*>;
PointSet filtered(const PointSet& points, const std::function<bool(const PredictedPoint&)>& keep);

/// Predicted over measured times of points, whatever constants predict each.
struct TimeRatios {
  std::vector<double> tpot, ttft, latency;

  void add(const PointSet& points, const ConstantsByEngine& constants);
  GroupAccuracy summary(std::string name) const;
};
GroupAccuracy accuracyOf(std::string name, const PointSet& points,
                         const ConstantsByEngine& constants);

/// One for each value of `key`, in alphabetical order.
using KeyOf = std::function<std::string(const PredictedPoint&)>;
std::vector<GroupAccuracy> accuracyByKey(const PointSet& points, const KeyOf& key,
                                         const ConstantsByEngine& constants);

/// How many measured times per output token lie in the 90 % interval of their prediction.
struct IntervalCoverage {
  std::size_t count = 0;
  std::size_t inside = 0;

  double share() const {
    return count > 0 ? static_cast<double>(inside) / static_cast<double>(count) : 0;
  }
};

/// The interval of a point's TPOT, relative to the predicted one.
TimeInterval tpotIntervalOf(const PredictedPoint& point);

/// Of the shipped constants and intervals.
IntervalCoverage coverageOf(const PointSet& points);

/// All, clean and core rows.
std::vector<GroupAccuracy> accuracyByRowSet(const PointSet& all,
                                            const ConstantsByEngine& constants);
/// No flag but a repaired parallelism.
bool isClean(const ServingMeasurement& point);

/// The class of kIntervalClasses, and "9 to 32 requests".
std::size_t concurrencyClass(double concurrency);
std::string concurrencyClassName(std::size_t concurrency_class);

}  // namespace moe
