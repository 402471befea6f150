#pragma once

#include "app/workflows/adapt_workflow.h"

namespace moe {

/// The machine and the run of a question, with its price. Errors: names that the catalog does not
/// have, numbers that are not positive, a price that is not known, a context that is too short.
Result<void> setAdaptRun(AdaptOutcome& outcome, const AdaptRequest& request);

/// Time and price of each row, and a warning when no row fits.
Result<void> addAdaptCosts(AdaptOutcome& outcome, const AdaptRequest& request);

/// Adapters on one base for each row, on the devices asked for or the fewest that hold the base.
/// `settings` are those of the rows. Errors: as runCost.
Result<void> addAdaptServing(AdaptOutcome& outcome, const AdaptRequest& request,
                             const std::vector<AdaptationSettings>& settings);

}  // namespace moe
