// Advice and the line of instruction tuning, as cost and plan show them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/command_document.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using test::document;
using test::expectRefused;
using test::runCommand;
using testing::HasSubstr;

const std::string kMixtralServing =
    "cost --model mixtral-8x7b --hardware h100 --devices 4 --prompt-tokens 1000 "
    "--output-tokens 200";
const std::string kMixtralTraining =
    "cost --training --model mixtral-8x7b --hardware h100 --devices 64 --expert-parallel 8 "
    "--train-tokens 1e12";
const std::string kSmallPlan =
    "plan --preset ludziejewski2025 --budget-flop 5e21 --cost-preset probe-v2 --experts 1,8";

json adviceOf(const json& answer, const std::string& code) {
  for (const json& piece : answer["advice"])
    if (piece["code"] == code) return piece;
  return nullptr;
}

TEST(Advice, OfACostNamesItsSourceAndWhetherItWasChecked) {
  const json answer = document(kMixtralServing);
  EXPECT_EQ(adviceOf(answer, "capacity_factor")["basis"], "computed");
  const json experts = adviceOf(answer, "experts_per_device");
  EXPECT_EQ(experts["basis"], "published, not checked here");
  EXPECT_THAT(experts["source"], HasSubstr("arXiv 2202.08906"));
  const std::string text = runCommand(kMixtralServing).out;
  EXPECT_THAT(text, HasSubstr("\nAdvice (of published designs"));
}

TEST(Advice, IsNotGivenOfADenseModel) {
  const std::string dense =
      "cost --model llama-3.1-8b --hardware h100 --prompt-tokens 1000 --output-tokens 200";
  EXPECT_TRUE(document(dense)["advice"].empty());
  EXPECT_THAT(runCommand(dense).out, testing::Not(HasSubstr("Advice")));
}

/// A trace of one layer of Mixtral: all tokens choose the experts 0 and 1.
std::string oneSidedTrace() {
  std::string csv = "layer,token,expert_1,expert_2\n";
  for (int token = 0; token < 64; ++token) csv += "0," + std::to_string(token) + ",0,1\n";
  return csv;
}

// 1 - c / E at 1.25, two of eight experts: 84.4 %; at 2.0 75 %.
TEST(Advice, CountsTheDropsOfARoutingTrace) {
  const test::TemporaryFolder folder;
  const std::string trace = folder.write("trace.csv", oneSidedTrace()).string();
  const json piece =
      adviceOf(document(kMixtralServing + " --router-skew " + trace), "capacity_factor");
  EXPECT_THAT(piece["message"], HasSubstr("Of 64 tokens"));
  EXPECT_THAT(piece["message"], HasSubstr("84 % with the routing of"));
  EXPECT_THAT(piece["message"], HasSubstr("75 % with the routing of"));
}

TEST(Advice, TakesCountsOfExpertsForAPopularity) {
  const test::TemporaryFolder folder;
  std::string csv = "layer,expert,tokens\n";
  for (int expert = 0; expert < 8; ++expert)
    csv += "0," + std::to_string(expert) + (expert < 2 ? ",100\n" : ",0\n");
  const std::string counts = folder.write("counts.csv", csv).string();
  const json piece =
      adviceOf(document(kMixtralServing + " --router-skew " + counts), "capacity_factor");
  EXPECT_THAT(piece["message"], HasSubstr("84 % with the counts of"));
}

TEST(Advice, OfATrainingNamesTheLossesAndTheLinks) {
  const json answer = document(kMixtralTraining);
  EXPECT_THAT(adviceOf(answer, "router_losses")["message"], HasSubstr("0.001 z-loss"));
  EXPECT_THAT(adviceOf(answer, "capacity_and_top_n")["message"],
              HasSubstr("8 devices share a fast link"));
  EXPECT_THAT(adviceOf(answer, "routed_layers")["message"], HasSubstr("here every layer does"));
  EXPECT_TRUE(answer["instruction_tuning"].is_null());
}

TEST(InstructionTuningLine, IsInProportionToTheTraining) {
  const json answer = document(kMixtralTraining + " --instruction-tuning-tokens 1e9");
  const json& line = answer["instruction_tuning"];
  EXPECT_DOUBLE_EQ(line["flop"], answer["flop"]["train_flop"].get<double>() / 1000);
  EXPECT_DOUBLE_EQ(line["usd"], answer["price"]["train_usd"].get<double>() / 1000);
  EXPECT_DOUBLE_EQ(line["share_of_training"], 0.001);
  EXPECT_THAT(runCommand(kMixtralTraining + " --instruction-tuning-tokens 1e9").out,
              HasSubstr("Instruction tuning on 1 B tokens before fine-tuning: "));
}

TEST(InstructionTuningLine, OfAPlanStandsOnTopOfItsBudget) {
  const json answer = document(kSmallPlan + " --instruction-tuning-tokens 2e9");
  const int row = answer["recommended"]["index"];
  const double tokens = answer["configurations"][row]["train_tokens"];
  EXPECT_NEAR(answer["instruction_tuning"]["flop"].get<double>(), 5e21 * 2e9 / tokens, 1e12);
  EXPECT_TRUE(answer["instruction_tuning"]["usd"].is_null());
  const json lifetime = document(
      "plan --mode lifetime --preset ludziejewski2025 --cost-preset probe-v2 --training-mfu 0.4 "
      "--shape ludziejewski --experts 2,4 --target-loss 2.126165612 --lifetime-tokens 1e11 "
      "--instruction-tuning-tokens 1e9");
  const json& best = lifetime["configurations"][0];
  EXPECT_NEAR(lifetime["instruction_tuning"]["usd"].get<double>(),
              best["train_usd"].get<double>() * 1e9 / best["train_tokens"].get<double>(), 1e-6);
}

TEST(InstructionTuningLine, RefusesWhatIsNoCount) {
  for (const std::string& start :
       {kMixtralTraining, kSmallPlan,
        std::string("plan --mode lifetime --preset ludziejewski2025 --cost-preset probe-v2 "
                    "--target-loss 2.1 --lifetime-tokens 1e11")})
    expectRefused(start + " --instruction-tuning-tokens 0", 2,
                  "--instruction-tuning-tokens: is 0; it must be above 0");
  expectRefused(
      "plan --mode pareto --preset ludziejewski2025 --budget-flop 1e21 --hardware h100 "
      "--prompt-tokens 9 --output-tokens 9 --instruction-tuning-tokens 1e9",
      2,
      "--instruction-tuning-tokens: is a line beside one recommended model, which --mode pareto "
      "has not");
}

// Drops are drawn with a fixed seed.
TEST(Advice, IsTheSameEachTime) {
  EXPECT_EQ(document(kSmallPlan)["advice"], document(kSmallPlan)["advice"]);
  EXPECT_EQ(document(kMixtralServing)["advice"], document(kMixtralServing + " --seed 3")["advice"]);
}

}  // namespace
}  // namespace moe::cli
