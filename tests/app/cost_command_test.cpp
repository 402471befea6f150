#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "tests/support/command_document.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

using test::document;
using test::Ended;
using test::expectRefused;
using test::runCommand;

const char* const kTraffic = " --prompt-tokens 1000 --output-tokens 200";

// 70 553 706 496 parameters of 2 bytes. The driver reports 85e9 bytes a device; 0.9 of that less a
// quarter of the weights, three more copies of the norms (161 x 8192) and 2e9 for the engine, over
// 327 680 bytes per token. A request holds ceil(y/16) 16 tokens for y from 1000 to 1200: 1107.6 on
// the mean (200 equally likely lengths: 8 of 1008, 16 each of 1024 .. 1200).
TEST(CostCommand, GivesTheMemoryByTheClosedForm) {
  const json answer = document(std::string("cost --model llama-3.1-70b --hardware h100 "
                                           "--devices 4") +
                               kTraffic);
  const json& memory = answer["memory"];
  EXPECT_EQ(memory["weights_bytes"], 141'107'412'992.0);
  EXPECT_EQ(memory["kv_bytes_per_token"], 327'680.0);
  const double copies = 3 * 161 * 8192 * 2.0;
  EXPECT_NEAR(memory["kv_capacity_tokens"],
              (0.9 * 340e9 - 141'107'412'992.0 - copies - 8e9) / 327'680, 1e-3);
  EXPECT_NEAR(memory["tokens_per_request"], 1107.6, 0.5);
  EXPECT_EQ(memory["max_concurrency"], 432);  // floor(478 774 / 1107.6)
}

TEST(CostCommand, TakesTheShareOfFreeMemoryForTensorRtLlm) {
  const json answer = document(std::string("cost --model llama-3.1-70b --hardware h100 --devices 4 "
                                           "--engine trtllm") +
                               kTraffic);
  const double copies = 3 * 161 * 8192 * 2.0;
  EXPECT_NEAR(answer["memory"]["kv_space_bytes"], 0.9 * (340e9 - 141'107'412'992.0 - copies - 8e9),
              1);
}

// A price is the minimum over device counts: 2 hold Llama-3.1-70B with room for 3 requests only.
TEST(CostCommand, TakesTheCheapestDeviceCountAndNotTheFewest) {
  const std::string question =
      "cost --model llama-3.1-70b --hardware h100 --prompt-tokens 2000 --output-tokens 500";
  const json chosen = document(question);
  const auto price = [](const json& answer) {
    return answer["price"]["usd_per_million_output_tokens_all_in"].get<double>();
  };
  for (const char* devices : {"2", "4", "8"}) {
    EXPECT_LE(price(chosen), price(document(question + " --devices " + devices))) << devices;
  }
}

TEST(CostCommand, RefusesALimitBelowOneRequest) {
  expectRefused(
      std::string("cost --model llama-3.1-70b --hardware h100 --engine-limit 0.5") + kTraffic, 2,
      "--engine-limit: must be 1 or more, or 0 for no limit");
}

TEST(CostCommand, GivesEveryKeyOfItsSchema) {
  const json answer = document(std::string("cost --model mixtral-8x7b --hardware h100") + kTraffic);
  EXPECT_EQ(answer["schema"], "moeplan.cost/1");
  EXPECT_EQ(answer["command"], "cost");
  const json keys = {
      {"memory", {"weights_bytes", "kv_bytes_per_token", "kv_capacity_tokens", "max_concurrency"}},
      {"latency", {"ttft_s", "tpot_s"}},
      {"throughput", {"output_tokens_per_s", "output_tokens_per_s_per_device"}},
      {"price",
       {"usd_per_million_output_tokens", "usd_per_million_input_tokens", "usd_per_million_tokens",
        "usd_per_million_output_tokens_all_in"}}};
  for (const auto& [group, names] : keys.items())
    for (const auto& key : names)
      EXPECT_GT(answer[group][key.get<std::string>()].get<double>(), 0) << group << " " << key;
  for (const json& part : answer["breakdown"])
    for (const char* key : {"op", "seconds", "bound", "basis"}) EXPECT_TRUE(part.contains(key));
  for (const char* key : {"inputs", "sources", "warnings", "timing_s"})
    EXPECT_TRUE(answer.contains(key)) << key;
}

TEST(CostCommand, HasPartsThatAddUpToTheTimePerToken) {
  const json answer = document(std::string("cost --model deepseek-v3 --hardware h200 "
                                           "--weights fp8") +
                               kTraffic);
  double sum = 0;
  for (const json& part : answer["breakdown"]) sum += part["seconds"].get<double>();
  EXPECT_NEAR(sum, answer["latency"]["tpot_s"], 1e-12);
}

// Whole cost = device-seconds times price: at T output tokens a second, 5 prompt tokens each.
TEST(CostCommand, DefinesThePricesAsDocumented) {
  const json answer = document(std::string("cost --model mixtral-8x7b --hardware h100 --devices 2 "
                                           "--usd-per-device-hour 3.6") +
                               kTraffic);
  const json& price = answer["price"];
  const double speed = answer["throughput"]["output_tokens_per_s"];
  const double all_in = 2 * 0.001 / speed * 1e6;
  EXPECT_NEAR(price["usd_per_million_output_tokens_all_in"], all_in, 1e-9 * all_in);
  EXPECT_NEAR(price["usd_per_million_tokens"], all_in / 6, 1e-9 * all_in);
  const double input = price["usd_per_million_input_tokens"];
  const double output = price["usd_per_million_output_tokens"];
  EXPECT_NEAR(5 * input + output, all_in, 1e-9 * all_in);
}

// 93.4 GB of weights: one device of 80 GB is too few.
TEST(CostCommand, TakesTheFewestDevicesThatHoldTheModel) {
  const json answer = document(std::string("cost --model mixtral-8x7b --hardware h100") + kTraffic);
  EXPECT_EQ(answer["inputs"]["devices"], 2);
  EXPECT_EQ(answer["inputs"]["devices_chosen"], true);
}

TEST(CostCommand, RunsTheRequestsThatWereAskedFor) {
  const json answer = document(std::string("cost --model mixtral-8x7b --hardware h100 "
                                           "--concurrency 17") +
                               kTraffic);
  EXPECT_EQ(answer["throughput"]["concurrency"], 17.0);
}

TEST(CostCommand, RunsAtMostTheEnginesLimitUnlessItIsLifted) {
  const std::string line =
      std::string("cost --model llama-3.1-8b --hardware h200 --devices 1") + kTraffic;
  EXPECT_EQ(document(line)["throughput"]["concurrency"], 256.0);
  EXPECT_GT(document(line + " --engine-limit 0")["throughput"]["concurrency"].get<double>(), 256);
}

TEST(CostCommand, TakesMachineAndTrafficFromAPreset) {
  const json answer = document("cost --model llama-3.1-8b --cost-preset probe-v2");
  EXPECT_EQ(answer["inputs"]["hardware"], "A100-40GB SXM");
  EXPECT_EQ(answer["inputs"]["prompt_tokens"], 161.0);
  EXPECT_EQ(answer["inputs"]["output_tokens"], 338.0);
}

TEST(CostCommand, ReadsAModelFromAFile) {
  const test::TemporaryFolder folder;
  const auto file = folder.write(
      "own.toml",
      "name = \"own\"\nlayers = 2\nhidden = 64\nheads = 2\nkv_heads = 2\nhead_dim = 32\n"
      "vocabulary = 100\nattention = \"mha\"\ndense_ffn = 256\nsource = \"mine\"\n");
  const json answer = document("cost --hardware l4 --model " + file.string() + kTraffic);
  // embedding and head 2*100*64, attention 2*4*64^2, FFN 2*3*64*256, norms 5*64
  EXPECT_EQ(answer["model"]["total_params"], 12'800 + 32'768 + 98'304 + 320);
}

TEST(CostCommand, WarnsThatAnMlaCacheIsCopiedToEveryDevice) {
  const json answer = document(std::string("cost --model deepseek-v3 --hardware h200 "
                                           "--weights fp8 --tensor-parallel 8") +
                               kTraffic);
  EXPECT_EQ(answer["warnings"][0]["code"], "kv_cache_copied");
  EXPECT_EQ(answer["memory"]["kv_copies"], 8.0);
}

TEST(CostCommand, SaysInWordsWhatLimitsAStep) {
  const Ended ended =
      runCommand(std::string("cost --model mixtral-8x7b --hardware h100") + kTraffic);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("(the cheapest of "));
  EXPECT_THAT(ended.out, HasSubstr("USD per million output tokens"));
}

TEST(CostCommand, SaysNoWithTheSizesWhenTheModelFitsNowhere) {
  expectRefused(
      std::string("cost --model deepseek-v3 --hardware a100-40gb") + kTraffic, 1,
      "--max-devices: DeepSeek-V3 does not fit on 8 x A100-40GB SXM (tp8): each device holds 169.6 "
      "GB of weights in bf16 and 0.08 GB of KV cache for 1 request; usable are 34.0 of 40 GB. "
      "About "
      "40 devices would hold it");
}

TEST(CostCommand, RefusesAMachineWithoutAPrice) {
  const std::string line = std::string("cost --model mixtral-8x7b --hardware h20") + kTraffic;
  expectRefused(line, 3,
                "--hardware: the catalog has no price for H20-96GB; give --usd-per-device-hour");
  EXPECT_EQ(runCommand(line + " --usd-per-device-hour 2").code, 0);
}

TEST(CostCommand, SuggestsNamesForUnknownOnes) {
  const Ended model =
      runCommand(std::string("cost --model mixtral-8x9b --hardware h100") + kTraffic);
  EXPECT_EQ(model.code, 3);
  EXPECT_THAT(model.err, HasSubstr("the catalog has no model 'mixtral-8x9b'; did you mean "));
  EXPECT_THAT(model.err, HasSubstr("Mixtral-8x7B"));
  const Ended hardware = runCommand(std::string("cost --model mixtral --hardware h10") + kTraffic);
  EXPECT_EQ(hardware.code, 3);
  EXPECT_THAT(hardware.err, HasSubstr("the catalog has no accelerator 'h10'; did you mean "));
}

TEST(CostCommand, RefusesWhatItCannotCost) {
  struct Row {
    const char* options;
    int code;
    const char* message;
  };
  const Row rows[] = {
      {"--model mixtral --hardware a100-40gb --weights fp8", 3,
       "--weights: A100-40GB SXM does not compute in fp8 (the catalog has no such peak); use bf16, "
       "int8 or int4, or another accelerator"},
      {"--model mixtral --hardware h100 --weights int3", 2,
       "--weights: 'int3' is not known; use f32, bf16, fp8, fp4, int8 or int4"},
      {"--model mixtral --hardware h100 --kv-cache fp4", 2,
       "--kv-cache: fp4 is not known; use f32, bf16 or fp8"},
      {"--model mixtral --hardware h100 --engine llamacpp", 2,
       "--engine: 'llamacpp' is not known; use vllm, sglang or trtllm"},
      {"--model mixtral --hardware h100 --devices 8 --tensor-parallel 4", 2,
       "--devices: is 8; tensor parallel 4 x data parallel 1 x pipeline parallel 1 make 4"},
      {"--model mixtral --hardware h100 --devices 0", 2, "--devices: is 0; it must be 1 or more"},
      {"--model mixtral", 2, "--hardware: is required, or --cost-preset"},
      {"--model switch-base-8 --hardware h100", 3,
       "Switch-Base-8: is an encoder-decoder model; its serving is not modelled "
       "(moeplan account counts its parameters, FLOP and memory)"},
      {"--model mixtral --hardware h100 --usd-per-device-hour 0", 2,
       "--usd-per-device-hour: is 0; it must be positive"},
  };
  for (const Row& row : rows)
    expectRefused(std::string("cost ") + row.options + kTraffic, row.code, row.message);
  expectRefused("cost --model mixtral --hardware h100 --prompt-tokens 5 --output-tokens 0", 2,
                "--output-tokens: is 0; it must be positive");
}

TEST(CatalogCommand, ListsEveryKind) {
  EXPECT_EQ(document("catalog models")["models"].size(), 100u);
  EXPECT_EQ(document("catalog hardware")["hardware"].size(), 30u);
  EXPECT_GE(document("catalog laws")["presets"].size(), 5u);
  const json prices = document("catalog prices");
  ASSERT_FALSE(prices["prices"].empty());
  for (const json& row : prices["prices"])
    EXPECT_GT(row["price"]["usd_per_device_hour"].get<double>(), 0) << row;
}

TEST(CatalogCommand, GivesSourceAndSurenessOfEveryEntry) {
  for (const char* list : {"models", "hardware"}) {
    const json answer = document(std::string("catalog ") + list);
    ASSERT_FALSE(answer[list].empty());
    for (const json& entry : answer[list]) {
      EXPECT_NE(entry["source"], "") << entry["name"];
      EXPECT_NE(entry["verification"], "") << entry["name"];
    }
  }
}

TEST(CatalogCommand, TellsAllAboutOneEntry) {
  EXPECT_THAT(runCommand("catalog models deepseek-v2-lite").out, HasSubstr("15706484224"));
  EXPECT_THAT(runCommand("catalog hardware h100").out, HasSubstr("how sure"));
  EXPECT_THAT(runCommand("catalog prices h20").out, HasSubstr("none in the catalog"));
  EXPECT_THAT(runCommand("catalog laws ludziejewski2025").out, HasSubstr("ludziejewski2025"));
}

TEST(CatalogCommand, RefusesAnUnknownList) {
  expectRefused("catalog cars", 2,
                "catalog: there is no list of 'cars'; use models, hardware, laws or prices");
}

TEST(CatalogCommand, RefusesACatalogThatIsNotThere) {
  expectRefused("catalog models --catalog no/such/place", 3,
                "no/such/place: is not a directory with catalog files");
}

}  // namespace
}  // namespace moe::cli
