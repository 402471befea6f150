#pragma once

#include <optional>

#include "costmodel/adaptation/adapted_model.h"
#include "costmodel/engine/sweep.h"
#include "costmodel/routing/expert_popularity.h"

namespace moe {

/// K adapters of one base model on one deployment of it.
struct AdapterServingQuestion {
  SweepSetting setting;  ///< of the base model; its load says what requests are like
  Parallelism parallelism;
  int adapters = 1;
  double engine_limit = 256;  ///< requests that the engine runs at most
  /// How tokens of a task choose experts, for methods that replace experts; none: evenly.
  std::optional<ExpertPopularity> popularity;
};

/// One deployment at its cheapest concurrency.
struct AdapterDeployment {
  int devices = 0;
  Bytes weights;                  ///< all devices together, bf16
  double kv_capacity_tokens = 0;  ///< of the cache that is left
  double concurrency = 0;
  Seconds tpot;
  double output_tokens_per_s = 0;
};

struct AdapterServing {
  Bytes base;     ///< the model's weights
  Bytes adapter;  ///< of one adapter, bf16
  bool fits = false;
  AdapterDeployment shared;  ///< one base with all adapters
  /// As many full copies, each on a deployment of its own, with the same requests in all.
  /// Where the adapters do not fit, as many requests as the base alone would serve.
  AdapterDeployment copies;
  double adapters_per_step = 0;  ///< distinct ones that a decode step reads
  Bytes extra_read;              ///< a decode step's, for the adapters, all devices together
  Seconds extra_step;            ///< what a decode step takes longer
};

/// Serves requests that spread evenly over the adapters. The base is held once and every adapter
/// beside it, divided among the devices as evenly as the base. A decode step of C requests meets
///
///     A = K (1 - (1 - 1/K)^C)                                            adapters
///
/// and reads what each added; of what they replaced (dense parts) one copy for each beyond the
/// first; of replaced experts those that the K parts of the batch touch beyond what the whole
/// batch would. The time of these reads and of the added FLOP, at the accelerator's usual shares of
/// its peaks, is added to the step's (roofline). Prefill is taken as without adapters.
///
/// Full fine-tuning shares nothing: `fits` is false and only `copies` is filled.
AdapterServing adapterServing(const AdapterServingQuestion& question, const AdaptedModel& adapted,
                              const AdaptationSettings& settings, const KernelLibrary& kernels);

}  // namespace moe
