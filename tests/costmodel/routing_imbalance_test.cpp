#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "costmodel/routing/largest_load.h"
#include "costmodel/routing/load_imbalance.h"
#include "tests/costmodel/power_law.h"

namespace moe {
namespace {

using test::powerLaw;

double imbalance(const RoutingAssumption& assumption, std::size_t experts, std::size_t top_k,
                 std::size_t ranks, ExpertPlacement placement, double tokens) {
  return loadImbalance(*rankRouting(assumption, experts, top_k, ranks, placement), {tokens});
}

/// k different experts of one token, expert e with probability p_e: a random order of the experts,
/// then every whole step of the summed probabilities from a random start (systematic sampling).
void choose(std::span<const double> chosen, std::mt19937_64& random,
            std::vector<std::size_t>& order, std::vector<std::size_t>& picks) {
  std::shuffle(order.begin(), order.end(), random);
  double next = std::uniform_real_distribution<>(0, 1)(random);
  double passed = 0;
  picks.clear();
  for (const std::size_t expert : order) {
    passed += chosen[expert];
    if (passed <= next) continue;
    picks.push_back(expert);
    next += 1;
  }
}

/// Largest over mean load of ranks with experts as listed, counted token by token.
double counted(std::span<const double> chosen, std::size_t ranks, int tokens, int batches) {
  std::mt19937_64 random(20261125);
  std::vector<std::size_t> order(chosen.size()), picks;
  std::iota(order.begin(), order.end(), std::size_t{0});
  double largest = 0, all = 0;
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<double> load(ranks, 0.0);
    for (int token = 0; token < tokens; ++token) {
      choose(chosen, random, order, picks);
      for (const std::size_t expert : picks) ++load[expert * ranks / chosen.size()];
    }
    largest += *std::max_element(load.begin(), load.end());
    all += std::accumulate(load.begin(), load.end(), 0.0);
  }
  return largest / (all / static_cast<double>(ranks));
}

struct Group {
  std::size_t experts, top_k, ranks;
};
constexpr Group kGroups[] = {{8, 2, 8},   {8, 2, 2},   {64, 6, 8},
                             {64, 6, 64}, {128, 8, 4}, {256, 8, 32}};

// 1 % is three standard errors of the counts at the most, 2 % the approximation.
TEST(LoadImbalance, IsWhatCountingFindsForEvenRouting) {
  for (const auto& [experts, top_k, ranks] : kGroups) {
    const std::vector<double> chosen(experts,
                                     static_cast<double>(top_k) / static_cast<double>(experts));
    for (const int tokens : {16, 64, 256}) {
      const double found = counted(chosen, ranks, tokens, 24000 / tokens);
      EXPECT_NEAR(imbalance({}, experts, top_k, ranks, ExpertPlacement::kAsListed, tokens) / found,
                  1, 0.03)
          << experts << " " << ranks << " " << tokens;
    }
  }
}

// Fewer than 16 picks on few ranks are worst: the loads are then far from independent.
TEST(LoadImbalance, IsNearlyWhatCountingFindsForAFewTokens) {
  for (const auto& [experts, top_k, ranks] : kGroups) {
    const std::vector<double> chosen(experts,
                                     static_cast<double>(top_k) / static_cast<double>(experts));
    for (const int tokens : {1, 2, 4}) {
      const double found = counted(chosen, ranks, tokens, 4000);
      EXPECT_NEAR(imbalance({}, experts, top_k, ranks, ExpertPlacement::kAsListed, tokens) / found,
                  1, 0.14)
          << experts << " " << ranks << " " << tokens;
    }
  }
}

// Measured counts put every expert where we want it: a fixed disorder of power-law popularities.
TEST(LoadImbalance, IsWhatCountingFindsForSkewedRouting) {
  for (const auto& [experts, top_k, ranks] : kGroups) {
    const auto sorted = expertPopularity(powerLaw(16), experts, top_k);
    RoutingAssumption assumption;
    assumption.popularity = PopularityKind::kMeasured;
    assumption.measured = ExpertCounts{"counts.csv", experts, {{}}};
    std::vector<double>& chosen = assumption.measured->tokens[0];
    for (std::size_t i = 0; i < experts; ++i)  // 5 has no factor in common with 8 to 256
      chosen.push_back(sorted->layer(0)[i * 5 % experts]);
    for (const int tokens : {16, 64, 256}) {
      const double found = counted(chosen, ranks, tokens, 24000 / tokens);
      EXPECT_NEAR(
          imbalance(assumption, experts, top_k, ranks, ExpertPlacement::kAsListed, tokens) / found,
          1, 0.03)
          << experts << " " << ranks << " " << tokens;
    }
  }
}

// The rule of aiconfigurator's measurements, with its random draws: weights from x^-1.2 on [1, 0.8
// T], scaled to T k, the largest block of experts. Draws: 1 % standard error, our shuffles: 3.5 %.
TEST(LoadImbalance, IsThatOfTheKernelTablesPowerLaw) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<> uniform(0, 1);
  for (const double tokens : {1024.0, 16384.0}) {
    constexpr int kDraws = 1000;
    double drawn = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
      std::vector<double> blocks(32, 0.0);
      for (int expert = 0; expert < 256; ++expert)
        blocks[static_cast<std::size_t>(expert) / 8] +=
            std::pow(1 - (1 - std::pow(0.8 * tokens, -0.2)) * uniform(random), -5);
      drawn += *std::max_element(blocks.begin(), blocks.end()) * 32 /
               std::accumulate(blocks.begin(), blocks.end(), 0.0) / kDraws;
    }
    const double ours = imbalance(powerLaw(kernelTableSpan(tokens, 256, 8)), 256, 8, 32,
                                  ExpertPlacement::kShuffled, tokens);
    EXPECT_NEAR(ours / drawn, 1, 0.08) << tokens;
  }
}

