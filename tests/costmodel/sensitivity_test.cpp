#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/planner/sensitivity.h"
#include "tests/costmodel/lifetime_fixture.h"

namespace moe {
namespace {

SensitivityFactor traffic(double low, double high) {
  const auto at = [](double tokens) {
    return [tokens]() -> Result<LifetimeRequest> { return lifetimeRequest(tokens); };
  };
  return {"lifetime tokens", "fewer", "more", at(low), at(high)};
}

SensitivityFactor price(double low, double high) {
  const auto at = [](double factor) {
    return [factor]() -> Result<LifetimeRequest> {
      RooflineSetting setting = referenceSetting();
      setting.price *= factor;
      setting.training.price *= factor;
      return lifetimeRequest(1e12, {1, 2, 4, 8, 16, 32}, setting);
    };
  };
  return {"price of a device-hour", "half", "double", at(low), at(high)};
}

// Totals and best expert counts of the reference table: 45 953, 163 614 and 748 161 USD with 16, 8
// and 4 experts at 1e11, 1e12 and 1e13 tokens.
TEST(Sensitivity, FollowsTheReferenceTableOverTraffic) {
  const Sensitivity result = sensitivityOf(lifetimeRequest(1e12), {traffic(1e11, 1e13)}).value();
  EXPECT_EQ(result.base.design, "E 8");
  const SensitivityRow& row = result.rows.front();
  EXPECT_EQ(row.low->design, "E 16");
  EXPECT_EQ(row.high->design, "E 4");
  EXPECT_TRUE(row.low->design_changed);
  EXPECT_NEAR(row.low->total_ratio, 4.5953171e4 / 1.6361443e5, 1e-5);
  EXPECT_NEAR(row.high->total_ratio, 7.4816107e5 / 1.6361443e5, 1e-4);
  EXPECT_NEAR(row.high->params_ratio, 1.78485 / 2.27290, 1e-3);
  EXPECT_NEAR(row.swing, std::log(7.4816107e5 / 4.5953171e4), 1e-4);
}

// Everything twice as dear changes no decision; exact, because doubling changes only exponents.
TEST(Sensitivity, PriceOfEverythingMovesTheBillAlone) {
  const Sensitivity result =
      sensitivityOf(lifetimeRequest(1e12), {price(0.5, 2), traffic(1e11, 1e13)}).value();
  EXPECT_EQ(result.rows[0].name, "lifetime tokens");  // the larger swing first
  const SensitivityRow& row = result.rows[1];
  EXPECT_FALSE(row.low->design_changed);
  EXPECT_NEAR(row.low->total_ratio, 0.5, 1e-9);
  EXPECT_NEAR(row.high->total_ratio, 2, 1e-9);
  EXPECT_NEAR(row.high->params_ratio, 1, 1e-6);
}

TEST(Sensitivity, ShowsAnEndWithoutAnswerFirst) {
  SensitivityFactor law{"law", "", "another", nullptr, []() -> Result<LifetimeRequest> {
                          return fail(ErrorKind::kInput, "law", "no such law");
                        }};
  const Sensitivity result =
      sensitivityOf(lifetimeRequest(1e12), {traffic(1e11, 1e13), law}).value();
  EXPECT_EQ(result.rows[0].name, "law");
  EXPECT_FALSE(result.rows[0].low);
  EXPECT_EQ(result.rows[0].high->problem, "law: no such law");
}

TEST(Sensitivity, ComparesLossesWhereTheMoneyIsFixed) {
  LifetimeRequest base = lifetimeRequest(1e12, {8});
  base.target_loss.reset();
  base.total_usd = 1.6361443e5;
  LifetimeRequest more = base;
  *more.total_usd *= 2;
  SensitivityFactor budget{"budget", "", "double", nullptr,
                           [more]() -> Result<LifetimeRequest> { return more; }};
  const Sensitivity result = sensitivityOf(base, {budget}).value();
  EXPECT_NEAR(result.base.loss, kReferenceLoss, 1e-7);
  EXPECT_LT(result.rows[0].high->loss_difference, 0);
  EXPECT_NEAR(result.rows[0].swing, -result.rows[0].high->loss_difference, 1e-15);
}

TEST(Sensitivity, NeedsABaseWithAnAnswer) {
  LifetimeRequest base = lifetimeRequest(1e12);
  base.target_loss = 1.3;
  EXPECT_EQ(sensitivityOf(base, {}).error().kind, ErrorKind::kInfeasible);
}

}  // namespace
}  // namespace moe
