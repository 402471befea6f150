#include "costmodel/planner/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "costmodel/planner/check_request.h"
#include "costmodel/planner/equal_cost.h"
#include "costmodel/planner/plan_warnings.h"
#include "costmodel/planner/posterior.h"
#include "costmodel/planner/recommend.h"
#include "costmodel/planner/solve.h"

namespace moe {
namespace {

constexpr double kComfortableRequests = 64;
constexpr double kNearTheWall = 0.9;  // of the largest N that fits

bool isTight(const PlanRequest& request, const SolvedPoint& point, double experts) {
  if (!point.serving) return false;
  const double wanted = std::min(kComfortableRequests,
                                 request.settings.max_concurrency.value_or(kComfortableRequests));
  const auto limit = largestThatFits(request, experts);
  return point.serving->kv_space_requests < wanted ||
         (limit && point.params > kNearTheWall * *limit);
}

void addMoney(const PlanRequest& request, Configuration& configuration) {
  if (request.training) configuration.train_usd = trainingCost(request.budget, *request.training);
  if (request.lifetime_tokens && configuration.serving)
    configuration.serve_usd = Usd(configuration.serving->usd_per_million_output_tokens_all_in *
                                  *request.lifetime_tokens / 1e6);
}

Configuration configurationOf(const PlanRequest& request, const std::optional<SolvedPoint>& point,
                              const std::optional<SolvedPoint>& optimum, double experts,
                              const std::optional<SolvedPoint>& base, Shortfall shortfall) {
  Configuration result;
  result.shortfall = shortfall;
  if (!point) return result;
  result.exists = true;
  result.dense_params = point->params;
  result.active_params = request.shape_rule.activeParams(point->params, experts);
  result.total_params = request.shape_rule.totalParams(point->params, experts);
  result.train_tokens = point->train_tokens;
  result.loss = point->loss;
  result.serving = point->serving;
  if (!point->serving) result.shortfall = Shortfall::kDoesNotFit;
  result.size_vs_loss_optimal = point->params / optimum->params;
  result.over_training_factor = point->train_tokens / optimum->train_tokens;
  if (point->serving && base && base->serving)
    result.cost_vs_base = point->serving->usd_per_million_output_tokens_all_in /
                          base->serving->usd_per_million_output_tokens_all_in;
  result.extrapolation =
      request.law.extrapolation({point->params, point->train_tokens, experts, 1});
  result.extrapolated = result.extrapolation.worstOfSizeAndTokens() > kMarkedDecades;
  result.tight_memory = isTight(request, *point, experts);
  addMoney(request, result);
  return result;
}

PlanRow rowOf(const PlanRequest& request, const std::vector<SolvedExperts>& solved,
              std::size_t base, std::size_t row) {
  const double experts = request.experts[row];
  const SolvedExperts& own = solved[row];
  const auto& base_point = solved[base].loss_optimal;
  PlanRow result;
  result.experts = experts;
  result.loss_optimal =
      configurationOf(request, own.loss_optimal, own.loss_optimal, experts, base_point,
                      own.loss_optimal ? Shortfall::kNone : Shortfall::kNoOptimum);
  result.chosen =
      configurationOf(request, own.chosen, own.loss_optimal, experts, base_point, own.shortfall);
  if (own.shortfall == Shortfall::kCannotReach) {
    const auto budget = budgetForLoss(request.law, base_point->loss, {.experts = experts});
    const double factor = experts > 1 ? request.shape_rule.train_flop_factor : 1;
    if (budget) result.chosen.reachable_at = *budget * factor;
  }
  return result;
}

PlanVariant variantOf(const PlanRequest& request, const LawVariant& variant, std::size_t base) {
  Law law = bareLaw(request.law);
  law.values = variant.values;
  std::vector<SolvedExperts> solved(request.experts.size());
  solveExperts(request, law, base, solved);
  PlanVariant result;
  result.label = variant.label;
  for (std::size_t row = 0; row < solved.size(); ++row) {
    const Configuration chosen =
        configurationOf(request, solved[row].chosen, solved[row].loss_optimal, request.experts[row],
                        solved[base].loss_optimal, solved[row].shortfall);
    PlanVariant::Row figures;
    if (solved[row].loss_optimal) figures.loss_optimal_params = solved[row].loss_optimal->params;
    if (chosen.exists) figures.dense_params = chosen.dense_params;
    if (chosen.exists) figures.loss = chosen.loss;
    figures.cost_vs_base = chosen.cost_vs_base;
    result.rows.push_back(figures);
  }
  return result;
}

/// A request that can be planned, with what the law's own values say.
struct SolvedRequest {
  CheckedRequest checked;
  std::vector<SolvedExperts> solved;
};

Result<SolvedRequest> solvedRequest(const PlanRequest& asked) {
  auto checked = checkedRequest(asked);
  if (!checked) return tl::unexpected(checked.error());
  SolvedRequest result{*std::move(checked), {}};
  const PlanRequest& request = result.checked.request;
  result.solved.resize(request.experts.size());
  solveExperts(request, bareLaw(request.law), result.checked.base, result.solved);
  if (result.solved[result.checked.base].loss_optimal) return result;
  return fail(ErrorKind::kUnanswered, request.law.name,
              fmt::format("loss has no minimum along a budget of {:g} FLOP with {:g} experts: "
                          "its terms all rise or all fall with N; fit the law on runs that "
                          "vary N and D",
                          request.budget.value(), request.base_experts));
}

PlanOutcome outcomeOf(const SolvedRequest& asked, const PosteriorPlan& draws) {
  const PlanRequest& request = asked.checked.request;
  PlanOutcome outcome;
  outcome.mode = request.mode;
  outcome.base = asked.checked.base;
  for (std::size_t row = 0; row < asked.solved.size(); ++row)
    outcome.rows.push_back(rowOf(request, asked.solved, outcome.base, row));
  outcome.draws = draws.draws;
  fillIntervals(draws, outcome);
  if (draws.draws > 0) {
    const auto shares = bestShares(draws, request.mode);
    for (std::size_t row = 0; row < shares.size(); ++row)
      outcome.rows[row].best_share = shares[row];
  }
  for (const LawVariant& variant : request.law.variants)
    outcome.variants.push_back(variantOf(request, variant, outcome.base));
  outcome.recommendation = recommend(outcome, draws);
  outcome.warnings = asked.checked.warnings;
  addPlanWarnings(request, outcome);
  return outcome;
}

Result<PosteriorPlan> drawsOf(const SolvedRequest& asked, IndexRange range, std::stop_token stop,
                              const ProgressSink& progress) {
  auto draws = planPosterior(asked.checked.request, asked.checked.base, range, stop, progress);
  if (!draws) return fail(ErrorKind::kCancelled, "plan", "stopped");
  return *std::move(draws);
}

}  // namespace

Basis servingBasis(const PlanRequest& request) {
  return request.served.empty() ? kernelBasis(request.accelerator) : request.served_basis;
}

bool PlanOutcome::feasible() const {
  return std::any_of(rows.begin(), rows.end(),
                     [](const PlanRow& row) { return row.chosen.serving.has_value(); });
}

Result<PlanOutcome> makePlan(const PlanRequest& asked, std::stop_token stop,
                             const ProgressSink& progress) {
  const auto request = solvedRequest(asked);
  if (!request) return tl::unexpected(request.error());
  const auto draws = drawsOf(*request, {0, drawCount(asked)}, stop, progress);
  if (!draws) return tl::unexpected(draws.error());
  return outcomeOf(*request, *draws);
}

Result<PosteriorPlan> planDraws(const PlanRequest& asked, IndexRange range, std::stop_token stop,
                                const ProgressSink& progress) {
  const auto request = solvedRequest(asked);
  if (!request) return tl::unexpected(request.error());
  return drawsOf(*request, range, stop, progress);
}

Result<PlanOutcome> makePlan(const PlanRequest& asked, const PosteriorPlan& draws) {
  const auto request = solvedRequest(asked);
  if (!request) return tl::unexpected(request.error());
  require(
      draws.draws == drawCount(asked) && draws.rows.size() == draws.draws * request->solved.size(),
      "a plan is made of all of its draws");
  return outcomeOf(*request, draws);
}

}  // namespace moe
