#include "costmodel/engine/device_memory.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

double kvElementsPerLayer(const ModelEntry& m, const Parallelism& p) {
  if (m.attention == AttentionKind::kMla) return m.kv_lora_rank + m.qk_rope_dim;
  const double kv_heads = std::max(1.0, static_cast<double>(m.kv_heads) / p.tensor_parallel);
  return 2 * kv_heads * m.head_dim;
}

/// Elements of attention projections on one device, with those that tensor-parallel devices copy:
/// the down-projections of MLA, and keys and values where there are more devices than KV heads.
double attentionElements(const ModelArchitecture& model, double tensor_parallel) {
  const ModelEntry& m = model.entry;
  const double whole = static_cast<double>(model.params.attention);
  const double hidden_layers = static_cast<double>(m.hidden) * m.layers;
  if (m.attention == AttentionKind::kMla) {
    const double down = hidden_layers * (m.q_lora_rank + m.kv_lora_rank + m.qk_rope_dim);
    return (whole - down) / tensor_parallel + down;
  }
  if (m.kv_heads <= 0 || tensor_parallel <= m.kv_heads) return whole / tensor_parallel;
  const double one_head = 2.0 * hidden_layers * m.head_dim;
  return (whole - one_head * m.kv_heads) / tensor_parallel + one_head;
}

double keepingLayers(const ModelEntry& m) {
  return m.attention == AttentionKind::kMla ? m.layers : m.kv_layers;
}

}  // namespace

MemoryRules memoryRulesOf(Engine engine) {
  switch (engine) {
    case Engine::kVllm:
      return {};
    case Engine::kSglang:
      return {.block_tokens = 1};
    case Engine::kTensorRtLlm:
      return {.of_free_memory = true, .block_tokens = 32};
  }
  require(false, "unknown engine");
  return {};
}

Bytes modelWeights(const ModelArchitecture& model, const ModelFormats& formats) {
  const ParameterCount& count = model.params;
  const auto bytes = [](std::int64_t params, double each) {
    return each * static_cast<double>(params);
  };
  const std::int64_t plain =
      count.embedding + count.head + count.positions + count.norms + count.routers;
  return Bytes(bytes(plain, weightBytes(formats.plain)) +
               bytes(count.attention, weightBytes(formats.attention)) +
               bytes(count.dense_ffn + count.shared_experts, weightBytes(formats.dense)) +
               bytes(count.experts * count.one_expert, weightBytes(formats.experts)));
}

DeviceMemory deviceMemory(const ModelArchitecture& model, const Parallelism& parallelism,
                          const ModelFormats& formats, const Accelerator& accelerator,
                          const MemoryRules& rules) {
  const ParameterCount& count = model.params;
  const double tp = parallelism.tensor_parallel;
  const double stages = parallelism.pipeline_parallel;
  const double attention = weightBytes(formats.attention);
  const double plain = weightBytes(formats.plain);
  DeviceMemory memory;
  memory.capacity = accelerator.device_memory;
  memory.attention_weights =
      Bytes((attention * attentionElements(model, tp) + plain * static_cast<double>(count.norms)) /
            stages);
  memory.dense_weights =
      Bytes((weightBytes(formats.dense) *
                 static_cast<double>(count.dense_ffn + count.shared_experts) / tp +
             plain * static_cast<double>(count.routers)) /
            stages);
  memory.expert_weights =
      Bytes(weightBytes(formats.experts) * static_cast<double>(count.experts) *
            static_cast<double>(count.one_expert) / (parallelism.stageDevices() * stages));
  memory.vocabulary_weights =
      Bytes(plain * static_cast<double>(count.embedding + count.head + count.positions) / tp);
  memory.reserve = Bytes(rules.reserve_bytes);
  const Bytes free = memory.capacity - memory.weights() - memory.reserve;
  memory.kv_space = rules.of_free_memory
                        ? rules.fraction * free
                        : rules.fraction * memory.capacity - memory.weights() - memory.reserve;
  memory.unused = free - memory.kv_space;
  const double elements = kvElementsPerLayer(model.entry, parallelism);
  const double layers = std::ceil(keepingLayers(model.entry) / stages);
  memory.kv_bytes_per_token = formats.kv_bytes * elements * layers;
  const double whole = static_cast<double>(model.kv_elements_per_token) * formats.kv_bytes;
  memory.kv_copies = whole > 0 ? memory.kv_bytes_per_token * tp * stages / whole : 1;
  return memory;
}

double requestKvBytes(const ModelArchitecture& model, const DeviceMemory& memory,
                      const MemoryRules& rules, double tokens) {
  const ModelEntry& m = model.entry;
  const double held = std::ceil(tokens / rules.block_tokens) * rules.block_tokens;
  if (m.sliding_window <= 0) return memory.kv_bytes_per_token * held;
  const double sliding = m.sliding_window_layers / keepingLayers(m);
  const double within = std::min(held, static_cast<double>(m.sliding_window));
  return memory.kv_bytes_per_token * ((1 - sliding) * held + sliding * within);
}

double maxConcurrency(const ModelArchitecture& model, const Parallelism& parallelism,
                      const DeviceMemory& memory, const MemoryRules& rules, double tokens) {
  if (memory.kv_space.value() <= 0) return 0;
  const double request = requestKvBytes(model, memory, rules, tokens);
  return parallelism.data_parallel * memory.kv_space.value() / request;
}

}  // namespace moe
