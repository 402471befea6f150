#pragma once

#include "costmodel/routing/expert_popularity.h"

namespace moe::test {

/// Experts whose popularity falls by a power law, the most popular one `span` times the least.
inline RoutingAssumption powerLaw(double span) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kPowerLaw;
  assumption.span = span;
  return assumption;
}

}  // namespace moe::test
