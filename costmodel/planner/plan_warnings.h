#pragma once

#include "costmodel/planner/plan.h"

namespace moe {

/// Appends what a reader of the plan must know: the law's own warnings, a missing posterior, a
/// parameter count that means something else than the shape rule's, a base that cannot be served
/// or is extrapolated, tight memory, draws without an answer.
void addPlanWarnings(const PlanRequest& request, PlanOutcome& outcome);

}  // namespace moe
