#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "costmodel/accelerator.h"
#include "costmodel/serving.h"
#include "data/error.h"

namespace moe {

/// A complete set of cost assumptions under one name, so that a published figure can be computed
/// again.
struct CostPreset {
  std::string name;
  std::string description;
  Accelerator accelerator;  ///< with its price
  int max_devices = 8;
  Workload workload;
  ServingSettings settings;
};

/// The settings that the planner's reference tables were computed with: A100 with 40 GB (data-sheet
/// peaks, 0.8 of the bandwidth, 0.7 of the FLOP/s, 80 us a layer, 0.8 of the link, 10 us an
/// all-reduce, 1.29 USD/h), 0.9 of the memory, up to 8 devices, 161 prompt and 338 output tokens
/// (means of ShareGPT conversations as the vLLM paper gives them [Kwon2023], quoted from memory).
///
///     yun2024    probe-v2 by the name of the paper whose setting it is
///     probe-v0   no all-reduce, no limit on running requests
///     probe-v1   all-reduce, no limit
///     probe-v2   all-reduce, at most 256 running requests (the default of the engines)
///     probe-v3   all-reduce, at most 64
///
/// An unknown name is a usage error that lists them.
Result<CostPreset> costPreset(std::string_view name);
std::vector<std::string> costPresetNames();

}  // namespace moe
