#include "costmodel/verify/measure/pooled_weights.h"

#include <algorithm>
#include <cmath>

#include "costmodel/verify/measure/layer_timer.h"
#include "data/counter_random.h"

namespace moe {
namespace {

/// Hands out matrices from one block of normal numbers.
class WeightPool {
 public:
  explicit WeightPool(std::uint64_t seed) : seed_(seed), numbers_(normalNumbers(kCount, seed)) {}

  std::vector<float> matrix(std::size_t rows, std::size_t columns) {
    std::vector<float> values(rows * columns);
    std::size_t at = counterIndex(seed_, kStarts, ++matrices_, kCount);
    for (std::size_t done = 0; done < values.size();) {
      const std::size_t count = std::min(values.size() - done, kCount - at);
      std::copy_n(numbers_.begin() + static_cast<std::ptrdiff_t>(at), count,
                  values.begin() + static_cast<std::ptrdiff_t>(done));
      done += count;
      at = 0;
    }
    const float scale = 1 / std::sqrt(static_cast<float>(rows));
    for (float& value : values) value *= scale;
    return values;
  }

 private:
  static constexpr std::size_t kCount = 262'139;  // a prime: rows of a matrix do not repeat
  static constexpr std::uint64_t kStarts = 11;

  std::uint64_t seed_;
  std::vector<float> numbers_;
  std::uint64_t matrices_ = 0;
};

ExpertWeights expertOf(WeightPool& pool, Activation activation, std::size_t hidden,
                       std::size_t ffn) {
  ExpertWeights expert;
  if (activation != Activation::kRelu) expert.gate = pool.matrix(hidden, ffn);
  expert.up = pool.matrix(hidden, ffn);
  expert.down = pool.matrix(ffn, hidden);
  return expert;
}

MoeLayerWeights layerOf(WeightPool& pool, const MoeLayerShape& shape) {
  const auto hidden = static_cast<std::size_t>(shape.hidden);
  MoeLayerWeights weights;
  weights.router = pool.matrix(hidden, static_cast<std::size_t>(shape.experts));
  for (int expert = 0; expert < shape.experts; ++expert)
    weights.experts.push_back(
        expertOf(pool, shape.activation, hidden, static_cast<std::size_t>(shape.expert_ffn)));
  if (shape.shared_ffn > 0)
    weights.shared =
        expertOf(pool, shape.activation, hidden, static_cast<std::size_t>(shape.shared_ffn));
  return weights;
}

}  // namespace

MoeLayerWeights pooledWeights(const MoeLayerShape& shape, std::uint64_t seed) {
  WeightPool pool(seed);
  return layerOf(pool, shape);
}

DecoderBlockWeights pooledWeights(const DecoderBlockSetup& setup, std::uint64_t seed) {
  WeightPool pool(seed);
  const auto hidden = static_cast<std::size_t>(setup.moe.shape.hidden);
  const auto head = static_cast<std::size_t>(setup.attention.head_dim);
  const std::size_t query = static_cast<std::size_t>(setup.attention.heads) * head;
  const std::size_t keys = static_cast<std::size_t>(setup.attention.kv_heads) * head;
  DecoderBlockWeights weights;
  weights.qkv = pool.matrix(hidden, query + 2 * keys);
  weights.output = pool.matrix(query, hidden);
  weights.moe = layerOf(pool, setup.moe.shape);
  return weights;
}

}  // namespace moe
