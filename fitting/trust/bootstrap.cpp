#include "fitting/trust/bootstrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "data/counter_random.h"
#include "data/parallel.h"
#include "data/quantile.h"
#include "fitting/search/node_shortlist.h"
#include "fitting/search/polish.h"
#include "fitting/search/start_grid.h"

namespace moe {

namespace {

constexpr std::size_t kCheapGrid = 256;
constexpr std::size_t kShortlist = 192;
constexpr Eigen::Index kMostGridPoints = 4096;  // beyond, resamples hardly differ: warm starts only
constexpr double kWidestScale = 10;             // of the interval of a scale that means something
constexpr double kNearBound = 1e-2;             // of the width: an interval that ends here is open
// Of 60 resamples of 58 routed runs and each of four laws, descents that began so ended within 1e-6
// of the best of all starts' full descents in all but 6 of yun2024, 3 of which were beyond 1e-4,
// with a quarter of the iterations. A parameter one standard error off costs some 2e-3.
constexpr PolishOptions kFirstSteps{.max_iterations = 30, .relative_tolerance = 1e-5, .rounds = 1};
constexpr PolishOptions kResamplePolish{
    .max_iterations = 200, .relative_tolerance = 1e-8, .rounds = 2};
constexpr double kHopeless = 3e-3;  // above the best after its first steps, relative: given up
constexpr std::size_t kFinalists = 2;
constexpr double kSamePlace = 1e-2;  // of every coordinate: the same descent

/// How often each run stands in one resample.
Eigen::VectorXd resampleCounts(const FitData& data, std::uint64_t seed, std::size_t resample) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(data.groups));
  for (std::size_t i = 0; i < data.groups; ++i)
    counts[static_cast<Eigen::Index>(counterIndex(seed, resample, i, data.groups))] += 1;
  return counts;
}

/// The same, of each point.
Eigen::ArrayXd pointWeights(const FitData& data, const Eigen::VectorXd& counts) {
  Eigen::ArrayXd weights(static_cast<Eigen::Index>(data.points.size()));
  for (std::size_t i = 0; i < data.points.size(); ++i) {
    weights[static_cast<Eigen::Index>(i)] = counts[static_cast<Eigen::Index>(data.group[i])];
  }
  return weights;
}

/// Where each resample begins: the optimum and the two next basins.
std::vector<Eigen::VectorXd> warmStarts(const FitResult& result) {
  std::vector<Eigen::VectorXd> starts = {result.coordinates};
  for (std::size_t i = 1; i < result.basins.size() && starts.size() < 3; ++i) {
    if (result.basins[i].objective > 1.2 * result.objective) break;
    starts.push_back(result.basins[i].coordinates);
  }
  return starts;
}

/// The search beside the warm starts: the grid, or the best of its nodes.
class SecondSearch {
 public:
  SecondSearch(FitProblem& problem, const FitData& data, const Bounds& bounds,
               BootstrapSearch kind) {
    if (kind == BootstrapSearch::kWarm || problem.points() > kMostGridPoints) return;
    grid_.emplace(problem, bounds);
    if (kind == BootstrapSearch::kGlobal || grid_->nodes() <= kCheapGrid || grid_->logLinear())
      return;
    shortlist_.emplace(*grid_, grid_->shortlist(problem.weights(), kShortlist), data.group,
                       data.groups);
  }

  void addStart(const Eigen::VectorXd& counts, const Eigen::ArrayXd& weights,
                std::vector<Eigen::VectorXd>& starts) const {
    if (!grid_) return;
    if (shortlist_) {
      starts.push_back(grid_->startAt(shortlist_->best(counts), weights).coordinates);
      return;
    }
    for (Start& start : grid_->starts(weights, 1, 1))
      starts.push_back(std::move(start.coordinates));
  }

 private:
  std::optional<StartGrid> grid_;
  std::optional<NodeShortlist> shortlist_;
};

/// Where the descents from some starts are after their first steps, the lowest first.
std::vector<Polished> firstSteps(FitProblem& problem, const Bounds& bounds,
                                 const std::vector<Eigen::VectorXd>& starts) {
  std::vector<Polished> begun;
  for (const Eigen::VectorXd& start : starts)
    begun.push_back(polish(problem, bounds, start, kFirstSteps));
  std::stable_sort(begun.begin(), begun.end(),
                   [](const Polished& a, const Polished& b) { return a.value < b.value; });
  return begun;
}

