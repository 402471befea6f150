#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "fitting/laws/law_file.h"
#include "tests/app/fit_answers.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

using test::Ended;
using test::jsonOf;
using test::runWords;
using test::shipped;

std::vector<std::string> gemstones() {
  return {"fit",      shipped("gemstones/runs.csv"), "--law",       "chinchilla",
          "--filter", "schedule=cool_end",           "--bootstrap", "40"};
}

std::vector<std::string> with(std::vector<std::string> args, std::vector<std::string> more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

TEST(FitCommand, GivesEveryKeyOfItsContract) {
  const json answer = jsonOf(gemstones());
  EXPECT_EQ(answer["schema"], "moeplan.fit/1");
  EXPECT_EQ(answer["law"], "chinchilla");
  EXPECT_EQ(answer["data"]["runs"], 199);
  for (const char* key : {"n_range", "d_range", "e_range"}) {
    EXPECT_EQ(answer["data"][key].size(), 2u) << key;
  }
  EXPECT_EQ(answer["objective"]["kind"], "huber");
  EXPECT_EQ(answer["objective"]["delta"], 1e-3);
  EXPECT_LE(answer["objective"]["value"], 0.0019640866);  // the published fit's objective
  ASSERT_EQ(answer["parameters"].size(), 5u);
  for (const json& parameter : answer["parameters"]) {
    EXPECT_TRUE(parameter.contains("name") && parameter.contains("value"));
    EXPECT_TRUE(parameter.contains("standard_error") && parameter.contains("ci95"));
  }
  for (const char* key : {"rms_log_residual", "rms_residual"}) {
    EXPECT_TRUE(answer["quality"].contains(key)) << key;
  }
  for (const char* key : {"method", "starts", "basins", "share_at_best"}) {
    EXPECT_TRUE(answer["search"].contains(key)) << key;
  }
  EXPECT_EQ(answer["bootstrap"]["resamples"], 40);
}

// A filter and an exclusion that leave the same rows give the same bits.
TEST(FitCommand, LeavesOutRunsByName) {
  const std::vector<std::string> quick = {"fit",         shipped("nanomoe_wikitext/runs.csv"),
                                          "--law",       "clark2022",
                                          "--bootstrap", "0",
                                          "--study",     "none"};
  const json all = jsonOf(quick);
  const json without = jsonOf(with(quick, {"--exclude-run", "nanomoe-00"}));
  EXPECT_EQ(without["data"]["runs"].get<int>(), all["data"]["runs"].get<int>() - 1);
  const Ended wrong = runWords(with(quick, {"--exclude-run", "no-such-run"}));
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.err, HasSubstr("--exclude-run: no run is named 'no-such-run'"));
}

TEST(FitCommand, GivesEqualBitsForAnySeedButForTheIntervals) {
  const json one = jsonOf(with(gemstones(), {"--seed", "1"}));
  const json two = jsonOf(with(gemstones(), {"--seed", "2"}));
  EXPECT_EQ(one["objective"], two["objective"]);
  EXPECT_EQ(one["parameters"][3]["value"], two["parameters"][3]["value"]);
  EXPECT_NE(one["parameters"][3]["ci95"], two["parameters"][3]["ci95"]);
}

TEST(FitCommand, FitsSeveralLawsAndSavesEach) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "law.json").string();
  const json answer = jsonOf({"fit", shipped("clark_routed/runs.csv"), "--filter", "canonical=1",
                              "--filter", "router=S-Base,Dense", "--law",
                              "clark2022,clark2022-plain", "--bootstrap", "20", "--save", file});
  ASSERT_EQ(answer["fits"].size(), 2u);
  EXPECT_EQ(answer["law"], "clark2022");
  EXPECT_EQ(answer["fits"][1]["law"], "clark2022-plain");
  const auto law = readLawFile(folder.path() / "law-clark2022-plain.json");
  ASSERT_TRUE(law.has_value());
  EXPECT_EQ(law->posterior.size(), 20u);
}

TEST(FitCommand, SaysThatAWindowIsMidScheduleAndRefitsTwoOthers) {
  const json answer =
      jsonOf({"fit", shipped("clark_routed/curves_long.csv.gz"), "--filter", "canonical=1",
              "--filter", "router=S-Base,Dense", "--law", "ludziejewski2025", "--curve",
              "0.04..0.3333333", "--bootstrap", "0"});
  EXPECT_EQ(answer["data"]["points"], 464);  // 8 evaluations of 58 runs
  EXPECT_EQ(answer["data"]["mid_schedule"], true);
  EXPECT_EQ(answer["warnings"][0]["code"], "mid_schedule");
  ASSERT_EQ(answer["windows"].size(), 2u);
  EXPECT_EQ(answer["windows"][0]["points"], 232);
}

