#include "costmodel/kernels/routing/token_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moe {
namespace {

bool isRoutable(std::span<const float> logits) {
  float largest = -std::numeric_limits<float>::infinity();
  for (const float logit : logits) {
    if (std::isnan(logit)) return false;
    largest = std::max(largest, logit);
  }
  return std::isfinite(largest);
}

/// Softmax of a row; returns log sum_j exp x_j.
double softmaxRow(std::span<const float> logits, std::span<double> probability) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t e = 0; e < logits.size(); ++e)
    sum += probability[e] = std::exp(static_cast<double>(logits[e]) - largest);
  for (double& value : probability) value /= sum;
  return largest + std::log(sum);
}

void sigmoidRow(std::span<const float> logits, std::span<double> score,
                std::span<double> probability) {
  double sum = 0;
  for (std::size_t e = 0; e < logits.size(); ++e)
    sum += score[e] = 1 / (1 + std::exp(-static_cast<double>(logits[e])));
  // 1e-20 as in Megatron: sigmoids of very negative logits are all 0.
  for (std::size_t e = 0; e < logits.size(); ++e) probability[e] = score[e] / (sum + 1e-20);
}

/// For one expert over the valid tokens of a group [begin, end).
void softmaxOverTokens(TokenScores& scores, int expert, int begin, int end) {
  const auto at = [&](int token) {
    return static_cast<std::size_t>(token) * scores.experts + expert;
  };
  double largest = -std::numeric_limits<double>::infinity();
  for (int t = begin; t < end; ++t)
    if (scores.valid[t]) largest = std::max<double>(largest, scores.logit[at(t)]);
  if (!std::isfinite(largest)) return;  // nobody wants this expert: its scores stay 0
  double sum = 0;
  for (int t = begin; t < end; ++t)
    if (scores.valid[t]) sum += scores.score[at(t)] = std::exp(scores.logit[at(t)] - largest);
  for (int t = begin; t < end; ++t) scores.score[at(t)] /= sum;
}

}  // namespace

TokenScores tokenScores(const RouterRule& rule, std::span<const float> logits, int tokens,
                        int experts) {
  const std::size_t size = logits.size();
  TokenScores scores{tokens,
                     experts,
                     logits,
                     std::vector<double>(size),
                     std::vector<double>(size),
                     std::vector<double>(tokens),
                     std::vector<std::uint8_t>(tokens)};
  for (int t = 0; t < tokens; ++t) {
    const std::span<const float> row = scores.logitsOf(t);
    scores.valid[t] = isRoutable(row);
    if (!scores.valid[t]) continue;
    const std::size_t from = static_cast<std::size_t>(t) * experts;
    const auto probability = std::span(scores.probability).subspan(from, experts);
    const auto score = std::span(scores.score).subspan(from, experts);
    scores.log_sum[t] = softmaxRow(row, probability);
    if (rule.scores == RouterScores::kSoftmax)
      std::copy(probability.begin(), probability.end(), score.begin());
    if (rule.scores == RouterScores::kSoftmaxOfChosen)
      std::copy(row.begin(), row.end(), score.begin());
    if (rule.scores == RouterScores::kSigmoid) sigmoidRow(row, score, probability);
  }
  if (rule.scores == RouterScores::kSoftmaxOverTokens && tokens > 0) {
    const int group = rule.group_tokens > 0 ? rule.group_tokens : tokens;
    for (int begin = 0; begin < tokens; begin += group)
      for (int e = 0; e < experts; ++e) softmaxOverTokens(scores, e, begin, begin + group);
  }
  return scores;
}

}  // namespace moe
