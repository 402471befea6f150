#pragma once

#include <string>
#include <vector>

#include "costmodel/verify/accuracy.h"
#include "data/error.h"

namespace moe {

/// What points are grouped by.
enum class PointKey { kModel, kHardware, kEngine, kWeights, kVersion, kConcurrency };

std::string_view name(PointKey key);

/// Reads "model", "hardware" and so on, each once. Usage errors name the nearest.
Result<std::vector<PointKey>> pointKeysOf(const std::vector<std::string>& words);

/// Errors of one set of points, and how many measured times per output token lie in the interval.
struct ValidatedGroup {
  std::vector<std::string> values;  ///< of the keys, in their order; empty without keys
  GroupAccuracy accuracy;
  IntervalCoverage coverage;
  GroupAccuracy core;  ///< of its core rows alone
};

/// With the shipped constants.
ValidatedGroup validatedGroup(std::string name, const PointSet& points);

/// One for each combination of values, in alphabetical order; classes of concurrency from low to
/// high.
std::vector<ValidatedGroup> validatedGroups(const PointSet& points,
                                            const std::vector<PointKey>& keys);

}  // namespace moe
