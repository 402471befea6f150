#include "costmodel/routing/expert_popularity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moe {
namespace {

Result<void> checkAssumption(const RoutingAssumption& assumption, std::size_t experts,
                             std::size_t top_k) {
  if (experts == 0 || top_k == 0 || top_k > experts)
    return usageError("routing",
                      fmt::format("a token cannot choose {} of {} experts", top_k, experts));
  if (!(assumption.correlation >= 0 && assumption.correlation <= 1))
    return usageError("routing correlation",
                      fmt::format("is {}; 0 (independent) to 1 (all the same) is needed",
                                  assumption.correlation));
  if (!(assumption.alpha >= 0 && assumption.alpha <= 100))
    return usageError("routing exponent",
                      fmt::format("is {}; a number from 0 to 100 is needed", assumption.alpha));
  if (!(assumption.span >= 1 && assumption.span <= 1e12))
    return usageError("routing span",
                      fmt::format("is {}; the largest over the smallest popularity is a "
                                  "number from 1 to 1e12",
                                  assumption.span));
  return {};
}

/// Largest first.
std::vector<double> powerLawWeights(std::size_t experts, double alpha, double span) {
  std::vector<double> weights(experts);
  const double log_span = std::log(span);
  for (std::size_t rank = 0; rank < experts; ++rank) {
    const double u = 1 - (static_cast<double>(rank) + 0.5) / static_cast<double>(experts);
    const double power = (1 - alpha) * log_span;
    // log1p and expm1 keep the digits where alpha is close to 1.
    weights[rank] = alpha == 1 ? std::exp(u * log_span)
                               : std::exp(std::log1p(u * std::expm1(power)) / (1 - alpha));
  }
  return weights;
}

/// min(1, lambda w) that add up to top_k, of weights in falling order.
std::vector<double> choiceProbabilities(std::vector<double> weights, std::size_t top_k) {
  double rest = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t certain = 0;
  while (certain < top_k && weights[certain] * static_cast<double>(top_k - certain) >= rest) {
    rest -= weights[certain];
    weights[certain++] = 1;
  }
  const double lambda = static_cast<double>(top_k - certain) / rest;
  for (std::size_t i = certain; i < weights.size(); ++i) weights[i] *= lambda;
  return weights;
}

Result<std::vector<double>> measuredProbabilities(const ExpertCounts& counts, std::size_t experts,
                                                  std::size_t top_k) {
  if (counts.experts != experts)
    return fail(ErrorKind::kInput, counts.source,
                fmt::format("is of {} experts, but the model has {}", counts.experts, experts));
  std::vector<double> chosen;
  for (std::size_t layer = 0; layer < counts.tokens.size(); ++layer) {
    const std::vector<double>& tokens = counts.tokens[layer];
    const double sum = std::accumulate(tokens.begin(), tokens.end(), 0.0);
    const std::string where = fmt::format("{}: layer {}", counts.source, layer);
    if (!(sum > 0)) return fail(ErrorKind::kInput, where, "no expert got a token");
    const double batch = sum / static_cast<double>(top_k);
    const auto most = std::max_element(tokens.begin(), tokens.end());
    if (*most > batch * (1 + 1e-9))
      return fail(ErrorKind::kInput, where,
                  fmt::format("expert {} got {} tokens, but with {} experts per token there were "
                              "{}; the counts are of another model",
                              most - tokens.begin(), *most, top_k, batch));
    for (const double count : tokens) chosen.push_back(std::min(1.0, count / batch));
  }
  if (chosen.empty()) return fail(ErrorKind::kInput, counts.source, "holds no layer");
  return chosen;
}

}  // namespace

std::string_view name(PopularityKind kind) {
  switch (kind) {
    case PopularityKind::kUniform:
      return "uniform";
    case PopularityKind::kPowerLaw:
      return "power-law";
    case PopularityKind::kMeasured:
      return "measured";
  }
  require(false, "unknown popularity");
  return {};
}

Result<ExpertPopularity> expertPopularity(const RoutingAssumption& assumption, std::size_t experts,
                                          std::size_t top_k) {
  if (auto valid = checkAssumption(assumption, experts, top_k); !valid)
    return tl::unexpected(valid.error());
  ExpertPopularity popularity{experts, top_k, {}, {}};
  // Who chooses all experts has no choice.
  const bool free = top_k < experts;
  if (free && assumption.popularity == PopularityKind::kPowerLaw) {
    popularity.chosen =
        choiceProbabilities(powerLawWeights(experts, assumption.alpha, assumption.span), top_k);
  }
  if (assumption.popularity == PopularityKind::kMeasured) {
    if (!assumption.measured)
      return usageError("routing", "measured popularity needs a file of counts or a trace");
    auto chosen = measuredProbabilities(*assumption.measured, experts, top_k);
    if (!chosen) return tl::unexpected(chosen.error());
    popularity.chosen = std::move(*chosen);
  }
  popularity.log_not_chosen.reserve(popularity.chosen.size());
  for (const double p : popularity.chosen) popularity.log_not_chosen.push_back(std::log1p(-p));
  return popularity;
}

double kernelTableSpan(double tokens, std::size_t experts, std::size_t top_k) {
  const bool few = tokens * static_cast<double>(top_k) <= static_cast<double>(experts);
  return few ? 200 : std::max(1.0, 0.8 * tokens);
}

}  // namespace moe
