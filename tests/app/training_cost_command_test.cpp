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
using test::Ended;
using test::expectRefused;
using testing::HasSubstr;

const std::string kLlama =
    "cost --training --model llama-3-8b --hardware h100 --devices 8 --zero 3 --train-tokens 1e12 ";

TEST(TrainingCostCommand, GivesEveryKeyOfItsSchema) {
  const json answer = document(kLlama);
  EXPECT_EQ(answer["schema"], "moeplan.training-cost/1");
  EXPECT_EQ(answer["command"], "cost");
  const json keys = {
      {"flop", {"train_flop", "computed_flop", "six_n_d_flop", "step_flop_per_token"}},
      {"memory",
       {"weights_bytes", "gradients_bytes", "optimizer_bytes", "activations_bytes", "logits_bytes",
        "total_bytes", "device_bytes"}},
      {"speed", {"mfu", "tokens_per_s_per_device", "step_s"}},
      {"time", {"steps", "time_s", "device_hours"}},
      {"price", {"train_usd", "usd_per_million_train_tokens"}}};
  for (const auto& [group, names] : keys.items())
    for (const auto& key : names)
      EXPECT_GT(answer[group][key.get<std::string>()].get<double>(), 0) << group << " " << key;
  EXPECT_FALSE(answer["measured_rows"].empty());
  EXPECT_FALSE(answer["breakdown"].empty());
  for (const char* key : {"inputs", "sources", "warnings", "timing_s"})
    EXPECT_TRUE(answer.contains(key)) << key;
}

