// What one request holds: caches with sliding windows, and the states of hybrids.

#include <gtest/gtest.h>

#include "costmodel/architecture.h"
#include "costmodel/linear_attention.h"
#include "data/catalog/catalog.h"
#include "tests/costmodel/shipped_models.h"

namespace moe {
namespace {

using test::architecture;
using test::catalog;

TEST(KvElementsHeld, IsTheCacheOfEveryTokenWithoutWindows) {
  for (const ModelEntry& entry : catalog().entries) {
    const auto model = architectureOf(entry);
    if (!model || entry.sliding_window > 0) continue;
    for (const double context : {1.0, 1000.0, 123457.0})
      EXPECT_EQ(kvElementsHeld(*model, context),
                static_cast<double>(model->kv_elements_per_token) * context)
          << entry.name;
  }
}

// gpt-oss-120b: 36 layers of 2 * 8 * 64 elements a token; 18 of them keep at most 128 tokens.
TEST(KvElementsHeld, KeepsOnlyTheWindowInLayersThatHaveOne) {
  const ModelArchitecture model = architecture("gpt-oss-120b");
  EXPECT_DOUBLE_EQ(kvElementsHeld(model, 128), 36 * 1024.0 * 128);
  EXPECT_DOUBLE_EQ(kvElementsHeld(model, 10'000), 18 * 1024.0 * (10'000 + 128));
}

// Gemma-3-27B: 52 layers keep 1024 tokens of 2 * 16 * 128 elements, 10 keep all.
TEST(KvElementsHeld, OfGemma3AtItsLongestContextIsAFifthOfFullAttention) {
  const ModelArchitecture model = architecture("gemma-3-27b");
  const double held = kvElementsHeld(model, 131'072);
  EXPECT_DOUBLE_EQ(held, 4096.0 * (10 * 131'072.0 + 52 * 1024.0));
  EXPECT_LT(held, 0.2 * static_cast<double>(model.kv_elements_per_token) * 131'072);
}

TEST(KvElementsHeld, NeverFallsAsTheContextGrows) {
  const ModelArchitecture model = architecture("llama-4-scout");
  double last = 0;
  for (double context = 1; context < 2e6; context *= 1.7) {
    const double held = kvElementsHeld(model, context);
    EXPECT_GT(held, last) << context;
    last = held;
  }
}

// Mistral-7B: all 32 layers have the window, so nothing is added after 4096 tokens.
TEST(KvElementsHeld, StopsAtTheWindowWhereEveryLayerHasOne) {
  const ModelArchitecture model = architecture("mistral-7b");
  EXPECT_EQ(kvElementsHeld(model, 4096), kvElementsHeld(model, 30'000));
}

TEST(ForwardFlop, AttendsOnlyToWhatTheWindowsLeave) {
  const ModelArchitecture model = architecture("mistral-7b");
  EXPECT_EQ(forwardFlopPerToken(model, 4096), forwardFlopPerToken(model, 30'000));
  EXPECT_LT(forwardFlopPerToken(model, 2000), forwardFlopPerToken(model, 4096));
}

// Qwen3-Next, 36 linear layers: 32 heads of 128 x 128, and 3 past inputs of the convolution over
// 2 * 16 * 128 + 32 * 128 channels.
TEST(StateElements, OfAGatedDeltaNetAreMatricesAndPastInputs) {
  EXPECT_EQ(stateElementsPerRequest(architecture("qwen3-next")), 36 * (32 * 128 * 128 + 3 * 8192));
}

// MiniMax-Text-01, 70 lightning layers: 64 heads of 128 x 128.
TEST(StateElements, OfLightningAttentionAreMatrices) {
  EXPECT_EQ(stateElementsPerRequest(architecture("minimax-text-01")), 70 * 64 * 128 * 128);
}

// Jamba-1.5-Large, 63 Mamba layers: 16384 channels with a state of 16 and 3 past inputs; in bf16
// the states alone take 63 * 16384 * 16 * 2 = 33,030,144 bytes.
TEST(StateElements, OfMambaAreChannelsTimesStateAndPastInputs) {
  EXPECT_EQ(stateElementsPerRequest(architecture("jamba-1.5-large")), 63 * 16384 * (16 + 3));
}

TEST(StateElements, AreNoneWithoutLinearLayersOrWithoutTheirSizes) {
  EXPECT_EQ(stateElementsPerRequest(architecture("llama-3.1-8b")), 0);
  ModelEntry entry = findModel(catalog(), "qwen3-next").value();
  entry.linear = {};
  EXPECT_EQ(stateElementsPerRequest(architectureOf(entry).value()), 0);
  EXPECT_EQ(linearAttentionParams(entry), 0);
}

// Sums over the tensors of ai21labs/AI21-Jamba-1.5-Large.
TEST(LinearAttentionParams, MakeTheCountOfTheJambaCheckpoint) {
  EXPECT_EQ(architecture("jamba-1.5-large").params.total(), 398'555'145'696);
}

// The report gives 45.9 billion active parameters; they leave out both embeddings.
TEST(LinearAttentionParams, MakeThePublishedActiveCountOfMiniMax) {
  const ParameterCount params = architecture("minimax-text-01").params;
  EXPECT_TRUE(roundsToPrinted(params.active() - params.embedding - params.head, "45.9"));
}

TEST(Architecture, RefusesSizesThatOverflowBeforeTheyDo) {
  const ModelEntry good = findModel(catalog(), "qwen3-next").value();
  for (int ModelEntry::*size :
       {&ModelEntry::hidden, &ModelEntry::heads, &ModelEntry::expert_ffn, &ModelEntry::experts}) {
    ModelEntry entry = good;
    entry.*size = 2'000'000'000;
    entry.layers = 1'000'000'000;
    const auto model = architectureOf(entry);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().kind, ErrorKind::kInput);
    EXPECT_EQ(model.error().message,
              "has sizes that make more than 1e18 parameters; one of them must be wrong");
  }
}

}  // namespace
}  // namespace moe
