#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "costmodel/engine/sweep.h"

namespace moe {

/// What one concurrency takes.
struct ConcurrencyTimes {
  double token_s = 0;  ///< seconds of the replica for an output token, prompts included
  double tpot_s = 0;
  double ttft_s = 0;
};

struct BestConcurrency {
  double concurrency = 0;
  ConcurrencyTimes times;
};

inline bool within(const ServingLimits& limits, const ConcurrencyTimes& times) {
  return (!limits.ttft_s || times.ttft_s <= *limits.ttft_s) &&
         (!limits.tpot_s || times.tpot_s <= *limits.tpot_s);
}

/// The real-valued concurrency of least seconds per token among `steps` below `limit`, `limit`
/// itself and the largest that keeps the limits, found between two steps by bisection. Times rise
/// with concurrency, so nothing is asked beyond the first that breaks a limit. None below 1.
template <class TimesAt>
std::optional<BestConcurrency> bestConcurrency(const std::vector<double>& steps, double limit,
                                               const ServingLimits& limits, const TimesAt& at) {
  if (!(limit >= 1)) return std::nullopt;
  std::optional<BestConcurrency> best;
  double kept = 0;
  const auto consider = [&](double concurrency) {
    const ConcurrencyTimes times = at(concurrency);
    if (!within(limits, times)) return false;
    kept = concurrency;
    if (!best || times.token_s < best->times.token_s) best = BestConcurrency{concurrency, times};
    return true;
  };
  double broken = 0;
  for (const double step : steps) {
    const double concurrency = std::min(step, limit);
    if (!consider(concurrency)) broken = concurrency;
    if (broken > 0 || concurrency == limit) break;
  }
  if (broken == 0 && kept < limit && !consider(limit)) broken = limit;
  if (broken == 0 || kept == 0) return best;
  constexpr int kHalvings = 24;
  double low = kept;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + broken) / 2;
    (within(limits, at(middle)) ? low : broken) = middle;
  }
  consider(low);
  return best;
}

}  // namespace moe
