#pragma once

#include "costmodel/planner/lifetime.h"
#include "costmodel/planner/lifetime_solve.h"

namespace moe {

/// Why `solveLifetime` found nothing, and each single change that would do.
LifetimeShortfall shortfallOf(const LifetimeRequest& request, const PricedDesign& design);

}  // namespace moe
