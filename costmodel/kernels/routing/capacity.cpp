#include "costmodel/kernels/routing/capacity.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moe {
namespace {

double roundedTokensPerExpert(TokensPerExpert rounding, double tokens_per_expert) {
  switch (rounding) {
    case TokensPerExpert::kRoundedDown:
      return std::floor(tokens_per_expert);
    case TokensPerExpert::kRoundedUp:
      return std::ceil(tokens_per_expert);
    case TokensPerExpert::kExact:
      break;
  }
  return tokens_per_expert;
}

double roundedCapacity(CapacityRounding rounding, double capacity) {
  switch (rounding) {
    case CapacityRounding::kDown:
      return std::floor(capacity);
    case CapacityRounding::kUp:
      return std::ceil(capacity);
    case CapacityRounding::kHalfToEven:
      break;
  }
  return std::nearbyint(capacity);  // to even in the default rounding mode: 2.5 gives 2
}

}  // namespace

std::optional<int> expertCapacity(const CapacityRule& rule, int tokens, int experts, int top_k) {
  if (rule.fixed) return rule.fixed;
  if (!rule.factor) return std::nullopt;
  const double before = rule.times_top_k == TopKFactor::kBeforeRounding ? top_k : 1;
  const double after = rule.times_top_k == TopKFactor::kAfterRounding ? top_k : 1;
  // With k in front: T k / E is one exact division where T / E is none.
  const double share = rule.tokens_per_expert == TokensPerExpert::kExact
                           ? tokens * before / experts
                           : before * roundedTokensPerExpert(rule.tokens_per_expert,
                                                             static_cast<double>(tokens) / experts);
  double slots = roundedCapacity(rule.rounding, share * *rule.factor) * after;
  if (rule.within_group) slots = std::min<double>(slots, tokens);
  const double multiple = rule.multiple_of;
  const double capacity = std::ceil(std::max<double>(rule.least, slots) / multiple) * multiple;
  return static_cast<int>(std::min<double>(capacity, std::numeric_limits<int>::max()));
}

}  // namespace moe
