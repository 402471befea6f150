#pragma once

#include <stop_token>

#include "app/workflows/cost_workflow.h"
#include "app/workflows/evidence/assumption_study.h"
#include "app/workflows/training_cost_workflow.h"

namespace moe {

/// What serving costs when one assumption is another: length of prompts and outputs, requests at
/// once, router skew, cached prompts, idle devices, price of a device-hour. `request` is the one
/// that was answered; files that it names are read again. The figure is the all-in price of output
/// tokens, the choice the division of the replica. Errors: kCancelled.
Result<AssumptionStudy> costAssumptions(const CostRequest& request, const CostOutcome& outcome,
                                        int threads, std::stop_token stop = {},
                                        const ProgressSink& progress = {});

/// The same of a training run: tokens, MFU at the ends of its 90 % interval (0.8 and 1.25 times a
/// stated one), price of a device-hour. The figure is the price of the run.
Result<AssumptionStudy> trainingAssumptions(const TrainingCostRequest& request,
                                            const TrainingCostOutcome& outcome, int threads,
                                            std::stop_token stop = {},
                                            const ProgressSink& progress = {});

}  // namespace moe
