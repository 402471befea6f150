#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "costmodel/kernels/block_shape.h"
#include "costmodel/kernels/reference/attention.h"
#include "costmodel/kernels/routing/route.h"
#include "costmodel/kernels/routing/router_rule.h"

namespace moe {

/// What a pre-norm decoder block computes from x, all [tokens, ...]:
///
///     h = x + attention(norm(x))         y = h + moe(norm(h))
struct ReferenceBlock {
  std::vector<double> after_attention;  ///< h, [hidden]
  std::vector<double> moe_input;        ///< norm(h), [hidden]
  std::vector<double> router_logits;    ///< [experts]
};

/// The first half, for one request per cache, each with equally many tokens of x [requests * new
/// tokens, hidden], request after request; keys and values are added to the caches.
ReferenceBlock referenceBlockAttention(const DecoderBlockShape& shape,
                                       const DecoderBlockWeights& weights,
                                       std::span<const double> x,
                                       std::span<ReferenceKvCache> requests);

/// The second half with the routing given, such as a kernel's own; result y [tokens, hidden].
std::vector<double> referenceBlockMoe(const DecoderBlockShape& shape,
                                      const DecoderBlockWeights& weights,
                                      const ReferenceBlock& block, const Routing& routing);

struct ReferenceBlockOutput {
  std::vector<double> output;  ///< y, [tokens, hidden]
  Routed routed;               ///< by the logits rounded to f32
};

/// Both halves. Errors: those of `route`.
Result<ReferenceBlockOutput> referenceDecoderBlock(
    const DecoderBlockShape& shape, const DecoderBlockWeights& weights, const RouterRule& rule,
    std::span<const double> x, std::span<ReferenceKvCache> requests, std::uint64_t seed = 0);

}  // namespace moe
