#include "fitting/trust/allocation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/quantile.h"
#include "fitting/trust/bootstrap.h"

namespace moe {

namespace {

constexpr std::size_t kMostDraws = 1000;
constexpr double kHalfStep = 0.05;  // of ln C, on either side

/// d ln N* / d ln C; none where either side has no optimum.
std::optional<double> paramsExponent(const Law& law, Flop budget, const LawPoint& model) {
  const auto above = computeOptimum(law, Flop(budget.value() * std::exp(kHalfStep)), model);
  const auto below = computeOptimum(law, Flop(budget.value() * std::exp(-kHalfStep)), model);
  if (!above || !below) return std::nullopt;
  return std::log(above->params / below->params) / (2 * kHalfStep);
}

/// Draws spread evenly over the posterior.
std::vector<Law> someDraws(const Law& law) {
  std::vector<Law> draws;
  const std::size_t count = std::min(law.posterior.size(), kMostDraws);
  for (std::size_t i = 0; i < count; ++i) {
    draws.push_back(law.draw(i * law.posterior.size() / count));
  }
  return draws;
}

std::optional<Range> percentiles(const std::vector<double>& values) {
  if (values.size() < kLeastDraws) return std::nullopt;
  return Range{quantile(values, 0.025), quantile(values, 0.975)};
}

}  // namespace

OptimumIntervals optimumIntervals(std::span<const Law> draws, const LawPoint& model,
                                  const std::function<Result<Flop>(const Law&)>& budget_of) {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  std::vector<double> budgets, params, tokens, losses;
  double found = 0;
  for (const Law& draw : draws) {
    const auto budget = budget_of(draw);
    const auto best = budget.and_then([&](Flop flop) { return computeOptimum(draw, flop, model); });
    budgets.push_back(budget ? budget->value() : kNever);
    params.push_back(best ? best->params : kNever);
    tokens.push_back(best ? best->train_tokens : kNever);
    losses.push_back(best ? best->loss : kNever);
    found += best.has_value();
  }
  const double share = draws.empty() ? 1 : found / static_cast<double>(draws.size());
  return {percentiles(budgets), percentiles(params), percentiles(tokens), percentiles(losses),
          share};
}

Result<Allocation> allocate(const Law& law, std::span<const Flop> budgets, const LawPoint& model) {
  const std::vector<Law> draws = someDraws(law);
  Allocation allocation;
  for (const Flop budget : budgets) {
    const auto best = computeOptimum(law, budget, model);
    if (!best) return tl::unexpected(best.error());
    AllocationRow& row = allocation.rows.emplace_back();
    row.budget = budget;
    row.optimum = *best;
    LawPoint point = model;
    point.params = best->params;
    point.train_tokens = best->train_tokens;
    row.extrapolation = law.extrapolation(point);
    row.ci95 = optimumIntervals(draws, model, [&](const Law&) { return Result<Flop>(budget); });
  }
  if (budgets.empty()) return allocation;
  allocation.params_exponent = paramsExponent(law, budgets.front(), model).value_or(0);
  std::vector<double> exponents;
  for (const Law& draw : draws) {
    const auto exponent = paramsExponent(draw, budgets.front(), model);
    if (exponent) exponents.push_back(*exponent);
  }
  allocation.params_exponent95 = percentiles(exponents);
  return allocation;
}

}  // namespace moe
