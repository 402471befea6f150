#pragma once

#include <span>
#include <vector>

#include "data/routing/expert_scores.h"

namespace moe {

/// How unevenly a layer's tokens are spread over its E experts. Scores are taken as shares of their
/// sum, s_e.
struct Concentration {
  double entropy_nats = 0;       ///< H = -sum s_e ln s_e, at most ln E
  double evenness = 1;           ///< H / ln E; 1 for a single expert
  double effective_experts = 0;  ///< exp(H): as many evenly used experts have this entropy
  /// Half the mean absolute difference of two shares over their mean: 0 for even use, 1 - 1/E when
  /// one expert has everything.
  double gini = 0;
  double largest_share = 0;
};

Concentration concentration(std::span<const double> scores);

/// Of every layer, in order.
std::vector<Concentration> concentrations(const ExpertScores& scores);

/// Mean over layers, each measure for itself. Of an empty list all 0.
Concentration meanConcentration(std::span<const Concentration> layers);

}  // namespace moe
