#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/support/command_document.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using test::document;
using test::runCommand;
using testing::HasSubstr;
using testing::Not;

const std::string kPointsHeader =
    "model,hardware,engine,weights,tensor_parallel,devices,concurrency,prompt_tokens,"
    "output_tokens,ttft_s,tpot_s\n";

const json& shipped() {
  static const json kAnswer = document("validate");
  return kAnswer;
}

TEST(ValidateCommand, KeepsToTheContractOfItsDocument) {
  const json& answer = shipped();
  EXPECT_EQ(answer["schema"], "moeplan.validate/1");
  EXPECT_EQ(answer["command"], "validate");
  EXPECT_EQ(answer["inputs"]["by"], json({"model", "hardware"}));
  for (const char* time : {"tpot", "ttft", "latency"})
    for (const char* figure : {"n", "mape", "median_ape", "median_ratio", "p90_ape"})
      EXPECT_TRUE(answer["overall"][time][figure].is_number()) << time << " " << figure;
  for (const json& group : answer["groups"]) {
    EXPECT_TRUE(group["model"].is_string());
    EXPECT_TRUE(group["hardware"].is_string());
    EXPECT_TRUE(group["tpot"]["mape"].is_number());
    EXPECT_TRUE(group["ttft"]["median_ape"].is_number());
  }
  ASSERT_EQ(answer["rows"].size(), 1661u);
  for (const char* key : {"predicted_tpot_s", "measured_tpot_s", "predicted_ttft_s",
                          "measured_ttft_s", "concurrency", "devices"})
    EXPECT_TRUE(answer["rows"][0][key].is_number()) << key;
  EXPECT_TRUE(answer["skipped"].empty());
  EXPECT_FALSE(answer["sources"].empty());
}

// The same figures from the rows of the document, computed here: mean, and the middle one of an odd
// number of sorted errors.
TEST(ValidateCommand, GivesTheErrorsOfItsRows) {
  std::vector<double> errors;
  std::vector<double> core;
  for (const json& row : shipped()["rows"]) {
    const double predicted = row["predicted_tpot_s"];
    const double measured = row["measured_tpot_s"];
    errors.push_back(std::abs(predicted / measured - 1));
    if (row["core"]) core.push_back(errors.back());
  }
  double sum = 0;
  for (const double error : errors) sum += error;
  const json& overall = shipped()["overall"]["tpot"];
  const auto count = static_cast<double>(errors.size());
  EXPECT_NEAR(overall["mape"], sum / count, 1e-12);
  std::sort(errors.begin(), errors.end());
  ASSERT_EQ(errors.size() % 2, 1u);
  EXPECT_DOUBLE_EQ(overall["median_ape"], errors[errors.size() / 2]);
  EXPECT_EQ(shipped()["sets"][2]["name"], "core");
  EXPECT_EQ(shipped()["sets"][2]["tpot"]["n"], core.size());
}

TEST(ValidateCommand, PutsEveryRowIntoOneGroup) {
  std::size_t rows = 0;
  std::size_t core = 0;
  for (const json& group : shipped()["groups"]) {
    rows += group["tpot"]["n"].get<std::size_t>();
    core += group["core"]["tpot"]["n"].get<std::size_t>();
  }
  EXPECT_EQ(rows, 1661u);
  EXPECT_EQ(core, 1386u);
}

TEST(ValidateCommand, SaysForEachRowWhetherItLiesInItsInterval) {
  std::size_t inside = 0;
  for (const json& row : shipped()["rows"]) {
    const double measured = row["measured_tpot_s"];
    const json& interval = row["tpot_ci90_s"];
    EXPECT_LT(interval[0], row["predicted_tpot_s"]);
    EXPECT_GT(interval[1], row["predicted_tpot_s"]);
    const bool in = interval[0] <= measured && measured <= interval[1];
    EXPECT_EQ(row["tpot_in_ci90"], in);
    inside += in ? 1 : 0;
  }
  EXPECT_EQ(shipped()["overall"]["tpot_in_ci90"]["inside"], inside);
}

// The file of the same rows that ships beside the program gives the same answer as the built-in
// one.
TEST(ValidateCommand, ReadsTheShippedFileAsItsOwnPoints) {
  const json answer =
      document("validate " MOEPLAN_SOURCE_DIR "/data/tables/serving/serving_points_flags.csv.gz");
  EXPECT_EQ(answer["overall"], shipped()["overall"]);
  EXPECT_EQ(answer["groups"], shipped()["groups"]);
}

// The columns of the plain file: without flags there are no sets, and parallelism is repaired.
TEST(ValidateCommand, TakesTheColumnsOfThePlainFile) {
  const json answer =
      document("validate " MOEPLAN_SOURCE_DIR "/data/tables/serving/serving_points.csv.gz");
  EXPECT_EQ(answer["data"]["rows"], 1661);
  EXPECT_TRUE(answer["sets"].empty());
  EXPECT_LE(answer["overall"]["tpot"]["mape"], 0.25);
}

