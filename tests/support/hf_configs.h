#pragma once

#include <string>

// Keys of published config.json files, only those that sizes depend on. The values are facts; where
// not said otherwise they stand in the copies of the publishers' files in ai-dynamo/aiconfigurator
// (095f58a, aic-core/src/aiconfigurator_core/model_configs).

namespace moe::test {

inline std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += (i > 0 ? ", " : "") + text;
  return all;
}

inline const std::string kMixtral8x7B = R"({"architectures": ["MixtralForCausalLM"],
  "hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 32768,
  "model_type": "mixtral", "num_attention_heads": 32, "num_experts_per_tok": 2,
  "num_hidden_layers": 32, "num_key_value_heads": 8, "num_local_experts": 8,
  "sliding_window": null, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
  "vocab_size": 32000})";

inline const std::string kDeepSeekV3 = R"({"architectures": ["DeepseekV3ForCausalLM"],
  "first_k_dense_replace": 3, "hidden_size": 7168, "intermediate_size": 18432,
  "kv_lora_rank": 512, "max_position_embeddings": 163840, "model_type": "deepseek_v3",
  "moe_intermediate_size": 2048, "moe_layer_freq": 1, "n_routed_experts": 256,
  "n_shared_experts": 1, "num_attention_heads": 128, "num_experts_per_tok": 8,
  "num_hidden_layers": 61, "num_key_value_heads": 128, "num_nextn_predict_layers": 1,
  "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
  "quantization_config": {"fmt": "e4m3", "quant_method": "fp8", "weight_block_size": [128, 128]},
  "tie_word_embeddings": false, "torch_dtype": "bfloat16", "v_head_dim": 128,
  "vocab_size": 129280})";

// arXiv 2405.04434, appendix B; the vocabulary of DeepSeek-V2.
inline const std::string kDeepSeekV2Lite = R"({"architectures": ["DeepseekV2ForCausalLM"],
  "first_k_dense_replace": 1, "hidden_size": 2048, "intermediate_size": 10944,
  "kv_lora_rank": 512, "max_position_embeddings": 163840, "model_type": "deepseek_v2",
  "moe_intermediate_size": 1408, "moe_layer_freq": 1, "n_routed_experts": 64,
  "n_shared_experts": 2, "num_attention_heads": 16, "num_experts_per_tok": 6,
  "num_hidden_layers": 27, "num_key_value_heads": 16, "q_lora_rank": null,
  "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "tie_word_embeddings": false,
  "v_head_dim": 128, "vocab_size": 102400})";

inline const std::string kQwen3_30B = R"({"architectures": ["Qwen3MoeForCausalLM"],
  "decoder_sparse_step": 1, "head_dim": 128, "hidden_size": 2048, "intermediate_size": 6144,
  "max_position_embeddings": 40960, "max_window_layers": 48, "mlp_only_layers": [],
  "model_type": "qwen3_moe", "moe_intermediate_size": 768, "num_attention_heads": 32,
  "num_experts": 128, "num_experts_per_tok": 8, "num_hidden_layers": 48,
  "num_key_value_heads": 4, "sliding_window": null, "tie_word_embeddings": false,
  "torch_dtype": "bfloat16", "use_sliding_window": false, "vocab_size": 151936})";

inline const std::string kQwen3_235B = R"({"architectures": ["Qwen3MoeForCausalLM"],
  "decoder_sparse_step": 1, "head_dim": 128, "hidden_size": 4096, "intermediate_size": 12288,
  "max_position_embeddings": 40960, "max_window_layers": 94, "mlp_only_layers": [],
  "model_type": "qwen3_moe", "moe_intermediate_size": 1536, "num_attention_heads": 64,
  "num_experts": 128, "num_experts_per_tok": 8, "num_hidden_layers": 94,
  "num_key_value_heads": 4, "sliding_window": null, "tie_word_embeddings": false,
  "torch_dtype": "bfloat16", "use_sliding_window": false, "vocab_size": 151936})";

inline std::string gptOss120B() {
  return R"({"architectures": ["GptOssForCausalLM"], "experts_per_token": 4, "head_dim": 64,
  "hidden_size": 2880, "intermediate_size": 2880, "layer_types": [)" +
         repeated(R"("sliding_attention", "full_attention")", 18) +
         R"(], "max_position_embeddings": 131072, "model_type": "gpt_oss",
  "num_attention_heads": 64, "num_experts_per_tok": 4, "num_hidden_layers": 36,
  "num_key_value_heads": 8, "num_local_experts": 128,
  "quantization_config": {"quant_method": "mxfp4"}, "sliding_window": 128,
  "tie_word_embeddings": false, "vocab_size": 201088})";
}

inline const std::string kLlama31_70B = R"({"architectures": ["LlamaForCausalLM"],
  "hidden_size": 8192, "intermediate_size": 28672, "max_position_embeddings": 131072,
  "model_type": "llama", "num_attention_heads": 64, "num_hidden_layers": 80,
  "num_key_value_heads": 8, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
  "vocab_size": 128256})";

