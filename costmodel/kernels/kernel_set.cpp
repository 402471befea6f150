#include "costmodel/kernels/kernel_set.h"

#include <cmath>
#include <random>

namespace moe {
namespace {

std::vector<float> randomMatrix(std::size_t rows, std::size_t columns, std::mt19937_64& engine) {
  std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(rows)));
  std::vector<float> values(rows * columns);
  for (float& value : values) value = normal(engine);
  return values;
}

ExpertWeights randomExpert(const MoeLayerShape& shape, int ffn, std::mt19937_64& engine) {
  ExpertWeights expert;
  if (shape.activation != Activation::kRelu) expert.gate = randomMatrix(shape.hidden, ffn, engine);
  expert.up = randomMatrix(shape.hidden, ffn, engine);
  expert.down = randomMatrix(ffn, shape.hidden, engine);
  return expert;
}

MoeLayerWeights randomLayer(const MoeLayerShape& shape, std::mt19937_64& engine) {
  MoeLayerWeights weights;
  weights.router = randomMatrix(shape.hidden, shape.experts, engine);
  for (int e = 0; e < shape.experts; ++e) {
    weights.experts.push_back(randomExpert(shape, shape.expert_ffn, engine));
  }
  if (shape.shared_ffn > 0) weights.shared = randomExpert(shape, shape.shared_ffn, engine);
  return weights;
}

}  // namespace

std::int64_t kvPages(int batch, int context) {
  const std::int64_t pages =
      (static_cast<std::int64_t>(context) + kKvPageTokens - 1) / kKvPageTokens;
  return batch * pages;
}

MoeLayerWeights randomWeights(const MoeLayerShape& shape, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  return randomLayer(shape, engine);
}

DecoderBlockWeights randomWeights(const DecoderBlockSetup& setup, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  const std::size_t hidden = setup.moe.shape.hidden;
  const std::size_t query = std::size_t(setup.attention.heads) * setup.attention.head_dim;
  const std::size_t keys = std::size_t(setup.attention.kv_heads) * setup.attention.head_dim;
  DecoderBlockWeights weights;
  weights.qkv = randomMatrix(hidden, query + 2 * keys, engine);
  weights.output = randomMatrix(query, hidden, engine);
  weights.moe = randomLayer(setup.moe.shape, engine);
  return weights;
}

}  // namespace moe
