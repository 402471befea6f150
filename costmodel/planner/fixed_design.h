#pragma once

#include "costmodel/planner/priced_designs.h"

namespace moe {

/// The design of one concrete model: its size is what it is, only its training tokens are free.
/// N is that of the corresponding dense model, counted as the family of `request` counts. Asked for
/// a smaller N it answers with the model's own prices, so that a planner takes the largest it may:
/// the model itself. Errors: those of exactPrice and cheapestTraining; infeasible when the model
/// cannot be served within the limits or trained on the cluster.
Result<PricedDesign> fixedDesign(const DesignRequest& request, const ModelEntry& entry);

}  // namespace moe
