#include "costmodel/engine/serving_point.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "tests/costmodel/engine/engine_fixture.h"

namespace moe {
namespace {

/// A deployment with all that a point needs.
struct Served {
  explicit Served(const test::Deployment& deployment)
      : model(deployment.serving()),
        memory(deployment.memory()),
        rules(memoryRulesOf(deployment.engine)) {}
  ServingPoint at(const ServingLoad& load, const EngineConstants& constants = {}) const {
    return servingPoint(model, load, memory, rules, constants);
  }
  ServingModel model;
  DeviceMemory memory;
  MemoryRules rules;
};

const Served& llama() {
  static const Served kServed(test::llama8b());
  return kServed;
}

ServingLoad loadOf(double concurrency, double prompt, double output) {
  return {.concurrency = concurrency, .prompt_tokens = prompt, .output_tokens = output};
}

// The documented formula with nothing fitted: decode(C) at p + n/2, and each of the 31 others
// starts one prefill every n steps. 4096 tokens are more than are prefilled together.
TEST(ServingPoint, AddsTheOthersPrefillsToADecodeStep) {
  const ServingPoint point = llama().at(loadOf(32, 4096, 512));
  const double decode = llama().model.decode(32, 4096 + 256).total();
  const double prefill = llama().model.prefill(1, 4096).total();
  EXPECT_NEAR(point.tpot_s, decode + 31.0 / 512 * prefill, test::kTiny);
  EXPECT_NEAR(point.interference_s, 31.0 / 512 * prefill, test::kTiny);
  EXPECT_NEAR(point.decode_s, decode, test::kTiny);
  // All 32 requests are prefilled once in their 512 steps.
  EXPECT_NEAR(point.output_tokens_per_s, 32 / (decode + 32.0 / 512 * prefill), 1e-6);
  EXPECT_EQ(point.concurrency, 32);
  EXPECT_EQ(point.layers, 0);  // one device
}

TEST(ServingPoint, OfOneRequestIsItsDecodeStep) {
  const ServingPoint point = llama().at(loadOf(1, 1000, 200));
  EXPECT_NEAR(point.tpot_s, llama().model.decode(1, 1100).total(), test::kTiny);
  EXPECT_EQ(point.interference_s, 0);
}

// Prompts of 500 tokens are prefilled four at a time (2048 / 500), so each costs a quarter of it.
TEST(ServingPoint, PrefillsShortPromptsTogether) {
  const ServingPoint point = llama().at(loadOf(64, 500, 100));
  EXPECT_NEAR(point.prefill.total(), llama().model.prefill(4, 500).total() / 4, test::kTiny);
}

// A hit rate of a half leaves 2048 of 4096 tokens, which attend to the other half.
TEST(ServingPoint, PrefillsWhatThePrefixCacheDoesNotHold) {
  ServingLoad load = loadOf(32, 4096, 512);
  load.prefix_hit_rate = 0.5;
  const ServingPoint point = llama().at(load);
  EXPECT_NEAR(point.prefill.total(), llama().model.prefill(1, 2048, 2048).total(), test::kTiny);
  load.prefix_hit_rate = 1;
  EXPECT_EQ(llama().at(load).prefill.total(), 0);
  EXPECT_EQ(llama().at(load).interference_s, 0);
}

// 58.4 GB of room (see EngineRules) over 131,072 bytes for each of 8192 + 512 tokens: 51 requests.
TEST(ServingPoint, RunsNoMoreThanTheCacheHolds) {
  const ServingPoint point = llama().at(loadOf(200, 8192, 1024));
  EXPECT_NEAR(point.kv_limit, (0.9 * 85e9 - 2 * 8'030'261'248.0 - 2e9) / (131072 * 8704.0), 1e-6);
  EXPECT_EQ(point.concurrency, point.kv_limit);
  const ServingPoint full = llama().at(loadOf(point.kv_limit, 8192, 1024));
  EXPECT_NEAR(point.tpot_s, full.tpot_s, test::kTiny);
  // The 149 others wait until those before them have their 1024 tokens.
  const double waiting = (200 - point.kv_limit) / point.kv_limit * 1024 * point.tpot_s;
  EXPECT_NEAR(point.ttft_s - full.ttft_s, waiting, 1e-9);
}

TEST(ServingPoint, HoldsTheTokensThatItIsTold) {
  ServingLoad load = loadOf(200, 8192, 1024);
  const double limit = llama().at(load).kv_limit;
  load.kv_tokens = 2 * (8192 + 512);
  EXPECT_NEAR(llama().at(load).kv_limit, limit / 2, 1e-9);
}

TEST(ServingPoint, SaysWhenNotEvenOneRequestFits) {
  const Served alone(test::Deployment{.model = "Llama-3.1-70B", .accelerator = "H100"});
  const ServingPoint point = alone.at(loadOf(8, 1000, 100));
  EXPECT_LT(point.kv_limit, 1);
  EXPECT_EQ(point.concurrency, 1);
  EXPECT_GT(point.tpot_s, 0);
}

// Three tokens accepted a step: a third of the step a token, but three times the others' prefills.
TEST(ServingPoint, DividesAStepByItsTokens) {
  ServingLoad load = loadOf(32, 4096, 512);
  load.tokens_per_step = 3;
  const ServingPoint point = llama().at(load);
  const double decode = llama().model.decode(32, 4096 + 256).total();
  const double prefill = llama().model.prefill(1, 4096).total();
  EXPECT_NEAR(point.tpot_s, (decode + 3 * 31.0 / 512 * prefill) / 3, test::kTiny);
}

// Each term of TPOT once, on two devices of Mixtral: 32 layers.
TEST(EngineConstants, EnterTheTimePerTokenAsDocumented) {
  const Served served(test::mixtral());
  const ServingLoad load = loadOf(16, 1024, 256);
  const ServingPoint plain = served.at(load);
  EXPECT_EQ(plain.layers, 32);
  const auto difference = [&](const EngineConstants& constants) {
    return served.at(load, constants).tpot_s - plain.tpot_s;
  };
  EXPECT_NEAR(difference({.prefill_share = 0}), -plain.others_prefill_s, test::kTiny);
  EXPECT_NEAR(difference({.prefill_share = 0.5}), -plain.others_prefill_s / 2, test::kTiny);
  EXPECT_NEAR(difference({.host_step_s = 1e-3}), 1e-3, test::kTiny);
  EXPECT_NEAR(difference({.host_sequence_s = 1e-5}), 16e-5, test::kTiny);
  EXPECT_NEAR(difference({.multi_device_layer_s = 1e-5}), 32e-5, test::kTiny);
  // On one device no layer waits for another one.
  EXPECT_EQ(llama().at(load, {.multi_device_layer_s = 1e-5}).tpot_s, llama().at(load).tpot_s);
}

TEST(EngineConstants, HostWorkIsHiddenByTensorRtLlm) {
  test::Deployment deployment = test::mixtral();
  deployment.engine = Engine::kTensorRtLlm;
  const Served served(deployment);
  const ServingLoad load = loadOf(16, 1024, 256);
  EXPECT_EQ(served.at(load, {.host_step_s = 1e-3, .host_sequence_s = 1e-5}).tpot_s,
            served.at(load).tpot_s);
}

// The smallest product (1 x 256 x 256) takes 2.224 us in bf16, 12.78 us in fp8 and 6.647 us in
// nvfp4 on B200 (gemm_perf of aiconfigurator@095f58a); 4 products in each of 32 layers.
TEST(QuantisingOfActivations, IsTakenOutOfBlackwellsProducts) {
  const auto taken = [](const char* accelerator, Precision weights) {
    const Served served(
        test::Deployment{.model = "Llama-3.1-8B", .accelerator = accelerator, .weights = weights});
    const ServingPoint point = served.at(loadOf(64, 1024, 256));
    return point.decode.total() - point.decode_kernels_s;
  };
  EXPECT_NEAR(taken("B200", Precision::kFp8), 128 * (12.78e-6 - 2.224e-6), test::kTiny);
  EXPECT_NEAR(taken("B200", Precision::kFp4), 128 * (6.647e-6 - 2.224e-6), test::kTiny);
  EXPECT_EQ(taken("B200", Precision::kBf16), 0);
  EXPECT_EQ(taken("H100", Precision::kFp8), 0);
}

TEST(EngineConstants, LeaveAtLeastAThirdOfTheDecodeStep) {
  const Served served(test::mixtral());
  const ServingPoint point = served.at(loadOf(1, 1024, 256), {.host_step_s = -1});
  EXPECT_NEAR(point.tpot_s, 0.3 * point.decode.total(), test::kTiny);
}

TEST(EngineConstants, EnterTheTimeToTheFirstTokenAsDocumented) {
  const ServingLoad load = loadOf(32, 4096, 512);
  const ServingPoint plain = llama().at(load);
  const double prefill = llama().model.prefill(1, 4096).total();
  EXPECT_NEAR(plain.ttft_s, prefill + plain.tpot_s, test::kTiny);
  const auto difference = [&](const EngineConstants& constants) {
    return llama().at(load, constants).ttft_s - plain.ttft_s;
  };
  EXPECT_NEAR(difference({.first_s = 0.02}), 0.02, test::kTiny);
  EXPECT_NEAR(difference({.first_prefill = 3}), 2 * prefill, test::kTiny);
  EXPECT_NEAR(difference({.waiting_share = 0.5}), 0.5 * 31 * prefill, test::kTiny);
  EXPECT_NEAR(difference({.first_steps = 3}), 2 * plain.tpot_s, test::kTiny);
  // Prefills take this share of the time; a queue of one server adds rho/(1 - rho) of them.
  const double busy = 32 * prefill / (512 * plain.tpot_s);
  EXPECT_NEAR(difference({.contention_share = 1}), prefill * busy / (1 - busy), 1e-9);
}

// 4 %: the scatter of the tables, see DecodeStepProperty.
RC_GTEST_PROP(ServingPointProperty, TimePerTokenRisesWithConcurrency, ()) {
  const double concurrency = *rc::gen::inRange(1, 2000);
  const double more = concurrency + *rc::gen::inRange(1, 2000);
  const double prompt = *rc::gen::inRange(1, 8192);
  const double output = *rc::gen::inRange(2, 2048);
  const ServingPoint few = llama().at(loadOf(concurrency, prompt, output));
  const ServingPoint many = llama().at(loadOf(more, prompt, output));
  RC_ASSERT(many.tpot_s >= 0.96 * few.tpot_s);
  RC_ASSERT(many.concurrency <= std::max(1.0, many.kv_limit));
  RC_ASSERT(few.concurrency <= concurrency);
}

}  // namespace
}  // namespace moe
