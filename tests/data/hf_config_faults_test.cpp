#include <gtest/gtest.h>

#include "data/catalog/hf_config.h"
#include "tests/support/hf_config_mutations.h"
#include "tests/support/hf_configs.h"

namespace moe {
namespace {

using namespace test;

struct ConfigFault {
  const char* from;  ///< in kGood
  const char* to;
  const char* message;
};

const std::string kGood = R"({
  "model_type": "qwen3_moe",
  "hidden_size": 64,
  "num_hidden_layers": 8,
  "num_attention_heads": 4,
  "num_key_value_heads": 2,
  "head_dim": 16,
  "num_experts": 8,
  "num_experts_per_tok": 2,
  "moe_intermediate_size": 32,
  "tie_word_embeddings": false,
  "vocab_size": 1000
})";

std::string with(const ConfigFault& fault) {
  std::string text = kGood;
  const auto at = text.find(fault.from);
  EXPECT_NE(at, std::string::npos) << fault.from;
  return text.replace(at, std::string(fault.from).size(), fault.to);
}

void expectRefused(const std::string& text, const char* message) {
  const auto entry = parseHfConfig(text, "c.json");
  ASSERT_FALSE(entry) << text;
  EXPECT_EQ(describe(entry.error()), message) << text;
}

TEST(HfConfigFaults, GoodTextIsRead) {
  const auto entry = parseHfConfig(kGood, "c.json");
  ASSERT_TRUE(entry) << describe(entry.error());
}

TEST(HfConfigFaults, NameFileLineKeyAndValue) {
  const ConfigFault rows[] = {
      {R"("hidden_size": 64,)", "", "c.json: hidden_size is missing"},
      {R"("vocab_size": 1000)", R"("vocab_size": null)",
       "c.json:12: vocab_size is null; a number is needed"},
      {": 64", ": \"64\"",
       "c.json:3: hidden_size is '64'; it must be a whole number from 1 to 1000000000"},
      {": 64", ": 64.5",
       "c.json:3: hidden_size is 64.5; it must be a whole number from 1 to 1000000000"},
      {": 64", ": 1e300",
       "c.json:3: hidden_size is 1e300; it must be a whole number from 1 to 1000000000"},
      {": 64", ": 99999999999999999999999",
       "c.json:3: hidden_size is 99999999999999999999999; it must be a whole number from 1 to "
       "1000000000"},
      {": 64", ": 3000000000",
       "c.json:3: hidden_size is 3000000000; it must be a whole number from 1 to 1000000000"},
      {": 64", ": -64",
       "c.json:3: hidden_size is -64; it must be a whole number from 1 to 1000000000"},
      {": 64", ": 0", "c.json:3: hidden_size is 0; it must be a whole number from 1 to 1000000000"},
      {": 64", ": {}",
       "c.json:3: hidden_size is an object; it must be a whole number from 1 to 1000000000"},
      {": 64", ": [64]",
       "c.json:3: hidden_size is a list; it must be a whole number from 1 to 1000000000"},
      {": 64", ": true",
       "c.json:3: hidden_size is true; it must be a whole number from 1 to 1000000000"},
      {"_layers\": 8", "_layers\": 1000000",
       "c.json:4: num_hidden_layers is 1000000; at most 100000 are read"},
      {"_value_heads\": 2", "_value_heads\": 3",
       "c.json:6: num_key_value_heads is 3; it must divide the 4 heads"},
      {R"("head_dim": 16)", R"("head_dim": 900000000)",
       "c.json:7: head_dim makes a width of 4 x 900000000, more than 1000000000"},
      {"_per_tok\": 2", "_per_tok\": 9",
       "c.json:9: num_experts_per_tok is 9, more than the 8 experts"},
      {R"("num_experts_per_tok": 2,)", "", "c.json: num_experts_per_tok is missing or 0"},
      {R"("moe_intermediate_size": 32,)", "", "c.json: moe_intermediate_size is missing or 0"},
      {R"("num_experts": 8)", R"("num_experts": "eight")",
       "c.json:8: num_experts is 'eight'; it must be a whole number from 0 to 1000000000"},
      {R"("num_experts": 8)", R"("num_experts": [8, 8, 4])",
       "c.json:8: num_experts differs between layers; only one number for all layers is "
       "understood"},
      {R"(embeddings": false)", R"(embeddings": "no")",
       "c.json:11: tie_word_embeddings is 'no'; it must be true or false"},
  };
  for (const ConfigFault& row : rows) expectRefused(with(row), row.message);
}

