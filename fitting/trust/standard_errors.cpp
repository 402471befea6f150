#include "fitting/trust/standard_errors.h"

#include <algorithm>
#include <cmath>

#include "fitting/trust/distributions.h"
#include "fitting/trust/pseudo_inverse.h"
#include "fitting/trust/rise_scale.h"

namespace moe {

namespace {

constexpr double kTradeOff = 0.98;  // correlation: one explains 96 % of the other's variance

/// Gradients of the objective, summed over the points of each run.
Eigen::MatrixXd runScores(const FitProblem& problem, const FitData& data,
                          const Eigen::MatrixXd& jacobian) {
  Eigen::MatrixXd scores =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(data.groups), jacobian.cols());
  for (std::size_t i = 0; i < data.points.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    scores.row(static_cast<Eigen::Index>(data.group[i])) +=
        problem.objective().slope(problem.residuals()[row]) * jacobian.row(row);
  }
  return scores;
}

void fillInterval(const FitResult& result, Eigen::Index index, double error, double student,
                  ParameterFit& parameter) {
  const Coordinate coordinate =
      result.family->parameters[static_cast<std::size_t>(index)].coordinate;
  parameter.standard_error = std::abs(valueSlope(coordinate, parameter.value)) * error;
  const double one = valueOf(coordinate, result.coordinates[index] - student * error);
  const double other = valueOf(coordinate, result.coordinates[index] + student * error);
  parameter.ci95 = parameter.wald95 = Range{std::min(one, other), std::max(one, other)};
}

void fillTradeOffs(const std::vector<Eigen::Index>& free, const Eigen::MatrixXd& covariance,
                   FitResult& result) {
  result.trade_offs.clear();
  for (std::size_t i = 0; i < free.size(); ++i) {
    for (std::size_t j = i + 1; j < free.size(); ++j) {
      const auto a = static_cast<Eigen::Index>(i);
      const auto b = static_cast<Eigen::Index>(j);
      const TradeOff pair{static_cast<std::size_t>(free[i]), static_cast<std::size_t>(free[j]),
                          covariance(a, b) / std::sqrt(covariance(a, a) * covariance(b, b))};
      const bool known =
          result.parameters[pair.first].identified && result.parameters[pair.second].identified;
      if (known && std::abs(pair.correlation) > kTradeOff) result.trade_offs.push_back(pair);
    }
  }
  std::stable_sort(result.trade_offs.begin(), result.trade_offs.end(),
                   [](const TradeOff& a, const TradeOff& b) {
                     return std::abs(a.correlation) > std::abs(b.correlation);
                   });
}

}  // namespace

std::vector<Eigen::Index> freeCoordinates(const FitResult& result) {
  std::vector<Eigen::Index> free;
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    if (!result.parameters[i].on_bound && !result.parameters[i].fixed) {
      free.push_back(static_cast<Eigen::Index>(i));
    }
  }
  return free;
}

Eigen::MatrixXd sandwichCovariance(FitProblem& problem, const FitData& data,
                                   const FitResult& result) {
  const std::vector<Eigen::Index> free = freeCoordinates(result);
  if (free.empty() || data.groups <= free.size()) return {};
  problem.value(result.coordinates);
  const Eigen::MatrixXd jacobian = problem.jacobian()(Eigen::all, free);
  const Eigen::MatrixXd scores = runScores(problem, data, jacobian);
  const Eigen::ArrayXd weights = curvatureWeights(problem, free.size());
  const Eigen::MatrixXd inverse =
      pseudoInverse(jacobian.transpose() * weights.matrix().asDiagonal() * jacobian);
  const double runs = static_cast<double>(data.groups);
  const double small_sample = runs / (runs - static_cast<double>(free.size()));
  return small_sample * inverse * scores.transpose() * scores * inverse;
}

void fillStandardErrors(FitProblem& problem, const FitData& data, FitResult& result) {
  for (ParameterFit& parameter : result.parameters) {
    parameter.standard_error.reset();
    parameter.ci95.reset();
    parameter.wald95.reset();
  }
  const Eigen::MatrixXd covariance = sandwichCovariance(problem, data, result);
  if (covariance.size() == 0) return;
  const std::vector<Eigen::Index> free = freeCoordinates(result);
  const double student = studentQuantile(0.975, static_cast<double>(data.groups - free.size()));
  for (std::size_t k = 0; k < free.size(); ++k) {
    ParameterFit& parameter = result.parameters[static_cast<std::size_t>(free[k])];
    if (!parameter.identified) continue;
    const auto own = static_cast<Eigen::Index>(k);
    fillInterval(result, free[k], std::sqrt(covariance(own, own)), student, parameter);
  }
  fillTradeOffs(free, covariance, result);
  result.interval_method = "Wald interval, sandwich over runs";
}

}  // namespace moe
