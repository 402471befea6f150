#pragma once

#include <vector>

#include "costmodel/price/break_even.h"
#include "costmodel/price/price_scenario.h"
#include "costmodel/price/token_price.h"
#include "data/catalog/token_price_entry.h"
#include "data/error.h"

namespace moe {

/// Everything that a price of tokens needs. `work` comes from the serving model or a measurement.
struct PriceQuestion {
  DevicePrice device;  ///< from devicePrice or statedDevicePrice
  int devices = 0;     ///< of the replica
  TokenWork work;      ///< at full load
  TokenTraffic traffic;
  double idle_share = 0;                    ///< u, from 0 to below 1
  std::vector<TokenPriceEntry> api_prices;  ///< to compare with, from tokenPricesOf; may be empty
};

/// Own serving beside one published price.
struct ApiComparison {
  ApiOffer offer;
  BreakEven break_even;
};

struct PriceAnswer {
  TokenCost cost;
  std::vector<ApiComparison> comparisons;  ///< in the order of the question
  std::vector<Warning> warnings;           ///< incomplete_api_price: an entry that was left out
};

/// What tokens cost on rented devices, and how that compares with published API prices. Errors as
/// tokenCost and breakEven. An API price without input or output is left out with a warning.
Result<PriceAnswer> priceTokens(const PriceQuestion& question);

}  // namespace moe
