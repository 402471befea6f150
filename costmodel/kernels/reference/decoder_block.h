#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "costmodel/kernels/layer_shape.h"
#include "costmodel/kernels/reference/attention.h"
#include "costmodel/kernels/routing/route.h"
#include "costmodel/kernels/routing/router_rule.h"

namespace moe {

/// A pre-norm decoder block. It keeps a view of its weights.
struct ReferenceDecoderBlock {
  MoeLayerShape moe_shape;
  const MoeLayerWeights* moe = nullptr;
  ReferenceAttentionLayer attention;
  std::span<const float> attention_norm;  ///< [hidden]; empty: ones
  std::span<const float> moe_norm;        ///< [hidden]; empty: ones
  double norm_epsilon = 1e-6;
};

/// What a pre-norm decoder block computes from x, all [tokens, ...]:
///
///     h = x + attention(norm(x))         y = h + moe(norm(h))
struct ReferenceBlockState {
  std::vector<double> after_attention;  ///< h, [hidden]
  std::vector<double> moe_input;        ///< norm(h), [hidden]
  std::vector<double> router_logits;    ///< [experts]
};

/// The first half, for one request per cache, each with equally many tokens of x [requests * new
/// tokens, hidden], request after request; keys and values are added to the caches.
ReferenceBlockState referenceBlockAttention(const ReferenceDecoderBlock& block,
                                            std::span<const double> x,
                                            std::span<ReferenceKvCache> requests);

/// The second half with the routing given, such as a kernel's own; result y [tokens, hidden].
std::vector<double> referenceBlockMoe(const ReferenceDecoderBlock& block,
                                      const ReferenceBlockState& state, const Routing& routing);

struct ReferenceBlockOutput {
  std::vector<double> output;  ///< y, [tokens, hidden]
  Routed routed;               ///< by the logits rounded to f32
};

/// Both halves. Errors: those of `route`.
Result<ReferenceBlockOutput> referenceDecoderBlock(const ReferenceDecoderBlock& block,
                                                   const RouterRule& rule,
                                                   std::span<const double> x,
                                                   std::span<ReferenceKvCache> requests,
                                                   std::uint64_t seed = 0);

}  // namespace moe
