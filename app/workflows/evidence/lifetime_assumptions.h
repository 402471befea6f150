#pragma once

#include <stop_token>

#include "app/workflows/evidence/assumption_study.h"
#include "app/workflows/lifetime_workflow.h"

namespace moe {

/// The sensitivity of a lifetime plan in the shape of the other studies: that of the answer, or one
/// made now where its question did not ask for it, from designs that are priced anew. The figure
/// is the whole life's USD, or the loss where the money is fixed. Errors: as sensitivityOfAnswer
/// and lifetimeInputs.
Result<AssumptionStudy> lifetimeAssumptions(const LifetimeAnswer& answer, std::stop_token stop = {},
                                            const ProgressSink& progress = {});

}  // namespace moe
