#include "costmodel/verify/constants_fit.h"

#include <gtest/gtest.h>

#include "costmodel/verify/accuracy.h"
#include "tests/costmodel/verify/shipped_points.h"

namespace moe {
namespace {

EngineConstants known() {
  EngineConstants constants;
  constants.prefill_share = 0.7;
  constants.host_step_s = 5e-4;
  constants.host_sequence_s = 1e-5;
  constants.multi_device_layer_s = 1.2e-5;
  constants.first_s = 0.03;
  constants.first_prefill = 1.3;
  constants.waiting_share = 0.1;
  constants.contention_share = 0.2;
  constants.first_steps = 2;
  return constants;
}

/// Shipped core points as if they had been measured on an engine with these constants.
std::vector<PredictedPoint> pointsOf(const EngineConstants& constants) {
  std::vector<PredictedPoint> points;
  for (PredictedPoint point : test::shippedPredictions().points) {
    if (!point.measured.core) continue;
    point.measured.tpot_s = tpotWith(point.point, constants);
    point.measured.ttft_s = ttftWith(point.point, constants);
    points.push_back(std::move(point));
  }
  return points;
}

// 1e-4: the solver stops at relative changes of 1e-12 in a sum that is 0 at the solution.
TEST(ConstantsFit, FindsTheTpotConstantsThatMadeTheData) {
  const auto points = pointsOf(known());
  const EngineConstants fitted = fitTpotConstants(test::pointersTo(points), {});
  EXPECT_NEAR(fitted.prefill_share, 0.7, 1e-4 * 0.7);
  EXPECT_NEAR(fitted.host_step_s, 5e-4, 1e-4 * 5e-4);
  EXPECT_NEAR(fitted.host_sequence_s, 1e-5, 1e-4 * 1e-5);
  EXPECT_NEAR(fitted.multi_device_layer_s, 1.2e-5, 1e-4 * 1.2e-5);
}

TEST(ConstantsFit, FindsTheTtftConstantsThatMadeTheData) {
  const auto points = pointsOf(known());
  const EngineConstants fitted = fitTtftConstants(test::pointersTo(points), known());
  EXPECT_NEAR(fitted.first_s, 0.03, 1e-4 * 0.03);
  EXPECT_NEAR(fitted.first_prefill, 1.3, 1e-4 * 1.3);
  EXPECT_NEAR(fitted.waiting_share, 0.1, 1e-4 * 0.1);
  EXPECT_NEAR(fitted.contention_share, 0.2, 1e-4 * 0.2);
  EXPECT_NEAR(fitted.first_steps, 2, 1e-4 * 2);
}

// One row in ten at three times its time raises the mean by 20 %; a tenth of that is allowed.
TEST(ConstantsFit, IsHardlyMovedByRowsThatAreFarOff) {
  auto points = pointsOf(known());
  for (std::size_t i = 0; i < points.size(); i += 10) *points[i].measured.tpot_s *= 3;
  const EngineConstants fitted = fitTpotConstants(test::pointersTo(points), {});
  EXPECT_NEAR(fitted.prefill_share, 0.7, 0.02 * 0.7);
  EXPECT_NEAR(fitted.multi_device_layer_s, 1.2e-5, 0.02 * 1.2e-5);
}

TEST(ConstantsFit, NeverGivesANegativeConstant) {
  EngineConstants fast = known();
  fast.host_step_s = 0;
  auto points = pointsOf(fast);
  for (PredictedPoint& point : points) *point.measured.tpot_s *= 0.9;
  const EngineConstants fitted = fitTpotConstants(test::pointersTo(points), {});
  EXPECT_GE(fitted.prefill_share, 0);
  EXPECT_EQ(fitted.host_step_s, 0);
}

TEST(ConstantsFit, KeepsTheConstantsOfTheOtherTime) {
  const auto points = pointsOf(known());
  EXPECT_EQ(fitTpotConstants(test::pointersTo(points), known()).first_s, 0.03);
  EXPECT_EQ(fitTtftConstants(test::pointersTo(points), known()).prefill_share, 0.7);
}

}  // namespace
}  // namespace moe
