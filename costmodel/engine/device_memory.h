#pragma once

#include "costmodel/engine/deployment.h"
#include "data/units.h"

namespace moe {

/// What an engine takes of a device's memory, and how it hands it out.
struct MemoryRules {
  double fraction = 0.9;        ///< of the whole memory, or of what the weights leave free
  bool of_free_memory = false;  ///< TensorRT-LLM
  double reserve_bytes = 2e9;   ///< activations, graphs, communication buffers of the engine
  double block_tokens = 16;     ///< tokens of a KV block
};

/// Defaults: vLLM and SGLang 0.9 of the whole memory in blocks of 16 and 1 tokens, TensorRT-LLM 0.9
/// of the free memory in blocks of 32.
MemoryRules memoryRulesOf(Engine engine);

/// Memory of one device of a replica (all devices alike; of the fullest pipeline stage).
struct DeviceMemory {
  Bytes capacity;
  Bytes attention_weights;   ///< projections, norms
  Bytes dense_weights;       ///< dense FFN, shared experts, routers
  Bytes expert_weights;      ///< routed experts
  Bytes vocabulary_weights;  ///< embedding and head
  Bytes reserve;
  Bytes unused;                   ///< what the engine's rule leaves alone
  Bytes kv_space;                 ///< negative when the weights do not fit
  double kv_bytes_per_token = 0;  ///< on this device; layers that keep every token
  double kv_copies = 1;           ///< times the cache is stored in the replica: 1 divided evenly

  Bytes weights() const {
    return attention_weights + dense_weights + expert_weights + vocabulary_weights;
  }
};

/// Bytes of the whole model's weights, without the copies that devices keep.
Bytes modelWeights(const ModelArchitecture& model, const ModelFormats& formats);

/// KV heads divide among tensor-parallel devices; more devices than KV heads keep copies. The
/// latent of MLA is kept whole by every tensor-parallel device; attention data parallel divides
/// requests instead.
DeviceMemory deviceMemory(const ModelArchitecture& model, const Parallelism& parallelism,
                          const ModelFormats& formats, const Accelerator& accelerator,
                          const MemoryRules& rules);

/// Bytes of the cache that one running request of so many tokens holds on a device, rounded up to
/// blocks; layers with a sliding window keep no more than it.
double requestKvBytes(const ModelArchitecture& model, const DeviceMemory& memory,
                      const MemoryRules& rules, double tokens);

/// Requests that the replica's cache holds when each holds `tokens` on average; below 1 it does not
/// fit.
double maxConcurrency(const ModelArchitecture& model, const Parallelism& parallelism,
                      const DeviceMemory& memory, const MemoryRules& rules, double tokens);

}  // namespace moe