// Two ranks, half of each token's picks on either: 1 + E|N(0,1)| sd / mean for many tokens. Picks
// of one of two ranks of 32 experts: variance of the hypergeometric distribution 6, 64, 32:
// 6 (1/2) (1/2) (58/63).
TEST(LoadImbalance, FollowsTheNormalLawForManyTokens) {
  const double tokens = 1e5;
  const double deviation = std::sqrt(tokens * 6 * 0.25 * 58 / 63);
  const double expected = 1 + std::sqrt(2 / M_PI) * deviation / (tokens * 3);
  EXPECT_NEAR(imbalance({}, 64, 6, 2, ExpertPlacement::kAsListed, tokens) - 1, expected - 1,
              0.005 * (expected - 1));
}

// Counts that are all the same are even routing, whichever way it is written down.
TEST(LoadImbalance, IsTheSameForEvenCounts) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kMeasured;
  assumption.measured = ExpertCounts{"counts.csv", 8, {std::vector<double>(8, 10.0)}};
  for (const double tokens : {3.0, 20.0, 1000.0}) {
    const double even = imbalance({}, 8, 4, 4, ExpertPlacement::kAsListed, tokens);
    EXPECT_NEAR(imbalance(assumption, 8, 4, 4, ExpertPlacement::kAsListed, tokens), even, 1e-12);
  }
}

TEST(LoadImbalance, IsOneWhereThereIsNothingToBalance) {
  EXPECT_EQ(imbalance({}, 64, 6, 1, ExpertPlacement::kAsListed, 7), 1);
  EXPECT_EQ(imbalance({}, 8, 8, 4, ExpertPlacement::kAsListed, 7), 1);  // all choose all experts
}

// One token of 6 different experts on 64 ranks of one: one pick of the mean 6/64.
TEST(LoadImbalance, IsExactForOneTokenAndOneExpertPerRank) {
  EXPECT_DOUBLE_EQ(imbalance({}, 64, 6, 64, ExpertPlacement::kAsListed, 1), 64.0 / 6);
}

// Popularities 8, 4, 2, 2 of 16 (one pick): as listed 12/4 to 16/4 means 1.5; balanced 8 + 2
// against 4 + 2, 10 of 16: 1.25. Many tokens, so that chance is nothing (below 0.001).
TEST(LoadImbalance, DependsOnWhereThePopularExpertsStand) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kMeasured;
  assumption.measured = ExpertCounts{"counts.csv", 4, {{8, 4, 2, 2}}};
  EXPECT_NEAR(imbalance(assumption, 4, 1, 2, ExpertPlacement::kAsListed, 1e8), 1.5, 1e-3);
  EXPECT_NEAR(imbalance(assumption, 4, 1, 2, ExpertPlacement::kBalanced, 1e8), 1.25, 1e-3);
  // The first stands beside each other with probability 1/3: (1.5 + 1.25 + 1.25) / 3.
  EXPECT_NEAR(imbalance(assumption, 4, 1, 2, ExpertPlacement::kShuffled, 1e8), 4.0 / 3, 0.05);
}

// Tokens that choose alike are fewer tokens: 64 sequences of 64 tokens, all the same within.
TEST(LoadImbalance, SeesOneTokenPerSequenceWhenAllChooseTheSame) {
  RoutingAssumption alike;
  alike.correlation = 1;
  const auto routing = *rankRouting(alike, 64, 6, 8, ExpertPlacement::kAsListed);
  const double sequences = imbalance({}, 64, 6, 8, ExpertPlacement::kAsListed, 64);
  // 64 tokens have a deviation of 6, where the whole-numbered and the smooth law differ a little.
  EXPECT_NEAR(loadImbalance(routing, {4096, 64}) / sequences, 1, 0.005);
  EXPECT_LT(loadImbalance(routing, {4096, 1}), 1.05);
}

