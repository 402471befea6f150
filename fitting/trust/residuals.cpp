#include "fitting/trust/residuals.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "fitting/trust/distributions.h"

namespace moe {

namespace {

constexpr double kOutlier = 4;
constexpr double kTrend = 0.01;  // of the p-value

double medianOf(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Diagonal of Q Q^T of the Jacobian's free columns, by a rank-revealing QR.
Eigen::ArrayXd leverages(FitProblem& problem, const FitResult& result) {
  problem.value(result.coordinates);
  std::vector<Eigen::Index> free;
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    const ParameterFit& parameter = result.parameters[i];
    if (!parameter.fixed && !parameter.on_bound) free.push_back(static_cast<Eigen::Index>(i));
  }
  Eigen::MatrixXd jacobian = problem.jacobian()(Eigen::all, free);
  for (Eigen::Index k = 0; k < jacobian.cols(); ++k) {
    const double length = jacobian.col(k).norm();
    if (length > 0) jacobian.col(k) /= length;
  }
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(jacobian);
  qr.setThreshold(1e-10);
  const Eigen::MatrixXd q =
      qr.householderQ() * Eigen::MatrixXd::Identity(jacobian.rows(), qr.rank());
  return q.rowwise().squaredNorm().array();
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> rank(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) rank[order[k]] = 0.5 * static_cast<double>(i + end - 1);
    i = end;
  }
  return rank;
}

/// Spearman's rank correlation; 0 where one side is constant.
double spearman(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = ranks(a);
  const std::vector<double> y = ranks(b);
  const double mean = 0.5 * static_cast<double>(x.size() - 1);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

std::vector<Trend> trendsOf(const FitData& data, const std::vector<double>& residuals) {
  struct Variable {
    const char* name;
    double (*value)(const TrainingRun&);
  };
  static constexpr Variable kVariables[] = {
      {"N", [](const TrainingRun& run) { return run.params; }},
      {"D", [](const TrainingRun& run) { return run.train_tokens; }},
      {"E", [](const TrainingRun& run) { return run.experts; }},
      {"N D", [](const TrainingRun& run) { return run.params * run.train_tokens; }}};
  std::vector<double> sizes = residuals;
  for (double& size : sizes) size = std::abs(size);
  std::vector<Trend> trends;
  for (const Variable& variable : kVariables) {
    std::vector<double> values;
    for (const TrainingRun& run : data.points) values.push_back(variable.value(run));
    for (const bool of_spread : {true, false}) {
      const double correlation = spearman(values, of_spread ? sizes : residuals);
      // Runs, not points, are independent.
      const double z =
          std::abs(correlation) * std::sqrt(std::max(0.0, static_cast<double>(data.groups) - 1));
      const double p = std::min(1.0, 8 * 2 * (1 - normalCumulative(z)));
      if (p < kTrend) trends.push_back({variable.name, of_spread, correlation, p});
    }
  }
  return trends;
}

using PointKey = std::tuple<double, double, double, double, double, double>;

PointKey keyOf(const TrainingRun& run) {
  return {run.params, run.train_tokens, run.experts, run.top_k, run.granularity, run.unique_tokens};
}

Replicates replicatesOf(const FitData& data, const std::vector<double>& residuals,
                        std::size_t free) {
  std::map<PointKey, std::vector<std::size_t>> sets;
  for (std::size_t i = 0; i < data.points.size(); ++i) sets[keyOf(data.points[i])].push_back(i);
  Replicates result;
  double within = 0;
  for (const auto& [key, members] : sets) {
    std::map<double, std::size_t> losses;  // copies count once
    for (const std::size_t i : members) ++losses[std::log(data.points[i].loss)];
    result.copies += members.size() - losses.size();
    if (losses.size() < 2) continue;
    ++result.sets;
    result.degrees_of_freedom += losses.size() - 1;
    double mean = 0;
    for (const auto& [loss, times] : losses) mean += loss / static_cast<double>(losses.size());
    for (const auto& [loss, times] : losses) within += (loss - mean) * (loss - mean);
  }
  if (result.degrees_of_freedom == 0) return result;
  const double pure = static_cast<double>(result.degrees_of_freedom);
  result.noise = std::sqrt(within / pure);
  double total = 0;
  for (const double residual : residuals) total += residual * residual;
  const double lack = static_cast<double>(sets.size()) - static_cast<double>(free);
  if (lack >= 1 && within > 0) {
    const double f = std::max(0.0, total - within) / lack / (within / pure);
    result.lack_of_fit_p = fisherTail(f, lack, pure);
  }
  return result;
}

}  // namespace

ResidualStudy studyResiduals(const FitData& data, const FitResult& result) {
  FitProblem problem(*result.family, data.points, result.objective_kind);
  const Eigen::ArrayXd leverage = leverages(problem, result);
  const Eigen::ArrayXd log_residuals = problem.logResiduals();
  const std::vector<double> residuals(log_residuals.begin(), log_residuals.end());
  std::vector<double> sizes = residuals;
  for (double& size : sizes) size = std::abs(size);
  const double spread = std::max(1.4826 * medianOf(sizes), 1e-300);
  ResidualStudy study;
  study.points.resize(residuals.size());
  std::size_t free = 0;
  for (const ParameterFit& parameter : result.parameters) free += !parameter.fixed;
  const Objective& objective = result.objective_kind;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    Residual& point = study.points[data.original[i]];
    point.row = data.original[i];
    point.log_residual = residuals[i];
    point.predicted = data.points[i].loss * std::exp(residuals[i]);
    point.robust_z = residuals[i] / spread;
    const double own = problem.residuals()[static_cast<Eigen::Index>(i)];
    point.weight = own == 0 ? 1 : objective.slope(own) / own;
    point.leverage = leverage[static_cast<Eigen::Index>(i)];
    point.outlier = !result.exact() && std::abs(point.robust_z) > kOutlier;
  }
  for (const Residual& point : study.points) {
    if (point.outlier) study.outliers.push_back(point.row);
  }
  std::stable_sort(study.outliers.begin(), study.outliers.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(study.points[a].robust_z) > std::abs(study.points[b].robust_z);
  });
  if (residuals.size() >= 8 && !result.exact()) study.trends = trendsOf(data, residuals);
  study.replicates = replicatesOf(data, residuals, free);
  return study;
}

}  // namespace moe
