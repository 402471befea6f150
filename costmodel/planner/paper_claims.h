#pragma once

#include <string>
#include <vector>

#include "costmodel/planner/plan.h"

namespace moe {

/// A figure that [Yun2024] prints, beside ours.
struct PaperClaim {
  std::string claim;
  double experts = 0;
  Interval paper;
  double ours = 0;
  std::optional<Interval> ours_ci95;
  bool direction_holds = false;  ///< ours, and all of its interval, shows a saving of at least 10 %
  bool figure_agrees = false;    ///< ours lies within the paper's range
};

/// The claims that the outcome can be held against. With base 4 and mode min-cost: over-trained 8-
/// and 16-expert models reach the loss of the loss-optimal 4-expert model at 0.47 to 0.52 of its
/// serving cost [Yun2024, section 1]. Empty otherwise. Nothing is tuned to agree.
std::vector<PaperClaim> comparedWithPaper(const PlanOutcome& outcome);

}  // namespace moe
