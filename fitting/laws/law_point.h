#pragma once

#include "data/training_run.h"

namespace moe {

/// Where a loss law is evaluated. A law ignores what it does not depend on.
struct LawPoint {
  double params = 0;             ///< N, counted as the law's `parameter_kind` says
  double train_tokens = 0;       ///< D, with repeats
  double experts = 1;            ///< E
  double granularity = 1;        ///< G
  double top_k = 1;              ///< k, experts per token
  double unique_tokens = 0;      ///< U, D without repeats; 0: no token is seen twice
  PrecisionBits precision = {};  ///< bits of weights, activations, KV cache

  /// U, at most D.
  double uniqueTokens() const {
    return unique_tokens > 0 && unique_tokens < train_tokens ? unique_tokens : train_tokens;
  }
  /// 1 - S = k/E, the share of the experts that a token uses; 1 for a dense model.
  double activeShare() const { return top_k < experts ? top_k / experts : 1; }
};

inline LawPoint pointOf(const TrainingRun& run) {
  return {.params = run.params,
          .train_tokens = run.train_tokens,
          .experts = run.experts,
          .granularity = run.granularity,
          .top_k = run.top_k,
          .unique_tokens = run.unique_tokens,
          .precision = run.precision};
}

}  // namespace moe
