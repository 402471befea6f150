#include "costmodel/adaptation/expert_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>
#include <set>

namespace moe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<int> chosen(const std::vector<double>& scores, double p) {
  return selectExperts(std::span<const double>(scores), p);
}

TEST(ExpertSelection, TakesTheMostRelevantUntilTheThresholdIsReached) {
  EXPECT_THAT(chosen({0.1, 0.5, 0.25, 0.15}, 0.6), ElementsAre(1, 2));
  EXPECT_THAT(chosen({0.1, 0.5, 0.25, 0.15}, 0.5), ElementsAre(1));
  EXPECT_THAT(chosen({0.1, 0.5, 0.25, 0.15}, 0.001), ElementsAre(1));
  EXPECT_THAT(chosen({0.1, 0.5, 0.25, 0.15}, 0), IsEmpty());
}

TEST(ExpertSelection, TakesEqualScoresInTheOrderOfTheirNumbers) {
  EXPECT_THAT(chosen({0.2, 0.3, 0.2, 0.3}, 0.7), ElementsAre(1, 3, 0));
  EXPECT_THAT(chosen({0.25, 0.25, 0.25, 0.25}, 0.5), ElementsAre(0, 1));
}

// 0.11 + 0.07 + 0.02 is 0.19999999999999998 in doubles, added in this order: below 0.2, so a
// fourth expert follows. 0.11 + 0.08 + 0.01 is 0.2. Both by Python's floats (IEEE 754). A sum in
// whole ten-thousandths, in long double or with a tolerance would stop at three in both.
TEST(ExpertSelection, AddsPlainDoublesSoThatTheBoundaryIsTheReleasedOne) {
  EXPECT_THAT(chosen({0.07, 0.02, 0.11, 0.01, 0.79e-2}, 0.2), ElementsAre(2, 0, 1, 3));
  EXPECT_THAT(chosen({0.08, 0.01, 0.11, 0.005}, 0.2), ElementsAre(2, 0, 1));
}

TEST(ExpertSelection, TakesAllExpertsWhenTheirScoresStayBelow) {
  EXPECT_THAT(chosen({0.3, 0.2, 0.1}, 0.7), ElementsAre(0, 1, 2));
}

TEST(ExpertSelection, KeepsTheNumbersOfLayers) {
  ExpertScores scores;
  scores.experts = 2;
  scores.layers = {1, 5};
  scores.values = {{0.4, 0.6}, {0.9, 0.1}};
  const auto config = selectExperts(scores, 0.95);
  ASSERT_TRUE(config);
  EXPECT_THAT(config->experts.at(1), ElementsAre(1, 0));
  EXPECT_THAT(config->experts.at(5), ElementsAre(0, 1));
  EXPECT_FALSE(config->shared_experts || config->non_expert_modules);
  for (const double p : {0.0, -0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_EQ(selectExperts(scores, p).error().kind, ErrorKind::kUsage);
}

TEST(ThresholdSweep, CountsWhatEachThresholdTakes) {
  ExpertScores scores;
  scores.experts = 4;
  scores.layers = {1, 2};
  scores.values = {{0.4, 0.3, 0.2, 0.1}, {0.7, 0.1, 0.1, 0.1}};
  const std::vector<double> thresholds = {0.5, 0.95};
  const auto points = sweepThreshold(scores, thresholds);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].experts, 2 + 1);
  EXPECT_EQ(points[0].mean, 1.5);
  EXPECT_EQ(points[0].least, 1);
  EXPECT_EQ(points[0].most, 2);
  EXPECT_EQ(points[1].experts, 4 + 4);
}

TEST(SelectedShare, IsWhatTheExpertsHold) {
  const std::vector<double> scores = {0.4, 0.3, 0.2, 0.1};
  const std::vector<int> experts = {0, 3};
  EXPECT_DOUBLE_EQ(selectedShare(scores, experts), 0.5);
}

/// Scores of four decimals that add up to 1, as released ones do within rounding.
std::vector<double> drawnScores() {
  const int experts = *rc::gen::inRange(1, 70);
  std::vector<int> parts(static_cast<std::size_t>(experts), 0);
  for (int left = 10000; left > 0;) {
    const int part = std::min(left, *rc::gen::inRange(1, 400));
    parts[static_cast<std::size_t>(*rc::gen::inRange(0, experts))] += part;
    left -= part;
  }
  std::vector<double> scores;
  for (const int part : parts) scores.push_back(part / 1e4);
  return scores;
}

RC_GTEST_PROP(ExpertSelectionProperty, TakesNoExpertTwiceAndNoneBeforeAMoreRelevantOne, ()) {
  const auto scores = drawnScores();
  const auto experts = chosen(scores, *rc::gen::inRange(1, 10001) / 1e4);
  RC_ASSERT(std::set<int>(experts.begin(), experts.end()).size() == experts.size());
  for (std::size_t i = 1; i < experts.size(); ++i) {
    const double before = scores[static_cast<std::size_t>(experts[i - 1])];
    const double here = scores[static_cast<std::size_t>(experts[i])];
    RC_ASSERT(before > here || (before == here && experts[i - 1] < experts[i]));
  }
}

RC_GTEST_PROP(ExpertSelectionProperty, ReachesTheThresholdAndNotWithOneExpertLess, ()) {
  const auto scores = drawnScores();
  const double p = *rc::gen::inRange(1, 9990) / 1e4;
  const auto experts = chosen(scores, p);
  double sum = 0;
  double before = 0;
  for (const int expert : experts) {
    before = sum;
    sum += scores[static_cast<std::size_t>(expert)];
  }
  RC_ASSERT(sum >= p);
  RC_ASSERT(before < p);
}

RC_GTEST_PROP(ExpertSelectionProperty, AHigherThresholdTakesTheSameExpertsAndPerhapsMore, ()) {
  const auto scores = drawnScores();
  const int low = *rc::gen::inRange(1, 10000);
  const auto few = chosen(scores, low / 1e4);
  const auto more = chosen(scores, *rc::gen::inRange(low, 10001) / 1e4);
  RC_ASSERT(few.size() <= more.size());
  RC_ASSERT(std::equal(few.begin(), few.end(), more.begin()));
}

// Doubles of four decimals add up to 1 within 1e-13, so that p = 1 takes all with a score but, at
// most, does without the last when the sum is 1 already.
RC_GTEST_PROP(ExpertSelectionProperty, AThresholdOfOneTakesEveryExpertThatIsUsed, ()) {
  const auto scores = drawnScores();
  const auto experts = chosen(scores, 1);
  const std::set<int> taken(experts.begin(), experts.end());
  for (std::size_t expert = 0; expert < scores.size(); ++expert)
    if (scores[expert] > 0) RC_ASSERT(taken.contains(static_cast<int>(expert)));
}

}  // namespace
}  // namespace moe
