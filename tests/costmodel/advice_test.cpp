#include "costmodel/advice/advice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "costmodel/advice/instruction_tuning.h"

namespace moe {
namespace {

const Advice* withCode(const std::vector<Advice>& advice, const std::string& code) {
  const auto found = std::ranges::find(advice, code, &Advice::code);
  return found == advice.end() ? nullptr : &*found;
}

bool says(const Advice* advice, const std::string& words) {
  return advice && advice->message.find(words) != std::string::npos;
}

AdvisedModel routedModel() {
  return {.experts = 64,
          .top_k = 2,
          .layers_per_routed_layer = 4,
          .dense_beside_experts = true,
          .active_share = 0.1};
}

TEST(TrainingAdvice, QuotesThePublishedCoefficients) {
  const auto advice = trainingAdvice(routedModel(), std::nullopt);
  EXPECT_TRUE(says(withCode(advice, "router_losses"), "0.01 balance loss + 0.001 z-loss"));
  EXPECT_TRUE(says(withCode(advice, "capacity_and_top_n"), "1.25 in training and 2.0"));
  for (const Advice& piece : advice) {
    EXPECT_EQ(piece.basis, AdviceBasis::kPublished) << piece.code;
    EXPECT_NE(piece.source.find("arXiv"), std::string::npos) << piece.code;
  }
}

TEST(TrainingAdvice, FollowsTheLinks) {
  const auto of = [](double devices) {
    return trainingAdvice(routedModel(), AdvisedSplit{devices, devices, 8});
  };
  EXPECT_TRUE(says(withCode(of(8), "capacity_and_top_n"), "larger factors and more experts"));
  EXPECT_TRUE(says(withCode(of(16), "capacity_and_top_n"), "tokens cross the network"));
}

TEST(TrainingAdvice, WarnsOfManyExpertsOnlyWhereThereAreMany) {
  AdvisedModel model = routedModel();
  EXPECT_EQ(withCode(trainingAdvice(model, std::nullopt), "many_experts"), nullptr);
  model.experts = 257;
  EXPECT_NE(withCode(trainingAdvice(model, std::nullopt), "many_experts"), nullptr);
  model.experts = 64;
  model.active_share = 0.009;
  EXPECT_NE(withCode(trainingAdvice(model, std::nullopt), "many_experts"), nullptr);
}

// b h / (b + h e): 128 assignments and 4 touched experts of width 512 on each of 2 devices.
TEST(FirstProduct, HasTheIntensityOfItsInputsAndWeights) {
  const AdvisedStep step{.assignments = 256, .experts_touched = 8, .expert_ffn = 512};
  EXPECT_DOUBLE_EQ(firstProductFlopPerByte(step, 2), 128.0 * 512 / (128 + 512 * 4));
  EXPECT_EQ(firstProductFlopPerByte({}, 1), 0);
}

TEST(ServingAdvice, CountsExpertsOfADevice) {
  const auto advice = servingAdvice(routedModel(), {4, 4, 8}, {256, 60, 1024, 300});
  EXPECT_TRUE(says(withCode(advice, "experts_per_device"), "holds 16 a layer"));
  EXPECT_TRUE(says(withCode(advice, "exchange"), "stays on the fast link"));
  const auto far = servingAdvice(routedModel(), {16, 16, 8}, {256, 60, 1024, 300});
  EXPECT_TRUE(says(withCode(far, "exchange"), "leaves the 8 devices"));
  const auto one = servingAdvice(routedModel(), {1, 4, 8}, {256, 60, 1024, 300});
  EXPECT_EQ(withCode(one, "exchange"), nullptr);
}

// [Fedus2022] and a closed form: tokens of one mind lose 1 - c k / E. Top-1 of 2 experts, of which
// one is always chosen: 1 - 1.25 / 2 = 37.5 %, and none at 2.0.
TEST(CapacityAdvice, ShowsWhatTheFactorsDrop) {
  RoutingAssumption one_sided;
  one_sided.popularity = PopularityKind::kMeasured;
  one_sided.measured = ExpertCounts{"test", 2, {{100, 0}}};
  const auto drops = assumedDrops(one_sided, 2, 1, {1000, 1}, 0);
  ASSERT_TRUE(drops) << describe(drops.error());
  EXPECT_NEAR(drops->at(0).skewed.mean, 0.375, 1e-12);
  EXPECT_NEAR(drops->at(1).skewed.mean, 0, 1e-12);
  const Advice advice = capacityAdvice(*drops, "one expert");
  EXPECT_EQ(advice.basis, AdviceBasis::kComputed);
  EXPECT_TRUE(
      says(&advice, "1.25 times tokens over experts (as ST-MoE counts it, without k) drops 0 %"))
      << advice.message;
  EXPECT_TRUE(says(&advice, "38 % with one expert")) << advice.message;
  EXPECT_TRUE(says(&advice, "2 times tokens over experts drops 0 %")) << advice.message;
}

// [Zoph2022]: an expert takes c T / E tokens, so that two experts that get all of T k choices, k =
// 2, lose 1 - c / E. Even routing loses 1 - c / k.
TEST(CapacityAdvice, LeavesTheExpertsOfATokenOutOfTheFactor) {
  RoutingAssumption one_sided;
  one_sided.popularity = PopularityKind::kMeasured;
  one_sided.measured = ExpertCounts{"test", 4, {{100, 100, 0, 0}}};
  const auto drawn = assumedDrops(one_sided, 4, 2, {1024, 1}, 0);
  ASSERT_TRUE(drawn) << describe(drawn.error());
  EXPECT_EQ(drawn->at(0).capacity_factor, 1.25);
  EXPECT_NEAR(drawn->at(0).skewed.mean, 1 - 1.25 / 4, 1e-12);
  EXPECT_NEAR(drawn->at(1).skewed.mean, 1 - 2.0 / 4, 1e-12);
  // Every expert of even routing gets more than the 320 choices that it takes.
  EXPECT_NEAR(drawn->at(0).even.mean, 1 - 1.25 / 2, 1e-12);
}

TEST(InstructionTuning, IsInProportionToTheTraining) {
  const auto line = instructionTuning(5e9, {1e12, Flop(2e23), Usd(4e6)});
  ASSERT_TRUE(line);
  EXPECT_DOUBLE_EQ(line->flop.value(), 1e21);
  EXPECT_DOUBLE_EQ(line->price->value(), 2e4);
  EXPECT_DOUBLE_EQ(line->share_of_training, 0.005);
  EXPECT_FALSE(instructionTuning(5e9, {1e12, Flop(2e23), std::nullopt})->price);
  EXPECT_FALSE(instructionTuning(0, {1e12, Flop(2e23), Usd(4e6)}));
}

}  // namespace
}  // namespace moe
