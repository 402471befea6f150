#include "fitting/search/box_map.h"

#include <algorithm>
#include <cmath>

namespace moe {

namespace {

constexpr double kOffBound = 1e-3;

enum class BoxSide { kFree, kLower, kUpper, kBoth, kPinned };

BoxSide sideOf(const Bounds& bounds, Eigen::Index i) {
  if (bounds.pinned(i)) return BoxSide::kPinned;
  const bool lower = std::isfinite(bounds.lower[i]);
  const bool upper = std::isfinite(bounds.upper[i]);
  if (lower && upper) return BoxSide::kBoth;
  if (lower) return BoxSide::kLower;
  return upper ? BoxSide::kUpper : BoxSide::kFree;
}

}  // namespace

Eigen::VectorXd BoxMap::toFree(const Eigen::VectorXd& coordinates) const {
  Eigen::VectorXd free(coordinates.size());
  for (Eigen::Index i = 0; i < free.size(); ++i) {
    const double t = coordinates[i];
    switch (sideOf(bounds_, i)) {
      case BoxSide::kPinned:
        free[i] = 0;
        break;
      case BoxSide::kFree:
        free[i] = t;
        break;
      case BoxSide::kLower: {
        const double above = std::max(t - bounds_.lower[i], kOffBound) + 1;
        free[i] = std::sqrt(above * above - 1);
        break;
      }
      case BoxSide::kUpper: {
        const double below = std::max(bounds_.upper[i] - t, kOffBound) + 1;
        free[i] = std::sqrt(below * below - 1);
        break;
      }
      case BoxSide::kBoth: {
        const double middle = 0.5 * (bounds_.upper[i] + bounds_.lower[i]);
        const double half = 0.5 * (bounds_.upper[i] - bounds_.lower[i]);
        free[i] = std::asin(std::clamp((t - middle) / half, -1 + kOffBound, 1 - kOffBound));
        break;
      }
    }
  }
  return free;
}

void BoxMap::toCoordinates(const Eigen::VectorXd& free, Eigen::VectorXd& coordinates) const {
  for (Eigen::Index i = 0; i < free.size(); ++i) {
    switch (sideOf(bounds_, i)) {
      case BoxSide::kPinned:
        coordinates[i] = bounds_.lower[i];
        break;
      case BoxSide::kFree:
        coordinates[i] = free[i];
        break;
      case BoxSide::kLower:
        coordinates[i] = bounds_.lower[i] - 1 + std::sqrt(free[i] * free[i] + 1);
        break;
      case BoxSide::kUpper:
        coordinates[i] = bounds_.upper[i] + 1 - std::sqrt(free[i] * free[i] + 1);
        break;
      case BoxSide::kBoth: {
        const double middle = 0.5 * (bounds_.upper[i] + bounds_.lower[i]);
        const double half = 0.5 * (bounds_.upper[i] - bounds_.lower[i]);
        coordinates[i] = middle + half * std::sin(free[i]);
        break;
      }
    }
  }
}

void BoxMap::slopes(const Eigen::VectorXd& free, Eigen::VectorXd& slopes) const {
  for (Eigen::Index i = 0; i < free.size(); ++i) {
    switch (sideOf(bounds_, i)) {
      case BoxSide::kPinned:
        slopes[i] = 0;
        break;
      case BoxSide::kFree:
        slopes[i] = 1;
        break;
      case BoxSide::kLower:
        slopes[i] = free[i] / std::sqrt(free[i] * free[i] + 1);
        break;
      case BoxSide::kUpper:
        slopes[i] = -free[i] / std::sqrt(free[i] * free[i] + 1);
        break;
      case BoxSide::kBoth:
        slopes[i] = 0.5 * (bounds_.upper[i] - bounds_.lower[i]) * std::cos(free[i]);
        break;
    }
  }
}

}  // namespace moe
