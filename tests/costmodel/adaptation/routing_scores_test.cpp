#include "costmodel/adaptation/routing_scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/adaptation/routing_concentration.h"
#include "costmodel/adaptation/task_overlap.h"

namespace moe {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

/// One layer, two of three experts a token; a sequence of one token, and one of three.
RoutingTrace smallTrace() {
  RoutingTrace trace;
  trace.source = "trace";
  trace.layers = 1;
  trace.tokens = 4;
  trace.top_k = 2;
  trace.experts = 3;
  trace.ids = {0, 1, 2, 1, 2, 1, 2, 1};
  trace.gates = {0.5, 0.25, 0.3, 0.2, 0.3, 0.2, 0.3, 0};
  trace.sequence_tokens = {1, 3};
  return trace;
}

std::vector<double> scoresBy(ScoreKind kind, ScoreAverage average) {
  const auto scores = expertScores(smallTrace(), kind, {average, std::nullopt});
  EXPECT_TRUE(scores);
  return scores->values.front();
}

TEST(RoutingScores, PoolAllTokensAlike) {
  EXPECT_THAT(scoresBy(ScoreKind::kToken, ScoreAverage::kPooled),
              ElementsAre(1.0 / 8, 4.0 / 8, 3.0 / 8));
  EXPECT_THAT(scoresBy(ScoreKind::kGate, ScoreAverage::kPooled),
              ElementsAre(DoubleEq(0.5 / 4), DoubleEq(0.65 / 4), DoubleEq(0.9 / 4)));
}

// The formulas of the paper: the mean of each sequence first. (1/2 + 0)/2, (1/2 + 1/2)/2, (0 +
// 1/2)/2.
TEST(RoutingScores, MayCountEachSequenceOnce) {
  EXPECT_THAT(scoresBy(ScoreKind::kToken, ScoreAverage::kPerSequence),
              ElementsAre(DoubleEq(0.25), DoubleEq(0.5), DoubleEq(0.25)));
  EXPECT_THAT(
      scoresBy(ScoreKind::kGate, ScoreAverage::kPerSequence),
      ElementsAre(DoubleEq(0.5 / 2), DoubleEq((0.25 + 0.4 / 3) / 2), DoubleEq(0.9 / 3 / 2)));
}

TEST(RoutingScores, CountAChoiceWhoseGateWasPrintedAsZero) {
  RoutingTrace trace = smallTrace();
  trace.gates.assign(8, 0.0);
  const auto scores = expertScores(trace, ScoreKind::kToken, {ScoreAverage::kPooled, std::nullopt});
  EXPECT_THAT(scores->values.front(), ElementsAre(1.0 / 8, 4.0 / 8, 3.0 / 8));
}

TEST(RoutingScores, AreRoundedToFourDecimalsUnlessAsked) {
  RoutingTrace trace = smallTrace();
  trace.tokens = 3;  // 1/6, 3/6, 2/6
  trace.ids.resize(6);
  trace.gates.resize(6);
  EXPECT_THAT(expertScores(trace, ScoreKind::kToken, {})->values.front(),
              ElementsAre(0.1667, 0.5, 0.3333));
}

TEST(RoutingScores, RoundHalvesToEven) {
  EXPECT_EQ(roundedTo(0.00005, 4), 0.0);
  EXPECT_EQ(roundedTo(0.00015000001, 4), 0.0002);
  EXPECT_EQ(roundedTo(0.125, 2), 0.12);
  EXPECT_EQ(roundedTo(0.375, 2), 0.38);
}

TEST(RoutingScores, NeedGatesAndLengthsWhereTheyAreUsed) {
  RoutingTrace trace = smallTrace();
  trace.gates.clear();
  EXPECT_EQ(expertScores(trace, ScoreKind::kGate, {}).error().kind, ErrorKind::kInput);
  EXPECT_TRUE(expertScores(trace, ScoreKind::kToken, {}));
  trace.sequence_tokens.clear();
  const auto scores = expertScores(trace, ScoreKind::kToken, {ScoreAverage::kPerSequence, {}});
  EXPECT_EQ(scores.error().kind, ErrorKind::kInput);
}

TEST(RoutingScores, OfCountsAreShares) {
  const auto scores = tokenScores({"c", 3, {{6, 2, 0}}}, {});
  EXPECT_THAT(scores->values, ElementsAre(ElementsAre(0.75, 0.25, 0)));
  EXPECT_FALSE(tokenScores({"c", 2, {{0, 0}}}, {}));
}

TEST(RoutingScores, ThatAreNotTheTracesAreFound) {
  const auto computed = expertScores(smallTrace(), ScoreKind::kToken, {});
  ExpertScores stored = *computed;
  stored.source = "summary.json";
  EXPECT_TRUE(checkAgainstTrace(stored, *computed));
  stored.values[0][1] += 0.00009;
  EXPECT_TRUE(checkAgainstTrace(stored, *computed));  // rounding
  stored.values[0][1] += 0.0002;
  const auto other = checkAgainstTrace(stored, *computed);
  ASSERT_FALSE(other);
  EXPECT_EQ(
      describe(other.error()),
      "summary.json: has another token score of expert 1 in layer 0 (0.5003, 0.5000) than the "
      "trace trace; one of them is of another task, or damaged");
}

// Closed forms: even use of E experts, and everything on one.
TEST(Concentration, IsKnownForEvenUseAndForASingleExpert) {
  const std::vector<double> even(8, 0.1);
  const Concentration spread = concentration(even);
  EXPECT_NEAR(spread.entropy_nats, std::log(8), 1e-14);
  EXPECT_NEAR(spread.effective_experts, 8, 1e-13);
  EXPECT_NEAR(spread.evenness, 1, 1e-14);
  EXPECT_NEAR(spread.gini, 0, 1e-15);
  EXPECT_NEAR(spread.largest_share, 0.125, 1e-15);
  const std::vector<double> one = {0, 0, 0.4, 0};
  const Concentration alone = concentration(one);
  EXPECT_EQ(alone.entropy_nats, 0);
  EXPECT_EQ(alone.effective_experts, 1);
  EXPECT_NEAR(alone.gini, 1 - 1.0 / 4, 1e-15);
  EXPECT_EQ(alone.largest_share, 1);
}

// Half the mean absolute difference over the mean, by hand: pairs of (0.1, 0.2, 0.7) differ by 0.1,
// 0.6 and 0.5, each twice among nine pairs: 2.4 / 9 / (2 / 3) = 0.4.
TEST(Concentration, GiniIsHalfTheMeanDifferenceOverTheMean) {
  const std::vector<double> scores = {0.7, 0.1, 0.2};
  EXPECT_NEAR(concentration(scores).gini, 0.4, 1e-15);
}

TEST(TaskOverlap, CountsWhatBothTrain) {
  EsftConfig a;
  a.experts = {{1, {0, 1, 2}}, {2, {5}}};
  EsftConfig b;
  b.experts = {{1, {2, 1, 7, 8}}, {2, {6}}};
  const SelectionOverlap overlap = selectionOverlap(a, b);
  EXPECT_EQ(overlap.shared_experts, (2 + 0) / 2.0);
  EXPECT_EQ(overlap.jaccard, (2.0 / 5 + 0) / 2);
  EXPECT_EQ(overlap.layers, 2u);
  EXPECT_EQ(selectionOverlap(a, a).jaccard, 1);
}

TEST(TaskOverlap, ComparesTheExpertsOfHighestScore) {
  ExpertScores a;
  a.experts = 4;
  a.layers = {1};
  a.values = {{0.4, 0.3, 0.2, 0.1}};
  ExpertScores b = a;
  b.values = {{0.1, 0.3, 0.2, 0.4}};
  EXPECT_EQ(topExpertOverlap(a, b, 2), 1);
  EXPECT_EQ(topExpertOverlap(a, a, 2), 2);
  EXPECT_EQ(topExpertOverlap(a, b, 4), 4);
}

}  // namespace
}  // namespace moe
