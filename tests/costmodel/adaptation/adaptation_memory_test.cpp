#include "costmodel/adaptation/adaptation_memory.h"

#include <gtest/gtest.h>

#include "costmodel/adaptation/adaptation_cost.h"
#include "tests/costmodel/adaptation/adapted_fixture.h"

namespace moe {
namespace {

using test::architecture;
using test::settingsOf;

AdaptedModel adaptedBy(const char* model, AdaptationMethod method) {
  return adaptModel(architecture(model), settingsOf(method)).value();
}

double trainingActivation(const ModelArchitecture& model) {
  const TrainingSetup setup;
  const TrainingMemoryRules rules;
  const auto layer = [&](bool routed) {
    const LayerActivation one = layerActivation(model, routed, setup, rules);
    return one.whole + one.divided + one.experts;
  };
  const double routed = static_cast<double>(model.routed_layers);
  return routed * (routed > 0 ? layer(true) : 0) +
         (model.entry.layers - routed) *
             (model.entry.layers > model.routed_layers ? layer(false) : 0);
}

// What pre-training keeps, counted by formulas of its own that follow [Korthikanti2022].
TEST(AdaptationActivations, OfFullFineTuningAreThoseOfTraining) {
  for (const char* name : {"Llama-3-8B", "Mixtral-8x7B", "DeepSeek-V2-Lite", "DeepSeek-V3"}) {
    const double bytes = activationBytesPerToken(adaptedBy(name, AdaptationMethod::kFull), false);
    EXPECT_NEAR(bytes / trainingActivation(architecture(name)), 1, 1e-12) << name;
  }
}

// Two experts of the last layer, by hand. They get an even share of the choices, 2/64, whose
// dispatched input and inner width are kept; of gate and up of all chosen experts and the shared
// ones what the gradient passes; nothing of other blocks.
TEST(AdaptationActivations, KeepNothingBelowTheLowestTrainedPlace) {
  AdaptationSettings esft = settingsOf(AdaptationMethod::kEsftToken);
  esft.selection = EsftConfig{{{26, {0, 1}}}, false, false};
  const auto last = adaptModel(architecture("DeepSeek-V2-Lite"), esft).value();
  const double share = 2.0 / 64;
  const double elements = share * 6 * (2048 + 1408) + 6 * 2.0 * 1408 + 2.0 * 2816;
  EXPECT_DOUBLE_EQ(activationBytesPerToken(last, false), 2 * elements);
}

TEST(AdaptationActivations, AreFewerWhenLessIsTrained) {
  const auto bytes = [](AdaptationMethod method) {
    return activationBytesPerToken(adaptedBy("DeepSeek-V2-Lite", method), false);
  };
  const double full = bytes(AdaptationMethod::kFull);
  for (const AdaptationMethod method : {AdaptationMethod::kIa3, AdaptationMethod::kNonMoe,
                                        AdaptationMethod::kFfn, AdaptationMethod::kMoe})
    EXPECT_LT(bytes(method), full) << name(method);
}

// Full recomputation keeps one hidden vector a layer, and the fullest layer.
TEST(AdaptationActivations, OfRecomputationAreLayerInputsAndOneLayer) {
  const auto whole = adaptedBy("Llama-3-8B", AdaptationMethod::kFull);
  const double all = activationBytesPerToken(whole, false);
  EXPECT_DOUBLE_EQ(activationBytesPerToken(whole, true), 2.0 * 4096 * 32 + all / 32);
}

// 2 bytes of checkpoint and gradient, 12 of AdamW with fp32 master weights.
TEST(AdaptationBytes, AreOfTrainedParametersOnly) {
  const auto esft = adaptModel(architecture("DeepSeek-V2-Lite"),
                               test::esftOf(architecture("DeepSeek-V2-Lite"), 6))
                        .value();
  const double trained = 26.0 * 6 * 8'650'752;
  const AdaptationBytes bytes = adaptationBytes(esft, {});
  EXPECT_EQ(bytes.checkpoint.value(), 2 * trained);
  EXPECT_EQ(bytes.gradients.value(), 2 * trained);
  EXPECT_EQ(bytes.optimizer.value(), 12 * trained);
}

TEST(AdaptationMemory, DividesStatesByZeroStages) {
  const auto lora = adaptedBy("Llama-3-8B", AdaptationMethod::kLora);
  const double trained = static_cast<double>(lora.trained());
  const double all = 8'030'261'248.0 + trained;
  TrainingSetup setup;
  setup.devices = 4;
  setup.zero_stage = 1;
  const AdaptationMemory one = adaptationMemory(lora, setup, {});
  EXPECT_DOUBLE_EQ(one.weights.value(), 2 * all);
  EXPECT_DOUBLE_EQ(one.gradients.value(), 2 * trained);
  EXPECT_DOUBLE_EQ(one.optimizer.value(), 12 * trained / 4);
  EXPECT_EQ(one.gathered_layer.value(), 0);
  setup.zero_stage = 3;
  const AdaptationMemory three = adaptationMemory(lora, setup, {});
  EXPECT_DOUBLE_EQ(three.weights.value(), 2 * all / 4);
  EXPECT_DOUBLE_EQ(three.gradients.value(), 2 * trained / 4);
  EXPECT_EQ(three.activations.value(), one.activations.value());
  // The two layers at work, whole: attention 2 x 4096 x (4096 + 1024), FFN 3 x 4096 x 14336.
  EXPECT_DOUBLE_EQ(three.gathered_layer.value(),
                   2 * 2.0 * (2.0 * 4096 * 5120 + 3.0 * 4096 * 14336));
}

AdaptationRun runOn(const char* hardware, int devices) {
  AdaptationRun run;
  run.accelerator = acceleratorOf(findHardware(loadHardware({}).value(), hardware).value());
  run.setup.devices = devices;
  run.setup.global_batch_sequences = devices;
  run.tokens = 1e8;
  run.mfu = 0.4;
  run.price = usdPerHour(2);
  return run;
}

// tokens/s = MFU x peak / FLOP: 0.4 x 989e12 on H100, and the FLOP of the method.
TEST(AdaptationCost, FollowsFromAGivenMfuAndTheFlopOfTheMethod) {
  const AdaptationRun run = runOn("h100", 8);
  const ModelArchitecture model = architecture("Llama-3-8B");
  const FullSpeed full = fullSpeed(model, run, nullptr).value();
  for (const AdaptationMethod method : {AdaptationMethod::kFull, AdaptationMethod::kLora}) {
    const auto adapted = adaptModel(model, settingsOf(method)).value();
    const AdaptationCost cost = adaptationCost(adapted, run, full).value();
    const double speed = 0.4 * 989e12 / cost.flop.step();
    EXPECT_NEAR(cost.tokens_per_s_per_device / speed, 1, 1e-3) << name(method);
    EXPECT_NEAR(cost.time.value() / (1e8 / speed / 8), 1, 1e-3);
    EXPECT_NEAR(cost.price.value() / (1e8 / speed / 3600 * 2), 1, 1e-3);
    EXPECT_FALSE(cost.basis);
  }
}

// LoRA has 1 % of the gradients. Where full fine-tuning exchanges 31 GB over the network, LoRA
// costs about what it costs on one node; 1.5 is room for other measured rows being near. It
// was 2.7.
TEST(AdaptationCost, ExchangesTheGradientsOfTheMethod) {
  const ModelArchitecture model = architecture("DeepSeek-V2-Lite");
  const TrainingSpeedModel speed = shippedTrainingSpeedModel().value();
  const auto lora = adaptModel(model, settingsOf(AdaptationMethod::kLora)).value();
  const auto costOn = [&](int devices) {
    AdaptationRun run = runOn("h100-sxm", devices);
    run.mfu.reset();
    run.setup.global_batch_sequences = 32;
    run.setup.zero_stage = 1;
    return adaptationCost(lora, run, fullSpeed(model, run, &speed).value()).value();
  };
  const AdaptationCost node = costOn(8);
  const AdaptationCost nodes = costOn(16);
  EXPECT_LT(nodes.time.value(), node.time.value());
  EXPECT_LT(nodes.price.value(), 1.5 * node.price.value());
}

// Full fine-tuning is what its speed was predicted for, exchanges and all.
TEST(AdaptationCost, KeepsTheSpeedOfFullFineTuning) {
  const ModelArchitecture model = architecture("Llama-3-8B");
  AdaptationRun run = runOn("h100-sxm", 16);
  run.mfu.reset();
  run.zero_stage = run.setup.zero_stage = 3;
  run.setup.global_batch_sequences = 32;  // two micro batches
  const TrainingSpeedModel speed = shippedTrainingSpeedModel().value();
  const FullSpeed full = fullSpeed(model, run, &speed).value();
  const auto whole = adaptModel(model, settingsOf(AdaptationMethod::kFull)).value();
  const AdaptationCost cost = adaptationCost(whole, run, full).value();
  EXPECT_GT(full.exchange_share, 0);
  EXPECT_NEAR(cost.tokens_per_s_per_device / full.tokens_per_s_per_device, 1, 1e-9);
}

TEST(AdaptationCost, TakesTheLeastZeroStageThatFits) {
  const ModelArchitecture model = architecture("DeepSeek-V2-Lite");
  const AdaptationRun run = runOn("a100-80gb", 16);
  const FullSpeed full = fullSpeed(model, run, nullptr).value();
  const auto stageOf = [&](AdaptationMethod method) {
    return adaptationCost(adaptModel(model, settingsOf(method)).value(), run, full).value();
  };
  const AdaptationCost lora = stageOf(AdaptationMethod::kIa3);
  EXPECT_EQ(lora.zero_stage, 1);
  EXPECT_TRUE(lora.fits);
  const AdaptationCost whole = stageOf(AdaptationMethod::kFull);
  EXPECT_GT(whole.zero_stage, 1);
}

}  // namespace
}  // namespace moe
