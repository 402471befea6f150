#include "costmodel/planner/posterior.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "costmodel/planner/draws.h"

namespace moe {
namespace {

DrawFigures figuresOf(const std::optional<SolvedPoint>& point,
                      const std::optional<SolvedPoint>& optimum,
                      const std::optional<SolvedPoint>& base) {
  DrawFigures figures{kNoFigure, kNoFigure, kNoFigure, kNoFigure, kNoFigure, kNoFigure, kNoFigure};
  if (!point) return figures;
  figures.params = point->params;
  figures.train_tokens = point->train_tokens;
  figures.loss = point->loss;
  figures.size_vs_loss_optimal = point->params / optimum->params;
  if (!point->serving) return figures;
  const double usd = point->serving->usd_per_million_output_tokens_all_in;
  figures.usd_per_million_tokens = point->serving->usd_per_million_tokens;
  figures.usd_per_million_output_tokens_all_in = usd;
  if (base && base->serving)
    figures.cost_vs_base = usd / base->serving->usd_per_million_output_tokens_all_in;
  return figures;
}

/// Solves draws first, first + step, ... of `indices` into their places.
class PlanWorker {
 public:
  PlanWorker(const PlanRequest& request, std::size_t base, const std::vector<std::size_t>& indices,
             PosteriorPlan& plan)
      : request_(request), base_(base), indices_(indices), plan_(plan) {}

  void run(std::size_t first, std::size_t step, std::stop_token stop,
           const ProgressSink& progress) const {
    Law law = bareLaw(request_.law);
    std::vector<SolvedExperts> solved(request_.experts.size());
    for (std::size_t i = first; i < indices_.size() && !stop.stop_requested(); i += step) {
      law.values = request_.law.posterior[indices_[i]];
      std::fill(solved.begin(), solved.end(), SolvedExperts{});
      solveExperts(request_, law, base_, solved);
      store(i, solved);
      if (progress && (i / step) % 32 == 0)
        progress("planning over the posterior", static_cast<double>(i) / indices_.size());
    }
  }

 private:
  void store(std::size_t draw, const std::vector<SolvedExperts>& solved) const {
    const auto& base = solved[base_].loss_optimal;
    for (std::size_t row = 0; row < solved.size(); ++row)
      plan_.rows[draw * plan_.experts + row] = {
          figuresOf(solved[row].loss_optimal, solved[row].loss_optimal, base),
          figuresOf(solved[row].chosen, solved[row].loss_optimal, base)};
  }

  const PlanRequest& request_;
  std::size_t base_;
  const std::vector<std::size_t>& indices_;
  PosteriorPlan& plan_;
};

template <class Figure>
std::optional<Interval> intervalOfRow(const PosteriorPlan& posterior, std::size_t row,
                                      DrawFigures DrawRow::*which, const Figure& figure) {
  std::vector<double> values;
  values.reserve(posterior.draws);
  for (std::size_t draw = 0; draw < posterior.draws; ++draw)
    values.push_back(figure(posterior.at(draw, row).*which));
  return intervalOf(std::move(values));
}

void fillConfiguration(const PosteriorPlan& posterior, std::size_t row, DrawFigures DrawRow::*which,
                       Configuration& configuration) {
  using F = const DrawFigures&;
  const auto interval = [&](const auto& figure) {
    return intervalOfRow(posterior, row, which, figure);
  };
  ConfigurationIntervals& ci = configuration.ci95;
  ci.dense_params = interval([](F f) { return f.params; });
  ci.train_tokens = interval([](F f) { return f.train_tokens; });
  ci.tokens_per_param = interval([](F f) { return f.train_tokens / f.params; });
  ci.loss = interval([](F f) { return f.loss; });
  ci.usd_per_million_tokens = interval([](F f) { return f.usd_per_million_tokens; });
  ci.usd_per_million_output_tokens_all_in =
      interval([](F f) { return f.usd_per_million_output_tokens_all_in; });
  ci.size_vs_loss_optimal = interval([](F f) { return f.size_vs_loss_optimal; });
  ci.over_training_factor = interval([](F f) { return 1 / f.size_vs_loss_optimal; });
  ci.cost_vs_base = interval([](F f) { return f.cost_vs_base; });

  std::size_t served = 0;
  for (std::size_t draw = 0; draw < posterior.draws; ++draw)
    served += std::isfinite((posterior.at(draw, row).*which).usd_per_million_tokens);
  configuration.draws_share = static_cast<double>(served) / static_cast<double>(posterior.draws);
}

}  // namespace

std::size_t drawCount(const PlanRequest& request) {
  return std::min(request.law.posterior.size(), request.draws);
}

std::optional<PosteriorPlan> planPosterior(const PlanRequest& request, std::size_t base,
                                           IndexRange range, std::stop_token stop,
                                           const ProgressSink& progress) {
  const std::vector<std::size_t> all =
      chosenDraws(request.law.posterior.size(), request.draws, request.seed);
  const std::vector<std::size_t> indices(all.begin() + static_cast<std::ptrdiff_t>(range.first),
                                         all.begin() + static_cast<std::ptrdiff_t>(range.end));
  PosteriorPlan plan;
  plan.draws = indices.size();
  plan.experts = request.experts.size();
  plan.rows.resize(plan.draws * plan.experts);
  const PlanWorker worker(request, base, indices, plan);
  shareOut(plan.draws, request.threads, [&](std::size_t first, std::size_t step, bool of_caller) {
    worker.run(first, step, stop, of_caller ? progress : ProgressSink{});
  });
  if (stop.stop_requested()) return std::nullopt;
  return plan;
}

void fillIntervals(const PosteriorPlan& posterior, PlanOutcome& outcome) {
  if (posterior.draws == 0) return;
  for (std::size_t row = 0; row < outcome.rows.size(); ++row) {
    fillConfiguration(posterior, row, &DrawRow::loss_optimal, outcome.rows[row].loss_optimal);
    fillConfiguration(posterior, row, &DrawRow::chosen, outcome.rows[row].chosen);
  }
}

double objective(PlanMode mode, const DrawFigures& figures) {
  if (!std::isfinite(figures.usd_per_million_tokens)) return kNoFigure;
  return mode == PlanMode::kMinCost ? figures.usd_per_million_output_tokens_all_in : figures.loss;
}

std::vector<double> bestShares(const PosteriorPlan& posterior, PlanMode mode) {
  std::vector<double> shares(posterior.experts, 0.0);
  for (std::size_t draw = 0; draw < posterior.draws; ++draw) {
    std::optional<std::size_t> best;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t row = 0; row < posterior.experts; ++row) {
      const double value = objective(mode, posterior.at(draw, row).chosen);
      if (!(value < least)) continue;
      least = value;
      best = row;
    }
    if (best) shares[*best] += 1;
  }
  for (double& share : shares) share /= static_cast<double>(posterior.draws);
  return shares;
}

double beatsShare(const PosteriorPlan& posterior, PlanMode mode, std::size_t first,
                  std::size_t second) {
  std::size_t wins = 0;
  for (std::size_t draw = 0; draw < posterior.draws; ++draw) {
    const double a = objective(mode, posterior.at(draw, first).chosen);
    const double b = objective(mode, posterior.at(draw, second).chosen);
    wins += a < b || (std::isfinite(a) && !std::isfinite(b));
  }
  return static_cast<double>(wins) / static_cast<double>(posterior.draws);
}

}  // namespace moe
