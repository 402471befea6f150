#pragma once

#include <span>
#include <vector>

#include "costmodel/kernels/block_shape.h"

namespace moe {

/// Keys and values of the tokens that a request has passed, both [tokens, kv_heads, head_dim].
struct ReferenceKvCache {
  std::vector<double> key;
  std::vector<double> value;
};

/// Attention of new tokens of one request, x [new tokens, hidden], after those in the cache, to
/// which theirs are added; result [new tokens, hidden]. An empty cache and the whole prompt is
/// causal prefill, one token is a decode step:
///
///     o_ih = sum_{j <= i} softmax_j(q_ih . k_jg / sqrt(head_dim)) v_jg,   g = h kv_heads / heads
///
/// i and j count from the request's first token, h the query heads. No rotary embedding: positions
/// enter by the order alone.
std::vector<double> referenceAttention(const AttentionShape& shape, const AttentionWeights& weights,
                                       std::span<const double> x, ReferenceKvCache& cache);

}  // namespace moe
