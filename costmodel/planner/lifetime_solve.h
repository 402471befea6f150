#pragma once

#include <vector>

#include "costmodel/planner/lifetime_task.h"

namespace moe {

/// Serving prices of a design on a lattice in ln N that all designs share: computed once and
/// scanned by every draw. Fine beside the kinks, which lie where a device is added (8 to 9 of them
/// are 0.12 apart in ln N).
class PriceGrid {
 public:
  static constexpr double kStep = 0.01;  ///< in ln N

  explicit PriceGrid(const PricedDesign& design);
  std::size_t size() const { return usd_.size(); }
  double logParams(std::size_t i) const { return kStep * static_cast<double>(first_ + i); }
  double params(std::size_t i) const { return params_[i]; }
  double usd(std::size_t i) const { return usd_[i]; }  ///< per million output tokens
  /// Index of the first lattice point above this ln N.
  std::size_t after(double log_params) const;

 private:
  std::size_t first_ = 0;
  std::vector<double> params_;
  std::vector<double> usd_;
};

struct LifetimeSolution {
  bool found = false;
  bool kink = false;  ///< careful solutions only
  double log_params = 0;
  double log_tokens = 0;
  double objective = 0;         ///< USD or nats
  double usd_per_million = 0;   ///< output tokens, times the price factor
  double least_log_params = 0;  ///< where the limits on tokens bind; of a target
};

/// kCareful: every lattice point and minima to 1e-8 in ln N; kDraw: every third point (0.03 in ln
/// N, a quarter of the narrowest basin) and 2e-5, which moves the objective by less than 1e-5.
enum class Care { kCareful, kDraw };

/// The best N and D of one design under one law: all local minima of the scan that may hold the
/// least value are refined. Deterministic; does not allocate.
LifetimeSolution solveLifetime(const PricedDesign& design, const PriceGrid& grid,
                               const LossSurface& surface, const LifetimeTask& task, Care care);

}  // namespace moe
