#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace moe {

/// How a layer attends. Hybrid models attend (GQA) in `kv_layers` of their layers and carry a state
/// of constant size in the others.
enum class AttentionKind { kMha, kGqa, kMla, kHybrid, kUnknown };

/// One language model of the catalog: its configuration, and what was published about it. Absent
/// counts are 0. Published counts stay text, because their last digit says how they were rounded.
struct ModelEntry {
  std::string name;
  std::vector<std::string> aliases;
  int layers = 0;  ///< of the decoder
  int hidden = 0;
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;   ///< not used by MLA
  int dense_ffn = 0;  ///< inner width of FFNs that are not routed
  int experts = 0;    ///< per routed layer; 0: a dense model
  int top_k = 0;
  int shared_experts = 0;
  int expert_ffn = 0;
  int shared_ffn = 0;  ///< inner width of all shared experts of a layer together
  int first_dense_layers = 0;
  int moe_every_n_layers = 1;
  int vocabulary = 0;
  bool tied_embeddings = false;
  int ffn_matrices = 3;  ///< 3 gated, 2 plain
  AttentionKind attention = AttentionKind::kGqa;
  std::string attention_note;
  int kv_layers = 0;  ///< layers that keep a KV cache; all of them except in hybrids
  int q_lora_rank = 0;
  int kv_lora_rank = 0;
  int qk_nope_dim = 0;
  int qk_rope_dim = 0;
  int v_head_dim = 0;
  int encoder_layers = 0;         ///< 0: decoder only
  int sliding_window = 0;         ///< tokens; 0: none
  int sliding_window_layers = 0;  ///< layers that attend within it
  int max_context = 0;            ///< tokens; 0: not stated
  std::string native_precision;   ///< of the published weights: "fp8_block", "mxfp4"; empty: bf16
  std::string published_total;    ///< billions of parameters, as printed
  std::string published_active;
  std::string published_total_note;
  std::string published_active_note;
  std::string total_count_note;  ///< why our count differs by more than the printed rounding
  std::string active_count_note;
  std::string verification;
  std::string source;
  std::string notes;
  std::string where;
};

std::string_view name(AttentionKind kind);

}  // namespace moe
