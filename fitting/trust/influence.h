#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "data/progress.h"
#include "fitting/fit.h"

namespace moe {

/// What leaving one run out does to the fit.
struct RunInfluence {
  std::size_t group = 0;          ///< of FitData
  std::vector<std::size_t> rows;  ///< of the table, all points of the run
  std::string run_id;
  std::string parameter;  ///< the identified one that moves most in units of its standard error
  double shift_in_errors = 0;          ///< signed: refitted minus fitted; 0 where no error is known
  double largest_loss_shift = 0;       ///< of ln L_hat at any point of the other runs, signed
  std::optional<double> target_shift;  ///< of ln L_hat at the target
};

struct InfluenceOptions {
  std::optional<LawPoint> target = {};
  std::size_t most_runs = 4000;  ///< refitted at most: those with the largest residuals
};

/// Leave-one-run-out by refits from the optimum, the largest shift of a predicted loss first. Empty
/// when stopped, with no more runs than free parameters and one, and for runs that follow the law
/// to rounding.
std::vector<RunInfluence> influence(const FitData& data, const FitOptions& options,
                                    const FitResult& result,
                                    const InfluenceOptions& influence_options = {},
                                    std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
