#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "fitting/fit.h"

namespace moe {

/// Error of one run that a fit did not see.
struct UnseenRun {
  std::size_t group = 0;          ///< in the grouping given
  double mean_abs_log_error = 0;  ///< over its points
};

/// How well a law fitted without some runs predicts them.
struct HoldOutResult {
  std::size_t points = 0;
  std::size_t runs = 0;
  double mean_abs_log_error = 0;  ///< mean |ln L_hat - ln L|
  double mean_log_error = 0;      ///< its bias
  double rms_log_error = 0;
  std::vector<UnseenRun> unseen;  ///< by group
};

/// Refits on the points that are not held out (mask by the row of the data given) and predicts the
/// others. Errors: as fitLaw; nothing held out.
Result<HoldOutResult> holdOut(const LawFamily& family, std::span<const TrainingRun> runs,
                              std::span<const std::size_t> group, const std::vector<bool>& held,
                              const FitOptions& options, std::stop_token stop = {});

/// Holds every run out once, with a `folds`-th of the runs at a time (dealt at random from `seed`;
/// one by one when there are no more runs than folds). Errors: as fitLaw on any fold.
Result<HoldOutResult> crossValidate(const LawFamily& family, std::span<const TrainingRun> runs,
                                    std::span<const std::size_t> group, std::size_t folds,
                                    std::uint64_t seed, const FitOptions& options,
                                    std::stop_token stop = {});

/// Marks the points of the `share` of the runs with the largest compute N D (at least one run).
std::vector<bool> largestCompute(std::span<const TrainingRun> runs,
                                 std::span<const std::size_t> group, double share);

}  // namespace moe
