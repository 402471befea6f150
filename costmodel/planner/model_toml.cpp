#include "costmodel/planner/model_toml.h"

#include <fmt/format.h>

#include <string_view>

#include "data/toml_text.h"

namespace moe {
namespace {

struct Writer {
  std::string text;
  void size(std::string_view key, int value, int left_out = 0) {
    if (value != left_out) text += fmt::format("{} = {}\n", key, value);
  }
  void flag(std::string_view key, bool value) {
    if (value) text += fmt::format("{} = true\n", key);
  }
  void words(std::string_view key, const std::string& value) {
    if (!value.empty()) text += fmt::format("{} = {}\n", key, quotedToml(value));
  }
};

void writeAttention(Writer& out, const ModelEntry& m) {
  out.words("attention", std::string(name(m.attention)));
  out.words("attention_note", m.attention_note);
  out.flag("attention_gate", m.attention_gate);
  out.size("heads", m.heads);
  out.size("kv_heads", m.kv_heads);
  out.size("head_dim", m.head_dim);
  out.size("kv_layers", m.kv_layers, m.layers);
  out.size("q_lora_rank", m.q_lora_rank);
  out.size("kv_lora_rank", m.kv_lora_rank);
  out.size("qk_nope_dim", m.qk_nope_dim);
  out.size("qk_rope_dim", m.qk_rope_dim);
  out.size("v_head_dim", m.v_head_dim);
  out.size("sliding_window", m.sliding_window);
  out.size("sliding_window_layers", m.sliding_window_layers);
}

void writeLinearAttention(Writer& out, const LinearAttention& linear) {
  out.words("linear_kind", std::string(name(linear.kind)));
  out.size("linear_key_heads", linear.key_heads);
  out.size("linear_value_heads", linear.value_heads);
  out.size("linear_key_dim", linear.key_dim);
  out.size("linear_value_dim", linear.value_dim);
  out.size("linear_convolution", linear.convolution);
  out.size("mamba_inner", linear.inner);
  out.size("mamba_state", linear.state);
  out.size("mamba_step_rank", linear.step_rank);
}

void writeFeedForward(Writer& out, const ModelEntry& m) {
  out.size("dense_ffn", m.dense_ffn);
  out.size("experts", m.experts);
  out.size("top_k", m.top_k);
  out.size("shared_experts", m.shared_experts);
  out.size("expert_ffn", m.expert_ffn);
  out.size("shared_ffn", m.shared_ffn);
  out.size("first_dense_layers", m.first_dense_layers);
  out.size("moe_every_n_layers", m.moe_every_n_layers, 1);
  out.size("routed_layers", m.routed_layers);
  out.size("ffn_matrices", m.ffn_matrices, 3);
  out.size("expert_ffn_matrices", m.expert_ffn_matrices);
  out.size("extra_ffn", m.extra_ffn);
}

void writePublished(Writer& out, const ModelEntry& m) {
  out.words("native_precision", m.native_precision);
  out.words("published_total_billion_params", m.published_total);
  out.words("published_active_billion_params", m.published_active);
  out.words("published_total_note", m.published_total_note);
  out.words("published_active_note", m.published_active_note);
  out.words("total_count_note", m.total_count_note);
  out.words("active_count_note", m.active_count_note);
}

}  // namespace

std::string modelToml(const ModelEntry& m) {
  Writer out;
  out.words("name", m.name);
  out.size("layers", m.layers);
  out.size("hidden", m.hidden);
  out.size("vocabulary", m.vocabulary);
  out.flag("tied_embeddings", m.tied_embeddings);
  writeAttention(out, m);
  writeLinearAttention(out, m.linear);
  writeFeedForward(out, m);
  out.size("encoder_layers", m.encoder_layers);
  out.size("max_context", m.max_context);
  out.size("learned_positions", m.learned_positions);
  out.size("relative_buckets", m.relative_buckets);
  writePublished(out, m);
  out.words("verification", m.verification);
  out.words("source", m.source);
  out.words("notes", m.notes);
  return out.text;
}

}  // namespace moe
