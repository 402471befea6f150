#pragma once

#include <cmath>

namespace moe {

/// Of a value between layers: bf16, whatever the weights are stored in.
inline constexpr double kActivationBytes = 2;

/// What one forward pass over a batch reads and computes, enough for a roofline. Counts are real
/// numbers: a hypothetical model has fractional layers until it is realised.
///
/// A concrete model fills it from its architecture (costmodel/architecture.h), a hypothetical one
/// from a shape rule (costmodel/shape_rule.h). With N, c, h, l of [Yun2024] and multi-head
/// attention: dense_params = (1-c) N, expert_params = c N, kv_elements_per_token = 2 h l,
/// attention_flop_per_context_token = 4 h l.
struct ForwardShape {
  double layers = 0;
  double hidden = 0;
  double head_params = 0;   ///< of dense_params, those of the output head: in prefill only the last
                            ///< token of a prompt goes through it. 0 when unknown
  double dense_params = 0;  ///< weights that every token reads: attention, dense FFN, shared, head
  double expert_params = 0;  ///< one routed expert, summed over the layers that route
  double experts = 1;        ///< routed experts per layer that routes
  double top_k = 1;          ///< of them, used by one token
  double lookup_params = 0;  ///< in memory but read one row a token: the input embedding
  double kv_elements_per_token = 0;
  double attention_flop_per_context_token = 0;
  /// In prefill, where it differs (MLA computes keys and values of a prompt instead of absorbing
  /// them into the query); 0: the same.
  double prefill_attention_flop_per_context_token = 0;
  /// Devices that the KV cache of a request can be divided among: the KV heads, 1 for MLA. More
  /// devices in tensor parallel keep copies. 0: any number, as in a hypothetical model.
  double kv_shards = 0;

  double totalParams() const { return dense_params + experts * expert_params + lookup_params; }
  double activeParams() const { return dense_params + top_k * expert_params + lookup_params; }
  double prefillAttentionFlop() const {
    return prefill_attention_flop_per_context_token > 0 ? prefill_attention_flop_per_context_token
                                                        : attention_flop_per_context_token;
  }
  /// KV elements on all devices together per element of the cache: 1, or more where the KV heads do
  /// not divide evenly.
  double kvCopies(int devices) const {
    return kv_shards > 0 ? devices * std::ceil(kv_shards / devices) / kv_shards : 1;
  }
};

}  // namespace moe
