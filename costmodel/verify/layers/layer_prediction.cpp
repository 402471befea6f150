#include "costmodel/verify/layers/layer_prediction.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "costmodel/kernels/kernel_set.h"
#include "costmodel/routing/expert_coverage.h"
#include "costmodel/verify/measure/bench.h"
#include "costmodel/verify/measure/drawn_routing.h"

namespace moe {
namespace {

ModelArchitecture layerArchitecture(const ModelEntry& entry) {
  auto architecture = architectureOf(entry);
  require(architecture.has_value(), "a layer of the sample is a model");
  return *std::move(architecture);
}

ServingModel servingOf(const KernelLibrary& kernels, const ModelEntry& entry,
                       LayerPrecision precision, double skew) {
  ServingModel::Request request{.model = layerArchitecture(entry),
                                .parallelism = {},
                                .formats = formatsOf(precision),
                                .engine = Engine::kVllm,
                                .skew = {.exponent = skew, .load = {}}};
  return ServingModel(request, kernels);
}

PredictedLayer partsOf(const ServingModel& model, const PassTime& pass,
                       std::span<const OperatorGroup> groups) {
  PredictedLayer predicted;
  for (const OperatorGroup group : groups) {
    const double seconds = pass.seconds[static_cast<std::size_t>(group)];
    if (seconds <= 0) continue;
    predicted.parts.push_back({group, seconds, boundOf(group, pass), model.basis(group)});
    predicted.seconds += seconds;
  }
  double largest = 0;
  for (const PredictedPart& part : predicted.parts) {
    if (part.seconds >= 0.1 * predicted.seconds)
      predicted.basis = std::max(predicted.basis, part.basis);
    if (part.seconds > largest) largest = part.seconds, predicted.bound = part.bound;
  }
  return predicted;
}

/// What a model needs beside its experts.
ModelEntry plainModel(int hidden, int heads, int kv_heads, int head_dim) {
  ModelEntry entry;
  entry.name = "one layer";
  entry.layers = 1;
  entry.kv_layers = 1;
  entry.hidden = hidden;
  entry.heads = heads;
  entry.kv_heads = kv_heads;
  entry.head_dim = head_dim;
  entry.vocabulary = 1;
  entry.attention = heads == kv_heads ? AttentionKind::kMha : AttentionKind::kGqa;
  return entry;
}

}  // namespace

ModelEntry modelOf(const SampleLayer& layer) {
  constexpr int kHeadDim = 64;
  ModelEntry entry = plainModel(layer.hidden, 1, 1, kHeadDim);
  entry.experts = layer.experts;
  entry.top_k = layer.top_k;
  entry.expert_ffn = layer.expert_ffn;
  entry.shared_ffn = layer.shared_ffn;
  entry.shared_experts = layer.shared_ffn > 0 ? 1 : 0;
  return entry;
}

ModelEntry modelOf(const SampleBlock& block) {
  ModelEntry entry = plainModel(block.hidden, block.heads, block.kv_heads, block.head_dim);
  entry.experts = block.experts;
  entry.top_k = block.top_k;
  entry.expert_ffn = block.expert_ffn;
  return entry;
}

ModelFormats formatsOf(LayerPrecision precision) {
  const NumberFormat format = formatOf(precision);
  const NumberFormat plain =
      format == NumberFormat::kF32 ? NumberFormat::kF32 : NumberFormat::kBf16;
  return {.attention = format,
          .dense = format,
          .experts = format,
          .kv_bytes = activationBytes(plain),
          .plain = plain};
}

PredictedLayer predictLayer(const KernelLibrary& kernels, const SampleLayer& layer) {
  constexpr OperatorGroup kWithRouter[] = {OperatorGroup::kRouter, OperatorGroup::kExperts,
                                           OperatorGroup::kSharedExperts};
  const std::span<const OperatorGroup> groups =
      layer.ownRouter() ? std::span(kWithRouter) : std::span(kWithRouter).subspan(1);
  const ServingModel model = servingOf(kernels, modelOf(layer), layer.precision, layer.skew);
  PredictedLayer predicted = partsOf(model, model.decode(layer.tokens, 1), groups);
  predicted.experts_touched =
      expertsTouched(popularityOfSkew(layer.skew, layer.experts, layer.top_k), layer.tokens);
  return predicted;
}

PredictedLayer predictBlock(const KernelLibrary& kernels, const SampleBlock& block) {
  constexpr OperatorGroup kGroups[] = {OperatorGroup::kProjections, OperatorGroup::kAttention,
                                       OperatorGroup::kRouter, OperatorGroup::kExperts,
                                       OperatorGroup::kNorms};
  const ServingModel model = servingOf(kernels, modelOf(block), block.precision, 0);
  const PassTime pass = block.prefill ? model.prefill(block.batch, block.context)
                                      : model.decode(block.batch, block.context);
  PredictedLayer predicted = partsOf(model, pass, kGroups);
  predicted.experts_touched =
      expertsTouched(popularityOfSkew(0, block.experts, block.top_k), block.tokens());
  return predicted;
}

int predictedSequences(const SampleKvLimit& limit) {
  const ModelArchitecture model = layerArchitecture(modelOf(limit.block));
  const ModelFormats formats = formatsOf(limit.block.precision);
  const MemoryRules rules{.fraction = 1, .reserve_bytes = 0, .block_tokens = kKvPageTokens};
  Accelerator machine;
  const double token = formats.kv_bytes * static_cast<double>(model.kv_elements_per_token);
  machine.device_memory =
      modelWeights(model, formats) + Bytes(token * kKvPageTokens * limit.kv_pages);
  const DeviceMemory memory = deviceMemory(model, {}, formats, machine, rules);
  const double sequences = maxConcurrency(model, {}, memory, rules, limit.block.context + 1.0);
  constexpr double kRounding = 1e-9;
  return static_cast<int>(std::floor(sequences * (1 + kRounding)));
}

}  // namespace moe
