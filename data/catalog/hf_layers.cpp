#include "data/catalog/hf_layers.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe::catalog {
namespace {

enum class LayerKind { kFull, kSliding, kLinear };

bool holdsOneForEachLayer(HfFields& f, std::string_view key, std::size_t values, int layers) {
  if (values == static_cast<std::size_t>(layers)) return true;
  f.reject(key, fmt::format("has {} entries for {} layers", values, layers));
  return false;
}

/// The layers of this list, or none when the list is absent.
void setLayers(HfFields& f, std::string_view key, bool value, std::vector<bool>& layers) {
  for (const int i : f.counts(key)) {
    if (i < static_cast<int>(layers.size())) {
      layers[static_cast<std::size_t>(i)] = value;
    } else {
      f.reject(key, fmt::format("names layer {} of {}, counted from 0", i, layers.size()));
    }
  }
}

/// first_k_dense_replace, decoder_sparse_step and their like; each rule holds where it is given.
std::vector<bool> routedByRule(HfFields& f, int layers) {
  const int first = f.count({"first_k_dense_replace", "moe_layer_start_index"});
  const int last = f.layerIndex("moe_layer_end_index", -1);
  const int from_first = f.isList("moe_layer_freq") ? 1 : f.sizeOr({"moe_layer_freq"}, 1);
  const int every =
      f.sizeOr({"decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_interval"}, 1);
  const int period = f.sizeOr({"expert_layer_period"}, 1);
  const int offset = f.count({"expert_layer_offset"}) % period;
  std::vector<bool> routed;
  for (int i = 0; i < layers; ++i)
    routed.push_back(i >= first && (last < 0 || i <= last) && i % from_first == 0 &&
                     (i + 1) % every == 0 && i % period == offset);
  setLayers(f, "mlp_only_layers", false, routed);
  return routed;
}

std::vector<bool> routedLayers(HfFields& f, int layers) {
  if (f.isList("moe_layers")) {
    std::vector<bool> routed(static_cast<std::size_t>(layers), false);
    setLayers(f, "moe_layers", true, routed);
    return routed;
  }
  std::vector<bool> routed = routedByRule(f, layers);
  const std::vector<int> listed = f.counts("moe_layer_freq");
  if (f.isList("moe_layer_freq") &&
      holdsOneForEachLayer(f, "moe_layer_freq", listed.size(), layers))
    std::transform(listed.begin(), listed.end(), routed.begin(), [](int v) { return v != 0; });
  return routed;
}

/// Whether every n-th layer routes and no other.
bool isEvery(int n, const std::vector<bool>& routed) {
  for (std::size_t i = 0; i < routed.size(); ++i)
    if (routed[i] != ((i + 1) % static_cast<std::size_t>(n) == 0)) return false;
  return true;
}

/// The kind behind a name of layer_types, in the spellings of old and new files.
std::optional<LayerKind> kindNamed(const std::string& name, const HfFields& f) {
  const auto isOneOf = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (isOneOf({"sliding_attention", "chunked_attention"})) return LayerKind::kSliding;
  if (name == "linear_attention") return LayerKind::kLinear;
  if (name == "mamba" && f.isFamily("jamba")) return LayerKind::kLinear;
  // Sparse attention with an indexer keeps the whole cache.
  if (isOneOf({"full_attention", "attention", "deepseek_sparse_attention", "indexed_attention"}))
    return LayerKind::kFull;
  return std::nullopt;
}

std::vector<LayerKind> kindsFromNames(HfFields& f, ModelEntry& entry) {
  std::vector<LayerKind> kinds;
  for (const std::string& name : f.texts("layer_types")) {
    const auto kind = kindNamed(name, f);
    if (!kind) {
      entry.attention = AttentionKind::kUnknown;
      entry.attention_note = fmt::format("layers of the type '{}'", name);
    }
    kinds.push_back(kind.value_or(LayerKind::kFull));
  }
  holdsOneForEachLayer(f, "layer_types", kinds.size(), entry.layers);
  return kinds;
}

std::vector<LayerKind> kindsFromCodes(HfFields& f, int layers) {
  std::vector<LayerKind> kinds;
  for (const int code : f.counts("attn_type_list"))
    kinds.push_back(code == 0 ? LayerKind::kLinear : LayerKind::kFull);
  holdsOneForEachLayer(f, "attn_type_list", kinds.size(), layers);
  return kinds;
}

/// Full attention in every n-th layer, from the one with this index, and `otherwise` elsewhere.
std::vector<LayerKind> fullEvery(int n, int offset, int layers, LayerKind otherwise) {
  std::vector<LayerKind> kinds;
  for (int i = 0; i < layers; ++i)
    kinds.push_back(i % n == offset % n ? LayerKind::kFull : otherwise);
  return kinds;
}

/// Chunked attention where the layer has rotary positions, in Llama 4.
std::vector<LayerKind> chunkedLayers(HfFields& f, int layers) {
  const std::vector<int> rotary = f.counts("no_rope_layers");
  const int n = f.sizeOr({"no_rope_layer_interval"}, 4);
  if (rotary.empty()) return fullEvery(n, n - 1, layers, LayerKind::kSliding);
  std::vector<LayerKind> kinds;
  for (const int i : rotary) kinds.push_back(i != 0 ? LayerKind::kSliding : LayerKind::kFull);
  holdsOneForEachLayer(f, "no_rope_layers", kinds.size(), layers);
  return kinds;
}

std::vector<LayerKind> windowedLayers(HfFields& f, int layers) {
  if (f.isText("sliding_window_pattern")) {  // "LLLG": local and global
    const std::string pattern = f.text("sliding_window_pattern");
    if (pattern.empty()) f.reject("sliding_window_pattern", "is empty");
    std::vector<LayerKind> kinds;
    for (std::size_t i = 0; i < static_cast<std::size_t>(layers) && !pattern.empty(); ++i)
      kinds.push_back(pattern[i % pattern.size()] == 'G' ? LayerKind::kFull : LayerKind::kSliding);
    return kinds;
  }
  if (f.has({"sliding_window_pattern"})) {
    const int n = f.sizeOr({"sliding_window_pattern"}, 1);
    return fullEvery(n, n - 1, layers, LayerKind::kSliding);
  }
  const int first = f.count({"max_window_layers"});  // of Qwen: full attention below
  std::vector<LayerKind> kinds(static_cast<std::size_t>(layers), LayerKind::kSliding);
  std::fill_n(kinds.begin(), std::min(first, layers), LayerKind::kFull);
  return kinds;
}

std::vector<LayerKind> layerKinds(HfFields& f, ModelEntry& entry) {
  const int layers = entry.layers;
  if (f.isList("layer_types")) return kindsFromNames(f, entry);
  if (f.isList("attn_type_list")) return kindsFromCodes(f, layers);
  if (f.architecture().model_type == "minimax") f.reject("layer_types", "is missing");
  if (f.has({"attn_layer_period"}))
    return fullEvery(f.sizeOr({"attn_layer_period"}, 1), f.count({"attn_layer_offset"}), layers,
                     LayerKind::kLinear);
  if (f.has({"full_attention_interval"})) {
    const int n = f.sizeOr({"full_attention_interval"}, 1);
    return fullEvery(n, n - 1, layers, LayerKind::kLinear);
  }
  if (f.has({"attention_chunk_size"})) return chunkedLayers(f, layers);
  if (f.has({"sliding_window"}) && f.flag("use_sliding_window", true))
    return windowedLayers(f, layers);
  return std::vector<LayerKind>(static_cast<std::size_t>(layers), LayerKind::kFull);
}

}  // namespace

