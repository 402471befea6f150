#pragma once

#include <span>
#include <vector>

namespace moe {

/// Heads of a layer; heads / kv_heads query heads share a key and value head (GQA; 1: MHA).
struct ReferenceHeads {
  int heads = 1;
  int kv_heads = 1;  ///< divides heads
  int head_dim = 0;
};

/// Keys and values of the tokens that a request has passed, both [tokens, kv_heads, head_dim].
struct ReferenceKvCache {
  std::vector<double> key;
  std::vector<double> value;
};

/// Attention of the last tokens of a request, whose keys and values are in the cache already: query
/// and result [tokens, heads, head_dim]. As many queries as the cache has tokens are causal
/// prefill, one is a decode step:
///
///     o_ih = sum_{j <= i} softmax_j(q_ih . k_jg / sqrt(head_dim)) v_jg,   g = h kv_heads / heads
///
/// i and j count from the request's first token. No rotary embedding: the order alone places
/// tokens.
std::vector<double> referenceAttendToCache(const ReferenceHeads& heads,
                                           std::span<const double> query,
                                           const ReferenceKvCache& cache);

/// An attention layer, weights row-major f32.
struct ReferenceAttentionLayer {
  ReferenceHeads heads;
  std::span<const float> qkv;     ///< [hidden, (heads + 2 kv_heads) * head_dim]: query, key, value
  std::span<const float> output;  ///< [heads * head_dim, hidden]
};

/// The layer for new tokens of one request, x [new tokens, hidden], after those in the cache, to
/// which theirs are added; result [new tokens, hidden].
std::vector<double> referenceAttention(const ReferenceAttentionLayer& layer, int hidden,
                                       std::span<const double> x, ReferenceKvCache& cache);

}  // namespace moe
