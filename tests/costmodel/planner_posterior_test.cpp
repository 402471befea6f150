#include <gmock/gmock.h>

#include <cmath>

#include "costmodel/planner/posterior.h"
#include "tests/costmodel/planner_fixture.h"

namespace moe {
namespace {

PlanRequest uncertainRequest(std::size_t draws = 60) {
  Law law = referenceLaw("Y");
  addPosterior(law, draws, 0.01);
  return referenceRequest(std::move(law), 5e21, PlanMode::kMinCost);
}

bool sameBits(const std::optional<Interval>& a, const std::optional<Interval>& b) {
  return a.has_value() == b.has_value() && (!a || (a->low == b->low && a->high == b->high));
}

TEST(PlanIntervals, AreTheSameForAnyNumberOfThreads) {
  PlanRequest request = uncertainRequest();
  request.threads = 1;
  const PlanOutcome one = makePlan(request).value();
  for (const int threads : {2, 3, 7}) {
    request.threads = threads;
    const PlanOutcome many = makePlan(request).value();
    for (std::size_t row = 0; row < one.rows.size(); ++row) {
      EXPECT_TRUE(sameBits(one.rows[row].chosen.ci95.cost_vs_base,
                           many.rows[row].chosen.ci95.cost_vs_base));
      EXPECT_TRUE(sameBits(one.rows[row].chosen.ci95.dense_params,
                           many.rows[row].chosen.ci95.dense_params));
      EXPECT_EQ(one.rows[row].best_share, many.rows[row].best_share);
    }
  }
}

TEST(PlanIntervals, OfRangesThatFollowOneAnotherMakeTheWhole) {
  PlanRequest request = uncertainRequest();
  request.draws = 40;  // of 60: which ones is the seed's choice
  const PlanOutcome whole = makePlan(request).value();
  PosteriorPlan joined{drawCount(request), whole.rows.size(), {}};
  ASSERT_EQ(joined.draws, 40u);
  const IndexRange ranges[] = {{0, 11}, {11, 11}, {11, 40}};
  for (const IndexRange range : ranges) {
    const PosteriorPlan piece = planDraws(request, range).value();
    joined.rows.insert(joined.rows.end(), piece.rows.begin(), piece.rows.end());
  }
  const PlanOutcome pieces = makePlan(request, joined).value();
  for (std::size_t row = 0; row < whole.rows.size(); ++row) {
    EXPECT_TRUE(sameBits(whole.rows[row].chosen.ci95.cost_vs_base,
                         pieces.rows[row].chosen.ci95.cost_vs_base));
    EXPECT_TRUE(
        sameBits(whole.rows[row].loss_optimal.ci95.loss, pieces.rows[row].loss_optimal.ci95.loss));
    EXPECT_EQ(whole.rows[row].best_share, pieces.rows[row].best_share);
  }
}

TEST(PlanIntervals, CollapseToThePlanWhenAllDrawsAreTheLaw) {
  Law law = referenceLaw("P");
  law.posterior.assign(30, law.values);
  const PlanOutcome outcome =
      makePlan(referenceRequest(std::move(law), 5e21, PlanMode::kMinCost)).value();
  const Configuration& sixteen = rowWith(outcome, 16).chosen;
  EXPECT_EQ(sixteen.ci95.dense_params->low, sixteen.dense_params);
  EXPECT_EQ(sixteen.ci95.cost_vs_base->high, *sixteen.cost_vs_base);
  EXPECT_EQ(*rowWith(outcome, 32).best_share, 1);
  EXPECT_EQ(*outcome.recommendation.beats_runner_up, 1);
}

// Two laws, 30 draws of each: the 2.5 % percentile is the smaller plan and the other the larger.
// With independent draws for base and model the ratio would leave these two values.
TEST(PlanIntervals, TakeBaseAndModelFromTheSameDraw) {
  Law law = referenceLaw("P");
  const std::vector<double> values = law.values;
  std::vector<double> other = values;
  other[0] *= 1.3;
  for (int i = 0; i < 30; ++i) {
    law.posterior.push_back(values);
    law.posterior.push_back(other);
  }
  PlanRequest request = referenceRequest(law, 5e21, PlanMode::kMinCost);
  const Configuration both = rowWith(makePlan(request).value(), 16).chosen;
  request.law.posterior.clear();
  const double first = *rowWith(makePlan(request).value(), 16).chosen.cost_vs_base;
  request.law.values = other;
  const double second = *rowWith(makePlan(request).value(), 16).chosen.cost_vs_base;
  EXPECT_EQ(both.ci95.cost_vs_base->low, std::min(first, second));
  EXPECT_EQ(both.ci95.cost_vs_base->high, std::max(first, second));
}

// Of the values 0 to 40 one in forty lies below 1 and one above 39.
TEST(PlanIntervals, AreThePercentilesTwoAndAHalfFromEitherEnd) {
  PosteriorPlan posterior;
  posterior.draws = 41;
  posterior.experts = 1;
  for (int i = 0; i < 41; ++i) {
    const double value = (i * 7) % 41;
    const DrawFigures figures{value, value, value, value, value, value, value};
    posterior.rows.push_back({figures, figures});
  }
  PlanOutcome outcome;
  outcome.rows.resize(1);
  fillIntervals(posterior, outcome);
  EXPECT_DOUBLE_EQ(outcome.rows[0].chosen.ci95.loss->low, 1);
  EXPECT_DOUBLE_EQ(outcome.rows[0].chosen.ci95.loss->high, 39);
}

// The base is in every draw exactly its own cost.
TEST(PlanIntervals, OfTheBaseOverItselfAreOne) {
  const PlanOutcome outcome = makePlan(uncertainRequest()).value();
  const Configuration& base = outcome.baseRow().chosen;
  EXPECT_EQ(base.ci95.cost_vs_base->low, 1);
  EXPECT_EQ(base.ci95.cost_vs_base->high, 1);
  EXPECT_LT(base.ci95.dense_params->low, base.ci95.dense_params->high);
}

TEST(PlanIntervals, AreAbsentWithoutAPosterior) {
  const PlanOutcome outcome =
      makePlan(referenceRequest(referenceLaw("P"), 5e21, PlanMode::kMinCost)).value();
  EXPECT_FALSE(rowWith(outcome, 8).chosen.ci95.dense_params);
  EXPECT_FALSE(rowWith(outcome, 8).best_share);
  EXPECT_TRUE(hasWarning(outcome, "no_posterior"));
}

TEST(PlanIntervals, AreAbsentWithTooFewDraws) {
  PlanRequest request = uncertainRequest();
  request.draws = 19;
  const PlanOutcome outcome = makePlan(request).value();
  EXPECT_EQ(outcome.draws, 19u);
  EXPECT_FALSE(rowWith(outcome, 8).chosen.ci95.dense_params);
  EXPECT_TRUE(hasWarning(outcome, "too_few_draws"));
}

TEST(PlanIntervals, SayWhenTheSampleIsSmallerThanAskedFor) {
  const PlanOutcome outcome = makePlan(uncertainRequest(50)).value();
  EXPECT_EQ(outcome.draws, 50u);
  EXPECT_TRUE(hasWarning(outcome, "fewer_draws"));
}

TEST(PlanIntervals, DependOnTheSeedOnlyWhenDrawsAreChosen) {
  PlanRequest request = uncertainRequest(60);
  request.draws = 30;
  const auto withSeed = [&](std::uint64_t seed) {
    request.seed = seed;
    return rowWith(makePlan(request).value(), 8).chosen.ci95.dense_params;
  };
  EXPECT_TRUE(sameBits(withSeed(1), withSeed(1)));
  EXPECT_FALSE(sameBits(withSeed(1), withSeed(2)));
  request.draws = 60;
  EXPECT_TRUE(sameBits(withSeed(1), withSeed(2)));
}

TEST(BestShares, AddUpToOneWhereEveryDrawHasAnAnswer) {
  const PlanOutcome outcome = makePlan(uncertainRequest()).value();
  double sum = 0;
  for (const PlanRow& row : outcome.rows) sum += *row.best_share;
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_EQ(*rowWith(outcome, 1).best_share, 0);
}

TEST(Plan, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  const auto outcome = makePlan(uncertainRequest(), source.get_token());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kCancelled);
}

TEST(PlanVariants, ArePlannedWithTheirOwnValues) {
  Law law = referenceLaw("P");
  law.variants.push_back({"the other law", referenceLaw("S").values});
  const PlanOutcome outcome =
      makePlan(referenceRequest(std::move(law), 5e21, PlanMode::kMinCost)).value();
  ASSERT_EQ(outcome.variants.size(), 1u);
  EXPECT_EQ(outcome.variants[0].label, "the other law");
  // Row 3 has 8 experts; 0.53660 and 8.22375545e9 are law S's (reference tables).
  EXPECT_NEAR(*outcome.variants[0].rows.at(3).cost_vs_base, 0.53660, 6e-6);
  EXPECT_NEAR(*outcome.variants[0].rows.at(3).loss_optimal_params, 8.22375545e9, 100);
}

}  // namespace
}  // namespace moe
