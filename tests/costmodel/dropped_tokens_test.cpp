#include "costmodel/routing/dropped_tokens.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace moe {
namespace {

ExpertPopularity popularityOf(PopularityKind kind, std::size_t experts, std::size_t top_k,
                              double alpha = 1.2) {
  RoutingAssumption assumption;
  assumption.popularity = kind;
  assumption.alpha = alpha;
  return expertPopularity(assumption, experts, top_k).value();
}

DroppedQuestion questionOf(double factor, double tokens, std::size_t batches = 32) {
  return {.capacity_factor = factor, .batch = {tokens, 1}, .batches = batches};
}

TEST(DroppedFraction, IsTheShareAboveTheCapacity) {
  const std::vector<double> loads{6, 2, 0, 0};  // capacity 1.5 x 2 = 3
  EXPECT_DOUBLE_EQ(droppedFraction(loads, 1.5), 3.0 / 8);
  EXPECT_DOUBLE_EQ(droppedFraction(loads, 1), 4.0 / 8);
  EXPECT_EQ(droppedFraction({}, 1), 0);
  EXPECT_EQ(droppedFraction(std::vector<double>{0, 0}, 1), 0);
}

TEST(DroppedFraction, IsZeroWhenRoutingIsEvenAndCapacityIsEnough) {
  rc::check([] {
    const auto experts = *rc::gen::inRange(1, 300);
    const auto load = *rc::gen::inRange(1, 1000);
    const double factor = 1 + *rc::gen::inRange(0, 100) / 50.0;
    RC_ASSERT(droppedFraction(std::vector<double>(static_cast<std::size_t>(experts), load),
                              factor) <= 1e-12);
  });
}

/// T tokens of which each chooses k of E experts, as loads of the experts.
std::vector<double> drawnLoads(int tokens, int top_k, int experts) {
  std::vector<double> loads(static_cast<std::size_t>(experts));
  for (int token = 0; token < tokens; ++token) {
    const auto chosen = *rc::gen::unique<std::vector<int>>(static_cast<std::size_t>(top_k),
                                                           rc::gen::inRange(0, experts));
    for (const int expert : chosen) ++loads[static_cast<std::size_t>(expert)];
  }
  return loads;
}

// No expert has more than T of the T k assignments, so that at most k of them can fill beyond their
// share: 1 - c k / E, reached when all tokens choose the same k experts.
TEST(DroppedFraction, IsAtMostWhatTokensOfOneMindLose) {
  rc::check([] {
    const int experts = *rc::gen::inRange(1, 20);
    const int top_k = *rc::gen::inRange(1, experts + 1);
    const int tokens = *rc::gen::inRange(1, 12);
    const double factor = *rc::gen::inRange(1, 101) / 100.0 * experts / top_k;
    const double most = 1 - factor * top_k / experts;
    RC_ASSERT(droppedFraction(drawnLoads(tokens, top_k, experts), factor) <= most + 1e-12);
    std::vector<double> alike(static_cast<std::size_t>(experts));
    std::fill_n(alike.begin(), top_k, tokens);
    RC_ASSERT(std::abs(droppedFraction(alike, factor) - most) <= 1e-12);
  });
}

TEST(DroppedFraction, FallsWithTheCapacity) {
  rc::check([] {
    const auto loads = *rc::gen::nonEmpty<std::vector<unsigned char>>();
    const std::vector<double> assignments(loads.begin(), loads.end());
    double before = 1;
    for (const double factor : {0.25, 0.5, 1.0, 1.25, 2.0, 4.0}) {
      const double dropped = droppedFraction(assignments, factor);
      RC_ASSERT(dropped <= before + 1e-12);
      before = dropped;
    }
  });
}

/// sum_e E[max(0, n_e - C)] / (T k) with n_e binomial, C = c T k / E: the mean in closed form, for
/// tokens choose independently of each other.
double expectedDropped(const std::vector<double>& chosen, double tokens, double factor) {
  const double all = tokens * std::accumulate(chosen.begin(), chosen.end(), 0.0);
  const double capacity = factor * all / static_cast<double>(chosen.size());
  double over = 0;
  for (const double p : chosen)
    for (double n = std::floor(capacity) + 1; n <= tokens; ++n)
      over += (n - capacity) *
              std::exp(std::lgamma(tokens + 1) - std::lgamma(n + 1) - std::lgamma(tokens - n + 1) +
                       n * std::log(p) + (tokens - n) * std::log1p(-p));
  return over / all;
}

std::vector<double> chosenOf(const ExpertPopularity& popularity) {
  if (popularity.uniform())
    return std::vector<double>(popularity.experts, 1.0 * static_cast<double>(popularity.top_k) /
                                                       static_cast<double>(popularity.experts));
  return {popularity.layer(0).begin(), popularity.layer(0).end()};
}

// 4000 batches: where drops are rare (even routing at 2.0, some 130 in all) the standard error of
// the mean is 3e-5, elsewhere it is below 1 % of it.
TEST(SimulateDropped, AgreesWithTheBinomialMean) {
  for (const PopularityKind kind : {PopularityKind::kUniform, PopularityKind::kPowerLaw})
    for (const double factor : {0.75, 1.25, 2.0}) {
      const ExpertPopularity popularity = popularityOf(kind, 16, 2);
      const double expected = expectedDropped(chosenOf(popularity), 64, factor);
      const auto drawn = simulateDropped(popularity, questionOf(factor, 64, 4000));
      EXPECT_NEAR(drawn->mean, expected, 0.05 * expected + 1.2e-4) << name(kind) << " " << factor;
      EXPECT_LE(drawn->low, drawn->high);
    }
}

TEST(SimulateDropped, KeepsTheBoundsOfTheFraction) {
  rc::check([] {
    const auto experts = static_cast<std::size_t>(*rc::gen::inRange(1, 65));
    const auto top_k = static_cast<std::size_t>(*rc::gen::inRange(1, 9));
    if (top_k > experts) return;
    const double alpha = *rc::gen::inRange(0, 20) / 10.0;
    const auto popularity = popularityOf(PopularityKind::kPowerLaw, experts, top_k, alpha);
    const double factor = *rc::gen::inRange(1, 101) / 100.0 * static_cast<double>(experts) /
                          static_cast<double>(top_k);
    const auto drawn = simulateDropped(popularity, questionOf(factor, 128, 4)).value();
    const double most = 1 - factor * static_cast<double>(top_k) / static_cast<double>(experts);
    RC_ASSERT(drawn.low >= 0);
    RC_ASSERT(drawn.high <= most + 1e-9);
  });
}

TEST(SimulateDropped, IsTheSameForEqualSeedsOnly) {
  const auto popularity = popularityOf(PopularityKind::kPowerLaw, 64, 6);
  DroppedQuestion question = questionOf(1.25, 512);
  const double first = simulateDropped(popularity, question)->mean;
  EXPECT_EQ(simulateDropped(popularity, question)->mean, first);
  question.seed = 1;
  EXPECT_NE(simulateDropped(popularity, question)->mean, first);
}

// Tokens that choose alike count as fewer, whose loads are less even.
TEST(SimulateDropped, GrowsWithSkewAndWithCorrelation) {
  const auto even = popularityOf(PopularityKind::kUniform, 64, 2);
  const auto skewed = popularityOf(PopularityKind::kPowerLaw, 64, 2);
  DroppedQuestion question = questionOf(1.25, 1024);
  const double of_even = simulateDropped(even, question)->mean;
  EXPECT_GT(simulateDropped(skewed, question)->mean, of_even);
  question.batch.tokens_per_sequence = 1024;
  question.correlation = 0.5;
  EXPECT_GT(simulateDropped(even, question)->mean, of_even);
}

TEST(SimulateDropped, RefusesWhatIsNoCapacity) {
  const auto even = popularityOf(PopularityKind::kUniform, 8, 2);
  EXPECT_FALSE(simulateDropped(even, questionOf(0, 64)));
  EXPECT_FALSE(simulateDropped(even, questionOf(NAN, 64)));
  EXPECT_FALSE(simulateDropped(even, questionOf(1, 0)));
  EXPECT_FALSE(simulateDropped(even, questionOf(1, 64, 0)));
}

/// Two layers, four tokens, two of four experts: in the first layer all choose 0 and 1, in the
/// second each expert is chosen twice.
RoutingTrace smallTrace() {
  RoutingTrace trace;
  trace.layers = 2;
  trace.tokens = 4;
  trace.top_k = 2;
  trace.experts = 4;
  trace.ids = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 0, 1, 2, 3};
  return trace;
}

TEST(CountDropped, CountsTheStretchesOfATrace) {
  const auto counted = countDropped(smallTrace(), questionOf(1, 4));
  ASSERT_TRUE(counted);
  EXPECT_DOUBLE_EQ(counted->mean, 0.25);  // half of the first layer, none of the second
  EXPECT_EQ(counted->batches, 2u);
  EXPECT_EQ(countDropped(smallTrace(), questionOf(1, 4096))->tokens, 4);
  EXPECT_DOUBLE_EQ(countDropped(smallTrace(), questionOf(2, 4))->mean, 0);
}

}  // namespace
}  // namespace moe
