#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/verify/layers/layer_claims.h"
#include "costmodel/verify/layers/layer_summary.h"

namespace moe {
namespace {

VerifyRow timedRow(double predicted_s, double measured_s, double spread = 0.01) {
  VerifyRow row;
  row.layer.experts = 8;
  row.layer.top_k = 2;
  row.predicted.seconds = predicted_s;
  row.measured = {measured_s, spread, measured_s, 9};
  judge(row);
  return row;
}

LayerCheck wrongNumbers() {
  LayerCheck check;
  check.reason = "token 3 is off";
  check.worst_error = 0.5;
  return check;
}

LayerCheck rightNumbers() {
  LayerCheck check;
  check.verdict = CheckVerdict::kPassed;
  check.worst_error = 1e-6;
  return check;
}

TEST(Judge, PassesWithinAQuarter) {
  EXPECT_EQ(timedRow(1.24, 1).verdict, RowVerdict::kPassed);
  EXPECT_EQ(timedRow(0.76, 1).verdict, RowVerdict::kPassed);
  EXPECT_EQ(timedRow(1.26, 1).verdict, RowVerdict::kFailed);
  EXPECT_EQ(timedRow(1.26, 1).reason, "predicted 26 % too long");
  EXPECT_EQ(timedRow(0.5, 1).reason, "predicted 50 % too short");
}

TEST(Judge, MistrustsANoisyTimingEvenWhenItAgrees) {
  EXPECT_EQ(timedRow(1, 1, 0.3).verdict, RowVerdict::kMistrusted);
  EXPECT_EQ(timedRow(9, 1, 0.3).verdict, RowVerdict::kMistrusted);
}

TEST(Judge, FailsWrongNumbersWhateverTheTime) {
  VerifyRow row = timedRow(1, 1, 0.9);
  row.check = wrongNumbers();
  judge(row);
  EXPECT_EQ(row.verdict, RowVerdict::kFailed);
  EXPECT_EQ(row.reason, "wrong numbers: token 3 is off");
}

TEST(Judge, FailsAWrongRoutingWhateverTheTime) {
  VerifyRow row = timedRow(1, 1);
  row.check = rightNumbers();
  row.routing = RoutingCheck{};
  row.routing->reason = "token 4 goes elsewhere";
  judge(row);
  EXPECT_EQ(row.verdict, RowVerdict::kFailed);
  EXPECT_EQ(row.reason, "wrong routing: token 4 goes elsewhere");
  EXPECT_EQ(summaryOf({row}, 0).wrong_numbers, 1u);
}

TEST(Judge, SkipsWhatWasNotMeasured) {
  VerifyRow row;
  judge(row);
  EXPECT_EQ(row.verdict, RowVerdict::kSkipped);
}

TEST(Judge, ComparesKvLimits) {
  VerifyRow row;
  row.kind = RowKind::kKvLimit;
  row.predicted_sequences = row.accepted_sequences = 3;
  judge(row);
  EXPECT_EQ(row.verdict, RowVerdict::kPassed);
  row.accepted_sequences = 4;
  judge(row);
  EXPECT_EQ(row.verdict, RowVerdict::kFailed);
  EXPECT_EQ(row.reason, "the cost model lets 3 sequences decode, the kernel 4");
}

// Errors 0, 0.1, 0.2, 0.3, 0.4: median 0.2, 90th percentile 0.36 between the last two.
TEST(Summary, TakesMedianAndPercentileOfTheErrors) {
  std::vector<VerifyRow> rows;
  for (const double error : {0.4, 0.0, 0.3, 0.1, 0.2}) rows.push_back(timedRow(1 + error, 1));
  const VerifySummary summary = summaryOf(rows, 0);
  EXPECT_NEAR(summary.all.median, 0.2, 1e-12);
  EXPECT_NEAR(summary.all.p90, 0.36, 1e-12);
  EXPECT_NEAR(summary.all.median_ratio, 1.2, 1e-12);
  EXPECT_EQ(summary.verdict, RowVerdict::kFailed);
  EXPECT_EQ(summary.verdicts.at(RowVerdict::kPassed), 3u);
}

TEST(Summary, PassesWhenTheGoalsAreKept) {
  std::vector<VerifyRow> rows{timedRow(1.05, 1), timedRow(0.95, 1)};
  rows[0].check = rightNumbers();
  const VerifySummary summary = summaryOf(rows, 0.01);
  EXPECT_EQ(summary.verdict, RowVerdict::kPassed);
  EXPECT_EQ(summary.reason, "");
}

TEST(Summary, MistrustsTimesOfWhichNoNumbersWereCompared) {
  const VerifySummary summary = summaryOf({timedRow(1.05, 1), timedRow(0.95, 1)}, 0.01);
  EXPECT_EQ(summary.verdict, RowVerdict::kMistrusted);
  EXPECT_EQ(summary.reason, "no numbers were compared with the reference");
}

TEST(Summary, LeavesNoisyRowsOutAndMistrustsTooManyOfThem) {
  const VerifySummary summary = summaryOf({timedRow(1, 1), timedRow(5, 1, 0.5)}, 0);
  EXPECT_EQ(summary.all.count, 1u);
  EXPECT_EQ(summary.verdict, RowVerdict::kMistrusted);
}

TEST(Summary, MistrustsAMachineThatOthersUse) {
  EXPECT_EQ(summaryOf({timedRow(1, 1)}, 0.3).verdict, RowVerdict::kMistrusted);
}

TEST(Summary, OfNothingIsNotPassed) { EXPECT_EQ(summaryOf({}, 0).verdict, RowVerdict::kSkipped); }

TEST(Summary, FailsForOneWrongNumberOrLimit) {
  VerifyRow wrong = timedRow(1, 1);
  wrong.check = wrongNumbers();
  judge(wrong);
  EXPECT_EQ(summaryOf({timedRow(1, 1), wrong}, 0).verdict, RowVerdict::kFailed);
  VerifyRow limit;
  limit.kind = RowKind::kKvLimit;
  limit.predicted_sequences = 1;
  judge(limit);
  EXPECT_EQ(summaryOf({timedRow(1, 1), limit}, 0).verdict, RowVerdict::kFailed);
}

TEST(Slope, OfALineIsItsSlope) { EXPECT_NEAR(slopeOf({1, 2, 4}, {5, 8, 14}), 3, 1e-12); }

/// A layer whose time follows the bytes of its touched experts, or its FLOP: the paper's machine.
VerifyRow layerRow(int hidden, int experts, int tokens, bool follows) {
  constexpr double kExpert = 1e-3;
  constexpr double kToken = 1e-5;
  VerifyRow row;
  row.layer = {hidden, 3 * hidden, experts, 2, 0, LayerPrecision::kF32, tokens, 0};
  row.distinct_experts = experts * (1 - std::pow(1 - 2.0 / experts, tokens));
  const double time = std::max(kExpert * row.distinct_experts, kToken * tokens);
  row.measured.median_s = follows ? time : 1e-3;
  row.measured.samples = 5;
  row.predicted.seconds = row.measured.median_s;
  judge(row);
  return row;
}

std::vector<VerifyRow> claimRows(bool follows) {
  std::vector<VerifyRow> rows;
  for (const int experts : {8, 16, 32, 64}) {
    for (const int tokens : {1, 2, 5, 10, 2 * experts, 40000, 50000})
      rows.push_back(layerRow(512, experts, tokens, follows));
    rows.push_back(layerRow(256, experts, 2 * experts, follows));
  }
  return rows;
}

TEST(Claims, HoldOnAMachineThatFollowsThem) {
  const auto claims = layerClaims(claimRows(true));
  ASSERT_EQ(claims.size(), 6u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(claims[i].verdict, ClaimVerdict::kHolds) << claims[i].claim << claims[i].evidence;
}

// Large batches: two of four layers each.
TEST(Claims, SayOnHowManyRowsTheyRest) {
  const LayerClaim claim = layerClaims(claimRows(true))[1];
  EXPECT_EQ(claim.rows, 8u);
  EXPECT_EQ(claim.families, 2u);
  EXPECT_NE(claim.evidence.find("; 8 rows of 2 layers or batches"), std::string::npos)
      << claim.evidence;
}

TEST(Claims, WithoutRowsCannotTell) {
  const auto claims = layerClaims(claimRows(true));
  for (std::size_t i = 3; i < 6; ++i) EXPECT_EQ(claims[i].verdict, ClaimVerdict::kCannotTell);
}

// Three rows of one layer follow the claim, or contradict it: too few for either.
TEST(Claims, OnFewRowsCannotTell) {
  for (const bool follows : {true, false}) {
    std::vector<VerifyRow> few;
    for (const int tokens : {1, 2, 5}) few.push_back(layerRow(512, 32, tokens, follows));
    const LayerClaim claim = layerClaims(few)[0];
    EXPECT_EQ(claim.verdict, ClaimVerdict::kCannotTell);
    EXPECT_EQ(claim.evidence,
              "3 rows of 1 layers or batches were measured quietly; 6 of 2 are needed");
    EXPECT_EQ(name(claim.verdict), "cannot tell");
  }
}

// Many rows of one layer are one layer.
TEST(Claims, OnOneLayerCannotTell) {
  std::vector<VerifyRow> rows;
  for (const int tokens : {1, 2, 3, 4, 5, 6, 7}) rows.push_back(layerRow(512, 64, tokens, true));
  EXPECT_EQ(layerClaims(rows)[0].verdict, ClaimVerdict::kCannotTell);
}

TEST(Claims, FailOnAMachineOfConstantTime) {
  const auto claims = layerClaims(claimRows(false));
  EXPECT_EQ(claims[0].verdict, ClaimVerdict::kFails);
  EXPECT_EQ(claims[2].verdict, ClaimVerdict::kFails);
}

TEST(Claims, OfLargeBatchesFailWhenExpertsCost) {
  std::vector<VerifyRow> rows = claimRows(true);
  for (VerifyRow& row : rows) row.measured.median_s *= row.layer.experts;
  EXPECT_EQ(layerClaims(rows)[1].verdict, ClaimVerdict::kFails);
}

}  // namespace
}  // namespace moe
