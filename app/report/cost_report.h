#pragma once

#include <string>

#include "app/workflows/cost_workflow.h"
#include "data/units.h"

namespace moe::report {

/// The answer in words and tables; every number with its unit, predicted ones with their basis.
std::string costText(const CostOutcome& outcome);

/// Schema moeplan.cost/1.
std::string costDocument(const CostOutcome& outcome, Seconds timing);

}  // namespace moe::report
