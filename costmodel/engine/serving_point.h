#pragma once

#include "costmodel/engine/device_memory.h"
#include "costmodel/engine/serving_model.h"

namespace moe {

/// What the kernels do not say of an engine. With the values given here nothing is fitted;
/// engine_constants.h has fitted ones.
struct EngineConstants {
  double prefill_share = 1;         ///< alpha: of a prefill's time that running requests feel
  double host_step_s = 0;           ///< host work of a step, where it is not hidden
  double host_sequence_s = 0;       ///< host work of a sequence in a step, likewise
  double multi_device_layer_s = 0;  ///< of a layer when more than one device takes part
  // Time to first token: first_s + first_prefill x one prefill + waiting_share x those of all
  // other requests + contention_share x rho/(1 - rho) prefills + first_steps x TPOT, rho being the
  // share of the time that prefills take.
  double first_s = 0;
  double first_prefill = 1;
  double waiting_share = 0;
  double contention_share = 0;
  double first_steps = 1;
};

/// Constants never take more than the rest of a decode step's kernels.
inline constexpr double kLeastShareOfDecode = 0.3;

/// Traffic at a steady number of requests in flight.
struct ServingLoad {
  double concurrency = 1;    ///< requests that clients keep in flight
  double prompt_tokens = 0;  ///< mean, per request
  double output_tokens = 1;
  double prefix_hit_rate = 0;  ///< share of prompt tokens found in the cache
  double tokens_per_step = 1;  ///< above 1: speculative decoding, accepted tokens a step
  double kv_tokens = 0;        ///< mean tokens that a running request holds; 0: p + n/2
};

/// Steady serving of one replica, iteration-level batching.
struct ServingPoint {
  double concurrency = 0;     ///< running at once: what was asked, at most what the cache holds
  double in_flight = 0;       ///< what was asked
  double output_tokens = 1;   ///< of a request
  double kv_limit = 0;        ///< requests that the cache holds
  PassTime decode;            ///< one step of all running requests
  PassTime prefill;           ///< one request's prefill
  double decode_s = 0;        ///< of a step, with the engine's own work
  double interference_s = 0;  ///< of other requests' prefills in a step
  double prefill_s = 0;       ///< of all requests' prefills in a step: what a price rests on
  double tpot_s = 0;
  double ttft_s = 0;
  double output_tokens_per_s =
      0;  ///< of the replica: C requests, a step and its prefills for each token
  // The terms that constants multiply, for fitting them.
  double decode_kernels_s = 0;   ///< of a decode step, fused quantising left out
  double others_prefill_s = 0;   ///< x prefill_share
  double host = 0;               ///< 1 where host work is felt: x host_step_s, and x concurrency
                                 ///< x host_sequence_s
  double layers = 0;             ///< x multi_device_layer_s; 0 on one device
  double first_prefill_s = 0;    ///< x first_prefill
  double waiting_prefill_s = 0;  ///< x waiting_share
  double contention_s = 0;       ///< x contention_share
  double queue_s = 0;            ///< of requests that wait for a place in the cache
};

/// TPOT of C requests at once (b = C/dp a data-parallel group, context p + n/2):
///
///     decode(C) + alpha (C - 1)/n P/dp + host step + host sequence C + multi L - fused quantising
///
/// (vLLM and SGLang schedule in Python, whose work is felt; TensorRT-LLM hides it behind the
/// device's) and never less than 0.3 decode(C); P is one request's prefill, short prompts batched
/// to 2048 tokens. Each output token of a request waits for the prefills of the C - 1 others, of
/// which one starts every n/(C - 1) steps.
///
/// Not even one request fitting gives kv_limit < 1 and times of one request.
ServingPoint servingPoint(const ServingModel& model, const ServingLoad& load,
                          const DeviceMemory& memory, const MemoryRules& rules,
                          const EngineConstants& constants);

/// contention_s and queue_s of a point whose TPOT were another one.
double contentionSeconds(const ServingPoint& point, double tpot_s);
double queueSeconds(const ServingPoint& point, double tpot_s);

}  // namespace moe
