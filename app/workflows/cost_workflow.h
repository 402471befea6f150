#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/accelerator.h"
#include "costmodel/architecture.h"
#include "costmodel/precision.h"
#include "costmodel/serving.h"
#include "data/error.h"

namespace moe {

/// What a token costs on a machine. Fields are the options of `moeplan cost`; what is not given
/// comes from the preset, where there is one.
struct CostRequest {
  std::string model;     ///< name in the catalog, or a TOML file with one model
  std::string hardware;  ///< name in the catalog; empty with a preset
  std::string preset;    ///< machine, traffic and settings under one name; empty: none
  std::string catalog_dir;
  std::optional<int> devices;  ///< none: the fewest that fit, up to max_devices
  std::optional<int> max_devices;
  std::optional<int> tensor_parallel;  ///< in this version always all devices
  Precision weights = Precision::kBf16;
  Precision kv_cache = Precision::kBf16;
  std::optional<double> prompt_tokens;
  std::optional<double> output_tokens;
  std::optional<double> concurrency;   ///< none: as many as memory and the engine's limit allow
  std::optional<double> engine_limit;  ///< running requests; none: 256; 0: no limit
  std::string engine;                  ///< vllm (when empty), sglang or trtllm
  std::optional<double> usd_per_device_hour;
};

/// Where a model's weights and cache go.
struct CostMemory {
  Bytes weights;
  Bytes capacity;  ///< of all devices
  Bytes kv_space;
  double kv_bytes_per_token = 0;  ///< of the model, without copies
  double kv_copies = 1;           ///< times it is stored where the KV heads do not divide
  double kv_capacity_tokens = 0;
  double max_concurrency = 0;  ///< whole requests that the KV space holds, without any limit
};

struct CostOutcome {
  ModelArchitecture model;
  Accelerator accelerator;
  UsdPerSecond price;
  std::string price_source;
  std::string engine;
  ServingSettings settings;
  Workload workload;
  Precision weights = Precision::kBf16;
  Precision kv_cache = Precision::kBf16;
  bool devices_chosen = false;  ///< by us, as the cheapest
  int fewest_devices = 0;       ///< that hold the model, when the count was ours to choose
  int devices = 0;
  bool above_engine_limit = false;  ///< more requests were asked for than engines run by default
  CostMemory memory;
  ServingCost serving;             ///< with its parts
  Seconds ttft;                    ///< one pass over the prompt after half a step of waiting
  Seconds tpot;                    ///< decode step and its share of other requests' prefill
  Basis basis = Basis::kRoofline;  ///< the weakest of the parts that make a tenth of the step
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

/// Infeasible when the model fits on no allowed count of devices, with the sizes.
Result<CostOutcome> runCost(const CostRequest& request);

}  // namespace moe
