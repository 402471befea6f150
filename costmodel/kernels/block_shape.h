#pragma once

#include <vector>

#include "costmodel/kernels/layer_shape.h"

namespace moe {

/// Attention in which `heads / kv_heads` query heads share a key and value head (GQA; 1: MHA).
struct AttentionShape {
  int hidden = 0;
  int heads = 1;
  int kv_heads = 1;  ///< divides heads
  int head_dim = 0;
};

/// Row-major, f32.
struct AttentionWeights {
  std::vector<float> query;   ///< [hidden, heads * head_dim]
  std::vector<float> key;     ///< [hidden, kv_heads * head_dim]
  std::vector<float> value;   ///< [hidden, kv_heads * head_dim]
  std::vector<float> output;  ///< [heads * head_dim, hidden]
};

struct DecoderBlockShape {
  AttentionShape attention;
  MoeLayerShape moe;  ///< of the same hidden
  double norm_epsilon = 1e-6;
};

struct DecoderBlockWeights {
  std::vector<float> attention_norm;  ///< [hidden]
  AttentionWeights attention;
  std::vector<float> moe_norm;  ///< [hidden]
  MoeLayerWeights moe;
};

}  // namespace moe
