#pragma once

#include <Eigen/Core>
#include <initializer_list>
#include <span>
#include <vector>

#include "data/training_run.h"
#include "fitting/laws/law_family.h"

namespace moe {

/// The expert counts that occur and which of them each point has: Ehat depends on nothing else, and
/// studies have a handful of them.
struct ExpertLevels {
  std::vector<double> counts;
  std::vector<std::size_t> of_point;

  static ExpertLevels of(std::span<const LawPoint> points);
};

/// ln L of one family at many points, and its Jacobian: the inner loop of every fit. Features that
/// do not change are computed once; buffers are kept between calls. One per thread.
class LawEvaluator {
 public:
  LawEvaluator(const LawFamily& family, std::span<const TrainingRun> runs);
  /// The same with some of its points, by index.
  LawEvaluator(const LawEvaluator& all, std::span<const Eigen::Index> chosen);

  /// Evaluates at coordinates (see Coordinate). False when a value is not finite.
  bool evaluate(const Eigen::VectorXd& coordinates);

  /// sum_i slopes_i d ln L_i / d coordinate at the last point evaluated, without the Jacobian.
  void gradient(const Eigen::ArrayXd& slopes, Eigen::VectorXd& gradient) const;

  Eigen::Index size() const { return features_.rows(); }
  const LawFamily& family() const { return *family_; }
  const Eigen::ArrayXd& logLoss() const { return log_loss_; }
  /// d ln L / d coordinate at the last point evaluated, points x parameters.
  Eigen::MatrixXd jacobian() const;
  /// d ln L / d exponent of each term, points x terms: without a power its share in the loss. Tells
  /// which terms are dead.
  const Eigen::ArrayXXd& shares() const { return shares_; }

  /// Column of a feature for the current E_start, E_max and effective variables.
  auto feature(Feature which) const { return features_.col(static_cast<Eigen::Index>(which)); }
  /// Recomputes ln Ehat and its products for these E_start, E_max.
  void setSaturation(double e_start, double e_max);
  /// Recomputes ln N' and ln D' and their slopes, where the family has them.
  void setEffective(const Eigen::VectorXd& coordinates);

 private:
  void makeBuffers();
  void evaluateTerm(std::size_t term);
  bool sumTerms();
  void updateProducts();
  /// d ln L / d ln X of every point: the sum over entries of one of these features, times the
  /// column beside it.
  struct Chain {
    Feature which;
    Feature other;
  };
  Eigen::ArrayXd slopesIn(std::initializer_list<Chain> chains) const;
  Eigen::ArrayXd powerSlopes() const;
  Eigen::ArrayXd expertSlopes() const;
  Eigen::ArrayXd paramsSlopes() const;
  Eigen::ArrayXd tokensSlopes() const;

  const LawFamily* family_;
  Eigen::VectorXd coordinates_;
  std::vector<LawPoint> points_;
  ExpertLevels levels_;
  Eigen::Array3Xd level_values_;  // ln Ehat and its two slopes, of each level
  Eigen::ArrayXXd features_;      // points x kFeatures, in the order of Feature
  Eigen::ArrayXd slope_start_;    // d ln Ehat / d ln E_start
  Eigen::ArrayXd slope_max_;      // d ln Ehat / d ln E_max
  bool has_products_ = false;     // of ln N or ln D with ln E
  double e_start_ = 0;
  double e_max_ = 0;
  Eigen::ArrayXXd params_slopes_;  // d ln N' / d coordinate, points x parameters; empty without N'
  Eigen::ArrayXXd tokens_slopes_;  // d ln D' / d coordinate
  Eigen::ArrayXd inside_;          // the sum inside the power
  Eigen::ArrayXd log_inside_;
  Eigen::ArrayXd raised_share_;  // (sum inside)^power / L
  Eigen::ArrayXXd shares_;
  Eigen::ArrayXd total_;
  Eigen::ArrayXd log_loss_;
};

}  // namespace moe
