#include "costmodel/planner/recommend.h"

#include <algorithm>

namespace moe {
namespace {

double objectiveOf(PlanMode mode, const Configuration& configuration) {
  return mode == PlanMode::kMinCost ? configuration.serving->usd_per_million_output_tokens_all_in
                                    : configuration.loss;
}

/// Rows that can be served, the best first; equal ones with fewer experts first.
std::vector<std::size_t> ranked(const PlanOutcome& outcome) {
  std::vector<std::size_t> order;
  for (std::size_t row = 0; row < outcome.rows.size(); ++row)
    if (outcome.rows[row].chosen.serving) order.push_back(row);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return objectiveOf(outcome.mode, outcome.rows[a].chosen) <
           objectiveOf(outcome.mode, outcome.rows[b].chosen);
  });
  return order;
}

}  // namespace

Recommendation recommend(const PlanOutcome& outcome, const PosteriorPlan& posterior) {
  Recommendation result;
  const std::vector<std::size_t> order = ranked(outcome);
  if (order.empty()) {
    result.none = Recommendation::None::kNothingFeasible;
    return result;
  }
  std::vector<std::size_t> allowed;
  for (const std::size_t row : order)
    if (!outcome.rows[row].chosen.extrapolated) allowed.push_back(row);
  if (outcome.rows[order.front()].chosen.extrapolated) result.better_but_marked = order.front();
  if (allowed.empty()) {
    result.none = Recommendation::None::kAllExtrapolated;
    return result;
  }
  result.row = allowed.front();
  if (allowed.size() > 1) {
    result.runner_up = allowed[1];
    if (posterior.draws > 0)
      result.beats_runner_up = beatsShare(posterior, outcome.mode, allowed[0], allowed[1]);
  }
  return result;
}

}  // namespace moe
