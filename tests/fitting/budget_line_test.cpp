#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "fitting/laws/law.h"

namespace moe {
namespace {

Law ludziejewski() { return *presetLaw("ludziejewski2025"); }

Law chinchilla(double floor, double a, double b, double alpha, double beta) {
  Law law;
  law.family = findLawFamily("chinchilla");
  law.values = {floor, a, b, alpha, beta};
  law.name = "test";
  return law;
}

// N_opt = G (C/6)^(beta/(alpha+beta)), G = (alpha A/(beta B))^(1/(alpha+beta)) [Hoffmann2022, eq.
// 4].
RC_GTEST_PROP(ChinchillaOptimum, IsTheClosedForm, ()) {
  const double alpha = *rc::gen::inRange(10, 90) / 100.0;
  const double beta = *rc::gen::inRange(10, 90) / 100.0;
  const double a = *rc::gen::inRange(10, 5000);
  const double b = *rc::gen::inRange(10, 5000);
  const double budget = std::pow(10.0, *rc::gen::inRange(17, 27));
  const double g = std::pow(alpha * a / (beta * b), 1 / (alpha + beta));
  const double expected = g * std::pow(budget / 6, beta / (alpha + beta));
  const auto optimum =
      computeOptimum(chinchilla(1.7, a, b, alpha, beta), Flop(budget), {.experts = 1});
  RC_ASSERT(optimum.has_value());
  RC_ASSERT(std::abs(optimum->params / expected - 1) < 1e-10);
}

// The slope at the optimum is zero to rounding; the loss a little to either side is not less.
TEST(BudgetLine, HasItsLeastLossWhereTheSlopeIsZero) {
  for (const double experts : {1.0, 8.0, 32.0}) {
    const BudgetLine line(ludziejewski(), Flop(5e21), {.experts = experts});
    const double optimum = *line.optimum();
    EXPECT_NEAR(line.slope(optimum), 0, 1e-15);
    EXPECT_LE(line.loss(optimum), line.loss(optimum * 1.001));
    EXPECT_LE(line.loss(optimum), line.loss(optimum * 0.999));
  }
}

RC_GTEST_PROP(Branches, ReachTheTargetOnTheirSides, ()) {
  const double excess = std::pow(10.0, -*rc::gen::inRange(1, 9));
  const double experts = *rc::gen::element(1.0, 2.0, 8.0, 64.0);
  const BudgetLine line(ludziejewski(), Flop(1e21), {.experts = experts});
  const double optimum = *line.optimum();
  const double target = line.loss(optimum) * (1 + excess);
  const double small = *line.overTrained(target, optimum);
  const double large = *line.underTrained(target, optimum);
  RC_ASSERT(small < optimum);
  RC_ASSERT(large > optimum);
  RC_ASSERT(std::abs(line.loss(small) / target - 1) < 1e-14);
  RC_ASSERT(std::abs(line.loss(large) / target - 1) < 1e-14);
}

TEST(Branches, MeetTheOptimumWhenTheTargetIsItsLoss) {
  const BudgetLine line(ludziejewski(), Flop(1e21), {.experts = 4});
  const double optimum = *line.optimum();
  EXPECT_EQ(*line.overTrained(line.loss(optimum), optimum), optimum);
}

TEST(Branches, HaveNoAnswerBelowTheLeastLoss) {
  const BudgetLine line(ludziejewski(), Flop(1e21), {.experts = 4});
  const double optimum = *line.optimum();
  EXPECT_FALSE(line.overTrained(line.loss(optimum) * 0.999, optimum).has_value());
}

// At fixed E the loss line is S of a - b form: the FLOP ratio at equal loss between two expert
// counts is (g(E')/g(E))^(1/a) when only the size term holds E, whatever the budget.
TEST(BudgetForLoss, GivesTheConstantRatioOfALawWithExpertsInItsSizeTermOnly) {
  Law law = ludziejewski();
  law.values = {65.6848, -0.229017, -0.1081, 0, 7274.25, -0.42529, 0, 0, 1.68886, 2.28948, 211.248};
  for (const double budget : {1e20, 1e22}) {
    const double target = computeOptimum(law, Flop(budget), {.experts = 4})->loss;
    // 0.58740420: worked out independently, both at 1e20 and 1e22.
    EXPECT_NEAR(budgetForLoss(law, target, {.experts = 16})->value() / budget, 0.58740420, 1e-8);
    const BudgetLine line(law, Flop(budget), {.experts = 16});
    const double optimum = *line.optimum();
    EXPECT_NEAR(*line.overTrained(target, optimum) / optimum, 0.25963005, 1e-8);
  }
}

TEST(TokensForLoss, InvertsTheLoss) {
  const Law law = ludziejewski();
  const double loss = law.loss({2e9, 7e10, 8});
  EXPECT_NEAR(*tokensForLoss(law, {2e9, 0, 8}, loss) / 7e10, 1, 1e-11);
}

TEST(ParamsForLoss, InvertsTheLoss) {
  const Law law = ludziejewski();
  const double loss = law.loss({2e9, 7e10, 8});
  EXPECT_NEAR(*paramsForLoss(law, {0, 7e10, 8}, loss) / 2e9, 1, 1e-11);
}

TEST(TokensForLoss, RefusesATargetBelowTheFloorAndNamesIt) {
  const auto tokens = tokensForLoss(chinchilla(1.7, 400, 400, 0.3, 0.3), {1e9, 0, 1}, 1.7);
  ASSERT_FALSE(tokens.has_value());
  EXPECT_EQ(tokens.error().kind, ErrorKind::kInfeasible);
  EXPECT_EQ(tokens.error().message,
            "no number of tokens reaches 1.7 nats here; the floor is 2.498");
}

TEST(ComputeOptimum, OfALawWithoutTokensIsRefused) {
  const auto optimum = computeOptimum(*presetLaw("clark2022-s-base"), Flop(1e21), {.experts = 8});
  ASSERT_FALSE(optimum.has_value());
  EXPECT_EQ(optimum.error().kind, ErrorKind::kUnanswered);
}

TEST(ComputeOptimum, WithExpertsOfADenseLawIsRefused) {
  const auto optimum = computeOptimum(*presetLaw("hoffmann2022"), Flop(1e21), {.experts = 8});
  ASSERT_FALSE(optimum.has_value());
  EXPECT_EQ(optimum.error().kind, ErrorKind::kUnanswered);
}

TEST(ComputeOptimum, OfNoBudgetIsAUsageError) {
  const auto optimum = computeOptimum(ludziejewski(), Flop(0), {.experts = 8});
  ASSERT_FALSE(optimum.has_value());
  EXPECT_EQ(optimum.error().kind, ErrorKind::kUsage);
}

// With d ln Ehat larger than alpha every term rises with N along the line.
TEST(ComputeOptimum, IsRefusedWhenNoTermFallsWithSize) {
  Law law;
  law.family = findLawFamily("yun2024-plain");
  law.name = "test";
  law.values = {60, 0.5, 8000, 1.4, 0.02, 0.1, 0.4, 0.05};
  const auto optimum = computeOptimum(law, Flop(1e21), {.experts = 32});
  ASSERT_FALSE(optimum.has_value());
  EXPECT_EQ(optimum.error().kind, ErrorKind::kUnanswered);
}

}  // namespace
}  // namespace moe
