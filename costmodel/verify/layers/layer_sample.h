#pragma once

#include <string>
#include <vector>

#include "costmodel/kernels/layer_shape.h"

namespace moe {

/// One MoE layer at one batch.
struct SampleLayer {
  int hidden = 0;
  int expert_ffn = 0;
  int experts = 1;
  int top_k = 1;
  int shared_ffn = 0;
  LayerPrecision precision = LayerPrecision::kF32;
  int tokens = 1;
  /// 0: the layer's own router, which spreads random tokens evenly. Above 0: a routing handed in,
  /// drawn from the power law with this exponent; the layer runs without its router.
  double skew = 0;

  bool operator==(const SampleLayer&) const = default;
  bool ownRouter() const { return skew == 0; }
};

/// One decoder block: a decode step of `batch` sequences with `context` cached tokens each, or a
/// prefill of `batch` prompts of `context` tokens.
struct SampleBlock {
  int hidden = 0;
  int expert_ffn = 0;
  int experts = 1;
  int top_k = 1;
  int heads = 1;
  int kv_heads = 1;
  int head_dim = 64;
  LayerPrecision precision = LayerPrecision::kF32;
  int batch = 1;
  int context = 1;
  bool prefill = false;

  bool operator==(const SampleBlock&) const = default;
  int tokens() const { return prefill ? batch * context : batch; }
};

/// A cache of so many pages: how many sequences of `context` tokens may decode one more?
struct SampleKvLimit {
  SampleBlock block;
  int kv_pages = 1;
};

struct VerifySample {
  std::vector<SampleLayer> layers;
  std::vector<SampleBlock> blocks;
  std::vector<SampleKvLimit> limits;
};

/// The grid of `moeplan verify`. Layers: every combination of three widths, 1, 4, 8, 16, 32 and 64
/// experts, 1, 2 and 6 of them per token as far as there are so many, f32 and bf16, each at several
/// batches from 1 to 4096 tokens, half of them with uneven routing; batches are dealt out in turn,
/// so that each occurs about equally often. Then layers for the claims (layer_claims.h). Layers
/// with the same weights stand together. Quick: a fifth of them.
VerifySample verifySample(bool quick);

/// "16 x (512, 1536) top-2 f32, 48 tokens, even"
std::string describe(const SampleLayer& layer);
std::string describe(const SampleBlock& block);

}  // namespace moe
