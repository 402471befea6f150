#include "costmodel/training/training_cost.h"

#include <gtest/gtest.h>

#include "tests/costmodel/shipped_models.h"

namespace moe {
namespace {

using test::shippedSpeed;

TrainingQuestion question(const char* model, const char* hardware) {
  TrainingQuestion asked;
  asked.model = architectureOf(findModel(loadModels({}).value(), model).value()).value();
  asked.accelerator = acceleratorOf(findHardware(loadHardware({}).value(), hardware).value());
  asked.train_tokens = 1e12;
  asked.price = usdPerHour(2);
  return asked;
}

// 14.8 T tokens took 2.664 M H800 hours on 2048 devices (README of the model) with pipeline 16,
// experts over 64 devices, all-to-all hidden by DualPipe, 15 360 sequences of 4096 tokens. The row
// is not among those that are fitted. The published figure must lie in the 90 % interval and
// within 25 % of ours, the error that left-out MoE models have.
TEST(TrainingCost, OfDeepSeekV3IsNearThePublishedHours) {
  TrainingQuestion asked = question("DeepSeek-V3", "H800");
  asked.setup.precision = Precision::kFp8;
  asked.setup.devices = 2048;
  asked.setup.pipeline_parallel = 16;
  asked.setup.expert_parallel = 64;
  asked.setup.overlapped_all_to_all = true;
  asked.setup.recompute = Recompute::kSelective;
  asked.setup.global_batch_sequences = 15360;
  asked.train_tokens = 14.8e12;
  const TrainingCost cost = trainingCost(asked, &shippedSpeed()).value();
  const double hours = cost.device_time.value() / 3600;
  EXPECT_NEAR(hours / 2.664e6, 1, 0.25);
  EXPECT_LT(hours * cost.low_factor, 2.664e6);
  EXPECT_GT(hours * cost.high_factor, 2.664e6);
  EXPECT_TRUE(cost.fits) << cost.memory.total().value();
  EXPECT_EQ(cost.speed->basis, Basis::kTransferred);
}

// 1e12 tokens of 5.147e10 FLOP at 0.4 of 989 TFLOP/s: 36 143 device-hours, 8 devices, 2 USD.
TEST(TrainingCost, WithAGivenMfuIsTheClosedForm) {
  TrainingQuestion asked = question("Llama-3-8B", "h100");
  asked.setup.devices = 8;
  asked.setup.sequence_length = 8192;
  asked.setup.global_batch_sequences = 8;
  asked.mfu = 0.4;
  const TrainingCost cost = trainingCost(asked, nullptr).value();
  const double flop = 3 * (32.0 * 2 * (2 * 16'777'216 + 2 * 4'194'304) + 32.0 * 6 * 58'720'256 +
                           32.0 * 4 * 4096 * 4096.5 + 2.0 * 525'336'576);
  const double device_seconds = 1e12 * flop / (0.4 * 989e12);
  EXPECT_NEAR(cost.device_time.value() / device_seconds, 1, 1e-12);
  EXPECT_NEAR(cost.time.value() / (device_seconds / 8), 1, 1e-12);
  EXPECT_NEAR(cost.price.value() / (device_seconds / 3600 * 2), 1, 1e-12);
  EXPECT_DOUBLE_EQ(cost.train_flop.value(), 1e12 * flop);
  EXPECT_EQ(cost.steps, 15'258'790);  // ceil(1e12 / 65 536)
  EXPECT_FALSE(cost.speed);
}

// 16 bytes for each of 8.03e9 parameters are 128 GB: too much for one of 80 GB, and no stage of
// ZeRO helps a device without replicas. With 8 replicas stage 3 leaves 16 GB.
TEST(SetupThatFits, FindsTheLeastChange) {
  TrainingQuestion asked = question("Llama-3-8B", "h100");
  asked.mfu = 0.4;
  EXPECT_FALSE(trainingCost(asked, nullptr).value().fits);
  EXPECT_FALSE(setupThatFits(asked));
  asked.setup.devices = asked.setup.global_batch_sequences = 8;
  asked.setup.zero_stage = 0;
  const auto setup = setupThatFits(asked);
  ASSERT_TRUE(setup);
  EXPECT_EQ(setup->zero_stage, 1);  // (2 + 2 + 12 / 8) bytes: 44 GB, and 22 GB of activations
  EXPECT_EQ(setup->recompute, Recompute::kNone);
}

struct Refusal {
  const char* option;
  const char* message;
  void (*change)(TrainingSetup&);
};

TEST(CheckTrainingSetup, RefusesSplitsThatDoNotDivide) {
  const Refusal refusals[] = {
      {"--devices", "is 60, which tensor 8 x pipeline 1 x context 1 = 8 does not divide",
       [](TrainingSetup& s) { s.devices = 60, s.tensor_parallel = 8; }},
      {"--tensor-parallel", "is 3; it must divide the 32 attention heads of Mixtral-8x7B",
       [](TrainingSetup& s) { s.tensor_parallel = 3; }},
      {"--expert-parallel", "is 3; it must divide the 8 experts of Mixtral-8x7B",
       [](TrainingSetup& s) { s.expert_parallel = 3; }},
      {"--expert-parallel",
       "8 x expert tensor parallel 4 does not divide the 16 devices of a pipeline stage",
       [](TrainingSetup& s) {
         s.pipeline_parallel = 4, s.expert_parallel = 8, s.expert_tensor_parallel = 4;
       }},
      {"--pipeline-parallel", "is 64; Mixtral-8x7B has 32 layers",
       [](TrainingSetup& s) { s.pipeline_parallel = 64; }},
      {"--sequence-length", "is 65536; the context of Mixtral-8x7B is 32768 tokens",
       [](TrainingSetup& s) { s.sequence_length = 65536; }},
      {"--global-batch-tokens",
       "is 100 sequences of 4096 tokens; it must be a multiple of data parallel 64 x micro batch 1",
       [](TrainingSetup& s) { s.global_batch_sequences = 100; }},
      {"--zero", "is 4; use 0, 1, 2 or 3", [](TrainingSetup& s) { s.zero_stage = 4; }},
      {"--devices", "is 0; it must be 1 or more", [](TrainingSetup& s) { s.devices = 0; }},
  };
  for (const Refusal& refusal : refusals) {
    TrainingQuestion asked = question("Mixtral-8x7B", "h100");
    asked.setup.devices = 64;
    asked.setup.global_batch_sequences = 64;
    asked.mfu = 0.4;
    ASSERT_TRUE(trainingCost(asked, nullptr));
    refusal.change(asked.setup);
    const auto cost = trainingCost(asked, nullptr);
    ASSERT_FALSE(cost) << refusal.message;
    EXPECT_EQ(cost.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(cost.error().where, refusal.option);
    EXPECT_EQ(cost.error().message, refusal.message);
  }
}

TEST(CheckTrainingSetup, RefusesAPrecisionThatTheMachineLacks) {
  TrainingQuestion asked = question("Llama-3-8B", "a100-80gb");
  asked.setup.precision = Precision::kFp8;
  asked.mfu = 0.4;
  const auto cost = trainingCost(asked, nullptr);
  ASSERT_FALSE(cost);
  EXPECT_EQ(cost.error().kind, ErrorKind::kInput);
  EXPECT_EQ(cost.error().message,
            "A100-80GB SXM does not compute in fp8 (the catalog has no such peak)");
}

}  // namespace
}  // namespace moe
