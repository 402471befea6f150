#pragma once

#include <vector>

#include "app/workflows/cost_workflow.h"

namespace moe {

/// The division of an answered question at every concurrency that its cache and its engine allow
/// (powers of sqrt 2), from one request up: what traffic makes of its speed and price. The request
/// must be that of the outcome. Empty for the presets of published rooflines, which are priced at
/// one concurrency. Errors: as runCost for files that have changed meanwhile.
Result<std::vector<CostOption>> sweepConcurrency(const CostRequest& request,
                                                 const CostOutcome& outcome);

}  // namespace moe
