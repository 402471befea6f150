#include "costmodel/adaptation/routing_concentration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moe {

Concentration concentration(std::span<const double> scores) {
  std::vector<double> shares(scores.begin(), scores.end());
  std::sort(shares.begin(), shares.end());
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  Concentration result;
  if (!(sum > 0)) return result;
  const double experts = static_cast<double>(shares.size());
  double ranked = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    shares[i] /= sum;
    if (shares[i] > 0) result.entropy_nats -= shares[i] * std::log(shares[i]);
    ranked += (2.0 * static_cast<double>(i + 1) - experts - 1) * shares[i];
  }
  result.evenness = shares.size() > 1 ? result.entropy_nats / std::log(experts) : 1;
  result.effective_experts = std::exp(result.entropy_nats);
  result.gini = ranked / experts;
  result.largest_share = shares.back();
  return result;
}

std::vector<Concentration> concentrations(const ExpertScores& scores) {
  std::vector<Concentration> layers;
  for (const std::vector<double>& layer : scores.values) layers.push_back(concentration(layer));
  return layers;
}

Concentration meanConcentration(std::span<const Concentration> layers) {
  Concentration mean{0, 0, 0, 0, 0};
  for (const Concentration& layer : layers) {
    mean.entropy_nats += layer.entropy_nats;
    mean.evenness += layer.evenness;
    mean.effective_experts += layer.effective_experts;
    mean.gini += layer.gini;
    mean.largest_share += layer.largest_share;
  }
  const double count = static_cast<double>(std::max<std::size_t>(1, layers.size()));
  return {mean.entropy_nats / count, mean.evenness / count, mean.effective_experts / count,
          mean.gini / count, mean.largest_share / count};
}

}  // namespace moe
