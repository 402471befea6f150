#pragma once

#include <string>

#include "app/workflows/catalog_workflow.h"
#include "data/units.h"

namespace moe::report {

/// A table of all entries, or everything that is known of one, with source and how sure it is.
std::string catalogText(const CatalogOutcome& outcome);

/// Schema moeplan.catalog/1, with "models"; "hardware"; "prices", "owning_costs" and
/// "token_prices"; or "families" and "presets".
std::string catalogDocument(const CatalogOutcome& outcome, Seconds timing);

}  // namespace moe::report
