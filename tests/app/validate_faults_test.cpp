#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "app/workflows/validate_workflow.h"
#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using test::runCommand;
using testing::HasSubstr;
using testing::Not;

const std::string kTpotHeader =
    "model,hardware,engine,weights,tensor_parallel,devices,concurrency,prompt_tokens,"
    "output_tokens,tpot_s\n";
const std::string kGood = "Llama-3.1-8B,h100-sxm,vllm,bf16,1,1,8,1024,512,0.008\n";

test::Ended validate(const std::string& content, const std::string& more = "") {
  const test::TemporaryFolder folder;
  return runCommand("validate " + folder.write("points.csv", content).string() + more);
}

TEST(ValidateFaults, AnUnknownKeyIsAUsageErrorWithTheNearest) {
  const auto ended = runCommand("validate --by modle");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--by: 'modle' is not known; did you mean model"));
}

TEST(ValidateFaults, AMissingFileOrColumnIsAnInputError) {
  const auto missing = runCommand("validate nowhere.csv");
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.err, HasSubstr("nowhere.csv: there is no such file"));
  const auto column = validate("model,hardware\nLlama-3.1-8B,h100-sxm\n");
  EXPECT_EQ(column.code, 3);
  EXPECT_THAT(column.err, HasSubstr("points.csv: has no column 'engine'"));
}

TEST(ValidateFaults, ANegativeTimeIsAnInputErrorWithItsLine) {
  const auto ended =
      validate(kTpotHeader + kGood + "Llama-3.1-8B,h100-sxm,vllm,bf16,1,1,8,1024,512,-0.008\n");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("points.csv:3: tpot_s is '-0.008'"));
  EXPECT_EQ(ended.out, "");
}

TEST(ValidateFaults, ARowThatCannotBePredictedIsAWarningAndListed) {
  const std::string rows = kGood + "Llama-9,h100-sxm,vllm,bf16,1,1,8,1024,512,0.008\n" +
                           "Llama-3.1-8B,h100-sxm,vllm,bf16,3,3,8,1024,512,0.008\n";
  const auto ended = validate(kTpotHeader + rows, " --json");
  ASSERT_EQ(ended.code, 0) << ended.err;
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer["data"], json({{"rows", 3}, {"predicted", 1}, {"skipped", 2}}));
  EXPECT_EQ(answer["overall"]["tpot"]["n"], 1);
  ASSERT_EQ(answer["skipped"].size(), 2u);
  EXPECT_THAT(answer["skipped"][0]["where"].get<std::string>(), HasSubstr("points.csv:3"));
  EXPECT_THAT(answer["skipped"][0]["reason"].get<std::string>(),
              HasSubstr("the catalog has no model 'Llama-9'; did you mean"));
  EXPECT_THAT(answer["skipped"][1]["reason"].get<std::string>(), HasSubstr("tensor_parallel is 3"));
  EXPECT_EQ(answer["warnings"][0]["code"], "skipped_rows");
  const std::string text = validate(kTpotHeader + rows).out;
  EXPECT_THAT(text, HasSubstr("1 of 3 rows"));
  EXPECT_THAT(text, HasSubstr("Warning: 2 of 3 rows could not be predicted: "));
}

TEST(ValidateFaults, NoRowThatCanBePredictedIsAnInputErrorWithTheFirstReasons) {
  const auto ended = validate(kTpotHeader + "Llama-9,h100-sxm,vllm,bf16,1,1,8,1024,512,0.008\n" +
                              "Llama-3.1-8B,h900,vllm,bf16,1,1,8,1024,512,0.008\n");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("none of the 2 rows could be predicted: "));
  EXPECT_THAT(ended.err, HasSubstr("points.csv:2: model: the catalog has no model 'Llama-9'"));
  EXPECT_THAT(ended.err, HasSubstr("points.csv:3: hardware: the catalog has no accelerator"));
}

TEST(ValidateFaults, ManyReasonsAreCountedAndAllOfThemInTheDocument) {
  std::string rows = kTpotHeader + kGood;
  for (int i = 0; i < 5; ++i) rows += "Llama-9,h100-sxm,vllm,bf16,1,1,8,1024,512,0.008\n";
  EXPECT_THAT(validate(rows).out, HasSubstr("; and 2 more"));
  EXPECT_EQ(json::parse(validate(rows, " --json").out)["skipped"].size(), 5u);
}

TEST(ValidateFaults, StopsWhenItIsAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto outcome = runValidate({}, stop.get_token());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kCancelled);
}

// The answer is the table, whatever it says.
TEST(ValidateFaults, ARowOutsideItsIntervalIsNoError) {
  const auto ended =
      validate(kTpotHeader + "Llama-3.1-8B,h100-sxm,vllm,bf16,1,1,8,1024,512,0.8\n", " --json");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(json::parse(ended.out)["rows"][0]["tpot_in_ci90"], false);
  EXPECT_TRUE(json::parse(ended.out)["warnings"].empty());
}

TEST(ValidateFaults, OwnCatalogEntriesAreKnown) {
  const test::TemporaryFolder folder;
  folder.write(
      "catalog/hardware.toml",
      "[[accelerator]]\nname = \"Ours\"\nmemory_gb = 80\nmemory_bandwidth_gb_per_s = 3350\n"
      "bf16_dense_tflops = 989\nlink_gb_per_s = 450\nlink_domain = 8\n"
      "source = \"us\"\nverification = \"source-read\"\n");
  const auto points =
      folder.write("p.csv", kTpotHeader + "Llama-3.1-8B,Ours,vllm,bf16,1,1,8,1024,512,0.008\n");
  const auto ended = runCommand("validate " + points.string() + " --json --catalog " +
                                (folder.path() / "catalog").string());
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(json::parse(ended.out)["rows"][0]["basis"], "roofline");
}

}  // namespace
}  // namespace moe::cli
