#pragma once

#include <Eigen/Core>

#include "fitting/objective.h"

namespace moe {

/// Free variables x for coordinates t inside a box:
///
///     two bounds    t = m + w sin x,  m middle, w half the width
///     one bound     t = lower - 1 + sqrt(x^2 + 1), or its mirror image
///     none          t = x
///
/// The slope of t vanishes on a bound, so a bound is a stationary point in x: starts are moved off
/// it by a thousandth of the width.
class BoxMap {
 public:
  explicit BoxMap(const Bounds& bounds) : bounds_(bounds) {}

  Eigen::VectorXd toFree(const Eigen::VectorXd& coordinates) const;
  void toCoordinates(const Eigen::VectorXd& free, Eigen::VectorXd& coordinates) const;
  /// dt/dx at x.
  void slopes(const Eigen::VectorXd& free, Eigen::VectorXd& slopes) const;

 private:
  Bounds bounds_;
};

}  // namespace moe
