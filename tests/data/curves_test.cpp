#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/curves.h"

namespace moe {
namespace {

using testing::ElementsAre;

void add(RunTable& table, const char* id, double tokens, std::optional<double> step) {
  TrainingRun run;
  run.run_id = id;
  run.params = 1e8;
  run.train_tokens = tokens;
  run.loss = 3;
  run.step = step;
  run.line = table.runs.size() + 2;
  table.runs.push_back(run);
}

/// Run a ends at step 100, b (without steps) at 8e9 tokens; their rows are mixed, a's not sorted.
RunTable twoCurves() {
  RunTable table;
  add(table, "a", 1e9, 100);  // Steps decide, not tokens.
  add(table, "b", 2e9, {});
  add(table, "a", 2e9, 25);
  add(table, "b", 8e9, {});
  add(table, "a", 3e9, 50);
  add(table, "b", 4e9, {});
  return table;
}

std::string lines(const CurveSelection& selection) {
  std::string text;
  for (const TrainingRun& run : selection.table.runs) text += std::to_string(run.line) + " ";
  return text;
}

CurveSelection points(const char* rule) { return selectPoints(twoCurves(), *parseCurveRule(rule)); }

TEST(Points, AreTheEndsOfTheRunsByDefault) {
  const CurveSelection last = selectPoints(twoCurves(), {});
  EXPECT_EQ(lines(last), "2 5 ");
  EXPECT_EQ(last.runs, 2u);
  EXPECT_EQ(last.points, 2u);
  EXPECT_FALSE(last.mid_schedule);
  EXPECT_THAT(last.run_of_row, ElementsAre(0, 1));
}

TEST(Points, MayBeAll) {
  const CurveSelection all = points("all");
  EXPECT_EQ(all.points, 6u);
  EXPECT_TRUE(all.mid_schedule);
  EXPECT_THAT(all.run_of_row, ElementsAre(0, 1, 0, 1, 0, 1));
}

TEST(Points, OfOneRowPerRunAreNeverMidSchedule) {
  RunTable table;
  add(table, "a", 1e9, {});
  add(table, "b", 2e9, {});
  EXPECT_FALSE(selectPoints(table, *parseCurveRule("all")).mid_schedule);
}

TEST(Points, AreMeasuredByTheRunsOwnSchedule) {
  EXPECT_EQ(lines(points("0.25..0.5")), "3 4 6 7 ");
  EXPECT_EQ(lines(points("0.3..0.5")), "6 7 ");
  EXPECT_TRUE(points("0.3..0.5").mid_schedule);
  EXPECT_EQ(lines(points("0.9..1")), "2 5 ");
  EXPECT_FALSE(points("0.9..1").mid_schedule);
}

TEST(Points, CountTheRunsThatLoseThemAll) {
  RunTable table = twoCurves();
  add(table, "c", 1e9, 5);
  const CurveSelection window = selectPoints(table, *parseCurveRule("0.3..0.5"));
  EXPECT_EQ(window.runs, 2u);
  EXPECT_EQ(window.runs_without_points, 1u);
}

TEST(CurveRule, IsReadAndWrittenAlike) {
  for (const char* text : {"last", "all", "0.04..0.3333333", "0..1"}) {
    const auto rule = parseCurveRule(text);
    ASSERT_TRUE(rule.has_value()) << text;
    EXPECT_EQ(describe(*rule), text);
  }
}

TEST(CurveRule, IsRefusedAsUsageWhenItMakesNoSense) {
  for (const char* text : {"", "first", "0.5", "0.5..", "..1", "0.5..0.5", "0.6..0.5", "-0.1..1",
                           "0..1.01", "nan..1", "0..nan", "0..x"}) {
    const auto rule = parseCurveRule(text);
    ASSERT_FALSE(rule.has_value()) << text;
    EXPECT_EQ(rule.error().kind, ErrorKind::kUsage);
  }
}

TEST(Window, HasAnEarlierHalfAndALaterNeighbour) {
  const CurveRule window = *parseCurveRule("0.25..0.75");
  EXPECT_EQ(describe(earlierWindow(window)), "0.25..0.5");
  EXPECT_EQ(describe(laterWindow(window)), "0.5..1");
  EXPECT_EQ(describe(laterWindow(*parseCurveRule("0.5..1"))), "0.75..1");
  EXPECT_EQ(describe(laterWindow(*parseCurveRule("last"))), "last");
}

}  // namespace
}  // namespace moe
