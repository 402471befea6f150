#include "costmodel/kernels/reference/decoder_block.h"

#include "costmodel/kernels/reference/matrix_product.h"
#include "costmodel/kernels/reference/moe_layer.h"

namespace moe {
namespace {

std::vector<double> normed(const ReferenceDecoderBlock& block, std::span<const double> x,
                           std::span<const float> weight) {
  const std::vector<float> ones(weight.empty() ? block.moe_shape.hidden : 0, 1.0F);
  return referenceRmsNorm(x, weight.empty() ? std::span(ones) : weight, block.norm_epsilon);
}

}  // namespace

ReferenceBlockState referenceBlockAttention(const ReferenceDecoderBlock& block,
                                            std::span<const double> x,
                                            std::span<ReferenceKvCache> requests) {
  const int hidden = block.moe_shape.hidden;
  require(!requests.empty() && x.size() % (requests.size() * hidden) == 0,
          "x is [requests * new tokens, hidden]");
  ReferenceBlockState state;
  state.after_attention.assign(x.begin(), x.end());
  const auto input = normed(block, x, block.attention_norm);
  const std::size_t part = x.size() / requests.size();
  for (std::size_t r = 0; r < requests.size(); ++r) {
    const auto attended = referenceAttention(block.attention, hidden,
                                             std::span(input).subspan(r * part, part), requests[r]);
    for (std::size_t i = 0; i < part; ++i) state.after_attention[r * part + i] += attended[i];
  }
  state.moe_input = normed(block, state.after_attention, block.moe_norm);
  state.router_logits = referenceRouterLogits(block.moe_shape, *block.moe, state.moe_input);
  return state;
}

std::vector<double> referenceBlockMoe(const ReferenceDecoderBlock& block,
                                      const ReferenceBlockState& state, const Routing& routing) {
  std::vector<double> y = referenceMoeLayer(block.moe_shape, *block.moe, state.moe_input, routing);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += state.after_attention[i];
  return y;
}

Result<ReferenceBlockOutput> referenceDecoderBlock(const ReferenceDecoderBlock& block,
                                                   const RouterRule& rule,
                                                   std::span<const double> x,
                                                   std::span<ReferenceKvCache> requests,
                                                   std::uint64_t seed) {
  const ReferenceBlockState state = referenceBlockAttention(block, x, requests);
  const std::vector<float> logits(state.router_logits.begin(), state.router_logits.end());
  const int tokens = static_cast<int>(x.size()) / block.moe_shape.hidden;
  auto routed = route(rule, logits, tokens, block.moe_shape.experts, seed);
  if (!routed) return tl::unexpected(routed.error());
  ReferenceBlockOutput result;
  result.output = referenceBlockMoe(block, state, routed->routing);
  result.routed = std::move(*routed);
  return result;
}

}  // namespace moe
