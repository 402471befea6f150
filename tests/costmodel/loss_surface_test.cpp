#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/planner/local_minimum.h"
#include "costmodel/planner/loss_surface.h"
#include "tests/costmodel/planner_fixture.h"

namespace moe {
namespace {

/// A point where each preset with D may be asked.
LawPoint modelOf(const Law& law) {
  LawPoint model;
  if (law.range.experts) model.experts = law.range.experts->high;
  if (law.name == "abnar2025") model.experts = 8;
  if (law.family->dependsOnGranularity()) model.granularity = 4;
  return model;
}

std::vector<Law> lawsWithTokens() {
  std::vector<Law> laws;
  for (const std::string& name : presetNames())
    if (Law law = *presetLaw(name); law.family->dependsOnTokens()) laws.push_back(law);
  laws.push_back(referenceLaw("Y"));
  laws.push_back(namedLaw(
      "skaling", "skaling",
      {{"A", 482}, {"B", 2085}, {"floor", 1.8}, {"alpha", 0.9}, {"beta", 0.95}, {"k", 0.38}}));
  return laws;
}

// Against the law's own search, which solves for D by another method.
TEST(LossSurface, AgreesWithEveryLaw) {
  for (const Law& law : lawsWithTokens()) {
    SCOPED_TRACE(law.name);
    const LawPoint model = modelOf(law);
    const LossSurface surface(law, model, std::nullopt);
    for (const double params : {2e8, 3e9})
      for (const double tokens : {1e10, 7e11}) {
        LawPoint point = model;
        point.params = params;
        point.train_tokens = tokens;
        const double loss = law.loss(point);
        EXPECT_NEAR(surface.logLoss(std::log(params), std::log(tokens)), std::log(loss), 1e-12);
        EXPECT_NEAR(surface.logTokens(std::log(params), std::log(loss)), std::log(tokens), 1e-8);
        const auto searched = tokensForLoss(law, point, loss);
        ASSERT_TRUE(searched);
        EXPECT_NEAR(surface.logTokens(std::log(params), std::log(loss)), std::log(*searched), 1e-7);
      }
  }
}

// The loss-optimal model at a budget is the model of least training FLOP with its loss.
TEST(LossSurface, FindsTheLossOptimumOfEveryLaw) {
  for (const Law& law : lawsWithTokens()) {
    SCOPED_TRACE(law.name);
    LawPoint model = modelOf(law);
    if (law.family->flop_rule != nullptr) model.experts = 1;
    const auto optimum = computeOptimum(law, Flop(1e21), model);
    ASSERT_TRUE(optimum) << describe(optimum.error());
    const auto found = LossSurface(law, model, std::nullopt).lossOptimal(std::log(optimum->loss));
    ASSERT_TRUE(found);
    // Flat: ln N is known to the root of what ln L is known to.
    EXPECT_NEAR(found->log_params, std::log(optimum->params), 1e-5);
    EXPECT_NEAR(found->log_tokens, std::log(optimum->train_tokens), 1e-5);
  }
}

TEST(LossSurface, HasNoTokensBelowTheFloorOfASize) {
  const LossSurface surface(referenceLaw("P"), {.experts = 4}, std::nullopt);
  EXPECT_TRUE(std::isinf(surface.logTokens(std::log(1e9), std::log(1.5))));
  EXPECT_FALSE(surface.lossOptimal(std::log(1.3)));
}

// [Ludziejewski2025], Table 1: active parameters and tokens of the loss-optimal models. The last
// digits are rounded, so 2 % are allowed.
TEST(LossSurface, MeetsTheLossOptimaThatLudziejewskiPrints) {
  struct Printed {
    double budget;
    std::vector<std::pair<double, double>> optima;  // E = 1, 2, 4, 8, 16, 32
  };
  const Printed table[] = {
      {1e20,
       {{1.7e9, 9.7e9},
        {1.5e9, 11.4e9},
        {1.2e9, 13.9e9},
        {990e6, 17e9},
        {810e6, 20.7e9},
        {669e6, 24.9e9}}},
      {1e21,
       {{5.7e9, 29.3e9},
        {5e9, 33e9},
        {4.4e9, 38e9},
        {3.8e9, 44.3e9},
        {3.3e9, 51.2e9},
        {2.85e9, 58.4e9}}},
      {1e22,
       {{18.8e9, 88.6e9},
        {17.4e9, 96e9},
        {15.8e9, 105.4e9},
        {14.4e9, 115.8e9},
        {13.2e9, 126.5e9},
        {12.2e9, 136.9e9}}},
  };
  const Law law = *presetLaw("ludziejewski2025");
  for (const Printed& row : table) {
    double experts = 1;
    for (const auto& [params, tokens] : row.optima) {
      const LawPoint model{.experts = experts};
      const double loss = computeOptimum(law, Flop(row.budget), model)->loss;
      const auto found = LossSurface(law, model, std::nullopt).lossOptimal(std::log(loss));
      ASSERT_TRUE(found);
      // Two printed digits are worth up to 3 %.
      const double digits = params < 2e9 && row.budget == 1e20 && experts <= 4 ? 0.03 : 0.02;
      EXPECT_NEAR(std::exp(found->log_params), params, digits * params) << experts;
      EXPECT_NEAR(std::exp(found->log_tokens), tokens, 0.02 * tokens) << experts;
      experts *= 2;
    }
  }
}

// |x - 1| + 0.1 x has its least value on the kink; x^2 - 2 x + 3 at 1 without one.
TEST(LocalMinimum, FindsKinksAndSmoothMinima) {
  const auto kinked = [](double x) { return std::abs(x - 1) + 0.1 * x; };
  const LocalMinimum kink = polished(kinked, localMinimum(kinked, 0, 0.7, 2, kinked(0.7), 1e-10));
  EXPECT_NEAR(kink.x, 1, 1e-9);
  EXPECT_TRUE(kink.kink);
  const auto smooth = [](double x) { return x * x - 2 * x + 3; };
  const LocalMinimum found = polished(smooth, localMinimum(smooth, 0, 0.7, 2, smooth(0.7), 1e-10));
  EXPECT_NEAR(found.x, 1, 1e-10);
  EXPECT_FALSE(found.kink);
}

// Falling towards a wall: the least value is at the wall itself.
TEST(LocalMinimum, RunsIntoAWall) {
  const auto falling = [](double x) { return x > 0.3 ? INFINITY : 2 - x; };
  EXPECT_NEAR(localMinimum(falling, 0, 0.1, 1, falling(0.1), 1e-10).x, 0.3, 1e-9);
}

}  // namespace
}  // namespace moe