// NVIDIA/TensorRT-LLM@fe6fa01 tests/unittest/_torch/modeling/test_modeling_gemma3.py, with the 62
// layers of the published model. It has no vocabulary, no longest context and no pattern.
inline const std::string kGemma3_27B = R"({"architectures": ["Gemma3ForConditionalGeneration"],
  "model_type": "gemma3", "text_config": {"head_dim": 128, "hidden_size": 5376,
  "intermediate_size": 21504, "model_type": "gemma3_text", "num_attention_heads": 32,
  "num_hidden_layers": 62, "num_key_value_heads": 16, "sliding_window": 1024},
  "torch_dtype": "bfloat16", "vision_config": {"hidden_size": 1152, "num_hidden_layers": 27}})";

// arXiv 2409.02060; huggingface/transformers OlmoeConfig.
inline const std::string kOlmoe = R"({"architectures": ["OlmoeForCausalLM"], "hidden_size": 2048,
  "intermediate_size": 1024, "max_position_embeddings": 4096, "model_type": "olmoe",
  "num_attention_heads": 16, "num_experts": 64, "num_experts_per_tok": 8,
  "num_hidden_layers": 16, "num_key_value_heads": 16, "tie_word_embeddings": false,
  "vocab_size": 50304})";

inline const std::string kLlama4Scout = R"({"architectures": ["Llama4ForConditionalGeneration"],
  "model_type": "llama4", "text_config": {"attention_chunk_size": 8192, "head_dim": 128,
  "hidden_size": 5120, "interleave_moe_layer_step": 1, "intermediate_size": 8192,
  "intermediate_size_mlp": 16384, "max_position_embeddings": 10485760,
  "model_type": "llama4_text", "num_attention_heads": 40, "num_experts_per_tok": 1,
  "num_hidden_layers": 48, "num_key_value_heads": 8, "num_local_experts": 16,
  "vocab_size": 202048}, "torch_dtype": "bfloat16"})";

inline const std::string kLlama4Maverick = R"({"model_type": "llama4", "text_config": {
  "attention_chunk_size": 8192, "head_dim": 128, "hidden_size": 5120,
  "interleave_moe_layer_step": 2, "intermediate_size": 8192, "intermediate_size_mlp": 16384,
  "max_position_embeddings": 1048576, "model_type": "llama4_text", "num_attention_heads": 40,
  "num_experts_per_tok": 1, "num_hidden_layers": 48, "num_key_value_heads": 8,
  "num_local_experts": 128, "vocab_size": 202048}})";

inline const std::string kKimiK2 = R"({"architectures": ["DeepseekV3ForCausalLM"],
  "first_k_dense_replace": 1, "hidden_size": 7168, "intermediate_size": 18432,
  "kv_lora_rank": 512, "max_position_embeddings": 131072, "model_type": "kimi_k2",
  "moe_intermediate_size": 2048, "moe_layer_freq": 1, "n_routed_experts": 384,
  "n_shared_experts": 1, "num_attention_heads": 64, "num_experts_per_tok": 8,
  "num_hidden_layers": 61, "num_key_value_heads": 64, "q_lora_rank": 1536,
  "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "tie_word_embeddings": false,
  "v_head_dim": 128, "vocab_size": 163840})";

// huggingface/transformers@008e574 Qwen3NextConfig, whose defaults are this model; full attention
// in every fourth layer by default.
inline const std::string kQwen3Next = R"({"architectures": ["Qwen3NextForCausalLM"],
  "decoder_sparse_step": 1, "head_dim": 256, "hidden_size": 2048, "intermediate_size": 5632,
  "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128, "linear_num_key_heads": 16,
  "linear_num_value_heads": 32, "linear_value_head_dim": 128,
  "max_position_embeddings": 262144, "mlp_only_layers": [], "model_type": "qwen3_next",
  "moe_intermediate_size": 512, "num_attention_heads": 16, "num_experts": 512,
  "num_experts_per_tok": 10, "num_hidden_layers": 48, "num_key_value_heads": 2,
  "shared_expert_intermediate_size": 512, "tie_word_embeddings": false, "vocab_size": 151936})";

inline std::string qwen35_35B() {
  return R"({"model_type": "qwen3_5_moe", "text_config": {"attn_output_gate": true,
  "dtype": "bfloat16", "head_dim": 256, "hidden_size": 2048, "layer_types": [)" +
         repeated(R"("linear_attention", "linear_attention", "linear_attention", "full_attention")",
                  10) +
         R"(], "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128,
  "linear_num_key_heads": 16, "linear_num_value_heads": 32, "linear_value_head_dim": 128,
  "max_position_embeddings": 262144, "mlp_only_layers": [], "model_type": "qwen3_5_moe_text",
  "moe_intermediate_size": 512, "num_attention_heads": 16, "num_experts": 256,
  "num_experts_per_tok": 8, "num_hidden_layers": 40, "num_key_value_heads": 2,
  "shared_expert_intermediate_size": 512, "vocab_size": 248320},
  "tie_word_embeddings": false})";
}

