#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/command_document.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using test::document;
using test::Ended;
using test::expectRefused;
using test::runCommand;
using testing::HasSubstr;

const std::string kMixtral =
    "cost --model mixtral-8x7b --hardware h100 --prompt-tokens 1000 --output-tokens 200";
const std::string kDeepSeek =
    "cost --model deepseek-v3 --hardware h200 --weights fp8 --prompt-tokens 4000 "
    "--output-tokens 500";

double price(const json& answer) { return answer["price"]["usd_per_million_output_tokens_all_in"]; }

TEST(CostServing, GivesAnIntervalAndTheBasisOfEveryPart) {
  const json answer = document(kMixtral);
  const double tpot = answer["latency"]["tpot_s"];
  EXPECT_LT(answer["latency"]["tpot_ci90_s"][0].get<double>(), tpot);
  EXPECT_GT(answer["latency"]["tpot_ci90_s"][1].get<double>(), tpot);
  for (const json& part : answer["breakdown"]) EXPECT_NE(part["basis"], "") << part;
}

// An H800 is an H100 with a slower link: its kernels are the H100's, and its interval is wider.
TEST(CostServing, SaysWhenAnotherMachinesKernelsStandForThem) {
  const std::string line =
      "cost --model llama-3.1-8b --prompt-tokens 1000 --output-tokens 200 --concurrency 16 "
      "--devices 1 --usd-per-device-hour 2 --hardware ";
  const json own = document(line + "h100");
  const json other = document(line + "h800");
  EXPECT_EQ(other["latency"]["basis"], "transferred");
  const auto width = [](const json& answer) {
    return answer["latency"]["tpot_ci90_s"][1].get<double>() /
           answer["latency"]["tpot_s"].get<double>();
  };
  EXPECT_GT(width(other), width(own));
}

TEST(CostServing, WarnsOfARooflineWhereNoKernelWasMeasured) {
  const json answer = document(
      "cost --model llama-3.1-8b --hardware tpu-v5e --prompt-tokens 1000 --output-tokens 200 "
      "--usd-per-device-hour 1.2");
  EXPECT_THAT(answer["warnings"].dump(), HasSubstr("no_measured_kernels"));
}

TEST(CostServing, TriesEveryDivisionAndNamesTheOthers) {
  const json answer = document(kMixtral);
  EXPECT_GT(answer["other_divisions"].size(), 3u);
  for (const json& other : answer["other_divisions"])
    EXPECT_GE(other["usd_per_million_output_tokens_all_in"].get<double>(), price(answer));
}

TEST(CostServing, HasAFrontierThatRisesOnOneSideAndFallsOnTheOther) {
  const json frontier = document(kMixtral + " --frontier")["frontier"];
  ASSERT_GT(frontier.size(), 4u);
  for (std::size_t i = 1; i < frontier.size(); ++i) {
    EXPECT_LT(frontier[i]["output_tokens_per_s_per_user"].get<double>(),
              frontier[i - 1]["output_tokens_per_s_per_user"].get<double>());
    EXPECT_GT(frontier[i]["output_tokens_per_s_per_device"].get<double>(),
              frontier[i - 1]["output_tokens_per_s_per_device"].get<double>());
  }
}

// A tighter limit leaves fewer choices, so it never makes a token cheaper.
TEST(CostServing, KeepsLatencyLimitsAndNeverGetsCheaperForThem) {
  double before = price(document(kMixtral));
  for (const double limit : {0.05, 0.03, 0.02}) {
    const json answer = document(kMixtral + " --tpot-limit-s " + std::to_string(limit));
    EXPECT_LE(answer["latency"]["tpot_s"].get<double>(), limit);
    EXPECT_GE(price(answer), before * (1 - 1e-12));
    before = price(answer);
  }
  const Ended missed = runCommand(kMixtral + " --tpot-limit-s 0.0001");
  EXPECT_EQ(missed.code, 1);
  EXPECT_THAT(missed.err,
              HasSubstr("--tpot-limit-s: is 0.0001 s; the least on up to 8 devices is"));
}

