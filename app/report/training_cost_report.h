#pragma once

#include <string>

#include "app/workflows/training_cost_workflow.h"
#include "data/units.h"

namespace moe::report {

/// The answer in words and tables; every number with its unit, predicted ones with their basis.
std::string trainingCostText(const TrainingCostOutcome& outcome);

/// Schema moeplan.training-cost/1.
std::string trainingCostDocument(const TrainingCostOutcome& outcome, Seconds timing);

}  // namespace moe::report
