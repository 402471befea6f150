#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "costmodel/routing/expert_coverage.h"
#include "costmodel/routing/expert_popularity.h"
#include "data/error.h"

namespace moe {

/// Which experts stand on which rank of an expert-parallel group; every rank has equally many.
enum class ExpertPlacement {
  kAsListed,  ///< in blocks by number: what engines do by themselves. For measured popularity
  kShuffled,  ///< mean over 32 fixed shuffles: as listed, where the popular numbers are not known
  kBalanced,  ///< the next popular expert to the least loaded rank, without copies of experts
};

/// "as-listed", "shuffled", "balanced".
std::string_view name(ExpertPlacement placement);

/// One or several ranks with the same load: experts chosen there by a token, mean and variance.
struct RankPicks {
  double mean = 0;
  double variance = 0;
  double ranks = 1;
};

/// The ranks of an expert-parallel group under a popularity. Made once, asked often.
struct RankRouting {
  double ranks = 1;
  double top_k = 0;
  double most_per_token = 0;  ///< of one rank: min(k, experts of a rank)
  double correlation = 0;
  std::vector<std::vector<RankPicks>> cases;  ///< of equal weight: layers times placements
};

/// Picks of a rank's experts R by one token: mean sum_R p_e, and with D_R = sum_R p_e (1 - p_e)
/// variance D_R E/(E - 1), which is what independent loads need to have the largest load of the
/// dependent ones, whose sum is k (exact for uniform normal loads).
///
/// Errors (kUsage): experts that do not divide evenly among the ranks; those of expertPopularity.
Result<RankRouting> rankRouting(const ExpertPopularity& popularity, double correlation,
                                std::size_t ranks, ExpertPlacement placement);
Result<RankRouting> rankRouting(const RoutingAssumption& assumption, std::size_t experts,
                                std::size_t top_k, std::size_t ranks, ExpertPlacement placement);

/// Expected load of the most loaded rank over that of the mean rank, for a batch of T tokens:
///
///     E[max_r L_r] / (T k / ranks)
///
/// 1 for one rank, at most ranks; the chance unevenness of small batches included. Correlated
/// tokens have T / T_eff times the variance (see effectiveTokens). Less than one token: as for one.
///
/// A closed approximation (see expectedLargest). Against counting token by token: within 2.5 %
/// from 16 picks T k on, up to 13 % below (two ranks and one token are worst).
double loadImbalance(const RankRouting& routing, const TokenBatch& batch);

}  // namespace moe
