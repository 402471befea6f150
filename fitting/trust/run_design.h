#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "data/error.h"
#include "fitting/fit.h"
#include "fitting/laws/law.h"

namespace moe {

struct RunDesignOptions {
  LawPoint target = {};   ///< the prediction that matters
  std::size_t runs = 3;   ///< how many runs to suggest
  Flop budget = Flop(0);  ///< for all of them together
  std::uint64_t seed = 0;
};

struct SuggestedRun {
  LawPoint point = {};
  Flop flop = Flop(0);
  double error_after = 0;  ///< standard error of ln L at the target once this and those before ran
};

struct RunDesign {
  double error_now = 0;  ///< standard error of ln L at the target
  double run_error = 0;  ///< standard deviation of one run's ln L about the law
  /// Laws that the runs do not tell apart, over which the design is averaged; 1 where every
  /// parameter is identified.
  std::size_t plausible_laws = 0;
  std::vector<SuggestedRun> runs;  ///< the one that tells most first
};

/// The runs that lower the variance of the target's predicted ln L most within a budget: c-optimal
/// design, linear in the parameters about the fit,
///
///     v = j' (I + P + sum_new x x'/s^2)^-1 j
///
///   j, x  gradients of ln L at the target and at a new run    I  information of the runs made
///   s     a run's scatter about the law                       P  a weak prior (half the range in
///                                                                which a parameter is searched)
///
/// averaged over laws that the runs do not tell apart where some parameter is not identified: there
/// the gradient at one fit does not know what the other laws would say. N and D range over the
/// runs' own widened by a decade upwards, D/N over the runs' own (a factor of four further where
/// they span less than 16), E over the runs' and the target's counts with the powers of two
/// between; everything else is as in the target. Slots are exchanged until no single exchange
/// helps. Errors: kInfeasible when the budget affords no run in that range; kUnanswered for runs
/// that follow the law to rounding.
Result<RunDesign> suggestRuns(const FitData& data, const FitOptions& options,
                              const FitResult& result, const Law& law,
                              const RunDesignOptions& design, std::stop_token stop = {});

}  // namespace moe
