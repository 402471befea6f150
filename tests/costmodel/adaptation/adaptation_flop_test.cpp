#include "costmodel/adaptation/adaptation_flop.h"

#include <gtest/gtest.h>

#include "costmodel/training/training_flop.h"
#include "tests/costmodel/adaptation/adapted_fixture.h"

namespace moe {
namespace {

using test::architecture;
using test::settingsOf;

constexpr double kSequence = 4096;

AdaptationFlop flopOf(const ModelArchitecture& model, const AdaptationSettings& settings,
                      bool full_recompute = false) {
  return adaptationFlop(adaptModel(model, settings).value(), kSequence, full_recompute).value();
}

AdaptationFlop flopOf(const char* model, AdaptationMethod method) {
  return flopOf(architecture(model), settingsOf(method));
}

// Three forwards, as pre-training is counted.
TEST(AdaptationFlop, OfFullFineTuningIsThatOfTraining) {
  for (const char* name : {"Llama-3-8B", "Mixtral-8x7B", "DeepSeek-V2-Lite", "DeepSeek-V3",
                           "gpt-oss-20b", "Llama-3.2-1B"}) {
    const ModelArchitecture model = architecture(name);
    const TrainingFlop training = trainingFlop(model, kSequence).value();
    const AdaptationFlop flop = flopOf(model, settingsOf(AdaptationMethod::kFull));
    EXPECT_NEAR(flop.step() / training.step(), 1, 1e-12) << name;
    const AdaptationFlop again = flopOf(model, settingsOf(AdaptationMethod::kFull), true);
    EXPECT_NEAR(again.computed() / training.computed(true), 1, 1e-12) << name;
  }
}

// LoRA on the queries of Llama-3-8B, by hand: gradients pass everything but the first layer's
// queries, keys and values (4096 x (4096 + 2 x 1024)); scores cost twice their forward.
TEST(AdaptationFlop, OfLoraPassesGradientsAndNoWeights) {
  const ModelArchitecture model = architecture("Llama-3-8B");
  AdaptationSettings lora = settingsOf(AdaptationMethod::kLora);
  lora.targets = test::targets({"q"});
  lora.rank = 16;
  const TrainingFlop forward = trainingFlop(model, kSequence).value();
  const AdaptationFlop flop = flopOf(model, lora);
  const double added = 2.0 * 32 * 16 * (4096 + 4096);
  EXPECT_DOUBLE_EQ(flop.forward, forward.forward());
  EXPECT_DOUBLE_EQ(flop.added, added);
  EXPECT_DOUBLE_EQ(flop.added_backward, 2 * added);
  EXPECT_EQ(flop.weight_gradients, 0);
  const double first = 2.0 * 4096 * (4096 + 2 * 1024);
  EXPECT_DOUBLE_EQ(flop.activation_gradients, forward.forward() - first + forward.attention_scores);
}

// ESFT in the last layer only, by hand: gradients pass the head and the down projections of that
// layer; weights cost for the quarter of the choices that goes to the selected experts.
TEST(AdaptationFlop, StopsAtTheLowestTrainedPlace) {
  const ModelArchitecture model = architecture("DeepSeek-V2-Lite");
  AdaptationSettings esft = settingsOf(AdaptationMethod::kEsftToken);
  esft.selection = EsftConfig{{{26, {0, 1}}}, false, false};
  std::vector<double> scores(64, 0.0);
  scores[0] = 0.15;
  scores[1] = 0.1;
  esft.token_scores = {scores};
  const AdaptationFlop flop = flopOf(model, esft);
  const double head = 2.0 * 102400 * 2048;
  const double experts = 2.0 * 6 * 3 * 2048 * 1408;
  const double down = 2.0 * 2048 * (2816 + 6 * 1408);
  EXPECT_DOUBLE_EQ(flop.activation_gradients, head + down);
  EXPECT_DOUBLE_EQ(flop.weight_gradients, 0.25 * experts);
}

TEST(AdaptationFlop, CountsRecomputationOnlyWhereGradientsPass) {
  const ModelArchitecture model = architecture("DeepSeek-V2-Lite");
  AdaptationSettings last = settingsOf(AdaptationMethod::kEsftToken);
  last.selection = EsftConfig{{{26, {0}}}, false, false};
  const AdaptationFlop flop = flopOf(model, last, true);
  const double block = 2.0 * 2048 * (64 + 3 * 2816 + 6 * 3 * 1408);
  EXPECT_DOUBLE_EQ(flop.repeated, block);
}

// The published times on 16 A100, 19.8 minutes of ESFT-token and 28.5 of full fine-tuning, are in
// the ratio 0.695. At p = 0.2 a fifth of the choices is trained; FLOP say 0.71, without anything
// fitted. 0.02 is what the two rounded times and an average of six tasks may leave.
TEST(AdaptationFlop, OfEsftIsInTheRatioOfPublishedTimes) {
  const ModelArchitecture model = architecture("DeepSeek-V2-Lite");
  AdaptationSettings esft = test::esftOf(model, 6);
  std::vector<double> scores(64, 0.0);
  std::fill_n(scores.begin(), 6, 0.2 / 6);
  esft.token_scores.assign(26, scores);
  const double ratio =
      flopOf(model, esft).step() / flopOf(model, settingsOf(AdaptationMethod::kFull)).step();
  EXPECT_NEAR(ratio, 19.8 / 28.5, 0.02);
}

TEST(AdaptationFlop, NeverExceedsFullFineTuningWithoutAddedParameters) {
  const double full = flopOf("DeepSeek-V2-Lite", AdaptationMethod::kFull).step();
  for (const AdaptationMethod method :
       {AdaptationMethod::kNonMoe, AdaptationMethod::kFfn, AdaptationMethod::kMoe})
    EXPECT_LT(flopOf("DeepSeek-V2-Lite", method).step(), full) << name(method);
}

TEST(AdaptationFlop, OfEncoderDecoderModelsHasNoAnswer) {
  const auto adapted = adaptModel(test::t5Xl(), settingsOf(AdaptationMethod::kIa3)).value();
  EXPECT_EQ(adaptationFlop(adapted, 512, false).error().kind, ErrorKind::kUnanswered);
}

}  // namespace
}  // namespace moe
