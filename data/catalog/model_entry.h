#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace moe {

/// How a layer attends. Hybrid models attend (GQA) in `kv_layers` of their layers and carry a state
/// of constant size in the others.
enum class AttentionKind { kMha, kGqa, kMla, kHybrid, kUnknown };

/// What the layers of a hybrid that keep no KV cache do. kNone: not stated.
enum class LinearAttentionKind { kNone, kGatedDeltaNet, kLightning, kMamba };

/// Sizes of such a layer. Absent ones are 0.
struct LinearAttention {
  LinearAttentionKind kind = LinearAttentionKind::kNone;
  int key_heads = 0;  ///< heads and widths: gated delta net and lightning attention
  int value_heads = 0;
  int key_dim = 0;  ///< of one head
  int value_dim = 0;
  int convolution = 0;  ///< tokens that the short convolution spans
  int inner = 0;        ///< Mamba: inner width, state per channel, rank of the step size
  int state = 0;
  int step_rank = 0;
};

/// One language model of the catalog: its configuration, and what was published about it. Absent
/// counts are 0. Published counts stay text, because their last digit says how they were rounded.
struct ModelEntry {
  std::string name;
  std::vector<std::string> aliases;
  int layers = 0;  ///< of the decoder; what says which layers route holds for each stack
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
  int routed_layers = 0;  ///< layers that route, where the two fields above cannot say; 0: they do
  int vocabulary = 0;
  bool tied_embeddings = false;
  int ffn_matrices = 3;         ///< 3 gated, 2 plain
  int expert_ffn_matrices = 0;  ///< of routed experts where they are others; 0: ffn_matrices
  int extra_ffn = 0;  ///< inner width of a dense FFN with a norm behind each routed layer; 0: none
  AttentionKind attention = AttentionKind::kGqa;
  std::string attention_note;
  bool attention_gate = false;  ///< the query projection makes a gate for the output, too
  int kv_layers = 0;            ///< layers that keep a KV cache; all of them except in hybrids
  LinearAttention linear;       ///< of the others
  int q_lora_rank = 0;
  int kv_lora_rank = 0;
  int qk_nope_dim = 0;
  int qk_rope_dim = 0;
  int v_head_dim = 0;
  int encoder_layers = 0;         ///< 0: decoder only
  int sliding_window = 0;         ///< tokens; 0: none
  int sliding_window_layers = 0;  ///< layers that attend within it
  int max_context = 0;            ///< tokens; 0: not stated
  int learned_positions = 0;      ///< rows of a learned position embedding
  int relative_buckets = 0;       ///< of a learned relative position bias, per head and stack
  std::string
      native_precision;  ///< of the published weights, "fp8_block", "mxfp4"; empty: not stated
  std::string published_total;  ///< billions of parameters, as printed
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

/// Matrices of a routed expert.
inline int expertMatrices(const ModelEntry& model) {
  return model.expert_ffn_matrices > 0 ? model.expert_ffn_matrices : model.ffn_matrices;
}

std::string_view name(AttentionKind kind);
/// "gated_delta_net", "lightning", "mamba"; "" for none.
std::string_view name(LinearAttentionKind kind);

}  // namespace moe
