#pragma once

#include "costmodel/engine/serving_point.h"

namespace moe {

/// Requests that are all there at the start, of equal lengths: what engines are benchmarked with.
struct OfflineLoad {
  double requests = 1;
  double concurrency = 1;  ///< at once at most: the engine's limit and what the cache holds
  double prompt_tokens = 0;
  double output_tokens = 1;
  double pass_tokens = 8192;     ///< prompts are prefilled together up to this, one at least
  bool host_overlapped = false;  ///< the host prepares a step while the device runs another
};

/// Seconds until the last of N requests is done when C run at once:
///
///     T(N) = floor(N/C) R(C) + R(N mod C)
///     R(c) = c P/dp + sum over j = 1 .. n - 1 of step(c, p + j)
///
/// P is one request's share of a prefill pass (which makes its first token) and step a decode step
/// with the engine's time per layer on several devices, as in servingPoint. With static batches R
/// is exactly a batch's time. With in-flight batching requests start and end one after the other,
/// but each slot still serves one after the other, and a step sees on average the context p + n/2.
/// The sum is taken at three points (Gauss), exact where a step's time is a fifth-degree polynomial
/// of the context. Where the host overlaps, a step takes no less than its work (host_step_s +
/// host_sequence_s c/dp); else that work is not counted.
double offlineSeconds(const ServingModel& model, const OfflineLoad& load,
                      const EngineConstants& constants);

/// Output tokens per second of all devices of the replica: N n / T(N).
double offlineThroughput(const ServingModel& model, const OfflineLoad& load,
                         const EngineConstants& constants);

}  // namespace moe
