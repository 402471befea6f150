#include "fitting/objective.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

namespace moe {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Both bounds of a parameter in its coordinate, the smaller first.
std::pair<double, double> coordinateBounds(const LawParameter& parameter) {
  const auto bound = [&](double value) {
    if (parameter.coordinate == Coordinate::kLinear) return value;
    if (parameter.coordinate == Coordinate::kLog && value <= 0) return -kInfinity;
    return std::isinf(value) && parameter.coordinate == Coordinate::kLog
               ? value
               : coordinateOf(parameter.coordinate, value);
  };
  return std::minmax(bound(parameter.lower), bound(parameter.upper));
}

std::vector<Eigen::Index> withWeight(const Eigen::ArrayXd& weights) {
  std::vector<Eigen::Index> chosen;
  for (Eigen::Index i = 0; i < weights.size(); ++i) {
    if (weights[i] != 0) chosen.push_back(i);
  }
  return chosen;
}

}  // namespace

double Objective::rho(double residual) const {
  const double size = std::abs(residual);
  if (kind == ObjectiveKind::kLeastSquares || size <= delta) return 0.5 * residual * residual;
  return delta * (size - 0.5 * delta);
}

double Objective::slope(double residual) const {
  if (kind == ObjectiveKind::kLeastSquares || std::abs(residual) <= delta) return residual;
  return residual > 0 ? delta : -delta;
}

Bounds Bounds::of(const LawFamily& family) {
  Bounds bounds = none(family);
  for (std::size_t i = 0; i < family.parameters.size(); ++i) {
    const auto index = static_cast<Eigen::Index>(i);
    std::tie(bounds.lower[index], bounds.upper[index]) = coordinateBounds(family.parameters[i]);
  }
  return bounds;
}

Bounds Bounds::none(const LawFamily& family) {
  const auto count = static_cast<Eigen::Index>(family.parameters.size());
  Bounds bounds{Eigen::VectorXd::Constant(count, -kInfinity),
                Eigen::VectorXd::Constant(count, kInfinity)};
  const auto keep = [&](std::size_t i) {
    const auto index = static_cast<Eigen::Index>(i);
    std::tie(bounds.lower[index], bounds.upper[index]) = coordinateBounds(family.parameters[i]);
  };
  for (const int index : {family.e_start, family.e_max, family.power}) {
    if (index >= 0) keep(static_cast<std::size_t>(index));
  }
  // Effective variables are not defined everywhere.
  for (std::size_t i = 0; !family.isPowerSum() && i < family.parameters.size(); ++i) {
    if (!family.parameters[i].search.empty()) keep(i);
  }
  return bounds;
}

FitProblem::FitProblem(const LawFamily& family, std::span<const TrainingRun> runs,
                       Objective objective)
    : evaluator_(family, runs), objective_(objective) {
  const auto points = static_cast<Eigen::Index>(runs.size());
  log_loss_.resize(points);
  for (Eigen::Index i = 0; i < points; ++i) {
    log_loss_[i] = std::log(runs[static_cast<std::size_t>(i)].loss);
  }
  weights_ = Eigen::ArrayXd::Ones(points);
  residuals_.resize(points);
  slopes_.resize(points);
}

FitProblem::FitProblem(const FitProblem& all, const Eigen::ArrayXd& weights)
    : FitProblem(all, weights, withWeight(weights)) {}

FitProblem::FitProblem(const FitProblem& all, const Eigen::ArrayXd& weights,
                       std::span<const Eigen::Index> chosen)
    : evaluator_(all.evaluator_, chosen), objective_(all.objective_) {
  const auto points = static_cast<Eigen::Index>(chosen.size());
  log_loss_.resize(points);
  weights_.resize(points);
  for (Eigen::Index i = 0; i < points; ++i) {
    log_loss_[i] = all.log_loss_[chosen[static_cast<std::size_t>(i)]];
    weights_[i] = weights[chosen[static_cast<std::size_t>(i)]];
  }
  residuals_.resize(points);
  slopes_.resize(points);
}

// rho = s (|r| - s/2) and rho' = sign(r) s with s = min(|r|, delta): no branch.
double FitProblem::sum() {
  residuals_ = evaluator_.logLoss() - log_loss_;
  if (objective_.scale == ResidualScale::kLoss) {
    residuals_ = (residuals_.exp() - 1) * log_loss_.exp();
  }
  if (objective_.kind == ObjectiveKind::kLeastSquares) {
    return 0.5 * (weights_ * residuals_.square()).sum();
  }
  const auto size = residuals_.abs();
  const auto clipped = size.min(objective_.delta);
  return (weights_ * clipped * (size - 0.5 * clipped)).sum();
}

double FitProblem::value(const Eigen::VectorXd& coordinates) {
  if (!evaluator_.evaluate(coordinates)) return kInfinity;
  return sum();
}

double FitProblem::value(const Eigen::VectorXd& coordinates, Eigen::VectorXd& gradient) {
  if (!evaluator_.evaluate(coordinates)) {
    gradient.setConstant(coordinates.size(), std::numeric_limits<double>::quiet_NaN());
    return kInfinity;
  }
  const double total = sum();
  if (objective_.kind == ObjectiveKind::kLeastSquares) {
    slopes_ = weights_ * residuals_;
  } else {
    slopes_ = weights_ * residuals_.max(-objective_.delta).min(objective_.delta);
  }
  if (objective_.scale == ResidualScale::kLoss) slopes_ *= evaluator_.logLoss().exp();
  evaluator_.gradient(slopes_, gradient);
  return gradient.allFinite() ? total : kInfinity;
}

Eigen::MatrixXd FitProblem::jacobian() const {
  Eigen::MatrixXd jacobian = evaluator_.jacobian();
  if (objective_.scale == ResidualScale::kLoss) {
    jacobian.array().colwise() *= evaluator_.logLoss().exp();
  }
  return jacobian;
}

Eigen::MatrixXd FitProblem::gaussNewton() const {
  Eigen::ArrayXd curvature = weights_;
  if (objective_.kind == ObjectiveKind::kHuber) {
    curvature *= (objective_.delta / residuals_.abs().max(objective_.delta));
  }
  const Eigen::MatrixXd jacobian = this->jacobian();
  return jacobian.transpose() * curvature.matrix().asDiagonal() * jacobian;
}

}  // namespace moe
