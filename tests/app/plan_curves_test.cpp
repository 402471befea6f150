#include "app/workflows/plan_curves.h"

#include <gtest/gtest.h>

#include <cmath>

#include "app/report/plots/plan_curve_plot.h"
#include "app/report/plots/plane_plot.h"
#include "app/workflows/plan_workflow.h"

namespace moe {
namespace {

PlanQuestion planQuestion(const std::string& mode) {
  PlanQuestion question;
  question.preset = "ludziejewski2025";
  question.mode = mode;
  question.budget_flop = 1e22;
  question.cost_preset = "probe-v2";
  question.experts = {1, 4, 8};
  return question;
}

PlanAnswer plannedWith(const std::string& mode) { return answerPlan(planQuestion(mode)).value(); }

/// The loss of a curve where it has this price, linear between its points.
double lossAtPrice(const PlanCurve& curve, double usd) {
  for (std::size_t i = 1; i < curve.params.size(); ++i)
    if (curve.usd_per_million_tokens[i - 1] <= usd && usd <= curve.usd_per_million_tokens[i]) {
      const double share = (usd - curve.usd_per_million_tokens[i - 1]) /
                           (curve.usd_per_million_tokens[i] - curve.usd_per_million_tokens[i - 1]);
      return curve.loss[i - 1] + share * (curve.loss[i] - curve.loss[i - 1]);
    }
  return NAN;
}

// The planner finds its models by its own root searches; both must lie on the curve. A chord of 49
// points over a factor of 72 in N lies less than 1e-3 nats above it.
TEST(PlanCurves, PassThroughTheModelsOfThePlan) {
  const PlanAnswer answer = plannedWith("min-cost");
  const auto curves = planCurves(answer.request);
  ASSERT_EQ(curves.size(), 3u);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    EXPECT_EQ(curves[i].experts, answer.outcome.rows[i].experts);
    for (const Configuration* one :
         {&answer.outcome.rows[i].loss_optimal, &answer.outcome.rows[i].chosen}) {
      if (!one->exists || !one->serving) continue;
      EXPECT_NEAR(lossAtPrice(curves[i], one->serving->usd_per_million_tokens), one->loss, 2e-3);
    }
  }
}

TEST(PlanCurves, HaveTheirLeastLossAtTheLossOptimum) {
  const PlanAnswer answer = plannedWith("loss-optimal");
  for (const PlanCurve& curve : planCurves(answer.request)) {
    const double least = *std::min_element(curve.loss.begin(), curve.loss.end());
    for (const PlanRow& row : answer.outcome.rows)
      if (row.experts == curve.experts) {
        EXPECT_GE(least, row.loss_optimal.loss - 1e-12);
        EXPECT_LT(least, row.loss_optimal.loss + 1e-3);
      }
  }
}

TEST(PlanPlot, RingsTheRecommendedModel) {
  const PlanAnswer answer = plannedWith("min-cost");
  const report::PlotSpec plot = report::planPlot(answer, planCurves(answer.request));
  EXPECT_EQ(plot.x.unit, "USD per million tokens, prompt and output alike");
  ASSERT_TRUE(answer.outcome.recommendation.row);
  const Configuration& best = answer.outcome.rows[*answer.outcome.recommendation.row].chosen;
  int rings = 0;
  for (const report::PlotMarker& marker : plot.markers) {
    if (marker.role != report::MarkerRole::kRecommended) continue;
    ++rings;
    EXPECT_EQ(marker.x, best.serving->usd_per_million_tokens);
    EXPECT_EQ(marker.y, best.loss);
  }
  EXPECT_EQ(rings, 1);
}

// The law itself, at the corners: rows are D, columns are N.
TEST(LossPlane, IsTheLawAtItsNodes) {
  const Law law = presetLaw("hoffmann2022").value();
  const PlanPlane plane = lossPlane(law, {}, {{1e8, 1e10}, {1e9, 1e12}, 5});
  EXPECT_DOUBLE_EQ(plane.params[2], 1e9);
  EXPECT_DOUBLE_EQ(plane.loss[0], law.loss({.params = 1e8, .train_tokens = 1e9}));
  EXPECT_DOUBLE_EQ(plane.loss[4], law.loss({.params = 1e10, .train_tokens = 1e9}));
  EXPECT_DOUBLE_EQ(plane.loss[20], law.loss({.params = 1e8, .train_tokens = 1e12}));
}

// Two designs of one price: the plane is 6 N D FLOP at 1e-18 USD and 2 USD per million output
// tokens for 3e6 of them.
TEST(LifetimePlane, AddsTrainingAndServing) {
  LifetimeRequest request;
  request.law = presetLaw("hoffmann2022").value();
  request.lifetime_tokens = 3e6;
  PricedDesign design;
  design.serving_usd = [](double params) { return params < 5e9 ? 2.0 : HUGE_VAL; };
  design.training = [](double params, double tokens) {
    TrainingPrice price;
    price.usd = 6 * params * tokens * 1e-18;
    return price;
  };
  request.designs.push_back(design);
  const PlanPlane plane = lifetimePlane(request, 0, {{1e8, 1e10}, {1e9, 1e12}, 5});
  EXPECT_NEAR(plane.usd[0], 0.6 + 6, 1e-9);
  EXPECT_NEAR(plane.usd[20], 600 + 6, 1e-6);
  EXPECT_TRUE(std::isnan(plane.usd[4]));
}

TEST(LossPlanePlot, HasLinesOfEqualLossAndTheBudget) {
  const PlanAnswer answer = plannedWith("min-cost");
  const Configuration& one = answer.outcome.rows[1].loss_optimal;
  const report::PlotSpec plot = report::lossPlanePlot(
      answer, 1,
      lossPlane(answer.request.law, {.experts = answer.outcome.rows[1].experts},
                report::planeAround(one.dense_params, one.train_tokens)));
  EXPECT_GE(plot.iso_lines.size(), 4u);
  for (const report::IsoLine& line : plot.iso_lines)
    for (const auto& piece : line.pieces)
      for (const report::PlotPosition& at : piece)
        EXPECT_NEAR(answer.request.law.loss({.params = at.x, .train_tokens = at.y, .experts = 4}),
                    line.value, 1e-3);
  ASSERT_FALSE(plot.series.empty());
  EXPECT_TRUE(plot.series.front().dashed);
}

}  // namespace
}  // namespace moe
