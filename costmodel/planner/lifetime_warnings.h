#pragma once

#include "costmodel/planner/lifetime.h"

namespace moe {

/// What every reader of the outcome must be told, the law's own warnings first.
void addLifetimeWarnings(const LifetimeRequest& request, LifetimeOutcome& outcome);

}  // namespace moe
