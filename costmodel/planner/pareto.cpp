#include "costmodel/planner/pareto.h"

#include <algorithm>
#include <cmath>

#include "costmodel/planner/check_lifetime.h"
#include "costmodel/planner/lifetime_solve.h"

namespace moe {
namespace {

LifetimeRequest lifetimeRequestOf(const ParetoRequest& request, double total_usd) {
  LifetimeRequest result;
  result.law = request.law;
  result.designs = request.designs;
  result.lifetime_tokens = request.lifetime_tokens;
  result.total_usd = total_usd;
  result.unique_tokens = request.unique_tokens;
  result.max_train_tokens = request.max_train_tokens;
  result.max_tokens_per_param = request.max_tokens_per_param;
  result.draws = 0;
  return result;
}

ParetoPoint pointAt(const LifetimeRequest& request, std::size_t index, double log_params,
                    double log_tokens, double log_loss, double usd_per_million) {
  const PricedDesign& design = request.designs[index];
  ParetoPoint point;
  point.design = index;
  point.params = std::exp(log_params);
  point.train_tokens = std::exp(log_tokens);
  point.loss = std::exp(log_loss);
  point.training_usd = design.training(point.params, point.train_tokens).usd;
  point.usd_per_million = usd_per_million;
  point.lifetime_usd_per_million = usd_per_million;
  if (request.lifetime_tokens > 0)
    point.lifetime_usd_per_million += point.training_usd / (request.lifetime_tokens / 1e6);
  LawPoint where = design.model;
  where.params = point.params;
  where.train_tokens = point.train_tokens;
  point.extrapolated = request.law.extrapolation(where).worstOfSizeAndTokens() > 1;
  return point;
}

/// Every size of one design at the training budget.
void addSizes(const ParetoRequest& request, const LifetimeRequest& lifetime, std::size_t index,
              std::vector<ParetoPoint>& points) {
  const PricedDesign& design = request.designs[index];
  const LossSurface surface(request.law, design.model, request.unique_tokens);
  const LifetimeTask task = taskOf(lifetime);
  const PriceGrid grid(design);
  const auto spent = request.training_flop ? &TrainingPrice::flop : &TrainingPrice::usd;
  const double amount =
      request.training_flop ? request.training_flop->value() : request.training_usd->value();
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (!std::isfinite(grid.usd(i))) continue;
    const double x = grid.logParams(i);
    const double tokens = tokensSpending(design, spent, grid.params(i), amount, 1e11);
    const double log_tokens = std::min(std::log(tokens), task.mostLogTokens(x));
    points.push_back(
        pointAt(lifetime, index, x, log_tokens, surface.logLoss(x, log_tokens), grid.usd(i)));
  }
}

void fillCounts(const ParetoRequest& request, ParetoPoint& point) {
  const PricedDesign& design = request.designs[point.design];
  point.active_params = design.active_params(point.params);
  point.total_params = design.total_params(point.params);
}

}  // namespace

void keepFront(std::vector<ParetoPoint>& points) {
  std::stable_sort(points.begin(), points.end(), [](const ParetoPoint& a, const ParetoPoint& b) {
    return a.usd_per_million != b.usd_per_million ? a.usd_per_million < b.usd_per_million
                                                  : a.loss < b.loss;
  });
  double least = std::numeric_limits<double>::infinity();
  std::erase_if(points, [&](const ParetoPoint& point) {
    if (!(point.loss < least)) return true;
    least = point.loss;
    return false;
  });
}

Result<std::vector<ParetoPoint>> servingFront(const ParetoRequest& request, std::stop_token stop) {
  if (request.training_flop.has_value() == request.training_usd.has_value())
    return fail(ErrorKind::kUsage, "--budget-flop", "state one training budget, in FLOP or in USD");
  const double amount =
      request.training_flop ? request.training_flop->value() : request.training_usd->value();
  if (!(amount > 0) || !std::isfinite(amount))
    return fail(ErrorKind::kUsage, "--budget-flop", "the training budget must be positive");
  const LifetimeRequest lifetime = lifetimeRequestOf(request, amount);
  if (auto checked = checkLifetime(lifetime); !checked) return tl::unexpected(checked.error());
  std::vector<ParetoPoint> points;
  for (std::size_t i = 0; i < request.designs.size(); ++i) {
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "plan", "stopped");
    addSizes(request, lifetime, i, points);
  }
  keepFront(points);
  for (ParetoPoint& point : points) fillCounts(request, point);
  return points;
}

Result<std::vector<ParetoPoint>> lifetimeFront(const ParetoRequest& request, Range total_usd,
                                               std::size_t points, std::stop_token stop) {
  const auto bests = lifetimeBests(request, total_usd, points, stop);
  if (!bests) return tl::unexpected(bests.error());
  std::vector<ParetoPoint> front;
  for (const auto& best : *bests)
    if (best) front.push_back(*best);
  return front;
}

Result<std::vector<std::optional<ParetoPoint>>> lifetimeBests(const ParetoRequest& request,
                                                              Range total_usd, std::size_t points,
                                                              std::stop_token stop) {
  if (!(total_usd.low > 0) || !(total_usd.high >= total_usd.low) || points == 0)
    return fail(ErrorKind::kUsage, "--total-usd", "a front needs a range of positive sums");
  if (!(request.lifetime_tokens > 0))
    return fail(ErrorKind::kUsage, "--lifetime-tokens", "a lifetime front needs tokens to serve");
  LifetimeRequest lifetime = lifetimeRequestOf(request, total_usd.low);
  if (auto checked = checkLifetime(lifetime); !checked) return tl::unexpected(checked.error());
  std::vector<PriceGrid> grids;
  for (const PricedDesign& design : request.designs) grids.emplace_back(design);
  std::vector<std::optional<ParetoPoint>> bests;
  for (std::size_t k = 0; k < points; ++k) {
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "plan", "stopped");
    const double share = points > 1 ? static_cast<double>(k) / static_cast<double>(points - 1) : 0;
    lifetime.total_usd = total_usd.low * std::pow(total_usd.high / total_usd.low, share);
    std::optional<ParetoPoint>& best = bests.emplace_back();
    for (std::size_t i = 0; i < request.designs.size(); ++i) {
      const LossSurface surface(request.law, request.designs[i].model, request.unique_tokens);
      const LifetimeSolution found =
          solveLifetime(request.designs[i], grids[i], surface, taskOf(lifetime), Care::kCareful);
      if (!found.found) continue;
      const ParetoPoint own = pointAt(lifetime, i, found.log_params, found.log_tokens,
                                      std::log(found.objective), found.usd_per_million);
      if (!best || own.loss < best->loss) best = own;
    }
    if (best) fillCounts(request, *best);
  }
  return bests;
}

}  // namespace moe