TEST(FitCommand, HoldsOutTheLargestRuns) {
  const json answer = jsonOf({"fit", shipped("clark_routed/runs.csv"), "--filter", "canonical=1",
                              "--filter", "router=S-Base,Dense", "--law", "clark2022",
                              "--bootstrap", "0", "--hold-out", "params>1.3e9"});
  EXPECT_EQ(answer["hold_out"]["runs"], 10);
  // An independent refit without the 10 runs of the largest N: mean error 1.93 %.
  EXPECT_NEAR(answer["hold_out"]["mean_abs_log_error"], 0.0193, 5e-5);
}

TEST(FitCommand, WritesTextForPeople) {
  const Ended ended = runWords(gemstones());
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("199 points of 199 runs"));
  EXPECT_THAT(ended.out, HasSubstr("alpha"));
  EXPECT_THAT(ended.out, HasSubstr("percentile bootstrap over runs, 40 resamples"));
}

struct FitRefusal {
  const char* name;
  std::vector<std::string> args;
  int code;
  const char* message;
};

class FitCommandRefuses : public testing::TestWithParam<FitRefusal> {};

TEST_P(FitCommandRefuses, WithCodeAndMessage) {
  std::vector<std::string> args = GetParam().args;
  for (std::string& arg : args) {
    if (arg == "GEMSTONES") arg = shipped("gemstones/runs.csv");
    if (arg == "CLARK") arg = shipped("clark_routed/runs.csv");
  }
  const Ended ended = runWords(args);
  EXPECT_EQ(ended.code, GetParam().code);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Questions, FitCommandRefuses,
    testing::Values(
        FitRefusal{"UnknownLaw",
                   {"fit", "GEMSTONES", "--law", "chinchila"},
                   2,
                   "--law: unknown law 'chinchila'; did you mean chinchilla"},
        FitRefusal{"MissingFile", {"fit", "no/such.csv"}, 3, "no/such.csv: "},
        FitRefusal{"UnknownObjective",
                   {"fit", "GEMSTONES", "--objective", "l1"},
                   2,
                   "--objective: 'l1' is none of huber, l2, huber-raw and l2-raw"},
        FitRefusal{"BadDelta",
                   {"fit", "GEMSTONES", "--delta", "0"},
                   2,
                   "--delta: is 0; it must be positive and finite"},
        FitRefusal{"BadHoldOut",
                   {"fit", "GEMSTONES", "--hold-out", "largest:0%"},
                   2,
                   "--hold-out: 'largest:0%': a share between 0 and 100 % is needed"},
        FitRefusal{"BareHoldOut",
                   {"fit", "GEMSTONES", "--hold-out", "largest:0.2"},
                   2,
                   "--hold-out: 'largest:0.2': a share between 0 and 100 % is needed"},
        FitRefusal{"LawTwice",
                   {"fit", "GEMSTONES", "--law", "chinchilla,chinchilla"},
                   2,
                   "--law: chinchilla is asked for twice"},
        FitRefusal{"SaveOverRuns",
                   {"fit", "GEMSTONES", "--save", "GEMSTONES"},
                   2,
                   "is one of the tables that are read; name another file"},
        FitRefusal{
            "NegativeBootstrap", {"fit", "GEMSTONES", "--bootstrap", "-1"}, 2, "--bootstrap"},
        FitRefusal{"NegativeDrop",
                   {"fit", "GEMSTONES", "--drop-highest-loss", "-1"},
                   2,
                   "--drop-highest-loss"},
        FitRefusal{"UnknownSearch",
                   {"fit", "GEMSTONES", "--search", "random"},
                   2,
                   "--search: 'random' is neither auto nor grid"},
        FitRefusal{"FixOfNothing",
                   {"fit", "GEMSTONES", "--fix", "omega=0"},
                   2,
                   "--fix: chinchilla has no parameter 'omega'"},
        FitRefusal{"DenseLawOnExperts",
                   {"fit", "CLARK"},
                   3,
                   "chinchilla: these runs differ in their experts and the law has none"},
        FitRefusal{"FewerRunsThanParameters",
                   {"fit", "GEMSTONES", "--filter", "run_id=gem-1024x28-hot-10B"},
                   3,
                   "chinchilla: 1 runs for 5 parameters"},
        FitRefusal{"NothingLeft",
                   {"fit", "GEMSTONES", "--filter", "schedule=warm"},
                   3,
                   "--filter schedule=warm"},
        FitRefusal{"UnwritableLaw",
                   {"fit", "GEMSTONES", "--filter", "schedule=cool_end", "--bootstrap", "0",
                    "--save", "/dev/null/law.json"},
                   3,
                   "/dev/null/law.json"}),
    [](const auto& row) { return std::string(row.param.name); });

