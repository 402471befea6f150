#include "data/catalog/hf_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/hf_configs.h"

namespace moe {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

ModelEntry entryOf(const std::string& text, const std::string& file = "config.json") {
  const auto entry = parseHfConfig(text, file);
  EXPECT_TRUE(entry) << describe(entry.error());
  return entry.value_or(ModelEntry{});
}

/// A small model with Llama's keys, and these before them.
std::string small(const std::string& more) {
  return "{" + more + (more.empty() ? "" : ", ") +
         R"("hidden_size": 64, "num_hidden_layers": 8, "num_attention_heads": 4,
            "intermediate_size": 256, "vocab_size": 1000})";
}

std::string smallMoe(const std::string& more) {
  return small(R"("num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, )" +
               more);
}

TEST(HfConfig, ReadsDeepSeekV3) {
  const ModelEntry e = entryOf(kDeepSeekV3);
  EXPECT_EQ(e.attention, AttentionKind::kMla);
  EXPECT_EQ(e.layers, 61);
  EXPECT_EQ(e.first_dense_layers, 3);
  EXPECT_EQ(e.moe_every_n_layers, 1);
  EXPECT_EQ(e.dense_ffn, 18432);
  EXPECT_EQ(e.experts, 256);
  EXPECT_EQ(e.top_k, 8);
  EXPECT_EQ(e.shared_ffn, 2048);
  EXPECT_EQ(e.q_lora_rank, 1536);
  EXPECT_EQ(e.max_context, 163'840);
  EXPECT_EQ(e.native_precision, "fp8_block");
  EXPECT_THAT(e.notes, HasSubstr("fp8 weights in blocks of 128 x 128"));
  EXPECT_THAT(e.notes, HasSubstr("multi-token prediction are not counted"));
}

TEST(HfConfig, TellsNullFromAbsent) {
  EXPECT_EQ(entryOf(kDeepSeekV2Lite).q_lora_rank, 0);
  std::string without = kDeepSeekV2Lite;
  without.replace(without.find(R"("q_lora_rank": null,)"), 20, "");
  const ModelEntry e = entryOf(without);
  EXPECT_EQ(e.q_lora_rank, 1536);  // of DeepseekV2Config
  EXPECT_THAT(e.notes, HasSubstr("from the defaults of transformers: q_lora_rank 1536"));
}

TEST(HfConfig, ReadsTheLanguagePartOfAMultimodalModel) {
  const ModelEntry e = entryOf(kGemma3_27B);
  EXPECT_EQ(e.hidden, 5376);
  EXPECT_EQ(e.vocabulary, 262'208);
  EXPECT_EQ(e.max_context, 131'072);
  EXPECT_TRUE(e.tied_embeddings);
  EXPECT_EQ(e.sliding_window, 1024);
  EXPECT_EQ(e.sliding_window_layers, 52);  // 62 less every sixth
  EXPECT_EQ(e.native_precision, "bf16");
  EXPECT_THAT(e.notes, HasSubstr("the language part of a multimodal model"));
}

TEST(HfConfig, TakesEmbeddingsAsTheArchitectureHasThem) {
  EXPECT_FALSE(entryOf(small(R"("model_type": "llama")")).tied_embeddings);
  EXPECT_TRUE(entryOf(small(R"("model_type": "gemma", "num_key_value_heads": 4)")).tied_embeddings);
  EXPECT_TRUE(
      entryOf(small(R"("model_type": "llama", "tie_word_embeddings": true)")).tied_embeddings);
  const std::string nested = small(R"("model_type": "qwen3_text", "num_key_value_heads": 4)");
  EXPECT_TRUE(
      entryOf(R"({"tie_word_embeddings": true, "text_config": )" + nested + "}").tied_embeddings);
}

TEST(HfConfig, DividesTheHiddenSizeAmongHeadsWhereNoHeadDimensionIsGiven) {
  const ModelEntry e = entryOf(small(R"("model_type": "llama")"));
  EXPECT_EQ(e.head_dim, 16);
  EXPECT_EQ(e.kv_heads, 4);
  EXPECT_EQ(e.attention, AttentionKind::kMha);
  EXPECT_EQ(entryOf(small(R"("model_type": "llama", "head_dim": 32)")).head_dim, 32);
}

TEST(HfConfig, ReadsAnUnknownTypeAsLlamaAndSaysSo) {
  const ModelEntry e = entryOf(small(R"("model_type": "housemade")"));
  EXPECT_EQ(e.hidden, 64);
  EXPECT_THAT(e.notes, HasSubstr("model_type 'housemade' is not known here"));
  EXPECT_THAT(entryOf(kMixtral8x7B).notes, Not(HasSubstr("not known")));
}

TEST(HfConfig, KnowsAnUnnamedTypeByItsClass) {
  std::string text = kQwen3_30B;
  text.replace(text.find(R"("model_type": "qwen3_moe",)"), 26, "");
  const ModelEntry e = entryOf(text);
  EXPECT_EQ(e.expert_ffn, 768);
  EXPECT_THAT(e.notes, Not(HasSubstr("not known")));
}

TEST(HfConfig, DoesNotTakeOtherStructuresForAttention) {
  const ModelEntry e =
      entryOf(small(R"("model_type": "housemade", "hybrid_override_pattern": "M*M*")"));
  EXPECT_EQ(e.attention, AttentionKind::kUnknown);
  EXPECT_EQ(e.attention_note, "'hybrid_override_pattern' in its config.json");
  const ModelEntry other = entryOf(small(
      R"("layer_types": ["conv", "conv", "conv", "conv", "conv", "conv", "conv", "full_attention"])"));
  EXPECT_EQ(other.attention, AttentionKind::kUnknown);
  EXPECT_EQ(other.attention_note, "layers of the type 'conv'");
}

struct Routing {
  const char* keys;
  int first_dense, every, routed;  ///< routed 0: the two others say it
};

TEST(HfConfig, UnderstandsEverySpellingOfWhichLayersRoute) {
  const Routing rows[] = {
      {R"("norm_topk_prob": true)", 0, 1, 0},
      {R"("first_k_dense_replace": 2)", 2, 1, 0},
      {R"("decoder_sparse_step": 2)", 0, 2, 0},
      {R"("interleave_moe_layer_step": 4)", 0, 4, 0},
      {R"("expert_layer_period": 2, "expert_layer_offset": 1)", 0, 2, 0},
      {R"("expert_layer_period": 2, "expert_layer_offset": 0)", 0, 1, 4},
      {R"("first_k_dense_replace": 3, "moe_layer_freq": 2)", 0, 1, 2},  // layers 4 and 6
      {R"("moe_layer_freq": [0, 1, 1, 1, 1, 1, 1, 1])", 1, 1, 0},
      {R"("moe_layer_freq": [0, 1, 0, 1, 1, 1, 1, 1])", 0, 1, 6},
      {R"("mlp_only_layers": [0, 1])", 2, 1, 0},
      {R"("mlp_only_layers": [7])", 0, 1, 7},
      {R"("moe_layers": [1, 3, 5, 7])", 0, 2, 0},
      {R"("moe_layer_start_index": 1, "moe_layer_end_index": -1)", 1, 1, 0},
      {R"("moe_layer_start_index": 1, "moe_layer_end_index": 5)", 0, 1, 5},
  };
  for (const Routing& row : rows) {
    const ModelEntry e = entryOf(smallMoe(row.keys));
    EXPECT_EQ(e.first_dense_layers, row.first_dense) << row.keys;
    EXPECT_EQ(e.moe_every_n_layers, row.every) << row.keys;
    EXPECT_EQ(e.routed_layers, row.routed) << row.keys;
  }
}

struct Windows {
  const char* keys;
  int window, layers;
};

TEST(HfConfig, UnderstandsEverySpellingOfWindows) {
  const Windows rows[] = {
      {R"("model_type": "llama")", 0, 0},
      {R"("model_type": "mistral")", 4096, 8},
      {R"("model_type": "mistral", "sliding_window": null)", 0, 0},
      {R"("model_type": "mistral", "max_position_embeddings": 4096)", 0, 0},  // never reached
      {R"("model_type": "gemma2", "sliding_window": 32)", 32, 4},
      {R"("model_type": "gemma3_text", "sliding_window_pattern": 4)", 4096, 6},
      {R"("model_type": "gpt_oss")", 128, 4},
      {R"("model_type": "qwen2", "sliding_window": 32)", 0, 0},
      {R"("model_type": "qwen2", "sliding_window": 32, "use_sliding_window": true,
          "max_window_layers": 6)",
       32, 2},
      {R"("sliding_window": 32, "sliding_window_pattern": "LLLG")", 32, 6},
      {R"("model_type": "llama4", "attention_chunk_size": 16)", 16, 6},
      {R"("model_type": "llama4", "no_rope_layers": [1, 1, 1, 1, 1, 1, 1, 0])", 8192, 7},
      {R"("sliding_window": 32, "layer_types": ["sliding_attention", "full_attention",
          "full_attention", "full_attention", "full_attention", "full_attention",
          "full_attention", "sliding_attention"])",
       32, 2},
  };
  for (const Windows& row : rows) {
    const std::string heads = R"(, "num_key_value_heads": 4)";
    const ModelEntry e = entryOf(small(row.keys + heads));
    EXPECT_EQ(e.sliding_window, row.window) << row.keys;
    EXPECT_EQ(e.sliding_window_layers, row.layers) << row.keys;
  }
}

