#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "data/progress.h"
#include "fitting/trust/comparison.h"

namespace moe {

/// A law that clearly beats another one on the same runs.
struct Rival {
  const LawFamily* family = nullptr;
  double error = 0;      ///< its mean |ln L_hat - ln L| on the runs held out
  double own_error = 0;  ///< of the law that it beats
  ErrorExcess excess;    ///< of the beaten law over it
  double bic_gain = 0;   ///< its BIC is so much lower
};

/// Fits every family that suits these runs with the largest fifth of them by compute held out.
/// None when too few runs are left to say anything, or when stopped.
std::optional<Comparison> tryRivals(std::span<const TrainingRun> runs,
                                    std::span<const std::size_t> group, const FitOptions& options,
                                    std::stop_token stop, const ProgressSink& progress);

/// The law that a comparison recommends, or else its leader, where it clearly beats this family by
/// the held-out runs and by BIC, see compareFamilies.
std::optional<Rival> rivalOf(const LawFamily& family, const Comparison& comparison);

}  // namespace moe
