// A config.json must give the counts that the catalog has for the same model and that its publisher
// printed.

#include <gtest/gtest.h>

#include "costmodel/architecture.h"
#include "data/catalog/catalog.h"
#include "data/catalog/hf_config.h"
#include "tests/support/hf_config_mutations.h"
#include "tests/support/hf_configs.h"

namespace moe {
namespace {

using namespace test;

ModelArchitecture fromConfig(const std::string& text) {
  const auto entry = parseHfConfig(text, "config.json");
  EXPECT_TRUE(entry) << describe(entry.error());
  return architectureOf(entry.value_or(ModelEntry{})).value();
}

const ModelEntry& catalogEntry(const char* name) {
  static const ModelCatalog models = loadModels({}).value();
  return models.entries[*models.names.find(name)];
}

struct Pair {
  const char* model;
  std::string config;
};

std::vector<Pair> pairs() {
  return {{"Mixtral-8x7B", kMixtral8x7B},
          {"DeepSeek-V3", kDeepSeekV3},
          {"DeepSeek-V2-Lite", kDeepSeekV2Lite},
          {"Qwen3-30B-A3B", kQwen3_30B},
          {"Qwen3-235B-A22B", kQwen3_235B},
          {"gpt-oss-120b", gptOss120B()},
          {"Llama-3.1-70B", kLlama31_70B},
          {"Gemma-3-27B", kGemma3_27B},
          {"OLMoE-1B-7B", kOlmoe},
          {"Llama-4-Scout", kLlama4Scout},
          {"Llama-4-Maverick", kLlama4Maverick},
          {"Kimi-K2", kKimiK2},
          {"Qwen3-Next-80B-A3B", kQwen3Next},
          {"Qwen3.5-35B-A3B", qwen35_35B()},
          {"MiniMax-Text-01", miniMaxText01()},
          {"Jamba-1.5-Mini", kJamba},
          {"DBRX", kDbrx},
          {"Grok-1", kGrok1},
          {"GLM-4.5-Air", kGlm45Air},
          {"Phi-3.5-MoE", kPhi35Moe},
          {"Mistral-7B", kMistral7B},
          {"GPT-J-6B", kGptJ},
          {"Falcon-180B", kFalcon180B}};
}

TEST(HfConfig, GivesTheCountsOfTheCatalogForTheSameModel) {
  for (const Pair& pair : pairs()) {
    const ModelArchitecture read = fromConfig(pair.config);
    const ModelArchitecture known = architectureOf(catalogEntry(pair.model)).value();
    const ParameterCount& a = read.params;
    const ParameterCount& b = known.params;
    EXPECT_EQ(a.embedding, b.embedding) << pair.model;
    EXPECT_EQ(a.head, b.head) << pair.model;
    EXPECT_EQ(a.positions, b.positions) << pair.model;
    EXPECT_EQ(a.attention, b.attention) << pair.model;
    EXPECT_EQ(a.norms, b.norms) << pair.model;
    EXPECT_EQ(a.dense_ffn, b.dense_ffn) << pair.model;
    EXPECT_EQ(a.shared_experts, b.shared_experts) << pair.model;
    EXPECT_EQ(a.routers, b.routers) << pair.model;
    EXPECT_EQ(a.one_expert, b.one_expert) << pair.model;
    EXPECT_EQ(a.experts, b.experts) << pair.model;
    EXPECT_EQ(a.top_k, b.top_k) << pair.model;
    EXPECT_EQ(read.routed_layers, known.routed_layers) << pair.model;
    EXPECT_EQ(read.kv_elements_per_token, known.kv_elements_per_token) << pair.model;
    EXPECT_EQ(stateElementsPerRequest(read), stateElementsPerRequest(known)) << pair.model;
    EXPECT_EQ(kvElementsHeld(read, 100'000), kvElementsHeld(known, 100'000)) << pair.model;
  }
}

TEST(HfConfig, RoundsToThePublishedTotalOrTheCatalogSaysWhyNot) {
  for (const Pair& pair : pairs()) {
    const ModelEntry& known = catalogEntry(pair.model);
    const std::int64_t total = fromConfig(pair.config).params.total();
    EXPECT_EQ(roundsToPrinted(total, known.published_total), known.total_count_note.empty())
        << pair.model << " " << total;
  }
}

// Parameters of the published checkpoints: sums over their tensors.
TEST(HfConfig, CountsPublishedCheckpointsToTheLastDigit) {
  EXPECT_EQ(fromConfig(kMixtral8x7B).params.total(), 46'702'792'704);
  EXPECT_EQ(fromConfig(kDeepSeekV2Lite).params.total(), 15'706'484'224);
  EXPECT_EQ(fromConfig(kLlama31_70B).params.total(), 70'553'706'496);
  EXPECT_EQ(fromConfig(kJamba).params.total(), 51'570'323'328);  // Jamba-v0.1
}

// The decoder of the checkpoint has 79,674,391,296 parameters; the norms of queries and keys (12
// layers, 2 * 256) and the gate of the shared expert (48 layers, 2048) are not counted.
TEST(HfConfig, CountsTheLinearLayersOfQwen3Next) {
  EXPECT_EQ(fromConfig(kQwen3Next).params.total(), 79'674'391'296 - 12 * 512 - 48 * 2048);
}

// The checkpoint has 27,009,346,304; two of four norms of a layer (62 layers, 5376 each) and those
// of queries and keys (2 * 128) are not counted. Report, table 1: 25,600 million without embedding.
TEST(HfConfig, CountsGemma3WithTheDefaultsThatItsFileLeavesOut) {
  const ParameterCount params = fromConfig(kGemma3_27B).params;
  EXPECT_EQ(params.total(), 27'009'346'304 - 62 * (2 * 5376 + 2 * 128));
  EXPECT_TRUE(roundsToPrinted(params.total() - params.embedding, "25.60"));
}

// Norms of Falcon have a bias too: 80 layers with two norms, and the last one.
TEST(HfConfig, CountsFalconUpToTheBiasesOfItsNorms) {
  EXPECT_EQ(fromConfig(kFalcon180B).params.total(), 179'522'565'120 - (2 * 80 + 1) * 14848);
}

// OpenAI's repository: 124 million. The position embedding is 1024 * 768 of them.
TEST(HfConfig, CountsLearnedPositions) {
  const ParameterCount params =
      fromConfig(R"({"model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 12,
                     "n_positions": 1024, "vocab_size": 50257})")
          .params;
  EXPECT_EQ(params.positions, 786'432);
  EXPECT_TRUE(roundsToPrinted(params.total(), "0.124"));
}

// Sizes up to 1e9 pass the reader; their products must not overflow. The sanitizers watch.
TEST(HfConfig, WithAnyValuesIsCountedOrRefused) {
  int counted = 0;
  int refused = 0;
  for (const Pair& pair : pairs()) {
    for (const std::string& text : withOtherValues(pair.config)) {
      const auto entry = parseHfConfig(text, "config.json");
      if (!entry) continue;
      const auto model = architectureOf(*entry);
      ++(model ? counted : refused);
      if (!model) continue;
      EXPECT_GE(model->params.total(), model->params.active()) << text;
      EXPECT_GT(model->params.active(), 0) << text;
      EXPECT_GT(model->kv_elements_per_token, 0) << text;
      EXPECT_GE(stateElementsPerRequest(*model), 0) << text;
    }
  }
  EXPECT_GT(counted, 100);
  EXPECT_GT(refused, 20);
}

// As google/flan-t5-xl and google/switch-base-8 publish them (keys that count). 2,849,757,184 are
// the parameters of the former's checkpoint; the latter's has 619 million.
TEST(HfConfigCounts, OfModelsLikeT5AreThoseOfTheCheckpoints) {
  const ModelArchitecture t5 = fromConfig(
      R"({"model_type": "t5", "is_encoder_decoder": true, "d_model": 2048, "d_ff": 5120,
          "d_kv": 64, "num_heads": 32, "num_layers": 24, "num_decoder_layers": 24,
          "vocab_size": 32128, "feed_forward_proj": "gated-gelu", "is_gated_act": true,
          "relative_attention_num_buckets": 32, "tie_word_embeddings": false})");
  EXPECT_EQ(t5.params.total(), 2'849'757'184);
  const ModelArchitecture moe = fromConfig(
      R"({"model_type": "switch_transformers", "is_encoder_decoder": true, "d_model": 768,
          "d_ff": 3072, "d_kv": 64, "num_heads": 12, "num_layers": 12, "num_decoder_layers": 12,
          "num_experts": 8, "num_sparse_encoder_layers": 6, "num_sparse_decoder_layers": 6,
          "vocab_size": 32128, "feed_forward_proj": "relu"})");
  EXPECT_EQ(moe.params.total(), architectureOf(catalogEntry("Switch-Base-8"))->params.total());
  EXPECT_EQ(moe.routed_layers, 12);
}

TEST(HfConfigCounts, OfModelsLikeT5RefuseWhatIsNotModelled) {
  const auto refused = [](const std::string& sparse) {
    return describe(parseHfConfig(
                        R"({"model_type": "switch_transformers", "d_model": 8, "d_ff": 8,
                            "num_heads": 2, "num_layers": 12, "vocab_size": 9, "num_experts": 8,
                            "num_sparse_encoder_layers": 6, "num_sparse_decoder_layers": )" +
                            sparse + "}",
                        "c.json")
                        .error());
  };
  EXPECT_NE(refused("5").find("num_sparse_decoder_layers is 5; it must divide the 12 layers"),
            std::string::npos);
  EXPECT_NE(refused("3").find("stacks that differ are not modelled"), std::string::npos);
  EXPECT_NE(describe(parseHfConfig(R"({"model_type": "t5", "d_model": 8})", "c.json").error())
                .find("num_layers is missing"),
            std::string::npos);
}

}  // namespace
}  // namespace moe
