#pragma once

#include <optional>
#include <vector>

#include "costmodel/planner/lifetime.h"
#include "costmodel/planner/plan.h"

namespace moe {

/// One expert count along the plan's training budget, by ascending N; columns of equal length.
struct PlanCurve {
  double experts = 1;
  std::vector<double> params;
  std::vector<double> train_tokens;
  std::vector<double> loss;
  std::vector<double> low95, high95;           ///< of the loss; empty without a posterior
  std::vector<double> usd_per_million_tokens;  ///< NaN where the model fits nowhere
};

struct PlanCurvesOptions {
  std::size_t points = 49;
  double least_size_ratio = 1.0 / 24;  ///< over the loss-optimal N
  double most_size_ratio = 3;
};

/// What a training budget buys per expert count: every N on the budget line, from over-trained to
/// under-trained, with its loss and what serving it costs. Bands are percentiles 2.5 and 97.5 of
/// the loss at that N over the draws that the plan uses; the price of a size does not depend on
/// them. Expert counts without a loss-optimum are left out. The request must have passed makePlan.
std::vector<PlanCurve> planCurves(const PlanRequest& request,
                                  const PlanCurvesOptions& options = {});

/// The loss of a law on a grid over N and D, and what such models cost; for maps.
struct PlanPlane {
  double experts = 1;
  std::vector<double> params;        ///< evenly in the logarithm
  std::vector<double> train_tokens;  ///< likewise
  std::vector<double> loss;          ///< [tokens][params]
  std::vector<double> usd;           ///< of the whole life, likewise; NaN where none; may be empty
};

struct PlaneRange {
  Range params;
  Range train_tokens;
  std::size_t points = 65;  ///< along each side
};

/// The loss of one expert count over N and D.
PlanPlane lossPlane(const Law& law, const LawPoint& model, const PlaneRange& range);

/// The same with training and lifetime serving in USD of one design of a lifetime plan.
PlanPlane lifetimePlane(const LifetimeRequest& request, std::size_t design,
                        const PlaneRange& range);

}  // namespace moe
