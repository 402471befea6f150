#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
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
using Arguments = std::vector<std::string>;

Ended runLifetime(Arguments args) {
  args.insert(args.begin(), {"plan", "--mode", "lifetime"});
  return test::runCommand(args);
}

Arguments joined(Arguments args, const Arguments& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Json lifetimeAnswer(Arguments args) {
  args.insert(args.end(), {"--json", "--quiet"});
  return Json::parse(runLifetime(std::move(args)).out);
}

/// The setting of golden/lifetime_oracle.csv.
Arguments reference(const Arguments& more = {}) {
  return joined(
      {"--preset", "ludziejewski2025", "--cost-preset", "probe-v2", "--shape", "ludziejewski",
       "--training-mfu", "0.4", "--experts", "1,2,4,8,16,32", "--target-loss", "2.126165612"},
      more);
}

/// Priced by the cost model on measured kernels of H100.
Arguments exact(const Arguments& more = {}) {
  return joined({"--preset", "ludziejewski2025", "--hardware", "h100-sxm", "--experts", "1,8",
                 "--prompt-tokens", "1000", "--output-tokens", "300", "--lifetime-tokens", "1e11"},
                more);
}

Arguments exactAtLoss(const Arguments& more = {}) {
  return joined(exact({"--target-loss", "2.3"}), more);
}

double best(const Json& plan, const char* key) { return plan.at("configurations").at(0).at(key); }

// golden/lifetime_oracle.csv: 1e11 output tokens, two experts.
TEST(LifetimeCommand, GivesTheReferencePlan) {
  const Json plan = lifetimeAnswer(reference({"--lifetime-tokens", "1e11"}));
  EXPECT_EQ(plan.at("schema"), "moeplan.plan/1");
  for (const Json& row : plan.at("configurations")) {
    if (row.at("experts") != 2) continue;
    EXPECT_NEAR(row.at("dense_params").get<double>(), 9.50669e9, 1e-3 * 9.50669e9);
    EXPECT_NEAR(row.at("total_usd").get<double>(), 61627.840, 1e-5 * 61627.840);
    EXPECT_NEAR(row.at("usd_per_million_tokens").get<double>() * 499 / 338, 0.206894, 2e-3);
    EXPECT_EQ(row.at("devices"), 3);
    return;
  }
  FAIL() << "no row with two experts";
}

// [Sardana2024]: the quality of Chinchilla's 70B model with 1e13 tokens to serve takes 41.6B
// parameters on 7.92T tokens. Its loss is that of 4.26T tokens by the paper's formula.
TEST(LifetimeCommand, GivesSardanasExample) {
  const double loss = 1.69 + 406.4 * std::pow(70e9, -0.336) + 410.7 * std::pow(4.2595e12, -0.283);
  const Json plan =
      lifetimeAnswer({"--preset", "sardana2024", "--flop-prices", "sardana2024-flop",
                      "--lifetime-tokens", "1e13", "--target-loss", std::to_string(loss)});
  EXPECT_NEAR(best(plan, "dense_params"), 41.6e9, 0.1e9);
  EXPECT_NEAR(best(plan, "train_tokens"), 7.92e12, 0.03e12);
}

TEST(LifetimeCommand, HasEveryKeyThatProgramsReadAndItsTotalAddsUp) {
  const Json plan = lifetimeAnswer(exactAtLoss());
  for (const Json& row : plan.at("configurations")) {
    for (const char* key :
         {"experts", "dense_params", "active_params", "total_params", "train_tokens", "loss",
          "devices", "usd_per_million_tokens", "size_vs_loss_optimal", "over_training_factor",
          "train_usd", "serve_usd", "ci95", "probability_best", "regret_usd", "basis"})
      EXPECT_TRUE(row.contains(key)) << key;
    EXPECT_NEAR(row.at("train_usd").get<double>() + row.at("serve_usd").get<double>(),
                row.at("total_usd").get<double>(), 1e-9 * row.at("total_usd").get<double>());
    EXPECT_EQ(row.at("basis").at("cost"), "interpolated");
  }
  EXPECT_FALSE(plan.at("curves").at("same_loss").at("points").empty());
  for (const Json& point : plan.at("curves").at("same_loss").at("points"))
    EXPECT_NEAR(point.at("loss").get<double>(), 2.3, 1e-6);
}

// The file is a model that `cost` prices as the plan does. `cost` takes whole requests in steps of
// sqrt 2, so that it may be a little dearer.
TEST(LifetimeCommand, WritesAModelThatCostPricesAlike) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "model.toml").string();
  const Json plan = lifetimeAnswer(exactAtLoss({"--save-model", file}));
  const Json& serving = plan.at("model").at("serving");
  std::ostringstream out;
  std::ostringstream err;
  const Arguments args = {"cost",     "--model",         file,   "--hardware",
                          "h100-sxm", "--prompt-tokens", "1000", "--output-tokens",
                          "300",      "--json"};
  const int code = runCli(args, out, err);
  ASSERT_EQ(code, 0) << err.str();
  const Json cost = Json::parse(out.str());
  const double planned = serving.at("usd_per_million_output_tokens_all_in");
  EXPECT_NEAR(cost.at("price").at("usd_per_million_output_tokens_all_in").get<double>() / planned,
              1, 0.02);
  EXPECT_NEAR(plan.at("model").at("total_usd").get<double>() / best(plan, "total_usd"), 1, 0.1);
}

