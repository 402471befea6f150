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
  EXPECT_EQ(checked, 66);  // all but the two with attention that no formula here knows
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
