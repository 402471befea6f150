#pragma once

#include <optional>
#include <span>
#include <vector>

#include "costmodel/planner/plan.h"

namespace moe {

/// A model on its budget line, with its cheapest serving (none: it does not fit).
struct SolvedPoint {
  double params = 0;
  double train_tokens = 0;
  double loss = 0;
  std::optional<ServingCost> serving;
};

/// What one vector of law values says about one expert count.
struct SolvedExperts {
  std::optional<SolvedPoint> loss_optimal;  ///< none: kNoOptimum
  std::optional<SolvedPoint> chosen;        ///< none: `shortfall` says why
  Shortfall shortfall = Shortfall::kNone;
};

/// The budget line of E experts. The shape rule's f divides the budget for E > 1, which is the same
/// as C = f k N D.
BudgetLine budgetLine(const PlanRequest& request, const Law& law, double experts);

/// Solves every expert count of `request.experts` for these law values; `base` is the index of the
/// base. The inner loop of the posterior: no text, little memory. `solved` is as long as the
/// expert counts.
void solveExperts(const PlanRequest& request, const Law& law, std::size_t base,
                  std::span<SolvedExperts> solved);

/// A law with nothing but its formula, for the inner loop.
Law bareLaw(const Law& law);

}  // namespace moe