TEST(LifetimeCommand, BuysLowerLossWithMoreMoney) {
  double last = 10;
  for (const char* money : {"1e4", "2e4", "4e4", "1e5"}) {
    const Json plan = lifetimeAnswer(exact({"--budget-usd", money}));
    EXPECT_LT(best(plan, "loss"), last) << money;
    EXPECT_NEAR(best(plan, "total_usd"), std::stod(money), 1e-6 * std::stod(money));
    last = best(plan, "loss");
  }
}

TEST(LifetimeCommand, IsNeverCheaperUnderATighterLimit) {
  double last = 0;
  for (const char* limit : {"0.1", "0.02", "0.01", "0.006"}) {
    const Json plan = lifetimeAnswer(exactAtLoss({"--tpot-limit-s", limit}));
    const double total = best(plan, "total_usd");
    EXPECT_GE(total, last * (1 - 2e-3)) << limit;  // surfaces of other limits agree to 0.2 %
    EXPECT_LE(best(plan, "tpot_s"), std::stod(limit) * (1 + 1e-6));
    last = total;
  }
}

TEST(LifetimeCommand, ChoosesAmongMachinesPrecisionsAndWidths) {
  const Json plan = lifetimeAnswer({"--preset",          "ludziejewski2025",
                                    "--hardware",        "h100-sxm,h200",
                                    "--weights",         "bf16,fp8",
                                    "--experts",         "1,8",
                                    "--top-k",           "1,2",
                                    "--granularity",     "1,2",
                                    "--prompt-tokens",   "1000",
                                    "--output-tokens",   "300",
                                    "--lifetime-tokens", "1e11",
                                    "--target-loss",     "2.3"});
  // One dense model and 4 routings of 8 experts, each in 2 precisions on 2 machines.
  EXPECT_EQ(plan.at("configurations").size(), 20);
  for (std::size_t i = 1; i < plan.at("configurations").size(); ++i)
    EXPECT_LE(plan.at("configurations").at(i - 1).at("total_usd").get<double>(),
              plan.at("configurations").at(i).at("total_usd").get<double>());
}

TEST(LifetimeCommand, TakesRangesAndKeepsToTheDivisionsThatAreAllowed) {
  const Json plan = lifetimeAnswer({"--preset", "ludziejewski2025", "--hardware", "h100-sxm",
                                    "--experts", "1,4..16", "--parallelism", "tp2,tp4",
                                    "--prompt-tokens", "1000", "--output-tokens", "300",
                                    "--lifetime-tokens", "1e11", "--target-loss", "2.3"});
  ASSERT_EQ(plan.at("configurations").size(), 4);  // 1, 4, 8 and 16 experts
  for (const Json& row : plan.at("configurations"))
    EXPECT_TRUE(row.at("parallelism") == "tp2" || row.at("parallelism") == "tp4");
  const Json four = lifetimeAnswer(exactAtLoss({"--devices", "4"}));
  for (const Json& row : four.at("configurations")) EXPECT_EQ(row.at("devices"), 4);
}

TEST(LifetimeCommand, ShapesModelsAfterACatalogModel) {
  const Json plan = lifetimeAnswer({"--preset", "ludziejewski2025", "--hardware", "h100-sxm",
                                    "--model-template", "Mixtral-8x7B", "--experts", "8",
                                    "--prompt-tokens", "1000", "--output-tokens", "300",
                                    "--lifetime-tokens", "1e11", "--target-loss", "2.3"});
  EXPECT_THAT(plan.at("model").at("toml").get<std::string>(), HasSubstr("vocabulary = 32000"));
  EXPECT_THAT(plan.at("model").at("toml").get<std::string>(), HasSubstr("top_k = 2"));
}

