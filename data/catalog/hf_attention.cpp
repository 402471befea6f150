#include "data/catalog/hf_attention.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/catalog/hf_layers.h"
#include "data/catalog/hf_parts.h"

namespace moe::catalog {
namespace {

/// Keys of structures that change what a layer holds and that no formula here counts.
constexpr std::string_view kNotModelled[] = {
    "block_configs",          "compress_ratios",           "global_head_dim",
    "hybrid_layer_pattern",   "hybrid_override_pattern",   "linear_attn_config",
    "mamba_num_heads",        "routed_expert_hidden_size", "ssm_cfg",
    "swa_num_key_value_heads"};

void readLatentAttention(HfFields& f, ModelEntry& entry) {
  entry.attention = AttentionKind::kMla;
  entry.kv_heads = entry.heads;
  entry.kv_lora_rank = f.size({"kv_lora_rank"});
  entry.q_lora_rank = f.count({"q_lora_rank"});
  entry.qk_nope_dim = f.size({"qk_nope_head_dim"});
  entry.qk_rope_dim = f.size({"qk_rope_head_dim"});
  entry.v_head_dim = f.size({"v_head_dim"});
  f.width("qk_nope_head_dim", entry.heads, std::max(entry.qk_nope_dim, entry.v_head_dim));
  if (f.has({"index_topk"}))
    addNote(entry, "the indexer of sparse attention is not counted; every token is attended to");
}

int kvHeads(HfFields& f, const ModelEntry& entry) {
  const bool one = f.isFamily("falcon") && !f.flag("new_decoder_architecture", false);
  if (one) return f.flag("multi_query", true) ? 1 : entry.heads;
  HfFields attention = f.object("attn_config").value_or(f);
  return attention.sizeOr({"num_key_value_heads", "num_kv_heads", "n_head_kv", "kv_n_heads"},
                          entry.heads);
}

void readHeads(HfFields& f, ModelEntry& entry) {
  entry.kv_heads = kvHeads(f, entry);
  if (entry.heads % entry.kv_heads != 0)
    f.reject("num_key_value_heads",
             fmt::format("is {}; it must divide the {} heads", entry.kv_heads, entry.heads));
  if (!f.has({"head_dim"}) && entry.hidden % entry.heads != 0)
    f.reject("hidden_size", fmt::format("is {}, no multiple of the {} heads; give head_dim",
                                        entry.hidden, entry.heads));
  entry.head_dim = f.sizeOr({"head_dim"}, std::max(1, entry.hidden / entry.heads));
  f.width("head_dim", entry.heads, entry.head_dim);
  entry.attention_gate = f.flag("attn_output_gate", false);
  entry.attention = entry.kv_heads == entry.heads ? AttentionKind::kMha : AttentionKind::kGqa;
}

void readMamba(HfFields& f, ModelEntry& entry) {
  LinearAttention& linear = entry.linear;
  linear.kind = LinearAttentionKind::kMamba;
  linear.inner = f.width("mamba_expand", entry.hidden, f.size({"mamba_expand"}));
  linear.state = f.size({"mamba_d_state"});
  linear.convolution = f.size({"mamba_d_conv"});
  const int sixteenth = (entry.hidden + 15) / 16;  // "auto", also when absent
  linear.step_rank = f.isText("mamba_dt_rank") ? sixteenth : f.sizeOr({"mamba_dt_rank"}, sixteenth);
}

/// What the layers without a KV cache are.
void readLinearLayers(HfFields& f, ModelEntry& entry) {
  LinearAttention& linear = entry.linear;
  if (f.isFamily("jamba")) return readMamba(f, entry);
  if (f.isFamily("minimax")) {
    linear.kind = LinearAttentionKind::kLightning;
    linear.key_heads = linear.value_heads = entry.heads;
    linear.key_dim = linear.value_dim = entry.head_dim;
  } else if (f.has({"linear_num_value_heads"})) {
    linear.kind = LinearAttentionKind::kGatedDeltaNet;
    linear.key_heads = f.size({"linear_num_key_heads"});
    linear.value_heads = f.size({"linear_num_value_heads"});
    linear.key_dim = f.size({"linear_key_head_dim"});
    linear.value_dim = f.size({"linear_value_head_dim"});
    linear.convolution = f.size({"linear_conv_kernel_dim"});
    f.width("linear_key_head_dim", linear.key_heads, linear.key_dim);
    f.width("linear_value_head_dim", linear.value_heads, linear.value_dim);
  } else {
    addNote(entry,
            "the sizes of the linear layers are not in the file; they are counted as "
            "attention, and their state is not");
  }
}

/// Structures that the rest of the reader would take for plain attention.
void refuseOtherStructures(const HfFields& f, ModelEntry& entry) {
  for (const std::string_view key : kNotModelled) {
    if (!f.has({key}) || entry.attention == AttentionKind::kUnknown) continue;
    entry.attention = AttentionKind::kUnknown;
    entry.attention_note = fmt::format("'{}' in its config.json", key);
  }
}

}  // namespace

void readHfAttention(HfFields& f, ModelEntry& entry) {
  if (f.has({"kv_lora_rank"})) {
    readLatentAttention(f, entry);
  } else {
    readHeads(f, entry);
  }
  readLayerKinds(f, entry);
  if (entry.attention == AttentionKind::kHybrid) readLinearLayers(f, entry);
  refuseOtherStructures(f, entry);
}

}  // namespace moe::catalog