TEST(HfConfig, ReadsTheLinearLayersOfHybrids) {
  const ModelEntry next = entryOf(kQwen3Next);
  EXPECT_EQ(next.attention, AttentionKind::kHybrid);
  EXPECT_EQ(next.kv_layers, 12);
  EXPECT_TRUE(next.attention_gate);
  EXPECT_EQ(next.linear.kind, LinearAttentionKind::kGatedDeltaNet);
  EXPECT_EQ(next.linear.value_heads, 32);
  const ModelEntry minimax = entryOf(miniMaxText01());
  EXPECT_EQ(minimax.kv_layers, 10);
  EXPECT_EQ(minimax.linear.kind, LinearAttentionKind::kLightning);
  const ModelEntry jamba = entryOf(kJamba);
  EXPECT_EQ(jamba.kv_layers, 4);
  EXPECT_EQ(jamba.linear.inner, 8192);
  std::string automatic = kJamba;
  automatic.replace(automatic.find("256"), 3, R"("auto")");
  EXPECT_EQ(entryOf(automatic).linear.step_rank, 256);  // a sixteenth of the hidden size
}

TEST(HfConfig, SaysWhenLinearLayersHaveNoSizes) {
  const ModelEntry e = entryOf(small(R"("full_attention_interval": 4)"));
  EXPECT_EQ(e.kv_layers, 2);
  EXPECT_EQ(e.linear.kind, LinearAttentionKind::kNone);
  EXPECT_THAT(e.notes, HasSubstr("the sizes of the linear layers are not in the file"));
}