// Concrete models have one size: its serving price is what `cost` says.
TEST(LifetimeCommand, ChoosesAmongConcreteModels) {
  const Json plan =
      lifetimeAnswer({"--preset", "ludziejewski2025", "--hardware", "h100-sxm", "--models",
                      "olmoe-1b-7b,Mixtral-8x7B", "--prompt-tokens", "1000", "--output-tokens",
                      "300", "--lifetime-tokens", "1e11", "--target-loss", "2.2"});
  ASSERT_EQ(plan.at("configurations").size(), 2);
  const Json& model = plan.at("model");
  const Json& row = plan.at("configurations").at(0);
  EXPECT_NEAR(row.at("dense_params").get<double>(), model.at("dense_params").get<double>(),
              1e-3 * row.at("dense_params").get<double>());
  EXPECT_NEAR(row.at("total_usd").get<double>(), model.at("total_usd").get<double>(),
              2e-3 * row.at("total_usd").get<double>());
  EXPECT_NEAR(row.at("total_params").get<double>(), model.at("total_params").get<double>(),
              2e-3 * row.at("total_params").get<double>());
}

// A model far above the loss-optimal size is still itself.
TEST(LifetimeCommand, KeepsTheSizeOfAConcreteModelHoweverLarge) {
  const Json plan =
      lifetimeAnswer({"--preset", "ludziejewski2025", "--hardware", "h100-sxm", "--models",
                      "Llama-3.1-70B", "--prompt-tokens", "1000", "--output-tokens", "300",
                      "--lifetime-tokens", "1e10", "--target-loss", "2.6"});
  const Json& row = plan.at("configurations").at(0);
  EXPECT_NEAR(row.at("dense_params").get<double>(),
              plan.at("model").at("dense_params").get<double>(), 1e3);
  EXPECT_NEAR(row.at("train_tokens").get<double>() /
                  plan.at("model").at("training").at("train_tokens").get<double>(),
              1, 1e-6);
}

TEST(LifetimeCommand, ShowsWhatAssumptionsMove) {
  const Json plan = lifetimeAnswer(exactAtLoss({"--sensitivity", "--draws", "0"}));
  double last = 1e9;
  std::size_t price_found = 0;
  for (const Json& row : plan.at("sensitivity")) {
    EXPECT_LE(row.at("swing").get<double>(), last);
    last = row.at("swing");
    if (row.at("name") != "price of a device-hour") continue;
    ++price_found;
    // Every price twice: every bill twice, the same model.
    EXPECT_NEAR(row.at("high").at("total_ratio").get<double>(), 2, 1e-6);
    EXPECT_NEAR(row.at("high").at("params_ratio").get<double>(), 1, 1e-3);
  }
  EXPECT_EQ(price_found, 1);
}

TEST(LifetimeCommand, NamesTheLimitThatIsInTheWayAndWhatWouldDo) {
  const Ended ran = runLifetime(joined(exactAtLoss({"--max-train-tokens", "1e9"}), {"--quiet"}));
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("the limit on training tokens"));
  EXPECT_THAT(ran.out, HasSubstr("instead of 1 B tokens"));
  EXPECT_THAT(ran.out, HasSubstr("No recommendation"));
}

TEST(LifetimeCommand, GivesIntervalsFromTheLawsDraws) {
  const test::TemporaryFolder folder;
  Law law = referenceLaw("Y");
  law.range = {Range{1e8, 3e9}, Range{5e9, 1e12}, Range{4, 2800}, Range{1, 512}};
  addPosterior(law, 60, 0.01);
  folder.write("law.json", lawToJson(law));
  const std::string file = (folder.path() / "law.json").string();
  const Json plan =
      lifetimeAnswer({"--law-file", file, "--hardware", "h100-sxm", "--experts", "1,8",
                      "--prompt-tokens", "1000", "--output-tokens", "300", "--lifetime-tokens",
                      "1e11", "--budget-usd", "3e4", "--draws", "60"});
  const Json& row = plan.at("configurations").at(0);
  for (const char* key : {"dense_params", "train_tokens", "loss"}) {
    const double value = row.at(key);
    EXPECT_LT(row.at("ci95").at(key).at(0).get<double>(), value) << key;
    EXPECT_GT(row.at("ci95").at(key).at(1).get<double>(), value) << key;
  }
  EXPECT_TRUE(row.at("probability_best").is_number());
}

