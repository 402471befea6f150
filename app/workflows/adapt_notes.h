#pragma once

#include <string>
#include <vector>

#include "app/workflows/adapt_workflow.h"

namespace moe {

// What stands beside the numbers of an adaptation.

/// Published quality of the methods that were asked for, whether or not they have a row.
void addAdaptQualities(AdaptOutcome& outcome, const std::vector<AdaptationMethod>& methods);

/// Published figures of adapting the model, each with ours. Errors: those of loadModels.
Result<void> addAdaptFigures(AdaptOutcome& outcome, const std::string& catalog_dir);

/// `task` is the one that is adapted to, or null; `all_methods` that none was named.
void addAdaptWarnings(AdaptOutcome& outcome, const AdaptTask* task, bool all_methods);

void addAdaptSources(AdaptOutcome& outcome);

}  // namespace moe