// The files of Hunyuan-A13B give a list with one number for every layer.
TEST(HfConfig, ReadsAListThatSaysTheSameForEveryLayer) {
  const ModelEntry e =
      entryOf(small(R"("model_type": "hunyuan_v1_moe", "num_experts": 64, "moe_topk": [8, 8, 8, 8],
               "num_shared_expert": [1, 1, 1, 1])"));
  EXPECT_EQ(e.top_k, 8);
  EXPECT_EQ(e.expert_ffn, 256);
  EXPECT_EQ(e.shared_ffn, 256);
}

TEST(HfConfig, ReadsSharedExpertsByCountOrWidth) {
  EXPECT_EQ(entryOf(smallMoe(R"("n_shared_experts": 2)")).shared_ffn, 64);
  EXPECT_EQ(entryOf(smallMoe(R"("shared_expert_intermediate_size": 48)")).shared_ffn, 48);
  EXPECT_EQ(entryOf(smallMoe(R"("n_shared_experts": null)")).shared_ffn, 0);
}

TEST(HfConfig, ReadsFalconsHeadsByItsDecoder) {
  EXPECT_EQ(entryOf(kFalcon180B).kv_heads, 8);
  EXPECT_EQ(entryOf(kFalcon180B).dense_ffn, 4 * 14848);
  EXPECT_EQ(entryOf(small(R"("model_type": "falcon")")).kv_heads, 1);
  EXPECT_EQ(entryOf(small(R"("model_type": "falcon", "multi_query": false)")).kv_heads, 4);
}

// mosaicml/llm-foundry: no learned positions beside ALiBi; the FFN is four times as wide.
TEST(HfConfig, ReadsMpt) {
  const std::string sizes = R"({"model_type": "mpt", "d_model": 64, "n_heads": 4, "n_layers": 2,
      "max_seq_len": 128, "expansion_ratio": 4, "vocab_size": 1000, "attn_config": )";
  const ModelEntry alibi = entryOf(sizes + R"({"alibi": true}})");
  EXPECT_EQ(alibi.dense_ffn, 256);
  EXPECT_EQ(alibi.ffn_matrices, 2);
  EXPECT_EQ(alibi.learned_positions, 0);
  EXPECT_EQ(entryOf(sizes + R"({"alibi": false}})").learned_positions, 128);
}

struct Precision {
  const char* keys;
  const char* precision;
};

TEST(HfConfig, ReadsThePrecisionOfTheWeights) {
  const Precision rows[] = {
      {R"("x": 0)", ""},
      {R"("torch_dtype": "bfloat16")", "bf16"},
      {R"("dtype": "float16")", "fp16"},
      {R"("quantization_config": {"quant_method": "mxfp4"}, "torch_dtype": "bfloat16")", "mxfp4"},
      {R"("quantization_config": {"quant_method": "modelopt", "quant_algo": "NVFP4"})", "nvfp4"},
      {R"("quantization_config": {"quant_method": "awq", "bits": 4})", "int4"},
      {R"("quantization_config": {"quant_method": "compressed-tensors", "config_groups":
          {"group_0": {"weights": {"num_bits": 8, "type": "float"}}}})",
       "fp8"},
  };
  for (const Precision& row : rows)
    EXPECT_EQ(entryOf(small(row.keys)).native_precision, row.precision) << row.keys;
}

TEST(HfConfig, IsNamedAfterItsFolderOrFile) {
  EXPECT_EQ(entryOf(small(""), "models/house-7b/config.json").name, "house-7b");
  EXPECT_EQ(entryOf(small(""), "house-8b.json").name, "house-8b");
  EXPECT_EQ(entryOf(small(R"("_name_or_path": "house/9b")")).name, "house/9b");
}

TEST(HfConfig, IsReadFromAFile) {
  const auto file = std::filesystem::path(testing::TempDir()) / "hf_config_read.json";
  std::ofstream(file) << kOlmoe;
  const auto entry = readHfConfig(file);
  std::filesystem::remove(file);
  ASSERT_TRUE(entry) << describe(entry.error());
  EXPECT_EQ(entry->experts, 64);
  EXPECT_EQ(entry->where, file.string());
}

}  // namespace
}  // namespace moe
