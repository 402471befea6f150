#pragma once

#include "costmodel/adaptation/adapted_model.h"
#include "tests/costmodel/shipped_models.h"

namespace moe::test {

inline ModelArchitecture t5Xl() { return architecture("T5-v1.1-XL"); }

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
