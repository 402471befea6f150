#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "costmodel/kernels/layer_shape.h"
#include "data/counter_random.h"

namespace moe::test {

/// Numbers of a normal distribution with this deviation, the same for the same stream.
inline std::vector<float> normals(std::size_t count, std::uint64_t stream, double deviation = 1) {
  std::vector<float> values(count);
  const auto unit = [&](std::uint64_t half, std::size_t i) {
    return (static_cast<double>(counterRandom(stream, half, i) >> 12) + 0.5) * 0x1p-52;
  };
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(deviation * std::sqrt(-2 * std::log(unit(0, i))) *
                                   std::cos(2 * std::numbers::pi * unit(1, i)));
  return values;
}

inline ExpertWeights randomExpert(int hidden, int ffn, bool gated, std::uint64_t stream) {
  const auto size = static_cast<std::size_t>(hidden) * ffn;
  ExpertWeights expert;
  if (gated) expert.gate = normals(size, stream, 1 / std::sqrt(hidden));
  expert.up = normals(size, stream + 1, 1 / std::sqrt(hidden));
  expert.down = normals(size, stream + 2, 1 / std::sqrt(ffn));
  return expert;
}

inline MoeLayerWeights randomLayer(const MoeLayerShape& shape, std::uint64_t stream) {
  const bool gated = shape.activation != Activation::kRelu;
  MoeLayerWeights weights;
  weights.router = normals(static_cast<std::size_t>(shape.hidden) * shape.experts, stream);
  for (int e = 0; e < shape.experts; ++e)
    weights.experts.push_back(
        randomExpert(shape.hidden, shape.expert_ffn, gated, stream + 10 + 3 * e));
  if (shape.shared_ffn > 0)
    weights.shared = randomExpert(shape.hidden, shape.shared_ffn, gated, stream + 4);
  return weights;
}

}  // namespace moe::test
