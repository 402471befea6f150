#include "costmodel/price/price_scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

namespace moe {
namespace {

constexpr std::array kScenarios = {PriceScenario::kCheap, PriceScenario::kTypical,
                                   PriceScenario::kExpensive};

std::optional<UsdPerSecond> offerOf(const HardwareEntry& entry, PriceScenario scenario) {
  if (!entry.price) return std::nullopt;
  switch (scenario) {
    case PriceScenario::kCheap:
      return entry.price->low;
    case PriceScenario::kTypical:
      return entry.price->typical;
    case PriceScenario::kExpensive:
      return entry.price->high;
  }
  require(false, "unknown price scenario");
  return std::nullopt;
}

Error missingPrice(const HardwareEntry& entry, PriceScenario scenario,
                   const HardwareCatalog& catalog) {
  std::vector<std::string_view> priced;
  for (const HardwareEntry& other : catalog.entries)
    if (offerOf(other, scenario)) priced.push_back(other.name);
  const std::string reason = entry.price
                                 ? "has a single rental offer in the catalog, the typical one"
                                 : "has no rental price in the catalog";
  return {ErrorKind::kInput, entry.name,
          fmt::format("{}; a {} price is known for {}; give --usd-per-device-hour", reason,
                      name(scenario),
                      priced.empty() ? "no machine" : fmt::format("{}", fmt::join(priced, ", ")))};
}

}  // namespace

std::string_view name(PriceScenario scenario) {
  switch (scenario) {
    case PriceScenario::kCheap:
      return "cheap";
    case PriceScenario::kTypical:
      return "typical";
    case PriceScenario::kExpensive:
      return "expensive";
  }
  require(false, "unknown price scenario");
  return {};
}

Result<PriceScenario> priceScenarioOf(std::string_view text, std::string_view option) {
  for (const PriceScenario scenario : kScenarios)
    if (name(scenario) == text) return scenario;
  return fail(ErrorKind::kUsage, std::string(option),
              fmt::format("is '{}'; use cheap, typical or expensive", text));
}

Result<DevicePrice> devicePrice(const HardwareEntry& entry, PriceScenario scenario,
                                const HardwareCatalog& catalog) {
  const auto offer = offerOf(entry, scenario);
  if (!offer) return tl::unexpected(missingPrice(entry, scenario, catalog));
  return DevicePrice{*offer, scenario, entry.price->date, entry.price->source};
}

DevicePrice statedDevicePrice(UsdPerSecond price) {
  return {price, std::nullopt, "", "stated by the user"};
}

}  // namespace moe
