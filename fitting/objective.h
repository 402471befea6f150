#pragma once

#include <Eigen/Core>
#include <span>

#include "data/training_run.h"
#include "fitting/laws/law_evaluator.h"

namespace moe {

enum class ObjectiveKind { kHuber, kLeastSquares };

/// What a residual is the difference of.
enum class ResidualScale {
  kLogLoss,  ///< ln L_hat - ln L
  kLoss,     ///< L_hat - L, nats: for papers that fit so [Gadre2024, Krajewski2024]
};

/// What a fit minimises: the sum over points, never the mean, of rho(r), r = ln L_hat - ln L (or
/// L_hat - L), with
///
///     Huber           rho(r) = r^2/2 for |r| <= delta, delta (|r| - delta/2) beyond
///     least squares   rho(r) = r^2/2
///
/// delta = 1e-3 is the literature's [Hoffmann2022, appendix D.2]; real residuals are mostly larger,
/// so it acts like least absolute deviations.
struct Objective {
  ObjectiveKind kind = ObjectiveKind::kHuber;
  double delta = 1e-3;
  ResidualScale scale = ResidualScale::kLogLoss;

  double rho(double residual) const;
  double slope(double residual) const;  ///< rho'
};

/// Box in the coordinates of a family.
struct Bounds {
  Eigen::VectorXd lower;
  Eigen::VectorXd upper;

  static Bounds of(const LawFamily& family);
  /// No bounds but those without which the law is not defined: E_start >= 1 and E_max > E_start,
  /// a positive outer power, and all but the amplitudes of a law with effective variables.
  static Bounds none(const LawFamily& family);
  bool pinned(Eigen::Index i) const { return lower[i] == upper[i]; }
};

/// One fit's data, objective and weights. Keeps its buffers: one per thread.
class FitProblem {
 public:
  FitProblem(const LawFamily& family, std::span<const TrainingRun> runs, Objective objective);
  /// The points of another problem that have weight: a resample leaves out a third of them.
  FitProblem(const FitProblem& all, const Eigen::ArrayXd& weights);

  const LawFamily& family() const { return evaluator_.family(); }
  const Objective& objective() const { return objective_; }
  Eigen::Index points() const { return log_loss_.size(); }
  Eigen::Index parameters() const { return static_cast<Eigen::Index>(family().parameters.size()); }
  const Eigen::ArrayXd& logLoss() const { return log_loss_; }  ///< measured
  const Eigen::ArrayXd& weights() const { return weights_; }
  void setWeights(const Eigen::ArrayXd& weights) { weights_ = weights; }

  /// Infinity where the law is not finite, and where its gradient is asked for and is not.
  double value(const Eigen::VectorXd& coordinates);
  double value(const Eigen::VectorXd& coordinates, Eigen::VectorXd& gradient);

  /// Residuals on the objective's scale at the last point evaluated.
  const Eigen::ArrayXd& residuals() const { return residuals_; }
  /// ln L_hat - ln L there, on whatever scale the objective is.
  Eigen::ArrayXd logResiduals() const { return evaluator_.logLoss() - log_loss_; }
  /// d residual / d coordinate there, points x parameters.
  Eigen::MatrixXd jacobian() const;
  /// The law's shares and the Jacobian of ln L there.
  LawEvaluator& evaluator() { return evaluator_; }

  /// J^T W J with the weights of iteratively reweighted least squares at the last evaluation with
  /// a gradient: a positive semidefinite stand-in for the Hessian.
  Eigen::MatrixXd gaussNewton() const;

 private:
  FitProblem(const FitProblem& all, const Eigen::ArrayXd& weights,
             std::span<const Eigen::Index> chosen);
  double sum();

  LawEvaluator evaluator_;
  Objective objective_;
  Eigen::ArrayXd log_loss_;
  Eigen::ArrayXd weights_;
  Eigen::ArrayXd residuals_;
  Eigen::ArrayXd slopes_;
};

}  // namespace moe
