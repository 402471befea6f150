#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/catalog/catalog.h"
#include "data/error.h"
#include "data/units.h"

namespace moe {

/// Which of the rental offers seen for a device is taken: the lowest, the typical one, the highest.
enum class PriceScenario { kCheap, kTypical, kExpensive };

std::string_view name(PriceScenario scenario);

/// Reads "cheap", "typical", "expensive"; else a usage error at `option`.
Result<PriceScenario> priceScenarioOf(std::string_view text,
                                      std::string_view option = "--price-scenario");

/// What a device costs while it is rented, busy or idle, and where that is known from.
struct DevicePrice {
  UsdPerSecond price;                     ///< per device
  std::optional<PriceScenario> scenario;  ///< none: a price that was stated, not one of the catalog
  std::string date;                       ///< empty for a stated price
  std::string source;
};

/// The rental price of `entry` in a scenario. An input error when the catalog does not have it:
/// it says which machines of `catalog` have one. A machine with a single offer has a typical price
/// only. Costs of owning (HardwareEntry::owning) are never taken for a rental price.
Result<DevicePrice> devicePrice(const HardwareEntry& entry, PriceScenario scenario,
                                const HardwareCatalog& catalog);

/// A price that the user states.
DevicePrice statedDevicePrice(UsdPerSecond price);

}  // namespace moe
