#pragma once

#include <cstdint>
#include <vector>

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

/// So many drawn routings that together are typical in how many experts they touch: those in the
/// middle of equal parts of 32 drawn ones that are sorted by it. Their mean is much nearer to the
/// expectation than that of as many drawn at random.
std::vector<Routing> typicalRoutings(const ExpertPopularity& popularity, int tokens, int count,
                                     std::uint64_t seed);

}  // namespace moe