TEST(RankRouting, RefusesExpertsThatDoNotDivide) {
  const auto routing = rankRouting(RoutingAssumption{}, 64, 6, 7, ExpertPlacement::kAsListed);
  ASSERT_FALSE(routing);
  EXPECT_EQ(routing.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(describe(routing.error()),
            "expert parallel: 64 experts do not divide evenly among 7 ranks");
}

RC_GTEST_PROP(LoadImbalanceProperty, LiesBetweenOneAndTheRanks, ()) {
  const auto ranks = static_cast<std::size_t>(*rc::gen::element(1, 2, 4, 8, 32));
  const auto experts = ranks * static_cast<std::size_t>(*rc::gen::inRange(1, 9));
  const auto top_k = static_cast<std::size_t>(*rc::gen::inRange(1, static_cast<int>(experts) + 1));
  RoutingAssumption assumption = powerLaw(std::exp(*rc::gen::inRange(0, 1000) / 100.0));
  assumption.correlation = *rc::gen::inRange(0, 101) / 100.0;
  const auto placement = *rc::gen::element(ExpertPlacement::kAsListed, ExpertPlacement::kShuffled,
                                           ExpertPlacement::kBalanced);
  const double tokens = std::exp(*rc::gen::inRange(-100, 1200) / 100.0);
  const auto routing = rankRouting(assumption, experts, top_k, ranks, placement);
  RC_ASSERT(routing.has_value());
  const double found = loadImbalance(*routing, {tokens, 16});
  RC_ASSERT(found >= 1 - 1e-12);
  RC_ASSERT(found <= static_cast<double>(ranks) * (1 + 1e-12));
}

// Enough tokens: with few, chance is larger than the difference between placements.
RC_GTEST_PROP(LoadImbalanceProperty, BalancingNeverMakesManyTokensWorse, ()) {
  const double span = std::exp(*rc::gen::inRange(0, 500) / 100.0);
  const auto ranks = static_cast<std::size_t>(*rc::gen::element(2, 4, 8, 16));
  const auto at = [&](ExpertPlacement placement) {
    return imbalance(powerLaw(span), 64, 6, ranks, placement, 1e7);
  };
  RC_ASSERT(at(ExpertPlacement::kBalanced) <= at(ExpertPlacement::kShuffled) * (1 + 1e-4));
  RC_ASSERT(at(ExpertPlacement::kShuffled) <= at(ExpertPlacement::kAsListed) * (1 + 1e-4));
}

// The largest of two Poisson loads of mean 1: sum over x of 1 - F(x)^2, F from e^-1 / x!.
TEST(ExpectedLargest, IsExactForIndependentPoissonLoads) {
  double expected = 0, below = 0, probability = std::exp(-1);
  for (int x = 0; x < 40; ++x) {
    below += probability;
    expected += 1 - below * below;
    probability /= x + 1;
  }
  const LoadMoments loads[] = {{1, 1, 2}};
  EXPECT_NEAR(expectedLargest(loads, 1e9), expected, 1e-9);
  const LoadMoments apart[] = {{1, 1, 1}, {1, 1, 1}};
  EXPECT_NEAR(expectedLargest(apart, 1e9), expected, 1e-9);
}

// Three normal loads: mean + 3 / (2 sqrt(pi)) deviations.
TEST(ExpectedLargest, IsThatOfNormalLoadsWhenTheyAreWide) {
  const LoadMoments loads[] = {{1e6, 1e4, 3}};
  EXPECT_NEAR(expectedLargest(loads, 1e9), 1e6 + 1.5 / std::sqrt(M_PI) * 100, 0.05);
}

// On both sides of a deviation of 3, where the sum gives way to the integral.
TEST(ExpectedLargest, HardlyChangesWhereTheMethodDoes) {
  const LoadMoments narrow[] = {{12, 8.999, 16}};
  const LoadMoments wide[] = {{12, 9.001, 16}};
  EXPECT_NEAR(expectedLargest(narrow, 1e9) / expectedLargest(wide, 1e9), 1, 0.006);
}

TEST(ExpectedLargest, KnowsALoadThatIsCertain) {
  const LoadMoments loads[] = {{500, 0, 1}, {20, 15, 7}};
  EXPECT_DOUBLE_EQ(expectedLargest(loads, 1e9), 500);
}

}  // namespace
}  // namespace moe
