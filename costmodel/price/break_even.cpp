#include "costmodel/price/break_even.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

ApiOffer offerAt(const TokenPriceEntry& entry, double TokenPriceRange::*end) {
  ApiOffer offer{entry.model, entry.provider, "", {}, entry.date, entry.source};
  offer.price.input = *entry.input.*end;
  offer.price.output = *entry.output.*end;
  offer.price.cached_input = (entry.cached_input ? *entry.cached_input : *entry.input).*end;
  return offer;
}

bool readingsDisagree(const TokenPriceEntry& entry) {
  for (const auto& price : {entry.input, entry.cached_input, entry.output})
    if (price && price->low < price->high) return true;
  return false;
}

Usd apiUsdPerRequest(const ApiPrice& api, const TokenTraffic& traffic) {
  const double hits = traffic.cache_hit_rate;
  const double input = (1 - hits) * api.input + hits * api.cached_input;
  return Usd((traffic.prompt_tokens * input + traffic.output_tokens * api.output) / 1e6);
}

std::optional<Error> wrongApiPrice(const ApiPrice& api, Usd per_request) {
  for (const double price : {api.input, api.cached_input, api.output})
    if (!(std::isfinite(price) && price >= 0))
      return Error{ErrorKind::kUsage, "API price, USD per million tokens",
                   fmt::format("is {}; it must be 0 or more", price)};
  if (per_request.value() > 0) return std::nullopt;
  return Error{ErrorKind::kUsage, "API price",
               "is nothing for this traffic; there is nothing to compare with"};
}

void addMonth(BreakEven& result, const Replica& replica, const TokenTraffic& traffic,
              Seconds per_request) {
  const Seconds month(kHoursPerMonth * 3600);
  const double tokens = traffic.prompt_tokens + traffic.output_tokens;
  const double full_requests = replica.devices * (month / per_request);
  result.replica_usd_per_month = replica.devices * (month * replica.device_price);
  result.full_load_tokens_per_month = full_requests * tokens;
  if (!result.reachable) return;
  result.requests_per_month = result.utilisation * full_requests;
  result.tokens_per_month = *result.requests_per_month * tokens;
}

}  // namespace

Result<std::vector<ApiOffer>> apiOffersOf(const TokenPriceEntry& entry) {
  if (!entry.input || !entry.output)
    return fail(ErrorKind::kInput, entry.where,
                fmt::format("{} at {} has no price of {} tokens, so it cannot be compared",
                            entry.model, entry.provider, entry.input ? "output" : "input"));
  std::vector<ApiOffer> offers = {offerAt(entry, &TokenPriceRange::low)};
  if (!readingsDisagree(entry)) return offers;
  offers.push_back(offerAt(entry, &TokenPriceRange::high));
  offers.front().reading = "lowest";
  offers.back().reading = "highest";
  return offers;
}

Result<BreakEven> breakEven(const ApiPrice& api, const Replica& replica, const TokenWork& work,
                            const TokenTraffic& traffic, double idle_share) {
  const auto own = tokenCost(replica.device_price, work, traffic, idle_share);
  if (!own) return tl::unexpected(own.error());
  if (replica.devices < 1)
    return fail(ErrorKind::kUsage, "devices",
                fmt::format("is {}; a replica needs 1 or more", replica.devices));
  BreakEven result;
  result.api_usd_per_request = apiUsdPerRequest(api, traffic);
  if (auto error = wrongApiPrice(api, result.api_usd_per_request)) return tl::unexpected(*error);

  const Seconds per_request = deviceSecondsPerRequest(work, traffic);
  result.own_usd_per_request = own->usd_per_request;
  result.own_usd_per_request_at_full_load = per_request * replica.device_price;
  result.utilisation = result.own_usd_per_request_at_full_load / result.api_usd_per_request;
  result.reachable = result.utilisation <= 1;
  const double api_over_own = result.api_usd_per_request / result.own_usd_per_request;
  result.device_price = replica.device_price * api_over_own;
  result.margin_on_cost = api_over_own - 1;
  result.margin_on_revenue = 1 - 1 / api_over_own;
  addMonth(result, replica, traffic, per_request);
  return result;
}

}  // namespace moe
