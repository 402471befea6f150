#pragma once

#include <cstdint>

#include "costmodel/kernels/routing/routing.h"
#include "costmodel/routing/expert_popularity.h"

namespace moe {

/// Popularities of a layer as the kernel tables name them: skew 0 is even routing, else the
/// exponent of a power law (expert_popularity.h).
ExpertPopularity popularityOfSkew(double skew, int experts, int top_k);

/// A routing in which each token chooses top_k different experts, expert e with probability p_e
/// exactly: systematic sampling over a random order of the experts. All weights are 1 / top_k.
/// Equal seeds give equal routings.
Routing drawnRouting(const ExpertPopularity& popularity, int tokens, std::uint64_t seed);

}  // namespace moe
