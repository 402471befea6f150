#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "costmodel/kernels/routing/router_presets.h"
#include "tests/costmodel/kernels/golden_vectors.h"

namespace moe {
namespace {

using test::GoldenCase;
using test::goldenVectors;
using test::GoldenVectors;
using testing::ElementsAre;
using testing::IsEmpty;

/// Numbers of the cases that come out otherwise when something in every rule is changed.
std::vector<std::size_t> casesThatFail(const std::function<void(RouterRule&)>& change) {
  const GoldenVectors vectors = goldenVectors();
  std::vector<std::size_t> failed;
  for (const GoldenCase& golden : vectors.cases) {
    RouterRule rule = golden.rule;
    change(rule);
    if (!differenceFrom(golden, vectors, rule).empty()) failed.push_back(golden.number);
  }
  return failed;
}

TEST(GoldenRouterVectors, AreAllReproduced) {
  const GoldenVectors vectors = goldenVectors();
  ASSERT_EQ(vectors.cases.size(), 49u);
  for (const GoldenCase& golden : vectors.cases)
    EXPECT_EQ(differenceFrom(golden, vectors, golden.rule), "")
        << golden.number << " " << golden.implementation << " by " << golden.preset;
}

// Each case is compared in something: weights everywhere, slots or kept assignments where recorded.
TEST(GoldenRouterVectors, AllRecordWeights) {
  for (const GoldenCase& golden : goldenVectors().cases)
    EXPECT_EQ(golden.gates.size(), 32u) << golden.number;
}

TEST(GoldenRouterVectors, AreOfThesePresets) {
  std::map<std::string, std::vector<std::size_t>> covered;
  for (const GoldenCase& golden : goldenVectors().cases)
    covered[golden.preset].push_back(golden.number);
  const std::map<std::string, std::vector<std::size_t>> expected{
      {"deepspeed-top1", {0, 2}},
      {"deepspeed-top2", {1, 3, 6}},
      {"deepspeed-topk", {4, 5}},
      {"megatron-pre-softmax", {7, 8, 9, 10, 11, 12}},
      {"megatron", {13, 14, 15, 16, 17, 18}},
      {"hf-deepseek-v2", {19, 20, 21, 22}},
      {"tutel", {23, 25}},
      {"tutel-bpr", {24, 26}},
      {"flaxformer-tokens-choose", {27, 28, 31, 32}},
      {"flaxformer-tokens-choose-bpr", {29, 30, 33, 34}},
      {"flaxformer-experts-choose", {35, 36}},
      {"praxis-top2-legacy", {37, 38}},
      {"praxis-top2", {39, 40}},
      {"praxis-expert-choice", {41, 42}},
      {"mesh-tf-expert-selection", {43, 44}},
      {"hf-mixtral", {45, 46}},
      {"hf-switch", {47, 48}}};
  EXPECT_EQ(covered, expected);
}

// A capacity that we set and then compare would agree with anything. Recorded are 37 of the cases:
// all with a capacity factor.
TEST(GoldenRouterVectors, CompareNoCapacityWithItself) {
  std::size_t compared = 0;
  for (const GoldenCase& golden : goldenVectors().cases) {
    if (!golden.capacity) continue;
    ++compared;
    EXPECT_FALSE(golden.rule.capacity.fixed) << golden.number;
  }
  EXPECT_EQ(compared, 37u);
}

// Anchors that were computed apart from the vectors: one z-loss for all, the balance loss of first
// choices, and that of both choices, which is twice as large where f is not divided by k.
TEST(GoldenRouterVectors, HaveTheseLosses) {
  const GoldenVectors vectors = goldenVectors();
  const auto losses = [&](const char* preset, int top_k) {
    RouterRule rule = routerPreset(preset).value();
    rule.top_k = top_k;
    return *route(rule, vectors.logits, vectors.tokens, vectors.experts);
  };
  EXPECT_NEAR(losses("flaxformer-tokens-choose", 1).balance_loss, 1.53826, 5e-6);
  EXPECT_NEAR(losses("flaxformer-tokens-choose", 2).balance_loss, 2.384246, 5e-7);
  EXPECT_NEAR(losses("megatron", 2).balance_loss, 1.192123, 5e-7);
  EXPECT_NEAR(losses("st-moe", 2).balance_loss, 1.53826, 5e-6);
  EXPECT_NEAR(losses("st-moe", 2).z_loss, 6.267806, 5e-7);
  EXPECT_NEAR(vectors.z_loss, 6.267806, 5e-7);
}

// torch.topk does not say which of equal candidates it takes. These seven cases hold ties: experts
// that select by a 0/1 map, or by weights that are all 1 (14).
TEST(GoldenRouterVectors, NeedTheTieOrderOfTorchInSevenCases) {
  EXPECT_THAT(casesThatFail([](RouterRule& rule) { rule.ties = TieOrder::kLowestIndex; }),
              ElementsAre(0, 2, 9, 12, 14, 15, 18));
}

// Flipping a convention must show. The cases were named by hand from their parameters.
TEST(GoldenRouterVectors, TellTheRoundingOfTheCapacity) {
  // 1.25 * 8 / 4 = 2.5: to even 2, up 3.
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.capacity.rounding == CapacityRounding::kHalfToEven)
                  rule.capacity.rounding = CapacityRounding::kUp;
              }),
              ElementsAre(28, 30, 32, 34));
}

