#pragma once

#include <vector>

#include "costmodel/planner/lifetime_draws.h"

namespace moe {

/// Chooses among rows that are ranked: the first that is not extrapolated by more than one decade,
/// and when the next one would overtake it.
LifetimeRecommendation recommendLifetime(const LifetimeRequest& request,
                                         const std::vector<PriceGrid>& grids,
                                         const std::vector<LifetimeRow>& rows,
                                         const LifetimeDraws& draws);

}  // namespace moe