TEST(CostServing, ServesARequestRateByLittlesLaw) {
  const json answer = document(kMixtral + " --devices 2 --request-rate 5");
  EXPECT_NEAR(answer["throughput"]["requests_per_s"], 5, 1e-6);
  const Ended too_many = runCommand(kMixtral + " --devices 2 --request-rate 1000");
  EXPECT_EQ(too_many.code, 1);
  EXPECT_THAT(too_many.err, HasSubstr("--request-rate: one replica serves at most"));
}

TEST(CostServing, ChargesLessForPromptsFoundInTheCache) {
  const json none = document(kMixtral + " --devices 2");
  const json half = document(kMixtral + " --devices 2 --prefix-hit-rate 0.5");
  EXPECT_LT(price(half), price(none));
  EXPECT_LT(half["price"]["usd_per_million_cached_input_tokens"].get<double>(),
            half["price"]["usd_per_million_uncached_input_tokens"].get<double>());
  EXPECT_TRUE(none["price"]["usd_per_million_cached_input_tokens"].is_null());
}

// p (h cached + (1 - h) uncached) + n output is the price of a request: nothing is lost.
TEST(CostServing, HasPricesThatAddUpToTheRequest) {
  const json price_of =
      document(kMixtral + " --devices 2 --prefix-hit-rate 0.25 --idle-share 0.3")["price"];
  const double sum =
      1000 * (0.25 * price_of["usd_per_million_cached_input_tokens"].get<double>() +
              0.75 * price_of["usd_per_million_uncached_input_tokens"].get<double>()) +
      200 * price_of["usd_per_million_output_tokens"].get<double>();
  EXPECT_NEAR(sum, 1e6 * price_of["usd_per_request"].get<double>(), 1e-9 * sum);
}

TEST(CostServing, SeparatesPrefillFromDecode) {
  const json together = document(kDeepSeek + " --devices 8 --concurrency 64");
  const json apart = document(kDeepSeek + " --devices 8 --concurrency 64 --disaggregated");
  EXPECT_LT(apart["latency"]["tpot_s"].get<double>(), together["latency"]["tpot_s"].get<double>());
  EXPECT_GT(apart["disaggregated"]["prefill_replicas_per_decode_replica"].get<double>(), 0);
}

TEST(CostServing, HoldsFewerRequestsOfUnevenLength) {
  const json fixed = document(kMixtral + " --devices 2");
  const json uneven = document(kMixtral + " --devices 2 --lengths lognormal:1,1");
  EXPECT_LT(uneven["memory"]["max_concurrency"].get<double>(),
            fixed["memory"]["max_concurrency"].get<double>());
  EXPECT_LT(uneven["memory"]["safe_concurrency"].get<double>(),
            uneven["memory"]["max_concurrency"].get<double>());
}

TEST(CostServing, ReadsLengthsFromAFile) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("lengths.csv", "prompt_tokens,output_tokens\n100,300\n300,100\n");
  const json answer =
      document("cost --model llama-3.1-8b --hardware h100 --devices 1 --lengths " + file.string());
  EXPECT_EQ(answer["inputs"]["prompt_tokens"], 200.0);
  EXPECT_EQ(answer["inputs"]["output_tokens"], 200.0);
  EXPECT_EQ(answer["inputs"]["lengths"], "measured");
}

TEST(CostServing, PutsAPriceOnRouterSkew) {
  const std::string line = kDeepSeek + " --tensor-parallel 1 --data-parallel 8 --expert-parallel 8";
  const json even = document(line + " --router-skew even");
  const json skewed = document(line + " --router-skew power-law:1.2");
  EXPECT_GT(price(skewed), price(even));
  EXPECT_NEAR(even["routing"]["price_against_even"], 1, 1e-12);
  EXPECT_NEAR(skewed["routing"]["price_against_even"], price(skewed) / price(even), 1e-9);
}

