#include "data/catalog/hf_encoder_decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/catalog/hf_layers.h"

namespace moe::catalog {
namespace {

// Defaults as in T5Config and SwitchTransformersConfig of huggingface/transformers.
constexpr HfDefault kT5Defaults[] = {{"d_kv", 64}, {"relative_attention_num_buckets", 32}};
constexpr HfArchitecture kT5{
    .model_type = "t5", .tied = true, .ffn_matrices = 2, .defaults = kT5Defaults};

/// "gated-gelu" has three matrices, "relu" two.
int matricesOf(HfFields& f) {
  const bool gated = f.text("feed_forward_proj").starts_with("gated");
  return f.flag("is_gated_act", gated) ? 3 : 2;
}

/// Every how many layers of a stack one routes; an error when they are not evenly spread.
int routedEvery(HfFields& f, std::string_view key, int layers) {
  const int sparse = f.count({key});
  if (sparse < 1 || sparse > layers || layers % sparse != 0) {
    f.reject(key, fmt::format("is {}; it must divide the {} layers of its stack", sparse, layers));
    return 1;
  }
  return layers / sparse;
}

void readSwitchExperts(HfFields& f, ModelEntry& entry) {
  entry.experts = f.count({"num_experts"});
  if (entry.experts < 2) {
    entry.experts = 0;
    return;
  }
  entry.top_k = 1;
  entry.expert_ffn = entry.dense_ffn;
  entry.moe_every_n_layers = routedEvery(f, "num_sparse_encoder_layers", entry.encoder_layers);
  const int in_decoder = routedEvery(f, "num_sparse_decoder_layers", entry.layers);
  if (in_decoder != entry.moe_every_n_layers)
    f.reject("num_sparse_decoder_layers",
             fmt::format("makes one in {} decoder layers route, but one in {} encoder layers does; "
                         "stacks that differ are not modelled",
                         in_decoder, entry.moe_every_n_layers));
}

int stackLayers(HfFields& f, std::string_view key, int layers) {
  if (layers <= kMostLayers) return layers;
  f.reject(key, fmt::format("is {}; at most {} are read", layers, kMostLayers));
  return 1;
}

}  // namespace

bool isT5Like(std::string_view model_type) {
  constexpr std::string_view kTypes[] = {"t5", "mt5", "switch_transformers"};
  return std::ranges::find(kTypes, model_type) != std::end(kTypes);
}

void readT5Like(HfFields& root, ModelEntry& entry) {
  HfFields f = root.as(kT5);
  entry.encoder_layers = stackLayers(f, "num_layers", f.size({"num_layers"}));
  entry.layers = stackLayers(f, "num_decoder_layers",
                             f.sizeOr({"num_decoder_layers"}, std::max(1, entry.encoder_layers)));
  entry.kv_layers = entry.layers;
  entry.hidden = f.size({"d_model"});
  entry.heads = entry.kv_heads = f.size({"num_heads"});
  entry.head_dim = f.size({"d_kv"});
  f.width("d_kv", entry.heads, entry.head_dim);
  entry.dense_ffn = f.size({"d_ff"});
  entry.vocabulary = f.size({"vocab_size"});
  entry.relative_buckets = f.count({"relative_attention_num_buckets"});
  entry.tied_embeddings = f.flag("tie_word_embeddings", true);
  entry.ffn_matrices = matricesOf(f);
  entry.max_context = f.count({"n_positions"});
  entry.attention = AttentionKind::kMha;
  entry.attention_note = "MHA enc-dec (T5)";
  if (!f.failed() && f.text("model_type") == "switch_transformers") readSwitchExperts(f, entry);
}

}  // namespace moe::catalog
