#include "fitting/search/polish.h"

#include <ceres/first_order_function.h>
#include <ceres/gradient_problem.h>
#include <ceres/gradient_problem_solver.h>
#include <glog/logging.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <mutex>

#include "fitting/search/box_map.h"

namespace moe {

namespace {

/// The scaled objective in y, x = x0 + T y: what Ceres sees.
class PreconditionedObjective : public ceres::FirstOrderFunction {
 public:
  PreconditionedObjective(FitProblem& problem, const BoxMap& map, Eigen::VectorXd origin,
                          Eigen::MatrixXd transform, double scale)
      : problem_(problem),
        map_(map),
        origin_(std::move(origin)),
        transform_(std::move(transform)),
        scale_(scale),
        free_(origin_.size()),
        coordinates_(origin_.size()),
        slopes_(origin_.size()),
        gradient_(origin_.size()) {}

  bool Evaluate(const double* y, double* cost, double* gradient) const override {
    const Eigen::Map<const Eigen::VectorXd> step(y, origin_.size());
    free_.noalias() = transform_ * step;
    free_ += origin_;
    map_.toCoordinates(free_, coordinates_);
    if (gradient == nullptr) {
      *cost = scale_ * problem_.value(coordinates_);
      return std::isfinite(*cost);
    }
    *cost = scale_ * problem_.value(coordinates_, gradient_);
    if (!std::isfinite(*cost)) return false;
    map_.slopes(free_, slopes_);
    gradient_.array() *= slopes_.array() * scale_;
    Eigen::Map<Eigen::VectorXd>(gradient, origin_.size()).noalias() =
        transform_.transpose() * gradient_;
    return true;
  }

  int NumParameters() const override { return static_cast<int>(origin_.size()); }

  Eigen::VectorXd coordinatesAt(const Eigen::VectorXd& y) const {
    Eigen::VectorXd result(origin_.size());
    map_.toCoordinates(origin_ + transform_ * y, result);
    return result;
  }

 private:
  FitProblem& problem_;
  const BoxMap& map_;
  Eigen::VectorXd origin_;
  Eigen::MatrixXd transform_;
  double scale_;
  mutable Eigen::VectorXd free_, coordinates_, slopes_, gradient_;
};

/// T with T^T (scale * Gauss-Newton in x) T = 1. A small multiple of the diagonal keeps flat
/// directions finite.
Eigen::MatrixXd preconditioner(const FitProblem& problem, const Eigen::VectorXd& slopes,
                               double scale) {
  Eigen::MatrixXd matrix =
      slopes.asDiagonal() * problem.gaussNewton() * slopes.asDiagonal() * scale;
  const double largest = std::max(matrix.diagonal().maxCoeff(), 1e-300);
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    matrix(i, i) = matrix(i, i) * (1 + 1e-7) + 1e-9 * largest;
  }
  const Eigen::LLT<Eigen::MatrixXd> factor(matrix);
  return factor.matrixU().solve(Eigen::MatrixXd::Identity(matrix.rows(), matrix.cols()));
}

ceres::GradientProblemSolver::Options solverOptions(const PolishOptions& options) {
  ceres::GradientProblemSolver::Options result;
  result.line_search_direction_type = ceres::BFGS;
  result.logging_type = ceres::SILENT;
  result.max_num_iterations = options.max_iterations;
  result.function_tolerance = options.relative_tolerance;
  result.gradient_tolerance = 1e-13;
  result.parameter_tolerance = 1e-15;
  return result;
}

/// Ceres warns of every restart of its line search on standard error, logging_type notwithstanding;
/// the outcome of a polish is judged by its value, so warnings are switched off.
void silenceWarnings() {
  static std::once_flag once;
  std::call_once(once, [] { FLAGS_minloglevel = google::GLOG_ERROR; });
}

/// One BFGS run from `from`; returns how much the objective fell, relative to its value.
double descend(FitProblem& problem, const BoxMap& map, const PolishOptions& options,
               Polished& from) {
  const Eigen::VectorXd origin = map.toFree(from.coordinates);
  Eigen::VectorXd coordinates(origin.size());
  map.toCoordinates(origin, coordinates);
  Eigen::VectorXd gradient(origin.size());
  const double initial = problem.value(coordinates, gradient);
  if (!std::isfinite(initial) || initial <= 0) return 0;
  Eigen::VectorXd slopes(origin.size());
  map.slopes(origin, slopes);
  const double scale = 1 / initial;
  auto* function = new PreconditionedObjective(problem, map, origin,
                                               preconditioner(problem, slopes, scale), scale);
  const ceres::GradientProblem gradient_problem(function);  // owns `function`
  Eigen::VectorXd y = Eigen::VectorXd::Zero(origin.size());
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(solverOptions(options), gradient_problem, y.data(), &summary);
  const Eigen::VectorXd end = function->coordinatesAt(y);
  const double value = problem.value(end);
  from.iterations += static_cast<int>(summary.iterations.size());
  from.converged = summary.termination_type == ceres::CONVERGENCE;
  if (!(value < from.value)) return 0;
  const double gain = (from.value - value) / from.value;
  from.value = value;
  from.coordinates = end;
  return gain;
}

/// Presses coordinates that the change of variables leaves a hair off their bound onto it, where
/// the objective is not worse there.
void snapToBounds(FitProblem& problem, const Bounds& bounds, Polished& point) {
  for (Eigen::Index i = 0; i < point.coordinates.size(); ++i) {
    if (bounds.pinned(i)) continue;
    for (const double bound : {bounds.lower[i], bounds.upper[i]}) {
      if (!std::isfinite(bound) || std::abs(point.coordinates[i] - bound) > 1e-3) continue;
      Eigen::VectorXd moved = point.coordinates;
      moved[i] = bound;
      const double value = problem.value(moved);
      if (value <= point.value * (1 + 1e-14)) {
        point.coordinates = moved;
        point.value = value;
      }
    }
  }
}

/// Coordinates that may move: not pinned and not pressed outwards against a bound.
std::vector<Eigen::Index> freeCoordinates(const Bounds& bounds, const Eigen::VectorXd& at,
                                          const Eigen::VectorXd& gradient) {
  std::vector<Eigen::Index> free;
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    const bool low = at[i] <= bounds.lower[i] && gradient[i] >= 0;
    const bool high = at[i] >= bounds.upper[i] && gradient[i] <= 0;
    if (!bounds.pinned(i) && !low && !high) free.push_back(i);
  }
  return free;
}

