#include "costmodel/verify/layers/checked_tokens.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace moe {

std::vector<int> tokensToCheck(const Routing& routing, int most) {
  std::vector<int> wanted{0, routing.tokens - 1, routing.tokens / 2};
  std::vector<int> experts(static_cast<std::size_t>(routing.experts));
  std::iota(experts.begin(), experts.end(), 0);
  std::stable_sort(experts.begin(), experts.end(), [&](int a, int b) {
    return routing.tokensOf(a).size() > routing.tokensOf(b).size();
  });
  for (const int expert : experts)
    if (!routing.tokensOf(expert).empty()) wanted.push_back(routing.tokensOf(expert).back());
  std::set<int> chosen;
  for (const int token : wanted)
    if (static_cast<int>(chosen.size()) < most) chosen.insert(token);
  return {chosen.begin(), chosen.end()};
}

std::vector<int> spreadTokens(int tokens, int most) {
  const int count = std::min(tokens, most);
  std::vector<int> chosen;
  for (int i = 0; i < count; ++i)
    chosen.push_back(
        count == 1 ? 0 : static_cast<int>(static_cast<long>(i) * (tokens - 1) / (count - 1)));
  return chosen;
}

Routing routingOfTokens(const Routing& routing, std::span<const int> tokens) {
  Routing part;
  part.tokens = static_cast<int>(tokens.size());
  part.experts = routing.experts;
  part.first.push_back(0);
  for (int expert = 0; expert < routing.experts; ++expert) {
    const auto begin = static_cast<std::size_t>(routing.first[static_cast<std::size_t>(expert)]);
    const auto of_expert = routing.tokensOf(expert);
    for (std::size_t i = 0; i < of_expert.size(); ++i) {
      const auto found = std::lower_bound(tokens.begin(), tokens.end(), of_expert[i]);
      if (found == tokens.end() || *found != of_expert[i]) continue;
      part.token.push_back(static_cast<std::int32_t>(found - tokens.begin()));
      part.weight.push_back(routing.weight[begin + i]);
    }
    part.first.push_back(static_cast<std::int32_t>(part.token.size()));
  }
  return part;
}

std::vector<float> rowsOfTokens(std::span<const float> rows, std::size_t width,
                                std::span<const int> tokens) {
  std::vector<float> chosen;
  chosen.reserve(tokens.size() * width);
  for (const int token : tokens) {
    const auto row = rows.subspan(static_cast<std::size_t>(token) * width, width);
    chosen.insert(chosen.end(), row.begin(), row.end());
  }
  return chosen;
}

}  // namespace moe
