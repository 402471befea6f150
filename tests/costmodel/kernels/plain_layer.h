#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "costmodel/kernels/kernel_set.h"

// Layers in double precision, written from the formulas of costmodel/kernels/layer_shape.h with
// plain loops: what the kernels are compared with.
namespace moe::test {

inline std::vector<float> randomRows(std::size_t count, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(engine);
  return values;
}

/// x [k] times weights [k, n].
template <class Number>
std::vector<double> plainProduct(std::span<const Number> x, std::span<const float> weights) {
  const std::size_t n = weights.size() / x.size();
  std::vector<double> out(n);
  for (std::size_t k = 0; k < x.size(); ++k) {
    for (std::size_t i = 0; i < n; ++i) out[i] += double(x[k]) * weights[k * n + i];
  }
  return out;
}

inline double plainActivation(Activation kind, double gate, double up) {
  switch (kind) {
    case Activation::kSwiGlu:
      return gate / (1 + std::exp(-gate)) * up;
    case Activation::kGatedGelu:
      return gate / 2 *
             (1 + std::tanh(std::sqrt(2 / M_PI) * (gate + 0.044715 * gate * gate * gate))) * up;
    case Activation::kRelu:
      return up > 0 ? up : 0;
  }
  return 0;
}

inline std::vector<double> plainExpert(const ExpertWeights& weights, Activation kind,
                                       std::span<const float> x) {
  std::vector<double> h = plainProduct(x, weights.up);
  std::vector<double> gate;
  if (!weights.gate.empty()) gate = plainProduct(x, weights.gate);
  for (std::size_t i = 0; i < h.size(); ++i) {
    h[i] = plainActivation(kind, gate.empty() ? 0 : gate[i], h[i]);
  }
  return plainProduct(std::span<const double>(h), weights.down);
}

/// The sum over a routing, plus the shared expert.
inline std::vector<std::vector<double>> plainLayer(const MoeLayerShape& shape,
                                                   const MoeLayerWeights& weights,
                                                   std::span<const float> input,
                                                   const Routing& routing) {
  const std::size_t hidden = shape.hidden;
  std::vector<std::vector<double>> out(routing.tokens, std::vector<double>(hidden));
  const auto add = [&](int token, const ExpertWeights& expert, double weight) {
    const auto y = plainExpert(expert, shape.activation, input.subspan(token * hidden, hidden));
    for (std::size_t i = 0; i < hidden; ++i) out[token][i] += weight * y[i];
  };
  for (int e = 0; e < routing.experts; ++e) {
    for (int i = routing.first[e]; i < routing.first[e + 1]; ++i) {
      add(routing.token[i], weights.experts[e], routing.weight[i]);
    }
  }
  for (int t = 0; shape.shared_ffn > 0 && t < routing.tokens; ++t) add(t, weights.shared, 1);
  return out;
}

/// The largest |ours - plain| / |plain| of a row by its Euclidean norm; infinite where ours is not
/// a number.
inline double largestRowError(std::span<const float> ours,
                              const std::vector<std::vector<double>>& plain) {
  double largest = 0;
  for (std::size_t row = 0; row < plain.size(); ++row) {
    double difference = 0;
    double norm = 0;
    for (std::size_t i = 0; i < plain[row].size(); ++i) {
      const double d = ours[row * plain[row].size() + i] - plain[row][i];
      difference += d * d;
      norm += plain[row][i] * plain[row][i];
    }
    const double error = norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
    if (!(error <= largest)) largest = std::isnan(error) ? INFINITY : error;
  }
  return largest;
}

/// A routing from the experts and weights of each token, grouped by expert.
struct Assignment {
  int token, expert;
  float weight;
};
inline Routing routingOf(int tokens, int experts, const std::vector<Assignment>& assignments) {
  Routing routing;
  routing.tokens = tokens;
  routing.experts = experts;
  routing.first.push_back(0);
  for (int e = 0; e < experts; ++e) {
    for (const Assignment& assignment : assignments) {
      if (assignment.expert != e) continue;
      routing.token.push_back(assignment.token);
      routing.weight.push_back(assignment.weight);
    }
    routing.first.push_back(static_cast<std::int32_t>(routing.token.size()));
  }
  return routing;
}

}  // namespace moe::test
