#include "app/workflows/plan_curves.h"

#include <algorithm>
#include <cmath>

#include "costmodel/planner/draws.h"
#include "costmodel/planner/equal_cost.h"
#include "costmodel/planner/solve.h"

namespace moe {
namespace {

std::vector<double> spacedInLog(Range range, std::size_t points) {
  std::vector<double> values(points);
  for (std::size_t i = 0; i < points; ++i)
    values[i] = range.low * std::pow(range.high / range.low,
                                     static_cast<double>(i) / static_cast<double>(points - 1));
  return values;
}

/// Bands of a curve: draws outside, sizes inside, so that each draw's line is made once.
void addLossBand(const PlanRequest& request, const std::vector<std::size_t>& draws,
                 PlanCurve& curve) {
  if (draws.size() < kFewestDraws) return;
  std::vector<std::vector<double>> losses(curve.params.size());
  for (const std::size_t draw : draws) {
    const BudgetLine line = budgetLine(request, request.law.draw(draw), curve.experts);
    for (std::size_t i = 0; i < curve.params.size(); ++i)
      losses[i].push_back(line.loss(curve.params[i]));
  }
  for (std::vector<double>& at : losses) {
    const Range band = intervalOf(std::move(at)).value_or(Range{NAN, NAN});
    curve.low95.push_back(band.low);
    curve.high95.push_back(band.high);
  }
}

std::optional<PlanCurve> planCurve(const PlanRequest& request, double experts,
                                   const PlanCurvesOptions& options,
                                   const std::vector<std::size_t>& draws) {
  const BudgetLine line = budgetLine(request, request.law, experts);
  const auto optimum = line.optimum();
  if (!optimum) return std::nullopt;
  PlanCurve curve;
  curve.experts = experts;
  curve.params = spacedInLog(
      {options.least_size_ratio * *optimum, options.most_size_ratio * *optimum}, options.points);
  for (const double params : curve.params) {
    curve.train_tokens.push_back(line.tokens(params));
    curve.loss.push_back(line.loss(params));
    const auto serving = servingOf(request, params, experts);
    curve.usd_per_million_tokens.push_back(serving ? serving->usd_per_million_tokens : NAN);
  }
  addLossBand(request, draws, curve);
  return curve;
}

}  // namespace

std::vector<PlanCurve> planCurves(const PlanRequest& request, const PlanCurvesOptions& options) {
  const std::vector<std::size_t> draws =
      chosenDraws(request.law.posterior.size(), request.draws, request.seed);
  std::vector<std::optional<PlanCurve>> made(request.experts.size());
  for (std::size_t i = 0; i < made.size(); ++i)
    made[i] = planCurve(request, request.experts[i], options, draws);
  std::vector<PlanCurve> curves;
  for (std::optional<PlanCurve>& curve : made)
    if (curve) curves.push_back(*std::move(curve));
  std::sort(curves.begin(), curves.end(),
            [](const PlanCurve& a, const PlanCurve& b) { return a.experts < b.experts; });
  return curves;
}

PlanPlane lossPlane(const Law& law, const LawPoint& model, const PlaneRange& range) {
  PlanPlane plane;
  plane.experts = model.experts;
  plane.params = spacedInLog(range.params, range.points);
  plane.train_tokens = spacedInLog(range.train_tokens, range.points);
  LawPoint point = model;
  for (const double tokens : plane.train_tokens)
    for (const double params : plane.params) {
      point.params = params;
      point.train_tokens = tokens;
      plane.loss.push_back(law.loss(point));
    }
  return plane;
}

PlanPlane lifetimePlane(const LifetimeRequest& request, std::size_t design,
                        const PlaneRange& range) {
  const PricedDesign& priced = request.designs[design];
  LawPoint model = priced.model;
  if (request.unique_tokens) model.unique_tokens = *request.unique_tokens;
  PlanPlane plane = lossPlane(request.law, model, range);
  for (const double tokens : plane.train_tokens)
    for (const double params : plane.params) {
      const double serving = request.lifetime_tokens / 1e6 * priced.serving_usd(params);
      plane.usd.push_back(std::isfinite(serving) ? priced.training(params, tokens).usd + serving
                                                 : NAN);
    }
  return plane;
}

}  // namespace moe
