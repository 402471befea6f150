#pragma once

#include "costmodel/planner/lifetime.h"

namespace moe {

/// Refuses what makes no sense (kUsage) and what the law cannot answer (kUnanswered).
Result<void> checkLifetime(const LifetimeRequest& request);

}  // namespace moe
