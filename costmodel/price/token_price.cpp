#include "costmodel/price/token_price.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

namespace moe {
namespace {

Error usage(const char* what, double value, const char* rule) {
  return {ErrorKind::kUsage, what, fmt::format("is {}; {}", value, rule)};
}

bool isAmount(double value) { return std::isfinite(value) && value >= 0; }

std::optional<Error> wrongTraffic(const TokenTraffic& traffic) {
  if (!isAmount(traffic.prompt_tokens))
    return usage("prompt tokens", traffic.prompt_tokens, "it must be 0 or more");
  if (!isAmount(traffic.output_tokens) || traffic.output_tokens == 0)
    return usage("output tokens", traffic.output_tokens, "it must be positive");
  if (!(traffic.cache_hit_rate >= 0 && traffic.cache_hit_rate <= 1))
    return usage("cache hit rate", traffic.cache_hit_rate, "it is a share from 0 to 1");
  return std::nullopt;
}

std::optional<Error> wrongWork(const TokenWork& work) {
  for (const Seconds seconds : {work.uncached_input, work.cached_input, work.output})
    if (!isAmount(seconds.value()))
      return usage("device-seconds per token", seconds.value(), "it must be 0 or more");
  return std::nullopt;
}

std::optional<Error> wrongQuestion(UsdPerSecond price, const TokenWork& work,
                                   const TokenTraffic& traffic, double idle_share) {
  if (!isAmount(price.value()) || price.value() == 0)
    return usage("price of a device, USD per hour", price.value() * 3600, "it must be positive");
  if (!(idle_share >= 0 && idle_share < 1))
    return usage("idle share", idle_share, "it must be from 0 to below 1");
  if (auto error = wrongWork(work)) return error;
  if (auto error = wrongTraffic(traffic)) return error;
  if (!(deviceSecondsPerRequest(work, traffic).value() > 0))
    return usage("device-seconds per request", 0, "a request must keep devices busy");
  return std::nullopt;
}

}  // namespace

Seconds deviceSecondsPerToken(double devices, double tokens_per_s) {
  require(devices > 0 && tokens_per_s > 0, "devices and rate must be positive");
  return Seconds(devices / tokens_per_s);
}

Seconds deviceSecondsPerRequest(const TokenWork& work, const TokenTraffic& traffic) {
  const double hits = traffic.cache_hit_rate;
  const Seconds input = (1 - hits) * work.uncached_input + hits * work.cached_input;
  return traffic.prompt_tokens * input + traffic.output_tokens * work.output;
}

Result<TokenCost> tokenCost(UsdPerSecond device_price, const TokenWork& work,
                            const TokenTraffic& traffic, double idle_share) {
  if (auto error = wrongQuestion(device_price, work, traffic, idle_share))
    return tl::unexpected(*error);
  const UsdPerSecond busy_price = device_price / (1 - idle_share);
  const auto per_million = [&](Seconds seconds) { return 1e6 * (seconds * busy_price).value(); };
  const double hits = traffic.cache_hit_rate;

  TokenCost cost;
  cost.usd_per_million_uncached_input_tokens = per_million(work.uncached_input);
  cost.usd_per_million_cached_input_tokens = per_million(work.cached_input);
  cost.usd_per_million_input_tokens = (1 - hits) * cost.usd_per_million_uncached_input_tokens +
                                      hits * cost.usd_per_million_cached_input_tokens;
  cost.usd_per_million_output_tokens = per_million(work.output);
  cost.usd_per_request = deviceSecondsPerRequest(work, traffic) * busy_price;
  const double request = 1e6 * cost.usd_per_request.value();
  cost.usd_per_million_tokens = request / (traffic.prompt_tokens + traffic.output_tokens);
  cost.usd_per_million_output_tokens_all_in = request / traffic.output_tokens;
  return cost;
}

}  // namespace moe
