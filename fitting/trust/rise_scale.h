#pragma once

#include <Eigen/Core>

#include "fitting/fit.h"
#include "fitting/objective.h"

namespace moe {

/// Second derivative of rho, averaged over a window h around zero: 1 for least squares; for Huber
/// delta/h within h, Powell's estimate of the residuals' density at zero. h = delta gives the exact
/// second derivative, which at delta = 1e-3 counts too few points, so h follows the usual kernel
/// width 1.06 s n^(-1/5) where that is larger (s: 1.4826 times the median absolute residual). A fit
/// near least absolute deviations passes through as many points as it has free parameters; these
/// residuals, zero by construction, are left out of the density and of the median [Koenker2005].
Eigen::ArrayXd curvatureWeights(const FitProblem& problem, std::size_t free_parameters);

/// Chi-square of a rise of the objective above its optimum, as for any M-estimate:
///
///     2 (rise) E[rho''] / E[rho'^2] * runs / points
///
/// 2 (rise) / sigma^2 for least squares, about 2 (rise) / (delta mean|r|) for Huber with a delta
/// below the residuals. Points on one curve carry less than as many runs, hence the last factor.
class RiseScale {
 public:
  RiseScale(FitProblem& problem, const FitResult& result);
  double chiSquare(double objective) const;
  /// Largest chi-square within an interval of this confidence: Student's t squared, with as many
  /// degrees of freedom as there are runs beyond the free parameters (at least 1).
  double critical(double confidence) const;
  /// Variance that one run's ln L carries, as the fit weighs it: the noise of a run, for least
  /// squares the residual variance.
  double runVariance() const { return run_variance_; }

 private:
  double run_variance_ = 0;
  double objective_ = 0;
  double scale_ = 0;
  double freedom_ = 1;
};

}  // namespace moe