/// A table of runs in a folder, written as CSV.
std::string written(const test::TemporaryFolder& folder, const std::string& text) {
  const std::filesystem::path path = folder.path() / "runs.csv";
  std::ofstream(path) << text;
  return path.string();
}

/// 42 dense runs of 6 sizes and 7 values of D; `name` is the size's label.
std::string labelled() {
  const Law law = *presetLaw("besiroglu2024");
  std::string text = "name,params,tokens,loss\n";
  for (int size = 0; size < 6; ++size) {
    for (int data = 0; data < 7; ++data) {
      const double params = 7e7 * (1 << size);
      const double tokens = 5e9 * (1 << data);
      text += fmt::format("{}M,{},{},{}\n", 70 << size, params, tokens, law.loss({params, tokens}));
    }
  }
  return text;
}

TEST(FitCommand, ReadsASharedNameAsALabelAndSaysSo) {
  const test::TemporaryFolder folder;
  const json answer = jsonOf({"fit", written(folder, labelled()), "--bootstrap", "0"});
  EXPECT_EQ(answer["data"]["runs"], 42);
  EXPECT_EQ(answer["warnings"][0]["code"], "run_names_repeat");
}

TEST(FitCommand, SaysHowManyPointsOfCurvesItLeavesOut) {
  const test::TemporaryFolder folder;
  const json answer =
      jsonOf({"fit", written(folder, labelled()), "--map", "run=name", "--bootstrap", "0"});
  EXPECT_EQ(answer["data"]["runs"], 6);
  EXPECT_EQ(answer["warnings"][0]["code"], "earlier_points_left_out");
  EXPECT_THAT(answer["warnings"][0]["message"].get<std::string>(), HasSubstr("36 of 42 rows"));
}

// Finished Clark runs all have one D: no budget has an optimum, and none is made up.
TEST(OptimumCommand, IsRefusedForALawWhoseRunsHaveOneD) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "law.json").string();
  ASSERT_EQ(
      runWords({"fit", shipped("clark_routed/runs.csv"), "--filter", "canonical=1", "--filter",
                "router=S-Base,Dense", "--law", "yun2024", "--bootstrap", "0", "--save", file})
          .code,
      0);
  const Ended ended =
      runWords({"optimum", "--law-file", file, "--budget-flop", "1e20", "--e", "4"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("D hardly varies over them (1.305e+11 to 1.311e+11)"));
}

// Runs of the published E = 64 law give back its optimum at 1e21 FLOP, routers counted: the rule of
// the paper and not 6 N D.
TEST(OptimumCommand, OfAFittedGranularityLawCountsAsThePaperDoes) {
  const test::TemporaryFolder folder;
  const Law law = *presetLaw("krajewski2024-e64");
  std::string text = "params,tokens,experts,granularity,loss\n";
  for (int i = 0; i < 60; ++i) {
    const double params = 1.3e8 * std::pow(1.7, i % 6);
    const double tokens = 1.6e10 * std::pow(1.5, (i * 7) % 5);
    const double granularity = 1 << (i % 5);
    text += fmt::format("{},{},64,{},{}\n", params, tokens, granularity,
                        law.loss({params, tokens, 64, granularity}));
  }
  const std::string file = (folder.path() / "law.json").string();
  ASSERT_EQ(runWords({"fit", written(folder, text), "--law", "krajewski2024", "--bootstrap", "0",
                      "--save", file})
                .code,
            0);
  const auto params = [](const json& answer) { return answer["optima"][0]["n"].get<double>(); };
  const std::vector<std::string> question = {"--budget-flop", "1e21", "--granularity", "8"};
  const double fitted = params(jsonOf(with({"optimum", "--law-file", file}, question)));
  const double published =
      params(jsonOf(with({"optimum", "--preset", "krajewski2024-e64"}, question)));
  EXPECT_NEAR(fitted / published, 1, 0.01);  // the fit stops a hair from the law
}

TEST(OptimumCommand, CountsDrawsThatNeverReachALossAsInfinitelyLarge) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "law.json").string();
  ASSERT_EQ(runWords(with(gemstones(), {"--save", file})).code, 0);
  // 2.12 nats lies between the law's floor, 2.075, and the highest floors of its draws.
  const json answer = jsonOf({"optimum", "--law-file", file, "--target-loss", "2.12"});
  EXPECT_TRUE(answer["optima"][0]["ci95"]["budget_flop"][1].is_null());
  bool warned = false;
  for (const json& warning : answer["warnings"]) {
    warned = warned || warning["code"] == "draws_without_optimum";
  }
  EXPECT_TRUE(warned);
}

