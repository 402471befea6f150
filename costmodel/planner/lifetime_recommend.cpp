#include "costmodel/planner/lifetime_recommend.h"

#include <cmath>

#include "costmodel/planner/bracketed_root.h"

namespace moe {
namespace {

/// Compares two designs under changed assumptions.
class Duel {
 public:
  Duel(const LifetimeRequest& request, const std::vector<PriceGrid>& grids, std::size_t winner,
       std::size_t other)
      : request_(request), grids_(grids), winner_(winner), other_(other) {}

  /// How far the other lies above the winner; -infinity where the winner has no answer.
  double lead(double lifetime_tokens, double price_factor) const {
    const double a = objective(winner_, lifetime_tokens, 1);
    const double b = objective(other_, lifetime_tokens, price_factor);
    return std::isfinite(b) ? b - a : kEndless;
  }

 private:
  double objective(std::size_t d, double lifetime_tokens, double price_factor) const {
    const PricedDesign& design = request_.designs[d];
    LifetimeTask task = taskOf(request_);
    task.lifetime_tokens = lifetime_tokens;
    task.price_factor = price_factor;
    const LossSurface surface(request_.law, design.model, request_.unique_tokens);
    const auto found = solveLifetime(design, grids_[d], surface, task, Care::kDraw);
    return found.found ? found.objective : kEndless;
  }

  const LifetimeRequest& request_;
  const std::vector<PriceGrid>& grids_;
  std::size_t winner_;
  std::size_t other_;
};

/// Nearest T at which the lead changes sign, within four decades in steps of a quarter.
std::optional<double> switchingTokens(const Duel& duel, double lifetime_tokens) {
  if (!(lifetime_tokens > 0)) return std::nullopt;
  const double step = std::log(10.0) / 4;
  const double here = std::log(lifetime_tokens);
  const auto lead = [&](double log_tokens) { return duel.lead(std::exp(log_tokens), 1); };
  for (int k = 1; k <= 16; ++k)
    for (const double direction : {1.0, -1.0}) {
      const double far = here + direction * k * step;
      if (lead(far) >= 0) continue;
      const double near = far - direction * step;
      if (!(lead(near) > 0)) return std::exp(near);
      return std::exp(bracketedRoot(lead, near, far, 1e-6));
    }
  return std::nullopt;
}

/// The factor on the other's serving price at which it draws level.
std::optional<double> switchingPrice(const Duel& duel, double lifetime_tokens) {
  const auto lead = [&](double log_factor) {
    return duel.lead(lifetime_tokens, std::exp(log_factor));
  };
  const double least = std::log(1e-4);
  if (!(lead(0) > 0) || lead(least) > 0) return std::nullopt;
  return std::exp(bracketedRoot(lead, least, 0, 1e-6));
}

double objectiveOf(const LifetimeRequest& request, const LifetimeRow& row) {
  return request.target_loss ? row.best->total_usd : row.best->loss;
}

}  // namespace

LifetimeRecommendation recommendLifetime(const LifetimeRequest& request,
                                         const std::vector<PriceGrid>& grids,
                                         const std::vector<LifetimeRow>& rows,
                                         const LifetimeDraws& draws) {
  using None = LifetimeRecommendation::None;
  LifetimeRecommendation result;
  std::vector<std::size_t> allowed;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].best && !rows[i].extrapolated) allowed.push_back(i);
  const bool any = !rows.empty() && rows.front().best;
  if (any && rows.front().extrapolated) result.better_but_marked = 0;
  if (allowed.empty()) {
    result.none = any ? None::kAllExtrapolated : None::kNothingFeasible;
    return result;
  }
  result.row = allowed.front();
  if (allowed.size() < 2) return result;
  const LifetimeRow& winner = rows[allowed[0]];
  const LifetimeRow& other = rows[allowed[1]];
  result.runner_up = allowed[1];
  result.runner_up_excess = objectiveOf(request, other) / objectiveOf(request, winner) - 1;
  if (draws.draws > 0) result.beats_runner_up = beatsShare(draws, winner.design, other.design);
  const Duel duel(request, grids, winner.design, other.design);
  result.switches = {switchingTokens(duel, request.lifetime_tokens),
                     switchingPrice(duel, request.lifetime_tokens)};
  return result;
}

}  // namespace moe