struct LifetimeRefusal {
  const char* name;
  Arguments args;
  int code;
  const char* message;
};

std::vector<LifetimeRefusal> lifetimeRefusals() {
  return {
      {"BothGoals", exactAtLoss({"--budget-usd", "1e6"}), 2,
       "moeplan: --target-loss: state either --target-loss or --budget-usd (training and serving "
       "together)\n"},
      {"FlopBudget", exact({"--budget-flop", "1e21"}), 2,
       "moeplan: --budget-flop: a lifetime is paid in USD; state --target-loss or --budget-usd\n"},
      {"BaseExperts", exactAtLoss({"--base-experts", "4"}), 2,
       "moeplan: --base-experts: belongs to loss-optimal, min-cost and min-loss, not to "
       "lifetime\n"},
      {"Engine", exactAtLoss({"--engine", "llama.cpp"}), 2, "--engine"},
      {"Weights", exactAtLoss({"--weights", "fp6"}), 2, "--weights"},
      {"NoTraffic",
       {"--preset", "ludziejewski2025", "--hardware", "h100-sxm", "--lifetime-tokens", "1e11",
        "--target-loss", "2.3"},
       2,
       "moeplan: --prompt-tokens: state the mean tokens of a request (prompt and output)\n"},
      {"UnknownMachine", exactAtLoss({"--training-hardware", "h1000"}), 3, "did you mean"},
      {"UnknownTemplate", exactAtLoss({"--model-template", "mixtrel"}), 3, "mixtrel"},
      {"PresetWithHardware", reference({"--lifetime-tokens", "1e11", "--hardware", "h200"}), 2,
       "moeplan: --hardware: --cost-preset is a published formula that does not know it; leave one "
       "of them out\n"},
      {"NoLimitAtAll", exactAtLoss({"--tpot-limit-s", "0"}), 2,
       "moeplan: --tpot-limit-s: a limit of 0 s allows nothing; it must be positive\n"},
      {"PrecisionOfNoMachine", exactAtLoss({"--weights", "fp4"}), 3,
       "H100-80GB SXM does not compute in fp4"},
      {"NoSuchDivision", exactAtLoss({"--parallelism", "tp3"}), 1,
       "no division that is allowed exists"},
      {"NoRange",
       {"--preset", "ludziejewski2025", "--hardware", "h100-sxm", "--experts", "8..4"},
       2,
       "moeplan: --experts: '8..4' is no number and no range; write 8 or 4..32 (4, 8, 16 and "
       "32)\n"},
      {"NegativePriceOfAPreset",
       reference({"--lifetime-tokens", "1e11", "--usd-per-device-hour", "-3"}), 2,
       "moeplan: --usd-per-device-hour: -3 is no price of a device-hour\n"},
      {"NoAnswers",
       {"--preset", "ludziejewski2025", "--hardware", "h100-sxm", "--models", "Llama-3.1-8B",
        "--prompt-tokens", "100", "--output-tokens", "0", "--lifetime-tokens", "1e11",
        "--target-loss", "2.3"},
       2,
       "moeplan: --output-tokens: 0 is no mean length\n"},
      {"OtherLawAlone", exactAtLoss({"--other-law-file", "no/such.json"}), 2,
       "moeplan: --other-law-file: is compared by --sensitivity; state both\n"},
      {"OtherLawMissing", exactAtLoss({"--sensitivity", "--other-law-file", "no/such.json"}), 3,
       "no/such.json"},
      {"ModelsWithExperts", exactAtLoss({"--models", "Mixtral-8x7B"}), 2,
       "moeplan: --experts: --models lists concrete models; leave one of them out\n"},
      {"UnwritableModel", exactAtLoss({"--save-model", "no/such/folder/model.toml"}), 3,
       "no/such/folder/model.toml"},
  };
}

class LifetimeCommandRefuses : public testing::TestWithParam<LifetimeRefusal> {};

TEST_P(LifetimeCommandRefuses, WithCodeAndMessage) {
  const Ended ran = runLifetime(GetParam().args);
  EXPECT_EQ(ran.code, GetParam().code);
  EXPECT_THAT(ran.err, HasSubstr(GetParam().message));
  EXPECT_EQ(ran.out, "");
}

INSTANTIATE_TEST_SUITE_P(Questions, LifetimeCommandRefuses, testing::ValuesIn(lifetimeRefusals()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace moe::cli
