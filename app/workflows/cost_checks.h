#pragma once

#include <vector>

#include "app/workflows/cost_workflow.h"

namespace moe {

/// Usage errors of a request, before anything is read.
Result<void> checkCostRequest(const CostRequest& request);

/// Why the model does not fit on `devices`, with the sizes.
Error doesNotFit(const CostOutcome& outcome, const CostMemory& memory, int devices,
                 const CostRequest& request);

/// What a user of the outcome must be told.
std::vector<Warning> costWarnings(const CostOutcome& outcome);

}  // namespace moe
