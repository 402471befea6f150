#include "costmodel/kernels/reference/decoder_block.h"

#include "costmodel/kernels/reference/matrix_product.h"
#include "costmodel/kernels/reference/moe_layer.h"

namespace moe {

ReferenceBlock referenceBlockAttention(const DecoderBlockShape& shape,
                                       const DecoderBlockWeights& weights,
                                       std::span<const double> x,
                                       std::span<ReferenceKvCache> requests) {
  require(shape.attention.hidden == shape.moe.hidden, "attention and experts of one width");
  require(!requests.empty() && x.size() % (requests.size() * shape.moe.hidden) == 0,
          "x is [requests * new tokens, hidden]");
  ReferenceBlock block;
  block.after_attention.assign(x.begin(), x.end());
  const auto normed = referenceRmsNorm(x, weights.attention_norm, shape.norm_epsilon);
  const std::size_t part = x.size() / requests.size();
  for (std::size_t r = 0; r < requests.size(); ++r) {
    const auto attended = referenceAttention(
        shape.attention, weights.attention, std::span(normed).subspan(r * part, part), requests[r]);
    for (std::size_t i = 0; i < part; ++i) block.after_attention[r * part + i] += attended[i];
  }
  block.moe_input = referenceRmsNorm(block.after_attention, weights.moe_norm, shape.norm_epsilon);
  block.router_logits = referenceRouterLogits(shape.moe, weights.moe, block.moe_input);
  return block;
}

std::vector<double> referenceBlockMoe(const DecoderBlockShape& shape,
                                      const DecoderBlockWeights& weights,
                                      const ReferenceBlock& block, const Routing& routing) {
  std::vector<double> y = referenceMoeLayer(shape.moe, weights.moe, block.moe_input, routing);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += block.after_attention[i];
  return y;
}

Result<ReferenceBlockOutput> referenceDecoderBlock(
    const DecoderBlockShape& shape, const DecoderBlockWeights& weights, const RouterRule& rule,
    std::span<const double> x, std::span<ReferenceKvCache> requests, std::uint64_t seed) {
  const ReferenceBlock block = referenceBlockAttention(shape, weights, x, requests);
  const std::vector<float> logits(block.router_logits.begin(), block.router_logits.end());
  const int tokens = static_cast<int>(x.size()) / shape.moe.hidden;
  auto routed = route(rule, logits, tokens, shape.moe.experts, seed);
  if (!routed) return tl::unexpected(routed.error());
  ReferenceBlockOutput result;
  result.output = referenceBlockMoe(shape, weights, block, routed->routing);
  result.routed = std::move(*routed);
  return result;
}

}  // namespace moe
