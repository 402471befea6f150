#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "costmodel/accelerator.h"
#include "costmodel/advice/advice.h"
#include "costmodel/architecture.h"
#include "costmodel/engine/engine_constants.h"
#include "costmodel/engine/sweep.h"
#include "costmodel/precision.h"
#include "costmodel/price/price_question.h"
#include "costmodel/traffic/running_request.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// What a token costs on a machine. Fields are the options of `moeplan cost`; what is not given
/// comes from the preset, where there is one.
struct CostRequest {
  std::string model;     ///< name in the catalog, FILE.toml or a config.json
  std::string hardware;  ///< name in the catalog; empty with a preset
  std::string preset;    ///< machine, traffic and settings under one name; empty: none
  std::string catalog_dir;
  std::optional<int> devices;      ///< none: the cheapest count, up to max_devices
  std::optional<int> max_devices;  ///< 8 unless given
  std::optional<int> tensor_parallel, data_parallel, expert_parallel, pipeline_parallel;
  Precision weights = Precision::kBf16;
  Precision kv_cache = Precision::kBf16;
  std::optional<double> prompt_tokens, output_tokens;
  std::string lengths;  ///< "fixed" (when empty), "lognormal[:P,N]", "sharegpt" or a CSV file
  std::optional<double> concurrency;   ///< none: the cheapest that memory, limits and engine allow
  std::optional<double> request_rate;  ///< requests per second instead of a concurrency
  std::optional<double> engine_limit;  ///< running requests; none: 256; 0: no limit
  std::string engine;                  ///< vllm (when empty), sglang or trtllm
  std::optional<double> memory_fraction;
  double prefix_hit_rate = 0;
  double tokens_per_step = 1;     ///< speculative decoding: accepted tokens a step
  bool disaggregated = false;     ///< prefill and decode on replicas of their own
  bool overlap_exchange = false;  ///< experts' exchange behind the other micro-batch
  std::string router_skew;        ///< "power-law[:A]" (1.2 when empty), "even" or a trace or counts
  std::optional<double> router_correlation;
  std::optional<double> ttft_limit_s, tpot_limit_s;
  bool frontier = false;
  std::optional<double> usd_per_device_hour;
  std::string price_scenario;  ///< "typical" when empty
  double idle_share = 0;
};

/// One line of a step.
struct CostPart {
  std::string op;
  Seconds time;
  std::string bound;  ///< "compute", "memory", "latency", "link", "host"
  Basis basis = Basis::kRoofline;
  // Of a part that computes on the device, for a roofline; 0 elsewhere.
  Flop work = {};
  Bytes traffic = {};
  FlopPerSecond peak = {};  ///< of the format that it computes in
};

/// Where a replica's memory goes; of one device unless it says otherwise.
struct CostMemory {
  DeviceMemory device;
  double block_tokens = 1;
  Bytes weights;                  ///< of the whole model, without copies
  double kv_bytes_per_token = 0;  ///< of the whole model, without copies
  double kv_capacity_tokens = 0;  ///< of the replica, of layers that keep every token
  double tokens_per_request = 0;  ///< that a running request holds on average, in whole blocks
  double max_concurrency = 0;     ///< whole requests that the cache holds on average
  double safe_concurrency = 0;    ///< that overrun the cache at most 5 % of the time
};

/// A point of the frontier, or another division at its cheapest concurrency.
struct CostOption {
  Parallelism parallelism;
  double concurrency = 0;
  Seconds tpot;
  Seconds ttft;
  double output_tokens_per_s_per_device = 0;
  double usd_per_million_output_tokens_all_in = 0;
};

/// Routing as it was assumed, and what it costs beside even routing.
struct CostRouting {
  std::string name;               ///< "power law 1.2", "even", "measured (FILE)"
  double experts_touched = 0;     ///< distinct experts per layer that a decode step reads
  double imbalance = 1;           ///< most loaded over mean device; 1 where the tables carry it
  double price_against_even = 1;  ///< all-in price over that with even routing
};

struct CostOutcome {
  ModelArchitecture model;
  Accelerator accelerator;
  std::string kernels;  ///< what the times rest on, in words
  std::string engine;
  Parallelism parallelism;
  Precision weights = Precision::kBf16;
  Precision kv_cache = Precision::kBf16;
  LengthDistribution lengths;
  Workload workload;  ///< means
  double prefix_hit_rate = 0;
  double tokens_per_step = 1;
  bool disaggregated = false;
  double prefill_replicas_per_decode_replica = 0;  ///< when disaggregated
  std::optional<double> concurrency_limit;
  double memory_fraction = 0.9;
  bool devices_chosen = false;  ///< by us, as the cheapest
  bool concurrency_chosen = false;
  bool above_engine_limit = false;
  int fewest_devices = 0;  ///< that hold the model, when the count was ours to choose
  int devices = 0;         ///< of the replica (of the decode replica when disaggregated)
  CostMemory memory;
  CostRouting routing;
  double concurrency = 0;
  double requests_per_s = 0;  ///< that the replica serves
  Seconds ttft, tpot, decode_step;
  TimeInterval tpot_interval;  ///< 90 % of measured TPOT lie within these times the predicted one
  bool interval_known = false;
  Basis basis = Basis::kRoofline;  ///< the weakest of the parts that make a tenth of the step
  std::vector<CostPart> parts;     ///< add up to tpot x tokens_per_step
  double output_tokens_per_s = 0;
  DevicePrice price;
  double idle_share = 0;
  PriceAnswer prices;
  std::vector<CostOption> frontier;
  std::vector<CostOption> others;  ///< the other divisions, cheapest first
  std::size_t divisions_tried = 0;
  std::vector<Advice> advice;  ///< of published designs; none with a preset, or of a dense model
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

/// Infeasible when the model fits on no allowed count of devices or no concurrency keeps the
/// limits, with the sizes or the nearest miss.
Result<CostOutcome> runCost(const CostRequest& request);

}  // namespace moe
