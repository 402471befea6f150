#pragma once

#include "app/workflows/plan_designs.h"

namespace moe {

/// Designs whose prices are a published formula: the roofline of a cost preset with training at a
/// constant MFU, or FLOP prices of one dense model. Errors: kUsage for an unknown name or options
/// that the formula does not know.
Result<PlanDesigns> formulaDesigns(const LifetimeQuestion& question);

}  // namespace moe
