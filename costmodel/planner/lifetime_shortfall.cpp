#include "costmodel/planner/lifetime_shortfall.h"

#include <algorithm>
#include <cmath>

#include "costmodel/planner/bracketed_root.h"

namespace moe {
namespace {

LossSurface surfaceOf(const LifetimeRequest& request, const PricedDesign& design,
                      std::optional<double> unique_tokens) {
  return LossSurface(request.law, design.model, unique_tokens);
}

/// The least loss of sizes up to `most_log_params` within the limits on tokens and wall time.
double leastLoss(const LifetimeRequest& request, const PricedDesign& design,
                 const LifetimeTask& task, double most_log_params) {
  const LossSurface surface = surfaceOf(request, design, request.unique_tokens);
  double least = kEndless;
  const auto take = [&](double x) {
    double log_tokens = std::min(task.mostLogTokens(x), kMostLogTokens);
    if (std::isfinite(task.most_wall_s)) {
      const double tokens =
          tokensSpending(design, &TrainingPrice::wall_s, std::exp(x), task.most_wall_s, 1e11);
      log_tokens = std::min(log_tokens, std::log(tokens));
    }
    least = std::min(least, surface.logLoss(x, log_tokens));
  };
  for (double x = std::log(kSmallestPlanned); x < most_log_params; x += 0.01) take(x);
  take(most_log_params);
  return std::exp(least);
}

/// Smallest ln N with the target; none when no size has it.
std::optional<double> leastSize(const LifetimeRequest& request, const PricedDesign& design,
                                const LifetimeTask& task) {
  const LossSurface surface = surfaceOf(request, design, request.unique_tokens);
  const auto optimal = surface.lossOptimal(*task.log_target);
  if (!optimal) return std::nullopt;
  return leastLogParams(surface, task, optimal->log_params);
}

/// Unique tokens at which the largest size just has the target.
double uniqueNeeded(const LifetimeRequest& request, const PricedDesign& design,
                    const LifetimeTask& task, double log_params) {
  const double log_tokens = std::min(task.mostLogTokens(log_params), kMostLogTokens);
  const auto excess = [&](double log_unique) {
    return surfaceOf(request, design, std::exp(log_unique)).logLoss(log_params, log_tokens) -
           *task.log_target;
  };
  const double low = std::log(*request.unique_tokens);
  if (!(excess(low) > 0) || excess(100) > 0) return kEndless;
  return std::exp(bracketedRoot(excess, low, 100, 1e-12));
}

/// Seconds of the fastest training to the target.
double wallNeeded(const LifetimeRequest& request, const PricedDesign& design,
                  const LifetimeTask& task) {
  const LossSurface surface = surfaceOf(request, design, request.unique_tokens);
  const auto low = leastSize(request, design, task);
  if (!low) return kEndless;
  double least = kEndless;
  const double largest = std::log(design.largest_params);
  for (double x = *low; x <= std::min(largest, *low + 10); x += 0.001) {
    const double log_tokens = surface.logTokens(x, *task.log_target);
    if (log_tokens > task.mostLogTokens(x) || log_tokens > kMostLogTokens) continue;
    least = std::min(least, design.training(std::exp(x), std::exp(log_tokens)).wall_s);
  }
  return least;
}

/// Whether the task has an answer at sizes that are served.
bool feasible(const LifetimeRequest& request, const PricedDesign& design,
              const LifetimeTask& task) {
  const LossSurface surface = surfaceOf(request, design, request.unique_tokens);
  return solveLifetime(design, PriceGrid(design), surface, task, Care::kCareful).found;
}

/// The serving price of the smallest size that is served; infinite when none is.
double smallestPrice(const PricedDesign& design) {
  if (!(design.largest_params >= kSmallestPlanned)) return kEndless;
  if (const double usd = design.serving_usd(kSmallestPlanned); std::isfinite(usd)) return usd;
  const PriceGrid grid(design);
  for (std::size_t i = 0; i < grid.size(); ++i)
    if (std::isfinite(grid.usd(i))) return grid.usd(i);
  return kEndless;
}

void add(LifetimeShortfall& result, Binding limit, double has, double needs) {
  if (std::isfinite(needs) && needs > 0) result.relaxations.push_back({limit, has, needs});
}

void addTokenLimits(const LifetimeRequest& request, const PricedDesign& design,
                    const LifetimeTask& task, LifetimeShortfall& result) {
  const double largest = std::log(design.largest_params);
  const double needed =
      surfaceOf(request, design, request.unique_tokens).logTokens(largest, *task.log_target);
  const auto without = [&](double LifetimeTask::*limit) {
    LifetimeTask other = task;
    other.*limit = LifetimeTask::kNoLimit;
    return other;
  };
  if (request.max_train_tokens &&
      feasible(request, design, without(&LifetimeTask::most_log_tokens)))
    add(result, Binding::kTrainTokens, *request.max_train_tokens, std::exp(needed));
  if (request.max_tokens_per_param &&
      feasible(request, design, without(&LifetimeTask::most_log_tokens_per_param)))
    add(result, Binding::kTokensPerParam, *request.max_tokens_per_param,
        std::exp(needed - largest));
  if (request.max_wall_s && feasible(request, design, without(&LifetimeTask::most_wall_s)))
    add(result, Binding::kWallTime, *request.max_wall_s, wallNeeded(request, design, task));
  if (request.unique_tokens) {
    LifetimeRequest fresh = request;
    fresh.unique_tokens.reset();
    if (feasible(fresh, design, task))
      add(result, Binding::kUniqueTokens, *request.unique_tokens,
          uniqueNeeded(request, design, task, largest));
  }
}

void explainTarget(const LifetimeRequest& request, const PricedDesign& design,
                   const LifetimeTask& task, LifetimeShortfall& result) {
  const auto size = leastSize(request, design, task);
  if (size && std::exp(*size) > design.largest_params)
    add(result, Binding::kLargestModel, design.largest_params, std::exp(*size));
  addTokenLimits(request, design, task, result);
  if (!result.relaxations.empty() || !result.least_loss) return;
  add(result, Binding::kLossFloor, *request.target_loss, *result.least_loss);
}

}  // namespace

LifetimeShortfall shortfallOf(const LifetimeRequest& request, const PricedDesign& design) {
  LifetimeShortfall result;
  const LifetimeTask task = taskOf(request);
  const double usd = smallestPrice(design);
  if (!std::isfinite(usd)) {
    add(result, Binding::kLargestModel, design.largest_params, kSmallestPlanned);
    return result;
  }
  result.least_loss =
      leastLoss(request, design, task, std::min(std::log(design.largest_params), kMostLogParams));
  if (task.log_target)
    explainTarget(request, design, task, result);
  else
    add(result, Binding::kServingBudget, task.total_usd, task.lifetime_tokens / 1e6 * usd);
  std::stable_sort(result.relaxations.begin(), result.relaxations.end(),
                   [](const Relaxation& a, const Relaxation& b) {
                     return std::abs(std::log(a.needs / a.has)) <
                            std::abs(std::log(b.needs / b.has));
                   });
  return result;
}

}  // namespace moe
