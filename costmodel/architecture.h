#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "costmodel/forward_shape.h"
#include "data/catalog/model_entry.h"
#include "data/error.h"

namespace moe {

/// Parameters of a model by part, exact. Biases, the norms of queries and keys and the one-row gate
/// of a shared expert are not counted (less than 0.01 % where they exist; the biases of GPT-2 and
/// its kin 0.1 %).
struct ParameterCount {
  std::int64_t embedding = 0;  ///< input embedding; with tied embeddings also the head
  std::int64_t head = 0;       ///< 0 when tied
  std::int64_t positions = 0;  ///< learned position embedding, relative position bias
  std::int64_t attention = 0;  ///< with the layers of a hybrid that keep a state instead
  std::int64_t norms = 0;
  std::int64_t dense_ffn = 0;  ///< with those behind routed layers (extra_ffn)
  std::int64_t shared_experts = 0;
  std::int64_t routers = 0;
  std::int64_t one_expert = 0;  ///< one routed expert, summed over the layers that route
  std::int64_t experts = 0;     ///< routed experts per layer
  std::int64_t top_k = 0;

  /// All that every token passes through, with the input embedding.
  std::int64_t unrouted() const;
  std::int64_t total() const { return unrouted() + experts * one_expert; }
  /// What one token uses, the input embedding included (some publishers leave it out).
  std::int64_t active() const { return unrouted() + top_k * one_expert; }
};

/// Parameters of one stack of layers, without embedding and head.
struct StackCount {
  std::int64_t layers = 0;
  std::int64_t routed_layers = 0;
  std::int64_t attention = 0;        ///< to its own tokens
  std::int64_t cross_attention = 0;  ///< of a decoder, to the encoder's tokens
  std::int64_t positions = 0;        ///< relative position bias
  std::int64_t norms = 0;
  std::int64_t dense_ffn = 0;
  std::int64_t shared_experts = 0;
  std::int64_t routers = 0;
  std::int64_t one_expert = 0;  ///< one routed expert, summed over the layers that route
};

/// A concrete model as the cost model sees it.
struct ModelArchitecture {
  ModelEntry entry;
  ParameterCount params;           ///< of the whole model: its ends and both stacks
  StackCount decoder;              ///< all layers of a decoder-only model
  StackCount encoder;              ///< of an encoder-decoder, else empty
  std::int64_t routed_layers = 0;  ///< of both stacks
  /// Elements of KV cache per token in all layers. MHA and GQA: 2 kv_heads head_dim a layer; MLA:
  /// kv_lora_rank + qk_rope_dim a layer. Sliding windows are counted as full attention, layers
  /// without attention as nothing; of an encoder-decoder, the decoder's own attention. What a
  /// request of some length holds: kvElementsHeld.
  std::int64_t kv_elements_per_token = 0;
  /// FLOP of scores and weighted values per context token. Decoding with MLA works on the
  /// compressed cache, prefill on keys and values made from it.
  std::int64_t attention_flop_per_context_token = 0;
  std::int64_t prefill_attention_flop_per_context_token = 0;
  int kv_shards = 0;  ///< devices that can divide the KV cache without copies
};

/// Unanswered for attention that no formula here knows. An error for sizes that no model has
/// together (more than 1e18 parameters).
Result<ModelArchitecture> architectureOf(const ModelEntry& entry);

/// Elements of KV cache, in all layers, that one request with so many tokens of context holds: all
/// of them in a layer with full attention, the last `sliding_window` in a layer with a window.
/// Without windows kv_elements_per_token times the context.
double kvElementsHeld(const ModelArchitecture& model, double context_tokens);

/// Elements of the states that one request holds whatever its context, in all layers of a hybrid
/// that keep no KV cache. 0 when there are none, or when the entry does not say what they are
/// (linear.kind is kNone). Engines keep states in 16 or 32 bits.
std::int64_t stateElementsPerRequest(const ModelArchitecture& model);

/// Forward FLOP of one token in decode with so many tokens before it: two per active parameter
/// except looked-up embeddings, and attention to the tokens that windows leave. The update of the
/// state of a hybrid is not counted.
double forwardFlopPerToken(const ModelArchitecture& model, double context_tokens);

/// Unanswered for encoder-decoder models: their serving has another shape.
Result<ForwardShape> forwardShapeOf(const ModelArchitecture& model);

/// Whether a count rounds to what was printed ("46.7" billion): within half a unit of its last
/// digit.
bool roundsToPrinted(std::int64_t count, std::string_view printed_billions);

}  // namespace moe
