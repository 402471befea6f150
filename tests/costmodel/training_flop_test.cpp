#include "costmodel/training/training_flop.h"

#include <gtest/gtest.h>

#include <string>

#include "costmodel/training/training_points.h"
#include "data/numbers.h"
#include "tests/costmodel/shipped_models.h"

namespace moe {
namespace {

using test::architecture;

const std::vector<MeasuredTraining>& measuredRows() {
  static const std::vector<MeasuredTraining> rows =
      measuredTraining(shippedTrainingRows(), loadModels({}).value(), loadHardware({}).value())
          .value();
  return rows;
}

// Llama-3-8B: 32 layers, hidden 4096, 32 heads and 8 KV heads of 128, FFN 14 336, vocabulary
// 128 256. Per layer: projections 2 (4096 x 4096 x 2 + 4096 x 1024 x 2), FFN 2 x 3 x 4096 x 14 336,
// scores 4 x 4096 x 4096.5 attended tokens at 8192.
TEST(TrainingFlop, IsTheSumOfThePartsByHand) {
  const TrainingFlop flop = trainingFlop(architecture("Llama-3-8B"), 8192).value();
  EXPECT_DOUBLE_EQ(flop.attention_projections, 32.0 * 2 * (2 * 16'777'216 + 2 * 4'194'304));
  EXPECT_DOUBLE_EQ(flop.dense_ffn, 32.0 * 2 * 3 * 58'720'256);
  EXPECT_DOUBLE_EQ(flop.attention_scores, 32.0 * 4 * 4096 * 4096.5);
  EXPECT_DOUBLE_EQ(flop.output_head, 2.0 * 525'336'576);
  EXPECT_EQ(flop.routed_experts + flop.shared_experts + flop.router, 0);
  EXPECT_DOUBLE_EQ(flop.step(), 3 * flop.forward());
}

// Mixtral-8x7B: 2 of 8 experts of 3 x 4096 x 14 336 and a router of 4096 x 8 in 32 layers.
TEST(TrainingFlop, CountsOnlyTheExpertsThatATokenUses) {
  const TrainingFlop flop = trainingFlop(architecture("Mixtral-8x7B"), 4096).value();
  EXPECT_DOUBLE_EQ(flop.routed_experts, 32.0 * 2 * 2 * 176'160'768);
  EXPECT_DOUBLE_EQ(flop.router, 32.0 * 2 * 32'768);
}

// At a length of 0 no token attends; what is left is six per active parameter but the norms.
TEST(TrainingFlop, WithoutAttentionIsSixPerActiveParameter) {
  const ModelArchitecture model = architecture("Llama-3-8B");
  TrainingFlop flop = trainingFlop(model, 8192).value();
  flop.attention_scores = 0;
  const double norms = 6.0 * static_cast<double>(model.params.norms);
  EXPECT_DOUBLE_EQ(flop.step(), sixPerActiveParameter(model) - norms);
}

// Full recomputation runs every layer, not the head, forward a second time.
TEST(TrainingFlop, WithFullRecomputationRunsTheLayersTwice) {
  const TrainingFlop flop = trainingFlop(architecture("Llama-3-8B"), 8192).value();
  EXPECT_DOUBLE_EQ(flop.computed(true), 4 * flop.layers() + 3 * flop.output_head);
  EXPECT_DOUBLE_EQ(flop.computed(false), flop.step());
}

// Counted one by one: 5 tokens in a window of 3 attend to 1, 2, 3, 3, 3 tokens; without a window
// to 1, 2, 3, 4, 5.
TEST(MeanAttendedTokens, IsTheMeanOfACountByHand) {
  EXPECT_DOUBLE_EQ(meanAttendedTokens(5, 3), 12.0 / 5);
  EXPECT_DOUBLE_EQ(meanAttendedTokens(5, 0), 15.0 / 5);
  EXPECT_DOUBLE_EQ(meanAttendedTokens(5, 5), 15.0 / 5);
}

// Megatron-Bridge prints the model FLOP/s beside the tokens/s of its own count. Tokens are printed
// with three to five digits; 26.04.01 and 26.06.01 round them to tens, so those are left out. Its
// gpt-oss and DeepSeek-V3 figures count something else (data/tables/training/SOURCE.md).
TEST(TrainingFlop, AgreesWithTheFlopThatMegatronBridgePrints) {
  int checked = 0;
  for (const MeasuredTraining& row : measuredRows()) {
    const std::string& model = row.row.model;
    const bool counted_alike =
        model.starts_with("Llama-3") || model.starts_with("Qwen3") || model == "Kimi-K2";
    const bool rounded = row.row.release == "26.04.01" || row.row.release == "26.06.01";
    if (row.row.source != "Megatron-Bridge" || !counted_alike || rounded) continue;
    const TrainingFlop flop = trainingFlop(row.point.model, row.row.sequence_length).value();
    const double printed = *row.row.published_model_tflops_per_device * 1e12;
    EXPECT_NEAR(flop.step() * row.row.tokens_per_s_per_device / printed, 1, 0.007) << row.row.where;
    ++checked;
  }
  EXPECT_GT(checked, 90);
}

// llm-foundry's MFU counts 6 P + 12 l h s per token, with biases and learned positions in P and
// without the causal half. Those of the small models at 65 536 tokens are the largest difference,
// 4 %.
TEST(TrainingFlop, AgreesWithTheMfuThatLlmFoundryPrints) {
  int checked = 0;
  for (const MeasuredTraining& row : measuredRows()) {
    if (row.row.source != "llm-foundry") continue;
    const TrainingFlop flop = trainingFlop(row.point.model, row.row.sequence_length).value();
    const double peak = trainingPeak(row.point.accelerator, row.point.setup.precision).value();
    const double uncausal = flop.step() + 3 * flop.attention_scores;
    constexpr std::string_view kStart = "published MFU ";
    ASSERT_TRUE(row.row.notes.starts_with(kStart)) << row.row.where;
    const std::string rest = row.row.notes.substr(kStart.size());
    const double printed = parseNumber(rest.substr(0, rest.find(' '))).value() / 100;
    EXPECT_NEAR(uncausal * row.row.tokens_per_s_per_device / peak / printed, 1, 0.04)
        << row.row.where;
    ++checked;
  }
  EXPECT_EQ(checked, 216);
}

// The benchmark prints the parameters of every run: ours, 11 h of biases a layer, one more h, and
// h for each position.
TEST(ParameterCount, OfMptIsThePrintedOneWithoutBiasesAndPositions) {
  for (const MeasuredTraining& row : measuredRows()) {
    if (row.row.source != "llm-foundry") continue;
    const ModelEntry& entry = row.point.model.entry;
    const std::int64_t hidden = entry.hidden;
    const std::int64_t printed = row.point.model.params.total() + 11 * hidden * entry.layers +
                                 hidden + hidden * std::int64_t(row.row.sequence_length);
    EXPECT_NE(row.row.notes.find("with " + std::to_string(printed) + " parameters"),
              std::string::npos)
        << row.row.where << " " << printed;
  }
}

TEST(TrainingFlop, RefusesAnEncoderDecoder) {
  const auto flop = trainingFlop(architecture("switch-base-8"), 512);
  ASSERT_FALSE(flop);
  EXPECT_EQ(flop.error().kind, ErrorKind::kUnanswered);
}

}  // namespace
}  // namespace moe
