#pragma once

#include <memory>
#include <string>

#include "costmodel/planner/price_surface.h"
#include "costmodel/planner/priced_design.h"
#include "costmodel/planner/training_price.h"

namespace moe {

/// A family, its experts and precision, the machine that serves it and the one that trains it. The
/// training's family, experts, top-k and granularity are taken from the serving.
struct DesignRequest {
  std::string label;  ///< empty: "E 8, top-2, fp8, H100-80GB SXM"
  PriceSurfaceRequest serving;
  TrainingPriceRequest training;
};

/// Builds both curves and joins them; holds no state outside the result. Errors: those of
/// priceSurface and trainingCurve.
Result<PricedDesign> pricedDesign(const DesignRequest& request);

/// Joins curves that were built before: for one training machine and several serving ones.
PricedDesign joinedDesign(const DesignRequest& request, std::shared_ptr<const PriceSurface> serving,
                          std::shared_ptr<const TrainingCurve> training);

}  // namespace moe