TEST(HfConfigFaults, NameListsThatDoNotFitTheLayers) {
  const ConfigFault rows[] = {
      {"{", R"({"layer_types": ["full_attention"],)",
       "c.json:1: layer_types has 1 entries for 8 layers"},
      {"{", R"({"layer_types": [1, 2],)",
       "c.json:1: layer_types holds 1; it must be a list of texts"},
      {"{", R"({"layer_types": [],)", "c.json:1: layer_types has 0 entries for 8 layers"},
      {"{", R"({"mlp_only_layers": [8], "intermediate_size": 9,)",
       "c.json:1: mlp_only_layers names layer 8 of 8, counted from 0"},
      {"{", R"({"mlp_only_layers": [-1], "intermediate_size": 9,)",
       "c.json:1: mlp_only_layers is -1; it must be a whole number from 0 to 1000000000"},
      {"{", R"({"first_k_dense_replace": 8,)",
       "c.json:1: first_k_dense_replace and its like leave no layer that routes to the experts"},
      {"{", R"({"decoder_sparse_step": 0,)",
       "c.json:1: decoder_sparse_step is 0; it must be a whole number from 1 to 1000000000"},
      {"{", R"({"first_k_dense_replace": 1,)", "c.json: intermediate_size is missing"},
      {"{", R"({"attn_type_list": [0, 0, 0, 0, 0, 0, 0, 0],)",
       "c.json: layer_types leaves no layer with a KV cache"},
      {"{", R"({"quantization_config": "fp8",)",
       "c.json:1: quantization_config is 'fp8'; it must be an object"},
      {"{", R"({"is_encoder_decoder": true,)",
       "c.json: is an encoder-decoder model; only decoders and models like T5 are read"},
      {"{", R"({"text_config": 7,)", "c.json:1: text_config is 7; it must be an object"},
  };
  for (const ConfigFault& row : rows) expectRefused(with(row), row.message);
}

TEST(HfConfigFaults, NameWhereTheTextIsNoJson) {
  expectRefused("[1, 2]", "c.json: is JSON, but not an object as a config.json is");
  expectRefused("7", "c.json: is JSON, but not an object as a config.json is");
  const auto open = parseHfConfig("{\n\"a\": 1,\n\"b\" 2}", "c.json");
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().where, "c.json:3");
  const auto nan = parseHfConfig("{\"hidden_size\": NaN}", "c.json");
  ASSERT_FALSE(nan);
  EXPECT_EQ(nan.error().where, "c.json:1");
}

TEST(HfConfigFaults, RefuseDeepNesting) {
  const std::string deep(100'000, '[');
  expectRefused("{\"a\": " + deep, "c.json:1: JSON nested deeper than 64 levels");
}

TEST(HfConfigFaults, RefuseTextThatIsCutAnywhere) {
  for (std::size_t length = 0; length < kGood.size(); ++length)
    EXPECT_FALSE(parseHfConfig(kGood.substr(0, length), "c.json")) << length;
}

// The result does not matter, only that there is one; the sanitizers watch.
TEST(HfConfigFaults, NoValueOfAnyKeyStopsTheReader) {
  int read = 0;
  int refused = 0;
  for (const std::string& config :
       {kGood, kDeepSeekV3, kQwen3Next, kJamba, kGemma3_27B, kLlama4Scout, kDbrx, kFalcon180B}) {
    for (const std::string& text : withOtherValues(config)) {
      const auto entry = parseHfConfig(text, "c.json");
      ++(entry ? read : refused);
      if (!entry) {
        EXPECT_FALSE(entry.error().message.empty()) << text;
        continue;
      }
      EXPECT_GE(entry->experts, entry->top_k) << text;
      EXPECT_GE(entry->layers, entry->kv_layers) << text;
    }
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace moe
