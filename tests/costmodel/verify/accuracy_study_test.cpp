#include "costmodel/verify/accuracy_study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/engine/engine_constants.h"
#include "costmodel/verify/known_errors.h"
#include "tests/costmodel/verify/shipped_points.h"

namespace moe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const AccuracyStudy& study() { return test::shippedStudy(); }
const GroupAccuracy& together(const std::vector<GroupAccuracy>& groups) { return groups.back(); }

TEST(AccuracyStudy, PredictsEveryShippedPoint) {
  EXPECT_THAT(test::shippedPredictions().skipped, IsEmpty());
  EXPECT_EQ(test::shippedPredictions().points.size(), 1661u);
}

// The bounds below are what the cost model promises. A roofline with three constants fitted to
// these rows has 20.1 % and 15.5 %, a prototype from the same kernel tables 14.3 % and 9.8 %
// unfitted.
TEST(AccuracyStudy, CoreRowsAreWithin14PercentWithNothingFitted) {
  EXPECT_LE(study().unfitted[2].tpot.mape, 0.14);
  EXPECT_LE(study().unfitted[2].tpot.median_ape, 0.098);
}

TEST(AccuracyStudy, CoreRowsAreWithin11And5TenthsPercentWithFourConstants) {
  EXPECT_LE(study().fitted[2].tpot.mape, 0.115);
  // A bias of more than 5 % would be a constant that is missing.
  EXPECT_NEAR(study().fitted[2].tpot.median_ratio, 1, 0.05);
}

TEST(AccuracyStudy, AllRowsAreWithin25Percent) {
  EXPECT_LE(study().unfitted[0].tpot.mape, 0.25);
  EXPECT_LE(study().fitted[0].tpot.mape, 0.25);
}

TEST(AccuracyStudy, EachModelAndMachineLeftOutIsWithin13Percent) {
  const ErrorSummary& tpot = together(study().pairs_left_out).tpot;
  EXPECT_EQ(tpot.count, 1386u);
  EXPECT_LE(tpot.mape, 0.13);
  EXPECT_LE(tpot.median_ape, 0.095);
  // Nine pairs (data/tables/serving/SOURCE.md, core rows) and the line of all.
  EXPECT_EQ(study().pairs_left_out.size(), 10u);
}

TEST(AccuracyStudy, LatencyIsWithin11PercentAndTtftWithin25OnTheMedian) {
  EXPECT_LE(study().fitted[2].latency.mape, 0.11);
  EXPECT_LE(study().fitted[2].ttft.median_ape, 0.25);
}

// 90 %, give or take what four classes of concurrency with other pairs' errors allow.
TEST(AccuracyStudy, IntervalsHold85To95PercentOfLeftOutPoints) {
  ASSERT_EQ(study().interval_coverage.size(), 5u);
  EXPECT_EQ(study().interval_coverage.back().count, 1386u);
  for (const IntervalCoverage& coverage : study().interval_coverage) {
    EXPECT_GE(coverage.share(), 0.85);
    EXPECT_LE(coverage.share(), 0.95);
  }
}

// The names hashed apart from this program: remainder 0 for these two of the nine pairs alone.
TEST(AccuracyStudy, FreezesTheTwoPairsOfTheHash) {
  EXPECT_THAT(study().frozen_pairs,
              ElementsAre("gpt-oss-120b, B200-180GB SXM", "gpt-oss-120b, H100-80GB SXM"));
  EXPECT_EQ(study().frozen.tpot.count, 199u);
  EXPECT_EQ(study().fitted_points, 1386u - 199u);
  // Nothing about them was fitted, so the bound of left-out points holds.
  EXPECT_LE(study().frozen.tpot.mape, 0.13);
}

// No fit sees frozen rows: with their measured times changed nothing fitted changes.
TEST(AccuracyStudy, FitsDoNotDependOnFrozenRows) {
  PredictedPoints changed = test::shippedPredictions();
  for (PredictedPoint& point : changed.points)
    if (isFrozen(point)) *point.measured.tpot_s *= 3, *point.measured.ttft_s *= 3;
  const AccuracyStudy other = studyAccuracy(changed);
  EXPECT_EQ(other.refitted.front().prefill_share, study().refitted.front().prefill_share);
  EXPECT_EQ(other.pairs_left_out.front().tpot.mape, study().pairs_left_out.front().tpot.mape);
  EXPECT_NE(other.frozen.tpot.mape, study().frozen.tpot.mape);
}

// 1 %: shipped constants are written with four digits, and solvers on other processors end within
// 1e-4 of each other. 1e-6 stands for constants that end at their bound, 0.
TEST(AccuracyStudy, ShipsTheConstantsThatItFits) {
  const ConstantsByEngine shipped = shippedConstants();
  for (std::size_t i = 0; i < shipped.size(); ++i) {
    const EngineConstants& now = study().refitted[i];
    for (const auto constant : {&EngineConstants::prefill_share, &EngineConstants::host_step_s,
                                &EngineConstants::host_sequence_s,
                                &EngineConstants::multi_device_layer_s, &EngineConstants::first_s,
                                &EngineConstants::first_prefill, &EngineConstants::waiting_share,
                                &EngineConstants::contention_share, &EngineConstants::first_steps})
      EXPECT_NEAR(shipped[i].*constant, now.*constant, 0.01 * now.*constant + 1e-6);
  }
}

// Three digits are written; 1 % beyond that for other processors.
TEST(AccuracyStudy, ShipsTheIntervalsThatItFinds) {
  const double concurrency[] = {8, 32, 128, 129};
  for (std::size_t i = 0; i < 4; ++i) {
    const double width = std::log(tpotInterval90(concurrency[i], Basis::kInterpolated, false).high);
    EXPECT_NEAR(width, study().interval_quantiles[i], 0.01 * width + 5e-4);
  }
}

TEST(AccuracyStudy, HasAReasonForEveryGroupThatIsMissedByMuch) {
  EXPECT_THAT(groupsWithoutReason(study()), IsEmpty());
}

TEST(AccuracyStudy, AGroupThatIsMissedByMuchWithoutReasonIsNamed) {
  AccuracyStudy planted = study();
  for (GroupAccuracy& group : planted.groups)
    if (group.name == "Llama-3.1-70B, B200-180GB SXM, vllm, fp8") group.tpot.mape = 0.26;
  EXPECT_THAT(groupsWithoutReason(planted),
              ElementsAre("Llama-3.1-70B, B200-180GB SXM, vllm, fp8"));
}

// DeepSeek-V3 and R1 have the same weights' shapes and many of the same rows.
TEST(AccuracyStudy, LeavesDeepSeekV3AndR1OutTogether) {
  for (const GroupAccuracy& group : study().models_left_out) EXPECT_NE(group.name, "DeepSeek-R1");
  EXPECT_EQ(study().models_left_out.front().name, "DeepSeek-V3");
  EXPECT_EQ(study().models_left_out.front().tpot.count, 157u);
}

TEST(AccuracyStudy, CountsEachRowInOneGroupOfEachKind) {
  for (const auto* groups : {&study().groups, &study().by_concurrency}) {
    std::size_t rows = 0;
    for (const GroupAccuracy& group : *groups) rows += group.tpot.count;
    EXPECT_EQ(rows, 1386u);
  }
}

TEST(AccuracyStudy, TellsTheSpreadThatNoModelCanTell) {
  EXPECT_GT(study().repeated_pairs, 100u);
  EXPECT_GE(study().repeated_median, 1);
  EXPECT_GT(study().repeated_p90, study().repeated_median);
}

}  // namespace
}  // namespace moe
