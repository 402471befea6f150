#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "data/error.h"
#include "fitting/laws/law.h"

namespace moe {

/// 95 % intervals of a loss-optimal point over a law's draws. A draw without one counts as
/// infinitely large, so that it is not left out in silence; no interval with fewer than kLeastDraws
/// draws.
struct OptimumIntervals {
  std::optional<Range> budget;  ///< of the budget itself, where draws differ in it
  std::optional<Range> params;
  std::optional<Range> tokens;
  std::optional<Range> loss;
  double draws_share = 1;  ///< of the draws, those that have an optimum there
};

/// Each draw's optimum at the budget that `budget_of` gives for it.
OptimumIntervals optimumIntervals(std::span<const Law> draws, const LawPoint& model,
                                  const std::function<Result<Flop>(const Law&)>& budget_of);

/// The loss-optimal size and tokens at one budget.
struct AllocationRow {
  Flop budget;
  ComputeOptimum optimum;
  OptimumIntervals ci95;
  Extrapolation extrapolation;
};

/// How a law splits compute between size and tokens.
struct Allocation {
  /// d ln N* / d ln C at the first budget: a of [Hoffmann2022, approach 3], beta/(alpha + beta) for
  /// the Chinchilla law. d ln D* / d ln C is 1 - a where FLOP are 6 N D.
  double params_exponent = 0;
  std::optional<Range> params_exponent95;
  std::vector<AllocationRow> rows;
};

/// N*(C) and D*(C) at these budgets, with percentiles over (at most 1000 of) the law's posterior
/// draws; no interval with fewer than kLeastDraws draws. Errors: as computeOptimum, at any budget.
Result<Allocation> allocate(const Law& law, std::span<const Flop> budgets, const LawPoint& model);

}  // namespace moe
