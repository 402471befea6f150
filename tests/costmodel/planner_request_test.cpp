#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "costmodel/planner/training_budget.h"
#include "tests/costmodel/planner_fixture.h"

namespace moe {
namespace {

PlanRequest good() { return referenceRequest(referenceLaw("P"), 5e21, PlanMode::kMinCost); }

struct BadRequest {
  std::string name;
  std::function<void(PlanRequest&)> spoil;
  ErrorKind kind;
  std::string message;
};

std::vector<BadRequest> badRequests() {
  return {
      {"NoBudget", [](PlanRequest& r) { r.budget = Flop(0); }, ErrorKind::kUsage,
       "--budget-flop: 0 is no training budget; state a positive number of FLOP"},
      {"NoExperts", [](PlanRequest& r) { r.experts.clear(); }, ErrorKind::kUsage,
       "--experts: no expert counts; state some, as in 1,4,8,16,32"},
      {"HalfAnExpert",
       [](PlanRequest& r) {
         r.experts = {0.5, 4};
       },
       ErrorKind::kUsage,
       "--experts: 0.5 is no expert count; it must be a whole number from 1 (a dense model) on"},
      {"BaseOfNone", [](PlanRequest& r) { r.base_experts = 0; }, ErrorKind::kUsage,
       "--base-experts: 0 is no expert count; it must be a whole number from 1 (a dense model) on"},
      {"NoDevices", [](PlanRequest& r) { r.max_devices = 0; }, ErrorKind::kUsage,
       "--max-devices: 0 devices serve nothing; allow at least 1"},
      {"NoOutput", [](PlanRequest& r) { r.workload.output_tokens = 0; }, ErrorKind::kUsage,
       "--output-tokens: 0 is no mean output length; it must be positive"},
      {"NoPrice", [](PlanRequest& r) { r.price = UsdPerSecond(0); }, ErrorKind::kUsage,
       "--usd-per-device-hour: a price of 0 USD makes every model equally cheap; state a positive "
       "one"},
      {"LawWithoutTokens", [](PlanRequest& r) { r.law = *presetLaw("clark2022-s-base"); },
       ErrorKind::kUnanswered,
       "clark2022-s-base: clark2022 has no training tokens D, so that a budget has no optimum; "
       "plan "
       "with a law that has D, such as ludziejewski2025 or yun2024"},
      {"LawWithoutExperts", [](PlanRequest& r) { r.law = *presetLaw("besiroglu2024"); },
       ErrorKind::kUnanswered,
       "besiroglu2024: chinchilla does not depend on the expert count; use a law that has E, or "
       "ask "
       "for --experts 1 --base-experts 1"},
      {"LawOfGranularity", [](PlanRequest& r) { r.law = *presetLaw("krajewski2024-e64"); },
       ErrorKind::kUnanswered,
       "krajewski2024-e64: krajewski2024 holds at one expert count and varies granularity, which a "
       "plan does not choose yet; use a law that has E"},
  };
}

class PlanRefuses : public testing::TestWithParam<BadRequest> {};

TEST_P(PlanRefuses, WithItsReason) {
  PlanRequest request = good();
  GetParam().spoil(request);
  const auto outcome = makePlan(request);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, GetParam().kind);
  EXPECT_EQ(describe(outcome.error()), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(Requests, PlanRefuses, testing::ValuesIn(badRequests()),
                         [](const auto& test) { return test.param.name; });

TEST(Plan, AddsABaseThatWasNotAskedFor) {
  PlanRequest request = good();
  request.experts = {16, 8, 8};
  const PlanOutcome outcome = makePlan(request).value();
  ASSERT_EQ(outcome.rows.size(), 3u);
  EXPECT_EQ(outcome.baseRow().experts, 4);
  EXPECT_EQ(outcome.rows[2].experts, 16);
  EXPECT_TRUE(hasWarning(outcome, "base_added"));
}

TEST(Plan, TakesADenseLawForADenseModel) {
  PlanRequest request = good();
  request.law = *presetLaw("besiroglu2024");
  request.experts = {1};
  request.base_experts = 1;
  EXPECT_TRUE(makePlan(request).value().rows.at(0).chosen.serving);
}

// The runs end at 2.7e9 parameters: at 1e24 every model lies more than a decade above.
TEST(Plan, NeverRecommendsWhatLiesADecadeOutside) {
  PlanRequest request = good();
  request.budget = Flop(1e24);
  request.accelerator.memory = gigabytes(4000);
  const PlanOutcome outcome = makePlan(request).value();
  EXPECT_TRUE(outcome.baseRow().chosen.extrapolated);
  EXPECT_FALSE(outcome.recommendation.row);
  EXPECT_EQ(outcome.recommendation.none, Recommendation::None::kAllExtrapolated);
  EXPECT_TRUE(hasWarning(outcome, "base_extrapolated"));
}

TEST(Plan, RecommendsTheBestOfWhatTheRunsSupport) {
  PlanRequest request = good();
  request.law.range.train_tokens = Range{0.5e9, 40e9};  // E = 16 wants 4.9e11: 1.09 decades
  const PlanOutcome outcome = makePlan(request).value();
  ASSERT_TRUE(outcome.recommendation.row);
  EXPECT_EQ(outcome.rows[*outcome.recommendation.row].experts, 8);
  EXPECT_EQ(outcome.rows[outcome.recommendation.better_but_marked.value()].experts, 32);
}

TEST(Plan, PassesTheWarningsOfTheLawOn) {
  PlanRequest request = good();
  request.law.warnings.push_back({"mid_schedule", "These runs are unfinished."});
  EXPECT_TRUE(hasWarning(makePlan(request).value(), "mid_schedule"));
}

TEST(Plan, NamesWhatTheRunsDoNotDetermineOnce) {
  PlanRequest request = good();
  request.law.unidentified = {"beta"};
  EXPECT_TRUE(hasWarning(makePlan(request).value(), "not_identified"));
  request.law.warnings.push_back({"not_identified", "the runs do not determine beta"});
  const PlanOutcome outcome = makePlan(request).value();
  EXPECT_EQ(std::count_if(outcome.warnings.begin(), outcome.warnings.end(),
                          [](const Warning& w) { return w.code == "not_identified"; }),
            1);
}

// 312e12 FLOP/s at 0.4 for an hour is 4.4928e17 FLOP, for 1.29 USD.
TEST(TrainingBudget, TurnsMoneyIntoFlopAndBack) {
  const CostPreset preset = *costPreset("probe-v2");
  const TrainingMachine machine{preset.accelerator, *preset.accelerator.price, 0.4};
  const Flop flop = affordableFlop(Usd(1.29), machine).value();
  EXPECT_DOUBLE_EQ(flop.value(), 4.4928e17);
  EXPECT_DOUBLE_EQ(trainingCost(flop, machine).value(), 1.29);
}

TEST(TrainingBudget, RefusesAUtilisationAboveOne) {
  const CostPreset preset = *costPreset("probe-v2");
  const auto flop = affordableFlop(Usd(1), {preset.accelerator, *preset.accelerator.price, 1.2});
  ASSERT_FALSE(flop);
  EXPECT_EQ(describe(flop.error()),
            "--training-mfu: 1.2 is no utilisation; state a number above 0 and at most 1");
}

}  // namespace
}  // namespace moe
