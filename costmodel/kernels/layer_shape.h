#pragma once

#include <vector>

namespace moe {

/// The function between an expert's matrix products [Shazeer2020]:
///
///     kSwiGlu     down(silu(x W_gate) * (x W_up))
///     kGatedGelu  down(gelu(x W_gate) * (x W_up))    gelu with tanh, as in T5 v1.1
///     kRelu       down(max(x W_up, 0))               no W_gate
enum class Activation { kSwiGlu, kGatedGelu, kRelu };

/// How weights and activations are held while a layer runs. Sums are always in f32.
enum class LayerPrecision { kF32, kBf16, kInt8Weights };

struct MoeLayerShape {
  int hidden = 0;
  int expert_ffn = 0;
  int experts = 1;
  int top_k = 1;
  int shared_ffn = 0;  ///< width of the expert that every token passes; 0: none
  Activation activation = Activation::kSwiGlu;
};

/// Row-major, f32. `gate` is empty for kRelu.
struct ExpertWeights {
  std::vector<float> gate;  ///< [hidden, ffn]
  std::vector<float> up;    ///< [hidden, ffn]
  std::vector<float> down;  ///< [ffn, hidden]
};

struct MoeLayerWeights {
  std::vector<float> router;  ///< [hidden, experts]
  std::vector<ExpertWeights> experts;
  ExpertWeights shared;  ///< empty without a shared expert
};

}  // namespace moe
