#pragma once

#include <Eigen/Core>

#include "fitting/objective.h"

namespace moe {

struct PolishOptions {
  int max_iterations = 400;
  double relative_tolerance = 1e-12;  ///< of the objective, between two iterations
  int rounds = 3;                     ///< fresh preconditioners while the objective still falls
};

struct Polished {
  Eigen::VectorXd coordinates;
  double value = 0;
  int iterations = 0;
  bool converged = false;
};

/// Descends from `start` to the local optimum of its basin inside the bounds: Ceres' BFGS
/// (GradientProblemSolver) on the objective scaled to 1 at the start. Bounds are kept by a smooth
/// change of variables, t = middle + half-width sin x, so that an optimum on a bound is an ordinary
/// minimum in x; x is preconditioned by the Cholesky factor of the Gauss-Newton matrix, so that the
/// flat valleys of scaling laws are round.
Polished polish(FitProblem& problem, const Bounds& bounds, const Eigen::VectorXd& start,
                const PolishOptions& options = {});

/// A few damped Newton steps on the free coordinates (those not pressed against a bound), until
/// the objective moves by rounding only: makes profiles, tests and repeated runs agree.
Polished refine(FitProblem& problem, const Bounds& bounds, const Polished& start);

/// Hessian of the objective by central differences of its gradient.
Eigen::MatrixXd hessian(FitProblem& problem, const Eigen::VectorXd& coordinates);

/// Share of the objective that a fresh descent from here still gains: nothing at a local optimum.
double remainingGain(FitProblem& problem, const Bounds& bounds, const Eigen::VectorXd& coordinates);

/// True when coordinate i lies on one of its bounds, to `near` of the width (of 1 where the other
/// bound is infinite).
bool onBound(const Bounds& bounds, const Eigen::VectorXd& coordinates, Eigen::Index i,
             double near = 1e-7);

}  // namespace moe
