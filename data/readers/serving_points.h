#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/error.h"

namespace moe {

/// One measured point of a serving system at a steady number of requests in flight.
struct ServingMeasurement {
  std::string model;  ///< as written; aliases of the catalog are understood later
  std::string hardware;
  std::string engine;          ///< "vllm", "sglang", "trtllm"
  std::string engine_version;  ///< may be empty
  std::string weights;         ///< "bf16", "fp8", "fp4", "int8", "int4"
  std::string kv_cache;        ///< empty: as engines do with these weights
  int tensor_parallel = 1;
  int data_parallel = 1;  ///< of attention
  int moe_tensor_parallel = 1;
  int expert_parallel = 1;
  int devices = 1;
  double concurrency = 1;
  double prompt_tokens = 0;
  double output_tokens = 0;
  std::optional<double> ttft_s;
  std::optional<double> tpot_s;
  std::string flags;      ///< defects of the row, "DUP,PAR2X"; empty: none known
  bool core = true;       ///< clean and without doubtful measurements; true without such a column
  bool repaired = false;  ///< parallelism that was counted twice was set right here
  std::string where;      ///< file and line
};

/// Reads a CSV with these columns (as data/tables/serving has them): model, hardware, engine,
/// weights, tensor_parallel, devices, concurrency, prompt_tokens, output_tokens and ttft_s or
/// tpot_s are needed; engine_version, kv_cache, attention_data_parallel, moe_tensor_parallel,
/// expert_parallel, flg and core may be absent. Where parallelism is counted twice
/// (tensor_parallel 1, attention_data_parallel above 1, moe_tensor_parallel = expert_parallel > 1)
/// the experts' tensor parallel becomes 1 and the devices those of attention. Errors (kInput) name
/// file, line, column and value.
Result<std::vector<ServingMeasurement>> readServingPoints(const std::filesystem::path& file);

/// The 1661 points that ship, with their flags.
std::vector<ServingMeasurement> shippedServingPoints();

}  // namespace moe
