#pragma once

#include <cstdint>
#include <stop_token>

#include "data/progress.h"
#include "fitting/fit.h"

namespace moe {

/// Fewest draws that make an interval.
inline constexpr std::size_t kLeastDraws = 20;

enum class BootstrapSearch {
  kAuto,    ///< global where a grid is cheap (at most 2048 nodes), warm otherwise
  kWarm,    ///< from the optimum and up to two other basins
  kGlobal,  ///< warm, and the grid searched again for each resample; the better is kept
};

struct BootstrapOptions {
  std::size_t resamples = 200;
  std::uint64_t seed = 0;
  BootstrapSearch search = BootstrapSearch::kAuto;
};

/// Resamples whole runs with replacement (points of one run stay together: over points a nominal
/// 95 % interval covers 53 to 67 %), refits each and fills result.posterior with the joint draws,
/// the standard errors with their spread and ci95 with their 2.5 and 97.5 percentiles. A parameter
/// whose interval reaches one of its bounds is marked as not identified and gets no interval.
/// With fewer than kLeastDraws draws, or no more runs than parameters, there is no interval.
/// Stopped early, it keeps the resamples that are finished; result.resamples says how many.
void bootstrap(const FitData& data, const FitOptions& fit_options, const BootstrapOptions& options,
               FitResult& result, std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