int readRoutedLayers(HfFields& f, ModelEntry& entry) {
  const std::vector<bool> routed = routedLayers(f, entry.layers);
  const auto first = std::find(routed.begin(), routed.end(), true);
  if (first == routed.end()) {
    f.reject("first_k_dense_replace", "and its like leave no layer that routes to the experts");
    return entry.layers;
  }
  const int dense_first = static_cast<int>(first - routed.begin());
  const int routing = static_cast<int>(std::count(routed.begin(), routed.end(), true));
  if (std::find(first, routed.end(), false) == routed.end()) {
    entry.first_dense_layers = dense_first;
  } else if (isEvery(dense_first + 1, routed)) {
    entry.moe_every_n_layers = dense_first + 1;
  } else {
    entry.routed_layers = routing;
  }
  return entry.layers - routing;
}

void readLayerKinds(HfFields& f, ModelEntry& entry) {
  const std::vector<LayerKind> kinds = layerKinds(f, entry);
  const auto layersOf = [&](LayerKind kind) {
    return static_cast<int>(std::count(kinds.begin(), kinds.end(), kind));
  };
  const int linear = layersOf(LayerKind::kLinear);
  entry.kv_layers = entry.layers - linear;
  if (linear > 0 && entry.attention == AttentionKind::kMla) {
    entry.attention = AttentionKind::kUnknown;
    entry.attention_note = "latent attention beside layers of linear attention";
  } else if (linear > 0 && entry.attention != AttentionKind::kUnknown) {
    entry.attention = AttentionKind::kHybrid;
  }
  if (entry.kv_layers < 1) f.reject("layer_types", "leaves no layer with a KV cache");
  entry.sliding_window_layers = layersOf(LayerKind::kSliding);
  if (entry.sliding_window_layers == 0) return;
  entry.sliding_window = f.has({"attention_chunk_size"}) ? f.size({"attention_chunk_size"})
                                                         : f.size({"sliding_window"});
  if (entry.max_context > 0 && entry.sliding_window >= entry.max_context)
    entry.sliding_window = entry.sliding_window_layers = 0;
}

}  // namespace moe::catalog
