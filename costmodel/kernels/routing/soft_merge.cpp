#include "costmodel/kernels/routing/soft_merge.h"

#include <fmt/format.h>

#include "costmodel/kernels/routing/route.h"

namespace moe {

Result<SoftMergeWeights> softMergeWeights(std::span<const float> logits, int tokens, int experts,
                                          int top_k) {
  if (top_k < 0)
    return fail(ErrorKind::kUsage, "top_k", fmt::format("is {}; 0 (all) or more is needed", top_k));
  RouterRule rule;  // raw softmax of the k largest, nothing dropped
  rule.top_k = top_k > 0 ? top_k : experts;
  const auto routed = route(rule, logits, tokens, experts);
  if (!routed) return tl::unexpected(routed.error());
  SoftMergeWeights merge;
  merge.tokens = tokens;
  merge.experts = experts;
  merge.unroutable_tokens = routed->unroutable_tokens;
  merge.balance_loss = routed->balance_loss;
  merge.weight.assign(logits.size(), 0.0);
  const Routing& routing = routed->routing;
  for (int e = 0; e < experts; ++e)
    for (int i = routing.first[e]; i < routing.first[e + 1]; ++i)
      merge.weight[static_cast<std::size_t>(routing.token[i]) * experts + e] = routing.weight[i];
  return merge;
}

}  // namespace moe