// All tokens to eight of 256 experts: those alone are read, by one device of eight.
TEST(CostServing, TakesRoutingFromCounts) {
  const test::TemporaryFolder folder;
  std::string counts = "layer,expert,tokens\n";
  for (int layer = 0; layer < 58; ++layer)
    for (int expert = 0; expert < 8; ++expert)
      counts += std::to_string(layer) + "," + std::to_string(expert) + ",100\n";
  const auto file = folder.write("counts.csv", counts);
  const json answer = document(kDeepSeek +
                               " --data-parallel 8 --tensor-parallel 1 "
                               "--expert-parallel 8 --router-skew " +
                               file.string());
  EXPECT_NEAR(answer["routing"]["experts_touched"], 8, 1e-6);
  EXPECT_NEAR(answer["routing"]["imbalance"], 8, 1e-6);
}

TEST(CostServing, ReadsAConfigJson) {
  const test::TemporaryFolder folder;
  const auto file =
      folder.write("config.json",
                   R"({"model_type": "mixtral", "hidden_size": 4096, "num_hidden_layers": 32,
          "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
          "num_local_experts": 8, "num_experts_per_tok": 2, "vocab_size": 32000,
          "max_position_embeddings": 32768, "tie_word_embeddings": false})");
  const json own = document(
      "cost --hardware h100 --devices 2 --prompt-tokens 1000 "
      "--output-tokens 200 --model " +
      file.string());
  const json catalog = document(kMixtral + " --devices 2");
  EXPECT_EQ(own["latency"], catalog["latency"]);
}

TEST(CostServing, ComparesWithPublishedPrices) {
  const json answer = document(kDeepSeek);
  ASSERT_FALSE(answer["break_even"].empty());
  for (const json& offer : answer["break_even"])
    EXPECT_GT(offer["api_usd_per_request"].get<double>(), 0) << offer;
}

TEST(CostServing, RefusesImpossibleQuestions) {
  struct Row {
    std::string line;
    int code;
    const char* message;
  };
  const std::string llama =
      "cost --model llama-3.1-70b --hardware h100 --prompt-tokens 1000 --output-tokens 200";
  const Row rows[] = {
      {llama + " --tensor-parallel 3", 2,
       "--tensor-parallel: is 3; Llama-3.1-70B has 64 attention heads, which that does not divide"},
      {llama + " --tensor-parallel 4 --expert-parallel 2", 2,
       "--expert-parallel: is 2; Llama-3.1-70B has no experts"},
      {kMixtral + " --tensor-parallel 4 --expert-parallel 3", 2,
       "--expert-parallel: is 3; the 4 devices of a stage must be expert parallel x the tensor "
       "parallel of experts, so it must divide 4"},
      {"cost --model llama-3.1-8b --hardware h100 --prompt-tokens 200000 --output-tokens 10", 2,
       "--prompt-tokens: a request has 200010 tokens with its answer; the context of Llama-3.1-8B "
       "is 131072"},
      {kMixtral + " --idle-share 1", 2, "--idle-share: is 1; it must be from 0 to below 1"},
      {kMixtral + " --prefix-hit-rate 1.5", 2, "--prefix-hit-rate: is 1.5; it must be from 0 to 1"},
      {kMixtral + " --concurrency 5 --request-rate 2", 2,
       "--request-rate: says how many requests run; leave out --concurrency"},
      {kMixtral + " --router-skew power-law:9", 2,
       "--router-skew: 'power-law:9' is not known; the exponent of a power law is from 0 to 2"},
      {kMixtral + " --router-skew no-such-file", 3, "no-such-file: there is no such file"},
      {llama + " --router-skew even", 2, "--router-skew: Llama-3.1-70B has no experts to route to"},
      {kMixtral + " --price-scenario free", 2,
       "--price-scenario: is 'free'; use cheap, typical or expensive"},
      {"cost --model llama-3.1-8b --cost-preset probe-v2 --frontier", 2,
       "--cost-preset: is a roofline in tensor parallel with mean requests; leave out options of "
       "parallelism, lengths, routing, limits and price scenarios"},
  };
  for (const Row& row : rows) expectRefused(row.line, row.code, row.message);
}

}  // namespace
}  // namespace moe::cli
