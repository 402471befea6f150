#pragma once

#include "app/workflows/cost_setting.h"

namespace moe {

/// What a search over divisions and concurrencies found.
struct CostSearch {
  ServingOption best;
  std::vector<ServingOption> others;  ///< of the other divisions their cheapest, cheapest first
  std::vector<ServingOption> tried;   ///< every feasible concurrency, only for a frontier
  std::size_t divisions = 0;
  int fewest_devices = 0;
};

/// The division that was asked for, or the cheapest of all that the devices allow: a smallest
/// all-in price among those that fit and keep the limits. A concurrency or request rate that was
/// asked for is kept. Infeasible with sizes, or with the nearest miss of a limit.
Result<CostSearch> searchCost(const CostSetting& setting, const CostRequest& request);

}  // namespace moe
