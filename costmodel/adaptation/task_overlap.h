#pragma once

#include <cstddef>

#include "data/routing/esft_config.h"
#include "data/routing/expert_scores.h"

namespace moe {

/// What two tasks train in common, means over the layers that both have.
struct SelectionOverlap {
  double shared_experts = 0;  ///< per layer, chosen by both
  double jaccard = 0;         ///< shared over chosen by either; 1 in a layer where neither chose
  std::size_t layers = 0;
};
SelectionOverlap selectionOverlap(const EsftConfig& a, const EsftConfig& b);

/// Experts that are among the `count` of highest score in both tasks, mean over the layers: the
/// measure of [Wang2024, figure 3] with count = k. Both must be of the same layers and experts.
double topExpertOverlap(const ExpertScores& a, const ExpertScores& b, std::size_t count);

}  // namespace moe
