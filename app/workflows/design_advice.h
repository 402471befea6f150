#pragma once

#include <vector>

#include "app/workflows/cost_setting.h"
#include "app/workflows/cost_workflow.h"
#include "app/workflows/lifetime_workflow.h"
#include "app/workflows/plan_workflow.h"
#include "app/workflows/training_cost_workflow.h"
#include "costmodel/advice/advice.h"

namespace moe {

// What published designs say beside an answer. Empty for dense models. Drops are simulated in
// groups of 4096 tokens, the size of ST-MoE's released configuration, with seed 0.

/// Experts per device, exchange, and what a capacity would drop: with a routing trace counted in
/// it, else with the popularity of the request. Errors: those of reading the trace.
Result<std::vector<Advice>> costAdvice(const CostRequest& request, const CostSetting& setting,
                                       const CostOutcome& outcome);

/// Capacity by the links, routed layers, losses, instruction tuning.
std::vector<Advice> trainingCostAdvice(const TrainingCostOutcome& outcome);

/// The same for the recommended row of a plan; empty where none is recommended.
std::vector<Advice> planAdvice(const PlanAnswer& answer);

/// The same for the row that is explained (`answer.shown`).
std::vector<Advice> lifetimeAdvice(const LifetimeAnswer& answer, const LifetimeInputs& inputs);

}  // namespace moe