/// One damped Newton step; false when no damping lowers the objective.
bool newtonStep(FitProblem& problem, const Bounds& bounds, Polished& point) {
  Eigen::VectorXd gradient(point.coordinates.size());
  problem.value(point.coordinates, gradient);
  const std::vector<Eigen::Index> free = freeCoordinates(bounds, point.coordinates, gradient);
  if (free.empty()) return false;
  const Eigen::MatrixXd matrix = hessian(problem, point.coordinates)(free, free);
  const Eigen::VectorXd slope = gradient(free);
  const Eigen::VectorXd scale = matrix.diagonal().cwiseAbs().cwiseMax(
      1e-12 * matrix.diagonal().cwiseAbs().maxCoeff() + 1e-300);
  for (double damping = 0; damping < 1e6; damping = damping == 0 ? 1e-8 : damping * 30) {
    Eigen::MatrixXd damped = matrix;
    damped.diagonal() += damping * scale;
    const Eigen::LLT<Eigen::MatrixXd> factor(damped);
    if (factor.info() != Eigen::Success) continue;
    const Eigen::VectorXd step = factor.solve(-slope);
    Eigen::VectorXd moved = point.coordinates;
    for (std::size_t k = 0; k < free.size(); ++k) {
      const Eigen::Index i = free[k];
      moved[i] = std::clamp(moved[i] + step[static_cast<Eigen::Index>(k)], bounds.lower[i],
                            bounds.upper[i]);
    }
    const double value = problem.value(moved);
    if (value < point.value) {
      const bool moves = point.value - value > 1e-15 * point.value;
      point.coordinates = moved;
      point.value = value;
      return moves;
    }
  }
  return false;
}

}  // namespace

Polished polish(FitProblem& problem, const Bounds& bounds, const Eigen::VectorXd& start,
                const PolishOptions& options) {
  silenceWarnings();
  const BoxMap map(bounds);
  Polished result;
  result.coordinates = start.cwiseMax(bounds.lower).cwiseMin(bounds.upper);
  result.value = problem.value(result.coordinates);
  for (int round = 0; round < options.rounds; ++round) {
    if (descend(problem, map, options, result) < 10 * options.relative_tolerance) break;
  }
  snapToBounds(problem, bounds, result);
  return result;
}

Polished refine(FitProblem& problem, const Bounds& bounds, const Polished& start) {
  Polished result = start;
  for (int step = 0; step < 60; ++step) {
    if (!newtonStep(problem, bounds, result)) {
      result.converged = true;
      break;
    }
  }
  return result;
}

Eigen::MatrixXd hessian(FitProblem& problem, const Eigen::VectorXd& coordinates) {
  constexpr double kStep = 1e-6;
  const Eigen::Index count = coordinates.size();
  Eigen::MatrixXd result(count, count);
  Eigen::VectorXd above(count);
  Eigen::VectorXd below(count);
  Eigen::VectorXd moved = coordinates;
  for (Eigen::Index i = 0; i < count; ++i) {
    moved[i] = coordinates[i] + kStep;
    problem.value(moved, above);
    moved[i] = coordinates[i] - kStep;
    problem.value(moved, below);
    moved[i] = coordinates[i];
    result.col(i) = (above - below) / (2 * kStep);
  }
  return 0.5 * (result + result.transpose());
}

double remainingGain(FitProblem& problem, const Bounds& bounds,
                     const Eigen::VectorXd& coordinates) {
  const double value = problem.value(coordinates);
  const Polished again = polish(problem, bounds, coordinates, {.max_iterations = 100, .rounds = 1});
  return value > 0 ? (value - again.value) / value : 0;
}

bool onBound(const Bounds& bounds, const Eigen::VectorXd& coordinates, Eigen::Index i,
             double near) {
  const double width = bounds.upper[i] - bounds.lower[i];
  const double margin = near * (std::isfinite(width) ? std::max(width, 1e-3) : 1);
  return coordinates[i] <= bounds.lower[i] + margin || coordinates[i] >= bounds.upper[i] - margin;
}

}  // namespace moe
