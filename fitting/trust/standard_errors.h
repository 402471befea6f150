#pragma once

#include <Eigen/Core>
#include <vector>

#include "fitting/fit.h"
#include "fitting/objective.h"

namespace moe {

/// Coordinates that the optimum leaves free: not held and not on a bound.
std::vector<Eigen::Index> freeCoordinates(const FitResult& result);

/// Covariance of the free coordinates at the optimum, in their order: the sandwich H^+ S H^+ with S
/// summed over whole runs and the small-sample factor G / (G - p). Empty with no more runs than
/// free coordinates: S then has too low a rank to mean anything. What lies in the null space of the
/// Jacobian has no variance here.
Eigen::MatrixXd sandwichCovariance(FitProblem& problem, const FitData& data,
                                   const FitResult& result);

/// Fills standard errors, Wald intervals by Student's t (identified parameters) and trade-offs
/// (pairs whose estimates correlate beyond 0.98) from the sandwich.
void fillStandardErrors(FitProblem& problem, const FitData& data, FitResult& result);

}  // namespace moe
