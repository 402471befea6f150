#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "fitting/laws/law.h"
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

std::vector<std::string> gemstones(std::vector<std::string> more) {
  std::vector<std::string> args = {
      "fit", shipped("gemstones/runs.csv"), "--filter", "schedule=cool_end", "--bootstrap", "0"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

std::vector<std::string> clark(std::vector<std::string> more) {
  std::vector<std::string> args = {"fit",         shipped("clark_routed/runs.csv"),
                                   "--filter",    "canonical=1",
                                   "--filter",    "router=S-Base,Dense",
                                   "--bootstrap", "0"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

/// A report's sentences in one line each.
std::string unwrapped(std::string text) {
  for (std::size_t at = 0; (at = text.find("\n  ", at)) != std::string::npos;)
    text.replace(at, 3, " ");
  return text;
}

TEST(FitStudy, GivesProfilesTradeOffsResidualsAndTheSplitOfCompute) {
  const json answer = jsonOf(gemstones({"--confirm", "50"}));
  ASSERT_EQ(answer["profiles"].size(), 5u);
  for (const json& profile : answer["profiles"]) {
    EXPECT_GE(profile["curve"].size(), 5u);
    EXPECT_EQ(profile["ci95"].size(), 2u);
  }
  EXPECT_EQ(answer["trade_offs"][0]["parameters"], json({"B", "beta"}));
  EXPECT_FALSE(answer["residual_study"]["outliers"].empty());
  EXPECT_EQ(answer["influence"].size(), 50u);
  ASSERT_EQ(answer["allocation"][0]["optima"].size(), 3u);
  // a = beta/(alpha + beta) of the fit itself
  double alpha = 0;
  double beta = 0;
  for (const json& parameter : answer["parameters"]) {
    if (parameter["name"] == "alpha") alpha = parameter["value"];
    if (parameter["name"] == "beta") beta = parameter["value"];
  }
  EXPECT_NEAR(answer["allocation"][0]["params_exponent"], beta / (alpha + beta), 1e-5);
  EXPECT_EQ(answer["search"]["confirmation"]["starts"], 50);
  EXPECT_EQ(answer["search"]["confirmation"]["found_lower"], false);
}

// On these runs skaling ends at 0.00155 where chinchilla ends at 0.00196.
TEST(FitStudy, NamesALawThatClearlyBeatsTheOneAskedFor) {
  EXPECT_EQ(jsonOf(gemstones({}))["better_law"]["law"], "skaling");
}

TEST(FitStudy, NamesNoBetterLawThanTheBest) {
  EXPECT_TRUE(jsonOf(gemstones({"--law", "skaling"}))["better_law"].is_null());
}

TEST(FitStudy, NamesTheBetterLawThatCompareRecommends) {
  // Though abnar2025 has the least held-out error there.
  EXPECT_THAT(runWords(clark({"--law", "yun2024"})).out,
              HasSubstr("ludziejewski2025 clearly beats yun2024"));
}

// Widths of one depth and width share their wobble: resampled together the interval is wider.
TEST(FitStudy, ResamplesByAColumn) {
  std::vector<std::string> args = {"fit",         shipped("gemstones/runs.csv"),
                                   "--filter",    "schedule=cool_end",
                                   "--bootstrap", "60",
                                   "--study",     "none"};
  const json by_run = jsonOf(args);
  args.insert(args.end(), {"--bootstrap-by", "width"});
  const json grouped = jsonOf(args);
  EXPECT_EQ(grouped["bootstrap"]["of"], "width");
  EXPECT_EQ(grouped["objective"], by_run["objective"]);
  const auto width = [](const json& fit) {
    const json& ci = fit["parameters"][3]["ci95"];
    return ci[1].get<double>() - ci[0].get<double>();
  };
  EXPECT_GT(width(grouped), width(by_run));
}

// Twelve runs for the eleven parameters of the joint law: resamples stay near the optimum and would
// give intervals that the profiles contradict. Whatever is given one has a profile with two ends.
TEST(FitStudy, GivesNoIntervalWhereAProfileIsOpen) {
  std::vector<std::string> args = {"fit",         shipped("clark_routed/runs.csv"),
                                   "--filter",    "canonical=1",
                                   "--filter",    "router=S-Base",
                                   "--filter",    "n_experts=4,64,256",
                                   "--law",       "ludziejewski2025",
                                   "--bootstrap", "60"};
  const json answer = jsonOf(args);
  std::size_t open = 0;
  for (const json& profile : answer["profiles"]) {
    for (const json& parameter : answer["parameters"]) {
      if (parameter["name"] != profile["parameter"]) continue;
      const bool ended = !profile["ci95"][0].is_null() && !profile["ci95"][1].is_null();
      open += !ended;
      EXPECT_TRUE(ended || parameter["ci95"].is_null()) << parameter["name"];
      EXPECT_TRUE(ended || !parameter["identified"].get<bool>()) << parameter["name"];
    }
  }
  EXPECT_GT(open, 0u);
  EXPECT_LT(answer["data"]["runs"], 22);
  EXPECT_THAT(answer["warnings_of_fit"].dump(), HasSubstr("read the profile"));
}

TEST(FitStudy, SaysInASentenceWhatTheProfilesContradict) {
  EXPECT_THAT(unwrapped(runWords(clark({"--law", "clark2022"})).out),
              HasSubstr("that the profiles do not bear out: b -"));
}

// Clark's b: symmetric to the optimum by the curvature, far from it by the profile.
TEST(FitStudy, NamesTheWaldIntervalsThatTheProfilesContradict) {
  const json answer = jsonOf(clark({"--law", "clark2022"}));
  const json& profile = answer["profiles"][1];
  ASSERT_EQ(profile["parameter"], "b");
  EXPECT_EQ(profile["differs_from_wald"], true);
  const json& wald = answer["parameters"][1]["wald95"];
  const double width = wald[1].get<double>() - wald[0].get<double>();
  EXPECT_GT(std::max(std::abs(profile["ci95"][0].get<double>() - wald[0].get<double>()),
                     std::abs(profile["ci95"][1].get<double>() - wald[1].get<double>())),
            0.25 * width);
}

TEST(FitStudy, IsLeftOutOnRequest) {
  const json answer = jsonOf(gemstones({"--study", "none"}));
  EXPECT_TRUE(answer["profiles"].empty());
  EXPECT_TRUE(answer["residual_study"].is_null());
  EXPECT_TRUE(answer["better_law"].is_null());
}

TEST(FitStudy, WritesEveryResidual) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "residuals.csv").string();
  const Ended ended = runWords(gemstones({"--study", "none", "--residuals", file}));
  EXPECT_EQ(ended.code, 0);
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  EXPECT_THAT(line, HasSubstr("predicted,log_residual,robust_z,weight,leverage,outlier"));
  int rows = 0;
  double leverage = 0;
  while (std::getline(stream, line)) {
    ++rows;
    std::vector<std::string> fields;
    std::istringstream text(line);
    for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
    const double loss = std::stod(fields[5]);
    const double predicted = std::stod(fields[6]);
    EXPECT_NEAR(std::log(predicted / loss), std::stod(fields[7]), 1e-12);
    leverage += std::stod(fields[10]);
  }
  EXPECT_EQ(rows, 199);
  EXPECT_NEAR(leverage, 5, 1e-6);  // one per parameter
}

TEST(FitStudy, ReducesADenseLawToTheDenseRuns) {
  const json answer = jsonOf(clark({"--law", "clark2022-plain,chinchilla", "--reduce"}));
  const json& dense = answer["fits"][1];
  EXPECT_EQ(answer["data"]["runs"], 58);
  EXPECT_LT(dense["data"]["runs"], 20);
  EXPECT_EQ(dense["data"]["e_range"], json({1.0, 1.0}));
  EXPECT_THAT(dense["warnings_of_fit"].dump(), HasSubstr("\"reduced\""));
}

TEST(FitStudy, SuggestsRunsWithinTheBudget) {
  const json answer = jsonOf(gemstones(
      {"--suggest-runs", "2", "--suggest-budget-flop", "1e21", "--target", "n=7e9,d=1e12"}));
  const json& suggested = answer["suggested_runs"];
  EXPECT_EQ(suggested["target"]["n"], 7e9);
  EXPECT_EQ(suggested["target"]["chosen"], false);
  ASSERT_EQ(suggested["runs"].size(), 2u);
  double flop = 0;
  for (const json& suggestion : suggested["runs"]) {
    flop += suggestion["flop"].get<double>();
    EXPECT_LT(suggestion["log_loss_error_after"], suggested["log_loss_error_now"]);
  }
  EXPECT_LE(flop, 1e21);
}

/// 12 runs of a law, all with these D (0: twenty tokens a parameter, and 3 and 9 times as many
/// where `ratios` is 3) and E.
std::string twelveRuns(const test::TemporaryFolder& folder, double tokens, int experts,
                       int ratios = 3) {
  const Law law = *presetLaw("hoffmann2022");
  const std::string file = (folder.path() / "twelve.csv").string();
  std::ofstream stream(file);
  stream << "params,tokens,experts,loss\n";
  for (int i = 0; i < 12; ++i) {
    const double params = 4e7 * (1 << (i % 4)) * (1 + 0.1 * i);
    const double seen = tokens > 0 ? tokens : params * 20 * std::pow(3, i / 4 % ratios);
    const double noise = 1 + 0.002 * ((i * 7) % 5 - 2);
    stream << fmt::format("{},{},{},{}\n", params, seen, experts, law.loss({params, seen}) * noise);
  }
  return file;
}

// Someone with twelve runs: all at E = 8 the dense law says what it holds for, an expert-aware law
// is refused with what to do, and reduced it names runs at other E.
TEST(FitStudy, HelpsWithTwelveRunsAtOneExpertCount) {
  const test::TemporaryFolder folder;
  const std::string file = twelveRuns(folder, 0, 8);
  const Ended dense = runWords({"fit", file});
  EXPECT_EQ(dense.code, 0);
  EXPECT_THAT(dense.out, HasSubstr("the fit holds for E = 8"));
  const Ended refused = runWords({"fit", file, "--law", "yun2024-plain"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("E is 8 in every run"));
  const json reduced = jsonOf({"fit", file, "--law", "yun2024-plain", "--reduce", "--suggest-runs",
                               "3", "--target", "n=1e9,d=2e10,e=64"});
  bool other = false;
  for (const json& suggestion : reduced["suggested_runs"]["runs"]) {
    other = other || suggestion["e"] != 8.0;
  }
  EXPECT_TRUE(other);
}

TEST(FitStudy, HelpsWithTwelveRunsAtOneD) {
  const test::TemporaryFolder folder;
  const std::string file = twelveRuns(folder, 1e10, 1);
  const json answer = jsonOf({"fit", file, "--suggest-runs", "2"});
  EXPECT_THAT(answer["ridges"].dump(), HasSubstr("D is 1e+10 in every run"));
  EXPECT_THAT(answer["no_allocation"].get<std::string>(), HasSubstr("D is 1e+10 in every run"));
  bool other = false;
  for (const json& suggestion : answer["suggested_runs"]["runs"]) {
    other = other || std::abs(std::log(suggestion["d"].get<double>() / 1e10)) > 0.5;
  }
  EXPECT_TRUE(other);
}

// The ladder that many people have: every run at twenty tokens a parameter. Size and data grow
// together, so no split of compute can be read from it.
TEST(FitStudy, HelpsWithTwelveRunsAtOneRatioOfTokensToParameters) {
  const test::TemporaryFolder folder;
  const std::string file = twelveRuns(folder, 0, 1, 1);
  const json answer = jsonOf({"fit", file, "--suggest-runs", "2"});
  EXPECT_THAT(answer["ridges"].dump(), HasSubstr("D/N is 20 in every run"));
  EXPECT_THAT(answer["no_allocation"].get<std::string>(), HasSubstr("D/N is 20 in every run"));
  const json& target = answer["suggested_runs"]["target"];
  EXPECT_NEAR(target["d"].get<double>() / target["n"].get<double>(), 20, 1e-6);
  bool other = false;
  for (const json& suggestion : answer["suggested_runs"]["runs"]) {
    const double ratio = suggestion["d"].get<double>() / suggestion["n"].get<double>();
    other = other || std::abs(std::log(ratio / 20)) > 0.5;
  }
  EXPECT_TRUE(other);
  const Ended text = runWords({"fit", file, "--suggest-runs", "1"});
  EXPECT_THAT(text.out, HasSubstr("(three times the largest N and D; --target sets another)"));
}

TEST(FitStudy, SaysThatLeastSquaresWeighsOutliersInFull) {
  const auto text = [](const char* objective) {
    return unwrapped(runWords({"fit", shipped("gadre_overtrain/runs.csv"), "--filter",
                               "dataset=rpj", "--bootstrap", "0", "--objective", objective})
                         .out);
  };
  EXPECT_THAT(text("l2"), HasSubstr("the objective gives them full weight"));
  EXPECT_THAT(text("huber"), HasSubstr("the objective gives them little weight"));
}

struct StudyRefusal {
  const char* name;
  std::vector<std::string> more;
  int code;
  const char* message;
};

class FitStudyRefuses : public testing::TestWithParam<StudyRefusal> {};

TEST_P(FitStudyRefuses, WithCodeAndMessage) {
  const Ended ended = runWords(gemstones(GetParam().more));
  EXPECT_EQ(ended.code, GetParam().code);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Questions, FitStudyRefuses,
    testing::Values(
        StudyRefusal{
            "UnknownDepth", {"--study", "deep"}, 2, "--study: 'deep' is none of auto, full"},
        StudyRefusal{"TargetWithoutRuns",
                     {"--target", "n=1e9,d=1e10"},
                     2,
                     "--target: belongs to --suggest-runs K, which is missing"},
        StudyRefusal{"TargetWithoutD",
                     {"--suggest-runs", "2", "--target", "n=1e9"},
                     2,
                     "--target: 'n=1e9' lacks n= or d="},
        StudyRefusal{"TargetWithAWord",
                     {"--suggest-runs", "2", "--target", "n=1e9,d=lots"},
                     2,
                     "--target: 'd=lots' is not"},
        StudyRefusal{"NoBudget",
                     {"--suggest-runs", "2", "--suggest-budget-flop", "0"},
                     2,
                     "--suggest-budget-flop: is 0; a positive number is needed"},
        StudyRefusal{"TooLittleBudget",
                     {"--suggest-runs", "2", "--suggest-budget-flop", "1e9"},
                     1,
                     "afford no run"},
        StudyRefusal{"SameFile",
                     {"--save", "law.json", "--residuals", "law.json"},
                     2,
                     "--residuals: is the file of --save"},
        StudyRefusal{"NoSuchColumn",
                     {"--bootstrap-by", "widht"},
                     3,
                     "--bootstrap-by: the runs have no column 'widht'; did you mean width"},
        StudyRefusal{"NoStarts", {"--confirm", "0"}, 2, "--confirm"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace moe::cli
