#pragma once

#include <vector>

#include "app/workflows/lifetime_workflow.h"

namespace moe {

/// The assumptions of a lifetime plan that its sensitivity moves: price of a device-hour, lifetime
/// tokens, training speed, prompt and output length, the goal, how evenly routers load experts
/// and, where a second law is named, the law. `inputs` must outlive the factors.
std::vector<SensitivityFactor> lifetimeFactors(const LifetimeQuestion& question,
                                               const LifetimeInputs& inputs);

}  // namespace moe
