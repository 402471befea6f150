#pragma once

#include <string>

#include "costmodel/engine/serving_point.h"

namespace moe {

/// Constants of an engine fitted to measured serving points: four of TPOT that are the same for all
/// engines, models and machines, and five of TTFT for each engine. data/tables/serving/ACCURACY.md
/// has their errors, also on models and machines that they were not fitted to; `moeplan validate
/// --accuracy-page` fits them again.
EngineConstants engineConstants(Engine engine);

/// What they were fitted to, for the sources of a report.
std::string engineConstantsSource();

/// How far a measured TPOT lies from the predicted one: 90 % within [low, high] times it. From the
/// errors on models and machines that were left out of the fit, by concurrency; wider where kernels
/// of another accelerator stand for it, and where nothing was measured.
struct TimeInterval {
  double low = 1;
  double high = 1;
};
TimeInterval tpotInterval90(double concurrency, Basis basis, bool other_accelerator);

/// Concurrency classes of the interval: up to 8, 32, 128 and above.
inline constexpr double kIntervalClasses[] = {8, 32, 128};

}  // namespace moe
