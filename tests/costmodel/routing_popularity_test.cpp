#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

#include "costmodel/routing/expert_popularity.h"

namespace moe {
namespace {

using testing::ElementsAre;

double sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

RoutingAssumption powerLaw(double alpha, double span) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kPowerLaw;
  assumption.alpha = alpha;
  assumption.span = span;
  return assumption;
}

RoutingAssumption measured(std::vector<std::vector<double>> tokens) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kMeasured;
  assumption.measured = ExpertCounts{"counts.csv", tokens.front().size(), tokens};
  return assumption;
}

std::string problem(const RoutingAssumption& assumption, std::size_t experts, std::size_t top_k) {
  const auto popularity = expertPopularity(assumption, experts, top_k);
  return popularity ? "no problem" : describe(popularity.error());
}

// By hand for alpha = 2, S = 4, E = 2: x = 1 / (1 - 3/4 u) at u = 3/4 and 1/4 is 16/7 and 16/13;
// divided by their sum 320/91: 13/20 and 7/20.
TEST(ExpertPopularity, TakesTheMiddlesOfThePowerLaw) {
  const auto popularity = expertPopularity(powerLaw(2, 4), 2, 1);
  ASSERT_TRUE(popularity);
  ASSERT_EQ(popularity->layers(), 1u);
  EXPECT_NEAR(popularity->layer(0)[0], 0.65, 1e-15);
  EXPECT_NEAR(popularity->layer(0)[1], 0.35, 1e-15);
  EXPECT_NEAR(popularity->log_not_chosen[0], std::log(0.35), 1e-15);
}

// The density 1/x has the quantiles S^u: 16^(3/4) = 8 and 16^(1/4) = 2.
TEST(ExpertPopularity, KnowsThePowerLawWithExponentOne) {
  const auto popularity = expertPopularity(powerLaw(1, 16), 2, 1);
  EXPECT_NEAR(popularity->layer(0)[0], 0.8, 1e-15);
  const auto near = expertPopularity(powerLaw(1 + 1e-9, 16), 2, 1);
  EXPECT_NEAR(near->layer(0)[0], 0.8, 1e-8);  // continuous in alpha
}

TEST(ExpertPopularity, IsEvenWithASpanOfOne) {
  const auto popularity = expertPopularity(powerLaw(1.2, 1), 4, 2);
  EXPECT_THAT(popularity->layer(0), ElementsAre(0.5, 0.5, 0.5, 0.5));
}

// Weights 8 and 2 as above for two of three experts: 16^(5/6), 4, 16^(1/6) = 10.08, 4, 1.587. The
// first would have 2 * 10.08/15.67 > 1, so it is certain and the others share one choice: 4/5.587.
TEST(ExpertPopularity, ChoosesNoExpertTwice) {
  const auto popularity = expertPopularity(powerLaw(1, 16), 3, 2);
  EXPECT_EQ(popularity->layer(0)[0], 1);
  EXPECT_NEAR(popularity->layer(0)[1], 4 / (4 + std::pow(16, 1.0 / 6)), 1e-15);
  EXPECT_TRUE(std::isinf(popularity->log_not_chosen[0]));
}

TEST(ExpertPopularity, ListsNoLayerWhenRoutingIsUniform) {
  const auto popularity = expertPopularity({}, 64, 6);
  ASSERT_TRUE(popularity);
  EXPECT_TRUE(popularity->uniform());
  EXPECT_TRUE(expertPopularity(powerLaw(1.2, 16), 4, 4)->uniform());  // no choice is left
}

// 10 assignments at 2 per token are 5 tokens.
TEST(ExpertPopularity, IsTheShareOfTokensThatChoseTheExpert) {
  const auto popularity = expertPopularity(measured({{5, 1, 4, 0}, {2, 2, 3, 3}}), 4, 2);
  ASSERT_TRUE(popularity);
  ASSERT_EQ(popularity->layers(), 2u);
  EXPECT_THAT(popularity->layer(0), ElementsAre(1, 0.2, 0.8, 0));
  EXPECT_THAT(popularity->layer(1), ElementsAre(0.4, 0.4, 0.6, 0.6));
}

TEST(ExpertPopularity, RefusesCountsThatCannotBeOfTheModel) {
  EXPECT_EQ(problem(measured({{1, 2, 3}}), 4, 2),
            "counts.csv: is of 3 experts, but the model has 4");
  EXPECT_EQ(problem(measured({{1, 1, 1}, {0, 0, 0}}), 3, 1),
            "counts.csv: layer 1: no expert got a token");
  EXPECT_EQ(
      problem(measured({{6, 1, 3, 0}}), 4, 2),
      "counts.csv: layer 0: expert 0 got 6 tokens, but with 2 experts per token there were 5; "
      "the counts are of another model");
}

TEST(ExpertPopularity, RefusesAssumptionsOutOfRange) {
  EXPECT_EQ(problem({}, 4, 5), "routing: a token cannot choose 5 of 4 experts");
  EXPECT_EQ(problem({}, 4, 0), "routing: a token cannot choose 0 of 4 experts");
  EXPECT_EQ(problem(powerLaw(-1, 16), 4, 1),
            "routing exponent: is -1; a number from 0 to 100 is needed");
  EXPECT_EQ(problem(powerLaw(1.2, 0.5), 4, 1),
            "routing span: is 0.5; the largest over the smallest popularity is a number from 1 to "
            "1e12");
  RoutingAssumption assumption;
  assumption.correlation = 1.5;
  EXPECT_EQ(problem(assumption, 4, 1),
            "routing correlation: is 1.5; 0 (independent) to 1 (all the same) is needed");
  assumption.correlation = NAN;
  EXPECT_NE(problem(assumption, 4, 1), "no problem");
  assumption = {};
  assumption.popularity = PopularityKind::kMeasured;
  EXPECT_EQ(problem(assumption, 4, 1),
            "routing: measured popularity needs a file of counts or a trace");
}

RC_GTEST_PROP(ExpertPopularityProperty, AddsUpToTheChoicesOfAToken, ()) {
  const auto experts = static_cast<std::size_t>(*rc::gen::inRange(2, 512));
  const auto top_k = static_cast<std::size_t>(*rc::gen::inRange(1, static_cast<int>(experts)));
  const double alpha = *rc::gen::inRange(0, 500) / 100.0;
  const double span = std::exp(*rc::gen::inRange(0, 1000) / 50.0);
  const auto popularity = expertPopularity(powerLaw(alpha, span), experts, top_k);
  RC_ASSERT(popularity.has_value());
  const auto chosen = popularity->layer(0);
  RC_ASSERT(std::abs(sum(chosen) - static_cast<double>(top_k)) < 1e-9 * static_cast<double>(top_k));
  for (std::size_t i = 0; i < experts; ++i) {
    RC_ASSERT(chosen[i] > 0 && chosen[i] <= 1);
    if (i > 0) RC_ASSERT(chosen[i] <= chosen[i - 1]);
  }
}

// 0.8 of 1000 tokens over 1; 2 over 0.01 when there are no more assignments than experts.
TEST(KernelTableSpan, IsThatOfTheMeasurements) {
  EXPECT_DOUBLE_EQ(kernelTableSpan(1000, 64, 6), 800);
  EXPECT_DOUBLE_EQ(kernelTableSpan(8, 64, 8), 200);
}

}  // namespace
}  // namespace moe