TEST(ValidateCommand, GroupsByWhatItIsAsked) {
  const json answer = document("validate --by engine,concurrency");
  std::vector<std::string> of_sglang;
  for (const json& group : answer["groups"])
    if (group["engine"] == "sglang") of_sglang.push_back(group["concurrency"]);
  EXPECT_EQ(of_sglang, (std::vector<std::string>{"1 to 8 requests", "9 to 32 requests",
                                                 "33 to 128 requests", "more than 128 requests"}));
  std::set<std::string> versions;
  const json by_version = document("validate --by version,weights");
  for (const json& group : by_version["groups"])
    versions.insert(group["version"].get<std::string>());
  EXPECT_TRUE(versions.contains("not stated"));
  EXPECT_TRUE(versions.contains("0.5.9"));
}

TEST(ValidateCommand, TakesAFileBehindItsKeys) {
  const test::TemporaryFolder folder;
  const auto file = folder.write(
      "p.csv", kPointsHeader + "Llama-3.1-8B,h100-sxm,vllm,bf16,1,1,8,1024,512,,0.008\n");
  const json answer = document("validate --by model " + file.string());
  EXPECT_EQ(answer["data"]["rows"], 1);
  EXPECT_TRUE(answer["rows"][0]["measured_ttft_s"].is_null());
  EXPECT_EQ(answer["overall"]["ttft"]["n"], 0);
  EXPECT_TRUE(answer["overall"]["ttft"]["mape"].is_null());
}

// Both commands stand for one cost model.
TEST(ValidateCommand, PredictsWhatCostPredicts) {
  const test::TemporaryFolder folder;
  const auto file = folder.write(
      "p.csv", kPointsHeader + "Llama-3.1-8B,h100-sxm,vllm,bf16,1,1,8,1024,512,,0.008\n");
  const json row = document("validate " + file.string())["rows"][0];
  const json cost = document(
      "cost --model Llama-3.1-8B --hardware h100-sxm --engine vllm --devices 1 --concurrency 8 "
      "--prompt-tokens 1024 --output-tokens 512");
  // 1e-9: sums in another order.
  const double tpot = cost["latency"]["tpot_s"];
  const double ttft = cost["latency"]["ttft_s"];
  EXPECT_NEAR(row["predicted_tpot_s"], tpot, 1e-9 * tpot);
  EXPECT_NEAR(row["predicted_ttft_s"], ttft, 1e-9 * ttft);
}

// Measured times of one group doubled: its ratio halves, the others stay.
TEST(ValidateCommand, ShowsAPlantedErrorInItsGroup) {
  const test::TemporaryFolder folder;
  const std::string right =
      "Llama-3.1-8B,h100-sxm,vllm,bf16,1,1,8,1024,512,,0.008\n"
      "Qwen3-32B,h100-sxm,vllm,bf16,2,2,8,1024,512,,0.016\n";
  const std::string wrong =
      "Llama-3.1-8B,h100-sxm,vllm,bf16,1,1,8,1024,512,,0.016\n"
      "Qwen3-32B,h100-sxm,vllm,bf16,2,2,8,1024,512,,0.016\n";
  const json before = document("validate " + folder.write("a.csv", kPointsHeader + right).string());
  const json after = document("validate " + folder.write("b.csv", kPointsHeader + wrong).string());
  const auto ratio = [](const json& answer, std::size_t group) {
    return answer["groups"][group]["tpot"]["median_ratio"].get<double>();
  };
  EXPECT_DOUBLE_EQ(ratio(after, 0), ratio(before, 0) / 2);
  EXPECT_EQ(ratio(after, 1), ratio(before, 1));
  EXPECT_EQ(before["rows"][0]["tpot_in_ci90"], true);
  EXPECT_EQ(after["rows"][0]["tpot_in_ci90"], false);
}

TEST(ValidateCommand, TellsPeopleTheSetsTheGroupsAndTheWorst) {
  const std::string text = runCommand("validate").out;
  for (const char* words : {"1661 of 1661 rows", "clean  1403", "core   1386", "by model, hardware",
                            "Core rows that are missed most", "ACCURACY.md"})
    EXPECT_THAT(text, HasSubstr(words));
  const test::TemporaryFolder folder;
  const auto file = folder.write(
      "p.csv", kPointsHeader + "Llama-3.1-8B,h100-sxm,vllm,bf16,1,1,8,1024,512,,0.008\n");
  const std::string own = runCommand("validate " + file.string()).out;
  EXPECT_THAT(own, HasSubstr("1 of 1 rows of " + file.string()));
  EXPECT_THAT(own, Not(HasSubstr("core")));
}

TEST(ValidateCommand, NamesNoPageUnlessItWroteOne) {
  EXPECT_TRUE(shipped()["inputs"]["accuracy_page"].is_null());
}

}  // namespace
}  // namespace moe::cli
