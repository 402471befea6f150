#include "fitting/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "data/counter_random.h"
#include "data/parallel.h"
#include "fitting/search/hoffmann_grid.h"
#include "fitting/search/polish.h"
#include "fitting/search/random_starts.h"
#include "fitting/search/start_grid.h"
#include "fitting/suitability.h"
#include "fitting/trust/identifiability.h"

namespace moe {

namespace {

constexpr double kSameBasin = 1e-6;   // relative difference of objectives of one basin
constexpr double kStationary = 1e-7;  // of the objective, that a fresh descent may still gain
constexpr double kExactFit = 1e-18;   // a sum of squares that is rounding: runs without noise
constexpr int kMostRounds = 3;        // of further starts around the best end
constexpr std::uint64_t kJitters = 8;
constexpr double kBesideBound = 0.02;  // of the width: on a bound itself a descent stands still

constexpr std::size_t kMostScoredPoints = 4096;  // that the grid is scored on
constexpr std::uint64_t kConfirmSeed = 20240607;

Result<void> searchable(const LawFamily& family, const FitOptions& options) {
  if (options.search != SearchKind::kGrid || family.name == "chinchilla") return {};
  return fail(ErrorKind::kUsage, "--search grid",
              fmt::format("is defined for chinchilla only, not for {}; leave it out for the "
                          "global search",
                          family.name));
}

std::vector<std::string> namesOf(const std::vector<std::pair<std::string, double>>& fixed) {
  std::vector<std::string> names;
  for (const auto& [name, value] : fixed) names.push_back(name);
  return names;
}

/// The options with the parameters of missing variables held at their neutral values.
FitOptions reduced(const LawFamily& family, const FitData& data, FitOptions options) {
  const std::vector<std::string> held = namesOf(options.fixed);
  for (const Shortage& shortage : shortages(family, data.points, held)) {
    for (const std::string& name : shortage.parameters) {
      const int index = family.parameterIndex(name);
      options.fixed.emplace_back(name, family.parameters[static_cast<std::size_t>(index)].neutral);
    }
  }
  return options;
}

/// The family's bounds, or none, with the fixed parameters pinned.
Result<Bounds> boundsOf(const LawFamily& family, const FitOptions& options) {
  Bounds bounds = options.bounded ? Bounds::of(family) : Bounds::none(family);
  for (const auto& [name, value] : options.fixed) {
    const int index = family.parameterIndex(name);
    if (index < 0) {
      return fail(ErrorKind::kUsage, "--fix",
                  fmt::format("{} has no parameter '{}'", family.name, name));
    }
    const Coordinate coordinate = family.parameters[static_cast<std::size_t>(index)].coordinate;
    if (!std::isfinite(value) || (coordinate != Coordinate::kLinear && !(value > 0))) {
      return fail(ErrorKind::kUsage, "--fix",
                  fmt::format("{} = {:g}; it must be positive", name, value));
    }
    bounds.lower[index] = bounds.upper[index] = coordinateOf(coordinate, value);
  }
  if (family.e_start >= 0) {
    const double start = bounds.lower[family.e_start];
    if (start < 0 || bounds.upper[family.e_start] >= bounds.upper[family.e_max]) {
      return fail(ErrorKind::kUsage, "--fix", "E_start must be at least 1 and below E_max");
    }
    bounds.lower[family.e_max] =
        std::max(bounds.lower[family.e_max],
                 bounds.pinned(family.e_start) ? start + 1e-6 : bounds.lower[family.e_max]);
  }
  return bounds;
}

/// Every n-th of the sorted points where there are more than a grid needs.
std::vector<TrainingRun> thinned(const std::vector<TrainingRun>& points) {
  const std::size_t every = (points.size() + kMostScoredPoints - 1) / kMostScoredPoints;
  std::vector<TrainingRun> result;
  for (std::size_t i = 0; i < points.size(); i += every) result.push_back(points[i]);
  return result;
}

std::vector<Eigen::VectorXd> startingPoints(const LawFamily& family, const FitData& data,
                                            const Bounds& bounds, const FitOptions& options) {
  if (options.search == SearchKind::kGrid) return hoffmannGrid();
  FitProblem problem(family, thinned(data.points), options.objective);
  std::vector<Eigen::VectorXd> starts;
  const StartGrid grid(problem, bounds);
  for (Start& start : grid.starts(problem.weights(), options.least_starts, options.most_starts)) {
    starts.push_back(std::move(start.coordinates));
  }
  return starts;
}

/// Everything that a descent needs beside its start.
struct Descent {
  const LawFamily& family;
  const FitData& data;
  const FitOptions& options;
  const Bounds& bounds;
  std::stop_token stop;
  const ProgressSink& progress;
};

std::vector<Polished> polishAll(const Descent& descent,
                                const std::vector<Eigen::VectorXd>& starts) {
  std::vector<Polished> ends(starts.size());
  std::array<std::unique_ptr<FitProblem>, kMostWorkers> problems;
  std::atomic<std::size_t> done = 0;
  parallelFor(starts.size(), descent.options.threads, descent.stop,
              [&](std::size_t i, std::size_t worker) {
                std::unique_ptr<FitProblem>& own = problems[worker];
                if (!own) {
                  own = std::make_unique<FitProblem>(descent.family, descent.data.points,
                                                     descent.options.objective);
                }
                ends[i] = polish(*own, descent.bounds, starts[i]);
                ++done;
                if (worker == 0 && descent.progress) {
                  descent.progress("searching",
                                   static_cast<double>(done) / static_cast<double>(starts.size()));
                }
              });
  return ends;
}

/// Places around the best end so far: where starts disagree, the valley may have a lower bend next
/// to the point that the descents found. Always the same places, so that equal data give equal
/// bits.
std::vector<Eigen::VectorXd> jittered(const Eigen::VectorXd& best, const Bounds& bounds,
                                      int round) {
  std::vector<Eigen::VectorXd> starts;
  for (std::uint64_t k = 0; k < kJitters; ++k) {
    Eigen::VectorXd start = best;
    for (Eigen::Index i = 0; i < start.size(); ++i) {
      const auto stream = kJitters * static_cast<std::uint64_t>(round) + k;
      const double unit =
          static_cast<double>(counterRandom(0, stream, static_cast<std::uint64_t>(i)) >> 11) *
              0x1p-52 -
          1;  // in [-1, 1)
      start[i] += unit * (0.02 + 0.3 * std::min(1.0, std::abs(best[i])));
    }
    starts.push_back(start.cwiseMax(bounds.lower).cwiseMin(bounds.upper));
  }
  return starts;
}

/// The best end with one coordinate moved next to a bound of it, each in turn: optima of
/// saturating laws lie on bounds, in basins of their own 1e-5 apart.
std::vector<Eigen::VectorXd> besideBounds(const Eigen::VectorXd& best, const Bounds& bounds) {
  std::vector<Eigen::VectorXd> starts;
  for (Eigen::Index i = 0; i < best.size(); ++i) {
    const double width = bounds.upper[i] - bounds.lower[i];
    if (!std::isfinite(width) || width == 0) continue;
    for (const double share : {kBesideBound, 1 - kBesideBound}) {
      starts.push_back(best);
      starts.back()[i] = bounds.lower[i] + share * width;
    }
  }
  return starts;
}

std::vector<Basin> basinsOf(const std::vector<Polished>& ends) {
  std::vector<const Polished*> sorted;
  for (const Polished& end : ends) {
    if (end.coordinates.size() > 0 && std::isfinite(end.value)) sorted.push_back(&end);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Polished* a, const Polished* b) { return a->value < b->value; });
  std::vector<Basin> basins;
  for (const Polished* end : sorted) {
    if (basins.empty() || end->value > basins.back().objective * (1 + kSameBasin)) {
      basins.push_back({end->coordinates, end->value, 0});
    }
    ++basins.back().starts;
  }
  return basins;
}

/// A second search, from random places: whether it ends anywhere below the first one.
void confirm(const Descent& descent, FitProblem& problem, std::vector<Basin>& basins,
             FitResult& result) {
  if (descent.options.confirm_starts == 0) return;
  const std::vector<Polished> ends = polishAll(
      descent, randomStarts(problem, descent.bounds, descent.options.confirm_starts, kConfirmSeed));
  const std::vector<Basin> found = basinsOf(ends);
  Confirmation confirmation{ends.size(), 0, 0, false};
  if (!found.empty()) {
    confirmation.objective = found.front().objective;
    confirmation.found_lower =
        basins.empty() || found.front().objective < basins.front().objective * (1 - kSameBasin);
    if (confirmation.found_lower) basins.insert(basins.begin(), found.front());
    for (const Basin& basin : found) {
      if (basin.objective > basins.front().objective * (1 + kSameBasin)) break;
      confirmation.at_best += static_cast<std::size_t>(basin.starts);
    }
  }
  result.confirmation = confirmation;
}

void describeResiduals(FitProblem& problem, const FitData& data, FitResult& result) {
  problem.value(result.coordinates);
  const Eigen::ArrayXd residuals = problem.logResiduals();
  const Eigen::ArrayXd measured = problem.logLoss().exp();
  const double count = static_cast<double>(residuals.size());
  result.rms_log_residual = std::sqrt(residuals.square().sum() / count);
  result.mean_abs_log_residual = residuals.abs().sum() / count;
  result.rms_residual =
      std::sqrt(((problem.logLoss() + residuals).exp() - measured).square().sum() / count);
  result.residuals.resize(data.points.size());
  for (std::size_t i = 0; i < data.points.size(); ++i) {
    result.residuals[data.original[i]] = residuals[static_cast<Eigen::Index>(i)];
  }
}

}  // namespace

