#include "costmodel/planner/lifetime_solve.h"

#include <algorithm>
#include <cmath>

#include "costmodel/planner/local_minimum.h"
#include "costmodel/planner/size_scan.h"

namespace moe {
namespace {

// Beyond 16 times the loss-optimal size both training and serving rise with N.
const double kFarthestAbove = std::log(16.0);
constexpr double kOneSize = 1e-9;  // of ln N: what a fixed model is searched within

struct SizeRange {
  double low = 0;
  double high = 0;
};

/// The size that trains fastest to the target: where a window of wall time opens first, however
/// narrow.
double fastestTraining(const PricedDesign& design, const LossSurface& surface,
                       const LifetimeTask& task, SizeRange sizes) {
  const auto wall = [&](double x) {
    const double log_tokens = surface.logTokens(x, *task.log_target);
    if (log_tokens > kMostLogTokens) return kEndless;
    return design.training(std::exp(x), std::exp(log_tokens)).wall_s;
  };
  const double middle = 0.5 * (sizes.low + sizes.high);
  return localMinimum(wall, sizes.low, middle, sizes.high, wall(middle), 1e-9).x;
}

std::optional<SizeRange> sizesToSearch(const PricedDesign& design, const LossSurface& surface,
                                       const LifetimeTask& task) {
  const double largest = std::log(design.largest_params);
  const double smallest = std::log(kSmallestPlanned);
  if (!(largest >= smallest)) return std::nullopt;
  if (!task.log_target)
    return SizeRange{design.fixed ? largest - kOneSize : smallest,
                     std::min(largest, kMostLogParams)};
  const auto optimal = surface.lossOptimal(*task.log_target);
  if (!optimal) return std::nullopt;
  const auto low = leastLogParams(surface, task, optimal->log_params);
  if (!low || *low > largest) return std::nullopt;
  if (design.fixed) return SizeRange{std::max(*low, largest - kOneSize), largest};
  const double above = std::max(optimal->log_params, *low) + kFarthestAbove;
  return SizeRange{*low, std::min(largest, above)};
}

}  // namespace

PriceGrid::PriceGrid(const PricedDesign& design) {
  const double smallest = std::log(kSmallestPlanned);
  first_ = static_cast<std::size_t>(std::ceil(smallest / kStep));
  for (std::size_t i = first_;; ++i) {
    const double x = kStep * static_cast<double>(i);
    const double params = std::exp(x);
    if (!(params < design.largest_params) || x > kMostLogParams) break;
    params_.push_back(params);
    usd_.push_back(design.serving_usd(params));
  }
}

std::size_t PriceGrid::after(double log_params) const {
  const double place = std::floor(log_params / kStep) + 1 - static_cast<double>(first_);
  return place > 0 ? static_cast<std::size_t>(place) : 0;
}

namespace {

/// All local minima of the objective that the scan sees.
template <class Objective>
Brackets scanned(const PricedDesign& design, const PriceGrid& grid, const LossSurface& surface,
                 const LifetimeTask& task, SizeRange sizes, std::size_t stride,
                 const Objective& objective) {
  Scan scan;
  scan.add(sizes.low, objective(sizes.low));
  for (std::size_t i = grid.after(sizes.low); i < grid.size(); i += stride) {
    const double x = grid.logParams(i);
    if (!(x < sizes.high)) break;
    scan.add(x, lifetimeValue(design, surface, task, x, grid.params(i), grid.usd(i)).objective);
  }
  if (sizes.high > sizes.low) scan.add(sizes.high, objective(sizes.high));
  scan.finish();
  Brackets minima = scan.minima();
  if (task.log_target && std::isfinite(task.most_wall_s)) {
    const double x = fastestTraining(design, surface, task, sizes);
    const double low = std::max(sizes.low, x - PriceGrid::kStep);
    const double high = std::min(sizes.high, x + PriceGrid::kStep);
    minima.add({low, x, high, objective(x), -kEndless});
  }
  return minima;
}

}  // namespace

LifetimeSolution solveLifetime(const PricedDesign& design, const PriceGrid& grid,
                               const LossSurface& surface, const LifetimeTask& task, Care care) {
  const auto sizes = sizesToSearch(design, surface, task);
  if (!sizes) return {};
  const auto paramsAt = [&](double x) { return std::min(std::exp(x), design.largest_params); };
  const auto objective = [&](double x) {
    const double params = paramsAt(x);
    return lifetimeValue(design, surface, task, x, params, design.serving_usd(params)).objective;
  };
  const std::size_t stride = care == Care::kCareful ? 1 : 3;
  const Brackets minima = scanned(design, grid, surface, task, *sizes, stride, objective);
  double least = kEndless;
  for (const Bracket& bracket : minima) least = std::min(least, bracket.value);
  if (!std::isfinite(least)) return {};
  LocalMinimum best{0, kEndless, false};
  for (const Bracket& bracket : minima) {
    if (bracket.bound > least) continue;
    const double tolerance = care == Care::kCareful ? 1e-10 : 2e-5;
    LocalMinimum found =
        localMinimum(objective, bracket.a, bracket.b, bracket.c, bracket.value, tolerance);
    if (care == Care::kCareful) found = polished(objective, found);
    if (found.value < best.value) best = found;
  }
  LifetimeSolution solution;
  solution.found = true;
  solution.kink = best.kink;
  solution.log_params = best.x;
  solution.least_log_params = sizes->low;
  const double params = paramsAt(best.x);
  const double usd = design.serving_usd(params);
  solution.usd_per_million = usd * task.price_factor;
  const LifetimeValue value = lifetimeValue(design, surface, task, best.x, params, usd);
  solution.objective = value.objective;
  solution.log_tokens = value.log_tokens;
  return solution;
}

}  // namespace moe
