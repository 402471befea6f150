#pragma once

#include <cstdint>
#include <span>

#include "costmodel/routing/expert_coverage.h"
#include "costmodel/routing/expert_popularity.h"
#include "data/readers/routing_trace.h"

namespace moe {

/// Share of the token-to-expert assignments that are dropped when each expert takes at most
/// c T k / E of them:
///
///     d = 1 - sum_e min(n_e, c T k / E) / (T k)                       [Fedus2022]
///
///   T  tokens in the batch    k  experts per token    E    experts
///   c  capacity factor        n_e  assignments of expert e; they add up to T k
///
/// 0 when routing is even and c >= 1. At most 1 - c k / E (for c k <= E), reached when all tokens
/// choose the same k experts. Capacity is not rounded to whole tokens, and k is in it, as in
/// GShard and Megatron-LM; routers that leave k out of it (Switch, ST-MoE: c T / E) drop as many
/// as this does at c / k. 0 for an empty batch.
double droppedFraction(std::span<const double> assignments_per_expert, double capacity_factor);

/// What is simulated: batches of one size through the experts of one layer.
struct DroppedQuestion {
  double capacity_factor = 1.25;
  TokenBatch batch{4096, 1};  ///< tokens that share the slots of an expert, and how alike they are
  double correlation = 0;     ///< of tokens of one sequence, as in RoutingAssumption
  std::size_t batches = 32;
  std::uint64_t seed = 0;
};

/// Share dropped: the mean over batches, and the 5 % and 95 % quantiles of single batches.
struct DroppedEstimate {
  double mean = 0;
  double low = 0;
  double high = 0;
  std::size_t batches = 0;
  double tokens = 0;  ///< of a batch
};

/// Draws batches of tokens by systematic sampling: a token's k experts are those whose intervals of
/// length p_e on a line hold u, u + 1, ..., u + k - 1 for one random u. So each token chooses k
/// different experts and expert e with probability p_e exactly. The experts' order on the line is
/// shuffled for each sixteenth of a batch, layers take turns. Correlated tokens count as
/// effectiveTokens. Equal seeds give equal draws. Errors (kUsage): a factor or batch that is not
/// above 0, no batches.
Result<DroppedEstimate> simulateDropped(const ExpertPopularity& popularity,
                                        const DroppedQuestion& question);

/// Counts the same in tokens that follow each other in a trace: stretches of the batch's size (the
/// whole trace where it is shorter), evenly spread over it, in every layer. Seed and correlation
/// are not used.
Result<DroppedEstimate> countDropped(const RoutingTrace& trace, const DroppedQuestion& question);

}  // namespace moe
