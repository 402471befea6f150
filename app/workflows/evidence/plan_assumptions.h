#pragma once

#include <stop_token>
#include <vector>

#include "app/workflows/evidence/assumption_study.h"
#include "app/workflows/plan_workflow.h"

namespace moe {

/// What a plan at a training budget becomes when one assumption is another: budget, law (each of
/// `other_laws`), length of prompts and outputs, requests at once, training FLOP of a MoE model,
/// price of a device-hour. The figure is the serving price of what is recommended where the plan
/// weighs cost, else its loss. The file of its law is not read again. Errors: kCancelled,
/// kInfeasible when the plan recommends nothing.
Result<AssumptionStudy> planAssumptions(const PlanAnswer& answer,
                                        const std::vector<Law>& other_laws, int threads,
                                        std::stop_token stop = {},
                                        const ProgressSink& progress = {});

/// The factor on the runner-up's serving price at which it draws level with what is recommended;
/// none where the plan does not weigh cost or has no runner-up.
std::optional<double> runnerUpPriceFactor(const PlanAnswer& answer);

}  // namespace moe
