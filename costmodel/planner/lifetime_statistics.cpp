#include <algorithm>
#include <cmath>

#include "costmodel/planner/draws.h"
#include "costmodel/planner/lifetime_draws.h"

namespace moe {
namespace {

struct Best {
  double objective = std::numeric_limits<double>::infinity();
  std::size_t design = 0;
  bool exists() const { return std::isfinite(objective); }
};

/// Ties go to the design that is listed first.
Best bestOf(const LifetimeDraws& draws, std::size_t draw) {
  Best best;
  for (std::size_t d = 0; d < draws.designs; ++d)
    if (const double value = draws.at(draw, d).objective; value < best.objective) best = {value, d};
  return best;
}

std::optional<Range> interval(const LifetimeDraws& draws, std::size_t design,
                              double LifetimeDraw::*figure) {
  std::vector<double> values;
  values.reserve(draws.draws);
  for (std::size_t i = 0; i < draws.draws; ++i) values.push_back(draws.at(i, design).*figure);
  return intervalOf(std::move(values));
}

/// A mean of what is added.
struct Mean {
  double sum = 0;
  std::size_t count = 0;
  void add(double value) {
    if (!std::isfinite(value)) return;
    sum += value;
    ++count;
  }
  std::optional<double> value() const {
    if (count == 0) return std::nullopt;
    return sum / static_cast<double>(count);
  }
};

void fillRow(const LifetimeDraws& draws, const std::vector<Best>& best, LifetimeRow& row) {
  row.ci95 = {interval(draws, row.design, &LifetimeDraw::params),
              interval(draws, row.design, &LifetimeDraw::train_tokens),
              interval(draws, row.design, &LifetimeDraw::loss),
              interval(draws, row.design, &LifetimeDraw::train_usd),
              interval(draws, row.design, &LifetimeDraw::usd_per_million),
              interval(draws, row.design, &LifetimeDraw::total_usd)};
  std::size_t feasible = 0;
  std::size_t wins = 0;
  Mean regret, share, at_params;
  for (std::size_t i = 0; i < draws.draws; ++i) {
    const LifetimeDraw& draw = draws.at(i, row.design);
    feasible += std::isfinite(draw.objective);
    wins += best[i].exists() && best[i].design == row.design;
    if (!best[i].exists()) continue;
    regret.add(draw.objective - best[i].objective);
    share.add(draw.objective / best[i].objective - 1);
    at_params.add(draw.objective_at_point - best[i].objective);
  }
  const auto all = static_cast<double>(draws.draws);
  row.draws_share = static_cast<double>(feasible) / all;
  row.best_share = static_cast<double>(wins) / all;
  row.regret = regret.value();
  row.regret_share = share.value();
  row.regret_at_these_params = at_params.value();
  row.draws_share_at_these_params = static_cast<double>(at_params.count) / all;
}

}  // namespace

void fillFromDraws(const LifetimeDraws& draws, std::vector<LifetimeRow>& rows) {
  if (draws.draws == 0) return;
  std::vector<Best> best;
  for (std::size_t i = 0; i < draws.draws; ++i) best.push_back(bestOf(draws, i));
  for (LifetimeRow& row : rows) fillRow(draws, best, row);
}

double beatsShare(const LifetimeDraws& draws, std::size_t first, std::size_t second) {
  std::size_t wins = 0;
  for (std::size_t i = 0; i < draws.draws; ++i) {
    const double a = draws.at(i, first).objective;
    const double b = draws.at(i, second).objective;
    wins += a < b || (std::isfinite(a) && !std::isfinite(b));
  }
  return static_cast<double>(wins) / static_cast<double>(draws.draws);
}

}  // namespace moe
