#pragma once

#include "costmodel/traffic/length_distribution.h"

namespace moe {

/// The KV cache that a running request holds, seen at any moment of its decoding. A request that
/// answers longer is in flight for longer, so it is seen more often; with lengths p and n
///
///     mean = E[integral of y from p to p + n] / E[n] = E[n (p + n/2)] / E[n]
///
/// and likewise for squares, cubes and for y rounded up to whole blocks. Tokens during prefill
/// and waiting are not counted.
struct RunningRequest {
  int block_tokens = 1;
  double mean_kv_tokens = 0;
  double deviation_kv_tokens = 0;
  double skewness = 0;                  ///< of the tokens held
  double mean_kv_tokens_in_blocks = 0;  ///< tokens of room, whole blocks
  double deviation_kv_tokens_in_blocks = 0;
};

/// Engines give out blocks of 16 (vLLM, SGLang with pages) or 64 tokens; 1 rounds to whole tokens.
/// Needs block_tokens >= 1. Takes some 0.2 ms for a lognormal.
RunningRequest runningRequest(const LengthDistribution& lengths, int block_tokens);

/// Requests that run at once in a KV cache, real-valued and at least 0.
struct HeldConcurrency {
  double expected = 0;  ///< of mean requests
  double safe = 0;      ///< whose cache is too small at most `overrun` of the time
  double overrun = 0;
};

/// For a cache of `kv_tokens` tokens, whole blocks of which count:
///
///     expected  b m = K
///     safe      b m + sqrt(b) s z + s g (z^2 - 1)/6 = K,   Phi(z) = 1 - overrun
///
/// m, s mean and deviation in blocks, g the skewness: the normal approximation of a sum of b
/// independent requests with the first term of Cornish and Fisher. Simulated with the lengths of
/// the preset sharegpt, 20 to 400 requests that are safe to 5 % overrun their cache 4.6 to 5.4 % of
/// the time, 5 or 10 requests 3 to 4 %. Needs 0 < overrun <= 0.5.
HeldConcurrency heldConcurrency(double kv_tokens, const RunningRequest& request,
                                double overrun = 0.05);

}  // namespace moe
