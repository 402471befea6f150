#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "data/index_range.h"
#include "data/progress.h"
#include "fitting/fit.h"

namespace moe {

/// Fewest draws that make an interval.
inline constexpr std::size_t kLeastDraws = 20;

enum class BootstrapSearch {
  /// Warm, and the 192 best nodes of the grid (all of a grid up to 256) scored again; the better is
  /// kept.
  kAuto,
  kWarm,    ///< from the optimum and up to two other basins
  kGlobal,  ///< warm, and the whole grid searched again for each resample; the better is kept
};

struct BootstrapOptions {
  std::size_t resamples = 200;
  std::uint64_t seed = 0;
  BootstrapSearch search = BootstrapSearch::kAuto;
};

/// Resamples whole runs with replacement (points of one run stay together: over points a nominal
/// 95 % interval covers 53 to 67 %), refits each and fills result.posterior with the joint draws,
/// the standard errors with their spread and ci95 with their 2.5 and 97.5 percentiles, which cover
/// 94 to 100 % of simulated truths at 12 to 200 runs (tests/bench/coverage_bench.cpp). A parameter
/// whose interval reaches one of its bounds, or a scale (not an amplitude) whose interval spans
/// over a decade, is marked as not identified and gets no interval. With fewer than kLeastDraws
/// draws, or no more runs than parameters, there is no interval. Stopped early, it keeps the
/// resamples that are finished; result.resamples says how many.
void bootstrap(const FitData& data, const FitOptions& fit_options, const BootstrapOptions& options,
               FitResult& result, std::stop_token stop = {}, const ProgressSink& progress = {});

/// The refits of some resamples: coordinates by index in the range, without entries where no
/// descent ended or where it was stopped. What a resample gives depends on its index, the data, the
/// options and the fit alone, so ranges that follow one another make the whole, bit for bit.
std::vector<Eigen::VectorXd> resampleRefits(const FitData& data, const FitOptions& fit_options,
                                            const BootstrapOptions& options,
                                            const FitResult& result, IndexRange range,
                                            std::stop_token stop = {},
                                            const ProgressSink& progress = {});

/// Fills posterior, standard errors and intervals from the refits of all resamples, as bootstrap
/// does.
void describeResamples(const FitData& data, std::span<const Eigen::VectorXd> refits,
                       FitResult& result);

}  // namespace moe