// 8 030 261 248 parameters over 8 devices: 2 + 2 + 12 bytes each.
TEST(TrainingCostCommand, GivesTheStatesByTheClosedForm) {
  const json memory = document(kLlama)["memory"];
  EXPECT_DOUBLE_EQ(memory["weights_bytes"], 2 * 8'030'261'248.0 / 8);
  EXPECT_DOUBLE_EQ(memory["gradients_bytes"], 2 * 8'030'261'248.0 / 8);
  EXPECT_DOUBLE_EQ(memory["optimizer_bytes"], 12 * 8'030'261'248.0 / 8);
}

TEST(TrainingCostCommand, AddsUp) {
  const json answer = document(kLlama + "--usd-per-device-hour 3");
  const double speed = answer["speed"]["tokens_per_s_per_device"];
  const double hours = answer["time"]["device_hours"];
  EXPECT_NEAR(hours, 1e12 / speed / 3600, 1e-9 * hours);
  EXPECT_NEAR(answer["time"]["time_s"], hours * 3600 / 8, 1e-3);
  EXPECT_NEAR(answer["price"]["train_usd"], hours * 3, 1e-6 * hours);
  const double flop = answer["flop"]["step_flop_per_token"];
  EXPECT_NEAR(answer["speed"]["mfu"], flop * speed / 989e12, 1e-12);
  EXPECT_LT(answer["time"]["device_hours_ci90"][0].get<double>(), hours);
  EXPECT_GT(answer["time"]["device_hours_ci90"][1].get<double>(), hours);
}

TEST(TrainingCostCommand, TakesAGivenMfu) {
  const json answer = document(kLlama + "--mfu 0.5");
  EXPECT_EQ(answer["speed"]["mfu"], 0.5);
  EXPECT_EQ(answer["speed"]["basis"], "given");
  EXPECT_TRUE(answer["time"]["device_hours_ci90"].is_null());
}

TEST(TrainingCostCommand, FillsAnUnstatedBatchWithWholeMicroBatches) {
  const json inputs = document(kLlama + "--micro-batch 3 --mfu 0.5 --recompute full")["inputs"];
  const double sequences = inputs["global_batch_tokens"].get<double>() / 4096;
  EXPECT_EQ(sequences, 24 * 43);  // the least multiple of 8 x 3 above 1024 sequences
}

TEST(TrainingCostCommand, ReadsAModelFromAFile) {
  const test::TemporaryFolder folder;
  const auto file = folder.write(
      "own.toml",
      "name = \"own\"\nlayers = 4\nhidden = 256\nheads = 4\nkv_heads = 4\nhead_dim = 64\n"
      "vocabulary = 1000\nattention = \"mha\"\nexperts = 4\ntop_k = 2\nexpert_ffn = 512\n"
      "source = \"mine\"\n");
  const json answer = document(
      "cost --training --hardware h100 --devices 4 --expert-parallel 4 "
      "--train-tokens 1e9 --model " +
      file.string());
  // embedding and head 2*1000*256, attention 4*4*256^2, experts 4*4*3*256*512, router 4*4*256,
  // norms (2*4+1)*256
  EXPECT_EQ(answer["model"]["total_params"], 512'000 + 1'048'576 + 6'291'456 + 4096 + 2304);
  EXPECT_EQ(answer["speed"]["basis"], "transferred");
  EXPECT_EQ(answer["warnings"][0]["code"], "far_from_measured");
}

TEST(TrainingCostCommand, SaysNoWithTheSizesAndWhatWouldFit) {
  const Ended ended = test::runCommand(
      "cost --training --model llama-3-70b --hardware h100 --devices 64 --train-tokens 1e12");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("Llama-3-70B does not fit on 64 x H100-80GB SXM: a device of "
                                   "pipeline stage 1 needs "));
  EXPECT_THAT(ended.err, HasSubstr("weights 141.1 GB"));
  EXPECT_THAT(ended.err, HasSubstr("It would fit with --zero 3 --recompute full"));
}

TEST(TrainingCostCommand, SaysInWordsWhatItRestsOn) {
  const Ended ended = test::runCommand(kLlama);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("6 N D"));
  EXPECT_THAT(ended.out, HasSubstr("The nearest measured rows"));
  EXPECT_THAT(ended.out, HasSubstr("of the bf16 peak"));
  EXPECT_THAT(ended.out, HasSubstr("without their own"));
}

TEST(TrainingCostCommand, RefusesWhatItCannotAnswer) {
  struct Row {
    std::string line;
    int code;
    const char* message;
  };
  const std::string start = "cost --training --model llama-3-8b --hardware h100 ";
  const Row rows[] = {
      {start + "--devices 8", 2, "--train-tokens: is required with --training"},
      {start + "--train-tokens 1e9", 2, "--devices: is required with --training"},
      {start + "--devices 8 --train-tokens 0", 2, "--train-tokens: is 0; it must be positive"},
      {start + "--devices 6 --tensor-parallel 4 --train-tokens 1e9", 2,
       "--devices: is 6, which tensor 4 x pipeline 1 x context 1 = 4 does not divide"},
      {start + "--devices 8 --expert-parallel 8 --train-tokens 1e9", 2,
       "--expert-parallel: Llama-3-8B has no routed experts"},
      {start + "--devices 8 --train-tokens 1e9 --global-batch-tokens 5000", 2,
       "--global-batch-tokens: is 5000, no whole number of sequences of 4096 tokens"},
      {start + "--devices 8 --train-tokens 1e9 --mfu 1.5", 2,
       "--mfu: is 1.5; it must be above 0 and at most 1"},
      {start + "--devices 8 --train-tokens 1e9 --recompute some", 2,
       "--recompute: 'some' is not known; use none, selective or full"},
      {start + "--devices 8 --train-tokens 1e9 --precision int3", 2,
       "--precision: 'int3' is not known; use f32, bf16, fp8, fp4, int8 or int4"},
      {start + "--devices 8 --train-tokens 1e9 --prompt-tokens 10", 2,
       "--prompt-tokens: is for serving; leave it out with --training"},
      {"cost --training --model llama-3-8b --hardware h20 --devices 8 --train-tokens 1e9", 3,
       "--hardware: the catalog has no price for H20-96GB; give --usd-per-device-hour"},
      {"cost --training --model switch-base-8 --hardware h100 --devices 8 --train-tokens 1e9 "
       "--sequence-length 512",
       3,
       "Switch-Base-8: is an encoder-decoder model; its training is not modelled "
       "(moeplan account counts its parameters, FLOP and memory)"},
  };
  for (const Row& row : rows) expectRefused(row.line, row.code, row.message);
}

TEST(TrainingCostCommand, NeedsTheFlagForItsOptions) {
  expectRefused("cost --model llama-3-8b --hardware h100 --zero 1", 2,
                "--zero: is for training; add --training");
}

}  // namespace
}  // namespace moe::cli
