#include "costmodel/training/training_memory.h"

#include <algorithm>
#include <cmath>

#include "costmodel/layer_pattern.h"

namespace moe {
namespace {

/// Parameters of one device's share of a stage, dense and routed.
struct StageParams {
  double dense = 0;
  double experts = 0;
  int layers = 0;
  int routed = 0;
  double widest_layer = 0;  ///< of one layer, on this device
};

double sum(std::int64_t count) { return static_cast<double>(count); }

/// First layer of a stage when `layers` are dealt evenly, the earlier stages first.
int firstLayer(int layers, int stages, int stage) {
  return stage * (layers / stages) + std::min(stage, layers % stages);
}

StageParams stageParams(const ModelArchitecture& model, const TrainingSetup& setup, int stage) {
  const ModelEntry& entry = model.entry;
  const ParameterCount& params = model.params;
  const int stages = setup.pipeline_parallel;
  const double tensor = setup.tensor_parallel;
  const double expert_split = double(setup.expert_parallel) * setup.expert_tensor_parallel;
  const double routed_layers = std::max<double>(1, sum(model.routed_layers));
  const double dense_layers = std::max<double>(1, entry.layers - sum(model.routed_layers));
  const double every = (sum(params.attention) + sum(params.norms)) / entry.layers;
  const double extra = double(entry.ffn_matrices) * entry.hidden * entry.extra_ffn;
  const double dense =
      every + (sum(params.dense_ffn) - sum(model.routed_layers) * extra) / dense_layers;
  const double beside =
      every + extra + (sum(params.shared_experts) + sum(params.routers)) / routed_layers;
  const double experts = sum(params.experts * params.one_expert) / routed_layers;
  const auto routes = routedPattern(entry, entry.layers, model.routed_layers);
  StageParams share;
  const int end = firstLayer(entry.layers, stages, stage + 1);
  for (int layer = firstLayer(entry.layers, stages, stage); layer < end; ++layer) {
    const bool routed = routes[static_cast<std::size_t>(layer)];
    const double in_dense = (routed ? beside : dense) / tensor;
    const double in_experts = routed ? experts / expert_split : 0;
    share.dense += in_dense;
    share.experts += in_experts;
    share.widest_layer = std::max(share.widest_layer, in_dense + in_experts);
    ++share.layers;
    share.routed += routed ? 1 : 0;
  }
  if (stage == 0) share.dense += sum(params.embedding) / tensor;
  const bool own_head = stage == stages - 1 && (!entry.tied_embeddings || stages > 1);
  if (own_head) share.dense += sum(entry.tied_embeddings ? params.embedding : params.head) / tensor;
  return share;
}

bool cheapPartsAgain(const TrainingSetup& setup) {
  return setup.recompute == Recompute::kSelective;
}

/// Elements that one attention layer keeps per token: queries, keys, values and the input of the
/// output projection; with MLA also the compressed query, keys and values.
double attentionElements(const ModelEntry& entry, const TrainingSetup& setup) {
  const double heads = entry.heads;
  if (entry.attention != AttentionKind::kMla)
    return 2.0 * (heads + entry.kv_heads) * entry.head_dim;
  const double latents = entry.q_lora_rank + entry.kv_lora_rank + entry.qk_rope_dim;
  const double output = heads * entry.v_head_dim;
  if (cheapPartsAgain(setup)) return latents + output;
  return latents + output +
         heads * (2.0 * (entry.qk_nope_dim + entry.qk_rope_dim) + entry.v_head_dim);
}

/// A gated FFN keeps gate, up and their product, a plain one its inner width before and after the
/// activation function.
double ffnElements(const ModelEntry& entry, double width, const TrainingSetup& setup) {
  const double inputs = entry.ffn_matrices == 3 ? 2.0 : 1.0;
  return (inputs + (cheapPartsAgain(setup) ? 0 : 1)) * width;
}

double scoreBytes(const ModelEntry& entry, const TrainingSetup& setup,
                  const TrainingMemoryRules& rules) {
  if (rules.flash_attention || setup.recompute != Recompute::kNone) return 0;
  return (rules.dropout ? 5.0 : 2.0) * entry.heads * setup.sequence_length;
}

/// Bytes per token of one layer on one device.
double deviceBytesPerToken(const LayerActivation& layer, const TrainingSetup& setup,
                           const TrainingMemoryRules& rules) {
  const double whole = rules.sequence_parallel ? setup.tensor_parallel : 1;
  return layer.whole / whole + layer.divided / setup.tensor_parallel +
         layer.experts / setup.tensor_parallel;
}

Bytes stageActivations(const ModelArchitecture& model, const StageParams& share, int stage,
                       const TrainingSetup& setup, const TrainingMemoryRules& rules) {
  const auto bytes = [&](bool routed) {
    return deviceBytesPerToken(layerActivation(model, routed, setup, rules), setup, rules);
  };
  const double stages = setup.pipeline_parallel;
  const double chunks = setup.chunks(model.entry.layers);
  const double interleaved = chunks > 1 ? (stages - 1) / chunks : 0;
  const double in_flight = std::min(std::max(1.0, setup.microBatches()),
                                    stages - stage + (stage == 0 ? interleaved : 0));
  const double routed = share.routed > 0 ? bytes(true) : 0;
  const double dense = share.layers > share.routed ? bytes(false) : 0;
  const double layers = share.routed * routed + (share.layers - share.routed) * dense;
  if (setup.recompute != Recompute::kFull)
    return Bytes(setup.tokensPerMicroBatch() * in_flight * layers);
  const double whole = rules.sequence_parallel ? setup.tensor_parallel : 1;
  const double inputs = 2.0 * model.entry.hidden / whole * share.layers;
  return Bytes(setup.tokensPerMicroBatch() * (in_flight * inputs + std::max(routed, dense)));
}

TrainingMemory stageMemory(const ModelArchitecture& model, int stage, const TrainingSetup& setup,
                           const TrainingMemoryRules& rules) {
  const StageParams share = stageParams(model, setup, stage);
  const StateBytes dense = stateBytesPerParameter(setup.zero_stage, setup.weightReplicas(), rules);
  const StateBytes expert = stateBytesPerParameter(setup.zero_stage, setup.expertReplicas(), rules);
  TrainingMemory memory;
  memory.stage = stage;
  memory.parameters = share.dense + share.experts;
  memory.weights = Bytes(share.dense * dense.weights + share.experts * expert.weights);
  memory.gradients = Bytes(share.dense * dense.gradients + share.experts * expert.gradients);
  memory.optimizer = Bytes(share.dense * dense.optimizer + share.experts * expert.optimizer);
  if (setup.zero_stage == 3 && setup.weightReplicas() > 1)
    memory.gathered_layer = Bytes(2 * rules.weight_bytes * share.widest_layer);
  memory.activations = stageActivations(model, share, stage, setup, rules);
  if (stage == setup.pipeline_parallel - 1)
    memory.logits = Bytes(setup.tokensPerMicroBatch() * model.entry.vocabulary * (2.0 + 4.0) /
                          setup.tensor_parallel);
  return memory;
}

}  // namespace

StateBytes stateBytesPerParameter(int zero_stage, double replicas,
                                  const TrainingMemoryRules& rules) {
  const auto divided = [&](int from_stage) { return zero_stage >= from_stage ? replicas : 1; };
  return {rules.weight_bytes / divided(3), rules.gradient_bytes / divided(2),
          rules.optimizer_bytes / divided(1)};
}

LayerActivation layerActivation(const ModelArchitecture& model, bool routed,
                                const TrainingSetup& setup, const TrainingMemoryRules& rules) {
  const ModelEntry& entry = model.entry;
  const double hidden = entry.hidden;
  LayerActivation layer;
  // Inputs of both norms, of the attention projections and of the FFN; two dropout masks.
  layer.whole = (cheapPartsAgain(setup) ? 4 : 8) * hidden + (rules.dropout ? 2 * hidden : 0);
  layer.divided = 2 * attentionElements(entry, setup) + scoreBytes(entry, setup, rules);
  if (!routed) {
    layer.divided += 2 * ffnElements(entry, entry.dense_ffn, setup);
    return layer;
  }
  layer.divided += 2 * ffnElements(entry, entry.shared_ffn, setup);
  if (entry.extra_ffn > 0) {  // with a norm of its own
    layer.whole += (cheapPartsAgain(setup) ? 2 : 4) * hidden;
    layer.divided += 2 * ffnElements(entry, entry.extra_ffn, setup);
  }
  // Dispatched input and inner width of each chosen expert. Its output is not kept: programs let
  // the gate multiply the inner width.
  layer.experts = 2 * entry.top_k * (hidden + ffnElements(entry, entry.expert_ffn, setup));
  return layer;
}

TrainingMemory trainingMemory(const ModelArchitecture& model, const TrainingSetup& setup,
                              const TrainingMemoryRules& rules) {
  TrainingMemory worst;
  for (int stage = 0; stage < setup.pipeline_parallel; ++stage) {
    const TrainingMemory memory = stageMemory(model, stage, setup, rules);
    if (stage == 0 || memory.total() > worst.total()) worst = memory;
  }
  return worst;
}

}  // namespace moe
