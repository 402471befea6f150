#include "costmodel/planner/paper_claims.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe {

std::vector<PaperClaim> comparedWithPaper(const PlanOutcome& outcome) {
  std::vector<PaperClaim> claims;
  if (outcome.mode != PlanMode::kMinCost || outcome.baseRow().experts != 4) return claims;
  for (const PlanRow& row : outcome.rows) {
    const bool claimed = row.experts == 8 || row.experts == 16;
    if (!claimed || !row.chosen.cost_vs_base) continue;
    PaperClaim claim;
    claim.claim = fmt::format(
        "over-trained {:g} experts: serving cost over that of 4 experts at "
        "equal loss",
        row.experts);
    claim.experts = row.experts;
    claim.paper = {0.47, 0.52};
    claim.ours = *row.chosen.cost_vs_base;
    claim.ours_ci95 = row.chosen.ci95.cost_vs_base;
    const double highest =
        claim.ours_ci95 ? std::max(claim.ours, claim.ours_ci95->high) : claim.ours;
    claim.direction_holds = highest <= 0.9;
    claim.figure_agrees = claim.ours >= claim.paper.low && claim.ours <= claim.paper.high;
    claims.push_back(claim);
  }
  return claims;
}

}  // namespace moe