// arXiv 2501.08313: softmax attention in every eighth layer, coded 1.
inline std::string miniMaxText01() {
  return R"({"architectures": ["MiniMaxText01ForCausalLM"], "attn_type_list": [)" +
         repeated("0, 0, 0, 0, 0, 0, 0, 1", 10) +
         R"(], "head_dim": 128, "hidden_size": 6144, "intermediate_size": 9216,
  "max_position_embeddings": 4000000, "model_type": "minimax_text_01",
  "num_attention_heads": 64, "num_experts_per_tok": 2, "num_hidden_layers": 80,
  "num_key_value_heads": 8, "num_local_experts": 32, "shared_intermediate_size": 0,
  "tie_word_embeddings": false, "vocab_size": 200064})";
}

// huggingface/transformers@008f5c8 JambaConfig, whose defaults are Jamba-v0.1.
inline const std::string kJamba = R"({"architectures": ["JambaForCausalLM"],
  "attn_layer_offset": 4, "attn_layer_period": 8, "expert_layer_offset": 1,
  "expert_layer_period": 2, "hidden_size": 4096, "intermediate_size": 14336,
  "mamba_d_conv": 4, "mamba_d_state": 16, "mamba_dt_rank": 256, "mamba_expand": 2,
  "max_position_embeddings": 262144, "model_type": "jamba", "num_attention_heads": 32,
  "num_experts": 16, "num_experts_per_tok": 2, "num_hidden_layers": 32,
  "num_key_value_heads": 8, "sliding_window": null, "tie_word_embeddings": false,
  "vocab_size": 65536})";

// Databricks' DBRX blog; keys of huggingface/transformers DbrxConfig.
inline const std::string kDbrx = R"({"architectures": ["DbrxForCausalLM"],
  "attn_config": {"kv_n_heads": 8}, "d_model": 6144, "ffn_config": {"ffn_hidden_size": 10752,
  "moe_num_experts": 16, "moe_top_k": 4}, "max_seq_len": 32768, "model_type": "dbrx",
  "n_heads": 48, "n_layers": 40, "tie_word_embeddings": false, "vocab_size": 100352})";

// xai-org/grok-1 run.py.
inline const std::string kGrok1 = R"({"hidden_size": 6144, "intermediate_size": 32768,
  "max_position_embeddings": 8192, "model_type": "grok-1", "num_attention_heads": 48,
  "num_experts": 8, "num_experts_per_tok": 2, "num_hidden_layers": 64,
  "num_key_value_heads": 8, "vocab_size": 131072})";

// arXiv 2508.06471; keys of huggingface/transformers Glm4MoeConfig.
inline const std::string kGlm45Air = R"({"first_k_dense_replace": 1, "head_dim": 128,
  "hidden_size": 4096, "intermediate_size": 10944, "max_position_embeddings": 131072,
  "model_type": "glm4_moe", "moe_intermediate_size": 1408, "n_routed_experts": 128,
  "n_shared_experts": 1, "num_attention_heads": 96, "num_experts_per_tok": 8,
  "num_hidden_layers": 46, "num_key_value_heads": 8, "tie_word_embeddings": false,
  "vocab_size": 151552})";

// arXiv 2404.14219.
inline const std::string kPhi35Moe = R"({"architectures": ["PhiMoEForCausalLM"],
  "hidden_size": 4096, "intermediate_size": 6400, "max_position_embeddings": 131072,
  "model_type": "phimoe", "num_attention_heads": 32, "num_experts_per_tok": 2,
  "num_hidden_layers": 32, "num_key_value_heads": 8, "num_local_experts": 16,
  "sliding_window": 131072, "tie_word_embeddings": false, "vocab_size": 32064})";

// arXiv 2310.06825.
inline const std::string kMistral7B = R"({"architectures": ["MistralForCausalLM"],
  "hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 32768,
  "model_type": "mistral", "num_attention_heads": 32, "num_hidden_layers": 32,
  "num_key_value_heads": 8, "sliding_window": 4096, "vocab_size": 32000})";

// huggingface/transformers@0bedd33 GPTJConfig, whose defaults are this model.
inline const std::string kGptJ = R"({"architectures": ["GPTJForCausalLM"], "model_type": "gptj",
  "n_embd": 4096, "n_head": 16, "n_inner": null, "n_layer": 28, "n_positions": 2048,
  "tie_word_embeddings": false, "vocab_size": 50400})";

// NVIDIA/TensorRT-LLM@77d24b5 docs/source/performance.md.
inline const std::string kFalcon180B = R"({"architectures": ["FalconForCausalLM"],
  "hidden_size": 14848, "max_position_embeddings": 2048, "model_type": "falcon",
  "new_decoder_architecture": true, "num_attention_heads": 232, "num_hidden_layers": 80,
  "num_kv_heads": 8, "tie_word_embeddings": false, "vocab_size": 65024})";

}  // namespace moe::test
