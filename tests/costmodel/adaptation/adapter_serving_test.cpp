#include "costmodel/adaptation/adapter_serving.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/costmodel/adaptation/adapted_fixture.h"
#include "tests/costmodel/engine/engine_fixture.h"

namespace moe {
namespace {

using test::settingsOf;

AdapterServingQuestion questionOf(int adapters) {
  const ModelArchitecture model = test::architecture("DeepSeek-V2-Lite");
  AdapterServingQuestion question;
  question.setting.model = model;
  question.setting.formats =
      formatsOf(model.entry, Precision::kBf16, Precision::kBf16, test::accelerator("H100")).value();
  question.setting.rules = memoryRulesOf(Engine::kVllm);
  question.setting.load.prompt_tokens = 512;
  question.setting.load.output_tokens = 256;
  question.adapters = adapters;
  return question;
}

AdapterServing served(int adapters, const AdaptationSettings& settings) {
  const AdapterServingQuestion question = questionOf(adapters);
  return adapterServing(question, adaptModel(question.setting.model, settings).value(), settings,
                        test::library("H100"));
}

AdaptationSettings esftOfSix() { return test::esftOf(test::architecture("DeepSeek-V2-Lite"), 6); }

// 26 x 6 experts of 8 650 752 parameters, two bytes each.
TEST(AdapterServing, HoldsTheBaseOnceAndEveryAdapter) {
  const AdapterServing serving = served(5, esftOfSix());
  ASSERT_TRUE(serving.fits);
  const double adapter = 2.0 * 26 * 6 * 8'650'752;
  EXPECT_EQ(serving.adapter.value(), adapter);
  EXPECT_NEAR(serving.shared.weights.value() - serving.base.value(), 5 * adapter, 1);
  EXPECT_NEAR(serving.copies.weights.value(), 5 * serving.base.value(), 1);
  EXPECT_EQ(serving.copies.devices, 5);
  EXPECT_EQ(serving.shared.devices, 1);
}

// The cache shrinks by just what the adapters take.
TEST(AdapterServing, LeavesTheCacheWhatTheAdaptersDoNotTake) {
  const AdapterServing one = served(1, esftOfSix());
  const AdapterServing four = served(4, esftOfSix());
  const double kv_bytes =
      2.0 * static_cast<double>(test::architecture("DeepSeek-V2-Lite").kv_elements_per_token);
  EXPECT_NEAR((one.shared.kv_capacity_tokens - four.shared.kv_capacity_tokens) * kv_bytes /
                  (3 * one.adapter.value()),
              1, 1e-9);
}

// A = K (1 - (1 - 1/K)^C) adapters a step, each read whole.
TEST(AdapterServing, ReadsTheAdaptersThatAStepMeets) {
  const AdapterServing serving = served(8, settingsOf(AdaptationMethod::kLora));
  const double requests = serving.shared.concurrency;
  const double met = 8 * (1 - std::pow(1 - 1.0 / 8, requests));
  EXPECT_NEAR(serving.adapters_per_step, met, 1e-12);
  EXPECT_NEAR(serving.extra_read / (met * serving.adapter), 1, 1e-12);
  EXPECT_GT(serving.extra_step.value(), 0);
}

TEST(AdapterServing, ReadsNothingMoreForASingleReplacingAdapter) {
  const AdapterServing serving = served(1, esftOfSix());
  EXPECT_NEAR(serving.extra_read.value(), 0, 1);
  EXPECT_NEAR(serving.shared.output_tokens_per_s / serving.copies.output_tokens_per_s, 1, 1e-9);
}

// Six even experts of 64 a layer, K tasks of b/K tokens each:
// 26 x 6 x (K (1 - (58/64)^(b/K)) - (1 - (58/64)^b)) further experts.
TEST(AdapterServing, ReadsFurtherExpertsWhereTasksHaveTheirOwn) {
  const AdapterServing serving = served(4, esftOfSix());
  const double batch = serving.shared.concurrency;
  const double missed = 58.0 / 64;
  const double further =
      26 * 6 * (4 * (1 - std::pow(missed, batch / 4)) - (1 - std::pow(missed, batch)));
  EXPECT_NEAR(serving.extra_read.value() / (further * 2 * 8'650'752), 1, 1e-9);
}

TEST(AdapterServing, SharesNothingAfterFullFineTuning) {
  const AdapterServing serving = served(3, settingsOf(AdaptationMethod::kFull));
  EXPECT_FALSE(serving.fits);
  EXPECT_EQ(serving.copies.devices, 3);
  EXPECT_GT(serving.copies.output_tokens_per_s, 0);
}

TEST(AdapterServing, SaysWhenTheAdaptersDoNotFit) {
  EXPECT_FALSE(served(40, esftOfSix()).fits);  // 108 GB beside 31 GB on one H100
}

// Many requests on one base use the devices better than as many copies with a few each.
TEST(AdapterServing, GivesMoreOfADeviceThanCopiesDo) {
  const AdapterServing serving = served(8, settingsOf(AdaptationMethod::kIa3));
  EXPECT_GT(serving.shared.output_tokens_per_s / serving.shared.devices,
            serving.copies.output_tokens_per_s / serving.copies.devices);
}

}  // namespace
}  // namespace moe
