#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/planner/curves.h"
#include "costmodel/planner/pareto.h"
#include "tests/costmodel/lifetime_fixture.h"

namespace moe {
namespace {

CurveRequest curveRequest(double lifetime_tokens = 1e12) {
  CurveRequest request;
  request.law = referenceLaw("P");
  request.design = rooflineDesign(referenceSetting(), 4);
  request.lifetime_tokens = lifetime_tokens;
  return request;
}

TEST(IsoLossCurve, HasOneLossAndTheLossOptimumWhereBothRatiosAreOne) {
  const Curve curve = isoLossCurve(curveRequest(), kReferenceLoss).value();
  // 4 experts are loss-optimal at 1e22 FLOP with this loss (reference table).
  EXPECT_NEAR(curve.reference_params, 1.58908095e10, 1e-5 * 1.6e10);
  for (const CurvePoint& point : curve.points) {
    EXPECT_NEAR(point.loss, kReferenceLoss, 1e-9);
    EXPECT_NEAR(point.size_ratio, point.params / curve.reference_params, 1e-12);
    // Least training at the reference.
    EXPECT_GE(point.training.flop, 1e22 * (1 - 1e-7));
    if (point.size_ratio < 1) {
      EXPECT_GT(point.tokens_ratio, 1);
    }
  }
}

// The reference table's optimum for 1e12 tokens: 1.66655e5 USD.
TEST(IsoLossCurve, HoldsTheLeastTotal) {
  CurveRequest request = curveRequest();
  request.points = 2001;
  const Curve curve = isoLossCurve(request, kReferenceLoss).value();
  double least = INFINITY;
  for (const CurvePoint& point : curve.points)
    if (point.total_usd) least = std::min(least, *point.total_usd);
  EXPECT_NEAR(least, 1.6665540e5, 1e-5 * 1.6665540e5);
}

TEST(IsoTrainingCurve, SpendsTheBudgetAndIsBestAtItsReference) {
  const Curve curve = isoTrainingCurve(curveRequest(), Flop(1e22)).value();
  EXPECT_NEAR(curve.reference_params, 1.58908095e10, 1e-6 * 1.6e10);
  for (const CurvePoint& point : curve.points) {
    EXPECT_NEAR(point.training.flop, 1e22, 1e10);
    EXPECT_NEAR(point.size_ratio * point.tokens_ratio, 1, 1e-9);
    EXPECT_GE(point.loss, kReferenceLoss * (1 - 1e-9));
  }
}

TEST(IsoCostCurve, CostsTheSumAndIsBestAtTheLifetimeOptimum) {
  const Curve curve = isoCostCurve(curveRequest(), Usd(1.6665540e5)).value();
  EXPECT_NEAR(curve.reference_params, 3.18781e9, 1e-3 * 3.18781e9);
  ASSERT_FALSE(curve.points.empty());
  for (const CurvePoint& point : curve.points) {
    ASSERT_TRUE(point.total_usd);
    EXPECT_NEAR(*point.total_usd, 1.6665540e5, 1e-3);
    EXPECT_GE(point.loss, kReferenceLoss - 1e-6);
  }
}

TEST(Curves, SayWhatTheyCannotDo) {
  EXPECT_EQ(isoLossCurve(curveRequest(), 1.3).error().kind, ErrorKind::kInfeasible);
  EXPECT_EQ(isoTrainingCurve(curveRequest(), Flop(0)).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(isoCostCurve(curveRequest(1e18), Usd(1)).error().kind, ErrorKind::kInfeasible);
}

ParetoRequest paretoRequest() {
  ParetoRequest request;
  request.law = referenceLaw("P");
  for (const double experts : {1.0, 4.0, 8.0, 16.0})
    request.designs.push_back(rooflineDesign(referenceSetting(), experts));
  request.lifetime_tokens = 1e12;
  return request;
}

TEST(ServingFront, FallsInLossAsItRisesInPrice) {
  ParetoRequest request = paretoRequest();
  request.training_flop = Flop(5e21);
  const auto front = servingFront(request).value();
  ASSERT_GT(front.size(), 10u);
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_GT(front[i].usd_per_million, front[i - 1].usd_per_million);
    EXPECT_LT(front[i].loss, front[i - 1].loss);
  }
  // It ends at the best loss-optimal model, 16 experts with 2.13876427 nats (reference table), to
  // the grid's 0.01 in ln N.
  EXPECT_EQ(request.designs[front.back().design].model.experts, 16);
  EXPECT_NEAR(front.back().loss, 2.13876427, 1e-5);
}

TEST(ServingFront, IsBeatenByNoModelThatSpendsTheSame) {
  ParetoRequest request = paretoRequest();
  request.training_flop = Flop(1e21);
  const auto front = servingFront(request).value();
  for (std::size_t d = 0; d < request.designs.size(); ++d)
    for (double n = 1e8; n < 1e10; n *= 1.5) {
      const double experts = request.designs[d].model.experts;
      const double loss =
          request.law.loss({.params = n, .train_tokens = 1e21 / (6 * n), .experts = experts});
      const double usd = request.designs[d].serving_usd(n);
      for (const ParetoPoint& point : front)
        EXPECT_FALSE(loss < point.loss * (1 - 1e-4) && usd < point.usd_per_million * (1 - 1e-2));
    }
}

TEST(LifetimeFront, HasTheOptimaOfThePlan) {
  const ParetoRequest request = paretoRequest();
  const auto front = lifetimeFront(request, {5e4, 5e5}, 7).value();
  ASSERT_EQ(front.size(), 7u);
  for (std::size_t i = 1; i < front.size(); ++i) EXPECT_LT(front[i].loss, front[i - 1].loss);
  EXPECT_NEAR(front[0].lifetime_usd_per_million, 5e4 / 1e6, 1e-9);
  LifetimeRequest plan = lifetimeRequest(1e12, {1, 4, 8, 16});
  plan.target_loss.reset();
  plan.total_usd = 5e5;
  EXPECT_NEAR(front[6].loss, lifetime(plan).rows[0].best->loss, 1e-9);
}

TEST(Fronts, RefuseWhatMakesNoSense) {
  ParetoRequest request = paretoRequest();
  EXPECT_EQ(servingFront(request).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(lifetimeFront(request, {0, 1}, 3).error().kind, ErrorKind::kUsage);
  request.lifetime_tokens = 0;
  EXPECT_EQ(lifetimeFront(request, {1, 2}, 3).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace moe
