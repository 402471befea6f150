#include "costmodel/traffic/length_distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/costmodel/request_lengths.h"

namespace moe {
namespace {

using test::lengthsOf;
using test::measured;

std::string problem(const LengthAssumption& assumption) {
  const auto lengths = lengthDistributionOf(assumption);
  return lengths ? "no problem" : describe(lengths.error());
}

/// E[p^i n^j] over the requests of a distribution.
double moment(const LengthDistribution& lengths, int i, int j) {
  double sum = 0;
  for (const auto& [length, weight] : lengths.requests)
    sum += weight * std::pow(length.prompt_tokens, i) * std::pow(length.output_tokens, j);
  return sum;
}

// A lognormal with mean m and variation v has E[x^j] = m^j (1 + v^2)^(j (j - 1) / 2).
TEST(LengthDistribution, HasTheMomentsOfALognormal) {
  for (const double variation : {0.3, 1.0, 3.0}) {
    const auto lengths = lengthsOf(LengthKind::kLognormal, {161, 0.5}, {338, variation});
    const double base = 1 + variation * variation;
    for (int j = 0; j <= 4; ++j) {
      const double expected = std::pow(338.0, j) * std::pow(base, j * (j - 1) / 2.0);
      EXPECT_NEAR(moment(lengths, 0, j) / expected, 1, 1e-8) << variation << " " << j;
    }
    EXPECT_NEAR(moment(lengths, 1, 1) / (161.0 * 338), 1, 1e-8);
    EXPECT_NEAR(moment(lengths, 2, 0) / (161.0 * 161 * 1.25), 1, 1e-8);
  }
}

TEST(LengthDistribution, IsOneRequestWhenLengthsAreFixed) {
  const auto lengths = lengthsOf(LengthKind::kFixed, {1024, 9}, {128, 9});
  ASSERT_EQ(lengths.requests.size(), 1u);
  EXPECT_EQ(lengths.requests[0].length.prompt_tokens, 1024);
  EXPECT_EQ(lengths.requests[0].weight, 1);
  EXPECT_EQ(lengths.prompt.variation, 0);
  EXPECT_EQ(totalTokensQuantile(lengths, 0.5), 1152);
  EXPECT_EQ(shareLongerThan(lengths, 1151), 1);
  EXPECT_EQ(shareLongerThan(lengths, 1152), 0);
}

// Prompts 100 and 300: mean 200, deviation 100.
TEST(LengthDistribution, KeepsTheRequestsOfAFileTogether) {
  const auto lengths = measured({{100, 10}, {300, 1}});
  EXPECT_EQ(lengths.prompt.mean_tokens, 200);
  EXPECT_DOUBLE_EQ(lengths.prompt.variation, 0.5);
  EXPECT_EQ(meanWorkload(lengths).output_tokens, 5.5);
  EXPECT_EQ(moment(lengths, 1, 1), 650);
}

TEST(LengthDistribution, FindsTheLongestRequestsOfAFile) {
  std::vector<RequestLength> requests;
  for (int i = 1; i <= 100; ++i) requests.push_back({10.0 * i, 5});
  const auto lengths = measured(requests);
  EXPECT_EQ(totalTokensQuantile(lengths, 0.99), 995);
  EXPECT_EQ(totalTokensQuantile(lengths, 0.991), 1005);
  EXPECT_EQ(totalTokensQuantile(lengths, 0.01), 15);
  EXPECT_NEAR(shareLongerThan(lengths, 995), 0.01, 1e-12);
}

// A single lognormal side has the quantile mean e^(sigma z - sigma^2 / 2); z of 0.99 is 2.3263479.
TEST(LengthDistribution, HasTheQuantilesOfALognormal) {
  const auto lengths = lengthsOf(LengthKind::kLognormal, {1000, 0}, {338, 1});
  const double sigma = std::sqrt(std::log(2.0));
  const double tail = 338 * std::exp(2.3263478740408408 * sigma - sigma * sigma / 2);
  EXPECT_NEAR(totalTokensQuantile(lengths, 0.99), 1000 + tail, 1e-5 * (1000 + tail));
  EXPECT_NEAR(shareLongerThan(lengths, 1000 + tail), 0.01, 1e-9);
}

// One million drawn requests: the share above has a standard error of at most 0.0005.
TEST(LengthDistribution, HasTheQuantilesOfDrawnSums) {
  const auto lengths = lengthDistributionOf(lengthPreset("sharegpt", "").value()).value();
  std::mt19937_64 random(3);
  std::normal_distribution<> normal;
  const auto draw = [&](double mean, double variation) {
    const double sigma = std::sqrt(std::log(1 + variation * variation));
    return mean * std::exp(sigma * normal(random) - sigma * sigma / 2);
  };
  constexpr int kDraws = 1'000'000;
  const double quantiles[] = {0.1, 0.5, 0.9, 0.99, 0.999};
  std::vector<int> above(5, 0);
  std::vector<double> limits;
  for (const double q : quantiles) limits.push_back(totalTokensQuantile(lengths, q));
  for (int i = 0; i < kDraws; ++i) {
    const double total = draw(161, 1.5) + draw(338, 1);
    for (std::size_t k = 0; k < limits.size(); ++k) above[k] += total > limits[k];
  }
  for (std::size_t k = 0; k < limits.size(); ++k) {
    const double share = 1 - quantiles[k];
    EXPECT_NEAR(above[k] / double{kDraws}, share, 4 * std::sqrt(share * (1 - share) / kDraws));
  }
}

TEST(LengthPreset, HasTheMeansOfShareGpt) {
  const auto lengths = lengthDistributionOf(lengthPreset("sharegpt", "--lengths").value()).value();
  EXPECT_EQ(meanWorkload(lengths).prompt_tokens, 161);
  EXPECT_EQ(meanWorkload(lengths).output_tokens, 338);
  EXPECT_GT(lengths.output.variation, 0);
}

TEST(LengthPreset, SaysWhichAreKnown) {
  const auto preset = lengthPreset("sharedgpt", "--lengths");
  ASSERT_FALSE(preset);
  EXPECT_EQ(describe(preset.error()),
            "--lengths: there is no preset of lengths 'sharedgpt'; known is sharegpt");
}

TEST(LengthDistribution, RefusesWhatIsNoLength) {
  EXPECT_EQ(problem({LengthKind::kFixed, {0, 0}, {10, 0}, {}}),
            "prompt tokens: the mean is 0; a number above 0 and up to 1e9 is needed");
  EXPECT_EQ(problem({LengthKind::kLognormal, {10, 0}, {10, 11}, {}}),
            "output tokens: the coefficient of variation is 11; a number from 0 to 10 is needed");
  EXPECT_NE(problem({LengthKind::kLognormal, {10, 0}, {NAN, 1}, {}}), "no problem");
  LengthAssumption empty;
  empty.kind = LengthKind::kMeasured;
  empty.measured.source = "lengths.csv";
  EXPECT_EQ(problem(empty), "lengths.csv: holds no requests");
}

}  // namespace
}  // namespace moe
