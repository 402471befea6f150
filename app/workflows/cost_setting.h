#pragma once

#include "app/workflows/cost_workflow.h"

namespace moe {

/// What a question of cost needs before anything is computed: names looked up, files read.
struct CostSetting {
  SweepSetting sweep;
  KernelLibrary kernels;
  LengthDistribution lengths;
  RunningRequest running;
  int block_tokens = 1;  ///< of the engine's cache
  std::string routing_name;
  std::optional<double> engine_limit;  ///< none: only the cache limits
};

/// Reads the model, the machine with its kernels, lengths and routing.
Result<CostSetting> costSetting(const CostRequest& request);

/// The rental price of the machine by scenario, or the one stated.
Result<DevicePrice> costPrice(const CostRequest& request);

}  // namespace moe
