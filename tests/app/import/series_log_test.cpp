#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "app/workflows/import/run_log.h"
#include "app/workflows/import/series_log.h"

namespace moe {
namespace {

constexpr double kSeriesNan = std::numeric_limits<double>::quiet_NaN();

/// Reads as the import does: a second time when steps went back.
SeriesLog readSeries(const std::vector<SeriesPoint>& points, LossWindows windows = {}) {
  const auto read = [&](std::vector<double> cutoffs) {
    SeriesLog series("val_loss", windows, std::move(cutoffs));
    for (const SeriesPoint& point : points) series.add({point.step, point.value, 0, 1});
    series.finish();
    return series;
  };
  SeriesLog first = read({});
  return first.needsSecondReading() ? read(first.cutoffs()) : std::move(first);
}

std::vector<double> valuesOf(const SeriesLog& series) {
  std::vector<double> values;
  for (const SeriesPoint& point : series.track().points()) values.push_back(point.value);
  return values;
}

TEST(SeriesLog, LetsALaterSegmentReplaceWhatItWritesAgain) {
  // Written to step 4, continued from step 3, then from step 2.
  const SeriesLog series =
      readSeries({{1, 10}, {2, 20}, {3, 30}, {4, 40}, {3, 31}, {4, 41}, {5, 51}, {2, 22}, {3, 32}});
  EXPECT_EQ(valuesOf(series), (std::vector<double>{10, 22, 32}));
  EXPECT_EQ(series.dropped(), 6u);
  EXPECT_EQ(series.segments(), 3u);
  EXPECT_FALSE(series.isInNoOrder());
}

TEST(SeriesLog, KeepsWhatALaterSegmentDoesNotReach) {
  // The second segment begins behind the end of the first: nothing is replaced.
  const SeriesLog series = readSeries({{1, 10}, {2, 20}, {5, 50}, {6, 60}});
  EXPECT_EQ(valuesOf(series), (std::vector<double>{10, 20, 50, 60}));
  EXPECT_EQ(series.dropped(), 0u);
}

TEST(SeriesLog, TakesTheLastOfAStepThatIsWrittenSeveralTimes) {
  std::vector<SeriesPoint> points;
  for (int step = 1; step <= 50; ++step)
    for (int rank = 0; rank < 4; ++rank) points.push_back({step * 1.0, step + 0.1 * rank});
  const SeriesLog series = readSeries(points);
  EXPECT_EQ(series.repeats(), 150u);
  EXPECT_EQ(series.track().count(), 50u);
  EXPECT_DOUBLE_EQ(series.losses()->last()->value, 50.3);
}

// Ranks are not in step: one writes step 9 when another is at 10. That is no restart.
TEST(SeriesLog, TellsALateRankFromARestart) {
  std::vector<SeriesPoint> points;
  for (int step = 1; step <= 40; ++step) {
    points.push_back({step * 1.0, 5});
    points.push_back({step * 1.0, 5});
    if (step > 20) points.push_back({step - 1.0, 99});
  }
  const SeriesLog series = readSeries(points);
  EXPECT_EQ(series.segments(), 1u);
  EXPECT_DOUBLE_EQ(series.track().median().value(), 5);
}

TEST(SeriesLog, SaysWhenStepsAreInNoOrder) {
  std::vector<SeriesPoint> newest_first;
  for (int step = 1000; step > 0; --step) newest_first.push_back({step * 1.0, 3});
  EXPECT_TRUE(readSeries(newest_first).isInNoOrder());
}

TEST(SeriesLog, FollowsValuesThatAreNotFinite) {
  const SeriesLog series = readSeries({{1, 5}, {2, kSeriesNan}, {3, 4}, {4, kSeriesNan}});
  EXPECT_EQ(series.losses()->notFinite(), 2u);
  EXPECT_EQ(series.losses()->firstNotFinite(), 2);
  EXPECT_TRUE(series.losses()->endsNotFinite());
  EXPECT_DOUBLE_EQ(series.losses()->last()->value, 4);
  EXPECT_DOUBLE_EQ(series.lowest(), 4);
}

TEST(SeriesLog, AveragesByTheWindowsOfTheRules) {
  LossWindows windows;
  windows.mean_of = 3;
  windows.smooth = 2;
  const SeriesLog series = readSeries({{1, 9}, {2, 1}, {3, 3}, {4, 6}, {5, 6}}, windows);
  EXPECT_DOUBLE_EQ(series.losses()->meanOfLast(), 5);             // (3 + 6 + 6) / 3
  EXPECT_DOUBLE_EQ(series.losses()->lowestSmoothed()->value, 2);  // (1 + 3) / 2, at step 3
  EXPECT_DOUBLE_EQ(series.losses()->lowestSmoothed()->step, 3);
}

TEST(SeriesLog, HoldsAPerplexityAsItsLogarithm) {
  SeriesLog series("val_ppl", LossWindows{}, {});
  series.add({1.0, std::exp(3.0), 0, 1});
  series.finish();
  EXPECT_NEAR(series.losses()->last()->value, 3, 1e-15);
  EXPECT_NEAR(series.last().value, std::exp(3.0), 0);
}

TEST(SeriesTrack, ThinsEvenlyAndKeepsTheEnds) {
  SeriesTrack track;
  for (int step = 0; step <= 1000000; ++step) track.add({step * 1.0, step * 2.0});
  const std::vector<SeriesPoint> points = track.points();
  EXPECT_LE(points.size(), 2 * SeriesTrack::kMostPoints);
  EXPECT_GE(points.size(), SeriesTrack::kMostPoints);
  EXPECT_EQ(points.front().step, 0);
  EXPECT_EQ(points.back().step, 1000000);
  for (std::size_t i = 2; i + 1 < points.size(); ++i)
    ASSERT_EQ(points[i].step - points[i - 1].step, points[1].step - points[0].step);
  EXPECT_DOUBLE_EQ(track.at(123457).value(), 246914);  // linear between points
}

// A batch of 1 token to step 200, of 3 from there on: behind the last point it goes on at 3.
TEST(SeriesTrack, GoesOnBeyondItsEndsAsItWas) {
  SeriesTrack track;
  track.add({200, 200});
  EXPECT_DOUBLE_EQ(track.at(400).value(), 400);
  track.add({300, 500});
  EXPECT_DOUBLE_EQ(track.at(100).value(), 100);
  EXPECT_DOUBLE_EQ(track.at(450).value(), 950);
  EXPECT_FALSE(SeriesTrack().at(1));
}

// Constant memory: however long the log, a bounded number of points and segments is held.
TEST(RunLog, DoesNotGrowWithTheLengthOfTheLog) {
  RunLog log({});
  for (int i = 0; i < 200000; ++i) {
    const LogValue values[] = {{"loss", 3.0 + 1e-6 * i}, {"lr", 1e-3}};
    log.record({values, static_cast<double>(i), static_cast<std::size_t>(i)}, 0);
  }
  log.finish();
  ASSERT_EQ(log.series().size(), 2u);
  for (const auto& series : log.series()) {
    EXPECT_EQ(series->count(), 200000u);
    EXPECT_LE(series->track().points().size(), 2 * SeriesTrack::kMostPoints);
  }
}

TEST(RunLog, KeepsABoundedNumberOfNamesAndCountsTheRest) {
  RunLog log({});
  for (int i = 0; i < 10000; ++i) {
    const std::string name = "series " + std::to_string(i);
    const LogValue values[] = {{name, 1.0}};
    log.record({values, 1.0, 1}, 0);
    log.setting({name, "1", 1}, 0);
  }
  EXPECT_EQ(log.series().size(), 4096u);
  EXPECT_EQ(log.settings().size(), 4096u);
  EXPECT_EQ(log.namesLeftOut(), 2 * (10000u - 4096u));
}

}  // namespace
}  // namespace moe
