#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "costmodel/kernels/routing/token_scores.h"

namespace moe {

/// What tokens and experts agreed on, all [tokens, width]: a token's choices best first where
/// tokens choose (width top_k), its experts by number where experts choose (width experts).
struct RouterChoices {
  static constexpr std::int32_t kNobody = -1;

  int tokens = 0;
  int width = 0;
  std::vector<std::int32_t> expert;  ///< kNobody: unroutable, or declined by SecondChoice
  std::vector<double> gate;          ///< score, before renormalising
  std::vector<double> gate_sum;      ///< [tokens]: of all choices, declined ones included
  std::vector<std::int32_t> slot;    ///< in the expert and group; kNobody: dropped
  std::size_t declined = 0;

  std::size_t at(int token, int choice) const {
    return static_cast<std::size_t>(token) * width + choice;
  }
};

/// The top_k experts of every token, no slots given yet.
RouterChoices chooseExperts(const RouterRule& rule, const TokenScores& scores, std::uint64_t seed);

}  // namespace moe