std::size_t FitResult::freeParameters() const {
  return static_cast<std::size_t>((bounds.lower.array() != bounds.upper.array()).count());
}

double FitResult::runScatter() const {
  const auto moved = std::count_if(
      parameters.begin(), parameters.end(),
      [](const ParameterFit& parameter) { return !parameter.fixed && !parameter.on_bound; });
  const double beyond = static_cast<double>(runs) - static_cast<double>(moved);
  if (beyond <= 0) return rms_log_residual;
  return rms_log_residual * std::sqrt(static_cast<double>(runs) / beyond);
}

bool FitResult::exact() const { return objective < kExactFit; }

FitData FitData::of(std::span<const TrainingRun> runs, std::span<const std::size_t> group) {
  FitData data;
  data.original.resize(runs.size());
  std::iota(data.original.begin(), data.original.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    const TrainingRun& run = runs[i];
    return std::tie(run.params, run.train_tokens, run.experts, run.top_k, run.granularity, run.loss,
                    run.run_id);
  };
  std::stable_sort(data.original.begin(), data.original.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  // Groups are numbered by their first point in the sorted order. What the caller calls them is his
  // own: numbers of a selection have gaps and can exceed the number of points.
  std::unordered_map<std::size_t, std::size_t> number;
  for (const std::size_t row : data.original) {
    data.points.push_back(runs[row]);
    const std::size_t called = group.empty() ? row : group[row];
    data.group.push_back(number.try_emplace(called, number.size()).first->second);
  }
  data.groups = number.size();
  return data;
}

namespace {

/// The global search: polished grid minima and, where they disagree, more starts around the best.
std::vector<Basin> search(const Descent& descent, const std::vector<Eigen::VectorXd>& starts,
                          std::size_t& count) {
  std::vector<Polished> ends = polishAll(descent, starts);
  std::vector<Basin> basins = basinsOf(ends);
  const bool again = descent.options.search == SearchKind::kAuto;
  for (int round = 0; again && basins.size() > 1 && round < kMostRounds; ++round) {
    const double before = basins.front().objective;
    const Eigen::VectorXd& best = basins.front().coordinates;
    std::vector<Eigen::VectorXd> around = jittered(best, descent.bounds, round);
    if (round == 0) {
      const std::vector<Eigen::VectorXd> beside = besideBounds(best, descent.bounds);
      around.insert(around.end(), beside.begin(), beside.end());
    }
    const std::vector<Polished> more = polishAll(descent, around);
    ends.insert(ends.end(), more.begin(), more.end());
    basins = basinsOf(ends);
    if (basins.front().objective > before * (1 - kSameBasin)) break;
  }
  count = ends.size();
  return basins;
}

/// The best basin refined, and how it ended.
void finish(FitProblem& problem, const Bounds& bounds, FitResult& result) {
  const Basin& best = result.basins.front();
  result.share_at_best = best.starts / static_cast<double>(result.starts);
  const Polished refined = refine(problem, bounds, {best.coordinates, best.objective, 0, true});
  result.coordinates = refined.coordinates;
  result.objective = refined.value;
  const double gain = remainingGain(problem, bounds, result.coordinates);
  result.converged = result.exact() || gain < kStationary;
  result.termination =
      result.converged
          ? "converged"
          : fmt::format("not converged: a fresh descent still gains {:.1e} of the objective", gain);
  result.values = result.family->values(result.coordinates);
}

void nameHeld(const std::vector<Shortage>& missing, FitResult& result) {
  for (const Shortage& shortage : missing) {
    for (ParameterFit& parameter : result.parameters) {
      const auto& names = shortage.parameters;
      if (std::find(names.begin(), names.end(), parameter.name) == names.end()) continue;
      parameter.reason = "held, since " + shortage.reason;
    }
  }
}

}  // namespace

Result<FitResult> fitLaw(const LawFamily& family, const FitData& data, const FitOptions& asked,
                         std::stop_token stop, const ProgressSink& progress) {
  const std::vector<std::string> held = namesOf(asked.fixed);
  if (auto checked = searchable(family, asked); !checked) return tl::unexpected(checked.error());
  if (auto checked = suits(family, data.points, held, asked.reduce); !checked) {
    return tl::unexpected(checked.error());
  }
  const FitOptions options = reduced(family, data, asked);
  FitProblem problem(family, data.points, options.objective);
  const Result<Bounds> bounds = boundsOf(family, options);
  if (!bounds) return tl::unexpected(bounds.error());

  FitResult result;
  result.family = &family;
  result.objective_kind = options.objective;
  result.bounds = *bounds;
  result.points = data.points.size();
  result.runs = data.groups;
  const Descent descent{family, data, options, *bounds, stop, progress};
  result.basins = search(descent, startingPoints(family, data, *bounds, options), result.starts);
  confirm(descent, problem, result.basins, result);
  if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "stopped");
  if (result.basins.empty()) {
    return fail(ErrorKind::kInput, std::string(family.name),
                "no start gave a finite loss on these runs; check the units of N, D and the loss");
  }
  finish(problem, *bounds, result);
  describeResiduals(problem, data, result);
  describeParameters(problem, data, result);
  nameHeld(shortages(family, data.points, held), result);
  return result;
}

}  // namespace moe
