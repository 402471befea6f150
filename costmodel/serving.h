#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/accelerator.h"
#include "costmodel/forward_shape.h"
#include "data/basis.h"
#include "data/error.h"
#include "data/units.h"

namespace moe {

/// Mean traffic of one request.
struct Workload {
  double prompt_tokens = 0;
  double output_tokens = 0;
};

/// What the serving engine allows and how weights and cache are stored.
struct ServingSettings {
  double memory_fraction = 0.9;  ///< of each device's memory for weights and KV cache
  std::optional<double> max_concurrency = 256;  ///< engine's limit on running requests; none: only
                                                ///< the KV space limits
  bool allreduce = true;
  double weight_bytes = 2;
  double kv_bytes = 2;
};

/// One line of a step's breakdown.
struct StepPart {
  std::string name;   ///< "dense", "experts", "attention", "fixed", "allreduce", "prefill"
  Seconds time;
  std::string bound;  ///< "compute", "memory", "latency", "link"
  Basis basis = Basis::kRoofline;
};

/// Steady serving of one replica on `devices` accelerators in tensor parallel.
struct ServingCost {
  int devices = 0;
  double concurrency = 0;       ///< b, real-valued
  double kv_space_requests = 0; ///< what the KV space alone would hold
  double experts_touched = 0;   ///< distinct experts per layer that a decode step reads
  Seconds decode_step;
  Seconds prefill_per_step;     ///< expected cost of b/n prefills carried by each step
  double output_tokens_per_s = 0;
  double usd_per_million_output_tokens_all_in = 0;
  double usd_per_million_tokens = 0;  ///< of prompt and output together
  std::vector<StepPart> parts;        ///< filled by servingBreakdown only
};

/// Throughput and price on a given number of devices, Yun's iteration-level batching
/// [Yun2024, eqs. 5 and 6]. None when not even one request fits.
std::optional<ServingCost> servingOn(int devices, const ForwardShape& shape,
                                     const Accelerator& accelerator, UsdPerSecond price,
                                     const Workload& workload, const ServingSettings& settings);

/// The cheapest of 1..max_devices: C(m) = min_G G C0 / T_m(G). None when it fits on none.
std::optional<ServingCost> cheapestServing(const ForwardShape& shape,
                                           const Accelerator& accelerator, UsdPerSecond price,
                                           int max_devices, const Workload& workload,
                                           const ServingSettings& settings);

/// As servingOn, with the parts of the decode step and its prefill share.
std::optional<ServingCost> servingBreakdown(int devices, const ForwardShape& shape,
                                            const Accelerator& accelerator, UsdPerSecond price,
                                            const Workload& workload,
                                            const ServingSettings& settings);

}  // namespace moe
