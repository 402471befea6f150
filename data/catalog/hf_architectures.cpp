#include "data/catalog/hf_architectures.h"

#include <algorithm>
#include <string>

#include "data/catalog/name_index.h"

namespace moe::catalog {
namespace {

// Defaults as in the configuration classes of huggingface/transformers (4.50 to 5.0, 2025 to 2026),
// src/transformers/models/*/configuration_*.py. Sizes that every published file states (layers,
// hidden size, vocabulary) have none here: a file without them is incomplete.
constexpr HfDefault kEightKvHeads[] = {{"num_key_value_heads", 8}};
constexpr HfDefault kMistral[] = {{"num_key_value_heads", 8}, {"sliding_window", 4096}};
constexpr HfDefault kQwen2[] = {{"num_key_value_heads", 32}, {"use_sliding_window", 0}};
constexpr HfDefault kQwen3[] = {
    {"num_key_value_heads", 32}, {"head_dim", 128}, {"use_sliding_window", 0}};
constexpr HfDefault kQwen2Moe[] = {{"num_key_value_heads", 16},
                                   {"shared_expert_intermediate_size", 5632},
                                   {"use_sliding_window", 0}};
constexpr HfDefault kQwen3Moe[] = {{"num_key_value_heads", 4}, {"use_sliding_window", 0}};
constexpr HfDefault kQwen3Next[] = {
    {"num_key_value_heads", 2},     {"head_dim", 256},
    {"attn_output_gate", 1},        {"full_attention_interval", 4},
    {"linear_conv_kernel_dim", 4},  {"linear_key_head_dim", 128},
    {"linear_value_head_dim", 128}, {"linear_num_key_heads", 16},
    {"linear_num_value_heads", 32}, {"shared_expert_intermediate_size", 512}};
constexpr HfDefault kQwen35[] = {{"num_key_value_heads", 4},     {"head_dim", 256},
                                 {"attn_output_gate", 1},        {"full_attention_interval", 4},
                                 {"linear_conv_kernel_dim", 4},  {"linear_key_head_dim", 128},
                                 {"linear_value_head_dim", 128}, {"linear_num_key_heads", 16},
                                 {"linear_num_value_heads", 32}};
constexpr HfDefault kDeepseekV2[] = {{"q_lora_rank", 1536},     {"kv_lora_rank", 512},
                                     {"qk_nope_head_dim", 128}, {"qk_rope_head_dim", 64},
                                     {"v_head_dim", 128},       {"n_shared_experts", 2}};
constexpr HfDefault kDeepseekV3[] = {{"q_lora_rank", 1536},       {"kv_lora_rank", 512},
                                     {"qk_nope_head_dim", 128},   {"qk_rope_head_dim", 64},
                                     {"v_head_dim", 128},         {"n_shared_experts", 1},
                                     {"first_k_dense_replace", 3}};
constexpr HfDefault kGptOss[] = {{"num_key_value_heads", 8},
                                 {"head_dim", 64},
                                 {"sliding_window", 128},
                                 {"sliding_window_pattern", 2}};
constexpr HfDefault kGemma[] = {{"num_key_value_heads", 16}, {"head_dim", 256}};
constexpr HfDefault kGemma2[] = {{"num_key_value_heads", 4},
                                 {"head_dim", 256},
                                 {"sliding_window", 4096},
                                 {"sliding_window_pattern", 2}};
// Published files of Gemma 3 leave out what equals a default, the vocabulary included.
constexpr HfDefault kGemma3[] = {{"vocab_size", 262208},
                                 {"num_attention_heads", 8},
                                 {"num_key_value_heads", 4},
                                 {"head_dim", 256},
                                 {"max_position_embeddings", 131072},
                                 {"sliding_window", 4096},
                                 {"sliding_window_pattern", 6}};
constexpr HfDefault kLlama4[] = {{"num_key_value_heads", 8},
                                 {"head_dim", 128},
                                 {"intermediate_size_mlp", 16384},
                                 {"attention_chunk_size", 8192},
                                 {"no_rope_layer_interval", 4}};
constexpr HfDefault kJamba[] = {{"num_key_value_heads", 8}, {"expert_layer_period", 2},
                                {"expert_layer_offset", 1}, {"attn_layer_period", 8},
                                {"attn_layer_offset", 4},   {"mamba_d_state", 16},
                                {"mamba_d_conv", 4},        {"mamba_expand", 2}};
constexpr HfDefault kDbrx[] = {{"kv_n_heads", 1}};
constexpr HfDefault kGlm4Moe[] = {
    {"num_key_value_heads", 8}, {"first_k_dense_replace", 1}, {"n_shared_experts", 1}};
constexpr HfDefault kErnieMoe[] = {
    {"num_key_value_heads", 4}, {"moe_num_shared_experts", 2}, {"moe_layer_start_index", 1}};

constexpr std::string_view kOwnWidth = "moe_intermediate_size";
constexpr std::string_view kFfnWidth = "intermediate_size";

constexpr HfArchitecture kArchitectures[] = {
    {"llama", false, 3, {}, {}},
    {"mistral", false, 3, {}, kMistral},
    {"mixtral", false, 3, kFfnWidth, kEightKvHeads},
    {"qwen2", false, 3, {}, kQwen2},
    {"qwen2_vl", false, 3, {}, kQwen2},
    {"qwen2_5_vl", false, 3, {}, kQwen2},
    {"qwen2_moe", false, 3, kOwnWidth, kQwen2Moe},
    {"qwen3", false, 3, {}, kQwen3},
    {"qwen3_vl", false, 3, {}, kQwen3},
    {"qwen3_moe", false, 3, kOwnWidth, kQwen3Moe},
    {"qwen3_vl_moe", false, 3, kOwnWidth, kQwen3Moe},
    {"qwen3_next", false, 3, kOwnWidth, kQwen3Next},
    {"qwen3_5", false, 3, {}, kQwen35},
    {"qwen3_5_moe", false, 3, kOwnWidth, kQwen3Next},
    {"deepseek", false, 3, kOwnWidth, {}},
    {"deepseek_v2", false, 3, kOwnWidth, kDeepseekV2},
    {"deepseek_v3", false, 3, kOwnWidth, kDeepseekV3},
    {"deepseek_v32", false, 3, kOwnWidth, kDeepseekV3},
    {"kimi_k2", false, 3, kOwnWidth, kDeepseekV3},
    {"glm_moe_dsa", false, 3, kOwnWidth, {}},
    {"gpt_oss", false, 3, kFfnWidth, kGptOss},
    {"olmo", false, 3, {}, {}},
    {"olmo2", false, 3, {}, {}},
    {"olmoe", false, 3, kFfnWidth, {}},
    {"phi3", false, 3, {}, {}},
    {"phimoe", false, 3, kFfnWidth, kEightKvHeads},
    {"gemma", true, 3, {}, kGemma},
    {"gemma2", true, 3, {}, kGemma2},
    {"gemma3", true, 3, {}, kGemma3},
    {"llama4", false, 3, kFfnWidth, kLlama4, 1},
    {"minimax", false, 3, kFfnWidth, kEightKvHeads},
    {"minimax_text_01", false, 3, kFfnWidth, kEightKvHeads},
    {"minimax_m1", false, 3, kFfnWidth, kEightKvHeads},
    {"minimax_m2", false, 3, kFfnWidth, {}},
    {"jamba", false, 3, kFfnWidth, kJamba},
    {"dbrx", false, 3, "ffn_hidden_size", kDbrx},
    {"grok-1", true, 3, kFfnWidth, {}},
    {"gpt2", true, 2, {}, {}, 0, 4},
    {"gptj", false, 2, {}, {}, 0, 4},
    {"gpt_neox", false, 2, {}, {}},
    {"falcon", true, 2, {}, {}, 0, 4},
    {"mpt", true, 2, {}, {}, 0, 4},
    {"opt", true, 2, {}, {}},
    {"granitemoe", false, 3, kFfnWidth, {}},
    {"granitemoeshared", false, 3, kFfnWidth, {}},
    {"glm4_moe", false, 3, kOwnWidth, kGlm4Moe},
    {"ernie4_5", true, 3, {}, {}},
    {"ernie4_5_moe", true, 3, kOwnWidth, kErnieMoe},
    {"hunyuan_v1_moe", false, 3, kFfnWidth, {}, 1},
};

std::string_view withoutEnd(std::string_view text, std::string_view end) {
  if (text.ends_with(end)) text.remove_suffix(end.size());
  return text;
}

}  // namespace

const HfArchitecture* findHfArchitecture(std::string_view model_type) {
  const std::string wanted = comparableName(withoutEnd(model_type, "_text"));
  const auto found =
      std::find_if(std::begin(kArchitectures), std::end(kArchitectures),
                   [&](const HfArchitecture& a) { return comparableName(a.model_type) == wanted; });
  return found == std::end(kArchitectures) ? nullptr : found;
}

const HfArchitecture* findHfArchitectureOfClass(std::string_view class_name) {
  if (class_name.starts_with("HunYuanMoEV1")) return findHfArchitecture("hunyuan_v1_moe");
  for (const std::string_view end :
       {"ForCausalLM", "ForConditionalGeneration", "LMHeadModel", "Model"})
    class_name = withoutEnd(class_name, end);
  return findHfArchitecture(class_name);
}

}  // namespace moe::catalog