TEST(GoldenRouterVectors, TellWhetherTheCapacityCountsTheChoices) {
  // Top-2 with a capacity factor: 31 to 34 of flaxformer would double theirs.
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.capacity.rounding == CapacityRounding::kHalfToEven)
                  rule.capacity.times_top_k = TopKFactor::kAfterRounding;
              }),
              ElementsAre(31, 32, 33, 34));
}

// int(8 CF / 4) of praxis: 2 and 4, where both choices counted would make 4 and 8.
TEST(GoldenRouterVectors, TellThatThePraxisCapacityDoesNotCountTheChoices) {
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.slot_order == SlotOrder::kAfterKeptFirst)
                  rule.capacity.times_top_k = TopKFactor::kBeforeRounding;
              }),
              ElementsAre(37, 38, 39, 40));
}

TEST(GoldenRouterVectors, TellWhenWeightsAreRenormalised) {
  // Some token keeps one of its two choices in each: alone it weighs 1, or its share of both.
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.renormalise == Renormalise::kAfterDrop)
                  rule.renormalise = Renormalise::kBeforeDrop;
              }),
              ElementsAre(1, 3, 4, 5, 6, 39, 40));
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.renormalise == Renormalise::kBeforeDrop)
                  rule.renormalise = Renormalise::kAfterDrop;
              }),
              ElementsAre(25, 26, 37, 38));
}

TEST(GoldenRouterVectors, TellWhetherTheSoftmaxComesBeforeTheChoice) {
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.scores == RouterScores::kSoftmaxOfChosen)
                  rule.scores = RouterScores::kSoftmax;
              }),
              ElementsAre(13, 14, 15, 16, 17, 18));
}

TEST(GoldenRouterVectors, TellWhoIsDropped) {
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.drop == DropOrder::kBatchPrioritised) rule.drop = DropOrder::kPosition;
              }),
              ElementsAre(24, 26, 29, 30, 33, 34));
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.drop == DropOrder::kLogit) rule.drop = DropOrder::kPosition;
              }),
              ElementsAre(4));
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.slot_order == SlotOrder::kTokenByToken)
                  rule.slot_order = SlotOrder::kAfterAllFirst;
              }),
              ElementsAre(5));
}

TEST(GoldenRouterVectors, TellTheScaleOfTheBalanceLoss) {
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.top_k == 2) rule.balance_per_choice = !rule.balance_per_choice;
              }),
              ElementsAre(4, 5, 10, 16, 19, 20, 21, 22, 31, 32, 33, 34, 46));
}

// First choices that were dropped fill their expert either way, so its second choices are dropped
// too. The two conventions differ in no assignment, only in slot numbers beyond the capacity.
TEST(GoldenRouterVectors, DoNotTellWhereSecondChoicesStart) {
  EXPECT_THAT(casesThatFail([](RouterRule& rule) {
                if (rule.slot_order != SlotOrder::kTokenByToken)
                  rule.slot_order = rule.slot_order == SlotOrder::kAfterKeptFirst
                                        ? SlotOrder::kAfterAllFirst
                                        : SlotOrder::kAfterKeptFirst;
              }),
              IsEmpty());
}

}  // namespace
}  // namespace moe
