#pragma once

#include "costmodel/adaptation/adapted_model.h"
#include "tests/costmodel/shipped_models.h"

namespace moe::test {

/// T5 v1.1: gated FFN, untied embeddings, as many layers in both stacks.
inline ModelEntry t5Entry(int layers, int hidden, int ffn, int heads) {
  ModelEntry entry;
  entry.name = "t5";
  entry.layers = entry.kv_layers = entry.encoder_layers = layers;
  entry.hidden = hidden;
  entry.heads = entry.kv_heads = heads;
  entry.head_dim = 64;
  entry.dense_ffn = ffn;
  entry.vocabulary = 32128;
  entry.attention = AttentionKind::kMha;
  return entry;
}

inline ModelArchitecture t5Xl() { return architectureOf(t5Entry(24, 2048, 5120, 32)).value(); }

inline LoraTargets targets(std::vector<std::string> names) {
  return loraTargetsOf(names, "--targets").value();
}

inline AdaptationSettings settingsOf(AdaptationMethod method) {
  AdaptationSettings settings;
  settings.method = method;
  settings.targets = targets({"all"});
  return settings;
}

/// A selection of the first experts of every routed layer.
inline EsftConfig firstExperts(const ModelArchitecture& model, int count) {
  EsftConfig config;
  for (const int layer : routedLayerNumbers(model))
    for (int expert = 0; expert < count; ++expert) config.experts[layer].push_back(expert);
  return config;
}

inline AdaptationSettings esftOf(const ModelArchitecture& model, int count) {
  AdaptationSettings settings = settingsOf(AdaptationMethod::kEsftToken);
  settings.selection = firstExperts(model, count);
  return settings;
}

inline std::int64_t trainedBy(const ModelArchitecture& model, const AdaptationSettings& settings) {
  return adaptModel(model, settings).value().trained();
}

}  // namespace moe::test