/// The lowest end of the descents from some starts: all take their first steps, those that are then
/// near the lowest and elsewhere go on.
Polished bestOf(FitProblem& problem, const Bounds& bounds,
                const std::vector<Eigen::VectorXd>& starts) {
  Polished best;
  best.value = std::numeric_limits<double>::infinity();
  const std::vector<Polished> begun = firstSteps(problem, bounds, starts);
  const Polished& first = begun.front();
  std::size_t finalists = 0;
  for (const Polished& begin : begun) {
    if (begin.value > first.value * (1 + kHopeless) || finalists == kFinalists) break;
    const double apart = (begin.coordinates - first.coordinates).lpNorm<Eigen::Infinity>();
    if (finalists > 0 && apart < kSamePlace) continue;
    ++finalists;
    Polished end = polish(problem, bounds, begin.coordinates, kResamplePolish);
    if (end.value < best.value) best = std::move(end);
  }
  return best;
}

/// Why an interval of a parameter is no answer, or empty text.
std::string emptyAnswer(const FitResult& result, std::size_t i, const Range& interval) {
  const LawParameter& info = result.family->parameters[i];
  for (const double end : {interval.low, interval.high}) {
    Eigen::VectorXd at = result.coordinates;
    at[static_cast<Eigen::Index>(i)] = coordinateOf(info.coordinate, end);
    if (!onBound(result.bounds, at, static_cast<Eigen::Index>(i), kNearBound)) continue;
    return fmt::format("its bootstrap interval reaches its bound ({:.4g} to {:.4g})", interval.low,
                       interval.high);
  }
  const bool scale = info.coordinate == Coordinate::kLog && !info.search.empty();
  if (!scale || interval.high < kWidestScale * interval.low) return {};
  return fmt::format("its bootstrap interval spans a factor of {:.0f} ({:.4g} to {:.4g})",
                     interval.high / interval.low, interval.low, interval.high);
}

void describeDraws(FitResult& result) {
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    ParameterFit& parameter = result.parameters[i];
    parameter.standard_error.reset();
    parameter.ci95.reset();
    if (!parameter.identified) continue;
    std::vector<double> draws;
    double mean = 0;
    for (const std::vector<double>& draw : result.posterior) {
      draws.push_back(draw[i]);
      mean += draw[i];
    }
    mean /= static_cast<double>(draws.size());
    double square = 0;
    for (const double draw : draws) square += (draw - mean) * (draw - mean);
    const Range interval{quantile(draws, 0.025), quantile(draws, 0.975)};
    if (std::string reason = emptyAnswer(result, i, interval); !reason.empty()) {
      parameter.identified = false;
      parameter.reason = std::move(reason);
      parameter.wald95.reset();
      continue;
    }
    parameter.standard_error = std::sqrt(square / static_cast<double>(draws.size() - 1));
    parameter.ci95 = interval;
  }
}

}  // namespace

std::vector<Eigen::VectorXd> resampleRefits(const FitData& data, const FitOptions& fit_options,
                                            const BootstrapOptions& options,
                                            const FitResult& result, IndexRange range,
                                            std::stop_token stop, const ProgressSink& progress) {
  std::vector<Eigen::VectorXd> refits(range.size());
  if (refits.empty()) return refits;
  const LawFamily& family = *result.family;
  FitProblem whole(family, data.points, fit_options.objective);
  const SecondSearch second(whole, data, result.bounds, options.search);
  const std::vector<Eigen::VectorXd> warm = warmStarts(result);
  std::atomic<std::size_t> done = 0;
  parallelFor(range.size(), fit_options.threads, stop, [&](std::size_t i, std::size_t worker) {
    const Eigen::VectorXd counts = resampleCounts(data, options.seed, range.first + i);
    const Eigen::ArrayXd weights = pointWeights(data, counts);
    std::vector<Eigen::VectorXd> starts = warm;
    second.addStart(counts, weights, starts);
    FitProblem resampled(whole, weights);
    refits[i] = bestOf(resampled, result.bounds, starts).coordinates;
    ++done;
    if (worker == 0 && progress) {
      progress("bootstrap", static_cast<double>(done) / static_cast<double>(refits.size()));
    }
  });
  return refits;
}

void describeResamples(const FitData& data, std::span<const Eigen::VectorXd> refits,
                       FitResult& result) {
  result.posterior.clear();
  for (const Eigen::VectorXd& refit : refits) {
    if (refit.size() > 0) result.posterior.push_back(result.family->values(refit));
  }
  result.resamples = result.posterior.size();
  if (result.resamples < kLeastDraws || data.groups <= result.freeParameters()) return;
  result.interval_method = "percentile bootstrap over runs";
  describeDraws(result);
}

void bootstrap(const FitData& data, const FitOptions& fit_options, const BootstrapOptions& options,
               FitResult& result, std::stop_token stop, const ProgressSink& progress) {
  const auto refits =
      resampleRefits(data, fit_options, options, result, {0, options.resamples}, stop, progress);
  describeResamples(data, refits, result);
}

}  // namespace moe