TEST(PredictCommand, GivesThePublishedLoss) {
  const json answer =
      jsonOf({"predict", "--preset", "ludziejewski2025", "--n", "1e9", "--d", "2e10", "--e", "8"});
  EXPECT_NEAR(answer["loss"], 2.508777282, 5e-10);
  EXPECT_TRUE(answer["ci95"].is_null());
  EXPECT_EQ(answer["extrapolation_decades"], 0);
}

TEST(PredictCommand, SaysHowFarItExtrapolates) {
  const json answer = jsonOf(
      {"predict", "--preset", "ludziejewski2025", "--n", "2.7e11", "--d", "8e11", "--e", "320"});
  EXPECT_NEAR(answer["extrapolation_decades"], 2, 1e-12);
  const json& by_variable = answer["extrapolation_decades_by_variable"];
  EXPECT_NEAR(by_variable["params"], 2, 1e-12);
  EXPECT_NEAR(by_variable["train_tokens"], 1, 1e-12);
  EXPECT_NEAR(by_variable["experts"], 1, 1e-12);
  EXPECT_EQ(answer["basis"], "extrapolated");
}

TEST(PredictCommand, OfASavedLawHasAnInterval) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "law.json").string();
  ASSERT_EQ(runWords(with(gemstones(), {"--save", file})).code, 0);
  const json answer = jsonOf({"predict", "--law-file", file, "--n", "1e9", "--d", "5e10"});
  EXPECT_LT(answer["ci95"][0], answer["loss"]);
  EXPECT_GT(answer["ci95"][1], answer["loss"]);
  EXPECT_LT(answer["prediction_interval95"][0], answer["ci95"][0]);
}

TEST(PredictCommand, RefusesWhatTheLawLacks) {
  const Ended experts =
      runWords({"predict", "--preset", "hoffmann2022", "--n", "1e9", "--d", "2e10", "--e", "8"});
  EXPECT_EQ(experts.code, 3);
  EXPECT_THAT(experts.err, HasSubstr("hoffmann2022: chinchilla has no expert count in it"));
  const Ended precision = runWords({"predict", "--preset", "hoffmann2022", "--n", "1e9", "--d",
                                    "2e10", "--precision-bits", "8"});
  EXPECT_EQ(precision.code, 3);
  EXPECT_THAT(precision.err, HasSubstr("hoffmann2022 has no precision in it"));
  const Ended tokens = runWords({"predict", "--preset", "hoffmann2022", "--n", "1e9"});
  EXPECT_EQ(tokens.code, 2);
  EXPECT_THAT(tokens.err, HasSubstr("--d: is missing"));
  EXPECT_EQ(runWords({"predict", "--preset", "hoffmann2022", "--n", "-1", "--d", "1e9"}).code, 2);
}

// Ludziejewski2025 Table 1 at 1e22: N 14.4e9 on 115.8e9 tokens with 8 experts.
TEST(OptimumCommand, GivesThePublishedOptimum) {
  const json answer =
      jsonOf({"optimum", "--preset", "ludziejewski2025", "--budget-flop", "1e22", "--e", "1,8"});
  ASSERT_EQ(answer["optima"].size(), 2u);
  EXPECT_NEAR(answer["optima"][1]["n"].get<double>() / 14.4e9, 1, 0.02);
  EXPECT_NEAR(answer["optima"][1]["d"].get<double>() / 115.8e9, 1, 0.02);
}

TEST(OptimumCommand, FindsTheLeastBudgetForALoss) {
  const json forward =
      jsonOf({"optimum", "--preset", "ludziejewski2025", "--budget-flop", "1e21", "--e", "8"});
  std::ostringstream loss;
  loss.precision(17);
  loss << forward["optima"][0]["loss"].get<double>();
  const json back =
      jsonOf({"optimum", "--preset", "ludziejewski2025", "--target-loss", loss.str(), "--e", "8"});
  EXPECT_NEAR(back["optima"][0]["budget_flop"].get<double>() / 1e21, 1, 1e-9);
}

TEST(OptimumCommand, OfALossBelowTheFloorAnswersNoAndNamesTheFloor) {
  const Ended ended =
      runWords({"optimum", "--preset", "ludziejewski2025", "--target-loss", "1.2", "--e", "8"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err,
            "moeplan: --target-loss: no budget reaches 1.2 nats with E = 8; the floor is 1.364\n");
}

TEST(OptimumCommand, RefusesABudgetOfZeroAndALawWithoutTokens) {
  EXPECT_EQ(runWords({"optimum", "--preset", "ludziejewski2025", "--budget-flop", "0"}).code, 2);
  const Ended ended = runWords({"optimum", "--preset", "clark2022-hash", "--budget-flop", "1e21"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("clark2022 has no tokens in it"));
}

}  // namespace
}  // namespace moe::cli
