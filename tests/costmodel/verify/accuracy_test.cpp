#include "costmodel/verify/accuracy.h"

#include <gtest/gtest.h>

#include "tests/costmodel/verify/shipped_points.h"

namespace moe {
namespace {

// Errors of 0.5, 0.8, 1, 1.1 and 2 are 0.5, 0.2, 0, 0.1 and 1: mean 1.8/5, median 0.2; the 90 %
// quantile stands 0.6 of the way from 0.5 to 1.
TEST(ErrorSummary, IsThatOfThePaperAndPencil) {
  const ErrorSummary summary = summarise({0.5, 0.8, 1, 1.1, 2});
  EXPECT_EQ(summary.count, 5u);
  EXPECT_DOUBLE_EQ(summary.mape, 0.36);
  EXPECT_DOUBLE_EQ(summary.median_ape, 0.2);
  EXPECT_DOUBLE_EQ(summary.median_ratio, 1);
  EXPECT_DOUBLE_EQ(summary.p90_ape, 0.8);
}

TEST(ErrorSummary, OfNothingCountsNothing) { EXPECT_EQ(summarise({}).count, 0u); }

// Latency of n tokens is TTFT + (n - 1) TPOT; measured exactly as predicted but for TPOT.
TEST(GroupAccuracy, JoinsBothTimesInLatency) {
  PredictedPoints predicted = test::predictedOf({test::smallPoint()});
  ASSERT_EQ(predicted.points.size(), 1u);
  PredictedPoint& point = predicted.points.front();
  const EngineConstants constants = shippedConstants().front();
  const double tpot = tpotWith(point.point, constants);
  const double ttft = ttftWith(point.point, constants);
  point.measured.tpot_s = 2 * tpot;
  point.measured.ttft_s = ttft;
  const GroupAccuracy group =
      accuracyOf("one", test::pointersTo(predicted.points), shippedConstants());
  EXPECT_DOUBLE_EQ(group.tpot.median_ratio, 0.5);
  EXPECT_DOUBLE_EQ(group.ttft.median_ratio, 1);
  EXPECT_NEAR(group.latency.median_ratio, (ttft + 511 * tpot) / (ttft + 511 * 2 * tpot), 1e-12);
}

TEST(GroupAccuracy, LeavesOutWhatWasNotMeasured) {
  ServingMeasurement no_ttft = test::smallPoint();
  no_ttft.ttft_s.reset();
  const PredictedPoints predicted = test::predictedOf({test::smallPoint(), no_ttft});
  const GroupAccuracy group =
      accuracyOf("two", test::pointersTo(predicted.points), shippedConstants());
  EXPECT_EQ(group.tpot.count, 2u);
  EXPECT_EQ(group.ttft.count, 1u);
  EXPECT_EQ(group.latency.count, 1u);
}

TEST(IntervalCoverage, CountsMeasurementsInsideTheirInterval) {
  PredictedPoints predicted = test::predictedOf({test::smallPoint(), test::smallPoint()});
  const double tpot = tpotWith(predicted.points[0].point, shippedConstants().front());
  const TimeInterval interval = tpotIntervalOf(predicted.points[0]);
  predicted.points[0].measured.tpot_s = tpot * interval.high * 0.999;
  predicted.points[1].measured.tpot_s = tpot * interval.high * 1.001;
  const IntervalCoverage coverage = coverageOf(test::pointersTo(predicted.points));
  EXPECT_EQ(coverage.count, 2u);
  EXPECT_EQ(coverage.inside, 1u);
}

TEST(ConcurrencyClass, EndsAtTheNamedRequests) {
  EXPECT_EQ(concurrencyClassName(concurrencyClass(1)), "1 to 8 requests");
  EXPECT_EQ(concurrencyClassName(concurrencyClass(8)), "1 to 8 requests");
  EXPECT_EQ(concurrencyClassName(concurrencyClass(9)), "9 to 32 requests");
  EXPECT_EQ(concurrencyClassName(concurrencyClass(128)), "33 to 128 requests");
  EXPECT_EQ(concurrencyClassName(concurrencyClass(129)), "more than 128 requests");
}

// 1661, 1403 and 1386 rows: data/tables/serving/SOURCE.md counts them.
TEST(RowSets, AreAllCleanAndCoreRows) {
  const auto sets =
      accuracyByRowSet(test::pointersTo(test::shippedPredictions().points), shippedConstants());
  ASSERT_EQ(sets.size(), 3u);
  EXPECT_EQ(sets[0].tpot.count, 1661u);
  EXPECT_EQ(sets[1].tpot.count, 1403u);
  EXPECT_EQ(sets[2].tpot.count, 1386u);
}

// The checker can fail: measured times of one deployment doubled halve its ratio, exactly, because
// scaling by two only changes the exponent of a double, and change no other group.
TEST(GroupAccuracy, ShowsAPlantedErrorInItsGroupAlone) {
  std::vector<ServingMeasurement> points = shippedServingPoints();
  for (ServingMeasurement& point : points)
    if (point.model == "Llama-3.1-70B" && point.hardware == "h100-sxm") *point.tpot_s *= 2;
  const PredictedPoints planted = test::predictedOf(points);
  const auto key = [](const PredictedPoint& p) { return p.model + ", " + p.hardware; };
  const auto groups = [&](const PredictedPoints& predicted) {
    return accuracyByKey(test::pointersTo(predicted.points), key, shippedConstants());
  };
  const auto before = groups(test::shippedPredictions());
  const auto after = groups(planted);
  ASSERT_EQ(before.size(), after.size());
  bool seen = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool own = before[i].name == "Llama-3.1-70B, H100-80GB SXM";
    EXPECT_EQ(after[i].tpot.median_ratio, before[i].tpot.median_ratio / (own ? 2 : 1));
    EXPECT_EQ(after[i].tpot.mape == before[i].tpot.mape, !own) << before[i].name;
    if (own) {
      EXPECT_GT(after[i].tpot.mape, 0.4);
    }
    seen = seen || own;
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace moe
