#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "costmodel/kernels/routing/router_rule.h"

namespace moe {

/// Logits and what is made of them, all [tokens, experts]. Rows of unroutable tokens are 0.
struct TokenScores {
  int tokens = 0;
  int experts = 0;
  std::span<const float> logit;
  /// Over the experts, adding up to 1: P of the balance loss. The softmax, or normalised sigmoids.
  std::vector<double> probability;
  std::vector<double> score;        ///< what weights are made of; the logits for kSoftmaxOfChosen
  std::vector<double> log_sum;      ///< [tokens]: log sum_j exp x_j
  std::vector<std::uint8_t> valid;  ///< [tokens]: 0 where a token is unroutable

  std::span<const double> scoresOf(int token) const {
    return std::span(score).subspan(static_cast<std::size_t>(token) * experts, experts);
  }
  std::span<const double> probabilitiesOf(int token) const {
    return std::span(probability).subspan(static_cast<std::size_t>(token) * experts, experts);
  }
  std::span<const float> logitsOf(int token) const {
    return logit.subspan(static_cast<std::size_t>(token) * experts, experts);
  }
};

/// Keeps a view of the logits.
TokenScores tokenScores(const RouterRule& rule, std::span<const float> logits, int tokens,
                        int experts);

}  // namespace moe
