#pragma once

#include <optional>
#include <vector>

#include "costmodel/planner/priced_design.h"
#include "data/error.h"
#include "data/units.h"
#include "fitting/laws/law.h"

namespace moe {

/// Sizes along a curve: `points` of them, evenly in ln N, between these multiples of the curve's
/// own reference size.
struct CurveRequest {
  Law law;
  PricedDesign design;
  double lifetime_tokens = 0;           ///< output tokens, for the total
  std::optional<double> unique_tokens;  ///< as in LifetimeRequest
  double least_size_ratio = 1.0 / 32;
  double most_size_ratio = 4;
  std::size_t points = 97;
};

struct CurvePoint {
  double params = 0;
  double train_tokens = 0;
  double size_ratio = 1;    ///< N over that of the reference
  double tokens_ratio = 1;  ///< D over that of the reference: the over-training factor
  double loss = 0;
  TrainingPrice training;
  std::optional<double> usd_per_million;  ///< output tokens, all-in; none: not served
  std::optional<double> total_usd;        ///< training and lifetime serving
};

/// A curve in the plane of N and D by ascending N. Sizes that have no D are left out.
struct Curve {
  double reference_params = 0;
  double reference_tokens = 0;
  std::vector<CurvePoint> points;
};

/// The over-training curve at one loss: every (N, D) that has it. Reference: the loss-optimal
/// model. Errors: kInfeasible when no size has the loss.
Result<Curve> isoLossCurve(const CurveRequest& request, double loss);

/// The over-training curve at one training budget (by the design's own FLOP or USD): every (N, D)
/// that spends it. Reference: the least loss along it. Errors: kUsage for a budget that is not
/// positive.
Result<Curve> isoTrainingCurve(const CurveRequest& request, Flop budget);
Result<Curve> isoTrainingCurve(const CurveRequest& request, Usd budget);

/// Every (N, D) whose training and lifetime serving cost so much. Reference: the least loss along
/// it. Errors: kUsage for money that is not positive, kInfeasible when serving alone takes it.
Result<Curve> isoCostCurve(const CurveRequest& request, Usd total);

}  // namespace moe
