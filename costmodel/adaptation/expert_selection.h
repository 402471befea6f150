#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/routing/esft_config.h"
#include "data/routing/expert_scores.h"

namespace moe {

/// The experts of one layer that ESFT trains [Wang2024], most relevant first: in descending
/// order of their scores, equal ones by their number, experts are taken while the sum of those
/// taken is below the threshold p,
///
///     sum_(taken) R_e < p
///
/// The sum is a plain double from 0 on, so 0.19999999999999998 is below 0.2 and takes one more
/// expert: that is how the released selections came about. When all scores together stay below p,
/// every expert is taken. p <= 0 takes none. Scores are at least 0 and not NaN.
///
/// p is in units of the scores: a share of all choices for token scores, which add up to 1; an
/// absolute gate mass for gate scores, which add up to less.
std::vector<int> selectExperts(std::span<const double> scores, double p);

/// All layers; the flags of the configuration are off. Errors (kUsage): p not above 0 or above 1.
Result<EsftConfig> selectExperts(const ExpertScores& scores, double p);

/// Where the running sum of a layer's ordered scores stands after 1, 2, ... experts.
std::vector<double> cumulativeScores(std::span<const double> scores);

/// How many experts a threshold takes.
struct SelectionPoint {
  double p = 0;
  std::int64_t experts = 0;  ///< of all layers
  double mean = 0;           ///< per layer
  std::int64_t least = 0;
  std::int64_t most = 0;
};
std::vector<SelectionPoint> sweepThreshold(const ExpertScores& scores, std::span<const double> p);

/// Share of a layer's choices that goes to these experts, by token scores.
double selectedShare(std::span<const double> token_scores, std::span<const int> experts);

}  // namespace moe
