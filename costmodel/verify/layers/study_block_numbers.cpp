#include <algorithm>
#include <set>

#include "costmodel/kernels/reference/decoder_block.h"
#include "costmodel/kernels/reference/moe_layer.h"
#include "costmodel/kernels/routing/router_rule.h"
#include "costmodel/verify/layers/checked_tokens.h"
#include "costmodel/verify/layers/study_parts.h"

namespace moe {
namespace {

/// A token of a step: its sequence, how many come before it, and its row among those of the step.
struct BlockPlace {
  int sequence = 0;
  int position = 0;
  int row = 0;
};

/// Decode: the first, the middle and the last sequence. Prefill: the first, the middle and the last
/// token of the first and of the last prompt. By row.
std::vector<BlockPlace> placesToCheck(const SampleBlock& block) {
  std::vector<BlockPlace> places;
  if (!block.prefill) {
    for (const int sequence : std::set{0, block.batch / 2, block.batch - 1})
      places.push_back({sequence, block.context, sequence});
    return places;
  }
  for (const int sequence : std::set{0, block.batch - 1})
    for (const int position : std::set{0, block.context / 2, block.context - 1})
      places.push_back({sequence, position, sequence * block.context + position});
  return places;
}

ReferenceDecoderBlock referenceOf(const BlockStep& step) {
  const AttentionShape& heads = step.setup.attention;
  ReferenceDecoderBlock block;
  block.moe_shape = step.setup.moe.shape;
  block.moe = &step.weights.moe;
  block.attention = {
      {heads.heads, heads.kv_heads, heads.head_dim}, step.weights.qkv, step.weights.output};
  return block;
}

/// What was computed for the places, one row each, and what should have been.
struct BlockNumbers {
  std::vector<int> rows;
  std::vector<float> added;    ///< output - input, [places, hidden]
  std::vector<double> wanted;  ///< of the reference
  std::vector<float> cached;   ///< the token's key and value, [places, 2 kv_heads head_dim]
  std::vector<double> to_cache;
  std::vector<double> logits;  ///< [places, experts]
};

/// The kernel's keys and values of one sequence.
struct SequenceCache {
  std::vector<float> keys, values;
};

void addPlace(const ReferenceDecoderBlock& block, const BlockStep& step, const BlockPlace& place,
              const SequenceCache& cache, BlockNumbers& numbers) {
  const auto hidden = static_cast<std::size_t>(block.moe_shape.hidden);
  const auto width = static_cast<std::size_t>(block.attention.heads.kv_heads) *
                     static_cast<std::size_t>(block.attention.heads.head_dim);
  const auto before = static_cast<std::size_t>(place.position) * width;
  const auto row = static_cast<std::size_t>(place.row) * hidden;
  ReferenceKvCache seen{asDoubles(std::span(cache.keys).first(before)),
                        asDoubles(std::span(cache.values).first(before))};
  const std::vector<double> x = asDoubles(step.input.subspan(row, hidden));
  const ReferenceBlockState state = referenceBlockAttention(block, x, std::span(&seen, 1));
  const int token[] = {place.row};
  const std::vector<double> y =
      referenceBlockMoe(block, state, routingOfTokens(step.kernel.lastRouting(), token));
  numbers.rows.push_back(place.row);
  for (std::size_t i = 0; i < hidden; ++i) {
    numbers.added.push_back(step.output[row + i] - step.input[row + i]);
    numbers.wanted.push_back(y[i] - x[i]);
  }
  for (const auto* stored : {&cache.keys, &cache.values})
    numbers.cached.insert(numbers.cached.end(), stored->begin() + static_cast<long>(before),
                          stored->begin() + static_cast<long>(before + width));
  for (const auto* stored : {&seen.key, &seen.value})
    numbers.to_cache.insert(numbers.to_cache.end(), stored->end() - static_cast<long>(width),
                            stored->end());
  numbers.logits.insert(numbers.logits.end(), state.router_logits.begin(),
                        state.router_logits.end());
}

/// The check of what the block adds, or that of the cache where only that one failed.
LayerCheck checkOf(const BlockNumbers& numbers, std::size_t hidden, double tolerance) {
  LayerCheck added = checkLayer(numbers.added, numbers.wanted, hidden, tolerance, numbers.rows);
  LayerCheck stored =
      checkLayer(numbers.cached, numbers.to_cache, numbers.cached.size() / numbers.rows.size(),
                 tolerance, numbers.rows);
  if (!added.passed() || stored.passed()) return added;
  stored.reason = "keys and values: " + stored.reason;
  return stored;
}

}  // namespace

Result<void> checkBlockNumbers(const SampleBlock& block, const BlockStep& step, VerifyRow& row) {
  const ReferenceDecoderBlock reference = referenceOf(step);
  BlockNumbers numbers;
  SequenceCache cache;
  int read = -1;
  for (const BlockPlace& place : placesToCheck(block)) {
    if (place.sequence != read)
      cache = {step.kernel.keys(place.sequence), step.kernel.values(place.sequence)};
    read = place.sequence;
    addPlace(reference, step, place, cache, numbers);
  }
  auto routing = checkRouting(ownRouterRule(block.top_k), numbers.logits,
                              routingOfTokens(step.kernel.lastRouting(), numbers.rows),
                              routingTolerance(block.precision), numbers.rows);
  if (!routing) return tl::unexpected(routing.error());
  row.routing = *std::move(routing);
  row.check =
      checkOf(numbers, static_cast<std::size_t>(block.hidden), layerTolerance(block.precision));
  return {};
}

}  // namespace moe
