#include "costmodel/kernels/routing/router_losses.h"

#include <algorithm>

namespace moe {
namespace {

double sequenceBalanceLoss(const RouterRule& rule, const TokenScores& scores,
                           const RouterChoices& choices, int begin, int end) {
  const int counting = rule.balance == BalanceCount::kFirstChoice ? 1 : choices.width;
  std::vector<double> chosen(scores.experts, 0.0);
  std::vector<double> probability(scores.experts, 0.0);
  double tokens = 0;
  for (int t = begin; t < end; ++t) {
    if (!scores.valid[t]) continue;
    ++tokens;
    const auto row = scores.probabilitiesOf(t);
    for (int e = 0; e < scores.experts; ++e) probability[e] += row[e];
    for (int i = 0; i < counting; ++i) {
      const std::int32_t expert = choices.expert[choices.at(t, i)];
      if (expert != RouterChoices::kNobody) ++chosen[expert];
    }
  }
  if (tokens == 0) return 0;
  double sum = 0;
  for (int e = 0; e < scores.experts; ++e) sum += chosen[e] * probability[e];
  const double per_choice = rule.balance_per_choice ? counting : 1;
  const double denominator = tokens * (1 + rule.balance_added);
  return scores.experts * sum / (denominator * denominator * per_choice);
}

}  // namespace

double balanceLoss(const RouterRule& rule, const TokenScores& scores,
                   const RouterChoices& choices) {
  if (rule.balance == BalanceCount::kNone || scores.tokens == 0) return 0;
  const int length = rule.balance_tokens > 0 ? rule.balance_tokens : scores.tokens;
  double sum = 0;
  for (int begin = 0; begin < scores.tokens; begin += length)
    sum += sequenceBalanceLoss(rule, scores, choices, begin, begin + length);
  return sum * length / scores.tokens;
}

double zLoss(const TokenScores& scores) {
  double sum = 0;
  double tokens = 0;
  for (int t = 0; t < scores.tokens; ++t) {
    if (!scores.valid[t]) continue;
    sum += scores.log_sum[t] * scores.log_sum[t];
    ++tokens;
  }
  return tokens > 0 ? sum / tokens : 0;
}

}  // namespace moe
