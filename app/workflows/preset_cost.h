#pragma once

#include "app/workflows/cost_workflow.h"

namespace moe {

/// The cost of a model under a preset (costmodel/presets.h): the published roofline with its
/// constants, so that reference tables can be computed again. No kernels, no interval.
Result<CostOutcome> runPresetCost(const CostRequest& request);

}  // namespace moe
