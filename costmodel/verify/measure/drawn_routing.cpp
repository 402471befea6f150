#include "costmodel/verify/measure/drawn_routing.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "data/counter_random.h"

namespace moe {
namespace {

/// Experts in an order of the token's own.
void shuffleExperts(std::vector<int>& order, std::uint64_t seed, std::uint64_t token) {
  for (std::size_t i = order.size(); i > 1; --i) {
    const std::size_t j = counterIndex(seed, token, i, i);
    std::swap(order[i - 1], order[j]);
  }
}

Routing groupedByExpert(const std::vector<std::vector<std::int32_t>>& tokens_of, int tokens,
                        float weight) {
  Routing routing;
  routing.tokens = tokens;
  routing.experts = static_cast<int>(tokens_of.size());
  routing.first.push_back(0);
  for (const std::vector<std::int32_t>& group : tokens_of) {
    routing.token.insert(routing.token.end(), group.begin(), group.end());
    routing.first.push_back(static_cast<std::int32_t>(routing.token.size()));
  }
  routing.weight.assign(routing.token.size(), weight);
  return routing;
}

}  // namespace

ExpertPopularity popularityOfSkew(double skew, int experts, int top_k) {
  RoutingAssumption assumption;
  assumption.popularity = skew > 0 ? PopularityKind::kPowerLaw : PopularityKind::kUniform;
  if (skew > 0) assumption.alpha = skew;
  const auto popularity = expertPopularity(assumption, static_cast<std::size_t>(experts),
                                           static_cast<std::size_t>(top_k));
  require(popularity.has_value(), "sizes of a layer that were checked");
  return *popularity;
}

Routing drawnRouting(const ExpertPopularity& popularity, int tokens, std::uint64_t seed) {
  const std::size_t experts = popularity.experts;
  const double even = static_cast<double>(popularity.top_k) / static_cast<double>(experts);
  std::vector<double> chosen(experts, even);
  if (!popularity.uniform()) std::copy_n(popularity.layer(0).begin(), experts, chosen.begin());
  std::vector<std::vector<std::int32_t>> tokens_of(experts);
  std::vector<int> order(experts);
  std::iota(order.begin(), order.end(), 0);
  for (int token = 0; token < tokens; ++token) {
    const auto stream = static_cast<std::uint64_t>(token);
    shuffleExperts(order, seed, stream);
    // Marks at u, u + 1, ... on a line of length k; an expert is chosen by the mark in its part.
    const double u = static_cast<double>(counterRandom(seed, stream, 0) >> 11) * 0x1p-53;
    double end = 0;
    std::size_t marks = 0;
    for (const int expert : order) {
      end += chosen[static_cast<std::size_t>(expert)];
      const bool last = marks + 1 == popularity.top_k && expert == order.back();
      if (marks >= popularity.top_k || !(end > u + static_cast<double>(marks) || last)) continue;
      tokens_of[static_cast<std::size_t>(expert)].push_back(token);
      ++marks;
    }
  }
  return groupedByExpert(tokens_of, tokens, 1.0f / static_cast<float>(popularity.top_k));
}

std::vector<Routing> typicalRoutings(const ExpertPopularity& popularity, int tokens, int count,
                                     std::uint64_t seed) {
  constexpr int kDrawn = 32;
  std::vector<std::pair<int, std::uint64_t>> drawn;  // experts touched, seed
  for (std::uint64_t i = 0; i < kDrawn; ++i) {
    const Routing routing = drawnRouting(popularity, tokens, seed + i);
    int touched = 0;
    for (int expert = 0; expert < routing.experts; ++expert)
      touched += routing.tokensOf(expert).empty() ? 0 : 1;
    drawn.emplace_back(touched, seed + i);
  }
  std::sort(drawn.begin(), drawn.end());
  std::vector<Routing> routings;
  for (int i = 0; i < count; ++i) {
    const auto middle = static_cast<std::size_t>((2 * i + 1) * kDrawn / (2 * count));
    routings.push_back(drawnRouting(popularity, tokens, drawn[middle].second));
  }
  return routings;
}

}  // namespace moe
