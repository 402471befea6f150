#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "fitting/laws/law_file.h"
#include "tests/costmodel/planner_fixture.h"
#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using test::Ended;
using testing::HasSubstr;
using Json = nlohmann::json;

Ended runPlan(std::vector<std::string> args) {
  args.insert(args.begin(), "plan");
  return test::runCommand(args);
}

std::vector<std::string> usual(std::vector<std::string> more = {}) {
  std::vector<std::string> args = {"--preset", "ludziejewski2025", "--budget-flop",
                                   "5e21",     "--cost-preset",    "probe-v2"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Json planAnswer(std::vector<std::string> args) {
  args.insert(args.end(), {"--json", "--quiet"});  // no progress where the machine is slow
  const Ended ran = runPlan(std::move(args));
  EXPECT_EQ(ran.err, "");
  return Json::parse(ran.out);
}

// The catalog has no link bandwidth for tpu-v4: more than one device cannot be costed, and no price
// may be infinite or missing where a configuration is served.
TEST(PlanCommand, PlansOnOneDeviceWhereTheLinkIsUnknown) {
  const Json answer =
      planAnswer({"--preset", "ludziejewski2025", "--budget-flop", "5e21", "--hardware", "tpu-v4",
                  "--prompt-tokens", "161", "--output-tokens", "338"});
  for (const Json& row : answer["configurations"]) {
    if (row["devices"].is_null() || row["devices"] == 0) continue;
    EXPECT_EQ(row["devices"], 1);
    EXPECT_TRUE(row["usd_per_million_tokens"].is_number());
  }
  bool told = false;
  for (const Json& warning : answer["warnings"]) told = told || warning["code"] == "link_unknown";
  EXPECT_TRUE(told);
}

// Kernels of h100 were measured, at other sizes than those of a hypothetical model.
TEST(PlanCommand, NeverCallsThePriceOfAHypotheticalModelMeasured) {
  const Json answer =
      planAnswer({"--preset", "ludziejewski2025", "--budget-flop", "1e21", "--hardware", "h100",
                  "--prompt-tokens", "161", "--output-tokens", "338"});
  EXPECT_EQ(answer["configurations"][0]["basis"]["cost"], "interpolated");
}

// At 1e27 FLOP even the smallest optimum is decades above the paper's runs.
TEST(PlanCommand, AnswersNoWhereEverythingIsExtrapolated) {
  const Ended ran = runPlan({"--preset", "ludziejewski2025", "--budget-flop", "1e27",
                             "--cost-preset", "probe-v2", "--mode", "loss-optimal"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("No recommendation"));
}

TEST(PlanCommand, RefusesALawWhoseRunsHaveOneD) {
  const test::TemporaryFolder folder;
  Law law = *presetLaw("ludziejewski2025");
  law.range.train_tokens = Range{1.30e11, 1.31e11};
  folder.write("law.json", lawToJson(law));
  const Ended ran = runPlan({"--law-file", (folder.path() / "law.json").string(), "--budget-flop",
                             "1e20", "--cost-preset", "probe-v2"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("D hardly varies over them"));
}

/// A law with a posterior in a file, as fit --save writes it.
class PlanFromFile : public testing::Test {
 protected:
  void SetUp() override {
    Law law = referenceLaw("Y");
    law.range = {Range{1.5e7, 1.3e9}, Range{5e9, 4.2e10}, Range{4, 2800}, Range{1, 512}};
    law.warnings.push_back({"mid_schedule", "These evaluations are unfinished."});
    law.variants.push_back({"earlier window", law.values});
    addPosterior(law, 60, 0.01);
    file_ = (folder_.path() / "law.json").string();
    folder_.write("law.json", lawToJson(law));
  }

  std::vector<std::string> args(const std::string& budget, std::vector<std::string> more = {}) {
    std::vector<std::string> all = {"--law-file",    file_,      "--budget-flop", budget,
                                    "--cost-preset", "probe-v2", "--draws",       "60"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  test::TemporaryFolder folder_;
  std::string file_;
};

// Law P, V2, 5e21, E = 8 of the reference tables (golden/plan_oracle.csv).
TEST(PlanCommand, GivesTheReferencePlanAsJson) {
  const Json plan = planAnswer(usual());
  EXPECT_EQ(plan.at("schema"), "moeplan.plan/1");
  const Json& eight = plan.at("configurations").at(2);
  EXPECT_EQ(eight.at("experts"), 8);
  EXPECT_NEAR(eight.at("dense_params"), 3.0906391e9, 3100);
  EXPECT_EQ(eight.at("devices"), 2);
  EXPECT_NEAR(eight.at("cost_vs_base"), 0.41073, 6e-6);
  EXPECT_NEAR(eight.at("usd_per_million_output_tokens_all_in"), 0.1066330, 2e-7);
  EXPECT_NEAR(plan.at("loss_optimal").at(2).at("dense_params"), 9.66928897e9, 100);
  EXPECT_TRUE(eight.at("train_usd").is_null());
}

TEST(PlanCommand, PrintsATableThatFitsIntoItsWidthAndEndsWithARecommendation) {
  const Ended ran = runPlan(usual());
  EXPECT_EQ(ran.code, 0);
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120u) << line;
  EXPECT_THAT(ran.out, HasSubstr("over-trained"));
  EXPECT_THAT(ran.out, HasSubstr("E = 1 cannot reach 2.179 nats"));
  EXPECT_GT(ran.out.rfind("Recommended: "), ran.out.rfind("Configuration  "));
  EXPECT_THAT(ran.out, HasSubstr("comes without a posterior"));
}

// Over all laws and variants of an independent computation, over-trained 8-expert models cost 0.24
// to 0.54 of the 4-expert model to serve. Kernels of A100-80GB stand for A100-40GB.
TEST(PlanCommand, TakesHardwareAndTrafficInsteadOfAPreset) {
  const Json plan = planAnswer({"--preset", "ludziejewski2025", "--budget-flop", "5e21",
                                "--hardware", "a100-40gb", "--max-devices", "8", "--prompt-tokens",
                                "161", "--output-tokens", "338"});
  const Json& eight = plan.at("configurations").at(2);
  EXPECT_GT(eight.at("cost_vs_base").get<double>(), 0.24);
  EXPECT_LT(eight.at("cost_vs_base").get<double>(), 0.54);
  EXPECT_EQ(eight.at("basis").at("cost"), "transferred");
}

TEST_F(PlanFromFile, HasIntervalsAroundItsFigures) {
  const Json plan = planAnswer(args("1e21"));
  const Json& eight = plan.at("configurations").at(2);
  for (const char* key : {"dense_params", "loss", "cost_vs_base", "usd_per_million_tokens"}) {
    const Json& interval = eight.at("ci95").at(key);
    EXPECT_LT(interval.at(0), interval.at(1)) << key;
    EXPECT_LE(interval.at(0), eight.at(key)) << key;
    EXPECT_GE(interval.at(1), eight.at(key)) << key;
  }
}

TEST_F(PlanFromFile, MarksExtrapolatedRowsAndExplainsTheMark) {
  const Ended ran = runPlan(args("5e21"));
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("over-trained !"));
  EXPECT_THAT(ran.out, HasSubstr("! more than one decade outside the fitted runs"));
  EXPECT_THAT(ran.out, HasSubstr("would look better but lie"));
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120u) << line;
}

TEST_F(PlanFromFile, PassesWarningsOfTheLawOnAndShowsOtherFits) {
  const Json plan = planAnswer(args("1e20"));
  const auto& warnings = plan.at("warnings");
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(),
                          [](const Json& w) { return w.at("code") == "mid_schedule"; }));
  EXPECT_EQ(plan.at("variants").at(0).at("label"), "earlier window");
  EXPECT_THAT(runPlan(args("1e20")).out, HasSubstr("earlier window"));
}

TEST_F(PlanFromFile, GivesEqualDocumentsOnAnyNumberOfThreads) {
  Json one = planAnswer(args("1e21", {"--threads", "1"}));
  Json three = planAnswer(args("1e21", {"--threads", "3"}));
  one.erase("timing_s");
  three.erase("timing_s");
  EXPECT_EQ(one, three);
}

TEST_F(PlanFromFile, GivesRowsAReasonWhenTheBaseFitsNowhere) {
  const Ended ran = runPlan(args("1e23", {"--mode", "min-loss", "--base-experts", "32", "--json"}));
  EXPECT_EQ(ran.code, 1);
  const Json plan = Json::parse(ran.out);
  EXPECT_EQ(plan.at("configurations").at(0).at("reason"), "no_cost_bound");
  EXPECT_TRUE(plan.at("recommended").at("index").is_null());
  EXPECT_THAT(plan.at("recommended").at("sentence").get<std::string>(),
              HasSubstr("No recommendation"));
}

// 1e6 USD at 1.29 USD/h buy 775194 h; with 312e12 FLOP/s at 0.5 these are 4.35349e23 FLOP.
TEST(PlanCommand, TurnsABudgetInUsdIntoFlop) {
  const Json plan = planAnswer({"--preset", "ludziejewski2025", "--budget-usd", "1e6",
                                "--training-mfu", "0.5", "--cost-preset", "probe-v2", "--mode",
                                "loss-optimal", "--lifetime-tokens", "1e12"});
  EXPECT_NEAR(plan.at("inputs").at("budget_flop"), 4.353488372e23, 1e15);
  const Json& dense = plan.at("configurations").at(0);
  EXPECT_NEAR(dense.at("train_usd"), 1e6, 1e-3);
}

TEST(PlanCommand, SaysThatItAssumesAnMfu) {
  const Json plan = planAnswer(
      {"--preset", "ludziejewski2025", "--budget-usd", "1e4", "--cost-preset", "probe-v2"});
  EXPECT_EQ(plan.at("warnings").at(0).at("code"), "assumed_training_mfu");
}

TEST(PlanCommand, MultipliesTheServingPriceByTheLifetime) {
  const Json plan = planAnswer(usual({"--lifetime-tokens", "1e12"}));
  const Json& eight = plan.at("configurations").at(2);
  EXPECT_NEAR(eight.at("serve_usd"), 0.1066330 * 1e6, 0.2);
}

struct PlanRefusal {
  std::string name;
  std::vector<std::string> args;
  int code;
  std::string message;
};

std::vector<PlanRefusal> planRefusals() {
  const std::vector<std::string> rest = {"--budget-flop", "5e21", "--cost-preset", "probe-v2"};
  const auto with = [&](std::vector<std::string> args) {
    args.insert(args.end(), rest.begin(), rest.end());
    return args;
  };
  const std::vector<std::string> traffic = {"--prompt-tokens", "161", "--output-tokens", "338"};
  const auto on = [&](std::vector<std::string> args) {
    args.insert(args.end(), {"--preset", "ludziejewski2025", "--budget-flop", "5e21"});
    args.insert(args.end(), traffic.begin(), traffic.end());
    return args;
  };
  return {
      {"ZeroBudget",
       {"--preset", "ludziejewski2025", "--budget-flop", "0", "--cost-preset", "probe-v2"},
       2,
       "moeplan: --budget-flop: 0 is no training budget; state a positive number of FLOP\n"},
      {"NoBudget",
       {"--preset", "ludziejewski2025", "--cost-preset", "probe-v2"},
       2,
       "moeplan: --budget-flop: state the training budget, or --budget-usd\n"},
      {"TwoBudgets", usual({"--budget-usd", "1e6"}), 2,
       "moeplan: --budget-flop: --budget-usd states a budget too; state one of them\n"},
      {"UnknownMode", usual({"--mode", "cheapest"}), 2,
       "moeplan: --mode: there is no mode 'cheapest'; there are lifetime, pareto, loss-optimal, "
       "min-cost and min-loss\n"},
      {"LifetimeWithoutTokens", usual({"--mode", "lifetime"}), 2,
       "moeplan: --lifetime-tokens: state how many output tokens the model will serve\n"},
      {"ModelTemplate", usual({"--model-template", "mixtral-8x7b"}), 2,
       "moeplan: --model-template: belongs to --mode lifetime or pareto, not to min-cost\n"},
      {"NoLaw", with({}), 2,
       "moeplan: which law? State --law-file FILE (from fit --save) or --preset NAME\n"},
      {"NoMachine", on({}), 2,
       "moeplan: --hardware: state the accelerator that serves, or a --cost-preset\n"},
      {"NoTraffic",
       {"--preset", "ludziejewski2025", "--budget-flop", "1e21", "--hardware", "a100-40gb"},
       2,
       "moeplan: --prompt-tokens: state the mean tokens of a request (prompt and output), or a "
       "--cost-preset\n"},
      {"LawWithoutTokens", with({"--preset", "clark2022-s-base"}), 3,
       "moeplan: clark2022-s-base: clark2022 has no training tokens D, so that a budget has no "
       "optimum; plan with a law that has D, such as ludziejewski2025 or yun2024\n"},
      {"LawWithoutExperts", with({"--preset", "besiroglu2024"}), 3,
       "moeplan: besiroglu2024: chinchilla does not depend on the expert count; use a law that has "
       "E, or ask for --experts 1 --base-experts 1\n"},
      {"MissingLawFile", with({"--law-file", "no/such/law.json"}), 3,
       "moeplan: no/such/law.json: cannot be read; write a law with moeplan fit --save, or use "
       "--preset\n"},
  };
}

class PlanCommandRefuses : public testing::TestWithParam<PlanRefusal> {};

TEST_P(PlanCommandRefuses, WithCodeAndMessage) {
  const Ended ran = runPlan(GetParam().args);
  EXPECT_EQ(ran.code, GetParam().code);
  EXPECT_EQ(ran.err, GetParam().message);
  EXPECT_EQ(ran.out, "");
}

INSTANTIATE_TEST_SUITE_P(Questions, PlanCommandRefuses, testing::ValuesIn(planRefusals()),
                         [](const auto& test) { return test.param.name; });

TEST(PlanCommand, RefusesUnknownHardwareWithTheNearestNames) {
  const Ended ran = runPlan({"--preset", "ludziejewski2025", "--budget-flop", "5e21", "--hardware",
                             "a100-41gb", "--prompt-tokens", "161", "--output-tokens", "338"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("a100-41gb"));
  EXPECT_THAT(ran.err, HasSubstr("did you mean"));
}

TEST(PlanCommand, NeedsAPriceForAMachineWithoutOne) {
  std::vector<std::string> args = {"--preset",        "ludziejewski2025",
                                   "--budget-flop",   "5e21",
                                   "--hardware",      "gaudi-3",
                                   "--prompt-tokens", "161",
                                   "--output-tokens", "338"};
  const Ended ran = runPlan(args);
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.err,
            "moeplan: Gaudi 3: the catalog has no price for it; state --usd-per-device-hour\n");
  args.insert(args.end(), {"--usd-per-device-hour", "2"});
  EXPECT_EQ(runPlan(args).code, 0);
}

// Prices only scale: twice the price, twice the cost, the same models.
TEST(PlanCommand, ScalesWithThePrice) {
  const Json once = planAnswer(usual());
  const Json twice = planAnswer(usual({"--usd-per-device-hour", "2.58"}));
  const Json& a = once.at("configurations").at(2);
  const Json& b = twice.at("configurations").at(2);
  EXPECT_NEAR(
      b.at("usd_per_million_tokens").get<double>() / a.at("usd_per_million_tokens").get<double>(),
      2, 1e-9);
  EXPECT_EQ(a.at("dense_params"), b.at("dense_params"));
}

}  // namespace
}  // namespace moe::cli
