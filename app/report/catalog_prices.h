#pragma once

#include <optional>
#include <string>

#include "app/report/text_sheet.h"
#include "app/workflows/catalog_workflow.h"

namespace moe::report {

/// USD per hour, the unit left to the heading: "2.49"; "-" without a price.
std::string hourlyText(const std::optional<UsdPerSecond>& price);

/// Rental prices by scenario, costs of owning and API prices of tokens as tables; or all that is
/// known of the accelerator or model that was named.
std::string pricesText(const CatalogOutcome& outcome);

/// Price, date and source of an accelerator's rental, and its cost of owning; or that there is
/// none.
void addRentalPrice(TextSheet& sheet, const HardwareEntry& entry);

}  // namespace moe::report
