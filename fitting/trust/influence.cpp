#include "fitting/trust/influence.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <numeric>

#include "data/parallel.h"
#include "fitting/search/polish.h"

namespace moe {

namespace {

constexpr PolishOptions kLeaveOutPolish{
    .max_iterations = 150, .relative_tolerance = 1e-10, .rounds = 2};

/// Points of each run, as places in data.points.
std::vector<std::vector<std::size_t>> pointsOfRuns(const FitData& data) {
  std::vector<std::vector<std::size_t>> points(data.groups);
  for (std::size_t i = 0; i < data.points.size(); ++i) points[data.group[i]].push_back(i);
  return points;
}

/// The runs with the largest residuals, at most so many.
std::vector<std::size_t> runsToLeaveOut(const std::vector<std::vector<std::size_t>>& points,
                                        const FitData& data, const FitResult& result,
                                        std::size_t most) {
  std::vector<double> largest(points.size(), 0);
  for (std::size_t run = 0; run < points.size(); ++run) {
    for (const std::size_t i : points[run]) {
      largest[run] = std::max(largest[run], std::abs(result.residuals[data.original[i]]));
    }
  }
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return largest[a] > largest[b]; });
  order.resize(std::min(order.size(), most));
  return order;
}

void describeShift(FitProblem& problem, const FitResult& result,
                   const std::vector<std::size_t>& left_out, const Eigen::ArrayXd& fitted,
                   const Eigen::VectorXd& refitted, const InfluenceOptions& options,
                   RunInfluence& run) {
  const std::vector<double> values = result.family->values(refitted);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ParameterFit& parameter = result.parameters[i];
    if (!parameter.standard_error || !(*parameter.standard_error > 0)) continue;
    const double shift = (values[i] - result.values[i]) / *parameter.standard_error;
    if (std::abs(shift) <= std::abs(run.shift_in_errors)) continue;
    run.shift_in_errors = shift;
    run.parameter = parameter.name;
  }
  problem.value(refitted);
  Eigen::ArrayXd shifts = problem.evaluator().logLoss() - fitted;
  for (const std::size_t i : left_out) shifts[static_cast<Eigen::Index>(i)] = 0;
  Eigen::Index at = 0;
  shifts.abs().maxCoeff(&at);
  run.largest_loss_shift = shifts[at];
  if (options.target) {
    run.target_shift = result.family->at(values, *options.target).log_loss -
                       result.family->at(result.values, *options.target).log_loss;
  }
}

}  // namespace

std::vector<RunInfluence> influence(const FitData& data, const FitOptions& options,
                                    const FitResult& result,
                                    const InfluenceOptions& influence_options, std::stop_token stop,
                                    const ProgressSink& progress) {
  if (data.groups <= result.freeParameters() + 1 || result.exact()) return {};
  const auto points = pointsOfRuns(data);
  const auto order = runsToLeaveOut(points, data, result, influence_options.most_runs);
  FitProblem first(*result.family, data.points, result.objective_kind);
  first.value(result.coordinates);
  const Eigen::ArrayXd fitted = first.evaluator().logLoss();
  std::vector<RunInfluence> runs(order.size());
  std::array<std::unique_ptr<FitProblem>, kMostWorkers> problems;
  std::atomic<std::size_t> done = 0;
  parallelFor(order.size(), options.threads, stop, [&](std::size_t k, std::size_t worker) {
    std::unique_ptr<FitProblem>& own = problems[worker];
    if (!own)
      own = std::make_unique<FitProblem>(*result.family, data.points, result.objective_kind);
    RunInfluence& run = runs[k];
    run.group = order[k];
    Eigen::ArrayXd weights = Eigen::ArrayXd::Ones(own->points());
    for (const std::size_t i : points[run.group]) {
      weights[static_cast<Eigen::Index>(i)] = 0;
      run.rows.push_back(data.original[i]);
    }
    run.run_id = data.points[points[run.group].front()].run_id;
    own->setWeights(weights);
    const Polished end = polish(*own, result.bounds, result.coordinates, kLeaveOutPolish);
    describeShift(*own, result, points[run.group], fitted, end.coordinates, influence_options, run);
    ++done;
    if (worker == 0 && progress) {
      progress("influence", static_cast<double>(done) / static_cast<double>(order.size()));
    }
  });
  if (stop.stop_requested()) return {};
  std::stable_sort(runs.begin(), runs.end(), [](const RunInfluence& a, const RunInfluence& b) {
    return std::abs(a.largest_loss_shift) > std::abs(b.largest_loss_shift);
  });
  return runs;
}

}  // namespace moe
