#include <fmt/format.h>

#include "data/catalog/catalog.h"
#include "data/catalog/toml_table.h"
#include "data/numbers.h"

namespace moe {
namespace {

using catalog::FieldReader;

constexpr AttentionKind kAttentionKinds[] = {AttentionKind::kMha, AttentionKind::kGqa,
                                             AttentionKind::kMla, AttentionKind::kHybrid,
                                             AttentionKind::kUnknown};
constexpr LinearAttentionKind kLinearKinds[] = {LinearAttentionKind::kGatedDeltaNet,
                                                LinearAttentionKind::kLightning,
                                                LinearAttentionKind::kMamba};

void readAttention(FieldReader& fields, ModelEntry& entry) {
  const std::string text = fields.text("attention", true);
  bool known = false;
  for (const AttentionKind kind : kAttentionKinds) {
    if (name(kind) != text) continue;
    entry.attention = kind;
    known = true;
  }
  if (!known && !text.empty())
    fields.reject("attention", fmt::format("is '{}'; use mha, gqa, mla, hybrid or unknown", text));
  const bool latent = entry.attention == AttentionKind::kMla;
  entry.attention_note = fields.text("attention_note");
  entry.attention_gate = fields.flag("attention_gate");
  entry.heads = fields.count("heads", true);
  entry.kv_heads = fields.count("kv_heads", !latent);
  entry.head_dim = fields.count("head_dim", !latent);
  const auto positive = [&](const char* key, int value) {
    if (value < 1) fields.reject(key, "must be 1 or more");
  };
  positive("heads", entry.heads);
  if (!latent) {
    positive("kv_heads", entry.kv_heads);
    positive("head_dim", entry.head_dim);
  }
  entry.kv_layers = fields.count("kv_layers", entry.attention == AttentionKind::kHybrid);
  if (entry.kv_layers == 0) entry.kv_layers = entry.layers;
  if (entry.kv_layers > entry.layers) fields.reject("kv_layers", "is more than layers");
  entry.q_lora_rank = fields.count("q_lora_rank");
  entry.kv_lora_rank = fields.count("kv_lora_rank", latent);
  entry.qk_nope_dim = fields.count("qk_nope_dim", latent);
  entry.qk_rope_dim = fields.count("qk_rope_dim", latent);
  entry.v_head_dim = fields.count("v_head_dim", latent);
  entry.sliding_window = fields.count("sliding_window");
  entry.sliding_window_layers = fields.count("sliding_window_layers");
  if (entry.sliding_window_layers > entry.kv_layers)
    fields.reject("sliding_window_layers", "is more than the layers with a KV cache");
  if ((entry.sliding_window > 0) != (entry.sliding_window_layers > 0))
    fields.reject("sliding_window", "and sliding_window_layers go together");
}

void readLinearAttention(FieldReader& fields, ModelEntry& entry) {
  LinearAttention& linear = entry.linear;
  const std::string text = fields.text("linear_kind");
  for (const LinearAttentionKind kind : kLinearKinds)
    if (name(kind) == text) linear.kind = kind;
  const bool mamba = linear.kind == LinearAttentionKind::kMamba;
  const bool delta = linear.kind == LinearAttentionKind::kGatedDeltaNet;
  const bool heads = delta || linear.kind == LinearAttentionKind::kLightning;
  if (!text.empty() && !mamba && !heads)
    fields.reject("linear_kind",
                  fmt::format("is '{}'; use gated_delta_net, lightning or mamba", text));
  if (!text.empty() && entry.attention != AttentionKind::kHybrid)
    fields.reject("linear_kind", "belongs to attention = \"hybrid\"");
  const auto size = [&](const char* key, bool required) {
    const int value = fields.count(key, required);
    if (required && value < 1) fields.reject(key, "must be 1 or more");
    return value;
  };
  linear.key_heads = size("linear_key_heads", heads);
  linear.value_heads = size("linear_value_heads", heads);
  linear.key_dim = size("linear_key_dim", heads);
  linear.value_dim = size("linear_value_dim", heads);
  linear.convolution = size("linear_convolution", delta || mamba);
  linear.inner = size("mamba_inner", mamba);
  linear.state = size("mamba_state", mamba);
  linear.step_rank = size("mamba_step_rank", mamba);
}

void readMatrices(FieldReader& fields, ModelEntry& entry) {
  const auto matrices = [&](const char* key, int absent) {
    const int count = fields.count(key);
    if (count != 0 && count != 2 && count != 3)
      fields.reject(key, "must be 3 (gated) or 2 (plain)");
    return count == 0 ? absent : count;
  };
  entry.ffn_matrices = matrices("ffn_matrices", 3);
  entry.expert_ffn_matrices = matrices("expert_ffn_matrices", 0);
}

void readFeedForward(FieldReader& fields, ModelEntry& entry) {
  entry.dense_ffn = fields.count("dense_ffn");
  entry.experts = fields.count("experts");
  const bool routed = entry.experts > 0;
  entry.top_k = fields.count("top_k", routed);
  entry.shared_experts = fields.count("shared_experts");
  entry.expert_ffn = fields.count("expert_ffn", routed);
  entry.shared_ffn = fields.count("shared_ffn");
  entry.first_dense_layers = fields.count("first_dense_layers");
  const int every = fields.count("moe_every_n_layers");
  entry.moe_every_n_layers = every > 0 ? every : 1;
  entry.routed_layers = fields.count("routed_layers");
  if (entry.routed_layers > entry.layers) fields.reject("routed_layers", "is more than layers");
  readMatrices(fields, entry);
  entry.extra_ffn = fields.count("extra_ffn");
  if (entry.extra_ffn > 0 && !routed)
    fields.reject("extra_ffn", "stands behind routed layers; the entry has no experts");
  if (!routed && entry.dense_ffn == 0) fields.reject("dense_ffn", "is missing");
  if (entry.top_k > entry.experts)
    fields.reject("top_k", fmt::format("is {}, more than experts, {}", entry.top_k, entry.experts));
  if (routed && entry.top_k < 1) fields.reject("top_k", "must be 1 or more");
  if (routed && entry.expert_ffn < 1) fields.reject("expert_ffn", "must be 1 or more");
  if (entry.shared_experts > 0 && entry.shared_ffn == 0)
    fields.reject("shared_ffn", "is missing; the entry has shared experts");
  const bool some_dense = entry.first_dense_layers > 0 || entry.moe_every_n_layers > 1 ||
                          (entry.routed_layers > 0 && entry.routed_layers < entry.layers);
  if (routed && some_dense && entry.dense_ffn == 0)
    fields.reject("dense_ffn", "is missing; the entry has dense layers");
  if (entry.first_dense_layers > entry.layers)
    fields.reject("first_dense_layers", "is more than layers");
}

std::string publishedCount(FieldReader& fields, std::string_view key) {
  const std::string text = fields.text(key);
  if (!text.empty() && !parseNumber(text)) fields.reject(key, "must be a number in quotes");
  return text;
}

void readPublished(FieldReader& fields, ModelEntry& entry) {
  entry.published_total = publishedCount(fields, "published_total_billion_params");
  entry.published_active = publishedCount(fields, "published_active_billion_params");
  entry.published_total_note = fields.text("published_total_note");
  entry.published_active_note = fields.text("published_active_note");
  entry.total_count_note = fields.text("total_count_note");
  entry.active_count_note = fields.text("active_count_note");
}

Result<ModelEntry> modelOf(const toml::table& table, const std::string& file) {
  ModelEntry entry;
  entry.where = catalog::placeOf(table, file);
  FieldReader fields(table, entry.where);
  entry.name = fields.text("name", true);
  entry.aliases = fields.texts("aliases");
  entry.layers = fields.count("layers", true);
  entry.hidden = fields.count("hidden", true);
  entry.vocabulary = fields.count("vocabulary", true);
  entry.tied_embeddings = fields.flag("tied_embeddings");
  readAttention(fields, entry);
  readLinearAttention(fields, entry);
  readFeedForward(fields, entry);
  entry.encoder_layers = fields.count("encoder_layers");
  entry.max_context = fields.count("max_context");
  entry.learned_positions = fields.count("learned_positions");
  entry.relative_buckets = fields.count("relative_buckets");
  entry.native_precision = fields.text("native_precision");
  readPublished(fields, entry);
  entry.verification = fields.text("verification");
  if (entry.verification.empty()) entry.verification = "not stated";
  entry.source = fields.text("source", true);
  entry.notes = fields.text("notes");
  for (const auto& [key, value] : {std::pair{"layers", entry.layers},
                                   {"hidden", entry.hidden},
                                   {"vocabulary", entry.vocabulary},
                                   {"heads", entry.heads}})
    if (value == 0) fields.reject(key, "must be at least 1");
  if (const auto error = fields.finish()) return tl::unexpected(*error);
  return entry;
}

}  // namespace

std::string_view name(AttentionKind kind) {
  switch (kind) {
    case AttentionKind::kMha:
      return "mha";
    case AttentionKind::kGqa:
      return "gqa";
    case AttentionKind::kMla:
      return "mla";
    case AttentionKind::kHybrid:
      return "hybrid";
    case AttentionKind::kUnknown:
      return "unknown";
  }
  require(false, "unknown kind of attention");
  return {};
}

std::string_view name(LinearAttentionKind kind) {
  switch (kind) {
    case LinearAttentionKind::kNone:
      return "";
    case LinearAttentionKind::kGatedDeltaNet:
      return "gated_delta_net";
    case LinearAttentionKind::kLightning:
      return "lightning";
    case LinearAttentionKind::kMamba:
      return "mamba";
  }
  require(false, "unknown kind of linear attention");
  return {};
}

Result<std::vector<ModelEntry>> parseModels(std::string_view text, const std::string& file) {
  auto document = catalog::parseToml(text, file);
  if (!document) return tl::unexpected(document.error());
  if (document->contains("name")) {
    auto entry = modelOf(*document, file);
    if (!entry) return tl::unexpected(entry.error());
    return std::vector<ModelEntry>{*std::move(entry)};
  }
  return catalog::entriesOf<ModelEntry>(*document, "model", file, modelOf);
}

}  // namespace moe
