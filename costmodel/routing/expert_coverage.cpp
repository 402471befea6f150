#include "costmodel/routing/expert_coverage.h"

#include <algorithm>
#include <cmath>

#include "costmodel/serving.h"

namespace moe {

double effectiveTokens(const TokenBatch& batch, double correlation) {
  const double together = std::max(1.0, std::min(batch.tokens_per_sequence, batch.tokens));
  return batch.tokens * std::pow(together, -correlation);
}

double expertsTouched(const ExpertPopularity& popularity, double effective_tokens) {
  const double top_k = static_cast<double>(popularity.top_k);
  if (popularity.uniform())
    return expertsTouched(static_cast<double>(popularity.experts), top_k, effective_tokens);
  if (effective_tokens < 1) return top_k * std::max(0.0, effective_tokens);
  double touched = 0;
  for (const double log_not_chosen : popularity.log_not_chosen)
    touched -= std::expm1(effective_tokens * log_not_chosen);
  return touched / static_cast<double>(popularity.layers());
}

Result<double> expertsTouched(const RoutingAssumption& assumption, std::size_t experts,
                              std::size_t top_k, const TokenBatch& batch) {
  const auto popularity = expertPopularity(assumption, experts, top_k);
  if (!popularity) return tl::unexpected(popularity.error());
  return expertsTouched(*popularity, effectiveTokens(batch, assumption.correlation));
}

}  // namespace moe
