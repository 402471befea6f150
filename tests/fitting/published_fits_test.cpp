#include <gmock/gmock.h>

#include <cmath>

#include "data/quantile.h"
#include "fitting/trust/bootstrap.h"
#include "fitting/trust/profile_likelihood.h"
#include "tests/fitting/fit_data.h"

// Fits that papers report, from the runs that they were made on.

namespace moe {
namespace {

using test::parameter;

const TrainingRun& named(const test::Points& points, const std::string& id) {
  for (const TrainingRun& run : points.runs) {
    if (run.run_id == id) return run;
  }
  require(false, id.c_str());
  return points.runs.front();
}

double errorOn(const FitResult& fit, const TrainingRun& run) {
  return std::abs(std::exp(fit.family->at(fit.values, pointOf(run)).log_loss) / run.loss - 1);
}

// [Gadre2024], notebook output: least squares on the loss itself over five RedPajama runs (20
// tokens per parameter at four sizes, 320 at the smallest) is 0.7103 % off on 1.4B at 640 tokens
// per parameter and 0.7320 % on 6.9B at 20.
TEST(PublishedFits, Gadre2024PredictsItsLargestRuns) {
  const test::Points five =
      test::pointsOf("gadre_overtrain/runs.csv",
                     {"run_id=rpj-d=96_l=8_h=4-1.0,rpj-d=512_l=8_h=4-1.0,rpj-d=576_l=24_h=8-1.0,"
                      "rpj-d=1024_l=24_h=8-1.0,rpj-d=96_l=8_h=4-16.0"});
  FitOptions options;
  options.objective = {ObjectiveKind::kLeastSquares, 1e-3, ResidualScale::kLoss};
  const auto fit = fitLaw(*findLawFamily("gadre2024"), five.data(), options);
  ASSERT_TRUE(fit.has_value());
  const test::Points all = test::pointsOf("gadre_overtrain/runs.csv", {"dataset=rpj"});
  EXPECT_NEAR(errorOn(*fit, named(all, "rpj-open_lm_1b-32.0")), 0.007103, 1e-6);
  EXPECT_NEAR(errorOn(*fit, named(all, "rpj-open_lm_7b-1.0")), 0.007320, 1e-6);
}

// OLMo ladder (arXiv 2412.04403), step 1: from 190M-1.3B at 1 to 10 times Chinchilla the authors
// predict 2.3444 for 13B on 5T tokens; it turned out 2.4379 (2.4376 as the mean of the last five
// evaluations). The interval over runs covers that.
TEST(PublishedFits, TheOlmoLadderMissesAndItsIntervalDoesNot) {
  ReadOptions read;
  read.columns = *parseColumnMap("loss=loss_ma5");
  read.skip_bad = true;  // one production run has no such column
  const auto table =
      readRuns(std::string(MOEPLAN_SOURCE_DIR) + "/data/tables/runs/olmo_ladder/runs.csv", read);
  ASSERT_TRUE(table.has_value());
  const std::vector<RunFilter> filters = {*parseRunFilter("size=190M,370M,600M,760M,1B"),
                                          *parseRunFilter("mult=1xC,2xC,5xC,10xC")};
  const auto ladder = applyFilters(*table, filters);
  ASSERT_TRUE(ladder.has_value());
  ASSERT_EQ(ladder->runs.size(), 16u);
  const FitData data = FitData::of(ladder->runs, {});
  auto fit = fitLaw(*findLawFamily("chinchilla"), data, {});
  ASSERT_TRUE(fit.has_value());
  const LawPoint target{.params = 13202396160, .train_tokens = 5e12};
  EXPECT_NEAR(std::exp(fit->family->at(fit->values, target).log_loss), 2.3444, 5e-5);
  bootstrap(data, {}, {.resamples = 400}, *fit);
  std::vector<double> losses;
  for (const std::vector<double>& draw : fit->posterior) {
    losses.push_back(std::exp(fit->family->at(draw, target).log_loss));
  }
  EXPECT_LT(quantile(losses, 0.025), 2.3444);
  EXPECT_GT(quantile(losses, 0.975), 2.4376);
  EXPECT_FALSE(parameter(*fit, "floor").identified);
  // No floor lies above the least loss measured, 2.832, and none down to 0 is excluded.
  const auto profiles = profileParameters(data, {}, *fit, {.parameters = {"floor"}});
  EXPECT_FALSE(profiles[0].low95.has_value());
  ASSERT_TRUE(profiles[0].high95.has_value());
  EXPECT_LT(*profiles[0].high95, 2.832);
}

// [Muennighoff2023], released code: with the other parameters held it stops at R_N* = 5.31,
// R_D* = 15.39 with an objective of 0.0158259; the least on that ridge is 0.0158047.
TEST(PublishedFits, Muennighoff2023EndsLowerOnItsRidgeAndSaysSo) {
  const test::Points points = test::pointsOf("muennighoff/runs.csv", {"fit_subset=1"});
  ASSERT_EQ(points.runs.size(), 182u);
  FitOptions options;
  options.fixed = {{"floor", std::exp(0.6254804)},
                   {"A", std::exp(6.255414)},
                   {"B", std::exp(7.3049974)},
                   {"alpha", 0.3526596}};
  const FitData data = points.data();
  auto fit = fitLaw(*findLawFamily("muennighoff2023-tied"), data, options);
  ASSERT_TRUE(fit.has_value());
  EXPECT_NEAR(fit->objective, 0.0158047, 1e-7);
  bootstrap(data, options, {.resamples = 60}, *fit);
  EXPECT_FALSE(parameter(*fit, "R_N*").identified);
  EXPECT_FALSE(parameter(*fit, "R_D*").identified);
  FitOptions published = options;
  published.fixed.insert(published.fixed.end(), {{"R_N*", 5.309743}, {"R_D*", 15.387756}});
  const auto there = fitLaw(*findLawFamily("muennighoff2023-tied"), data, published);
  ASSERT_TRUE(there.has_value());
  EXPECT_NEAR(there->objective, 0.015825936, 1e-8);
}

}  // namespace
}  // namespace moe
