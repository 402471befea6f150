#include "costmodel/planner/lifetime_draws.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "costmodel/planner/draws.h"
#include "costmodel/planner/solve.h"

namespace moe {
namespace {

constexpr double kQuantile95 = 1.6448536269514722;  // of the standard normal

/// Well mixed bits of a counter [Steele2014].
std::uint64_t mixed(std::uint64_t counter) {
  std::uint64_t z = counter + 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

double uniform(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53; }

/// A standard normal number that depends on these three alone.
double normalOf(std::uint64_t seed, std::uint64_t draw, std::uint64_t hardware) {
  const std::uint64_t key = mixed(mixed(mixed(seed) + draw) + hardware);
  const double radius = std::sqrt(-2 * std::log(uniform(mixed(key))));
  return radius * std::cos(2 * std::numbers::pi * uniform(mixed(key + 1)));
}

/// A number of a name, the same wherever it stands in a list (FNV-1a).
std::uint64_t numberOf(const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char letter : name)
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ull;
  return hash;
}

bool pricesAreUncertain(const LifetimeRequest& request) {
  return std::any_of(request.designs.begin(), request.designs.end(),
                     [](const PricedDesign& design) { return design.price_uncertainty > 0; });
}

/// Solves draws first, first + step, ... into their places.
class LifetimeWorker {
 public:
  LifetimeWorker(const LifetimeRequest& request, const std::vector<PriceGrid>& grids,
                 const std::vector<LifetimeSolution>& points,
                 const std::vector<std::size_t>& indices, std::size_t first_draw,
                 LifetimeDraws& draws)
      : request_(request),
        grids_(grids),
        points_(points),
        indices_(indices),
        first_draw_(first_draw),
        draws_(draws),
        task_(taskOf(request)) {
    for (std::size_t d = 0; d < request.designs.size(); ++d) {
      const PricedDesign& design = request.designs[d];
      hardware_.push_back(numberOf(design.hardware));
      point_params_.push_back(std::min(std::exp(points[d].log_params), design.largest_params));
      point_usd_.push_back(points[d].found ? design.serving_usd(point_params_.back()) : kNoFigure);
    }
  }

  void run(std::size_t first, std::size_t step, std::stop_token stop,
           const ProgressSink& progress) const {
    Law law = bareLaw(request_.law);
    for (std::size_t i = first; i < draws_.draws && !stop.stop_requested(); i += step) {
      const std::size_t draw = first_draw_ + i;
      if (!request_.law.posterior.empty()) law.values = request_.law.posterior[indices_[draw]];
      for (std::size_t d = 0; d < draws_.designs; ++d)
        draws_.table[i * draws_.designs + d] = solved(law, draw, d);
      if (progress && (i / step) % 32 == 0)
        progress("planning over the posterior",
                 static_cast<double>(i) / static_cast<double>(draws_.draws));
    }
  }

 private:
  LifetimeDraw solved(const Law& law, std::size_t draw, std::size_t d) const {
    const PricedDesign& design = request_.designs[d];
    const LossSurface surface(law, design.model, request_.unique_tokens);
    LifetimeTask task = task_;
    task.price_factor = std::exp(std::log1p(design.price_uncertainty) / kQuantile95 *
                                 normalOf(request_.seed, draw, hardware_[d]));
    LifetimeDraw result{kNoFigure, kNoFigure, kNoFigure, kNoFigure,
                        kNoFigure, kNoFigure, kNoFigure, kNoFigure};
    const LifetimeSolution found = solveLifetime(design, grids_[d], surface, task, Care::kDraw);
    if (points_[d].found) {
      const double value = lifetimeValue(design, surface, task, points_[d].log_params,
                                         point_params_[d], point_usd_[d])
                               .objective;
      if (std::isfinite(value)) result.objective_at_point = value;
    }
    if (!found.found) return result;
    result.params = std::exp(found.log_params);
    result.train_tokens = std::exp(found.log_tokens);
    result.train_usd = design.training(result.params, result.train_tokens).usd;
    result.usd_per_million = found.usd_per_million;
    result.total_usd = result.train_usd + request_.lifetime_tokens / 1e6 * found.usd_per_million;
    result.objective = found.objective;
    result.loss = request_.target_loss ? *request_.target_loss : found.objective;
    return result;
  }

  const LifetimeRequest& request_;
  const std::vector<PriceGrid>& grids_;
  const std::vector<LifetimeSolution>& points_;
  const std::vector<std::size_t>& indices_;
  std::size_t first_draw_;
  LifetimeDraws& draws_;
  const LifetimeTask task_;
  std::vector<std::uint64_t> hardware_;
  std::vector<double> point_params_;
  std::vector<double> point_usd_;
};

/// Vectors or price factors to draw from.
std::size_t availableDraws(const LifetimeRequest& request) {
  if (!request.law.posterior.empty()) return request.law.posterior.size();
  return pricesAreUncertain(request) ? request.draws : 0;
}

}  // namespace

std::size_t drawCount(const LifetimeRequest& request) {
  return std::min(availableDraws(request), request.draws);
}

std::optional<LifetimeDraws> solveDraws(const LifetimeRequest& request,
                                        const std::vector<PriceGrid>& grids,
                                        const std::vector<LifetimeSolution>& points,
                                        IndexRange range, std::stop_token stop,
                                        const ProgressSink& progress) {
  const std::vector<std::size_t> indices =
      chosenDraws(availableDraws(request), request.draws, request.seed);
  LifetimeDraws draws;
  draws.draws = range.size();
  draws.designs = request.designs.size();
  draws.table.resize(draws.draws * draws.designs);
  const LifetimeWorker worker(request, grids, points, indices, range.first, draws);
  shareOut(draws.draws, request.threads, [&](std::size_t first, std::size_t step, bool of_caller) {
    worker.run(first, step, stop, of_caller ? progress : ProgressSink{});
  });
  if (stop.stop_requested()) return std::nullopt;
  return draws;
}

}  // namespace moe
