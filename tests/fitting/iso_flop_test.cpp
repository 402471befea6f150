#include "fitting/iso_flop.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/fitting/fit_data.h"

namespace moe {
namespace {

TrainingRun run(double params, double flop, double loss) {
  TrainingRun result;
  result.params = params;
  result.train_tokens = flop / (6 * params);
  result.loss = loss;
  return result;
}

// ln L is a parabola in ln N with its vertex at 1e8 (C/1e18)^0.4, so approach 2 must find just
// that; 1e-9: the rounding of a 5 x 3 least squares.
TEST(IsoFlop, RecoversParabolasExactly) {
  std::vector<TrainingRun> runs;
  for (const double flop : {1e18, 1e19, 1e20, 1e21}) {
    const double best = 1e8 * std::pow(flop / 1e18, 0.4);
    for (const double ratio : {0.25, 0.45, 0.8, 1.5, 3.0, 5.0}) {
      const double x = std::log(ratio);
      runs.push_back(run(ratio * best, flop, std::exp(1 - 0.02 * std::log10(flop) + 0.05 * x * x)));
    }
  }
  ASSERT_TRUE(hasIsoFlops(runs));
  const auto result = isoFlop(runs);
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->params.exponent, 0.4, 1e-9);
  EXPECT_NEAR(result->tokens.exponent, 0.6, 1e-9);
  ASSERT_EQ(result->groups.size(), 4u);
  EXPECT_NEAR(result->groups[2].params / (1e8 * std::pow(100, 0.4)), 1, 1e-9);
  EXPECT_NEAR(result->groups[2].flop / 1e20, 1, 1e-9);
}

// On Chinchilla's law and a narrow grid even around the optimum the exponent is beta/(alpha+beta);
// 0.002 is left for the law's skew around its minimum.
TEST(IsoFlop, MeetsTheClosedFormOnAnEvenGrid) {
  const Law law = *presetLaw("besiroglu2024");
  std::vector<TrainingRun> runs;
  for (const double flop : {1e18, 1e19, 1e20, 1e21, 1e22}) {
    const double best = computeOptimum(law, Flop(flop), {})->params;
    for (const double x : {-0.6, -0.3, 0.0, 0.3, 0.6}) {
      TrainingRun one = run(best * std::exp(x), flop, 1);
      one.loss = law.loss(pointOf(one));
      runs.push_back(one);
    }
  }
  EXPECT_NEAR(isoFlop(runs)->params.exponent, 0.3658 / (0.3478 + 0.3658), 0.002);
}

struct Published {
  const char* config;
  double exponent;
  double tolerance;
};

class Porian : public testing::TestWithParam<Published> {};

// Porian2024: 0.834 for the reproduction of Kaplan, 0.497 when tuned. Through the authors' own
// optima the line must give their digits; our parabolas replace their interpolation, hence the
// wider tolerance, asked for with the data.
TEST_P(Porian, HasItsPublishedExponent) {
  const std::string filter = std::string("config=") + GetParam().config;
  const auto points = test::pointsOf("porian/runs.csv.gz", {filter});
  ASSERT_TRUE(hasIsoFlops(points.runs));
  const auto result = isoFlop(points.runs);
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->params.exponent, GetParam().exponent, GetParam().tolerance);
  ASSERT_TRUE(result->params.exponent95.has_value());
  EXPECT_LT(result->params.exponent95->low, GetParam().exponent);
  EXPECT_GT(result->params.exponent95->high, GetParam().exponent);
}

TEST_P(Porian, HasItInTheAuthorsOptima) {
  ReadOptions options;
  options.columns = *parseColumnMap("n=n_opt,d=t_opt,loss=loss_opt");
  options.skip_bad = true;
  const auto table = readRuns(
      std::string(MOEPLAN_SOURCE_DIR) + "/data/tables/runs/porian/isoflop_optima.csv.gz", options);
  ASSERT_TRUE(table.has_value());
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < table->runs.size(); ++i) {
    if (table->tag("config")->values[i] != GetParam().config) continue;
    const double x = std::log(std::stod(table->tag("flops")->values[i]));
    const double y = std::log(table->runs[i].params);
    n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  EXPECT_NEAR((n * sxy - sx * sy) / (n * sxx - sx * sx), GetParam().exponent, 5e-4);
}

INSTANTIATE_TEST_SUITE_P(
    Configurations, Porian,
    testing::Values(Published{"rw_base_warm-long_decay-kaplan_count-kaplan_train", 0.834, 0.04},
                    Published{"rw_tuned_warm-short_decay-const_count-standard_val", 0.497, 0.01}));

// 20 000 runs at any N and D: every slice of 3 % of compute holds many sizes, yet nobody made them
// at a few budgets.
TEST(IsoFlop, IsNotSeenInACloudOfRuns) {
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> unit;
  std::vector<TrainingRun> runs;
  for (int i = 0; i < 20000; ++i) {
    const double params = std::pow(10, 7 + 3 * unit(engine));
    runs.push_back(run(params, 6 * params * std::pow(10, 9 + 3 * unit(engine)), 3));
  }
  EXPECT_FALSE(hasIsoFlops(runs));
}

TEST(IsoFlop, RefusesRunsWithoutThem) {
  std::vector<TrainingRun> runs;
  for (int i = 0; i < 20; ++i) runs.push_back(run(1e8 * (1 + i), 1e18 * std::pow(1.5, i), 3));
  EXPECT_FALSE(hasIsoFlops(runs));
  const auto result = isoFlop(runs);
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().message.find("three are needed"), std::string::npos);
}

}  // namespace
}  // namespace moe
