#pragma once

#include "data/error.h"
#include "data/units.h"

namespace moe {

/// Mean request as a bill sees it. `cache_hit_rate` is the share h of the prompt tokens whose keys
/// and values a prefix cache already holds.
struct TokenTraffic {
  double prompt_tokens = 0;   ///< p, cached ones included
  double output_tokens = 0;   ///< n
  double cache_hit_rate = 0;  ///< h, from 0 to 1
};

/// Device-seconds that one token keeps devices busy at full load. Prefill and decode may run on the
/// same devices (their shares of a step) or on two groups (each group's devices per its rate).
struct TokenWork {
  Seconds uncached_input;  ///< per prompt token that is computed
  Seconds cached_input;    ///< per prompt token that is read from the cache; may be 0
  Seconds output;          ///< per output token
};

/// `devices` that together process `tokens_per_s` keep devices/tokens_per_s of device time a token.
/// Both must be positive.
Seconds deviceSecondsPerToken(double devices, double tokens_per_s);

/// Device-seconds that one mean request keeps devices busy:
///
///     s = p (1 - h) w_uncached + p h w_cached + n w_output
Seconds deviceSecondsPerRequest(const TokenWork& work, const TokenTraffic& traffic);

/// What tokens cost the one who serves them. USD per million tokens, each kind over its own tokens.
struct TokenCost {
  double usd_per_million_uncached_input_tokens = 0;
  double usd_per_million_cached_input_tokens = 0;
  double usd_per_million_input_tokens = 0;  ///< mean over a prompt: (1-h) uncached + h cached
  double usd_per_million_output_tokens = 0;
  double usd_per_million_tokens = 0;                ///< whole cost over p + n
  double usd_per_million_output_tokens_all_in = 0;  ///< whole cost over n
  Usd usd_per_request;
};

/// Prices device-seconds. Devices that are idle a share u of the time are paid for all of it, so a
/// busy second costs c/(1-u):
///
///     usd per million tokens of a kind = 1e6 w c / (1 - u)
///
///   c  price of a device per second     w  device-seconds per token of that kind (TokenWork)
///   u  idle_share, from 0 to below 1
///
/// The kinds add up to the whole bill: p ((1-h) uncached + h cached) + n output is the request's
/// price. A usage error when a quantity is negative or not finite, u or h is out of range,
/// there are no output tokens, or no work at all.
Result<TokenCost> tokenCost(UsdPerSecond device_price, const TokenWork& work,
                            const TokenTraffic& traffic, double idle_share);

}  // namespace moe
