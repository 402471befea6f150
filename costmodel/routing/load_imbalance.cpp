#include "costmodel/routing/load_imbalance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "costmodel/routing/largest_load.h"
#include "data/counter_random.h"

namespace moe {
namespace {

constexpr std::size_t kShuffles = 32;  // the mean over them varies by 3.5 % for a power law

using Order = std::vector<std::size_t>;  // experts, rank after rank

Order asListed(std::size_t experts) {
  Order order(experts);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

/// Fisher and Yates, with random numbers that depend on the shuffle's number only.
Order shuffled(std::size_t experts, std::uint64_t shuffle) {
  constexpr std::uint64_t kSeed = 0x70'6c'61'63'65;  // any: the shuffles are fixed
  Order order = asListed(experts);
  for (std::size_t i = experts; i-- > 1;)
    std::swap(order[i], order[counterIndex(kSeed, shuffle, i, i + 1)]);
  return order;
}

Order balanced(std::span<const double> chosen, std::size_t ranks) {
  const std::size_t room = chosen.size() / ranks;
  Order popular = asListed(chosen.size());
  std::stable_sort(popular.begin(), popular.end(),
                   [&](std::size_t a, std::size_t b) { return chosen[a] > chosen[b]; });
  std::vector<Order> placed(ranks);
  std::vector<double> load(ranks, 0.0);
  for (const std::size_t expert : popular) {
    std::size_t target = ranks;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      if (placed[rank].size() == room) continue;
      if (target == ranks || load[rank] < load[target]) target = rank;
    }
    placed[target].push_back(expert);
    load[target] += chosen[expert];
  }
  Order order;
  for (const Order& rank : placed) order.insert(order.end(), rank.begin(), rank.end());
  return order;
}

std::vector<RankPicks> picksOf(std::span<const double> chosen, const Order& order,
                               std::size_t ranks) {
  const double experts = static_cast<double>(chosen.size());
  std::vector<RankPicks> picks(ranks);
  for (std::size_t i = 0; i < order.size(); ++i) {
    RankPicks& rank = picks[i * ranks / order.size()];
    const double p = chosen[order[i]];
    rank.mean += p;
    rank.variance += p * (1 - p) * experts / (experts - 1);
  }
  return picks;
}

std::vector<Order> ordersOf(const ExpertPopularity& popularity, std::size_t layer,
                            std::size_t ranks, ExpertPlacement placement) {
  switch (placement) {
    case ExpertPlacement::kAsListed:
      return {asListed(popularity.experts)};
    case ExpertPlacement::kBalanced:
      return {balanced(popularity.layer(layer), ranks)};
    case ExpertPlacement::kShuffled:
      break;
  }
  // Many layers need few shuffles each.
  const std::size_t layers = popularity.layers();
  std::vector<Order> orders;
  for (std::size_t i = 0; i < (kShuffles + layers - 1) / layers; ++i)
    orders.push_back(shuffled(popularity.experts, i * layers + layer));
  return orders;
}

std::vector<RankPicks> uniformPicks(const ExpertPopularity& popularity, std::size_t ranks) {
  const double experts = static_cast<double>(popularity.experts);
  const double p = static_cast<double>(popularity.top_k) / experts;
  const double of_rank = experts / static_cast<double>(ranks);
  // One expert is always chosen.
  const double variance = experts > 1 ? of_rank * p * (1 - p) * experts / (experts - 1) : 0;
  return {{of_rank * p, variance, static_cast<double>(ranks)}};
}

double largestPicks(const std::vector<RankPicks>& picks, double tokens, double inflation,
                    double most) {
  std::vector<LoadMoments> loads;
  double least = 1;  // some rank has the first pick
  for (const RankPicks& rank : picks) {
    loads.push_back({tokens * rank.mean, tokens * inflation * rank.variance, rank.ranks});
    least = std::max(least, tokens * rank.mean);
  }
  return std::clamp(expectedLargest(loads, most), std::min(least, most), most);
}

}  // namespace

std::string_view name(ExpertPlacement placement) {
  switch (placement) {
    case ExpertPlacement::kAsListed:
      return "as-listed";
    case ExpertPlacement::kShuffled:
      return "shuffled";
    case ExpertPlacement::kBalanced:
      return "balanced";
  }
  require(false, "unknown placement");
  return {};
}

Result<RankRouting> rankRouting(const ExpertPopularity& popularity, double correlation,
                                std::size_t ranks, ExpertPlacement placement) {
  if (ranks == 0 || popularity.experts % ranks != 0)
    return fail(
        ErrorKind::kUsage, "expert parallel",
        fmt::format("{} experts do not divide evenly among {} ranks", popularity.experts, ranks));
  const std::size_t of_rank = popularity.experts / ranks;
  RankRouting routing;
  routing.ranks = static_cast<double>(ranks);
  routing.top_k = static_cast<double>(popularity.top_k);
  routing.most_per_token = static_cast<double>(std::min(popularity.top_k, of_rank));
  routing.correlation = correlation;
  if (popularity.uniform()) routing.cases.push_back(uniformPicks(popularity, ranks));
  for (std::size_t layer = 0; layer < popularity.layers(); ++layer) {
    for (const Order& order : ordersOf(popularity, layer, ranks, placement))
      routing.cases.push_back(picksOf(popularity.layer(layer), order, ranks));
  }
  return routing;
}

Result<RankRouting> rankRouting(const RoutingAssumption& assumption, std::size_t experts,
                                std::size_t top_k, std::size_t ranks, ExpertPlacement placement) {
  const auto popularity = expertPopularity(assumption, experts, top_k);
  if (!popularity) return tl::unexpected(popularity.error());
  return rankRouting(*popularity, assumption.correlation, ranks, placement);
}

double loadImbalance(const RankRouting& routing, const TokenBatch& batch) {
  if (routing.ranks == 1) return 1;
  const double tokens = std::max(1.0, batch.tokens);
  const double inflation =
      tokens / effectiveTokens({tokens, batch.tokens_per_sequence}, routing.correlation);
  double largest = 0;
  for (const auto& picks : routing.cases)
    largest += largestPicks(picks, tokens, inflation, tokens * routing.most_per_token);
  const double mean = tokens * routing.top_k / routing.ranks;
  return largest / static_cast<double>(routing.cases.size()) / mean;
}

}  // namespace moe
