#include "costmodel/planner/lifetime.h"

#include <algorithm>
#include <cmath>

#include "costmodel/planner/check_lifetime.h"
#include "costmodel/planner/lifetime_draws.h"
#include "costmodel/planner/lifetime_recommend.h"
#include "costmodel/planner/lifetime_shortfall.h"
#include "costmodel/planner/lifetime_warnings.h"

namespace moe {
namespace {

constexpr double kMet = 1e-7;  // of ln N or ln D: a limit that is met

Binding tokenLimit(const LifetimeTask& task, double log_params) {
  return task.most_log_tokens <= log_params + task.most_log_tokens_per_param
             ? Binding::kTrainTokens
             : Binding::kTokensPerParam;
}

Binding bindingOf(const PricedDesign& design, const LifetimeTask& task,
                  const LifetimeSolution& solution, const TrainingPrice& training) {
  const double x = solution.log_params;
  if (solution.log_tokens >= task.mostLogTokens(x) - kMet) return tokenLimit(task, x);
  if (training.wall_s >= task.most_wall_s * (1 - kMet)) return Binding::kWallTime;
  if (x >= std::log(design.largest_params) - kMet) return Binding::kLargestModel;
  if (x <= std::log(kSmallestPlanned) + kMet) return Binding::kSmallestModel;
  return solution.kink ? Binding::kPriceKink : Binding::kNone;
}

/// The bill of a solution at the stated prices.
LifetimeModel modelOf(const LifetimeRequest& request, const PricedDesign& design,
                      const LossSurface& surface, const LifetimeSolution& solution) {
  LifetimeModel model;
  model.params = std::min(std::exp(solution.log_params), design.largest_params);
  model.train_tokens = std::exp(solution.log_tokens);
  model.loss = std::exp(surface.logLoss(solution.log_params, solution.log_tokens));
  model.training = design.training(model.params, model.train_tokens);
  model.serving = design.serving(model.params).value_or(ServingPrice{});
  model.serve_usd = request.lifetime_tokens / 1e6 * solution.usd_per_million;
  model.total_usd = model.training.usd + model.serve_usd;
  return model;
}

LifetimeRow rowOf(const LifetimeRequest& request, std::size_t index,
                  const LifetimeSolution& solution) {
  const PricedDesign& design = request.designs[index];
  LifetimeRow row;
  row.design = index;
  if (!solution.found) {
    row.shortfall = shortfallOf(request, design);
    return row;
  }
  const LossSurface surface(request.law, design.model, request.unique_tokens);
  const LifetimeModel model = modelOf(request, design, surface, solution);
  row.binding = bindingOf(design, taskOf(request), solution, model.training);
  if (request.unique_tokens)
    row.epochs = std::max(1.0, model.train_tokens / *request.unique_tokens);
  if (const auto optimal = surface.lossOptimal(std::log(model.loss))) {
    row.size_vs_loss_optimal = std::exp(solution.log_params - optimal->log_params);
    row.over_training_factor = std::exp(solution.log_tokens - optimal->log_tokens);
  }
  LawPoint point = design.model;
  point.params = model.params;
  point.train_tokens = model.train_tokens;
  row.extrapolation = request.law.extrapolation(point);
  row.extrapolated = row.extrapolation.worstOfSizeAndTokens() > kMarkedDecades;
  row.best = model;
  return row;
}

LifetimeVariant variantOf(const LifetimeRequest& request, const std::vector<PriceGrid>& grids,
                          const LawVariant& variant) {
  const Law law = request.law.withValues(variant.values);
  LifetimeVariant result{variant.label, {}};
  for (std::size_t i = 0; i < request.designs.size(); ++i) {
    const PricedDesign& design = request.designs[i];
    const LossSurface surface(law, design.model, request.unique_tokens);
    const LifetimeSolution found =
        solveLifetime(design, grids[i], surface, taskOf(request), Care::kCareful);
    auto& figures = result.designs.emplace_back();
    if (found.found)
      figures = {std::exp(found.log_params), std::exp(found.log_tokens), found.objective};
  }
  return result;
}

/// The best first; equal ones as they are listed, infeasible ones last.
void rank(const LifetimeRequest& request, std::vector<LifetimeRow>& rows) {
  const auto objective = [&](const LifetimeRow& row) {
    if (!row.best) return std::numeric_limits<double>::infinity();
    return request.target_loss ? row.best->total_usd : row.best->loss;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const LifetimeRow& a, const LifetimeRow& b) {
    return objective(a) < objective(b);
  });
}

/// What the law's own values say about every design.
struct SolvedDesigns {
  std::vector<PriceGrid> grids;
  std::vector<LifetimeSolution> points;
};

Result<SolvedDesigns> solvedDesigns(const LifetimeRequest& request) {
  if (auto checked = checkLifetime(request); !checked) return tl::unexpected(checked.error());
  SolvedDesigns solved;
  for (const PricedDesign& design : request.designs) {
    const LossSurface surface(request.law, design.model, request.unique_tokens);
    solved.grids.emplace_back(design);
    solved.points.push_back(
        solveLifetime(design, solved.grids.back(), surface, taskOf(request), Care::kCareful));
  }
  return solved;
}

Result<LifetimeDraws> drawsOf(const LifetimeRequest& request, const SolvedDesigns& solved,
                              IndexRange range, std::stop_token stop,
                              const ProgressSink& progress) {
  auto draws = solveDraws(request, solved.grids, solved.points, range, stop, progress);
  if (!draws) return fail(ErrorKind::kCancelled, "plan", "stopped");
  return *std::move(draws);
}

LifetimeOutcome outcomeOf(const LifetimeRequest& request, const SolvedDesigns& solved,
                          const LifetimeDraws& draws) {
  LifetimeOutcome outcome;
  for (std::size_t i = 0; i < request.designs.size(); ++i)
    outcome.rows.push_back(rowOf(request, i, solved.points[i]));
  outcome.draws = draws.draws;
  fillFromDraws(draws, outcome.rows);
  for (const LawVariant& variant : request.law.variants)
    outcome.variants.push_back(variantOf(request, solved.grids, variant));
  rank(request, outcome.rows);
  outcome.recommendation = recommendLifetime(request, solved.grids, outcome.rows, draws);
  addLifetimeWarnings(request, outcome);
  return outcome;
}

}  // namespace

Result<LifetimeOutcome> planLifetime(const LifetimeRequest& request, std::stop_token stop,
                                     const ProgressSink& progress) {
  const auto solved = solvedDesigns(request);
  if (!solved) return tl::unexpected(solved.error());
  const auto draws = drawsOf(request, *solved, {0, drawCount(request)}, stop, progress);
  if (!draws) return tl::unexpected(draws.error());
  return outcomeOf(request, *solved, *draws);
}

Result<LifetimeDraws> lifetimeDraws(const LifetimeRequest& request, IndexRange range,
                                    std::stop_token stop, const ProgressSink& progress) {
  const auto solved = solvedDesigns(request);
  if (!solved) return tl::unexpected(solved.error());
  return drawsOf(request, *solved, range, stop, progress);
}

Result<LifetimeOutcome> planLifetime(const LifetimeRequest& request, const LifetimeDraws& draws) {
  const auto solved = solvedDesigns(request);
  if (!solved) return tl::unexpected(solved.error());
  require(draws.draws == drawCount(request) && draws.designs == request.designs.size() &&
              draws.table.size() == draws.draws * draws.designs,
          "a plan is made of all of its draws");
  return outcomeOf(request, *solved, draws);
}

}  // namespace moe
