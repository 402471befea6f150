#include "costmodel/kernels/reference/moe_layer.h"

#include <cmath>
#include <numbers>

#include "costmodel/kernels/reference/matrix_product.h"
#include "data/error.h"

namespace moe {
namespace {

void addScaled(double weight, std::span<const double> values, std::span<double> sum) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * values[i];
}

}  // namespace

double referenceSilu(double x) { return x / (1 + std::exp(-x)); }

double referenceGelu(double x) {
  const double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return x / 2 * (1 + std::tanh(inner));
}

std::vector<double> referenceExpert(Activation activation, const ExpertWeights& expert, int ffn,
                                    std::span<const double> x) {
  std::vector<double> inner = referenceRowProduct(x, expert.up, ffn);
  if (activation == Activation::kRelu) {
    for (double& value : inner)
      if (value < 0) value = 0;  // a NaN stays one
  } else {
    const std::vector<double> gate = referenceRowProduct(x, expert.gate, ffn);
    for (int i = 0; i < ffn; ++i)
      inner[i] *=
          activation == Activation::kSwiGlu ? referenceSilu(gate[i]) : referenceGelu(gate[i]);
  }
  return referenceRowProduct(inner, expert.down, static_cast<int>(x.size()));
}

std::vector<double> referenceRouterLogits(const MoeLayerShape& shape,
                                          const MoeLayerWeights& weights,
                                          std::span<const double> x) {
  const int tokens = static_cast<int>(x.size()) / shape.hidden;
  return referenceProduct(x, tokens, weights.router, shape.experts);
}

std::vector<double> referenceMoeLayer(const MoeLayerShape& shape, const MoeLayerWeights& weights,
                                      std::span<const double> x, const Routing& routing) {
  const std::size_t hidden = shape.hidden;
  require(x.size() == hidden * routing.tokens, "x is [tokens of the routing, hidden]");
  require(routing.experts == static_cast<int>(weights.experts.size()),
          "the routing is of as many experts as the layer has");
  std::vector<double> y(x.size(), 0.0);
  if (shape.shared_ffn > 0) {
    for (std::size_t from = 0; from < x.size(); from += hidden)
      addScaled(1,
                referenceExpert(shape.activation, weights.shared, shape.shared_ffn,
                                x.subspan(from, hidden)),
                std::span(y).subspan(from, hidden));
  }
  for (int e = 0; e < routing.experts; ++e) {
    for (int i = routing.first[e]; i < routing.first[e + 1]; ++i) {
      const std::size_t from = routing.token[i] * hidden;
      addScaled(routing.weight[i],
                referenceExpert(shape.activation, weights.experts[e], shape.expert_ffn,
                                x.subspan(from, hidden)),
                std::span(y).subspan(from, hidden));
    }
  }
  return y;
}

std::vector<double> asDoubles(std::span<const float> values) {
  return {values.begin(), values.end()};
}

}  // namespace moe
