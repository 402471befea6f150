#pragma once

#include "costmodel/routing/expert_popularity.h"

namespace moe {

/// Tokens that go through a layer together, and how many of them come from one sequence: 1 in a
/// decode step (2 and more with speculative decoding), the chunk or the prompt in prefill.
struct TokenBatch {
  double tokens = 0;
  double tokens_per_sequence = 1;
};

/// As many independent tokens as touch the experts that the batch touches, for a correlation c:
///
///     B_eff = B s^-c,   s = min(tokens per sequence, B), at least 1
///
/// So B for c = 0 and 1 per sequence for c = 1. That one sequence of B tokens counts as B^(1-c) is
/// what traces show, for B from 1 to 512: rms 0.7 to 2 % of the experts touched. An intraclass
/// correlation (beta-binomial, or B / (1 + c (B - 1))) leaves 4 to 5 %: it saturates too early.
double effectiveTokens(const TokenBatch& batch, double correlation);

/// Distinct experts of a layer that this many independent tokens touch, mean over the layers:
///
///     E_t = sum_e (1 - (1 - p_e)^B)
///
/// Uniform popularity gives expertsTouched(E, k, B) of costmodel/serving.h. For B >= 1 never more
/// than that, nor more than k B. Less than one token counts as a whole one with probability B.
double expertsTouched(const ExpertPopularity& popularity, double effective_tokens);

/// The same from an assumption, for a single question. Who asks often makes the popularity once.
Result<double> expertsTouched(const RoutingAssumption& assumption, std::size_t experts,
                              std::size_t top_k, const TokenBatch& batch);

}  // namespace moe
