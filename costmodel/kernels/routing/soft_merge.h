#pragma once

#include <span>
#include <vector>

#include "data/error.h"

namespace moe {

/// How soft merging weighs all experts of a token (MoV and MoLORA) [Zadouri2023].
struct SoftMergeWeights {
  int tokens = 0;
  int experts = 0;
  std::vector<double> weight;  ///< [tokens, experts]; 0 in a row of an unroutable token
  std::size_t unroutable_tokens = 0;
  double balance_loss = 0;  ///< E sum_e f_e P_e with the first choice in f, without coefficient
};

/// s = softmax over the experts of f32 logits [tokens, experts]. With top_k from 1 on, all but the
/// top_k largest are set to 0 and what is left is not renormalised, as the released code does; 0
/// keeps all. Nothing is dropped: no expert has a capacity.
///
/// Errors (kUsage): sizes that do not fit, top_k above the experts.
Result<SoftMergeWeights> softMergeWeights(std::span<const float> logits, int tokens, int experts,
                                          int top_k = 0);

}  // namespace moe
