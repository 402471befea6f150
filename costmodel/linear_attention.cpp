#include "costmodel/linear_attention.h"

namespace moe {
namespace {

using Count = std::int64_t;

/// Channels that a gated delta net convolves: queries, keys and values.
Count convolved(const LinearAttention& l) {
  return 2 * Count{l.key_heads} * l.key_dim + Count{l.value_heads} * l.value_dim;
}

Count deltaNetParams(Count hidden, const LinearAttention& l) {
  const Count keys = Count{l.key_heads} * l.key_dim;
  const Count values = Count{l.value_heads} * l.value_dim;
  const Count into = 2 * hidden * (keys + values) + 2 * hidden * l.value_heads;
  const Count decay_and_norm = 2 * Count{l.value_heads} + l.value_dim;
  return into + l.convolution * convolved(l) + decay_and_norm + values * hidden;
}

Count lightningParams(Count hidden, const LinearAttention& l) {
  const Count values = Count{l.value_heads} * l.value_dim;
  return 5 * hidden * values + values;
}

Count mambaParams(Count hidden, const LinearAttention& l) {
  const Count inner = l.inner;
  const Count into = 2 * hidden * inner;
  const Count convolution = inner * (Count{l.convolution} + 1);
  const Count selection = inner * (Count{l.step_rank} + 2 * Count{l.state});
  const Count step = inner * (Count{l.step_rank} + 1);
  const Count decay_and_skip = inner * l.state + inner;
  const Count norms = Count{l.step_rank} + 2 * Count{l.state};
  return into + convolution + selection + step + decay_and_skip + norms + inner * hidden;
}

}  // namespace

std::int64_t linearAttentionParams(const ModelEntry& entry) {
  switch (entry.linear.kind) {
    case LinearAttentionKind::kNone:
      return 0;
    case LinearAttentionKind::kGatedDeltaNet:
      return deltaNetParams(entry.hidden, entry.linear);
    case LinearAttentionKind::kLightning:
      return lightningParams(entry.hidden, entry.linear);
    case LinearAttentionKind::kMamba:
      return mambaParams(entry.hidden, entry.linear);
  }
  return 0;
}

std::int64_t linearAttentionState(const ModelEntry& entry) {
  const LinearAttention& l = entry.linear;
  const Count matrices = Count{l.value_heads} * l.key_dim * l.value_dim;
  switch (l.kind) {
    case LinearAttentionKind::kNone:
      return 0;
    case LinearAttentionKind::kGatedDeltaNet:
      return matrices + (l.convolution - 1) * convolved(l);
    case LinearAttentionKind::kLightning:
      return matrices;
    case LinearAttentionKind::kMamba:
      return Count{l.inner} * l.state + Count{l.inner} * (l.convolution - 1);
  }
  return 0;
}

}  // namespace moe
