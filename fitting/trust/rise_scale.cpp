#include "fitting/trust/rise_scale.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fitting/trust/distributions.h"

namespace moe {

Eigen::ArrayXd curvatureWeights(const FitProblem& problem, std::size_t free_parameters) {
  const Eigen::ArrayXd& residuals = problem.residuals();
  if (problem.objective().kind == ObjectiveKind::kLeastSquares) {
    return Eigen::ArrayXd::Ones(residuals.size());
  }
  std::vector<double> sizes(residuals.begin(), residuals.end());
  for (double& size : sizes) size = std::abs(size);
  std::sort(sizes.begin(), sizes.end());
  const std::size_t count = sizes.size();
  const std::size_t fitted = std::min(free_parameters, count - 1);
  const double spread = 1.4826 * sizes[fitted + (count - fitted) / 2];
  const double delta = problem.objective().delta;
  const double window =
      std::max(delta, 1.06 * spread * std::pow(static_cast<double>(count - fitted), -0.2));
  const double inside = (residuals.abs() <= window).cast<double>().sum();
  const double n = static_cast<double>(count);
  const double p = static_cast<double>(fitted);
  const double density = std::max(inside - p, 1.0) / (n - p);
  return (residuals.abs() <= window).cast<double>() * (delta / window * density * n / inside);
}

RiseScale::RiseScale(FitProblem& problem, const FitResult& result) : objective_(result.objective) {
  problem.value(result.coordinates);
  double squares = 0;
  for (const double residual : problem.residuals()) {
    squares += std::pow(problem.objective().slope(residual), 2);
  }
  double free = 0;
  for (Eigen::Index i = 0; i < result.coordinates.size(); ++i) free += !result.bounds.pinned(i);
  const double runs = static_cast<double>(result.runs);
  const double points = static_cast<double>(result.points);
  freedom_ = std::max(1.0, runs - free);
  // Residuals of a fit are smaller than the noise: the usual n / (n - p).
  const double small_sample = runs > free ? (runs - free) / runs : 1;
  const double curvature = curvatureWeights(problem, static_cast<std::size_t>(free)).sum();
  scale_ = 2 * curvature / std::max(squares, 1e-300) * runs / points * small_sample;
  // chi-square = t' I t with I = scale / 2 sum of curvature j j' over the points.
  run_variance_ = 2 * runs / std::max(scale_ * curvature, 1e-300);
}

double RiseScale::chiSquare(double objective) const {
  return scale_ * std::max(0.0, objective - objective_);
}

double RiseScale::critical(double confidence) const {
  const double t = studentQuantile(0.5 + confidence / 2, freedom_);
  return t * t;
}

}  // namespace moe
