#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/price/token_price.h"
#include "data/catalog/token_price_entry.h"
#include "data/error.h"
#include "data/units.h"

namespace moe {

/// What an API asks, in USD per million tokens.
struct ApiPrice {
  double input = 0;  ///< of uncached prompt tokens
  double cached_input = 0;
  double output = 0;
};

/// A published price that can be compared.
struct ApiOffer {
  std::string model;
  std::string provider;
  std::string reading;  ///< "lowest" or "highest" where readings of the price disagree, else empty
  ApiPrice price;
  std::string date;
  std::string source;
};

/// The prices of a catalog entry: one, or the lowest and the highest reading. Cached input costs as
/// uncached where no price of its own is known. An input error when the price of input or output is
/// missing.
Result<std::vector<ApiOffer>> apiOffersOf(const TokenPriceEntry& entry);

/// An average month of the Gregorian calendar, 365.2425 days / 12.
inline constexpr double kHoursPerMonth = 730.485;

/// Own devices that are rented around the clock, as one unit.
struct Replica {
  int devices = 0;
  UsdPerSecond device_price;
};

/// Own serving beside an API, for the same traffic.
struct BreakEven {
  Usd api_usd_per_request;
  Usd own_usd_per_request;               ///< at the idle share of the question
  Usd own_usd_per_request_at_full_load;  ///< the least that own serving costs
  /// Share of the time that the replica must be busy for equal cost, 1 - idle share. Above 1 it
  /// cannot be: then the API is cheaper even than a full replica.
  double utilisation = 0;
  bool reachable = false;  ///< utilisation is at most 1
  /// At equal cost; none when it is not reachable.
  std::optional<double> requests_per_month;
  std::optional<double> tokens_per_month;  ///< prompt and output tokens together
  Usd replica_usd_per_month;
  double full_load_tokens_per_month = 0;
  UsdPerSecond device_price;  ///< at which own serving would equal the API at this idle share
  double margin_on_cost = 0;  ///< (API price - own cost) / own cost, when sold at the API's price
  double margin_on_revenue = 0;  ///< (API price - own cost) / API price
};

/// Compares serving on a replica, idle a share u of the time, with buying from an API:
///
///     a = (p (1-h) a_input + p h a_cached + n a_output) / 1e6     API price of a request
///     o = c s / (1 - u)                                           own cost of a request
///     x = c s / a                                                 utilisation of equal cost
///     x G T / s requests a month, each of p + n tokens            its traffic
///
///   c  price of a device per second          G  devices of the replica
///   s  deviceSecondsPerRequest               T  seconds of a month
///
/// Errors as tokenCost; also a usage error when the API's price is negative, not finite or nothing
/// for this traffic, or the replica has no device.
Result<BreakEven> breakEven(const ApiPrice& api, const Replica& replica, const TokenWork& work,
                            const TokenTraffic& traffic, double idle_share);

}  // namespace moe
