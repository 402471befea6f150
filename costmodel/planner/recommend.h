#pragma once

#include "costmodel/planner/plan.h"
#include "costmodel/planner/posterior.h"

namespace moe {

/// The row with the least serving cost (min-cost) or the least loss (other modes) among those that
/// can be served and are not extrapolated, and the next best of them. `posterior` may have no
/// draws; then no share is given.
Recommendation recommend(const PlanOutcome& outcome, const PosteriorPlan& posterior);

}  // namespace moe
