#include "costmodel/planner/solve.h"

#include <algorithm>

#include "costmodel/planner/equal_cost.h"

namespace moe {
namespace {

SolvedPoint pointAt(const PlanRequest& request, const BudgetLine& line, double experts,
                    double params) {
  return {params, line.tokens(params), line.loss(params), servingOf(request, params, experts)};
}

/// Algorithm 1. The root for the base itself is the tangent point: its own optimum.
void reachLoss(const PlanRequest& request, const BudgetLine& line, double experts,
               double target_loss, SolvedExperts& solved) {
  const auto params = line.overTrained(target_loss, solved.loss_optimal->params);
  if (!params) {
    solved.shortfall = Shortfall::kCannotReach;
    return;
  }
  solved.chosen = *params == solved.loss_optimal->params ? *solved.loss_optimal
                                                         : pointAt(request, line, experts, *params);
}

/// Algorithm 2, clamped: where the loss-optimal model is cheaper than the base, a larger one would
/// be under-trained and worse.
void holdCost(const PlanRequest& request, const BudgetLine& line, double experts,
              const std::optional<ServingCost>& bound, SolvedExperts& solved) {
  if (!bound) {
    solved.shortfall = Shortfall::kNoCostBound;
    return;
  }
  const double cost = bound->usd_per_million_output_tokens_all_in;
  const SolvedPoint& optimal = *solved.loss_optimal;
  if (optimal.serving && optimal.serving->usd_per_million_output_tokens_all_in <= cost) {
    solved.chosen = optimal;
    return;
  }
  const auto params = paramsAtCost(request, experts, cost, optimal.params);
  if (params)
    solved.chosen = pointAt(request, line, experts, *params);
  else
    solved.shortfall = Shortfall::kTooDear;
}

void solveMode(const PlanRequest& request, const BudgetLine& line, double experts,
               const std::optional<SolvedPoint>& base, SolvedExperts& solved) {
  if (!solved.loss_optimal || !base) {
    solved.shortfall = Shortfall::kNoOptimum;
    return;
  }
  if (request.mode == PlanMode::kLossOptimal)
    solved.chosen = solved.loss_optimal;
  else if (request.mode == PlanMode::kMinCost)
    reachLoss(request, line, experts, base->loss, solved);
  else
    holdCost(request, line, experts, base->serving, solved);
  if (solved.chosen && !solved.chosen->serving) solved.shortfall = Shortfall::kDoesNotFit;
}

std::optional<SolvedPoint> optimumOf(const PlanRequest& request, const BudgetLine& line,
                                     double experts) {
  const auto params = line.optimum();
  if (!params) return std::nullopt;
  return pointAt(request, line, experts, *params);
}

}  // namespace

BudgetLine budgetLine(const PlanRequest& request, const Law& law, double experts) {
  const double factor = experts > 1 ? request.shape_rule.train_flop_factor : 1;
  return BudgetLine(law, request.budget / factor, {.experts = experts});
}

void solveExperts(const PlanRequest& request, const Law& law, std::size_t base,
                  std::span<SolvedExperts> solved) {
  const double base_experts = request.experts[base];
  solved[base].loss_optimal =
      optimumOf(request, budgetLine(request, law, base_experts), base_experts);
  for (std::size_t i = 0; i < request.experts.size(); ++i) {
    const double experts = request.experts[i];
    const BudgetLine line = budgetLine(request, law, experts);
    if (i != base) solved[i].loss_optimal = optimumOf(request, line, experts);
    solveMode(request, line, experts, solved[base].loss_optimal, solved[i]);
  }
}

Law bareLaw(const Law& law) {
  Law bare;
  bare.family = law.family;
  bare.values = law.values;
  bare.flop_per_param_token = law.flop_per_param_token;
  bare.router_flop = law.router_flop;
  return bare;
}

}  // namespace moe
