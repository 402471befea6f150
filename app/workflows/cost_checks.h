#pragma once

#include "app/workflows/cost_setting.h"
#include "app/workflows/cost_workflow.h"

namespace moe {

/// Options that make no sense by themselves or together: usage errors.
Result<void> checkCostRequest(const CostRequest& request);

/// A mean request longer than the model's context is a usage error.
Result<void> checkContext(const CostSetting& setting);

/// What the user should know of the answer.
void addCostWarnings(CostOutcome& outcome, const CostSetting& setting);

}  // namespace moe
