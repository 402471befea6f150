#include "costmodel/architecture.h"

#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/serving.h"
#include "data/catalog/catalog.h"
#include "tests/costmodel/counted_elsewhere.h"
#include "tests/costmodel/shipped_models.h"

namespace moe {
namespace {

using test::architecture;
using test::catalog;

// Totals of the published checkpoints (sums over their tensors), exact.
TEST(ParameterCount, IsExactWhereThePublishedCheckpointIsKnown) {
  EXPECT_EQ(architecture("DeepSeek-V2-Lite").params.total(), 15'706'484'224);
  EXPECT_EQ(architecture("Mixtral-8x7B").params.total(), 46'702'792'704);
  EXPECT_EQ(architecture("Llama-3.1-8B").params.total(), 8'030'261'248);
  EXPECT_EQ(architecture("Llama-3.1-70B").params.total(), 70'553'706'496);
  EXPECT_EQ(architecture("Llama-3.2-1B").params.total(), 1'235'814'400);  // tied embeddings
}

// The published active count leaves out the input embedding [DeepSeekV2, model card].
TEST(ParameterCount, OfActiveParametersWithoutTheEmbeddingIsThePublishedOne) {
  const ParameterCount params = architecture("DeepSeek-V2-Lite").params;
  EXPECT_EQ(params.active() - params.embedding, 2'451'435'008);
}

// Sums over the tensors of the released checkpoints; for v1.1 with V = 32128 rows, L layers a stack
// and 32 buckets per head also 2 V d + L (4 d h k + 3 d f + 2 d) + L (8 d h k + 3 d f + 3 d) + 2 d
// + 64 h by hand.
TEST(ParameterCount, OfT5IsThatOfTheReleasedCheckpoints) {
  EXPECT_EQ(architecture("t5-small").params.total(), 60'506'624);
  EXPECT_EQ(architecture("t5-base").params.total(), 222'903'552);
  EXPECT_EQ(architecture("t5-large").params.total(), 737'668'096);
  EXPECT_EQ(architecture("T5-v1.1-Small").params.total(), 76'961'152);
  EXPECT_EQ(architecture("T5-v1.1-Base").params.total(), 247'577'856);
  EXPECT_EQ(architecture("T5-v1.1-Large").params.total(), 783'150'080);
  EXPECT_EQ(architecture("flan-t5-xl").params.total(), 2'849'757'184);
  EXPECT_EQ(architecture("flan-t5-xxl").params.total(), 11'135'332'352);
}

// By hand: 24 + 24 layers, 72 attentions of 4 5120 64 128; 48 dense FFNs and 12 64 experts of
// 3 5120 20480; 12 routers; (2 + 3) 24 norms, 12 of the FFNs behind the experts and 2 at the ends;
// 2 32128 5120 embeddings; 2 32 64 position biases.
TEST(ParameterCount, KnowsTheDenseFfnBehindTheRoutedLayersOfStMoe) {
  const ModelArchitecture model = architecture("ST-MoE-32B");
  const std::int64_t ffn = 3LL * 5120 * 20480;
  EXPECT_EQ(model.routed_layers, 12);
  EXPECT_EQ(model.params.dense_ffn, (36 + 12) * ffn);
  EXPECT_EQ(model.params.one_expert, 12 * ffn);
  EXPECT_EQ(model.params.norms, (120 + 12 + 2) * 5120);
  EXPECT_EQ(model.params.total(), 269'104'613'376);
}

TEST(ParameterCount, OfTheStacksAndTheEndsMakesUpTheWhole) {
  const auto layers = [](const StackCount& stack, const ParameterCount& params) {
    return stack.attention + stack.cross_attention + stack.positions + stack.norms +
           stack.dense_ffn + stack.shared_experts + stack.routers +
           params.experts * stack.one_expert;
  };
  for (const char* name : {"ST-MoE-L", "T5-3B", "Switch-C-2048", "DeepSeek-V3", "GLaM-64B/64E"}) {
    const ModelArchitecture model = architecture(name);
    const ParameterCount& params = model.params;
    EXPECT_EQ(layers(model.encoder, params) + layers(model.decoder, params) + params.embedding +
                  params.head,
              params.total())
        << name;
  }
  // A decoder attends to itself and, as often, to the encoder.
  EXPECT_EQ(architecture("T5-3B").decoder.cross_attention, architecture("T5-3B").decoder.attention);
  EXPECT_EQ(architecture("DeepSeek-V3").encoder.layers, 0);
}

// [Du2022], table 4: 96.6 billion active parameters, with gated dense FFNs and plain experts.
TEST(ParameterCount, KnowsExpertsOfAnotherKindThanTheDenseFfn) {
  const ModelArchitecture glam = architecture("glam");
  EXPECT_TRUE(roundsToPrinted(glam.params.active(), "96.6"));
  ModelEntry alike = glam.entry;
  alike.expert_ffn_matrices = 0;
  EXPECT_EQ(2 * architectureOf(alike)->params.one_expert, 3 * glam.params.one_expert);
}

TEST(ParameterCount, AgreesWithAnIndependentProgramForEveryModelThatItKnows) {
  for (const CountedElsewhere& other : kCountedElsewhere) {
    const ModelArchitecture model = architecture(other.model);
    const auto norms = model.params.norms;
    // The other program left norms out and printed millions, cut or rounded.
    EXPECT_NEAR(static_cast<double>(model.params.total() - norms), other.total_billions * 1e9, 1e6)
        << other.model;
    EXPECT_NEAR(static_cast<double>(model.params.active() - norms), other.active_billions * 1e9,
                1e6)
        << other.model;
    EXPECT_EQ(2.0 * static_cast<double>(model.kv_elements_per_token), other.kv_bytes)
        << other.model;
  }
}

TEST(ParameterCount, RoundsToThePublishedFigureOrTheCatalogSaysWhyNot) {
  int checked = 0;
  for (const ModelEntry& entry : catalog().entries) {
    const auto model = architectureOf(entry);
    if (!model) continue;
    if (!entry.published_total.empty() && entry.total_count_note.empty()) {
      EXPECT_TRUE(roundsToPrinted(model->params.total(), entry.published_total)) << entry.name;
    }
    if (!entry.published_active.empty() && entry.active_count_note.empty()) {
      EXPECT_TRUE(roundsToPrinted(model->params.active(), entry.published_active)) << entry.name;
    }
    ++checked;
  }
  EXPECT_EQ(checked, 98);  // all but the two with attention that no formula here knows
}

TEST(ParameterCount, HasNoNoteWhereItRoundsToThePublishedFigure) {
  for (const ModelEntry& entry : catalog().entries) {
    const auto model = architectureOf(entry);
    if (!model) continue;
    if (!entry.total_count_note.empty()) {
      EXPECT_FALSE(roundsToPrinted(model->params.total(), entry.published_total)) << entry.name;
    }
    if (!entry.active_count_note.empty()) {
      EXPECT_FALSE(roundsToPrinted(model->params.active(), entry.published_active)) << entry.name;
    }
  }
}

TEST(RoundsToPrinted, TakesHalfAUnitOfTheLastDigit) {
  EXPECT_TRUE(roundsToPrinted(46'749'999'999, "46.7"));
  EXPECT_FALSE(roundsToPrinted(46'750'000'001, "46.7"));
  EXPECT_TRUE(roundsToPrinted(141'499'999'999, "141"));
  EXPECT_FALSE(roundsToPrinted(141'500'000'001, "141"));
}

TEST(KvCache, HasThePublishedBytesPerTokenInFp16) {
  EXPECT_EQ(2 * architecture("llama-3.1-70b").kv_elements_per_token, 327'680);
  EXPECT_EQ(2 * architecture("deepseek-v3").kv_elements_per_token, 70'272);
}

TEST(ForwardShape, HoldsTheSameCountsAsTheArchitecture) {
  for (const char* name : {"DeepSeek-V3", "Mixtral-8x7B", "Llama-3.2-1B", "Qwen3-32B"}) {
    const ModelArchitecture model = architecture(name);
    const ForwardShape shape = forwardShapeOf(model).value();
    EXPECT_EQ(shape.totalParams(), static_cast<double>(model.params.total())) << name;
    EXPECT_EQ(shape.activeParams(), static_cast<double>(model.params.active())) << name;
  }
}

// 64 heads of 128 over 80 layers: 4 * 80 * 64 * 128 FLOP per context token.
TEST(ForwardFlop, IsTwoPerActiveParameterAndAttention) {
  const ModelArchitecture model = architecture("Llama-3.1-70B");
  const double matrices = 2.0 * (70'553'706'496 - 128'256LL * 8192);
  EXPECT_DOUBLE_EQ(forwardFlopPerToken(model, 0), matrices);
  EXPECT_DOUBLE_EQ(forwardFlopPerToken(model, 1000), matrices + 1000 * 2'621'440.0);
}

TEST(ForwardShape, RefusesAnEncoderDecoder) {
  const auto shape = forwardShapeOf(architecture("switch-base-8"));
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().kind, ErrorKind::kUnanswered);
}

TEST(Architecture, RefusesAttentionThatNoFormulaKnows) {
  const auto model = architectureOf(findModel(catalog(), "deepseek-v4-pro").value());
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().kind, ErrorKind::kUnanswered);
}

// 8 KV heads: whole on 1, 2, 4 and 8 devices; on 16 each head is kept twice; on 3 devices the
// fullest keeps 3 of 8 heads. MLA has one head: a copy on every device.
TEST(KvCopies, CountsHeadsThatDoNotDivide) {
  ForwardShape shape;
  EXPECT_EQ(shape.kvCopies(8), 1);
  shape.kv_shards = 8;
  EXPECT_EQ(shape.kvCopies(4), 1);
  EXPECT_EQ(shape.kvCopies(16), 2);
  EXPECT_DOUBLE_EQ(shape.kvCopies(3), 9.0 / 8.0);
  shape.kv_shards = 1;
  EXPECT_EQ(shape.kvCopies(8), 8);
}

}  // namespace
}  // namespace moe
